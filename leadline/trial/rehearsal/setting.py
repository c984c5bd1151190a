"""What a rehearsal's charts are made for: the visits that the protocol plans, and which events change a response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.casebook.drugs import DRUG_CLASSES, catalogue
from leadline.protocol.estimands import IntercurrentEvent, Strategy
from leadline.trial.design import HarmCount

if TYPE_CHECKING:
    from leadline.protocol import Protocol
    from leadline.protocol.estimands import Estimand
    from leadline.trial.design import Design

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
    """

    visits: tuple[Planned, ...]
    baseline_day: int
    deciding_day: int
    strategies: Mapping[IntercurrentEvent, Strategy]
    rescue_drug: str
    second_from: int
    counts: HarmCount
    missing: float

    def may_happen(self, event: IntercurrentEvent, *, responds: bool) -> bool:
        """Whether the event can stand in a chart without making the response another than the truth asks for.

        Under treatment policy it changes nothing; under the composite strategy it makes a non-responder. Under the
        other strategies it would leave the response open.
        """
        match self.strategies.get(event):
            case Strategy.TREATMENT_POLICY:
                return True
            case Strategy.COMPOSITE:
                return not responds
            case _:
                return False


def setting_of(design: Design, protocol: Protocol, estimand: Estimand, *, missing: float) -> Setting:
    """The setting of a basket with this estimand."""
    schedule = protocol.schedule
    visits = tuple(
        Planned(visit.day, visit.first, visit.last) for visit in schedule.visits if visit.day <= FOLLOWED_DAYS
    )
    baseline, deciding = schedule.visit(schedule.baseline), schedule.visit(estimand.visit)
    assert baseline is not None  # reading a protocol has settled both
    assert deciding is not None
    return Setting(
        visits=visits,
        baseline_day=baseline.day,
        deciding_day=deciding.day,
        strategies={event: handling.strategy for event, handling in estimand.intercurrent_events.items()},
        rescue_drug=_rescue_drug(protocol),
        second_from=max(1, int(protocol.repeat_dosing.interval.first or 0)),
        counts=design.harm.counts if design.harm else HarmCount.SERIOUS_AND_POSSIBLY_RELATED,
        missing=missing,
    )


def _rescue_drug(protocol: Protocol) -> str:
    """The first drug of rescue that is no glucocorticoid, or a substance of its class; else the glucocorticoid."""
    named = [use.drug for use in protocol.rescue.drugs]
    first = next((drug for drug in named if drug != "glucocorticoid"), named[0])
    if first not in DRUG_CLASSES:
        return first
    return next(drug.substance for drug in catalogue() if drug.class_id == first)
