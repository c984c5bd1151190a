"""What stands above a swimmer lane: infusions, adverse events, starts and stops of drugs."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.casebook.case import AdverseEvent, Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.axis import open_left
from leadline.report.figures.layout import text_width
from leadline.report.figures.page import Page
from leadline.report.figures.sheet import Sheet
from leadline.report.figures.symbols import Draw, letters
from leadline.report.figures.treatment_lanes import goes_on
from leadline.verdicts.treatment import drug_key


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A symbol above a lane: its place, how far it reaches to both sides, what it is called in the legend."""

    x: float
    before: float
    after: float
    label: str
    draw: Draw
    key: Draw


def lane_marks(sheet: Sheet, case: Case) -> list[LaneMark]:
    """Everything above a lane, by time; what has no day stands in the column beside."""
    beside = sheet.gutter + 5
    marks = []
    for infusion in case.infusions:
        if infusion.given:
            number = "?" if infusion.day is None else str(infusion.number)
            x = beside if infusion.day is None else sheet.middle(infusion.day)
            reach = 4 + text_width(number, style.SMALL)
            marks.append(LaneMark(x, 3, reach, "infusion", _numbered(number), _draw_infusion))
    for event in case.adverse_events:
        x = beside if event.start is None else sheet.middle(event.start)
        label, draw = event_symbol(event)
        marks.append(LaneMark(x, 3.8, 3.8, label, draw, draw))
    return marks + _drug_marks(sheet, case)


def _drug_marks(sheet: Sheet, case: Case) -> list[LaneMark]:
    """Starts and stops of drugs on the main scale, as the letter of the group with + or -; steps of dose are none."""
    if sheet.axis is None:
        return []
    marks = []
    for course in case.courses:
        same = [other for other in case.courses if drug_key(other) == drug_key(course)]
        letter = words.GROUP_LETTERS[words.drug_group(course)]
        started, stopped = course.start, course.stop
        if (
            started is not None
            and not open_left(started)
            and not any(goes_on(other, course) for other in same)
        ):
            marks += _drug_mark(sheet, started, f"{letter}+", course)
        if stopped is not None and not any(goes_on(course, other) for other in same):
            marks += _drug_mark(sheet, stopped, f"{letter}−", course)
    return marks


def _drug_mark(sheet: Sheet, day: DaySpan, text: str, course: DrugCourse) -> list[LaneMark]:
    assert sheet.axis is not None
    if not sheet.axis.first <= day.first <= day.last <= sheet.axis.last:
        return []
    half = text_width(text, style.SMALL) / 2 + 0.5
    label = f"{'start' if text.endswith('+') else 'stop'} of {_group_words(course)}"
    draw = letters(text, color=style.QUIET)
    return [LaneMark(sheet.middle(day), half, half, label, draw, draw)]


def _group_words(course: DrugCourse) -> str:
    group = words.drug_group(course)
    return {
        "JAK and other targeted": "a JAK or other targeted drug",
        "NSAID": "an NSAID",
        "Other": "another drug",
    }.get(group, f"a {group.lower()}{' drug' if group == 'Conventional' else ''}")


def _numbered(number: str) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        _draw_infusion(page, x, y)
        page.text(x + 3.6, y, number, size=style.SMALL)

    return draw


def _draw_infusion(page: Page, x: float, y: float) -> None:
    page.mark(x, y, style.DOWN, face=style.INFUSION, size=5.5)


def event_symbol(event: AdverseEvent) -> tuple[str, Draw]:
    """What an event is called in the legend, and its symbol."""
    if event.fatal:
        return "death", draw_death
    match event.serious:
        case True:
            return "serious event", lambda page, x, y: page.mark(x, y, style.DIAMOND, face=style.INK)
        case False:
            return "other event", _draw_open
        case None:
            return "event, not recorded whether serious", _draw_half


def draw_death(page: Page, x: float, y: float) -> None:
    page.mark(x, y, style.CROSS, face=style.INK, size=6)


def _draw_open(page: Page, x: float, y: float) -> None:
    page.mark(x, y, style.DIAMOND, face=style.PAPER, edge=style.INK, edge_width=0.8)


def _draw_half(page: Page, x: float, y: float) -> None:
    page.mark(x, y, style.DIAMOND, face=style.INK, edge_width=0.8, half=True)
