"""The binomial-normal hierarchy for every data set at once: nodes of (mu, tau), and tables of integrals at them.

The model is that of `hierarchy.py`. There the nodes follow one data set; here they serve all outcomes of a trial, up
to a few hundred children a basket. Nodes of the log odds do not follow each mean either: those of one spread serve all
its means, so that the integrals at all means are a product of two matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadline.evidence.hierarchy import REACH, HyperPrior, study_integrals
from leadline.evidence.likelihoods import BinomialLikelihood
from leadline.evidence.quadrature import Array, between, panel_nodes

# Distances from a point where a tail probability is nearly a step for small tau.
GRADING = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.8)
PANEL = 3.2  # standard deviations of the normal in a panel of log odds, at most: ten nodes resolve them to ten digits
TAIL = 12.0  # standard deviations of the normal that an integral reaches: a likelihood may pull far into its tail
BLOCK = 32  # neighbouring means taken together: more would multiply too many zeros


@dataclass(frozen=True, slots=True, eq=False)
class HyperGrid:
    """Nodes of (mu, tau) with their prior probability: three arrays (G,), the weights summing to one.

    By rising tau, and for each by rising mu.
    """

    mu: Array
    tau: Array
    weight: Array


def hyper_grid(prior: HyperPrior, *, towards: Sequence[float] = (), order: int = 6) -> HyperGrid:
    """Nodes of (mu, tau) that serve every outcome of a trial.

    towards   values of mu at which the nodes crowd: logit(cut) - offset of each distinct cut point of a basket,
              where the probability of exceeding the cut is nearly a step for small tau
    order     nodes per panel: 4 gives about 5e-6 in posterior probabilities, 6 about 2e-8
    """
    panels = [
        _product_nodes(prior, low_tau, high_tau, towards=towards, order=order)
        for low_tau, high_tau in pairwise(prior.tau.breaks.tolist())
    ]
    mu, tau, weight = np.concatenate(panels, axis=1)
    keep = weight > 1e-18 * weight.max()
    return HyperGrid(mu[keep], tau[keep], weight[keep] / weight[keep].sum())


def _product_nodes(
    prior: HyperPrior, low_tau: float, high_tau: float, *, towards: Sequence[float], order: int
) -> Array:
    """(3, nodes): mu, tau and what they weigh, for the spreads of one panel."""
    tau, tau_weight = between(np.array([low_tau]), np.array([high_tau]), order)
    mu, mu_weight = panel_nodes(_mean_breaks(prior, low_tau, towards), order)
    weight = np.outer(
        tau_weight * prior.tau.density(tau), mu_weight * np.exp(prior.log_density_mu(mu))
    ).ravel()
    return np.stack([np.tile(mu, tau.size), np.repeat(tau, mu.size), weight])


def given_studies(grid: HyperGrid, likelihood: BinomialLikelihood, offsets: Sequence[float]) -> HyperGrid:
    """The same nodes with their probability once some studies are known, whose log odds share mean and spread.

    offsets   one a study, added to mu
    """
    log_weight = np.log(grid.weight)
    for study, offset in enumerate(offsets):
        one = study_integrals(likelihood.select([study]), grid.mu + offset, grid.tau)
        log_weight = log_weight + one.log_marginal()[:, 0]
    weight = np.exp(log_weight - log_weight.max())
    return HyperGrid(grid.mu, grid.tau, weight / weight.sum())


def _mean_breaks(prior: HyperPrior, least_tau: float, towards: Sequence[float]) -> Array:
    """Limits of the panels of mu for spreads of at least this one, which smooth all that depends on mu."""
    low, high = prior.mean - REACH * prior.sd, prior.mean + REACH * prior.sd
    even = np.linspace(low, high, 2 * int(np.ceil((high - low) / 2)) + 1)
    distances = [d for d in GRADING if d >= least_tau]
    if not distances:
        return even[::2]
    graded = [point + sign * d for point in towards for d in (0.0, *distances) for sign in (-1, 1)]
    far_from_grading = [b for b in even if all(abs(b - point) > 1.2 * GRADING[-1] for point in towards)]
    inside = [b for b in graded if low < b < high]
    return np.unique(np.concatenate([[low, high], far_from_grading, inside]))


@dataclass(frozen=True, slots=True, eq=False)
class BinomialNormalIntegrals:
    """A basket's integrals over p for events = 0..size of the first `size` patients, at G nodes: (size + 1, G).

    Made from those of p^r (1 - p)^(n + 1 - r) N(logit p; mu + offset, tau^2), r = 0..n + 1: one patient more than the
    basket has, as p is itself a likelihood, that of one more event. As p^r q^s = p^(r + 1) q^s + p^r q^(s + 1), each
    patient fewer adds neighbours, and nothing cancels.

    n       patients
    whole   (n + 2, G), over all p
    above   (n + 2, G), over p > cut; (0, G) where no cut was asked for
    """

    n: int
    whole: Array
    above: Array

    def marginal(self, size: int) -> Array:
        """Of the likelihood, relative to its maximum (r/n)^r (1 - r/n)^(n - r): a factor of the row alone."""
        return self._fewer(size) @ self.whole

    def mean(self, size: int) -> Array:
        """The same with the factor p: over the marginal it is E[p | mu, tau, events]."""
        one_more = _neighbours_added(self.n + 2, self.n - size)[1:]
        return (_relative(size) * one_more) @ self.whole

    def tail(self, size: int) -> Array:
        """The same over p > cut only: over the marginal it is P(p > cut | mu, tau, events)."""
        return self._fewer(size) @ self.above

    def _fewer(self, size: int) -> Array:
        return _relative(size) * _neighbours_added(self.n + 2, self.n - size + 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One basket's integrals.

    n        patients of the basket
    cut      the proportion (0 to 1, not included) above which the tail counts; none is made without one
    offset   in log odds
    """

    n: int
    cut: float | None = None
    offset: float = 0.0

    @property
    def edges(self) -> list[float]:
        """The cut in log odds, counted from the offset."""
        return [] if self.cut is None else [float(np.log(self.cut) - np.log1p(-self.cut)) - self.offset]

    @property
    def rows(self) -> int:
        """How many integrals: of each number of events, and again above the cut."""
        return (self.n + 2) * (1 + len(self.edges))


