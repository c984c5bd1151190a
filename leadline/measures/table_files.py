"""Measures on files: a CSV or Parquet table in, the same rows with the measures' columns out, larger than memory if
need be. polars and DuckDB stream; Spark works where its workers are.

A CSV file is read as text, so that what is not asked about is written as it was; only the items are turned into numbers
and yes or no, on the engine itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import and_
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import narwhals as nw
from narwhals.typing import Frame, FrameT

from leadline.casebook.cells import NO, YES
from leadline.casebook.schema import MISSING
from leadline.errors import ItemOutOfRange, OutputExists, TableUnreadable
from leadline.measures.censoring import comparators_of, number_in
from leadline.measures.definition import Measure
from leadline.measures.engines import TEMPORARY
from leadline.measures.frames import joins_rows, score
from leadline.measures.instruments import measure
from leadline.measures.remission import STOPPED
from leadline.measures.table_engines import FORMATS, TableEngine, table_engine
from leadline.measures.visits import first_rows, visit_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE = r"^\d{4}-\d{2}-\d{2}$"

_AS_WRITTEN = f"{TEMPORARY}as_written_"
_ROW = f"{TEMPORARY}row_of_file"


def score_table(
    table: Path,
    measure_ids: Sequence[str],
    out: Path,
    *,
    engine: str = "polars",
    replace: bool = False,
    **options: Any,
) -> dict[str, dict[str, int]]:
    """Score every row of a file by several measures.

    table        CSV (with a header, UTF-8) or Parquet, a row a visit, with the columns that `score` takes
    measure_ids  which measures; their columns are added in this order
    out          file to write, CSV or Parquet by its name; Spark writes a folder of that name with a file a partition
    engine       polars, duckdb, or the address of a Spark master: spark://host:7077, local[2]
    replace      write over a file that is there
    options      those of `score`; they go to every measure. `course` and `cutoff_set` go to those with cut-offs

    In CSV an empty cell and the codes of a missing value are missing, findings are yes or no (also present and absent,
    true and false, 1 and 0), the day is a study day or a date such as 2024-03-15, and a number that is none is out of
    range, "<5" among them unless `censored` is "interval".

    returns  measure id to status to the number of rows with it
    raises   UnknownMeasure, NotForTables, ColumnAbsent, ItemOutOfRange, TableUnreadable, EngineAbsent, OutputExists
    """
    measures = [measure(measure_id) for measure_id in dict.fromkeys(measure_ids)]
    chosen = table_engine(engine)
    _check_paths(table, out, replace=replace)
    with chosen.readable(table):
        native = nw.from_native(chosen.read(table))
        names = native.collect_schema().names()
        frame = _typed(native, measures, options) if table.suffix.lower() == ".csv" else native
        joined = any(joins_rows(each, visits=options.get("patient") is not None) for each in measures)
        number = chosen.number if joined else None
        if number is not None:  # joins keep no order
            frame = nw.from_native(number(frame.to_native(), _ROW))
        scored = frame.to_native()
        for each in measures:
            scored = score(scored, each.id, **_options_of(each, options))
        result = nw.from_native(scored)
        result = result.sort(_ROW).drop(_ROW) if number is not None else result
        with _written(out) as part:
            chosen.write(_as_written(result, names).to_native(), part)
    return _statuses(chosen, out, measures)


def _check_paths(table: Path, out: Path, *, replace: bool) -> None:
    taken = " or ".join(FORMATS)
    for path in (table, out):
        if path.suffix.lower() not in FORMATS:
            raise TableUnreadable(
                f"{path.name} is no table that is taken.", hint=f"name a file that ends in {taken}"
            )
    if not table.exists():
        raise TableUnreadable(f"There is no file {table}.")
    if out.resolve() == table.resolve():
        raise OutputExists(f"{out} is the table itself.", hint="name another file to write")
    if out.exists() and not replace:
        raise OutputExists(f"{out} exists.", hint="name another file, or choose to write over it")


@contextmanager
def _written(out: Path) -> Iterator[Path]:
    """A place beside `out` to write to, which takes its name only once all is written."""
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    _remove(part)
    try:
        yield part
        _remove(out)
        part.rename(out)
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _options_of(each: Measure, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options for this measure: course and cut-offs say nothing to one that has no cut-offs."""
    has_cutoffs = bool(getattr(each, "cutoffs", ()))
    return {
        name: value for name, value in options.items() if has_cutoffs or name not in ("course", "cutoff_set")
    }


