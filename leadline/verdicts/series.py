"""The series: how many were reported, how many are documented, and would it have been seen anyway (verdicts 6).

Every count is of children, not of statements: a child of whom the same was said twice counts once, by the latest
statement. A statement about some of the children without saying which adds to what was reported and to nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from leadline.casebook.schema import CLAIMS
from leadline.verdicts.exact import poisson_binomial_tail
from leadline.verdicts.findings import (
    AttributionResult,
    CaseFindings,
    ClaimCount,
    ClaimVerdict,
    CriterionCount,
    Finding,
    GroupClaim,
    NullComparison,
    NullRate,
    Series,
)
from leadline.verdicts.null_rates import chosen
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.safety import proportion

BENEFIT = ("improved", "much_improved", "in_remission", "cured")
"""Claims that a child who responded can be said to have; the null comparison counts children with any of them."""


def judge_series(
    cases: Sequence[CaseFindings], groups: Sequence[GroupClaim], parameters: Parameters
) -> Series:
    """Counts for every claim made, counts for every criterion at every window, and the comparison with the nulls."""
    latest = _latest_verdicts(cases)
    made = {claim for _, claim in latest} | {group.claim for group in groups}
    counts = tuple(_count(claim, latest, groups, len(cases)) for claim in CLAIMS if claim in made)
    return Series(
        children=len(cases),
        counts=counts,
        criteria=_criterion_counts(cases),
        null_comparisons=_null_comparisons(cases, latest, groups, parameters),
        sentences=tuple(_sentence(count) for count in counts),
    )


Latest = dict[tuple[str, str], ClaimVerdict]


def _latest_verdicts(cases: Iterable[CaseFindings]) -> Latest:
    """Child and claim to the verdict on the latest such statement; of several on one day the last recorded."""
    latest: Latest = {}
    for findings in cases:
        for verdict in findings.claims:
            key = verdict.patient_id, verdict.claim
            if key not in latest or _day(verdict) >= _day(latest[key]):
                latest[key] = verdict
    return latest


def _day(verdict: ClaimVerdict) -> float:
    return float("-inf") if verdict.day is None else verdict.day.last


def _reported(claims: Iterable[str], latest: Latest, groups: Iterable[GroupClaim]) -> int:
    """Children of whom any of the claims was made. A statement about a group may include children already counted:
    the larger number stands."""
    wanted = set(claims)
    named = {child for child, said in latest if said in wanted}
    return max([len(named), *(group.children for group in groups if group.claim in wanted)])


def _count(claim: str, latest: Latest, groups: Sequence[GroupClaim], children: int) -> ClaimCount:
    verdicts = [verdict for (_, said), verdict in latest.items() if said == claim]
    findings = Counter(verdict.finding for verdict in verdicts)
    reported = _reported((claim,), latest, groups)
    unconfounded = sum(
        verdict.finding is Finding.DOCUMENTED and verdict.attribution.result is AttributionResult.UNCONFOUNDED
        for verdict in verdicts
    )
    unnamed = reported - len(verdicts)
    return ClaimCount(
        claim=claim,
        children=children,
        reported=proportion(reported, children),
        documented=proportion(findings[Finding.DOCUMENTED], children),
        partly_documented=proportion(findings[Finding.PARTLY_DOCUMENTED], children),
        contradicted=proportion(findings[Finding.CONTRADICTED], children),
        reported_only=proportion(findings[Finding.REPORTED_ONLY] + unnamed, children),
        documented_unconfounded=proportion(unconfounded, children),
    )


def _sentence(count: ClaimCount) -> str:
    claim = count.claim.replace("_", " ")
    return (
        f"{claim.capitalize()}: reported for {count.reported.k} of {count.children}, documented for "
        f"{count.documented.k}, partly documented for {count.partly_documented.k}, contradicted for "
        f"{count.contradicted.k}, reported only for {count.reported_only.k}."
    )


def _criterion_counts(cases: Iterable[CaseFindings]) -> tuple[CriterionCount, ...]:
    """For each criterion and window: met of the children for whom it is asked and applies."""
    results: dict[tuple[str, str, str], Counter[str]] = {}
    for findings in cases:
        for cell in findings.completeness:
            if cell.result != "not_applicable" and cell.window != "baseline":
                key = cell.criterion, cell.criterion_title, cell.window
                results.setdefault(key, Counter())[cell.result] += 1
    return tuple(
        CriterionCount(
            *key, proportion(counts["met"], counts.total()), counts["not_met"], counts["indeterminate"]
        )
        for key, counts in results.items()
    )


def _null_comparisons(
    cases: Sequence[CaseFindings], latest: Latest, groups: Sequence[GroupClaim], parameters: Parameters
) -> tuple[NullComparison, ...]:
    """For a benefit as reported, and as documented."""
    if not cases:
        return ()
    nulls = chosen(parameters)
    diseases = [findings.case.diagnosis for findings in cases]
    without = tuple(dict.fromkeys(disease for disease in diseases if disease not in nulls))
    chances = [nulls[disease].rate for disease in diseases if disease in nulls]
    used = tuple(null for disease, null in nulls.items() if disease in diseases)
    prior = f"Beta({parameters.prior_shape_a:g}, {parameters.prior_shape_b:g})"
    comparisons = []
    bases: tuple[Literal["reported", "documented"], ...] = ("reported", "documented")
    for basis in bases:
        named = _responded(latest, documented=basis == "documented")
        count = len(named) if basis == "documented" else _reported(BENEFIT, latest, groups)
        comparisons.append(
            NullComparison(
                basis=basis,
                responders=count,
                children=len(cases),
                nulls=used,
                without_null=without,
                probability_at_least=None if without else poisson_binomial_tail(count, chances),
                posterior_above_null=_posteriors(cases, named, count, used, parameters),
                prior=prior,
            )
        )
    return tuple(comparisons)


def _responded(latest: Latest, *, documented: bool) -> set[str]:
    return {
        child
        for (child, claim), verdict in latest.items()
        if claim in BENEFIT and (verdict.finding is Finding.DOCUMENTED or not documented)
    }


def _posteriors(
    cases: Sequence[CaseFindings],
    named: set[str],
    count: int,
    nulls: Iterable[NullRate],
    parameters: Parameters,
) -> tuple[tuple[str, float], ...]:
    """Disease to P(response rate above its null). Responders whom nobody named can be counted only where all children
    have one disease; in a mixed series with such responders nothing is given."""
    of_disease = Counter(one.case.diagnosis for one in cases)
    responders = Counter(one.case.diagnosis for one in cases if one.case.patient_id in named)
    if count > len(named):
        responders = Counter(dict.fromkeys(of_disease, count)) if len(of_disease) == 1 else Counter()
        nulls = nulls if responders else ()
    return tuple(
        (null.disease, _above(null, responders[null.disease], of_disease[null.disease], parameters))
        for null in nulls
    )


def _above(null: NullRate, k: int, n: int, parameters: Parameters) -> float:
    """P(rate > null) after k of n under the Beta prior."""
    from scipy.special import betaincc

    return float(betaincc(parameters.prior_shape_a + k, parameters.prior_shape_b + n - k, null.rate))
