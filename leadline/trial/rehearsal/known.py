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
    from leadline.trial.rehearsal.course import Look, Taken


def decide_by_truth(trial: Trial, look: Look) -> Decided:
    """What the design decides at a look when every response and every event is known."""
    design = trial.design
    harm = _harmed(trial, look)
    if harm or look.harm_alone:
        return Decided(harm)
    treated, controls = _seen(design, look, control=False), _seen(design, look, control=True)
    if short := short_of_look(design, look, treated[1] + controls[1]):
        return Decided(harm=False, short=short)
    here = one_outcome(*treated, *controls)
    verdicts = {
        at: int(verdicts_at(design, trial.posterior, here, basket=at, look=look.looks[at])[0])
        for at in look.baskets
    }
    return Decided(harm=False, verdicts=verdicts)


def _seen(design: Design, look: Look, *, control: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Responders and counted children of one arm, one a basket; nothing of the controls of a design that has none."""
    if control and not design.randomised:
        return (), ()
    arms = [look.of(at, control=control) for at in range(len(design.baskets))]
    counted = [[child.counted for child in arm if child.counted is not None] for arm in arms]
    return tuple(map(sum, counted)), tuple(map(len, counted))


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


def _harmed(trial: Trial, look: Look) -> bool:
    """Whether the boundary is reached: after any child in the order of infusion, or by those who make the look.

    The boundary ends at the planned number of children; who is enrolled for others who are left out may be beyond it.
    """
    harm, boundary = trial.design.harm, trial.boundary
    if harm is None or boundary is None:
        return False
    each_child = harm.check is HarmCheck.CHILD
    treated = [one for one in look.taken if not one.child.control]
    counted = [one for one in treated if each_child or one.child.counted is not None]
    had = [_happened(one, look.day) for one in counted]
    events = np.cumsum(had)
    checks = [n for n in range(1, len(boundary.events) + 1) if n == len(had) or (each_child and n < len(had))]
    return any(events[n - 1] >= boundary.events[n - 1] for n in checks)
