"""Pooling studies: the hierarchy by its own likelihood, beside the classical estimates.

The first answer is the posterior of the hierarchical model with the likelihood of the counts themselves, so that
a study without an event is what it is. The classical estimates stand beside it, because readers compare. A study
without a finite effect (an empty cell) takes no part in the inverse-variance estimates and is named.

    one arm    proportion       binomial likelihood, logit scale
    two arms   odds ratio       hypergeometric likelihood (given each study's total of events), log scale
    rate       events per unit  Poisson likelihood, log scale
    effect     as given         normal likelihood with the standard errors taken as known
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from leadline.errors import StudiesInvalid
from leadline.evidence import inverse_variance as iv
from leadline.evidence.classical import (
    Classical,
    classical_estimates,
    effects_of,
    for_reader,
    likelihood_of,
    tells,
    without_information,
)
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.likelihoods import Likelihood, expit
from leadline.evidence.normal import NormalMixture, fit_normal_hierarchy
from leadline.evidence.posterior import Fineness, HierarchyPosterior, fit_hierarchy, fit_leaving_one_out
from leadline.evidence.precision import made_precise
from leadline.evidence.quadrature import PanelDensity
from leadline.evidence.studies import Studies, StudyKind
from leadline.verdicts.exact import clopper_pearson, poisson_rate_interval

DEFAULT_PRIORS: dict[StudyKind, HyperPrior] = {
    StudyKind.ONE_ARM: HyperPrior(0.0, 2.0, HalfNormal(1.0)),  # [R]
    StudyKind.TWO_ARM: HyperPrior(0.0, 2.0, HalfNormal(0.5)),  # tau [B]; the 2 is ours, narrower than [B]'s 4
    StudyKind.RATE: HyperPrior(0.0, 10.0, HalfNormal(1.0)),  # ours: a rate may have any unit of exposure
    StudyKind.EFFECT: HyperPrior(
        0.0, 4.0, HalfNormal(0.5)
    ),  # [B]; of logs of ratios, and ours of standardised effects
}
"""Sources   [R] manual of the R package RBesT, gMAP: standard deviation 2 for log odds; half-normal 1 for tau, called
             conservative for mean rates of 0.2 to 0.8
          [B] manual of the R package bayesmeta, pppvalue: log odds ratios with standard deviation 4 and half-normal 0.5
"""
PRIOR_SOURCES: dict[StudyKind, str] = {
    StudyKind.ONE_ARM: "manual of the R package RBesT (gMAP), for rates of 0.2 to 0.8",
    StudyKind.TWO_ARM: "of tau, manual of the R package bayesmeta (pppvalue); of the average our own, where that has 4",
    StudyKind.RATE: "our own, wide enough for any unit of exposure",
    StudyKind.EFFECT: "manual of the R package bayesmeta (pppvalue), for log odds ratios",
}
"""Where DEFAULT_PRIORS come from, in words for a reader."""
_OF_ANY_UNIT = re.compile(r"(log|ln)\b|standardi[sz]ed mean difference", re.IGNORECASE)


def default_prior(studies: Studies) -> HyperPrior:
    """The usual prior of these studies, which says little on the scale of a logarithm.

    raises   StudiesInvalid for effects in any other unit: what is a wide spread in one is none in another
    """
    if studies.kind is StudyKind.EFFECT and not _OF_ANY_UNIT.match(studies.unit):
        unit = f'in "{studies.unit}"' if studies.unit else "without a stated unit"
        raise StudiesInvalid(
            f"effects {unit} have no usual prior; how far their average and the studies may spread is asked for",
            hint="Give --mu-sd and --tau-scale in that unit (from Python prior=); or, if it is a logarithm, say so in "
            "the column unit, as log odds ratio.",
        )
    return DEFAULT_PRIORS[studies.kind]


@dataclass(frozen=True, slots=True)
class Summary:
    """A posterior: mean, standard deviation, median and equal-tailed interval, on the reader's scale.

    mean, sd   None for a ratio or a rate, whose mean on that scale says little or does not exist
    """

    mean: float | None
    sd: float | None
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StudyResult:
    """One study: what it found alone (exact interval; None where not finite), and with the others' help.

    values   as in its row of the file, in the order of studies.COLUMNS
    """

    name: str
    values: tuple[float, ...]
    observed: float | None
    low: float | None
    high: float | None
    posterior: Summary


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pooled mean without one study: the median of the posterior of mu, its interval, the median of tau."""

    name: str
    estimate: float
    low: float
    high: float
    tau: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """Studies pooled.

    measure          what the numbers are: "proportion", "odds ratio", "rate", or the unit of an effect
    scale            on which mu, tau and the priors stand: "log odds", "log odds ratio", "log rate", or the unit
    mean             of the studies' effects: the effect of an average study
    new_study        what a further study would find: the prediction
    tau              standard deviation between studies, on `scale`
    error            the largest change of any posterior number, of each study and of `leave_one_out` too, when the
                     quadrature is made finer; of a number above one, as a share of it
    without_effect   studies that the inverse-variance estimates had to leave out
    without_information   two-arm studies without any event, or with nothing else: they say nothing of an odds ratio
    """

    kind: StudyKind
    measure: str
    scale: str
    level: float
    prior: HyperPrior
    studies: tuple[StudyResult, ...]
    mean: Summary
    new_study: Summary
    tau: Summary
    error: float
    classical: tuple[Classical, ...]
    heterogeneity: iv.Heterogeneity | None
    leave_one_out: tuple[LeftOut, ...]
    without_effect: tuple[str, ...]
    without_information: tuple[str, ...]
    left_out: tuple[str, ...]


