"""The posterior of the binomial-normal hierarchy for one set of studies, without simulation.

For each tau the posterior of mu is a smooth, log-concave curve. It is computed at Gauss nodes that span it and kept
as a polynomial of its logarithm; mu, a new study, each study and tau are one more integral over it. So quantiles are
as good as means, also where tau is so small that a finite mixture over nodes would be a row of spikes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.evidence.hierarchy import DROP, REACH, HyperPrior, study_integrals
from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.quadrature import (
    Array,
    PanelDensity,
    legendre_projection,
    legendre_sum,
    panel_nodes,
)


@dataclass(frozen=True, slots=True)
class Fineness:
    """Nodes of tau per panel, of mu, of a study's effect on a side of its mode, of a density per panel, of a
    convolution; and of tau per panel where all the rest is normal and needs none.
    """

    tau: int
    mu: int
    effect: int
    density: int
    convolution: int
    tau_of_normals: int = 24


# Each is finer than the last in every direction, so that it states the error of that; see `precision`.
COARSE = Fineness(tau=8, mu=38, effect=20, density=12, convolution=40, tau_of_normals=16)
FINE = Fineness(tau=9, mu=44, effect=24, density=14, convolution=44)
FINER = Fineness(tau=12, mu=104, effect=26, density=16, convolution=46, tau_of_normals=36)
FINEST = Fineness(tau=16, mu=150, effect=28, density=18, convolution=48, tau_of_normals=54)

DENSITY_STEP = 0.5  # panels of an effect's density grow like sinh from its centre, in steps of this
BLOCK = 400_000  # nodes held at once
ROWS = 8  # values of tau in a convolution at once: what a processor's cache holds
LOG_NOISE = 1e-10  # Legendre coefficients of a log density below this change no digit


@dataclass(frozen=True, eq=False)
class HierarchyPosterior:
    """The joint posterior of (mu, tau) at T x M nodes, and the densities that follow from it.

    tau, tau_step   (T,), nodes and steps
    mu, mu_step     (T, M), nodes and steps that span the posterior of mu at each tau
    log_joint       (T, M), log posterior density of (mu, tau)
    log_marginals   (T, M, J), log of each study's integrated likelihood
    """

    likelihood: Likelihood
    prior: HyperPrior
    fineness: Fineness
    tau: Array
    tau_step: Array
    mu: Array
    mu_step: Array
    log_joint: Array
    log_marginals: Array

    @cached_property
    def weight(self) -> Array:
        """(T, M), the posterior probability of each node; sums to one."""
        return np.exp(self.log_joint) * self.mu_step * self.tau_step[:, None]

    @cached_property
    def tau_density(self) -> PanelDensity:
        """The posterior of tau."""
        values = (np.exp(self.log_joint) * self.mu_step).sum(axis=1)
        return PanelDensity.from_values(values, breaks=self.prior.tau.breaks, order=self.fineness.tau)

    @cached_property
    def mean_density(self) -> PanelDensity:
        """The posterior of mu: a peak where the studies would agree, on a hill that is as wide as tau allows."""
        centre, scale = self._moments_of_mu()
        ends = self.mu[:, 0].min() - scale, self.mu[:, -1].max() + scale
        breaks = _sinh_breaks(centre, scale, *ends)
        peak, width = self._moments_of_mu(tau=0)
        if width < scale / 2:
            breaks = np.union1d(breaks, _sinh_breaks(peak, width, *ends))
        eta, _ = panel_nodes(breaks, self.fineness.density)
        at_each_tau = np.exp(self._log_joint_at(np.tile(eta, (self.tau.size, 1)), self.log_joint))
        values = self.tau_step @ at_each_tau
        return PanelDensity.from_values(values, breaks=breaks, order=self.fineness.density)

    def new_study_density(self, *, widened_by: float = 0.0) -> PanelDensity:
        """The posterior predictive of a new study's effect: the meta-analytic-predictive prior.

        widened_by   a further standard deviation, on the scale of eta, between the patients studied and the new
                     ones (adults and children)
        """
        spread = np.hypot(self.tau, widened_by)
        centre, scale = self._moments_of_mu()
        breaks = _sinh_breaks(centre, np.hypot(scale, widened_by), *self._reach(spread))
        eta, _ = panel_nodes(breaks, self.fineness.density)
        values = self._convolved(eta, spread, self.log_joint)
        return PanelDensity.from_values(values, breaks=breaks, order=self.fineness.density)

    def study_density(self, study: int) -> PanelDensity:
        """The posterior of the effect of one study, by its place, which leans on the others."""
        own = self.likelihood.select([study])
        centre, scale = self._rough_effect(own)
        breaks = _sinh_breaks(centre, scale, *self._reach(self.tau))
        eta, _ = panel_nodes(breaks, self.fineness.density)
        log_own = own.log(eta[:, None])[:, 0]
        from_others = self._convolved(eta, self.tau, self.log_joint - self.log_marginals[:, :, study])
        return PanelDensity.from_values(
            from_others * np.exp(log_own - log_own.max()), breaks=breaks, order=self.fineness.density
        )

    def _moments_of_mu(self, tau: int | None = None) -> tuple[float, float]:
        """Mean and standard deviation, over all tau or at the one in this place."""
        if tau is None:
            weight, mu = self.weight, self.mu
        else:
            logs, mu = self.log_joint[tau], self.mu[tau]
            weight = np.exp(logs - logs.max()) * self.mu_step[tau]
            weight = weight / weight.sum()
        centre = float((weight * mu).sum())
        return centre, float(np.sqrt((weight * (mu - centre) ** 2).sum()))

    def _rough_effect(self, own: Likelihood) -> tuple[float, float]:
        """A centre and a scale of one study's effect that only place the panels."""
        centre, scale = self._moments_of_mu()
        between = scale**2 + float((self.weight * self.tau[:, None] ** 2).sum())
        within = float(own.variance[0])
        share = between / (between + within)
        return centre + share * (float(own.estimate[0]) - centre), float(np.sqrt(share * within))

    def _reach(self, spread: Array) -> tuple[float, float]:
        """Where the effect of a study can lie: within REACH spreads of any mu, for each tau that counts."""
        counts = self.weight.sum(axis=1) > 1e-17
        low, high = self.mu[:, 0] - REACH * spread, self.mu[:, -1] + REACH * spread
        return float(low[counts].min()), float(high[counts].max())

    def _log_joint_at(
        self, mu: Array, log_joint: Array, rows: slice | NDArray[np.intp] = slice(None)
    ) -> Array:
        """A log density known at the nodes, at mu (T, ...) of some rows of tau; minus infinity beyond the nodes."""
        coefficients = _trimmed(log_joint[rows] @ legendre_projection(self.fineness.mu).T)
        low, high = (limits[rows] for limits in self._spans())
        shape = (-1,) + (1,) * (mu.ndim - 1)
        local = (2 * mu - (low + high).reshape(shape)) / (high - low).reshape(shape)
        inside = np.abs(local) <= 1
        coefficients = coefficients.reshape(*shape, coefficients.shape[-1])
        log_density = legendre_sum(coefficients, np.where(inside, local, 0.0))
        return np.where(inside, log_density, -np.inf)

    def _spans(self) -> tuple[Array, Array]:
        """The limits of mu at each tau, of which the nodes are the Gauss nodes."""
        half = self.mu_step.sum(axis=1) / 2
        middle = (self.mu[:, 0] + self.mu[:, -1]) / 2
        return middle - half, middle + half

    def _convolved(self, eta: Array, spread: Array, log_joint: Array) -> Array:
        """The density (Q,) at eta of mu + spread z, z standard normal, mu by log_joint, summed over tau.

        At each tau and eta the nodes span whichever is narrower, the posterior of mu or the normal.
        """
        low, high = self._spans()
        start = np.maximum(low[:, None], eta - REACH * spread[:, None])
        end = np.maximum(start, np.minimum(high[:, None], eta + REACH * spread[:, None]))
        scaled, total = log_joint - log_joint.max(), np.zeros(eta.size)
        counts = np.flatnonzero(scaled.max(axis=1) > -DROP)
        for first in range(0, counts.size, ROWS):
            rows = counts[first : first + ROWS]
            mu, step = panel_nodes(np.stack([start[rows], end[rows]], axis=-1), self.fineness.convolution)
            z = (eta[:, None] - mu) / spread[rows, None, None]
            step *= np.exp(self._log_joint_at(mu, scaled, rows) - z**2 / 2)
            total += np.einsum("t,tqc->q", self.tau_step[rows] / spread[rows], step)
        return total


