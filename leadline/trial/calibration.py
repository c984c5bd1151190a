"""The threshold for a stated family-wise error, by exact level sets.

The error as a function of the threshold is a step function: it changes only at the posterior probabilities that
outcomes can have. Sorting those gives the whole curve at once, and with it the interval of thresholds that are one
and the same design; no root is searched for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.borrowing import Above, Outcomes, borrows_effect
from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import Basis
from leadline.trial.error_rates import PROOF, Search, WorstError, null_sets
from leadline.trial.family_wise import as_it_is, errors_of
from leadline.trial.operating import Trial
from leadline.trial.scenarios import global_null

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.posterior import Posterior


class Control(StrEnum):
    """Where the error is to be held."""

    GLOBAL_NULL = "global_null"  # when every basket is null, and nowhere else
    STRONG = "strong"  # whatever baskets are null and whatever the other rates


class Thresholds(StrEnum):
    """Whether the baskets share a threshold."""

    COMMON = "common"
    EQUAL_ERROR = "equal_error"  # one a basket, so that all have the same type 1 error at the global null


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibrated threshold, or one a basket.

    threshold   the shortest decimal of the interval
    above, up_to   every threshold above the first and up to the second makes the same decisions
    error       family-wise error at the global null with this threshold, exact
    worst       the largest error for each set of null baskets, with its proved limit
    """

    control: Control
    level: float
    threshold: float | tuple[float, ...]
    above: float | tuple[float, ...]
    up_to: float | tuple[float, ...]
    error: float
    worst: tuple[WorstError, ...]

    @property
    def worst_error(self) -> float:
        """The largest family-wise error found for any true rates."""
        return max((one.error for one in self.worst), default=0.0)

    @property
    def at_most(self) -> float:
        """No true rates give a larger family-wise error; proved."""
        return max((one.at_most for one in self.worst), default=0.0)


def calibrate(
    design: Design,
    *,
    level: float,
    control: Control = Control.STRONG,
    thresholds: Thresholds = Thresholds.COMMON,
    search: Search = PROOF,
) -> Calibration:
    """The lowest threshold of final success, from one half up, that holds the family-wise error at `level`.

    Strong control is proved, not only looked for; where the proof needs room, the threshold is the lowest that leaves
    it, a fraction of a percent of the level. With one threshold a basket, their common type 1 error at the global
    null is the largest for which the family-wise error holds.

    raises    DesignInvalid when the level is none, when stopping early for efficacy alone exceeds it, or when
              thresholds of equal error are asked for with a rule or an order that they cannot have; BeyondExactRange
    """
    if not 0 < level < 1:
        raise DesignInvalid(f"level: found {level:g}; takes a number above 0 and below 1")
    goal = _Goal(level, control, thresholds, search)
    found = _calibrate(design, goal)
    if not borrows_effect(design.borrowing):
        return found
    # Posteriors close to a design's own thresholds are integrated on finer nodes: once more, from where it came out.
    return _calibrate(replace(design, efficacy=replace(design.efficacy, posterior=found.threshold)), goal)


