"""Two visits in one row: each visit beside the earlier one that it is compared with, on any engine.

A criterion that compares two visits has items of both: `baseline_esr_mm_h` and `current_esr_mm_h`, or their difference,
`delta_esr_mm_h`. A table has one row a visit and one column, `esr_mm_h`. Here the columns of both visits are made, so
that the rule itself is the same whichever way the table came. Joins, filters and groups alone: an ordered window is
not to be had on every engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Literal

import narwhals as nw
from narwhals.typing import Frame, FrameT

from leadline.casebook.days import BASELINE_WINDOW_DAYS
from leadline.casebook.items import Item
from leadline.errors import ColumnAbsent, ItemOutOfRange
from leadline.measures.computed import AnyFrame
from leadline.measures.definition import Measure
from leadline.measures.engines import COMPARATORS, TEMPORARY, comparator_of

SHOWN_ROWS = 3
"""So many rows are named where something is wrong with them."""

REFERENCES = ("baseline", "previous")
TIMES = (*REFERENCES, "current", "delta")

DUE = f"{TEMPORARY}due"
"""Whether a visit comes after the window, so that there is something to compare."""

_REFERENCE_DAY = f"{TEMPORARY}reference_day"
_FULL_DAY = f"{TEMPORARY}day"
_ROW = f"{TEMPORARY}row"

WindowRule = tuple[int, int] | Literal["previous"]
BASELINE: WindowRule = (-BASELINE_WINDOW_DAYS, 0)


@dataclass(frozen=True, slots=True)
class TwoVisits:
    """Which earlier visit each visit is compared with.

    patient  column that says whose visit it is
    day      column of study days: whole numbers, day 0 is the index infusion
    window   first and last day of the baseline window: the last visit in it is the baseline of every later visit of
             the patient, as it stands, with its gaps. Or "previous": each visit against the one before it
    """

    patient: str
    day: str
    window: WindowRule

    @property
    def when(self) -> str:
        return "previous" if self.window == "previous" else "baseline"


def compares_visits(measure: Measure) -> bool:
    """Whether the measure's rule is about two visits."""
    return any(_time_of(item.id) for item in measure.items)


def usual_window(measure: Measure) -> WindowRule:
    """Against the previous visit where the measure's own items say so, else against baseline."""
    return "previous" if any(_time_of(item.id) == "previous" for item in measure.items) else BASELINE


def visit_columns(item: Item) -> tuple[str, ...]:
    """The columns of a visit that can hold what the item asks of one of two visits, the first the usual one."""
    time = _time_of(item.id)
    names = (item.id, *item.aliases) if time else ()
    return tuple(name.removeprefix(f"{time}_") for name in names if name.startswith(f"{time}_"))


def _time_of(item_id: str) -> str:
    first = item_id.partition("_")[0]
    return first if first in TIMES else ""


def paired(native: AnyFrame, found: Measure, rule: TwoVisits) -> AnyFrame:
    """The frame with a column more for each item of two visits that it can give, `DUE`, and the day of the other visit
    as `<id>_baseline_day` or `<id>_previous_day` (null: there is none). Items that stand in the frame already are left.
    """
    names = native.collect_schema().names()
    sources = dict(_sources(found.items, names))
    compared = {item_id: name for item_id, name in sources.items() if comparator_of(name) in names}
    common = [item.id for item in found.items
              if item.kind == "choice" and item.id in names and item.id not in found.parameters]  # fmt: skip
    check_days(native, rule)
    eager = isinstance(native, nw.DataFrame)
    rows = native.with_row_index(_ROW) if eager else native
    rows = rows.with_columns(**{_FULL_DAY: nw.col(rule.day).cast(nw.Int64)})
    rows = _with_reference_day(rows, rule)
    carried = dict.fromkeys((*sources.values(), *common, *map(comparator_of, compared.values())))
    earlier = {name: f"{TEMPORARY}earlier_{name}" for name in carried}
    rows = _with_earlier(rows, rule, earlier)
    agree = [(nw.col(name) == nw.col(earlier[name])).fill_null(False) for name in common]
    rows = rows.with_columns(
        **{item_id: _item(item_id, name, earlier, agree) for item_id, name in sources.items()},
        **{comparator_of(item_id): _comparator(item_id, name, earlier) for item_id, name in compared.items()},
    )
    if eager:  # joins keep no order
        rows = rows.sort(_ROW).drop(_ROW)
    rows = rows.with_columns(**{f"{found.id}_{rule.when}_day": nw.col(_REFERENCE_DAY)})
    return rows.drop([_REFERENCE_DAY, _FULL_DAY, *earlier.values()])


