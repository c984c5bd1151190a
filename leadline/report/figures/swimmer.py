"""Figure B: all children, one lane each, in months from the first infusion; documented above, reported below.

A lane is as long as the child was under observation. Its shade is the activity state that a validated score named at
a visit, held until the next visit and at most six months; after that it is hatched, and before the first score white.
The thin strip under the lane is what the family said. The two layers are the point of the figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from leadline.casebook.case import Case
from leadline.casebook.days import DAYS_IN_MONTH, DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.axis import TimeAxis, draw_break, draw_months, time_axis
from leadline.report.figures.layout import lanes, text_width
from leadline.report.figures.measure_panels import cutoff_set, main_score
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted, Value
from leadline.report.figures.sheet import Sheet
from leadline.verdicts.findings import CaseFindings, Finding, Findings, ScoreAt

HELD_DAYS = 6 * DAYS_IN_MONTH
"""How long a state is shown without another visit: a rule of this figure, printed in its caption."""

MOST_LANES = 60
"""More lanes than this fill no page that can be read; the data of the figure hold every child all the same."""

_BAR = 8.0
_STRIP = 8.0
_MARK_STEP = 8.5


@dataclass(slots=True)
class _Counts:
    """How many of each symbol stand in the figure, over how many children."""

    seen: dict[str, list[str]] = field(default_factory=dict)
    draws: dict[str, Callable[[Page, float, float], None]] = field(default_factory=dict)

    def add(self, label: str, child: str, draw: Callable[[Page, float, float], None]) -> None:
        self.seen.setdefault(label, []).append(child)
        self.draws.setdefault(label, draw)

    def entries(self, one: str = "event") -> list[LegendEntry]:
        return [
            LegendEntry(
                f"{label} ({words.counted(len(children), one)} in {words.counted(len(set(children)), 'child', 'children')})",
                self.draws[label], 10,
            )
            for label, children in self.seen.items()
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a lane under one state; `state` empty: not assessed."""

    first: int
    last: int
    state: str


