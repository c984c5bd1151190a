"""The harm rule of a design applied to the children of a trial, in the order in which it takes them.

The rule is about the cells: it counts those who were given them, whatever their arm. Controls are no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.monitoring.harm import (
    HarmStanding,
    basket_boundary,
    checked_each_child,
    first_stop,
    harm_standing,
)
from leadline.trial.monitoring.responses import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.monitoring.children import Child, Exposed
    from leadline.trial.monitoring.looks import Course
    from leadline.trial.operating import Trial
    from leadline.trial.safety import Boundary


class HarmRule:
    """The pooled boundary, and the children in the order in which it takes them.

    infused    who were given the cells, in the order of infusion; `by_basket` the treated children of each basket
    """

    def __init__(
        self, trial: Trial, infused: Sequence[Exposed], by_basket: Sequence[Sequence[Child]]
    ) -> None:
        self.trial, self.design, self.infused, self.by_basket = trial, trial.design, infused, by_basket
        self.boundary: Boundary | None = trial.boundary
        self._place = {child.patient_id: place for place, child in enumerate(infused, start=1)}

    def stopped_by(self, sizes: tuple[int, ...], *, unknown_as: bool) -> bool:
        """Whether the rule has stopped the trial when the baskets have so many counted children.

        Looked at after every child, all those infused up to the last of them count; looked at with the others, those
        that make the look.
        """
        harm, boundary = self.design.harm, self.boundary
        if harm is None or boundary is None:
            return False
        looked_at = [
            child for j, size in enumerate(sizes) for child in first_counted(self.by_basket[j], size)
        ]
        if checked_each_child(harm):
            last = max((self._place[child.patient_id] for child in looked_at), default=0)
            return self._first_stop(last, unknown_as=unknown_as) is not None
        return self._reached(looked_at, unknown_as=unknown_as)

    def _first_stop(self, last: int, *, unknown_as: bool) -> int | None:
        assert self.boundary is not None
        had = [child.harm.had for child in self.infused[:last]]
        return first_stop(had, self.boundary, unknown_as=unknown_as)

    def _reached(self, children: Sequence[Child], *, unknown_as: bool) -> bool:
        boundary = self.boundary
        if boundary is None or not 0 < len(children) <= len(boundary.events):
            return False
        had = [unknown_as if child.harm.had is None else child.harm.had for child in children]
        return sum(had) >= boundary.events[len(children) - 1]

    def standing(self, course: Course) -> HarmStanding | None:
        """Pooled over the baskets, now."""
        if self.design.harm is None or self.boundary is None:
            return None
        stopped = (self.stopped_now(course, unknown_as=False), self.stopped_now(course, unknown_as=True))
        return harm_standing(
            self.design, [child.harm for child in self.infused], self.boundary, stopped=stopped
        )

    def stopped_now(self, course: Course, *, unknown_as: bool) -> bool:
        """Whether the rule has stopped the trial by now."""
        harm = self.design.harm
        if harm is None:
            return False
        if checked_each_child(harm):
            return self._first_stop(len(self.infused), unknown_as=unknown_as) is not None
        return any(self.stopped_by(step.children, unknown_as=unknown_as) for step in course.steps)

    def basket(self, at: int) -> HarmStanding | None:
        """One basket by itself, against the same rule for its children alone: a warning, no rule of the design."""
        harm = self.design.harm
        if harm is None:
            return None
        boundary = basket_boundary(harm, self.design.baskets[at].looks)
        had = [child.harm for child in self.infused if child.basket == at]
        stopped = tuple(
            first_stop([one.had for one in had], boundary, unknown_as=unknown) is not None
            for unknown in (False, True)
        )
        return harm_standing(self.design, had, boundary, stopped=(stopped[0], stopped[1]))


def first_counted(children: Sequence[Child], size: int) -> list[Child]:
    """The first so many children whose response is counted or still pending."""
    counted = [
        child
        for child in children
        if child.response.counted is not None or child.response.status is Status.PENDING
    ]
    return counted[:size]