def integrate(
    baskets: Sequence[Wanted], mu: Array, tau: Array, *, order: int = 10
) -> list[BinomialNormalIntegrals]:
    """What the tables of some baskets are made of, at every number of their patients; one a basket.

    mu, tau    (G,), tau above zero, in the order of a HyperGrid; or one node for a basket that stands alone
    order      nodes per panel of log odds; 10 gives ten digits, 8 at least eight
    """
    found = np.empty((sum(basket.rows for basket in baskets), tau.size))
    for nodes in _by_spread(tau):
        centres, spread = mu[nodes], tau[nodes.start]
        eta, weight = between(*_panels(baskets, centres, spread), order)
        integrands = np.concatenate([_integrands(basket, eta) for basket in baskets]) * weight
        for start in range(0, centres.size, BLOCK):
            block = centres[start : start + BLOCK]
            low, high = _reached(eta, block, spread)
            at = nodes.start + start
            found[:, at : at + block.size] = integrands[:, low:high] @ _normal(eta[low:high], block, spread)
    parts = np.split(found, np.cumsum([basket.rows for basket in baskets])[:-1])
    return [
        BinomialNormalIntegrals(basket.n, part[: basket.n + 2], part[basket.n + 2 :])
        for basket, part in zip(baskets, parts, strict=True)
    ]


def _integrands(basket: Wanted, eta: Array) -> Array:
    """(rows, log odds): the likelihoods, and again where they count above the cut."""
    likelihoods = _likelihoods(basket.n + 1, eta + basket.offset)
    return np.concatenate([likelihoods, *(likelihoods * (eta > edge) for edge in basket.edges)])


