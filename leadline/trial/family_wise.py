"""The family-wise error of a design, by its thresholds and by the true rates, whichever way is open to compute it.

Baskets that borrow are searched together: without controls over all rates (`error_rates`), with controls as
`control_rates` tells. Baskets that do not borrow are searched one by one: given their fates they are independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from leadline.trial.apart import courses
from leadline.trial.control_rates import worst_with_controls
from leadline.trial.error_rates import WorstError, worst_error
from leadline.trial.error_surface import ErrorSurface, FinalStates, final_states
from leadline.trial.posterior import basket_law
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.apart import Fate
    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.error_rates import Search
    from leadline.trial.operating import Trial


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
        return float(self.errors_at(np.array([threshold]))[0])

    def errors_at(self, thresholds: Floats) -> Floats:
        """The error with each of the thresholds."""
        at = np.searchsorted(self.levels, thresholds, side="left")
        return np.append(self.errors, self.always)[at]


Scale = Callable[[int, "Floats"], "Floats"]
"""A rising function of a basket's (its position) posterior probability; one threshold for all applies to it."""


def as_it_is(_: int, statistic: Floats) -> Floats:
    """The posterior probability itself."""
    return statistic


class Errors(Protocol):
    """The family-wise error of one design."""

    @property
    def levels(self) -> Floats:
        """Every threshold at which a decision changes, rising."""
        ...

    def worst(
        self,
        null_baskets: tuple[int, ...],
        thresholds: Sequence[float],
        *,
        search: Search,
        ceiling: float | None = None,
    ) -> WorstError:
        """The largest error for one set of null baskets. `ceiling`: only prove or refute that it stays within it."""
        ...

    def curve(self, null_baskets: tuple[int, ...], scenario: Scenario) -> ErrorCurve:
        """The error by the threshold, under given true rates."""
        ...


def errors_of(trial: Trial, *, scale: Scale = as_it_is) -> Errors:
    """What computes the errors of this trial. Raises BeyondExactRange."""
    return Apart(trial, scale) if trial.parts else Together(trial, scale)


class Together:
    """Baskets that borrow, or a single one: errors are sums over the final states of all."""

    def __init__(self, trial: Trial, scale: Scale) -> None:
        self.trial = trial
        self.states = [_scaled(state, scale) for state in final_states(trial)]

    @cached_property
    def levels(self) -> Floats:
        statistics = np.concatenate([state.statistic.ravel() for state in self.states])
        return np.unique(statistics[np.isfinite(statistics)])

    def worst(
        self,
        null_baskets: tuple[int, ...],
        thresholds: Sequence[float],
        *,
        search: Search,
        ceiling: float | None = None,
    ) -> WorstError:
        surface = ErrorSurface(self.states, null_baskets, threshold=thresholds)
        if self.trial.design.randomised:
            return worst_with_controls(
                self.trial.design, surface, null_baskets, search=search, ceiling=ceiling
            )
        return worst_error(self.trial, surface, null_baskets, search=search, ceiling=ceiling)

    def curve(self, null_baskets: tuple[int, ...], scenario: Scenario) -> ErrorCurve:
        return curve_of(self.states, null_baskets, scenario.truths(self.trial.design))


def curve_of(
    states: Sequence[FinalStates], null_baskets: tuple[int, ...], truths: Sequence[tuple[float, float]]
) -> ErrorCurve:
    """The whole curve, under given true rates and control rates."""
    statistic, law = [], []
    for state in states:
        entries, chance = np.unravel_index(state.rows, state.shape), state.weight.copy()
        for j, ((treated, controls), (rate, control)) in enumerate(zip(state.sizes, truths, strict=True)):
            chance *= basket_law(treated, rate, controls, control)[entries[j]]
        statistic.append(state.statistic[:, list(null_baskets)].max(axis=1))
        law.append(chance)
    return _curve(np.concatenate(statistic), np.concatenate(law))


