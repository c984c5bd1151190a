"""Claims about drugs: off medication, and on less of it (verdicts 3).

Off medication asks for two things: nothing of the conventional classes running on the day, and a recorded stop for
every such drug of the record. Less medication asks for a lower prednisone-equivalent dose or fewer
immunosuppressive drugs than at baseline, with no other raised or started.
"""

from __future__ import annotations

from collections.abc import Iterable

from leadline.casebook.case import DrugCourse
from leadline.casebook.days import DaySpan
from leadline.measures.expression import DECIMALS
from leadline.measures.three_values import any_holds
from leadline.verdicts.doses import compare_doses, perhaps_anew, prednisone_mg_day, previous_course
from leadline.verdicts.findings import CriterionOutcome, Result, SettlingItem
from leadline.verdicts.outcomes import outcome_on
from leadline.verdicts.treatment import (
    CONVENTIONAL_CLASSES,
    courses_of,
    drug_key,
    drug_name,
    is_systemic,
    on_any,
    running,
)
from leadline.verdicts.view import CaseView

OFF_MEDICATION = "off_conventional_medication"
REDUCED_MEDICATION = "reduced_medication"


def off_medication(view: CaseView, day: DaySpan | None) -> CriterionOutcome:
    """Whether no conventional drug ran on the day, by the recorded starts and stops. A drug that the catalogue does
    not know may be a conventional one."""
    title = "No conventional antirheumatic drug running, every one with a recorded stop"
    courses = [
        course
        for course in view.case.courses
        if (course.class_id in CONVENTIONAL_CLASSES or not course.class_id)
        and course.indication != "premedication"
    ]
    refs = [course.ref for course in courses]
    if day is None or not view.case.courses:
        what = "the day of the claim" if view.case.courses else "the record of all drugs, with start and stop"
        item = SettlingItem(what, "", OFF_MEDICATION, "up to the day of the claim")
        return outcome_on(OFF_MEDICATION, title, "indeterminate", day, evidence=refs, settling=(item,))
    states = {course.ref: running(course, day) for course in courses}
    on = [course for course in courses if states[course.ref]]
    open_ended = [course for course in courses if states[course.ref] is None]
    result: Result = "not_met" if on else "indeterminate" if open_ended else "met"
    details = [f"{drug_name(course)} running on {day}" for course in on]
    settling = tuple(
        SettlingItem(f"{_lacking(course)} of {drug_name(course)}", "", OFF_MEDICATION, f"up to {day}")
        for course in open_ended
    )
    return outcome_on(OFF_MEDICATION, title, result, day, evidence=refs, details=details, settling=settling)


def _lacking(course: DrugCourse) -> str:
    if course.start is None:
        return "start and stop" if course.stop is None else "start"
    return "stop" if course.stop is None else "exact dates"


def reduced_medication(view: CaseView, day: DaySpan | None) -> CriterionOutcome:
    """Whether the prednisone dose, or the number of immunosuppressive drugs, is lower than on day 0, and nothing else
    was raised or started in between."""
    title = "Lower prednisone-equivalent dose or fewer immunosuppressive drugs than at baseline, none raised or started"
    courses = courses_of(view.case, CONVENTIONAL_CLASSES)
    refs = [course.ref for course in courses]
    if day is None or not view.case.courses:
        what = (
            "the day of the claim"
            if view.case.courses
            else "the record of all drugs, with doses, start and stop"
        )
        item = SettlingItem(what, "", REDUCED_MEDICATION, "from baseline to the day of the claim")
        return outcome_on(REDUCED_MEDICATION, title, "indeterminate", day, evidence=refs, settling=(item,))
    baseline = DaySpan(0, 0)
    before = prednisone_mg_day(view.case, baseline, view.parameters)
    now = prednisone_mg_day(view.case, day, view.parameters)
    dose_lower = _below(now, before)
    fewer = _fewer(view, baseline, day)
    rising = _anything_raised(view, day)
    less = any_holds((dose_lower, fewer))
    higher = _below(before, now)
    if less is False or rising or higher:
        result: Result = "not_met"
    else:
        result = "met" if less and rising is False and higher is False else "indeterminate"
    details = (f"prednisone equivalent {_mg(before)} on day 0, {_mg(now)} on {day}",)
    settling = _doses_to_find(courses, day)
    return outcome_on(
        REDUCED_MEDICATION, title, result, day, evidence=refs, details=details, settling=settling
    )


def _below(now: tuple[float, float], before: tuple[float, float]) -> bool | None:
    if round(now[1], DECIMALS) < round(before[0], DECIMALS):
        return True
    return False if round(now[0], DECIMALS) >= round(before[1], DECIMALS) else None


def _systemic_courses(view: CaseView) -> list[DrugCourse]:
    """A drug that the catalogue does not know may be an immunosuppressive one."""
    return [course for course in courses_of(view.case, (*CONVENTIONAL_CLASSES, "")) if is_systemic(course)]


def _fewer(view: CaseView, baseline: DaySpan, day: DaySpan) -> bool | None:
    """Whether a drug that ran at baseline runs no longer. That none was started since is asked apart; one
    glucocorticoid for another is the same drug at another dose."""
    by_drug: dict[str, list[DrugCourse]] = {}
    for course in _systemic_courses(view):
        steroid = course.class_id == "glucocorticoid"
        by_drug.setdefault("glucocorticoid" if steroid else drug_key(course), []).append(course)
    return any_holds(_ended(courses, baseline, day) for courses in by_drug.values())


def _ended(courses: list[DrugCourse], baseline: DaySpan, day: DaySpan) -> bool | None:
    then, now = on_any(courses, baseline), on_any(courses, day)
    if then is False or now is True:
        return False
    return True if then and now is False else None


def _anything_raised(view: CaseView, day: DaySpan) -> bool | None:
    """Whether any conventional drug but a glucocorticoid, whose dose is compared apart, was started or raised after
    day 0, up to the day; None where it may have been."""
    outcomes: list[bool | None] = []
    for course in _systemic_courses(view):
        if course.class_id == "glucocorticoid":
            continue
        if course.start is None:
            outcomes.append(False if course.stop is not None and course.stop.last <= 0 else None)
            continue
        within = course.start.within(1, day.first)
        if within is False:
            continue
        before = previous_course(view.case, course, view.parameters)
        raised = True if before is None else compare_doses(before, course)
        if raised is False and perhaps_anew(view.case, course, view.parameters):
            raised = None
        surely = within and course.class_id
        outcomes.append(raised if surely or raised is False else None)
    return any_holds(outcomes)


def _doses_to_find(courses: Iterable[DrugCourse], day: DaySpan) -> tuple[SettlingItem, ...]:
    when = f"from baseline to {day}"
    lacking = [
        SettlingItem(f"dose, start and stop of {drug_name(course)}", "", REDUCED_MEDICATION, when)
        for course in courses
        if course.dose is None or course.start is None or running(course, day) is None
    ]
    return tuple(dict.fromkeys(lacking)) or (
        SettlingItem("the weight, for doses per kilogram", "weight_kg", REDUCED_MEDICATION, when),
    )


def _mg(dose: tuple[float, float]) -> str:
    return f"{dose[0]:g} mg/day" if dose[0] == dose[1] else "not known"
