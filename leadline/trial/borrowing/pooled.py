"""Complete pooling: one rate for all baskets. The limit that the other models approach, seldom a design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED
from leadline.trial.borrowing.blocks import block_log_marginal, expect_in_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Pooled:
    """All children are one group; the baskets share the first basket's prior (checked to be everybody's)."""

    model: Literal["pooled"] = "pooled"

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        everybody = range(len(baskets))
        return [
            np.column_stack(
                [expect_in_block(quantity, j, baskets[0].prior, outcomes, list(everybody)) for j in everybody]
            )
            for quantity in quantities
        ]

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        return block_log_marginal(baskets[0].prior, outcomes, range(len(baskets)))
