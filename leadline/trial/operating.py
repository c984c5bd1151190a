"""Exact operating characteristics of a design under given true rates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Mean
from leadline.trial.endings import Reason, find_endings
from leadline.trial.posterior import Posterior, binomial
from leadline.trial.safety import Stopping, harm_boundary, stopping_on_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.endings import Ending
    from leadline.trial.safety import Boundary

INTERVAL_LEVEL = 0.95  # of the equal-tailed posterior intervals whose coverage is given


@dataclass(frozen=True, slots=True)
class Scenario:
    """True rates, one a basket. A basket is null when its rate is at most its null rate.

    harm_rate  true rate of the event of the harm rule; None for the design's expected rate
    """

    name: str
    rates: tuple[float, ...]
    harm_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided under one scenario; the fields are those of Operating."""

    success: tuple[float, ...]
    family_wise_error: float
    any_success: float


@dataclass(frozen=True, slots=True)
class Operating:
    """What a design does under one scenario. Tuples have one entry a basket, in the design's order.

    success             probability of being declared a success: type 1 error of a null basket, power of another
    family_wise_error   probability that some null basket is declared a success; 0 where none is null
    any_success         probability that some basket is
    correct             expected number of right decisions
    children            expected children
    stopped_futility    (steps, baskets), probability of closing early for futility; `stopped_efficacy` likewise
    harm                probability of stopping for harm in each step
    bias, mse           of the posterior mean in the end; not counted when the trial stopped for harm
    coverage            of the 95 % equal-tailed posterior interval, likewise
    """

    scenario: Scenario
    success: tuple[float, ...]
    family_wise_error: float
    any_success: float
    correct: float
    children: tuple[float, ...]
    stopped_futility: tuple[tuple[float, ...], ...]
    stopped_efficacy: tuple[tuple[float, ...], ...]
    harm: tuple[float, ...]
    bias: tuple[float, ...]
    mse: tuple[float, ...]
    coverage: tuple[float, ...]


class Trial:
    """A design with its endings found: every scenario and every threshold is a sum over them."""

    def __init__(self, design: Design, *, posterior: Posterior | None = None) -> None:
        """`posterior` may be that of a design with the same baskets and borrowing: its tables are then shared."""
        self.design = design
        self.posterior = posterior or Posterior(design)
        self._stopping: dict[tuple[tuple[int, ...], float], Stopping] = {}

    @cached_property
    def endings(self) -> list[Ending]:
        """Every way to end. Raises BeyondExactRange."""
        return find_endings(self.design, self.posterior)

    @cached_property
    def boundary(self) -> Boundary | None:
        """The harm rule's boundary, calibrated for the trial in which no basket closes early."""
        if self.design.harm is None:
            return None
        return harm_boundary(self.design.harm, checks=planned_children(self.design))

    def operating(self, scenario: Scenario) -> Operating:
        """Exact operating characteristics."""
        tally = _Tally(self, scenario)
        for ending in self.endings:
            tally.add(ending)
        return tally.operating()

    def decisions(self, scenario: Scenario) -> Decisions:
        """The decisions alone, without what is estimated: the quicker part."""
        tally = _Tally(self, scenario, estimates=False)
        for ending in self.endings:
            tally.add(ending)
        return tally.decisions()

    def chance(self, ending: Ending, scenario: Scenario) -> float:
        """What the harm rule leaves of an ending: its probability given the responses."""
        law = self.harm_law(ending, scenario)
        if law is None:
            return 1.0
        return law.at_check[-1] if ending.harmed else law.never

    def harm_law(self, ending: Ending, scenario: Scenario) -> Stopping | None:
        """When harm stops a trial that takes in children as this ending does; None without a harm rule.

        Response and harm are taken to be independent within a child.
        """
        harm, boundary = self.design.harm, self.boundary
        if harm is None or boundary is None:
            return None
        rate = harm.expected_rate if scenario.harm_rate is None else scenario.harm_rate
        key = (ending.children, rate)
        if key not in self._stopping:
            self._stopping[key] = stopping_on_path(boundary, harm, rate=rate, path=ending.children)
        return self._stopping[key]

    def above(self, ending: Ending, rates: tuple[float, ...]) -> Floats:
        """(outcomes, baskets), posterior probability of a rate above the given one, basket by basket."""
        columns = [
            self.posterior.expect(ending.outcomes, Above(self._rates_alike(j, rate)))[:, j]
            for j, rate in enumerate(rates)
        ]
        return np.column_stack(columns)

    def _rates_alike(self, basket: int, rate: float) -> tuple[float, ...]:
        """Rates that give this basket its own and are the same for like baskets, so that tables are shared."""
        for ready in (self.design.null_rates, self.design.target_rates):
            if ready[basket] == rate:
                return ready
        alike = self.design.alike
        return tuple(
            rate if alike[j] == alike[basket] else null for j, null in enumerate(self.design.null_rates)
        )


def planned_children(design: Design) -> tuple[int, ...]:
    """Children of all baskets together at each step, if nothing is stopped."""
    looks = [0] * len(design.baskets)
    planned = []
    for moved in design.steps():
        for j in moved:
            looks[j] += 1
        planned.append(sum(b.looks[k - 1] for b, k in zip(design.baskets, looks, strict=True) if k))
    return tuple(planned)


