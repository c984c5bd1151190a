"""The binomial-normal hierarchy by quadrature: studies (or baskets) whose log odds vary around a common mean.

    events_j ~ Binomial(n_j, p_j),   logit p_j - offset_j ~ N(mu, tau^2),   mu ~ N(mean, sd^2),   tau ~ a TauPrior

Given (mu, tau) the studies are independent, so that everything is a sum over nodes of (mu, tau) of products of
one-dimensional integrals. Two ways lead there, and they share no nodes:

  one data set       `study_integrals`, for any n: nodes between the tails of each study's own integrand, split at
                     its mode. `posterior.py` builds on it.
  every data set     `hyper_grid` and `tabulate`, for n up to a few hundred: integrals for events = 0..n at once, at
                     nodes of (mu, tau) that serve every outcome of a trial. `trial` builds on it.

Fixed Gauss-Hermite nodes are not used: they miss, in silence, a likelihood narrower than their spacing.

Sources   Berry SM, Broglio KR, Groshen S, Berry DA. Clinical Trials 2013;10:720-734
          Neuenschwander B, Wandel S, Roychoudhury S, Bailey S. Pharmaceutical Statistics 2016;15:123-134
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.quadrature import Array, filled_panel_nodes, panel_nodes

REACH = 8.5  # standard deviations of a normal that are integrated over; 2e-17 lies beyond
DROP = 40.0  # an integrand is followed until it has fallen by e^-40
BLOCK = 256  # nodes of (mu, tau) tabulated together: about what a processor's cache holds

# Panels of tau, in units of its prior's scale: fine near zero, where many or large studies put tau.
TAU_PANELS = (0.0, 0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 1.8, 2.6, 4.0, 6.0, 8.5)
# Distances from a point where a tail probability is nearly a step for small tau.
GRADING = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.8)


class TauPrior(Protocol):
    """The prior of the standard deviation between studies."""

    @property
    def breaks(self) -> Array:
        """Limits of the panels over which tau is integrated."""
        ...

    def density(self, tau: Array) -> Array:
        """The density, up to a constant."""
        ...


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """tau ~ |N(0, scale^2)|: on log odds a scale of 1 allows anything, 0.5 moderate variation."""

    scale: float = 1.0

    @property
    def breaks(self) -> Array:
        return self.scale * np.array(TAU_PANELS)

    def density(self, tau: Array) -> Array:
        return np.exp(-((tau / self.scale) ** 2) / 2)


@dataclass(frozen=True, slots=True)
class InverseGammaVariance:
    """1/tau^2 ~ Gamma(shape, rate), with tau cut at `lowest` and `highest`, without which it may be improper."""

    shape: float
    rate: float
    lowest: float = 0.01
    highest: float = 3.0

    @property
    def breaks(self) -> Array:
        return np.geomspace(self.lowest, self.highest, 17)

    def density(self, tau: Array) -> Array:
        return np.exp(-(2 * self.shape + 1) * np.log(tau) - self.rate / tau**2)


@dataclass(frozen=True, slots=True)
class HyperPrior:
    """mu ~ N(mean, sd^2) and tau: on log odds the defaults say little (mu: 2 % to 98 %)."""

    mean: float = 0.0
    sd: float = 2.0
    tau: TauPrior = HalfNormal()

    def log_density_mu(self, mu: Array) -> Array:
        """Up to a constant."""
        return -(((mu - self.mean) / self.sd) ** 2) / 2


@dataclass(frozen=True, slots=True, eq=False)
class HyperGrid:
    """Nodes of (mu, tau) with their prior probability: three arrays (G,), the weights summing to one."""

    mu: Array
    tau: Array
    weight: Array


def hyper_grid(prior: HyperPrior, *, towards: Sequence[float] = (), order: int = 6) -> HyperGrid:
    """Nodes of (mu, tau) that serve every outcome of a trial.

    towards   values of mu at which the nodes crowd: logit(cut) - offset of each distinct cut point of a basket,
              where the probability of exceeding the cut is nearly a step for small tau
    order     nodes per panel: 4 gives about 5e-6 in posterior probabilities, 6 about 2e-8
    """
    tau, tau_weight = panel_nodes(prior.tau.breaks, order)
    mu, mu_weight = panel_nodes(_graded_breaks(prior, towards), order)
    weight = np.outer(
        tau_weight * prior.tau.density(tau), mu_weight * np.exp(prior.log_density_mu(mu))
    ).ravel()
    keep = weight > 1e-18 * weight.max()
    nodes_mu, nodes_tau = np.tile(mu, tau.size)[keep], np.repeat(tau, mu.size)[keep]
    return HyperGrid(nodes_mu, nodes_tau, weight[keep] / weight[keep].sum())


def _graded_breaks(prior: HyperPrior, towards: Sequence[float]) -> Array:
    low, high = prior.mean - REACH * prior.sd, prior.mean + REACH * prior.sd
    even = np.linspace(low, high, 2 * int(np.ceil((high - low) / 2)) + 1)
    graded = [point + sign * d for point in towards for d in (0.0, *GRADING) for sign in (-1, 1)]
    far_from_grading = [b for b in even if all(abs(b - point) > 1.2 * GRADING[-1] for point in towards)]
    inside = [b for b in graded if low < b < high]
    return np.unique(np.concatenate([[low, high], far_from_grading, inside]))


@dataclass(frozen=True, slots=True, eq=False)
class BinomialNormalTable:
    """Integrals over p for events = 0..n of n, at G nodes of (mu, tau): arrays (n + 1, G).

    marginal   of the likelihood, relative to its maximum (r/n)^r (1 - r/n)^(n - r): a factor of the row alone
    mean       the same with the factor p: mean / marginal is E[p | mu, tau, events]
    tail       the same over p > cut only: tail / marginal is P(p > cut | mu, tau, events)
    """

    marginal: Array
    mean: Array
    tail: Array


def tabulate(
    n: int,
    mu: Array,
    tau: Array,
    *,
    cut: float,
    offset: float = 0.0,
    order: int = 10,
    counts: Sequence[int] | None = None,
) -> BinomialNormalTable:
    """The integrals of p^r (1 - p)^(n - r) N(logit p; mu + offset, tau^2), for r = 0..n or for some counts only.

    n          patients of a basket
    mu, tau    (G,), tau above zero: the nodes of a HyperGrid, or one node for a basket that stands alone
    cut        the proportion (0 to 1, not included) above which `tail` counts
    order      nodes per panel; 10 gives about ten digits
    counts     the events, rising, whose rows are wanted: the table then has these rows alone
    """
    wanted = range(n + 1) if counts is None else counts
    table = np.empty((3, len(wanted), tau.size))
    for start in range(0, tau.size, BLOCK):
        part = slice(start, start + BLOCK)
        p, q, factors = _nodes(n, mu[part] + offset, tau[part], cut=cut, order=order)
        table[:, :, part] = np.einsum("rgq,kgq->krg", _likelihoods(n, wanted, p, q), factors)
    table *= np.exp(-_log_largest(n)[list(wanted)])[:, None]
    return BinomialNormalTable(table[0], table[1], table[2])


def _nodes(n: int, centre: Array, tau: Array, *, cut: float, order: int) -> tuple[Array, Array, Array]:
    """At the inner nodes (G, Q): p and 1 - p, and what a likelihood is multiplied by for each integral (3, G, Q)."""
    cut_eta = float(np.log(cut) - np.log1p(-cut))
    eta, weight = filled_panel_nodes(_inner_breaks(n, centre, tau, cut_eta), order)
    p, q = _both_proportions(eta)
    above = eta > cut_eta
    eta -= centre[:, None]
    eta /= tau[:, None]
    eta *= eta
    eta *= -0.5
    factors = np.empty((3, *eta.shape))
    np.multiply(weight, np.exp(eta, out=eta), out=factors[0])
    factors[0] /= np.sqrt(2 * np.pi) * tau[:, None]
    np.multiply(factors[0], p, out=factors[1])
    np.multiply(factors[0], above, out=factors[2])
    return p, q, factors


def _both_proportions(eta: Array) -> tuple[Array, Array]:
    """The proportion of a log odds and its complement, neither by a difference and both from one exponential."""
    smaller = np.exp(-np.abs(eta))
    larger = 1 / (1 + smaller)
    smaller *= larger
    up = eta >= 0
    return np.where(up, larger, smaller), np.where(up, smaller, larger)


def _inner_breaks(n: int, centre: Array, tau: Array, cut_eta: float) -> Array:
    """Panels (G, P + 1) no wider than a few standard deviations of the normal or of any likelihood of n patients."""
    steps = np.array([-12.0, -8.0, -5.0, -2.5, 0.0, 2.5, 5.0, 8.0, 12.0])
    of_normal = centre[:, None] + tau[:, None] * steps
    # In the arcsine scale every likelihood of n patients has a standard deviation of about 1/sqrt(n).
    angles = np.linspace(0, np.pi, int(np.ceil(np.pi * np.sqrt(n) / 3)) + 1)[1:-1]
    of_likelihood = 2 * np.log(np.tan(angles / 2))
    outermost = max(np.log(n + 1), *np.abs(of_likelihood)) if of_likelihood.size else np.log(n + 1)
    tails = outermost + np.array([1.5, 4.0, 8.0, 16.0, 32.0])
    fixed = np.concatenate([-tails, of_likelihood, [cut_eta], tails])
    everywhere = np.broadcast_to(fixed, (tau.size, fixed.size))
    breaks = np.concatenate([of_normal, everywhere], axis=1)
    return np.sort(np.clip(breaks, of_normal[:, :1], of_normal[:, -1:]), axis=1)


def _likelihoods(n: int, counts: Sequence[int], p: Array, q: Array) -> Array:
    """p^r q^(n - r) for rising counts r: (counts, G, Q). By multiplication: numpy's power takes ten times as long."""
    likelihoods = np.empty((len(counts), *p.shape))
    _multiply_up(p, counts, out=likelihoods, first=True)
    _multiply_up(q, [n - r for r in reversed(counts)], out=likelihoods[::-1], first=False)
    return likelihoods


