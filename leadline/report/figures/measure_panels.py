"""Panels of a timeline: one small chart a measure, points at visits only, states of the score as named bands.

Nothing is smoothed or interpolated: a straight thin line joins consecutive exact visits, and breaks where more than
six months or a visit without a computable score lie between.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.casebook.case import Case, Fact
from leadline.casebook.days import DAYS_IN_MONTH, DaySpan
from leadline.measures import MEASURES, Score
from leadline.report.figures import style, words
from leadline.report.figures.layout import text_width
from leadline.report.figures.page import Page
from leadline.report.figures.sheet import Sheet
from leadline.verdicts.findings import CaseFindings, ScoreAt
from leadline.verdicts.scores import course_of_disease

_GAP_DAYS = 6 * DAYS_IN_MONTH
_TALL, _SHORT = 46.0, 27.0
_NAME_STEP = 7.6


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure in a panel: an item of the visits, its short name, its symbol."""

    item: str
    name: str
    mark: style.Mark = style.Mark("o", 4.6)
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
    """A value on its day. `comparator` if beyond detection; `value` None if not computable, then bounds if known."""

    day: DaySpan
    value: float | None
    comparator: str = ""
    low: float | None = None
    high: float | None = None
    state: str = ""


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
    """The one activity score drawn for a child: that with most values, versions never mixed; None if there is none."""
    wanted = SCORE_ORDER.get(findings.case.diagnosis, ())
    counts = {
        measure: sum(score.measure == measure and score.value is not None for score in findings.scores)
        for measure in wanted
    }
    best = max(wanted, key=lambda measure: counts[measure], default=None)
    return best if best is not None and counts[best] else None


def draw_measures(sheet: Sheet, findings: CaseFindings) -> None:
    """The panels of all documented measures, from the sheet's cursor downwards."""
    case = findings.case
    sheet.heading("Documented measures")
    drawn = _draw_score(sheet, findings)
    for panel in PANELS.get(case.diagnosis, ()):
        curves = [(curve, _points(case, curve.item)) for curve in panel.curves]
        curves = [(curve, points) for curve, points in curves if points]
        if curves and sheet.axis is not None:
            _draw_panel(sheet, panel.title, panel.unit, curves, panel.top, _SHORT, ())
            drawn = True
    if not drawn:
        sheet.empty(sheet.y, sheet.y + 12, "no measurement recorded")
        sheet.y += 14
    sheet.y += 2


def _draw_score(sheet: Sheet, findings: CaseFindings) -> bool:
    case = findings.case
    measure = main_score(findings)
    if measure is None or sheet.axis is None:
        if not SCORE_ORDER.get(case.diagnosis):
            return False
        sheet.label(sheet.y + 6, "Activity score")
        sheet.empty(sheet.y, sheet.y + 12, "no activity score can be computed")
        sheet.y += 16
        return True
    scores = [score for score in findings.scores if score.measure == measure and score.evidence]
    points = [
        Point(score.day, score.value, "", score.low, score.high, score.states[0][1] if score.states else "")
        for score in scores
    ]
    curve = Curve(measure, scores[0].title)
    _draw_panel(sheet, scores[0].title, "", [(curve, points)], None, _TALL, _bands(case, measure, scores))
    return True


def _bands(case: Case, measure: str, scores: list[ScoreAt]) -> tuple[tuple[str, float | None], ...]:
    """State and upper limit of each band of the cut-off set that named the states; none if no state was named."""
    named = next((score.states[0][0] for score in scores if score.states), None)
    instrument = MEASURES.get(measure)
    course, _ = course_of_disease(case)
    if named is None or not isinstance(instrument, Score):
        return ()
    return next(
        (
            tuple((band.state, band.up_to) for band in cutoffs.bands)
            for cutoffs in instrument.cutoffs
            if (cutoffs.set_id, cutoffs.course) == (named, course)
        ),
        (),
    )


def cutoff_set(findings: CaseFindings) -> str:
    """Plain name of the cut-off set behind the drawn states; empty if none."""
    named = next((score.states[0][0] for score in findings.scores if score.states), "")
    return words.CUTOFF_SETS.get(named, words.plain(named))


