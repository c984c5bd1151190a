"""From studies of adults to a prior for children, and to the weight at which it would decide.

    one arm             proportion: the exact MAP density on the log odds, and betas fitted to it
    two arms, effects   log odds ratio or the effect as given: the exact MAP mixture of normals, and a few normals

A discount for children is chosen, not estimated: a power to which the prior is raised, or a further standard
deviation between adults and children. Both stand in the result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.effects import log_odds_ratios
from leadline.evidence.ess import (
    EffectiveSampleSize,
    effective_sample_size,
    normal_effective_sample_size,
)
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.inverse_variance import common_effect
from leadline.evidence.normal import (
    COARSE_TAU_ORDER,
    TAU_ORDER,
    NormalMixture,
    fit_normal_hierarchy,
    fit_normals,
)
from leadline.evidence.pooling import DEFAULT_PRIORS, Summary
from leadline.evidence.posterior import COARSE, FINE
from leadline.evidence.priors import BetaMixture, MapPrior, check_discount, fit_betas, map_prior
from leadline.evidence.studies import Studies, StudyKind
from leadline.evidence.tipping import (
    Blend,
    Conclusion,
    Tipping,
    TippingCurve,
    blend,
    tipping_by_robust,
    tipping_curve,
    tipping_weight,
    unit_information_sds,
)

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


@dataclass(frozen=True, slots=True)
class Fitted:
    """A few components fitted to the exact prior; `kl` (nats) is what the fit loses, `ess` what it is worth."""

    mixture: BetaMixture | NormalMixture
    kl: float
    ess: EffectiveSampleSize | None


@dataclass(frozen=True, slots=True)
class PriorForChildren:
    """A prior from adult evidence: exact, fitted, and robust.

    scale            "proportion", "log odds ratio", or the unit of an effect
    exact            summary of the exact MAP prior, discount included
    error            the largest change of its numbers when the quadrature is made coarser
    robust           the last of `fits` with a vague component of weight `robust_weight`
    without_effect   studies left out for an empty cell
    """

    scale: str
    studies: tuple[str, ...]
    without_effect: tuple[str, ...]
    prior: HyperPrior
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
    exact = adult_prior(studies, prior=prior, discount=discount)
    if isinstance(exact, MapPrior):
        fits = tuple(_fitted_betas(exact, count) for count in components)
    else:
        patient_sd = patient_sd or _patient_sd(studies)
        fits = tuple(_fitted_normals(exact, count, patient_sd) for count in _no_more_than(exact, components))
    return PriorForChildren(
        scale=_scale(studies),
        studies=studies.names,
        without_effect=_without_effect(studies),
        prior=prior or DEFAULT_PRIORS[studies.kind],
        discount=discount,
        exact=_summary(exact),
        error=_largest_change(exact, adult_prior(studies, prior=prior, discount=discount, coarse=True)),
        fits=fits,
        robust_weight=robust_weight,
        robust=_robust(fits[-1], robust_weight, robust, patient_sd),
    )


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


@dataclass(frozen=True, slots=True)
class RobustChoice:
    """A robust component, in words and by its standard deviation, and the tipping weight that it leads to."""

    words: str
    sd: float
    tipping_weight: float | None


@dataclass(frozen=True, slots=True)
class TippingForChildren:
    """Whether adult evidence would decide what is concluded about children, and from which weight on.

    children    (events, n), or (estimate, se)
    by_robust   the tipping weight for other robust components: it depends on them more than on anything else
    """

    scale: str
    studies: tuple[str, ...]
    discount: Discount
    adult: Summary
    children: tuple[float, float]
    robust: BetaMixture | NormalMixture
    tipping: Tipping
    curve: TippingCurve
    by_robust: tuple[RobustChoice, ...]


def log_odds_ratio_of_children(
    *, events_treated: int, n_treated: int, events_control: int, n_control: int
) -> tuple[float, float]:
    """Log odds ratio of two arms of children, treated over control, and its standard error: the effect that a tipping
    weight of two-arm studies takes. It is then normal, which a dozen children are not quite.

    raises   StudiesInvalid for counts that are none, or an empty cell, with which there is no finite effect
    """
    for events, n in ((events_treated, n_treated), (events_control, n_control)):
        if not 0 <= events <= n or n == 0:
            raise StudiesInvalid(
                f"{events} of {n} children is no count; events and children of each arm are taken"
            )
    arms = [np.array([float(x)]) for x in (events_treated, n_treated, events_control, n_control)]
    found = log_odds_ratios(*arms)
    if not found.y.size:
        raise StudiesInvalid(
            "an arm of the children has no event, or nothing else: there is no finite odds ratio",
            hint="give an effect with its standard error (--estimate, --se) from a method that you state",
        )
    return float(found.y[0]), float(np.sqrt(found.v[0]))


def tipping_for_children(
    studies: Studies,
    *,
    children: tuple[float, float],
    conclusion: Conclusion,
    children_n: tuple[int, int] | None = None,
    prior: HyperPrior | None = None,
    discount: Discount | None = None,
    robust: BetaMixture | NormalMixture | None = None,
) -> TippingForChildren:
    """The weight of the adult evidence at which a conclusion about children changes.

    children     what was found in children: (events, n) for one arm, (estimate, se) otherwise
    children_n   children treated and controls, for the spread of one patient (the default robust component)
    robust       Beta(1, 1), or N(0, one patient in total), unless given
    """
    discount = discount or Discount()
    adult = adult_prior(studies, prior=prior, discount=discount)
    _check_children(adult, children)
    vague = robust or _default_robust(adult, children, children_n)
    blended = _blend(adult, vague, children)
    choices = _robust_choices(children, children_n, vague)
    tipped = tipping_by_robust(adult, [choice for _, choice in choices], children, conclusion)
    return TippingForChildren(
        scale=_scale(studies),
        studies=studies.names,
        discount=discount,
        adult=_summary(adult),
        children=children,
        robust=vague,
        tipping=tipping_weight(blended, conclusion),
        curve=tipping_curve(blended, conclusion),
        by_robust=tuple(
            RobustChoice(words, choice.sd, one.weight)
            for (words, choice), one in zip(choices, tipped, strict=True)
        ),
    )


def _blend(
    adult: MapPrior | NormalMixture, vague: BetaMixture | NormalMixture, children: tuple[float, float]
) -> Blend:
    if isinstance(adult, MapPrior) is not isinstance(vague, BetaMixture):
        raise StudiesInvalid("the robust component is a beta for proportions and a normal for effects")
    return blend(adult, vague, children)


def _check_children(adult: MapPrior | NormalMixture, children: tuple[float, float]) -> None:
    first, second = children
    if isinstance(adult, MapPrior) and not (0 <= first <= second and second >= 1 and first == int(first)):
        raise StudiesInvalid(f"{first:g} of {second:g} children is no count; events and children are taken")
    if isinstance(adult, NormalMixture) and not second > 0:
        raise StudiesInvalid(f"a standard error of {second:g} was given; a number above 0 is taken")


def _default_robust(
    adult: MapPrior | NormalMixture, children: tuple[float, float], children_n: tuple[int, int] | None
) -> BetaMixture | NormalMixture:
    if isinstance(adult, MapPrior):
        return BetaMixture((1.0,), (1.0,), (1.0,))
    if children_n is None:
        raise StudiesInvalid(
            "nothing says how vague the robust component is",
            hint="give its standard deviation, or how many children were treated and were controls",
        )
    return NormalMixture(
        (1.0,), (0.0,), (unit_information_sds(children[1], *children_n)["one patient in total"],)
    )


def _robust_choices(
    children: tuple[float, float],
    children_n: tuple[int, int] | None,
    vague: BetaMixture | NormalMixture,
) -> list[tuple[str, BetaMixture | NormalMixture]]:
    """From sharp to vague: betas of one mean and falling size, or normals of one mean and rising spread."""
    if isinstance(vague, BetaMixture):
        sizes = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
        m = vague.mean
        return [
            (f"a beta of a + b = {size:g}", BetaMixture((1.0,), (m * size,), ((1 - m) * size,)))
            for size in sizes
        ]
    sds = {f"{factor:g} standard errors": factor * children[1] for factor in (0.5, 1, 2, 4, 8, 16)}
    marked = unit_information_sds(children[1], *children_n) if children_n else {}
    every = sorted({**sds, **marked}.items(), key=lambda item: item[1])
    return [(words, NormalMixture((1.0,), (vague.mean,), (sd,))) for words, sd in every]


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


def _without_effect(studies: Studies) -> tuple[str, ...]:
    if studies.kind is not StudyKind.TWO_ARM:
        return ()
    found = log_odds_ratios(*studies.columns())
    return tuple(name for name, used in zip(studies.names, found.used, strict=True) if not used)


def _patient_sd(studies: Studies) -> float | None:
    """The spread of one patient's log odds ratio, over the two-arm studies."""
    if studies.kind is not StudyKind.TWO_ARM:
        return None
    _, ses = _estimates(studies)
    names = set(_without_effect(studies))
    sizes = [s.values[1] + s.values[3] for s in studies.studies if s.name not in names]
    return math.sqrt(math.fsum(se**2 * n for se, n in zip(ses, sizes, strict=True)) / len(ses))