def pool(studies: Studies, *, prior: HyperPrior | None = None, level: float = 0.95) -> Pooled:
    """Pool studies of one kind.

    prior     of mu and tau on the scale of the analysis; `default_prior` unless given
    raises    StudiesInvalid for a level that is none, or without a prior for effects that have no usual one
    """
    if not 0 < level < 1:
        raise StudiesInvalid(f"a level of {level} is no confidence level; 0.95 is one")
    prior = prior or default_prior(studies)
    precise = made_precise(lambda rule: _by_hierarchy(studies, prior, level, rule), _numbers)
    modelled = precise.result
    found = effects_of(studies)
    return Pooled(
        kind=studies.kind,
        measure=_measure(studies),
        scale=SCALES[studies.kind] or _measure(studies),
        level=level,
        prior=prior,
        studies=tuple(
            _study_result(studies, j, posterior, level) for j, posterior in enumerate(modelled.studies)
        ),
        mean=modelled.mean,
        new_study=modelled.new_study,
        tau=modelled.tau,
        error=precise.error,
        classical=classical_estimates(studies, found, level),
        heterogeneity=iv.heterogeneity(found.y, found.v, level=level) if found.y.size > 1 else None,
        leave_one_out=modelled.leave_one_out,
        without_effect=tuple(n for n, used in zip(studies.names, found.used, strict=True) if not used),
        without_information=without_information(studies),
        left_out=tuple(study.name for study in studies.left_out),
    )


SCALES = {
    StudyKind.ONE_ARM: "log odds",
    StudyKind.TWO_ARM: "log odds ratio",
    StudyKind.RATE: "log rate",
    StudyKind.EFFECT: "",
}

Distribution = PanelDensity | NormalMixture


@dataclass(frozen=True, slots=True)
class _Posterior:
    """What either hierarchy gives: densities on the scale of the analysis."""

    mean: Distribution
    new_study: Distribution
    tau: PanelDensity
    study: Callable[[int], Distribution]


@dataclass(frozen=True, slots=True)
class _Modelled:
    """All that the hierarchical model says, on the reader's scale."""

    mean: Summary
    new_study: Summary
    tau: Summary
    studies: tuple[Summary, ...]
    leave_one_out: tuple[LeftOut, ...]


def _by_hierarchy(studies: Studies, prior: HyperPrior, level: float, rule: Fineness) -> _Modelled:
    kind, posterior = studies.kind, _posterior(studies, prior, rule)
    return _Modelled(
        mean=_summary(posterior.mean, kind, level),
        new_study=_summary(posterior.new_study, kind, level),
        tau=_plain_summary(posterior.tau, level),
        studies=tuple(_summary(posterior.study(j), kind, level) for j in range(len(studies.studies))),
        leave_one_out=_leave_one_out(studies, prior, level, rule),
    )


def _numbers(modelled: _Modelled) -> list[float | None]:
    summaries = (modelled.mean, modelled.new_study, modelled.tau, *modelled.studies)
    return [
        *(x for s in summaries for x in (s.mean, s.sd, s.median, s.low, s.high)),
        *(x for left in modelled.leave_one_out for x in (left.estimate, left.low, left.high, left.tau)),
    ]


def _posterior(studies: Studies, prior: HyperPrior, rule: Fineness) -> _Posterior:
    likelihood = likelihood_of(studies)
    if likelihood is None:
        estimates, ses = studies.columns()
        normal = fit_normal_hierarchy(estimates.tolist(), ses.tolist(), prior, order=rule.tau_of_normals)
        return _Posterior(normal.mean, normal.new_study(), normal.tau_density, normal.study)
    telling = _telling_places(studies)
    fitted = fit_hierarchy(likelihood.select(telling), prior, fineness=rule)
    new_study = fitted.new_study_density()

    def study(j: int) -> Distribution:  # what says nothing is believed to be like any other
        return fitted.study_density(telling.index(j)) if j in telling else new_study

    return _Posterior(fitted.mean_density, new_study, fitted.tau_density, study)