def _sources(items: Sequence[Item], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Item of one of two visits to the column of a visit that gives it."""
    for item in items:
        if item.id in names:
            continue
        given = next((name for name in visit_columns(item) if name in names), None)
        if given is not None:
            yield item.id, given


def _item(item_id: str, name: str, earlier: dict[str, str], agree: Sequence[nw.Expr]) -> nw.Expr:
    """What the item is in this row. The earlier value is unknown where what holds of both visits, such as the unit of
    both, is not the same at both."""
    if _time_of(item_id) == "current":
        return nw.col(name)
    before = nw.col(earlier[name])
    if agree:
        before = nw.when(reduce(and_, agree)).then(before)
    if _time_of(item_id) == "delta":
        change = nw.col(name).cast(nw.Float64) - before.cast(nw.Float64)
        if comparator_of(name) not in earlier:
            return change
        both = nw.col(comparator_of(name)).is_in(COMPARATORS) & nw.col(earlier[comparator_of(name)]).is_in(
            COMPARATORS
        )
        return nw.when(~both.fill_null(False)).then(change)  # of two limits the difference may be anything
    return before


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparator(item_id: str, name: str, earlier: dict[str, str]) -> nw.Expr:
    """The comparator of what the item is in this row. A difference from a limit is a limit of the other side."""
    now, before = nw.col(comparator_of(name)), nw.col(earlier[comparator_of(name)])
    match _time_of(item_id):
        case "current":
            return now
        case "delta":
            turned = nw.lit(None, dtype=nw.String)
            for one, other in _TURNED.items():
                turned = nw.when((before == one).fill_null(False)).then(nw.lit(other)).otherwise(turned)
            return nw.when(now.is_in(COMPARATORS).fill_null(False)).then(now).otherwise(turned)
        case _:
            return before


# ---- which visit -------------------------------------------------------------------------------------------------


def _with_reference_day(rows: FrameT, rule: TwoVisits) -> FrameT:
    """Each row with the day of the visit that it is compared with, and `DUE`."""
    day = nw.col(_FULL_DAY)
    if isinstance(rule.window, str):
        return _with_previous_day(rows, rule).with_columns(**{DUE: nw.lit(True)})
    first, last = rule.window
    inside = rows.filter((day >= first) & (day <= last))
    reference = inside.group_by(rule.patient).agg(day.max().alias(_REFERENCE_DAY))
    rows = rows.join(reference, on=rule.patient, how="left")
    later = (day > last).fill_null(False)
    return rows.with_columns(
        **{_REFERENCE_DAY: nw.when(later).then(nw.col(_REFERENCE_DAY)), DUE: (day > last).fill_null(True)}
    )


def _with_previous_day(rows: FrameT, rule: TwoVisits) -> FrameT:
    visits = rows.select(rule.patient, _FULL_DAY)
    others = visits.rename({_FULL_DAY: _REFERENCE_DAY})
    pairs = visits.join(others, on=rule.patient, how="inner")
    pairs = pairs.filter(nw.col(_REFERENCE_DAY) < nw.col(_FULL_DAY))
    last = pairs.group_by(rule.patient, _FULL_DAY).agg(nw.col(_REFERENCE_DAY).max())
    return rows.join(last, on=[rule.patient, _FULL_DAY], how="left")


def _with_earlier(rows: FrameT, rule: TwoVisits, earlier: dict[str, str]) -> FrameT:
    """Each row with the columns of the visit of its reference day, under the names in `earlier`."""
    day = nw.col(_FULL_DAY)
    window = None if isinstance(rule.window, str) else (day >= rule.window[0]) & (day <= rule.window[1])
    visits = rows if window is None else rows.filter(window)
    visits = visits.select(
        nw.col(rule.patient),
        day.alias(_REFERENCE_DAY),
        *(nw.col(name).alias(as_) for name, as_ in earlier.items()),
    )
    return rows.join(visits, on=[rule.patient, _REFERENCE_DAY], how="left")


# ---- what must hold of the two columns ---------------------------------------------------------------------------


def _check_visit_columns(native: Frame, rule: TwoVisits, *, dated: bool = False) -> None:
    """Raises ColumnAbsent where the patient or day column is absent, or the days are neither numbers nor, where they
    may be, dates."""
    schema = native.collect_schema()
    absent = [name for name in (rule.patient, rule.day) if name not in schema]
    if absent:
        raise ColumnAbsent(
            f"The table has no column {', '.join(absent)}.",
            hint=f"the columns are {', '.join(schema.names()[:30])}",
        )
    if not dated and not schema[rule.day].is_numeric():
        raise ColumnAbsent(
            f"The day column {rule.day} is {schema[rule.day]}; it takes whole numbers.",
            hint="count days from the index infusion, which is day 0, where the table is read",
        )


def check_days(native: Frame, rule: TwoVisits, *, dated: bool = False) -> None:
    """Raises ItemOutOfRange for a day that is no whole number, and for two rows of a patient on one day that could
    both be the earlier visit: which one to take would be a guess. A lazy frame is run to find them."""
    _check_visit_columns(native, rule, dated=dated)
    day = nw.col(rule.day) if dated else nw.col(rule.day).cast(nw.Float64)
    if not dated:
        _check_whole_days(native, rule, day)
    known = native.filter(~nw.col(rule.patient).is_null() & ~day.is_null())
    if not isinstance(rule.window, str):
        known = known.filter((day >= rule.window[0]) & (day <= rule.window[1]))
    counted = known.group_by(rule.patient, rule.day).agg(nw.len().alias(_ROW)).filter(nw.col(_ROW) > 1)
    twice = first_rows(counted.sort(rule.patient, rule.day))
    if twice:
        raise ItemOutOfRange(
            f"Two rows of one patient on one day cannot both be the {rule.when} visit. In: {_places(twice, rule)}.",
            hint="one row a visit: join or remove the second",
        )


def _check_whole_days(native: Frame, rule: TwoVisits, day: nw.Expr) -> None:
    broken = native.filter((day.round(0) != day).fill_null(False)).select(rule.patient, rule.day)
    torn = first_rows(broken)
    if torn:
        raise ItemOutOfRange(f"{rule.day} takes whole days; the table has others. In: {_places(torn, rule)}.")


def first_rows(frame: Frame) -> list[dict[str, Any]]:
    """The first rows of a frame. A lazy one is run for them, in pieces where its engine can."""
    few = frame.head(SHOWN_ROWS)
    if isinstance(few, nw.LazyFrame):
        few = few.collect(engine="streaming") if few.implementation.is_polars() else few.collect()
    rows: list[dict[str, Any]] = few.rows(named=True)
    return rows


def _places(rows: Sequence[dict[str, Any]], rule: TwoVisits) -> str:
    return "; ".join(f"{rule.patient} {row[rule.patient]}, {rule.day} {row[rule.day]}" for row in rows)
