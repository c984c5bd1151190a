"""No borrowing: each basket is judged on its own children and its own prior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED, Seen, expect_mixture, log_marginal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Quantity
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
            np.column_stack([_column(outcomes, quantity, j, basket) for j, basket in enumerate(baskets)])
            for quantity in quantities
        ]

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        counts, sizes = outcomes.responders.astype(float), np.array(outcomes.sizes, dtype=float)
        alone = [
            log_marginal(basket.prior, counts[:, j], sizes[j] - counts[:, j])
            for j, basket in enumerate(baskets)
        ]
        return np.asarray(sum(alone))


def _column(outcomes: Outcomes, quantity: Quantity, position: int, basket: Beforehand) -> Floats:
    size = outcomes.sizes[position]
    counts = np.arange(size + 1)  # the answer depends on the basket's own count alone: a table of size + 1
    table = expect_mixture(
        quantity,
        position,
        basket.prior,
        counts.astype(float),
        (size - counts).astype(float),
        seen=Seen(counts, size),
        self_adapting=basket.self_adapting,
    )
    return table[outcomes.responders[:, position]]
