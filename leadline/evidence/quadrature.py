"""Deterministic integration: Gauss-Legendre panels, and densities tabulated on them.

A density known at the Gauss nodes of some panels is a polynomial on each of them. It can then be evaluated,
integrated up to any point and inverted without new integrals, and a cut point inside a panel costs no accuracy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@lru_cache
def gauss_legendre(order: int) -> tuple[Array, Array]:
    """Nodes and weights on [-1, 1]; exact for polynomials up to degree 2 * order - 1."""
    return np.polynomial.legendre.leggauss(order)


@lru_cache
def legendre_projection(order: int) -> Array:
    """The matrix (order, order) from values at the Gauss nodes to Legendre coefficients."""
    nodes, weights = gauss_legendre(order)
    degrees = np.arange(order)
    values = np.polynomial.legendre.legvander(nodes, order - 1)
    return (degrees[:, None] + 0.5) * values.T * weights


def panel_nodes(breaks: Array, order: int) -> tuple[Array, Array]:
    """Gauss nodes and weights of every panel between neighbouring breaks.

    breaks    (..., P + 1), ascending along the last axis; panels of no width get weights of zero
    returns   nodes and weights, each (..., P * order)
    """
    return between(breaks[..., :-1], breaks[..., 1:], order)


def between(starts: Array, ends: Array, order: int) -> tuple[Array, Array]:
    """The same for panels (..., P) that need not be neighbours."""
    nodes, weights = gauss_legendre(order)
    half = (ends - starts)[..., None] / 2
    middle = (starts + ends)[..., None] / 2
    shape = (*starts.shape[:-1], -1)
    return (middle + half * nodes).reshape(shape), (half * weights).reshape(shape)


@dataclass(frozen=True, eq=False)
class PanelDensity:
    """A probability density on panels of a line, as a polynomial on each.

    breaks         (P + 1,), ascending
    coefficients   (P, order), Legendre coefficients on each panel
    """

    breaks: Array
    coefficients: Array

    @classmethod
    def tabulate(cls, density: Callable[[Array], Array], *, breaks: Array, order: int) -> PanelDensity:
        """The density through its values at the Gauss nodes, scaled to an integral of one."""
        nodes, _ = panel_nodes(breaks, order)
        return cls.from_values(density(nodes), breaks=breaks, order=order)

    @classmethod
    def from_values(cls, values: Array, *, breaks: Array, order: int) -> PanelDensity:
        """The density through values (P * order,) at the Gauss nodes, scaled to an integral of one."""
        _, weights = panel_nodes(breaks, order)
        scaled = values.reshape(-1, order) / float(weights @ values)
        return cls(breaks, scaled @ legendre_projection(order).T)

    @property
    def order(self) -> int:
        return int(self.coefficients.shape[1])

    def __call__(self, x: Array) -> Array:
        """The density at x, zero outside the panels."""
        x = np.asarray(x, dtype=float)
        panel, local, inside = self._locate(x)
        values = legendre_sum(self.coefficients[panel], local)
        return np.where(inside, values, 0.0)

    def nodes(self, *, splits: tuple[float, ...] = ()) -> tuple[Array, Array]:
        """Points and probabilities that integrate a function against the density.

        A function with a step or a kink is integrated without loss when its place is among `splits`.
        """
        inside = [split for split in splits if self.breaks[0] < split < self.breaks[-1]]
        points, weights = panel_nodes(np.union1d(self.breaks, inside), self.order)
        return points, weights * self(points)

    def cdf(self, x: Array) -> Array:
        """P(X <= x)."""
        x = np.asarray(x, dtype=float)
        panel, local, _ = self._locate(np.clip(x, self.breaks[0], self.breaks[-1]))
        partial = legendre_sum(self._integrals[panel], local)
        return np.clip(self._mass_before[panel] + partial * np.diff(self.breaks)[panel] / 2, 0.0, 1.0)

    def quantile(self, probability: float) -> float:
        """The point below which lies `probability`, by bisection to the last bits."""
        before = self._mass_before
        panel = int(np.clip(np.searchsorted(before, probability) - 1, 0, self.breaks.size - 2))
        half = float(self.breaks[panel + 1] - self.breaks[panel]) / 2
        wanted = (probability - float(before[panel])) / half
        integral = np.polynomial.Legendre(self._integrals[panel])
        low, high = -1.0, 1.0
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if float(integral(middle)) < wanted else (low, middle)
        return float(self.breaks[panel]) + half * (1 + low)

    def mean(self, function: Callable[[Array], Array] = lambda x: x) -> float:
        """The expectation of a smooth function."""
        points, weights = self.nodes()
        return float(weights @ function(points))

    def sd(self, function: Callable[[Array], Array] = lambda x: x) -> float:
        """The standard deviation of a smooth function."""
        centre = self.mean(function)
        return float(np.sqrt(self.mean(lambda x: (function(x) - centre) ** 2)))

    @cached_property
    def _integrals(self) -> Array:
        """(P, order + 1), Legendre coefficients of the integral from the start of each panel."""
        return np.asarray(np.polynomial.legendre.legint(self.coefficients, lbnd=-1, axis=-1))

    @cached_property
    def _mass_before(self) -> Array:
        """(P + 1,), the probability before each break."""
        masses = self.coefficients[:, 0] * np.diff(self.breaks)
        return np.concatenate([[0.0], np.cumsum(masses)])

    def _locate(self, x: Array) -> tuple[NDArray[np.intp], Array, NDArray[np.bool_]]:
        """The panel of each x and its place in it, from -1 to 1."""
        panel = np.clip(np.searchsorted(self.breaks, x, side="right") - 1, 0, self.breaks.size - 2)
        left, right = self.breaks[panel], self.breaks[panel + 1]
        inside = (x >= self.breaks[0]) & (x <= self.breaks[-1])
        return panel, (2 * np.clip(x, left, right) - left - right) / (right - left), inside


def legendre_sum(coefficients: Array, x: Array) -> Array:
    """Sum over k of coefficients[..., k] P_k(x), by Clenshaw's recurrence; axes before the last broadcast."""
    ahead, further, spare = np.zeros_like(x), np.zeros_like(x), np.empty_like(x)
    for k in range(coefficients.shape[-1] - 1, -1, -1):
        np.multiply(x, ahead, out=spare)
        spare *= (2 * k + 1) / (k + 1)
        further *= (k + 1) / (k + 2)
        spare -= further
        spare += coefficients[..., k]
        spare, ahead, further = further, spare, ahead
    return ahead
