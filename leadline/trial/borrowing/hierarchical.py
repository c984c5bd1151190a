"""Hierarchical models of the baskets' log odds: tables by count at the nodes of the hyperparameters.

Given mean and spread the baskets are independent, so that a trial outcome costs one product over baskets at each
node. The products are shared: the outcomes' left and right halves are multiplied out once each, and a matrix
product joins them.

Sources   [B13] Berry SM, Broglio KR, Groshen S, Berry DA. Clin Trials 2013;10:720-734
          [N16] Neuenschwander B, Wandel S, Roychoudhury S, Bailey S. Pharm Stat 2016;15:123-134
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import numpy as np
from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic.dataclasses import dataclass as design_value
from scipy.special import logit, xlog1py, xlogy

from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.hyper_grid import (
    BinomialNormalIntegrals,
    HyperGrid,
    Wanted,
    given_studies,
    hyper_grid,
    integrate,
)
from leadline.evidence.likelihoods import BinomialLikelihood
from leadline.trial.borrowing.beta import (
    CLOSED,
    Above,
    Mean,
    Reaches,
    Seen,
    expect_mixture,
    log_choose,
    log_marginal,
)
from leadline.trial.borrowing.effects import alone_sums, effect_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Counts, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes

# Nodes a panel by fineness. Measured against 14, over random outcomes of 2 to 4 baskets of 5 to 40 children, unlikely
# ones among them, and six priors: probabilities above a rate, with panels graded towards it, to 2e-4 where baskets are
# as unlike as can be; then 3e-6; then 1e-8. Means and predictions, without grading, to 2e-5, and half of them to 1e-6.
ORDERS_GRADED, ORDER = (4, 6, 8), 6
ORDER_WITHIN = 8  # nodes a panel of a basket's own log odds: eight digits
CLOSE = (5e-4, 5e-6)  # to a cut-off: computed again, with the next fineness
QUADRATURE_ERROR = (
    1e-7  # of what is then decided: that of the effects against controls, the largest (`effects`)
)
HELD = 48  # arrays of each kind kept for the next question, a few MB each: those of a design of six baskets


class Centre(StrEnum):
    """The rate at which a basket's log odds are counted as zero, so that unlike baskets can be alike."""

    NONE = "none"
    NULL_RATE = "null_rate"
    TARGET_RATE = "target_rate"
    CONTROL = "control"  # of a randomised basket its own controls' rate, unknown; of another its null rate


@dataclass(frozen=True, slots=True)
class SpreadPrior:
    """tau ~ half-normal of this scale, cut off below `lowest`: samplers often keep tau from zero, at 0.001."""

    scale: float
    lowest: float

    @property
    def breaks(self) -> Floats:
        """Limits of the panels over which tau is integrated."""
        panels = HalfNormal(self.scale).breaks
        return np.concatenate([[self.lowest], panels[panels > self.lowest]])

    def density(self, tau: Floats) -> Floats:
        """Up to a constant."""
        return HalfNormal(self.scale).density(tau)


@design_value(frozen=True, slots=True, config=CLOSED)
class Study:
    """A result from outside, as of adults, that shares the common mean and spread as one more basket would.

    centre_rate   the rate at which its log odds count as zero, as the baskets' do at their `centre`; none without one
    weight        what a patient counts for, of a child: the power of the likelihood
    """

    name: Annotated[str, Len(1)]
    responders: Annotated[int, Ge(0)]
    patients: Annotated[int, Gt(0)]
    centre_rate: Annotated[float, Gt(0), Lt(1)] | None = None
    weight: Annotated[float, Gt(0), Le(1)] = 1.0
    reason: str = ""

    @property
    def offset(self) -> float:
        """Log odds of the centre rate."""
        return 0.0 if self.centre_rate is None else float(logit(self.centre_rate))

    @property
    def counted(self) -> tuple[float, float]:
        """Responders and patients at their weight."""
        return self.weight * self.responders, self.weight * self.patients


