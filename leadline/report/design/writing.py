"""The report of a design into a folder: all of it or none of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.report.blocks import FigureBlock
from leadline.report.design.machine import machine
from leadline.report.design.results import design_results
from leadline.report.design.tables import all_tables
from leadline.report.folder import (
    DRAWN,
    FORMATS,
    Progress,
    Written,
    known_formats,
    whole_folder,
    write_documents,
    write_tables,
    write_values,
    written,
)

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport
    from leadline.trial.safety import Boundary

STEM = "design"


def write_design_report(
    report: DesignReport,
    folder: str | Path,
    *,
    formats: Iterable[str] = FORMATS,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Written:
    """Write what a design does into a folder; it appears only when it is whole.

    formats   of html, pdf, docx, json, csv, figures; design.json is always written
    replace   write over a folder whatever is in it; else only over one that holds a design's report
    progress  called with what is being done
    raises    OutputExists, ItemUnknown (no such format)
    """
    target = Path(folder)
    wanted = known_formats(formats)
    with whole_folder(target, stem=STEM, replace=replace) as work:
        write_values(machine(report), work, STEM, progress)
        if "csv" in wanted:
            write_tables(all_tables(report), work, progress)
        if wanted & DRAWN:
            write_documents(
                work,
                drawn(report, progress),
                lambda figures: design_results(report, figures),
                stem=STEM,
                wanted=wanted,
                progress=progress,
            )
    return written(target)


def drawn(report: DesignReport, progress: Progress) -> Iterator[FigureBlock]:
    """The figures of the report, by the names of their files."""
    from leadline.report.figures.boundaries import plot_boundaries
    from leadline.report.figures.harm_rule import plot_harm_rule
    from leadline.report.figures.operating import plot_errors, plot_operating, plot_sensitivity

    plots = {"boundaries": plot_boundaries, "operating": plot_operating, "sensitivity": plot_sensitivity}
    if report.worst and len(report.design.baskets) > 1:
        plots["errors"] = plot_errors
    for name, plot in plots.items():
        progress(f"figure: {name}")
        yield FigureBlock(name, plot(report))
    for name, boundary, of in _harm_rules(report):
        assert report.design.harm is not None
        progress(f"figure: {name}")
        yield FigureBlock(name, plot_harm_rule(report.design.harm, boundary, of=of))


def _harm_rules(report: DesignReport) -> Iterator[tuple[str, Boundary, str]]:
    """The name of a figure, its boundary, and the baskets that have it for themselves; like boundaries are one."""
    alike: dict[Boundary, list[str]] = {}
    for label, boundary in report.harm_rules:
        alike.setdefault(boundary, []).append(label)
    shown = [(boundary, labels) for boundary, labels in alike.items() if boundary.table()]
    for number, (boundary, labels) in enumerate(shown, start=1):
        yield "harm" if labels == [""] else f"harm_{number}", boundary, ", ".join(filter(None, labels))