def fit_hierarchy(
    likelihood: Likelihood, prior: HyperPrior, *, fineness: Fineness = FINE
) -> HierarchyPosterior:
    """The joint posterior of (mu, tau) given the studies."""
    tau, tau_step = panel_nodes(prior.tau.breaks, fineness.tau)
    mu, mu_step = panel_nodes(_mu_spans(likelihood, prior, tau), fineness.mu)
    log_marginals = _log_marginals(likelihood, mu, tau, order=fineness.effect)
    log_joint = _log_joint(log_marginals.sum(axis=-1), prior, tau, tau_step, mu, mu_step)
    return HierarchyPosterior(
        likelihood, prior, fineness, tau, tau_step, mu, mu_step, log_joint, log_marginals
    )


def fit_leaving_one_out(
    likelihood: Likelihood, prior: HyperPrior, *, fineness: Fineness = FINE
) -> list[HierarchyPosterior]:
    """The posterior without each study in turn: its integrals are shared, over nodes of mu that span them all."""
    wide = replace(fineness, mu=fineness.mu + 24)
    tau, tau_step = panel_nodes(prior.tau.breaks, wide.tau)
    places = range(likelihood.estimate.size)
    spans = _mu_spans(likelihood, prior, tau, sets=1 - np.eye(len(places)))
    mu, mu_step = panel_nodes(spans, wide.mu)
    log_marginals = _log_marginals(likelihood, mu, tau, order=wide.effect)
    fitted = []
    for j in places:
        rest, kept = likelihood.select([k for k in places if k != j]), np.delete(log_marginals, j, axis=-1)
        log_joint = _log_joint(kept.sum(axis=-1), prior, tau, tau_step, mu, mu_step)
        fitted.append(HierarchyPosterior(rest, prior, wide, tau, tau_step, mu, mu_step, log_joint, kept))
    return fitted