def offsets(centre: Centre, baskets: Sequence[Beforehand]) -> list[float]:
    """One a basket, in log odds."""
    match centre:
        case Centre.NONE:
            return [0.0] * len(baskets)
        case Centre.NULL_RATE | Centre.CONTROL:
            return [float(logit(basket.null_rate)) for basket in baskets]
        case Centre.TARGET_RATE:
            return [float(logit(basket.target_rate)) for basket in baskets]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """One basket at the nodes of one pair of hyperparameters, by its count: arrays (size + 1, nodes).

    marginal   likelihood, relative to its largest value at each count
    weighted   the same times the quantity asked for: their ratio is its expectation at a node
    """

    marginal: Floats
    weighted: Floats

    def scaled(self, weight: float) -> Factors:
        """Both times a prior weight."""
        return Factors(weight * self.marginal, weight * self.weighted)

    def plus(self, other: Factors) -> Factors:
        """A mixture of two parts, each already at its weight."""
        return Factors(self.marginal + other.marginal, self.weighted + other.weighted)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where in a quantity a basket sits.

    basket          its position
    size, controls  treated children and controls so far
    wanted          what is integrated for it, and `together` for all baskets without controls
    entries         of its table that are asked for, rising
    """

    basket: int
    size: int
    controls: int
    wanted: Wanted
    together: tuple[Wanted, ...]
    entries: Counts = field(compare=False)


def sittings(
    outcomes: Outcomes, quantity: Quantity, baskets: Sequence[Beforehand], from_zero: Sequence[float]
) -> list[Sitting]:
    """One a basket."""
    cuts = quantity.rates if isinstance(quantity, Above) else (None,) * len(baskets)
    later = quantity.sizes if isinstance(quantity, Reaches) else outcomes.sizes
    wanted = [
        Wanted(max(basket.size, *sizes), cut, offset)
        for basket, cut, offset, *sizes in zip(baskets, cuts, from_zero, outcomes.sizes, later, strict=True)
    ]
    alone = zip(wanted, baskets, strict=True)
    together = tuple(dict.fromkeys(one for one, basket in alone if basket.control is None))
    controls = outcomes.control_sizes or (0,) * len(baskets)
    entries = outcomes.entries
    return [
        Sitting(j, size, controls[j], wanted[j], together, np.flatnonzero(np.bincount(entries[:, j])))
        for j, size in enumerate(outcomes.sizes)
    ]


def node_grid(
    prior: HyperPrior, *, quantity: Quantity, centres: Sequence[float], studies: tuple[Study, ...]
) -> HyperGrid:
    """Nodes of mean and spread, crowded where a probability above a rate turns from 0 to 1 for small spread.

    They crowd at the studies' results too, which may leave the mean little room.
    """
    rates = quantity.rates if isinstance(quantity, Above) else ()
    towards = {round(float(logit(rate)) - centre, 12) for rate, centre in zip(rates, centres, strict=False)}
    order = ORDERS_GRADED[quantity.fineness] if isinstance(quantity, Above) else ORDER
    return _grid(prior, tuple(sorted(towards)), order, studies)


@lru_cache(maxsize=64)
def _grid(prior: HyperPrior, towards: tuple[float, ...], order: int, studies: tuple[Study, ...]) -> HyperGrid:
    if not studies:
        return hyper_grid(prior, towards=towards, order=order)
    likelihood = BinomialLikelihood.of(*zip(*(study.counted for study in studies), strict=True))
    centres = [study.offset for study in studies]
    results = likelihood.estimate - np.array(centres)
    grid = hyper_grid(prior, towards=[*towards, *results.tolist()], order=order)
    return given_studies(grid, likelihood, centres)


@lru_cache(maxsize=HELD)
def _integrals(together: tuple[Wanted, ...], grid: HyperGrid) -> dict[Wanted, BinomialNormalIntegrals]:
    return dict(zip(together, integrate(together, grid.mu, grid.tau, order=ORDER_WITHIN), strict=True))


@lru_cache(maxsize=HELD)
def normal_factors(quantity: Quantity, grid: HyperGrid, sitting: Sitting) -> Factors:
    """A basket whose log odds are normal around each node's mean."""
    integrals, size = _integrals(sitting.together, grid)[sitting.wanted], sitting.size
    marginal = integrals.marginal(size)
    match quantity:
        case Above():
            return Factors(marginal, integrals.tail(size))
        case Mean():
            return Factors(marginal, integrals.mean(size))
        case Reaches(responders, sizes):
            full = sizes[sitting.basket]
            later = integrals.marginal(full)
            return Factors(marginal, _reached(later, size, full, responders[sitting.basket]))


