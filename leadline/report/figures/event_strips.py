"""Strips of a timeline: what was said, what went wrong, for which days events were asked for, and how dense the
record is. Statements stand on no scale, apart from the measures."""

from __future__ import annotations

from leadline.casebook.case import AdverseEvent, Case, Report
from leadline.casebook.days import DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.axis import open_left
from leadline.report.figures.layout import lanes
from leadline.report.figures.page import Page
from leadline.report.figures.sheet import Sheet
from leadline.report.figures.symbols import finding_entries, statement, swatch
from leadline.verdicts.findings import CaseFindings, Finding

_LANE = 10.0
_SYMBOL = 9.0
_EVENT_LANE = 14.0


def draw_reported(sheet: Sheet, findings: CaseFindings) -> None:
    """One row a speaker; a mark is filled by the finding of its claim, hollow if no finding bears it out."""
    case = findings.case
    sheet.heading("Reported", some_undated=any(report.day is None for report in case.reports))
    if not case.reports:
        sheet.empty(sheet.y, sheet.y + 12, "no statement recorded")
        sheet.y += 16
        return
    found = {claim.ref.uid: claim.finding for claim in findings.claims}
    speakers = [*words.SPEAKERS, *sorted({report.speaker for report in case.reports} - set(words.SPEAKERS))]
    for speaker in speakers:
        said = [report for report in case.reports if report.speaker == speaker]
        if said:
            _draw_speaker(sheet, words.SPEAKERS.get(speaker, words.plain(speaker)), said, found)
    sheet.y += 2


def _draw_speaker(sheet: Sheet, speaker: str, said: list[Report], found: dict[str, Finding]) -> None:
    dated = [report for report in said if report.day is not None and sheet.axis is not None]
    undated = [report for report in said if report not in dated]
    placed = lanes([_extent(sheet, report) for report in dated])
    height = (max(placed, default=0) + 1) * _LANE
    bottom = sheet.y + height - _LANE / 2
    sheet.label(bottom, speaker)
    for report, lane in zip(dated, placed, strict=True):
        assert report.day is not None
        y = bottom - lane * _LANE
        _draw_statement(sheet, sheet.whisker(report.day, y), y, report, found)
    for number, report in enumerate(undated):
        x = sheet.gutter + 4 + number * _SYMBOL
        _draw_statement(sheet, x, bottom, report, found)
    for report in said:
        finding = found.get(report.ref.uid, Finding.REPORTED_ONLY)
        sheet.row(
            "reported", speaker, report.day, words.claim_words(report.claim), detail=words.FINDINGS[finding]
        )
    sheet.y += height + 1


def _extent(sheet: Sheet, report: Report) -> tuple[float, float]:
    assert sheet.axis is not None
    assert report.day is not None
    x0, x1 = sheet.axis.x(report.day.first), sheet.axis.x(report.day.last)
    middle = (x0 + x1) / 2
    return min(x0, middle - _SYMBOL / 2), max(x1, middle + _SYMBOL / 2)


def _draw_statement(sheet: Sheet, x: float, y: float, report: Report, found: dict[str, Finding]) -> None:
    mark, meaning = words.CLAIM_MARKS.get(report.claim, words.CLAIM_MARKS["other"])
    finding = found.get(report.ref.uid, Finding.REPORTED_ONLY)
    sheet.page.finding(x, y, mark, finding)
    sheet.used("Reported", meaning, statement(mark))
    for entry in finding_entries():
        sheet.used("In the chart", entry.label, entry.draw)


def draw_events(sheet: Sheet, findings: CaseFindings) -> None:
    """Adverse events with their grade, ringed if serious; under them the days for which events were asked for."""
    case = findings.case
    sheet.heading("Adverse events", some_undated=any(event.start is None for event in case.adverse_events))
    if case.adverse_events:
        _draw_event_rows(sheet, case)
    _draw_asked(sheet, findings)


def _draw_event_rows(sheet: Sheet, case: Case) -> None:
    dated = [event for event in case.adverse_events if event.start is not None and sheet.axis is not None]
    undated = [event for event in case.adverse_events if event not in dated]
    placed = lanes([_event_extent(sheet, event) for event in dated], gap=2)
    height = (max(placed, default=0) + 1) * _EVENT_LANE
    bottom = sheet.y + height - 7
    sheet.label(bottom, "CTCAE grade")
    for event, lane in zip(dated, placed, strict=True):
        _draw_event(sheet, event, bottom - lane * _EVENT_LANE)
    for number, event in enumerate(undated):
        _draw_grade(sheet, event, sheet.gutter + 6 + number * 12, bottom)
    for event in case.adverse_events:
        serious = {True: "serious", False: "not serious", None: "not recorded whether serious"}[event.serious]
        criteria = ", ".join(words.plain(criterion) for criterion in event.serious_criteria)
        sheet.row("adverse events", "event", _until(event), serious, value=event.grade, detail=criteria)
    sheet.y += height + 1


def _until(event: AdverseEvent) -> DaySpan | None:
    if event.start is None or event.stop is None:
        return event.start
    return DaySpan(event.start.first, max(event.start.last, event.stop.last))


