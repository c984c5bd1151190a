"""Operating characteristics when children come at random and looks are held at calendar months.

What a look decides depends on the counts alone, and how many children come does not depend on who responds. So courses
of accrual are drawn, and what the design does is computed exactly for each (Rao-Blackwell): only the accrual varies
from one course to another, and courses with the same numbers at every look share one computation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.accrual.arrivals import COURSES, Arrivals, Courses, draw_arrivals
from leadline.trial.accrual.ends import Apart, Ends, Together
from leadline.trial.endings import Reason
from leadline.trial.exact_range import outcome_count
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Accrual, Design
    from leadline.trial.endings import Closed
    from leadline.trial.operating import Trial

FEWEST_COURSES = 20  # below which a standard error says little
MOST_OUTCOMES = 20_000_000  # that are walked through for all courses together: under a minute
MIDDLE = (0.05, 0.95)  # quantiles of the courses between which the numbers at a look are given


@dataclass(frozen=True, slots=True)
class OnAccrual:
    """What a design does under one scenario, over random accrual; tuples have one entry a basket.

    The fields are those of `Operating`; closing early is summed over the steps, and so are `stopped_harm` and `harm`.
    """

    scenario: Scenario
    success: tuple[float, ...]
    family_wise_error: float
    any_success: float
    children: tuple[float, ...]
    stopped_futility: tuple[float, ...]
    stopped_efficacy: tuple[float, ...]
    stopped_harm: tuple[float, ...]
    harm: float


@dataclass(frozen=True, slots=True)
class LookFound:
    """The children whom one look at one basket finds, if the basket is open: over the courses of accrual.

    known     mean of those whose response is known; `known_low` and `known_high` hold 90 % of the courses
    treated   mean of those treated by then
    complete  share of the courses in which the look finds the planned number
    """

    basket: str
    look: int
    month: float
    planned: int
    known: float
    known_low: int
    known_high: int
    treated: float
    complete: float


@dataclass(frozen=True, slots=True)
class RandomAccrual:
    """What a design does over random accrual.

    distinct         courses of accrual that differ in the number of children at some look
    scenarios        means over all courses; `standard_errors` the Monte Carlo standard errors of their fields
    worst            likewise, at the true rates where a set of baskets without effect errs most as planned
    """

    courses: int
    distinct: int
    seed: int
    looks: tuple[LookFound, ...]
    scenarios: tuple[OnAccrual, ...]
    standard_errors: tuple[OnAccrual, ...]
    worst: tuple[OnAccrual, ...] = ()
    worst_standard_errors: tuple[OnAccrual, ...] = ()


def random_accrual(
    trial: Trial,
    scenarios: Sequence[Scenario],
    *,
    worst: Sequence[Scenario] = (),
    courses: Courses = COURSES,
    accrual: Accrual | None = None,
) -> RandomAccrual:
    """Means over courses of accrual that are drawn, what the design does being exact in each.

    worst    further scenarios, which are kept apart
    accrual  in place of what the design says
    raises   DesignInvalid for a design that says nothing of accrual, or has controls, and for fewer than 20 courses;
             BeyondExactRange
    """
    stated = _checked(trial.design, accrual or trial.design.accrual, courses)
    drawn = draw_arrivals(trial.design, stated, courses=courses)
    distinct, asked, first = Counter(drawn), (*scenarios, *worst), len(scenarios)
    values = np.array(_on_each(trial, asked, list(distinct)))
    weights = np.array(list(distinct.values()))[:, None, None] / courses.number
    means = (weights * values).sum(axis=0)
    variances = (weights * (values - means) ** 2).sum(axis=0) / (courses.number - 1)
    averages = tuple(map(_fields, asked, means))
    errors = tuple(map(_fields, asked, np.sqrt(variances)))
    return RandomAccrual(
        courses=courses.number,
        distinct=len(distinct),
        seed=courses.seed,
        looks=_looks_found(trial.design, stated, drawn),
        scenarios=averages[:first],
        standard_errors=errors[:first],
        worst=averages[first:],
        worst_standard_errors=errors[first:],
    )


def _checked(design: Design, accrual: Accrual | None, courses: Courses) -> Accrual:
    """The accrual, if it can be asked what it changes."""
    if accrual is None or design.randomised:
        found = "no accrual" if accrual is None else "baskets with controls"
        raise DesignInvalid(f"{design.title}: found {found}; takes accrual, and baskets without controls")
    if courses.number < FEWEST_COURSES:
        raise DesignInvalid(f"courses of accrual: found {courses.number}; takes {FEWEST_COURSES} or more")
    outcomes = outcome_count(design)
    if outcomes * courses.number > MOST_OUTCOMES:
        raise BeyondExactRange(
            f"{design.title}: {outcomes:,} outcomes for each of {courses.number:,} courses of accrual; up to "
            f"{MOST_OUTCOMES:,} are computed in all",
            hint="Draw fewer courses.",
        )
    return accrual


def on_arrivals(trial: Trial, scenarios: Sequence[Scenario], arrivals: Arrivals) -> tuple[OnAccrual, ...]:
    """Exact, if children come so; one a scenario. Raises BeyondExactRange."""
    return tuple(map(_fields, scenarios, *_on_each(trial, scenarios, [arrivals])))


def _looks_found(design: Design, accrual: Accrual, drawn: Sequence[Arrivals]) -> tuple[LookFound, ...]:
    known = np.array([arrivals.seen.open for arrivals in drawn])
    treated = np.array([arrivals.treated for arrivals in drawn])
    looks, found = [0] * len(design.baskets), []
    for step, moved in enumerate(design.steps()):
        for j in moved:
            looks[j] += 1
            basket, counts = design.baskets[j], known[:, step, j]
            low, high = np.quantile(counts, MIDDLE, method="inverted_cdf").tolist()
            planned = basket.looks[looks[j] - 1]
            complete = float((counts >= planned).mean())
            month, mean, mean_treated = accrual.look_months[step], counts.mean(), treated[:, step, j].mean()
            found.append(
                LookFound(
                    basket.label,
                    looks[j],
                    month,
                    planned,
                    float(mean),
                    low,
                    high,
                    float(mean_treated),
                    complete,
                )
            )
    return tuple(found)


def _on_each(trial: Trial, scenarios: Sequence[Scenario], each: Sequence[Arrivals]) -> list[list[Floats]]:
    """For each course of accrual and scenario the fields of `OnAccrual`, one after the other."""
    ends = Ends(trial, scenarios)
    return [
        [
            _operating(trial, scenario, arrivals, ends_there)
            for scenario, ends_there in zip(scenarios, ends.on(arrivals.seen), strict=True)
        ]
        for arrivals in each
    ]


def _operating(
    trial: Trial, scenario: Scenario, arrivals: Arrivals, ends: Sequence[Together | Apart]
) -> Floats:
    null = scenario.null(trial.design)
    every, total = np.ones_like(null), np.zeros(5 * len(null) + 3)
    for end in ends:
        go, reasons = _go(trial, scenario, arrivals, end.closed), [one.reason for one in end.closed]
        total += np.concatenate(
            [
                end.success * go.left,
                end.chance * go.left * [reason is Reason.FUTILITY for reason in reasons],
                end.chance * go.left * [reason is Reason.EFFICACY for reason in reasons],
                end.chance * go.harmed,
                end.chance * go.children,
                [end.some(null, go.left), end.some(every, go.left), end.chance * go.harm],
            ]
        )
    return total


class _Go(NamedTuple):
    """How a trial goes that ends in one way, as far as harm lets it.

    left       (baskets,), probability that the basket closes so before harm stops the trial
    harmed     (baskets,), probability that harm closes the basket
    children   (baskets,), expected, times the probability that it goes so
    harm       probability that harm stops the trial, or one of its baskets
    """

    left: Floats
    harmed: Floats
    children: Floats
    harm: float


def _go(trial: Trial, scenario: Scenario, arrivals: Arrivals, closed: Sequence[Closed]) -> _Go:
    if trial.basket_harm is None:
        return _go_together(trial, scenario, arrivals, closed)
    rates, steps = trial.harm_rates(scenario), trial.design.steps()
    paths = tuple(
        tuple(treated[j] for treated, moved in zip(arrivals.treated, steps, strict=True) if j in moved)
        for j in range(len(closed))
    )
    chance = trial.basket_harm.chance(closed, rates, paths)
    harmed = np.array([one.reason is Reason.HARM for one in closed])
    children = trial.basket_harm.children(closed, rates, paths)
    return _Go(np.full(len(closed), chance), chance * harmed, chance * children, chance * harmed.any())


def _go_together(trial: Trial, scenario: Scenario, arrivals: Arrivals, closed: Sequence[Closed]) -> _Go:
    """Under a harm rule that counts the children of all baskets together, or none."""
    treated = np.array(
        [
            [arrivals.treated[min(step, end.step)][j] for j, end in enumerate(closed)]
            for step in range(len(arrivals.treated))
        ]
    )
    moves = enumerate(trial.design.steps())
    held = [step for step, moved in moves if any(closed[j].step >= step for j in moved)]
    unharmed, children, ends = np.ones(len(treated)), treated[-1].astype(float), [one.step for one in closed]
    law = trial.harm_on(tuple(treated[held].sum(axis=1).tolist()), scenario)
    if law is None:
        return _Go(unharmed[ends], 1 - unharmed[ends], children, 0.0)
    children, before = law.never * children, np.zeros(len(closed))
    for step, chance, total in zip(held, law.at_check, law.children, strict=True):
        unharmed[step:] -= chance
        now = treated[step]
        if chance:  # the children of a step come in turn from all the baskets that take some
            part = (total - before.sum()) / (now.sum() - before.sum())
            children += chance * (before + part * (now - before))
        before = now
    return _Go(unharmed[ends], 1 - unharmed[ends], children, 1 - unharmed[-1])


def _fields(scenario: Scenario, values: Floats) -> OnAccrual:
    baskets = len(scenario.rates)
    *per_basket, rest = np.split(values, np.arange(1, 6) * baskets)
    success, futility, efficacy, harmed, children = (tuple(part.tolist()) for part in per_basket)
    error, any_success, harm = rest.tolist()
    return OnAccrual(scenario, success, error, any_success, children, futility, efficacy, harmed, harm)
