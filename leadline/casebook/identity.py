"""Which columns a table has, which rows count, and who each row is: before any cell is read."""

from __future__ import annotations

import polars as pl

from leadline.casebook.cells import add_bad_cells
from leadline.casebook.headers import DayColumn, columns_of
from leadline.casebook.problems import Problem, Problems, nearest
from leadline.casebook.reading import ROW
from leadline.casebook.schema import MISSING, Table

IN_ERROR = "entered_in_error"


def known_columns(frame: pl.DataFrame, table: Table, problems: Problems) -> pl.DataFrame:
    """The columns that the table may have; a day given as a number becomes a date, a reason of `missing` its cell's."""
    meanings = columns_of(table)
    for name in frame.columns:
        if name != ROW and name not in meanings:
            meant = nearest(name, meanings)
            todo = f"Is it {meant}?" if meant else "Rename or remove it."
            found = "a column that the table does not have"
            problems.add(Problem(table.name, 1, name, found, "the columns of the template", todo))
    frame = frame.select(name for name in frame.columns if name == ROW or name in meanings)
    for name in frame.columns:
        meaning = meanings.get(name)
        if isinstance(meaning, DayColumn):
            frame = _with_offset(frame, name, meaning, table.name, problems)
    return _with_missing_codes(frame, table.name, problems) if "missing" in frame.columns else frame


def _with_offset(
    frame: pl.DataFrame, name: str, meaning: DayColumn, table: str, problems: Problems
) -> pl.DataFrame:
    """`visit_week` 8 becomes visit_date W8."""
    date, cell = meaning.column.id, pl.col(name)
    whole = cell.str.contains(r"^[+-]?\d{1,5}(\.0)?$")
    cells = frame.select(ROW, cell.alias("cell"), whole.alias("whole")).filter(pl.col("cell").is_not_null())
    bad = cells.filter(~pl.col("whole") & ~pl.col("cell").is_in(list(MISSING)))
    todo = f"Write a range or a date in {date}."
    add_bad_cells(bad, name, problems, table=table, taken="a whole number", todo=todo)
    day = pl.when(whole).then(pl.lit(meaning.letter) + cell.str.replace(r"\.0$", "")).otherwise(cell)
    if date not in frame.columns:
        return frame.with_columns(day.alias(date)).drop(name)
    both = frame.filter(cell.is_not_null() & pl.col(date).is_not_null()).select(ROW, cell.alias("cell"))
    add_bad_cells(
        both, name, problems, table=table, taken=f"either {name} or {date}", todo="Keep one of them."
    )
    return frame.with_columns(pl.coalesce(date, day).alias(date)).drop(name)


def _with_missing_codes(frame: pl.DataFrame, table: str, problems: Problems) -> pl.DataFrame:
    """Reasons given in the column `missing` as column=code go to the empty cells that they speak of."""
    wanted: dict[str, dict[int, str]] = {}
    for row, text in frame.filter(pl.col("missing").is_not_null()).select(ROW, "missing").iter_rows():
        for part in filter(None, (part.strip() for part in text.split(";"))):
            column, _, code = (piece.strip() for piece in part.partition("="))
            if column in frame.columns and code in MISSING:
                wanted.setdefault(column, {})[row] = code
            else:
                found, todo = "a reason that cannot be read", "The codes are " + ", ".join(MISSING) + "."
                problems.add(Problem(table, row, "missing", found, "column=code, separated by ;", todo))
    reasons = {
        column: pl.col(ROW).replace_strict(codes, default=None, return_dtype=pl.String)
        for column, codes in wanted.items()
    }
    return frame.with_columns(
        pl.coalesce(column, reason).alias(column) for column, reason in reasons.items()
    ).drop("missing")


def count_in_error(frame: pl.DataFrame) -> int:
    return frame.height - without_errors(frame).height


def without_errors(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that count: one entered in error is kept as recorded, and used for nothing."""
    if "row_status" not in frame.columns:
        return frame
    return frame.filter(pl.col("row_status").str.to_lowercase().ne_missing(IN_ERROR))


def with_identity(frame: pl.DataFrame, table: str, file: str, problems: Problems) -> pl.DataFrame:
    """uid, source_kind and source_ref in every row: from the table and the row, `imported`, and the file's name."""
    uid = pl.lit(f"{table}-") + pl.col(ROW).cast(pl.String)
    if "uid" in frame.columns:
        twice = frame.filter(pl.col("uid").is_not_null() & pl.col("uid").is_duplicated())[ROW]
        problems.add_rows(table, twice, "uid", "a uid used twice", "each uid once", "Give each row its own.")
        uid = pl.coalesce("uid", uid)
    if "patient_id" not in frame.columns and table != "about":
        frame = frame.with_columns(pl.lit(None, pl.String).alias("patient_id"))
    return frame.with_columns(
        uid.alias("uid"), _filled(frame, "source_kind", "imported"), _filled(frame, "source_ref", file)
    )


def _filled(frame: pl.DataFrame, name: str, value: str) -> pl.Expr:
    return (pl.col(name).fill_null(value) if name in frame.columns else pl.lit(value)).alias(name)
