"""Likelihoods of studies on an unbounded scale, all of them log-concave.

Each is a table of J studies. `log` and `slopes` take eta with studies on the last axis and give the log likelihood (up
to a constant of the study), and its derivative with minus its second derivative. `estimate` and `variance`
are a rough normal approximation that only places the nodes of an integral; no result rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
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
    def slopes(self, eta: Array) -> tuple[Array, Array]: ...
    def select(self, studies: Sequence[int]) -> Likelihood: ...


def expit(eta: Array) -> Array:
    """The proportion of a log odds, without overflow."""
    fraction = np.exp(-np.abs(eta))
    return np.asarray(np.where(eta >= 0, 1.0, fraction) / (1 + fraction))


@dataclass(frozen=True, slots=True, eq=False)
class BinomialLikelihood:
    """`events` of `n`; eta is the log odds. Counts may be fractions, as a power prior borrows them."""

    events: Array
    n: Array

    @classmethod
    def of(cls, events: Sequence[float], n: Sequence[float]) -> BinomialLikelihood:
        return cls(np.asarray(events, dtype=float), np.asarray(n, dtype=float))

    def select(self, studies: Sequence[int]) -> BinomialLikelihood:
        return BinomialLikelihood(*_rows(self, studies))

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

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        p = expit(eta)
        return self.events - self.n * p, self.n * p * (1 - p)


@dataclass(frozen=True, slots=True, eq=False)
class PoissonLikelihood:
    """`events` in an exposure; eta is the log rate."""

    events: Array
    exposure: Array

    def select(self, studies: Sequence[int]) -> PoissonLikelihood:
        return PoissonLikelihood(*_rows(self, studies))

    @property
    def estimate(self) -> Array:
        return np.asarray(np.log((self.events + 0.5) / self.exposure))

    @property
    def variance(self) -> Array:
        return 1 / (self.events + 0.5)

    def log(self, eta: Array) -> Array:
        return self.events * eta - self.exposure * np.exp(eta)

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        expected = self.exposure * np.exp(eta)
        return self.events - expected, expected


@dataclass(frozen=True, eq=False)
class HypergeometricLikelihood:
    """Two arms given their total of events; eta is the log odds ratio, treated over control.

    events_t, n_t, events_c, n_c   (J,); a study without any event, or with nothing else, is flat: it says nothing
    and needs no correction.
    """

    events_t: Array
    n_t: Array
    events_c: Array
    n_c: Array

    def select(self, studies: Sequence[int]) -> HypergeometricLikelihood:
        return HypergeometricLikelihood(*_rows(self, studies))

    @property
    def estimate(self) -> Array:
        a, b, c, d = self._cells()
        return np.asarray(np.log(a * d / (b * c)))

    @property
    def variance(self) -> Array:
        a, b, c, d = self._cells()
        return 1 / a + 1 / b + 1 / c + 1 / d

    def log(self, eta: Array) -> Array:
        """Less the log of the sum over k of choose(n_t, k) choose(n_c, total - k) exp(k eta), largest term e^0."""
        first, last, forward = self._ways
        edge = np.where(eta > 0, last, first)
        (total,) = _horner(forward, eta, derivatives=0)
        return np.asarray((self.events_t - edge) * eta - np.log(total))

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        """The treated events less those expected at eta, and the variance of those."""
        first, last, ways = self._ways
        total, slope, bend = _horner(ways, eta, derivatives=2)
        z = np.exp(-np.abs(eta))
        from_edge = z * slope / total
        variance = z**2 * 2 * bend / total + from_edge - from_edge**2
        return self.events_t - np.where(eta > 0, last - from_edge, first + from_edge), variance

    def _cells(self) -> tuple[Array, Array, Array, Array]:
        a, b, c, d = self.events_t, self.n_t - self.events_t, self.events_c, self.n_c - self.events_c
        return a + 0.5, b + 0.5, c + 0.5, d + 0.5

    @cached_property
    def _ways(self) -> tuple[Array, Array, Array]:
        """The fewest and most treated events (J,), and the ways (J, K) to have as many, over the largest."""
        from scipy.special import gammaln

        def log_choose(n: Array, k: Array) -> Array:
            return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))

        total = self.events_t + self.events_c
        first, last = np.maximum(total - self.n_c, 0.0), np.minimum(self.n_t, total)
        steps = np.arange(float((last - first).max()) + 1)
        k = np.minimum(first[:, None] + steps, last[:, None])
        logs = log_choose(self.n_t[:, None], k) + log_choose(self.n_c[:, None], total[:, None] - k)
        ways = np.exp(logs - logs.max(axis=1, keepdims=True))
        return first, last, np.where(steps <= (last - first)[:, None], ways, 0.0)


def _horner(ways: Array, eta: Array, *, derivatives: int) -> list[Array]:
    """The polynomial with coefficients `ways` (J, K), its derivative and half the second, at exp(-|eta|).

    Where eta is above zero the coefficients are taken from the last on, so that no power overflows. Each study has
    its own degree, and most have few events: so study by study.
    """
    z, above = np.exp(-np.abs(eta)), eta > 0
    sums = [np.empty(eta.shape) for _ in range(derivatives + 1)]
    for j, row in enumerate(ways):
        forward = row[: int((row > 0).sum())]
        for coefficients, part in ((forward, ~above[..., j]), (forward[::-1], above[..., j])):
            values = _polynomial(coefficients, z[..., j][part], derivatives)
            for whole, value in zip(sums, values, strict=True):
                whole[..., j][part] = value
    return sums


def _polynomial(coefficients: Array, z: Array, derivatives: int) -> list[Array]:
    sums = [np.zeros(z.shape) for _ in range(derivatives + 1)]
    for coefficient in coefficients[::-1]:
        for order in range(derivatives, 0, -1):
            sums[order] *= z
            sums[order] += sums[order - 1]
        sums[0] *= z
        sums[0] += coefficient
    return sums


def _rows(likelihood: Likelihood, studies: Sequence[int]) -> list[Array]:
    """The columns of a likelihood, cut to some studies by their places."""
    places = list(studies)
    return [getattr(likelihood, column.name)[places] for column in fields(likelihood)]  # type: ignore[arg-type]
