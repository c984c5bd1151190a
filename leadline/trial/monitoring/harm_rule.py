"""The harm rules of a design applied to the children of a trial, in the order in which it takes them.

A design has one rule for the children of all baskets together, or one for each basket's own. A rule is about the cells:
it counts those who were given them, whatever their arm. Controls are no part of it.

A look counts the events, and looked at after every child also the infusions, up to the day by which it has been held,
when the last of its windows is over: what comes later takes no decision of it back, and counts from then on. Looked at
with the looks, a rule takes as many children as the look, the first who were infused: one whose response is left out of
the count was given the cells like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
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
    from collections.abc import Callable, Sequence

    from leadline.trial.design import Design
    from leadline.trial.monitoring.children import Child, Children, Exposed
    from leadline.trial.monitoring.looks import Course
    from leadline.trial.operating import Trial
    from leadline.trial.safety import Boundary


@dataclass(frozen=True, slots=True, eq=False)
class HarmRule:
    """One harm rule.

    baskets    whose children it counts together, and which it closes
    infused    children of these baskets who were given the cells, in the order of infusion
    held       the day (an ordinal) by which a look at so many children of each basket has been held; None where they
               are not all there, or have no dates
    """

    design: Design
    boundary: Boundary
    baskets: tuple[int, ...]
    infused: Sequence[Exposed]
    held: Callable[[tuple[int, ...]], int | None]

    def stopped_by(self, sizes: tuple[int, ...], *, unknown_as: bool) -> bool:
        """Whether the rule is reached at the look at which the baskets have so many counted children, or by now if they
        are not all there.

        Looked at after every child, all who were infused by then count; looked at with the looks, the first so many.
        """
        day = self.held(sizes)
        if self._each_child:
            by_then = [
                one for one in self.infused if day is None or one.infused is None or one.infused <= day
            ]
            return first_stop(_had(by_then, day), self.boundary, unknown_as=unknown_as) is not None
        first = [one for j in self.baskets for one in self._infused_of(j)[: sizes[j]]]
        return self._reached(_had(first, day), unknown_as=unknown_as)

    def _infused_of(self, basket: int) -> list[Exposed]:
        return [one for one in self.infused if one.basket == basket]

    @property
    def _each_child(self) -> bool:
        return self.design.harm is not None and checked_each_child(self.design.harm)

    def _reached(self, had: Sequence[bool | None], *, unknown_as: bool) -> bool:
        if not 0 < len(had) <= len(self.boundary.events):
            return False
        return sum(unknown_as if one is None else one for one in had) >= self.boundary.events[len(had) - 1]

    def standing(self, course: Course) -> HarmStanding:
        """Where its children stand now."""
        stopped = (self.stopped_now(course, unknown_as=False), self.stopped_now(course, unknown_as=True))
        children = [child.harm for child in self.infused]
        return harm_standing(self.design, children, self.boundary, stopped=stopped)

    def stopped_now(self, course: Course, *, unknown_as: bool) -> bool:
        """Whether the rule has been reached by now."""
        if self._each_child:
            return first_stop(_had(self.infused, None), self.boundary, unknown_as=unknown_as) is not None
        return any(self.stopped_by(step.children, unknown_as=unknown_as) for step in course.steps)


def _had(children: Sequence[Exposed], day: int | None) -> list[bool | None]:
    """Whether each had an event that counts, by a day or by now."""
    return [one.harm.had if day is None else one.had_by(day) for one in children]


def harm_rules(
    trial: Trial,
    found: Children,
    treated: Sequence[Sequence[Child]],
    controls: Sequence[Sequence[Child]],
) -> tuple[HarmRule, ...]:
    """The rules of the design; none without one.

    treated, controls   one list a basket, in the order of day 0
    """
    held = partial(_held, trial.design, found, treated, controls)
    return tuple(
        HarmRule(
            trial.design,
            boundary,
            group,
            [child for child in found.exposed if child.basket in group],
            held,
        )
        for group, boundary in zip(trial.design.harm_groups, trial.harm_boundaries, strict=True)
    )


def _held(
    design: Design,
    found: Children,
    treated: Sequence[Sequence[Child]],
    controls: Sequence[Sequence[Child]],
    sizes: tuple[int, ...],
) -> int | None:
    """`HarmRule.held`."""
    days: list[int] = []
    for arm, wanted in ((treated, sizes), (controls, design.controls(sizes))):
        for children, size in zip(arm, wanted, strict=True):
            settled = [found.settled_by[child.patient_id] for child in first_counted(children, size)]
            known = [day for day in settled if day is not None]
            if len(known) < size:
                return None
            days += known
    return max(days, default=None)


def basket_warning(design: Design, infused: Sequence[Exposed], at: int) -> HarmStanding | None:
    """One basket against the rule of all baskets, made for its children alone: a warning, no rule of the design."""
    if design.harm is None:
        return None
    boundary = basket_boundary(design.harm, design.baskets[at].looks)
    had = [child.harm for child in infused if child.basket == at]
    stopped = tuple(
        first_stop([one.had for one in had], boundary, unknown_as=unknown) is not None
        for unknown in (False, True)
    )
    return harm_standing(design, had, boundary, stopped=(stopped[0], stopped[1]), binding=False)


def first_counted(children: Sequence[Child], size: int) -> list[Child]:
    """The first so many children whose response is counted or still pending."""
    counted = [
        child
        for child in children
        if child.response.counted is not None or child.response.status is Status.PENDING
    ]
    return counted[:size]
