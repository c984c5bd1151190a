"""Complete pooling: one rate for all baskets. The limit that the other models approach, seldom a design.

The prior of the one rate is the average of the baskets' priors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, average_prior
from leadline.trial.borrowing.blocks import block_log_marginal, expect_in_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Pooled:
    """All children are one group."""

    model: Literal["pooled"] = "pooled"

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        everybody, prior = list(range(len(baskets))), _prior(baskets)
        return [
            np.column_stack([expect_in_block(quantity, j, prior, outcomes, everybody) for j in everybody])
            for quantity in quantities
        ]

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        return block_log_marginal(_prior(baskets), outcomes, range(len(baskets)))


def _prior(baskets: Sequence[Beforehand]) -> Prior:
    return average_prior([basket.prior for basket in baskets])
