"""What drugs a child was on: which courses ran on a day, and the glucocorticoid dose, with three values.

A course without a start or a stop may or may not have been running; nothing is assumed of it. A course that began
before a day and has no stop is running for certain only up to the day as of which the chart calls it ongoing.
"""

from __future__ import annotations

from collections.abc import Iterable

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.casebook.drugs import DRUG_CLASSES, group_in_words
from leadline.measures.three_values import any_holds

CONVENTIONAL_CLASSES = tuple(class_id for class_id, kind in DRUG_CLASSES.items() if kind.conventional)
"""Classes that `off_medication` is about (verdicts 3). MSC itself is worded apart."""

ANTIRHEUMATIC_CLASSES = ("nsaid", *CONVENTIONAL_CLASSES)
"""Any anti-arthritis or anti-uveitis drug, as remission in JIA counts it (Wallace 2004)."""


def is_biologic(course: DrugCourse) -> bool:
    return course.class_id in DRUG_CLASSES and DRUG_CLASSES[course.class_id].biologic


def is_systemic(course: DrugCourse) -> bool:
    """Whether the course acts on the whole child: not into a joint, on the skin or into the eye, and not one dose
    before an infusion."""
    return course.route not in ("ia", "topical", "ophthalmic") and course.indication != "premedication"


NOT_RECOGNISED = "drug not recognised"


def drug_name(course: DrugCourse) -> str:
    """What a person reads, everywhere: the substance, or the words of the chart if they can only name a group.

    Other words are not shown, as they may hold anything (a name, a remark). They stand in the casebook, and in a report
    for the team alone beside this name.
    """
    return course.substance or group_in_words(course.drug_text) or NOT_RECOGNISED


def drug_key(course: DrugCourse) -> str:
    """Equal for courses of one drug, and only for those; never shown."""
    return course.substance or course.drug_text


def running(course: DrugCourse, day: DaySpan) -> bool | None:
    """Whether the course was running on the day; None if its dates cannot tell.

    The day of the stop counts as off: a drug stopped on day 90 is not being taken on day 90, unless the same drug
    begins on day 91.
    """
    started = _started(course, day)
    stopped = _stopped(course, day)
    if started is False or stopped is True:
        return False
    return True if started and stopped is False else None


def _started(course: DrugCourse, day: DaySpan) -> bool | None:
    if course.start is None:
        return None
    if course.start.last <= day.first:
        return True
    return False if course.start.first > day.last else None


def _stopped(course: DrugCourse, day: DaySpan) -> bool | None:
    """Whether it had been stopped by the day."""
    if course.stop is not None:
        last_on = 1 if course.gone_on_with else 0
        if course.stop.last + last_on <= day.first:
            return True
        return False if course.stop.first + last_on > day.last else None
    if course.ongoing and course.ongoing_as_of is not None and course.ongoing_as_of.first >= day.last:
        return False
    return None


def courses_of(case: Case, classes: Iterable[str]) -> tuple[DrugCourse, ...]:
    wanted = set(classes)
    return tuple(course for course in case.courses if course.class_id in wanted)


def on_any(courses: Iterable[DrugCourse], day: DaySpan) -> bool | None:
    """Whether any of the courses was running on the day; None if one may have been and none was for certain."""
    return any_holds(running(course, day) for course in courses)
