"""A prior for an effect held as a density: what the exact likelihood of two-arm studies leaves, and what is vague.

A mixture of normals will not do there: a study without an event in one arm has no finite effect, yet it says much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.evidence.hierarchy import REACH, HyperPrior
from leadline.evidence.likelihoods import Likelihood
from leadline.evidence.normal import NormalMixture
from leadline.evidence.posterior import FINE, Fineness, fit_hierarchy
from leadline.evidence.priors import check_discount
from leadline.evidence.quadrature import Array, PanelDensity, panel_nodes
from leadline.evidence.tipping import Blend
from leadline.evidence.updating import log_foretold, updated

ORDER = 14  # nodes a panel of a normal, whose panels are half a standard deviation wide


@dataclass(frozen=True, slots=True)
class EffectPrior:
    """A prior for an effect; `eta` is its density on the scale of the likelihood (a log odds ratio)."""

    eta: PanelDensity

    @classmethod
    def of_normals(cls, mixture: NormalMixture) -> EffectPrior:
        """The same law, held as a density."""
        means, sds = np.array(mixture.means), np.array(mixture.sds)
        steps = np.linspace(-REACH, REACH, round(4 * REACH) + 1)
        breaks = np.unique(means[:, None] + sds[:, None] * steps)
        return cls(PanelDensity.tabulate(mixture.density, breaks=breaks, order=ORDER))

    def density(self, x: Array) -> Array:
        """The density at x."""
        return self.eta(x)

    @property
    def mean(self) -> float:
        return self.eta.mean()

    @property
    def sd(self) -> float:
        return self.eta.sd()

    def quantile(self, probability: float) -> float:
        """The effect below which lies `probability`."""
        return self.eta.quantile(probability)

    def tail(self, cut: float) -> float:
        """P(effect > cut)."""
        return float(self.tails(np.array([cut]))[0])

    def tails(self, cuts: Array) -> Array:
        """P(effect > cut) for each cut."""
        return np.asarray(1 - self.eta.cdf(cuts))

    def posterior(self, data: Likelihood) -> EffectPrior:
        """The prior after the data of one study."""
        return EffectPrior(updated(self.eta, data))

    def log_marginal(self, data: Likelihood) -> float:
        """The log of the integral of the likelihood against the prior."""
        return log_foretold(self.eta, data)

    def raised(self, power: float) -> EffectPrior:
        """The density of the effect raised to a power and scaled again: 0.5 halves its information."""
        check_discount(power, 0.0)
        eta, _ = panel_nodes(self.eta.breaks, self.eta.order)
        values = np.maximum(self.eta(eta), 0.0) ** power
        return EffectPrior(PanelDensity.from_values(values, breaks=self.eta.breaks, order=self.eta.order))


def effect_prior(
    likelihood: Likelihood,
    *,
    prior: HyperPrior,
    power: float = 1.0,
    widened_by: float = 0.0,
    fineness: Fineness = FINE,
) -> EffectPrior:
    """The exact meta-analytic-predictive prior for the effect in a new study: `priors.map_prior` on any scale.

    widened_by   discount for children: a further standard deviation between adults and children
    power        discount for children: the prior raised to this power, above 0 to 1
    """
    check_discount(power, widened_by)
    hierarchy = fit_hierarchy(likelihood, prior, fineness=fineness)
    found = EffectPrior(hierarchy.new_study_density(widened_by=widened_by))
    return found if power == 1 else found.raised(power)


def blend_effects(adult: EffectPrior, robust: EffectPrior, children: Likelihood) -> Blend:
    """Both parts of a prior after the children's data, by their own likelihood."""
    log_credit = adult.log_marginal(children) - robust.log_marginal(children)
    return Blend(adult.posterior(children), robust.posterior(children), log_credit)
