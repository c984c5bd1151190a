"""The sheet of a single-case timeline: a page with a label column, a time axis, and a column for what has no date.

Each panel draws itself from the sheet's cursor downwards and leaves behind its rows of data and the symbols that it
used, so that the legend holds these and no others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from leadline.casebook.days import DaySpan
from leadline.report.figures import style
from leadline.report.figures.axis import TimeAxis, open_left, open_right
from leadline.report.figures.layout import shortened, text_width
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Value
from leadline.report.figures.symbols import WIDE, Draw, draw_hatching, letters


@dataclass(slots=True)
class Sheet:
    """`axis` is None where nothing of the child is dated. `gutter` is the right column: names of bands and facts
    without a date. `y` is where the next panel starts."""

    page: Page
    axis: TimeAxis | None
    left: float
    right: float
    gutter: float
    y: float = 0.0
    legend: dict[str, dict[str, LegendEntry]] = field(default_factory=dict)
    rows: list[dict[str, Value]] = field(default_factory=list)

    @property
    def end(self) -> float:
        """The right end of the page's type area."""
        return self.page.width - 2.0

    def used(self, group: str, label: str, draw: Draw, width: float = 9.0) -> None:
        """Notes a symbol for the legend, under the name of a group of symbols."""
        self.legend.setdefault(group, {}).setdefault(label, LegendEntry(label, draw, width))

    def used_letter(self, group: str, letter: str, meaning: str) -> None:
        """Notes a letter for the legend, where it is its own symbol."""
        self.used(group, meaning, letters(letter, bold=True), 6.0)

    def row(
        self, panel: str, label: str, day: DaySpan | None, what: str, *, value: Value = None, detail: str = ""
    ) -> None:
        """One drawn thing for the figure's data: days from the first infusion, empty where open or not known."""
        self.rows.append(
            {
                "panel": panel,
                "row": label,
                "what": what,
                "first_day": None if day is None or open_left(day) else day.first,
                "last_day": None if day is None or open_right(day) else day.last,
                "value": value,
                "detail": detail,
            }
        )

    def heading(self, text: str, *, some_undated: bool = False) -> None:
        """The name of a panel, above its rows, under a hairline that separates it from the panel before; the column
        of what has no date is named where something stands in it."""
        self.y += 4
        self.page.line(2, self.y, self.end, self.y, color=style.FAINT, width=style.HAIRLINE)
        self.page.text(2, self.y + 6.5, text, size=style.BODY, bold=True)
        if some_undated:
            self.page.text(self.gutter, self.y + 6.5, "no date", size=style.SMALL, color=style.QUIET)
        self.y += 13

    def label(self, y: float, text: str, *, color: str = style.INK, indent: float = 0.0) -> None:
        """A row's name in the label column, cut where it is too long."""
        room = self.left - 6 - 2 - indent
        self.page.text(2 + indent, y, shortened(text, room, style.SMALL), size=style.SMALL, color=color)

    def empty(self, y0: float, y1: float, text: str) -> None:
        """A panel without a single dated fact: hatched, and said in words."""
        self.page.hatched(self.left, y0, self.right, y1)
        middle, x = (y0 + y1) / 2, (self.left + self.right) / 2
        words = shortened(text, self.right - self.left - 12, style.SMALL)
        half = text_width(words, style.SMALL) / 2 + 4
        self.page.bar(x - half, y0 + 0.5, x + half, y1 - 0.5, fill=style.PAPER)
        self.page.text(x, middle, words, size=style.SMALL, align="center", color=style.QUIET)
        self.used_hatching()

    def used_hatching(self) -> None:
        self.used("Everywhere", "not recorded or not assessed", draw_hatching, WIDE)

    def band(self, day0: float, day1: float, y0: float, y1: float, *, fill: str) -> None:
        """A solid bar between two days, broken where the axis is."""
        for x0, x1 in self.pieces(day0, day1):
            self.page.bar(x0, y0, x1, y1, fill=fill)

    def hatch(self, day0: float, day1: float, y0: float, y1: float) -> None:
        for x0, x1 in self.pieces(day0, day1):
            self.page.hatched(x0, y0, x1, y1)

    def pieces(self, day0: float, day1: float, least: float = 1.2) -> list[tuple[float, float]]:
        """Left and right of what lies between two days, one piece a side of the break; `least` points wide."""
        assert self.axis is not None
        x0, x1 = self.axis.x(day0), self.axis.x(day1)
        middle = (x0 + x1) / 2
        x0, x1 = min(x0, middle - least / 2), max(x1, middle + least / 2)
        cut = ((max(x0, left), min(x1, right)) for left, right in self.axis.sides())
        return [(left, right) for left, right in cut if left < right]

    def middle(self, day: DaySpan) -> float:
        """The place of a mark: in the middle of its possible days, which its whisker shows."""
        assert self.axis is not None
        return (self.axis.x(day.first) + self.axis.x(day.last)) / 2

    def crosses_break(self, one: DaySpan, other: DaySpan) -> bool:
        """Whether the break of the axis lies between two days: no line is drawn over it."""
        assert self.axis is not None
        return (one.first >= self.axis.first) != (other.first >= self.axis.first)

    def whisker(self, day: DaySpan, y: float, *, color: str = style.DOCUMENTED) -> float:
        """The place of a dated mark; where the date is partial, a bar over all its possible days goes with it."""
        assert self.axis is not None
        x0, x1 = self.axis.x(day.first), self.axis.x(day.last)
        if not day.is_exact:
            self.page.line(x0, y, x1, y, color=color, width=style.HAIRLINE)
            for x in (x0, x1):
                self.page.line(x, y - 2, x, y + 2, color=color, width=style.HAIRLINE)
            self.used("Everywhere", "day known only within the bar", _draw_whisker, 14)
        return self.middle(day)


def _draw_whisker(page: Page, x: float, y: float) -> None:
    page.line(x - 6, y, x + 6, y, color=style.DOCUMENTED, width=style.HAIRLINE)
    for end in (x - 6, x + 6):
        page.line(end, y - 2, end, y + 2, color=style.DOCUMENTED, width=style.HAIRLINE)
