"""The binomial-normal hierarchy by quadrature: studies (or baskets) whose log odds vary around a common mean.

    events_j ~ Binomial(n_j, p_j),   logit p_j - offset_j ~ N(mu, tau^2),   mu ~ N(mean, sd^2),   tau ~ a TauPrior

Given (mu, tau) the studies are independent, so that everything is a sum over nodes of (mu, tau) of products of
one-dimensional integrals. Two ways lead there, and they share no nodes:

  one data set       `study_integrals`, for any n: nodes between the tails of each study's own integrand, split at
                     its mode. `posterior.py` builds on it.
  every data set     `hyper_grid.py`, for n up to a few hundred: integrals for events = 0..n at once, at nodes of
                     (mu, tau) that serve every outcome of a trial. `trial` builds on it.

Fixed Gauss-Hermite nodes are not used: they miss, in silence, a likelihood narrower than their spacing.

Sources   Berry SM, Broglio KR, Groshen S, Berry DA. Clinical Trials 2013;10:720-734
          Neuenschwander B, Wandel S, Roychoudhury S, Bailey S. Pharmaceutical Statistics 2016;15:123-134
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.quadrature import Array, panel_nodes

REACH = 8.5  # standard deviations of a normal that are integrated over; 2e-17 lies beyond
MOST_TURNS = 400  # of Newton's method: more than any rate takes
DROP = 40.0  # an integrand is followed until it has fallen by e^-40

# Panels of tau, in units of its prior's scale: fine near zero, where many or large studies put tau.
TAU_PANELS = (0.0, 0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 1.8, 2.6, 4.0, 6.0, 8.5)


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

    def __post_init__(self) -> None:
        if not 0 < self.scale < math.inf:
            raise StudiesInvalid(f"the scale of tau is {self.scale:g}; a finite number above 0 is taken")

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

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean) or not 0 < self.sd < math.inf:
            raise StudiesInvalid(
                f"the average effect has a prior of mean {self.mean:g} and standard deviation {self.sd:g}; "
                "finite ones are taken, the standard deviation above 0"
            )

    def log_density_mu(self, mu: Array) -> Array:
        """Up to a constant."""
        return -(((mu - self.mean) / self.sd) ** 2) / 2


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
    """(G, J), within a hundredth of a standard deviation, as it only splits an integral.

    The slope falls, so the mode lies between mu and mu + tau^2 slope(mu). Six turns do but for a rate far out, where
    Newton's method comes down by about one at a turn, and for many patients without an event, where it would leap from
    side to side of the bend: where a turn does not halve the slope, the bracket is halved.
    """
    precision = 1 / tau**2
    start = mu + 0 * likelihood.estimate
    end = start + likelihood.slopes(start)[0] / precision
    low, high = np.minimum(start, end), np.maximum(start, end)
    weight = 1 / likelihood.variance
    eta = np.clip((weight * likelihood.estimate + precision * mu) / (weight + precision), low, high)
    steepness = np.full(eta.shape, np.inf)
    for turn in range(MOST_TURNS):
        slope, curvature = likelihood.slopes(eta)
        slope = slope - (eta - mu) * precision
        leaping, steepness = np.abs(slope) > steepness / 2, np.abs(slope)
        if turn >= 6 and bool((slope**2 < 1e-4 * (curvature + precision)).all()):
            break
        low, high = np.where(slope > 0, eta, low), np.where(slope > 0, high, eta)
        newton = eta + slope / (curvature + precision)
        inside = (newton >= low) & (newton <= high) & ~leaping
        eta = np.where(inside, newton, (low + high) / 2)
    return eta


def _fallen(likelihood: Likelihood, mu: Array, tau: Array, mode: Array, side: float) -> Array:
    """(G, J), a point on one side of the mode where the integrand is below e^-40 of its mode, and not far beyond.

    From such a point a Newton step on a concave function never passes the root. Five turns do but for a rate.
    """
    precision = 1 / tau**2

    def height(eta: Array) -> Array:
        return likelihood.log(eta) - (eta - mu) ** 2 * precision / 2

    target = height(mode) - DROP
    eta = mode + side * np.sqrt(2 * DROP) * tau
    for turn in range(MOST_TURNS):
        reached = height(eta)
        if turn >= 5 and bool((reached > target - DROP).all()):
            break
        slope = likelihood.slopes(eta)[0] - (eta - mu) * precision
        eta = eta + (target - reached) / slope
    return np.asarray(eta)
