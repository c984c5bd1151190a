"""A child's record as it stood on an earlier day: what came later had not happened yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.casebook.case import FATAL_GRADE
from leadline.casebook.days import DaySpan

if TYPE_CHECKING:
    from leadline.casebook.case import AdverseEvent, Case, DrugCourse


def as_of(case: Case, day: int) -> Case:
    """The record up to a day, counted from the index infusion.

    An assessment of a partial date that may be later is left out. A drug, an infusion and an adverse event whose
    partial date reaches beyond the day may have come before it, and stay: whoever counts them says it is not known.
    A drug that was stopped later was still being taken on the day. Facts without a day stay as they are.
    """
    return replace(
        case,
        assessments=tuple(one for one in case.assessments if one.day.last <= day),
        courses=tuple(_course(one, day) for one in case.courses if _perhaps_by(one.start, day)),
        infusions=tuple(one for one in case.infusions if _perhaps_by(one.day, day)),
        adverse_events=tuple(_event(one, day) for one in case.adverse_events if _perhaps_by(one.start, day)),
        reports=tuple(one for one in case.reports if _by(one.day, day)),
        last_contact=case.last_contact if case.last_contact and case.last_contact.last <= day else None,
    )


def _by(when: DaySpan | None, day: int) -> bool:
    return when is None or when.last <= day


def _perhaps_by(when: DaySpan | None, day: int) -> bool:
    return when is None or when.first <= day


def _course(course: DrugCourse, day: int) -> DrugCourse:
    if course.stop is None or course.stop.last <= day:
        return course
    today = DaySpan(day, day)
    return replace(course, stop=None, recorded_stop=None, ongoing=True, ongoing_as_of=today, stop_reason="")


def _event(event: AdverseEvent, day: int) -> AdverseEvent:
    """Of an event that ended later neither the end nor what it came to is known on the day."""
    if _perhaps_by(event.stop, day):
        return event
    criteria = tuple(criterion for criterion in event.serious_criteria if criterion != "death")
    grade = None if event.grade == FATAL_GRADE else event.grade
    return replace(event, stop=None, outcome="", serious_criteria=criteria, grade=grade)
