"""Intercurrent events of an estimand, as a chart shows them: which happened by a day, for certain or perhaps.

What counts as which event is data of the protocol: its rescue drugs and the limit of a glucocorticoid rise, its
prohibitions (a rule of `present: false` whose breach is a major deviation), and the index infusion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.casebook.deaths import death_day, has_died, seen_alive
from leadline.protocol.estimands import EVENT_WORDS, IntercurrentEvent
from leadline.protocol.rules import Change, Grade, PresenceRule
from leadline.verdicts.attribution import Kind, changes_between
from leadline.verdicts.treatment import drug_name, is_biologic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.case import Case
    from leadline.casebook.days import DaySpan
    from leadline.protocol.protocol import Protocol
    from leadline.verdicts.attribution import DrugChange
    from leadline.verdicts.parameters import Parameters

DAY_BEFORE = -1
"""The dose of this day is the one that a rise is measured from: a glucocorticoid begun on day 0 is a rise."""

BEGUN = (Kind.STARTED, Kind.RAISED, Kind.INJECTED, Kind.PULSE)
PROHIBITED = {
    Change.STARTED: (Kind.STARTED, Kind.INJECTED, Kind.PULSE),
    Change.RUNNING: (Kind.STARTED, Kind.INJECTED, Kind.PULSE),
    Change.RAISED: (Kind.RAISED,),
}
"""What a prohibition is about, and the changes of a drug that break it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One intercurrent event of a child.

    day      of it; None where it is not recorded
    what     in plain words, without the words of the chart
    perhaps  why it is not certain that it happened in time; empty where it is
    """

    event: IntercurrentEvent
    day: DaySpan | None
    what: str
    perhaps: str = ""

    @property
    def words(self) -> str:
        """What a person reads."""
        return f"{EVENT_WORDS[self.event]}: {self.what}"


def happened_by(
    case: Case, protocol: Protocol, until: DaySpan, parameters: Parameters
) -> tuple[Happened, ...]:
    """Every intercurrent event from the infusion up to a day, and on it, the earliest first; loss to follow-up is told
    apart."""
    found = [
        *_drug_events(case, protocol, until, parameters),
        *_second_infusions(case, until),
        *_death(case, until),
    ]
    return tuple(sorted(found, key=lambda one: (one.perhaps != "", _first(one.day), one.event, one.what)))


def _first(day: DaySpan | None) -> int:
    return 0 if day is None else day.first


def _drug_events(
    case: Case, protocol: Protocol, until: DaySpan, parameters: Parameters
) -> Iterator[Happened]:
    if not case.courses:
        for event in (IntercurrentEvent.RESCUE_DRUG, IntercurrentEvent.PROHIBITED_DRUG):
            yield Happened(event, None, "no drug is recorded", "no drug of the child is recorded")
        return
    for change in changes_between(case, DAY_BEFORE, until, parameters):
        if change.day is not None and change.day.last <= DAY_BEFORE:
            continue
        for event in _events_of(change, case, protocol):
            yield Happened(
                event, change.day, f"{drug_name(change.course)} {change.what}", change.perhaps_because
            )


def _events_of(change: DrugChange, case: Case, protocol: Protocol) -> Iterator[IntercurrentEvent]:
    """The events that one change of a drug is. A drug that the catalogue does not know may be any of them."""
    course, unknown = change.course, not change.course.class_id
    rescue = protocol.rescue
    listed = unknown or {course.substance, course.class_id}.intersection(use.drug for use in rescue.drugs)
    if listed and change.kind in BEGUN and _in_days(change, rescue.during.first, rescue.during.last):
        yield IntercurrentEvent.RESCUE_DRUG
    if any(_breaks(rule, change, case) for rule in prohibitions(protocol)):
        yield IntercurrentEvent.PROHIBITED_DRUG
    if change.kind is Kind.STOPPED and is_biologic(course):
        yield IntercurrentEvent.STOPPED_BIOLOGIC
    if change.kind is Kind.RAISED and course.class_id == "glucocorticoid":
        yield IntercurrentEvent.GLUCOCORTICOID_RISE


def prohibitions(protocol: Protocol) -> tuple[PresenceRule, ...]:
    """The rules on other treatment whose breach is the event `prohibited_drug`."""
    return tuple(
        rule
        for rule in protocol.concomitant.rules
        if isinstance(rule, PresenceRule)
        and rule.drugs
        and not rule.present
        and rule.change in PROHIBITED
        and rule.deviation is Grade.MAJOR
    )


def _breaks(rule: PresenceRule, change: DrugChange, case: Case) -> bool:
    course = change.course
    for_child = not rule.diagnoses or case.diagnosis in rule.diagnoses
    category = not rule.categories or case.patient.get("ilar_category") in rule.categories
    listed = not course.class_id or bool({course.substance, course.class_id}.intersection(rule.drugs))
    return (
        for_child
        and category
        and listed
        and change.kind in PROHIBITED[rule.change]
        and _in_days(change, rule.during.first, rule.during.last)
    )


def _in_days(change: DrugChange, first: int | None, last: int | None) -> bool:
    """Whether the change can lie in the days of a rule; without a day it can."""
    if change.day is None:
        return True
    return (first is None or change.day.last >= first) and (last is None or change.day.first <= last)


def _second_infusions(case: Case, until: DaySpan) -> Iterator[Happened]:
    """Infusions given after day 0."""
    for infusion in case.infusions:
        if not infusion.given or (infusion.day is not None and infusion.day.last <= 0):
            continue
        what = f"infusion {infusion.number}"
        if infusion.day is None:
            if infusion.number > 1:
                yield Happened(
                    IntercurrentEvent.SECOND_INFUSION, None, what, f"the day of {what} is not recorded"
                )
        elif infusion.day.first <= until.last:
            surely = infusion.day.first > 0 and infusion.day.last <= until.first
            why = "" if surely else f"the day of {what} is not exact enough to place"
            yield Happened(IntercurrentEvent.SECOND_INFUSION, infusion.day, f"{what} on {infusion.day}", why)


def _death(case: Case, until: DaySpan) -> Iterator[Happened]:
    day = death_day(case)
    if day is None:
        if has_died(case) and not seen_alive(case, until.last):
            yield Happened(
                IntercurrentEvent.DEATH,
                None,
                "on a day that is not recorded",
                "the day of death is not recorded",
            )
    elif day.first <= until.last:
        why = "" if day.last <= until.first else "the day of death is not exact enough to place"
        yield Happened(IntercurrentEvent.DEATH, day, f"on {day}", why)


def lost_before(case: Case, day: int) -> DaySpan | None:
    """The last contact, where it surely lies before a day; None if the child was seen later or it is not recorded."""
    contact = case.last_contact
    return contact if contact is not None and contact.last < day else None
