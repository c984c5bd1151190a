"""The weight of adult evidence at which a conclusion about children changes, and how it hangs on what is vague."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.adults import (
    AdultPrior,
    Discount,
    adult_prior,
    scale_of,
    summary_of,
    telling_names,
    used_prior,
)
from leadline.evidence.classical import without_information
from leadline.evidence.effect_priors import EffectPrior, blend_effects
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.likelihoods import HypergeometricLikelihood, Likelihood, NormalLikelihood
from leadline.evidence.normal import NormalMixture
from leadline.evidence.pooling import Summary
from leadline.evidence.posterior import Fineness
from leadline.evidence.precision import made_precise
from leadline.evidence.priors import BetaMixture, MapPrior
from leadline.evidence.studies import Studies, StudyKind
from leadline.evidence.tipping import (
    Blend,
    Conclusion,
    Tipping,
    TippingCurve,
    blend,
    tipping_curve,
    tipping_weight,
    unit_information_sds,
)

Children = tuple[float, float] | tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class RobustChoice:
    """A robust component, in words and by its standard deviation, and the tipping weight that it leads to."""

    words: str
    sd: float
    tipping_weight: float | None


@dataclass(frozen=True, slots=True)
class TippingForChildren:
    """Whether adult evidence would decide what is concluded about children, and from which weight on.

    studies               on which the adult evidence rests
    without_information   two-arm studies on which it does not: no event in either arm, or nothing but events
    prior                 of mu and tau; None for effects taken as one, whose average has a flat prior
    error                 the largest change of any number here when the quadrature is made finer
    children              (events, n), (estimate, se), or (events_t, n_t, events_c, n_c)
    by_robust             the tipping weight for other robust components: it depends on them more than on anything else
    """

    scale: str
    studies: tuple[str, ...]
    without_information: tuple[str, ...]
    prior: HyperPrior | None
    discount: Discount
    adult: Summary
    children: Children
    robust: BetaMixture | NormalMixture
    tipping: Tipping
    error: float
    curve: TippingCurve
    by_robust: tuple[RobustChoice, ...]


def tipping_for_children(
    studies: Studies,
    *,
    children: Children,
    conclusion: Conclusion,
    children_n: tuple[int, int] | None = None,
    prior: HyperPrior | None = None,
    discount: Discount | None = None,
    robust: BetaMixture | NormalMixture | None = None,
) -> TippingForChildren:
    """The weight of the adult evidence at which a conclusion about children changes.

    children     what was found in children: (events, n) for one arm; (estimate, se) otherwise; for two arms the counts
                 (events_t, n_t, events_c, n_c) too, taken by their exact likelihood, so that an arm may be empty
    children_n   children treated and controls, for the spread of one patient (the default robust component)
    robust       Beta(1, 1), or N(0, one patient in total), unless given
    raises       StudiesInvalid for counts that are none, or that say nothing of an odds ratio
    """
    discount = discount or Discount()
    _check_children(studies.kind, children)
    _check_limit(studies.kind, conclusion.limit)
    unit = _unit_of(children, children_n)
    vague = robust or _default_robust(studies.kind, unit)

    def decided(rule: Fineness) -> _Decided:
        adult = adult_prior(studies, prior=prior, discount=discount, fineness=rule)
        blended = _blend(adult, vague, children)
        return _Decided(adult, summary_of(adult), blended, tipping_weight(blended, conclusion))

    precise = made_precise(decided, _numbers)
    found = precise.result
    return TippingForChildren(
        scale=scale_of(studies),
        studies=telling_names(studies),
        without_information=without_information(studies),
        prior=used_prior(studies, prior, discount),
        discount=discount,
        adult=found.summary,
        children=children,
        robust=vague,
        tipping=found.tipping,
        error=precise.error,
        curve=tipping_curve(found.blended, conclusion),
        by_robust=tuple(
            RobustChoice(
                words, choice.sd, tipping_weight(_blend(found.adult, choice, children), conclusion).weight
            )
            for words, choice in _robust_choices(unit, vague)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one fineness of the quadrature comes to."""

    adult: AdultPrior
    summary: Summary
    blended: Blend
    tipping: Tipping


