"""The looks to come, walked through from the counts of now, and the chance of what the children to come can show.

In how many orders the children to come can lead to an outcome is counted; the chance of one order is that of the model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import binom

from leadline.trial.borrowing import Coherent, Outcomes, Reaches, borrows_effect
from leadline.trial.borrowing.beta import log_marginal
from leadline.trial.borrowing.outcomes import outcomes_of_arms
from leadline.trial.endings import verdicts_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leadline.trial.borrowing import Model, Prior
    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Basket, Design
    from leadline.trial.posterior import Posterior

Settled = tuple[bool | None, ...]  # a basket each: declared a success, closed without, or (None) still open


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """Trials on the same way: the same baskets closed, after the same numbers of children.

    settled   one a basket
    outcomes  counts so far
    orders    (outcomes,), in how many orders the children since now can have responded or not to lead here
    """

    settled: Settled
    outcomes: Outcomes
    orders: Floats


class Ahead:
    """The looks to come, walked through from the counts of now."""

    def __init__(self, now: Outcomes, belief: Design) -> None:
        self.now, self.belief = now, belief

    def successes(
        self, design: Design, posterior: Posterior, settled: Settled
    ) -> tuple[tuple[float, ...], float]:
        """Probability of success of each basket, and of any."""
        each, some = np.zeros(len(settled)), 0.0
        for way in _endings(design, posterior, _Way(settled, self.now, np.ones(1))):
            chance = float(way.orders @ self._chance_of_an_order(way.outcomes))
            each += chance * np.array([bool(end) for end in way.settled])
            some += chance * any(way.settled)
        return tuple(each.tolist()), some

    def _chance_of_an_order(self, later: Outcomes) -> Floats:
        """(outcomes,): probability of one order of responders and others among the children to come."""
        if borrows_effect(
            self.belief.borrowing
        ):  # both arms are in its one distribution, or there is one arm
            return self._of_one_distribution(self.belief.borrowing, later, self.now)
        return self._of_treated(_treated(later)) * self._of_controls(later)

    def _of_treated(self, later: Outcomes) -> Floats:
        model = self.belief.borrowing
        if isinstance(model, Coherent):
            return self._of_one_distribution(model, later, _treated(self.now))
        chance = np.ones(len(later.responders))
        for j, size in enumerate(later.sizes):
            if size > self.now.sizes[j]:
                chance *= self._on_its_own(j, size)[later.responders[:, j]]
        return chance

    def _of_one_distribution(self, model: Model, later: Outcomes, now: Outcomes) -> Floats:
        assert isinstance(model, Coherent)
        before = model.log_evidence(now, baskets=self.belief.baskets)[0]
        return np.asarray(np.exp(model.log_evidence(later, baskets=self.belief.baskets) - before))

    def _of_controls(self, later: Outcomes) -> Floats:
        """Each basket's controls by their own prior and what they have shown."""
        log_chance = np.zeros(len(later.responders))
        for j, basket in enumerate(self.belief.baskets):
            if basket.control is not None:
                prior = basket.control.prior
                log_chance += _log_evidence_of_controls(later, j, prior)
                log_chance -= _log_evidence_of_controls(self.now, j, prior)
        return np.asarray(np.exp(log_chance))

    def _on_its_own(self, basket: int, size: int) -> Floats:
        """(size + 1,): the same for one basket of `size` children in the end, by its own posterior of now."""
        seen, came = int(self.now.responders[0, basket]), size - self.now.sizes[basket]
        at_least = [self._reaches(basket, seen + more, size) for more in range(came + 2)]
        chance = np.zeros(size + 1)
        for more in range(came + 1):
            exactly = max(at_least[more] - at_least[more + 1], 0.0)
            chance[seen + more] = exactly / math.comb(came, more)
        return chance

    def _reaches(self, basket: int, responders: int, size: int) -> float:
        """Probability that this basket has at least so many responders when it has `size` children."""
        needed, sizes = list(self.now.sizes), list(self.now.sizes)
        needed[basket], sizes[basket] = responders, size
        quantity = Reaches(tuple(needed), tuple(sizes))
        model, baskets = self.belief.borrowing, self.belief.baskets
        return float(model.expect(_treated(self.now), baskets=baskets, quantities=[quantity])[0][0, basket])


def _treated(outcomes: Outcomes) -> Outcomes:
    """The treated children alone."""
    return Outcomes(outcomes.responders, outcomes.sizes)


def _log_evidence_of_controls(outcomes: Outcomes, basket: int, prior: Prior) -> Floats:
    """(outcomes,): log of the expected likelihood of a basket's controls before any was seen."""
    assert outcomes.control_responders is not None
    counts = np.arange(outcomes.control_sizes[basket] + 1.0)
    by_count = log_marginal(prior, counts, counts[::-1])
    return np.asarray(by_count[outcomes.control_responders[:, basket]])


