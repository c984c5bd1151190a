"""Operating characteristics when children come at random and looks are held at calendar months.

What a look decides depends on the counts alone, and how many children come does not depend on who responds. So courses
of accrual are drawn, and what the design does is computed exactly for each (Rao-Blackwell): only the accrual varies
from one course to another, and courses with the same numbers at every look share one computation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.design import LateResponses
from leadline.trial.endings import Reason, Seen, find_endings
from leadline.trial.operating import likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Accrual, Design
    from leadline.trial.endings import Closed
    from leadline.trial.operating import Scenario, Trial

FEWEST_COURSES = 20  # below which a standard error says little
MIDDLE = (0.05, 0.95)  # quantiles of the courses between which the numbers at a look are given


@dataclass(frozen=True, slots=True)
class Courses:
    """How many courses of accrual are drawn, and from which seed: the same two give the same figures."""

    number: int = 200
    seed: int = 1


COURSES = Courses()


class Arrivals(NamedTuple):
    """One course of accrual.

    treated   (steps, baskets), children treated by each step in a basket that is open
    seen      how many of their responses are known
    """

    treated: tuple[tuple[int, ...], ...]
    seen: Seen


@dataclass(frozen=True, slots=True)
class OnAccrual:
    """What a design does under one scenario, over random accrual; tuples have one entry a basket.

    The fields are those of `Operating`; closing early is summed over the steps, and so is `harm`.
    """

    scenario: Scenario
    success: tuple[float, ...]
    family_wise_error: float
    any_success: float
    children: tuple[float, ...]
    stopped_futility: tuple[float, ...]
    stopped_efficacy: tuple[float, ...]
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
    """

    courses: int
    distinct: int
    seed: int
    looks: tuple[LookFound, ...]
    scenarios: tuple[OnAccrual, ...]
    standard_errors: tuple[OnAccrual, ...]


def random_accrual(
    trial: Trial,
    scenarios: Sequence[Scenario],
    *,
    courses: Courses = COURSES,
    accrual: Accrual | None = None,
) -> RandomAccrual:
    """Means over courses of accrual that are drawn, what the design does being exact in each.

    accrual  in place of what the design says
    raises   DesignInvalid for a design that says nothing of accrual or has controls, and for fewer than 20 courses;
             BeyondExactRange
    """
    stated = accrual or trial.design.accrual
    if stated is None or trial.design.randomised:
        found = "no accrual" if stated is None else "baskets with controls"
        raise DesignInvalid(
            f"{trial.design.title}: found {found}; takes accrual, and baskets without controls"
        )
    if courses.number < FEWEST_COURSES:
        raise DesignInvalid(f"courses of accrual: found {courses.number}; takes {FEWEST_COURSES} or more")
    drawn = draw_arrivals(trial.design, stated, courses=courses)
    distinct = Counter(drawn)
    values = np.array(_on_each(trial, scenarios, list(distinct)))
    weights = np.array(list(distinct.values()))[:, None, None] / courses.number
    means = (weights * values).sum(axis=0)
    errors = np.sqrt((weights * (values - means) ** 2).sum(axis=0) / (courses.number - 1))
    return RandomAccrual(
        courses.number,
        len(distinct),
        courses.seed,
        _looks_found(trial.design, stated, drawn),
        tuple(map(_fields, scenarios, means)),
        tuple(map(_fields, scenarios, errors)),
    )


def on_arrivals(trial: Trial, scenarios: Sequence[Scenario], arrivals: Arrivals) -> tuple[OnAccrual, ...]:
    """Exact, if children come so; one a scenario. Raises BeyondExactRange."""
    return tuple(map(_fields, scenarios, *_on_each(trial, scenarios, [arrivals])))


def draw_arrivals(design: Design, accrual: Accrual, *, courses: Courses = COURSES) -> list[Arrivals]:
    """Courses of accrual: in each basket children come one after the other, after exponential times."""
    rng = np.random.default_rng(courses.seed)
    clocks = [
        _Clock(rng, design, accrual, basket=j, courses=courses.number) for j in range(len(design.baskets))
    ]
    steps = range(len(design.steps()))
    treated = np.array([[clock.treated(step) for clock in clocks] for step in steps])
    known = np.array([[clock.known(step) for clock in clocks] for step in steps])
    later = np.array([[[clock.later(end, step) for clock in clocks] for step in steps] for end in steps])
    return [
        Arrivals(
            _plain(treated[..., n]),
            Seen(_plain(known[..., n]), tuple(map(_plain, later[..., n])), accrual.fewest_known),
        )
        for n in range(courses.number)
    ]


def _plain(counts: Counts) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, counts.tolist()))