def _numbers(found: _Decided) -> list[float | None]:
    summary, tipping = found.summary, found.tipping
    return [
        summary.mean, summary.sd, summary.median, summary.low, summary.high,
        tipping.weight, tipping.posterior_weight, tipping.without_adults, tipping.adults_alone,
        *(found.blended.adult.quantile(q) for q in (0.025, 0.5, 0.975)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Unit:
    """How sharply children tell an effect: the standard error, and how many were in either arm."""

    se: float
    n: tuple[int, int] | None

    def marked(self) -> dict[str, float]:
        """Standard deviations worth one patient, in words."""
        return unit_information_sds(self.se, *self.n) if self.n else {}


def _unit_of(children: Children, children_n: tuple[int, int] | None) -> _Unit:
    """Of counts the standard error is that of no effect, which an empty arm has too, and which no result moves."""
    if len(children) == 2:
        return _Unit(children[1], children_n)
    information = float(_likelihood(children).slopes(np.zeros(1))[1][0])
    return _Unit(information**-0.5, (children[1], children[3]))


def _likelihood(children: Children) -> Likelihood:
    if len(children) == 2:
        return NormalLikelihood(np.array([children[0]]), np.array([children[1] ** 2]))
    return HypergeometricLikelihood(*(np.array([float(count)]) for count in children))


def _blend(adult: AdultPrior, vague: BetaMixture | NormalMixture, children: Children) -> Blend:
    if isinstance(adult, EffectPrior) and isinstance(vague, NormalMixture):
        return blend_effects(adult, EffectPrior.of_normals(vague), _likelihood(children))
    if isinstance(adult, EffectPrior) or isinstance(adult, MapPrior) is not isinstance(vague, BetaMixture):
        raise StudiesInvalid("the robust component is a beta for proportions and a normal for effects")
    return blend(adult, vague, (children[0], children[1]))


def _check_children(kind: StudyKind, children: Children) -> None:
    if len(children) == 4:
        if kind is not StudyKind.TWO_ARM:
            raise StudiesInvalid("counts of two arms of children are taken with two-arm studies of adults")
        _check_arms(*children)
        return
    first, second = children
    if kind is StudyKind.ONE_ARM and not (0 <= first <= second and second >= 1 and first == int(first)):
        raise StudiesInvalid(f"{first:g} of {second:g} children is no count; events and children are taken")
    if kind is not StudyKind.ONE_ARM and not (math.isfinite(first) and 0 < second < math.inf):
        raise StudiesInvalid(
            f"an effect of {first:g} with a standard error of {second:g} was given; "
            "finite ones are taken, the standard error above 0"
        )


def _check_limit(kind: StudyKind, limit: float) -> None:
    if kind is StudyKind.ONE_ARM and not 0 < limit < 1:
        raise StudiesInvalid(f"the limit of a proportion is {limit:g}; above 0 and below 1 is taken")
    if not math.isfinite(limit):
        raise StudiesInvalid(f"the limit of an effect is {limit:g}; a finite number is taken")


def _check_arms(events_t: int, n_t: int, events_c: int, n_c: int) -> None:
    for events, n in ((events_t, n_t), (events_c, n_c)):
        if not 0 <= events <= n or n == 0:
            raise StudiesInvalid(
                f"{events} of {n} children is no count; events and children of each arm are taken"
            )
    if events_t + events_c in (0, n_t + n_c):
        raise StudiesInvalid(
            f"{events_t} of {n_t} children against {events_c} of {n_c} say nothing of an odds ratio: "
            f"{'no child' if events_t + events_c == 0 else 'every child'} had the event"
        )


def _default_robust(kind: StudyKind, unit: _Unit) -> BetaMixture | NormalMixture:
    if kind is StudyKind.ONE_ARM:
        return BetaMixture((1.0,), (1.0,), (1.0,))
    marked = unit.marked()
    if not marked:
        raise StudiesInvalid(
            "nothing says how vague the robust component is",
            hint="give its standard deviation, or how many children were treated and were controls",
        )
    return NormalMixture((1.0,), (0.0,), (marked["one patient in total"],))


def _robust_choices(
    unit: _Unit, vague: BetaMixture | NormalMixture
) -> list[tuple[str, BetaMixture | NormalMixture]]:
    """From sharp to vague: betas of one mean and falling size, or normals of one mean and rising spread."""
    if isinstance(vague, BetaMixture):
        sizes = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
        m = vague.mean
        return [
            (f"a beta of a + b = {size:g}", BetaMixture((1.0,), (m * size,), ((1 - m) * size,)))
            for size in sizes
        ]
    sds = {f"{factor:g} standard errors": factor * unit.se for factor in (0.5, 1, 2, 4, 8, 16)}
    every = sorted({**sds, **unit.marked()}.items(), key=lambda item: item[1])
    return [(words, NormalMixture((1.0,), (vague.mean,), (sd,))) for words, sd in every]