def _scale(studies: Studies) -> str:
    match studies.kind:
        case StudyKind.ONE_ARM:
            return "proportion"
        case StudyKind.TWO_ARM:
            return "log odds ratio"
        case StudyKind.RATE | StudyKind.EFFECT:
            return studies.unit or "effect"


def _summary(prior: MapPrior | NormalMixture) -> Summary:
    tail = (1 - LEVEL) / 2
    return Summary(prior.mean, prior.sd, prior.quantile(0.5), prior.quantile(tail), prior.quantile(1 - tail))


def _largest_change(fine: MapPrior | NormalMixture, coarse: MapPrior | NormalMixture) -> float:
    one, other = _summary(fine), _summary(coarse)
    pairs = (
        (one.mean, other.mean), (one.sd, other.sd), (one.median, other.median),
        (one.low, other.low), (one.high, other.high),
    )  # fmt: skip
    return max(abs(a - b) for a, b in pairs if a is not None and b is not None)


def _fitted_betas(exact: MapPrior, count: int) -> Fitted:
    fit = fit_betas(exact, components=count)
    return Fitted(fit.mixture, fit.kl, effective_sample_size(fit.mixture))


def _fitted_normals(exact: NormalMixture, count: int, patient_sd: float | None) -> Fitted:
    fit = fit_normals(exact, components=count)
    return Fitted(fit.mixture, fit.kl, _normal_ess(fit.mixture, patient_sd))


def _no_more_than(exact: NormalMixture, components: Sequence[int]) -> list[int]:
    """The numbers of components that make sense: one where the exact prior has one."""
    return list(components) if len(exact.weights) > 1 else [1]


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
