"""From files to sheets of text: a folder of CSV or Parquet files, or one workbook.

Nothing is interpreted here but the outer form: encoding, separator, decimal mark, blank rows. Every cell stays text;
every row keeps the number that a spreadsheet shows for it, the header being row 1.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from leadline.casebook import workbook_guard
from leadline.casebook.problems import Problem, Problems, nearest
from leadline.casebook.schema import TABLES, Kind
from leadline.errors import CasebookUnreadable

ROW = "_row"
"""Name of the column with the row's number."""

NOT_TABLES = frozenset({"columns", "read me", "lists"})
"""Sheets and files of a template that explain and hold no data."""

SEPARATORS = (",", ";", "\t")

NEUTRALISED = r"^'([=+\-@\s])"
"""What `text.safe_cell` writes, so that a casebook written and read again is the same."""

_DECIMAL_COMMA = r"^\s*(?:[<>]=?|≤|≥)?\s*[+-]?\d+,\d+\s*$"
_DECIMAL_POINT = r"^\s*(?:[<>]=?|≤|≥)?\s*[+-]?\d+\.\d+\s*$"
_THOUSANDS = r"^\s*(?:[<>]=?|≤|≥)?\s*[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+\s*$"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as found: all columns text, named as in the header (in lower case), and ROW."""

    table: str
    file: str
    frame: pl.DataFrame


@dataclass(slots=True)
class Found:
    """What lies at the place: the sheets, and what was noticed on the way."""

    name: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    notices: list[str] = field(default_factory=list)


def read_sheets(path: Path) -> Found:
    """Read what is at `path`. Raises CasebookUnreadable if there is no casebook at all; a fault of one table is a
    problem in what is returned."""
    if not path.exists():
        raise CasebookUnreadable(
            f"There is nothing at {path}.", hint="a folder of CSV files, or one .xlsx workbook"
        )
    workbook = _only_workbook_in(path) if path.is_dir() else path
    if workbook is None:
        found = _read_folder(path)
    elif workbook.suffix.lower() == ".xlsx":
        found = _read_workbook(workbook, name=path.resolve().name if path.is_dir() else path.stem)
    else:
        raise CasebookUnreadable(
            f"{path.name} is no casebook.", hint="give the folder that holds the CSV files, or an .xlsx"
        )
    if not found.sheets and not found.problems.total:
        raise CasebookUnreadable(
            f"{path.name} holds no table of a casebook.", hint="the tables are " + ", ".join(TABLES)
        )
    return found


WORKBOOKS = (".xlsx", ".xls", ".ods")
TABLE_FILES = (".csv", ".parquet")


def _only_workbook_in(folder: Path) -> Path | None:
    """The one workbook of a folder that holds no table of its own; a spreadsheet's lock file (~$) is none."""
    files = [file for file in folder.iterdir() if file.is_file()]
    workbooks = [file for file in files if file.suffix.lower() == ".xlsx" and not file.name.startswith("~$")]
    tables = [file for file in files if file.suffix.lower() in TABLE_FILES]
    return workbooks[0] if len(workbooks) == 1 and not tables else None


def _read_folder(folder: Path) -> Found:
    found = Found(folder.resolve().name)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in WORKBOOKS and not file.name.startswith("~$"):
            what = "a workbook beside tables in files of their own"
            todo = "Move one of the two elsewhere: nothing says which holds."
            found.problems.add(Problem(file.name, None, "", what, "one or the other", todo))
        if file.suffix.lower() not in TABLE_FILES or not file.is_file():
            _add_file_not_read(file, found)
            continue
        table = _table_named(file.stem, file.name, found)
        if table is None:
            continue
        if table in found.sheets:
            both = f"two files for one table ({found.sheets[table].file}, {file.name})"
            found.problems.add(Problem(table, None, "", both, "one file a table", "Remove one of them."))
            continue
        read = _read_csv if file.suffix.lower() == ".csv" else _read_parquet
        frame = read(file, table, found)
        if frame is not None:
            found.sheets[table] = Sheet(table, file.name, frame)
    return found


def _add_file_not_read(file: Path, found: Found) -> None:
    """A file with the name of a table (visits.txt, visits.csv.gz, visits.numbers) was meant to be read."""
    name = file.name.partition(".")[0].strip().lower().replace(" ", "_")
    if name in TABLES and file.suffix.lower() not in WORKBOOKS:
        what, taken = "a table in a file that is not read", f"{name}.csv, {name}.parquet or a workbook"
        found.problems.add(Problem(file.name, None, "", what, taken, "Save it as CSV, or move it elsewhere."))


