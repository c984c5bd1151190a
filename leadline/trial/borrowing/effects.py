"""The effect of the therapy as the borrowed quantity: log odds of the treated less log odds of the basket's controls.

A randomised basket's control rate is unknown and has its own prior; of a basket without controls it is the null rate.
So the likelihood of an effect is that of the treated children averaged over control rates, and a basket without
controls is the special case of one rate. It depends on the effect alone: it is tabulated once on panels of effects,
and its integral against each node's normal distribution is a matrix product with weights that serve every basket.

The control rate of a quantity is the null rate: a rate stands for the effect that leads there from the null rate.

Sources   [O22] Ouma LO, Grayling MJ, Wason JMS, Zheng H. 2022, doi:10.1111/rssc.12602 (treatment effect borrowing)
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import legendre
from scipy.special import expit, logit, xlog1py, xlogy

from leadline.trial.borrowing.beta import Above, Mean, Seen, expect_mixture, log_marginal
from leadline.trial.borrowing.controls import control_nodes

if TYPE_CHECKING:
    from leadline.evidence.hyper_grid import HyperGrid
    from leadline.trial.borrowing.beta import Beforehand, Counts, Floats, Prior, Quantity

# Panels of effects. A likelihood of 40 children falls by less than e^16 in a panel of 0.4, where a polynomial through
# 16 points leaves 1e-7 of the panel's largest value at worst; beyond 60 it is constant.
WIDTH, WITHIN, FAR, POINTS = 0.4, 8.0, 60.0, 16
RESOLVED = 4.0  # standard deviations of a normal in a panel, up to which the panel's points resolve it
NORMAL_REACH, NORMAL_POINTS = 8.5, 48  # standard deviations of a node's normal, and Gauss nodes over them


def effect_sums(
    quantity: Quantity,
    grid: HyperGrid,
    basket: Beforehand,
    position: int,
    sizes: tuple[int, int],
    *,
    entries: Counts,
) -> tuple[Floats, Floats]:
    """Two arrays (entries, nodes): likelihood of the effects of each node, and the same times the quantity.

    position, sizes   of the basket: where it stands in the quantity; treated children and controls
    entries           that are computed; the others are left at zero
    """
    cut = _effect(quantity.rates[position], basket) if isinstance(quantity, Above) else 0.0
    weights, above = _panels(grid, cut)
    table = _likelihood(basket, cut, sizes)
    likelihood = table[entries]
    marginal, weighted = np.zeros((2, len(table), grid.mu.size))
    marginal[entries] = likelihood @ weights
    match quantity:
        case Above():
            weighted[entries] = likelihood[:, above] @ weights[above]
        case Mean():
            weighted[entries] = (likelihood * expit(logit(basket.null_rate) + _points(cut))) @ weights
        case _:
            raise TypeError("no prediction for randomised baskets")
    return marginal, weighted


def alone_sums(
    quantity: Quantity, basket: Beforehand, position: int, sizes: tuple[int, int]
) -> tuple[Floats, Floats]:
    """The same (entries, 1) for a basket whose two rates have each their own prior."""
    treated = np.arange(sizes[0] + 1.0)
    evidence = np.exp(log_marginal(basket.prior, treated, sizes[0] - treated) - _log_best(sizes[0]))
    rates, weights = _control_rates(basket, sizes[1])  # (rates,), (control counts, rates)
    shift = _effect(quantity.rates[position], basket) if isinstance(quantity, Above) else 0.0
    expected = np.stack(
        [
            _expected(quantity, basket.prior, sizes[0], float(expit(logit(rate) + shift)), rate, basket)
            for rate in rates
        ]
    )  # (rates, treated counts)
    marginal = evidence[:, None] * weights.sum(axis=1)
    weighted = evidence[:, None] * (weights @ expected).T
    return marginal.reshape(-1, 1), weighted.reshape(-1, 1)


def _expected(
    quantity: Quantity, prior: Prior, size: int, cut: float, control_rate: float, basket: Beforehand
) -> Floats:
    """The quantity by treated count, if the control rate is this one."""
    counts: Counts = np.arange(size + 1)
    successes, others, seen = counts.astype(float), (size - counts).astype(float), Seen(counts, size)
    if isinstance(quantity, Above):
        return expect_mixture(Above((cut,)), 0, prior, successes, others, seen=seen)
    # E[expit(logit null + logit p - logit control)] over the treated rate p, by its own nodes.
    rates, logs = control_nodes(prior)
    log_posterior = logs[:, None] + np.log(rates)[:, None] * successes + np.log1p(-rates)[:, None] * others
    posterior = np.exp(log_posterior - log_marginal(prior, successes, others))
    return np.asarray(expit(logit(basket.null_rate) + logit(rates) - logit(control_rate)) @ posterior)


def _effect(rate: float, basket: Beforehand) -> float:
    return round(float(logit(rate) - logit(basket.null_rate)), 12)


def _control_rates(basket: Beforehand, size: int) -> tuple[Floats, Floats]:
    """Control rates (rates,), and prior times likelihood by control count (counts, rates)."""
    if basket.control is None:
        return np.array([basket.null_rate]), np.ones((1, 1))
    rates, logs = control_nodes(basket.control.prior)
    counts = np.arange(size + 1.0)[:, None]
    log_likelihood = counts * np.log(rates) + (size - counts) * np.log1p(-rates)
    return rates, np.exp(logs + log_likelihood - _log_best(size)[:, None])


@lru_cache(maxsize=12)  # of some MB each; the same for every grid
def _likelihood(basket: Beforehand, cut: float, sizes: tuple[int, int]) -> Floats:
    """(entries, points): likelihood of both arms at each effect, relative to the largest of each arm."""
    points = _points(cut)
    rates, weights = _control_rates(basket, sizes[1])
    log_odds = logit(rates)[:, None] + points
    log_p, log_q = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
    best = _log_best(sizes[0])
    rows = [
        weights @ np.exp(count * log_p + (sizes[0] - count) * log_q - best[count])
        for count in range(sizes[0] + 1)
    ]
    return np.concatenate(rows)


def _log_best(size: int) -> Floats:
    """(size + 1,): log of the largest value of the likelihood of each count."""
    counts = np.arange(size + 1)
    share = counts / max(size, 1)
    return np.asarray(xlogy(counts, share) + xlog1py(size - counts, -share))


def _points(cut: float) -> Floats:
    """Effects (points,)."""
    breaks = _breaks(cut)
    x, _ = legendre.leggauss(POINTS)
    middle, half = (breaks[1:] + breaks[:-1]) / 2, np.diff(breaks) / 2
    return np.asarray((middle[:, None] + half[:, None] * x).ravel())


@lru_cache(maxsize=4)  # of 60 to 250 MB each: those of one look, up to the finest
def _panels(grid: HyperGrid, cut: float) -> tuple[Floats, slice]:
    """Weights of the effects at each node (points, nodes), and the points above the cut."""
    breaks = _breaks(cut)
    weights = np.empty((len(breaks) - 1, POINTS, grid.mu.size))
    for place, (low, high) in enumerate(pairwise(breaks.tolist())):
        weights[place] = _panel_weights(low, high, grid.mu, grid.tau)
    first = int(np.searchsorted(breaks, cut)) * POINTS
    return weights.reshape(-1, grid.mu.size), slice(first, None)


def _breaks(cut: float) -> Floats:
    """Panels crowd around no effect and begin anew at the cut."""
    inner = np.linspace(-WITHIN, WITHIN, round(2 * WITHIN / WIDTH) + 1)
    outer = np.geomspace(WITHIN, FAR, 9)[1:]
    breaks = np.concatenate([-outer, inner, outer, [-1e4, 1e4]])
    apart = breaks[np.abs(breaks - cut) > 1e-9]
    return np.sort(np.append(apart, cut))


def _panel_weights(low: float, high: float, mu: Floats, tau: Floats) -> Floats:
    """(points, nodes): what the value at each point adds to the integral of N(mu, tau^2) over one panel."""
    weights = np.zeros((POINTS, mu.size))
    wide = tau >= (high - low) / RESOLVED  # the points of the panel are enough for such a normal itself
    x, step = legendre.leggauss(POINTS)
    points = ((low + high) / 2 + (high - low) / 2 * x)[:, None]
    weights[:, wide] = _normal(points, mu[wide], tau[wide]) * (step * (high - low) / 2)[:, None]
    mu, tau = np.where(wide, np.inf, mu), np.where(wide, 1.0, tau)  # the others through the polynomial
    start, end = np.maximum(low, mu - NORMAL_REACH * tau), np.minimum(high, mu + NORMAL_REACH * tau)
    spans = (end - start) / tau  # standard deviations of the node's normal within the panel
    for order, nodes in ((POINTS, (spans > 0) & (spans <= 4)), (NORMAL_POINTS, spans > 4)):
        z, step = legendre.leggauss(order)
        half, mean, sd = ((end - start)[nodes] / 2)[:, None], mu[nodes][:, None], tau[nodes][:, None]
        at = start[nodes][:, None] + half * (1 + z)
        mass = _normal(at, mean, sd) * step * half
        basis = _lagrange((2 * at - low - high) / (high - low))  # (nodes, order, points)
        weights[:, nodes] = np.matmul(mass[:, None], basis)[:, 0].T
    return weights


def _normal(at: Floats, mean: Floats, sd: Floats) -> Floats:
    return np.asarray(np.exp(-(((at - mean) / sd) ** 2) / 2) / (np.sqrt(2 * np.pi) * sd))


def _lagrange(at: Floats) -> Floats:
    """The polynomials that are one at one Gauss point and zero at the others, by their Legendre series."""
    x, step = legendre.leggauss(POINTS)
    degrees = np.arange(POINTS) + 0.5
    series = legendre.legvander(x, POINTS - 1) * step[:, None] * degrees  # (points, degrees)
    return np.asarray(legendre.legvander(at, POINTS - 1) @ series.T)
