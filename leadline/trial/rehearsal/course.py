"""The course of one trial in calendar time: children come, looks are held, baskets close.

A basket takes children up to the number of its next look and then waits until that look has been taken; a look is
taken on the day after the last window has closed of those it waits for. So every look happens with the planned number
of children, unless no more children come. A closed basket takes no more. This is the trial whose operating
characteristics are computed exactly (`operating`), with days put to it.

Treated children and controls of a basket come each in a row of their own: row j is that of the treated of basket j, row
baskets + j that of its controls, whose day 0 is that of their enrolment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.trial.design import HarmCheck

if TYPE_CHECKING:
    from leadline.trial.design import Design
    from leadline.trial.rehearsal.intercurrent import Events
    from leadline.trial.rehearsal.truth import Truth

FIRST_DAY = date(2020, 1, 6).toordinal()
FULL_IN_DAYS = 730.0
"""In how many days a basket would have all its children, on average, if it did not wait at its looks: ours."""


HARM_WITHIN_DAYS = 21  # of the infusion an event that counts begins: ours


class Child(NamedTuple):
    """A child to come.

    number      in its row, from 0
    responds    whether its criterion is truly met at the deciding visit
    harm_day    the day after infusion on which the event of the harm rule begins; None where it does not happen
    after_days  days after the child before it, or after its basket may go on
    control     whether it is not given the cells; then no event counts
    events      intercurrent events that were asked for; None where none were
    """

    basket: int
    number: int
    responds: bool
    harm_day: int | None
    after_days: int
    control: bool = False
    events: Events | None = None

    @property
    def counted(self) -> bool | None:
        """Whether it is truly a responder by the estimand; None where it is left out of the count."""
        return self.responds if self.events is None else self.events.counted


class Taken(NamedTuple):
    """A child in the trial, and the day of its index infusion, of a control that of enrolment (as an ordinal)."""

    child: Child
    infused: int


class Look(NamedTuple):
    """What a look is held on.

    step, day  of the design, from 0; and the day, as an ordinal
    baskets    that are looked at; none where an event calls for the harm rule alone
    looks      number of the look that each basket of the design has reached; of one that harm has closed, of the look
               up to which its children still count
    taken      all children of the trial, in the order of day 0
    """

    step: int
    day: int
    baskets: tuple[int, ...]
    looks: tuple[int, ...]
    taken: tuple[Taken, ...]

    def of(self, basket: int, *, control: bool = False) -> list[Child]:
        """The treated children of one basket, or its controls."""
        children = (one.child for one in self.taken)
        return [child for child in children if child.basket == basket and child.control is control]

    @property
    def harm_alone(self) -> bool:
        """Whether only the harm rule is looked at, on the day after an event."""
        return not self.baskets


class Why(StrEnum):
    """Why a basket closed."""

    FUTILITY = "futility"
    EFFICACY = "efficacy"
    COMPLETE = "complete"  # at its last look
    HARM = "harm"
    NO_MORE = "no_more_children"  # some basket could not reach its next look


class Decided(NamedTuple):
    """What is decided at a look.

    harm      baskets that harm has stopped by then
    verdicts  for each other basket looked at 1 (success), -1 or 0 (goes on)
    short     instead of verdicts: how many more children a row needs, as some were left out of its count
    """

    harm: Collection[int] = ()
    verdicts: Mapping[int, int] = MappingProxyType({})
    short: Mapping[int, int] = MappingProxyType({})


Decide = Callable[[Look], Decided]


class End(NamedTuple):
    """How it ended for one basket: in which step, with how many children of both arms, why, and whether it is a
    success."""

    step: int
    children: int
    why: Why
    success: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A whole trial. `ends` has one entry a basket; `days` is its length, `looks` how many were held."""

    ends: tuple[End, ...]
    looks: int
    days: int

    @property
    def harmed(self) -> int | None:
        """The step in which harm stopped it, or the first of its baskets; None if it did not."""
        return min((end.step for end in self.ends if end.why is Why.HARM), default=None)


