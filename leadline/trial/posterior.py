"""Posterior expectations for the outcomes of one design, each computed once and then looked up."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Outcomes, borrows_effect
from leadline.trial.borrowing.controls import expect_against_controls
from leadline.trial.borrowing.hierarchical import CLOSE
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.outcomes import outcomes_of_arms, table_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts, Floats, Quantity
    from leadline.trial.design import Design

    _Sizes = tuple[tuple[int, ...], tuple[int, ...]]  # treated children and controls, one a basket


INTERVAL_LEVEL = 0.95  # of the equal-tailed posterior intervals whose coverage is given
INTERVAL_TAILS = ((1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2)
# Up to so many outcomes all are computed with the finer integrals at once: those close to a cut-off need them anyway,
# and to make them costs more than to sum over all.
FEW = 6_000


class Posterior:
    """The borrowing model of a design, with a memory: no posterior is computed twice.

    Decisions do not depend on the true rates, so that every scenario and every threshold uses the same tables.
    """

    def __init__(self, design: Design) -> None:
        self._design, self._alike = design, np.array(design.alike)
        self._of_multisets: dict[tuple[Outcomes, Quantity], Floats] = {}
        self._tables: dict[tuple[_Sizes, Quantity], _Table] = {}

    def expect(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        """(outcomes, baskets). The quantity has to be the same for like baskets."""
        if outcomes.multisets:
            if (outcomes, quantity) not in self._of_multisets:
                self._of_multisets[outcomes, quantity] = self._compute(outcomes, quantity)
            return self._of_multisets[outcomes, quantity]
        order = self._canonical_order(outcomes)
        first = order[0] if len(order) else np.arange(len(outcomes.sizes))
        sizes = np.array(outcomes.sizes)[first].tolist()
        controls = np.array(outcomes.control_sizes)[first].tolist() if outcomes.control_sizes else ()
        ordered = np.take_along_axis(outcomes.entries, order, axis=1)
        values = self._look_up(ordered, tuple(sizes), tuple(controls), quantity)
        expected = np.empty_like(values)
        np.put_along_axis(expected, order, values, axis=1)
        return expected

    def values(self, quantity: Quantity) -> Floats:
        """All distinct values of a quantity computed so far, rising."""
        held: list[Floats] = [
            values for (_, asked), values in self._of_multisets.items() if asked == quantity
        ]
        held += [table.values for (_, asked), table in self._tables.items() if asked == quantity]
        return np.unique(np.concatenate([values.ravel() for values in held]))

    def _canonical_order(self, outcomes: Outcomes) -> Counts:
        """(outcomes, baskets): like baskets sorted by sizes, then entry, so that one row serves all their orders."""
        most = max(outcomes.shape)
        kind_first = self._alike * most + outcomes.sizes
        if outcomes.control_sizes:
            kind_first = kind_first * most + outcomes.control_sizes
        kind_first = kind_first * most + outcomes.entries
        return np.argsort(kind_first, axis=1, kind="stable")

    def _look_up(
        self, entries: Counts, sizes: tuple[int, ...], controls: tuple[int, ...], quantity: Quantity
    ) -> Floats:
        """Rows of the table of these sizes; those asked for the first time are computed."""
        shape = table_shape(sizes, controls)
        codes = np.ravel_multi_index(tuple(entries.T), shape)
        table = self._tables.get(((sizes, controls), quantity))
        new = np.unique(codes if table is None else codes[~table.holds(codes)])
        if table is None or new.size:
            entries = np.column_stack(np.unravel_index(new, shape))
            fresh = outcomes_of_arms(entries, sizes, controls) if controls else Outcomes(entries, sizes)
            added = _Table(new, self._compute(fresh, quantity))
            table = added if table is None else table.joined(added)
            self._tables[(sizes, controls), quantity] = table
        return np.asarray(table.values[np.searchsorted(table.codes, codes)])

    def _compute(self, outcomes: Outcomes, quantity: Quantity) -> Floats:
        if outcomes.control_responders is None and any(self._design.controls(outcomes.sizes)):
            raise TypeError("outcomes without the controls that the design has")
        model, baskets = self._design.borrowing, self._design.baskets
        if outcomes.control_responders is not None and not borrows_effect(model):
            return expect_against_controls(model, outcomes, baskets=baskets, quantity=quantity)
        if borrows_effect(model) and isinstance(quantity, Above):
            return self._as_fine_as_needed(outcomes, quantity)
        return model.expect(outcomes, baskets=baskets, quantities=[quantity])[0]

    def _as_fine_as_needed(self, outcomes: Outcomes, quantity: Above) -> Floats:
        """Rows that lie close to what they are held against are computed again, on more nodes."""
        first = 1 if math.prod(outcomes.shape) <= FEW else 0
        model, baskets = self._design.borrowing, self._design.baskets
        values = model.expect(outcomes, baskets=baskets, quantities=[replace(quantity, fineness=first)])[0]
        cutoffs = self._cutoffs(quantity.rates)
        for fineness, distance in list(enumerate(CLOSE, start=1))[first:]:
            close = np.flatnonzero((np.abs(values[:, None] - cutoffs) < distance).any(axis=(1, 2)))
            if close.size:
                finer = [replace(quantity, fineness=fineness)]
                values[close] = model.expect(outcomes.part(close), baskets=baskets, quantities=finer)[0]
        return values

    def _cutoffs(self, rates: tuple[float, ...]) -> Floats:
        """(cut-offs, baskets): what probabilities above these rates are held against; the intervals always are."""
        design = self._design
        thresholds = [design.thresholds] if rates == design.null_limits else []
        rules = [rule for rule in (design.futility, design.efficacy.early) if rule is not None]
        at_looks = [rule.cutoff for rule in rules if rates == design.rates_at(rule.above)]
        everywhere = np.array([*at_looks, *INTERVAL_TAILS])[:, None]
        return np.vstack([*thresholds, np.broadcast_to(everywhere, (len(everywhere), len(rates)))])


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
    for basket, threshold in zip(design.baskets, design.thresholds, strict=True):
        alone = Outcomes(np.arange(basket.size + 1)[:, None], (basket.size,))
        above = Independent().expect(alone, baskets=[basket], quantities=[Above((basket.null_rate,))])[0]
        enough = np.flatnonzero(above[:, 0] >= threshold)
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


@cache
def basket_law(size: int, rate: float, controls: int, control_rate: float) -> Floats:
    """Probability of each entry of a basket's table, of so many treated children and controls."""
    law = np.asarray(np.kron(binomial(size, rate), binomial(controls, control_rate)), dtype=np.float64)
    law.setflags(write=False)
    return law
