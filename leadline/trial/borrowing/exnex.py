"""Exchangeability-nonexchangeability: a basket is like others, or stands alone, with fixed prior weights.

A basket's log odds come from one of one or two common normal distributions, each with its own unknown mean and
spread, or from a distribution of its own: the normal of `alone`, or without it the basket's own prior.

Sources   [N16] Neuenschwander B, Wandel S, Roychoudhury S, Bailey S. Pharm Stat 2016;15:123-134
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Len, Lt
from pydantic.dataclasses import dataclass

from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.hyper_grid import HyperGrid
from leadline.trial.borrowing.beta import CLOSED, Mean
from leadline.trial.borrowing.hierarchical import (
    HELD,
    Centre,
    Factors,
    Sitting,
    SpreadPrior,
    Study,
    basket_factors,
    distinct_rows,
    log_best,
    lone_factors,
    node_grid,
    offsets,
    sittings,
    sums_over_nodes,
    total_over_nodes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Counts, Floats, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Common:
    """One exchangeable distribution: mu ~ N(mean, sd^2), tau ~ half-normal(tau_scale); `weight` is its prior weight.

    `studies` from outside, as of adults, come from it too.
    """

    mean: float
    sd: Annotated[float, Gt(0)]
    tau_scale: Annotated[float, Gt(0)]
    weight: Annotated[float, Gt(0), Lt(1)]
    tau_lowest: Annotated[float, Ge(0)] = 0.0
    studies: tuple[Study, ...] = ()

    @property
    def hyper_prior(self) -> HyperPrior:
        """The prior of mean and spread."""
        return HyperPrior(self.mean, self.sd, SpreadPrior(self.tau_scale, self.tau_lowest))


@dataclass(frozen=True, slots=True, config=CLOSED)
class Alone:
    """The normal distribution of a basket that is like no other, in log odds counted from `centre`."""

    mean: float
    sd: Annotated[float, Gt(0)]


@dataclass(frozen=True, slots=True, config=CLOSED)
class ExNex:
    """What the weights of `common` leave is the weight of standing alone."""

    model: Literal["exnex"]
    common: Annotated[tuple[Common, ...], Len(1, 2)]
    alone: Alone | None = None
    centre: Centre = Centre.NULL_RATE

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        return [self._expect(outcomes, baskets, quantity) for quantity in quantities]

    def _expect(self, outcomes: Outcomes, baskets: Sequence[Beforehand], quantity: Quantity) -> Floats:
        total, weighted = self._sums(outcomes, baskets, quantity)
        return weighted / total[:, None]

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        grids, first, second = self._factors(outcomes, baskets, Mean())
        if second is None:
            total = total_over_nodes(outcomes.entries, grids[0].weight, first)
        else:
            total, _ = _two_components(outcomes.entries, grids, first, second)
        return np.asarray(np.log(total) + log_best(outcomes))

    def _sums(
        self, outcomes: Outcomes, baskets: Sequence[Beforehand], quantity: Quantity
    ) -> tuple[Floats, Floats]:
        grids, first, second = self._factors(outcomes, baskets, quantity)
        if second is None:
            return sums_over_nodes(outcomes.entries, grids[0].weight, first)
        return _two_components(outcomes.entries, grids, first, second)

    def _factors(
        self, outcomes: Outcomes, baskets: Sequence[Beforehand], quantity: Quantity
    ) -> tuple[list[HyperGrid], list[Factors], list[Factors] | None]:
        """The nodes of each common distribution, and each basket at them; those that stand alone are with the first."""
        from_zero = offsets(self.centre, baskets)
        seats = sittings(outcomes, quantity, baskets, from_zero)
        grids = [
            node_grid(part.hyper_prior, quantity=quantity, centres=from_zero, studies=part.studies)
            for part in self.common
        ]
        first = [
            _first_or_alone(self, quantity, grids[0], sitting, basket)
            for sitting, basket in zip(seats, baskets, strict=True)
        ]
        if len(grids) == 1:
            return grids, first, None
        second = [
            basket_factors(quantity, grids[1], sitting, basket).scaled(self.common[1].weight)
            for sitting, basket in zip(seats, baskets, strict=True)
        ]
        return grids, first, second


@lru_cache(maxsize=HELD)
def _first_or_alone(
    model: ExNex, quantity: Quantity, grid: HyperGrid, sitting: Sitting, basket: Beforehand
) -> Factors:
    """A basket that belongs to the first common distribution or stands alone, each by its prior weight."""
    shared = basket_factors(quantity, grid, sitting, basket).scaled(model.common[0].weight)
    alone = 1 - sum(part.weight for part in model.common)
    return shared.plus(_alone(model, quantity, sitting, basket).scaled(alone))


def _alone(model: ExNex, quantity: Quantity, sitting: Sitting, basket: Beforehand) -> Factors:
    if model.alone is None:
        return lone_factors(quantity, sitting, basket)
    node = HyperGrid(np.array([model.alone.mean]), np.array([model.alone.sd]), np.ones(1))
    return basket_factors(quantity, node, sitting, basket)


def _two_components(
    counts: Counts, grids: Sequence[HyperGrid], first: Sequence[Factors], second: Sequence[Factors]
) -> tuple[Floats, Floats]:
    """Summed over which baskets belong to the second distribution; given that, the two are independent."""
    total, weighted = np.zeros(len(counts)), np.zeros(counts.shape)
    for flags in product((False, True), repeat=counts.shape[1]):
        theirs = [j for j, flag in enumerate(flags) if flag]
        ours = [j for j, flag in enumerate(flags) if not flag]
        one, one_weighted = _sums(counts, ours, grids[0], first)
        two, two_weighted = _sums(counts, theirs, grids[1], second)
        total += one * two
        weighted[:, ours] += one_weighted * two[:, None]
        weighted[:, theirs] += two_weighted * one[:, None]
    return total, weighted


def _sums(
    counts: Counts, columns: list[int], grid: HyperGrid, factors: Sequence[Factors]
) -> tuple[Floats, Floats]:
    """Distinct counts of these baskets are summed once and looked up."""
    distinct, rows = distinct_rows(counts[:, columns])
    total, weighted = sums_over_nodes(distinct, grid.weight, [factors[j] for j in columns])
    return total[rows], weighted[rows]
