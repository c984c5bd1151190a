"""Doses on a day: prednisone equivalents, weights, and which course of a drug follows which.

A dose that is not known is an interval from nothing to anything, so that a rule decides only where every dose in it
gives the same answer. Whoever has a drug record but no glucocorticoid in it was on none; whoever has no drug record
may have been on any dose.
"""

from __future__ import annotations

from math import inf

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import FAR, DaySpan
from leadline.measures import glucocorticoids
from leadline.measures.expression import DECIMALS, Span
from leadline.verdicts.findings import DoseAt
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.treatment import is_systemic, running

ANY_DOSE: Span = (0.0, inf)

TIMES_A_DAY = {
    "daily": 1.0,
    "twice_daily": 2.0,
    "three_times_daily": 3.0,
    "q2d": 1 / 2,
    "weekly": 1 / 7,
    "q10d": 1 / 10,
    "q2w": 1 / 14,
    "q4w": 1 / 28,
}
"""Frequencies that make a lasting dose. Alternate days are averaged over two (measures dossier 5.3)."""

ONCE = "once"

UNIT_IN_MG = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mg/kg": 1.0, "mg/m2": 1.0}
"""Units that a dose can be reckoned in."""

BASIS_OF_UNIT = {"mg/kg": "per_kg", "mg/m2": "per_m2"}
"""Units that say by themselves what the dose is per; otherwise `dose_basis` does."""


def weight_kg_at(case: Case, day: DaySpan, parameters: Parameters) -> float | None:
    """The weight recorded nearest to the day, if every day between them is within the age a child's weight keeps."""
    return _measured_near(case, "weight_kg", day, parameters)


def height_cm_at(case: Case, day: DaySpan, parameters: Parameters) -> float | None:
    """The height recorded nearest to the day, within the same age as a weight."""
    return _measured_near(case, "height_cm", day, parameters)


def _measured_near(case: Case, item: str, day: DaySpan, parameters: Parameters) -> float | None:
    found = [
        (_days_apart(assessment.day, day), -assessment.day.last, float(fact.value))
        for assessment in case.assessments
        if (fact := assessment.facts.get(item)) is not None and isinstance(fact.value, float | int)
    ]
    if not found:
        return None
    apart, _, value = min(found)
    return value if apart <= parameters.weight_max_age_days else None


def _days_apart(one: DaySpan, other: DaySpan) -> int:
    return max(abs(one.first - other.last), abs(one.last - other.first))


def compare_doses(before: DrugCourse, after: DrugCourse) -> bool | None:
    """Whether the daily dose rose from one course to the next; None where they cannot be compared."""
    same_frequency = before.frequency and before.frequency == after.frequency
    old, new = (dose_mg(course) if same_frequency else _mg_day(course) for course in (before, after))
    if dose_basis(before) != dose_basis(after) or old is None or new is None:
        return None
    return round(new, DECIMALS) > round(old, DECIMALS)


def dose_basis(course: DrugCourse) -> str:
    """What the dose is per: `fixed`, `per_kg`, `per_m2`; empty if neither the unit nor the record says."""
    return BASIS_OF_UNIT.get(course.dose_unit) or course.dose_basis


def dose_mg(course: DrugCourse) -> float | None:
    """One dose in mg, or in mg per kg or m2 as its basis says; None where dose or unit is not recorded, or the unit
    says another basis than the record."""
    unit = UNIT_IN_MG.get(course.dose_unit)
    agree = course.dose_basis in ("", dose_basis(course))
    return course.dose * unit if course.dose is not None and unit is not None and agree else None


def _mg_day(course: DrugCourse) -> float | None:
    dose, times = dose_mg(course), TIMES_A_DAY.get(course.frequency)
    return None if dose is None or times is None else dose * times


def is_pulse(case: Case, course: DrugCourse, parameters: Parameters) -> bool | None:
    """Whether one dose of the course is a pulse (measures dossier 5.3); None where dose or weight cannot tell."""
    weight = None if course.start is None else weight_kg_at(case, course.start, parameters)
    dose = single_dose_mg(course, weight)
    if dose is None or course.substance not in glucocorticoids.EQUAL_TO_5_MG_PREDNISONE:
        return None
    return glucocorticoids.is_pulse(course.substance, dose, weight_kg=weight)


def single_dose_mg(course: DrugCourse, weight_kg: float | None) -> float | None:
    """One dose in mg; None where dose or unit is not recorded, a weight is needed, or it is per m2."""
    dose = dose_mg(course)
    if dose is None or dose_basis(course) != "per_kg":
        return dose if dose_basis(course) != "per_m2" else None
    return None if weight_kg is None else dose * weight_kg


