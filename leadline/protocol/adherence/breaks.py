"""Breaks of a drug that is taken up again: whether one was so long that the drug counts as stopped.

A break is counted in times between two doses, as the record says how often the drug was given: after a longer one at
least one dose was missed. Charts write either the last day with a drug or the first without it as the stop, so that a
drug taken up on the next day was not broken off, however often it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.protocol.figures import amount
from leadline.verdicts.doses import ONCE, TIMES_A_DAY
from leadline.verdicts.treatment import drug_name

if TYPE_CHECKING:
    from leadline.casebook.case import Case, DrugCourse
    from leadline.casebook.days import DaySpan
    from leadline.protocol.figures import Figure

NEXT_DAY = 1
"""Days from a stop to a start between which no day without the drug is sure."""


@dataclass(frozen=True, slots=True)
class Break:
    """From the stop of a course to the next one of the same drug.

    counts    whether it counts as a stop; None if the record, or the protocol, does not tell
    words     what was found; empty where the drug was not taken up again
    missing   what would tell; empty if it is told
    """

    counts: bool | None
    words: str = ""
    missing: str = ""


NOT_TAKEN_UP = Break(True)


def break_after(course: DrugCourse, stop: DaySpan, case: Case, longest: Figure) -> Break:
    """The break that the stop of a course begins.

    longest  the longest break, in times between two doses, after which the drug was gone on with
    """
    name = drug_name(course)
    if not _later(course, stop, case):
        return NOT_TAKEN_UP
    again = _taken_up(course, stop, case)
    if again is None:
        return Break(None, "taken up again on a day that is not recorded", f"when {name} was taken up again")
    shortest, widest = again.first - stop.last, again.last - stop.first
    if widest <= NEXT_DAY:
        return Break(False)
    words = _words(again, shortest, widest)
    limit = _limit_days(course, longest)
    if limit is None:
        lacking = "how long a break counts as a stop" if longest.open else f"how often {name} was given"
        return Break(None, words, lacking)
    if widest <= limit:
        return Break(False)
    counts = True if shortest > limit else None
    words = f"{words}, {_longer_than(course, longest, limit)}" if counts else words
    return Break(
        counts, words, "" if counts else f"the exact days on which {name} was stopped and taken up again"
    )


def break_words(course: DrugCourse, case: Case) -> str:
    """`anakinra taken up again on day 16, after a break of 6 days`; empty if it was not taken up again, or next day."""
    stop = course.stop
    again = None if stop is None else _taken_up(course, stop, case)
    if stop is None or again is None or again.last - stop.first <= NEXT_DAY:
        return ""
    return f"{drug_name(course)} {_words(again, again.first - stop.last, again.last - stop.first)}"


def _words(again: DaySpan, shortest: int, widest: int) -> str:
    return f"taken up again on {again}, after a break of {_days(max(shortest, 0), widest)}"


def _taken_up(course: DrugCourse, stop: DaySpan, case: Case) -> DaySpan | None:
    """The first day on which a later course of the drug began; None if there is none, or its day is not recorded."""
    starts = [other.start for other in _later(course, stop, case) if other.start is not None]
    return min(starts, key=lambda start: (start.first, start.last), default=None)


def _later(course: DrugCourse, stop: DaySpan, case: Case) -> list[DrugCourse]:
    return [other for other in case.courses if _goes_on(other, course, stop)]


def _goes_on(other: DrugCourse, course: DrugCourse, stop: DaySpan) -> bool:
    """Whether the other course is of the same drug and surely lasts longer than this one."""
    same = other is not course and bool(other.substance) and other.substance == course.substance
    return same and (other.stop is None or other.stop.first > stop.last)


def _limit_days(course: DrugCourse, longest: Figure) -> float | None:
    """The longest break in days; None if the protocol leaves it open, or the record does not say how often the drug
    was given. What was given once has no time between two doses: any break from it counts."""
    most = longest.limits[1]
    if longest.open or most is None:
        return None
    if course.frequency == ONCE:
        return NEXT_DAY
    times = TIMES_A_DAY.get(course.frequency)
    return None if times is None else most * max(1 / times, NEXT_DAY)


def _longer_than(course: DrugCourse, longest: Figure, limit: float) -> str:
    if course.frequency == ONCE:
        return "after a single dose"
    return f"longer than {amount(longest.limits[1] or 0, longest.unit)} ({amount(limit, 'd')})"


def _days(low: int, high: int) -> str:
    return amount(high, "d") if low == high else f"{low} to {amount(high, 'd')}"
