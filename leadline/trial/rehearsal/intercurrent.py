"""Intercurrent events that are asked for by a rate: in whom they happen, and what is then true of the response.

Whether one happens does not depend on whether the child would respond, nor on the other events. All happen before the
days of the deciding visit, and a death after the others, so that each of them happens at its rate. What a child with
events counts as follows from the strategies of the estimand, by rules that are written here once more: what monitoring
makes of the chart is a test of monitoring.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from leadline.errors import RehearsalInvalid
from leadline.protocol.estimands import IntercurrentEvent, Missing, Strategy
from leadline.trial.design import HarmCount
from leadline.trial.rehearsal.truth import read_rate

if TYPE_CHECKING:
    import numpy as np

    from leadline.protocol.estimands import Estimand
    from leadline.trial.rehearsal.course import Child
    from leadline.trial.rehearsal.setting import Setting

REHEARSED = (
    IntercurrentEvent.PROHIBITED_DRUG,
    IntercurrentEvent.STOPPED_BIOLOGIC,
    IntercurrentEvent.DEATH,
)
"""Events that happen at a rate, in the order in which they are drawn."""

Rates = Mapping[IntercurrentEvent, float]


class Events(NamedTuple):
    """What happens to one child.

    days     event to its day, counted from day 0 of the child; only those that happen
    counted  whether the child is truly a responder by the estimand; None where it is left out of the count
    """

    days: Mapping[IntercurrentEvent, int]
    counted: bool | None


def parse_rates(text: str) -> Rates:
    """`prohibited_drug=0.1,stopped_biologic=0.2,death=0.05`: the share of children in whom each event happens, from 0
    to 1; empty for none.

    raises RehearsalInvalid
    """
    found: dict[str, float] = {}
    for part in text.split(",") if text else ():
        name, _, number = part.partition("=")
        rate = read_rate(number)
        if name not in tuple(REHEARSED) or name in found or rate is None:
            raise RehearsalInvalid(
                f"--intercurrent: found '{part[:60]}'; takes a rate from 0 to 1 for any of {', '.join(REHEARSED)}",
                hint="As prohibited_drug=0.1,death=0.05.",
            )
        found[name] = rate
    return {event: found[event] for event in REHEARSED if event in found}


def give_events(
    rng: np.random.Generator, children: Sequence[Sequence[Child]], happening: Happening
) -> list[list[Child]]:
    """The same children, row by row (`course`), each with what happens to it."""
    return [[_with_events(rng, child, happening) for child in row] for row in children]


@dataclass(frozen=True, slots=True)
class Happening:
    """What can happen to the children of a trial.

    rates      of each event, in both arms
    settings   one a basket; `estimands` likewise
    death_harms  whether a death is an event that the harm rule counts
    """

    rates: Rates
    settings: tuple[Setting, ...]
    estimands: tuple[Estimand, ...]
    death_harms: bool

    def response_rate(self, basket: int, rate: float) -> float:
        """The rate among the children counted, of those whose criterion is met at a rate: exact."""
        counted, responding = self._shares(basket, rate)
        return responding / counted if counted else 0.0

    def leaves_out(self) -> bool:
        """Whether some child may be left out of the count for what happened to it."""
        return any(
            counted_as(estimand, happened, responds=True) is None
            for estimand in self.estimands
            for happened, chance in _together(self.rates)
            if chance
        )

    def harm_rate(self, rate: float) -> float:
        """The rate of the event of the harm rule, of which a death may be one."""
        death = self.rates.get(IntercurrentEvent.DEATH, 0.0) if self.death_harms else 0.0
        return 1 - (1 - rate) * (1 - death) if death else rate

    def _shares(self, basket: int, rate: float) -> tuple[float, float]:
        """Of all children: those counted, and those counted as responders."""
        counted = responding = 0.0
        for happened, chance in _together(self.rates):
            standing = counted_as(self.estimands[basket], happened, responds=True)
            counted += chance * (standing is not None)
            responding += chance * rate * (standing is True)
        return counted, responding


def death_harms(counts: HarmCount) -> bool:
    """Whether a death that is unlikely to be due to the cells is among the events counted: it is serious."""
    return counts is not HarmCount.SERIOUS_AND_POSSIBLY_RELATED


def counted_as(estimand: Estimand, happened: Collection[IntercurrentEvent], *, responds: bool) -> bool | None:
    """What a child counts as to whom these events happened before the deciding visit: a responder or not, or None
    where it is left out of the count.

    Composite: no response. Hypothetical, principal stratum or no strategy: left out. While on treatment: as it was
    before, which in a rehearsal is as it would be at the visit. Treatment policy: as it is at the visit; of a dead
    child that is missing, and counted as the estimand says.
    """
    strategies = {_strategy(estimand, event) for event in happened}
    if Strategy.COMPOSITE in strategies:
        return False
    if strategies & {Strategy.HYPOTHETICAL, Strategy.PRINCIPAL_STRATUM, None}:
        return None
    if Strategy.WHILE_ON_TREATMENT not in strategies and IntercurrentEvent.DEATH in happened:
        return False if estimand.missing is Missing.NOT_MET else None
    return responds


def _strategy(estimand: Estimand, event: IntercurrentEvent) -> Strategy | None:
    handling = estimand.intercurrent_events.get(event)
    return None if handling is None else handling.strategy


def _together(rates: Rates) -> Iterator[tuple[tuple[IntercurrentEvent, ...], float]]:
    """Every set of events that can happen to one child, and its probability."""
    for happens in product((False, True), repeat=len(rates)):
        happened = tuple(event for event, one in zip(rates, happens, strict=True) if one)
        yield (
            happened,
            prod(rate if one else 1 - rate for rate, one in zip(rates.values(), happens, strict=True)),
        )


def _with_events(rng: np.random.Generator, child: Child, happening: Happening) -> Child:
    setting, estimand = happening.settings[child.basket], happening.estimands[child.basket]
    days = _draw_days(rng, happening.rates, setting)
    death = days.get(IntercurrentEvent.DEATH)
    harm_day = child.harm_day
    if death is not None and happening.death_harms and not child.control and harm_day is None:
        harm_day = death  # the other event begins before any of these
    counted = counted_as(estimand, days, responds=child.responds)
    return child._replace(harm_day=harm_day, events=Events(days, counted))


def _draw_days(rng: np.random.Generator, rates: Rates, setting: Setting) -> dict[IntercurrentEvent, int]:
    days = {}
    for event, rate in rates.items():
        first, last = setting.days_of(event)
        happens, day = rng.random() < rate, int(rng.integers(first, last + 1))
        if happens:
            days[event] = day
    return days
