"""The tipping point: how much weight of adult evidence it takes for a conclusion about children to change.

    prior(w) = w x adult evidence + (1 - w) x robust component

A conclusion is that the effect lies beyond a limit with at least a given posterior probability. That probability is
a ratio of two lines in w: it moves one way only, so there is one tipping weight or none, and it needs no search.

Weights are those of the adult part in the prior. Its weight in the posterior can be far larger (0.5 may become
0.82); both are given. The spread of the robust component moves the tipping weight more than anything else, for the
wider it is the less the data credit it with (Lindley): a result shows the weight for several.

Source    Best N, Price RG, Pouliquen IJ, Keene ON. Pharmaceutical Statistics 2021;20:551-562
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.quadrature import Array

GRID = tuple(round(0.005 * step, 3) for step in range(201))  # the weights of a curve


class Posterior(Protocol):
    """What is believed of the effect in children after their data, by one part of the prior."""

    def tail(self, cut: float, /) -> float: ...
    def tails(self, cuts: Array, /) -> Array: ...
    def quantile(self, probability: float, /) -> float: ...


class Prior(Posterior, Protocol):
    """A prior that takes the children's data as two numbers: (events, n), or (estimate, se)."""

    def posterior(self, events: float, n: float, /) -> Self: ...
    def log_marginal(self, events: float, n: float, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Conclusion:
    """That the effect lies above (or below) `limit` with a posterior probability of at least `probability`."""

    limit: float
    probability: float = 0.975
    above: bool = True

    def holds_with(self, posterior: Posterior) -> float:
        """The posterior probability that the effect lies beyond the limit."""
        return posterior.tail(self.limit) if self.above else 1 - posterior.tail(self.limit)


@dataclass(frozen=True, slots=True)
class TippingCurve:
    """What each prior weight of the adult evidence comes to: columns of one length.

    posterior_weight   the weight of the adult evidence after the children's data
    probability        of the conclusion
    low, median, high  of the effect, equal-tailed at `level`
    """

    level: float
    weight: tuple[float, ...]
    posterior_weight: tuple[float, ...]
    probability: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tipping:
    """The adult weight at which a conclusion changes; None if it is the same at every weight.

    without_adults, adults_alone   the probability of the conclusion at weights 0 and 1
    posterior_weight               of the adult evidence, at the tipping weight
    """

    conclusion: Conclusion
    weight: float | None
    posterior_weight: float | None
    without_adults: float
    adults_alone: float


@dataclass(frozen=True, slots=True)
class Blend:
    """Adult evidence and a robust component, each after the children's data."""

    adult: Posterior
    robust: Posterior
    log_credit: float  # log of how much better the adult evidence foretold the children's data

    def posterior_weight(self, weight: float) -> float:
        """The weight of the adult evidence after the data, for a weight in the prior."""
        if weight in (0.0, 1.0):
            return weight
        log_odds = math.log(weight) - math.log1p(-weight) + self.log_credit
        return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0

    def probability(self, conclusion: Conclusion, weight: float) -> float:
        """The posterior probability of the conclusion."""
        share = self.posterior_weight(weight)
        return share * conclusion.holds_with(self.adult) + (1 - share) * conclusion.holds_with(self.robust)

    def quantiles(self, probability: float, weights: Sequence[float]) -> tuple[float, ...]:
        """A posterior quantile at each weight, by bisection between those of the two parts."""
        share = np.array([self.posterior_weight(weight) for weight in weights])
        ends = sorted((self.adult.quantile(probability), self.robust.quantile(probability)))
        low, high = (np.full(share.size, end) for end in ends)
        for _ in range(60):
            middle = (low + high) / 2
            tail = share * self.adult.tails(middle) + (1 - share) * self.robust.tails(middle)
            low, high = (
                np.where(tail > 1 - probability, middle, low),
                np.where(tail > 1 - probability, high, middle),
            )
        return tuple(((low + high) / 2).tolist())


def blend(adult: Prior, robust: Prior, children: tuple[float, float]) -> Blend:
    """Both parts of the prior after the children's data: (events, n), or (estimate, se)."""
    log_credit = adult.log_marginal(*children) - robust.log_marginal(*children)
    return Blend(adult.posterior(*children), robust.posterior(*children), log_credit)


def tipping_weight(blended: Blend, conclusion: Conclusion) -> Tipping:
    """The prior weight of the adult evidence at which the probability of the conclusion is just enough."""
    if not 0 < conclusion.probability < 1:
        raise StudiesInvalid(f"a probability of {conclusion.probability} decides nothing; 0 to 1 is taken")
    without, alone = conclusion.holds_with(blended.robust), conclusion.holds_with(blended.adult)
    short, spare = conclusion.probability - without, alone - conclusion.probability
    if short * spare <= 0:  # the same conclusion at both ends, and so between them
        return Tipping(conclusion, None, None, without, alone)
    posterior_weight = short / (short + spare)
    log_odds = math.log(short / spare) - blended.log_credit
    return Tipping(conclusion, 1 / (1 + math.exp(-log_odds)), posterior_weight, without, alone)


def tipping_curve(
    blended: Blend, conclusion: Conclusion, *, weights: Sequence[float] = GRID, level: float = 0.95
) -> TippingCurve:
    """The posterior over a range of weights of the adult evidence."""
    tail = (1 - level) / 2
    low, median, high = (blended.quantiles(probability, weights) for probability in (tail, 0.5, 1 - tail))
    return TippingCurve(
        level=level,
        weight=tuple(weights),
        posterior_weight=tuple(blended.posterior_weight(w) for w in weights),
        probability=tuple(blended.probability(conclusion, w) for w in weights),
        low=low,
        median=median,
        high=high,
    )


def unit_information_sds(se: float, n_treated: float, n_control: float) -> dict[str, float]:
    """Standard deviations of robust components that say as much as one patient of a two-arm trial.

    se   standard error of the trial's estimate
    """
    return {
        "one patient in total": se * math.sqrt(n_treated + n_control),
        "one patient per arm": se * math.sqrt(2 / (1 / n_treated + 1 / n_control)),
    }
