"""The forest plot: what each study found alone, what the others make of it, the mean and a new study.

Filled marks and thick lines are what was counted; hollow marks and thin lines are what the hierarchical model says.
So each study shows how far it leans on the others. The mean is a diamond; the prediction for a new study is a bar,
wider than the diamond, because studies differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.evidence.pooling import Pooled, StudyResult, Summary
from leadline.evidence.studies import StudyKind
from leadline.report.figures import style
from leadline.report.figures.layout import line_height, shortened, text_width
from leadline.report.figures.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_MM = 170.0
_EDGE = 2.0  # left free, so that no letter is cut
_SLACK = 1.06  # letters hinted to pixels are wider than their metrics
_GAP = 10.0  # between columns
_ROW = 17.0
_LONGEST_NAME = 120.0
_FURTHEST_RATIO = 100.0  # a ratio's axis reaches no further from the mean than this factor


@dataclass(frozen=True, slots=True)
class _Scale:
    """A place on the page for a value, and the ticks."""

    x: Callable[[float], float]
    ticks: tuple[float, ...]
    left: float
    right: float


def draw_forest(pooled: Pooled) -> Figure:
    """The forest plot of pooled studies, 170 mm wide."""
    page = Page(WIDTH_MM * style.POINTS_PER_MM)
    counts = [_counts(pooled.kind, study) for study in pooled.studies]
    alone = [_interval_text(s.observed, s.low, s.high) for s in pooled.studies]
    leaning = [_summary_text(s.posterior) for s in pooled.studies]
    names = min(_LONGEST_NAME, max(text_width(s.name) for s in pooled.studies))
    names = _EDGE + max(names, text_width("Prediction, a new study", bold=True))
    left = names + _GAP + max(map(text_width, [*counts, _COUNTS[pooled.kind]])) + _GAP
    numbers = _SLACK * max(map(text_width, [*alone, "Found alone"]))
    modelled = _SLACK * max(map(text_width, [*leaning, "With the others", _summary_text(pooled.new_study)]))
    right = page.width - numbers - modelled - 2 * _GAP - 2 * _EDGE
    scale = _scale(pooled, left, right)

    top = line_height()
    _headings(page, pooled, names + _GAP, right + _GAP, right + 2 * _GAP + numbers)
    foot = top + _ROW * (len(pooled.studies) + 2) + 8
    _grid(page, pooled, scale, top + 4, foot)
    for place, study in enumerate(pooled.studies):
        y = top + _ROW * (place + 0.75)
        page.text(_EDGE, y, shortened(study.name, names))
        page.text(names + _GAP, y, counts[place])
        page.text(right + _GAP, y, alone[place])
        page.text(right + 2 * _GAP + numbers, y, leaning[place], color=style.QUIET)
        _draw_study(page, study, scale, y)
    y = top + _ROW * (len(pooled.studies) + 0.75) + 6
    _draw_pooled(page, pooled, scale, y, right + 2 * _GAP + numbers)
    y = _axis(page, pooled, scale, foot)
    return page.finish(_legend(page, pooled, y + 1.6 * line_height()))


_COUNTS = {
    StudyKind.ONE_ARM: "Events / n",
    StudyKind.TWO_ARM: "Treated, control",
    StudyKind.RATE: "Events in exposure",
    StudyKind.EFFECT: "Standard error",
}


def _counts(kind: StudyKind, study: StudyResult) -> str:
    values = [_signed(f"{value:g}") for value in study.values]
    match kind:
        case StudyKind.ONE_ARM:
            return f"{values[0]} / {values[1]}"
        case StudyKind.TWO_ARM:
            return f"{values[0]} / {values[1]}, {values[2]} / {values[3]}"
        case StudyKind.RATE:
            return f"{values[0]} in {values[1]}"
        case StudyKind.EFFECT:
            return values[1]


def _scale(pooled: Pooled, left: float, right: float) -> _Scale:
    low, high = _reach(pooled)
    logarithmic = pooled.kind in (StudyKind.TWO_ARM, StudyKind.RATE)
    forward: Callable[[float], float] = math.log if logarithmic else float
    ticks = _log_ticks(low, high) if logarithmic else _ticks(low, high)
    start, end = forward(min(low, ticks[0])), forward(max(high, ticks[-1]))

    def x(value: float) -> float:
        return left + (right - left) * (forward(value) - start) / (end - start)

    return _Scale(x, tuple(ticks), left, right)


def _reach(pooled: Pooled) -> tuple[float, float]:
    """The values that the axis must hold; a ratio is held near the mean, and what lies beyond gets an arrow."""
    intervals = [(s.low, s.high) for s in pooled.studies] + [
        (s.posterior.low, s.posterior.high) for s in pooled.studies
    ]
    values = [value for pair in intervals for value in pair if value is not None]
    values += [pooled.new_study.low, pooled.new_study.high, pooled.mean.low, pooled.mean.high]
    if pooled.kind is StudyKind.ONE_ARM:
        return 0.0, max(values)
    if pooled.kind is StudyKind.EFFECT:
        return min(values), max(values)
    middle = pooled.mean.median
    held = [value for value in values if middle / _FURTHEST_RATIO < value < middle * _FURTHEST_RATIO]
    if pooled.kind is StudyKind.TWO_ARM:
        held.append(1.0)
    return min(held), max(held)


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if high / low < 500 else (1,)
    every = [factor * 10.0**decade for decade in decades for factor in factors]
    inside = [tick for tick in every if low <= tick <= high]
    return inside if len(inside) > 1 else [low, high]


def _headings(page: Page, pooled: Pooled, counts: float, alone: float, leaning: float) -> None:
    y = 0.5 * line_height()
    page.text(_EDGE, y, "Study", bold=True)
    page.text(counts, y, _COUNTS[pooled.kind], bold=True)
    page.text(alone, y, "Found alone", bold=True)
    page.text(leaning, y, "With the others", bold=True, color=style.QUIET)


def _grid(page: Page, pooled: Pooled, scale: _Scale, top: float, foot: float) -> None:
    page.line(0, top, page.width, top, color=style.RULE, width=style.HAIRLINE)
    for tick in scale.ticks:
        page.line(scale.x(tick), top, scale.x(tick), foot, color=style.FAINT, width=style.HAIRLINE)
    if pooled.kind is StudyKind.TWO_ARM:
        page.line(scale.x(1), top, scale.x(1), foot, color=style.SILENT, width=style.HAIRLINE)
    middle = scale.x(pooled.mean.median)
    page.line(middle, top, middle, foot, color=style.INK, width=style.HAIRLINE, dashes=(2, 2))


def _draw_study(page: Page, study: StudyResult, scale: _Scale, y: float) -> None:
    above, below = y - 2.6, y + 2.8
    if study.observed is not None and study.low is not None and study.high is not None:
        _whisker(page, scale, study.low, study.high, above, style.DOCUMENTED, width=1.2)
        if scale.left <= (x := _place(scale, study.observed)) <= scale.right:
            page.mark(x, above, style.SQUARE, face=style.DOCUMENTED, edge=style.DOCUMENTED)
    posterior = study.posterior
    _whisker(page, scale, posterior.low, posterior.high, below, style.QUIET, width=style.HAIRLINE)
    page.mark(
        _held(scale, posterior.median), below, style.CIRCLE, face=style.PAPER, edge=style.QUIET, size=4.0,
        edge_width=0.8,
    )  # fmt: skip


def _whisker(
    page: Page, scale: _Scale, low: float, high: float, y: float, color: str, *, width: float
) -> None:
    """A line, with an arrow where it goes on beyond the axis."""
    left, right = _held(scale, low), _held(scale, high)
    page.line(left, y, right, y, color=color, width=width)
    for end, value, side in ((left, low, -1), (right, high, 1)):
        if abs(_place(scale, value) - end) > 0.5:
            tips = [(end - 3 * side, y - 2), (end, y), (end - 3 * side, y + 2)]
            page.polyline(tips, color=color, width=max(width, style.LINE))


def _place(scale: _Scale, value: float) -> float:
    try:
        return scale.x(value)
    except ValueError:  # the log of zero
        return -math.inf


def _held(scale: _Scale, value: float) -> float:
    return min(max(_place(scale, value), scale.left), scale.right)


def _draw_pooled(page: Page, pooled: Pooled, scale: _Scale, y: float, numbers: float) -> None:
    page.text(_EDGE, y, "Average study", bold=True)
    low, middle, high = (_held(scale, v) for v in (pooled.mean.low, pooled.mean.median, pooled.mean.high))
    half = 4.2
    diamond = [(low, y), (middle, y - half), (high, y), (middle, y + half), (low, y)]
    _filled(page, diamond)
    page.text(numbers, y, _summary_text(pooled.mean), bold=False)
    y += _ROW * 0.9
    page.text(_EDGE, y, "Prediction, a new study", bold=True)
    left, right = _held(scale, pooled.new_study.low), _held(scale, pooled.new_study.high)
    page.bar(left, y - 2.2, right, y + 2.2, fill=style.SECOND, edge=style.DOCUMENTED)
    median = _held(scale, pooled.new_study.median)
    page.line(median, y - 2.2, median, y + 2.2, color=style.INK, above=True)
    page.text(numbers, y, _summary_text(pooled.new_study))


def _filled(page: Page, points: list[tuple[float, float]]) -> None:
    from matplotlib.patches import Polygon

    page.axes.add_patch(
        Polygon(points, closed=True, facecolor=style.INK, edgecolor=style.INK, linewidth=0.5, zorder=4)
    )


def _axis(page: Page, pooled: Pooled, scale: _Scale, y: float) -> float:
    """The axis with its name; gives the place below it."""
    page.line(scale.left, y, scale.right, y, color=style.QUIET)
    end = -math.inf
    for tick in scale.ticks:
        label, x = _signed(f"{tick:.3g}"), scale.x(tick)
        page.line(x, y, x, y + 2.5, color=style.QUIET)
        if x - text_width(label) / 2 > end + 3:
            page.text(x, y + 8, label, align="center")
            end = x + text_width(label) / 2
    name = capital(pooled.measure)
    page.text((scale.left + scale.right) / 2, y + 8 + line_height(), name, align="center")
    return y + 8 + line_height()


def _legend(page: Page, pooled: Pooled, y: float) -> float:
    percent = f"{100 * pooled.level:g} %"
    tau = f"{pooled.tau.median:.2f} ({pooled.tau.low:.2f} to {pooled.tau.high:.2f})"
    x = _EDGE + 5.0
    page.line(x - 5, y, x + 5, y, color=style.DOCUMENTED, width=1.2)
    page.mark(x, y, style.SQUARE, face=style.DOCUMENTED, edge=style.DOCUMENTED)
    box = page.text(x + 9, y, f"found alone, {percent}")
    x = box.right + 18
    page.line(x - 5, y, x + 5, y, color=style.QUIET, width=style.HAIRLINE)
    page.mark(x, y, style.CIRCLE, face=style.PAPER, edge=style.QUIET, size=4.0, edge_width=0.8)
    box = page.text(x + 9, y, f"with the others, posterior median, {percent}")
    page.text(box.right + 14, y, f"tau ({pooled.scale}): {tau}")
    return y + line_height()


def _summary_text(summary: Summary) -> str:
    return _interval_text(summary.median, summary.low, summary.high)


def _interval_text(middle: float | None, low: float | None, high: float | None) -> str:
    if middle is None or low is None or high is None:
        return "not finite"
    return f"{_short(middle)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    return _signed(f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}")


def _signed(number: str) -> str:
    """With a minus sign, which is as wide as a plus."""
    return number.replace("-", "−")