def draw_children(
    rng: np.random.Generator, design: Design, truth: Truth, supply: Sequence[int]
) -> list[list[Child]]:
    """Children to come, row by row: each responds and is harmed by the true rates, independently.

    supply   treated children, one number a basket; controls come in proportion
    """
    children = []
    for at, (basket, number) in enumerate(zip(design.baskets, supply, strict=True)):
        responds = rng.random(number) < truth.rates[at]
        harmed = rng.random(number) < truth.harm_rates[at]
        harm_days = rng.integers(0, HARM_WITHIN_DAYS + 1, number).tolist()
        waits = 1 + rng.exponential(FULL_IN_DAYS / basket.size, number).astype(int)
        children.append(
            [
                Child(at, n, bool(responds[n]), harm_days[n] if harmed[n] else None, int(waits[n]))
                for n in range(number)
            ]
        )
    if not design.randomised:
        return children
    return children + [_draw_controls(rng, design, truth, at, number) for at, number in enumerate(supply)]


def _draw_controls(
    rng: np.random.Generator, design: Design, truth: Truth, basket: int, treated: int
) -> list[Child]:
    size, planned = design.sizes[basket], design.control_sizes[basket]
    number = math.ceil(planned * treated / size)
    responds = rng.random(number) < truth.control_rates[basket]
    waits = 1 + rng.exponential(FULL_IN_DAYS / max(planned, 1), number).astype(int)
    return [Child(basket, n, bool(responds[n]), None, int(waits[n]), control=True) for n in range(number)]


def play(
    design: Design,
    children: Sequence[Sequence[Child]],
    decide: Decide,
    *,
    closes: Sequence[int],
    fewest_to_stop: Sequence[int] = (),
) -> Course:
    """Play the trial.

    closes          the day, counted from infusion, on which a basket's deciding window closes
    fewest_to_stop  for each harm rule the events with which it can stop at all; before there are so many, none calls
                    for a look. Empty: each event calls for one
    """
    state = _State(design, children, fewest_to_stop or (0,) * len(design.harm_groups))
    for step, moved in enumerate(design.steps()):
        state.begin(moved)
        seen = state.open_of(moved)
        if not seen:  # nobody to look at: the trial waits for another basket
            continue
        decided = _step(state, step, seen, decide, closes)
        state.stop_for_harm(step, decided.harm)
        if decided.short:
            state.stop(step, Why.NO_MORE, range(len(design.baskets)))
            break
        state.settle(step, decided.verdicts)
    return state.course()


def _step(state: _State, step: int, seen: tuple[int, ...], decide: Decide, closes: Sequence[int]) -> Decided:
    """Enrol and look; for children who were left out of the count others are enrolled, and it is looked again."""
    wanted = {row: state.planned(row) for at in seen for row in state.rows(at)}
    while True:
        for row, number in wanted.items():
            state.enrol(row, number)
        _look_after_events(state, step, seen, decide, closes)
        seen = state.open_of(seen)
        if not seen:  # harm has stopped them all
            return Decided()
        decided = state.look(step, state.close_of(seen, closes), seen, decide)
        if not decided.short or any(state.nobody_left(row) for row in decided.short):
            return decided
        wanted = {row: len(state.taken[row]) + more for row, more in decided.short.items()}


def _look_after_events(
    state: _State, step: int, seen: tuple[int, ...], decide: Decide, closes: Sequence[int]
) -> None:
    """Where harm is looked at after every child: on the day after each event, until the look.

    Those who would have come later to a basket that it stops then do not come.
    """
    harm = state.design.harm
    if harm is None or harm.check is not HarmCheck.CHILD:
        return
    while open_ones := state.open_of(seen):
        day = state.next_event_day(until=state.close_of(open_ones, closes))
        if day is None:
            return
        stopped = state.look(step, day, (), decide).harm
        state.send_home_after(day, state.open_of(stopped))
        state.stop_for_harm(step, stopped)