def _multiply_up(base: Array, exponents: Sequence[int], *, out: Array, first: bool) -> None:
    """Each row of `out` times the base to a rising exponent, or, the first time, that power alone."""
    power, reached = np.ones_like(base), 0
    for row, exponent in zip(out, exponents, strict=True):
        for _ in range(exponent - reached):
            power *= base
        reached = exponent
        if first:
            row[...] = power
        else:
            row *= power


def _log_largest(n: int) -> Array:
    """(n + 1,): log of the largest likelihood of each count."""
    counts = np.arange(n + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = counts * np.log(counts / n) + (n - counts) * np.log(1 - counts / n) if n else counts * 0.0
    best[[0, -1]] = 0.0
    return np.asarray(best)


@dataclass(frozen=True, slots=True, eq=False)
class StudyIntegrals:
    """For each node of (mu, tau) and each study: nodes of its effect, and what they weigh.

    eta          (G, J, Q)
    weight       (G, J, Q), likelihood times normal density times step, over exp(log_scale)
    log_scale    (G, J)
    """

    eta: Array
    weight: Array
    log_scale: Array

    def log_marginal(self) -> Array:
        """(G, J), the log of the integral of each study's likelihood."""
        return np.asarray(np.log(self.weight.sum(axis=-1)) + self.log_scale)


def study_integrals(likelihood: Likelihood, mu: Array, tau: Array, *, order: int = 24) -> StudyIntegrals:
    """Integrals of each study's likelihood against N(mu, tau^2), at nodes placed by its own integrand.

    The integrand is log-concave: Newton's method finds its mode from inside a bracket, and the points where it has
    fallen by e^-40 from outside; `order` Gauss nodes lie on either side of the mode.

    mu, tau    (G,), tau above zero
    """
    mu, tau = mu[:, None], tau[:, None]
    mode = _mode(likelihood, mu, tau)
    low, high = (_fallen(likelihood, mu, tau, mode, side) for side in (-1.0, 1.0))
    eta, step = panel_nodes(np.stack([low, mode, high], axis=-1), order)
    log_integrand = _log_integrand(likelihood, eta, mu[..., None], tau[..., None])
    log_scale = log_integrand.max(axis=-1)
    return StudyIntegrals(eta, step * np.exp(log_integrand - log_scale[..., None]), log_scale)


def _log_integrand(likelihood: Likelihood, eta: Array, mu: Array, tau: Array) -> Array:
    """At eta (G, J, Q): studies go last for the likelihood, nodes last for the integral."""
    log_likelihood = np.swapaxes(likelihood.log(np.swapaxes(eta, 1, 2)), 1, 2)
    return np.asarray(log_likelihood - ((eta - mu) / tau) ** 2 / 2 - np.log(np.sqrt(2 * np.pi) * tau))


def _mode(likelihood: Likelihood, mu: Array, tau: Array) -> Array:
    """(G, J). The slope falls, so the mode lies between mu and mu + tau^2 slope(mu)."""
    precision = 1 / tau**2
    start = mu + 0 * likelihood.estimate
    end = start + likelihood.slopes(start)[0] / precision
    low, high = np.minimum(start, end), np.maximum(start, end)
    weight = 1 / likelihood.variance
    eta = np.clip((weight * likelihood.estimate + precision * mu) / (weight + precision), low, high)
    for _ in range(6):
        slope, curvature = likelihood.slopes(eta)
        slope = slope - (eta - mu) * precision
        low, high = np.where(slope > 0, eta, low), np.where(slope > 0, high, eta)
        newton = eta + slope / (curvature + precision)
        eta = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
    return eta


def _fallen(likelihood: Likelihood, mu: Array, tau: Array, mode: Array, side: float) -> Array:
    """(G, J), a point on one side of the mode where the integrand is below e^-40 of its mode, and not far beyond.

    From such a point a Newton step on a concave function never passes the root.
    """
    precision = 1 / tau**2

    def height(eta: Array) -> Array:
        return likelihood.log(eta) - (eta - mu) ** 2 * precision / 2

    target = height(mode) - DROP
    eta = mode + side * np.sqrt(2 * DROP) * tau
    for _ in range(5):
        slope = likelihood.slopes(eta)[0] - (eta - mu) * precision
        eta = eta + (target - height(eta)) / slope
    return np.asarray(eta)
