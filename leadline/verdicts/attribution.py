"""Attribution: what else changed at the time, so that a benefit cannot be laid at the infusion's door.

From 90 days before the index infusion (180 for rituximab and cyclophosphamide) to the deciding assessment. A change
that surely happened then confounds; one that may have, because a date or a dose is missing or partial, leaves the
attribution unknown. A falling glucocorticoid dose is no confounder of improvement. Attribution never changes a
finding; it stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.measures.expression import DECIMALS, Span
from leadline.verdicts.doses import (
    broken_off,
    compare_doses,
    is_pulse,
    next_course,
    perhaps_anew,
    prednisone_mg_day,
    prednisone_of,
    previous_course,
    weight_kg_at,
)
from leadline.verdicts.findings import Attribution, AttributionResult, Confounder
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.treatment import CONVENTIONAL_CLASSES, drug_name, is_biologic, is_systemic

NEW_DRUG_CLASSES = tuple(class_id for class_id in CONVENTIONAL_CLASSES if class_id != "glucocorticoid")


class Kind(StrEnum):
    """What happened to a drug."""

    STARTED = "started"
    RAISED = "raised"
    STOPPED = "stopped"
    INJECTED = "injected"  # into a joint
    PULSE = "pulse"


@dataclass(frozen=True, slots=True)
class DrugChange:
    """One change of treatment: for certain within the span looked at, or only perhaps and why."""

    course: DrugCourse
    day: DaySpan | None
    kind: Kind
    what: str
    perhaps_because: str = ""


def attribute(case: Case, until: DaySpan | None, parameters: Parameters) -> Attribution:
    """What confounds a benefit seen on the day `until`. Without a drug record, or without a day, it is unknown."""
    if not case.courses:
        return _unknown("no drug is recorded")
    if until is None:
        return _unknown("the day of the claim is not recorded")
    changes = [
        change
        for course in case.courses
        for change in _changes(case, course, _LookedAt(_since(course, parameters), until), parameters)
    ]
    sure = [change for change in changes if not change.perhaps_because]
    confounders = tuple(
        Confounder(
            drug_name(change.course), change.course.class_id, change.day, change.what, change.course.ref
        )
        for change in sorted(
            sure, key=lambda change: (change.day.first if change.day else 0, change.course.ref)
        )
    )
    because = [change.perhaps_because for change in changes if change.perhaps_because]
    if case.patient.get("drug_history_complete") is False:
        because.append("the drug record is said to be incomplete")
    perhaps = tuple(dict.fromkeys(because))
    if confounders:
        return Attribution(AttributionResult.CONFOUNDED, confounders, perhaps)
    if perhaps:
        return Attribution(AttributionResult.UNKNOWN, (), perhaps)
    return Attribution(AttributionResult.UNCONFOUNDED, (), ())


def _unknown(why: str) -> Attribution:
    return Attribution(AttributionResult.UNKNOWN, (), (why,))


def changes_between(case: Case, first: int, until: DaySpan, parameters: Parameters) -> tuple[DrugChange, ...]:
    """Each change of an immunosuppressive drug from a day to another; a rise of a glucocorticoid is one above the dose
    on the first of them. A child without a drug record has none: ask `case.courses`."""
    looked_at = _LookedAt(first, until, above_first=True)
    return tuple(
        change for course in case.courses for change in _changes(case, course, looked_at, parameters)
    )


def _since(course: DrugCourse, parameters: Parameters) -> int:
    long_acting = course.substance in parameters.long_acting
    return -(parameters.attribution_days_long if long_acting else parameters.attribution_days)


def _changes(
    case: Case, course: DrugCourse, looked_at: _LookedAt, parameters: Parameters
) -> Iterator[DrugChange]:
    if course.class_id == "glucocorticoid":
        yield from _glucocorticoid_changes(case, course, looked_at, parameters)
    elif course.class_id in NEW_DRUG_CLASSES and is_systemic(course):
        yield from _start(case, course, looked_at, parameters)
    elif not course.class_id:
        yield from _unknown_drug(course, looked_at)
    if is_biologic(course):
        yield from _stop(case, course, looked_at, parameters)


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """The span of days in which a change counts. A rise of a glucocorticoid is one above its lowest dose in the span,
    or above that on its first day."""

    first: int
    until: DaySpan
    above_first: bool = False

    def place(self, course: DrugCourse, day: DaySpan, kind: Kind, what: str) -> Iterator[DrugChange]:
        """The change if its day surely lies in the span; perhaps, if the day cannot tell; nothing if it does not."""
        if day.last < self.first or day.first > self.until.last:
            return
        surely = day.first >= self.first and day.last <= self.until.first
        because = "" if surely else f"{drug_name(course)} {what}, not exact enough to place"
        yield DrugChange(course, day, kind, what, because)


def _start(
    case: Case, course: DrugCourse, looked_at: _LookedAt, parameters: Parameters
) -> Iterator[DrugChange]:
    """A new drug, one begun again after a break, or a raised dose."""
    if course.start is None:
        yield from _without_start(course, looked_at)
        return
    before = previous_course(case, course, parameters)
    if before is None:
        what = f"started on {course.start}"
        if broken_off(case, course, parameters):
            what = f"started again on {course.start}, after a break of more than {parameters.drug_break_days} days"
        yield from looked_at.place(course, course.start, Kind.STARTED, what)
        return
    if perhaps_anew(case, course, parameters):
        yield from _if_broken_off(course, course.start, Kind.STARTED, "started again", looked_at, parameters)
    raised = compare_doses(before, course)
    if raised:
        yield from looked_at.place(course, course.start, Kind.RAISED, f"dose raised on {course.start}")
    elif raised is None:
        yield from (
            replace(
                change,
                perhaps_because=f"the doses of {drug_name(course)} around {course.start} cannot be compared",
            )
            for change in looked_at.place(course, course.start, Kind.RAISED, "dose changed")
        )


def _without_start(course: DrugCourse, looked_at: _LookedAt) -> Iterator[DrugChange]:
    """A course without a start may have begun at any time up to its stop."""
    if course.stop is None or course.stop.last >= looked_at.first:
        yield DrugChange(
            course, None, Kind.STARTED, "started", f"the start of {drug_name(course)} is not recorded"
        )


def _if_broken_off(
    course: DrugCourse, day: DaySpan, kind: Kind, done: str, looked_at: _LookedAt, parameters: Parameters
) -> Iterator[DrugChange]:
    """A change that it is only if the drug was broken off for longer than a pause may last."""
    what = f"{done} on {day}"
    because = f"{drug_name(course)} {what}, if the break was longer than {parameters.drug_break_days} days"
    yield from (
        replace(change, perhaps_because=because) for change in looked_at.place(course, day, kind, what)
    )


def _stop(
    case: Case, course: DrugCourse, looked_at: _LookedAt, parameters: Parameters
) -> Iterator[DrugChange]:
    following = next_course(case, course, parameters)
    if following is not None:
        if course.stop is not None and perhaps_anew(case, following, parameters):
            yield from _if_broken_off(course, course.stop, Kind.STOPPED, "stopped", looked_at, parameters)
    elif course.stop is not None:
        yield from looked_at.place(course, course.stop, Kind.STOPPED, f"stopped on {course.stop}")
    elif course.ongoing is False:
        yield DrugChange(
            course, None, Kind.STOPPED, "stopped", f"the stop of {drug_name(course)} is not recorded"
        )


def _unknown_drug(course: DrugCourse, looked_at: _LookedAt) -> Iterator[DrugChange]:
    """A drug that the catalogue does not know may be an immunosuppressive one: it never confounds for certain."""
    if course.start is None:
        yield from _without_start(course, looked_at)
        return
    for change in looked_at.place(course, course.start, Kind.STARTED, "started"):
        yield replace(change, perhaps_because=f"{drug_name(course)} started on {course.start}")


def _glucocorticoid_changes(
    case: Case, course: DrugCourse, looked_at: _LookedAt, parameters: Parameters
) -> Iterator[DrugChange]:
    """An intra-articular injection, a pulse, or a rise of the daily dose above the limit per kilogram."""
    if course.route in ("topical", "ophthalmic") or course.indication == "premedication":
        return
    if course.start is None:
        yield from _without_start(course, looked_at)
        return
    if course.route == "ia":
        yield from looked_at.place(
            course, course.start, Kind.INJECTED, f"injected into a joint on {course.start}"
        )
        return
    pulse = is_pulse(case, course, parameters)
    if pulse:
        yield from looked_at.place(course, course.start, Kind.PULSE, f"pulse on {course.start}")
        return
    rise = _rise_above_limit(case, course, looked_at, parameters)
    if rise is not False:
        for change in looked_at.place(course, course.start, Kind.RAISED, f"dose raised on {course.start}"):
            because = f"a rise of {drug_name(course)} on {course.start} cannot be reckoned: dose or weight is missing"
            yield change if rise and pulse is False else replace(change, perhaps_because=because)


def _dose_before(case: Case, start: int, looked_at: _LookedAt, parameters: Parameters) -> Span:
    """The daily dose that a rise is counted from: the lowest from the first day looked at to the day before the start,
    or that on the first day."""
    if looked_at.above_first:
        return prednisone_mg_day(case, DaySpan(looked_at.first, looked_at.first), parameters)
    changes = [
        other.start.first
        for other in case.courses
        if other.class_id == "glucocorticoid" and other.start and looked_at.first <= other.start.first < start
    ]
    days = {min(looked_at.first, start - 1), start - 1, *changes}
    doses = [prednisone_mg_day(case, DaySpan(day, day), parameters) for day in sorted(days)]
    return min(low for low, _ in doses), min(high for _, high in doses)


def _rise_above_limit(
    case: Case, course: DrugCourse, looked_at: _LookedAt, parameters: Parameters
) -> bool | None:
    """Whether the daily prednisone equivalent rose by more than the limit above what it is counted from."""
    assert course.start is not None
    start = course.start
    before = _dose_before(case, start.first, looked_at, parameters)
    own = prednisone_of(case, course, start, parameters)  # it is taken on its first day, whenever it ended
    others = prednisone_mg_day(case, DaySpan(start.last, start.last), parameters, beside=course)
    rise = own[0] + others[0] - before[1], own[1] + others[1] - before[0]
    if rise[1] <= 0:
        return False
    weight = weight_kg_at(case, start, parameters)
    if weight is None:
        return None
    limit = round(parameters.glucocorticoid_rise_mg_kg_day * weight, DECIMALS)
    if round(rise[0], DECIMALS) > limit:
        return True
    return False if round(rise[1], DECIMALS) <= limit else None
