"""Exact operating characteristics of a design under given true rates."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.apart import Fate, courses
from leadline.trial.basket_harm import BasketHarm
from leadline.trial.borrowing import Above
from leadline.trial.borrowing.independent import Independent
from leadline.trial.endings import Reason, find_endings, sizes_by_step
from leadline.trial.posterior import Posterior
from leadline.trial.safety import Stopping, harm_boundary, stopping_on_path
from leadline.trial.tally import Tally, fate_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.endings import Closed, Ending, Walked
    from leadline.trial.safety import Boundary
    from leadline.trial.scenarios import Decisions, Operating, Scenario


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

    def _tally(self, scenario: Scenario, *, estimates: bool) -> Tally:
        tally = Tally(self, scenario, estimates=estimates)
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
            alone = [replace(scenario, harm_rate=rate) for rate in self.harm_rates(scenario)]
        return [
            [
                fate_of(
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
            rules = self.basket_harm
            return rules.chance(ending.closed, self.harm_rates(scenario), rules.planned)
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
        rate, *others = set(self.harm_rates(scenario))
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
            return self.basket_harm.children(ends, self.harm_rates(scenario), self.basket_harm.planned)
        return _children(self.design, ends, path, self.harm_on(path, scenario))

    def harm_rates(self, scenario: Scenario) -> tuple[float, ...]:
        """True rates of the event of the harm rule, one a basket."""
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


def planned_children(design: Design) -> tuple[int, ...]:
    """Treated children of all baskets together at each step, if nothing is stopped."""
    return tuple(map(sum, sizes_by_step(design)))


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
    one = replace(design, baskets=(design.baskets[basket],), efficacy=efficacy, order=())
    return without_pooled_harm(one)


def without_pooled_harm(design: Design) -> Design:
    """The same design but for a harm rule that counts the children of all baskets."""
    return design if design.harm_by_basket else replace(design, harm=None)


def _steps_of(design: Design, basket: int) -> list[int]:
    """The steps of the whole trial at which a basket is looked at."""
    return [step for step, moved in enumerate(design.steps()) if basket in moved]
