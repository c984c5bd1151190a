"""Panel of a timeline: the drugs, one lane a drug, grouped; dose as height, reasons for stopping as letters.

What is not known looks so: a partial start fades in over all its possible days, an unknown start is open, a course of
which nobody knows whether it went on is hatched, and a drug without any date is named but never drawn in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.axis import open_left
from leadline.report.figures.page import Page
from leadline.report.figures.sheet import Sheet
from leadline.verdicts.findings import ClaimVerdict

_TALL = 7.0  # height of the highest dose
_PLAIN = 3.6  # height where no dose is recorded
_OPEN = 12.0  # length of an open end, in points
_LANE = 10.5


def is_dated(course: DrugCourse) -> bool:
    return any(day is not None for day in (course.start, course.stop, course.ongoing_as_of))


def confounding_rows(claims: Iterable[ClaimVerdict]) -> frozenset[str]:
    """Courses that attribution names beside some claim, by uid."""
    return frozenset(confounder.ref.uid for claim in claims for confounder in claim.attribution.confounders)


def draw_treatment(sheet: Sheet, case: Case, claims: tuple[ClaimVerdict, ...]) -> None:
    """Lanes of all drugs, from the sheet's cursor downwards."""
    sheet.heading("Treatment", some_undated=any(not is_dated(course) for course in case.courses))
    if not case.courses:
        sheet.empty(sheet.y, sheet.y + 12, "no drug recorded")
        sheet.y += 14
        return
    confounding = confounding_rows(claims)
    for group, _ in words.DRUG_GROUPS:
        drugs = _by_drug(course for course in case.courses if words.drug_group(course) == group)
        if drugs:
            sheet.page.text(2, sheet.y + 5, group, size=style.SMALL, color=style.QUIET)
            sheet.y += 9
        for courses in drugs:
            _draw_lane(sheet, case, group, courses, confounding)
    sheet.y += 3


def _by_drug(courses: Iterable[DrugCourse]) -> list[list[DrugCourse]]:
    """Courses of one drug together, drugs in order of their first known day, the undated last."""
    drugs: dict[str, list[DrugCourse]] = {}
    for course in courses:
        drugs.setdefault(words.drug_name(course), []).append(course)
    for together in drugs.values():
        together.sort(key=_known_from)
    return sorted(
        drugs.values(), key=lambda together: (_known_from(together[0]), words.drug_name(together[0]))
    )


def _known_from(course: DrugCourse) -> float:
    days = [day.last for day in (course.start, course.stop, course.ongoing_as_of) if day is not None]
    return min(days, default=float("inf"))


def _draw_lane(
    sheet: Sheet, case: Case, group: str, courses: list[DrugCourse], confounding: frozenset[str]
) -> None:
    page = sheet.page
    name = words.drug_name(courses[0])
    flagged = any(course.ref.uid in confounding for course in courses)
    unit = _one_unit(courses)
    shows_doses = group == "Glucocorticoid" and unit is not None
    base = sheet.y + (8.5 if shows_doses else 0) + _LANE - 2
    middle = base - _PLAIN / 2 - 0.5
    sheet.label(middle, name + (" †" if flagged else ""), indent=5)
    if shows_doses:
        page.text(
            sheet.left - 4, base - _TALL - 3.5, unit or "", size=style.SMALL, align="right", color=style.QUIET
        )
    highest = max((course.dose for course in courses if course.dose is not None), default=None)
    for course, following in pairwise([*courses, None]):
        assert course is not None
        _record(sheet, group, course, flagged=course.ref.uid in confounding)
        if sheet.axis is None or not is_dated(course):
            continue
        tall = _TALL * course.dose / highest if unit and course.dose and highest else _PLAIN
        fill = style.CONFOUNDER if course.ref.uid in confounding else style.DRUG
        end = _draw_course(sheet, case, course, base, max(tall, 1.2), fill)
        if shows_doses and course.dose is not None:
            _draw_dose(sheet, course, base - _TALL - 3.5)
        if course.stop is not None and not goes_on(course, following):
            letter = words.STOP_CODES.get(course.stop_reason, words.STOP_CODES["unknown"])
            if page.text_if_free(end + 2, middle, letter[0], size=style.SMALL):
                sheet.used_letter("Stopped", *letter)
    if not any(is_dated(course) for course in courses):
        page.text(sheet.gutter, middle, "taken", size=style.SMALL, color=style.QUIET)
    if flagged:
        sheet.used(
            "Treatment",
            "† changed as well: benefit cannot be put down to the cells alone",
            _draw_confounder,
            14,
        )
    sheet.y = base + 2.5


def _one_unit(courses: list[DrugCourse]) -> str | None:
    """The unit of all doses of a lane; None if none is recorded or they differ and no height can compare them."""
    units = {
        (course.dose_unit, course.frequency, course.dose_basis)
        for course in courses
        if course.dose is not None
    }
    if len(units) != 1:
        return None
    unit, frequency, _ = units.pop()
    return " ".join(part for part in (unit, words.plain(frequency)) if part) or None


