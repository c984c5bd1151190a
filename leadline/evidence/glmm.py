"""Maximum likelihood of the random-effects model with each study's own likelihood (a GLMM), by quadrature.

Counts enter as binomial, Poisson or (two arms, given the total) hypergeometric: a study without an event counts as
what it is, and nothing is added to any cell.

Source    Stijnen T, Hamza TH, Ozdemir P. Statistics in Medicine 2010;29:3046-3067
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.evidence.hierarchy import study_integrals
from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.quadrature import Array

ORDER = 30  # nodes on each side of a study's mode
SMALLEST_TAU = 1e-3  # below it the common-effect likelihood is the same to ten digits
STEP = 2e-2  # of the differences that give slope and curvature, in standard errors or so


@dataclass(frozen=True, slots=True)
class Glmm:
    """A pooled effect on the scale of the likelihood (log odds, log rate, log odds ratio).

    prediction   the interval of a new study's effect, from the normal distribution
    """

    estimate: float
    se: float
    low: float
    high: float
    prediction: tuple[float, float]
    tau2: float
    log_likelihood: float


def fit_common(likelihood: Likelihood, *, level: float = 0.95) -> Glmm | None:
    """One effect for every study; None when the likelihood rises without end (no events at all, or only events)."""
    mu = float(np.average(likelihood.estimate, weights=1 / likelihood.variance))
    for _ in range(100):
        at = np.full(likelihood.estimate.size, mu)
        slope, curvature = (float(part.sum()) for part in likelihood.slopes(at))
        if curvature < 1e-9 or abs(mu) > 30:
            return None
        step = slope / curvature
        mu += max(-1.0, min(1.0, step))
        if abs(step) < 1e-12:
            break
    at = np.full(likelihood.estimate.size, mu)
    se = float(likelihood.slopes(at)[1].sum()) ** -0.5
    return _with_limits(mu, se, 0.0, float(likelihood.log(at).sum()), level)


def fit_random(likelihood: Likelihood, *, level: float = 0.95) -> Glmm | None:
    """Effects that vary about their mean; None when the likelihood rises without end.

    Newton's method in (mu, tau) with the slopes from differences, halving steps that do not climb. The standard
    error is from the curvature in (mu, tau^2), as the published programs take it.
    """
    common = fit_common(likelihood, level=level)
    if common is None or likelihood.estimate.size < 2:
        return common
    height = _log_likelihood(likelihood)
    start = np.array([common.estimate, 0.5])
    mu, tau = _climb(height, start, scale=np.array([common.se, 0.1]))
    best = float(height(np.array([[mu, tau]]))[0])
    if tau <= SMALLEST_TAU or best <= common.log_likelihood:
        return common
    curvature = _curvature_in_tau2(height, mu, tau, common.se)
    se = math.sqrt(float(np.linalg.inv(curvature)[0, 0]))
    return _with_limits(mu, se, tau**2, best, level)


def tau2_standard_error(likelihood: Likelihood, fitted: Glmm) -> float:
    """Of the maximum likelihood tau^2, from the curvature of the likelihood."""
    curvature = _curvature_in_tau2(
        _log_likelihood(likelihood), fitted.estimate, math.sqrt(fitted.tau2), fitted.se
    )
    return math.sqrt(float(np.linalg.inv(curvature)[1, 1]))


def heterogeneity_deviance(saturated: float, common: Glmm) -> float:
    """Twice what the log likelihood gains when every study has an effect of its own."""
    return 2 * (saturated - common.log_likelihood)


Height = Callable[[Array], Array]


def _log_likelihood(likelihood: Likelihood) -> Height:
    """The log likelihood at points (G, 2) of (mu, tau)."""

    def height(points: Array) -> Array:
        tau = np.maximum(np.abs(points[:, 1]), SMALLEST_TAU / 10)
        return np.asarray(
            study_integrals(likelihood, points[:, 0], tau, order=ORDER).log_marginal().sum(axis=1)
        )

    return height


def _climb(height: Height, start: Array, *, scale: Array) -> tuple[float, float]:
    point, here = start, float(height(start[None])[0])
    for _ in range(60):
        slope, curvature = _differences(height, point, STEP * scale)
        values, vectors = np.linalg.eigh(curvature)
        step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-6))
        step *= min(1.0, float((np.array([1.0, 0.5]) / np.maximum(np.abs(step), 1e-300)).min()))
        there = _mirrored(point + step)
        while (gained := float(height(there[None])[0])) < here and float(np.abs(step).max()) > 1e-9:
            step = step / 2
            there = _mirrored(point + step)
        point, here = there, gained
        if float(np.abs(step).max()) < 1e-9 or point[1] < SMALLEST_TAU:
            break
    return float(point[0]), float(point[1])


def _mirrored(point: Array) -> Array:
    """The likelihood is the same at -tau."""
    return np.array([point[0], abs(point[1])])


def _differences(height: Height, point: Array, h: Array) -> tuple[Array, Array]:
    """Slope and minus the curvature at a point, from differences of fourth order."""
    places = np.array([(i, j) for i in (-2, -1, 0, 1, 2) for j in (-2, -1, 0, 1, 2)])
    values = height(point + places * h).reshape(5, 5)
    first, second = np.array([1, -8, 0, 8, -1]) / 12, np.array([-1, 16, -30, 16, -1]) / 12
    middle = np.array([0.0, 0, 1, 0, 0])
    slope = np.array([first @ values @ middle, middle @ values @ first]) / h
    cross = first @ values @ first / (h[0] * h[1])
    curvature = np.array([
        [second @ values @ middle / h[0] ** 2, cross],
        [cross, middle @ values @ second / h[1] ** 2],
    ])  # fmt: skip
    return slope, -curvature


def _curvature_in_tau2(height: Height, mu: float, tau: float, se: float) -> Array:
    def by_tau2(points: Array) -> Array:
        return height(np.stack([points[:, 0], np.sqrt(np.maximum(points[:, 1], 0))], axis=1))

    return _differences(by_tau2, np.array([mu, tau**2]), STEP * np.array([se, tau**2]))[1]


def _with_limits(mu: float, se: float, tau2: float, log_likelihood: float, level: float) -> Glmm:
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    reach = z * math.sqrt(se**2 + tau2)
    return Glmm(mu, se, mu - z * se, mu + z * se, (mu - reach, mu + reach), tau2, log_likelihood)
