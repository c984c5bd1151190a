"""The symbols that several legends share, each a function that draws it centred on a place."""

from __future__ import annotations

from collections.abc import Callable

from leadline.report.figures import style
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.words import FINDINGS
from leadline.verdicts.findings import Finding

Draw = Callable[[Page, float, float], None]

WIDE = 12.0
"""The room of a symbol that is a piece of a bar."""


def swatch(fill: str | None, *, edge: str | None = None, dashed: bool = False) -> Draw:
    """A piece of a bar."""
    return lambda page, x, y: page.bar(x - 6, y - 3, x + 6, y + 3, fill=fill, edge=edge, dashed=dashed)


def draw_hatching(page: Page, x: float, y: float) -> None:
    page.hatched(x - 6, y - 3, x + 6, y + 3)


def letters(text: str, *, color: str = style.INK, bold: bool = False) -> Draw:
    """Letters that are their own symbol."""

    def draw(page: Page, x: float, y: float) -> None:
        page.text(x, y, text, size=style.SMALL, align="center", color=color, bold=bold)

    return draw


def statement(mark: style.Mark, finding: Finding | None = Finding.REPORTED_ONLY) -> Draw:
    """The mark of a statement, hollow unless a finding is given."""
    return lambda page, x, y: page.finding(x, y, mark, finding)


def finding_entries() -> list[LegendEntry]:
    """How a mark is filled by each finding."""
    return [LegendEntry(FINDINGS[finding], statement(style.CIRCLE, finding)) for finding in Finding]
