"""What the design's own model says of the counts as they are: posterior, next results, and the next look foretold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri

from leadline.trial.borrowing import Above, Mean, Outcomes, borrows_effect
from leadline.trial.borrowing.controls import expect_against_controls
from leadline.trial.borrowing.outcomes import one_outcome
from leadline.trial.boundaries import actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.operating import Trial

TAIL = 0.025  # of the equal-tailed 95 % interval, on either side
NEAR = 0.004  # of the tail's probability, from where one more straight line is enough
MOST_STEPS = 12


class Seen(NamedTuple):
    """Children whose response is known, one number a basket; the controls are left out of a design that has none."""

    responders: tuple[int, ...]
    children: tuple[int, ...]
    control_responders: tuple[int, ...] = ()
    controls: tuple[int, ...] = ()

    @property
    def outcome(self) -> Outcomes:
        """As the borrowing models take it."""
        return one_outcome(*self)


class Scale(StrEnum):
    """What a posterior's mean and interval are of."""

    RATE = "rate"  # of a basket without controls
    DIFFERENCE = "difference"  # treated rate less control rate
    ADJUSTED_RATE = "adjusted_rate"  # where the effect is borrowed: the null rate moved by the odds ratio


@dataclass(frozen=True, slots=True)
class Posterior:
    """One basket, given all children whose response is known: mean and 95 % equal-tailed interval on its scale, and
    the probabilities of a rate above the null and above the target rate; in a basket with controls, of a difference
    above the margin and above that of target and null rate."""

    scale: Scale
    mean: float
    low: float
    high: float
    above_null: float
    above_target: float


@dataclass(frozen=True, slots=True)
class NextResult:
    """If so many of the children up to the next look respond, the other baskets as they are now. `responders` are
    treated ones."""

    responders: int
    above_null: float
    action: str
    control_responders: int = 0


def posteriors(trial: Trial, seen: Seen) -> tuple[Posterior, ...]:
    """One a basket, by the design's own model at these counts, whatever the plan."""
    design, now = trial.design, seen.outcome
    mean = trial.posterior.expect(now, Mean())[0]
    null = trial.posterior.expect(now, Above(design.null_limits))[0]
    target = trial.posterior.expect(now, Above(design.target_rates))[0]
    search = _Search(design, now, mean)
    known = search.line(design.null_limits, null).through(search.line(design.target_rates, target))
    low, high = (search.rates_with_tail(1 - tail, known) for tail in (TAIL, 1 - TAIL))
    shift = search.shift
    return tuple(
        Posterior(scale, *(float(value) for value in values))
        for scale, *values in zip(
            search.scales, mean - shift, low - shift, high - shift, null, target, strict=True
        )
    )


class _Line:
    """Points of all baskets and their tails, as normal deviates: there a posterior is nearly straight."""

    def __init__(self, at: Floats, above: Floats) -> None:
        self.at = at
        self.deviate = ndtri(np.clip(1 - above, 1e-12, 1 - 1e-12))

    def through(self, other: _Line) -> Floats:
        """What one normal deviate adds on the line through both points."""
        rise = other.deviate - self.deviate
        steep = np.abs(rise) > 1e-6
        return np.clip(np.where(steep, (other.at - self.at) / np.where(steep, rise, 1.0), 1.0), 0.05, 5.0)


