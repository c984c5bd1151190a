"""Hierarchical model: the baskets' log odds vary around a common mean by an unknown spread.

logit p_j - offset_j ~ N(mu, tau^2), mu ~ N(mean, sd^2), tau ~ half-normal(tau_scale). The baskets' own priors are not
used (`exnex` uses them).

Sources   [B13] Berry SM, Broglio KR, Groshen S, Berry DA. Clin Trials 2013;10:720-734
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt
from pydantic.dataclasses import dataclass

from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.hyper_grid import HyperGrid
from leadline.trial.borrowing.beta import CLOSED, Mean
from leadline.trial.borrowing.hierarchical import (
    Centre,
    Factors,
    SpreadPrior,
    Study,
    basket_factors,
    log_best,
    node_grid,
    offsets,
    sittings,
    sums_over_nodes,
    total_over_nodes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Hierarchical:
    """One common mean for all baskets, counted from each basket's `centre` rate. `studies` from outside share it."""

    model: Literal["bhm"]
    mean: float = 0.0
    sd: Annotated[float, Gt(0)] = 2.0
    tau_scale: Annotated[float, Gt(0)] = 1.0
    tau_lowest: Annotated[float, Ge(0)] = 0.0
    centre: Centre = Centre.NULL_RATE
    studies: tuple[Study, ...] = ()

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        return [self._expect(outcomes, baskets, quantity) for quantity in quantities]

    def _expect(self, outcomes: Outcomes, baskets: Sequence[Beforehand], quantity: Quantity) -> Floats:
        grid, factors = self._at_nodes(outcomes, baskets, quantity)
        total, weighted = sums_over_nodes(outcomes.entries, grid.weight, factors)
        return weighted / total[:, None]

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        grid, factors = self._at_nodes(outcomes, baskets, Mean())
        total = total_over_nodes(outcomes.entries, grid.weight, factors)
        return np.asarray(np.log(total) + log_best(outcomes))

    def _at_nodes(
        self, outcomes: Outcomes, baskets: Sequence[Beforehand], quantity: Quantity
    ) -> tuple[HyperGrid, list[Factors]]:
        from_zero = offsets(self.centre, baskets)
        prior = HyperPrior(self.mean, self.sd, SpreadPrior(self.tau_scale, self.tau_lowest))
        grid = node_grid(prior, quantity=quantity, centres=from_zero, studies=self.studies)
        factors = [
            basket_factors(quantity, grid, sitting, basket)
            for sitting, basket in zip(sittings(outcomes, quantity, baskets, from_zero), baskets, strict=True)
        ]
        return grid, factors
