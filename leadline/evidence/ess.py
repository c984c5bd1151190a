"""What a prior is worth in patients: the effective sample size (ESS), which means little without its method.

The three methods differ by a factor of up to five on one prior, so that each number here carries its name.

Sources   Neuenschwander B, Weber S, Schmidli H, O'Hagan A. Biometrics 2020;76:578-587 (ELIR)
          Morita S, Thall PF, Mueller P. Biometrics 2008;64:595-602
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadline.evidence.normal import NormalMixture
from leadline.evidence.priors import BetaMixture, logit
from leadline.evidence.quadrature import Array, panel_nodes

VAGUE = 100.0  # Morita's vague prior is worth 1/100 of a patient


@dataclass(frozen=True, slots=True)
class EffectiveSampleSize:
    """What a prior is worth in patients, by three methods.

    elir      expected local information ratio; None where a shape below one makes it infinite
    moment    of the beta (or normal) with the same mean and standard deviation
    morita    information at the mode against that of one patient
    """

    elir: float | None
    moment: float
    morita: float


def effective_sample_size(mixture: BetaMixture) -> EffectiveSampleSize:
    """The effective sample size of a prior for a proportion."""
    moment = mixture.mean * (1 - mixture.mean) / mixture.sd**2 - 1
    return EffectiveSampleSize(_elir(mixture), moment, _morita(mixture))


def _elir(mixture: BetaMixture) -> float | None:
    """E[-(log density)''(p) p (1 - p)], in the log odds: near a shape of one the integrand falls only slowly."""
    if min(*mixture.a, *mixture.b) < 1:
        return None
    ladder = np.array(
        [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 13, 17, 22, 30, 40, 60, 90, 140, 220, 350, 700]
    )
    centre = logit(mixture.mean)
    narrowest = 2 / math.sqrt(max(a + b for a, b in zip(mixture.a, mixture.b, strict=True)))
    fine = centre + narrowest * np.arange(-24, 25) / math.sqrt(mixture.mean * (1 - mixture.mean)) / 4
    u, step = panel_nodes(np.union1d(np.concatenate([-ladder, ladder]), fine), 20)
    return float(step @ (mixture.logit_density(u) * _information(mixture, u)))


def _information(mixture: BetaMixture, u: Array) -> Array:
    """-(log density)''(p) p (1 - p) at log odds u."""
    log_p, log_q = -np.logaddexp(0, -u), -np.logaddexp(0, u)
    p, q = np.exp(log_p)[:, None], np.exp(log_q)[:, None]
    a, b = np.array(mixture.a), np.array(mixture.b)
    logs = mixture.log_components(log_p, log_q)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    slope = (a - 1) * q - (b - 1) * p
    own = (shares * ((a - 1) * q**2 + (b - 1) * p**2)).sum(axis=1)
    between = (shares * slope**2).sum(axis=1) - (shares * slope).sum(axis=1) ** 2
    return np.asarray((own - between) * np.exp(-log_p - log_q))


def _morita(mixture: BetaMixture) -> float:
    """The curvature of the log density at its mode, less that of a vague prior, over that of one patient."""
    mode = _mode(mixture)
    u = np.array([logit(mode)])
    curvature = float(_information(mixture, u)[0]) / (mode * (1 - mode))
    vague = (mode / VAGUE - 1) / mode**2 + ((1 - mode) / VAGUE - 1) / (1 - mode) ** 2
    one_patient = mixture.mean / mode**2 + (1 - mixture.mean) / (1 - mode) ** 2
    return (curvature - vague) / one_patient


def _mode(mixture: BetaMixture) -> float:
    """The highest point of the density, from a grid that is refined around its best point."""
    low, high, best = 0.0, 1.0, mixture.mean
    for _ in range(10):
        p = np.linspace(low, high, 1003)[1:-1]
        best = float(p[int(mixture.density(p).argmax())])
        width = (high - low) / 100
        low, high = max(0.0, best - width), min(1.0, best + width)
    return best


def normal_effective_sample_size(mixture: NormalMixture, *, patient_sd: float) -> EffectiveSampleSize:
    """The effective sample size of a prior for a mean (or a log odds ratio).

    patient_sd   standard deviation of one patient's outcome: what the prior is measured in
    """
    moment = (patient_sd / mixture.sd) ** 2
    sharpest, centre = min(mixture.sds), mixture.mean
    breaks = np.union1d(
        centre + sharpest * np.linspace(-12, 12, 49), centre + mixture.sd * np.linspace(-20, 20, 41)
    )
    x, step = panel_nodes(breaks, 20)
    elir = patient_sd**2 * float(step @ (mixture.density(x) * _bend(mixture, x)))
    mode = float(x[int(mixture.density(x).argmax())])
    return EffectiveSampleSize(elir, moment, patient_sd**2 * float(_bend(mixture, np.array([mode]))[0]))


def _bend(mixture: NormalMixture, x: Array) -> Array:
    """-(log density)'' of a normal mixture."""
    weights, means, sds = np.array(mixture.weights), np.array(mixture.means), np.array(mixture.sds)
    z = (x[:, None] - means) / sds
    shares = weights / sds * np.exp(-(z**2) / 2)
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
    slope = -z / sds
    between = (shares * slope**2).sum(axis=1) - (shares * slope).sum(axis=1) ** 2
    return np.asarray((shares / sds**2).sum(axis=1) - between)
