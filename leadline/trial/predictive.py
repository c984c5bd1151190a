"""What is to be expected of a trial: at an interim given the children seen so far, and before it begins (assurance).

The children to come are foretold for all baskets together. A model that is one distribution of all rates (no
borrowing, pooling, hierarchical, local MEM) foretells them coherently: every order of responders and others with the
same counts is equally likely, and its chance is the ratio of two expected likelihoods, a sum over the nodes of mean
and spread for the hierarchical models. The power prior, Fujikawa's model and MEM are no such distribution. For them
each basket's children to come follow its own posterior given the counts so far, and the baskets are taken to be
independent: a plug-in, which `Prediction.coherent` says.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.borrowing import Coherent, Outcomes, Reaches
from leadline.trial.endings import MOST_OUTCOMES, verdicts_at
from leadline.trial.posterior import Posterior

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leadline.trial.borrowing import Model, Prior
    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Design

Settled = tuple[bool | None, ...]  # a basket each: declared a success, closed without, or (None) still open


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is to be expected of the end of the trial. Tuples have one entry a basket, in the design's order.

    success              probability of success at the basket's last look, if every open basket goes on to it: no look
                         before stops anything
    success_not_stopped  probability of being declared a success by all the design's rules: a look to come may stop
                         the basket for futility, or declare it a success early
    any_success          probability that some basket is declared a success by all rules
    coherent             whether the baskets' children are foretold together; else by the plug-in of this module

    The harm rule is not foretold.
    """

    success: tuple[float, ...]
    success_not_stopped: tuple[float, ...]
    any_success: float
    coherent: bool


def predict_success(
    design: Design,
    *,
    responders: Sequence[int],
    children: Sequence[int],
    closed: Settled | None = None,
    posterior: Posterior | None = None,
) -> Prediction:
    """Predictive probability of success at an interim, under the design's own model and priors.

    responders   so far, one a basket
    children     whose response is known so far, one a basket; looks at up to so many children have been passed
    closed       None for an open basket; True or False for one that takes no more children, by whether it was
                 declared a success; without it all are open
    posterior    that of the same design, where there is one, so that its tables are used again
    raises       DesignInvalid for counts that the design cannot have, or baskets with controls; BeyondExactRange
    """
    settled = closed or (None,) * len(design.baskets)
    _check_counts(design, responders, children, settled)
    now = Outcomes(np.array([responders]), tuple(children))
    return _predict(design, posterior or Posterior(design), now, settled, belief=design)


def assurance(
    design: Design, *, belief: Model, priors: Sequence[Prior], posterior: Posterior | None = None
) -> Prediction:
    """Probability of success before the trial begins: the average over what is believed of the response rates.

    belief   the model of what is believed, as `Independent()`; the decisions are those of the design, with its own
             model and priors, which may be more sceptical
    priors   one a basket; used where the believed model uses the baskets' priors
    raises   BeyondExactRange; DesignInvalid for a belief that is no joint distribution of the rates, or baskets with
             controls
    """
    if not isinstance(belief, Coherent):
        raise DesignInvalid(
            f"belief: found {belief.model}; takes a model that is one distribution of all rates",
            hint="Take none, pooled, bhm, exnex or local_mem.",
        )
    baskets = tuple(replace(basket, prior=p) for basket, p in zip(design.baskets, priors, strict=True))
    nobody = Outcomes(np.zeros((1, len(baskets)), dtype=np.int64), (0,) * len(baskets))
    believed = replace(design, borrowing=belief, baskets=baskets)
    return _predict(design, posterior or Posterior(design), nobody, (None,) * len(baskets), belief=believed)


def _check_single_arm(design: Design) -> None:
    if design.randomised:
        raise DesignInvalid(
            f"{design.title}: found baskets with controls; success is foretold for baskets without",
            hint="Describe the design for its power under stated rates.",
        )


def _check_counts(
    design: Design, responders: Sequence[int], children: Sequence[int], settled: Settled
) -> None:
    for basket, r, n, is_closed in zip(design.baskets, responders, children, settled, strict=True):
        if not 0 <= r <= n:
            raise DesignInvalid(f"{basket.id}: found {r} responders of {n} children; takes 0 to {n}")
        if n > basket.size and is_closed is None:
            raise DesignInvalid(f"{basket.id}: found {n} children; the design takes up to {basket.size}")


def _predict(
    design: Design, posterior: Posterior, now: Outcomes, settled: Settled, *, belief: Design
) -> Prediction:
    _check_single_arm(design)
    _check_range(design, now, settled)
    unstopped = replace(design, futility=None, efficacy=replace(design.efficacy, early=None))
    ahead = _Ahead(now, belief)
    success, _ = ahead.successes(unstopped, posterior, settled)
    by_rules, any_success = ahead.successes(design, posterior, settled)
    return Prediction(success, by_rules, any_success, isinstance(belief.borrowing, Coherent))


