"""Sums over the ways in which a trial can end: what becomes of each basket, weighed by how likely the ending is."""

from __future__ import annotations

from itertools import permutations
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.apart import Fate
from leadline.trial.borrowing import Mean
from leadline.trial.endings import Reason
from leadline.trial.posterior import INTERVAL_TAILS, basket_law
from leadline.trial.scenarios import Decisions, Operating

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from leadline.trial.apart import Course
    from leadline.trial.borrowing import Outcomes
    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.endings import Closed, Ending
    from leadline.trial.operating import Trial
    from leadline.trial.scenarios import Scenario


class Tally:
    """Running sums over the endings of one scenario."""

    def __init__(self, trial: Trial, scenario: Scenario, *, estimates: bool = True) -> None:
        self.trial, self.scenario, self.with_estimates = trial, scenario, estimates
        self.truths, self.adjusted = scenario.truths(trial.design), scenario.adjusted(trial.design)
        self.null = scenario.null(trial.design)
        baskets, steps = len(self.truths), len(trial.design.steps())
        self.success, self.children, self.bias, self.mse, self.coverage = np.zeros((5, baskets))
        self.futility, self.efficacy, self.stopped_harm = np.zeros((3, steps, baskets))
        self.harm = np.zeros(steps)
        self.error = self.any_success = 0.0

    def add(self, ending: Ending) -> None:
        """Count one ending, in every arrangement of the baskets that its rows stand for."""
        chance = self.trial.chance(ending, self.scenario)
        if chance == 0.0:
            return
        for placed, ways in _arrangements(ending, self.truths):
            law = chance * ways * ending.share * likelihood(ending.outcomes, [self.truths[j] for j in placed])
            self._decisions(ending, placed, law)
            seen = self.trial.children(ending.closed, ending.children, self.scenario)
            self._course(ending.closed, placed, float(law.sum()), seen)
            if self.with_estimates and (self.trial.basket_harm or not ending.harmed):
                self._estimates(ending, placed, law)

    def _decisions(self, ending: Ending, placed: list[int], law: Floats) -> None:
        self.success[placed] += law @ ending.success
        self.error += float(law @ (ending.success & self.null[placed]).any(axis=1))
        self.any_success += float(law @ ending.success.any(axis=1))

    def add_course(self, course: Course) -> None:
        """Count one course of a trial without borrowing."""
        total, baskets = course.chance, list(range(len(course.closed)))
        success = np.array([fate.success if fate else 0.0 for fate in course.fates])
        self.success += total * success
        self.error += total * float(1 - np.prod(1 - success[self.null]))
        self.any_success += total * float(1 - np.prod(1 - success))
        seen = self.trial.children(course.closed, course.children, self.scenario)
        self._course(course.closed, baskets, total, seen)
        if self.with_estimates and not course.harmed:
            self.bias += total * np.array([fate.bias for fate in course.fates if fate])
            self.mse += total * np.array([fate.mse for fate in course.fates if fate])
            self.coverage += total * np.array([fate.coverage for fate in course.fates if fate])

    def _course(self, ends: Sequence[Closed], placed: list[int], total: float, seen: Floats) -> None:
        self.children[placed] += total * seen
        harmed = [closed.step for closed in ends if closed.reason is Reason.HARM]
        if harmed:
            self.harm[min(harmed)] += total
        for j, closed in zip(placed, ends, strict=True):
            self.futility[closed.step, j] += total * (closed.reason is Reason.FUTILITY)
            self.efficacy[closed.step, j] += total * (closed.reason is Reason.EFFICACY)
            self.stopped_harm[closed.step, j] += total * (closed.reason is Reason.HARM)

    def _estimates(self, ending: Ending, placed: list[int], law: Floats) -> None:
        error, covered = estimates(self.trial, ending, tuple(self.adjusted[j] for j in placed))
        counted = [closed.reason is not Reason.HARM for closed in ending.closed]
        error, covered = np.where(counted, error, 0.0), covered & np.array(counted)
        self.bias[placed] += law @ error
        self.mse[placed] += law @ error**2
        self.coverage[placed] += law @ covered

    def decisions(self) -> Decisions:
        """The sums of what is decided."""
        return Decisions(self._shared(self.success), self.error, self.any_success)

    def operating(self) -> Operating:
        """All sums, averaged over baskets that the arrangements did not tell apart."""
        right = np.where(self.null, 1 - self.success, self.success)
        return Operating(
            self.scenario,
            success=self._shared(self.success),
            family_wise_error=self.error,
            any_success=self.any_success,
            correct=float(right.sum()),
            children=self._shared(self.children),
            stopped_futility=tuple(self._shared(row) for row in self.futility),
            stopped_efficacy=tuple(self._shared(row) for row in self.efficacy),
            harm=tuple(float(chance) for chance in self.harm),
            stopped_harm=tuple(self._shared(row) for row in self.stopped_harm),
            bias=self._shared(self.bias),
            mse=self._shared(self.mse),
            coverage=self._shared(self.coverage),
        )

    def _shared(self, values: Floats) -> tuple[float, ...]:
        if self.trial.parts or not any(ending.outcomes.multisets for ending in self.trial.endings):
            return tuple(float(value) for value in values)
        alike = [[truth == other for other in self.truths] for truth in self.truths]
        return tuple(float(values[same].mean()) for same in alike)


