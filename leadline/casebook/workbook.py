"""The empty casebook that explains itself, and a casebook written again: as a folder of CSV files or as one workbook.

Explanations stand where they cannot be read as data: in comments on the header cells, and in the sheets `read me`,
`columns` and `lists` (the file `columns.csv`), which reading passes over.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.casebook.items import ITEMS_OF_DISEASE, UPPER_LIMIT_EXAMPLES, Item
from leadline.casebook.schema import ABOUT_KEYS, DISEASES, HOUSEKEEPING, MISSING, TABLES, Column, Kind, Table
from leadline.casebook.text import safe_cell
from leadline.errors import LeadlineError, OutputExists

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from leadline.casebook.casebook import Casebook

GUIDE = tuple(
    " ".join(paragraph.split())
    for paragraph in f"""Leadline casebook

One table for each kind of fact. Only the table of children is needed; leave out what you do not have.

Point at the name of a column to see what it means, in which unit, what may be written, and an example. The sheet
columns (or the file columns.csv) says the same in one list.

A child is a code (CHILD-01), never a name. The same code stands in every table.

Days: 2019-03-14; in part: 2019-03 or 2019; about, before or after one of these; or counted from the first infusion,
which is day 0: D-12, W8, M3, M3..M6. Write all days of one child in one of the two forms.

An empty cell means: not known why it is empty. Better is a reason in its place: {", ".join(MISSING)}.

Absent means: looked for, and not there. It is not the same as an empty cell.

A result below detection is written as printed: <5.

What is normal differs by laboratory and age: its limits stand in a column beside the value, esr_mm_h_ref_high or
c3_mg_dl_ref_low, or in ref_low and ref_high of observations.

A value has the unit in the column's name. In another unit, name the column for it (crp_mg_dl), or use the table
observations, which has a column for the unit.

Columns that you do not need can be removed; their order does not matter.

Then: leadline check, and leadline report.""".split("\n\n")
)
"""The first sheet of a workbook, and the file README.txt of a folder: a title, then paragraphs."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A column of a template: the column of the schema, or that of an item, in the words of both."""

    id: str
    title: str
    kind: Kind
    meaning: str
    unit: str
    allowed: str
    example: str
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def comment(self) -> str:
        lines = [self.title + (" (required)" if self.required else ""), self.meaning]
        lines += [
            f"Unit: {self.unit}" if self.unit else "",
            f"Allowed: {self.allowed}",
            f"Example: {self.example}" if self.example else "",
        ]
        return "\n".join(line for line in lines if line)


def template_columns(table: Table, disease: str = "") -> tuple[Explained, ...]:
    """The columns that the template of a table offers: its own, and in visits one for each item (of the disease) and
    for each limit of normal that a criterion asks for."""
    items = ITEMS_OF_DISEASE[disease].values() if table.name == "visits" else ()
    return (*map(explained, table.columns), *(column for item in items for column in _item_columns(item)))


def _item_columns(item: Item) -> tuple[Explained, ...]:
    column = explained_item(item)
    if item.id not in UPPER_LIMIT_EXAMPLES:
        return (column,)
    limit = replace(
        column,
        id=f"{item.id}_ref_high",
        title=f"The laboratory's upper limit of {item.title}",
        meaning="for the child's age; without it nobody can say whether the value is normal",
        allowed=f"a number, {item.low:g} to {item.high:g}",
        example=UPPER_LIMIT_EXAMPLES[item.id],
    )
    return (column, limit)


def explained(column: Column) -> Explained:
    return Explained(column.id, column.title, column.kind, column.meaning, _printed(column.unit), _allowed(column),
                     column.example, column.choices, column.required)  # fmt: skip


def _printed(unit: str) -> str:
    """The unit as a person reads it: UCUM's notes in braces ({joints}) are none."""
    return "" if unit.startswith("{") else unit


