"""Further intervals and tests for counts, each by its name: mid-p, minlike, Blaker, and the usual approximations.

The shipped default stays the central exact method of `verdicts.exact`. These are for comparison with papers that
used another one: a p-value and an interval agree only within one method.

Sources   Newcombe RG. Statistics in Medicine 1998;17:857-872 (mid-p)
          Fay MP. R Journal 2010;2(1):53-58 (minlike and Blaker, with the intervals that match them)
          Gu K, Ng HKT, Tang ML, Schucany WR. Biometrical Journal 2008;50:283-298 (one-sided tests of two rates)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.evidence.quadrature import Array
from leadline.verdicts.exact import (
    Interval,
    RateComparison,
    binomial_at_least,
    observed_ratio,
    rate_ratio_tails,
)

_TIE = 1e-7  # two outcomes this close in probability are equally likely, as the published programs have it
_SCAN = 4000  # ratios at which acceptance is looked at before its limits are refined


def binomial_mid_p(events: int, n: int, *, level: float = 0.95) -> Interval:
    """The mid-p interval of a proportion: half of the observed count's probability goes to each tail."""
    tail = (1 - level) / 2

    def above(p: float) -> float:
        return (binomial_at_least(events, n, p) + binomial_at_least(events + 1, n, p)) / 2

    low = _root(lambda p: above(p) - tail, 0.0, 1.0) if events else 0.0
    high = _root(lambda p: above(p) - (1 - tail), 0.0, 1.0) if events < n else 1.0
    return Interval(low, high, level, "mid-p")


def poisson_mid_p(events: int, exposure: float, *, level: float = 0.95) -> Interval:
    """The mid-p interval of events per unit of exposure."""
    tail, widest = (1 - level) / 2, 10.0 * (events + 10)

    def above(mean: float) -> float:
        return (_poisson_at_least(events, mean) + _poisson_at_least(events + 1, mean)) / 2

    low = _root(lambda mean: above(mean) - tail, 0.0, widest) if events else 0.0
    high = _root(lambda mean: above(mean) - (1 - tail), 0.0, widest)
    return Interval(low / exposure, high / exposure, level, "mid-p Poisson")


def poisson_log_normal(events: int, exposure: float, *, level: float = 0.95) -> Interval | None:
    """The log-normal approximation that many papers print as if it were exact; None without an event."""
    if not events:
        return None
    from scipy.special import ndtri

    factor = math.exp(float(ndtri((1 + level) / 2)) / math.sqrt(events))
    rate = events / exposure
    return Interval(rate / factor, rate * factor, level, "log-normal approximation")


def poisson_central_p(events: int, exposure: float, *, rate: float) -> float:
    """The central exact p-value of a rate: twice the smaller tail, at most 1."""
    mean = rate * exposure
    return min(1.0, 2 * min(_poisson_at_least(events, mean), 1 - _poisson_at_least(events + 1, mean)))


def _poisson_at_least(events: int, mean: float) -> float:
    """P(X >= events) of a Poisson count."""
    from scipy.special import gammainc

    return float(gammainc(events, mean)) if events > 0 else 1.0


def compare_rates_minlike(
    events: tuple[int, int], exposure: tuple[float, float], *, level: float = 0.95
) -> RateComparison:
    """Given the total, the probability of every split no more likely than the one seen; the interval by inversion."""
    return _compare(events, exposure, level, _p_minlike, "minlike, conditional exact")


def compare_rates_blaker(
    events: tuple[int, int], exposure: tuple[float, float], *, level: float = 0.95
) -> RateComparison:
    """Given the total, the probability of every split no further out in its own tail; the interval by inversion."""
    return _compare(events, exposure, level, _p_blaker, "Blaker, conditional exact")


@dataclass(frozen=True, slots=True)
class OneSidedRateTests:
    """P-values against a rate ratio, first over second, that is no larger than the one tested (Gu 2008)."""

    exact: float
    mid_p: float
    score: float
    wald: float
    wald_log: float
    square_root: float


def one_sided_rate_tests(
    events: tuple[int, int], exposure: tuple[float, float], *, ratio: float = 1.0
) -> OneSidedRateTests:
    """The conditional tests of the larger first rate, and four large-sample ones; each count above zero."""
    from scipy.special import ndtr

    at_most, at_least = rate_ratio_tails(events, exposure, ratio=ratio)
    (x, y), share = events, ratio * exposure[0] / exposure[1]
    z = (
        (x - y * share) / math.sqrt((x + y) * share),
        (x - y * share) / math.sqrt(x + y * share**2),
        (math.log(x / y) - math.log(share)) / math.sqrt(1 / x + 1 / y),
        2 * (math.sqrt(x + 3 / 8) - math.sqrt(share * (y + 3 / 8))) / math.sqrt(1 + share),
    )
    return OneSidedRateTests(at_least, (at_least + 1 - at_most) / 2, *(float(ndtr(-value)) for value in z))


TwoSided = Callable[[Array, int], Array]


def _compare(
    events: tuple[int, int], exposure: tuple[float, float], level: float, p_value: TwoSided, method: str
) -> RateComparison:
    total, scale = sum(events), exposure[0] / exposure[1]

    def p_at(log_ratio: Array) -> Array:
        odds = np.exp(log_ratio) * scale
        return p_value(_pmf(total, odds / (1 + odds)), events[0])

    low, high = _accepted(p_at, 1 - level, has_low=events[0] > 0, has_high=events[1] > 0)
    interval = Interval(low, high, level, method)
    return RateComparison(observed_ratio(events, exposure), float(p_at(np.zeros(1))[0]), interval)


def _accepted(
    p_at: Callable[[Array], Array], alpha: float, *, has_low: bool, has_high: bool
) -> tuple[float, float]:
    """The outermost ratios that are not rejected; the p-value jumps, so the limits are looked for from outside."""
    grid = np.linspace(-25, 25, _SCAN + 1)
    accepted = np.flatnonzero(p_at(grid) > alpha)

    def refined(outside: float, inside: float) -> float:
        for _ in range(60):
            middle = (outside + inside) / 2
            kept = float(p_at(np.array([middle]))[0]) > alpha
            outside, inside = (outside, middle) if kept else (middle, inside)
        return math.exp(inside)

    low = refined(grid[accepted[0] - 1], grid[accepted[0]]) if has_low else 0.0
    high = refined(grid[accepted[-1] + 1], grid[accepted[-1]]) if has_high else math.inf
    return low, high


def _pmf(n: int, chance: Array) -> Array:
    """(n + 1, G), the probabilities of a binomial for each of G chances."""
    from scipy.special import gammaln

    k = np.arange(n + 1)[:, None]
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + k * np.log(chance) + (n - k) * np.log1p(-chance)))


def _p_minlike(pmf: Array, seen: int) -> Array:
    return np.asarray(np.minimum(1.0, np.where(pmf <= pmf[seen] * (1 + _TIE), pmf, 0.0).sum(axis=0)))


def _p_blaker(pmf: Array, seen: int) -> Array:
    tails = np.minimum(np.cumsum(pmf, axis=0), np.cumsum(pmf[::-1], axis=0)[::-1])
    return np.asarray(np.minimum(1.0, np.where(tails <= tails[seen] * (1 + _TIE), pmf, 0.0).sum(axis=0)))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
