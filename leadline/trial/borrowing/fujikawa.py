"""Fujikawa's model: like the power prior, but the weights share the baskets' priors along with their children.

Shapes of basket i: sum_j w_ij (a_j + r_j) and sum_j w_ij (b_j + n_j - r_j). A basket whose prior is a mixture of betas
keeps its components, each shifted by what the others share, and weighed again by those counts; what it shares of its
prior itself is their average shapes.

Sources   [F20] Fujikawa K, Teramukai S, Yokota I, Daimon T. Biom J 2020;62:330-338
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, Seen, expect_mixture
from leadline.trial.borrowing.power_prior import pair_weights
from leadline.trial.borrowing.weights import GlobalWeight, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Fujikawa:
    """The weights say how much of its results and its prior a basket shares."""

    model: Literal["fujikawa"]
    weights: Annotated[Weights, Field(discriminator="kind")]
    global_weight: GlobalWeight | None = None

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        priors = [basket.prior for basket in baskets]
        responders, others = self.shared(outcomes, priors=priors)
        return [
            np.column_stack(
                [
                    expect_mixture(quantity, j, prior, responders[:, j], others[:, j], seen=seen)
                    for j, (prior, seen) in enumerate(zip(priors, _seen(outcomes), strict=True))
                ]
            )
            for quantity in quantities
        ]

    def shared(self, outcomes: Outcomes, *, priors: Sequence[Prior]) -> tuple[Floats, Floats]:
        """What is added to the shapes of each basket's own prior: two arrays (outcomes, baskets)."""
        weights = pair_weights(self.weights, outcomes, priors, global_weight=self.global_weight)
        counts, sizes = outcomes.responders.astype(float), np.array(outcomes.sizes, dtype=float)
        a, b = (np.array(shapes) for shapes in zip(*map(_average_shapes, priors), strict=True))
        return (
            np.einsum("oij,oj->oi", weights, a + counts) - a,
            np.einsum("oij,oj->oi", weights, b + sizes - counts) - b,
        )


def _average_shapes(prior: Prior) -> tuple[float, float]:
    return sum(part.weight * part.a for part in prior), sum(part.weight * part.b for part in prior)


def _seen(outcomes: Outcomes) -> list[Seen]:
    return [Seen(outcomes.responders[:, j], size) for j, size in enumerate(outcomes.sizes)]
