"""The report of a casebook's findings into a folder: all of it or none of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from leadline.errors import ItemUnknown
from leadline.report.folder import (
    DRAWN,
    FORMATS,
    Progress,
    Written,
    known_formats,
    whole_folder,
    write_documents,
    write_tables,
    written,
)
from leadline.report.permission import check_children, check_publication
from leadline.report.results import CHILDREN_IN_A_DOCUMENT, results_of
from leadline.verdicts.findings import CaseFindings, Findings
from leadline.verdicts.judging import collector_off

__all__ = ["FORMATS", "Written", "children_with_pages", "write_report"]

STEM = "report"


def write_report(
    findings: Findings,
    folder: str | Path,
    *,
    formats: Iterable[str] = FORMATS,
    cases: Iterable[str] | None = None,
    internal: bool = False,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Written:
    """Write the report of the findings into a folder; it appears only when it is whole.

    formats   of html, pdf, docx, json, csv, figures; report.json is always written
    cases     ids of the children with pages of their own; None: all, up to sixty children, else none
    internal  for the team alone: calendar dates and statements may show, and every page says so
    replace   write over a folder whatever is in it; else only over one that Leadline wrote
    progress  called with what is being done
    raises    CasebookWithoutChildren, PublicationNotPermitted, OutputExists, ItemUnknown (no such child, or format)
    """
    check_children(findings)
    target = Path(folder)
    wanted = known_formats(formats)
    chosen = children_with_pages(findings, cases)
    if not internal:
        check_publication(findings)
    with whole_folder(target, stem=STEM, replace=replace) as work:
        _write_all(findings, work, wanted, chosen, internal=internal, progress=progress)
    return written(target)


def children_with_pages(findings: Findings, cases: Iterable[str] | None) -> list[CaseFindings]:
    """The children with pages of their own, in the casebook's order."""
    if cases is None:
        return list(findings.cases) if len(findings.cases) <= CHILDREN_IN_A_DOCUMENT else []
    wanted = set(cases)
    unknown = sorted(wanted - {case.case.patient_id for case in findings.cases})
    if unknown:
        raise ItemUnknown(
            f"Children with pages of their own: the casebook has no {', '.join(unknown)}.",
            hint="use the codes of the column patient_id, separated by commas.",
        )
    return [case for case in findings.cases if case.case.patient_id in wanted]


def _write_all(
    findings: Findings,
    work: Path,
    wanted: frozenset[str],
    chosen: Sequence[CaseFindings],
    *,
    internal: bool,
    progress: Progress,
) -> None:
    from leadline.report.machine import write_json

    with collector_off():
        progress("report.json")
        with (work / "report.json").open("w", encoding="utf-8", newline="\n") as file:
            write_json(findings, file, internal=internal)
        if "csv" in wanted:
            from leadline.report.tables import all_tables

            write_tables(all_tables(findings, internal=internal), work, progress)
    if wanted & DRAWN:
        from leadline.report.drawing import drawn

        write_documents(
            work,
            drawn(findings, chosen, progress),
            lambda figures: results_of(findings, figures, chosen, internal=internal),
            stem=STEM,
            wanted=wanted,
            progress=progress,
        )
