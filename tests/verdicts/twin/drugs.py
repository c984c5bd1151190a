"""What drugs a child was on, claims about them, and attribution: verdicts 3 and 4, measures dossier 5.3."""

from __future__ import annotations

from fractions import Fraction

from leadline.casebook.case import Case, DrugCourse
from tests.verdicts.twin.basics import (
    Truth,
    all_of,
    any_of,
    day_of,
    decided,
    nearest_first,
    number,
    opposite,
)

BIOLOGICS = {
    "bdmard_tnf", "bdmard_il1", "bdmard_il6", "bdmard_il17_il23", "bdmard_tcell", "bdmard_bcell", "bdmard_ifn",
    "bdmard_complement",
}  # fmt: skip
IMMUNOSUPPRESSIVE = BIOLOGICS | {
    "glucocorticoid",
    "csdmard",
    "antimalarial",
    "cytotoxic",
    "tsdmard_jak",
    "tsdmard_other",
    "ivig",
}
PREDNISONE_FACTOR = {
    "prednisone": Fraction(1),
    "prednisolone": Fraction(1),
    "methylprednisolone": Fraction(5, 4),
}


def running(course: DrugCourse, day: int) -> Truth:
    """The day of the stop is the first day without the drug."""
    if course.stop is not None and course.stop.first <= day:
        return False
    if course.start is not None and course.start.first > day:
        return False
    if course.start is None:
        return None
    if course.stop is not None:
        return True
    if course.ongoing and course.ongoing_as_of is not None and course.ongoing_as_of.first >= day:
        return True
    return None


def any_running(case: Case, day: int, classes: set[str]) -> Truth:
    if not case.courses:
        return None  # an empty drug record is no record of no drug
    return any_of(False, *(running(one, day) for one in case.courses if one.class_id in classes))


def on_medication(case: Case, day: int) -> Truth:
    return any_running(case, day, IMMUNOSUPPRESSIVE | {"nsaid"})


ENDLESS = Fraction(10**9)


def prednisone_mg_day(case: Case, day: int) -> tuple[Fraction, Fraction]:
    """The least and the most that the child can have been on."""
    if not case.courses:
        return Fraction(0), ENDLESS
    low = high = Fraction(0)
    for course in case.courses:
        if course.class_id == "glucocorticoid":
            taken = running(course, day)
            known = course.dose is not None
            dose = Fraction(str(course.dose)) * PREDNISONE_FACTOR[course.substance] if known else None
            low += dose if taken and dose else 0
            high += 0 if taken is False else ENDLESS if dose is None else dose
    return low, high


def dose_at_most(dose: tuple[Fraction, Fraction], limit: Fraction | None) -> Truth:
    if dose[1] == 0:
        return True
    return None if limit is None else decided(dose[0] <= limit, dose[1] <= limit)


def prednisone_mg_kg_day(case: Case, day: int) -> Fraction | None:
    (low, high), weight = prednisone_mg_day(case, day), weight_at(case, day)
    if high == 0:
        return high
    return None if low != high or weight is None else low / weight


def times_weight(limit: str, weight: Fraction | None) -> Fraction | None:
    return None if weight is None else Fraction(limit) * weight


def weight_at(case: Case, day: int) -> Fraction | None:
    weighed = [
        one
        for one in case.assessments
        if number(one, "weight_kg") is not None and abs(day_of(one) - day) <= 91
    ]
    return number(nearest_first(weighed, day)[0], "weight_kg") if weighed else None


def off_medication(case: Case, day: int) -> Truth:
    return opposite(any_running(case, day, IMMUNOSUPPRESSIVE))


def reduced_medication(case: Case, day: int) -> Truth:
    """A lower prednisone equivalent or fewer drugs than on day 0, with no other raised or started since."""
    if not case.courses:
        return None
    dose_then, dose_now = prednisone_mg_day(case, 0), prednisone_mg_day(case, day)
    lower = decided(dose_now[1] < dose_then[0], dose_now[0] < dose_then[1])
    higher = decided(dose_now[0] > dose_then[1], dose_now[1] > dose_then[0])
    others = sorted(
        {one.substance for one in case.courses if one.class_id in IMMUNOSUPPRESSIVE - {"glucocorticoid"}}
    )
    steroids = [one for one in case.courses if one.class_id == "glucocorticoid"]
    fewer: list[Truth] = [
        all_of(
            any_of(False, *(running(one, 0) for one in steroids)),
            opposite(any_of(False, *(running(one, day) for one in steroids))),
        )
    ]
    raised: list[Truth] = [higher]
    for substance in others:
        courses = [one for one in case.courses if one.substance == substance]
        then, now = (any_of(False, *(running(one, when) for one in courses)) for when in (0, day))
        fewer.append(all_of(then, opposite(now)))
        raised += [started_or_raised(case, one, day) for one in courses]
    return all_of(any_of(lower, *fewer), opposite(any_of(*raised)))


def started_or_raised(case: Case, course: DrugCourse, day: int) -> Truth:
    if course.start is None:
        return False if course.stop is not None and course.stop.first <= 0 else None
    if not 0 < course.start.first <= day:
        return False
    earlier = course_before(case, course)
    if earlier is None:
        return True
    return None if earlier.dose is None or course.dose is None else course.dose > earlier.dose


def course_before(case: Case, course: DrugCourse) -> DrugCourse | None:
    """The course of the same substance that this one goes on from, after a break of at most 30 days."""
    for one in case.courses:
        if one is course or one.substance != course.substance or one.stop is None or course.start is None:
            continue
        if course.start.first - 30 <= one.stop.first <= course.start.first:
            return one
    return None


def goes_on_from_another(case: Case, course: DrugCourse) -> bool:
    return course_before(case, course) is not None


def followed_by_another(case: Case, course: DrugCourse) -> bool:
    return any(course_before(case, one) is course for one in case.courses)


def attribution(case: Case, end: int) -> str:
    confounded, unknown = False, not case.courses
    for course in case.courses:
        if course.class_id not in IMMUNOSUPPRESSIVE:
            continue
        first = -180 if course.substance in ("rituximab", "cyclophosphamide") else -90
        if course.stop is not None and course.stop.first < first:
            continue
        if course.start is None:
            unknown = True
        elif first <= course.start.first <= end:
            change = change_at_start(case, course)
            confounded, unknown = confounded or change is True, unknown or change is None
        if course.class_id in BIOLOGICS and course.stop and first <= course.stop.first <= end:
            confounded = confounded or not followed_by_another(case, course)
    return "confounded" if confounded else "unknown" if unknown else "unconfounded"


def change_at_start(case: Case, course: DrugCourse) -> Truth:
    earlier = course_before(case, course)
    if course.class_id != "glucocorticoid":
        if earlier is None:
            return True
        return None if earlier.dose is None or course.dose is None else course.dose > earlier.dose
    assert course.start is not None
    if course.dose is None:
        return None
    start = course.start.first
    before = [prednisone_mg_day(case, day) for day in range(min(-90, start - 1), start)]
    lowest = min(low for low, _ in before), min(high for _, high in before)
    now = Fraction(str(course.dose)) * PREDNISONE_FACTOR[course.substance]
    if now <= lowest[0]:
        return False
    limit = times_weight("0.1", weight_at(case, start))
    return None if limit is None else decided(now - lowest[1] > limit, now - lowest[0] > limit)
