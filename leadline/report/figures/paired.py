"""Figure C: one line a child from baseline to a chosen window, for one measure; children without a pair are named.

No bar of means, no mean of three: every child is drawn, and the counts of better, same and worse are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.casebook.case import Assessment, Case
from leadline.casebook.items import ITEMS
from leadline.measures import MEASURES, Score
from leadline.report.figures import style, words
from leadline.report.figures.layout import text_width, wrapped
from leadline.report.figures.measure_panels import round_up
from leadline.report.figures.page import Page
from leadline.report.figures.plotted import Plotted, Value
from leadline.verdicts.findings import CaseFindings, Findings
from leadline.verdicts.parameters import Parameters, Window
from leadline.verdicts.windows import at_baseline, at_follow_up

MOST_LABELS = 12
"""With more children than this the lines carry no names; the data of the figure still do."""

_HEIGHT = 150.0
_LABEL_STEP = 8.5

Change = Literal["better", "same", "worse"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One child's two values with their days; None where the window holds no value."""

    case: Case
    before: float | None
    after: float | None
    before_day: str
    after_day: str

    @property
    def complete(self) -> bool:
        return self.before is not None and self.after is not None


def plot_paired(
    findings: Findings,
    measure: str,
    window: Window,
    *,
    parameters: Parameters | None = None,
    width_mm: float = style.ONE_COLUMN_MM,
) -> Plotted:
    """Each child's value at baseline and in the window.

    measure     id of a score or of an item of the visits
    window      the follow-up window; baseline is that of `parameters`, by default the project's
    """
    parameters = parameters or Parameters()
    pairs = [_pair(one, measure, window, parameters) for one in findings.cases]
    recorded = [pair for pair in pairs if pair.before is not None or pair.after is not None]
    complete = [pair for pair in pairs if pair.complete]
    title, better = _title(measure), _better(measure)
    page = Page(width_mm * style.POINTS_PER_MM)
    page.text(2, 9, title, size=style.HEADING, bold=True)
    y = 22.0
    if any(one.case.invented for one in findings.cases):
        page.text(2, 19, "INVENTED DATA", size=style.SMALL, color=style.QUIET)
        y = 30.0
    y = _draw_pairs(page, recorded, window, y) if recorded else _draw_nothing(page, y)
    y = _draw_notes(page, pairs, complete, better, y)
    changes = _changes(complete, better)
    return Plotted(
        page.finish(y + 3),
        _alt(title, pairs, complete, changes, window),
        _caption(title, len(complete), len(pairs), window, parameters),
        tuple(_row(pair, measure, window, better) for pair in pairs),
    )


def _pair(one: CaseFindings, measure: str, window: Window, parameters: Parameters) -> Pair:
    before = _first_value(one, measure, at_baseline(one.case, parameters).ordered)
    after = _first_value(one, measure, at_follow_up(one.case, window).ordered)
    return Pair(one.case, before[0], after[0], before[1], after[1])


def _first_value(
    one: CaseFindings, measure: str, assessments: tuple[Assessment, ...]
) -> tuple[float | None, str]:
    """The value of the first assessment, best first, that has one, and its day."""
    for assessment in assessments:
        value = _value(one, measure, assessment)
        if value is not None:
            return value, str(assessment.day)
    return None, ""


def _value(one: CaseFindings, measure: str, assessment: Assessment) -> float | None:
    """A value beyond detection is no point on a scale: it counts as not recorded here."""
    if measure in MEASURES and isinstance(MEASURES[measure], Score):
        return next(
            (score.value for score in one.scores if score.measure == measure and score.day == assessment.day),
            None,
        )
    fact = assessment.facts.get(measure)
    if (
        fact is None
        or fact.comparator
        or isinstance(fact.value, bool)
        or not isinstance(fact.value, int | float)
    ):
        return None
    return float(fact.value)


def _title(measure: str) -> str:
    if measure in MEASURES:
        return MEASURES[measure].title
    return ITEMS[measure].title if measure in ITEMS else words.plain(measure)


def _better(measure: str) -> str:
    instrument = MEASURES.get(measure)
    if isinstance(instrument, Score):
        return instrument.better
    return ITEMS[measure].better if measure in ITEMS else ""


def _draw_pairs(page: Page, pairs: list[Pair], window: Window, top: float) -> float:
    bottom = top + _HEIGHT
    highest = round_up(
        max(1e-9, *(value for pair in pairs for value in (pair.before, pair.after) if value is not None))
    )
    named = len(pairs) <= MOST_LABELS
    one_sided = [pair for pair in pairs if pair.after is None] if named else []
    left, right = 26.0, page.width - 2 - _label_room(pairs)
    x0, x1 = left + max(_label_room(one_sided) + 8, 22), right - 8
    _draw_frame(page, (left, top, right, bottom), highest, ((x0, "baseline"), (x1, window.title)))

    def place(value: float) -> float:
        return bottom - _HEIGHT * value / highest

    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            page.line(x0, place(pair.before), x1, place(pair.after), color=style.DOCUMENTED, width=style.LINE)
        for x, value in ((x0, pair.before), (x1, pair.after)):
            if value is not None:
                page.mark(x, place(value), style.CIRCLE, size=4.5)
    if named:
        ends = [(place(pair.after), pair.case.patient_id) for pair in pairs if pair.after is not None]
        starts = [(place(pair.before), pair.case.patient_id) for pair in one_sided if pair.before is not None]
        _draw_names(page, ends, x1, top, bottom)
        _draw_names(page, starts, x0, top, bottom, side=-1)
    return bottom + 16