def _telling_places(studies: Studies) -> list[int]:
    """Of the studies with information; of all if none has any, as they then leave the prior what it is."""
    places = [place for place, telling in enumerate(tells(studies)) if telling]
    return places or list(range(len(studies.studies)))


def _measure(studies: Studies) -> str:
    match studies.kind:
        case StudyKind.ONE_ARM:
            return "proportion"
        case StudyKind.TWO_ARM:
            return "odds ratio"
        case StudyKind.RATE:
            return f"events per {studies.unit}" if studies.unit else "rate"
        case StudyKind.EFFECT:
            return studies.unit or "effect"


def _summary(distribution: Distribution, kind: StudyKind, level: float) -> Summary:
    tail = (1 - level) / 2
    low, median, high = (for_reader(kind, distribution.quantile(q)) for q in (tail, 0.5, 1 - tail))
    mean, sd = _moments(distribution, kind)
    return Summary(mean, sd, median, low, high)


def _moments(distribution: Distribution, kind: StudyKind) -> tuple[float | None, float | None]:
    if isinstance(distribution, NormalMixture):
        return distribution.mean, distribution.sd
    if kind is StudyKind.ONE_ARM:
        return distribution.mean(expit), distribution.sd(expit)
    return None, None


def _plain_summary(density: PanelDensity, level: float) -> Summary:
    tail = (1 - level) / 2
    low, median, high = (density.quantile(q) for q in (tail, 0.5, 1 - tail))
    return Summary(density.mean(), density.sd(), median, low, high)


def _study_result(studies: Studies, j: int, posterior: Summary, level: float) -> StudyResult:
    observed, low, high = _observed(studies, j, level)
    return StudyResult(studies.names[j], studies.studies[j].values, observed, low, high, posterior)


def _observed(studies: Studies, j: int, level: float) -> tuple[float | None, float | None, float | None]:
    """What one study found, alone, with an exact interval where it is of counts in one arm."""
    values = studies.studies[j].values
    match studies.kind:
        case StudyKind.ONE_ARM:
            exact = clopper_pearson(int(values[0]), int(values[1]), level=level)
            return values[0] / values[1], exact.low, exact.high
        case StudyKind.RATE:
            exact = poisson_rate_interval(int(values[0]), values[1], level=level)
            return values[0] / values[1], exact.low, exact.high
        case StudyKind.TWO_ARM | StudyKind.EFFECT:
            only = effects_of(Studies(studies.kind, (studies.studies[j],)))
            if not only.y.size:
                return None, None, None
            alone = iv.common_effect(only.y, only.v, level=level)
            ends = for_reader(studies.kind, alone.low), for_reader(studies.kind, alone.high)
            return for_reader(studies.kind, alone.estimate), *ends


def _leave_one_out(studies: Studies, prior: HyperPrior, level: float, rule: Fineness) -> tuple[LeftOut, ...]:
    if len(studies.studies) < 3:
        return ()
    tail = (1 - level) / 2
    rows = []
    for name, (mean, tau) in zip(studies.names, _without_each(studies, prior, rule), strict=True):
        low, median, high = (for_reader(studies.kind, mean.quantile(q)) for q in (tail, 0.5, 1 - tail))
        rows.append(LeftOut(name, median, low, high, tau.quantile(0.5)))
    return tuple(rows)


def _without_each(
    studies: Studies, prior: HyperPrior, rule: Fineness
) -> list[tuple[Distribution, PanelDensity]]:
    """The posteriors of mu and tau without each study in turn."""
    likelihood = likelihood_of(studies)
    if likelihood is not None:
        fits = _fits_without_each(likelihood, _telling_places(studies), prior, rule)
        return [(fit.mean_density, fit.tau_density) for fit in fits]
    rests = (_posterior(studies.without(j), prior, rule) for j in range(len(studies.studies)))
    return [(rest.mean, rest.tau) for rest in rests]


def _fits_without_each(
    likelihood: Likelihood, telling: list[int], prior: HyperPrior, rule: Fineness
) -> list[HierarchyPosterior]:
    """Without a study that says nothing all is as with it; without the only one that tells, the prior is left."""
    places = range(likelihood.estimate.size)
    silent = [place for place in places if place not in telling]
    if len(telling) > 1:
        without = fit_leaving_one_out(likelihood.select(telling), prior, fineness=rule)
    else:
        without = [fit_hierarchy(likelihood.select(silent), prior, fineness=rule)]
    fits = dict(zip(telling, without, strict=True))
    if silent:
        fits |= dict.fromkeys(silent, fit_hierarchy(likelihood.select(telling), prior, fineness=rule))
    return [fits[place] for place in places]
