"""The documentation page of the casebook, made from the schema: docs/casebook.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.casebook.items import ITEMS, RECORDED_TOTALS, Item
from leadline.casebook.schema import ABOUT_KEYS, HOUSEKEEPING, MISSING, TABLES
from leadline.casebook.workbook import COLUMNS_HEADER, Explained, explained, explained_item

INTRODUCTION = """# The casebook

A casebook is a folder of CSV or Parquet files, one a table, or one workbook (.xlsx), one sheet a table.
`leadline new FOLDER` makes an empty one, `leadline check CASEBOOK` lists what is wrong with a filled one. Only the
table `patients` is needed. The order of columns does not matter; a column that nobody filled in can be left out.

## How cells are read

- **Days** are ISO dates, whole (2019-03-14) or in part (2019-03, 2019), with `about`, `before` or `after` before
  them; or days, weeks and months counted from the first infusion, which is day 0 (D-12, W8, M3); or a range (M3..M6,
  2019-03..2019-05). A week is known to 3 days and a month to 15, because such figures are roundings: W8 is day 53 to
  59, M3 is day 76 to 106; the ends of a range are taken as printed, M3..M6 is day 91 to 183. `about` widens a day by
  7 days, a month by 31, a year by 183. A bare number from 1900 to 2100 is a year, from -2000 to 1899 a day. A column
  `visit_week` (or `_day`, `_month`) may stand in place of `visit_date`, and so for every date.
- **Missing**: an empty cell, or the reason in its place (below). Nothing is filled in.
- **Findings**: present or absent (also yes and no, true and false, 1 and 0). Absent means looked for and not there.
- **Numbers** have a decimal point; decimal commas are read where a whole file has them. `<5` keeps its sign.
- **Units**: a value is in the unit of its column's name, and converted where the name says another (`crp_mg_dl`) or
  a column says it (`crp` with `crp_unit`; `unit` in observations). Limits of normal are `<column>_ref_low` and
  `_ref_high`. A quantity that charts print in several units is not taken without one.
- **Formulas** are not taken. Text that a spreadsheet could run gets an apostrophe whenever it is written.
- A row with `row_status` entered_in_error is kept and used for nothing.
"""


ITEMS_INTRODUCTION = """Columns of visits, and what `measure` in observations takes. Limits are those of the scale, or,
for a quantity without one, those beyond which a value is taken for a wrong unit.
"""

TOTALS_ARE_USED = "one is used only where its own items are not recorded, and is marked."


def casebook_page() -> str:
    """Every table with its columns, every item, and the codes of missing values."""
    parts = [INTRODUCTION, "## Reasons why a value is missing\n", _rows(("code", "meaning"), MISSING.items())]
    for table in TABLES.values():
        parts += [f"## {table.name}\n", f"{table.title}: {table.meaning}.\n"]
        parts.append(_rows(("column", *COLUMNS_HEADER[2:7]), map(_cells, map(explained, table.columns))))
        if table.name == "about":
            parts += ["Keys:\n", _rows(("key", "value"), ABOUT_KEYS.items())]
    parts += ["## Every table\n", "Columns that every table takes, if wanted.\n"]
    parts.append(_rows(("column", *COLUMNS_HEADER[2:7]), map(_cells, map(explained, HOUSEKEEPING))))
    parts += ["## Items\n", ITEMS_INTRODUCTION]
    header = ("item", "title", "unit", "allowed", "other units", "other names")
    parts.append(_rows(header, map(_item_cells, ITEMS.values())))
    parts.append(
        f"Those from `{RECORDED_TOTALS[0].id}` on are totals as a chart prints them; {TOTALS_ARE_USED}\n"
    )
    return "\n".join(parts)


def _cells(column: Explained) -> list[str]:
    return [f"`{column.id}`" + (" (required)" if column.required else ""), column.title, column.meaning, column.unit,
            column.allowed, column.example]  # fmt: skip


def _item_cells(item: Item) -> list[str]:
    shown = explained_item(item)
    return [
        f"`{item.id}`",
        item.title,
        shown.unit,
        shown.allowed,
        ", ".join(item.other_units),
        ", ".join(item.aliases),
    ]


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header))]
    lines += [
        "| "
        + " | ".join(cell.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;") for cell in cells)
        + " |"
        for cells in rows
    ]
    return "\n".join(lines) + "\n"
