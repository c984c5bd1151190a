"""Everything that the report of a design shows, as the documents read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadline.report.blocks import FigureBlock, Results
from leadline.report.design.sections import sections
from leadline.report.words import NO_ADVICE

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport

NO_DATA = "A plan: no child's data are in this report."


def design_results(report: DesignReport, figures: Sequence[FigureBlock]) -> Results:
    """The report of the design with the figures that are drawn."""
    return Results(
        title=report.design.title,
        subtitle="The design of a basket trial, and what it does",
        standing=(NO_DATA, NO_ADVICE),
        running=f"{NO_DATA} {NO_ADVICE}",
        provenance=f"Leadline {report.version}",
        internal=False,
        sections=sections(report, {figure.name: figure for figure in figures}),
    )
