"""Blocks of baskets that share one rate: tables by the block's total, for pooling and the exchangeability models.

Block totals are whole numbers, so every posterior is a table of a few dozen entries, however many outcomes look
it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from leadline.trial.borrowing.beta import Reaches, Seen, expect_mixture, log_marginal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from leadline.trial.borrowing.beta import Floats, Prior, Quantity
    from leadline.trial.borrowing.outcomes import Outcomes


def expect_in_block(
    quantity: Quantity, basket: int, prior: Prior, outcomes: Outcomes, block: Sequence[int]
) -> Floats:
    """A quantity of one basket whose rate is that of its whole block, an array over outcomes.

    Computed once for each block total that occurs; only a prediction depends on the basket's own count besides.
    """
    size = outcomes.sizes[basket]
    total = sum(outcomes.sizes[j] for j in block)
    own = outcomes.responders[:, basket] if isinstance(quantity, Reaches) else 0
    keys = outcomes.responders[:, block].sum(axis=1) * (size + 1) + own
    present = np.flatnonzero(np.bincount(keys))
    responders, seen = present // (size + 1), Seen(present % (size + 1), size)
    table = np.empty(keys.max() + 1)
    table[present] = expect_mixture(
        quantity, basket, prior, responders.astype(float), (total - responders).astype(float), seen=seen
    )
    return np.asarray(table[keys])


def block_log_marginal(prior: Prior, outcomes: Outcomes, block: Sequence[int]) -> Floats:
    """Log marginal likelihood of a block's children under one shared rate, an array over outcomes."""
    total = sum(outcomes.sizes[j] for j in block)
    counts = np.arange(total + 1.0)
    totals = outcomes.responders[:, block].sum(axis=1)
    return np.asarray(log_marginal(prior, counts, total - counts)[totals])


def members(mask: int, baskets: int) -> list[int]:
    """The baskets whose bit is set."""
    return [j for j in range(baskets) if mask >> j & 1]


def term_weights(log_terms: Floats, incidence: csr_array, log_prior: Floats) -> Floats:
    """Posterior probability of each term, when the data were shared out in one of several configurations.

    log_terms   (outcomes, terms): log likelihood of each term
    incidence   (configurations, terms): which terms make up a configuration; its likelihood is their product
    log_prior   (configurations,)
    returns     (outcomes, terms): total posterior probability of the configurations that hold the term
    """
    scores = (incidence @ log_terms.T).T + log_prior
    # Scores are normalised as logarithms: their exponentials underflow for a few hundred children.
    weights = np.exp(scores - logsumexp(scores, axis=1, keepdims=True))
    return np.asarray((incidence.T @ weights.T).T)
