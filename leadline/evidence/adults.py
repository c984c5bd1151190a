"""What studies of adults say of a proportion or an effect: the exact MAP prior, with a discount for children.

    one arm             proportion: the exact MAP density on the log odds
    two arms, effects   log odds ratio or the effect as given: the exact MAP mixture of normals

A discount is chosen, not estimated: a power to which the prior is raised, or a further standard deviation between
adults and children.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.effects import log_odds_ratios
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.inverse_variance import common_effect
from leadline.evidence.normal import COARSE_TAU_ORDER, TAU_ORDER, NormalMixture, fit_normal_hierarchy
from leadline.evidence.pooling import DEFAULT_PRIORS, Summary
from leadline.evidence.posterior import COARSE, FINE
from leadline.evidence.priors import MapPrior, check_discount, map_prior
from leadline.evidence.studies import Studies, StudyKind

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Discount:
    """What sets adults apart from children.

    power        the prior is raised to it (0.5 halves its information); of effects, only with `as_one`
    widened_by   a further standard deviation between adults and children
    as_one       the adult studies estimate one effect, without variation between them (effects only)
    """

    power: float = 1.0
    widened_by: float = 0.0
    as_one: bool = False


def adult_prior(
    studies: Studies,
    *,
    prior: HyperPrior | None = None,
    discount: Discount | None = None,
    coarse: bool = False,
) -> MapPrior | NormalMixture:
    """The exact MAP prior, on the log odds for one arm, as a mixture of normals for effects.

    coarse   at fewer nodes, to state the error of the usual number
    """
    discount, prior = discount or Discount(), prior or DEFAULT_PRIORS[studies.kind]
    check_discount(discount.power, discount.widened_by)
    if studies.kind is StudyKind.RATE:
        raise StudiesInvalid(
            "a prior from rates is not made; counts of people (events, n) or effects are taken"
        )
    if studies.kind is StudyKind.ONE_ARM:
        if discount.as_one:
            raise StudiesInvalid("adult studies can be taken as one for effects only, not for proportions")
        return map_prior(
            *_counts(studies),
            prior=prior,
            power=discount.power,
            widened_by=discount.widened_by,
            fineness=COARSE if coarse else FINE,
        )
    estimates, ses = _estimates(studies)
    if discount.as_one:
        pooled = common_effect(np.array(estimates), np.array(ses) ** 2)
        spread = math.hypot(pooled.se / math.sqrt(discount.power), discount.widened_by)
        return NormalMixture((1.0,), (pooled.estimate,), (spread,))
    if discount.power != 1:
        raise StudiesInvalid(
            "a mixture of normals raised to a power is not one; effects are widened, or taken as one",
            hint="give --widen, or --as-one with --power",
        )
    order = COARSE_TAU_ORDER if coarse else TAU_ORDER
    return fit_normal_hierarchy(estimates, ses, prior, order=order).new_study(widened_by=discount.widened_by)


def scale_of(studies: Studies) -> str:
    """On which a prior of these studies stands."""
    match studies.kind:
        case StudyKind.ONE_ARM:
            return "proportion"
        case StudyKind.TWO_ARM:
            return "log odds ratio"
        case StudyKind.RATE | StudyKind.EFFECT:
            return studies.unit or "effect"


def summary_of(prior: MapPrior | NormalMixture) -> Summary:
    """Its moments, its median and its central interval."""
    tail = (1 - LEVEL) / 2
    return Summary(prior.mean, prior.sd, prior.quantile(0.5), prior.quantile(tail), prior.quantile(1 - tail))


def without_effect(studies: Studies) -> tuple[str, ...]:
    """Two-arm studies left out for an empty cell."""
    if studies.kind is not StudyKind.TWO_ARM:
        return ()
    found = log_odds_ratios(*studies.columns())
    return tuple(name for name, used in zip(studies.names, found.used, strict=True) if not used)


def patient_sd_of(studies: Studies) -> float | None:
    """The spread of one patient's log odds ratio, over the two-arm studies."""
    if studies.kind is not StudyKind.TWO_ARM:
        return None
    _, ses = _estimates(studies)
    names = set(without_effect(studies))
    sizes = [s.values[1] + s.values[3] for s in studies.studies if s.name not in names]
    return math.sqrt(math.fsum(se**2 * n for se, n in zip(ses, sizes, strict=True)) / len(ses))


def _counts(studies: Studies) -> tuple[list[float], list[float]]:
    events, n = studies.columns()
    return events.tolist(), n.tolist()


def _estimates(studies: Studies) -> tuple[list[float], list[float]]:
    """Effects and standard errors: as given, or log odds ratios of the studies without an empty cell."""
    if studies.kind is StudyKind.EFFECT:
        estimates, ses = studies.columns()
        return estimates.tolist(), ses.tolist()
    found = log_odds_ratios(*studies.columns())
    if not found.y.size:
        raise StudiesInvalid("no study has a finite odds ratio: each has an empty cell")
    return found.y.tolist(), np.sqrt(found.v).tolist()
