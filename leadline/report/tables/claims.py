"""The tables of what was said and what the chart says of it."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.casebook.case import Case, RowRef
from leadline.report.blocks import Column, Table
from leadline.report.figures.words import claim_words
from leadline.report.tables.rows import row_texts
from leadline.report.words import (
    ATTRIBUTIONS,
    CODES,
    DIAGNOSES,
    FINDINGS,
    NOT_RECORDED,
    RESULTS,
    SPEAKERS,
    counted,
    day_words,
    plain,
    records_words,
    semicolons,
)
from leadline.verdicts.findings import (
    Attribution,
    CaseFindings,
    ClaimVerdict,
    CriterionOutcome,
    Finding,
    Findings,
    GroupClaim,
)

FINDING_NOTE = (
    "Documented: a published criterion is met on what the chart records. Partly documented: met on a part of it, or at"
    " one of two assessments. Contradicted: the chart says otherwise. Reported only: the chart cannot tell."
)
ATTRIBUTION_NOTE = "What else changed stands beside a finding and never changes it."


def claims_table(findings: Findings) -> Table:
    """One row a claim: what was said, and what the chart says of it."""
    rows = [_claim_row(case.case, claim) for case in findings.cases for claim in case.claims]
    return Table(
        "claims",
        "What was reported, and what the chart documents",
        (
            Column("Child", "code", 0.9),
            Column("Disease", width=1.1),
            Column("Claim", width=1.1),
            Column("Said by", width=0.8),
            Column("When", width=0.8),
            Column("Finding", "finding", 1.55),
            Column("Decided by", width=2.1),
            Column("What else changed", width=1.8),
            Column("How long it held", width=1.2),
        ),
        (*rows, *(_group_row(claim) for claim in findings.group_claims)),
        (FINDING_NOTE, ATTRIBUTION_NOTE),
        "Nothing was reported of any child.",
    )


def _claim_row(case: Case, claim: ClaimVerdict) -> tuple[str, ...]:
    return (
        claim.patient_id,
        DIAGNOSES.get(case.diagnosis, plain(case.diagnosis)),
        claim_words(claim.claim),
        speaker_words(claim.speaker),
        day_words(claim.day),
        FINDINGS[claim.finding],
        decided_by(claim),
        attribution_words(claim.attribution),
        durability_words(claim),
    )


def _group_row(claim: GroupClaim) -> tuple[str, ...]:
    return (
        f"{claim.children} of {claim.of}",
        "which children is not stated",
        claim_words(claim.claim),
        speaker_words(claim.speaker),
        "day not recorded",
        FINDINGS[claim.finding],
        "no criterion can be judged",
        "cannot be told",
        "cannot be told",
    )


def speaker_words(speaker: str) -> str:
    return SPEAKERS.get(speaker, plain(speaker)) if speaker else NOT_RECORDED


def deciding(claim: ClaimVerdict) -> CriterionOutcome | None:
    return next((each for each in claim.criteria if each.criterion == claim.deciding_criterion), None)


def decided_by(claim: ClaimVerdict) -> str:
    """The deciding criterion and its result."""
    outcome = deciding(claim)
    if outcome is None:
        return "no criterion can be judged"
    return f"{outcome.title}: {_result_words(outcome)}"


def _result_words(outcome: CriterionOutcome) -> str:
    words = RESULTS[outcome.result]
    if outcome.partial and outcome.result == "met":
        words += " (documents the claim in part)"
    return words + (" (provisional)" if outcome.status == "provisional" else "")


def attribution_words(attribution: Attribution) -> str:
    """ "confounded: abatacept, started on day 21"; reasons for what is unknown."""
    words = ATTRIBUTIONS[attribution.result]
    changes = [f"{each.drug}, {each.change}" for each in attribution.confounders]
    why = semicolons([*changes, *attribution.unknown_because])
    return f"{words}: {why}" if why else words


def durability_words(claim: ClaimVerdict) -> str:
    """ "2 assessments over 190 days, largest gap 190 days"."""
    durability = claim.durability
    if durability is None:
        return "it did not hold" if claim.finding is Finding.CONTRADICTED else "cannot be told"
    words = counted(durability.assessments, "assessment")
    if durability.assessments > 1:
        words += f" over {_days(durability.days)}, largest gap {_days(durability.largest_gap_days)}"
    return words


def _days(days: int | None) -> str:
    return "an unknown time" if days is None else counted(days, "day")


def ladder_table(cases: Sequence[CaseFindings], *, name: str = "criteria") -> Table:
    """One row a criterion that was tried for a claim, strongest first."""
    rows = tuple(
        (claim.patient_id, claim_words(claim.claim), *ladder_row(outcome))
        for case in cases
        for claim in case.claims
        for outcome in claim.criteria
    )
    columns = (Column("Child", "code"), Column("Claim"), *LADDER_COLUMNS)
    return Table(name, "Every criterion that was tried, strongest first", columns, rows)


LADDER_COLUMNS = (
    Column("Criterion", width=1.7),
    Column("Result", width=1.0),
    Column("Compared", width=1.0),
    Column("Figures", width=2.2),
    Column("Missing", width=1.6),
)


def ladder_row(outcome: CriterionOutcome) -> tuple[str, ...]:
    return (
        outcome.title,
        _result_words(outcome),
        semicolons(map(str, outcome.days), "no assessment"),
        semicolons(outcome.details),
        _missing_words(outcome),
    )


def _missing_words(outcome: CriterionOutcome) -> str:
    """What to record, named as a settling item is; inputs by name where there is none."""
    named = dict.fromkeys(item.what for item in outcome.settling_items)
    return records_words(named or outcome.missing)


EVIDENCE_COLUMNS = (
    Column("Claim", width=1.0),
    Column("For", width=1.6),
    Column("Table", width=1.0),
    Column("Row", "code", 1.4),
)


def evidence_table(cases: Sequence[CaseFindings]) -> Table:
    """For machines: one row a row of the casebook that a claim's criterion rests on."""
    rows = tuple(
        (claim.patient_id, *_named(claim, what, ref))
        for case in cases
        for claim in case.claims
        for what, ref in _refs(claim)
    )
    columns = (Column("Child", "code", 0.9), *EVIDENCE_COLUMNS)
    return Table("evidence", "The rows that each finding rests on", columns, rows)


