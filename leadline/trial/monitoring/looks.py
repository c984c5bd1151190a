"""The planned looks, made again from what the charts show: the design's steps with each basket's children in order.

A look after so many children is made of the first so many in the order of infusion, once the response of each of them
is known. Those who came after them are overrun: they change no decision of that look, and count at the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.boundaries import Action, actions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadline.trial.operating import Trial

Known = tuple[bool | None, ...]
"""Responses of one basket's children in the order of infusion; None while one is pending."""

CLOSING = (Action.STOP, Action.EARLY_SUCCESS, Action.SUCCESS, Action.NO_SUCCESS)
SUCCESSES = (Action.EARLY_SUCCESS, Action.SUCCESS)


@dataclass(frozen=True, slots=True)
class Decision:
    """One basket at one planned look, numbered from 1. `above` is the probability of a rate above the null rate;
    `action` is empty where harm stopped the trial first."""

    basket: int
    look: int
    children: int
    responders: int
    above: float
    action: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan that was reached: the counts that it was made of, one a basket, and what was decided."""

    number: int
    children: tuple[int, ...]
    responders: tuple[int, ...]
    decisions: tuple[Decision, ...]
    harm: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The trial so far.

    steps     those reached
    closed    one a basket: the decision that closed it, or None for one that no decision of its own closed
    look      one a basket: the number of its next look; one more than it has where it has none left
    waiting   baskets of the next step whose children are not all known yet
    harmed    whether harm closed the trial at a step, and with it every basket that was open
    """

    steps: tuple[Step, ...]
    closed: tuple[Decision | None, ...]
    look: tuple[int, ...]
    waiting: tuple[int, ...]
    harmed: bool


def walk(trial: Trial, known: Sequence[Known], *, harmed: Callable[[tuple[int, ...]], bool]) -> Course:
    """The steps of the design as far as the children's responses reach.

    known   one a basket
    harmed  whether harm has stopped the trial when the baskets have so many children
    """
    design = trial.design
    closed: list[Decision | None] = [None] * len(design.baskets)
    passed = [0] * len(design.baskets)
    steps: list[Step] = []
    for number, moved in enumerate(design.steps(), start=1):
        looks = [passed[j] + (j in moved) for j in range(len(passed))]
        seen = [j for j in moved if closed[j] is None]
        sizes = tuple(_size(trial, j, looks[j], closed[j]) for j in range(len(looks)))
        waiting = tuple(j for j in seen if not _ready(known[j], sizes[j]))
        if waiting:
            return Course(tuple(steps), tuple(closed), _next(passed), waiting, harmed=False)
        passed = looks
        if not seen:
            continue
        step = _step(trial, number, known, sizes, seen, looks, stopped=harmed(sizes))
        steps.append(step)
        for decision in step.decisions:
            if decision.action in CLOSING:
                closed[decision.basket] = decision
        if step.harm or all(closed):
            return Course(tuple(steps), tuple(closed), _next(passed), (), harmed=step.harm)
    return Course(tuple(steps), tuple(closed), _next(passed), (), harmed=False)


def _next(passed: list[int]) -> tuple[int, ...]:
    return tuple(look + 1 for look in passed)


def _size(trial: Trial, basket: int, look: int, closed: Decision | None) -> int:
    if closed is not None:
        return closed.children
    return trial.design.baskets[basket].looks[look - 1] if look else 0


def _ready(known: Known, size: int) -> bool:
    return len(known) >= size and None not in known[:size]


def _step(
    trial: Trial,
    number: int,
    known: Sequence[Known],
    sizes: tuple[int, ...],
    seen: list[int],
    looks: list[int],
    *,
    stopped: bool,
) -> Step:
    responders = tuple(sum(map(bool, known[j][:size])) for j, size in enumerate(sizes))
    here = Outcomes(np.array([responders]), sizes)
    above = trial.posterior.expect(here, Above(trial.design.null_rates))[0]
    decisions = tuple(
        Decision(
            basket=j,
            look=looks[j],
            children=sizes[j],
            responders=responders[j],
            above=float(above[j]),
            action="" if stopped else actions(trial, here, j, looks[j])[0],
        )
        for j in seen
    )
    return Step(number, sizes, responders, decisions, stopped)
