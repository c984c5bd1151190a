"""Two-sided group sequential boundaries for a normal statistic, equally spaced looks.

The critical value of look k of K is C (k/K)^(shape - 1/2): shape 0 is O'Brien-Fleming's, 1/2 Pocock's, those
between Wang and Tsiatis'. C is found from the exact crossing probability, by recursive one-dimensional integration.

Sources   [J00] Jennison C, Turnbull BW. Group Sequential Methods with Applications to Clinical Trials, 2000
          [W87] Wang SK, Tsiatis AA. Biometrics 1987;43:193-199
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats

OBRIEN_FLEMING, POCOCK = 0.0, 0.5
NODES = 200  # Gauss-Legendre nodes a look: constants to 1e-12 for up to ten looks


def critical_values(looks: int, *, level: float, shape: float) -> tuple[float, ...]:
    """|Z| that stops at each look, for a two-sided level in all."""
    scale = (np.arange(1, looks + 1) / looks) ** (shape - 0.5)

    def excess(constant: float) -> float:
        return crossing_probability((constant * scale).tolist()) - level

    constant = float(brentq(excess, 0.5, 10.0, xtol=1e-12))
    return tuple((constant * scale).tolist())


def crossing_probability(critical: Sequence[float], *, drift: float = 0.0) -> float:
    """Probability that |Z_k| passes its critical value at some look.

    drift    expected Z at the last look; 0 under the null
    """
    looks = len(critical)
    step = drift / np.sqrt(looks)  # the score after k looks is normal with mean k step and variance k
    limits = [value * np.sqrt(k) for k, value in enumerate(critical, start=1)]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at, mass = np.zeros(1), np.ones(1)
    for limit in limits[:-1]:
        later = limit * nodes
        mass = limit * weights * (_density(later[:, None] - at - step) @ mass)
        at = later
    inside = ndtr(limits[-1] - at - step) - ndtr(-limits[-1] - at - step)
    return float(1 - inside @ mass)


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
