"""Normal mixtures, and the normal-normal hierarchy of study effects with known standard errors.

    estimate_j ~ N(theta_j, se_j^2),   theta_j ~ N(mu, tau^2),   mu ~ N(mean, sd^2),   tau ~ a TauPrior

Given tau everything is normal, so that only tau needs nodes: mu, each study and a new study are mixtures of normals.

Source    Roever C. Journal of Statistical Software 2020;93(6):1-51
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.quadrature import Array, PanelDensity, panel_nodes

TAU_ORDER = 24  # nodes of tau per panel


@dataclass(frozen=True, slots=True)
class NormalMixture:
    """A mixture of normals: one weight, one mean and one standard deviation per component."""

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def __post_init__(self) -> None:
        same_length = len(self.weights) == len(self.means) == len(self.sds) > 0
        finite = all(map(math.isfinite, (*self.weights, *self.means, *self.sds)))
        if not same_length or not finite or min(self.sds) <= 0 or min(self.weights) < 0:
            raise StudiesInvalid(
                "a normal mixture takes as many weights as means and standard deviations, "
                "all finite, weights not negative and standard deviations above zero"
            )
        if not math.isclose(math.fsum(self.weights), 1, abs_tol=1e-6):
            raise StudiesInvalid(
                f"the weights of a normal mixture add up to {math.fsum(self.weights)}, not to one"
            )

    def density(self, x: Array) -> Array:
        """The density at x."""
        weights, means, sds = self._columns()
        z = (np.asarray(x, dtype=float)[..., None] - means) / sds
        return np.asarray(np.exp(-(z**2) / 2) @ (weights / sds) / math.sqrt(2 * math.pi))

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        from scipy.special import ndtr

        weights, means, sds = self._columns()
        return float(ndtr((x - means) / sds) @ weights)

    def tail(self, cut: float) -> float:
        """P(X > cut)."""
        return float(self.tails(np.array([cut]))[0])

    def tails(self, cuts: Array) -> Array:
        """P(X > cut) for each cut."""
        from scipy.special import ndtr

        weights, means, sds = self._columns()
        return np.asarray(ndtr((means - cuts[:, None]) / sds) @ weights)

    def quantile(self, probability: float) -> float:
        """The point below which lies `probability`, by bisection to the last bits."""
        _, means, sds = self._columns()
        low, high = float((means - 40 * sds).min()), float((means + 40 * sds).max())
        middle = (low + high) / 2
        while low < middle < high:
            low, high = (middle, high) if self.cdf(middle) < probability else (low, middle)
            middle = (low + high) / 2
        return middle

    @property
    def mean(self) -> float:
        weights, means, _ = self._columns()
        return float(weights @ means)

    @property
    def sd(self) -> float:
        weights, means, sds = self._columns()
        return float(np.sqrt(weights @ (sds**2 + (means - self.mean) ** 2)))

    def posterior(self, estimate: float, se: float) -> NormalMixture:
        """The mixture after an estimate with a known standard error."""
        weights, means, sds = self._columns()
        logs = np.log(weights, where=weights > 0, out=np.full(weights.size, -np.inf))
        logs = logs + self._log_foretold(estimate, se)
        share = np.exp(logs - logs.max())
        precision = sds**-2 + se**-2
        return NormalMixture(
            tuple((share / share.sum()).tolist()),
            tuple(((means * sds**-2 + estimate * se**-2) / precision).tolist()),
            tuple((precision**-0.5).tolist()),
        )

    def log_marginal(self, estimate: float, se: float) -> float:
        """The log of the density that the prior foretells for the estimate."""
        weights, _, _ = self._columns()
        logs = self._log_foretold(estimate, se)
        return float(logs.max() + np.log(np.exp(logs - logs.max()) @ weights))

    def robustified(self, weight: float, *, mean: float, sd: float) -> NormalMixture:
        """The mixture with a further, vague component of this weight."""
        if not 0 <= weight <= 1:
            raise StudiesInvalid(f"a robust weight of {weight} is no share; 0 to 1 is taken")
        kept = tuple((1 - weight) * w for w in self.weights)
        return NormalMixture((*kept, weight), (*self.means, mean), (*self.sds, sd))

    def _log_foretold(self, estimate: float, se: float) -> Array:
        _, means, sds = self._columns()
        variance = sds**2 + se**2
        return np.asarray(-((estimate - means) ** 2) / (2 * variance) - np.log(2 * np.pi * variance) / 2)

    def _columns(self) -> tuple[Array, Array, Array]:
        return np.array(self.weights), np.array(self.means), np.array(self.sds)


@dataclass(frozen=True, slots=True, eq=False)
class NormalHierarchy:
    """The posterior of the normal-normal hierarchy at T nodes of tau.

    tau, weight      (T,), nodes and their posterior probability
    centre, spread   (T,), posterior mean and standard deviation of mu given tau
    """

    estimate: Array
    variance: Array
    tau: Array
    weight: Array
    centre: Array
    spread: Array
    tau_density: PanelDensity

    @property
    def mean(self) -> NormalMixture:
        """The posterior of mu."""
        return _mixture(self.weight, self.centre, self.spread)

    def new_study(self, *, widened_by: float = 0.0) -> NormalMixture:
        """The posterior predictive of a new study's effect: the MAP prior of a normal endpoint.

        widened_by   a further standard deviation between the patients studied and the new ones
        """
        total = np.sqrt(self.spread**2 + self.tau**2 + widened_by**2)
        return _mixture(self.weight, self.centre, total)

    def study(self, study: int) -> NormalMixture:
        """The posterior of one study's effect, by its place, which leans on the others."""
        y, v = self.estimate[study], self.variance[study]
        own = self.tau**2 / (self.tau**2 + v)
        total = np.sqrt(own * v + ((1 - own) * self.spread) ** 2)
        return _mixture(self.weight, own * y + (1 - own) * self.centre, total)


