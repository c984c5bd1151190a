"""Courses of accrual: how many children are in, and of how many the response is known, when each look is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.trial.design import LateResponses
from leadline.trial.endings import Seen, sizes_by_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Accrual, Design


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


def planned_arrivals(
    design: Design, *, late: Sequence[int], late_responses: LateResponses = LateResponses.COUNTED
) -> Arrivals:
    """The planned numbers at every look, where children go on coming while responses are awaited.

    late  at a look before its last, so many more children of each basket have been treated, if it takes so many:
          they are not counted at the look, and once their basket has closed they are, or are left out
    """
    known = sizes_by_step(design)
    treated = tuple(
        tuple(
            min(n + more, size) if n else 0 for n, more, size in zip(sizes, late, design.sizes, strict=True)
        )
        for sizes in known
    )
    after = treated if late_responses is LateResponses.COUNTED else known
    steps = range(len(known))
    closed = tuple(tuple(after[end] if step > end else known[step] for step in steps) for end in steps)
    return Arrivals(treated, Seen(known, closed))


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
