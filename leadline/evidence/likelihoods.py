"""Likelihoods of studies on an unbounded scale, all of them log-concave.

Each is a table of J studies. `log`, `slope` and `curvature` take eta with studies on the last axis and give the log
likelihood (up to a constant of the study), its derivative, and minus its second derivative. `estimate` and `variance`
are a rough normal approximation that only places the nodes of an integral; no result rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from leadline.evidence.quadrature import Array


class Likelihood(Protocol):
    """What an integral over one study's effect needs to know."""

    @property
    def estimate(self) -> Array: ...
    @property
    def variance(self) -> Array: ...
    def log(self, eta: Array) -> Array: ...
    def slope(self, eta: Array) -> Array: ...
    def curvature(self, eta: Array) -> Array: ...
    def only(self, study: int) -> Likelihood: ...


def expit(eta: Array) -> Array:
    """The proportion of a log odds, without overflow."""
    fraction = np.exp(-np.abs(eta))
    return np.asarray(np.where(eta >= 0, 1.0, fraction) / (1 + fraction))


@dataclass(frozen=True, slots=True, eq=False)
class BinomialLikelihood:
    """`events` of `n`; eta is the log odds. Counts may be fractions where a power prior discounts them."""

    events: Array
    n: Array

    @classmethod
    def of(cls, events: Sequence[float], n: Sequence[float], *, power: float = 1.0) -> BinomialLikelihood:
        """The studies with their likelihood raised to `power`: 0.5 counts every patient as half a patient."""
        return cls(power * np.asarray(events, dtype=float), power * np.asarray(n, dtype=float))

    def only(self, study: int) -> BinomialLikelihood:
        return BinomialLikelihood(*_one_study(self, study))

    @property
    def estimate(self) -> Array:
        return np.asarray(np.log((self.events + 0.5) / (self.n - self.events + 0.5)))

    @property
    def variance(self) -> Array:
        return 1 / (self.events + 0.5) + 1 / (self.n - self.events + 0.5)

    def log(self, eta: Array) -> Array:
        """Both terms are at most zero, so nothing cancels far out in either tail."""
        softplus = np.log1p(np.exp(-np.abs(eta)))
        return np.where(eta > 0, (self.events - self.n) * eta, self.events * eta) - self.n * softplus

    def slope(self, eta: Array) -> Array:
        return self.events - self.n * expit(eta)

    def curvature(self, eta: Array) -> Array:
        p = expit(eta)
        return self.n * p * (1 - p)


@dataclass(frozen=True, slots=True, eq=False)
class PoissonLikelihood:
    """`events` in an exposure; eta is the log rate."""

    events: Array
    exposure: Array

    def only(self, study: int) -> PoissonLikelihood:
        return PoissonLikelihood(*_one_study(self, study))

    @property
    def estimate(self) -> Array:
        return np.asarray(np.log((self.events + 0.5) / self.exposure))

    @property
    def variance(self) -> Array:
        return 1 / (self.events + 0.5)

    def log(self, eta: Array) -> Array:
        return self.events * eta - self.exposure * np.exp(eta)

    def slope(self, eta: Array) -> Array:
        return self.events - self.exposure * np.exp(eta)

    def curvature(self, eta: Array) -> Array:
        return self.exposure * np.exp(eta)


@dataclass(frozen=True, slots=True, eq=False)
class HypergeometricLikelihood:
    """Two arms given their total of events; eta is the log odds ratio, treated over control.

    events_t, n_t, events_c, n_c   (J,); a study without any event, or with nothing else, is flat: it says nothing
    and needs no correction.
    """

    events_t: Array
    n_t: Array
    events_c: Array
    n_c: Array

    def only(self, study: int) -> HypergeometricLikelihood:
        return HypergeometricLikelihood(*_one_study(self, study))

    @property
    def estimate(self) -> Array:
        a, b, c, d = self._cells()
        return np.asarray(np.log(a * d / (b * c)))

    @property
    def variance(self) -> Array:
        a, b, c, d = self._cells()
        return 1 / a + 1 / b + 1 / c + 1 / d

    def log(self, eta: Array) -> Array:
        exponents = self._exponents(eta)
        peak = exponents.max(axis=-1)
        total = peak + np.log(np.exp(exponents - peak[..., None]).sum(axis=-1))
        return np.asarray(self.events_t * eta - total)

    def slope(self, eta: Array) -> Array:
        return self.events_t - self._moments(eta)[0]

    def curvature(self, eta: Array) -> Array:
        return self._moments(eta)[1]

    def _cells(self) -> tuple[Array, Array, Array, Array]:
        a, b, c, d = self.events_t, self.n_t - self.events_t, self.events_c, self.n_c - self.events_c
        return a + 0.5, b + 0.5, c + 0.5, d + 0.5

    def _exponents(self, eta: Array) -> Array:
        """Log of choose(n_t, k) choose(n_c, total - k) exp(k eta), k on a new last axis."""
        counts, log_ways = self._ways()
        return log_ways + eta[..., None] * counts

    def _ways(self) -> tuple[Array, Array]:
        from scipy.special import gammaln

        def log_choose(n: Array, k: Array) -> Array:
            return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))

        total = (self.events_t + self.events_c)[:, None]
        n_t, n_c = self.n_t[:, None], self.n_c[:, None]
        counts = np.arange(float(total.max()) + 1)[None, :]
        possible = (counts <= np.minimum(n_t, total)) & (counts >= total - n_c)
        k = np.where(possible, counts, np.maximum(total - n_c, 0))
        log_ways = log_choose(n_t, k) + log_choose(n_c, total - k)
        log_ways = log_ways - log_ways.max(axis=-1, keepdims=True)
        return k, np.where(possible, log_ways, -np.inf)

    def _moments(self, eta: Array) -> tuple[Array, Array]:
        counts, _ = self._ways()
        exponents = self._exponents(eta)
        weights = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
        weights = weights / weights.sum(axis=-1, keepdims=True)
        mean = (weights * counts).sum(axis=-1)
        return mean, (weights * (counts - mean[..., None]) ** 2).sum(axis=-1)


def _one_study(likelihood: Likelihood, study: int) -> list[Array]:
    """The columns of a likelihood, cut to one study."""
    return [getattr(likelihood, column.name)[[study]] for column in fields(likelihood)]  # type: ignore[arg-type]
