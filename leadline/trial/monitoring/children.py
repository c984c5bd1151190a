"""The children of a trial, in the order of their infusions, each with its basket, its response and harm."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from leadline.trial.design import HarmCount
from leadline.trial.monitoring.as_of import as_of
from leadline.trial.monitoring.harm import ChildHarm, child_harm
from leadline.trial.monitoring.responses import Day, Response, respond

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from leadline.casebook.case import Case
    from leadline.casebook.days import RecordedDay
    from leadline.trial.monitoring.plan import Plan

NOT_INFUSED = "no infusion is recorded as given"
OTHER_DISEASE = "no basket takes this diagnosis"


@dataclass(frozen=True, slots=True)
class Child:
    """One infused child of a basket.

    place      in the order of infusion among all children of the trial, from 1; `in_basket` likewise in its basket
    infused    the day of the first infusion as recorded; empty if it has no date
    day        days since the infusion on the day of the look; None where that cannot be told
    """

    patient_id: str
    basket: int
    place: int
    in_basket: int
    infused: str
    day: int | None
    response: Response
    harm: ChildHarm


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A child of the casebook that belongs to no basket, or was not infused by the day of the look."""

    patient_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Children:
    """All children of the casebook. `order_known` is false where some infusions cannot be put in order, `all_named`
    where some child's record does not name the protocol and its version."""

    infused: tuple[Child, ...]
    left_out: tuple[LeftOut, ...]
    order_known: bool
    all_named: bool


def children_of(cases: Sequence[Case], plan: Plan, *, on: date | None, closed: bool) -> Children:
    """Each child's standing on the day of the look.

    on      the day; None for the last day that the casebook holds
    closed  nothing can be recorded any more, as of a published series
    """
    last = on.toordinal() if on else _last_day(cases)
    infused, left_out = [], []
    for case in cases:
        basket = plan.basket_of(case.diagnosis)
        day = _day(case, last)
        past = as_of(case, day) if on and day is not None and _dated(case) else case
        if basket is None:
            left_out.append(LeftOut(case.patient_id, OTHER_DISEASE))
        elif not any(infusion.given for infusion in past.infusions) or (day is not None and day < 0):
            left_out.append(LeftOut(case.patient_id, NOT_INFUSED))
        else:
            infused.append((past, basket, Day(day, closed)))
    infused.sort(key=lambda one: _order(one[0]))
    named = all(
        case.patient.get("protocol_id") and case.patient.get("protocol_version") for case, _, _ in infused
    )
    return Children(
        _placed(infused, plan, as_it_stood=on is not None),
        tuple(sorted(left_out, key=lambda one: one.patient_id)),
        _ordered(infused),
        named,
    )


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


def _ordered(infused: Sequence[tuple[Case, int, Day]]) -> bool:
    """Whether every child's infusion has a day that puts it before or after, or on the same day as, each other's."""
    days = [_dated(case) for case, _, _ in infused]
    if None in days:
        return len(days) < 2
    known = [day for day in days if day is not None]
    return all(one.last <= other.first or (one.is_exact and other.is_exact) for one, other in pairwise(known))


def _placed(infused: Sequence[tuple[Case, int, Day]], plan: Plan, *, as_it_stood: bool) -> tuple[Child, ...]:
    counts = [0] * len(plan.design.baskets)
    placed = []
    harm = plan.design.harm
    for place, (case, basket, day) in enumerate(infused, start=1):
        counts[basket] += 1
        by = day.number if as_it_stood and _dated(case) else None
        placed.append(
            Child(
                patient_id=case.patient_id,
                basket=basket,
                place=place,
                in_basket=counts[basket],
                infused=_date_words(case),
                day=day.number,
                response=respond(case, plan, basket, day),
                harm=child_harm(case, harm.counts if harm else HarmCount.ANY, by=by),
            )
        )
    return tuple(placed)
