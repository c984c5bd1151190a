"""The harm rule: children across, those with the event upwards, and the step at which the trial stops.

The panel is shared by the report of a design, which shows the rule alone, and that of the board, which sets the
children of the trial against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.report.figures import style
from leadline.report.figures.layout import text_width, thinned
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted
from leadline.trial.design import HarmCheck
from leadline.trial.words import percent

if TYPE_CHECKING:
    from leadline.report.figures.symbols import Draw
    from leadline.trial.design import Harm
    from leadline.trial.safety import Boundary

EDGE = 2.0
_LEFT = 34.0
_TOP = 14.0
HEIGHT = 120.0
LEAST_HEIGHT = 30.0
_STEP = 1.2
"""Width of the line at which the trial stops."""
_EXPECTED = (4.0, 2.0)
_LIMIT = (1.2, 1.6)
_APART = 10.0
"""Least room from one number of events to the next."""
_BELOW = 26.0
"""Room for the axis below the panel."""
_WHEN = {HarmCheck.CHILD: "after every child", HarmCheck.LOOK: "at each look, not between looks"}


@dataclass(frozen=True, slots=True)
class HarmPanel:
    """A field of so many children and events on a page; child n takes a column, with its number below the middle.

    above    where the panel begins
    height   of all events
    start    where the panel begins from the left
    share    of the page's width
    """

    page: Page
    children: int
    events: int
    above: float = 0.0
    height: float = HEIGHT
    start: float = 0.0
    share: float = 1.0

    @property
    def left(self) -> float:
        """Where the first column of a child begins."""
        return self.start + _LEFT

    @property
    def top(self) -> float:
        """Where all events stand."""
        return self.above + _TOP

    @property
    def bottom(self) -> float:
        """Where no child has the event."""
        return self.top + self.height

    @property
    def below(self) -> float:
        """Where a legend can stand."""
        return self.bottom + _BELOW

    def x_at(self, n: float) -> float:
        """Where the column of child n ends."""
        return self.left + n / self.children * (self.page.width * self.share - 8 - _LEFT)

    def middle_of(self, n: int) -> float:
        """The middle of the column of child n."""
        return self.x_at(n - 0.5)

    def y_at(self, events: float) -> float:
        """Where so many events stand."""
        return self.bottom - events / self.events * self.height

    def draw_steps(self, steps: Iterable[tuple[int, int]]) -> None:
        """The line at which the trial stops, from numbers of children, rising, each with its number of events; where
        numbers of children are left out, the line is broken."""
        runs: list[list[tuple[float, float]]] = []
        last = None
        for n, events in steps:
            if last is None or n != last + 1:
                runs.append([])
            runs[-1] += [(self.x_at(n - 1), self.y_at(events)), (self.x_at(n), self.y_at(events))]
            last = n
        for run in runs:
            self.page.polyline(run, width=_STEP, above=True)

    def draw_rate(self, rate: float, *, color: str, dashes: tuple[float, float]) -> None:
        """A straight line: the events to be expected at a rate, of n children in the middle of the n-th column."""
        to = min(self.children + 0.5, self.events / rate)
        ends = (self.x_at(0), self.y_at(rate / 2), self.x_at(to - 0.5), self.y_at(rate * to))
        self.page.line(*ends, color=color, dashes=dashes)

    def draw_axes(self, across: str, *, counts: Sequence[int] = ()) -> None:
        """Both axes with their numbers and words; of the children the given numbers, or as many as have room."""
        page, right = self.page, self.x_at(self.children)
        page.line(self.left, self.bottom, right, self.bottom, color=style.QUIET, width=style.HAIRLINE)
        page.line(self.left, self.top, self.left, self.bottom, color=style.QUIET, width=style.HAIRLINE)
        counts = counts or [n for n in range(1, self.children + 1) if n % 2 == 0 or self.children < 12]
        widths = [text_width(str(n), style.SMALL) for n in counts]
        for place in thinned([self.middle_of(n) for n in counts], widths):
            x = self.middle_of(counts[place])
            page.text(
                x, self.bottom + 7, str(counts[place]), size=style.SMALL, align="center", color=style.QUIET
            )
        middle = (self.left + right) / 2
        page.text(middle, self.bottom + 18, across, size=style.SMALL, align="center", color=style.QUIET)
        apart = next(step for step in (1, 5, 10, 50) if step * self.height > _APART * self.events)
        for events in range(0, self.events + 1, apart):
            y = self.y_at(events)
            page.text(self.left - 5, y, str(events), size=style.SMALL, align="right", color=style.QUIET)
        page.text(
            self.start + EDGE, self.above + 5, "Children with the event", size=style.SMALL, color=style.QUIET
        )


def panel_height(panels: int, room: float) -> float:
    """Of so many panels, one below the other, that have so much room."""
    return min(HEIGHT, max(room / panels - _TOP - _BELOW, LEAST_HEIGHT))


def stop_entry(stops: str = "the trial") -> LegendEntry:
    """What the steps mean, and what stops there."""
    return LegendEntry(f"{stops} stops", _ruled(style.INK, _STEP, None), 13)


def _ruled(color: str, width: float, dashes: tuple[float, float] | None) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        page.line(x - 6, y, x + 6, y, color=color, width=width, dashes=dashes)

    return draw


def plot_harm_rule(
    harm: Harm, boundary: Boundary, *, of: str = "", width_mm: float = style.TWO_COLUMNS_MM
) -> Plotted:
    """The children with the event at whom the trial stops, shaded where it does; the expected and the limit rate.

    of   the names of the baskets of which each has this rule for itself; empty for one of all baskets together
    """
    page = Page(width_mm * style.POINTS_PER_MM)
    stops = {n: boundary.events[n - 1] for n in boundary.checks if boundary.events[n - 1] <= n}
    children = boundary.checks[-1]
    most = max(*stops.values(), int(harm.limit_rate * children)) + 1
    panel = HarmPanel(page, children, most)
    for n, events in stops.items():
        page.bar(panel.x_at(n - 1), panel.y_at(most), panel.x_at(n), panel.y_at(events), fill=style.FAINT)
    panel.draw_rate(harm.limit_rate, color=style.INK, dashes=_LIMIT)
    panel.draw_rate(harm.expected_rate, color=style.DOCUMENTED, dashes=_EXPECTED)
    panel.draw_steps(stops.items())
    across = "Children treated in the basket" if of else "Children treated, of all baskets together"
    panel.draw_axes(across, counts=boundary.checks if harm.check is HarmCheck.LOOK else ())
    y = page.legend(EDGE, panel.below, page.width - 2 * EDGE, _key(harm, of), gap=14)
    return Plotted(
        page.finish(y + 2),
        alt=_alt(harm, boundary, of),
        caption=f"{of}: how many children with the event stop a basket, among its own treated so far. "
        f"The rule is applied {_WHEN[harm.check]}."
        if of
        else "How many children with the event stop the whole trial, among all treated so far. The rule is "
        f"applied {_WHEN[harm.check]}.",
        data=tuple(
            {
                "children": n,
                "stops_at": stops.get(n),
                "expected_rate": harm.expected_rate,
                "limit_rate": harm.limit_rate,
            }
            for n in boundary.checks
        ),
    )


def _key(harm: Harm, of: str) -> tuple[LegendEntry, ...]:
    expected, limit = percent(harm.expected_rate), percent(harm.limit_rate)
    return (
        stop_entry("the basket" if of else "the trial"),
        LegendEntry(f"expected rate, {expected}", _ruled(style.DOCUMENTED, style.LINE, _EXPECTED), 13),
        LegendEntry(f"limit rate, {limit}", _ruled(style.INK, style.LINE, _LIMIT), 13),
    )


def _alt(harm: Harm, boundary: Boundary, of: str) -> str:
    (first, _, fewest), *later = boundary.table()
    steps = f"It is at {fewest} among the first {first}"
    if later:
        steps += f" and rises to {later[-1][2]} among the first {later[-1][1]}"
    whose = f"a basket, of its own: {of}" if of else "the trial, of all baskets together"
    return (
        f"A stepped line shows how many children with the event stop {whose}. "
        f"{steps}. "
        f"Straight lines show the expected rate of the event, {percent(harm.expected_rate)}, and the limit rate, "
        f"{percent(harm.limit_rate)}."
    )
