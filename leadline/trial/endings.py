"""Every way in which a trial can end, with the outcomes that lead there.

The counts in the end are sufficient: given them, the chance of having passed the looks in one way or another does
not depend on the true rates. So the looks are walked through once, and every scenario after that is one weighted
sum over endings. The walk keeps one array per pattern of closed baskets and forgets earlier counts of the open ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.trial.borrowing import Above, Outcomes, Reaches
from leadline.trial.borrowing.outcomes import outcomes_from, sorted_outcomes
from leadline.trial.design import Basis, HarmCheck
from leadline.trial.exact_range import check_count, in_multisets, outcomes_together, with_harm
from leadline.trial.posterior import Posterior, basket_law, binomial, sufficient_counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Design, EarlyRule


class Reason(IntEnum):
    """Why a basket closed."""

    FUTILITY = -1
    HARM = 0
    EFFICACY = 1
    COMPLETE = 2


class Closed(NamedTuple):
    """A basket that takes no more children: in which step, after how many treated children, and why.

    counted   of a basket that its own harm rule closed, the step up to whose look its children count; -1 for none
    """

    step: int
    size: int
    reason: Reason
    success: bool
    counted: int = -1


Pattern = tuple[Closed | None, ...]  # None for a basket that is still open
Key = tuple[Pattern, tuple[int, ...]]  # with the treated children of all baskets together at each step so far


@dataclass(frozen=True, slots=True)
class Seen:
    """Children whose responses the looks see: by plan, or where other numbers have come.

    open    (steps, baskets), in a basket that is open
    closed  (steps, steps, baskets), in one that closed at the first step, at the second: children who were treated by
            then and whose responses come later are counted once known, or never
    fewest  an open basket with fewer is not judged before its last look
    """

    open: tuple[tuple[int, ...], ...]
    closed: tuple[tuple[tuple[int, ...], ...], ...]
    fewest: int = 1

    def sizes(self, pattern: Pattern, step: int) -> tuple[int, ...]:
        """One a basket; none before the first step."""
        if step < 0:
            return (0,) * len(pattern)
        return tuple(self.of(j, end, step) for j, end in enumerate(pattern))

    def of(self, basket: int, end: Closed | None, step: int) -> int:
        """Of one basket, open or closed."""
        if end is None:
            return self.open[step][basket]
        counted = end.counted if end.reason is Reason.HARM else end.step
        return 0 if counted < 0 else self.closed[counted][step][basket]


def sizes_by_step(design: Design) -> tuple[tuple[int, ...], ...]:
    """(steps, baskets): treated children of each basket at each step, if nothing is stopped."""
    looks, sizes = [0] * len(design.baskets), []
    for moved in design.steps():
        for j in moved:
            looks[j] += 1
        sizes.append(tuple(b.looks[k - 1] if k else 0 for b, k in zip(design.baskets, looks, strict=True)))
    return tuple(sizes)


def planned(design: Design) -> Seen:
    """As many as the design says."""
    sizes = sizes_by_step(design)
    return Seen(sizes, tuple((size,) * len(sizes) for size in sizes))


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """One way to end, by step and reason for each basket, and all outcomes that can end so.

    outcomes   counts when the trial ended
    share      (outcomes,), the probability of this ending given the counts, whatever the true rates
    success    (outcomes, baskets), whether the basket is declared a success
    posterior  (outcomes, baskets), P(rate > null_rate) in the end; the threshold was applied where `by_threshold`
    closed     one entry a basket
    children   treated children of all baskets together at each step, for a harm rule that counts them together
    """

    outcomes: Outcomes
    share: Floats
    success: NDArray[np.bool_]
    posterior: Floats
    closed: tuple[Closed, ...]
    by_threshold: tuple[bool, ...]
    children: tuple[int, ...]

    @property
    def harmed(self) -> bool:
        """Whether a harm rule ended the trial, or closed a basket."""
        return any(closed.reason is Reason.HARM for closed in self.closed)


@dataclass(frozen=True, slots=True)
class Walked:
    """All endings of a trial, and how close its decisions come.

    nearest   distance of the closest probability to what it was held against at a look, over all outcomes that the
              look can find
    """

    endings: list[Ending]
    nearest: float


def find_endings(design: Design, posterior: Posterior, *, seen: Seen | None = None) -> Walked:
    """All endings; without a harm rule their shares add up to one for every vector of counts.

    seen    where the looks do not find the planned children, those they find, in a design without controls
    raises  BeyondExactRange when there are more outcomes than can be walked through
    """
    if seen is not None:
        own = ([size + 1 for size in sizes] for sizes in zip(*seen.open, strict=True))
        check_count(design, math.prod(with_harm(design, at_looks) for at_looks in own))
        return _Walk(design, posterior, seen).whole()
    check_count(design, outcomes_together(design))
    if in_multisets(design):
        return _single_look(design, posterior)
    return _Walk(design, posterior, planned(design)).whole()


def _single_look(design: Design, posterior: Posterior) -> Walked:
    outcomes = sorted_outcomes(design.sizes[0], len(design.baskets), controls=design.control_sizes[0])
    above, thresholds = posterior.expect(outcomes, Above(design.null_limits)), np.array(design.thresholds)
    closed = tuple(Closed(0, size, Reason.COMPLETE, success=False) for size in design.sizes)
    complete = Ending(
        outcomes,
        np.ones(len(above)),
        above >= thresholds,
        above,
        closed,
        by_threshold=(True,) * len(closed),
        children=(sum(design.sizes),),
    )
    harmed = replace(
        complete,
        success=np.zeros_like(complete.success),
        closed=tuple(one._replace(reason=Reason.HARM) for one in closed),
        by_threshold=(False,) * len(closed),
    )
    endings = [complete] if design.harm is None else [harmed, complete]
    return Walked(endings, float(np.abs(above - thresholds).min()))


class _Walk:
    """Step by step through the looks, every child a coin toss: given the counts, the law is that of all true rates."""

    def __init__(self, design: Design, posterior: Posterior, seen: Seen) -> None:
        self.design, self.posterior, self.seen = design, posterior, seen
        self.steps, self.nearest = design.steps(), math.inf

    def whole(self) -> Walked:
        endings = list(self.endings())
        return Walked(endings, self.nearest)

    def endings(self) -> Iterator[Ending]:
        baskets = len(self.design.baskets)
        looks = [0] * baskets
        states: dict[Key, Floats] = {((None,) * baskets, ()): np.ones((1,) * baskets)}
        for step, moved in enumerate(self.steps):
            for j in moved:
                looks[j] += 1
            split: dict[Key, Floats] = {}
            for (before, path), pattern, law in self._after_harm(states, step):
                sizes = self.seen.sizes(pattern, step)
                grown = self._accrue(law, self.seen.sizes(before, step - 1), sizes)
                open_ones = [j for j in moved if pattern[j] is None]
                if all(pattern):  # the last open ones closed for harm
                    yield self._early_ending(pattern, (*path, sum(sizes)), grown, sizes)
                    continue
                if not open_ones:  # nobody to look at: these trials wait for another basket
                    split[pattern, path] = split.get((pattern, path), 0.0) + grown
                    continue
                here = (*path, sum(sizes))
                if self.design.harm and not self.design.harm_by_basket:
                    yield self._harm_ending(pattern, step, here, grown, sizes)
                if step == len(self.steps) - 1:
                    yield self._final_ending(pattern, step, here, grown, sizes)
                    continue
                judged = [j for j in open_ones if self._judged(j, looks[j], sizes[j])]
                for then, part in self._decide(pattern, step, judged, looks, grown, sizes):
                    if all(then):
                        yield self._early_ending(then, here, part, sizes)
                    else:
                        split[then, here] = split.get((then, here), 0.0) + part
            states = split

    def _after_harm(self, states: Mapping[Key, Floats], step: int) -> Iterator[tuple[Key, Pattern, Floats]]:
        """Each state with the pattern of its closed baskets as it was, and, where each basket has a harm rule of its
        own, with each choice of the baskets looked at that it closes. How likely that is does not depend on responses,
        so that `Trial.chance` says it of the ending.
        """
        for key, law in states.items():
            yield key, key[0], law
            if not self.design.harm_by_basket:
                continue
            open_ones = [j for j in self.steps[step] if key[0][j] is None]
            choices = (combinations(open_ones, count + 1) for count in range(len(open_ones)))
            for chosen in chain.from_iterable(choices):
                yield key, closed_for_harm(self.design, self.seen, key[0], chosen, step), law

    def _judged(self, basket: int, look: int, size: int) -> bool:
        return size >= self.seen.fewest or look == len(self.design.baskets[basket].looks)

    def _accrue(self, law: Floats, before: tuple[int, ...], after: tuple[int, ...]) -> Floats:
        """Convolve the axes of the baskets of which more children are seen, one after the other."""
        controls_before, controls_after = self.design.controls(before), self.design.controls(after)
        for j in range(len(before)):
            if (before[j], controls_before[j]) != (after[j], controls_after[j]):
                transition = np.kron(
                    _tosses(before[j], after[j]), _tosses(controls_before[j], controls_after[j])
                )
                law = np.moveaxis(np.tensordot(law, transition, axes=(j, 0)), -1, j)
        return law

    def _decide(
        self,
        pattern: Pattern,
        step: int,
        judged: list[int],
        looks: list[int],
        law: Floats,
        sizes: tuple[int, ...],
    ) -> Iterator[tuple[Pattern, Floats]]:
        """The law split by what is decided for each basket that is judged."""
        if not judged:
            yield pattern, law
            return
        outcomes, _ = self._reached(law, sizes)
        entries = outcomes.entries
        for j in judged:
            distance = _nearest_at(self.design, self.posterior, outcomes, basket=j, look=looks[j])
            self.nearest = min(self.nearest, distance)
        verdicts = np.column_stack(
            [verdicts_at(self.design, self.posterior, outcomes, basket=j, look=looks[j]) for j in judged]
        )
        for decided in product((Reason.FUTILITY, None, Reason.EFFICACY), repeat=len(judged)):
            wanted = [0 if reason is None else int(reason) for reason in decided]
            rows = (verdicts == wanted).all(axis=1)
            if not rows.any():
                continue
            part = np.zeros_like(law)
            where = tuple(entries[rows].T)
            part[where] = law[where]
            then = list(pattern)
            for j, reason in zip(judged, decided, strict=True):
                if reason is not None:
                    last = looks[j] == len(self.design.baskets[j].looks)
                    why = Reason.COMPLETE if last else reason
                    then[j] = Closed(step, sizes[j], why, success=reason is Reason.EFFICACY)
            yield tuple(then), part

    def _final_ending(
        self, pattern: Pattern, step: int, path: tuple[int, ...], law: Floats, sizes: tuple[int, ...]
    ) -> Ending:
        outcomes, share = self._reached(law, sizes)
        above = self.posterior.expect(outcomes, Above(self.design.null_limits))
        by_threshold = tuple(closed is None for closed in pattern)
        earlier = np.array([closed is not None and closed.success for closed in pattern])
        thresholds = np.array(self.design.thresholds)
        reached = (above >= thresholds) & (np.array(sizes) > 0)
        distances = np.abs(above - thresholds)[
            :, [j for j, held in enumerate(by_threshold) if held and sizes[j]]
        ]
        self.nearest = min(self.nearest, float(distances.min(initial=math.inf)))
        success = np.where(by_threshold, reached, earlier)
        closed = tuple(
            then or Closed(step, sizes[j], Reason.COMPLETE, success=False) for j, then in enumerate(pattern)
        )
        return Ending(outcomes, share, success, above, closed, by_threshold, path)

    def _early_ending(
        self, closed: Pattern, path: tuple[int, ...], law: Floats, sizes: tuple[int, ...]
    ) -> Ending:
        every = tuple(then for then in closed if then is not None)
        return self._settled(every, path, law, sizes)

    def _harm_ending(
        self, pattern: Pattern, step: int, path: tuple[int, ...], law: Floats, sizes: tuple[int, ...]
    ) -> Ending:
        """Harm comes before efficacy: a basket open at this step is not declared a success."""
        closed = tuple(
            then or Closed(step, sizes[j], Reason.HARM, success=False) for j, then in enumerate(pattern)
        )
        return self._settled(closed, path, law, sizes)

    def _settled(
        self, closed: tuple[Closed, ...], path: tuple[int, ...], law: Floats, sizes: tuple[int, ...]
    ) -> Ending:
        outcomes, share = self._reached(law, sizes)
        above = self.posterior.expect(outcomes, Above(self.design.null_limits))
        success = np.broadcast_to([then.success for then in closed], above.shape)
        return Ending(outcomes, share, success, above, closed, (False,) * len(closed), path)

    def _reached(self, law: Floats, sizes: tuple[int, ...]) -> tuple[Outcomes, Floats]:
        """The outcomes that can be reached, and their law divided by that of free coin tosses: the share."""
        entries, controls = np.argwhere(law > 0), self.design.controls(sizes)
        free = np.ones(len(entries))
        for j, (size, control) in enumerate(zip(sizes, controls, strict=True)):
            free *= basket_law(size, 0.5, control, 0.5)[entries[:, j]]
        return outcomes_from(entries, sizes, controls), law[law > 0] / free


def closed_for_harm(
    design: Design, seen: Seen, pattern: Pattern, chosen: tuple[int, ...], step: int
) -> Pattern:
    """The pattern after the harm rules of these baskets have closed them, each with the children that it still counts:
    those of this look, or, where harm is looked at after every child, those of its look before."""
    assert design.harm is not None
    last, then = step if design.harm.check is HarmCheck.LOOK else step - 1, list(pattern)
    for j in chosen:
        own = [at for at, moved in enumerate(design.steps()[: last + 1]) if j in moved]
        closed = Closed(step, 0, Reason.HARM, success=False, counted=own[-1] if own else -1)
        then[j] = closed._replace(size=seen.of(j, closed, step))
    return tuple(then)


def _tosses(before: int, after: int) -> Floats:
    """(before + 1, after + 1): from one number of heads to another by fair coins."""
    new = binomial(after - before, 0.5)
    transition = np.zeros((before + 1, after + 1))
    for count in range(before + 1):
        transition[count, count : count + len(new)] = new
    return transition


def verdicts_at(
    design: Design, posterior: Posterior, outcomes: Outcomes, *, basket: int, look: int
) -> Counts:
    """What is decided on one basket at one of its looks (numbered from 1), an array over outcomes.

    1 efficacy, -1 futility, 0 go on; at its last look there is no going on. Where a count meets both early rules,
    efficacy is taken. Without a child of its own a basket is no success, whatever it borrows.
    """
    if look == len(design.baskets[basket].looks):
        above = posterior.expect(outcomes, Above(design.null_limits))[:, basket]
        return np.where((above >= design.thresholds[basket]) & (outcomes.sizes[basket] > 0), 1, -1)
    verdict = np.zeros(len(outcomes.responders), dtype=np.int64)
    if design.futility is not None:
        rule = design.futility
        verdict[_probability(design, posterior, rule, outcomes)[:, basket] < rule.cutoff] = -1
    if design.efficacy.early is not None:
        rule = design.efficacy.early
        probability = _probability(design, posterior, rule, outcomes)[:, basket]
        predicted = rule.by is Basis.PREDICTIVE
        verdict[probability > rule.cutoff if predicted else probability >= rule.cutoff] = 1
    return verdict


def _nearest_at(design: Design, posterior: Posterior, outcomes: Outcomes, *, basket: int, look: int) -> float:
    """The least distance of a probability from what it is held against there; infinite if nothing is."""
    if look == len(design.baskets[basket].looks):
        above = posterior.expect(outcomes, Above(design.null_limits))[:, basket]
        held = [(above, design.thresholds[basket])] if outcomes.sizes[basket] else []
    else:
        rules = [rule for rule in (design.futility, design.efficacy.early) if rule is not None]
        held = [(_probability(design, posterior, rule, outcomes)[:, basket], rule.cutoff) for rule in rules]
    return min((float(np.abs(values - cutoff).min()) for values, cutoff in held), default=math.inf)


def _probability(design: Design, posterior: Posterior, rule: EarlyRule, outcomes: Outcomes) -> Floats:
    """What an early rule looks at: (outcomes, baskets)."""
    if rule.by is Basis.PREDICTIVE:
        return posterior.expect(outcomes, Reaches(sufficient_counts(design), design.sizes))
    return posterior.expect(outcomes, Above(design.rates_at(rule.above)))