def _allowed(column: Column) -> str:
    match column.kind:
        case Kind.NUMBER | Kind.COUNT:
            what = "a number" if column.kind is Kind.NUMBER else "a whole number"
            return what + (f", {column.low:g} to {column.high:g}" if column.high < float("inf") else "")
        case Kind.COUNTS:
            return f"whole numbers, {column.low:g} to {column.high:g}, separated by ;"
        case Kind.YES_NO:
            return "yes or no (or present, absent)"
        case Kind.CHOICE | Kind.CHOICES:
            known = {
                "measure": "an id of the items, see columns",
                "joint": "a name of the 71 joints, see lists",
            }
            separated = ", separated by ;" if column.kind is Kind.CHOICES else ""
            return known.get(column.id, ", ".join(column.choices) + separated)
        case Kind.DATE:
            return "a day, or what is known of it: 2019-03-14, 2019-03, 2019, about 2019-03, D-12, W8, M3..M6"
        case Kind.CODE:
            return "a code"
        case Kind.TEXT:
            return "text"


def explained_item(item: Item) -> Explained:
    limits = f"{item.low:g} to {item.high:g}"
    allowed = {
        "yes_no": "present or absent",
        "choice": ", ".join(item.choices),
        "count": f"a whole number, {limits}",
    }
    kinds = {"yes_no": Kind.YES_NO, "choice": Kind.CHOICE, "count": Kind.COUNT, "number": Kind.NUMBER}
    example = item.example or ("absent" if item.kind == "yes_no" else f"{max(item.low, 0):g}")
    words = allowed.get(item.kind, f"a number, {limits}; <5 where below detection")
    return Explained(item.id, item.title, kinds[item.kind], item.meaning, _printed(item.unit), words, example,
                     item.choices)  # fmt: skip


# ---- a folder of CSV files ---------------------------------------------------------------------------------------


def write_template(folder: str | Path, *, disease: str = "") -> tuple[Path, ...]:
    """One CSV file a table with its header, and columns.csv that explains every column. Raises OutputExists."""
    place = _free_folder(Path(folder), disease)
    written = []
    for table in TABLES.values():
        rows = [[key, ""] for key in ABOUT_KEYS if key != "group_result"] if table.name == "about" else []
        written.append(
            _write_csv(place / f"{table.name}.csv", [c.id for c in template_columns(table, disease)], rows)
        )
    written.append(_write_csv(place / "columns.csv", COLUMNS_HEADER, _columns_rows(disease)))
    guide = place / "README.txt"
    guide.write_text("\n\n".join(GUIDE) + "\n", encoding="utf-8")
    return (*written, guide)


COLUMNS_HEADER = ("table", "column", "title", "meaning", "unit", "allowed", "example", "required")


def _columns_rows(disease: str) -> list[list[str]]:
    housekeeping = tuple(map(explained, HOUSEKEEPING))
    keys = [["about", f"key = {key}", "", meaning, "", "", "", ""] for key, meaning in ABOUT_KEYS.items()]
    tables = [(table.name, template_columns(table, disease)) for table in TABLES.values()]
    return keys + [
        [name, c.id, c.title, c.meaning, c.unit, c.allowed, c.example, "yes" if c.required else ""]
        for name, columns in (*tables, ("every table, if wanted", housekeeping))
        for c in columns
    ]


def _free_folder(folder: Path, disease: str) -> Path:
    if disease not in ("", *DISEASES):
        raise LeadlineError("No template is kept for this disease.", hint="one of " + ", ".join(DISEASES))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputExists(f"{folder} is not empty.", hint="name a folder that does not exist yet")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_csv(path: Path, header: Iterable[str], rows: Iterable[Sequence[str]]) -> Path:
    # The mark at the start tells Excel that the file is UTF-8; reading takes it away.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return path


def write_casebook(casebook: Casebook, folder: str | Path) -> tuple[Path, ...]:
    """The casebook as recorded, one CSV file a table; reading it gives the same casebook. Raises OutputExists."""
    place = _free_folder(Path(folder), "")
    return tuple(
        _write_csv(place / f"{name}.csv", *_recorded(casebook, name))
        for name in TABLES
        if name in casebook.recorded
    )


