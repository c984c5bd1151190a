"""The first pages: the answer, what the marks mean, and what to record next."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.casebook.prose import listed
from leadline.report.blocks import Block, FigureBlock, Legend, Prose, Section
from leadline.report.tables.claims import claims_table
from leadline.report.tables.missing import to_record_table
from leadline.report.tables.series import counts_table
from leadline.report.words import counted
from leadline.verdicts.findings import CaseFindings, ClaimCount, Findings

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
    blocks: list[Block] = [Prose(lead(findings), "lead"), *figures]
    table = claims_table(findings)
    blocks.append(table if detail and len(table.rows) <= ROWS_IN_A_DOCUMENT else counts_table(findings))
    return Section("answer", "The answer", tuple(blocks))


BENEFIT = {
    "improved": ("improved", "improvement"),
    "much_improved": ("much improved", "much improvement"),
    "in_remission": ("in remission", "remission"),
    "cured": ("cured", "cure"),
}
"""Claims of benefit: as it is said of children, and what a chart would document."""


def lead(findings: Findings) -> str:
    """The first sentences of the report, from the counts of the series."""
    children = counted(findings.series.children, "child", "children")
    counts = [count for count in findings.series.counts if count.claim in BENEFIT]
    if not counts:
        return f"This casebook holds {children}. Of none was benefit reported."
    first, *others = counts
    are = "is" if first.reported.k == 1 else "are"
    said = listed([f"{first.reported.k} {are} reported to be {_said(first)}", *map(_said_of, others)])
    words = f"Of {children}, {said}. The charts document {listed(list(map(_found, counts)))}"
    if any(count.documented.k or count.partly_documented.k for count in counts):
        return f"{words}."
    return f"{words}: benefit is reported rather than documented."


def _said(count: ClaimCount) -> str:
    return BENEFIT[count.claim][0]


def _said_of(count: ClaimCount) -> str:
    return f"{count.reported.k} {_said(count)}"


def _found(count: ClaimCount) -> str:
    """ "improvement in 1 (partly in 2 more)", "cure in none (partly in 1)"."""
    more = " more" if count.documented.k else ""
    partly = f" (partly in {count.partly_documented.k}{more})" if count.partly_documented.k else ""
    return f"{BENEFIT[count.claim][1]} in {count.documented.k or 'none'}{partly}"


def marks() -> Section:
    return Section("marks", "What the marks mean", (Legend(LEGEND),), 2)


def missing(cases: Sequence[CaseFindings], *, internal: bool) -> Section:
    """What to record, when, and for what; in each child's part it stands again, first."""
    table = to_record_table(cases, internal=internal)
    blocks: list[Block] = [
        Prose(
            "A criterion can be judged only if all that it needs is recorded in its window. Here stand the windows that"
            " are still open; what is missing in windows that are over stands with each child."
        )
    ]
    if len(table.rows) <= ROWS_IN_A_DOCUMENT:
        blocks.append(table)
    else:
        blocks.append(
            Prose(f"{len(table.rows):,} records are missing; they are listed in tables/missing.csv.")
        )
    return Section("missing", "What is missing, and when to record it", tuple(blocks))