def _statuses(chosen: TableEngine, out: Path, measures: Sequence[Measure]) -> dict[str, dict[str, int]]:
    native = nw.from_native(chosen.read(out))
    found: dict[str, dict[str, int]] = {}
    for each in measures:
        column = f"{each.id}_status"
        counted = native.group_by(column).agg(nw.len().alias("rows")).sort(column)
        rows = counted.collect() if isinstance(counted, nw.LazyFrame) else counted
        found[each.id] = {row[column]: row["rows"] for row in rows.rows(named=True)}
    return found


# ---- text to items -----------------------------------------------------------------------------------------------


def _typed(native: FrameT, measures: Sequence[Measure], options: Mapping[str, Any]) -> FrameT:
    """The frame of text with the items as numbers, yes or no, and choices, and what was written beside them."""
    kinds = _kinds(native, measures, options)
    if not kinds:
        return native
    _check_findings(native, [name for name, kind in kinds.items() if kind == "yes_no"], options)
    _check_dates(native, [name for name, kind in kinds.items() if kind == "date"])
    typed = {name: _READINGS[kind](_cell(name)) for name, kind in kinds.items()}
    kept = {f"{_AS_WRITTEN}{name}": nw.col(name) for name in kinds}
    return native.with_columns(**kept, **typed)


def _as_written(scored: FrameT, names: Sequence[str]) -> FrameT:
    """The items as they stood in the file, in the file's order, and then what was added."""
    all_names = scored.collect_schema().names()
    kept = [name for name in names if f"{_AS_WRITTEN}{name}" in all_names]
    added = [name for name in all_names if name not in names and not name.startswith(TEMPORARY)]
    columns = (nw.col(f"{_AS_WRITTEN}{name}").alias(name) if name in kept else nw.col(name) for name in names)
    return scored.select(*columns, *added)


def _kinds(native: Frame, measures: Sequence[Measure], options: Mapping[str, Any]) -> dict[str, str]:
    """Column of the file to the kind of item that it holds. A number that may be beyond detection stays text."""
    names = native.collect_schema().names()
    as_intervals = options.get("censored") == "interval"
    kinds: dict[str, str] = {}
    for item in (item for each in measures for item in each.items):
        is_text = as_intervals and item.kind in ("number", "count")
        kinds |= {name: "choice" for name in comparators_of(item) if name in names}
        for name in (item.id, *visit_columns(item)):
            if name in names:
                kinds.setdefault(name, "choice" if is_text else item.kind)
    days = [name for name in names if name in (options.get("day"), STOPPED)]
    return {**kinds, **{name: "date" if _holds_dates(native, name) else "number" for name in days}}


def _holds_dates(native: Frame, name: str) -> bool:
    cells = native.select(**{name: _cell(name)}).filter(~nw.col(name).is_null())
    return any(re.fullmatch(DATE, row[name]) for row in first_rows(cells))


def _cell(name: str) -> nw.Expr:
    """The text of a cell, null if it is empty or says why there is no value."""
    text = nw.col(name).cast(nw.String).str.strip_chars()
    nothing = reduce(and_, (text != code for code in ("", *MISSING)))
    return nw.when(nothing).then(text)


def _finding(text: nw.Expr) -> nw.Expr:
    lower = text.str.to_lowercase()
    is_no = nw.when(lower.is_in(sorted(NO))).then(nw.lit(False))
    return nw.when(lower.is_in(sorted(YES))).then(nw.lit(True)).otherwise(is_no)


def _check_dates(native: Frame, names: Sequence[str]) -> None:
    """Raises ItemOutOfRange for what is no date in a column of dates."""
    for name in names:
        if first_rows(native.select(**{name: _cell(name)}).filter(~nw.col(name).str.contains(DATE))):
            raise ItemOutOfRange(f"{name} takes dates such as 2024-03-15; the table has other words.")


_READINGS: Mapping[str, Callable[[nw.Expr], nw.Expr]] = {
    "number": number_in,
    "count": number_in,
    "date": lambda text: text.str.to_date("%Y-%m-%d"),
    "yes_no": _finding,
    "choice": lambda text: text,
}


def _check_findings(native: Frame, names: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raises ItemOutOfRange for a finding that is neither yes nor no: it has no value to hold that."""
    key = [name for name in (*options.get("key", ()), options.get("patient"), options.get("day")) if name]
    for name in names:
        wrong = ~_cell(name).is_null() & _finding(_cell(name)).is_null()
        rows = first_rows(native.filter(wrong).select(*dict.fromkeys(key or [name])))
        if rows:
            places = "; ".join(", ".join(f"{k} {v}" for k, v in row.items()) for row in rows) if key else ""
            raise ItemOutOfRange(
                f"{name} takes yes or no; the table has other words.{f' In: {places}.' if places else ''}",
                hint="yes and no, present and absent, true and false, 1 and 0; nothing where it is not recorded",
            )