def _scaled(state: FinalStates, scale: Scale) -> FinalStates:
    columns = [scale(j, column) for j, column in enumerate(state.statistic.T)]
    return replace(state, statistic=np.column_stack(columns))


def _curve(statistic: Floats, law: Floats) -> ErrorCurve:
    falling = np.argsort(-statistic, kind="stable")
    levels, cumulated = statistic[falling], np.cumsum(law[falling])
    last_of_run = np.append(levels[1:] != levels[:-1], True) & np.isfinite(levels)
    always = float(law[np.isposinf(statistic)].sum())
    return ErrorCurve(levels[last_of_run][::-1], cumulated[last_of_run][::-1], always)


def _scale_of(scale: Scale, basket: int) -> Scale:
    """The scale of one basket, for a trial of it alone."""
    return lambda _, statistic: scale(basket, statistic)


class Apart:
    """Baskets that do not borrow: each one's error is found alone, and the harm rule can only lessen it.

    So one minus the product of what is left of each is a limit for all of them together, and without a harm rule it
    is the error itself.
    """

    def __init__(self, trial: Trial, scale: Scale) -> None:
        self.trial = trial
        self.errors = [Together(part, _scale_of(scale, j)) for j, part in enumerate(trial.parts)]

    @cached_property
    def levels(self) -> Floats:
        return np.unique(np.concatenate([errors.levels for errors in self.errors]))

    def worst(
        self,
        null_baskets: tuple[int, ...],
        thresholds: Sequence[float],
        *,
        search: Search,
        ceiling: float | None = None,
    ) -> WorstError:
        design = self.trial.design
        narrow = replace(search, gap=(search.gap if ceiling is None else ceiling / 500) / len(null_baskets))
        ones = {j: self.errors[j].worst((0,), (thresholds[j],), search=narrow) for j in null_baskets}
        rates, control_rates = list(design.target_rates), list(design.null_rates)
        for j, one in ones.items():
            (rates[j],), (control_rates[j],) = one.rates, one.control_rates
        there = Scenario("worst", tuple(rates), control_rates=tuple(control_rates))
        error = float(self._error(null_baskets, there, [np.array([limit]) for limit in thresholds])[0])
        at_most = 1 - float(np.prod([1 - one.at_most for one in ones.values()]))
        return WorstError(null_baskets, there.rates, tuple(control_rates), error, max(error, at_most))

    def curve(self, null_baskets: tuple[int, ...], scenario: Scenario) -> ErrorCurve:
        levels = np.unique(np.concatenate([self.errors[j].levels for j in null_baskets]))
        thresholds = [np.append(levels, np.inf)] * len(self.errors)
        errors = self._error(null_baskets, scenario, thresholds)
        return ErrorCurve(levels, errors[:-1], float(errors[-1]))

    def _error(
        self, null_baskets: tuple[int, ...], scenario: Scenario, thresholds: Sequence[Floats]
    ) -> Floats:
        """The error under given true rates, by thresholds of each basket: as many errors as each has thresholds."""
        trial, fates = self.trial, self.trial.fates(scenario)
        for j in null_baskets:
            fates[j] = self._by_threshold(j, fates[j], scenario, thresholds[j])
        error = np.zeros(len(thresholds[0]))
        for course in courses(trial.design, fates, law_on=lambda path: trial.harm_on(path, scenario)):
            none = np.ones(len(error))
            for j in null_baskets:
                fate = course.fates[j]
                none = none * (1 - fate.success if fate else 1.0)
            error += course.chance * (1 - none)
        return np.clip(error, 0.0, 1.0)

    def _by_threshold(
        self, basket: int, fates: Sequence[Fate], scenario: Scenario, thresholds: Floats
    ) -> list[Fate]:
        """The fates of a basket, with the chance of success by each threshold."""
        truth = scenario.truths(self.trial.design)[basket]
        curves = [curve_of([state], (0,), [truth]) for state in self.errors[basket].states]
        return [
            replace(fate, success=curve.errors_at(thresholds) / (fate.chance or 1.0))
            for fate, curve in zip(fates, curves, strict=True)
        ]
