"""No borrowing: each basket is judged on its own children and its own prior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, Seen, expect_mixture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class Independent:
    """Beta-binomial, basket by basket."""

    model: Literal["none"] = "none"

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        return [
            np.column_stack(
                [_column(outcomes, quantity, j, basket.prior) for j, basket in enumerate(baskets)]
            )
            for quantity in quantities
        ]


def _column(outcomes: Outcomes, quantity: Quantity, basket: int, prior: Prior) -> Floats:
    size = outcomes.sizes[basket]
    counts = np.arange(size + 1)  # the answer depends on the basket's own count alone: a table of size + 1
    table = expect_mixture(
        quantity,
        basket,
        prior,
        counts.astype(float),
        (size - counts).astype(float),
        seen=Seen(counts, size),
    )
    return table[outcomes.responders[:, basket]]
