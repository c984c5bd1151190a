"""Figure B: all children, one lane each, in months from the first infusion; documented above, reported below.

A lane is as long as the child was under observation. Its shade is the activity state that a score named at a visit,
held until the next visit and at most six months; after that it is hatched, and before the first score white. The
strip under the lane is what the family said. The two layers are the point of the figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from leadline.casebook.case import Case
from leadline.casebook.days import DaySpan
from leadline.casebook.prose import listed
from leadline.report.figures import style, words
from leadline.report.figures.activity import (
    NO_NAMED_STATE,
    dated_days,
    observed,
    shade,
    stretches,
    without_glucocorticoid,
)
from leadline.report.figures.axis import draw_months, time_axis
from leadline.report.figures.lane_marks import draw_death, event_symbol, lane_marks
from leadline.report.figures.layout import lanes, text_width
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.panels import cutoff_set
from leadline.report.figures.plotted import Plotted
from leadline.report.figures.sheet import Sheet
from leadline.report.figures.symbols import WIDE, Draw, draw_hatching, finding_entries, statement, swatch
from leadline.verdicts.findings import CaseFindings, Finding, Findings

MOST_LANES = 60
"""More lanes than this fill no page that can be read; the data of the figure hold every child all the same."""

_BAR = 8.0
_STRIP = 8.0
_MARK_STEP = 8.5
_STATE_LETTERS = {"inactive": "I", "none": "N", "minimal": "min", "low": "L", "moderate": "M", "high": "H"}


@dataclass(slots=True)
class _Counts:
    """Which symbols stand in the figure, and for which children, once an occurrence."""

    children: dict[str, list[str]] = field(default_factory=dict)
    draws: dict[str, Draw] = field(default_factory=dict)

    def add(self, label: str, child: str, draw: Draw) -> None:
        self.children.setdefault(label, []).append(child)
        self.draws.setdefault(label, draw)

    def entries(self) -> list[LegendEntry]:
        return [
            LegendEntry(f"{label} ({_in_children(seen)})", self.draws[label])
            for label, seen in self.children.items()
        ]


def _in_children(seen: list[str]) -> str:
    return f"{len(seen)} in {words.counted(len(set(seen)), 'child', 'children')}"


def plot_swimmer(findings: Findings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """All children by diagnosis, the longest followed first. At most `MOST_LANES` are drawn, and the figure says so."""
    page = Page(width_mm * style.POINTS_PER_MM)
    ordered = _ordered(findings)
    drawn = ordered[:MOST_LANES]
    sheet = _sheet(page, drawn)
    marks, said = _Counts(), _Counts()
    _draw_head(sheet, ordered)
    top = sheet.y
    for before, one in zip([None, *drawn], drawn, strict=False):
        if before is None or before.case.diagnosis != one.case.diagnosis:
            _draw_diagnosis(sheet, one.case.diagnosis)
        _draw_child(sheet, one, marks, said)
    if sheet.axis is not None:
        zero = sheet.axis.x(0)
        page.line(zero, top, zero, sheet.y + 3, color=style.SILENT, width=style.HAIRLINE)
        sheet.y = draw_months(page, sheet.axis, sheet.y + 3)
    height = _draw_legend(sheet, marks, said, drawn)
    for one in ordered:
        _record(sheet, one)
    return Plotted(page.finish(height + 3), _alt(ordered), _caption(ordered), tuple(sheet.rows))


def _ordered(findings: Findings) -> list[CaseFindings]:
    diagnoses = list(words.DIAGNOSES)

    def key(one: CaseFindings) -> tuple[int, str, float, str]:
        case = one.case
        place = diagnoses.index(case.diagnosis) if case.diagnosis in diagnoses else len(diagnoses)
        followed = float("-inf") if case.last_contact is None else case.last_contact.first
        return place, case.diagnosis, -followed, case.patient_id

    return sorted(findings.cases, key=key)


def _sheet(page: Page, drawn: list[CaseFindings]) -> Sheet:
    widest = max((text_width(one.case.patient_id, style.SMALL) for one in drawn), default=30)
    left = 2 + min(widest, 0.22 * page.width) + 8
    gutter = page.width - 2 - (text_width("no date", style.SMALL) + 2 if any(map(_has_undated, drawn)) else 0)
    measured = [day for one in drawn for day in dated_days(one)]
    past = [onset for one in drawn if (onset := one.case.onset) is not None]
    return Sheet(page, time_axis(left, gutter - 7, measured=measured, history=past), left, gutter - 7, gutter)


def _has_undated(one: CaseFindings) -> bool:
    case = one.case
    days = [fact.day for fact in case.reports] + [fact.day for fact in case.infusions if fact.given]
    return None in [*days, *(event.start for event in case.adverse_events)]


def _draw_head(sheet: Sheet, ordered: list[CaseFindings]) -> None:
    invented = "INVENTED DATA · " if any(one.case.invented for one in ordered) else ""
    cut = f", the first {MOST_LANES} drawn" if len(ordered) > MOST_LANES else ""
    text = f"{invented}{words.counted(len(ordered), 'child', 'children')}{cut}"
    sheet.page.text(2, 8, text, size=style.SMALL, color=style.QUIET)
    if any(map(_has_undated, ordered[:MOST_LANES])):
        sheet.page.text(sheet.gutter, 8, "no date", size=style.SMALL, color=style.QUIET)
    sheet.y = 14


def _draw_diagnosis(sheet: Sheet, diagnosis: str) -> None:
    sheet.y += 3
    sheet.page.text(2, sheet.y + 5, words.DIAGNOSES.get(diagnosis, words.plain(diagnosis)), bold=True)
    sheet.y += 10


def _draw_child(sheet: Sheet, one: CaseFindings, marks: _Counts, said: _Counts) -> None:
    """Marks above, the lane of documented states, the strip of statements below."""
    child = one.case.patient_id
    above = lane_marks(sheet, one.case)
    placed = lanes([(mark.x - mark.before, mark.x + mark.after) for mark in above], gap=0.8)
    top = sheet.y + (max(placed, default=-1) + 1) * _MARK_STEP + 2
    for mark, lane in zip(above, placed, strict=True):
        mark.draw(sheet.page, mark.x, top - 4.8 - lane * _MARK_STEP)
        marks.add(mark.label, child, mark.key)
    sheet.label(top + _BAR / 2, child)
    _draw_lane(sheet, one, top)
    rows = _draw_said(sheet, one, top + _BAR + 2.5, said)
    sheet.y = top + _BAR + 2.5 + rows * _STRIP + 3


def _draw_lane(sheet: Sheet, one: CaseFindings, top: float) -> None:
    lane, bottom = observed(one), top + _BAR
    if lane is None or sheet.axis is None:
        dated = dated_days(one)
        sheet.empty(top, bottom, "only one day dated" if dated else "nothing dated")
        return
    sheet.band(lane.first, lane.last, top, bottom, fill=style.PAPER)
    for stretch in stretches(one):
        if stretch.state:
            sheet.band(stretch.first, stretch.last, top, bottom, fill=shade(stretch.state))
            _name_state(
                sheet, stretch.state, *sheet.pieces(stretch.first, stretch.last)[-1], (top + bottom) / 2
            )
        else:
            sheet.hatch(stretch.first, stretch.last, top, bottom)
    for x0, x1 in sheet.pieces(lane.first, lane.last):
        sheet.page.bar(x0, top, x1, bottom, edge=style.SILENT)
    for span in without_glucocorticoid(one):
        sheet.band(span.first, span.last, bottom + 1.2, bottom + 2.2, fill=style.INK)
    if one.case.last_contact is not None:
        _draw_end(sheet, one.case, sheet.axis.x(lane.last), top, bottom)


def _name_state(sheet: Sheet, state: str, x0: float, x1: float, y: float) -> None:
    """The state's letters inside its stretch, where there is room: shade is not all that tells states apart."""
    letters = _STATE_LETTERS.get(state, "")
    if letters and x1 - x0 > text_width(letters, style.SMALL) + 3:
        color = style.PAPER if words.STATE_RANKS[state] >= 2 else style.INK
        sheet.page.text((x0 + x1) / 2, y, letters, size=style.SMALL, align="center", color=color)


