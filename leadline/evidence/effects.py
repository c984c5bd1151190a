"""The effect of each study and its variance, for the classical inverse-variance methods.

A study whose effect is not finite (an empty cell) has none: it is left out and named. Nothing is added to a count
unless a correction is asked for; the likelihood methods, Mantel-Haenszel and Peto need neither.

Sources   Freeman-Tukey double arcsine as in Miller JJ. The American Statistician 1978;32:138
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.evidence.quadrature import Array


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects and variances (J,) of the studies that have one; `used` (all,) says which."""

    y: Array
    v: Array
    used: NDArray[np.bool_]


def logits(events: Array, n: Array, *, correction: float = 0.0) -> Effects:
    """Log odds of one-arm studies; a correction is added to both cells of a study with an empty one."""
    add = np.where((events == 0) | (events == n), correction, 0.0)
    return _finite(
        lambda: (np.log((events + add) / (n - events + add)), 1 / (events + add) + 1 / (n - events + add))
    )


def raw_proportions(events: Array, n: Array, *, correction: float = 0.0) -> Effects:
    """Proportions with their binomial variance, which an empty cell makes zero: such a study is left out."""
    add = np.where((events == 0) | (events == n), correction, 0.0)
    p = (events + add) / (n + 2 * add)
    variance = p * (1 - p) / (n + 2 * add)
    used = variance > 0
    return Effects(p[used], variance[used], used)


def double_arcsines(events: Array, n: Array) -> Effects:
    """Freeman-Tukey double arcsines, the sum of two angles; every study has one."""
    y = np.arcsin(np.sqrt(events / (n + 1))) + np.arcsin(np.sqrt((events + 1) / (n + 1)))
    return Effects(y, 1 / (n + 0.5), np.ones(n.size, dtype=bool))


def from_double_arcsine(y: float, n: Array) -> float:
    """The proportion of a double arcsine, at the harmonic mean of the studies' sizes (Miller 1978)."""
    size = n.size / float((1 / n).sum())
    smallest = float(np.arcsin(np.sqrt(1 / (size + 1))))
    largest = float(np.arcsin(np.sqrt(size / (size + 1)))) + np.pi / 2
    if not smallest < y < largest:
        return 0.0 if y <= smallest else 1.0
    sine = np.sin(y) + (np.sin(y) - 1 / np.sin(y)) / size
    return float((1 - np.sign(np.cos(y)) * np.sqrt(1 - sine**2)) / 2)


def log_odds_ratios(a: Array, n_t: Array, c: Array, n_c: Array, *, correction: float = 0.0) -> Effects:
    """Log odds ratios of two-arm studies, treated over control."""
    a, b, c, d = _cells(a, n_t, c, n_c, correction)
    return _finite(lambda: (np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d))


def log_risk_ratios(a: Array, n_t: Array, c: Array, n_c: Array, *, correction: float = 0.0) -> Effects:
    """Log risk ratios of two-arm studies, treated over control."""
    a, b, c, d = _cells(a, n_t, c, n_c, correction)
    return _finite(lambda: (np.log(a * (c + d) / (c * (a + b))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))


def risk_differences(a: Array, n_t: Array, c: Array, n_c: Array) -> Effects:
    """Risk differences of two-arm studies, treated minus control; without variance a study is left out."""
    p, q = a / n_t, c / n_c
    variance = p * (1 - p) / n_t + q * (1 - q) / n_c
    used = variance > 0
    return Effects((p - q)[used], variance[used], used)


def log_rates(events: Array, exposure: Array) -> Effects:
    """Log rates; a study without an event has none."""
    return _finite(lambda: (np.log(events / exposure), 1 / events))


def _cells(
    a: Array, n_t: Array, c: Array, n_c: Array, correction: float
) -> tuple[Array, Array, Array, Array]:
    b, d = n_t - a, n_c - c
    add = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), correction, 0.0)
    return a + add, b + add, c + add, d + add


def _finite(compute: Callable[[], tuple[Array, Array]]) -> Effects:
    """The effects and variances that `compute` gives, without those of studies with an empty cell."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y, v = compute()
    used = np.isfinite(y) & np.isfinite(v)
    return Effects(y[used], v[used], used)