def _log_joint(
    log_likelihood: Array, prior: HyperPrior, tau: Array, tau_step: Array, mu: Array, mu_step: Array
) -> Array:
    """(T, M), the log posterior density of (mu, tau), scaled to an integral of one."""
    logs = log_likelihood + prior.log_density_mu(mu) + np.log(prior.tau.density(tau))[:, None]
    logs = logs - logs.max()
    return np.asarray(logs - np.log(float((np.exp(logs) * mu_step * tau_step[:, None]).sum())))


def _log_marginals(likelihood: Likelihood, mu: Array, tau: Array, *, order: int) -> Array:
    """(T, M, J), some values of tau at a time to bound the memory."""
    per_tau = mu.shape[1] * likelihood.estimate.size * 2 * order
    at_once = max(1, BLOCK // per_tau)
    blocks = [slice(start, start + at_once) for start in range(0, tau.size, at_once)]
    return np.concatenate([
        study_integrals(likelihood, mu[part].ravel(), np.repeat(tau[part], mu.shape[1]), order=order)
        .log_marginal()
        .reshape(*mu[part].shape, -1)
        for part in blocks
    ])  # fmt: skip


def _mu_spans(
    likelihood: Likelihood, prior: HyperPrior, tau: Array, *, sets: Array | None = None, points: int = 25
) -> Array:
    """(T, 2), for each tau an interval of mu outside which the posterior is below e^-40 of its peak.

    A coarse scan, moved and narrowed until the drop lies inside it: the posterior of mu is log-concave.

    sets   (S, J), ones for the studies of each set: the interval then spans the posteriors of all of them, and as
           closely as that of one, which a normal approximation places well
    """
    filled = points // 3 if sets is None else 2 * points // 3
    sets = np.ones((1, likelihood.estimate.size)) if sets is None else sets
    low, high = _first_spans(likelihood, prior, tau, sets)
    for _ in range(30):
        mu = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, points)
        log_likelihoods = _log_marginals(likelihood, mu, tau, order=6) @ sets.T
        height = log_likelihoods + prior.log_density_mu(mu)[..., None]
        high_enough = (height > height.max(axis=1, keepdims=True) - DROP).any(axis=-1)
        first, last = high_enough.argmax(axis=1), points - 1 - high_enough[:, ::-1].argmax(axis=1)
        width = (high - low) / (points - 1)
        settled = (first > 0) & (last < points - 1) & (last - first >= filled)
        if settled.all():
            break
        new_low = low + np.where(first > 0, first - 1, -(points - 1)) * width
        high = low + np.where(last < points - 1, last + 1, 2 * (points - 1)) * width
        low = new_low
    return np.stack([low, high], axis=1)


def _first_spans(likelihood: Likelihood, prior: HyperPrior, tau: Array, sets: Array) -> tuple[Array, Array]:
    """Limits of mu (T,) that twelve standard deviations reach, were each study of each set a normal one."""
    precision = 1 / (likelihood.variance + tau[:, None] ** 2)
    total = precision @ sets.T + prior.sd**-2
    centre = ((precision * likelihood.estimate) @ sets.T + prior.mean * prior.sd**-2) / total
    reach = 12 / np.sqrt(total)
    return (centre - reach).min(axis=1), (centre + reach).max(axis=1)


def _sinh_breaks(centre: float, scale: float, low: float, high: float) -> Array:
    """Breaks from `low` to `high`, as fine as `scale` at the centre and ever wider away from it."""
    start, end = np.arcsinh((low - centre) / scale), np.arcsinh((high - centre) / scale)
    count = int(np.ceil((end - start) / DENSITY_STEP)) + 1
    return centre + scale * np.sinh(np.linspace(start, end, count))


def _trimmed(coefficients: Array) -> Array:
    """Without the trailing coefficients that are rounding in every row."""
    telling = np.flatnonzero(np.abs(coefficients).max(axis=0) > LOG_NOISE)
    return coefficients[:, : telling[-1] + 1]
