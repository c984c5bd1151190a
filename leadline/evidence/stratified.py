"""Two-arm studies pooled as strata: Mantel-Haenszel and Peto, which need no correction for empty cells.

A study without any event, or with nothing else, adds nothing to a ratio and needs no exclusion.

Sources   Mantel N, Haenszel W. JNCI 1959;22:719-748
          Robins J, Breslow N, Greenland S. Biometrics 1986;42:311-323 (variance of the odds ratio)
          Greenland S, Robins JM. Biometrics 1985;41:55-68 (variances of risk ratio and risk difference)
          Yusuf S, Peto R, et al. Progress in Cardiovascular Diseases 1985;27:335-371
          Tarone RE. Biometrika 1985;72:91-95
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadline.evidence.quadrature import Array


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """2 x 2 tables (J,): events and others of the treated (a, b) and of the controls (c, d)."""

    a: Array
    b: Array
    c: Array
    d: Array

    @property
    def n(self) -> Array:
        return self.a + self.b + self.c + self.d


@dataclass(frozen=True, slots=True)
class Stratified:
    """A pooled effect: on the log scale for a ratio, as it is for a risk difference."""

    method: str
    estimate: float
    se: float
    low: float
    high: float


def mantel_haenszel_odds_ratio(tables: Tables, *, level: float = 0.95) -> Stratified | None:
    """The log odds ratio with the variance of Robins, Breslow and Greenland; None if it is not finite."""
    a, b, c, d, n = tables.a, tables.b, tables.c, tables.d, tables.n
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    big_r, big_s = float(r.sum()), float(s.sum())
    if not big_r or not big_s:
        return None
    variance = float(p @ r) / big_r**2 + float(p @ s + q @ r) / (big_r * big_s) + float(q @ s) / big_s**2
    return _with_limits("Mantel-Haenszel odds ratio", math.log(big_r / big_s), variance / 2, level)


def mantel_haenszel_risk_ratio(tables: Tables, *, level: float = 0.95) -> Stratified | None:
    """The log risk ratio; None if it is not finite."""
    a, c, n = tables.a, tables.c, tables.n
    n_t, n_c = a + tables.b, c + tables.d
    r, s = float((a * n_c / n).sum()), float((c * n_t / n).sum())
    if not r or not s:
        return None
    variance = float(((n_t * n_c * (a + c) - a * c * n) / n**2).sum()) / (r * s)
    return _with_limits("Mantel-Haenszel risk ratio", math.log(r / s), variance, level)


def mantel_haenszel_risk_difference(tables: Tables, *, level: float = 0.95) -> Stratified:
    """The risk difference."""
    a, b, c, d, n = tables.a, tables.b, tables.c, tables.d, tables.n
    n_t, n_c = a + b, c + d
    weight = n_t * n_c / n
    estimate = float(((a * n_c - c * n_t) / n).sum() / weight.sum())
    spread = (a * b * n_c**3 + c * d * n_t**3) / (n_t * n_c * n**2)
    variance = float(spread.sum() / weight.sum() ** 2)
    return _with_limits("Mantel-Haenszel risk difference", estimate, variance, level)


def peto_odds_ratio(tables: Tables, *, level: float = 0.95) -> Stratified | None:
    """Peto's one-step log odds ratio; None when no study has both events and others."""
    expected, variance = _hypergeometric(tables)
    total = float(variance.sum())
    if not total:
        return None
    return _with_limits("Peto odds ratio", float((tables.a - expected).sum()) / total, 1 / total, level)


def peto_q(tables: Tables) -> float:
    """The heterogeneity of the studies about Peto's odds ratio, over the studies with information."""
    expected, variance = _hypergeometric(tables)
    kept = variance > 0
    excess, v = (tables.a - expected)[kept], variance[kept]
    return float((excess**2 / v).sum() - excess.sum() ** 2 / v.sum())


def cochran_mantel_haenszel(tables: Tables, *, correction: float = 0.5) -> float:
    """The chi-squared of no association in any stratum; the usual correction is a half, none is zero."""
    expected, variance = _hypergeometric(tables)
    distance = max(0.0, abs(float((tables.a - expected).sum())) - correction)
    return distance**2 / float(variance.sum())


def tarone(tables: Tables) -> float:
    """Tarone's chi-squared of equal odds ratios about the Mantel-Haenszel one."""
    pooled = mantel_haenszel_odds_ratio(tables)
    if pooled is None:
        return 0.0
    ratio, n_t, m = math.exp(pooled.estimate), tables.a + tables.b, tables.a + tables.c
    fitted = _fitted_events(ratio, n_t, tables.n - n_t, m)
    cells = np.stack([fitted, n_t - fitted, m - fitted, tables.n - n_t - m + fitted])
    kept = (cells > 0).all(axis=0)
    variance = 1 / (1 / cells[:, kept]).sum(axis=0)
    excess = (tables.a - fitted)[kept]
    return float((excess**2 / variance).sum() - excess.sum() ** 2 / variance.sum())


def _fitted_events(ratio: float, n_t: Array, n_c: Array, m: Array) -> Array:
    """The events among the treated for which each table has this odds ratio, its margins kept."""
    if math.isclose(ratio, 1, abs_tol=1e-12):
        return np.asarray(n_t * m / (n_t + n_c))
    linear = ratio * (n_t + m) + n_c - m
    root = np.sqrt(linear**2 - 4 * ratio * (ratio - 1) * n_t * m)
    return np.asarray(2 * ratio * n_t * m / (linear + root))


def _hypergeometric(tables: Tables) -> tuple[Array, Array]:
    """Mean and variance of the treated events when there is no association."""
    n, n_t, m = tables.n, tables.a + tables.b, tables.a + tables.c
    return n_t * m / n, n_t * (n - n_t) * m * (n - m) / (n**2 * np.maximum(n - 1, 1))


def _with_limits(method: str, estimate: float, variance: float, level: float) -> Stratified:
    from scipy.special import ndtri

    se = math.sqrt(variance)
    reach = float(ndtri((1 + level) / 2)) * se
    return Stratified(method, estimate, se, estimate - reach, estimate + reach)