def _table_named(name: str, shown_as: str, found: Found) -> str | None:
    table = name.strip().lower().replace(" ", "_")
    if table in TABLES:
        return table
    if name.strip().lower() not in NOT_TABLES:
        meant = nearest(table, TABLES)
        todo = f"Is it {meant}? Then name it so." if meant else "Rename or remove it."
        what = "a table that a casebook does not have"
        found.problems.add(Problem(shown_as, None, "", what, ", ".join(TABLES), todo))
    return None


# ---- CSV ---------------------------------------------------------------------------------------------------------


def _read_csv(file: Path, table: str, found: Found) -> pl.DataFrame | None:
    content = _as_utf8(file, table, found)
    if content is None:
        return None
    separator = _separator_of(content)
    try:
        cells = pl.read_csv(io.BytesIO(content), has_header=False, infer_schema=False, separator=separator)
    except pl.exceptions.PolarsError:
        _add_ragged_rows(content.decode(), separator, table, found)
        return None
    frame = _under_header(cells, table, found)
    return None if frame is None else _with_decimal_points(frame, separator, table, found)


def _as_utf8(file: Path, table: str, found: Found) -> bytes | None:
    content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:10_000]:
        what = "a file that is not plain CSV"
        _add_file_problem(table, found, what, "CSV in UTF-8", "Save it as CSV UTF-8.")
        return None
    if not content.strip():
        _add_file_problem(table, found, "an empty file", "a header and rows", "Fill it in or remove it.")
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        content = content.decode("cp1252", errors="replace").encode()
        found.notices.append(
            f"{file.name} is not UTF-8 and was read as Latin-1 (Windows-1252); check its accents."
        )
    return content


def _add_file_problem(table: str, found: Found, what: str, taken: str, todo: str) -> None:
    found.problems.add(Problem(table, None, "", what, taken, todo))


def _separator_of(content: bytes) -> str:
    header = content.lstrip(b"\r\n").partition(b"\n")[0].decode()
    return max(SEPARATORS, key=lambda mark: (header.count(mark), -SEPARATORS.index(mark)))


def _add_ragged_rows(text: str, separator: str, table: str, found: Found) -> None:
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    width, long = len(next(rows, [])), []
    with suppress(csv.Error):  # a quotation mark that never closes makes the rest of the file one cell
        long = [number for number, row in enumerate(rows, start=2) if len(row) > width]
    what = "more cells than the header has" if long else "a file that cannot be split into cells"
    taken = f"{width} cells separated by '{separator}'"
    todo = "Put text that holds the separator in quotation marks."
    places: list[int | None] = [*long] or [None]
    for number in places:
        found.problems.add(Problem(table, number, "", what, taken, todo))


def _with_decimal_points(frame: pl.DataFrame, separator: str, table: str, found: Found) -> pl.DataFrame:
    """Decimal commas become points if the whole file writes them so; a mixture is a problem, cell by cell."""
    columns = [name for name in frame.columns if name != ROW and _may_be_number(table, name)]
    with_comma = {name: frame[name].str.contains(_DECIMAL_COMMA).fill_null(False) for name in columns}
    with_point = {name: frame[name].str.contains(_DECIMAL_POINT).fill_null(False) for name in columns}
    commas, points = (sum(int(mask.sum()) for mask in masks.values()) for masks in (with_comma, with_point))
    if commas and points:
        rarer, mark, other = (
            (with_comma, "comma", "point") if commas <= points else (with_point, "point", "comma")
        )
        todo = f"Write it with a {other}, as the rest of the file does."
        taken = "one decimal mark in the whole file"
        _add_cells(frame, rarer, table, found, f"a decimal {mark}", taken, todo)
    elif commas and separator == ",":
        doubtful = _matching(frame, with_comma, _THOUSANDS)
        _add_cells(
            frame, doubtful, table, found, "a comma that may be decimal or thousands", "a decimal point"
        )
    elif points and separator == ";":
        doubtful = _matching(frame, with_point, _THOUSANDS)
        _add_cells(
            frame, doubtful, table, found, "a point that may be decimal or thousands", "a decimal comma"
        )
    if commas and not points:
        found.notices.append(f"{table}: decimal commas were read as decimal points.")
    if (
        commas
    ):  # beside points too, where the mixture is the problem: a cell needs no second one for its comma
        frame = frame.with_columns(
            pl.when(mask)
            .then(pl.col(name).str.replace(",", ".", literal=True))
            .otherwise(pl.col(name))
            .alias(name)
            for name, mask in with_comma.items()
            if mask.any()
        )
    return frame


def _may_be_number(table: str, name: str) -> bool:
    """Whether the column holds numbers: those of the schema that do, and items."""
    column = TABLES[table].column(name)
    return column is None or column.kind in (Kind.NUMBER, Kind.COUNT)


