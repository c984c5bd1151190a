"""Cells of text to typed columns, whole columns at a time; Python looks only at the cells that could not be read.

Each function takes a frame and names of its columns, gives back the typed column, and adds the cells that could not
be read to the problems. A missing code (schema.MISSING) in any cell is no problem: the value is null, the code is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from leadline.casebook.days import NotADay, RecordedDay, parse_day
from leadline.casebook.problems import Problem, Problems, nearest, shown
from leadline.casebook.reading import ROW
from leadline.casebook.schema import MISSING, Column, Kind, Table

YES = frozenset({"yes", "present", "true", "1", "y", "1.0", "positive"})
NO = frozenset({"no", "absent", "false", "0", "n", "0.0", "negative"})

NUMBER = r"^(<=|>=|<|>|≤|≥)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)$"
_PLAIN_COMPARATOR = {"≤": "<=", "≥": ">="}

PATIENT_ID = r"^[A-Z0-9-]{3,20}$"
_RUNNABLE = r"^[=+@\-]"

Days = dict[str, RecordedDay]
"""Every text of a date in the casebook to the day that it is, so that each is read once."""


def is_missing_code(cell: pl.Expr) -> pl.Expr:
    return cell.is_in(list(MISSING))


def numbers(cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The number and the comparator of a cell such as 12.5, <5, 1e3; both null if it is neither number nor censored."""
    parts = cell.str.extract_groups(NUMBER)
    comparator = parts.struct.field("1").replace(_PLAIN_COMPARATOR)
    return parts.struct.field("2").cast(pl.Float64, strict=False), comparator


def booleans(cell: pl.Expr) -> pl.Expr:
    lower = cell.str.to_lowercase()
    return pl.when(lower.is_in(list(YES))).then(True).when(lower.is_in(list(NO))).then(False)


def add_bad_cells(
    bad: pl.DataFrame,
    column: str,
    problems: Problems,
    *,
    table: str,
    taken: str,
    todo: str | Callable[[str], str],
    words: Iterable[str] = (),
    found: str = "",
) -> None:
    """One problem for each row of `bad` (ROW and the cell's column `cell`)."""
    words = tuple(words)

    def problem(row: Mapping[str, Any]) -> Problem:
        cell = row["cell"] or ""
        advice = todo if isinstance(todo, str) else todo(cell)
        return Problem(table, row[ROW], column, found or shown(cell, words), taken, advice)

    add_each(bad, table, problems, problem)


def add_each(
    rows: pl.DataFrame, table: str, problems: Problems, problem: Callable[[Mapping[str, Any]], Problem]
) -> None:
    """The problem of each row; those beyond what is listed are counted and not looked at one by one."""
    listed = rows.head(problems.room(table))
    for row in listed.iter_rows(named=True):
        problems.add(problem(row))
    problems.count_unlisted(table, rows.height - listed.height)


# ---- one table of the schema -------------------------------------------------------------------------------------


def typed(frame: pl.DataFrame, table: Table, problems: Problems, days: Days) -> pl.DataFrame:
    """The table's own columns, typed, in the order of the schema, with `_missing` (column=code; ...) and ROW.

    A column that the file does not have is null. Dates stay text; `days` gets what each text means.
    """
    present = frame.columns
    named = pl.concat_str(
        [
            pl.when(is_missing_code(pl.col(column.id)) & ~pl.lit(_takes_code(column))).then(
                pl.lit(f"{column.id}=") + pl.col(column.id)
            )
            for column in table.columns
            if column.id in present
        ],
        separator=";",
        ignore_nulls=True,
    ).alias("_missing")
    columns = [_typed_column(frame, column, table.name, problems, days) for column in table.columns]
    return frame.select(ROW, *columns, named)


def _takes_code(column: Column) -> bool:
    return any(choice in MISSING for choice in column.choices)


def _typed_column(
    frame: pl.DataFrame, column: Column, table: str, problems: Problems, days: Days
) -> pl.Series:
    if column.id not in frame.columns:
        if column.required:
            problems.add(Problem(table, 1, column.id, "no such column", _taken(column), "Add the column."))
        return pl.Series(column.id, [None] * frame.height, dtype=_dtype(column))
    cells = frame[column.id]
    codes = [code for code in MISSING if code not in column.choices]
    values = frame.select(pl.when(~pl.col(column.id).is_in(codes)).then(pl.col(column.id)))[column.id]
    if column.required:
        filled = cells if column.kind is Kind.DATE else values  # a day may be missing with a reason
        empty = frame.filter(filled.is_null()).select(ROW, pl.lit("").alias("cell"))
        add_bad_cells(
            empty, column.id, problems, table=table, taken=_taken(column), todo="Fill it in.", found="nothing"
        )
    result, bad = _read(values, column, days)
    _add_unread(frame, values, bad, column, table, problems)
    return result.alias(column.id)


def _dtype(column: Column) -> pl.DataType:
    match column.kind:
        case Kind.NUMBER:
            return pl.Float64()
        case Kind.COUNT:
            return pl.Int64()
        case Kind.YES_NO:
            return pl.Boolean()
        case _:
            return pl.String()


