"""Panels of a timeline: one small chart a measure, points at visits only, states of the score as named bands.

Nothing is smoothed or interpolated: a straight thin line joins consecutive visits, and breaks where more than
six months or a visit without a computable score lie between.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import floor, log10

from leadline.measures.definition import Band
from leadline.report.figures import style, words
from leadline.report.figures.page import Page
from leadline.report.figures.panels import (
    PANELS,
    SCORE_ORDER,
    Curve,
    Point,
    bands_of,
    joined,
    main_score,
    points_of,
    score_points,
    scores_of,
)
from leadline.report.figures.sheet import Sheet
from leadline.verdicts.findings import CaseFindings

_TALL, _SHORT = 46.0, 27.0
_NAME_STEP = 7.6

Place = Callable[[float], float]
"""From a value to its y."""

Curves = list[tuple[Curve, list[Point]]]


def draw_measures(sheet: Sheet, findings: CaseFindings) -> None:
    """The panels of all documented measures, from the sheet's cursor downwards."""
    case = findings.case
    sheet.heading("Documented measures")
    drawn = _draw_score(sheet, findings)
    for panel in PANELS.get(case.diagnosis, ()):
        curves = [(curve, points) for curve in panel.curves if (points := points_of(case, curve.item))]
        if curves and sheet.axis is not None:
            highest = panel.top or round_up(_highest(curves))
            _draw_panel(sheet, panel.title, panel.unit, curves, highest, _SHORT, ())
            drawn = True
    if not drawn:
        sheet.empty(sheet.y, sheet.y + 12, "no measurement recorded")
        sheet.y += 14
    sheet.y += 2


def _draw_score(sheet: Sheet, findings: CaseFindings) -> bool:
    """The activity score, or in words that there is none; nothing where the disease has none that is validated."""
    if not SCORE_ORDER.get(findings.case.diagnosis):
        return False
    measure = main_score(findings)
    if measure is None or sheet.axis is None:
        sheet.label(sheet.y + 6, "Activity score")
        sheet.empty(sheet.y, sheet.y + 12, "no score can be computed")
        sheet.y += 16
        return True
    scores = scores_of(findings, measure)
    title, remark = scores[0].title, "provisional" if scores[0].status == "provisional" else ""
    bands = bands_of(findings, measure)
    curves: Curves = [(Curve(measure, title), score_points(scores))]
    limits = [band.up_to * 1.25 for band in bands if band.up_to is not None]
    _draw_panel(sheet, title, remark, curves, round_up(max([_highest(curves), *limits])), _TALL, bands)
    return True


def _highest(curves: Curves) -> float:
    """The highest value or bound; a little more than nothing if all are zero."""
    points = [point for _, some in curves for point in some]
    tops = [point.high if point.value is None else point.value for point in points]
    return max([1e-9, *(top for top in tops if top is not None)])


def round_up(value: float) -> float:
    """The next number that a scale can end on."""
    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= value - 1e-12)


def _draw_panel(
    sheet: Sheet,
    title: str,
    unit: str,
    curves: Curves,
    highest: float,
    height: float,
    bands: tuple[Band, ...],
) -> None:
    """One chart: scale at the left, bands behind, curves in front."""
    top, bottom = sheet.y + 4, sheet.y + 4 + height

    def place(value: float) -> float:
        return bottom - height * min(value, highest) / highest

    _draw_bands(sheet, bands, highest, place)
    _draw_scale(sheet, top, bottom, highest)
    sheet.label(top + 3, title)
    if unit:
        sheet.label(top + 11.5, unit, color=style.QUIET)
    for number, (curve, points) in enumerate(curves):
        if len(curves) > 1:
            _name_curve(sheet, curve, top + 3.5 + 9 * number)
        _draw_curve(sheet, curve, points, place)
        for point in points:
            what = "value" if point.value is not None else "not computable"
            name = f"{title}, {curve.name}" if len(curves) > 1 else title
            sheet.row("measures", name, point.day, what, value=point.value, detail=point.detail)
    sheet.y = bottom + 5