def _endings(design: Design, posterior: Posterior, start: _Way) -> Iterator[_Way]:
    """Every way to end, from here on; the decisions are those of the design at its looks."""
    looks = [0] * len(design.baskets)
    ways = [start]
    for moved in design.steps():
        for j in moved:
            looks[j] += 1
        met: defaultdict[tuple[Settled, tuple[int, ...], tuple[int, ...]], list[_Way]] = defaultdict(list)
        for way in ways:
            for then in _look(design, posterior, way, moved=moved, looks=looks):
                met[then.settled, then.outcomes.sizes, then.outcomes.control_sizes].append(then)
        ways = [_merged(same) for same in met.values()]
    yield from ways  # every basket's last look is among the steps, so that none is open


def _look(
    design: Design, posterior: Posterior, way: _Way, *, moved: tuple[int, ...], looks: list[int]
) -> Iterator[_Way]:
    """One step: the open baskets that have not passed this look take in their children and are judged."""
    open_baskets = [j for j in moved if way.settled[j] is None]
    due = {j: _due(design.baskets[j], looks[j] - 1, _arms(way.outcomes, j)) for j in open_baskets}
    seen = [
        j
        for j, arms in due.items()
        if looks[j] == len(design.baskets[j].looks) or arms != _arms(way.outcomes, j)
    ]
    for j in seen:
        way = _taken_in(way, j, *due[j])
    verdicts = [verdicts_at(design, posterior, way.outcomes, basket=j, look=looks[j]).tolist() for j in seen]
    ends = {1: True, -1: False, 0: None}
    for decided in product((1, -1, 0), repeat=len(seen)):
        rows = np.array([verdict == decided for verdict in zip(*verdicts, strict=True)], dtype=bool)
        if not seen:
            yield way
        elif rows.any():
            settled = list(way.settled)
            for j, verdict in zip(seen, decided, strict=True):
                settled[j] = ends[verdict]
            yield _Way(tuple(settled), way.outcomes.part(rows), way.orders[rows])


def _arms(outcomes: Outcomes, basket: int) -> tuple[int, int]:
    """Treated children and controls of one basket."""
    return outcomes.sizes[basket], control_sizes(outcomes)[basket]


def _due(basket: Basket, look: int, seen: tuple[int, int]) -> tuple[int, int]:
    """Both arms of one basket at a look (from 0): the planned numbers, or as many as have been seen."""
    treated = basket.looks[look]
    return max(treated, seen[0]), max(basket.controls(treated), seen[1])


def _taken_in(way: _Way, basket: int, size: int, controls: int) -> _Way:
    """The basket's children of both arms up to these numbers, whatever they show."""
    before = way.outcomes
    seen, controls_seen = _arms(before, basket)
    more, controls_more = np.indices((size - seen + 1, controls - controls_seen + 1)).reshape(2, -1)
    orders = binom(size - seen, more) * binom(controls - controls_seen, controls_more)
    after = Outcomes(_grown(before.responders, basket, more), _with(before.sizes, basket, size))
    if before.control_responders is not None:
        after = replace(
            after,
            control_responders=_grown(before.control_responders, basket, controls_more),
            control_sizes=_with(before.control_sizes, basket, controls),
        )
    return _merged([_Way(way.settled, after, np.outer(way.orders, orders).ravel())])


def _grown(counts: Counts, basket: int, more: Counts) -> Counts:
    """Every outcome with every number of further responders of one basket."""
    rows = np.repeat(counts, len(more), axis=0)
    rows[:, basket] += np.tile(more, len(counts))
    return rows


def _with(sizes: tuple[int, ...], basket: int, size: int) -> tuple[int, ...]:
    return (*sizes[:basket], size, *sizes[basket + 1 :])


def _merged(ways: Sequence[_Way]) -> _Way:
    """Ways that differ in how they came about only: the counts are enough for what follows."""
    like = ways[0].outcomes
    entries = np.concatenate([way.outcomes.entries for way in ways])
    codes, place = np.unique(np.ravel_multi_index(tuple(entries.T), like.shape), return_inverse=True)
    orders = np.bincount(place, weights=np.concatenate([way.orders for way in ways])).astype(float)
    distinct = np.column_stack(np.unravel_index(codes, like.shape))
    if like.control_responders is None:
        return _Way(ways[0].settled, Outcomes(distinct, like.sizes), orders)
    return _Way(ways[0].settled, outcomes_of_arms(distinct, like.sizes, like.control_sizes), orders)


def control_sizes(outcomes: Outcomes) -> tuple[int, ...]:
    """Controls seen, one a basket."""
    return outcomes.control_sizes or (0,) * len(outcomes.sizes)
