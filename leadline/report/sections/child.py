"""One child: what to record next, the timeline, each claim with its ladder, treatment, evidence."""

from __future__ import annotations

import re

from leadline.casebook.prose import capital
from leadline.report.blocks import (
    Block,
    FigureBlock,
    Heading,
    Prose,
    Section,
    Table,
    Terms,
    Verdict,
    without_empty_columns,
)
from leadline.report.figures.words import claim_words
from leadline.report.tables.children import NO_TRIAL, age_words, drug_trial_table, treatment_table
from leadline.report.tables.claims import (
    LADDER_COLUMNS,
    attribution_words,
    durability_words,
    ladder_row,
    quoted_evidence_table,
    speaker_words,
)
from leadline.report.tables.missing import OVER_NOTE, STILL_OPEN, TO_RECORD_COLUMNS, to_record, windows_note
from leadline.report.words import (
    DIAGNOSES,
    FINDINGS,
    code_words,
    day_words,
    plain,
    records_words,
    ref_words,
    sentence,
)
from leadline.verdicts.findings import CaseFindings, ClaimVerdict, SettlingItem


def child(case: CaseFindings, timeline: FigureBlock | None, *, internal: bool) -> Section:
    """The part of one child, what to record next first."""
    blocks: list[Block] = [Prose(_who(case)), Heading("What to record next"), *_next(case, internal=internal)]
    if timeline is not None:
        blocks += [Heading("Timeline"), timeline]
    blocks.append(Heading("What was said, and what the chart says of it"))
    if not case.claims:
        blocks.append(Prose("Nothing was reported of this child."))
    for number, claim in enumerate(case.claims, start=1):
        blocks += _claim(claim, number)
    key = anchor(case)
    blocks += [
        Heading("Treatment history"),
        treatment_table(case.case, name=f"{key}-treatment", internal=internal),
    ]
    blocks += [Heading("Earlier drugs and adequate trials"), _trials(case, key)]
    blocks += [
        Heading("Rows that the findings rest on"),
        quoted_evidence_table(case, name=f"{key}-evidence", internal=internal),
    ]
    return Section(key, f"Child {case.case.patient_id}", tuple(blocks))


def anchor(case: CaseFindings) -> str:
    return "child-" + re.sub(r"[^a-z0-9]+", "-", case.case.patient_id.lower())


def _who(case: CaseFindings) -> str:
    patient = case.case
    disease = DIAGNOSES.get(patient.diagnosis, plain(patient.diagnosis))
    category = patient.patient.get("ilar_category")
    diagnosis = f"{disease} ({code_words(category)})" if category else disease
    invented = "INVENTED CHILD. " if patient.invented else ""
    contact = day_words(patient.last_contact, "day not recorded")
    return sentence(
        f"{invented}{capital(diagnosis)}; age at the first infusion {age_words(patient)}; sex"
        f" {code_words(patient.patient.get('sex'))}; last seen: {contact}. Days are counted from the first infusion."
    )


def _next(case: CaseFindings, *, internal: bool) -> list[Block]:
    """Open windows as a table; windows that are over after it, so that nothing hides what can still be done."""
    rows = to_record(case, internal=internal)
    still_open = tuple(rest for status, *rest in rows if status == STILL_OPEN)
    over = tuple(rest for status, *rest in rows if status != STILL_OPEN)
    key = anchor(case)
    blocks: list[Block] = []
    if still_open:
        blocks.append(
            Table(f"{key}-next", "Can still be recorded", TO_RECORD_COLUMNS, tuple(map(tuple, still_open)))
        )
    elif over:
        blocks.append(Prose("No window is open any more."))
    if over:
        title = "Was not recorded; to be looked for in the chart"
        blocks.append(
            Table(
                f"{key}-over",
                title,
                TO_RECORD_COLUMNS,
                tuple(map(tuple, over)),
                (OVER_NOTE, windows_note([case])),
            )
        )
    return blocks or [Prose("Nothing: every criterion can be judged at every window.")]


def _without_child(row: tuple[str, ...]) -> tuple[str, ...]:
    return row[1:]


def _claim(claim: ClaimVerdict, number: int) -> list[Block]:
    words = claim_words(claim.claim)
    title = f"“{capital(words)}”, said by {speaker_words(claim.speaker)}, {day_words(claim.day)}"
    blocks: list[Block] = [Verdict(title, claim.finding.value, FINDINGS[claim.finding])]
    blocks += [Prose(text, "sentence") for text in claim.sentences]
    blocks.append(
        Terms(
            (
                ("What else changed", attribution_words(claim.attribution)),
                ("How long it held", _held(claim)),
                *_settling(claim.settling_items),
                ("Rests on", ref_words((claim.ref, *claim.evidence)) or "no row"),
            )
        )
    )
    if claim.criteria:
        rows = tuple(ladder_row(outcome) for outcome in claim.criteria)
        name = f"{_anchor_of(claim)}-criteria-{number}"
        blocks.append(
            without_empty_columns(Table(name, "Criteria tried, strongest first", LADDER_COLUMNS, rows))
        )
    return blocks


def _held(claim: ClaimVerdict) -> str:
    warning = claim.durability.warning if claim.durability else ""
    return f"{durability_words(claim)}; {warning}" if warning else durability_words(claim)


def _anchor_of(claim: ClaimVerdict) -> str:
    return "child-" + re.sub(r"[^a-z0-9]+", "-", claim.patient_id.lower())


def _settling(items: tuple[SettlingItem, ...]) -> list[tuple[str, str]]:
    """What would settle it, a line for each time: when, and what to record."""
    by_when: dict[str, list[str]] = {}
    for item in items:
        by_when.setdefault(item.when, []).append(item.what)
    if not by_when:
        return [("What would settle it", "nothing more: it is settled")]
    return [(f"Would settle it, {when}", records_words(what)) for when, what in by_when.items()]


def _trials(case: CaseFindings, key: str) -> Table:
    table = drug_trial_table([case], name=f"{key}-trials")
    rows = tuple(_without_child(row) for row in table.rows)
    return Table(table.name, "Each drug against its adequate trial", table.columns[1:], rows, empty=NO_TRIAL)
