"""Single-basket rules watched at several looks: predictive probability (Lee and Liu) and BOP2.

Both stop for futility only, and both are boundaries on counts: stop at look k with at most `stop_at_most[k]`
responders. Their error and power are exact.

Sources   [L08] Lee JJ, Liu DD. Clin Trials 2008;5:93-106
          [Z17] Zhou H, Lee JJ, Yuan Y. Stat Med 2017;36:3302-3314
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing.beta import Above, Beta, Reaches, Seen, expect_beta
from leadline.trial.posterior import binomial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats


@dataclass(frozen=True, slots=True)
class FutilityBoundary:
    """Stop at a look with at most so many responders (-1: never); after the last look, not stopped is success.

    looks           children at each look, the last being all
    stop_at_most    responders, one a look
    """

    looks: tuple[int, ...]
    stop_at_most: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BoundaryLaw:
    """What a boundary does at one rate: probability of success, of stopping at each look, and expected children."""

    success: float
    stops: tuple[float, ...]
    expected_children: float


def boundary_law(boundary: FutilityBoundary, *, rate: float) -> BoundaryLaw:
    """Exact, by recursion over the looks."""
    alive, children, stops = np.ones(1), 0, []
    for look, limit in zip(boundary.looks, boundary.stop_at_most, strict=True):
        alive = np.convolve(alive, binomial(look - children, rate))
        stops.append(float(alive[: limit + 1].sum()))
        alive[: limit + 1] = 0.0
        children = look
    early = stops[:-1]
    expected = sum(p * n for p, n in zip(early, boundary.looks, strict=False))
    return BoundaryLaw(float(alive.sum()), tuple(stops), expected + (1 - sum(early)) * boundary.looks[-1])


def posterior_above(size: int, *, null_rate: float, prior: Beta) -> Floats:
    """P(rate > null_rate) for 0..size responders."""
    counts = np.arange(size + 1)
    a, b = prior.a + counts.astype(float), prior.b + (size - counts).astype(float)
    return expect_beta(Above((null_rate,)), 0, a, b, Seen(counts, size))


def predictive_boundary(
    looks: Sequence[int], *, null_rate: float, prior: Beta, success_above: float, stop_below: float
) -> FutilityBoundary:
    """Stop when the predictive probability of success with all children falls below `stop_below`. [L08]

    success_above   success needs P(rate > null_rate) above this in the end
    """
    most = looks[-1]
    failing = posterior_above(most, null_rate=null_rate, prior=prior) <= success_above
    needed = int(failing.sum())  # the posterior rises with the count
    limits = []
    for look in looks[:-1]:
        counts = np.arange(look + 1)
        a, b = prior.a + counts.astype(float), prior.b + (look - counts).astype(float)
        predicted = expect_beta(Reaches((needed,), (most,)), 0, a, b, Seen(counts, look))
        limits.append(int((predicted < stop_below).sum()) - 1)
    return FutilityBoundary(tuple(looks), (*limits, needed - 1))


def bop2_boundary(
    looks: Sequence[int], *, null_rate: float, prior: Beta, cutoff: float, power: float
) -> FutilityBoundary:
    """Stop when P(rate > null_rate) is below cutoff * (n / all)^power, at every look and in the end. [Z17]"""
    limits = [
        int((posterior_above(n, null_rate=null_rate, prior=prior) < cutoff * (n / looks[-1]) ** power).sum())
        - 1
        for n in looks
    ]
    return FutilityBoundary(tuple(looks), tuple(limits))


@dataclass(frozen=True, slots=True)
class Bop2:
    """An optimised BOP2 design."""

    cutoff: float
    power: float
    boundary: FutilityBoundary
    type_1_error: float
    success_at_target: float


# The grid of the two tuning values that the paper's software searches. [Z17]
CUTOFFS, POWERS = np.linspace(0.5, 0.99, 50), np.linspace(0.0, 1.0, 21)


def bop2(looks: Sequence[int], *, null_rate: float, target_rate: float, prior: Beta, alpha: float) -> Bop2:
    """The grid's design with most power at the target whose type 1 error is at most alpha; ties: fewest children."""
    found: dict[FutilityBoundary, Bop2] = {}
    for cutoff in CUTOFFS.tolist():
        for power in POWERS.tolist():
            boundary = bop2_boundary(looks, null_rate=null_rate, prior=prior, cutoff=cutoff, power=power)
            if boundary not in found:
                error = boundary_law(boundary, rate=null_rate).success
                success = boundary_law(boundary, rate=target_rate).success
                found[boundary] = Bop2(cutoff, power, boundary, error, success)
    holding = [one for one in found.values() if one.type_1_error <= alpha]
    return max(holding, key=lambda one: (one.success_at_target, _fewest(one, null_rate)))


def _fewest(one: Bop2, null_rate: float) -> float:
    return -boundary_law(one.boundary, rate=null_rate).expected_children
