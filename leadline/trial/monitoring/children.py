"""The children of a trial, in the order of their day 0, each with its basket, its arm, its response and harm.

Day 0 is that of the infusion, of a control that of enrolment. A look is made of the first of each basket and arm. Harm
is about the cells: it counts the children of the baskets who were given them, in the order of infusion, whatever arm
is recorded of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.trial.design import HarmCount
from leadline.trial.monitoring.arms import (
    ENROLLED_LATER,
    INFUSED_BEFORE,
    NOT_ENROLLED,
    NOT_INFUSED,
    OTHER_DISEASE,
    Arm,
    arm_of,
    enrolled,
    infused_before_enrolment,
)
from leadline.trial.monitoring.as_of import as_of
from leadline.trial.monitoring.harm import ChildHarm, child_harm
from leadline.trial.monitoring.responses import Day, Response, respond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from leadline.casebook.case import Case
    from leadline.casebook.days import RecordedDay
    from leadline.trial.monitoring.plan import Plan


@dataclass(frozen=True, slots=True)
class Child:
    """One child of a basket.

    arm        msc or control
    place      in the order of day 0 among all children of the trial, from 1; `in_arm` likewise in its basket and arm
    infused    the day of the first infusion as recorded; empty if there is none, or it has no date
    enrolled   the day of enrolment as recorded
    day        days since day 0 on the day of the look; None where that cannot be told
    harm       since the infusion; of a control who was given none since enrolment, and no part of the harm rule
    """

    patient_id: str
    basket: int
    arm: str
    place: int
    in_arm: int
    infused: str
    enrolled: str
    day: int | None
    response: Response
    harm: ChildHarm


@dataclass(frozen=True, slots=True)
class Exposed:
    """A child of a basket who was given the cells, as the harm rule counts it.

    infused  the first day (an ordinal) on which it can have been infused; None without a calendar
    had_by   whether an event that counts had happened by a day (an ordinal); None where that is not known
    """

    patient_id: str
    basket: int
    harm: ChildHarm
    infused: int | None
    had_by: Callable[[int], bool | None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A child of the casebook that belongs to no basket or arm, or was not in the trial by the day of the look."""

    patient_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Children:
    """All children of the casebook.

    taken         those of the baskets' arms, in the order of day 0
    exposed       those who were given the cells, in the order of infusion
    order_known   False where some day 0 cannot be put in order
    all_named     False where some child's record does not name the protocol and its version
    in_doubt      sentences on what does not fit in the record of children who are counted
    settled_by    of those taken the day (an ordinal) by which the response is settled at the latest; None without a
                  calendar
    """

    taken: tuple[Child, ...]
    exposed: tuple[Exposed, ...]
    left_out: tuple[LeftOut, ...]
    order_known: bool
    all_named: bool
    in_doubt: tuple[str, ...]
    settled_by: Mapping[str, int | None]


def children_of(
    cases: Sequence[Case],
    plan: Plan,
    *,
    on: date | None,
    closed: bool,
    controls: Mapping[str, Case] = MappingProxyType({}),
) -> Children:
    """Each child's standing on the day of the look.

    on        the day; None for the last day that the casebook holds
    closed    nothing can be recorded any more, as of a published series
    controls  by code, the records of controls whose days count from enrolment
    """
    records = [controls.get(case.patient_id, case) for case in cases]
    last = on.toordinal() if on else _last_day(records)
    stood = [_Stood(case, controls.get(case.patient_id), plan, last, on is not None) for case in cases]
    taken = sorted((one for one in stood if not one.left_out), key=lambda one: _order(one.record))
    exposed = sorted((one for one in stood if one.exposed), key=lambda one: _order(one.case))
    left_out = [LeftOut(one.case.patient_id, one.left_out) for one in stood if one.left_out]
    return Children(
        _placed(taken, plan, closed=closed),
        tuple(one.as_exposed(plan) for one in exposed),
        tuple(sorted(left_out, key=lambda one: one.patient_id)),
        _ordered([one.record for one in taken]) and _ordered([one.case for one in exposed]),
        all(
            one.case.patient.get("protocol_id") and one.case.patient.get("protocol_version") for one in taken
        ),
        tuple(_in_doubt(taken, exposed)),
        {one.case.patient_id: one.settled_by(plan) for one in taken},
    )


