"""How alike two baskets look: weights in [0, 1] by which a basket borrows another's children.

A weight depends on the two baskets' counts alone, so it is a table (responders of i, responders of j), made once. A
global weight, where a design has one, is a share of all baskets' counts that multiplies every weight.

Sources   [B23] Baumann L, Sauer L, Kieser M. arXiv:2309.06988 (CPP weights: Pan H, Yuan Y, Xia J. Stat Med 2017; the
                global weights are those of their R package baskexact: fix, maxdiff and diff)
          [F20] Fujikawa K, Teramukai S, Yokota I, Daimon T. Biom J 2020;62:330-338 (JSD weights)
          [G17] Gravestock I, Held L. Pharm Stat 2017;16:349-360 (marginal likelihood, MML)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from pydantic.dataclasses import dataclass as design_value
from scipy.special import betaln, digamma, expit, logsumexp

from leadline.trial.borrowing.beta import CLOSED, log_component_weights, log_marginal

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Floats, Prior
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class Similarity:
    """Two baskets' sizes and priors: all that a table of weights is made for."""

    sizes: tuple[int, int]
    priors: tuple[Prior, Prior]


class LogBase(StrEnum):
    """Of the divergence: binary bounds it by 1; natural by 0.69, so that weights never reach zero."""

    BINARY = "binary"
    NATURAL = "natural"


@design_value(frozen=True, slots=True, config=CLOSED)
class CalibratedPowerPrior:
    """CPP: 1 / (1 + exp(a + b log S)), with S = max(n)^(1/4) |difference of the observed rates|. [B23]"""

    kind: Literal["cpp"]
    a: float
    b: Annotated[float, Gt(0)]  # else the weight would rise with the difference

    def table(self, pair: Similarity) -> Floats:
        """(n_i + 1, n_j + 1); 1 where the observed rates are equal, 0 while a basket has no children."""
        size_i, size_j = pair.sizes
        if min(pair.sizes) == 0:
            return np.zeros((size_i + 1, size_j + 1))
        # Crossed products are whole numbers, so that 1 of 3 and 2 of 6 differ by exactly zero.
        crossed = np.abs(np.arange(size_i + 1)[:, None] * size_j - np.arange(size_j + 1) * size_i)
        with np.errstate(divide="ignore"):  # log 0 is minus infinity, and the weight then 1
            log_scaled = np.log(crossed * (max(pair.sizes) ** 0.25 / (size_i * size_j)))
        return np.asarray(expit(-(self.a + self.b * log_scaled)))


@design_value(frozen=True, slots=True, config=CLOSED)
class JensenShannon:
    """JSD: (1 - divergence of the two baskets' own posteriors)^epsilon, and zero where that is at most tau. [F20]"""

    kind: Literal["jsd"]
    epsilon: Annotated[float, Gt(0)]
    tau: Annotated[float, Ge(0), Le(1)] = 0.0
    logarithm: LogBase = LogBase.BINARY

    def table(self, pair: Similarity) -> Floats:
        """(n_i + 1, n_j + 1)."""
        base = np.log(2) if self.logarithm is LogBase.BINARY else 1.0
        weight = np.clip(1 - _divergence(pair) / base, 0, 1) ** self.epsilon
        return np.where(weight <= self.tau, 0.0, weight)


@design_value(frozen=True, slots=True, config=CLOSED)
class MarginalLikelihood:
    """MML: the share of j's children under which i's count was likeliest, averaged over both directions. [G17]"""

    kind: Literal["mml"]

    def table(self, pair: Similarity) -> Floats:
        """(n_i + 1, n_j + 1)."""
        reverse = Similarity(pair.sizes[::-1], pair.priors[::-1])
        return (_likeliest_share(pair) + _likeliest_share(reverse).T) / 2


Weights = CalibratedPowerPrior | JensenShannon | MarginalLikelihood


@cache
def weight_table(weights: Weights, pair: Similarity) -> Floats:
    """The table, kept for the next call: interim looks ask for the same pairs again and again."""
    table = weights.table(pair)
    table.setflags(write=False)
    return table


class Heterogeneity(StrEnum):
    """How far all baskets' observed rates lie apart, from 0 (equal) to 1."""

    RANGE = "range"  # the largest less the smallest
    GAPS = "gaps"  # the same, and less of it the more unequal the gaps between neighbouring rates are


