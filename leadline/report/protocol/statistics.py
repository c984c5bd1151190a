"""Chapter 10: what the estimands say of the analysis, and, with a trial's design, its statistical section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.protocol.criteria import criterion_words
from leadline.protocol.estimands import Level
from leadline.report.blocks import Block, Column, Heading, Prose, Table
from leadline.report.protocol.words import MISSING, whom

if TYPE_CHECKING:
    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.outline import Content
    from leadline.trial.describe import DesignReport

NO_DESIGN = (
    "No trial's design was given with the protocol. Its design file gives the sizes, the model, the looks and the "
    "error rates; the statistician writes what it leaves open."
)

FROM_DESIGN: Mapping[str, str] = {
    "Analysis": "10.4",
    "Decisions": "10.4",
    "Harm": "10.7",
    "Interim looks": "10.9",
    "Error rates, power and sample size": "10.11",
}
"""Where the parts of a design's statistical section stand, unless among the general considerations."""

GENERAL = "10.1"


def statistics(protocol: Protocol, design: DesignReport | None) -> Content:
    """What the estimands say for chapter 10, and the design where one is given."""
    designed = {GENERAL: (Prose(NO_DESIGN),)} if design is None else _from_design(design)
    levels = {objective.level for objective in protocol.objectives}
    unasked = {
        number: (Prose(f"The protocol file states no {level} objective."),)
        for number, level in (("10.5", Level.SECONDARY), ("10.6", Level.EXPLORATORY))
        if level not in levels
    }
    return {
        **unasked,
        **designed,
        "10.2": (Prose("The population of each estimand in section 3 is the set that is analysed for it."),),
        "10.4": (*designed.get("10.4", ()), _missing_table(protocol)),
    }


def _from_design(report: DesignReport) -> dict[str, tuple[Block, ...]]:
    # both import the whole of trial: only a document with a design pays for it
    from leadline.report.design.protocol_text import protocol_parts
    from leadline.report.design.tables import boundaries_table, harm_boundary_table

    found: dict[str, tuple[Block, ...]] = {}
    for title, paragraphs in protocol_parts(report):
        number = FROM_DESIGN.get(title, GENERAL)
        if paragraphs:
            found[number] = (*found.get(number, ()), Heading(title, 3), *map(Prose, paragraphs))
    for number, table in (("10.7", harm_boundary_table(report)), ("10.9", boundaries_table(report))):
        if table.rows:
            found[number] = (*found.get(number, ()), table)
    return {**found, "10.10": (Prose("The family-wise error stands in section 10.11."),)}


def _missing_table(protocol: Protocol) -> Table:
    rows = tuple(
        (
            whom((objective.estimand.diagnosis,)),
            criterion_words(objective.estimand.variable),
            capital(MISSING[objective.estimand.missing]),
            objective.estimand.missing_why,
        )
        for objective in protocol.objectives
        if objective.level is Level.PRIMARY
    )
    columns = (
        Column("In whom", width=0.6),
        Column("Variable", width=1.6),
        Column("A response that nothing settles is", width=1.4),
        Column("Why", width=2.4),
    )
    return Table("missing", "Missing data in relation to the primary estimands", columns, rows)
