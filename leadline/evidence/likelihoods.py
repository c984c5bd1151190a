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
from numpy.typing import NDArray

from leadline.evidence.quadrature import Array, legendre_projection, legendre_sum, panel_nodes


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
        return self.events * eta - self._expected(eta)

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        expected = self._expected(eta)
        return self.events - expected, expected

    def _expected(self, eta: Array) -> Array:
        """Held from overflow where no rate of events lies, at e^300: an integral looks for its ends far out."""
        return np.asarray(self.exposure * np.exp(np.minimum(eta, 300.0)))


@dataclass(frozen=True, slots=True, eq=False)
class NormalLikelihood:
    """An estimate with a known standard error; eta is the effect. The names are those that place an integral."""

    estimate: Array
    variance: Array

    def select(self, studies: Sequence[int]) -> NormalLikelihood:
        return NormalLikelihood(*_rows(self, studies))

    def log(self, eta: Array) -> Array:
        return np.asarray(-((eta - self.estimate) ** 2) / (2 * self.variance))

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        return (self.estimate - eta) / self.variance, 1 / self.variance + 0 * eta


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
        first, last = self._limits
        edge = np.where(eta > 0, last, first)
        return np.asarray((self.events_t - edge) * eta - self._sums.log_total(eta))

    def slopes(self, eta: Array) -> tuple[Array, Array]:
        """The treated events less those expected at eta, and the variance of those."""
        return self.events_t - self._sums.mean(eta), self._sums.variance(eta)

    def _cells(self) -> tuple[Array, Array, Array, Array]:
        a, b, c, d = self.events_t, self.n_t - self.events_t, self.events_c, self.n_c - self.events_c
        return a + 0.5, b + 0.5, c + 0.5, d + 0.5

    @property
    def informative(self) -> NDArray[np.bool_]:
        """(J,), whether the margins leave more than one table: without any event, or with nothing else, none do."""
        first, last = self._limits
        return last > first

    @property
    def _limits(self) -> tuple[Array, Array]:
        """The fewest and the most treated events (J,) that the margins allow."""
        total = self.events_t + self.events_c
        return np.maximum(0.0, total - self.n_c), np.minimum(self.n_t, total)

    @cached_property
    def _sums(self) -> SumsOverTables:
        first, last = self._limits
        total = self.events_t + self.events_c
        ways = [
            _log_ways(np.arange(low, high + 1), n_t, n_c, events)
            for low, high, n_t, n_c, events in zip(first, last, self.n_t, self.n_c, total, strict=True)
        ]
        return SumsOverTables.of(first, ways)


def _log_ways(k: Array, n_t: float, n_c: float, total: float) -> Array:
    """Log of choose(n_t, k) choose(n_c, total - k) for k = first, ..., last, the largest being zero.

    By the ratios of neighbours: logarithms of factorials of large arms would cancel to ten digits.
    """
    k = k[:-1]
    ratios = np.log((n_t - k) * (total - k) / ((k + 1) * (n_c - total + k + 1)))
    logs = np.concatenate([[0.0], np.cumsum(ratios)])
    return np.asarray(logs - logs.max())


SUM_ORDER = 16  # Legendre terms a panel of one unit of eta; see SumsOverTables
FAR = 40.0  # an outermost term that outweighs its neighbour by e^40 is all that counts


@dataclass(frozen=True, slots=True, eq=False)
class SumsOverTables:
    """Sums over all tables with a study's margins, tabulated in eta once: any number of events costs the same after.

    The sum is a polynomial in exp(eta) whose zeros are all real and negative (Harper 1967, as for any noncentral
    hypergeometric law), so that its logarithm is analytic within a distance of pi of the real line: 16 Legendre terms
    on panels of width one give it to the last digits.

    breaks         whole numbers of eta from one far end to the other
    coefficients   (3, J, order, panels): log of the sum relative to the term of its edge, mean, and variance of k;
                   panels last, so that a term is picked for many eta at once
    """

    breaks: Array
    coefficients: Array

    @classmethod
    def of(cls, first: Array, log_ways: Sequence[Array]) -> SumsOverTables:
        """The smallest k of each study (J,), and the log weights of k = first, first + 1, ...; any scale of them."""
        steps = [np.abs(np.diff(logs))[[0, -1]].max() for logs in log_ways if logs.size > 1]
        reach = float(np.ceil(max(steps, default=0.0) + FAR))
        breaks = np.arange(-reach, reach + 1)
        eta = panel_nodes(breaks, SUM_ORDER)[0].reshape(-1, SUM_ORDER)
        values = np.array([_sums_of_one(low, logs, eta) for low, logs in zip(first, log_ways, strict=True)])
        coefficients = np.moveaxis(values, 1, 0) @ legendre_projection(SUM_ORDER).T
        return cls(breaks, np.ascontiguousarray(np.swapaxes(coefficients, -1, -2)))

    def log_total(self, eta: Array) -> Array:
        """Log of the sum of weight exp((k - edge) eta), the edge being the last k above zero and the first below."""
        return self._at(0, eta)

    def mean(self, eta: Array) -> Array:
        return self._at(1, eta)

    def variance(self, eta: Array) -> Array:
        return self._at(2, eta)

    def _at(self, which: int, eta: Array) -> Array:
        """Studies go last; beyond the far ends nothing changes any more."""
        inside = np.clip(eta, self.breaks[0], self.breaks[-1])
        panel = np.clip(np.floor(inside - self.breaks[0]).astype(np.intp), 0, self.breaks.size - 2)
        local = 2 * (inside - self.breaks[panel]) - 1
        values = np.empty(np.shape(eta))
        for j, table in enumerate(self.coefficients[which]):
            terms = np.take(table, panel[..., j], axis=1)
            values[..., j] = legendre_sum(np.moveaxis(terms, 0, -1), local[..., j])
        return values


def _sums_of_one(first: float, log_ways: Array, eta: Array) -> Array:
    """(3, panels, order): the sums of one study at the nodes of each panel, over the terms that count there."""
    steps = np.arange(float(log_ways.size))
    sums = np.empty((3, *eta.shape))
    for panel, at in enumerate(eta):
        # The weights are log-concave, so that what counts inside a panel lies between what counts at its ends.
        at_ends = log_ways + steps * at[[0, -1], None]
        counts = np.flatnonzero((at_ends > at_ends.max(axis=1, keepdims=True) - 2 * FAR).any(axis=0))
        k = steps[counts[0] : counts[-1] + 1]
        from_edge = k - steps[-1] if at[0] > 0 else k
        exponents = log_ways[counts[0] : counts[-1] + 1] + from_edge * at[:, None]
        top = exponents.max(axis=1)
        weights = np.exp(exponents - top[:, None])
        total = weights.sum(axis=1)
        mean = weights @ k / total
        spread = (weights * (k - mean[:, None]) ** 2).sum(axis=1) / total
        sums[:, panel] = top + np.log(total), first + mean, spread
    return sums


def _rows(table: Table, studies: Sequence[int]) -> list[Array]:
    """The columns of a likelihood, cut to some studies by their places."""
    places = list(studies)
    return [getattr(table, column.name)[places] for column in fields(table)]


Table = BinomialLikelihood | PoissonLikelihood | NormalLikelihood | HypergeometricLikelihood
