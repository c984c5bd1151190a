"""The classical estimates of a table of studies, and the likelihood and effects that they rest on.

Sources stand in the modules that compute: inverse_variance, stratified, glmm, effects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadline.evidence import effects as effect_sizes
from leadline.evidence import glmm
from leadline.evidence import inverse_variance as iv
from leadline.evidence.effects import Effects
from leadline.evidence.likelihoods import (
    BinomialLikelihood,
    HypergeometricLikelihood,
    Likelihood,
    PoissonLikelihood,
    expit,
)
from leadline.evidence.stratified import (
    Stratified,
    Tables,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
    peto_odds_ratio,
)
from leadline.evidence.studies import Studies, StudyKind


@dataclass(frozen=True, slots=True)
class Classical:
    """An estimate by a named method, on the reader's scale; tau2 on the scale of the analysis.

    low, high       None where an interval cannot be estimated
    not_estimable   why not; empty where there is an interval
    """

    method: str
    estimate: float
    low: float | None
    high: float | None
    tau2: float | None = None
    prediction: tuple[float, float] | None = None
    not_estimable: str = ""


NO_ERROR = 1e-12  # a standard error below this share of its estimate is rounding
ALL_ALIKE = "the studies found the same, and their spread is where the error is taken from"
NOTHING_VARIES = "no arm holds both events and others, so that the data show no error"


def classical_estimates(studies: Studies, found: Effects, level: float) -> tuple[Classical, ...]:
    rows = [
        *_inverse_variance(studies.kind, found, level),
        *_likelihood(studies, level),
        *_by_strata(studies, level),
        *_double_arcsine(studies, level),
    ]
    return tuple(rows)


def _inverse_variance(kind: StudyKind, found: Effects, level: float) -> list[Classical]:
    if not found.y.size:
        return []
    y, v = found.y, found.v
    results = [iv.common_effect(y, v, level=level)]
    if y.size > 1:  # one study shows nothing of the variation between studies
        estimators = (iv.tau2_dersimonian_laird, iv.tau2_paule_mandel, iv.tau2_reml)
        results += [iv.random_effects(y, v, estimator=estimator, level=level) for estimator in estimators]
        results.append(iv.hartung_knapp(y, v, estimator=iv.tau2_reml, level=level))
    return [_row(r.method, r, kind, r.tau2, r.prediction) for r in results]


def _likelihood(studies: Studies, level: float) -> list[Classical]:
    likelihood = likelihood_of(studies)
    if likelihood is None:
        return []
    common = glmm.fit_common(likelihood, level=level)
    random = glmm.fit_random(likelihood, level=level) if sum(tells(studies)) > 1 else None
    named = (("common effect, maximum likelihood", common), ("random effects, maximum likelihood", random))
    return [_row(name, r, studies.kind, r.tau2, r.prediction) for name, r in named if r is not None]


def _by_strata(studies: Studies, level: float) -> list[Classical]:
    if studies.kind is not StudyKind.TWO_ARM:
        return []
    a, n_t, c, n_c = studies.columns()
    tables = Tables(a, n_t - a, c, n_c - c)
    ratios = (
        mantel_haenszel_odds_ratio(tables, level=level),
        peto_odds_ratio(tables, level=level),
        mantel_haenszel_risk_ratio(tables, level=level),
    )
    rows = [_row(r.method, r, studies.kind, None, None) for r in ratios if r is not None]
    difference = mantel_haenszel_risk_difference(tables, level=level)
    return [*rows, _row(difference.method, difference, StudyKind.EFFECT, None, None)]


def _double_arcsine(studies: Studies, level: float) -> list[Classical]:
    if studies.kind is not StudyKind.ONE_ARM:
        return []
    events, n = studies.columns()
    found = effect_sizes.double_arcsines(events, n)
    r = iv.random_effects(found.y, found.v, estimator=iv.tau2_reml, level=level)
    estimate, low, high = (effect_sizes.from_double_arcsine(x, n) for x in (r.estimate, r.low, r.high))
    method = "Freeman-Tukey double arcsine"
    return [Classical(f"{method}, REML" if n.size > 1 else method, estimate, low, high)]


def _row(
    method: str,
    result: iv.RandomEffects | glmm.Glmm | Stratified,
    kind: StudyKind,
    tau2: float | None,
    prediction: tuple[float, float] | None,
) -> Classical:
    estimate, low, high = (for_reader(kind, x) for x in (result.estimate, result.low, result.high))
    if result.se <= NO_ERROR * abs(result.estimate):  # an interval without width would be read as certainty
        why = NOTHING_VARIES if isinstance(result, Stratified) else ALL_ALIKE
        return Classical(method, estimate, None, None, tau2, None, why)
    wide = prediction and (for_reader(kind, prediction[0]), for_reader(kind, prediction[1]))
    return Classical(method, estimate, low, high, tau2, wide)


def likelihood_of(studies: Studies) -> Likelihood | None:
    """The likelihood of the counts; None for effects, whose likelihood is normal."""
    match studies.kind:
        case StudyKind.ONE_ARM:
            return BinomialLikelihood(*studies.columns())
        case StudyKind.RATE:
            return PoissonLikelihood(*studies.columns())
        case StudyKind.TWO_ARM:
            return HypergeometricLikelihood(*studies.columns())
        case StudyKind.EFFECT:
            return None


def tells(studies: Studies) -> tuple[bool, ...]:
    """Whether each study has information. Two arms without any event, or with nothing else, have none: given their
    totals only one table is possible, so that they say nothing of the odds ratio.
    """
    if studies.kind is not StudyKind.TWO_ARM:
        return (True,) * len(studies.studies)
    return tuple(HypergeometricLikelihood(*studies.columns()).informative.tolist())


def without_information(studies: Studies) -> tuple[str, ...]:
    """The names of the studies that do not tell anything."""
    return tuple(name for name, telling in zip(studies.names, tells(studies), strict=True) if not telling)


def effects_of(studies: Studies) -> Effects:
    """Effects and variances on the scale of the analysis, nothing added to any count."""
    match studies.kind:
        case StudyKind.ONE_ARM:
            return effect_sizes.logits(*studies.columns())
        case StudyKind.TWO_ARM:
            return effect_sizes.log_odds_ratios(*studies.columns())
        case StudyKind.RATE:
            return effect_sizes.log_rates(*studies.columns())
        case StudyKind.EFFECT:
            estimates, ses = studies.columns()
            return Effects(estimates, ses**2, np.ones(estimates.size, dtype=bool))


def for_reader(kind: StudyKind, value: float) -> float:
    """From the scale of the analysis to the reader's."""
    match kind:
        case StudyKind.ONE_ARM:
            return float(expit(np.array(value)))
        case StudyKind.TWO_ARM | StudyKind.RATE:
            return math.exp(value)
        case StudyKind.EFFECT:
            return value