def _read(values: pl.Series, column: Column, days: Days) -> tuple[pl.Series, pl.Series]:
    """The typed values, and which of the cells could not be read."""
    match column.kind:
        case Kind.NUMBER | Kind.COUNT:
            return _read_numbers(values, column)
        case Kind.YES_NO:
            result = pl.select(booleans(pl.lit(values))).to_series()
            known = values.is_null() | result.is_not_null() | (values.str.to_lowercase() == "unknown")
            return result, ~known
        case Kind.CHOICE:
            result = values.str.to_lowercase().replace_strict(
                {c.lower(): c for c in column.choices}, default=None, return_dtype=pl.String
            )
            return result, values.is_not_null() & result.is_null()
        case Kind.CHOICES:
            return _read_choices(values, column)
        case Kind.COUNTS:
            return _read_counts(values, column)
        case Kind.DATE:
            unread = _read_days(values.drop_nulls().unique().to_list(), days)
            return values, values.is_in(list(unread)).fill_null(False)
        case Kind.CODE:
            fits = (
                values.str.contains(PATIENT_ID)
                if column.id == "patient_id"
                else ~values.str.contains(_RUNNABLE)
            )
            return values, ~fits.fill_null(True)
        case Kind.TEXT:
            return values, pl.repeat(False, values.len(), eager=True)


def _read_numbers(values: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    number, comparator = numbers(pl.col("cell"))
    fits = number.is_between(column.low, column.high) & comparator.is_null()
    if column.kind is Kind.COUNT:
        fits = fits & (number == number.floor())
    read = values.alias("cell").to_frame().select(
        pl.when(fits).then(number).cast(_dtype(column)).alias("number"),
        (pl.col("cell").is_not_null() & ~fits.fill_null(False)).alias("bad"),
    )  # fmt: skip
    return read["number"], read["bad"]


def _read_choices(values: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    allowed = {choice.lower(): choice for choice in column.choices}
    meant: dict[str, str] = {}
    for text in values.drop_nulls().unique().to_list():
        parts = [part.strip().lower() for part in text.replace(",", ";").split(";") if part.strip()]
        if all(part in allowed for part in parts):
            meant[text] = ";".join(allowed[part] for part in parts)
    result = values.replace_strict(meant, default=None, return_dtype=pl.String)
    return result, values.is_not_null() & result.is_null()


def _read_counts(values: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """Whole numbers of one cell, as text in ascending order: "0;15;30"."""
    meant: dict[str, str] = {}
    for text in values.drop_nulls().unique().to_list():
        parts = [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]
        if parts and all(part.isascii() and part.isdigit() for part in parts):
            counts = sorted({int(part) for part in parts})
            if column.low <= counts[0] and counts[-1] <= column.high:
                meant[text] = ";".join(map(str, counts))
    result = values.replace_strict(meant, default=None, return_dtype=pl.String)
    return result, values.is_not_null() & result.is_null()


def _read_days(texts: Iterable[str], days: Days) -> Mapping[str, NotADay]:
    """Read every text not read before; return those that are no day."""
    bad: dict[str, NotADay] = {}
    for text in texts:
        if text not in days:
            try:
                days[text] = parse_day(text)
            except NotADay as error:
                bad[text] = error
    return bad


# ---- saying what could not be read -------------------------------------------------------------------------------


def _add_unread(
    frame: pl.DataFrame, values: pl.Series, bad: pl.Series, column: Column, table: str, problems: Problems
) -> None:
    if not bad.any():
        return
    rows = pl.DataFrame({ROW: frame[ROW], "cell": values}).filter(bad)
    add_bad_cells(
        rows, column.id, problems, table=table, taken=_taken(column), todo=lambda cell: _advice(cell, column),
        words=(*column.choices, *YES, *NO, "unknown"), found=_unshown(column),
    )  # fmt: skip


def _unshown(column: Column) -> str:
    return "a text that is not a code of a child" if column.id == "patient_id" else ""


def _taken(column: Column) -> str:
    limits = (
        f"{column.low:g} to {column.high:g}"
        if column.high < float("inf")
        else "at least 0"
        if column.low == 0
        else ""
    )
    match column.kind:
        case Kind.NUMBER:
            return f"a number {limits}".strip()
        case Kind.COUNT:
            return f"a whole number {limits}".strip()
        case Kind.COUNTS:
            return f"whole numbers {limits}".strip() + ", separated by ;"
        case Kind.YES_NO:
            return "yes or no, present or absent"
        case Kind.CHOICE:
            return _few(column.choices)
        case Kind.CHOICES:
            return _few(column.choices) + ", separated by ;"
        case Kind.DATE:
            return "2019-03-14, 2019-03, 2019, about/before/after one of these, D-12, W8, M3, M3..M6"
        case Kind.CODE if column.id == "patient_id":
            return "3 to 20 capital letters, digits or hyphens"
        case Kind.CODE:
            return "a code that does not begin with = + - @"
        case Kind.TEXT:
            return "text"


def _few(choices: tuple[str, ...], most: int = 12) -> str:
    return ", ".join(choices) if len(choices) <= most else ", ".join(choices[:most]) + ", ..."


def _advice(cell: str, column: Column) -> str:
    if cell.startswith("="):
        return "Write the value, not a formula."
    match column.kind:
        case Kind.DATE:
            return _day_advice(cell)
        case Kind.CHOICE | Kind.CHOICES:
            meant = nearest(cell, column.choices)
            return f"Is it {meant}?" if meant else "Choose one, or leave it empty."
        case Kind.CODE if column.id == "patient_id":
            return "Give each child a code; never a name."
        case Kind.CODE:
            return "Put a letter before it."
        case _:
            return "Correct it, leave it empty, or say why it is missing (not_recorded, not_done, ...)."


def _day_advice(cell: str) -> str:
    try:
        parse_day(cell)
    except NotADay as error:
        hint = error.hint
        if not hint.startswith("taken"):
            return hint[0].upper() + hint[1:] + "."
    return "Write year-month-day, or the part that is known."
