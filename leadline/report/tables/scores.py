"""Table 3a and the long table of scores: what was measured, at the planned times and at every assessment."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.casebook.prose import capital
from leadline.report.blocks import Column, Table
from leadline.report.tables.parameters import baseline_first_day, windows
from leadline.report.words import CUTOFF_SETS, day_words, plain, records_words, ref_words, semicolons
from leadline.verdicts.findings import CaseFindings, Findings, ScoreAt
from leadline.verdicts.parameters import Window
from leadline.verdicts.windows import distance

AT_WINDOWS_NOTE = (
    "The assessment nearest the planned day within its window; days are counted from the first infusion. A score is"
    " given only if every item of it is recorded; “not computable” gives the bounds that the recorded items leave."
)


def score_table(findings: Findings) -> Table:
    """One row a child and measure: the score at baseline, at each window and last."""
    follow_up = windows(findings)
    first_day = baseline_first_day(findings)
    rows = []
    for case in findings.cases:
        scores = shown_scores(case)
        child = case.case.patient_id
        if not scores:
            rows.append((child, "no score can be computed", *["not assessed"] * (len(follow_up) + 2)))
        for title, series in scores.items():
            at = [
                score_at_baseline(series, first_day),
                *(score_in_window(series, window) for window in follow_up),
            ]
            last = [score for score in series if score.day.first > 0]
            rows.append((child, title, *map(_cell, at), _last(last)))
    headings = ("Baseline", *(_heading(window) for window in follow_up), "Last")
    return Table(
        "table_3a_scores",
        "Table 3a. Scores at the planned times",
        (
            Column("Child", "code", 1.0),
            Column("Measure", width=1.4),
            *(Column(each, width=1.2) for each in headings),
        ),
        tuple(rows),
        (AT_WINDOWS_NOTE, "The state is by the first of the cut-off sets named in the methods."),
    )


def _heading(window: Window) -> str:
    return capital(window.title)


def shown_scores(case: CaseFindings) -> dict[str, list[ScoreAt]]:
    """The measures to show, each with its assessments in order: of several versions of one instrument (JADAS10 with
    ESR and with CRP) the one with the most computed values, the first of equals."""
    by_measure: dict[str, list[ScoreAt]] = {}
    for score in case.scores:
        by_measure.setdefault(score.measure, []).append(score)
    best: dict[str, str] = {}
    for measure, series in by_measure.items():
        family = next((name for name in ("jadas", "sledai") if name in measure), measure)
        if family not in best or _computed(series) > _computed(by_measure[best[family]]):
            best[family] = measure
    return {by_measure[measure][0].title: by_measure[measure] for measure in best.values()}


def _computed(series: Sequence[ScoreAt]) -> int:
    return sum(score.value is not None for score in series)


def score_at_baseline(series: Sequence[ScoreAt], first_day: int) -> ScoreAt | None:
    inside = [score for score in series if score.day.within(first_day, 0)]
    return max(inside, key=lambda score: (score.value is not None, score.day.last), default=None)


def score_in_window(series: Sequence[ScoreAt], window: Window) -> ScoreAt | None:
    """Computed before not computed, then nearest to the target, then the later."""
    inside = [score for score in series if score.day.within(window.first, window.last)]
    return min(
        inside,
        key=lambda score: (score.value is None, distance(score.day, window.target), -score.day.last),
        default=None,
    )


def _cell(score: ScoreAt | None) -> str:
    if score is None:
        return "not assessed"
    return f"{_value(score)}, {day_words(score.day)}"


def _last(series: Sequence[ScoreAt]) -> str:
    computed = [score for score in series if score.value is not None]
    return _cell(computed[-1] if computed else (series[-1] if series else None))


def _value(score: ScoreAt) -> str:
    if score.value is None:
        bounds = "" if score.low is None or score.high is None else f" ({score.low:g} to {score.high:g})"
        return f"not computable{bounds}"
    return f"{score.value:.4g}" + (f" ({plain(score.states[0][1])})" if score.states else "")


def scores_over_time(cases: Sequence[CaseFindings]) -> Table:
    """Every score at every assessment, one a row, with the rows that it rests on."""
    rows = tuple(
        (
            case.case.patient_id,
            score.title,
            day_words(score.day),
            "" if score.value is None else f"{score.value:g}",
            "" if score.low is None else f"{score.low:g}",
            "" if score.high is None else f"{score.high:g}",
            semicolons(f"{CUTOFF_SETS.get(cut, plain(cut))}: {plain(state)}" for cut, state in score.states),
            records_words(score.missing),
            "total as the chart prints it" if score.recorded_total else "from its items",
            score.status,
            ref_words(score.evidence),
        )
        for case in cases
        for score in case.scores
    )
    headings = (
        "Child",
        "Measure",
        "Day",
        "Value",
        "At least",
        "At most",
        "State",
        "Missing",
        "Computed",
        "Status",
    )
    columns = (*(Column(each) for each in headings), Column("Rows"))
    return Table("scores", "Every score at every assessment", columns, rows)