def _matching(frame: pl.DataFrame, masks: dict[str, pl.Series], pattern: str) -> dict[str, pl.Series]:
    return {name: mask & frame[name].str.contains(pattern).fill_null(False) for name, mask in masks.items()}


def _add_cells(
    frame: pl.DataFrame,
    masks: dict[str, pl.Series],
    table: str,
    found: Found,
    what: str,
    taken: str,
    todo: str = "Write a decimal so, and thousands without a mark.",
) -> None:
    for name, mask in masks.items():
        for row, cell in frame.filter(mask).select(ROW, name).iter_rows():
            found.problems.add(Problem(table, row, name, f"{what}: {cell.strip()}", taken, todo))


# ---- Parquet and workbooks ---------------------------------------------------------------------------------------


def _read_parquet(file: Path, table: str, found: Found) -> pl.DataFrame | None:
    try:
        frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError):
        _add_file_problem(
            table, found, "a file that is not Parquet, or is cut off", "Parquet", "Write it again."
        )
        return None
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype == pl.Binary]
    if nested:
        _add_file_problem(
            table, found, f"columns that hold lists: {', '.join(nested)}", "plain columns", "Flatten them."
        )
        return None
    names = [_tidy(name) for name in frame.columns]
    if _header_is_sound(names, table, found):
        return _without_blank_rows(frame.rename(dict(zip(frame.columns, names, strict=True))).cast(pl.String))
    return None


def _read_workbook(path: Path, *, name: str) -> Found:
    import fastexcel

    workbook_guard.check_size(path)
    found = Found(name)
    try:
        workbook = fastexcel.read_excel(path)
        formulas = workbook_guard.sheets_with_formulas(path)
        for sheet in workbook.sheet_names:
            table = _table_named(sheet, sheet, found)
            if table is None:
                continue
            cells = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
            frame = _under_header(cells, table, found, first_row=workbook_guard.first_row(path, sheet))
            _add_formulas(formulas.get(sheet, []), cells, table, found)
            if frame is not None:
                found.sheets[table] = Sheet(table, f"{path.name}, sheet {sheet}", frame)
    except (fastexcel.FastExcelError, KeyError) as error:
        raise CasebookUnreadable(
            f"{path.name} cannot be read as a workbook.", hint="save it again as .xlsx"
        ) from error
    return found


def _add_formulas(formulas: list[tuple[str, int]], cells: pl.DataFrame, table: str, found: Found) -> None:
    for letters, row in formulas:
        place = _column_number(letters)
        header = cells.row(0)[place] if cells.height and place < cells.width else None
        found.problems.add(Problem(table, row, header or letters, "a formula", "a typed value",
                                   "Copy the cell and paste it as a value."))  # fmt: skip


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


# ---- what all forms share ----------------------------------------------------------------------------------------


def _under_header(cells: pl.DataFrame, table: str, found: Found, first_row: int = 1) -> pl.DataFrame | None:
    """The rows under the header in row 1, with their numbers; None, with a problem, if the header is not sound."""
    if cells.height == 0 or first_row != 1:
        _add_file_problem(
            table, found, "no header in row 1", "the names of columns in row 1", "Start from a template."
        )
        return None
    names = [_tidy(name or "") for name in cells.row(0)]
    body = cells.slice(1)
    nameless = [old for old, name in zip(body.columns, names, strict=True) if not name]
    filled = [old for old in nameless if body[old].is_not_null().any()]
    if filled:
        place = ", ".join(str(body.columns.index(old) + 1) for old in filled)
        _add_file_problem(
            table, found, f"values without a name of a column (column {place})", "a name in row 1", "Name it."
        )
        return None
    kept = [name for name in names if name]
    if not _header_is_sound(kept, table, found):
        return None
    body = body.drop(nameless)
    return _without_blank_rows(body.rename(dict(zip(body.columns, kept, strict=True))))


def _tidy(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip().lower())


def _header_is_sound(names: list[str], table: str, found: Found) -> bool:
    twice = [name for name, count in Counter(names).items() if count > 1]
    for name in twice:
        found.problems.add(
            Problem(table, 1, name, "the same column twice", "each column once", "Rename or remove one.")
        )
    if not names:
        _add_file_problem(
            table, found, "no header in row 1", "the names of columns in row 1", "Start from a template."
        )
    return bool(names) and not twice


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells without white space around them, empty ones null; rows numbered from 2; rows without a value left out."""
    tidy = frame.with_columns(pl.all().str.strip_chars().replace("", None))
    quoted = [name for name in tidy.columns if tidy[name].str.starts_with("'").any()]
    tidy = tidy.with_columns(pl.col(quoted).str.replace(NEUTRALISED, "$1"))
    numbered = tidy.with_columns(pl.int_range(2, tidy.height + 2, dtype=pl.Int64).alias(ROW))
    return numbered.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