def _draw_bands(sheet: Sheet, bands: tuple[Band, ...], highest: float, place: Place) -> None:
    """States as faint horizontal bands, every other one shaded; their names stand right of the panel."""
    assert sheet.axis is not None
    low, centres = 0.0, []
    for number, band in enumerate(bands):
        high = highest if band.up_to is None else min(band.up_to, highest)
        for x0, x1 in sheet.axis.sides():
            if number % 2 == 0:
                sheet.page.bar(x0, place(high), x1, place(low), fill=style.FAINT, alpha=0.55, behind=True)
        centres.append((words.plain(band.state), (place(low) + place(high)) / 2))
        low = high
    _name_bands(sheet, centres, place(0), place(highest))


def _name_bands(sheet: Sheet, centres: list[tuple[str, float]], bottom: float, top: float) -> None:
    """Names from the lowest band up, each as near its band as the names below and above it leave room."""
    y = bottom + 2 + _NAME_STEP
    for number, (state, centre) in enumerate(centres):
        above = (len(centres) - 1 - number) * _NAME_STEP
        y = max(min(centre, y - _NAME_STEP), top - 2 + above)
        sheet.page.text(sheet.gutter, y, state, size=style.SMALL, color=style.QUIET)
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
    sheet.page.mark(sheet.gutter + 3, y, curve.mark, face=curve.color)
    sheet.page.text(sheet.gutter + 8, y, curve.name, size=style.SMALL, color=style.QUIET)


def _draw_curve(sheet: Sheet, curve: Curve, points: list[Point], place: Place) -> None:
    for before, after in pairwise(points):
        if joined(before, after) and before.value is not None and after.value is not None:
            ends = (
                sheet.middle(before.day),
                place(before.value),
                sheet.middle(after.day),
                place(after.value),
            )
            if not sheet.crosses_break(before.day, after.day):
                sheet.page.line(*ends, color=curve.color, width=style.HAIRLINE)
    for point in points:
        if point.value is None:
            _draw_unknown(sheet, point, place)
        else:
            _draw_value(sheet, curve, point, place(point.value))


def _draw_unknown(sheet: Sheet, point: Point, place: Place) -> None:
    """A cross on the axis, and the bounds between which the score lies."""
    page, base = sheet.page, place(0)
    x = sheet.whisker(point.day, base, color=style.QUIET)
    if point.low is not None and point.high is not None:
        page.line(x, place(point.low), x, place(point.high), color=style.QUIET, width=style.HAIRLINE)
        for y in (place(point.low), place(point.high)):
            page.line(x - 2, y, x + 2, y, color=style.QUIET, width=style.HAIRLINE)
    page.mark(x, base, style.CROSS, face=style.INK, size=4)
    sheet.used("Measures", "not computable, with its bounds", _draw_bounds)


def _draw_value(sheet: Sheet, curve: Curve, point: Point, y: float) -> None:
    x = sheet.whisker(point.day, y, color=curve.color)
    if not point.comparator:
        sheet.page.mark(x, y, curve.mark, face=curve.color)
        return
    sheet.page.mark(x, y, curve.mark, face=style.PAPER, edge=style.QUIET, edge_width=0.8)
    sheet.page.text_if_free(x, y - 6, point.comparator, size=style.SMALL, align="center", color=style.QUIET)
    sheet.used("Measures", "beyond detection, at the limit", _draw_limit)


def _draw_bounds(page: Page, x: float, y: float) -> None:
    page.line(x, y - 4, x, y + 2, color=style.QUIET, width=style.HAIRLINE)
    page.line(x - 2, y - 4, x + 2, y - 4, color=style.QUIET, width=style.HAIRLINE)
    page.mark(x, y + 2, style.CROSS, face=style.INK, size=4)


def _draw_limit(page: Page, x: float, y: float) -> None:
    page.mark(x + 2, y, style.CIRCLE, face=style.PAPER, edge=style.QUIET, edge_width=0.8, size=4.5)
    page.text(x - 1.5, y, "<", size=style.SMALL, align="right", color=style.QUIET)