def _by_spread(tau: Array) -> list[slice]:
    """Where each tau stands."""
    starts = np.unique(tau, return_index=True)[1].tolist()
    return [slice(start, end) for start, end in pairwise([*starts, tau.size])]


def _panels(baskets: Sequence[Wanted], centre: Array, tau: float) -> tuple[Array, Array]:
    """Starts and ends of panels that resolve the normals and any likelihood of the baskets, where a normal reaches.

    centre   of the normals, rising
    """
    low, high = centre[0] - TAIL * tau, centre[-1] + TAIL * tau
    of_baskets = [[*(_likelihood_breaks(basket.n) - basket.offset), *basket.edges] for basket in baskets]
    breaks = np.unique(np.clip(np.concatenate([[low, high], *of_baskets]), low, high))
    pieces = np.ceil(np.diff(breaks) / (PANEL * tau)).astype(int)
    ends = np.cumsum(pieces)
    place = np.arange(ends[-1]) - np.repeat(ends - pieces, pieces)
    width = np.repeat(np.diff(breaks) / pieces, pieces)
    starts = np.repeat(breaks[:-1], pieces) + place * width
    ends = np.append(starts[1:], high)
    near = np.searchsorted(centre, starts - TAIL * tau) < np.searchsorted(centre, ends + TAIL * tau)
    return starts[near], ends[near]


def _likelihood_breaks(n: int) -> Array:
    """Log odds no further apart than a few standard deviations of any likelihood of n patients."""
    # In the arcsine scale every likelihood of n patients has a standard deviation of about 1/sqrt(n).
    angles = np.linspace(0, np.pi, int(np.ceil(np.pi * np.sqrt(n) / 3)) + 1)[1:-1]
    inner = 2 * np.log(np.tan(angles / 2))
    outermost = max([np.log(n + 1), *np.abs(inner)])
    tails = outermost + np.array([1.5, 4.0, 8.0, 16.0, 32.0])
    return np.concatenate([-tails, inner, tails])


def _reached(eta: Array, centre: Array, tau: float) -> tuple[int, int]:
    """From which log odds to which, as positions, normals around these rising centres reach."""
    low, high = np.searchsorted(eta, [centre[0] - TAIL * tau, centre[-1] + TAIL * tau])
    return int(low), int(high)


def _neighbours_added(count: int, times: int) -> Array:
    """(count - times, count): the matrix that so many times puts the sum of neighbours in their place."""
    matrix = np.eye(count)
    for _ in range(times):
        matrix = matrix[:-1] + matrix[1:]
    return matrix


def _normal(eta: Array, centre: Array, tau: float) -> Array:
    """(log odds, centres): densities."""
    density = np.subtract.outer(eta, centre)
    density /= tau
    density *= density
    density *= -0.5
    np.exp(density, out=density)
    density /= np.sqrt(2 * np.pi) * tau
    return np.asarray(density)


def _likelihoods(n: int, eta: Array) -> Array:
    """p^r q^(n - r) for r = 0..n: (n + 1, log odds). By multiplication: numpy's power takes ten times as long."""
    p, q = _both_proportions(eta)
    likelihoods = np.empty((n + 1, eta.size))
    power = np.ones_like(eta)
    for row in likelihoods:
        row[...] = power
        power = power * p
    power = np.ones_like(eta)
    for row in likelihoods[::-1]:
        row *= power
        power = power * q
    return likelihoods


def _both_proportions(eta: Array) -> tuple[Array, Array]:
    """The proportion of a log odds and its complement, neither by a difference and both from one exponential."""
    smaller = np.exp(-np.abs(eta))
    larger = 1 / (1 + smaller)
    smaller *= larger
    up = eta >= 0
    return np.where(up, larger, smaller), np.where(up, smaller, larger)


def _relative(n: int) -> Array:
    """(n + 1, 1): one over the largest likelihood of each count."""
    counts = np.arange(n + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = counts * np.log(counts / n) + (n - counts) * np.log(1 - counts / n) if n else counts * 0.0
    best[[0, -1]] = 0.0
    return np.asarray(np.exp(-best)[:, None])
