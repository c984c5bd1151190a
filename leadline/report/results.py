"""One result object: everything that a report shows, made once, read by every document."""

from __future__ import annotations

from collections.abc import Sequence

from leadline import __version__
from leadline.report.blocks import FigureBlock, Results, Section
from leadline.report.sections import child, closing, opening
from leadline.report.words import INTERNAL, KINDS, NO_ADVICE
from leadline.verdicts.findings import CaseFindings, Findings

CHILDREN_IN_A_DOCUMENT = 60
"""Up to so many children, each has a part of its own; beyond, only those that the user names."""


def results_of(
    findings: Findings, figures: Sequence[FigureBlock], chosen: Sequence[CaseFindings], *, internal: bool
) -> Results:
    """The report of the findings; `chosen` are the children with a part of their own."""
    about = dict(findings.about)
    return Results(
        title=about.get("title") or findings.casebook_name,
        subtitle="What is reported, and what is documented",
        standing=standing(findings, internal=internal),
        running=running(findings, internal=internal),
        provenance=f"Leadline {__version__}, casebook {findings.casebook_name}, contents {findings.casebook_hash[:12]}",
        internal=internal,
        sections=_sections(findings, figures, chosen, internal=internal),
    )


def standing(findings: Findings, *, internal: bool) -> tuple[str, ...]:
    """What kind of data the report shows, whether it may leave the house, and that it advises nothing."""
    notice = dict(findings.about).get("notice", "")
    lines = (INTERNAL if internal else "", _kind(findings), notice, NO_ADVICE)
    return tuple(dict.fromkeys(line for line in lines if line))


def running(findings: Findings, *, internal: bool) -> str:
    """The line on every page."""
    return " ".join(line for line in (INTERNAL if internal else "", _kind(findings), NO_ADVICE) if line)


def _kind(findings: Findings) -> str:
    """One invented child makes the whole report one of invented data."""
    invented = any(case.case.invented for case in findings.cases)
    return KINDS.get("invented" if invented else dict(findings.about).get("kind", ""), "")


def _sections(
    findings: Findings, figures: Sequence[FigureBlock], chosen: Sequence[CaseFindings], *, internal: bool
) -> tuple[Section, ...]:
    by_name = {figure.name: figure for figure in figures}
    few = len(findings.cases) <= CHILDREN_IN_A_DOCUMENT
    answer = [by_name["answer"]] if "answer" in by_name else []
    return (
        opening.answer(findings, answer, detail=few),
        opening.marks(),
        opening.missing(findings.cases if few else chosen, internal=internal),
        *(_child(case, by_name, internal=internal) for case in chosen),
        *closing.everything(findings, by_name, internal=internal),
    )


def _child(case: CaseFindings, figures: dict[str, FigureBlock], *, internal: bool) -> Section:
    timeline = figures.get(f"timeline-{child.anchor(case).removeprefix('child-')}")
    return child.child(case, timeline, internal=internal)
