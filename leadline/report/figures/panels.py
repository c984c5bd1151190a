"""What a timeline charts of each disease, and which of the recorded values those are.

The one activity score of a child is that with most values, versions never mixed; the other panels are items of visits.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.casebook.case import Case, Fact
from leadline.casebook.days import DAYS_IN_MONTH, DaySpan
from leadline.measures import MEASURES, Score
from leadline.measures.definition import Band
from leadline.report.figures import style, words
from leadline.report.figures.layout import text_width
from leadline.verdicts.findings import CaseFindings, ScoreAt
from leadline.verdicts.scores import course_of_disease

_GAP_DAYS = 6 * DAYS_IN_MONTH
_VISIT = style.Mark("o", 4.6)


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure in a panel: an item of the visits, its short name, its symbol."""

    item: str
    name: str
    mark: style.Mark = _VISIT
    color: str = style.DOCUMENTED


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves that share a scale. `top` is the scale's end where the instrument has one."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A value on its day. `comparator` if beyond detection; `value` None if not computable, then bounds if known.
    `remark` says if the chart's own total was taken."""

    day: DaySpan
    value: float | None
    comparator: str = ""
    low: float | None = None
    high: float | None = None
    state: str = ""
    remark: str = ""

    @property
    def detail(self) -> str:
        """What the figure's data say beside the value."""
        bounds = "" if self.low is None or self.high is None else f"between {self.low:g} and {self.high:g}"
        return " ".join(
            part for part in (self.comparator, words.plain(self.state), bounds, self.remark) if part
        )


def _single(item: str, title: str, unit: str, top: float | None = None) -> Panel:
    return Panel(title, unit, (Curve(item, title),), top)


_GLOBALS = Panel(
    "Global assessment",
    "0–10",
    (
        Curve("physician_global_0_10", "physician", style.Mark("s", 5.2)),
        Curve("parent_global_0_10", "parent", style.Mark("o", 3.8), style.SECOND),
    ),
    10,
)
_BLOOD = (_single("esr_mm_h", "ESR", "mm/h"), _single("crp_mg_l", "CRP", "mg/L"))

PANELS: dict[str, tuple[Panel, ...]] = {
    "jia": (_GLOBALS, *_BLOOD),
    "sle": (
        _single("pga_0_3", "Physician global", "0–3", 3),
        _GLOBALS,
        _single("c3_mg_dl", "C3", "mg/dL"),
        _single("c4_mg_dl", "C4", "mg/dL"),
        _single("anti_dsdna", "Anti-dsDNA", "as printed"),
        _single("upcr_g_g", "UPCR", "g/g"),
        *_BLOOD,
    ),
    "mctd": (
        _single("cmas", "CMAS", "0–52", 52),
        _single("mmt8", "MMT-8", "0–150", 150),
        _single("fvc_pct_predicted", "FVC", "% predicted"),
        _single("dlco_pct_predicted", "DLCO", "% predicted"),
        _single("raynaud_condition_score", "Raynaud", "0–10", 10),
        _GLOBALS,
        *_BLOOD,
    ),
}
"""What is drawn for each disease beside its score, if it is recorded at all."""

SCORE_ORDER: dict[str, tuple[str, ...]] = {
    "jia": (
        "jadas10_esr",
        "jadas10_crp",
        "jadas71_esr",
        "jadas71_crp",
        "jadas27_esr",
        "jadas27_crp",
        "cjadas10",
    ),
    "sle": ("sledai_2k", "clinical_sledai_2k"),
    "mctd": (),  # no validated score exists: its organs' measures stand side by side
}


def main_score(findings: CaseFindings) -> str | None:
    """The one activity score drawn for a child: that with most values, then with most visits that hold any of its
    items. None if no visit holds any, or the disease has no validated score."""

    def held(measure: str) -> tuple[int, int]:
        scores = scores_of(findings, measure)
        return sum(score.value is not None for score in scores), len(scores)

    wanted = SCORE_ORDER.get(findings.case.diagnosis, ())
    best = max(wanted, key=held, default=None)
    return best if best is not None and any(held(best)) else None


def scores_of(findings: CaseFindings, measure: str | None) -> list[ScoreAt]:
    """The score at each visit that holds any of its items."""
    return [score for score in findings.scores if score.measure == measure and score.evidence]


def score_points(scores: list[ScoreAt]) -> list[Point]:
    return [
        Point(
            score.day,
            score.value,
            low=score.low,
            high=score.high,
            state=score.states[0][1] if score.states else "",
            remark="total as recorded" if score.recorded_total else "",
        )
        for score in scores
    ]


def bands_of(findings: CaseFindings, measure: str) -> tuple[Band, ...]:
    """The bands of the cut-off set that named the states; none if no state was named."""
    named, instrument = _named_set(findings, measure), MEASURES.get(measure)
    course, _ = course_of_disease(findings.case)
    if not isinstance(instrument, Score):
        return ()
    sets = [
        cutoffs.bands for cutoffs in instrument.cutoffs if (cutoffs.set_id, cutoffs.course) == (named, course)
    ]
    return sets[0] if sets else ()


def cutoff_set(findings: CaseFindings) -> str:
    """Plain name of the cut-off set behind the drawn states; empty if none was named."""
    named = _named_set(findings, main_score(findings))
    return words.CUTOFF_SETS.get(named, words.plain(named))


def _named_set(findings: CaseFindings, measure: str | None) -> str:
    return next((score.states[0][0] for score in scores_of(findings, measure) if score.states), "")


def points_of(case: Case, item: str) -> list[Point]:
    """An item's values at the dated visits. A value that is no number is no point."""
    return [
        Point(assessment.day, number, fact.comparator)
        for assessment in case.assessments
        if (fact := assessment.facts.get(item)) is not None and (number := _number(fact)) is not None
    ]


def _number(fact: Fact) -> float | None:
    value = fact.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def joined(before: Point, after: Point) -> bool:
    """Whether a line joins two consecutive points: every possible day of theirs is at most six months apart, each is
    known to the month, and neither is beyond detection."""
    ends = (before, after)
    known = all(point.value is not None and not point.comparator for point in ends)
    to_the_month = all(point.day.last - point.day.first <= DAYS_IN_MONTH for point in ends)
    return known and to_the_month and after.day.last - before.day.first <= _GAP_DAYS


def gutter_width(findings: CaseFindings) -> float:
    """The room that names right of the panels need."""
    panels = PANELS.get(findings.case.diagnosis, ())
    curves = [curve.name for panel in panels if len(panel.curves) > 1 for curve in panel.curves]
    plain = max(text_width(name, style.SMALL) for name in ("no date", "moderate"))
    return max([plain, *(text_width(name, style.SMALL) + 8 for name in curves)])
