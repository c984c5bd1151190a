"""What the design's own model says of the counts as they are: posterior, next results, and the next look foretold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri

from leadline.trial.borrowing import Above, Mean, Outcomes
from leadline.trial.boundaries import actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.operating import Trial

TAIL = 0.025  # of the equal-tailed 95 % interval, on either side
NEAR = 0.01  # of the tail's probability, from where one more straight line is enough
MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Posterior:
    """One basket's rate, given all children whose response is known: mean, 95 % equal-tailed interval, and the
    probabilities of a rate above the null and above the target rate."""

    mean: float
    low: float
    high: float
    above_null: float
    above_target: float


@dataclass(frozen=True, slots=True)
class NextResult:
    """If so many of the children up to the next look respond, the other baskets as they are now."""

    responders: int
    above_null: float
    action: str


def posteriors(trial: Trial, responders: tuple[int, ...], children: tuple[int, ...]) -> tuple[Posterior, ...]:
    """One a basket, by the design's own model at these counts, whatever the plan."""
    design = trial.design
    now = Outcomes(np.array([responders]), children)
    mean = trial.posterior.expect(now, Mean())[0]
    null = trial.posterior.expect(now, Above(design.null_rates))[0]
    target = trial.posterior.expect(now, Above(design.target_rates))[0]
    known = _Line(design.null_rates, null).through(_Line(design.target_rates, target))
    low, high = (_rates_with_tail(design, now, 1 - tail, mean, known) for tail in (TAIL, 1 - TAIL))
    return tuple(
        Posterior(*(float(value) for value in values))
        for values in zip(mean, low, high, null, target, strict=True)
    )


class _Line:
    """Rates of all baskets and their tails, as log odds and normal deviates: there a posterior is nearly straight."""

    def __init__(self, rates: Sequence[float] | Floats, above: Floats) -> None:
        self.at = logit(np.array(rates))
        self.deviate = ndtri(np.clip(1 - above, 1e-12, 1 - 1e-12))

    def through(self, other: _Line) -> Floats:
        """Log odds for one normal deviate on the line through both points."""
        rise = other.deviate - self.deviate
        steep = np.abs(rise) > 1e-6
        return np.clip(np.where(steep, (other.at - self.at) / np.where(steep, rise, 1.0), 1.0), 0.05, 5.0)


def _rates_with_tail(design: Design, now: Outcomes, above: float, mean: Floats, slope: Floats) -> Floats:
    """(baskets,), the rate above which the posterior has so much probability: straight lines from point to point.

    The last line starts where the tail is within NEAR of the one wanted, and what it misses is of the second order.
    """
    size = np.array(now.sizes) + 2.0
    rates: Floats = np.clip(betaincinv(mean * size, (1 - mean) * size, 1 - above), 1e-6, 1 - 1e-6)
    wanted, before = ndtri(1 - above), None
    for _ in range(MOST_STEPS):
        tail = design.borrowing.expect(
            now, baskets=design.baskets, quantities=[Above(tuple(float(rate) for rate in rates))]
        )[0][0]
        here = _Line(rates, tail)
        slope = slope if before is None else before.through(here)
        rates = np.asarray(expit(here.at + np.clip((wanted - here.deviate) * slope, -3.0, 3.0)), dtype=float)
        if np.all(np.abs(tail - above) < NEAR):
            break
        before = here
    return np.asarray(rates)


def next_results(
    trial: Trial,
    responders: tuple[int, ...],
    children: tuple[int, ...],
    *,
    basket: int,
    look: int,
    seen: tuple[int, int],
) -> tuple[NextResult, ...]:
    """What each number of responders among the children up to a basket's look would lead to.

    responders, children  of all baskets as they are now
    seen                  responders and children of this basket among those that make the look
    """
    size = trial.design.baskets[basket].looks[look - 1]
    had, known = seen
    rows = np.tile(np.array(responders), (size - known + 1, 1))
    rows[:, basket] = had + np.arange(size - known + 1)
    then = Outcomes(rows, (*children[:basket], size, *children[basket + 1 :]))
    above = trial.posterior.expect(then, Above(trial.design.null_rates))[:, basket]
    decided = actions(trial, then, basket, look)
    return tuple(
        NextResult(count, float(chance), str(action))
        for count, (chance, action) in enumerate(zip(above, decided, strict=True))
    )


def if_looked_now(
    trial: Trial, responders: tuple[int, ...], children: tuple[int, ...], *, basket: int, look: int
) -> str:
    """What the rule of a basket's next look says at the counts as they are."""
    return str(actions(trial, Outcomes(np.array([responders]), children), basket, look)[0])