def _calibrate(design: Design, goal: _Goal) -> Calibration:
    if judged_before_the_end(design) and not Trial(design).parts:
        return _calibrate_staggered(design, goal)
    for candidate, low, high in _fixed_walks(design, goal.thresholds):
        found = _Calibrator(Trial(candidate), goal).within(low, high)
        if found is not None:
            return found
    raise _no_threshold(design, goal.level)


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a threshold has to hold."""

    level: float
    control: Control
    thresholds: Thresholds
    search: Search


def judged_before_the_end(design: Design) -> bool:
    """Whether some basket has its last look before the last step."""
    return len(design.steps()[-1]) < len(design.baskets)


def _no_threshold(design: Design, level: float) -> DesignInvalid:
    if design.efficacy.early is None:
        return DesignInvalid(
            f"level: found {level:g}; no threshold could be proved to hold it",
            hint="Take a larger level, or search harder (`search`).",
        )
    return DesignInvalid(
        f"level: found {level:g}; with stopping early for efficacy no threshold could be proved to hold it",
        hint="Make the early efficacy rule stricter, or drop it.",
    )


LOWEST_THRESHOLD = 0.5  # a lower one would call a rate above the null that is more likely below


def _fixed_walks(design: Design, thresholds: Thresholds) -> Iterator[tuple[Design, float, float]]:
    """Designs with a range of thresholds (above, up to) within which the way through the interim looks is the same.

    Only a predictive rule looks ahead to the threshold, through the number of responders that suffices alone.
    """
    rules = (design.futility, design.efficacy.early)
    if all(rule is None or rule.by is not Basis.PREDICTIVE for rule in rules):
        yield design, LOWEST_THRESHOLD, 1.0
        return
    if thresholds is Thresholds.EQUAL_ERROR:
        raise _unequal("a predictive rule, which looks ahead to the one threshold")
    alone = [
        Independent().expect(
            Outcomes(np.arange(basket.size + 1)[:, None], (basket.size,)),
            baskets=[basket],
            quantities=[Above((basket.null_rate,))],
        )[0]
        for basket in design.baskets
    ]
    levels = np.unique(np.concatenate(alone))
    edges = [LOWEST_THRESHOLD, *(float(level) for level in levels if LOWEST_THRESHOLD < level < 1), 1.0]
    for low, high in pairwise(edges):
        yield replace(design, efficacy=replace(design.efficacy, posterior=(low + high) / 2)), low, high


MOST_ROUNDS = 100


class _Calibrator:
    """Looks for the threshold of one walk: the true rates that matter are collected until none is worse."""

    def __init__(self, trial: Trial, goal: _Goal) -> None:
        self.trial, self.goal, self.level = trial, goal, goal.level
        self.scale = _EqualError(trial) if goal.thresholds is Thresholds.EQUAL_ERROR else None
        self.errors = errors_of(trial, scale=self.scale or as_it_is)
        everyone = tuple(range(len(trial.design.baskets)))
        self.null_sets = list(null_sets(trial))
        self.global_null = self.errors.curve(everyone, global_null(trial.design))

    def within(self, low: float, high: float) -> Calibration | None:
        """The lowest threshold of the range, or None when the range has none."""
        low = self.scale.lowest(low) if self.scale else low
        above = max(low, self.global_null.above(self.level))
        strong = self.goal.control is Control.STRONG
        if above >= high or (strong and not self._holds(high)):
            return None
        spare = 0.0
        for _ in range(MOST_ROUNDS):
            if above >= high:
                return None
            up_to = self._next_level(above, high)
            worst = tuple(self._worst(chosen, up_to) for chosen in self.null_sets)
            refused = [one for one in worst if one.error > self.level]
            unproved = [one for one in worst if one.at_most > self.level]
            if not strong or not unproved:
                return self._result(above, up_to, worst)
            if not refused:  # nothing worse was found, but the proof failed: leave it some room
                spare = max(1.5 * spare, self.level / 200)
            curves = [self.errors.curve(one.null_baskets, one.scenario) for one in refused or unproved]
            above = max([up_to if not refused else above, *(c.above(self.level - spare) for c in curves)])
        return None

    def _holds(self, threshold: float) -> bool:
        """Whether strong control is proved for a threshold, the strictest of a range."""
        return all(self._worst(chosen, threshold).at_most <= self.level for chosen in self.null_sets)

    def _next_level(self, above: float, high: float) -> float:
        levels = self.errors.levels
        at = int(np.searchsorted(levels, above, side="right"))
        return min(high, float(levels[at])) if at < len(levels) else high

    def _worst(self, chosen: tuple[int, ...], threshold: float) -> WorstError:
        ceiling = self.level if self.goal.control is Control.STRONG else None
        thresholds = (threshold,) * len(self.trial.design.baskets)
        return self.errors.worst(chosen, thresholds, search=self.goal.search, ceiling=ceiling)

    def _result(self, above: float, up_to: float, worst: tuple[WorstError, ...]) -> Calibration:
        error = self.global_null.error(up_to)
        if self.scale is None:
            found = shortest_decimal(above, up_to)
            return Calibration(self.goal.control, self.level, found, above, up_to, error, worst)
        intervals = self.scale.intervals(up_to)
        lows, highs = tuple(low for low, _ in intervals), tuple(high for _, high in intervals)
        shortest = tuple(shortest_decimal(low, high) for low, high in intervals)
        return Calibration(self.goal.control, self.level, shortest, lows, highs, error, worst)


class _EqualError:
    """One minus the type 1 error of a basket, at the global null, with its threshold at this posterior probability."""

    def __init__(self, trial: Trial) -> None:
        errors, null = errors_of(trial), global_null(trial.design)
        self.curves = [errors.curve((j,), null) for j in range(len(trial.design.baskets))]

    def __call__(self, basket: int, statistic: Floats) -> Floats:
        finite = np.isfinite(statistic)
        return np.where(finite, 1 - self.curves[basket].errors_at(np.where(finite, statistic, 0)), statistic)

    def lowest(self, threshold: float) -> float:
        """The scaled threshold above which every basket's own is above the given one."""
        below = [curve.levels[curve.levels <= threshold] for curve in self.curves]
        return max(
            (
                1 - curve.error(float(levels[-1]))
                for curve, levels in zip(self.curves, below, strict=True)
                if levels.size
            ),
            default=0.0,
        )

    def intervals(self, scaled: float) -> list[tuple[float, float]]:
        """For each basket the interval (above, up to) of thresholds that stand for one scaled threshold."""
        found = []
        for curve in self.curves:
            first = int(np.searchsorted(1 - curve.errors, scaled, side="left"))
            levels = np.concatenate([[0.0], curve.levels, [1.0]])
            found.append((float(levels[first]), float(levels[first + 1])))
        return found


