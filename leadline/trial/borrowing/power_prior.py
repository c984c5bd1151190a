"""Power prior: a basket's posterior counts another basket's children at their weight.

Shapes of basket i: a_i + sum_j w_ij r_j and b_i + sum_j w_ij (n_j - r_j), with w_ii = 1; a global weight multiplies
every w_ij but w_ii. Not monotone: a responder
elsewhere can turn a success into none, because it can take away a weight.

Sources   [B23] Baumann L, Sauer L, Kieser M. arXiv:2309.06988
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, Seen, expect_mixture
from leadline.trial.borrowing.weights import GlobalWeight, Similarity, Weights, weight_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Annotated

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class PowerPrior:
    """Each basket keeps its own prior; the weights say how much it borrows."""

    model: Literal["power_prior"]
    weights: Annotated[Weights, Field(discriminator="kind")]
    global_weight: GlobalWeight | None = None

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        priors = [basket.prior for basket in baskets]
        shared = pair_weights(self.weights, outcomes, priors, global_weight=self.global_weight)
        counts, sizes = outcomes.responders.astype(float), np.array(outcomes.sizes, dtype=float)
        responders = np.einsum("oij,oj->oi", shared, counts)
        others = np.einsum("oij,oj->oi", shared, sizes - counts)
        return [
            np.column_stack(
                [
                    expect_mixture(
                        quantity,
                        j,
                        basket.prior,
                        responders[:, j],
                        others[:, j],
                        seen=Seen(outcomes.responders[:, j], outcomes.sizes[j]),
                        self_adapting=basket.self_adapting,
                    )
                    for j, basket in enumerate(baskets)
                ]
            )
            for quantity in quantities
        ]


def pair_weights(
    weights: Weights, outcomes: Outcomes, priors: Sequence[Prior], *, global_weight: GlobalWeight | None
) -> Floats:
    """(outcomes, baskets, baskets): symmetric, 1 on the diagonal."""
    baskets = len(priors)
    all_alike = 1.0 if global_weight is None else global_weight.of(outcomes)
    shared = np.ones((len(outcomes.responders), baskets, baskets))
    for i in range(baskets):
        for j in range(i + 1, baskets):
            pair = Similarity((outcomes.sizes[i], outcomes.sizes[j]), (priors[i], priors[j]))
            table = weight_table(weights, pair)
            pairs = table[outcomes.responders[:, i], outcomes.responders[:, j]]
            shared[:, i, j] = shared[:, j, i] = all_alike * pairs
    return shared