def quoted_evidence_table(case: CaseFindings, *, name: str, internal: bool) -> Table:
    """For readers: each row of one child's record once, with what it says and the claims whose finding it decides, or
    beside whose finding it stands as a change of other treatment."""
    decides: dict[RowRef, dict[str, None]] = {}
    beside: dict[RowRef, dict[str, None]] = {}
    for claim in case.claims:
        for what, ref in _refs(claim):
            rows_for = beside if what.startswith(BESIDE) else decides
            words = "what was said" if what == STATEMENT else claim_words(claim.claim)
            rows_for.setdefault(ref, {})[words] = None
    order = dict.fromkeys(ref for claim in case.claims for _, ref in _refs(claim))
    texts = row_texts(case.case, order, internal=internal)
    rows = tuple(
        (
            table_words(ref),
            ref.uid,
            texts.get(ref, ""),
            semicolons(decides.get(ref, ())),
            semicolons(beside.get(ref, ())),
        )
        for ref in order
    )
    columns = (
        Column("Table", width=1.0),
        Column("Row", "code", 1.2),
        Column("What the row says", width=3.2),
        Column("What rests on it", width=1.4),
        Column("What it confounds", width=1.4),
    )
    return Table(name, "Table and row of the casebook", columns, rows, empty="No finding rests on a row.")


def _named(claim: ClaimVerdict, what: str, ref: RowRef) -> tuple[str, str, str, str]:
    return claim_words(claim.claim), what, table_words(ref), ref.uid


def table_words(ref: RowRef) -> str:
    return CODES.get(ref.table, plain(ref.table))


STATEMENT, BESIDE = "the statement", "what else changed"


def _refs(claim: ClaimVerdict) -> dict[tuple[str, RowRef], None]:
    """What each row is for, in order, each once."""
    pairs = [(STATEMENT, claim.ref)]
    pairs += [(outcome.title, ref) for outcome in claim.criteria for ref in outcome.evidence]
    pairs += [(f"{BESIDE}: {each.drug}", each.ref) for each in claim.attribution.confounders]
    named = {ref for _, ref in pairs}
    pairs += [("the finding", ref) for ref in claim.evidence if ref not in named]
    return dict.fromkeys(pairs)
