"""The time axis: days from the first infusion to a place on the page, with an honest break and the child's age.

A long history before the infusion is drawn at a smaller scale left of a break, which the axis marks with two slashes
and its own ticks in years; nothing else in the package knows of the break.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.casebook.case import Case
from leadline.casebook.days import DAYS_IN_MONTH, DaySpan
from leadline.report.figures import style
from leadline.report.figures.layout import text_width, thinned
from leadline.report.figures.page import Page

DAYS_PER_YEAR = 12 * DAYS_IN_MONTH

_BREAK_GAP = 7.0  # points left free for the two slashes
_HISTORY_SHARE = 0.2  # of the plot's width, for what lies before the break
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_YEAR_STEPS = (1, 2, 5, 10)
_LEAST_BEFORE = 3 * DAYS_IN_MONTH
_LEAST_AFTER = 3 * DAYS_IN_MONTH
_BREAK_FROM = 9 * DAYS_IN_MONTH  # history this much longer than what is measured is worth a break
_LONGEST = 120 * DAYS_PER_YEAR  # open ends of "before 2019" are no length


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """`first` to `last` days are drawn at one scale between `left` and `right`. With a break, `earliest` to `first`
    are drawn left of it; without one `earliest` equals `first`."""

    left: float
    right: float
    earliest: float
    first: float
    last: float

    @property
    def has_break(self) -> bool:
        return self.earliest < self.first

    @property
    def start(self) -> float:
        """Where the main scale starts."""
        history = _HISTORY_SHARE * (self.right - self.left) if self.has_break else 0.0
        return self.left + history + (_BREAK_GAP if self.has_break else 0.0)

    def x(self, day: float) -> float:
        """The place of a day; a day beyond the axis is put on its end."""
        if self.has_break and day < self.first:
            share = (max(day, self.earliest) - self.earliest) / (self.first - self.earliest)
            return self.left + share * (self.start - _BREAK_GAP - self.left)
        share = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return self.start + share * (self.right - self.start)

    def sides(self) -> tuple[tuple[float, float], ...]:
        """Left and right ends of what is drawn, one pair a side of the break."""
        if not self.has_break:
            return ((self.left, self.right),)
        return ((self.left, self.start - _BREAK_GAP), (self.start, self.right))

    def reaches(self, day: float) -> bool:
        return self.earliest <= day <= self.last


def time_axis(
    left: float, right: float, *, measured: Iterable[DaySpan], history: Iterable[DaySpan]
) -> TimeAxis | None:
    """An axis over everything dated; None if nothing is.

    measured  what the main scale must show: visits, statements, infusions, events, last contact
    history   what may be drawn at the smaller scale: drugs, onset
    """
    main = [day for span in measured for day in (span.first, span.last) if abs(day) < _LONGEST]
    past = [day for span in history for day in (span.first, span.last) if abs(day) < _LONGEST]
    if not main and not past:
        return None
    first = min([-_LEAST_BEFORE, *main]) - DAYS_IN_MONTH / 2
    last = max([_LEAST_AFTER, *main, *past]) + DAYS_IN_MONTH / 2
    earliest = min([first, *past])
    if first - earliest < _BREAK_FROM:
        return TimeAxis(left, right, min(first, earliest), min(first, earliest), last)
    return TimeAxis(left, right, earliest, first, last)


def open_left(span: DaySpan) -> bool:
    """Whether it is `before` some day, with no day before which it cannot have been."""
    return span.first <= -_LONGEST


def open_right(span: DaySpan) -> bool:
    return span.last >= _LONGEST


def draw_months(page: Page, axis: TimeAxis, y: float) -> float:
    """The axis line with ticks in months, years before a break; gives the y below the labels and the axis's name."""
    for x0, x1 in axis.sides():
        page.line(x0, y, x1, y, width=style.LINE)
    if axis.has_break:
        draw_break(page, axis, y)
        _draw_ticks(page, axis, y, _year_ticks(axis))
    _draw_ticks(page, axis, y, _month_ticks(axis))
    middle = (axis.start + axis.right) / 2
    page.text(
        middle, y + 18, "months from first infusion", size=style.SMALL, align="center", color=style.QUIET
    )
    return y + 25