def _draw_end(sheet: Sheet, case: Case, x: float, top: float, bottom: float) -> None:
    middle = (top + bottom) / 2
    match words.end_reason(case):
        case "still followed":
            sheet.page.arrow(x, middle, color=style.SILENT)
        case "died":
            draw_death(sheet.page, x + 4, middle)
        case _:
            sheet.page.line(x, top - 2, x, bottom + 2, color=style.INK, width=style.RING)


def _draw_said(sheet: Sheet, one: CaseFindings, top: float, said: _Counts) -> int:
    """Statements under the lane; gives how many rows they take."""
    found = {claim.ref.uid: claim.finding for claim in one.claims}
    places = [
        sheet.gutter + 4 if report.day is None else sheet.middle(report.day) for report in one.case.reports
    ]
    placed = lanes([(x - 4, x + 4) for x in places], gap=0.5)
    for report, x, lane in zip(one.case.reports, places, placed, strict=True):
        mark, meaning = words.CLAIM_MARKS.get(report.claim, words.CLAIM_MARKS["other"])
        smaller = style.Mark(mark.marker, mark.size * 0.85)
        finding = found.get(report.ref.uid, Finding.REPORTED_ONLY)
        sheet.page.finding(x, top + 3.6 + lane * _STRIP, smaller, finding)
        said.add(meaning, one.case.patient_id, statement(smaller))
    return max(placed, default=0) + 1


def _draw_legend(sheet: Sheet, marks: _Counts, said: _Counts, drawn: list[CaseFindings]) -> float:
    groups = {
        "State": _state_entries(drawn),
        "Lane": _lane_entries(drawn),
        "Marks": marks.entries(),
        "Reported": said.entries(),
        "In the chart": finding_entries() if said.children else [],
    }
    return sheet.page.grouped_legend(
        sheet.y + 4, {name: entries for name, entries in groups.items() if entries}
    )


