"""What must hold of a table before it is scored: the columns are there, of their types, with values of their scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import or_

import narwhals as nw
from narwhals.typing import Frame

from leadline.casebook.items import Item
from leadline.errors import ColumnAbsent, ItemOutOfRange
from leadline.measures.definition import Measure
from leadline.measures.engines import (
    COMPARATORS,
    TEMPORARY,
    Compiler,
    comparator_of,
    is_beyond,
    kind_of,
)
from leadline.measures.visits import TwoVisits, compares_visits, first_rows, visit_columns


@dataclass(frozen=True, slots=True)
class Options:
    course: str | None
    cutoff_set: str | None
    absent_is_missing: bool
    wrong_is_null: bool
    given_key: tuple[str, ...]
    visits: TwoVisits | None
    as_intervals: bool

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row."""
        return self.given_key or ((self.visits.patient, self.visits.day) if self.visits else ())


def check_columns(native: Frame, found: Measure, options: Options) -> set[str]:
    """The items that have no column. Raises ColumnAbsent for those that must have one, and for one of another type."""
    schema = native.collect_schema()
    lacking = [item for item in found.items if item.id not in schema and item.id not in found.parameters]
    if lacking and (not options.absent_is_missing or len(lacking) == len(found.items)):
        raise _absent(found, lacking, schema.names(), options)
    wrong = [item for item in found.items if item.id in schema and not _fits(schema[item.id], item)]
    if wrong:
        types = {nw.Float64: "numbers", nw.Boolean: "true or false", nw.String: "text"}
        shown = (f"{item.id} is {schema[item.id]}, it takes {types[kind_of(item)]}" for item in wrong)
        raise ColumnAbsent(
            f"{found.title}: {'; '.join(shown)}.",
            hint="read the table with the types stated; values such as <5 are taken by censored='interval'",
        )
    return {item.id for item in found.items if item.id not in schema}


def _absent(found: Measure, lacking: Sequence[Item], names: Sequence[str], options: Options) -> ColumnAbsent:
    """The error that names the columns that are not there, those that are, and the nearest to them."""
    wanted = (visit_columns(item)[:1] or (item.id,) if options.visits else (item.id,) for item in lacking)
    missing = list(dict.fromkeys(name for each in wanted for name in each))
    there = [name for name in names if not name.startswith((TEMPORARY, f"{found.id}_"))]
    near = dict.fromkeys(match for name in missing for match in get_close_matches(name, there, n=1))
    meant = f"near to them: {', '.join(near)}; " if near else ""
    two = (
        "name the patient and day columns to compare visits that are rows of their own; "
        if compares_visits(found) and options.visits is None
        else ""
    )
    return ColumnAbsent(
        f"{found.title}: the table has no column {', '.join(missing)}.",
        hint=f"{meant}{two}the columns are {', '.join(there[:30])}; or choose absent='missing'",
    )


def _fits(dtype: nw.dtypes.DType, item: Item) -> bool:
    if dtype == nw.Unknown or str(dtype) in ("Unknown", "Null", "Object"):
        return True  # a column of nothing but nulls
    kind = kind_of(item)
    if kind is nw.Boolean:
        return bool(dtype == nw.Boolean)
    if kind is nw.String:
        return dtype in (nw.String, nw.Categorical, nw.Enum)
    return bool(dtype.is_numeric())


def fault_of(item: Item) -> nw.Expr | None:
    """Whether a row holds a value that the item's scale does not have; null is none. None: every value is one."""
    column = nw.col(item.id).cast(kind_of(item))
    if item.kind == "yes_no" or (item.kind == "choice" and not item.choices):
        return None
    if item.kind == "choice":
        return ~reduce(or_, (column == choice for choice in item.choices)).fill_null(True)
    inside = (column >= float(item.low)) & (column <= float(item.high))
    if item.kind == "count":
        inside = inside & (column.round(0) == column)
    return ~inside.fill_null(True)


def fault_of_comparator(item_id: str) -> nw.Expr:
    """Whether what stands in the column of comparators is none."""
    comparator = nw.col(comparator_of(item_id))
    return ~comparator.is_in(("", "=", *COMPARATORS)).fill_null(True)


def check_comparators(native: Frame, found: Measure, censored: frozenset[str], options: Options) -> None:
    """Raises ItemOutOfRange where a value is a limit of detection and nobody has said what to make of it, and for what
    is no comparator."""
    marks: dict[str, nw.Expr] = {}
    if not options.as_intervals:
        marks = {name: is_beyond(name, COMPARATORS) | fault_of_comparator(name) for name in sorted(censored)}
    elif not options.wrong_is_null:
        marks = {name: fault_of_comparator(name) for name in sorted(censored)}
    names, where = _marked(native, marks, options.key)
    if names:
        raise ItemOutOfRange(
            f"{found.title}: {', '.join(names)} has values beyond detection, or comparators that are none.{where}",
            hint="censored='interval' takes each value with <, <=, > or >= as the interval that it stands for",
        )


def check_constraints(native: Frame, found: Measure, compiler: Compiler, key: Sequence[str]) -> None:
    """Raises ItemOutOfRange for rows in which items do not go together."""
    marks = {str(place): compiler.truth(each.rule)[1] for place, each in enumerate(found.constraints)}
    broken, where = _marked(compiler.with_stages(native), marks, key)
    if broken:
        says = "; ".join(found.constraints[int(place)].says for place in broken)
        raise ItemOutOfRange(f"{found.title}: {says}.{where}", hint="or choose out_of_range='null'")


def check_ranges(native: Frame, found: Measure, items: Sequence[Item], key: Sequence[str]) -> None:
    """Raises ItemOutOfRange naming items and the first rows."""
    marks = {item.id: fault for item in items if (fault := fault_of(item)) is not None}
    wrong, where = _marked(native, marks, key)
    if wrong:
        takes = "; ".join(f"{name} takes {_range(found.by_id[name])}" for name in wrong)
        raise ItemOutOfRange(
            f"{found.title}: {takes}; the table has other values.{where}",
            hint="convert units where the table is read, or choose out_of_range='null'",
        )


def _marked(native: Frame, marks: Mapping[str, nw.Expr], key: Sequence[str]) -> tuple[list[str], str]:
    """The marks that hold somewhere, and the first such rows in words: by their key or, where there is an order, their
    number."""
    if not marks:
        return [], ""
    shown, rows = list(key), native
    if isinstance(native, nw.DataFrame) and not key:
        shown, rows = ["row__number"], native.with_row_index("row__number")
    columns = {f"{name}__fault": mark for name, mark in marks.items()}
    marked = rows.select(*(nw.col(name) for name in shown), **columns)
    found_rows = first_rows(marked.filter(reduce(or_, (nw.col(name) for name in columns))))
    names = sorted({name for row in found_rows for name in marks if row[f"{name}__fault"]})
    places = [
        ", ".join(f"{name.replace('__', ' ')} {row[name]}" for name in shown) for row in found_rows if shown
    ]
    return names, f" In: {'; '.join(places)}." if places else ""


def _range(item: Item) -> str:
    return " or ".join(item.choices) if item.kind == "choice" else f"{item.low:g} to {item.high:g}"
