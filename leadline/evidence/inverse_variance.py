"""Classical pooling of effects with known variances: common effect, random effects, heterogeneity.

Sources   DerSimonian R, Laird N. Controlled Clinical Trials 1986;7:177-188
          DerSimonian R, Kacker R. Contemporary Clinical Trials 2007;28:105-114 (Paule-Mandel, Hedges)
          Sidik K, Jonkman JN. Journal of Biopharmaceutical Statistics 2005;15:823-838
          Hartung J, Knapp G. Statistics in Medicine 2001;20:3875-3889
          Viechtbauer W. Statistics in Medicine 2007;26:37-52 (intervals of tau^2)
          Higgins JPT, Thompson SG. Statistics in Medicine 2002;21:1539-1558 (I^2)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.evidence.quadrature import Array


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """A pooled effect on the scale of the effects.

    prediction     the interval of a new study's effect, from the normal distribution
    i2_percent     tau^2 over tau^2 plus the typical variance within studies
    """

    method: str
    estimate: float
    se: float
    low: float
    high: float
    prediction: tuple[float, float]
    tau2: float
    i2_percent: float


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q with its p-value, what follows from it, and tau^2.

    i2_percent          of the variation between the effects, the share that chance does not explain: (Q - df) / Q
    h2                  Q / df: 1 is what chance alone gives
    tau2                by REML
    tau2_low, tau2_high   that the Q-profile does not exclude
    """

    q: float
    df: int
    p: float
    i2_percent: float
    h2: float
    tau2: float
    tau2_low: float
    tau2_high: float


def common_effect(y: Array, v: Array, *, level: float = 0.95) -> RandomEffects:
    """The inverse-variance mean when every study estimates the same effect."""
    return _pooled("common effect", y, v, 0.0, level)


def random_effects(
    y: Array, v: Array, *, estimator: Callable[[Array, Array], float], level: float = 0.95
) -> RandomEffects:
    """The inverse-variance mean with a between-study variance by one of the estimators of TAU2."""
    name = next(name for name, function in TAU2.items() if function is estimator)
    return _pooled(name, y, v, estimator(y, v), level)


def hartung_knapp(
    y: Array, v: Array, *, estimator: Callable[[Array, Array], float], level: float = 0.95
) -> RandomEffects:
    """As `random_effects`, with the standard error from the weighted spread of the effects, and t limits.

    The variance factor is not held above one; with one study there is no spread, and the normal limits stand.
    """
    from scipy.special import stdtrit

    normal = random_effects(y, v, estimator=estimator, level=level)
    if y.size < 2:
        return normal
    w = 1 / (v + normal.tau2)
    se = math.sqrt(float(w @ (y - normal.estimate) ** 2) / (y.size - 1) / float(w.sum()))
    t = float(stdtrit(y.size - 1, (1 + level) / 2))
    name = f"{normal.method} with Hartung-Knapp"
    low, high = normal.estimate - t * se, normal.estimate + t * se
    return RandomEffects(
        name, normal.estimate, se, low, high, normal.prediction, normal.tau2, normal.i2_percent
    )


def heterogeneity(y: Array, v: Array, *, level: float = 0.95) -> Heterogeneity:
    """Cochran's Q, I^2 and H^2 (Higgins 2002), tau^2 by REML with its Q-profile interval; two studies or more."""
    from scipy.special import chdtrc

    q, df = _generalised_q(y, v, 0.0), y.size - 1
    low, high = q_profile(y, v, level=level)
    i2 = 100 * max(0.0, (q - df) / q) if q else 0.0
    h2 = q / df if df else 1.0
    return Heterogeneity(q, df, float(chdtrc(df, q)) if df else 1.0, i2, h2, tau2_reml(y, v), low, high)


def _generalised_q(y: Array, v: Array, tau2: float) -> float:
    """The weighted squares of the effects about their mean, at weights 1 / (v + tau^2)."""
    w = 1 / (v + tau2)
    return float(w @ (y - (w @ y) / w.sum()) ** 2)


def q_profile(y: Array, v: Array, *, level: float = 0.95) -> tuple[float, float]:
    """The tau^2 at which the generalised Q is neither too large nor too small (Viechtbauer 2007)."""
    from scipy.special import chdtri

    df = y.size - 1
    if df == 0:
        return 0.0, math.inf
    tail = (1 - level) / 2
    largest, smallest = float(chdtri(df, tail)), float(chdtri(df, 1 - tail))
    low = _falling_root(lambda tau2: _generalised_q(y, v, tau2) - largest)
    return low or 0.0, _falling_root(lambda tau2: _generalised_q(y, v, tau2) - smallest) or 0.0


def tau2_dersimonian_laird(y: Array, v: Array) -> float:
    w = 1 / v
    scale = _pairs(w) / float(w.sum())
    return max(0.0, (_generalised_q(y, v, 0.0) - (y.size - 1)) / scale) if y.size > 1 else 0.0


def tau2_paule_mandel(y: Array, v: Array) -> float:
    """The tau^2 at which the generalised Q equals its degrees of freedom."""
    return _falling_root(lambda t: _generalised_q(y, v, t) - (y.size - 1)) or 0.0 if y.size > 1 else 0.0


