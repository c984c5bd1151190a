"""Days as charts know them: exact, partial, or counted from the first infusion.

A recorded day is an interval of days, because a chart often knows the month only. It is either a calendar interval
or an interval of days from the index infusion (day 0). Nothing here takes a midpoint: a rule that needs the day
gets an answer only if every day of the interval gives the same one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache

from leadline.errors import LeadlineError

FAR = 200_000
"""Days beyond every life: the open end of `before 2019` and `after 2019`."""

BASELINE_WINDOW_DAYS = 90
"""A visit up to so many days before the index infusion can be the baseline: a choice of this project."""

TAKEN = "2019-03-14, 2019-03, 2019, about/before/after one of these, D-12, W8, M3, or a range such as M3..M6"


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days, first to last inclusive, on which something can have happened, counted from the index infusion."""

    first: int
    last: int

    @property
    def is_exact(self) -> bool:
        return self.first == self.last

    def within(self, first: float, last: float) -> bool | None:
        """Whether it lies in the window: None if some days of the span do and others do not."""
        if first <= self.first and self.last <= last:
            return True
        return False if self.last < first or self.first > last else None

    def before(self, other: DaySpan) -> bool | None:
        """Whether it was earlier than the other: None if the spans cannot tell."""
        if self.last < other.first:
            return True
        return False if self.first >= other.last else None

    def __str__(self) -> str:
        if self.is_exact:
            return f"day {self.first}"
        if self.first < -FAR // 2:
            return f"before day {self.last + 1}"
        if self.last > FAR // 2:
            return f"after day {self.first - 1}"
        return f"day {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day as recorded. `first` and `last` are proleptic ordinals if `calendar`, else days from the index infusion."""

    text: str
    calendar: bool
    first: int
    last: int
    about: bool = False

    @property
    def is_exact(self) -> bool:
        return self.first == self.last and not self.about

    def days_from(self, index: RecordedDay | None) -> DaySpan | None:
        """The span counted from the index infusion; None where this is a calendar day and the index is not.

        Day numbers of a chart count from the first infusion. Where another infusion is the index and its own day is a
        number, all of them move with it.
        """
        if index is None or index.calendar != self.calendar:
            return None if self.calendar else DaySpan(self.first, self.last)
        return DaySpan(self.first - index.last, self.last - index.first)


# ---- reading a day -----------------------------------------------------------------------------------------------


class NotADay(LeadlineError):
    """A text that is no day. The message says what was found, the hint what is taken."""