class _State:
    """Where a trial stands: how many looks each basket has reached, who is in it, and how baskets ended."""

    def __init__(
        self, design: Design, children: Sequence[Sequence[Child]], fewest_to_stop: Sequence[int]
    ) -> None:
        self.design, self.children, self.fewest_to_stop = design, children, fewest_to_stop
        self.before = self.looks = [0] * len(design.baskets)
        self.taken: list[list[Taken]] = [[] for _ in children]
        self.ends: list[End | None] = [None] * len(design.baskets)
        self.opens = FIRST_DAY
        self.held = 0
        self.days_zero: set[int] = set()

    def begin(self, moved: Sequence[int]) -> None:
        """A step: these baskets go for their next look, but for those that harm has closed."""
        harmed = [end is not None and end.why is Why.HARM for end in self.ends]
        self.before = self.looks
        self.looks = [look + (at in moved and not harmed[at]) for at, look in enumerate(self.looks)]

    def open_of(self, baskets: Collection[int]) -> tuple[int, ...]:
        """Those of the baskets that are open."""
        return tuple(at for at in baskets if self.ends[at] is None)

    def rows(self, basket: int) -> tuple[int, ...]:
        """The row of the treated and, where there are any, of the controls."""
        controls = len(self.design.baskets) + basket
        return (basket, controls) if self.design.baskets[basket].control else (basket,)

    def planned(self, row: int) -> int:
        """The number of children of a row at the look that its basket has reached."""
        controls, at = divmod(row, len(self.design.baskets))
        basket = self.design.baskets[at]
        treated = basket.looks[self.looks[at] - 1]
        return basket.controls(treated) if controls else treated

    def nobody_left(self, row: int) -> bool:
        """Whether all children who come for a row are in the trial."""
        return len(self.taken[row]) == len(self.children[row])

    def enrol(self, row: int, wanted: int) -> None:
        """Up to a number of children, or as many as come; no two of the trial have their day 0 on one day."""
        day, taken = self.opens, self.taken[row]
        for child in self.children[row][len(taken) : wanted]:
            day += child.after_days
            while day in self.days_zero:
                day += 1
            self.days_zero.add(day)
            taken.append(Taken(child, day))

    def children_of(self, basket: int) -> int:
        """How many of both arms are in the trial."""
        return sum(len(self.taken[row]) for row in self.rows(basket))

    def close_of(self, seen: Sequence[int], closes: Sequence[int]) -> int:
        """The day after the last window of those looked at has closed."""
        ends = [one.infused + closes[at] for at in seen for row in self.rows(at) for one in self.taken[row]]
        return max([self.opens, *ends]) + 1

    def next_event_day(self, *, until: int) -> int | None:
        """The next day after an event that counts and may stop an open basket, since the last look and before the next;
        None without one."""
        rules = zip(self.design.harm_groups, self.fewest_to_stop, strict=True)
        days = (
            day
            for group, fewest in rules
            if self.open_of(group)
            for day in self._event_days(group)[max(fewest - 1, 0) :]
        )
        return min((day for day in days if self.opens < day < until), default=None)

    def _event_days(self, baskets: Sequence[int]) -> list[int]:
        """The days after the events of these baskets' children."""
        return sorted(
            one.infused + one.child.harm_day + 1
            for at in baskets
            for one in self.taken[at]
            if one.child.harm_day is not None
        )

    def look(self, step: int, day: int, seen: tuple[int, ...], decide: Decide) -> Decided:
        """Hold a look, of baskets or of harm alone, at the children infused before its day."""
        there = (one for of in self.taken for one in of if one.infused < day)
        in_order = tuple(sorted(there, key=lambda one: one.infused))
        self.opens = day
        self.held += bool(seen)
        return decide(Look(step, day, seen, tuple(self.looks), in_order))

    def send_home_after(self, day: int, baskets: Collection[int]) -> None:
        """Forget the children of these baskets who would have been infused on a day or later."""
        for row in (row for at in baskets for row in self.rows(at)):
            self.taken[row] = [one for one in self.taken[row] if one.infused < day]

    def settle(self, step: int, verdicts: Mapping[int, int]) -> None:
        """Close what a verdict closes, and what has reached its last look."""
        for at, verdict in verdicts.items():
            last = self.looks[at] == len(self.design.baskets[at].looks)
            if verdict or last:
                early = Why.EFFICACY if verdict > 0 else Why.FUTILITY
                self.ends[at] = End(step, self.children_of(at), Why.COMPLETE if last else early, verdict > 0)

    def stop_for_harm(self, step: int, baskets: Collection[int]) -> None:
        """Looked at after every child, the children since the look before do not count any more."""
        if self.design.harm is not None and self.design.harm.check is HarmCheck.CHILD:
            self.looks = [
                before if at in self.open_of(baskets) else look
                for at, (before, look) in enumerate(zip(self.before, self.looks, strict=True))
            ]
        self.stop(step, Why.HARM, baskets)

    def stop(self, step: int, why: Why, baskets: Collection[int]) -> None:
        """Close those of the baskets that are open, without success: harm comes before efficacy."""
        for at in self.open_of(baskets):
            self.ends[at] = End(step, self.children_of(at), why, success=False)

    def course(self) -> Course:
        ends = tuple(end for end in self.ends if end is not None)
        assert len(ends) == len(self.ends)  # the last step of a design is the last look of every basket
        return Course(ends, self.held, self.opens - FIRST_DAY)