class _Search:
    """The rates at which the posteriors of all baskets have a given tail.

    A basket without controls has a rate from 0 to 1. That of a basket with controls is null rate + difference, from
    null rate - 1 to null rate + 1. Both are searched as log odds of where they lie in their range.
    """

    def __init__(self, design: Design, now: Outcomes, mean: Floats) -> None:
        self.design, self.now, self.mean = design, now, mean
        by_odds = borrows_effect(design.borrowing)
        self.scales = [
            Scale.RATE if basket.control is None else Scale.ADJUSTED_RATE if by_odds else Scale.DIFFERENCE
            for basket in design.baskets
        ]
        differs = np.array([scale is Scale.DIFFERENCE for scale in self.scales])
        self.shift = np.where(differs, design.null_rates, 0.0)
        self.lowest = np.where(differs, self.shift - 1, 0.0)
        self.width = np.where(differs, 2.0, 1.0)

    def line(self, rates: Sequence[float] | Floats, above: Floats) -> _Line:
        """The points of some rates."""
        return _Line(logit((np.array(rates) - self.lowest) / self.width), above)

    def rates_with_tail(self, above: float, slope: Floats) -> Floats:
        """(baskets,), the rate above which the posterior has so much probability: straight lines from point to point.

        The last line starts where the tail is within NEAR of the one wanted, and what it misses is of the second order.
        """
        rates: Floats = self._first_guess(above)
        wanted, before = ndtri(1 - above), None
        for _ in range(MOST_STEPS):
            tail = self._above(rates)
            here = self.line(rates, tail)
            slope = slope if before is None else before.through(here)
            at = here.at + np.clip((wanted - here.deviate) * slope, -3.0, 3.0)
            rates = np.asarray(self.lowest + self.width * expit(at), dtype=float)
            if np.all(np.abs(tail - above) < NEAR):
                break
            before = here
        return rates

    def _first_guess(self, above: float) -> Floats:
        """As if it were a beta distribution of the same mean, with as many children as the basket."""
        size = np.array(self.now.sizes) + np.array(self.now.control_sizes or 0) + 2.0
        mean = (self.mean - self.lowest) / self.width
        share = np.clip(betaincinv(mean * size, (1 - mean) * size, 1 - above), 1e-6, 1 - 1e-6)
        return np.asarray(self.lowest + self.width * share)

    def _above(self, rates: Floats) -> Floats:
        """Of each basket the posterior probability of more than its rate; nothing is kept of it."""
        design, quantity = self.design, Above(tuple(float(rate) for rate in rates))
        if self.now.control_responders is None or borrows_effect(design.borrowing):
            above = design.borrowing.expect(self.now, baskets=design.baskets, quantities=[quantity])[0]
            return np.asarray(above[0])
        against = expect_against_controls(
            design.borrowing, self.now, baskets=design.baskets, quantity=quantity
        )
        return np.asarray(against[0])


def next_results(
    trial: Trial,
    now: Seen,
    *,
    basket: int,
    look: int,
    seen: tuple[int, int],
    controls: tuple[int, int] = (0, 0),
) -> tuple[NextResult, ...]:
    """What each number of responders among the children up to a basket's look would lead to.

    now      all baskets
    seen     treated responders and children of this basket among those that make the look; `controls` likewise
    """
    size = trial.design.baskets[basket].looks[look - 1]
    control_size = trial.design.baskets[basket].controls(size)
    to_come, controls_to_come = size - seen[1], control_size - controls[1]
    more, controls_more = np.indices((to_come + 1, controls_to_come + 1)).reshape(2, -1)
    sizes = _with(now.children, basket, size)
    rows = np.tile(np.array(now.responders), (len(more), 1))
    rows[:, basket] = seen[0] + more
    if now.controls:
        control_sizes = _with(now.controls, basket, control_size)
        control_rows = np.tile(np.array(now.control_responders), (len(more), 1))
        control_rows[:, basket] = controls[0] + controls_more
        then = Outcomes(rows, sizes, control_responders=control_rows, control_sizes=control_sizes)
    else:
        then = Outcomes(rows, sizes)
    above = trial.posterior.expect(then, Above(trial.design.null_limits))[:, basket]
    decided = actions(trial, then, basket, look)
    return tuple(
        NextResult(int(count), float(chance), str(action), int(control_count))
        for count, control_count, chance, action in zip(more, controls_more, above, decided, strict=True)
    )


def _with(sizes: tuple[int, ...], basket: int, size: int) -> tuple[int, ...]:
    return (*sizes[:basket], size, *sizes[basket + 1 :])


def if_looked_now(trial: Trial, now: Seen, *, basket: int, look: int) -> str:
    """What the rule of a basket's next look says at the counts as they are."""
    return str(actions(trial, now.outcome, basket, look)[0])
