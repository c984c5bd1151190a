"""The first pages: the answer, what the marks mean, and what to record next."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.report.blocks import Block, Bullets, FigureBlock, Legend, Prose, Section
from leadline.report.tables.claims import claim_words, claims_table
from leadline.report.tables.missing import missing_table
from leadline.report.tables.series import counts_table
from leadline.report.words import counted, listed
from leadline.verdicts.findings import CaseFindings, Findings

ROWS_IN_A_DOCUMENT = 200
"""A longer table stands in the CSV only: nobody reads it on a page."""

LEGEND = (
    ("documented", "Solid: documented. A published criterion is met on what the chart records."),
    ("partly_documented", "Half: partly documented. Met on a part of it, or at one of two assessments."),
    ("reported_only", "Hollow: reported only. Somebody said so; the chart cannot tell."),
    ("contradicted", "Struck through: contradicted. The chart says otherwise."),
    ("not_assessed", "Hatched: not assessed. Nothing was measured; it is neither good nor bad."),
)


def answer(findings: Findings, figures: Sequence[FigureBlock], *, detail: bool) -> Section:
    """What was reported and what is documented: in sentences, in a figure, claim by claim."""
    blocks: list[Block] = [Prose(_lead(findings), "lead")]
    blocks += [Bullets(findings.series.sentences)] if findings.series.sentences else []
    blocks += figures
    table = claims_table(findings)
    blocks.append(table if detail and len(table.rows) <= ROWS_IN_A_DOCUMENT else counts_table(findings))
    return Section("answer", "The answer", tuple(blocks))


def _lead(findings: Findings) -> str:
    """The first sentences of the report, for the claims of benefit."""
    children = counted(findings.series.children, "child", "children")
    benefit = [
        count for count in findings.series.counts if count.claim in ("improved", "much_improved", "cured")
    ]
    if not benefit:
        return f"This casebook holds {children}. Of none was benefit reported."
    reported = listed([f"{claim_words(each.claim)} in {each.reported.k}" for each in benefit])
    documented = listed([f"{claim_words(each.claim)} in {each.documented.k}" for each in benefit])
    return f"Of {children}, the report is: {reported}. The charts document: {documented}."


def marks() -> Section:
    return Section("marks", "What the marks mean", (Legend(LEGEND),), 2)


def missing(cases: Sequence[CaseFindings], *, internal: bool) -> Section:
    """What to record, when, and for what; in each child's part it stands again, first."""
    table = missing_table(cases, internal=internal)
    blocks: list[Block] = [
        Prose(
            "A criterion can be judged only if all that it needs is recorded in its window. Windows that are still open"
            " stand first: these records can still be made."
        )
    ]
    if len(table.rows) <= ROWS_IN_A_DOCUMENT:
        blocks.append(table)
    else:
        blocks.append(
            Prose(f"{len(table.rows):,} records are missing; they are listed in tables/missing.csv.")
        )
    return Section("missing", "What is missing, and when to record it", tuple(blocks))