def _recorded(casebook: Casebook, name: str) -> tuple[list[str], list[list[str]]]:
    frame = casebook.recorded[name]
    columns = [column for column in frame.columns if not column.startswith("_")]
    return columns, [
        ["" if cell is None else cell for cell in row] for row in frame.select(columns).iter_rows()
    ]


# ---- a workbook --------------------------------------------------------------------------------------------------

WIDTHS = {Kind.TEXT: 26, Kind.DATE: 16, Kind.CHOICE: 18, Kind.CHOICES: 22, Kind.CODE: 16}
ROWS_WITH_LISTS = 2000
"""Rows of a template in which a cell offers its choices."""

COMMENT = {"author": "", "x_scale": 2.2, "y_scale": 1.6, "font_size": 9}

INK, GROUND, GROUND_REQUIRED = "#1f2a33", "#e9eef2", "#cfdbe4"


def write_template_xlsx(path: str | Path, *, disease: str = "") -> tuple[Path, ...]:
    """One workbook: a sheet a table, an explanation on each header cell, choices to pick from. Raises OutputExists."""
    path = Path(path)
    _free_folder(path.parent, disease)
    about = [[key, "", ""] for key in ABOUT_KEYS if key != "group_result"]
    _write_workbook(path, {table.name: (template_columns(table, disease), about if table.name == "about" else [])
                           for table in TABLES.values()}, disease)  # fmt: skip
    return (path,)


def write_casebook_xlsx(casebook: Casebook, path: str | Path) -> Path:
    """The casebook as it was recorded, in one workbook; reading it gives the same casebook. Raises OutputExists."""
    path = Path(path)
    if path.exists():
        raise OutputExists(f"{path} is there already.", hint="name another file")
    sheets = {}
    for name in casebook.recorded:
        columns, rows = _recorded(casebook, name)
        known = {
            column.id: column for column in (*template_columns(TABLES[name]), *map(explained, HOUSEKEEPING))
        }
        plain = (known.get(c) or Explained(c, c, Kind.NUMBER, "", "", "", "") for c in columns)
        sheets[name] = (tuple(plain), rows)
    _write_workbook(path, sheets, "")
    return path


Sheets = Mapping[str, tuple[tuple[Explained, ...], list[list[str]]]]


def _write_workbook(path: Path, sheets: Sheets, disease: str) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"title": "Leadline casebook", "created": _FIXED_DATE})
        look = _formats(workbook)
        _write_guide(workbook, look)
        lists = _Lists()
        for name, (columns, rows) in sheets.items():
            _write_sheet(workbook, look, lists, TABLES[name], columns, rows)
        _write_columns(workbook, look, disease)
        lists.write(workbook)


_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the format has no zone
"""The same input gives the same bytes: a workbook does not say when it was made."""


def _formats(workbook: Workbook) -> dict[str, Format]:
    base = {"font_name": "Calibri", "font_size": 11, "font_color": INK}
    return {
        "header": workbook.add_format(
            {**base, "bold": True, "bg_color": GROUND, "bottom": 1, "valign": "top"}
        ),
        "required": workbook.add_format(
            {**base, "bold": True, "bg_color": GROUND_REQUIRED, "bottom": 1, "valign": "top"}
        ),
        "text": workbook.add_format({**base, "num_format": "@"}),
        "plain": workbook.add_format(base),
        "title": workbook.add_format({**base, "bold": True, "font_size": 18}),
        "wrapped": workbook.add_format({**base, "text_wrap": True, "valign": "top"}),
    }