def fate_of(
    part: Trial,
    ending: Ending,
    steps: list[int],
    truth: tuple[tuple[float, float], float],
    *,
    harm: float,
    with_estimates: bool,
) -> Fate:
    """`harm` is what a rule of the basket's own leaves of the ending."""
    law = harm * ending.share * likelihood(ending.outcomes, [truth[0]])
    chance = float(law.sum())
    (closed,) = ending.closed
    closed = closed._replace(step=steps[closed.step])
    if chance == 0.0:
        return Fate(closed, 0.0, 0.0)
    success = float(law @ ending.success[:, 0]) / chance
    if not with_estimates or closed.reason is Reason.HARM:
        return Fate(closed, chance, success)
    error, covered = estimates(part, ending, (truth[1],))
    means = [float(law @ values[:, 0]) / chance for values in (error, error**2, covered)]
    return Fate(closed, chance, success, *means)


def estimates(trial: Trial, ending: Ending, truth: tuple[float, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Error of the posterior mean, and whether the interval covers the true rate: arrays (outcomes, baskets).

    truth   rates, adjusted for the controls
    """
    error = trial.posterior.expect(ending.outcomes, Mean()) - np.array(truth)
    low, high = INTERVAL_TAILS
    above = trial.above(ending, truth)
    return error, (above >= low) & (above <= high)


def _arrangements(
    ending: Ending, truths: tuple[tuple[float, float], ...]
) -> Iterator[tuple[list[int], Floats | float]]:
    """Which basket stands in each column, and how many ways there are (an array over outcomes).

    Sorted rows stand for all arrangements; those that exchange equal truths or equal entries are one and the same.
    """
    if not ending.outcomes.multisets:
        yield list(range(len(truths))), 1.0
        return
    equal_truths = prod(factorial(truths.count(truth)) for truth in set(truths))
    ways = equal_truths / _orders_of_equal_entries(ending)
    seen = set()
    for placed in permutations(range(len(truths))):
        arranged = tuple(truths[j] for j in placed)
        if arranged not in seen:
            seen.add(arranged)
            yield list(placed), ways


def _orders_of_equal_entries(ending: Ending) -> Floats:
    """(outcomes,): the product of the factorials of the multiplicities in each sorted row."""
    entries = ending.outcomes.entries
    run, orders = np.ones(len(entries)), np.ones(len(entries))
    for column in range(1, entries.shape[1]):
        run = np.where(entries[:, column] == entries[:, column - 1], run + 1, 1.0)
        orders *= run
    return orders


def likelihood(outcomes: Outcomes, truths: Sequence[tuple[float, float]]) -> Floats:
    """(outcomes,): the product of the baskets' probabilities under true rates and control rates."""
    probability = np.ones(len(outcomes.responders))
    controls = outcomes.control_sizes or (0,) * len(outcomes.sizes)
    entries = outcomes.entries
    for j, (size, control, truth) in enumerate(zip(outcomes.sizes, controls, truths, strict=True)):
        probability *= basket_law(size, truth[0], control, truth[1])[entries[:, j]]
    return probability
