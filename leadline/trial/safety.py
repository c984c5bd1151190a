"""Stopping boundaries for harm: children with the event among n, and the exact chance of reaching them.

A rule looks at a statistic that rises with the number of events x among n children, and stops when it reaches a
critical value. The critical value is the smallest that keeps the chance of stopping, at the limit rate, within the
level. As the statistic takes finitely many values, a whole interval of critical values gives the same boundary.

Sources   [C06] Chen C, Chaloner K. Stat Med 2006;25:2956-2966
          [G03] Geller NL, Follmann D, Leifer ES, Carter SL. In: Advances in Clinical Trial Biostatistics, 2003
          [M24] Martens MJ, Logan BR. Clin Trials 2024;21:152-161
          [W87] Wang SK, Tsiatis AA. Biometrics 1987;43:193-199
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betainc, xlog1py, xlogy

from leadline.errors import DesignInvalid
from leadline.trial.design import HarmCheck, HarmFamily
from leadline.trial.posterior import binomial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Harm

SHAPES = {
    HarmFamily.OBRIEN_FLEMING: 0.0,
    HarmFamily.WANG_TSIATIS: 0.25,
}  # [W87]; 1/2: one critical z at every n
PRIOR_CHILDREN = 3.0  # the beta-binomial prior weighs as much as three children, at the limit rate [M24]


@dataclass(frozen=True, slots=True)
class Boundary:
    """When to stop for harm.

    events         for n = 1, 2, ... children the smallest number of events that stops; n + 1 where none can
    checks         numbers of children after which the rule is looked at
    critical       interval (above the first, up to the second) of critical values that give this boundary; the first
                   None where every lower value gives it too. None of a boundary at which nothing stops
    stop_at_limit  probability of stopping when the rate is the limit
    """

    events: tuple[int, ...]
    checks: tuple[int, ...]
    critical: tuple[float | None, float] | None
    stop_at_limit: float

    def table(self) -> list[tuple[int, int, int]]:
        """Runs of equal boundary as (from n, to n, events); numbers of children at which none can stop are left out."""
        runs: list[tuple[int, int, int]] = []
        for n in self.checks:
            events = self.events[n - 1]
            if events > n:
                continue
            if runs and runs[-1][2] == events:
                runs[-1] = (runs[-1][0], n, events)
            else:
                runs.append((n, n, events))
        return runs


@dataclass(frozen=True, slots=True)
class Stopping:
    """The law of a boundary at one rate.

    at_check  probability of stopping at each check, in the order of the checks
    children  mean number of children when it stops there
    never     probability of passing all
    """

    at_check: tuple[float, ...]
    children: tuple[float, ...]
    never: float


def harm_boundary(harm: Harm, *, checks: Sequence[int]) -> Boundary:
    """The boundary of a design's harm rule, for the planned numbers of children (`checks`, rising).

    raises DesignInvalid when every possible boundary stops too often
    """
    children = checks[-1]
    at = tuple(range(1, children + 1)) if harm.check is HarmCheck.CHILD else tuple(checks)
    return calibrated_boundary(
        statistic(harm.boundary, children=children, limit_rate=harm.limit_rate),
        limit_rate=harm.limit_rate,
        level=harm.level,
        checks=at,
    )


def statistic(
    family: HarmFamily,
    *,
    children: int,
    limit_rate: float,
    prior: tuple[float, float] | None = None,
    unacceptable: tuple[float, float] | None = None,
) -> Floats:
    """(children, children + 1): the statistic for n = 1.. and x = 0..; minus infinity where x is above n.

    pocock          one minus the one-sided binomial p-value, the same critical value at every n
    obrien_fleming  z sqrt(n / children): strict early, lenient late [W87, shape 0]
    wang_tsiatis    z (n / children)^(1/4): halfway to one critical z at every n [W87, shape 1/4]
    beta_binomial   P(rate > limit | x, n) under `prior`, by default of mean `limit_rate` and weight 3 [G03]; with
                    `unacceptable` (rate, probability), only where P(rate > that rate | x, n) is above that probability
                    [C06], and minus infinity elsewhere
    sprt            log likelihood ratio of the observed rate to the limit, for rates above it
    """
    n, x = np.arange(1, children + 1)[:, None], np.arange(children + 1)[None, :]
    values: NDArray[np.floating[Any]]
    match family:
        case HarmFamily.POCOCK:
            values = np.array(
                [[*_below(size, limit_rate), *[1.0] * (children - size)] for size in range(1, children + 1)]
            )
        case HarmFamily.OBRIEN_FLEMING | HarmFamily.WANG_TSIATIS:
            z = (x - n * limit_rate) / np.sqrt(n * limit_rate * (1 - limit_rate))
            values = z * (n / children) ** (0.5 - SHAPES[family])
        case HarmFamily.BETA_BINOMIAL:
            a, b = prior or (PRIOR_CHILDREN * limit_rate, PRIOR_CHILDREN * (1 - limit_rate))
            values = _above(limit_rate, a + x, b + np.maximum(n - x, 0))
            if unacceptable is not None:
                too_much, probability = unacceptable
                too_high = _above(too_much, a + x, b + np.maximum(n - x, 0)) > probability
                values = np.where(too_high, values, -np.inf)
        case HarmFamily.SPRT:
            rate = np.minimum(x / n, 1)
            ratio = xlogy(x, rate / limit_rate) + xlog1py(n - x, -rate) - xlog1py(n - x, -limit_rate)
            values = np.where(rate > limit_rate, ratio, 0.0)
    return np.where(x <= n, values, -np.inf).astype(float)


def _above(rate: float, a: NDArray[np.floating[Any]], b: NDArray[np.floating[Any]]) -> Floats:
    """P(p > rate) for a beta distribution: scipy's betaincc(a, b, rate), which takes ten times as long."""
    return np.asarray(betainc(b, a, 1 - rate))


