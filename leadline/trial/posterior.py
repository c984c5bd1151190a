"""Posterior expectations for the outcomes of one design, each computed once and then looked up."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.independent import Independent

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Counts, Floats, Quantity
    from leadline.trial.design import Design


class Posterior:
    """The borrowing model of a design, with a memory: no posterior is computed twice.

    Decisions do not depend on the true rates, so that every scenario and every threshold uses the same tables.
    """

    def __init__(self, design: Design) -> None:
        self._design = design
        self._of_multisets: dict[tuple[Outcomes, Quantity], Floats] = {}
        self._tables: dict[tuple[tuple[int, ...], Quantity], Floats] = {}

    def expect(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        """(outcomes, baskets). The quantity has to be the same for like baskets."""
        if outcomes.multisets:
            if (outcomes, quantity) not in self._of_multisets:
                self._of_multisets[outcomes, quantity] = self._compute(outcomes, quantity)
            return self._of_multisets[outcomes, quantity]
        order = self._canonical_order(outcomes)
        sizes = tuple(np.array(outcomes.sizes)[order[0]].tolist()) if len(order) else outcomes.sizes
        values = self._look_up(
            Outcomes(np.take_along_axis(outcomes.responders, order, axis=1), sizes), quantity
        )
        expected = np.empty_like(values)
        np.put_along_axis(expected, order, values, axis=1)
        return expected

    def _canonical_order(self, outcomes: Outcomes) -> Counts:
        """(outcomes, baskets): like baskets sorted by size, then count, so that one entry serves all their orders."""
        most = max(outcomes.sizes) + 1
        kind_first = (np.array(self._design.alike) * most + outcomes.sizes) * most + outcomes.responders
        return np.argsort(kind_first, axis=1, kind="stable")

    def _look_up(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        """Entries of the table of these sizes; those asked for the first time are computed."""
        shape = tuple(size + 1 for size in outcomes.sizes)
        table = self._tables.setdefault(
            (outcomes.sizes, quantity), np.full((math.prod(shape), len(shape)), np.nan)
        )
        rows = np.ravel_multi_index(tuple(outcomes.responders.T), shape)
        new = np.unique(rows[np.isnan(table[rows, 0])])
        if new.size:
            fresh = Outcomes(np.column_stack(np.unravel_index(new, shape)), outcomes.sizes)
            table[new] = self._compute(fresh, quantity)
        return np.asarray(table[rows])

    def _compute(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        return self._design.borrowing.expect(outcomes, baskets=self._design.baskets, quantities=[quantity])[0]


@cache
def sufficient_counts(design: Design) -> tuple[int, ...]:
    """For each basket, the responders among its full size that suffice for success without borrowing.

    One more than the size where no count suffices.
    """
    counts = []
    for basket in design.baskets:
        alone = Outcomes(np.arange(basket.size + 1)[:, None], (basket.size,))
        above = Independent().expect(alone, baskets=[basket], quantities=[Above((basket.null_rate,))])[0]
        enough = np.flatnonzero(above[:, 0] >= design.efficacy.posterior)
        counts.append(int(enough[0]) if enough.size else basket.size + 1)
    return tuple(counts)


@cache
def binomial(size: int, rate: float) -> Floats:
    """Binomial probabilities of 0..size responders."""
    counts: Counts = np.arange(size + 1)
    ways = np.array([math.comb(size, int(count)) for count in counts], dtype=float)
    law = np.asarray(ways * rate**counts * (1 - rate) ** (size - counts))
    law.setflags(write=False)
    return law
