"""Table 3b: benefit as documented beside benefit as reported."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.casebook.days import DaySpan
from leadline.report.blocks import Column, Table
from leadline.report.figures.words import claim_words, dose_words
from leadline.report.tables.claims import attribution_words, deciding, speaker_words
from leadline.report.words import (
    NOT_RECORDED,
    day_words,
    midway,
    semicolons,
)
from leadline.verdicts.findings import CaseFindings, ClaimVerdict, Finding
from leadline.verdicts.series import BENEFIT
from leadline.verdicts.treatment import drug_name, running


def benefit_table(cases: Sequence[CaseFindings]) -> Table:
    """One row a child: benefit documented and reported, the drugs at the end, and what was added."""
    return Table(
        "table_3b_benefit",
        "Table 3b. Benefit: documented beside reported",
        (
            Column("Child", "code", 0.9),
            Column("Documented benefit", width=2.2),
            Column("Reported benefit", width=1.6),
            Column("What else changed", width=1.9),
            Column("Drugs when last seen", width=1.9),
        ),
        tuple(_benefit_row(case) for case in cases),
        ("Reported words are not printed; they stand in the casebook.",),
    )


def _benefit_row(case: CaseFindings) -> tuple[str, ...]:
    claims = [claim for claim in case.claims if claim.claim in BENEFIT]
    return (
        case.case.patient_id,
        semicolons(map(_documented, claims), "no benefit was claimed"),
        semicolons(map(_reported, claims), "none"),
        semicolons((attribution_words(claim.attribution) for claim in claims), "not judged"),
        _drugs_when_last_seen(case),
    )


_ANSWERS = {
    Finding.DOCUMENTED: "yes",
    Finding.PARTLY_DOCUMENTED: "in part",
    Finding.CONTRADICTED: "no",
    Finding.REPORTED_ONLY: "not assessable",
}


def _documented(claim: ClaimVerdict) -> str:
    outcome = deciding(claim)
    because = f" by {midway(outcome.title)}" if outcome else ", no criterion can be judged"
    return f"{claim_words(claim.claim)}: {_ANSWERS[claim.finding]}{because}"


def _reported(claim: ClaimVerdict) -> str:
    return f"{claim_words(claim.claim)} ({speaker_words(claim.speaker)}, {day_words(claim.day)})"


def _drugs_when_last_seen(case: CaseFindings) -> str:
    """Courses running at last contact; those that the dates leave open are named as such."""
    contact = case.case.last_contact
    if contact is None or not case.case.courses:
        return NOT_RECORDED
    day = DaySpan(contact.first, contact.last)
    states = [(course, running(course, day)) for course in case.case.courses]
    sure = [f"{drug_name(course)} {dose_words(course)}".strip() for course, on in states if on]
    perhaps = [f"{drug_name(course)} (dates leave it open)" for course, on in states if on is None]
    return f"{day_words(day)}: {semicolons([*sure, *perhaps], 'none recorded')}"
