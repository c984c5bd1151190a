"""What drawn trials add up to: the contribution of each to every field, and their means with standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.endings import Reason
from leadline.trial.scenarios import Operating
from leadline.trial.tally import estimates

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Design
    from leadline.trial.endings import Ending
    from leadline.trial.operating import Trial
    from leadline.trial.scenarios import Scenario


class PerTrial:
    """Each field of `Operating` for each drawn trial: what it is expected to contribute, over the harm rule's law."""

    def __init__(self, trial: Trial, scenario: Scenario, count: int, *, with_estimates: bool) -> None:
        self.trial, self.scenario, self.with_estimates = trial, scenario, with_estimates
        self.null, self.adjusted = scenario.null(trial.design), scenario.adjusted(trial.design)
        baskets, steps = len(self.null), len(trial.design.steps())
        self.success, self.children, self.bias, self.mse, self.coverage = np.zeros((5, count, baskets))
        self.futility, self.efficacy, self.stopped_harm = np.zeros((3, count, steps, baskets))
        self.harm = np.zeros((count, steps))
        self.error, self.any_success = np.zeros((2, count))

    def add(self, rows: Counts, ending: Ending) -> None:
        """Count one ending of these trials."""
        # Where each basket has a harm rule of its own, what harm does is drawn already.
        chance = 1.0 if self.trial.basket_harm else self.trial.chance(ending, self.scenario)
        if chance == 0.0:
            return
        self.success[rows] += chance * ending.success
        self.error[rows] += chance * (ending.success & self.null).any(axis=1)
        self.any_success[rows] += chance * ending.success.any(axis=1)
        self.children[rows] += chance * self.trial.children(ending.closed, ending.children, self.scenario)
        for j, closed in enumerate(ending.closed):
            self.futility[rows, closed.step, j] += chance * (closed.reason is Reason.FUTILITY)
            self.efficacy[rows, closed.step, j] += chance * (closed.reason is Reason.EFFICACY)
            self.stopped_harm[rows, closed.step, j] += chance * (closed.reason is Reason.HARM)
        if harmed := [closed.step for closed in ending.closed if closed.reason is Reason.HARM]:
            self.harm[rows, min(harmed)] += chance
        if self.with_estimates and (self.trial.basket_harm or not harmed):
            self._estimates(rows, ending, chance)

    def _estimates(self, rows: Counts, ending: Ending, chance: float) -> None:
        error, covered = estimates(self.trial, ending, self.adjusted)
        counted = chance * np.array([closed.reason is not Reason.HARM for closed in ending.closed])
        self.bias[rows] += counted * error
        self.mse[rows] += counted * error**2
        self.coverage[rows] += counted * covered

    def columns(self) -> Floats:
        """(trials, columns), in the order that `Moments` reads."""
        count = len(self.error)
        right = np.where(self.null, 1 - self.success, self.success).sum(axis=1)
        single = np.column_stack([self.error, self.any_success, right])
        per_basket = (self.success, self.children, self.bias, self.mse, self.coverage)
        per_step = [one.reshape(count, -1) for one in (self.futility, self.efficacy, self.stopped_harm)]
        return np.concatenate([single, *per_basket, *per_step, self.harm], axis=1)


class Moments:
    """Means over the drawn trials and their standard errors."""

    def __init__(self, design: Design) -> None:
        self.baskets, self.steps = len(design.baskets), len(design.steps())
        columns = 3 + sum(self._widths)
        self.count, self.means, self._squares = 0, np.zeros(columns), np.zeros(columns)

    def add(self, values: Floats) -> None:
        """Join a batch; squares are counted from the means, so that nothing cancels."""
        count, means = len(values), values.mean(axis=0)
        squares = ((values - means) ** 2).sum(axis=0)
        total, apart = self.count + count, means - self.means
        self._squares += squares + apart**2 * self.count * count / total
        self.means = self.means + apart * count / total
        self.count = total

    @property
    def errors(self) -> Floats:
        """Monte Carlo standard errors."""
        return np.asarray(np.sqrt(self._squares / (self.count - 1) / self.count))

    def operating(self, scenario: Scenario, values: Floats) -> Operating:
        """Columns back as fields."""
        error, any_success, correct = values[:3].tolist()
        rest = iter(np.split(values[3:], np.cumsum(self._widths)[:-1]))
        success, children, bias, mse, coverage = (_numbers(next(rest)) for _ in range(5))
        futility, efficacy, stopped_harm = (
            tuple(_numbers(row) for row in next(rest).reshape(self.steps, self.baskets)) for _ in range(3)
        )
        return Operating(
            scenario,
            success=success,
            family_wise_error=error,
            any_success=any_success,
            correct=correct,
            children=children,
            stopped_futility=futility,
            stopped_efficacy=efficacy,
            harm=_numbers(next(rest)),
            stopped_harm=stopped_harm,
            bias=bias,
            mse=mse,
            coverage=coverage,
        )

    @property
    def _widths(self) -> list[int]:
        per_step = self.steps * self.baskets
        return [*[self.baskets] * 5, *[per_step] * 3, self.steps]


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
