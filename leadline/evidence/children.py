"""From studies of adults to a prior for children: exact, as a few components, and robust.

The discount that sets adults apart from children stands in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.errors import StudiesInvalid
from leadline.evidence.adults import (
    AdultPrior,
    Discount,
    adult_prior,
    patient_sd_of,
    scale_of,
    summary_of,
    telling_names,
    used_prior,
)
from leadline.evidence.classical import without_information
from leadline.evidence.ess import (
    EffectiveSampleSize,
    effective_sample_size,
    normal_effective_sample_size,
)
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.normal import Density, NormalMixture, fit_normals
from leadline.evidence.pooling import Summary
from leadline.evidence.precision import made_precise
from leadline.evidence.priors import BetaMixture, MapPrior, fit_betas
from leadline.evidence.studies import Studies


@dataclass(frozen=True, slots=True)
class Fitted:
    """A few components fitted to the exact prior; `kl` (nats) is what the fit loses, `ess` what it is worth."""

    mixture: BetaMixture | NormalMixture
    kl: float
    ess: EffectiveSampleSize | None


@dataclass(frozen=True, slots=True)
class PriorForChildren:
    """A prior from adult evidence: exact, fitted, and robust.

    scale                 "proportion", "log odds ratio", or the unit of an effect
    studies               on which it rests
    without_information   two-arm studies on which it does not: no event in either arm, or nothing but events
    prior                 of mu and tau; None for effects taken as one, whose average has a flat prior
    exact                 summary of the exact MAP prior, discount included
    error                 the largest change of its numbers when the quadrature is made finer
    robust                the last of `fits` with a vague component of weight `robust_weight`
    """

    scale: str
    studies: tuple[str, ...]
    without_information: tuple[str, ...]
    prior: HyperPrior | None
    discount: Discount
    exact: Summary
    error: float
    fits: tuple[Fitted, ...]
    robust_weight: float
    robust: Fitted


def prior_for_children(
    studies: Studies,
    *,
    prior: HyperPrior | None = None,
    discount: Discount | None = None,
    robust_weight: float = 0.2,
    robust: BetaMixture | NormalMixture | None = None,
    components: Sequence[int] = (2, 3),
    patient_sd: float | None = None,
) -> PriorForChildren:
    """The MAP prior that studies of adults give for children.

    robust       the vague component: Beta(1, 1), or for an effect N(0, sd of one patient)
    patient_sd   of one patient's outcome on the scale of an effect; without it an effect has no sample size
    raises       StudiesInvalid for rates, or for an effect without anything vague to add
    """
    discount = discount or Discount()
    precise = made_precise(
        lambda rule: adult_prior(studies, prior=prior, discount=discount, fineness=rule), _numbers
    )
    exact = precise.result
    if isinstance(exact, MapPrior):
        fits = tuple(_fitted_betas(exact, count) for count in components)
    else:
        patient_sd = patient_sd or patient_sd_of(studies, at=exact.quantile(0.5))
        fits = tuple(_fitted_normals(exact, count, patient_sd) for count in _no_more_than(exact, components))
    return PriorForChildren(
        scale=scale_of(studies),
        studies=telling_names(studies),
        without_information=without_information(studies),
        prior=used_prior(studies, prior, discount),
        discount=discount,
        exact=summary_of(exact),
        error=precise.error,
        fits=fits,
        robust_weight=robust_weight,
        robust=_robust(fits[-1], robust_weight, robust, patient_sd),
    )


def _numbers(exact: AdultPrior) -> list[float | None]:
    summary = summary_of(exact)
    return [summary.mean, summary.sd, summary.median, summary.low, summary.high]


def _fitted_betas(exact: MapPrior, count: int) -> Fitted:
    fit = fit_betas(exact, components=count)
    return Fitted(fit.mixture, fit.kl, effective_sample_size(fit.mixture))


def _fitted_normals(exact: Density, count: int, patient_sd: float | None) -> Fitted:
    fit = fit_normals(exact, components=count)
    return Fitted(fit.mixture, fit.kl, _normal_ess(fit.mixture, patient_sd))


def _no_more_than(exact: AdultPrior, components: Sequence[int]) -> list[int]:
    """The numbers of components that make sense: one where the exact prior is one normal."""
    one_normal = isinstance(exact, NormalMixture) and len(exact.weights) == 1
    return [1] if one_normal else list(components)


def _normal_ess(mixture: NormalMixture, patient_sd: float | None) -> EffectiveSampleSize | None:
    return normal_effective_sample_size(mixture, patient_sd=patient_sd) if patient_sd else None


def _robust(
    fitted: Fitted, weight: float, vague: BetaMixture | NormalMixture | None, patient_sd: float | None
) -> Fitted:
    """The fit with the vague component added; the loss is that of the fit."""
    if isinstance(fitted.mixture, BetaMixture):
        if isinstance(vague, NormalMixture):
            raise StudiesInvalid("the robust component of a proportion is a beta")
        a, b = (vague.a[0], vague.b[0]) if vague else (1.0, 1.0)
        mixture = fitted.mixture.robustified(weight, a=a, b=b)
        return Fitted(mixture, fitted.kl, effective_sample_size(mixture))
    if isinstance(vague, BetaMixture) or (vague is None and patient_sd is None):
        raise StudiesInvalid(
            "nothing says how vague the robust component of an effect is",
            hint="give its standard deviation, or that of one patient",
        )
    mean, sd = (vague.means[0], vague.sds[0]) if vague else (0.0, patient_sd or 1.0)
    robust = fitted.mixture.robustified(weight, mean=mean, sd=sd)
    return Fitted(robust, fitted.kl, _normal_ess(robust, patient_sd))
