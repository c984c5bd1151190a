"""Chapters 10 to 14: statistics, who decides, data, and the references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline.protocol.criteria import criterion_words
from leadline.protocol.estimands import Level
from leadline.report.blocks import Block, Bullets, Column, Heading, Prose, Table, Terms
from leadline.report.protocol.outline import TEMPLATE
from leadline.report.protocol.words import MISSING, capital, role_words, whom

if TYPE_CHECKING:
    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.citations import Citations
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


def oversight(protocol: Protocol, cite: Citations, design: DesignReport | None) -> Content:
    """What the protocol says for chapters 10 to 14; with a trial's design, what that says for chapter 10."""
    statistics = _statistics(design)
    return {
        **statistics,
        "10.2": (Prose("The population of each estimand in section 3 is the set that is analysed for it."),),
        "10.4": (*statistics.get("10.4", ()), _missing_table(protocol)),
        "11.1": tuple(map(Prose, protocol.notice)),
        "11.2": (_roles_table(protocol),),
        "11.4": (Terms((("Sees the accumulating results", role_words(protocol, protocol.data.board)),)),),
        "11.6": (
            Prose("A wrong value of these could hurt a child or the conclusion; they are checked first:"),
            Bullets(tuple(map(capital, protocol.data.critical))),
        ),
        "11.7": tuple(map(Prose, protocol.data.text)),
        "11.9": (Terms((("Kept for", cite.figure(protocol.data.retention)),)),),
        "11.10": (_deviations(),),
        "14": (cite.table(), Prose(f"The order of the sections is that of {TEMPLATE}.", "note")),
    }


def _statistics(report: DesignReport | None) -> dict[str, tuple[Block, ...]]:
    if report is None:
        return {GENERAL: (Prose(NO_DESIGN),)}
    from leadline.report.design.protocol_text import (
        protocol_parts,
    )  # imports the whole trial: only with a design

    found: dict[str, tuple[Block, ...]] = {}
    for title, paragraphs in protocol_parts(report):
        number = FROM_DESIGN.get(title, GENERAL)
        if paragraphs:
            found[number] = (*found.get(number, ()), Heading(title, 3), *map(Prose, paragraphs))
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


def _roles_table(protocol: Protocol) -> Table:
    rows = tuple((role.title, "; ".join(role.decides)) for role in protocol.roles)
    return Table("roles", "Who decides what", (Column("Role"), Column("Decides", width=2.4)), rows)


def _deviations() -> Terms:
    return Terms(
        (
            ("As written", "the record shows that the rule was kept"),
            ("Minor deviation", "the record shows that a rule was not kept whose deviation is minor"),
            (
                "Major deviation",
                "the record shows that a rule of eligibility was not kept, or one whose deviation is major",
            ),
            (
                "Not documented",
                "the record cannot tell; what would document it is named, and nothing is assumed",
            ),
        )
    )