def draw_break(page: Page, axis: TimeAxis, y: float) -> None:
    """The two slashes."""
    middle = axis.start - _BREAK_GAP / 2
    for x in (middle - 1.5, middle + 1.5):
        page.line(x - 1.2, y + 3, x + 1.2, y - 3, width=style.LINE)


def _draw_ticks(page: Page, axis: TimeAxis, y: float, ticks: list[tuple[float, str]]) -> None:
    places = [axis.x(day) for day, _ in ticks]
    kept = thinned(places, [text_width(label, style.SMALL) for _, label in ticks])
    for x in places:
        page.line(x, y, x, y + 2.5, width=style.HAIRLINE)
    for index in kept:
        page.text(places[index], y + 8, ticks[index][1], size=style.SMALL, align="center")


def _month_ticks(axis: TimeAxis) -> list[tuple[float, str]]:
    room = (axis.right - axis.start) / (text_width("-00", style.SMALL) + 8)
    months = (axis.last - axis.first) / DAYS_IN_MONTH
    step = next((step for step in _MONTH_STEPS if months / step <= room), _MONTH_STEPS[-1])
    low = -int(-axis.first / DAYS_IN_MONTH // step) * step if axis.first < 0 else 0
    count = int((axis.last / DAYS_IN_MONTH - low) // step) + 1
    return [((low + n * step) * DAYS_IN_MONTH, _signed(low + n * step)) for n in range(count)]


def _year_ticks(axis: TimeAxis) -> list[tuple[float, str]]:
    """Ticks of the compressed side: whole years, clear of the break."""
    width = axis.start - _BREAK_GAP - axis.left
    years = (axis.first - axis.earliest) / DAYS_PER_YEAR
    room = max(width / (text_width("-00 y", style.SMALL) + 6), 1)
    step = next((step for step in _YEAR_STEPS if years / step <= room), max(int(years), 1))
    oldest, newest = int(-axis.earliest // DAYS_PER_YEAR), -axis.first / DAYS_PER_YEAR
    half = text_width("-00 y", style.SMALL) / 2
    ticks = [
        (-year * DAYS_PER_YEAR, f"{_signed(-year)} y") for year in range(oldest, 0, -1) if year % step == 0
    ]
    return [
        tick
        for tick in ticks
        if -tick[0] / DAYS_PER_YEAR > newest and axis.x(tick[0]) + half < axis.start - 4
    ]


def _signed(number: int) -> str:
    return f"−{-number}" if number < 0 else str(number)


def age_at_index(case: Case) -> tuple[float, float] | None:
    """The age in years on day 0, to one decimal, as the interval that partial dates leave; None if not known."""
    stated = case.patient.get("age_years_at_infusion")
    if case.birth is None and isinstance(stated, int | float):
        return round(float(stated), 1), round(float(stated), 1)
    if case.birth is None or case.index is None or not (case.birth.calendar and case.index.calendar):
        return None
    youngest = (case.index.first - case.birth.last) / DAYS_PER_YEAR
    oldest = (case.index.last - case.birth.first) / DAYS_PER_YEAR
    return round(youngest, 1), round(oldest, 1)


def age_words(case: Case) -> str:
    """ "9.4 years", "9 to 10 years", or that it is not recorded."""
    age = age_at_index(case)
    if age is None:
        return "age not recorded"
    return f"age {age[0]:g} years" if age[1] - age[0] <= 0.1 else f"age {age[0]:g} to {age[1]:g} years"


def draw_ages(page: Page, axis: TimeAxis, y: float, age: float) -> None:
    """Ticks at whole years of age, above the panels; the labels sit above `y`."""
    for x0, x1 in axis.sides():
        page.line(x0, y, x1, y, width=style.HAIRLINE, color=style.SILENT)
    first, last = age + axis.earliest / DAYS_PER_YEAR, age + axis.last / DAYS_PER_YEAR
    ages = [year for year in range(max(int(first), 0), int(last) + 1) if year >= first]
    places = [axis.x((year - age) * DAYS_PER_YEAR) for year in ages]
    kept = thinned(places, [text_width(str(year), style.SMALL) for year in ages], gap=4)
    for x in places:
        page.line(x, y, x, y - 2.5, width=style.HAIRLINE, color=style.SILENT)
    for index in kept:
        page.text(places[index], y - 8, str(ages[index]), size=style.SMALL, align="center", color=style.QUIET)
