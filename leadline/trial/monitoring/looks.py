"""The planned looks, made again from what the charts show: the design's steps with each basket's children in order.

A look after so many children is made of the first so many in the order of infusion, of the controls in that of
enrolment, once the response of each of them is known. Those who came after them are overrun: they change no decision of
that look, and count at the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.trial.borrowing import Above
from leadline.trial.boundaries import Action, actions
from leadline.trial.monitoring.harm import Rule, checked_each_child
from leadline.trial.monitoring.standing import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.operating import Trial

Known = tuple[bool | None, ...]
"""Responses of one arm of one basket in the order of day 0; None while one is pending."""

CLOSING = (Rule.STOP, Action.STOP, Action.EARLY_SUCCESS, Action.SUCCESS, Action.NO_SUCCESS)
SUCCESSES = (Action.EARLY_SUCCESS, Action.SUCCESS)


@dataclass(frozen=True, slots=True)
class Decision:
    """One basket at one planned look, numbered from 1. `above` is the probability of a rate above the null rate, or
    above that of the controls and the margin. `children` are the treated ones.

    Of a basket that harm closed, `look` is the one that it was closed at or before, and `children` are those who count
    from then on: looked at with the looks, up to that look; looked at after every child, up to the look before."""

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
    controls: tuple[int, ...] = ()
    control_responders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """The trial so far.

    steps     those reached
    closed    one a basket: the decision that closed it, on response or for harm; None for one that is open
    look      one a basket: the number of its next look; one more than it has where it has none left
    waiting   baskets of the next step whose children are not all known yet
    """

    steps: tuple[Step, ...]
    closed: tuple[Decision | None, ...]
    look: tuple[int, ...]
    waiting: tuple[int, ...]

    @property
    def harmed(self) -> tuple[int, ...]:
        """The baskets that harm has closed."""
        return tuple(j for j, end in enumerate(self.closed) if end is not None and end.action == Rule.STOP)


def walk(
    trial: Trial,
    known: Sequence[Known],
    *,
    harmed: Callable[[tuple[int, ...]], Collection[int]],
    controls: Sequence[Known] = (),
) -> Course:
    """The steps of the design as far as the children's responses reach.

    known     of the treated, one a basket; `controls` likewise, in a design with controls
    harmed    the baskets whose harm rule is reached when the baskets have so many treated children, or as many of them
              as there are
    """
    way, harm = _Way(trial, known, controls), trial.design.harm
    each_child = harm is not None and checked_each_child(harm)
    for number, moved in enumerate(trial.design.steps(), start=1):
        looks = [passed + (j in moved) for j, passed in enumerate(way.passed)]
        if each_child:  # nobody waits for a basket that harm has closed
            way.close_for_harm(harmed(way.sizes(looks)))
        seen = [j for j in moved if way.closed[j] is None]
        if waiting := way.waiting(seen, looks):
            return way.course(waiting)
        way.passed = looks
        if seen:
            way.take(number, seen, () if each_child else harmed(way.sizes(looks)))
        if all(way.closed):
            break
    return way.course()


class _Way:
    """How far the steps have been made: those taken, what closed each basket, and the look that each has passed."""

    def __init__(self, trial: Trial, known: Sequence[Known], controls: Sequence[Known]) -> None:
        self.trial, self.known, self.controls = trial, known, controls
        self.steps: list[Step] = []
        self.closed: list[Decision | None] = [None] * len(trial.design.baskets)
        self.passed = [0] * len(trial.design.baskets)

    def sizes(self, looks: Sequence[int]) -> tuple[int, ...]:
        """Treated children, of a closed basket those who count, of an open one those of its look."""
        ends = zip(self.closed, self.trial.design.baskets, looks, strict=True)
        return tuple(
            end.children if end else basket.looks[look - 1] if look else 0 for end, basket, look in ends
        )

    def waiting(self, seen: Sequence[int], looks: Sequence[int]) -> tuple[int, ...]:
        """Those of the baskets whose children are not all known yet."""
        sizes = self.sizes(looks)
        control_sizes = self.trial.design.controls(sizes) if self.controls else ()
        return tuple(
            j
            for j in seen
            if not _ready(self.known[j], sizes[j])
            or (self.controls and not _ready(self.controls[j], control_sizes[j]))
        )

    def take(self, number: int, seen: Sequence[int], stopped: Collection[int]) -> None:
        """One step: what is decided on the baskets looked at; harm comes before efficacy and futility."""
        here, above = self._counts()
        decisions = tuple(
            self._decision(
                here,
                above,
                j,
                self.passed[j],
                Rule.STOP if j in stopped else actions(self.trial, here.outcome, j, self.passed[j])[0],
            )
            for j in seen
        )
        self.steps.append(
            Step(number, here.children, here.responders, decisions, here.controls, here.control_responders)
        )
        for decision in decisions:
            if decision.action in CLOSING:
                self.closed[decision.basket] = decision
        self.close_for_harm(stopped)

    def close_for_harm(self, stopped: Collection[int]) -> None:
        """Those of the baskets that are open are closed before their next look."""
        open_ones = [j for j in stopped if self.closed[j] is None]
        if not open_ones:
            return
        here, above = self._counts()
        for j in open_ones:
            self.closed[j] = self._decision(here, above, j, self.passed[j] + 1, Rule.STOP)

    def course(self, waiting: tuple[int, ...] = ()) -> Course:
        looks = tuple(look + 1 for look in self.passed)
        return Course(tuple(self.steps), tuple(self.closed), looks, waiting)

    def _counts(self) -> tuple[Seen, Floats]:
        """The children that count at the looks passed, and of each basket the probability that they give."""
        sizes = self.sizes(self.passed)
        control_sizes = self.trial.design.controls(sizes) if self.controls else ()
        here = Seen(
            _responders(self.known, sizes), sizes, _responders(self.controls, control_sizes), control_sizes
        )
        return here, self.trial.posterior.expect(here.outcome, Above(self.trial.design.null_limits))[0]

    def _decision(self, here: Seen, above: Floats, basket: int, look: int, action: str) -> Decision:
        return Decision(
            basket=basket,
            look=look,
            children=here.children[basket],
            responders=here.responders[basket],
            above=float(above[basket]),
            action=str(action),
            controls=here.controls[basket] if here.controls else 0,
            control_responders=here.control_responders[basket] if here.controls else 0,
        )


def _ready(known: Known, size: int) -> bool:
    return len(known) >= size and None not in known[:size]


def _responders(known: Sequence[Known], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Among the first so many of each basket."""
    return tuple(sum(map(bool, of_basket[:size])) for of_basket, size in zip(known, sizes, strict=True))
