"""Baskets that do not borrow end each on its own; only a harm rule that counts all their children joins them.

So the ways in which a basket can end (its fates) are found alone, however many baskets there are, and a trial is a
combination of fates, cut short where the harm rule stops it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from leadline.trial.endings import Closed, Reason, sizes_by_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Design
    from leadline.trial.safety import Stopping

    Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """One way in which a basket can end alone, by step and reason; a harm rule of its own is one.

    chance    probability of it
    success   probability of being declared a success, given it, or by several thresholds an array of them
    bias      mean error of the posterior mean, given it; mse and coverage likewise
    """

    closed: Closed
    chance: float
    success: float | Floats
    bias: float = 0.0
    mse: float = 0.0
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """One combination of fates, up to its end or to where harm stops it.

    fates      one a basket; None where harm ended the trial before the basket had ended
    closed     one a basket
    children   treated children of all baskets together at each step
    """

    fates: tuple[Fate | None, ...]
    closed: tuple[Closed, ...]
    children: Path
    chance: float

    @property
    def harmed(self) -> bool:
        """Whether a harm rule that counts all children ended the trial."""
        return None in self.fates


def courses(
    design: Design, fates: Sequence[Sequence[Fate]], *, law_on: Callable[[Path], Stopping | None]
) -> Iterator[Course]:
    """Every course of the trial; their chances add up to one.

    law_on   when harm stops a trial with so many children at its steps; None without a rule for the whole trial
    """
    for combined in product(*fates):
        chance = math.prod(fate.chance for fate in combined)
        closed = tuple(fate.closed for fate in combined)
        steps, path = _path(design, closed)
        law = law_on(path)
        yield Course(combined, closed, path, chance * (law.never if law else 1.0))
        for at, step in enumerate(steps if law else ()):
            cut = _cut_short(design, combined, step)
            if law and law.at_check[at]:
                yield Course(cut[0], cut[1], path[: at + 1], chance * law.at_check[at])


def _path(design: Design, closed: Sequence[Closed]) -> tuple[list[int], Path]:
    """The steps at which some open basket is looked at, and the treated children of all by then."""
    steps, path = [], []
    for step, (moved, sizes) in enumerate(zip(design.steps(), sizes_by_step(design), strict=True)):
        if any(closed[j].step >= step for j in moved):
            steps.append(step)
            path.append(sum(min(size, end.size) for size, end in zip(sizes, closed, strict=True)))
    return steps, tuple(path)


def _cut_short(
    design: Design, combined: Sequence[Fate], step: int
) -> tuple[tuple[Fate | None, ...], tuple[Closed, ...]]:
    """Harm comes before efficacy: a basket open at this step is not declared a success."""
    sizes = sizes_by_step(design)[step]
    fates = tuple(fate if fate.closed.step < step else None for fate in combined)
    closed = tuple(
        fate.closed if fate else Closed(step, sizes[j], Reason.HARM, success=False)
        for j, fate in enumerate(fates)
    )
    return fates, closed
