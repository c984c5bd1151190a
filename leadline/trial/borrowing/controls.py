"""Randomised baskets: each basket's treated children against its own controls, whatever model the treated ones share.

The difference of the two rates is above d when the treated rate is above control rate + d. Given the counts, control
and treated rates are independent, so that the chance of it is the model's probability of a rate above a control
rate, averaged over the control rate's posterior. The average is a Gauss-Jacobi sum on each component of the control
prior: for priors of whole shapes it is exact, as the integrand is a polynomial.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, logsumexp, roots_jacobi

from leadline.trial.borrowing.beta import Above, Mean, Seen, expect_mixture, log_marginal
from leadline.trial.borrowing.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing import Borrowing
    from leadline.trial.borrowing.beta import Against, Beforehand, Beta, Counts, Floats, Prior, Quantity

NODES = 64  # a component and panel: exact up to degree 127, some 120 children of both arms together


def expect_against_controls(
    model: Borrowing, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantity: Quantity
) -> Floats:
    """(outcomes, baskets): a quantity of a basket without controls as the model has it; of one with, against them.

    raises  TypeError for a prediction: which counts suffice depends on the controls
    """
    counts, rows = np.unique(outcomes.responders, axis=0, return_inverse=True)
    treated = Outcomes(counts, outcomes.sizes)
    if outcomes.control_responders is None:
        raise TypeError("outcomes without controls")
    expected = model.expect(treated, baskets=baskets, quantities=[quantity])[0][rows]
    for j, against in enumerate(_tables(model, treated, baskets, quantity, outcomes.control_sizes)):
        if against is not None:
            expected[:, j] = against[rows, outcomes.control_responders[:, j]]
    return expected


def _tables(
    model: Borrowing,
    treated: Outcomes,
    baskets: Sequence[Beforehand],
    quantity: Quantity,
    control_sizes: Sequence[int],
) -> list[Floats | None]:
    """For each randomised basket (treated outcomes, control counts); None for another."""
    match quantity:
        case Mean():
            means = model.expect(treated, baskets=baskets, quantities=[quantity])[0]
            return [
                None
                if basket.control is None
                else basket.null_rate + means[:, j, None] - _control_means(basket.control, control_sizes[j])
                for j, basket in enumerate(baskets)
            ]
        case Above(rates):
            return _above_tables(model, treated, baskets, rates, control_sizes)
        case _:
            raise TypeError("no prediction for randomised baskets")


def _above_tables(
    model: Borrowing,
    treated: Outcomes,
    baskets: Sequence[Beforehand],
    rates: Sequence[float],
    control_sizes: Sequence[int],
) -> list[Floats | None]:
    nodes: list[tuple[Floats, Floats] | None] = []
    for basket, rate, size in zip(baskets, rates, control_sizes, strict=True):
        difference = rate - basket.null_rate
        nodes.append(_posterior_nodes(basket.control, difference, size) if basket.control else None)
    most = max(len(node[0]) for node in nodes if node)
    asked = [
        Above(tuple(_node(node, at, rate) for node, rate in zip(nodes, rates, strict=True)))
        for at in range(most)
    ]
    above = np.stack(model.expect(treated, baskets=baskets, quantities=asked))
    return [
        None if node is None else np.asarray(above[: len(node[0]), :, j].T @ node[1])
        for j, node in enumerate(nodes)
    ]


def _node(node: tuple[Floats, Floats] | None, at: int, rate: float) -> float:
    """The rate to ask for; a basket with fewer nodes, or none, is asked for what is not used."""
    return float(node[0][at]) if node and at < len(node[0]) else rate


def _posterior_nodes(arm: Against, difference: float, size: int) -> tuple[Floats, Floats]:
    """Rates that the treated rate is held against (nodes,), and their weights by control count (nodes, size + 1)."""
    counts = np.arange(size + 1)
    parts = _parts(arm, Seen(counts, size))
    nodes = [control_nodes(part, difference) for part, _ in parts]
    rates = np.concatenate([rates for rates, _ in nodes])
    log_weights = np.concatenate(
        [logs[:, None] + log_share for (_, logs), (_, log_share) in zip(nodes, parts, strict=True)]
    )
    log_likelihood = np.log(rates)[:, None] * counts + np.log1p(-rates)[:, None] * (size - counts)
    successes, others = counts.astype(float), (size - counts).astype(float)
    evidence = [log_marginal(part, successes, others) + log_share for part, log_share in parts]
    log_posterior = log_weights + log_likelihood - logsumexp(np.stack(evidence), axis=0)
    return np.clip(rates + difference, 0.0, 1.0), np.exp(log_posterior)


def _parts(arm: Against, seen: Seen) -> list[tuple[Prior, Floats]]:
    """What the control rate's prior is made of, each with the logarithm of its share by control count."""
    if arm.self_adapting is None:
        return [(arm.prior, np.zeros(len(seen.responders)))]
    log_share, log_rest = arm.self_adapting.log_shares(arm.prior, seen)
    return [(arm.prior, log_share), (arm.self_adapting.vague, log_rest)]


@lru_cache(maxsize=256)
def control_nodes(prior: Prior, difference: float = 0.0) -> tuple[Floats, Floats]:
    """Control rates and the logarithms of their prior weights, where rate + difference is not above 1."""
    if difference > 0:
        panels = [(0.0, 1 - difference)]
    elif difference < 0:
        panels = [(0.0, -difference), (-difference, 1.0)]
    else:
        panels = [(0.0, 1.0)]
    parts = [_panel_nodes(part, low, high) for part in prior for low, high in panels]
    return np.concatenate([rates for rates, _ in parts]), np.concatenate([logs for _, logs in parts])


def _panel_nodes(part: Beta, low: float, high: float) -> tuple[Floats, Floats]:
    """Gauss-Jacobi nodes of one beta density between two rates: its singular ends stand in the weights."""
    left, right = (part.a - 1 if low == 0 else 0.0), (part.b - 1 if high == 1 else 0.0)
    x, weight = roots_jacobi(NODES, right, left)
    half = (high - low) / 2
    rates = low + half * (1 + x)
    rest = (part.a - 1 - left) * np.log(rates) + (part.b - 1 - right) * np.log1p(-rates)
    scale = (1 + left + right) * np.log(half) - betaln(part.a, part.b)
    return rates, np.log(part.weight) + np.log(weight) + rest + scale


def _control_means(arm: Against, size: int) -> Floats:
    counts: Counts = np.arange(size + 1)
    successes, others = counts.astype(float), (size - counts).astype(float)
    return expect_mixture(
        Mean(), 0, arm.prior, successes, others, seen=Seen(counts, size), self_adapting=arm.self_adapting
    )