def plot_swimmer(findings: Findings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """All children by diagnosis, the longest followed first. At most `MOST_LANES` are drawn, and the figure says so."""
    page = Page(width_mm * style.POINTS_PER_MM)
    ordered = _ordered(findings)
    sheet = _sheet(page, ordered[:MOST_LANES])
    counts, said = _Counts(), _Counts()
    _draw_head(sheet, findings, ordered)
    top = sheet.y
    diagnosis = None
    for case_findings in ordered[:MOST_LANES]:
        if case_findings.case.diagnosis != diagnosis:
            diagnosis = case_findings.case.diagnosis
            sheet.y += 4
            page.text(2, sheet.y + 5, words.DIAGNOSES.get(diagnosis, words.plain(diagnosis)), bold=True)
            sheet.y += 11
        _draw_child(sheet, case_findings, counts, said)
    if sheet.axis is not None:
        _draw_zero(sheet, sheet.axis, top)
        sheet.y = draw_months(page, sheet.axis, sheet.y + 3)
        page.text((sheet.axis.start + sheet.axis.right) / 2, sheet.y + 5, "months from first infusion",
                  size=style.SMALL, align="center", color=style.QUIET)  # fmt: skip
        sheet.y += 12
    height = _draw_legend(sheet, counts, said)
    for case_findings in ordered[MOST_LANES:]:
        _record(sheet, case_findings)
    return Plotted(page.finish(height + 3), _alt(ordered), _caption(findings, ordered), tuple(sheet.rows))


def _ordered(findings: Findings) -> list[CaseFindings]:
    diagnoses = list(words.DIAGNOSES)

    def key(one: CaseFindings) -> tuple[int, str, float, str]:
        case = one.case
        place = diagnoses.index(case.diagnosis) if case.diagnosis in diagnoses else len(diagnoses)
        followed = case.last_contact.first if case.last_contact is not None else float("-inf")
        return place, case.diagnosis, -followed, case.patient_id

    return sorted(findings.cases, key=key)


def _sheet(page: Page, ordered: list[CaseFindings]) -> Sheet:
    widest = max((text_width(one.case.patient_id, style.SMALL) for one in ordered), default=30)
    left = 2 + min(widest, 0.22 * page.width) + 8
    gutter = page.width - 2 - (text_width("no date", style.SMALL) + 2 if any(map(_has_undated, ordered)) else 0)
    right = gutter - 7
    measured = [day for one in ordered for day in _dated(one.case)]
    past = [onset for one in ordered if (onset := one.case.onset) is not None and one.case.last_contact is not None]
    return Sheet(page, time_axis(left, right, measured=measured, history=past), left, right, gutter)


def _dated(case: Case) -> list[DaySpan]:
    days = [
        *(assessment.day for assessment in case.assessments),
        *(infusion.day for infusion in case.infusions),
        *(report.day for report in case.reports),
        *(event.start for event in case.adverse_events),
        case.last_contact,
    ]
    return [day for day in days if day is not None]


def _has_undated(one: CaseFindings) -> bool:
    case = one.case
    return any(fact.day is None for fact in (*case.reports, *case.infusions)) or any(
        event.start is None for event in case.adverse_events
    )


def _draw_head(sheet: Sheet, findings: Findings, ordered: list[CaseFindings]) -> None:
    invented = "invented data · " if any(one.case.invented for one in ordered) else ""
    text = f"{invented}{words.counted(len(ordered), 'child', 'children')}"
    if len(ordered) > MOST_LANES:
        text += f", the first {MOST_LANES} drawn"
    sheet.page.text(2, 8, text, size=style.SMALL, color=style.QUIET)
    if any(map(_has_undated, ordered)):
        sheet.page.text(sheet.gutter, 8, "no date", size=style.SMALL, color=style.QUIET)
    sheet.y = 14


def _draw_child(sheet: Sheet, one: CaseFindings, counts: _Counts, said: _Counts) -> None:
    """Marks above, the lane of documented states, the strip of statements below."""
    case = one.case
    _record(sheet, one)
    marks = _marks(sheet, case)
    placed = lanes([(x - half, x + half) for x, half, *_ in marks], gap=0.5)
    bar_top = sheet.y + (max(placed, default=-1) + 1) * _MARK_STEP + 2
    for (x, _, label, draw), lane in zip(marks, placed, strict=True):
        draw(sheet.page, x, bar_top - 4.8 - lane * _MARK_STEP)
        counts.add(label, case.patient_id, _LEGEND_MARKS[label])
    sheet.label(bar_top + _BAR / 2, case.patient_id)
    _draw_lane(sheet, one, bar_top)
    rows = _draw_said(sheet, one, bar_top + _BAR + 1, said)
    sheet.y = bar_top + _BAR + 1 + rows * _STRIP + 3


def _marks(sheet: Sheet, case: Case) -> list[tuple[float, float, str, Callable[[Page, float, float], None]]]:
    """Place, half width, legend label and drawing of everything above a lane; what has no day stands in the gutter."""
    marks: list[tuple[float, float, str, Callable[[Page, float, float], None]]] = []
    beside = sheet.gutter + 5
    for infusion in case.infusions:
        if infusion.given:
            dated = infusion.day is not None and sheet.axis is not None
            x = _middle(sheet, infusion.day) if dated else beside
            number = str(infusion.number)
            marks.append((x, 3.4 + text_width(number, style.SMALL), "infusion", _infusion_mark(number if dated else "?")))
    for event in case.adverse_events:
        x = _middle(sheet, event.start) if event.start is not None and sheet.axis is not None else beside
        fatal = event.outcome == "fatal" or "death" in event.serious_criteria
        label = "death" if fatal else _SERIOUS[event.serious]
        marks.append((x, 4.0, label, _LEGEND_MARKS[label]))
    return marks


_SERIOUS = {True: "serious event", False: "other event", None: "event, not recorded whether serious"}


def _middle(sheet: Sheet, day: DaySpan | None) -> float:
    assert sheet.axis is not None
    assert day is not None
    return (sheet.axis.x(day.first) + sheet.axis.x(day.last)) / 2


def _infusion_mark(number: str) -> Callable[[Page, float, float], None]:
    def draw(page: Page, x: float, y: float) -> None:
        page.mark(x, y, style.DOWN, face=style.INFUSION, size=5.5)
        page.text(x + 3.6, y, number, size=style.SMALL)

    return draw


_LEGEND_MARKS: dict[str, Callable[[Page, float, float], None]] = {
    "infusion": lambda page, x, y: page.mark(x, y, style.DOWN, face=style.INFUSION, size=5.5),
    "serious event": lambda page, x, y: page.mark(x, y, style.DIAMOND, face=style.INK),
    "other event": lambda page, x, y: page.mark(x, y, style.DIAMOND, face=style.PAPER, edge=style.INK, edge_width=0.8),
    "event, not recorded whether serious": lambda page, x, y: page.mark(
        x, y, style.DIAMOND, face=style.INK, edge=style.INK, edge_width=0.8, half=True
    ),
    "death": lambda page, x, y: page.mark(x, y, style.CROSS, face=style.INK, size=6),
}


def _draw_lane(sheet: Sheet, one: CaseFindings, top: float) -> None:
    case = one.case
    if sheet.axis is None or not _observed(case):
        sheet.empty(top, top + _BAR, "nothing dated")
        return
    first, last = _observed(case)
    bottom = top + _BAR
    for x0, x1 in sheet.pieces(first, last):
        sheet.page.bar(x0, top, x1, bottom, fill=style.PAPER, edge=style.SILENT)
    for stretch in stretches(one):
        if stretch.state:
            sheet.band(stretch.first, stretch.last, top, bottom, fill=shade(stretch.state))
            x0, x1 = sheet.pieces(stretch.first, stretch.last)[-1]
            letter = stretch.state[:3] if stretch.state == "minimal" else stretch.state[:1]
            if x1 - x0 > text_width(letter, style.SMALL) + 3:
                dark = words.STATE_RANKS.get(stretch.state, 0) >= 2
                sheet.page.text((x0 + x1) / 2, (top + bottom) / 2, letter.upper() if len(letter) == 1 else letter,
                                size=style.SMALL, align="center", color=style.PAPER if dark else style.INK)  # fmt: skip
        else:
            sheet.hatch(stretch.first, stretch.last, top, bottom)
    for x0, x1 in sheet.pieces(first, last):
        sheet.page.bar(x0, top, x1, bottom, edge=style.SILENT)
    if case.last_contact is not None:
        x = sheet.axis.x(last)
        if words.end_reason(case) == "still followed":
            sheet.page.arrow(x, (top + bottom) / 2, color=style.SILENT)
        else:
            sheet.page.line(x, top - 2, x, bottom + 2, color=style.INK, width=style.RING)


def _observed(case: Case) -> tuple[int, int] | tuple[()]:
    """First and last day under observation, as the record bounds them; empty if nothing is dated."""
    starts = [case.onset.first] if case.onset is not None else [day.first for day in _dated(case)]
    ends = [case.last_contact.last] if case.last_contact is not None else [day.last for day in _dated(case)]
    return (min(starts), max(ends)) if starts and ends else ()


def shade(state: str) -> str:
    """The fill of a state; a state that the order does not know has the neutral fill of a drug."""
    rank = words.STATE_RANKS.get(state)
    return style.DRUG if rank is None else style.STATES[rank]


def stretches(one: CaseFindings) -> list[Stretch]:
    """A child's lane from its first score on: each state held until the next visit, at most `HELD_DAYS`."""
    scores = [score for score in one.scores if score.measure == main_score(one) and score.evidence]
    observed = _observed(one.case)
    if not scores or not observed:
        return []
    end = observed[1]
    parts: list[Stretch] = []
    for score, following in zip(scores, [*scores[1:], None], strict=True):
        start = score.day.last
        until = min(end, following.day.last if following is not None else end)
        state = _state(score)
        held = min(until, int(start + HELD_DAYS)) if state else start
        if held > start:
            parts.append(Stretch(start, held, state))
        if until > held:
            parts.append(Stretch(held, until, ""))
    return parts


def _state(score: ScoreAt) -> str:
    if score.value is None:
        return ""
    return score.states[0][1] if score.states else "scored, no named state"


def _draw_said(sheet: Sheet, one: CaseFindings, top: float, said: _Counts) -> int:
    """Statements under the lane; gives how many rows they take."""
    found = {claim.ref.uid: claim.finding for claim in one.claims}
    places = [
        (_middle(sheet, report.day) if report.day is not None and sheet.axis is not None else sheet.gutter + 4)
        for report in one.case.reports
    ]
    placed = lanes([(x - 4, x + 4) for x in places], gap=0.5)
    for report, x, lane in zip(one.case.reports, places, placed, strict=True):
        mark, meaning = words.CLAIM_MARKS.get(report.claim, words.CLAIM_MARKS["other"])
        smaller = style.Mark(mark.marker, mark.size * 0.85)
        sheet.page.finding(x, top + 3.6 + lane * _STRIP, smaller, found.get(report.ref.uid, Finding.REPORTED_ONLY).value)
        said.add(meaning, one.case.patient_id, _said_symbol(smaller))
    return max(placed, default=0) + 1


def _said_symbol(mark: style.Mark) -> Callable[[Page, float, float], None]:
    return lambda page, x, y: page.finding(x, y, mark, "reported_only")


def _draw_zero(sheet: Sheet, axis: TimeAxis, top: float) -> None:
    x = axis.x(0)
    sheet.page.line(x, top, x, sheet.y + 3, color=style.SILENT, width=style.HAIRLINE)
    if axis.has_break:
        draw_break(sheet.page, axis, top)


def _draw_legend(sheet: Sheet, counts: _Counts, said: _Counts) -> float:
    y = sheet.y + 4
    sheet.page.line(2, y, sheet.end, y, color=style.FAINT, width=style.HAIRLINE)
    y += 4
    states = [LegendEntry(f"{name}", _swatch(fill), 12) for name, fill in zip(words.STATE_RANKS, style.STATES, strict=True)]
    states += [
        LegendEntry("scored, no named state", _swatch(style.DRUG), 12),
        LegendEntry("not assessed", lambda page, x, y: page.hatched(x - 6, y - 3, x + 6, y + 3), 12),
        LegendEntry("never assessed until then", lambda page, x, y: page.bar(x - 6, y - 3, x + 6, y + 3, edge=style.SILENT), 12),
    ]  # fmt: skip
    findings = [
        LegendEntry(words.FINDINGS[finding], _finding_symbol(finding)) for finding in Finding
    ]
    groups = (("State", states), ("Marks", counts.entries()), ("Reported", said.entries("statement")), ("In the chart", findings))
    left = 2 + text_width("In the chart", style.SMALL, bold=True) + 8
    for title, entries in groups:
        if entries:
            sheet.page.text(2, y + 5.6, title, size=style.SMALL, bold=True, color=style.QUIET)
            y = sheet.page.legend(left, y, sheet.end - left, entries)
    return y


def _swatch(fill: str) -> Callable[[Page, float, float], None]:
    return lambda page, x, y: page.bar(x - 6, y - 3, x + 6, y + 3, fill=fill, edge=style.SILENT)


def _finding_symbol(finding: Finding) -> Callable[[Page, float, float], None]:
    return lambda page, x, y: page.finding(x, y, style.CIRCLE, finding.value)


def _record(sheet: Sheet, one: CaseFindings) -> None:
    case = one.case
    observed = _observed(case)
    child = case.patient_id
    sheet.row("lane", child, DaySpan(*observed) if observed else None, "observed", detail=words.end_reason(case))
    for stretch in stretches(one):
        sheet.row("lane", child, DaySpan(stretch.first, stretch.last), stretch.state or "not assessed")
    for infusion in case.infusions:
        if infusion.given:
            sheet.row("marks", child, infusion.day, f"infusion {infusion.number}")
    for event in case.adverse_events:
        sheet.row("marks", child, event.start, _SERIOUS[event.serious], value=event.grade)
    found = {claim.ref.uid: claim.finding for claim in one.claims}
    for report in case.reports:
        finding = found.get(report.ref.uid, Finding.REPORTED_ONLY)
        sheet.row("reported", child, report.day, words.claim_words(report.claim), detail=words.FINDINGS[finding])


def _alt(ordered: list[CaseFindings]) -> str:
    groups: dict[str, int] = {}
    for one in ordered:
        name = words.DIAGNOSES.get(one.case.diagnosis, words.plain(one.case.diagnosis))
        groups[name] = groups.get(name, 0) + 1
    scored = sum(bool(stretches(one)) for one in ordered)
    undated = sum(not _observed(one.case) for one in ordered)
    statements = sum(len(one.case.reports) for one in ordered)
    documented = sum(claim.finding is Finding.DOCUMENTED for one in ordered for claim in one.claims)
    return (
        f"Lanes of {words.counted(len(ordered), 'child', 'children')} ({words.listed([f'{n} {name}' for name, n in groups.items()])}) "
        f"in months from the first infusion. In {scored} of them an activity score was computed at some visit; "
        f"{undated} {'has' if undated == 1 else 'have'} nothing dated. Families made {words.counted(statements, 'statement')}, of which "
        f"{documented} {'is' if documented == 1 else 'are'} documented. Documented states fill the lanes; statements stand in a strip below each."
    )


def _caption(findings: Findings, ordered: list[CaseFindings]) -> str:
    sets = sorted({name for one in ordered if (name := cutoff_set(one))})
    named = f" by the cut-offs of {words.listed(sets)}" if sets else ""
    return (
        f"{words.counted(len(ordered), 'child', 'children')}, grouped by diagnosis and ordered by follow-up after the first "
        f"infusion, longest on top. A lane runs from onset (or the first dated record) to the last contact; it ends in an "
        "arrow if the child is still followed and in a stroke otherwise. Shades are activity states named at visits"
        f"{named}, held until the next visit and at most six months; hatched means not assessed since, white never "
        "assessed until then. Documented (lanes) and reported (strips below) are separate layers. For MCTD no validated "
        "activity score exists, so its lanes stay white."
    )