def _points(case: Case, item: str) -> list[Point]:
    facts = [
        (assessment.day, assessment.facts[item])
        for assessment in case.assessments
        if item in assessment.facts
    ]
    return [Point(day, float(fact.value), fact.comparator) for day, fact in facts if _is_number(fact)]


def _is_number(fact: Fact) -> bool:
    return isinstance(fact.value, int | float) and not isinstance(fact.value, bool)


def _draw_panel(
    sheet: Sheet,
    title: str,
    unit: str,
    curves: list[tuple[Curve, list[Point]]],
    scale_top: float | None,
    height: float,
    bands: tuple[tuple[str, float | None], ...],
) -> None:
    """One chart: scale at the left, bands behind, curves in front."""
    top, bottom = sheet.y + 4, sheet.y + 4 + height
    highest = scale_top or round_up(max(_tops(curves, bands)))
    draw_bands(sheet, bands, top, bottom, highest)
    _draw_scale(sheet, top, bottom, highest)
    sheet.label(top + 3, title)
    if unit:
        sheet.label(top + 11.5, unit, color=style.QUIET)
    for number, (curve, points) in enumerate(curves):
        if len(curves) > 1:
            _name_curve(sheet, curve, top + 3.5 + 9 * number)
        _draw_curve(sheet, title, curve, points, lambda value: bottom - (bottom - top) * value / highest)
    sheet.y = bottom + 5


def _tops(
    curves: list[tuple[Curve, list[Point]]], bands: tuple[tuple[str, float | None], ...]
) -> list[float]:
    values = [point.value for _, points in curves for point in points if point.value is not None]
    bounds = [
        point.high
        for _, points in curves
        for point in points
        if point.value is None and point.high is not None
    ]
    limits = [limit * 1.25 for _, limit in bands if limit is not None]
    return [1.0e-9, *values, *bounds, *limits]


def round_up(value: float) -> float:
    """The next number that a scale can end on."""
    from math import floor, log10

    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= value - 1e-12)


def draw_bands(
    sheet: Sheet, bands: tuple[tuple[str, float | None], ...], top: float, bottom: float, highest: float
) -> None:
    """States as faint horizontal bands; their names right of the panel, spread so that none touches another."""
    assert sheet.axis is not None
    low = 0.0
    centres: list[tuple[str, float]] = []
    for number, (state, limit) in enumerate(bands):
        high = min(limit if limit is not None else highest, highest)
        y0, y1 = bottom - (bottom - top) * high / highest, bottom - (bottom - top) * low / highest
        for x0, x1 in sheet.axis.sides():
            if number % 2 == 0:
                sheet.page.bar(x0, y0, x1, y1, fill=style.FAINT, alpha=0.55, behind=True)
        centres.append((state, (y0 + y1) / 2))
        low = high
    y = bottom + 2.0
    for place, (state, centre) in enumerate(centres):
        room_above = (len(centres) - 1 - place) * _NAME_STEP
        y = max(min(centre, y - (_NAME_STEP if place else 0)), top + room_above - 2)
        sheet.page.text(sheet.gutter, y, words.plain(state), size=style.SMALL, color=style.QUIET)
        sheet.page.line(
            sheet.right + 1, centre, sheet.gutter - 1.5, y, color=style.RULE, width=style.HAIRLINE
        )


def _draw_scale(sheet: Sheet, top: float, bottom: float, highest: float) -> None:
    assert sheet.axis is not None
    sheet.page.line(sheet.left, top, sheet.left, bottom, color=style.SILENT, width=style.HAIRLINE)
    for x0, x1 in sheet.axis.sides():
        sheet.page.line(x0, bottom, x1, bottom, color=style.RULE, width=style.HAIRLINE)
    for value, y in ((0.0, bottom), (highest, top)):
        sheet.page.line(sheet.left - 2, y, sheet.left, y, color=style.SILENT, width=style.HAIRLINE)
        sheet.page.text(sheet.left - 3.5, y, f"{value:g}", size=style.SMALL, align="right", color=style.QUIET)


