"""What a rehearsal's charts are made for: the visits that the protocol plans, and which events change a response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from leadline.casebook.drugs import DRUG_CLASSES, catalogue
from leadline.errors import RehearsalInvalid
from leadline.protocol.estimands import IntercurrentEvent, Strategy
from leadline.protocol.rules import Change
from leadline.trial.design import HarmCount
from leadline.trial.monitoring.intercurrent import prohibitions
from leadline.trial.rehearsal.course import HARM_WITHIN_DAYS
from leadline.trial.rehearsal.treatment import BACKGROUND, FAILED_BIOLOGIC, KEPT_BIOLOGIC
from leadline.verdicts.attribution import NEW_DRUG_CLASSES

if TYPE_CHECKING:
    from leadline.protocol import Protocol
    from leadline.protocol.estimands import Estimand
    from leadline.protocol.rules import PresenceRule
    from leadline.trial.monitoring.plan import Plan
    from leadline.trial.rehearsal.intercurrent import Rates

NO_RATES: Rates = MappingProxyType({})
"""Where no intercurrent event is asked for."""

FOLLOWED_DAYS = 400  # later visits are for safety alone, and no look waits for them


class Planned(NamedTuple):
    """A planned visit: its day, and the first and last day that still count for it."""

    day: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What is planned for the children of one basket, and what goes wrong.

    visits        in the order of their days
    baseline_day, deciding_day  planned days of the visits that the criterion compares
    strategies    of the estimand, for what can happen in between
    rescue_drug   a substance that the protocol counts as rescue
    second_from   the first day on which a further infusion may be given
    counts        which adverse events the harm rule counts
    missing       share of visits with which something goes wrong
    event_days    first and last day of the intercurrent events that are asked for
    prohibited_drug  a substance that the protocol does not permit in these days; empty where the event is not asked for
    on_biologic   whether every child takes a biologic, as some are to stop it
    longest_pause days after which a drug that is taken up again was not begun anew
    """

    visits: tuple[Planned, ...]
    baseline_day: int
    deciding_day: int
    strategies: Mapping[IntercurrentEvent, Strategy]
    rescue_drug: str
    second_from: int
    counts: HarmCount
    missing: float
    event_days: tuple[int, int] = (0, 0)
    prohibited_drug: str = ""
    on_biologic: bool = False
    longest_pause: int = 0

    def days_of(self, event: IntercurrentEvent) -> tuple[int, int]:
        """First and last day of an event that is asked for: a death comes in the later half, all others before."""
        first, last = self.event_days
        middle = (first + last) // 2
        return (middle + 1, last) if event is IntercurrentEvent.DEATH else (first, middle)

    def judged_before(self, events: Iterable[IntercurrentEvent]) -> bool:
        """Whether the response of a child to whom these events happen is that of a visit before one of them."""
        return any(self.strategies.get(event) is Strategy.WHILE_ON_TREATMENT for event in events)

    def may_happen(self, event: IntercurrentEvent, *, counted: bool | None) -> bool:
        """Whether the event can stand in a chart without making the response another than the truth asks for.

        counted  whether the child is a responder by the estimand; None where it is left out of the count

        Under treatment policy it changes nothing; under the composite strategy it makes a non-responder. Under the
        other strategies it would leave the response open.
        """
        match self.strategies.get(event):
            case Strategy.TREATMENT_POLICY:
                return True
            case Strategy.COMPOSITE:
                return counted is False
            case _:
                return False


def setting_of(plan: Plan, estimand: Estimand, *, missing: float, rates: Rates = NO_RATES) -> Setting:
    """The setting of a basket with this estimand.

    rates   of the intercurrent events that are asked for
    raises  RehearsalInvalid where such an event cannot happen under the protocol
    """
    design, protocol = plan.design, plan.protocol
    schedule = protocol.schedule
    visits = tuple(
        Planned(visit.day, visit.first, visit.last) for visit in schedule.visits if visit.day <= FOLLOWED_DAYS
    )
    baseline, deciding = schedule.visit(schedule.baseline), schedule.visit(estimand.visit)
    assert baseline is not None  # reading a protocol has settled both
    assert deciding is not None
    days = _event_days(visits, deciding.first) if rates else (0, 0)
    prohibited = IntercurrentEvent.PROHIBITED_DRUG in rates
    return Setting(
        visits=visits,
        baseline_day=baseline.day,
        deciding_day=deciding.day,
        strategies={event: handling.strategy for event, handling in estimand.intercurrent_events.items()},
        rescue_drug=_rescue_drug(protocol),
        second_from=max(1, int(protocol.repeat_dosing.interval.first or 0)),
        counts=design.harm.counts if design.harm else HarmCount.SERIOUS_AND_POSSIBLY_RELATED,
        missing=missing,
        event_days=days,
        prohibited_drug=_prohibited_drug(protocol, estimand.diagnosis, days) if prohibited else "",
        on_biologic=IntercurrentEvent.STOPPED_BIOLOGIC in rates,
        longest_pause=plan.parameters.drug_break_days,
    )


def _event_days(visits: Sequence[Planned], deciding_first: int) -> tuple[int, int]:
    """From the end of the first visit after day 0, and of the days in which harm begins, to the day before the days of
    the deciding visit: a child is seen before whatever happens to it, and that happens before it is judged."""
    seen = min((visit.last for visit in visits if visit.day > 0), default=deciding_first)
    first, last = max(seen, HARM_WITHIN_DAYS) + 1, deciding_first - 1
    if last <= first:
        raise RehearsalInvalid(
            f"--intercurrent: found no two days between the first visit after the infusion (up to day {first - 1}) and "
            f"the visit that decides (from day {deciding_first}); takes a protocol with such days",
            hint="Leave --intercurrent out.",
        )
    return first, last


def _prohibited_drug(protocol: Protocol, diagnosis: str, days: tuple[int, int]) -> str:
    """The first substance whose start breaks a prohibition for every child of the disease on all of these days, and
    which is neither rescue nor among what the charts hold besides."""
    rescue = {use.drug for use in protocol.rescue.drugs}
    taken = {BACKGROUND[diagnosis], FAILED_BIOLOGIC[diagnosis], KEPT_BIOLOGIC[diagnosis].drug}
    for rule in prohibitions(protocol):
        if rule.change is Change.RAISED or rule.categories or not _holds(rule, diagnosis, days):
            continue
        for drug in catalogue():
            names = {drug.substance, drug.class_id}
            if drug.class_id in NEW_DRUG_CLASSES and names & set(rule.drugs) and not names & (rescue | taken):
                return drug.substance
    raise RehearsalInvalid(
        f"--intercurrent: found prohibited_drug, and the protocol {protocol.id} prohibits no drug that children with "
        f"{diagnosis} could start on any of the days {days[0]} to {days[1]}",
        hint="Leave prohibited_drug out.",
    )


def _holds(rule: PresenceRule, diagnosis: str, days: tuple[int, int]) -> bool:
    """Whether the rule is for the disease, on all of the days."""
    first, last = rule.during.first, rule.during.last
    in_days = (first is None or first <= days[0]) and (last is None or last >= days[1])
    return in_days and (not rule.diagnoses or diagnosis in rule.diagnoses)


def _rescue_drug(protocol: Protocol) -> str:
    """The first drug of rescue that is no glucocorticoid, or a substance of its class; else the glucocorticoid."""
    named = [use.drug for use in protocol.rescue.drugs]
    first = next((drug for drug in named if drug != "glucocorticoid"), named[0])
    if first not in DRUG_CLASSES:
        return first
    return next(drug.substance for drug in catalogue() if drug.class_id == first)
