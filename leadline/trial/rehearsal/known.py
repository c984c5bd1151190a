"""The same trial decided from what is true of the children, by the rules whose operating characteristics are exact.

Beside a trial decided from charts it shows what the charts changed: with nothing missing the two never differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing.outcomes import one_outcome
from leadline.trial.design import HarmCheck
from leadline.trial.endings import verdicts_at
from leadline.trial.rehearsal.course import Decided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.design import Design
    from leadline.trial.operating import Trial
    from leadline.trial.rehearsal.course import Child, Look, Taken
    from leadline.trial.safety import Boundary


def decide_by_truth(trial: Trial, look: Look) -> Decided:
    """What the design decides at a look when every response and every event is known."""
    design = trial.design
    treated, controls = _seen(design, look, control=False), _seen(design, look, control=True)
    short = short_of_look(design, look, treated[1] + controls[1])
    harm = _harmed(trial, look, treated[1], held=not short)
    if harm.issuperset(look.baskets):
        return Decided(harm)
    if short:
        return Decided(harm, short=short)
    here = one_outcome(*treated, *controls)
    verdicts = {
        at: int(verdicts_at(design, trial.posterior, here, basket=at, look=look.looks[at])[0])
        for at in look.baskets
        if at not in harm
    }
    return Decided(harm, verdicts)


def _seen(design: Design, look: Look, *, control: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Responders and counted children of one arm at the looks reached, one a basket; nothing of the controls of a
    design that has none."""
    if control and not design.randomised:
        return (), ()
    sizes = tuple(
        basket.looks[number - 1] if number else 0
        for basket, number in zip(design.baskets, look.looks, strict=True)
    )
    planned = design.controls(sizes) if control else sizes
    counted = [_counted(look.of(at, control=control))[:size] for at, size in enumerate(planned)]
    return tuple(map(sum, counted)), tuple(map(len, counted))


def _counted(children: Sequence[Child]) -> list[bool]:
    """Whether each child responds, of those who are not left out of the count."""
    return [child.counted for child in children if child.counted is not None]


def short_of_look(design: Design, look: Look, known: Sequence[int]) -> dict[int, int]:
    """How many children with a known response each row (`course`) looked at lacks for this look; only those that lack
    any.

    known   one a row
    """
    planned = {}
    for at in look.baskets:
        basket = design.baskets[at]
        planned[at] = basket.looks[look.looks[at] - 1]
        if basket.control:
            planned[len(design.baskets) + at] = basket.controls(planned[at])
    return {row: number - known[row] for row, number in planned.items() if known[row] < number}


def _happened(one: Taken, day: int) -> bool:
    """Whether the event of the harm rule began before a day."""
    return one.child.harm_day is not None and one.infused + one.child.harm_day < day


def _harmed(trial: Trial, look: Look, sizes: Sequence[int], *, held: bool) -> frozenset[int]:
    """The baskets whose boundary is reached.

    After any child in the order of infusion; or at a look that is held, by as many children as it counts of each
    basket, the first who were infused.
    """
    design = trial.design
    each_child = design.harm is not None and design.harm.check is HarmCheck.CHILD
    if not each_child and not held:
        return frozenset()
    infused = [one for one in look.taken if not one.child.control]
    looked_at = infused if each_child else _first(infused, sizes)
    return frozenset(
        at
        for group, boundary in zip(design.harm_groups, trial.harm_boundaries, strict=True)
        if _reached(
            boundary,
            [_happened(one, look.day) for one in looked_at if one.child.basket in group],
            each_child=each_child,
        )
        for at in group
    )


def _first(infused: Sequence[Taken], sizes: Sequence[int]) -> list[Taken]:
    """The first so many of each basket."""
    return [
        one for at, size in enumerate(sizes) for one in [t for t in infused if t.child.basket == at][:size]
    ]


def _reached(boundary: Boundary, had: list[bool], *, each_child: bool) -> bool:
    """The boundary ends at the planned number of children; who is enrolled for others left out may be beyond it."""
    events = np.cumsum(had)
    checks = [n for n in range(1, len(boundary.events) + 1) if n == len(had) or (each_child and n < len(had))]
    return any(events[n - 1] >= boundary.events[n - 1] for n in checks)
