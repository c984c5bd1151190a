"""Exact operating characteristics of a design under given true rates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.apart import Fate, courses
from leadline.trial.basket_harm import BasketHarm
from leadline.trial.borrowing import Above, Mean, borrows_effect
from leadline.trial.borrowing.independent import Independent
from leadline.trial.endings import Reason, find_endings
from leadline.trial.posterior import INTERVAL_TAILS, Posterior, basket_law
from leadline.trial.safety import Stopping, harm_boundary, stopping_on_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from leadline.trial.apart import Course
    from leadline.trial.borrowing import Outcomes
    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.endings import Closed, Ending, Walked
    from leadline.trial.safety import Boundary


TOO_LITTLE = 1e-12  # by which a rate may seem to exceed its limit through rounding


@dataclass(frozen=True, slots=True)
class Scenario:
    """True rates of the treated children, one a basket.

    A basket is null when its rate is at most its null rate; a randomised one, when its rate exceeds the control rate
    by no more than the margin.

    harm_rate      true rate of the event of the harm rule, or where each basket has its own rule one a basket; None for
                   the design's expected rate
    control_rates  true rates of the controls, one a basket; None for the null rates. Of a basket without controls it
                   is not asked.
    """

    name: str
    rates: tuple[float, ...]
    harm_rate: float | tuple[float, ...] | None = None
    control_rates: tuple[float, ...] | None = None

    def truths(self, design: Design) -> tuple[tuple[float, float], ...]:
        """True rate and control rate of each basket; without controls the latter is the null rate."""
        controls = self.control_rates or design.null_rates
        return tuple(
            (rate, control if basket.control else basket.null_rate)
            for rate, control, basket in zip(self.rates, controls, design.baskets, strict=True)
        )

    def adjusted(self, design: Design) -> tuple[float, ...]:
        """The rates as if the controls were at the null rates: what a posterior is about.

        With the same difference of the rates; where the model borrows the effect, with the same odds ratio.
        """
        by_odds = borrows_effect(design.borrowing)
        return tuple(
            rate if basket.control is None else _adjusted(rate, control, basket.null_rate, by_odds=by_odds)
            for (rate, control), basket in zip(self.truths(design), design.baskets, strict=True)
        )

    def null(self, design: Design) -> NDArray[np.bool_]:
        """Whether each basket is null."""
        return np.array(self.adjusted(design)) <= np.array(design.null_limits) + TOO_LITTLE


def _adjusted(rate: float, control: float, null_rate: float, *, by_odds: bool) -> float:
    if control == null_rate:
        return rate  # to the last digit, so that tables made for it are found again
    if not by_odds or min(rate, control) <= 0 or max(rate, control) >= 1:  # no odds: only the sign is asked
        return null_rate + (rate - control)
    odds = rate / (1 - rate) * (1 - control) / control * null_rate / (1 - null_rate)
    return odds / (1 + odds)


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
    children            expected children, treated and controls
    stopped_futility    (steps, baskets), probability of closing early for futility; `stopped_efficacy` likewise
    harm                probability of stopping for harm in each step; where each basket has a harm rule of its own, of
                        the first basket's being stopped then
    stopped_harm        (steps, baskets), probability that the basket is closed for harm, or with the whole trial
    bias, mse           of the posterior mean in the end, not counted when the trial, or the basket by its own rule,
                        stopped for harm. Of a randomised basket of its adjusted rate (`Scenario.adjusted`): an error of
                        the difference to the controls, or, where odds ratios are borrowed, of the rate that one gives
                        at the planned null rate
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
    stopped_harm: tuple[tuple[float, ...], ...]
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
    def walked(self) -> Walked:
        """Every way to end, of all baskets together. Raises BeyondExactRange."""
        return find_endings(self.design, self.posterior)

    @property
    def endings(self) -> list[Ending]:
        """Every way to end. Raises BeyondExactRange."""
        return self.walked.endings

    @cached_property
    def parts(self) -> tuple[Trial, ...]:
        """Without borrowing, a trial of each basket alone, which has no harm rule but its own; empty with borrowing."""
        if len(self.design.baskets) == 1 or not isinstance(self.design.borrowing, Independent):
            return ()
        return tuple(Trial(alone(self.design, j)) for j in range(len(self.design.baskets)))

    @cached_property
    def boundary(self) -> Boundary | None:
        """The boundary of all baskets together, calibrated for the trial in which no basket closes early; None without
        a harm rule and where each basket has its own."""
        if self.design.harm is None or self.design.harm_by_basket:
            return None
        return harm_boundary(self.design.harm, checks=planned_children(self.design))

    @property
    def harm_boundaries(self) -> tuple[Boundary, ...]:
        """That of all baskets together, or one a basket; none without a harm rule."""
        if self.basket_harm is not None:
            return self.basket_harm.boundaries
        return () if self.boundary is None else (self.boundary,)

    @cached_property
    def basket_harm(self) -> BasketHarm | None:
        """The harm rule of each basket, None where they have none of their own."""
        if self.design.harm is None or not self.design.harm_by_basket:
            return None
        return BasketHarm(self.design, self.design.harm)

    def operating(self, scenario: Scenario) -> Operating:
        """Exact operating characteristics. Raises BeyondExactRange."""
        return self._tally(scenario, estimates=True).operating()

    def decisions(self, scenario: Scenario) -> Decisions:
        """The decisions alone, without what is estimated: the quicker part."""
        return self._tally(scenario, estimates=False).decisions()

    def _tally(self, scenario: Scenario, *, estimates: bool) -> _Tally:
        tally = _Tally(self, scenario, estimates=estimates)
        if self.parts:
            fates = self.fates(scenario, estimates=estimates)
            for course in courses(self.design, fates, law_on=lambda path: self.harm_on(path, scenario)):
                tally.add_course(course)
        else:
            for ending in self.endings:
                tally.add(ending)
        return tally

    def fates(self, scenario: Scenario, *, estimates: bool = False) -> list[list[Fate]]:
        """How each basket can end alone, for a trial without borrowing."""
        truths, adjusted = scenario.truths(self.design), scenario.adjusted(self.design)
        alone = [scenario] * len(truths)
        if self.basket_harm is not None:
            alone = [replace(scenario, harm_rate=rate) for rate in self._harm_rates(scenario)]
        return [
            [
                _fate(
                    part,
                    ending,
                    _steps_of(self.design, j),
                    (truths[j], adjusted[j]),
                    harm=part.chance(ending, alone[j]),
                    with_estimates=estimates,
                )
                for ending in part.endings
            ]
            for j, part in enumerate(self.parts)
        ]

    @property
    def nearest_decision(self) -> float:
        """Distance of the closest probability to what it is held against, at any look, over all outcomes."""
        return min(part.nearest_decision for part in self.parts) if self.parts else self.walked.nearest

    def posterior_levels(self) -> Floats:
        """Every posterior probability that a threshold may be held against, rising; the walk is made for it."""
        assert self.endings
        return self.posterior.values(Above(self.design.null_limits))

    def chance(self, ending: Ending, scenario: Scenario) -> float:
        """What the harm rule leaves of an ending: its probability given the responses."""
        if self.basket_harm is not None:
            return self.basket_harm.chance(ending.closed, self._harm_rates(scenario))
        law = self.harm_law(ending, scenario)
        if law is None:
            return 1.0
        return law.at_check[-1] if ending.harmed else law.never

    def harm_law(self, ending: Ending, scenario: Scenario) -> Stopping | None:
        """When harm stops a trial that takes in children as this ending does; None without a rule for the whole trial.

        Response and harm are taken to be independent within a child.
        """
        return self.harm_on(ending.children, scenario)

    def harm_on(self, path: tuple[int, ...], scenario: Scenario) -> Stopping | None:
        """When harm stops a trial with so many treated children at its steps; None without a rule for all of it."""
        harm, boundary = self.design.harm, self.boundary
        if harm is None or boundary is None:
            return None
        rate, *others = set(self._harm_rates(scenario))
        if others:
            raise DesignInvalid(
                f"harm_rate: found {len(others) + 1} rates; takes one for a harm rule that counts all baskets together",
                hint="Give one rate, or each basket a rule of its own (`scope: basket`).",
            )
        key = (path, rate)
        if key not in self._stopping:
            self._stopping[key] = stopping_on_path(boundary, harm, rate=rate, path=path)
        return self._stopping[key]

    def children(self, ends: Sequence[Closed], path: tuple[int, ...], scenario: Scenario) -> Floats:
        """(baskets,): children treated and controls, where a trial with so many treated children at its steps ends so.

        A harm rule looked at after every child may stop within a step. Where it counts all baskets together, the
        children of that step are taken to have come in turn from all the open ones.
        """
        if self.basket_harm is not None:
            return self.basket_harm.children(ends, self._harm_rates(scenario))
        return _children(self.design, ends, path, self.harm_on(path, scenario))

    def _harm_rates(self, scenario: Scenario) -> tuple[float, ...]:
        """One a basket."""
        assert self.design.harm is not None
        rate = self.design.harm.expected_rate if scenario.harm_rate is None else scenario.harm_rate
        return rate if isinstance(rate, tuple) else (rate,) * len(self.design.baskets)

    def above(self, ending: Ending, rates: tuple[float, ...]) -> Floats:
        """(outcomes, baskets), posterior probability of a rate above the given one, basket by basket."""
        columns = [
            self.posterior.expect(ending.outcomes, Above(self._rates_alike(j, rate)))[:, j]
            for j, rate in enumerate(rates)
        ]
        return np.column_stack(columns)

    def _rates_alike(self, basket: int, rate: float) -> tuple[float, ...]:
        """Rates that give this basket its own and are the same for like baskets, so that tables are shared."""
        for ready in (self.design.null_limits, self.design.target_rates):
            if ready[basket] == rate:
                return ready
        alike = self.design.alike
        return tuple(
            rate if alike[j] == alike[basket] else null for j, null in enumerate(self.design.null_rates)
        )


def global_null(design: Design) -> Scenario:
    """No basket responds better than under its null rate; controls respond at theirs."""
    return Scenario("No basket responds", design.null_limits)


def planned_children(design: Design) -> tuple[int, ...]:
    """Treated children of all baskets together at each step, if nothing is stopped."""
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


def _children(design: Design, ends: Sequence[Closed], path: tuple[int, ...], law: Stopping | None) -> Floats:
    sizes = [closed.size for closed in ends]
    seen = np.array(
        [size + basket.controls(size) for size, basket in zip(sizes, design.baskets, strict=True)], float
    )
    if law is None or all(closed.reason is not Reason.HARM for closed in ends):
        return seen
    earlier = path[-2] if len(path) > 1 else 0
    part = (law.children[-1] - earlier) / (path[-1] - earlier)
    steps = design.steps()
    for j, (closed, basket) in enumerate(zip(ends, design.baskets, strict=True)):
        if closed.reason is Reason.HARM and j in steps[closed.step]:
            looks = [0, *basket.looks]
            before = looks[looks.index(closed.size) - 1]
            children_before = before + basket.controls(before)
            seen[j] = children_before + part * (seen[j] - children_before)
    return seen


def alone(design: Design, basket: int) -> Design:
    """The design of one basket by itself, without a harm rule that counts the children of all."""
    efficacy = replace(design.efficacy, posterior=design.thresholds[basket])
    harm = design.harm if design.harm_by_basket else None
    return replace(design, baskets=(design.baskets[basket],), efficacy=efficacy, harm=harm, order=())


def _steps_of(design: Design, basket: int) -> list[int]:
    """The steps of the whole trial at which a basket is looked at."""
    return [step for step, moved in enumerate(design.steps()) if basket in moved]


def _fate(
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