class _Stood:
    """A child as its record stood on the day of the look.

    case      the record, days counted from the infusion; `record` that of its arm, in which a control's days count from
              enrolment
    basket    -1 for a child of another disease
    left_out  why the child is not counted; empty if it is
    exposed   whether it was given the cells by then
    """

    def __init__(
        self, case: Case, control: Case | None, plan: Plan, last: int | None, as_it_stood: bool
    ) -> None:
        self.as_it_stood = as_it_stood
        self.case, self.since_infusion = self._past(case, last)
        self.record, self.day = self._past(control or case, last)
        found = plan.basket_of(case.diagnosis)
        self.basket = -1 if found is None else found
        self.arm = OTHER_DISEASE if found is None else arm_of(case, plan.design.baskets[found])
        given = any(infusion.given for infusion in self.case.infusions)
        infused = given and not (self.since_infusion is not None and self.since_infusion < 0)
        day = enrolled(case)
        later = day is not None and day.calendar and last is not None and day.first > last
        self.left_out = self._why_left_out(infused, later, control)
        self.exposed = found is not None and infused and self.left_out not in (INFUSED_BEFORE, ENROLLED_LATER)

    def _past(self, case: Case, last: int | None) -> tuple[Case, int | None]:
        """The record up to the day of the look, and that day counted from its day 0."""
        day = _day(case, last)
        return as_of(case, day) if self.as_it_stood and day is not None and _dated(case) else case, day

    def _why_left_out(self, infused: bool, later: bool, control: Case | None) -> str:
        if not isinstance(self.arm, Arm):
            return self.arm
        if self.arm is Arm.CONTROL:
            return NOT_ENROLLED if control is None else ENROLLED_LATER if later else ""
        if infused and infused_before_enrolment(self.case):
            return INFUSED_BEFORE
        if later:
            return ENROLLED_LATER
        return "" if infused else NOT_INFUSED

    def harm(self, plan: Plan) -> ChildHarm:
        """Since the infusion; of a child who was given none since its day 0."""
        case, day = (self.case, self.since_infusion) if self.exposed else (self.record, self.day)
        harm = plan.design.harm
        by = day if self.as_it_stood and _dated(case) else None
        return child_harm(case, harm.counts if harm else HarmCount.ANY, by=by)

    def as_exposed(self, plan: Plan) -> Exposed:
        """Of a child who was given the cells."""
        index = _dated(self.case)
        return Exposed(
            patient_id=self.case.patient_id,
            basket=self.basket,
            harm=self.harm(plan),
            infused=None if index is None else index.first,
            had_by=partial(self._had_by, plan),
        )

    def _had_by(self, plan: Plan, day: int) -> bool | None:
        index, harm = _dated(self.case), plan.design.harm
        if index is None or harm is None:
            return self.harm(plan).had
        by = day - index.last
        if self.as_it_stood and self.since_infusion is not None:
            by = min(by, self.since_infusion)
        return child_harm(self.case, harm.counts, by=by).had

    def settled_by(self, plan: Plan) -> int | None:
        """The day (an ordinal) after the last of the deciding visit's days."""
        index = _dated(self.record)
        return None if index is None else index.last + plan.windows[self.basket].last + 1


def _in_doubt(taken: Sequence[_Stood], exposed: Sequence[_Stood]) -> Iterator[str]:
    """What a reader must know of children who are counted, or whose infusion is."""
    codes = {one.case.patient_id for one in taken}
    yield from _named(
        "Of {} the days leave open whether the infusion came before the enrolment; counted as enrolled before.",
        [one for one in taken if one.arm is Arm.TREATED and infused_before_enrolment(one.case) is None],
    )
    yield from _named(
        "The cells were given to {}, assigned to the controls: for the response counted as a control, for harm among "
        "those who were given them.",
        [one for one in exposed if one.arm is Arm.CONTROL],
    )
    yield from _named(
        "The cells were given to {}, whose arm is not known: no look counts the response, and harm counts the child.",
        [one for one in exposed if one.case.patient_id not in codes],
    )


def _named(sentence: str, children: Sequence[_Stood]) -> Iterator[str]:
    if children:
        yield sentence.format(listed([one.case.patient_id for one in children]))


def _last_day(cases: Sequence[Case]) -> int | None:
    """The last calendar day of any record."""
    days = [
        case.index.last + last
        for case in cases
        if case.index is not None and case.index.calendar and (last := _last_of(case)) is not None
    ]
    return max(days, default=None)


def _last_of(case: Case) -> int | None:
    days = [visit.day.last for visit in case.assessments]
    days += [infusion.day.last for infusion in case.infusions if infusion.day is not None]
    if case.last_contact is not None:
        days.append(case.last_contact.last)
    return max(days, default=None)


def _day(case: Case, last: int | None) -> int | None:
    """Days since the infusion; of a child whose record has no calendar, those to the end of its own record."""
    if case.index is not None and case.index.calendar:
        return None if last is None else last - case.index.last
    return _last_of(case)


def _order(case: Case) -> tuple[bool, int, int, str]:
    """Dated infusions first, by day; the code of the child where days are the same or not known."""
    index = _dated(case)
    return (index is None, index.first if index else 0, index.last if index else 0, case.patient_id)


def _dated(case: Case) -> RecordedDay | None:
    return case.index if case.index is not None and case.index.calendar else None


def _date_words(case: Case) -> str:
    index = _dated(case)
    return index.text if index else ""


def _ordered(cases: Sequence[Case]) -> bool:
    """Whether every child's day 0 is a day that puts it before or after, or on the same day as, each other's."""
    days = [_dated(case) for case in cases]
    if None in days:
        return len(days) < 2
    known = [day for day in days if day is not None]
    return all(one.last <= other.first or (one.is_exact and other.is_exact) for one, other in pairwise(known))


def _placed(taken: Sequence[_Stood], plan: Plan, *, closed: bool) -> tuple[Child, ...]:
    counts: Counter[tuple[int, str]] = Counter()
    placed = []
    for place, one in enumerate(taken, start=1):
        counts[one.basket, one.arm] += 1
        day = enrolled(one.case)
        placed.append(
            Child(
                patient_id=one.case.patient_id,
                basket=one.basket,
                arm=one.arm,
                place=place,
                in_arm=counts[one.basket, one.arm],
                infused=_date_words(one.case) if one.exposed else "",
                enrolled=day.text if day is not None and day.calendar else "",
                day=one.day,
                response=respond(one.record, plan, one.basket, Day(one.day, closed)),
                harm=one.harm(plan),
            )
        )
    return tuple(placed)
