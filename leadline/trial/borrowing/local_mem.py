"""Local multisource exchangeability: the baskets fall into groups, each with one rate; every grouping is weighed.

A grouping is a set partition of the baskets. Its prior probability is proportional to (number of groups)^delta; its
likelihood is the product of the groups' marginal likelihoods; a basket's posterior is the mixture over groupings.
The prior of a group's rate is the average of its baskets' priors.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic.dataclasses import dataclass
from scipy.special import logsumexp

from leadline.trial.borrowing.beta import CLOSED, average_prior
from leadline.trial.borrowing.blocks import block_log_marginal, expect_in_block, members, term_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.sparse import csr_array

    from leadline.trial.borrowing.beta import Beforehand, Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


@dataclass(frozen=True, slots=True, config=CLOSED)
class LocalExchangeability:
    """`delta` 0 weighs all groupings alike; above 0 favours many groups."""

    model: Literal["local_mem"] = "local_mem"
    delta: float = 0.0

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """Each quantity as an array (outcomes, baskets)."""
        priors = [basket.prior for basket in baskets]
        weights = self.group_probabilities(outcomes, priors=priors)
        return [_mix(quantity, outcomes, priors, weights) for quantity in quantities]

    def group_probabilities(self, outcomes: Outcomes, *, priors: Sequence[Prior]) -> Floats:
        """(outcomes, 2^baskets): the posterior probability that the baskets of this bit mask are one group."""
        incidence, groups = _groupings(len(outcomes.sizes))
        return term_weights(_log_blocks(outcomes, priors), incidence, self.delta * np.log(groups))

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood of all children before any was seen."""
        incidence, groups = _groupings(len(outcomes.sizes))
        log_prior = self.delta * np.log(groups) - logsumexp(self.delta * np.log(groups))
        scores = (incidence @ _log_blocks(outcomes, [basket.prior for basket in baskets]).T).T + log_prior
        return np.asarray(logsumexp(scores, axis=1))


def _mix(quantity: Quantity, outcomes: Outcomes, priors: Sequence[Prior], weights: Floats) -> Floats:
    mixed = np.zeros(outcomes.responders.shape)
    for mask, block, prior in _blocks(priors):
        for j in block:
            mixed[:, j] += weights[:, mask] * expect_in_block(quantity, j, prior, outcomes, block)
    return mixed


def _log_blocks(outcomes: Outcomes, priors: Sequence[Prior]) -> Floats:
    """(outcomes, 2^baskets): log marginal likelihood of the baskets of a bit mask as one group."""
    log_blocks = np.zeros((len(outcomes.responders), 2 ** len(priors)))
    for mask, block, prior in _blocks(priors):
        log_blocks[:, mask] = block_log_marginal(prior, outcomes, block)
    return log_blocks


def _blocks(priors: Sequence[Prior]) -> Iterator[tuple[int, list[int], Prior]]:
    """Every group of baskets: its bit mask, its baskets, the prior of its rate."""
    for mask in range(1, 2 ** len(priors)):
        block = members(mask, len(priors))
        yield mask, block, average_prior([priors[j] for j in block])


@cache
def _groupings(baskets: int) -> tuple[csr_array, Floats]:
    """Incidence (set partitions, bit masks) and the number of groups of each partition."""
    from scipy.sparse import csr_array

    partitions = _set_partitions(baskets)
    rows = [row for row, blocks in enumerate(partitions) for _ in blocks]
    columns = [mask for blocks in partitions for mask in blocks]
    incidence = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(partitions), 2**baskets))
    return incidence, np.array([len(blocks) for blocks in partitions], dtype=float)


def _set_partitions(baskets: int) -> list[tuple[int, ...]]:
    """Every set partition as bit masks of its blocks; the newest basket joins each block in turn, or opens one."""
    partitions: list[tuple[int, ...]] = [()]
    for basket in range(baskets):
        bit = 1 << basket
        partitions = [
            joined
            for blocks in partitions
            for joined in (
                *((*blocks[:at], blocks[at] | bit, *blocks[at + 1 :]) for at in range(len(blocks))),
                (*blocks, bit),
            )
        ]
    return partitions
