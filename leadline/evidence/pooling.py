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

from collections.abc import Callable
from dataclasses import dataclass

from leadline.errors import StudiesInvalid
from leadline.evidence import inverse_variance as iv
from leadline.evidence.classical import Classical, classical_estimates, effects_of, for_reader, likelihood_of
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.likelihoods import expit
from leadline.evidence.normal import COARSE_TAU_ORDER, TAU_ORDER, NormalMixture, fit_normal_hierarchy
from leadline.evidence.posterior import COARSE, FINE, Fineness, fit_hierarchy, fit_leaving_one_out
from leadline.evidence.quadrature import PanelDensity
from leadline.evidence.studies import Studies, StudyKind
from leadline.verdicts.exact import clopper_pearson, poisson_rate_interval

DEFAULT_PRIORS: dict[StudyKind, HyperPrior] = {
    StudyKind.ONE_ARM: HyperPrior(0.0, 2.0, HalfNormal(1.0)),
    StudyKind.TWO_ARM: HyperPrior(0.0, 2.0, HalfNormal(0.5)),
    StudyKind.RATE: HyperPrior(0.0, 10.0, HalfNormal(1.0)),
    StudyKind.EFFECT: HyperPrior(0.0, 4.0, HalfNormal(0.5)),
}


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
    error            the largest change of any posterior number above when the quadrature is made coarser
    without_effect   studies that the inverse-variance estimates had to leave out
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
    left_out: tuple[str, ...]


def pool(studies: Studies, *, prior: HyperPrior | None = None, level: float = 0.95) -> Pooled:
    """Pool studies of one kind.

    prior     of mu and tau on the scale of the analysis; DEFAULT_PRIORS unless given
    raises    StudiesInvalid for a level that is none
    """
    if not 0 < level < 1:
        raise StudiesInvalid(f"a level of {level} is no confidence level; 0.95 is one")
    prior = prior or DEFAULT_PRIORS[studies.kind]
    fine = _posterior(studies, prior, FINE)
    coarse = _posterior(studies, prior, COARSE)
    found = effects_of(studies)
    return Pooled(
        kind=studies.kind,
        measure=_measure(studies),
        scale=SCALES[studies.kind] or _measure(studies),
        level=level,
        prior=prior,
        studies=tuple(_study_result(studies, j, fine, level) for j in range(len(studies.studies))),
        mean=_summary(fine.mean, studies.kind, level),
        new_study=_summary(fine.new_study, studies.kind, level),
        tau=_plain_summary(fine.tau, level),
        error=_largest_change(fine, coarse, studies.kind, level),
        classical=classical_estimates(studies, found, level),
        heterogeneity=iv.heterogeneity(found.y, found.v, level=level) if found.y.size > 1 else None,
        leave_one_out=_leave_one_out(studies, prior, level),
        without_effect=tuple(n for n, used in zip(studies.names, found.used, strict=True) if not used),
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


def _posterior(studies: Studies, prior: HyperPrior, fineness: Fineness) -> _Posterior:
    likelihood = likelihood_of(studies)
    if likelihood is None:
        estimates, ses = studies.columns()
        normal = fit_normal_hierarchy(
            estimates.tolist(),
            ses.tolist(),
            prior,
            order=TAU_ORDER if fineness is FINE else COARSE_TAU_ORDER,
        )
        return _Posterior(normal.mean, normal.new_study(), normal.tau_density, normal.study)
    fitted = fit_hierarchy(likelihood, prior, fineness=fineness)
    return _Posterior(
        fitted.mean_density, fitted.new_study_density(), fitted.tau_density, fitted.study_density
    )


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


def _study_result(studies: Studies, j: int, posterior: _Posterior, level: float) -> StudyResult:
    observed, low, high = _observed(studies, j, level)
    return StudyResult(
        studies.names[j],
        studies.studies[j].values,
        observed,
        low,
        high,
        _summary(posterior.study(j), studies.kind, level),
    )


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


def _largest_change(fine: _Posterior, coarse: _Posterior, kind: StudyKind, level: float) -> float:
    """Over the summaries of mean, prediction and tau."""
    numbers = [
        [x for d in (p.mean, p.new_study) for x in _numbers(_summary(d, kind, level))]
        + _numbers(_plain_summary(p.tau, level))
        for p in (fine, coarse)
    ]
    return max(abs(a - b) for a, b in zip(numbers[0], numbers[1], strict=True))


def _numbers(summary: Summary) -> list[float]:
    every = (summary.mean, summary.sd, summary.median, summary.low, summary.high)
    return [number for number in every if number is not None]


def _leave_one_out(studies: Studies, prior: HyperPrior, level: float) -> tuple[LeftOut, ...]:
    if len(studies.studies) < 3:
        return ()
    tail = (1 - level) / 2
    rows = []
    for name, (mean, tau) in zip(studies.names, _without_each(studies, prior), strict=True):
        low, median, high = (for_reader(studies.kind, mean.quantile(q)) for q in (tail, 0.5, 1 - tail))
        rows.append(LeftOut(name, median, low, high, tau.quantile(0.5)))
    return tuple(rows)


def _without_each(studies: Studies, prior: HyperPrior) -> list[tuple[Distribution, PanelDensity]]:
    """The posteriors of mu and tau without each study in turn."""
    likelihood = likelihood_of(studies)
    if likelihood is not None:
        return [(fit.mean_density, fit.tau_density) for fit in fit_leaving_one_out(likelihood, prior)]
    rests = (_posterior(studies.without(j), prior, FINE) for j in range(len(studies.studies)))
    return [(rest.mean, rest.tau) for rest in rests]
