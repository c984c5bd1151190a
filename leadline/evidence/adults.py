"""What studies of adults say of a proportion or an effect: the exact MAP prior, with a discount for children.

    one arm    proportion: the exact MAP density on the log odds, binomial likelihood
    two arms   log odds ratio: the exact MAP density, hypergeometric likelihood, so that an empty arm counts
    effects    as given: the exact MAP mixture of normals, standard errors taken as known

A discount is chosen, not estimated: a power to which the prior is raised, or a further standard deviation between
adults and children.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.classical import without_information
from leadline.evidence.effect_priors import EffectPrior, effect_prior
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.inverse_variance import common_effect
from leadline.evidence.likelihoods import HypergeometricLikelihood
from leadline.evidence.normal import NormalMixture, fit_normal_hierarchy
from leadline.evidence.pooling import Summary, default_prior
from leadline.evidence.posterior import FINE, Fineness
from leadline.evidence.priors import MapPrior, check_discount, map_prior
from leadline.evidence.studies import Studies, StudyKind

AdultPrior = MapPrior | EffectPrior | NormalMixture

LEVEL = 0.95
NO_VARIATION = HalfNormal(1e-6)  # of tau, on the log odds ratio: studies that are one, to eight digits


@dataclass(frozen=True, slots=True)
class Discount:
    """What sets adults apart from children.

    power        the prior is raised to it (0.5 halves its information); of effects as given, only with `as_one`
    widened_by   a further standard deviation between adults and children
    as_one       the adult studies estimate one effect, without variation between them (not for proportions); of
                 effects as given the prior of mu is then flat
    """

    power: float = 1.0
    widened_by: float = 0.0
    as_one: bool = False


def adult_prior(
    studies: Studies,
    *,
    prior: HyperPrior | None = None,
    discount: Discount | None = None,
    fineness: Fineness = FINE,
) -> AdultPrior:
    """The exact MAP prior, on the log odds for one arm, on the log odds ratio for two, for effects as they are.

    raises   StudiesInvalid for rates, for a discount that the kind does not take, if no study tells anything, or
             without a prior for effects that have no usual one
    """
    discount = discount or Discount()
    check_discount(discount.power, discount.widened_by)
    match studies.kind:
        case StudyKind.RATE:
            raise StudiesInvalid(
                "a prior from rates is not made; counts of people (events, n) or effects are taken"
            )
        case StudyKind.ONE_ARM:
            return _of_proportions(studies, prior or default_prior(studies), discount, fineness)
        case StudyKind.TWO_ARM:
            return _of_two_arms(studies, prior or default_prior(studies), discount, fineness)
        case StudyKind.EFFECT:
            return _of_effects(studies, used_prior(studies, prior, discount), discount, fineness)


def used_prior(studies: Studies, prior: HyperPrior | None, discount: Discount) -> HyperPrior | None:
    """The prior of mu and tau that the adult prior rests on; None for effects taken as one, where mu is flat."""
    if studies.kind is StudyKind.EFFECT and discount.as_one:
        return None
    return prior or default_prior(studies)


def _of_proportions(studies: Studies, prior: HyperPrior, discount: Discount, fineness: Fineness) -> MapPrior:
    if discount.as_one:
        raise StudiesInvalid("adult studies can be taken as one for effects only, not for proportions")
    events, n = studies.columns()
    return map_prior(
        events.tolist(),
        n.tolist(),
        prior=prior,
        power=discount.power,
        widened_by=discount.widened_by,
        fineness=fineness,
    )


def _of_two_arms(studies: Studies, prior: HyperPrior, discount: Discount, fineness: Fineness) -> EffectPrior:
    return effect_prior(
        _telling(studies),
        prior=replace(prior, tau=NO_VARIATION) if discount.as_one else prior,
        power=discount.power,
        widened_by=discount.widened_by,
        fineness=fineness,
    )


def _of_effects(
    studies: Studies, prior: HyperPrior | None, discount: Discount, fineness: Fineness
) -> NormalMixture:
    estimates, ses = studies.columns()
    if prior is None:
        pooled = common_effect(estimates, ses**2)
        spread = math.hypot(pooled.se / math.sqrt(discount.power), discount.widened_by)
        return NormalMixture((1.0,), (pooled.estimate,), (spread,))
    if discount.power != 1:
        raise StudiesInvalid(
            "a mixture of normals raised to a power is not one; effects are widened, or taken as one",
            hint="give --widen, or --as-one with --power",
        )
    hierarchy = fit_normal_hierarchy(estimates.tolist(), ses.tolist(), prior, order=fineness.tau_of_normals)
    return hierarchy.new_study(widened_by=discount.widened_by)


def _telling(studies: Studies) -> HypergeometricLikelihood:
    """The likelihood of the two-arm studies that tell something of the odds ratio."""
    every = HypergeometricLikelihood(*studies.columns())
    if not every.informative.any():
        raise StudiesInvalid(
            "no study tells anything of the odds ratio: each has no event in either arm, or nothing but events"
        )
    return every.select(np.flatnonzero(every.informative).tolist())


def scale_of(studies: Studies) -> str:
    """On which a prior of these studies stands."""
    match studies.kind:
        case StudyKind.ONE_ARM:
            return "proportion"
        case StudyKind.TWO_ARM:
            return "log odds ratio"
        case StudyKind.RATE | StudyKind.EFFECT:
            return studies.unit or "effect"


def summary_of(prior: AdultPrior) -> Summary:
    """Its moments, its median and its central interval."""
    tail = (1 - LEVEL) / 2
    return Summary(prior.mean, prior.sd, prior.quantile(0.5), prior.quantile(tail), prior.quantile(1 - tail))


def telling_names(studies: Studies) -> tuple[str, ...]:
    """The studies that a prior rests on: all but those `without_information`."""
    silent = without_information(studies)
    return tuple(name for name in studies.names if name not in silent)


def patient_sd_of(studies: Studies, *, at: float) -> float | None:
    """The spread of one patient's log odds ratio in two-arm studies; None for studies of another kind.

    Patients over the conditional information of their studies, at a log odds ratio `at`: a study with an empty arm
    has information, where a standard error does not exist. Studies without information count on neither side.
    """
    if studies.kind is not StudyKind.TWO_ARM:
        return None
    likelihood = _telling(studies)
    patients = float((likelihood.n_t + likelihood.n_c).sum())
    information = likelihood.slopes(np.full(likelihood.n_t.size, at))[1]
    return math.sqrt(patients / float(information.sum()))
