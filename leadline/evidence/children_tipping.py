"""The weight of adult evidence at which a conclusion about children changes, and how it hangs on what is vague."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.adults import Discount, adult_prior, scale_of, summary_of
from leadline.evidence.effects import log_odds_ratios
from leadline.evidence.hierarchy import HyperPrior
from leadline.evidence.normal import NormalMixture
from leadline.evidence.pooling import Summary
from leadline.evidence.priors import BetaMixture, MapPrior
from leadline.evidence.studies import Studies
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
        scale=scale_of(studies),
        studies=studies.names,
        discount=discount,
        adult=summary_of(adult),
        children=children,
        robust=vague,
        tipping=tipping_weight(blended, conclusion),
        curve=tipping_curve(blended, conclusion),
        by_robust=tuple(
            RobustChoice(words, choice.sd, one.weight)
            for (words, choice), one in zip(choices, tipped, strict=True)
        ),
    )


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
