"""Exact intervals and tests for counts: what few children, and no events, can and cannot say.

An interval is central (equal tails) and two-sided unless its name says otherwise, and the p-value of a
comparison belongs to the same method as its interval, so that they never contradict each other (Fay 2010).

Sources   Clopper CJ, Pearson ES. Biometrika 1934;26:404-413
          Garwood F. Biometrika 1936;28:437-442 (Poisson)
          Fay MP. R Journal 2010;2(1):53-58 (two Poisson rates; matching p-value and interval)
          Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745 (no event in n)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from leadline.errors import LeadlineError


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits of an interval; `level` is 0.95 for a 95 % interval, `method` its name as a report prints it."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class RateComparison:
    """The ratio of two event rates, first over second, with a p-value and the interval that matches it.

    `ratio` is None when neither group had an event; it is infinite when only the second had none.
    """

    ratio: float | None
    p: float
    interval: Interval


def clopper_pearson(events: int, n: int, *, level: float = 0.95) -> Interval:
    """The exact central interval of a proportion, `events` of `n`; with n = 0 it is 0 to 1."""
    tail = (1 - _checked_level(level)) / 2
    _check_count(events, n)
    low, high = _proportion_low(events, n, tail), _proportion_high(events, n, tail)
    return Interval(low, high, level, "Clopper-Pearson")


def clopper_pearson_upper(events: int, n: int, *, level: float = 0.95) -> float:
    """The one-sided exact upper bound of a proportion: with 0 of n it is 1 - (1 - level)^(1/n)."""
    _check_count(events, n)
    return _proportion_high(events, n, 1 - _checked_level(level))


def poisson_interval(events: int, *, level: float = 0.95) -> Interval:
    """The exact central (Garwood) interval of the expected number of events."""
    return poisson_rate_interval(events, 1.0, level=level)


def poisson_rate_interval(events: int, exposure: float, *, level: float = 0.95) -> Interval:
    """The exact central (Garwood) interval of events per unit of `exposure` (for example child-years)."""
    from scipy.special import gammainccinv, gammaincinv

    tail = (1 - _checked_level(level)) / 2
    _check_events(events, exposure)
    low = float(gammaincinv(events, tail)) / exposure if events else 0.0
    return Interval(low, float(gammainccinv(events + 1, tail)) / exposure, level, "exact Poisson (Garwood)")


def compare_rates_conditional(
    events: tuple[int, int], exposure: tuple[float, float], *, ratio: float = 1.0, level: float = 0.95
) -> RateComparison:
    """The central exact test that the rate ratio is `ratio`, given the total count, and its interval.

    events     counts of the first and the second group
    exposure   person-time of the same groups, in one unit
    returns    the p-value is twice the smaller tail, at most 1
    raises     LeadlineError for a negative count, or an exposure or ratio that is not above zero
    """
    below, above = rate_ratio_tails(events, exposure, ratio=ratio)
    tail = (1 - _checked_level(level)) / 2
    total, scale = sum(events), exposure[1] / exposure[0]
    low, high = _proportion_low(events[0], total, tail), _proportion_high(events[0], total, tail)
    interval = Interval(_odds(low) * scale, _odds(high) * scale, level, "central, conditional exact")
    return RateComparison(observed_ratio(events, exposure), min(1.0, 2 * min(below, above)), interval)


def rate_ratio_tails(
    events: tuple[int, int], exposure: tuple[float, float], *, ratio: float = 1.0
) -> tuple[float, float]:
    """P(at most) and P(at least) the first count, given the total, when the true rate ratio is `ratio`."""
    for count, time in zip(events, exposure, strict=True):
        _check_events(count, time)
    if not ratio > 0:
        raise LeadlineError(f"a rate ratio of {ratio} cannot be tested; a number above zero is taken")
    chance = ratio * exposure[0] / (ratio * exposure[0] + exposure[1])
    return _binomial_at_most(events[0], sum(events), chance), binomial_at_least(
        events[0], sum(events), chance
    )


def observed_ratio(events: tuple[int, int], exposure: tuple[float, float]) -> float | None:
    """The ratio of the observed rates, first over second; None when there was no event at all."""
    if not any(events):
        return None
    return events[0] / exposure[0] * exposure[1] / events[1] if events[1] else math.inf


def _binomial_at_most(events: int, n: int, chance: float) -> float:
    """P(X <= events) of a binomial with n trials."""
    from scipy.special import betainc

    return float(betainc(n - events, events + 1, 1 - chance)) if events < n else 1.0


def binomial_at_least(events: int, n: int, chance: float) -> float:
    """P(X >= events) of a binomial with n trials."""
    from scipy.special import betainc

    return float(betainc(events, n - events + 1, chance)) if events > 0 else 1.0


def fisher_exact_two_sided(table: tuple[tuple[int, int], tuple[int, int]]) -> float:
    """Fisher's exact test of a 2 x 2 table: the probability of every table no more likely than the one seen.

    Integers throughout, so that equally likely tables are equal and not nearly so.
    """
    (a, b), (c, d) = table
    for count in (a, b, c, d):
        _check_events(count, 1.0)
    row, column, total = a + b, a + c, a + b + c + d
    seen = math.comb(row, a) * math.comb(total - row, column - a)
    as_rare = sum(weight for weight in _table_weights(row, column, total) if weight <= seen)
    return float(Fraction(as_rare, math.comb(total, column)))


def _table_weights(row: int, column: int, total: int) -> Iterator[int]:
    """In how many ways each 2 x 2 table with these margins comes about, each from the one before: among thousands of
    events the binomial coefficients have thousands of digits."""
    first, last = max(0, row + column - total), min(row, column)
    weight = math.comb(row, first) * math.comb(total - row, column - first)
    for k in range(first, last + 1):
        yield weight
        weight = weight * (row - k) * (column - k) // ((k + 1) * (total - row - column + k + 1))


def poisson_binomial_pmf(chances: Sequence[float]) -> list[float]:
    """P(0), P(1), ... P(n) responders of n children who each respond with a chance of their own."""
    import numpy as np

    pmf = np.zeros(len(chances) + 1)
    pmf[0] = 1.0
    for n, chance in enumerate(chances, start=1):
        if not 0 <= chance <= 1:
            raise LeadlineError(f"a probability of {chance} was given; 0 to 1 is taken")
        arrive = pmf[:n] * chance
        pmf[:n] *= 1 - chance
        pmf[1 : n + 1] += arrive
    return [float(p) for p in pmf]


def poisson_binomial_tail(at_least: int, chances: Sequence[float]) -> float:
    """P(at least so many responders) of children who each respond with a chance of their own."""
    return min(math.fsum(poisson_binomial_pmf(chances)[max(at_least, 0) :]), 1.0)


def children_needed(risk: float, *, confidence: float = 0.95) -> int:
    """How many children without an event exclude a risk of `risk` or more, one-sided.

    The smallest n with (1 - risk)^n <= 1 - confidence, in rational arithmetic on the decimals as typed.
    """
    if not 0 < risk < 1:
        raise LeadlineError(f"a risk of {risk} cannot be excluded; a number between 0 and 1 is taken")
    alpha = 1 - Fraction(str(_checked_level(confidence)))
    spared = 1 - Fraction(str(risk))
    n = max(1, math.floor(math.log(alpha) / math.log(spared)) - 1)
    while spared**n > alpha:
        n += 1
    return n


def _proportion_low(events: int, n: int, tail: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(events, n - events + 1, tail)) if events else 0.0


def _proportion_high(events: int, n: int, tail: float) -> float:
    from scipy.special import betainccinv

    return float(betainccinv(events + 1, n - events, tail)) if events < n else 1.0


def _odds(proportion: float) -> float:
    return proportion / (1 - proportion) if proportion < 1 else math.inf


def _check_count(events: int, n: int) -> None:
    if events != int(events) or n != int(n) or not 0 <= events <= n:
        raise LeadlineError(
            f"{events} of {n} is not a count; whole numbers are taken, and no more events than children"
        )


def _check_events(events: int, exposure: float) -> None:
    if events != int(events) or events < 0 or not exposure > 0:
        raise LeadlineError(
            f"{events} events in an exposure of {exposure}: a whole number of events, not negative, "
            "and an exposure above zero are taken"
        )


def _checked_level(level: float) -> float:
    if not 0 < level < 1:
        raise LeadlineError(f"a level of {level} is no confidence level; 0.95 is one")
    return level
