"""What the design's own model says of the counts as they are: posterior, next results, and the next look foretold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, ndtri

from leadline.trial.borrowing import Above, Mean, Outcomes
from leadline.trial.boundaries import actions

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.operating import Trial

TAIL = 0.025  # of the equal-tailed 95 % interval, on either side
EXACT = 2e-4  # how near the tail's probability is to that: less than a tenth of a percent of the rate
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
    low, high = (_rates_with_tail(design, now, 1 - tail, mean) for tail in (TAIL, 1 - TAIL))
    return tuple(
        Posterior(*(float(value) for value in values))
        for values in zip(mean, low, high, null, target, strict=True)
    )


def _rates_with_tail(design: Design, now: Outcomes, above: float, mean: Floats) -> Floats:
    """(baskets,), the rate above which the posterior has so much probability; found by bisection that is helped along
    by straight lines, in log odds against normal deviates, where a posterior is nearly a straight line."""
    size = np.array(now.sizes) + 2.0
    guess = betaincinv(mean * size, (1 - mean) * size, 1 - above)
    wanted = ndtri(1 - above)
    low, high = np.full(len(guess), -30.0), np.full(len(guess), 30.0)
    at = np.clip(np.log(guess) - np.log1p(-guess), -12, 12)
    before: tuple[Floats, Floats] | None = None
    for _ in range(MOST_STEPS):
        rates = tuple(float(rate) for rate in 1 / (1 + np.exp(-at)))
        tail = design.borrowing.expect(now, baskets=design.baskets, quantities=[Above(rates)])[0][0]
        if np.all(np.abs(tail - above) < EXACT):
            break
        deviate = ndtri(np.clip(1 - tail, 1e-12, 1 - 1e-12))
        low, high = np.where(deviate < wanted, at, low), np.where(deviate < wanted, high, at)
        slope = 1.0 if before is None else _slope(at, deviate, *before)
        before = at, deviate
        step = at + (wanted - deviate) * slope
        inside = (step > low) & (step < high)
        at = np.where(inside, step, (np.maximum(low, at - 2) + np.minimum(high, at + 2)) / 2)
    return np.asarray(1 / (1 + np.exp(-at)))


def _slope(at: Floats, deviate: Floats, at_before: Floats, before: Floats) -> Floats:
    """Log odds for one normal deviate, between the last two points; one where they are too near to tell."""
    rise = deviate - before
    safe = np.where(np.abs(rise) > 1e-9, rise, 1.0)
    return np.where(np.abs(rise) > 1e-9, np.clip((at - at_before) / safe, 0.05, 5.0), 1.0)


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
