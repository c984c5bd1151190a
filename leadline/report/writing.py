"""A report into a folder: all of it or none of it."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.errors import ItemUnknown, OutputExists
from leadline.report.blocks import FigureBlock, Table
from leadline.report.permission import check_publication
from leadline.report.results import CHILDREN_IN_A_DOCUMENT
from leadline.verdicts.findings import CaseFindings, Findings

FORMATS = ("html", "pdf", "docx", "json", "csv", "figures")
DRAWN = frozenset({"html", "pdf", "docx", "figures"})
DRAWN_FROM = {"svg": frozenset({"html", "pdf"}), "png": frozenset({"docx"})}
"""Which documents show a figure in which form."""

MARKER = "report.json"
"""A folder that holds it, and nothing that we do not write, was written by Leadline and may be written again."""

OURS = frozenset({"report.html", "report.pdf", "report.docx", "report.json", "tables", "figures"})

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the folder, and its files in the order of their names."""

    folder: Path
    paths: tuple[Path, ...]


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
    raises    PublicationNotPermitted, OutputExists, ItemUnknown (no such child, no such format)
    """
    target = Path(folder)
    wanted = _known_formats(formats)
    chosen = children_with_pages(findings, cases)
    if not internal:
        check_publication(findings)
    _check_target(target, replace=replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        _write_all(findings, work, wanted, chosen, internal=internal, progress=progress)
        _put(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Written(target, tuple(sorted(path for path in target.rglob("*") if path.is_file())))


def _known_formats(formats: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(formats)
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        raise ItemUnknown(
            f"Format of a report: {', '.join(unknown)} is none.", hint=f"formats are {', '.join(FORMATS)}."
        )
    return wanted


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


def _check_target(target: Path, *, replace: bool) -> None:
    if not target.exists() or (replace and target.is_dir()):
        return
    if target.is_dir() and _is_ours(target):
        return
    raise OutputExists(
        f"{target} exists and is not a report of Leadline alone.",
        hint="name another folder, or write over it: --force.",
    )


def _is_ours(folder: Path) -> bool:
    """An empty folder, or one with our marker and nothing that we do not write."""
    names = {path.name for path in folder.iterdir()}
    return not names or (MARKER in names and names <= OURS)


def _put(work: Path, target: Path) -> None:
    """The finished folder in the place of the old one, of which nothing is left over. What others put beside a
    report (with `replace`) stays."""
    if not target.exists():
        work.rename(target)
        return
    for name in OURS:
        old = target / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for new in sorted(work.iterdir()):
        new.rename(target / new.name)


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

    progress("report.json")
    with (work / "report.json").open("w", encoding="utf-8", newline="\n") as file:
        write_json(findings, file, internal=internal)
    if "csv" in wanted:
        _write_tables(findings, work / "tables", internal=internal, progress=progress)
    if wanted & DRAWN:
        _write_documents(findings, work, wanted, chosen, internal=internal, progress=progress)


def _write_tables(findings: Findings, folder: Path, *, internal: bool, progress: Progress) -> None:
    from leadline.report.tables import all_tables

    folder.mkdir()
    for table in all_tables(findings, internal=internal):
        progress(f"tables/{table.name}.csv")
        write_csv(table, folder / f"{table.name}.csv")


def write_csv(table: Table, path: Path) -> None:
    """Headings and rows; a cell that a spreadsheet would run is written so that it does not."""
    from leadline.casebook import safe_cell

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.heading or "Fact" for column in table.columns])
        writer.writerows([safe_cell(cell) for cell in row] for row in table.rows)


def _write_documents(
    findings: Findings,
    work: Path,
    wanted: frozenset[str],
    chosen: Sequence[CaseFindings],
    *,
    internal: bool,
    progress: Progress,
) -> None:
    from leadline.report.drawing import drawn
    from leadline.report.figures.plotted import KINDS, save
    from leadline.report.results import results_of

    folder = work / "figures"
    folder.mkdir()
    kinds = (
        KINDS
        if "figures" in wanted
        else [kind for kind, documents in DRAWN_FROM.items() if documents & wanted]
    )
    figures: list[FigureBlock] = []
    for figure in drawn(findings, chosen, progress):
        save(figure.plotted, folder, figure.name, kinds=kinds)
        figures.append(figure)
    results = results_of(findings, figures, chosen, internal=internal)
    for name, write in _writers().items():
        if name in wanted:
            progress(f"report.{name}")
            write(results, work / f"report.{name}", folder)
    if "figures" not in wanted:
        shutil.rmtree(folder)


def _writers() -> dict[str, Callable[..., None]]:
    from leadline.report.docx import write_docx
    from leadline.report.html import write_html
    from leadline.report.pdf import write_pdf

    return {"html": write_html, "pdf": write_pdf, "docx": write_docx}