def _calibrate_staggered(design: Design, goal: _Goal) -> Calibration:
    """By halving: a basket judged before the end is judged on counts that the end no longer shows, so that each
    threshold takes a walk of its own.

    raises DesignInvalid for thresholds of equal error
    """
    if goal.thresholds is Thresholds.EQUAL_ERROR:
        raise _unequal("an order in which a basket that borrows is judged before the last step")
    for candidate, low, high in _fixed_walks(design, goal.thresholds):
        first = Trial(candidate)
        between = (float(level) for level in first.posterior_levels() if low < level < high)
        levels = [low, *between, high]
        at_least, most = 1, len(levels)  # of the levels, the first that holds; most when none does
        while at_least < most:
            middle = (at_least + most) // 2
            if _Staggered(candidate, levels[middle], first.posterior).holds(goal):
                most = middle
            else:
                at_least = middle + 1
        if at_least < len(levels):
            above, up_to = levels[at_least - 1], levels[at_least]
            return _Staggered(candidate, up_to, first.posterior).result(goal, above, up_to)
    raise _no_threshold(design, goal.level)


class _Staggered:
    """One threshold of a staggered design."""

    def __init__(self, design: Design, threshold: float, posterior: Posterior) -> None:
        judged = replace(design, efficacy=replace(design.efficacy, posterior=threshold))
        self.trial = Trial(judged, posterior=posterior)

    @property
    def error(self) -> float:
        """At the global null."""
        return self.trial.decisions(global_null(self.trial.design)).family_wise_error

    def holds(self, goal: _Goal) -> bool:
        """Whether the threshold is within the level."""
        if self.error > goal.level:
            return False
        return goal.control is Control.GLOBAL_NULL or all(
            one.at_most <= goal.level for one in self.worst(goal)
        )

    def worst(self, goal: _Goal) -> Iterator[WorstError]:
        """For each set of null baskets."""
        errors, ceiling = errors_of(self.trial), goal.level if goal.control is Control.STRONG else None
        for chosen in null_sets(self.trial):
            yield errors.worst(chosen, self.trial.design.thresholds, search=goal.search, ceiling=ceiling)

    def result(self, goal: _Goal, above: float, up_to: float) -> Calibration:
        """The calibration with this threshold."""
        threshold, worst = shortest_decimal(above, up_to), tuple(self.worst(goal))
        return Calibration(goal.control, goal.level, threshold, above, up_to, self.error, worst)


def _unequal(found: str) -> DesignInvalid:
    return DesignInvalid(
        f"thresholds of equal error: found {found}", hint="Calibrate one threshold for all baskets."
    )


def shortest_decimal(above: float, up_to: float) -> float:
    """The decimal of fewest digits above the first and up to the second; the lowest of them."""
    for digits in range(1, 17):
        candidate: float = math.floor(above * 10**digits + 1) / 10**digits
        if above < candidate <= up_to:
            return candidate
    return up_to