def fit_normal_hierarchy(
    estimates: Sequence[float], ses: Sequence[float], prior: HyperPrior, *, order: int = TAU_ORDER
) -> NormalHierarchy:
    """The posterior of (mu, tau) given effects and their standard errors."""
    y, v = np.asarray(estimates, dtype=float), np.asarray(ses, dtype=float) ** 2
    tau, step = panel_nodes(prior.tau.breaks, order)
    total = v + tau[:, None] ** 2
    precision = (1 / total).sum(axis=1) + prior.sd**-2
    centre = ((y / total).sum(axis=1) + prior.mean * prior.sd**-2) / precision
    misfit = ((y - centre[:, None]) ** 2 / total).sum(axis=1) + (centre - prior.mean) ** 2 * prior.sd**-2
    logs = -(misfit + np.log(total).sum(axis=1) + np.log(precision)) / 2
    values = np.exp(logs - logs.max()) * prior.tau.density(tau)
    weight = values * step / (values @ step)
    density = PanelDensity.from_values(values, breaks=prior.tau.breaks, order=order)
    return NormalHierarchy(y, v, tau, weight, centre, precision**-0.5, density)


def shortest_interval(quantile: Callable[[float], float], *, level: float = 0.95) -> tuple[float, float]:
    """The shortest interval of a one-peaked distribution, by golden section on the probability below it."""
    ratio = (math.sqrt(5) - 1) / 2
    low, high = 0.0, 1 - level

    def width(below: float) -> float:
        return quantile(min(below + level, 1.0)) - quantile(below)

    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if width(left) < width(right) else (left, high)
    below = (low + high) / 2
    below = min((0.0, below, 1 - level), key=width)
    return quantile(below), quantile(min(below + level, 1.0))


def _mixture(weight: Array, mean: Array, sd: Array) -> NormalMixture:
    """Without the nodes that weigh nothing."""
    kept = weight > 1e-16
    share = weight[kept] / weight[kept].sum()
    return NormalMixture(tuple(share.tolist()), tuple(mean[kept].tolist()), tuple(sd[kept].tolist()))


@dataclass(frozen=True, slots=True)
class NormalFit:
    """A few normals fitted to a density, and the Kullback-Leibler divergence (nats) of what that loses."""

    mixture: NormalMixture
    kl: float


class Density(Protocol):
    """A law of an effect that can be looked at anywhere."""

    @property
    def mean(self) -> float: ...
    @property
    def sd(self) -> float: ...
    def density(self, x: Array, /) -> Array: ...


def fit_normals(prior: Density, *, components: int = 2, tolerance: float = 1e-9) -> NormalFit:
    """The mixture of a few normals nearest to the density, by EM on the density itself: no sample is drawn."""
    steps = np.sinh(np.linspace(-4, 4, 65)) / np.sinh(4) * 40
    x, step = panel_nodes(prior.mean + prior.sd * steps, 12)
    density = prior.density(x)
    x, weight, density = (column[density > 1e-290] for column in (x, step * density, density))
    entropy, mixture, kl = float(weight @ np.log(density)), _first_normals(prior, components), math.inf
    for _ in range(5000):
        weights, means, sds = (np.array(column) for column in (mixture.weights, mixture.means, mixture.sds))
        logs = np.log(weights / sds / math.sqrt(2 * math.pi)) - ((x[:, None] - means) / sds) ** 2 / 2
        peak = logs.max(axis=1, keepdims=True)
        shares = np.exp(logs - peak)
        total = shares.sum(axis=1, keepdims=True)
        before, kl = kl, entropy - float(weight @ (np.log(total) + peak)[:, 0])
        if before - kl < tolerance:
            break
        shares = weight[:, None] * shares / total
        mass = shares.sum(axis=0)
        means = x @ shares / mass
        sds = np.sqrt((shares * (x[:, None] - means) ** 2).sum(axis=0) / mass)
        mixture = NormalMixture(
            tuple((mass / mass.sum()).tolist()), tuple(means.tolist()), tuple(sds.tolist())
        )
    return NormalFit(mixture, kl)


def _first_normals(prior: Density, components: int) -> NormalMixture:
    """Normals of the same mean, from narrow to wide."""
    sds = prior.sd * np.geomspace(0.6, 1.6, components)
    return NormalMixture((1 / components,) * components, (prior.mean,) * components, tuple(sds.tolist()))