DAYS_IN_WEEK = 7
DAYS_IN_MONTH = 30.4375  # a quarter of 1461, the days of four years, over 12
WEEK_KNOWN_TO = 3
"""An offset printed in weeks is a rounding to the nearest week: W8 is day 53 to 59."""
MONTH_KNOWN_TO = 15
"""An offset printed in months is a rounding to the nearest month: M3 is day 76 to 106."""
ABOUT = {"day": 7, "month": 31, "year": 183}
"""By how many days `about` widens a day, a month, a year, and an offset (as a day, a month, a month). Our choice."""
YEARS = (1900, 2100)
DAY_NUMBERS = (-2000, 1899)
"""A bare whole number in here is a day counted from the first infusion; 1900 to 2100 is a year."""
EXCEL_SERIALS = (20_000, 60_000)
"""A bare whole number in here (1954 to 2064) is what a spreadsheet makes of a date."""

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}[\d:.Z+-]*)?)?)?")
_OFFSET = re.compile(r"(d|w|m|days?|weeks?|months?|wk)\s*([+-]?\d{1,5})", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,6}")
_QUALIFIED = re.compile(r"(about|before|after)\s+(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A day before its qualifier: `nominal` is what a range reaches to, `by` the precision that it was given in."""

    calendar: bool
    first: int
    last: int
    nominal: tuple[int, int]
    by: str


def parse_day(text: str) -> RecordedDay:
    """Read a day as a chart prints it; see TAKEN. Raises NotADay, whose hint says what is taken."""
    tidy = " ".join(text.split())
    if ".." in tidy:
        return _range(text, *(part.strip() for part in tidy.split("..", 1)))
    qualified = _QUALIFIED.fullmatch(tidy)
    if qualified is None:
        bounds = _bounds(tidy)
        return RecordedDay(text, bounds.calendar, bounds.first, bounds.last)
    bounds = _bounds(qualified[2])
    match qualified[1].lower():
        case "about":
            wider = ABOUT[bounds.by]
            return RecordedDay(text, bounds.calendar, bounds.first - wider, bounds.last + wider, about=True)
        case "before":
            return RecordedDay(text, bounds.calendar, bounds.first - FAR, bounds.first - 1)
        case _:
            return RecordedDay(text, bounds.calendar, bounds.last + 1, bounds.last + FAR)


def _range(text: str, first_text: str, last_text: str) -> RecordedDay:
    first, last = _bounds(first_text), _bounds(last_text)
    if first.calendar != last.calendar or last.nominal[1] < first.nominal[0]:
        raise NotADay(
            f"'{text}' is no range of days.",
            hint="the earlier end comes first, both ends in one form: M3..M6",
        )
    return RecordedDay(text, first.calendar, first.nominal[0], last.nominal[1])


def _bounds(tidy: str) -> _Bounds:
    if iso := _ISO.fullmatch(tidy):
        return _calendar(tidy, *iso.groups())
    if offset := _OFFSET.fullmatch(tidy):
        return _offset(offset[1][0].lower(), int(offset[2]))
    if _WHOLE.fullmatch(tidy):
        return _whole_number(int(tidy))
    raise NotADay(f"'{tidy}' is no day.", hint=f"taken: {TAKEN}")


def _calendar(tidy: str, year_text: str, month_text: str | None, day_text: str | None) -> _Bounds:
    year, month, day = int(year_text), int(month_text or 1), int(day_text or 1)
    last_year_on = 12 if month_text is None else month
    if not (YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        raise NotADay(f"'{tidy}' is not in the calendar.", hint="year-month-day, the years 1900 to 2100")
    first = date(year, month, day).toordinal()
    last = first if day_text else date(year, last_year_on, monthrange(year, last_year_on)[1]).toordinal()
    by = "day" if day_text else "month" if month_text else "year"
    return _Bounds(True, first, last, (first, last), by)


def _offset(letter: str, number: int) -> _Bounds:
    if letter == "d" or number == 0:
        return _Bounds(False, number, number, (number, number), "day")
    if letter == "w":
        nominal, known_to = number * DAYS_IN_WEEK, WEEK_KNOWN_TO
    else:
        nominal, known_to = round(number * DAYS_IN_MONTH), MONTH_KNOWN_TO
    return _Bounds(
        False, nominal - known_to, nominal + known_to, (nominal, nominal), "day" if letter == "w" else "month"
    )


def _whole_number(number: int) -> _Bounds:
    if YEARS[0] <= number <= YEARS[1]:
        return _calendar(str(number), str(number), None, None)
    if DAY_NUMBERS[0] <= number <= DAY_NUMBERS[1]:
        return _offset("d", number)
    if EXCEL_SERIALS[0] <= number <= EXCEL_SERIALS[1]:
        meant = date.fromordinal(_EXCEL_DAY_0 + number).isoformat()
        raise NotADay(
            f"{number} is the number that a spreadsheet keeps for a date.",
            hint=f"write the date as text: {meant}, if that is the day meant",
        )
    raise NotADay(f"{number} is no year and no day number.", hint=f"taken: {TAKEN}")


_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()


# ---- calendar months ---------------------------------------------------------------------------------------------


def add_months(ordinal: int, months: int) -> int:
    """The same day of the month, `months` later, or that month's last day: 31 March + 6 months is 30 September."""
    start = date.fromordinal(ordinal)
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1])).toordinal()


def months_between(earlier: RecordedDay, later: RecordedDay, months: int) -> bool | None:
    """Whether at least so many calendar months lie between the two days (measures dossier 0.4).

    None where some days of the two intervals say yes and others no. One day short is no. Between day numbers the
    calendar is not known: yes only if the longest such months have passed, no only if not even the shortest have. A
    calendar day and a day number cannot be compared: None.
    """
    if earlier.calendar != later.calendar:
        return None
    if earlier.calendar:
        soonest, latest = (
            add_months(_within_calendar(earlier.first), months),
            add_months(_within_calendar(earlier.last), months),
        )
    else:
        shortest, longest = days_in_months(months)
        soonest, latest = earlier.first + shortest, earlier.last + longest
    if latest <= later.first:
        return True
    return False if soonest > later.last else None


def _within_calendar(ordinal: int) -> int:
    return min(max(ordinal, date(2, 1, 1).toordinal()), date(9000, 1, 1).toordinal())


@cache
def days_in_months(months: int) -> tuple[int, int]:
    """The fewest and the most days that so many calendar months can have: 6 months are 181 to 184 days."""
    first = date(
        2001, 3, 1
    ).toordinal()  # between 1901 and 2099 the calendar repeats every four years of 1461 days
    lengths = [add_months(start, months) - start for start in range(first, first + 1461)]
    return min(lengths), max(lengths)