class _Clock:
    """When the children of one basket are treated, in every course, and what is known of them at each step."""

    def __init__(
        self, rng: np.random.Generator, design: Design, accrual: Accrual, *, basket: int, courses: int
    ) -> None:
        self.accrual = accrual
        self.looked_at = [step for step, moved in enumerate(design.steps()) if basket in moved]
        held = [accrual.look_months[step] for step in self.looked_at]
        self.closes = held[-1] - accrual.response_months
        plan = design.baskets[basket]
        gaps = rng.exponential(1 / accrual.children_per_month[basket], (plan.size, courses))
        waits = dict(zip(plan.looks[:-1], held, strict=False)) if accrual.waits else {}
        self.months = np.array(list(_one_after_the_other(gaps, waits)))

    def by(self, month: float) -> Counts:
        """(courses,): children treated by a month."""
        return np.asarray((self.months <= min(month, self.closes)).sum(axis=0))

    def treated(self, step: int) -> Counts:
        return self.by(self.accrual.look_months[step])

    def known(self, step: int) -> Counts:
        """As the basket's own latest look found it."""
        own = [at for at in self.looked_at if at <= step]
        return self.by(self.accrual.look_months[own[-1]] - self.accrual.response_months if own else -1.0)

    def later(self, closed: int, step: int) -> Counts:
        """Known at a step, if the basket has closed at one before."""
        if step <= closed or self.accrual.late_responses is LateResponses.LEFT_OUT:
            return self.known(min(step, closed))
        months = self.accrual.look_months
        return self.by(min(months[closed], months[step] - self.accrual.response_months))


def _one_after_the_other(gaps: Floats, waits: dict[int, float]) -> list[Floats]:
    """The month of each child; `waits` says until when a basket waits that has so many."""
    months, now = [], np.zeros(gaps.shape[1])
    for number, gap in enumerate(gaps):
        now = np.maximum(now, waits.get(number, 0.0)) + gap
        months.append(now)
    return months


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
    by_seen: dict[Seen, list[list[_Ends]]] = {}
    values = []
    for arrivals in each:
        if arrivals.seen not in by_seen:
            by_seen[arrivals.seen] = _ends_by_scenario(trial, scenarios, arrivals.seen)
        values.append(
            [
                _operating(trial, scenario, arrivals, ends)
                for scenario, ends in zip(scenarios, by_seen[arrivals.seen], strict=True)
            ]
        )
    return values


class _Ends(NamedTuple):
    """One way to end, in the baskets that are successes: (ways, baskets), and the chance of each under one scenario."""

    closed: tuple[Closed, ...]
    success: NDArray[np.bool_]
    chances: Floats


def _ends_by_scenario(trial: Trial, scenarios: Sequence[Scenario], seen: Seen) -> list[list[_Ends]]:
    """Without the harm rule, which joins in later, as it depends on the numbers of children alone."""
    design, bits = replace(trial.design, harm=None), np.arange(len(trial.design.baskets))
    found: list[list[_Ends]] = [[] for _ in scenarios]
    for ending in find_endings(design, trial.posterior, seen=seen):
        codes = ending.success @ (1 << bits)
        ways = np.unique(codes)
        success, way = (ways[:, None] >> bits & 1).astype(bool), np.searchsorted(ways, codes)
        for scenario, ends in zip(scenarios, found, strict=True):
            law = ending.share * likelihood(ending.outcomes, scenario.truths(design))
            ends.append(_Ends(ending.closed, success, np.bincount(way, law).astype(np.float64)))
    return found


def _operating(trial: Trial, scenario: Scenario, arrivals: Arrivals, ends: Sequence[_Ends]) -> Floats:
    null = scenario.null(trial.design)
    total = np.zeros(4 * len(null) + 3)
    for closed, success, chances in ends:
        go = _go(trial, scenario, arrivals, closed)
        left = go.unharmed[[end.step for end in closed]]  # before harm could stop it, at the basket's closing
        chance, reasons = chances.sum(), [end.reason for end in closed]
        total += np.concatenate(
            [
                (chances @ success) * left,
                chance * left * [reason is Reason.FUTILITY for reason in reasons],
                chance * left * [reason is Reason.EFFICACY for reason in reasons],
                chance * go.children,
                # The first success counts, and the earlier a basket closes, the more is left.
                [chances @ ((success & null) * left).max(axis=1), chances @ (success * left).max(axis=1)],
                [chance * (1 - go.unharmed[-1])],
            ]
        )
    return total


class _Go(NamedTuple):
    """How a trial goes that ends in one way, as far as harm lets it.

    unharmed   (steps,), probability that harm has not stopped it by each step
    children   (baskets,), expected
    """

    unharmed: Floats
    children: Floats


def _go(trial: Trial, scenario: Scenario, arrivals: Arrivals, closed: Sequence[Closed]) -> _Go:
    treated = np.array(
        [
            [arrivals.treated[min(step, end.step)][j] for j, end in enumerate(closed)]
            for step in range(len(arrivals.treated))
        ]
    )
    held = [
        step
        for step, moved in enumerate(trial.design.steps())
        if treated[step].any() and any(closed[j].step >= step for j in moved)
    ]
    unharmed, children = np.ones(len(treated)), treated[-1].astype(float)
    law = trial.harm_on(tuple(treated[held].sum(axis=1).tolist()), scenario) if held else None
    if law is None:
        return _Go(unharmed, children)
    children, before = law.never * children, np.zeros(len(closed))
    for step, chance, total in zip(held, law.at_check, law.children, strict=True):
        unharmed[step:] -= chance
        now = treated[step]
        if chance:  # the children of a step come in turn from all the baskets that take some
            part = (total - before.sum()) / (now.sum() - before.sum())
            children += chance * (before + part * (now - before))
        before = now
    return _Go(unharmed, children)


def _fields(scenario: Scenario, values: Floats) -> OnAccrual:
    baskets = len(scenario.rates)
    *per_basket, rest = np.split(values, np.arange(1, 5) * baskets)
    success, futility, efficacy, children = (tuple(part.tolist()) for part in per_basket)
    error, any_success, harm = rest.tolist()
    return OnAccrual(scenario, success, error, any_success, children, futility, efficacy, harm)
