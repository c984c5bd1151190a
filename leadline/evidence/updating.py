"""What data make of a density: its posterior, and how well it foretold them."""

from __future__ import annotations

import numpy as np

from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.quadrature import Array, PanelDensity, panel_nodes


def updated(density: PanelDensity, data: Likelihood) -> PanelDensity:
    """The density after the data of one study, on the scale of its likelihood."""
    breaks = _breaks_for(density, data)
    eta, _ = panel_nodes(breaks, density.order)
    logs = data.log(eta[:, None])[:, 0]
    values = density(eta) * np.exp(logs - logs.max())
    return PanelDensity.from_values(values, breaks=breaks, order=density.order)


def log_foretold(density: PanelDensity, data: Likelihood) -> float:
    """The log of the integral of the likelihood against the density."""
    eta, weight = panel_nodes(_breaks_for(density, data), density.order)
    logs = data.log(eta[:, None])[:, 0]
    return float(logs.max() + np.log((weight * density(eta)) @ np.exp(logs - logs.max())))


def _breaks_for(density: PanelDensity, data: Likelihood) -> Array:
    """The panels, split further where the likelihood is narrower than they are."""
    spread = np.linspace(-12, 12, 17) * float(np.sqrt(data.variance[0]))
    fine = float(data.estimate[0]) + spread
    inside = fine[(fine > density.breaks[0]) & (fine < density.breaks[-1])]
    return np.union1d(density.breaks, inside)
