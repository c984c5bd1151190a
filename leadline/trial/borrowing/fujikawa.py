"""Fujikawa's model: like the power prior, but the weights share the baskets' priors along with their children.

Shapes of basket i: sum_j w_ij (a_j + r_j) and sum_j w_ij (b_j + n_j - r_j).

Sources   [F20] Fujikawa K, Teramukai S, Yokota I, Daimon T. Biom J 2020;62:330-338
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, Seen, expect_beta
from leadline.trial.borrowing.power_prior import pair_weights
from leadline.trial.borrowing.weights import GlobalWeight, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Fujikawa:
    """Takes one beta, not a mixture, as the prior of a basket (checked when the design is read)."""

    model: Literal["fujikawa"]
    weights: Annotated[Weights, Field(discriminator="kind")]
    global_weight: GlobalWeight | None = None

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        shape_1, shape_2 = self.shapes(outcomes, priors=[basket.prior for basket in baskets])
        return [
            np.column_stack(
                [
                    expect_beta(
                        quantity, j, shape_1[:, j], shape_2[:, j], Seen(outcomes.responders[:, j], size)
                    )
                    for j, size in enumerate(outcomes.sizes)
                ]
            )
            for quantity in quantities
        ]

    def shapes(self, outcomes: Outcomes, *, priors: Sequence[Prior]) -> tuple[Floats, Floats]:
        """Both shapes of each basket's beta posterior: two arrays (outcomes, baskets)."""
        shared = pair_weights(self.weights, outcomes, priors, global_weight=self.global_weight)
        counts, sizes = outcomes.responders.astype(float), np.array(outcomes.sizes, dtype=float)
        a = np.array([prior[0].a for prior in priors])
        b = np.array([prior[0].b for prior in priors])
        return (
            np.einsum("oij,oj->oi", shared, a + counts),
            np.einsum("oij,oj->oi", shared, b + sizes - counts),
        )