def _check_range(design: Design, now: Outcomes, settled: Settled) -> None:
    to_come = [
        basket.size - seen if end is None else 0
        for basket, seen, end in zip(design.baskets, now.sizes, settled, strict=True)
    ]
    count = int(np.prod([number + 1.0 for number in to_come]))
    if count > MOST_OUTCOMES:
        raise BeyondExactRange(
            f"{design.title}: {count:,} outcomes to come; up to {MOST_OUTCOMES:,} are computed exactly",
            hint="Ask again when more children have been seen.",
        )


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


class _Ahead:
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
        model, baskets = self.belief.borrowing, self.belief.baskets
        if isinstance(model, Coherent):
            before = model.log_evidence(self.now, baskets=baskets)[0]
            return np.asarray(np.exp(model.log_evidence(later, baskets=baskets) - before))
        chance = np.ones(len(later.responders))
        for j, size in enumerate(later.sizes):
            if size > self.now.sizes[j]:
                chance *= self._on_its_own(j, size)[later.responders[:, j]]
        return chance

    def _on_its_own(self, basket: int, size: int) -> Floats:
        """(size + 1,): the same for one basket of `size` children in the end, by its own posterior of now."""
        seen, came = int(self.now.responders[0, basket]), size - self.now.sizes[basket]
        at_least = [self._reaches(basket, seen + more, size) for more in range(came + 2)]
        chance = np.zeros(size + 1)
        for more in range(came + 1):
            exactly = max(at_least[more] - at_least[more + 1], 0.0)
            chance[seen + more] = exactly / comb(came, more)
        return chance

    def _reaches(self, basket: int, responders: int, size: int) -> float:
        """Probability that this basket has at least so many responders when it has `size` children."""
        needed, sizes = list(self.now.sizes), list(self.now.sizes)
        needed[basket], sizes[basket] = responders, size
        quantity = Reaches(tuple(needed), tuple(sizes))
        model, baskets = self.belief.borrowing, self.belief.baskets
        return float(model.expect(self.now, baskets=baskets, quantities=[quantity])[0][0, basket])


def _endings(design: Design, posterior: Posterior, start: _Way) -> Iterator[_Way]:
    """Every way to end, from here on; the decisions are those of the design at its looks."""
    looks = [0] * len(design.baskets)
    ways = [start]
    for moved in design.steps():
        for j in moved:
            looks[j] += 1
        met: defaultdict[tuple[Settled, tuple[int, ...]], list[_Way]] = defaultdict(list)
        for way in ways:
            for then in _look(design, posterior, way, moved=moved, looks=looks):
                met[then.settled, then.outcomes.sizes].append(then)
        ways = [_merged(same) for same in met.values()]
    yield from ways  # every basket's last look is among the steps, so that none is open


def _look(
    design: Design, posterior: Posterior, way: _Way, *, moved: tuple[int, ...], looks: list[int]
) -> Iterator[_Way]:
    """One step: the open baskets that have not passed this look take in their children and are judged."""
    plans = {j: design.baskets[j].looks for j in moved if way.settled[j] is None}
    seen = [
        j for j, plan in plans.items() if looks[j] == len(plan) or plan[looks[j] - 1] > way.outcomes.sizes[j]
    ]
    for j in seen:
        way = _taken_in(way, j, design.baskets[j].looks[looks[j] - 1])
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
            kept = Outcomes(way.outcomes.responders[rows], way.outcomes.sizes)
            yield _Way(tuple(settled), kept, way.orders[rows])


def _taken_in(way: _Way, basket: int, size: int) -> _Way:
    """The basket's children up to this size, whatever they show."""
    came = size - way.outcomes.sizes[basket]
    more: Counts = np.arange(came + 1)
    orders = np.array([comb(came, int(k)) for k in more], dtype=float)
    rows = np.repeat(way.outcomes.responders, came + 1, axis=0)
    rows[:, basket] += np.tile(more, len(way.orders))
    sizes = list(way.outcomes.sizes)
    sizes[basket] = size
    grown = Outcomes(rows, tuple(sizes))
    return _merged([_Way(way.settled, grown, np.outer(way.orders, orders).ravel())])


def _merged(ways: Sequence[_Way]) -> _Way:
    """Ways that differ in how they came about only: the counts are enough for what follows."""
    sizes = ways[0].outcomes.sizes
    rows = np.concatenate([way.outcomes.responders for way in ways])
    shape = tuple(size + 1 for size in sizes)
    codes, place = np.unique(np.ravel_multi_index(tuple(rows.T), shape), return_inverse=True)
    orders = np.bincount(place, weights=np.concatenate([way.orders for way in ways])).astype(float)
    return _Way(ways[0].settled, Outcomes(np.column_stack(np.unravel_index(codes, shape)), sizes), orders)