class _Tally:
    """Running sums over the endings of one scenario."""

    def __init__(self, trial: Trial, scenario: Scenario, *, estimates: bool = True) -> None:
        self.trial, self.scenario, self.with_estimates = trial, scenario, estimates
        self.rates = np.array(scenario.rates)
        self.null = self.rates <= np.array(trial.design.null_rates)
        baskets, steps = len(self.rates), len(trial.design.steps())
        self.success, self.children, self.bias, self.mse, self.coverage = np.zeros((5, baskets))
        self.futility, self.efficacy = np.zeros((2, steps, baskets))
        self.harm = np.zeros(steps)
        self.error = self.any_success = 0.0

    def add(self, ending: Ending) -> None:
        """Count one ending, in every arrangement of the baskets that its rows stand for."""
        chance = self.trial.chance(ending, self.scenario)
        if chance == 0.0:
            return
        for placed, ways in _arrangements(ending, self.scenario.rates):
            law = chance * ways * ending.share * _likelihood(ending, self.rates[placed])
            self._decisions(ending, placed, law)
            self._course(ending, placed, float(law.sum()))
            if self.with_estimates and not ending.harmed:
                self._estimates(ending, placed, law)

    def _decisions(self, ending: Ending, placed: list[int], law: Floats) -> None:
        self.success[placed] += law @ ending.success
        self.error += float(law @ (ending.success & self.null[placed]).any(axis=1))
        self.any_success += float(law @ ending.success.any(axis=1))

    def _course(self, ending: Ending, placed: list[int], total: float) -> None:
        self.children[placed] += total * children_seen(self.trial, self.scenario, ending)
        if ending.harmed:
            self.harm[max(closed.step for closed in ending.closed)] += total
        for j, closed in zip(placed, ending.closed, strict=True):
            self.futility[closed.step, j] += total * (closed.reason is Reason.FUTILITY)
            self.efficacy[closed.step, j] += total * (closed.reason is Reason.EFFICACY)

    def _estimates(self, ending: Ending, placed: list[int], law: Floats) -> None:
        error, covered = estimates(self.trial, ending, tuple(float(rate) for rate in self.rates[placed]))
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
            bias=self._shared(self.bias),
            mse=self._shared(self.mse),
            coverage=self._shared(self.coverage),
        )

    def _shared(self, values: Floats) -> tuple[float, ...]:
        if not any(ending.outcomes.multisets for ending in self.trial.endings):
            return tuple(float(value) for value in values)
        return tuple(float(values[self.rates == rate].mean()) for rate in self.rates)


def children_seen(trial: Trial, scenario: Scenario, ending: Ending) -> Floats:
    """Children of each basket; a harm rule looked at after every child may stop within a step.

    The children of that step are then taken to have come in turn from all the open baskets.
    """
    seen = np.array(ending.outcomes.sizes, dtype=float)
    law = trial.harm_law(ending, scenario)
    if not ending.harmed or law is None:
        return seen
    earlier = ending.children[-2] if len(ending.children) > 1 else 0
    part = (law.children[-1] - earlier) / (ending.children[-1] - earlier)
    steps = trial.design.steps()
    for j, closed in enumerate(ending.closed):
        if closed.reason is Reason.HARM and j in steps[closed.step]:
            looks = [0, *trial.design.baskets[j].looks]
            before = looks[looks.index(closed.size) - 1]
            seen[j] = before + part * (closed.size - before)
    return seen


def estimates(trial: Trial, ending: Ending, truth: tuple[float, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Error of the posterior mean, and whether the interval covers the true rate: arrays (outcomes, baskets)."""
    error = trial.posterior.expect(ending.outcomes, Mean()) - np.array(truth)
    tail = (1 - INTERVAL_LEVEL) / 2
    above = trial.above(ending, truth)
    return error, (above >= tail) & (above <= 1 - tail)


def _arrangements(ending: Ending, rates: tuple[float, ...]) -> Iterator[tuple[list[int], Floats | float]]:
    """Which basket stands in each column, and how many ways there are (an array over outcomes).

    Sorted rows stand for all arrangements; those that exchange equal rates or equal counts are one and the same.
    """
    if not ending.outcomes.multisets:
        yield list(range(len(rates))), 1.0
        return
    equal_rates = prod(factorial(rates.count(rate)) for rate in set(rates))
    ways = equal_rates / _orders_of_equal_counts(ending)
    seen = set()
    for placed in permutations(range(len(rates))):
        arranged = tuple(rates[j] for j in placed)
        if arranged not in seen:
            seen.add(arranged)
            yield list(placed), ways


def _orders_of_equal_counts(ending: Ending) -> Floats:
    """(outcomes,): the product of the factorials of the multiplicities in each sorted row."""
    counts = ending.outcomes.responders
    run, orders = np.ones(len(counts)), np.ones(len(counts))
    for column in range(1, counts.shape[1]):
        run = np.where(counts[:, column] == counts[:, column - 1], run + 1, 1.0)
        orders *= run
    return orders


def _likelihood(ending: Ending, rates: Floats) -> Floats:
    """(outcomes,): the product of the baskets' binomial probabilities."""
    likelihood = np.ones(len(ending.outcomes.responders))
    for column, (size, rate) in enumerate(zip(ending.outcomes.sizes, rates, strict=True)):
        likelihood *= binomial(size, float(rate))[ending.outcomes.responders[:, column]]
    return likelihood