def _draw_frame(
    page: Page,
    box: tuple[float, float, float, float],
    highest: float,
    stations: tuple[tuple[float, str], ...],
) -> None:
    """The scale at the left and the two times below."""
    left, top, right, bottom = box
    page.line(left, top, left, bottom, color=style.SILENT, width=style.HAIRLINE)
    for part in range(3):
        y = bottom - (bottom - top) * part / 2
        page.line(left - 2.5, y, left, y, color=style.SILENT, width=style.HAIRLINE)
        page.text(left - 4, y, f"{highest * part / 2:g}", size=style.SMALL, align="right", color=style.QUIET)
    for x, name in stations:
        page.line(x, bottom, x, bottom + 2.5, width=style.HAIRLINE)
        page.text(x, bottom + 8, name, size=style.SMALL, align="center")
    page.line(left, bottom, right, bottom, width=style.LINE)


def _draw_names(
    page: Page, ends: list[tuple[float, str]], x: float, top: float, bottom: float, side: int = 1
) -> None:
    """Names beside the ends of the lines, spread so that none touches another, each with a leader to its end."""
    y = top - _LABEL_STEP
    for place, (wanted, name) in enumerate(sorted(ends)):
        latest = bottom - (len(ends) - 1 - place) * _LABEL_STEP
        y = max(min(wanted, latest), y + _LABEL_STEP)
        page.line(x + side * 3.5, wanted, x + side * 10, y, color=style.RULE, width=style.HAIRLINE)
        page.text(x + side * 12, y, name, size=style.SMALL, align="left" if side > 0 else "right")


def _label_room(pairs: list[Pair]) -> float:
    return max((text_width(pair.case.patient_id, style.SMALL) for pair in pairs), default=0) + 8


def _draw_nothing(page: Page, top: float) -> float:
    page.hatched(26, top, page.width - 4, top + 40)
    text = "no value in either window"
    middle, half = page.width / 2 + 11, text_width(text, style.SMALL) / 2 + 4
    page.bar(middle - half, top + 13, middle + half, top + 27, fill=style.PAPER)
    page.text(middle, top + 20, text, size=style.SMALL, align="center", color=style.QUIET)
    return top + 46


def _draw_notes(page: Page, pairs: list[Pair], complete: list[Pair], better: str, y: float) -> float:
    changes = _changes(complete, better)
    lines = [f"{len(complete)} of {words.counted(len(pairs), 'child', 'children')} with both values"]
    if complete and better:
        lines[0] += ": " + ", ".join(f"{number} {name}" for name, number in changes.items())
    missing = [pair.case.patient_id for pair in pairs if not pair.complete]
    if missing:
        more = f" and {len(missing) - MOST_LABELS} more" if len(missing) > MOST_LABELS else ""
        lines.append(f"no pair: {', '.join(missing[:MOST_LABELS])}{more}")
    for line in lines:
        for part in wrapped(line, page.width - 4, style.SMALL):
            page.text(2, y + 5, part, size=style.SMALL, color=style.QUIET)
            y += 9.5
    return y


def _changes(complete: list[Pair], better: str) -> dict[Change, int]:
    counts: dict[Change, int] = {"better": 0, "same": 0, "worse": 0}
    for pair in complete:
        change = _change(pair, better)
        if change is not None:
            counts[change] += 1
    return counts


def _change(pair: Pair, better: str) -> Change | None:
    if pair.before is None or pair.after is None or not better:
        return None
    if pair.after == pair.before:
        return "same"
    return "better" if (pair.after < pair.before) == (better == "lower") else "worse"


def _row(pair: Pair, measure: str, window: Window, better: str) -> dict[str, Value]:
    return {
        "child": pair.case.patient_id,
        "diagnosis": pair.case.diagnosis,
        "measure": measure,
        "baseline": pair.before,
        "baseline_day": pair.before_day,
        "window": window.name,
        "value": pair.after,
        "value_day": pair.after_day,
        "change": _change(pair, better),
    }


def _alt(
    title: str, pairs: list[Pair], complete: list[Pair], changes: dict[Change, int], window: Window
) -> str:
    of = words.counted(len(pairs), "child", "children")
    if not complete:
        return (
            f"{title} at baseline and at {window.title}. None of {of} has a value in both windows. "
            "The figure names the children without a pair."
        )
    told = [f"{pair.case.patient_id} {pair.before:g} to {pair.after:g}" for pair in complete[:MOST_LABELS]]
    return (
        f"{title} at baseline and at {window.title}, one line a child. {len(complete)} of {of} have both values: "
        f"{changes['better']} better, {changes['same']} same, {changes['worse']} worse. "
        f"Values: {'; '.join(told)}. Children without a pair are named under the axis."
    )


def _caption(title: str, complete: int, children: int, window: Window, parameters: Parameters) -> str:
    baseline = parameters.baseline
    return (
        f"{title} in {complete} of {words.counted(children, 'child', 'children')} with values in both windows. "
        f"Baseline is the last value of days {baseline.first} to {baseline.last}; {window.title} is the value nearest "
        f"to day {window.target} of days {window.first} to {window.last}. Better, same and worse compare the two "
        "values as they are, without an important change. No value is filled in; values beyond detection are left out."
    )
