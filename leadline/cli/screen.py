"""Tables of a report on a terminal, or in a file into which a command writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from leadline.report.blocks import Table

WIDTH_OF_A_FILE = 118  # columns, where the output is no terminal
STYLES = {"documented": "bold blue", "contradicted": "bold red", "partly documented": "blue"}
MARKS = {
    "documented": "\u25cf",
    "partly documented": "\u25d0",
    "contradicted": "\u2298",
    "reported only": "\u25cb",
}


def console() -> Console:
    """As wide as the terminal; numbers are not coloured."""
    from rich.console import Console

    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=WIDTH_OF_A_FILE)


def print_table(screen: Console, table: Table, shown: Sequence[str] = ()) -> None:
    """Title, headings and rows; only the columns whose headings are `shown`, if any is."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    picked = [
        n
        for n, column in enumerate(table.columns)
        if not set(shown) & _headings(table) or column.heading in shown
    ]
    grid = RichTable(
        box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title=table.title, title_justify="left"
    )
    for number in picked:
        column = table.columns[number]
        grid.add_column(
            column.heading,
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind in ("code", "finding"),
            max_width=_narrow(table, number) if column.kind == "number" else None,
        )
    for row in table.rows:
        grid.add_row(*(Text(_marked(row[n]), style=STYLES.get(row[n], "")) for n in picked))
    screen.print()
    screen.print(grid if table.rows else table.empty)


def _narrow(table: Table, number: int) -> int:
    """As wide as the longest number or word of the heading: the room is for text."""
    words = [*table.columns[number].heading.split(), *(row[number] for row in table.rows)]
    return max(map(len, words))


def _headings(table: Table) -> set[str]:
    return {column.heading for column in table.columns}


def _marked(cell: str) -> str:
    return f"{MARKS[cell]} {cell}" if cell in MARKS else cell
