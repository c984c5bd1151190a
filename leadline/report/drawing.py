"""The figures of one report, by the names of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from leadline.report.blocks import FigureBlock
from leadline.report.figures.answer import plot_answer
from leadline.report.figures.completeness import plot_completeness
from leadline.report.figures.paired import plot_paired
from leadline.report.figures.swimmer import plot_swimmer
from leadline.report.figures.timeline import plot_timeline
from leadline.report.sections.child import anchor
from leadline.report.tables.parameters import baseline_first_day, parameter, windows
from leadline.report.tables.scores import score_at_baseline, score_in_window, shown_scores
from leadline.verdicts.findings import CaseFindings, Findings
from leadline.verdicts.parameters import Parameters, Window

Progress = Callable[[str], None]


def drawn(findings: Findings, chosen: Sequence[CaseFindings], progress: Progress) -> Iterator[FigureBlock]:
    """The answer, the series, and one timeline a chosen child."""
    progress("figure: reported against documented")
    yield FigureBlock("answer", plot_answer(findings))
    progress("figure: all children")
    yield FigureBlock("swimmer", plot_swimmer(findings))
    parameters = Parameters(baseline_window_days=parameter(findings, "baseline_window_days"))
    for measure, window in _paired_measures(findings):
        progress(f"figure: paired change, {measure}")
        plotted = plot_paired(findings, measure, window, parameters=parameters)
        yield FigureBlock(f"paired-{measure.replace('_', '-')}", plotted)
    progress("figure: what is recorded")
    yield FigureBlock("completeness", plot_completeness(findings))
    for case in chosen:
        progress(f"figure: timeline of {case.case.patient_id}")
        yield FigureBlock(_timeline_name(case), plot_timeline(case))


def _timeline_name(case: CaseFindings) -> str:
    return "timeline-" + anchor(case).removeprefix("child-")


def _paired_measures(findings: Findings) -> list[tuple[str, Window]]:
    """Each measure of which some child has a value at baseline and in a follow-up window, with the window in which
    most children have one, the earliest of equals."""
    pairs: Counter[tuple[str, str]] = Counter()
    by_name = {window.name: window for window in windows(findings)}
    first_day = baseline_first_day(findings)
    for case in findings.cases:
        for series in shown_scores(case).values():
            before = score_at_baseline(series, first_day)
            if before is None or before.value is None:
                continue
            for window in by_name.values():
                after = score_in_window(series, window)
                if after is not None and after.value is not None:
                    pairs[before.measure, window.name] += 1
    best: dict[str, tuple[str, str]] = {}
    for key in sorted(pairs, key=lambda key: (-pairs[key], list(by_name).index(key[1]))):
        best.setdefault(key[0], key)
    return [(measure, by_name[window]) for measure, window in sorted(best.values())]