def basket_factors(quantity: Quantity, grid: HyperGrid, sitting: Sitting, basket: Beforehand) -> Factors:
    """A basket whose log odds, or of a randomised one whose effect, is normal around each node's mean."""
    if basket.control is None:
        return normal_factors(quantity, grid, sitting)
    sizes = sitting.size, sitting.controls
    return Factors(*effect_sums(quantity, grid, basket, sitting.basket, sizes, entries=sitting.entries))


def _reached(later: Floats, size: int, full: int, needed: int) -> Floats:
    """(size + 1, nodes): the marginal of each count and enough responders among the children to come."""
    weighted = np.zeros((size + 1, later.shape[1]))
    for count in range(size + 1):
        for more in range(max(0, needed - count), full - size + 1):
            scale = log_choose(full - size, more) + _log_best(full, count + more) - _log_best(size, count)
            weighted[count] += np.exp(scale) * later[count + more]
    return weighted


def _log_best(size: int, count: int) -> float:
    """Log of the largest value of the likelihood of a count, to which the tables are relative."""
    return float(xlogy(count, count / size) + xlog1py(size - count, -count / size)) if size else 0.0


def log_best(outcomes: Outcomes) -> Floats:
    """(outcomes,): log of the largest likelihood of each outcome, to which the sums over nodes are relative."""
    best = _log_best_of(outcomes.responders, outcomes.sizes)
    if outcomes.control_responders is not None:
        best = best + _log_best_of(outcomes.control_responders, outcomes.control_sizes)
    return best


def _log_best_of(counts: Counts, sizes: Sequence[int]) -> Floats:
    tables = [np.array([_log_best(size, count) for count in range(size + 1)]) for size in sizes]
    return np.asarray(sum(table[counts[:, j]] for j, table in enumerate(tables)))


def lone_factors(quantity: Quantity, sitting: Sitting, basket: Beforehand) -> Factors:
    """A basket that stands alone on its own prior, or priors: arrays (entries, 1)."""
    if basket.control is None:
        return beta_factors(quantity, basket.prior, sitting)
    return Factors(*alone_sums(quantity, basket, sitting.basket, (sitting.size, sitting.controls)))


def beta_factors(quantity: Quantity, prior: Prior, sitting: Sitting) -> Factors:
    """A basket without controls that stands alone on its own prior: arrays (size + 1, 1)."""
    counts = np.arange(sitting.size + 1)
    successes, others = counts.astype(float), (sitting.size - counts).astype(float)
    best = np.array([_log_best(sitting.size, int(count)) for count in counts])
    marginal = np.exp(log_marginal(prior, successes, others) - best)
    seen = Seen(counts, sitting.size)
    expected = expect_mixture(quantity, sitting.basket, prior, successes, others, seen=seen)
    return Factors(marginal[:, None], (marginal * expected)[:, None])


def sums_over_nodes(counts: Counts, weight: Floats, factors: Sequence[Factors]) -> tuple[Floats, Floats]:
    """For each outcome the sum over nodes of the product of its baskets' marginals, and with one of them weighted.

    counts    (outcomes, baskets)
    weight    (nodes,), prior probability of the nodes
    returns   (outcomes,) and (outcomes, baskets), the latter with that basket's quantity in place of its marginal
    """
    baskets = counts.shape[1]
    if baskets == 0:
        return np.ones(len(counts)), np.empty((len(counts), 0))
    sums = _sums(counts, weight, factors, (None, *range(baskets)))
    return sums[0], np.column_stack(sums[1:])


def total_over_nodes(counts: Counts, weight: Floats, factors: Sequence[Factors]) -> Floats:
    """The first of these sums alone, in a quarter of the time for three baskets: (outcomes,)."""
    return _sums(counts, weight, factors, (None,))[0]