def _write_guide(workbook: Workbook, look: Mapping[str, Format]) -> None:
    sheet = workbook.add_worksheet("read me")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, GUIDE[0], look["title"])
    for row, text in enumerate(GUIDE[1:], start=2):
        sheet.write_string(row, 0, text, look["wrapped"])
        sheet.set_row(row, 15.5 * (1 + len(text) // 105) + 6)
    start = len(GUIDE) + 2
    for row, table in enumerate(TABLES.values(), start=start):
        sheet.write_url(
            row, 0, f"internal:'{table.name}'!A1", look["plain"], f"{table.name}: {table.meaning}"
        )
    _fit_to_page(sheet)


def _write_sheet(
    workbook: Workbook,
    look: Mapping[str, Format],
    lists: _Lists,
    table: Table,
    columns: Sequence[Explained],
    rows: Sequence[Sequence[str]],
) -> None:
    sheet = workbook.add_worksheet(table.name)
    sheet.freeze_panes(1, 1)
    _fit_to_page(sheet)
    for place, column in enumerate(columns):
        is_number = column.kind in (Kind.NUMBER, Kind.COUNT)
        width = max(WIDTHS.get(column.kind, 10), len(column.id) + 2)
        sheet.set_column(place, place, width, look["plain" if is_number else "text"])
        sheet.write_string(0, place, column.id, look["required" if column.required else "header"])
        sheet.write_comment(0, place, column.comment, COMMENT)
        if choices := _offered(column):
            sheet.data_validation(
                1, place, ROWS_WITH_LISTS, place, _validation(column, lists.source(column.id, choices))
            )
    for number, row in enumerate(rows, start=1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=False)):
            if cell:
                _write_cell(sheet, number, place, column, cell, look)
        if table.name == "about" and row[0] in ABOUT_KEYS:
            sheet.write_comment(number, 0, ABOUT_KEYS[row[0]], COMMENT)


def _offered(column: Explained) -> tuple[str, ...]:
    if column.kind is Kind.YES_NO:
        return ("present", "absent") if column.example in ("present", "absent") else ("yes", "no")
    return column.choices if column.kind is Kind.CHOICE else ()


def _validation(column: Explained, source: str | Sequence[str]) -> dict[str, Any]:
    return {
        "validate": "list", "source": source, "error_type": "warning", "error_title": column.id,
        "error_message": "Not one of the choices. A reason why the value is missing may stand here (not_done, ...).",
    }  # fmt: skip


def _write_cell(
    sheet: Worksheet, row: int, place: int, column: Explained, cell: str, look: Mapping[str, Format]
) -> None:
    """A number is written as one where the text says exactly that number; all else is text that nothing runs."""
    if column.kind in (Kind.NUMBER, Kind.COUNT) and _is_its_own_number(cell):
        sheet.write_number(row, place, float(cell), look["plain"])
    else:
        sheet.write_string(row, place, safe_cell(cell) if column.kind is Kind.TEXT else cell, look["text"])


def _is_its_own_number(cell: str) -> bool:
    try:
        return f"{float(cell):.12g}" == cell
    except ValueError:
        return False


LONGEST_LIST = 255
"""Characters that a spreadsheet takes for the choices of one cell; longer lists stand in the sheet `lists`."""


class _Lists:
    """Lists of choices too long for a cell's own, gathered while sheets are written and put into `lists` at the end."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[str, ...]] = {}

    def source(self, name: str, choices: tuple[str, ...]) -> str | Sequence[str]:
        if len(",".join(choices)) <= LONGEST_LIST:
            return list(choices)
        self.columns.setdefault(name, choices)
        letter = "ABCDEFGH"[list(self.columns).index(name)]
        return f"=lists!${letter}$2:${letter}${len(choices) + 1}"

    def write(self, workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("lists")
        for place, (name, choices) in enumerate(self.columns.items()):
            sheet.write_column(0, place, [name, *choices])
            sheet.set_column(place, place, 30)


COLUMNS_WIDTHS = (20, 34, 38, 48, 16, 58, 28, 10)  # characters
POINTS_PER_LINE = 15.5


def _write_columns(workbook: Workbook, look: Mapping[str, Format], disease: str) -> None:
    sheet = workbook.add_worksheet("columns")
    sheet.freeze_panes(1, 2)
    for place, (name, width) in enumerate(zip(COLUMNS_HEADER, COLUMNS_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, look["header"])
    for number, row in enumerate(_columns_rows(disease), start=1):
        lines = max(-(-len(cell) // (width - 4)) for cell, width in zip(row, COLUMNS_WIDTHS, strict=True))
        sheet.set_row(number, POINTS_PER_LINE * max(lines, 1) + 2)
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell, look["wrapped"])
    _fit_to_page(sheet)


def _fit_to_page(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
