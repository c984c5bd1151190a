"""Stopping for harm by events in person-time: the earlier so many events have come, the sooner the trial stops.

The x-th event stops the trial when it comes within a certain time under observation, all children together. Events are
taken to come at a constant rate (a Poisson process), so that the chance of stopping is exact: between the limits of x
and of x + 1 events the count only has to stay at x or below, and it is largest at the end.

Sources   [K11] Kulldorff M et al. Sequential Analysis 2011;30:58-78 (maximised SPRT, Poisson)
          [G87] Goldman AI. Control Clin Trials 1987;8:327-337
          [M24] Martens MJ, Logan BR. Clin Trials 2024;21:152-161 (gamma-Poisson)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, gammaln, lambertw, xlogy

from leadline.errors import DesignInvalid

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Counts, Floats

PRIOR_EVENTS = 1.0  # the gamma prior weighs as much as one event, at the limit rate


class RateFamily(StrEnum):
    """What is held against the critical value."""

    POCOCK = "pocock"  # one minus the p-value of so many events by then
    GAMMA_POISSON = "gamma_poisson"  # posterior probability of a rate above the limit
    SPRT = "sprt"  # log likelihood ratio of the observed rate to the limit [K11]


@dataclass(frozen=True, slots=True)
class RateBoundary:
    """When to stop for harm, by person-time.

    within         the x-th event (x = 1, 2, ...) stops the trial if it comes within so much person-time; 0 where it
                   cannot stop it; one event more than there are entries stops it whenever it comes
    person_time    of the whole trial, all children together
    critical       critical value of the family
    stop_at_limit  probability of stopping when the rate is the limit
    """

    within: tuple[float, ...]
    person_time: float
    critical: float
    stop_at_limit: float


@dataclass(frozen=True, slots=True)
class RateStopping:
    """What a boundary does at one rate: probability of stopping, and person-time seen, expected."""

    stop: float
    expected_person_time: float


def rate_boundary(
    family: RateFamily, *, limit_rate: float, level: float, person_time: float, fewest_events: int = 1
) -> RateBoundary:
    """The boundary whose chance of stopping, at the limit rate, is the level: it is continuous, and can be met.

    limit_rate      events per unit of person-time that must not be exceeded
    fewest_events   no smaller number of events stops
    raises          DesignInvalid for numbers that are none, or when no critical value has this level
    """
    if not (0 < level < 1 and limit_rate > 0 and person_time > 0 and fewest_events >= 1):
        raise DesignInvalid(
            "limit_rate, level, person_time: takes a rate and a time above 0, and a level between 0 and 1"
        )
    expected = limit_rate * person_time  # events in the whole trial at the limit rate, the unit of time below

    def excess(critical: float) -> float:
        return _stopping(_limits(family, critical, expected, fewest_events), expected, 1.0).stop - level

    low, high = _RANGE[family]
    if excess(low) < 0:
        raise DesignInvalid(
            f"level: found {level:g}; no boundary stops as often at the limit rate",
            hint="Take a smaller level, fewer events to start with, or more person-time.",
        )
    critical = float(brentq(excess, low, high, xtol=1e-13))
    within = _limits(family, critical, expected, fewest_events)
    return RateBoundary(
        tuple((within / limit_rate).tolist()),
        person_time,
        critical,
        _stopping(within, expected, 1.0).stop,
    )


def rate_stopping(boundary: RateBoundary, *, rate: float) -> RateStopping:
    """The exact law of the boundary at one rate of events per unit of person-time."""
    return _stopping(np.array(boundary.within), boundary.person_time, rate)


_RANGE = {
    RateFamily.POCOCK: (0.0, 1 - 1e-12),
    RateFamily.GAMMA_POISSON: (0.0, 1 - 1e-12),
    RateFamily.SPRT: (0.0, 50.0),
}
"""Critical values between which every boundary lies."""


def _limits(family: RateFamily, critical: float, expected: float, fewest_events: int) -> Floats:
    """For x = 1, 2, ... the time, in events expected at the limit rate, within which the x-th event stops.

    Those limits that lie within the whole trial; they rise with x.
    """
    # Twenty standard deviations beyond what is expected no count matters.
    x = np.arange(1.0, np.ceil(expected + 20 * np.sqrt(expected) + 30))
    match family:
        case RateFamily.POCOCK:
            time = gammaincinv(x, 1 - critical)
        case RateFamily.GAMMA_POISSON:
            time = np.maximum(gammainccinv(PRIOR_EVENTS + x, critical) - PRIOR_EVENTS, 0.0)
        case RateFamily.SPRT:  # x log(x / t) - x + t = critical, solved for t below x
            time = -x * lambertw(-np.exp(-1 - critical / x), 0, 1e-14).real
    time = np.where(x < fewest_events, 0.0, time)
    return np.asarray(time[time < expected], dtype=float)


def _stopping(within: Floats, person_time: float, rate: float) -> RateStopping:
    """By recursion over the count: after the limit of x events it has to be below x."""
    law, before, lived = np.ones(1), 0.0, 0.0
    for x, limit in enumerate([*within, person_time], start=1):
        mean = rate * (limit - before)
        counts = np.arange(x + 1)
        came = np.exp(xlogy(counts, mean) - mean - gammaln(counts + 1))
        lived += float(law @ _alive_for(x - 1 - np.arange(len(law)), mean)) / rate
        law = np.convolve(law, came)[:x]
        before = limit
    return RateStopping(float(1 - law.sum()), lived)


def _alive_for(spare: Counts, mean: float) -> Floats:
    """Expected time, in events, until more than `spare` have come, within a stretch in which `mean` are expected."""
    k = spare + 1.0  # the time of the k-th event, cut at the end of the stretch
    return np.asarray(k * gammainc(k + 1, mean) + mean * gammaincc(k, mean))