def _below(size: int, rate: float) -> list[float]:
    """P(X < x) for x = 0..size."""
    return [0.0, *np.cumsum(binomial(size, rate))[:-1]]


def calibrated_boundary(
    values: Floats, *, limit_rate: float, level: float, checks: Sequence[int]
) -> Boundary:
    """The boundary with the smallest critical value whose chance of stopping at the limit rate is within the level."""
    rows = values[np.array(checks) - 1]
    candidates = np.unique(rows[np.isfinite(rows)])
    low, high = (
        0,
        len(candidates),
    )  # the answer's index; the chance of stopping falls as the critical value rises
    while low < high:
        middle = (low + high) // 2
        boundary = boundary_events(values, critical=float(candidates[middle]))
        if 1 - stopping(boundary, rate=limit_rate, checks=checks).never <= level:
            high = middle
        else:
            low = middle + 1
    if low == len(candidates):
        raise DesignInvalid(
            f"harm.level: found {level:g}; no boundary stops so seldom at a rate of {limit_rate:g}",
            hint="Raise the level, or look at harm after more children.",
        )
    events = boundary_events(values, critical=float(candidates[low]))
    interval = (float(candidates[low - 1]) if low else None, float(candidates[low]))
    chance = 1 - stopping(events, rate=limit_rate, checks=checks).never
    return Boundary(events, tuple(checks), interval, chance)


def boundary_events(values: Floats, *, critical: float) -> tuple[int, ...]:
    """For n = 1, 2, ... the fewest events whose statistic reaches the critical value; n + 1 where none does."""
    reached = (values >= critical) & np.isfinite(values)
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), np.arange(2, len(values) + 2))
    return tuple(int(events) for events in first)


def stopping(events: Sequence[int], *, rate: float, checks: Sequence[int]) -> Stopping:
    """The exact law of the check at which the boundary is reached, by recursion over the count of events."""
    alive, children = np.ones(1), 0
    stops = []
    for check in checks:
        alive = np.convolve(alive, binomial(check - children, rate))
        limit = events[check - 1]
        stops.append(float(alive[limit:].sum()))
        alive, children = alive[:limit] if limit else np.zeros(1), check  # no events can already stop
    return Stopping(tuple(stops), tuple(float(check) for check in checks), float(alive.sum()))


def stopping_on_path(boundary: Boundary, harm: Harm, *, rate: float, path: Sequence[int]) -> Stopping:
    """The law along a trial's own numbers of children at its steps, summed within each step."""
    if harm.check is HarmCheck.LOOK:
        return stopping(boundary.events, rate=rate, checks=path)
    law = stopping(boundary.events, rate=rate, checks=range(1, path[-1] + 1))
    steps = [slice(start, end) for start, end in zip((0, *path[:-1]), path, strict=True)]
    chances = tuple(sum(law.at_check[step]) for step in steps)
    means = tuple(
        sum(p * n for p, n in zip(law.at_check[step], law.children[step], strict=True)) / chance
        if chance
        else 0.0
        for step, chance in zip(steps, chances, strict=True)
    )
    return Stopping(chances, means, law.never)
