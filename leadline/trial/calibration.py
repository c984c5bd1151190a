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
from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import Basis
from leadline.trial.error_rates import (
    PROOF,
    ErrorSurface,
    FinalStates,
    Search,
    WorstError,
    binomials,
    final_states,
    null_sets,
    worst_error,
)
from leadline.trial.operating import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design


class Control(StrEnum):
    """Where the error is to be held."""

    GLOBAL_NULL = "global_null"  # when every basket is null, and nowhere else
    STRONG = "strong"  # whatever baskets are null and whatever the other rates


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibrated threshold.

    threshold   the shortest decimal of the interval
    above, up_to   every threshold above the first and up to the second makes the same decisions
    error       family-wise error at the global null with this threshold, exact
    worst       the largest error for each set of null baskets, with its proved limit
    """

    control: Control
    level: float
    threshold: float
    above: float
    up_to: float
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


@dataclass(frozen=True, slots=True, eq=False)
class ErrorCurve:
    """The error as a function of the threshold: for thresholds above levels[k-1] and up to levels[k], errors[k]."""

    levels: Floats
    errors: Floats

    always: float  # error however high the threshold: successes declared early

    def above(self, level: float) -> float:
        """Every threshold above this one holds the error within the level; 1 when none does."""
        if self.always > level:
            return 1.0
        within = int(np.argmax(np.append(self.errors <= level, True)))  # errors fall along the levels
        return float(self.levels[within - 1]) if within else 0.0

    def error(self, threshold: float) -> float:
        """The error with this threshold."""
        at = int(np.searchsorted(self.levels, threshold, side="left"))
        return float(self.errors[at]) if at < len(self.errors) else self.always


def error_curve(
    states: list[FinalStates], null_baskets: tuple[int, ...], rates: tuple[float, ...]
) -> ErrorCurve:
    """The whole curve of the family-wise error under given true rates."""
    statistic, law = [], []
    for state in states:
        shape = [size + 1 for size in state.sizes]
        counts = np.unravel_index(state.rows, shape)
        chance = state.weight.copy()
        for j, size in enumerate(state.sizes):
            chance *= binomials(size, np.array([rates[j]]))[0][counts[j]]
        statistic.append(state.statistic[:, list(null_baskets)].max(axis=1))
        law.append(chance)
    return _curve(np.concatenate(statistic), np.concatenate(law))


def _curve(statistic: Floats, law: Floats) -> ErrorCurve:
    falling = np.argsort(-statistic, kind="stable")
    levels, cumulated = statistic[falling], np.cumsum(law[falling])
    last_of_run = np.append(levels[1:] != levels[:-1], True) & np.isfinite(levels)
    always = float(law[np.isposinf(statistic)].sum())
    return ErrorCurve(levels[last_of_run][::-1], cumulated[last_of_run][::-1], always)


def calibrate(
    design: Design, *, level: float, control: Control = Control.GLOBAL_NULL, search: Search = PROOF
) -> Calibration:
    """The lowest threshold of final success, from one half up, that holds the family-wise error at `level`.

    Strong control is proved, not only looked for; where the proof needs room, the threshold is the lowest that leaves
    it, a fraction of a percent of the level.

    raises    DesignInvalid when the level is none, when a basket is judged before the last step, or when stopping
              early for efficacy alone exceeds the level; BeyondExactRange
    """
    _check_calibrates(design, level)
    for candidate, low, high in _fixed_walks(design):
        found = _Calibrator(Trial(candidate), level=level, control=control, search=search).within(low, high)
        if found is not None:
            return found
    raise _no_threshold(design, level)


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


def _check_calibrates(design: Design, level: float) -> None:
    if not 0 < level < 1:
        raise DesignInvalid(f"level: found {level:g}; takes a number above 0 and below 1")
    if len(design.steps()[-1]) < len(design.baskets):
        raise DesignInvalid(
            "order: found a basket that is judged before the last step; takes baskets that are judged together",
            hint="Calibrate the design without `order`, then describe it with.",
        )


LOWEST_THRESHOLD = 0.5  # a lower one would call a rate above the null that is more likely below


def _fixed_walks(design: Design) -> Iterator[tuple[Design, float, float]]:
    """Designs with a range of thresholds (above, up to) within which the way through the interim looks is the same.

    Only a predictive rule looks ahead to the threshold, through the number of responders that suffices alone.
    """
    rules = (design.futility, design.efficacy.early)
    if all(rule is None or rule.by is not Basis.PREDICTIVE for rule in rules):
        yield design, LOWEST_THRESHOLD, 1.0
        return
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

    def __init__(self, trial: Trial, *, level: float, control: Control, search: Search) -> None:
        self.trial, self.level, self.control, self.search = trial, level, control, search
        self.states = final_states(trial)
        everyone = tuple(range(len(trial.design.baskets)))
        self.null_sets = list(null_sets(trial))
        self.global_null = error_curve(self.states, everyone, trial.design.null_rates)
        levels = np.concatenate([state.statistic.ravel() for state in self.states])
        self.levels = np.unique(levels[np.isfinite(levels)])

    def within(self, low: float, high: float) -> Calibration | None:
        """The lowest threshold of the range, or None when the range has none."""
        above = max(low, self.global_null.above(self.level))
        if above >= high or (self.control is Control.STRONG and not self._holds(high)):
            return None
        spare = 0.0
        for _ in range(MOST_ROUNDS):
            if above >= high:
                return None
            up_to = self._next_level(above, high)
            worst = tuple(self._worst(chosen, up_to) for chosen in self.null_sets)
            refused = [one for one in worst if one.error > self.level]
            unproved = [one for one in worst if one.at_most > self.level]
            if self.control is Control.GLOBAL_NULL or not unproved:
                return self._result(above, up_to, worst)
            if not refused:  # nothing worse was found, but the proof failed: leave it some room
                spare = max(1.5 * spare, self.level / 200)
            curves = [error_curve(self.states, one.null_baskets, one.rates) for one in refused or unproved]
            above = max([up_to if not refused else above, *(c.above(self.level - spare) for c in curves)])
        return None

    def _holds(self, threshold: float) -> bool:
        """Whether strong control is proved for a threshold, the strictest of a range."""
        return all(self._worst(chosen, threshold).at_most <= self.level for chosen in self.null_sets)

    def _next_level(self, above: float, high: float) -> float:
        at = int(np.searchsorted(self.levels, above, side="right"))
        return min(high, float(self.levels[at])) if at < len(self.levels) else high

    def _worst(self, chosen: tuple[int, ...], threshold: float) -> WorstError:
        surface = ErrorSurface(self.states, chosen, threshold=threshold)
        ceiling = self.level if self.control is Control.STRONG else None
        return worst_error(self.trial, surface, chosen, search=self.search, ceiling=ceiling)

    def _result(self, above: float, up_to: float, worst: tuple[WorstError, ...]) -> Calibration:
        threshold = shortest_decimal(above, up_to)
        return Calibration(
            self.control, self.level, threshold, above, up_to, self.global_null.error(threshold), worst
        )


def shortest_decimal(above: float, up_to: float) -> float:
    """The decimal of fewest digits above the first and up to the second; the lowest of them."""
    for digits in range(1, 17):
        candidate: float = math.floor(above * 10**digits + 1) / 10**digits
        if above < candidate <= up_to:
            return candidate
    return up_to