MOST_HELD = (
    4_000_000  # products held together, 32 MB; above it the nodes, or the outcomes, are taken in parts
)
IN_CACHE = 100_000  # products that a processor keeps at hand: so many nodes are taken at once as give them,
MANY_NODES = 256  # or so many, if memory allows, as fewer cost more in calls than in sums
LEAST_NODES = 16  # for which there has to be memory
PAIRS_WORTH = (
    20  # a matrix product of all pairs is worth so many pairs an outcome; drawn outcomes have too few
)


def _sums(
    counts: Counts, weight: Floats, factors: Sequence[Factors], weighted: Sequence[int | None]
) -> list[Floats]:
    """(outcomes,) for each: the sum over nodes with this basket weighted, or none.

    The products of the outcomes' left and right halves are multiplied out once each, a few nodes at a time.
    """
    middle = counts.shape[1] // 2
    left, left_rows = distinct_rows(counts[:, :middle])
    right, right_rows = distinct_rows(counts[:, middle:])
    all_pairs = len(left) * len(right) <= PAIRS_WORTH * len(counts)
    sums_held = len(left) * len(right) if all_pairs else len(counts)
    rows_held = len(left) + len(right) + (0 if all_pairs else 2 * len(counts))
    if max(sums_held * len(weighted), rows_held * LEAST_NODES) > MOST_HELD and len(counts) > 1:
        half = len(counts) // 2
        parts = [_sums(part, weight, factors, weighted) for part in (counts[:half], counts[half:])]
        return [np.concatenate(both) for both in zip(*parts, strict=True)]
    shape = (len(left), len(right)) if all_pairs else (len(counts),)
    sums = [np.zeros(shape) for _ in weighted]
    step = max(IN_CACHE // rows_held, min(MANY_NODES, MOST_HELD // rows_held))
    for start in range(0, len(weight), step):
        nodes = slice(start, start + step)
        products = _Halves((left, right), factors, nodes)
        for found, basket in zip(sums, weighted, strict=True):
            one, other = products.weighted(basket)
            one = one * weight[nodes]
            found += one @ other.T if all_pairs else np.einsum("on,on->o", one[left_rows], other[right_rows])
    return [found[left_rows, right_rows] for found in sums] if all_pairs else sums


class _Halves:
    """The products of the left and of the right baskets' factors at some nodes."""

    def __init__(self, halves: tuple[Counts, Counts], factors: Sequence[Factors], nodes: slice) -> None:
        self.halves, self.factors, self.nodes = halves, factors, nodes
        self.middle = halves[0].shape[1]
        self.plain = self._product(0, None), self._product(1, None)

    def weighted(self, basket: int | None) -> tuple[Floats, Floats]:
        """Both products, with one basket's quantity in place of its marginal."""
        left, right = self.plain
        if basket is None:
            return left, right
        if basket < self.middle:
            return self._product(0, basket), right
        return left, self._product(1, basket - self.middle)

    def _product(self, half: int, weighted: int | None) -> Floats:
        """(outcomes, nodes), or (outcomes, 1) without baskets."""
        counts = self.halves[half]
        factors = self.factors[self.middle :] if half else self.factors[: self.middle]
        product = np.ones((len(counts), 1))
        for j, factor in enumerate(factors):
            at_nodes = (factor.weighted if j == weighted else factor.marginal)[:, self._of(factor)]
            product = product * at_nodes[counts[:, j]]
        return product

    def _of(self, factor: Factors) -> slice:
        """The nodes; of a basket that stands alone the one that there is."""
        return self.nodes if factor.marginal.shape[1] > 1 else slice(None)


def distinct_rows(counts: Counts) -> tuple[Counts, Counts]:
    """The distinct rows, and for each row which of them it is."""
    if counts.shape[1] == 0:
        return counts[:1], np.zeros(len(counts), dtype=np.int64)
    shape = counts.max(axis=0) + 1
    codes, rows = np.unique(np.ravel_multi_index(tuple(counts.T), shape), return_inverse=True)
    return np.column_stack(np.unravel_index(codes, shape)), rows