@design_value(frozen=True, slots=True, config=CLOSED)
class GlobalWeight:
    """Multiplies every weight: most * (1 - heterogeneity of all baskets' observed rates)^power. [B23]

    power   0 leaves `most` alone, whatever the rates
    """

    heterogeneity: Heterogeneity = Heterogeneity.RANGE
    power: Annotated[float, Ge(0)] = 1.0
    most: Annotated[float, Gt(0), Le(1)] = 1.0

    def of(self, outcomes: Outcomes) -> Floats:
        """(outcomes,); baskets without children have no rate and do not count."""
        seen = np.array(outcomes.sizes) > 0
        rates = np.sort(outcomes.responders[:, seen] / np.array(outcomes.sizes)[seen], axis=1)
        gaps = np.diff(rates, axis=1)
        if gaps.shape[1] == 0:
            return np.full(len(rates), self.most)
        apart = rates[:, -1] - rates[:, 0]
        if self.heterogeneity is Heterogeneity.GAPS:
            apart = apart * 10 ** -((gaps - 1 / gaps.shape[1]) ** 2).sum(axis=1)
        return np.asarray(self.most * (1 - apart) ** self.power)


# The logit trapezoid. In u = logit p a beta density decays like e^(-a|u|) and is analytic near the real line, so that
# equal steps converge faster than any power. The nearest singularity, a zero of the mean density, lies at pi / n, which
# a step of 0.02 answers with an error below 1e-12 for n up to 40 (measured against half the step).
STEP = 0.02
REACH = 40.0  # e^-40 is left out
NOTHING = 1e-300  # a density that counts as zero, whose logarithm is not asked for


def _divergence(pair: Similarity) -> Floats:
    """Jensen-Shannon divergence, natural logarithm, of the posteriors for every pair of counts.

    It is the entropy of the mean density less the mean of both entropies.
    """
    smallest = min(1.0, *(min(part.a, part.b) for prior in pair.priors for part in prior))
    u = np.arange(-REACH / smallest, REACH / smallest + STEP, STEP)
    first, second = (
        np.exp(_log_densities(prior, size, u)) for prior, size in zip(pair.priors, pair.sizes, strict=True)
    )
    of_mean = np.array([_entropy((density + second) / 2) for density in first])
    return of_mean - (_entropy(first)[:, None] + _entropy(second)) / 2


def _entropy(density: Floats) -> Floats:
    """Over the last axis, equal steps of logit p."""
    return np.asarray(-STEP * (density * np.log(np.maximum(density, NOTHING))).sum(axis=-1))


def _log_densities(prior: Prior, size: int, u: Floats) -> Floats:
    """Log posterior density of logit p for each count 0..size: (size + 1, nodes)."""
    counts = np.arange(size + 1.0)[:, None]
    log_p, log_q = -np.logaddexp(0, -u), -np.logaddexp(0, u)
    parts = [
        np.log(part.weight)
        - betaln(part.a, part.b)
        + (part.a + counts) * log_p
        + (part.b + size - counts) * log_q
        for part in prior
    ]
    evidence = log_marginal(prior, counts, size - counts)
    return np.asarray(logsumexp(np.stack(parts), axis=0) - evidence)


SHARES = np.linspace(0, 1, 101)


def _likeliest_share(pair: Similarity) -> Floats:
    """Argmax over delta in [0, 1] of the marginal likelihood of r_i given delta of basket j's children.

    The best of 101 shares, then bisection of the slope between its neighbours.
    """
    (size_i, size_j), (prior, _) = pair.sizes, pair.priors
    r_i, r_j = np.indices((size_i + 1, size_j + 1)).astype(float)
    s_i, s_j = size_i - r_i, size_j - r_j
    log_likelihoods = np.stack(
        [
            log_marginal(prior, share * r_j + r_i, share * s_j + s_i)
            - log_marginal(prior, share * r_j, share * s_j)
            for share in SHARES
        ]
    )
    best = SHARES[log_likelihoods.argmax(axis=0)]
    low, high = np.clip(best - SHARES[1], 0, 1), np.clip(best + SHARES[1], 0, 1)
    for _ in range(HALVINGS):
        share = (low + high) / 2
        with_i = _slope(prior, share * r_j + r_i, share * s_j + s_i, r_j, s_j)
        rises = with_i > _slope(prior, share * r_j, share * s_j, r_j, s_j)
        low, high = np.where(rises, share, low), np.where(rises, high, share)
    return np.asarray((low + high) / 2)


HALVINGS = 50  # of 0.02: to the last digit


def _slope(prior: Prior, responders: Floats, others: Floats, rise: Floats, other_rise: Floats) -> Floats:
    """How the log marginal changes as both counts grow at these rates."""
    parts = [
        rise * digamma(part.a + responders)
        + other_rise * digamma(part.b + others)
        - (rise + other_rise) * digamma(part.a + part.b + responders + others)
        for part in prior
    ]
    logs = log_component_weights(prior, responders, others)
    shares = np.exp(logs - logsumexp(logs, axis=0))
    return np.asarray((shares * np.stack(parts)).sum(axis=0))
