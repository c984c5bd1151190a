"""The planned looks, made again from what the charts show: the design's steps with each basket's children in order.

A look after so many children is made of the first so many in the order of infusion, of the controls in that of
enrolment, once the response of each of them is known. Those who came after them are overrun: they change no decision of
that look, and count at the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.trial.borrowing import Above
from leadline.trial.borrowing.outcomes import one_outcome
from leadline.trial.boundaries import Action, actions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadline.trial.operating import Trial

Known = tuple[bool | None, ...]
"""Responses of one arm of one basket in the order of day 0; None while one is pending."""

CLOSING = (Action.STOP, Action.EARLY_SUCCESS, Action.SUCCESS, Action.NO_SUCCESS)
SUCCESSES = (Action.EARLY_SUCCESS, Action.SUCCESS)


@dataclass(frozen=True, slots=True)
class Decision:
    """One basket at one planned look, numbered from 1. `above` is the probability of a rate above the null rate, or
    above that of the controls and the margin; `action` is empty where harm stopped the trial first. `children` are
    the treated ones."""

    basket: int
    look: int
    children: int
    responders: int
    above: float
    action: str
    controls: int = 0
    control_responders: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan that was reached: the counts that it was made of, one a basket, and what was decided.

    children, responders            treated ones
    controls, control_responders    likewise; empty in a design without controls
    """

    number: int
    children: tuple[int, ...]
    responders: tuple[int, ...]
    decisions: tuple[Decision, ...]
    harm: bool
    controls: tuple[int, ...] = ()
    control_responders: tuple[int, ...] = ()


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


def walk(
    trial: Trial,
    known: Sequence[Known],
    *,
    harmed: Callable[[tuple[int, ...]], bool],
    controls: Sequence[Known] = (),
) -> Course:
    """The steps of the design as far as the children's responses reach.

    known     of the treated, one a basket; `controls` likewise, in a design with controls
    harmed    whether harm has stopped the trial when the baskets have so many treated children
    """
    design = trial.design
    closed: list[Decision | None] = [None] * len(design.baskets)
    passed = [0] * len(design.baskets)
    steps: list[Step] = []
    for number, moved in enumerate(design.steps(), start=1):
        looks = [passed[j] + (j in moved) for j in range(len(passed))]
        seen = [j for j in moved if closed[j] is None]
        sizes = tuple(_size(trial, j, looks[j], closed[j]) for j in range(len(looks)))
        control_sizes = design.controls(sizes) if controls else ()
        waiting = tuple(
            j
            for j in seen
            if not _ready(known[j], sizes[j]) or (controls and not _ready(controls[j], control_sizes[j]))
        )
        if waiting:
            return Course(tuple(steps), tuple(closed), _next(passed), waiting, harmed=False)
        passed = looks
        if not seen:
            continue
        seen_at = (_first(known, sizes), _first(controls, control_sizes))
        step = _step(trial, number, seen_at, seen, looks, stopped=harmed(sizes))
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


def _first(known: Sequence[Known], sizes: tuple[int, ...]) -> list[Known]:
    """The first so many of each basket."""
    return [of_basket[:size] for of_basket, size in zip(known, sizes, strict=True)]


def _step(
    trial: Trial,
    number: int,
    seen_at: tuple[Sequence[Known], Sequence[Known]],
    seen: list[int],
    looks: list[int],
    *,
    stopped: bool,
) -> Step:
    """One step, from the responses of the treated and of the controls that make it."""
    (children, responders), (controls, control_responders) = (_counts(arm) for arm in seen_at)
    here = one_outcome(responders, children, control_responders, controls)
    above = trial.posterior.expect(here, Above(trial.design.null_limits))[0]
    decisions = tuple(
        Decision(
            basket=j,
            look=looks[j],
            children=children[j],
            responders=responders[j],
            above=float(above[j]),
            action="" if stopped else actions(trial, here, j, looks[j])[0],
            controls=controls[j] if controls else 0,
            control_responders=control_responders[j] if controls else 0,
        )
        for j in seen
    )
    return Step(number, children, responders, decisions, stopped, controls, control_responders)


def _counts(arm: Sequence[Known]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Children and responders, one a basket."""
    return tuple(map(len, arm)), tuple(sum(map(bool, known)) for known in arm)
