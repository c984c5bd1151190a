"""Posterior expectations for the outcomes of one design, each computed once and then looked up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.independent import Independent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts, Floats, Quantity
    from leadline.trial.design import Design


class Posterior:
    """The borrowing model of a design, with a memory: no posterior is computed twice.

    Decisions do not depend on the true rates, so that every scenario and every threshold uses the same tables.
    """

    def __init__(self, design: Design) -> None:
        self._design = design
        self._of_multisets: dict[tuple[Outcomes, Quantity], Floats] = {}
        self._tables: dict[tuple[tuple[int, ...], Quantity], _Table] = {}

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
        codes = np.ravel_multi_index(tuple(outcomes.responders.T), shape)
        table = self._tables.get((outcomes.sizes, quantity))
        new = np.unique(codes if table is None else codes[~table.holds(codes)])
        if table is None or new.size:
            fresh = Outcomes(np.column_stack(np.unravel_index(new, shape)), outcomes.sizes)
            added = _Table(new, self._compute(fresh, quantity))
            table = added if table is None else table.joined(added)
            self._tables[outcomes.sizes, quantity] = table
        return np.asarray(table.values[np.searchsorted(table.codes, codes)])

    def _compute(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        return self._design.borrowing.expect(outcomes, baskets=self._design.baskets, quantities=[quantity])[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What was computed: codes of outcomes, rising, and (outcomes, baskets) of values."""

    codes: Counts
    values: Floats

    def holds(self, codes: Counts) -> NDArray[np.bool_]:
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.asarray(self.codes[at] == codes)

    def joined(self, other: _Table) -> _Table:
        codes = np.concatenate([self.codes, other.codes])
        order = np.argsort(codes)
        return _Table(codes[order], np.concatenate([self.values, other.values])[order])


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
