"""Multisource exchangeability (MEM): which pairs of baskets are alike is itself uncertain.

A symmetric 0/1 matrix says which pairs share a rate; each pair is exchangeable with the same prior probability.
The score of a matrix is the product over baskets i of the marginal likelihood of i's sources under one rate and of the
rest under their own. It need not be transitive, and each basket's children enter once a row: a pseudo-posterior, as
published.

Sources   [H18] Hobbs BP, Landin R. Stat Med 2018;37:3557-3572
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import Gt, Lt
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing.beta import CLOSED
from leadline.trial.borrowing.blocks import block_log_marginal, expect_in_block, members, term_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes

ENTRIES_AT_ONCE = 4_000_000  # outcomes x matrices held in memory together: 32 MB


@dataclass(frozen=True, slots=True, config=CLOSED)
class Exchangeability:
    """Every matrix is summed over: 2^(K(K-1)/2) of them, 32,768 for six baskets."""

    model: Literal["mem"] = "mem"
    exchangeability: Annotated[float, Gt(0), Lt(1)] = 0.5

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        priors = [basket.prior for basket in baskets]
        weights = self.source_probabilities(outcomes, priors=priors)
        return [_mix(quantity, outcomes, priors, weights) for quantity in quantities]

    def source_probabilities(self, outcomes: Outcomes, *, priors: Sequence[Prior]) -> Floats:
        """(outcomes, baskets, 2^baskets): the probability that basket i's sources are those of the bit mask."""
        baskets, rows = len(outcomes.sizes), len(outcomes.responders)
        incidence, pairs_alike = _matrices(baskets)
        log_odds = np.log(self.exchangeability) - np.log1p(-self.exchangeability)
        step = max(1, ENTRIES_AT_ONCE // incidence.shape[0])
        parts = [
            term_weights(
                _log_rows(outcomes.part(slice(at, at + step)), priors), incidence, log_odds * pairs_alike
            )
            for at in range(0, rows, step)
        ]
        return np.concatenate(parts).reshape(rows, baskets, 2**baskets)

    def pairwise(self, outcomes: Outcomes, *, priors: Sequence[Prior]) -> Floats:
        """(outcomes, baskets, baskets): posterior probability that two baskets are exchangeable; 1 with itself."""
        baskets = len(outcomes.sizes)
        holds = np.array([[mask >> j & 1 for j in range(baskets)] for mask in range(2**baskets)], dtype=float)
        return np.asarray(self.source_probabilities(outcomes, priors=priors) @ holds)


def _log_rows(outcomes: Outcomes, priors: Sequence[Prior]) -> Floats:
    """(outcomes, baskets * 2^baskets): log likelihood of one row of the matrix, by basket and sources."""
    baskets = len(priors)
    alone = [block_log_marginal(prior, outcomes, [j]) for j, prior in enumerate(priors)]
    log_rows = np.zeros((len(outcomes.responders), baskets, 2**baskets))
    for i in range(baskets):
        for mask in _masks_with(i, baskets):
            sources = members(mask, baskets)
            rest = sum(alone[j] for j in range(baskets) if j not in sources)
            log_rows[:, i, mask] = block_log_marginal(priors[i], outcomes, sources) + rest
    return log_rows.reshape(len(outcomes.responders), -1)


def _mix(quantity: Quantity, outcomes: Outcomes, priors: Sequence[Prior], weights: Floats) -> Floats:
    baskets = len(priors)
    mixed = np.zeros(outcomes.responders.shape)
    for i in range(baskets):
        for mask in _masks_with(i, baskets):
            sources = members(mask, baskets)
            mixed[:, i] += weights[:, i, mask] * expect_in_block(quantity, i, priors[i], outcomes, sources)
    return mixed


def _masks_with(basket: int, baskets: int) -> list[int]:
    return [mask for mask in range(2**baskets) if mask >> basket & 1]


@cache
def _matrices(baskets: int) -> tuple[csr_array, Floats]:
    """Incidence (matrices, baskets * 2^baskets) of rows, and the number of exchangeable pairs of each matrix."""
    from scipy.sparse import csr_array

    pairs = list(combinations(range(baskets), 2))
    codes = np.arange(2 ** len(pairs))
    masks = np.tile(1 << np.arange(baskets), (len(codes), 1))
    for position, (i, j) in enumerate(pairs):
        alike = codes >> position & 1
        masks[:, i] |= alike << j
        masks[:, j] |= alike << i
    columns = masks + np.arange(baskets) * 2**baskets
    rows = np.repeat(codes, baskets)
    shape = (len(codes), baskets * 2**baskets)
    incidence = csr_array((np.ones(rows.size), (rows, columns.ravel())), shape=shape)
    return incidence, np.bitwise_count(codes).astype(float)