def _state_entries(drawn: list[CaseFindings]) -> list[LegendEntry]:
    """The states that stand in some lane, best first, and what hatched and white mean."""
    present = {stretch.state for one in drawn for stretch in stretches(one)}
    named = [(_state_words(state), shade(state)) for state in words.STATE_RANKS if state in present]
    neutral = [(NO_NAMED_STATE, style.DRUG)] if NO_NAMED_STATE in present else []
    return [
        *(LegendEntry(label, swatch(fill, edge=style.SILENT), WIDE) for label, fill in named + neutral),
        LegendEntry("not assessed", draw_hatching, WIDE),
        LegendEntry("no score until then", swatch(style.PAPER, edge=style.SILENT), WIDE),
    ]


def _state_words(state: str) -> str:
    """The letters in the lane and the state: "H  high activity"."""
    named = {"inactive": "inactive", "none": "no activity"}.get(state, f"{state} activity")
    return f"{_STATE_LETTERS[state]}  {named}"


def _lane_entries(drawn: list[CaseFindings]) -> list[LegendEntry]:
    """What stands along the lanes and at their ends."""
    ends = {words.end_reason(one.case) for one in drawn if one.case.last_contact is not None}
    entries = []
    if any(without_glucocorticoid(one) for one in drawn):
        entries.append(LegendEntry("no glucocorticoid", _draw_free, WIDE))
    if "still followed" in ends:
        entries.append(
            LegendEntry("still followed", lambda page, x, y: page.arrow(x - 2, y, color=style.SILENT))
        )
    if ends - {"still followed", "died"}:
        entries.append(LegendEntry("last contact", _draw_stroke, 4))
    if "died" in ends:
        entries.append(LegendEntry("died", draw_death))
    return entries


def _draw_free(page: Page, x: float, y: float) -> None:
    page.bar(x - 6, y - 0.5, x + 6, y + 0.5, fill=style.INK)


def _draw_stroke(page: Page, x: float, y: float) -> None:
    page.line(x, y - 4, x, y + 4, width=style.RING)


def _record(sheet: Sheet, one: CaseFindings) -> None:
    """The rows of one child, drawn or not."""
    case, child = one.case, one.case.patient_id
    sheet.row("lane", child, observed(one), "observed", detail=words.end_reason(case))
    for stretch in stretches(one):
        sheet.row("lane", child, DaySpan(stretch.first, stretch.last), stretch.state or "not assessed")
    for span in without_glucocorticoid(one):
        sheet.row("lane", child, span, "no glucocorticoid")
    for infusion in case.infusions:
        if infusion.given:
            sheet.row("marks", child, infusion.day, f"infusion {infusion.number}")
    for event in case.adverse_events:
        sheet.row("marks", child, event.start, event_symbol(event)[0], value=event.grade)
    found = {claim.ref.uid: claim.finding for claim in one.claims}
    for report in case.reports:
        finding = found.get(report.ref.uid, Finding.REPORTED_ONLY)
        sheet.row(
            "reported", child, report.day, words.claim_words(report.claim), detail=words.FINDINGS[finding]
        )


def _alt(ordered: list[CaseFindings]) -> str:
    groups: dict[str, int] = {}
    for one in ordered:
        name = words.DIAGNOSES.get(one.case.diagnosis, words.plain(one.case.diagnosis))
        groups[name] = groups.get(name, 0) + 1
    of_each = listed([f"{number} with {name}" for name, number in groups.items()])
    scored = sum(any(stretch.state for stretch in stretches(one)) for one in ordered)
    undated = sum(observed(one) is None for one in ordered)
    statements = sum(len(one.case.reports) for one in ordered)
    documented = sum(claim.finding is Finding.DOCUMENTED for one in ordered for claim in one.claims)
    return (
        f"Lanes of {words.counted(len(ordered), 'child', 'children')}, {of_each}, in months from the first infusion. "
        f"An activity score could be computed at some visit in {scored} of them; {undated} have no dated course. "
        f"The strips below the lanes hold {words.counted(statements, 'statement')}, {documented} of them documented. "
        "Shades of the lanes are documented states, hatching is not assessed."
    )


def _caption(ordered: list[CaseFindings]) -> str:
    sets = sorted({name for one in ordered if (name := cutoff_set(one))})
    named = f" by the cut-offs of {listed(sets)}" if sets else ""
    invented = "Invented data. " if any(one.case.invented for one in ordered) else ""
    has_mctd = any(one.case.diagnosis == "mctd" for one in ordered)
    mctd = " No validated activity score exists for MCTD: its lanes stay white." if has_mctd else ""
    return (
        f"{invented}{words.counted(len(ordered), 'child', 'children')}, grouped by diagnosis and ordered by follow-up "
        "after the first infusion, longest on top. A lane runs from onset, or from the first dated record, to the last "
        f"contact. Shades are activity states named at visits{named}, held until the next visit and at most six "
        f"months; hatched: not assessed since; white: no score until then.{mctd} The documented layer (lane) and the "
        "reported layer (strip below) are separate. Letters above a lane are starts (+) and stops (−) of drugs on the "
        "main scale; marks too close are set above each other."
    )