def _event_extent(sheet: Sheet, event: AdverseEvent) -> tuple[float, float]:
    assert sheet.axis is not None
    assert event.start is not None
    until = _until(event) or event.start
    x0 = sheet.axis.x(event.start.first)
    admitted = 8 if "hospitalisation" in event.serious_criteria else 0
    return x0 - 6, max(sheet.axis.x(until.last), x0 + 6) + admitted


def _draw_event(sheet: Sheet, event: AdverseEvent, y: float) -> None:
    assert sheet.axis is not None
    assert event.start is not None
    x = sheet.axis.x(event.start.first)
    until = _until(event) or event.start
    end = max(sheet.axis.x(until.last), x)
    if until.last > event.start.first:
        known = event.stop is not None and event.stop.is_exact and event.start.is_exact
        sheet.page.line(x, y, end, y, color=style.INK, width=2.0 if known else style.HAIRLINE)
        if not event.start.is_exact:
            sheet.whisker(event.start, y, color=style.INK)
    _draw_grade(sheet, event, x, y, end)


def _draw_grade(sheet: Sheet, event: AdverseEvent, x: float, y: float, end: float = 0.0) -> None:
    """The grade in a box, `?` if not recorded; a ring if serious, a dashed one if nobody recorded whether."""
    page = sheet.page
    page.bar(x - 3.6, y - 4, x + 3.6, y + 4, fill=style.PAPER, edge=style.INK, edge_width=0.7)
    page.text(x, y, "?" if event.grade is None else str(event.grade), size=style.SMALL, align="center")
    sheet.used("Events", "adverse event with its grade", lambda page, x, y: _draw_box(page, x, y, "2"))
    if event.grade is None:
        sheet.used("Events", "grade not recorded", lambda page, x, y: _draw_box(page, x, y, "?"))
    if event.serious is not False:
        page.ring(x, y, 12, dashed=event.serious is None)
        meaning = "serious" if event.serious else "not recorded whether serious"
        dashed = event.serious is None
        sheet.used("Events", meaning, lambda page, x, y: page.ring(x, y, 9, dashed=dashed), 10)
    if "hospitalisation" in event.serious_criteria:
        page.text(max(x + 6, end) + 2, y, "H", size=style.SMALL)
        sheet.used_letter("Events", "H", "stay in hospital")
    if event.fatal:
        page.mark(x, y - 9, style.CROSS, face=style.INK, size=5)
        sheet.used("Events", "death", lambda page, x, y: page.mark(x, y, style.CROSS, face=style.INK, size=5))


def _draw_box(page: Page, x: float, y: float, grade: str) -> None:
    page.bar(x - 3.6, y - 4, x + 3.6, y + 4, fill=style.PAPER, edge=style.INK, edge_width=0.7)
    page.text(x, y, grade, size=style.SMALL, align="center")


def _draw_asked(sheet: Sheet, findings: CaseFindings) -> None:
    """Solid where events were asked for, hatched elsewhere: there silence is not safety."""
    y0, y1 = sheet.y + 1.5, sheet.y + 7.5
    sheet.label((y0 + y1) / 2, "asked for")
    if sheet.axis is None or not findings.asked_spans:
        sheet.empty(sheet.y - 1, sheet.y + 11, "never recorded as asked for")
        sheet.y += 13
        return
    last = findings.case.last_contact.last if findings.case.last_contact else sheet.axis.last
    sheet.hatch(sheet.axis.first, min(last, sheet.axis.last), y0, y1)
    sheet.used_hatching()
    for span in findings.asked_spans:
        sheet.band(
            sheet.axis.earliest if open_left(span) else span.first, span.last, y0, y1, fill=style.DOCUMENTED
        )
        sheet.row("adverse events", "asked for", span, "covered")
        sheet.used(
            "Events",
            "events asked for",
            swatch(style.DOCUMENTED),
            12,
        )
    sheet.y += 11


def draw_record(sheet: Sheet, case: Case) -> None:
    """A tick for every day with a visit or laboratory value; a partial date is a bar over its possible days."""
    sheet.y += 1
    middle = sheet.y + 5
    sheet.label(middle, "visits and laboratory")
    if sheet.axis is None or not case.assessments:
        sheet.empty(sheet.y, sheet.y + 12, "no dated visit recorded")
    else:
        for assessment in case.assessments:
            _draw_visit(sheet, assessment.day, middle)
            sheet.row("record", "visit", assessment.day, "visit or laboratory")
        sheet.used(
            "Events", "visit or laboratory day", lambda page, x, y: page.line(x, y - 3.5, x, y + 3.5), 4
        )
    if case.undated:
        sheet.page.text(
            sheet.gutter, middle, f"{len(case.undated)} no date", size=style.SMALL, color=style.QUIET
        )
    sheet.y += 13


def _draw_visit(sheet: Sheet, day: DaySpan, y: float) -> None:
    assert sheet.axis is not None
    if day.is_exact:
        x = sheet.axis.x(day.first)
        sheet.page.line(x, y - 3.5, x, y + 3.5, color=style.INK, width=style.LINE)
    else:
        sheet.whisker(day, y, color=style.INK)
