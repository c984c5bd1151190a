"""Probabilities as a grid of bars, each with its number beside it: a filled bar is right, a hollow one a mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadline.report.figures import style
from leadline.report.figures.layout import line_height, text_width, wrapped
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Value

EDGE = 2.0
_GAP = 10.0  # between columns
_BAR = 5.0
_NAMES = 0.3  # of the page's width
_WIDEST = 210.0  # a single column needs no more
_BOLD = 1.15  # letters of headings are wider by so much
_DASHES = (2.0, 1.6)
_FULL = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A probability; `mistake` when what it counts is wrong, `limit` what it cannot exceed."""

    value: float
    mistake: bool
    limit: float | None = None
    digits: int = 1

    @property
    def label(self) -> str:
        """In percent."""
        return f"{100 * self.value:.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the probability of a bar of full length, and where a dashed line crosses the column."""

    heading: str
    full: float = 1.0
    line: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """`title` heads the names of the rows; each row is a name and one bar a column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]

    def data(self) -> list[dict[str, Value]]:
        """One mapping a bar."""
        return [
            {"row_of": self.title, "row": name, "column": column.heading, "probability": bar.value,
             "mistake": bar.mistake, "at_most": column.line if bar.limit is None else bar.limit}
            for name, bars in self.rows
            for column, bar in zip(self.columns, bars, strict=True)
        ]  # fmt: skip


def full_bar(values: Sequence[float]) -> float:
    """A round probability that holds all the values."""
    return next(full for full in _FULL if full >= max(values))


def draw_grid(page: Page, grid: Grid, top: float) -> float:
    """Draws the grid below `top`; gives the y below it."""
    names = _NAMES * page.width
    width = min(_WIDEST, (page.width - EDGE - names) / len(grid.columns))
    lefts = [names + place * width for place in range(len(grid.columns))]
    number = max(text_width(bar.label, style.SMALL) for _, bars in grid.rows for bar in bars) + 4
    length = width - _GAP - number
    y = _head(page, grid, top, lefts, width)
    first = y
    for name, bars in grid.rows:
        foot = _row(page, name, y)
        middle, y = (y + foot) / 2, foot
        for left, column, bar in zip(lefts, grid.columns, bars, strict=True):
            _bar(page, bar, left, middle, length=length, full=column.full)
    for left, column in zip(lefts, grid.columns, strict=True):
        _scale(page, column, left, length, first, y)
    return y + line_height(style.SMALL) + 2


def _row(page: Page, name: str, top: float) -> float:
    """The name of a row and the hairline below; gives the y of the hairline."""
    lines = wrapped(name, _NAMES * page.width - 8, style.SMALL)
    for place, line in enumerate(lines):
        page.text(EDGE, top + 2 + (place + 0.5) * line_height(style.SMALL), line, size=style.SMALL)
    foot = top + len(lines) * line_height(style.SMALL) + 4
    page.line(EDGE, foot, page.width - EDGE, foot, color=style.FAINT, width=style.HAIRLINE)
    return foot


def _head(page: Page, grid: Grid, top: float, lefts: Sequence[float], width: float) -> float:
    headings = [wrapped(column.heading, (width - _GAP) / _BOLD, style.SMALL) for column in grid.columns]
    deepest = max(map(len, headings))
    for left, lines in zip(lefts, headings, strict=True):
        for place, line in enumerate(lines, start=deepest - len(lines)):
            page.text(left, top + (place + 0.5) * line_height(style.SMALL), line, size=style.SMALL, bold=True)
    foot = top + deepest * line_height(style.SMALL)
    page.text(EDGE, foot - 0.5 * line_height(style.SMALL), grid.title, size=style.SMALL, bold=True)
    page.line(EDGE, foot + 2, page.width - EDGE, foot + 2, width=style.LINE)
    return foot + 2


def _bar(page: Page, bar: Bar, left: float, y: float, *, length: float, full: float) -> None:
    reach = left + length * bar.value / full
    fill, edge = (style.PAPER, style.INK) if bar.mistake else (style.DOCUMENTED, style.DOCUMENTED)
    page.bar(left, y - _BAR / 2, reach, y + _BAR / 2, fill=fill, edge=edge)
    if bar.limit is not None:
        end = left + length * bar.limit / full
        page.line(reach, y, end, y, color=style.QUIET, width=style.HAIRLINE)
        page.line(end, y - _BAR / 2, end, y + _BAR / 2, color=style.QUIET, width=style.RING)
    page.text(left + length + 4, y, bar.label, size=style.SMALL)


def _scale(page: Page, column: Column, left: float, length: float, top: float, foot: float) -> None:
    """The column's zero and its full length, and its dashed line behind the bars."""
    page.line(left, top, left, foot, color=style.RULE, width=style.HAIRLINE)
    y = foot + line_height(style.SMALL) / 2 + 1
    full = f"{100 * column.full:g} %"
    page.text(left + length, y, full, size=style.SMALL, color=style.QUIET, align="right")
    if text_width(f"0 {full}", style.SMALL) < length:
        page.text(left, y, "0", size=style.SMALL, color=style.QUIET)
    if column.line is not None:
        x = left + length * column.line / column.full
        page.line(x, top, x, foot, color=style.CONTRADICTED, width=style.LINE, dashes=_DASHES)


def legend_entry(label: str, draw: Callable[[Page, float, float], None]) -> LegendEntry:
    """With room for a bar."""
    return LegendEntry(label, draw, symbol_width=16.0)


def right_key(page: Page, x: float, y: float) -> None:
    """A filled bar."""
    page.bar(x - 8, y - _BAR / 2, x + 8, y + _BAR / 2, fill=style.DOCUMENTED, edge=style.DOCUMENTED)


def mistake_key(page: Page, x: float, y: float) -> None:
    """A hollow bar."""
    page.bar(x - 8, y - _BAR / 2, x + 8, y + _BAR / 2, fill=style.PAPER, edge=style.INK)


def line_key(page: Page, x: float, y: float) -> None:
    """The dashed line."""
    page.line(x, y - 5, x, y + 5, color=style.CONTRADICTED, width=style.LINE, dashes=_DASHES)


def limit_key(page: Page, x: float, y: float) -> None:
    """The end of a bar's possible reach."""
    page.line(x - 8, y, x + 4, y, color=style.QUIET, width=style.HAIRLINE)
    page.line(x + 4, y - _BAR / 2, x + 4, y + _BAR / 2, color=style.QUIET, width=style.RING)