def prednisone_mg_day(
    case: Case, day: DaySpan, parameters: Parameters, *, beside: DrugCourse | None = None
) -> Span:
    """The daily systemic glucocorticoid dose on the day, in mg of prednisone, pulses and single doses left apart; of
    all courses, or of those `beside` one."""
    if not case.courses:
        return ANY_DOSE
    parts = [
        _part(case, course, day, parameters)
        for course in case.courses
        if course.class_id == "glucocorticoid"
        and is_systemic(course)
        and course.frequency != ONCE
        and course is not beside
    ]
    return sum(low for low, _ in parts), sum(high for _, high in parts)


def _part(case: Case, course: DrugCourse, day: DaySpan, parameters: Parameters) -> Span:
    state = running(course, day)
    if state is False or is_pulse(case, course, parameters):
        return 0.0, 0.0
    low, high = prednisone_of(case, course, day, parameters)
    return (low, high) if state else (0.0, high)


def prednisone_of(case: Case, course: DrugCourse, day: DaySpan, parameters: Parameters) -> Span:
    """What the course alone gives on a day on which it is taken, in mg of prednisone."""
    times = 1.0 if course.frequency == ONCE else TIMES_A_DAY.get(course.frequency)
    dose = single_dose_mg(course, weight_kg_at(case, day, parameters))
    if times is None or dose is None or course.substance not in glucocorticoids.EQUAL_TO_5_MG_PREDNISONE:
        return ANY_DOSE
    mg = glucocorticoids.prednisone_mg(course.substance, dose * times)
    return mg, mg


def glucocorticoid_doses(case: Case, parameters: Parameters) -> tuple[DoseAt, ...]:
    """Each lasting glucocorticoid course whose daily dose per kilogram is known at its start."""
    found = []
    for course in case.courses:
        if course.class_id != "glucocorticoid" or not is_systemic(course) or course.start is None:
            continue
        low, high = prednisone_of(case, course, course.start, parameters)
        weight = weight_kg_at(case, course.start, parameters)
        if low == high and weight is not None and course.frequency != ONCE:
            found.append(DoseAt(course.ref, round(low / weight, DECIMALS)))
    return tuple(found)


def previous_course(case: Case, course: DrugCourse, parameters: Parameters) -> DrugCourse | None:
    """The course of the same drug that this one goes on from: none if the drug is new, or surely begun anew after a
    break. Where the dates leave that open, `perhaps_anew` says so."""
    return max(
        _earlier(case, course, parameters),
        key=lambda other: other.start.first if other.start else -FAR,
        default=None,
    )


def perhaps_anew(case: Case, course: DrugCourse, parameters: Parameters) -> bool:
    """Whether a course that goes on from another may have been begun anew, as far as the dates of the break tell."""
    start, earlier = course.start, _earlier(case, course, parameters)
    return bool(earlier) and not any(
        start is None or other.stop is None or start.last - other.stop.first <= parameters.drug_break_days
        for other in earlier
    )


def _earlier(case: Case, course: DrugCourse, parameters: Parameters) -> list[DrugCourse]:
    """Courses of the same drug that this one goes on from, or may."""
    start = course.start
    return [] if start is None else [
        other
        for other in case.courses
        if other is not course
        and _same_drug(other, course)
        and _precedes(other, course, start, parameters.drug_break_days)
    ]  # fmt: skip


def next_course(case: Case, course: DrugCourse, parameters: Parameters) -> DrugCourse | None:
    """The course by which this one was gone on with."""
    return next((other for other in case.courses if previous_course(case, other, parameters) is course), None)


def broken_off(case: Case, course: DrugCourse, parameters: Parameters) -> bool:
    """Whether the drug had been taken before and was begun anew by this course, after too long a break."""
    start = course.start
    return start is not None and any(
        _same_drug(other, course)
        and other.stop is not None
        and other.stop.last < start.first - parameters.drug_break_days
        for other in case.courses
    )


def _same_drug(one: DrugCourse, other: DrugCourse) -> bool:
    return one.substance == other.substance and bool(one.substance)


def _precedes(other: DrugCourse, course: DrugCourse, start: DaySpan, break_days: int) -> bool:
    """Whether the other course began before this one, and ran up to it; it may run on beside it, if not longer."""
    if other.start is not None and other.start.first >= start.first:
        return False
    if other.stop is None:
        return True
    runs_up_to_it = other.stop.last >= start.first - break_days
    return runs_up_to_it and (other.stop.first <= start.last or _outlasts(course, other.stop))


def _outlasts(course: DrugCourse, stop: DaySpan) -> bool:
    return course.stop is None or course.stop.first > stop.last