def tau2_hedges(y: Array, v: Array) -> float:
    """Cochran's analysis of variance: the plain variance of the effects, less the mean variance within."""
    return max(0.0, float(np.var(y, ddof=1) - v.mean())) if y.size > 1 else 0.0


def tau2_sidik_jonkman(y: Array, v: Array) -> float:
    """Two steps from the plain variance of the effects; always above zero."""
    if y.size < 2:
        return 0.0
    first = float(np.var(y))
    return first * _generalised_q(y, v, first) / (y.size - 1)


def tau2_ml(y: Array, v: Array) -> float:
    """Maximum likelihood, mu maximised out."""
    return _lowest_deviance(y, v, restricted=False)


def tau2_reml(y: Array, v: Array) -> float:
    """Restricted maximum likelihood."""
    return _lowest_deviance(y, v, restricted=True)


def _profile_deviance(y: Array, v: Array, tau2: float, *, restricted: bool) -> float:
    """Minus twice the (restricted) log likelihood of tau^2, up to a constant."""
    w = 1 / (v + tau2)
    deviance = _generalised_q(y, v, tau2) - float(np.log(w).sum())
    return deviance + math.log(float(w.sum())) if restricted else deviance


def profile_interval(
    y: Array, v: Array, *, restricted: bool, level: float = 0.95
) -> tuple[float, float | None]:
    """The tau^2 that a likelihood ratio test does not reject."""
    from scipy.special import chdtri

    best = tau2_reml(y, v) if restricted else tau2_ml(y, v)
    limit = _profile_deviance(y, v, best, restricted=restricted) + float(chdtri(1, 1 - level))

    def below_limit(tau2: float) -> float:
        return limit - _profile_deviance(y, v, tau2, restricted=restricted)

    high = _falling_root(lambda excess: below_limit(best + excess))
    low = (
        0.0
        if below_limit(0.0) >= 0
        else best - (_falling_root(lambda d: below_limit(best - d), top=best) or 0)
    )
    return low, None if high is None else best + high


def tau2_standard_error(v: Array, tau2: float) -> float:
    """Of REML's tau^2, from the expected information."""
    w = 1 / (v + tau2)
    trace = float((w**2).sum() - 2 * (w**3).sum() / w.sum() + ((w**2).sum() / w.sum()) ** 2)
    return math.sqrt(2 / trace)


TAU2: dict[str, Callable[[Array, Array], float]] = {
    "DerSimonian-Laird": tau2_dersimonian_laird,
    "Paule-Mandel": tau2_paule_mandel,
    "REML": tau2_reml,
    "ML": tau2_ml,
    "Hedges": tau2_hedges,
    "Sidik-Jonkman": tau2_sidik_jonkman,
}


def _pooled(method: str, y: Array, v: Array, tau2: float, level: float) -> RandomEffects:
    from scipy.special import ndtri

    w = 1 / (v + tau2)
    estimate, se = float(w @ y / w.sum()), float(w.sum() ** -0.5)
    z = float(ndtri((1 + level) / 2))
    reach = z * math.sqrt(se**2 + tau2)
    i2 = 100 * tau2 / (tau2 + _typical_variance(v)) if y.size > 1 else 0.0
    return RandomEffects(
        method, estimate, se, estimate - z * se, estimate + z * se,
        (estimate - reach, estimate + reach), tau2, i2,
    )  # fmt: skip


def _typical_variance(v: Array) -> float:
    w = 1 / v
    return float((v.size - 1) * w.sum()) / _pairs(w)


def _pairs(w: Array) -> float:
    """The square of the sum less the sum of the squares, by pairs: the difference would be lost beside a study that
    weighs far more than all others."""
    return 2 * float(w[1:] @ w.cumsum()[:-1])


def _falling_root(function: Callable[[float], float], *, top: float = math.inf) -> float | None:
    """Where a function that falls from zero on crosses zero; None if it starts below, or never crosses."""
    if function(0.0) < 0:
        return None
    high = min(1.0, top)
    while function(high) > 0:
        if high >= min(top, 1e12):
            return None
        high = min(2 * high, top)
    low = 0.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return high


def _lowest_deviance(y: Array, v: Array, *, restricted: bool) -> float:
    """The tau^2 of the highest likelihood: a scan, so that a second peak is seen, then the root of the score."""
    if y.size < 2:
        return 0.0
    reach = float(np.ptp(y)) ** 2 + float(v.max())
    grid = np.concatenate([[0.0], reach * np.geomspace(1e-8, 4, 160)]).tolist()
    best = int(np.argmin([_profile_deviance(y, v, t, restricted=restricted) for t in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if _score(y, v, low, restricted=restricted) <= 0:
        return 0.0  # only at zero can the likelihood fall from the start of the bracket on
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _score(y, v, middle, restricted=restricted) > 0 else (low, middle)
    return float(low)


def _score(y: Array, v: Array, tau2: float, *, restricted: bool) -> float:
    """The slope of twice the (restricted) log likelihood in tau^2."""
    w = 1 / (v + tau2)
    slope = float(w**2 @ (y - (w @ y) / w.sum()) ** 2 - w.sum())
    return slope + float((w**2).sum() / w.sum()) if restricted else slope