def goes_on(course: DrugCourse, following: DrugCourse | None) -> bool:
    """Whether the stop is only a change of dose: the same drug starts again by the next day."""
    if following is None or following is course or following.start is None or course.stop is None:
        return False
    return course.stop.first <= following.start.last and following.start.first <= course.stop.last + 1


def _draw_course(sheet: Sheet, case: Case, course: DrugCourse, base: float, tall: float, fill: str) -> float:
    """One bar with its two ends; gives the place of its right end."""
    assert sheet.axis is not None
    top = base - tall
    end_day, end_x = _right_end(sheet, case, course, top, base, fill)
    start = course.start
    if start is None or open_left(start):
        known = end_day if start is None else start.last
        x = sheet.axis.x(known)
        clear = max(x - _OPEN, sheet.axis.left)
        sheet.page.faded(clear, x, top, base, fill=fill)
        sheet.used(
            "Treatment",
            "start not known",
            lambda page, x, y: page.faded(x - 6, x + 6, y - 2, y + 2, fill=style.DRUG),
            12,
        )
        if start is None:
            return end_x
        solid_from = start.last
    else:
        solid_from = start.last
        if not start.is_exact:
            sheet.page.faded(sheet.axis.x(start.first), sheet.axis.x(start.last), top, base, fill=fill)
            sheet.used("Treatment", "date known only within the fading", _draw_fade, 16)
    if solid_from < end_day:
        sheet.band(solid_from, end_day, top, base, fill=fill)
    return end_x


def _right_end(
    sheet: Sheet, case: Case, course: DrugCourse, top: float, base: float, fill: str
) -> tuple[int, float]:
    """Draws what lies beyond the certain part; gives the last certain day and where the drawing ends."""
    assert sheet.axis is not None
    if course.stop is not None:
        if not course.stop.is_exact:
            sheet.page.faded(
                sheet.axis.x(course.stop.last), sheet.axis.x(course.stop.first), top, base, fill=fill
            )
            sheet.used("Treatment", "date known only within the fading", _draw_fade, 16)
        return course.stop.first, sheet.axis.x(course.stop.last)
    cut_off = course.ongoing_as_of or (case.last_contact if course.ongoing else None)
    if course.ongoing and cut_off is not None:
        x = sheet.axis.x(cut_off.first)
        middle = base - (base - top) / 2
        sheet.page.arrow(x, middle, color=fill)
        sheet.used(
            "Treatment", "ongoing on that day", lambda page, x, y: page.arrow(x - 2, y, color=style.DRUG), 9
        )
        return cut_off.first, x + 4
    known = cut_off if cut_off is not None else course.start
    assert known is not None
    last = case.last_contact.first if case.last_contact is not None else int(sheet.axis.last)
    if last > known.last:
        sheet.hatch(known.last, last, base - _PLAIN, base)
        sheet.used_hatching()
    return known.last, sheet.axis.x(max(last, known.last))


def _draw_dose(sheet: Sheet, course: DrugCourse, y: float) -> None:
    """The dose above the start of its bar, where it is free."""
    assert sheet.axis is not None
    start = course.start or course.stop
    if start is not None and course.dose is not None:
        sheet.page.text_if_free(sheet.axis.x(start.last), y, f"{course.dose:g}", size=style.SMALL)


def _draw_fade(page: Page, x: float, y: float) -> None:
    page.faded(x - 8, x, y - 2, y + 2, fill=style.DRUG)
    page.bar(x, y - 2, x + 8, y + 2, fill=style.DRUG)


def _draw_confounder(page: Page, x: float, y: float) -> None:
    page.bar(x - 7, y - 2, x + 7, y + 2, fill=style.CONFOUNDER)


def _record(sheet: Sheet, group: str, course: DrugCourse, *, flagged: bool) -> None:
    detail = [
        part
        for part in (course.dose_basis and f"dose {course.dose_basis}", "confounder" if flagged else "")
        if part
    ]
    for what, day in (("start", course.start), ("stop", course.stop), ("ongoing", course.ongoing_as_of)):
        if day is not None or what == "start":
            reason = words.plain(course.stop_reason) if what == "stop" else ""
            sheet.row(
                f"treatment: {group}", words.drug_name(course), day, what,
                value=words.dose_words(course) or None, detail="; ".join([*detail, *([reason] if reason else [])]),
            )  # fmt: skip


def history(case: Case) -> list[DaySpan]:
    """Days of drugs and of onset, for the axis."""
    days = [day for course in case.courses for day in (course.start, course.stop, course.ongoing_as_of)]
    return [day for day in (*days, case.onset) if day is not None]
