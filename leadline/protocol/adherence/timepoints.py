"""The planned visit that the time point of a contact names.

Charts write it in many ways: `week_8`, `Week 8`, `wk8`, `W8`, `8 weeks`. A number of days or weeks names the visit
planned for that very day; one of months or years the visit planned for a day that so many calendar months can have, so
that `m1` is the visit of day 28 and `m24` that of day 730, and `m6`, 181 to 184 days, is not that of day 168.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadline.casebook.days import days_in_months

if TYPE_CHECKING:
    from leadline.casebook.case import Assessment
    from leadline.protocol.schedule import Schedule, Visit

_UNITS = (
    ("day", ("d", "day", "days")),
    ("week", ("w", "wk", "wks", "week", "weeks")),
    ("month", ("m", "mo", "mon", "month", "months")),
    ("year", ("y", "yr", "yrs", "year", "years")),
)
UNITS = {spelling: unit for unit, spellings in _UNITS for spelling in spellings}
"""A unit as charts write it to its name."""

_SPELLINGS = "|".join(sorted(UNITS, key=len, reverse=True))
_COUNTED = re.compile(
    rf"(?:(?P<before>{_SPELLINGS}) ?(?P<n>-?\d{{1,4}})|(?P<m>-?\d{{1,4}}) ?(?P<after>{_SPELLINGS}))"
)


def named_visit(contact: Assessment, schedule: Schedule) -> Visit | None:
    """The planned visit that the time point names; None if it is empty, or names none.

    `baseline` names the visit of that part of the schedule only where the contact may lie in its window: in many
    charts it is any visit before the infusion.
    """
    name = _plain(contact.timepoint)
    if not name:
        return None
    for visit in schedule.visits:
        if name in (_plain(visit.id), _plain(visit.title)):
            return visit
    if name == "baseline":
        baseline = schedule.visit(schedule.baseline)
        assert baseline is not None  # the reader has refused an id that does not exist
        return None if contact.day.within(baseline.first, baseline.last) is False else baseline
    days = _days(name)
    return next((each for each in schedule.visits if days and days[0] <= each.day <= days[1]), None)


def names_nothing(contact: Assessment, schedule: Schedule) -> bool:
    """Whether something stands there that names no planned visit."""
    return bool(_plain(contact.timepoint)) and named_visit(contact, schedule) is None


def timepoint_words(contact: Assessment) -> str:
    """What the time point says, where it is a number of days, weeks, months or years, or `baseline`; empty for any
    other words of the chart, which are not shown."""
    name = _plain(contact.timepoint)
    if name == "baseline":
        return name
    counted = _counted(name)
    return f"{counted[1]} {counted[0]}" if counted else ""


def _plain(text: str) -> str:
    """Without case, and with single blanks for every way to part words."""
    return re.sub(r"[\s_]+", " ", text).strip().casefold()


def _counted(name: str) -> tuple[int, str] | None:
    found = _COUNTED.fullmatch(name)
    if found is None:
        return None
    return int(found["n"] or found["m"]), UNITS[found["before"] or found["after"]]


def _days(name: str) -> tuple[int, int] | None:
    """The fewest and the most days of a number of days, weeks, months or years."""
    counted = _counted(name)
    if counted is None:
        return None
    number, unit = counted
    if unit in ("day", "week"):
        return (number * DAYS_OF[unit],) * 2
    return days_in_months(number * MONTHS_OF[unit]) if number > 0 else (0, 0)


DAYS_OF = {"day": 1, "week": 7}
MONTHS_OF = {"month": 1, "year": 12}