def _name_curve(sheet: Sheet, curve: Curve, y: float) -> None:
    """Which symbol is which, in the column right of the panel."""
    sheet.page.mark(sheet.gutter + 3, y, curve.mark, face=curve.color, size=curve.mark.size)
    sheet.page.text(sheet.gutter + 8, y, curve.name, size=style.SMALL, color=style.QUIET)


def _draw_curve(sheet: Sheet, title: str, curve: Curve, points: list[Point], place) -> None:  # type: ignore[no-untyped-def]
    assert sheet.axis is not None
    for before, after in zip(points, points[1:], strict=False):
        if joined(before, after) and (before.day.last >= sheet.axis.first) == (
            after.day.last >= sheet.axis.first
        ):
            sheet.page.line(
                sheet.middle(before.day), place(before.value), sheet.middle(after.day), place(after.value),
                color=curve.color, width=style.HAIRLINE,
            )  # fmt: skip
    for point in points:
        _draw_point(sheet, curve, point, place)
        what = "value" if point.value is not None else "not computable"
        bounds = (
            "" if point.low is None or point.high is None else f"between {point.low:g} and {point.high:g}"
        )
        number = None if point.value is None else point.value
        sheet.row("measures", curve.name if title == "Global assessment" else title, point.day, what, value=number,
                  detail=" ".join(part for part in (point.comparator, words.plain(point.state), bounds) if part))  # fmt: skip


def joined(before: Point, after: Point) -> bool:
    """Consecutive values are joined if every possible day of theirs is at most six months apart and each is known to
    the month; none beyond detection."""
    ends = (before, after)
    known = all(point.value is not None and not point.comparator for point in ends)
    return (
        known
        and all(point.day.last - point.day.first <= DAYS_IN_MONTH for point in ends)
        and after.day.last - before.day.first <= _GAP_DAYS
    )


def _draw_point(sheet: Sheet, curve: Curve, point: Point, place) -> None:  # type: ignore[no-untyped-def]
    page = sheet.page
    size = curve.mark.size
    if point.value is None:
        x, base = sheet.whisker(point.day, place(0), color=style.QUIET), place(0)
        if point.low is not None and point.high is not None:
            page.line(x, place(point.low), x, place(point.high), color=style.QUIET, width=style.HAIRLINE)
            for value in (point.low, point.high):
                page.line(x - 2, place(value), x + 2, place(value), color=style.QUIET, width=style.HAIRLINE)
        page.mark(x, base, style.CROSS, face=style.INK, size=4)
        sheet.used("Measures", "not computable, with its bounds", _draw_bounds, 9)
        return
    y = place(point.value)
    x = sheet.whisker(point.day, y, color=curve.color)
    if point.comparator:
        page.mark(x, y, curve.mark, face=style.PAPER, edge=style.QUIET, edge_width=0.8, size=size)
        page.text_if_free(x, y - 6, point.comparator, size=style.SMALL, align="center", color=style.QUIET)
        sheet.used("Measures", "beyond detection, at the limit", _draw_limit, 9)
    else:
        page.mark(x, y, curve.mark, face=curve.color, size=size)


def _draw_bounds(page: Page, x: float, y: float) -> None:
    page.line(x, y - 4, x, y + 2, color=style.QUIET, width=style.HAIRLINE)
    page.line(x - 2, y - 4, x + 2, y - 4, color=style.QUIET, width=style.HAIRLINE)
    page.mark(x, y + 2, style.CROSS, face=style.INK, size=4)


def _draw_limit(page: Page, x: float, y: float) -> None:
    page.mark(x + 2, y, style.CIRCLE, face=style.PAPER, edge=style.QUIET, edge_width=0.8, size=4.5)
    page.text(x - 1.5, y, "<", size=style.SMALL, align="right", color=style.QUIET)


def gutter_width(findings: CaseFindings) -> float:
    """The room that names right of the panels need."""
    names = ["no date", "moderate"] + [
        curve.name
        for panel in PANELS.get(findings.case.diagnosis, ())
        for curve in panel.curves
        if len(panel.curves) > 1
    ]
    return max(
        text_width(name, style.SMALL) + (8 if name in ("physician", "parent") else 0) for name in names
    )
