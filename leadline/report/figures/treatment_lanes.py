"""Panel of a timeline: the drugs, one lane a drug, grouped; dose as height, reasons for stopping as letters.

What is not known looks so: a partial start fades in over all its possible days, an unknown start is open, a course of
which nobody knows whether it went on is hatched, and a drug without any date is named but never drawn in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.axis import open_left
from leadline.report.figures.layout import shortened, wrapped
from leadline.report.figures.page import Page
from leadline.report.figures.sheet import Sheet
from leadline.report.figures.symbols import WIDE
from leadline.verdicts.findings import ClaimVerdict, DoseAt
from leadline.verdicts.treatment import drug_key, drug_name

_TALL = 7.0  # height of the highest dose
_PLAIN = 3.6  # height where no dose is recorded
_OPEN = 12.0  # length of an open end, in points
_LANE = 10.5


def _is_dated(course: DrugCourse) -> bool:
    return any(day is not None for day in (course.start, course.stop, course.ongoing_as_of))


def _confounding_rows(claims: Iterable[ClaimVerdict]) -> frozenset[str]:
    """Courses that attribution names beside some claim, by uid."""
    return frozenset(confounder.ref.uid for claim in claims for confounder in claim.attribution.confounders)


def draw_treatment(
    sheet: Sheet, case: Case, claims: tuple[ClaimVerdict, ...], doses: Iterable[DoseAt] = ()
) -> None:
    """Lanes of all drugs, from the sheet's cursor downwards. `doses` are those of glucocorticoids as prednisone."""
    sheet.heading("Treatment", some_undated=any(not _is_dated(course) for course in case.courses))
    if not case.courses:
        sheet.empty(sheet.y, sheet.y + 12, "no drug recorded")
        sheet.y += 14
        return
    confounding = _confounding_rows(claims)
    for group, _ in words.DRUG_GROUPS:
        together = [course for course in case.courses if words.drug_group(course) == group]
        drugs = [_as_prednisone(courses, doses) for courses in _by_drug(together)]
        if drugs:
            sheet.page.text(2, sheet.y + 5, group, size=style.SMALL, color=style.QUIET)
            sheet.y += 9
        for courses in drugs:
            _draw_lane(sheet, case, group, courses, confounding)
    sheet.y += 3


def _as_prednisone(courses: list[DrugCourse], doses: Iterable[DoseAt]) -> list[DrugCourse]:
    """The courses with their doses in mg/kg/day of prednisone, if that is known of every one; else as recorded."""
    known = {dose.course: dose.mg_kg_day for dose in doses}
    if not all(course.ref in known for course in courses):
        return courses
    unit = "mg/kg/day prednisone"
    return [
        replace(course, dose=round(known[course.ref], 2), dose_unit=unit, frequency="", dose_basis="")
        for course in courses
    ]


def _by_drug(courses: Iterable[DrugCourse]) -> list[list[DrugCourse]]:
    """Courses of one drug together, drugs in order of their first known day, the undated last."""
    drugs: dict[str, list[DrugCourse]] = {}
    for course in courses:
        drugs.setdefault(drug_key(course), []).append(course)
    for together in drugs.values():
        together.sort(key=_known_from)
    return sorted(drugs.values(), key=lambda together: (_known_from(together[0]), drug_key(together[0])))


def _known_from(course: DrugCourse) -> float:
    days = [day.last for day in (course.start, course.stop, course.ongoing_as_of) if day is not None]
    return min(days, default=float("inf"))


@dataclass(frozen=True, slots=True)
class _Lane:
    """One drug. `unit` is that of all its doses, None if they cannot be compared; then the bars have no height to
    read. Bars stand on `base`; doses are printed above them if `prints_doses`."""

    courses: tuple[DrugCourse, ...]
    confounding: frozenset[str]
    unit: str | None
    prints_doses: bool
    base: float

    @property
    def flagged(self) -> bool:
        return any(course.ref.uid in self.confounding for course in self.courses)

    @property
    def middle(self) -> float:
        """Where the name and the letters stand."""
        return self.base - _PLAIN / 2 - 0.5

    @property
    def above(self) -> float:
        """Where the doses stand."""
        return self.base - _TALL - 3.5

    def height(self, course: DrugCourse) -> float:
        highest = max((one.dose for one in self.courses if one.dose is not None), default=0)
        if self.unit is None or not course.dose or not highest:
            return _PLAIN
        return max(_TALL * course.dose / highest, 1.2)

    def fill(self, course: DrugCourse) -> str:
        return style.CONFOUNDER if course.ref.uid in self.confounding else style.DRUG


def _draw_lane(
    sheet: Sheet, case: Case, group: str, courses: list[DrugCourse], confounding: frozenset[str]
) -> None:
    prints = group == "Glucocorticoid" and any(course.dose is not None for course in courses)
    base = sheet.y + (8.5 if prints else 0) + _LANE - 2
    lane = _Lane(tuple(courses), confounding, _one_unit(courses), prints, base)
    dated = [course for course in courses if _is_dated(course)]
    bottom = _name_lane(sheet, lane, is_listed=not dated)
    for course in courses:
        _record(sheet, group, course, flagged=course.ref.uid in confounding)
    if sheet.axis is not None:
        for course, following in zip_longest(dated, dated[1:]):
            _draw_course(sheet, case, lane, course, following)
    if lane.flagged:
        explained = "† changed as well: benefit cannot be put down to the cells alone"
        sheet.used("Treatment", explained, _draw_confounder, 14)
    sheet.y = bottom + 2.5


def _name_lane(sheet: Sheet, lane: _Lane, *, is_listed: bool) -> float:
    """The drug's name in the label column, on as many lines as it needs; gives the y below. A drug that is only
    listed, without a date, leaves its lane empty, so its name may run into it."""
    page = sheet.page
    name = drug_name(lane.courses[0]) + ("\u00a0†" if lane.flagged else "")
    room = (sheet.gutter - 10 if is_listed else sheet.left - 6) - 7
    lines = wrapped(name, room, style.SMALL)
    for number, line in enumerate(lines):
        page.text(7, lane.middle + 8 * number, line, size=style.SMALL)
    if lane.prints_doses and lane.unit:
        unit = shortened(lane.unit, sheet.left - 6, style.SMALL)
        page.text(sheet.left - 4, lane.above, unit, size=style.SMALL, align="right", color=style.QUIET)
    if is_listed:
        page.text(sheet.gutter, lane.middle, "taken", size=style.SMALL, color=style.QUIET)
    return lane.base + 8 * (len(lines) - 1)


def _one_unit(courses: list[DrugCourse]) -> str | None:
    """The unit of all doses of a lane; None if none is recorded or they differ and no height can compare them."""
    units = {
        (course.dose_unit, course.dose_basis, course.frequency)
        for course in courses
        if course.dose is not None
    }
    if len(units) != 1:
        return None
    return words.unit_of_dose(*units.pop()) or None


def goes_on(course: DrugCourse, following: DrugCourse | None) -> bool:
    """Whether the stop is only a change of dose: the same drug starts again by the next day."""
    if following is None or following is course or following.start is None or course.stop is None:
        return False
    return course.stop.first <= following.start.last and following.start.first <= course.stop.last + 1


def _draw_course(
    sheet: Sheet, case: Case, lane: _Lane, course: DrugCourse, following: DrugCourse | None
) -> None:
    """One bar with its two ends, its dose above and the reason for its stop behind."""
    assert sheet.axis is not None
    end_day, end_x = _draw_right_end(sheet, case, lane, course, following)
    start, base, top, fill = course.start, lane.base, lane.base - lane.height(course), lane.fill(course)
    if start is None or open_left(start):
        x = sheet.axis.x(end_day if start is None else start.last)
        sheet.page.faded(max(x - _OPEN, sheet.axis.left), x, top, base, fill=fill)
        sheet.used("Treatment", "start not known", _draw_open_end, WIDE)
    elif not start.is_exact:
        _draw_fading(sheet, start.first, start.last, top, base, fill)
    if start is not None and start.last < end_day:
        sheet.band(start.last, end_day, top, base, fill=fill)
    if lane.prints_doses and course.dose is not None:
        dose = f"{course.dose:g}" if lane.unit else words.dose_words(course)
        x = sheet.axis.x(end_day if start is None else start.last)
        sheet.page.text_if_free(x, lane.above, dose, size=style.SMALL)
    if course.stop is not None and not goes_on(course, following):
        letter = words.STOP_CODES.get(course.stop_reason, words.STOP_CODES["unknown"])
        if sheet.page.text_if_free(end_x + 2, lane.middle, letter[0], size=style.SMALL):
            sheet.used_letter("Stopped", *letter)


def _draw_right_end(
    sheet: Sheet, case: Case, lane: _Lane, course: DrugCourse, following: DrugCourse | None
) -> tuple[int, float]:
    """Draws what lies beyond the certain part; gives the last certain day and where the drawing ends."""
    assert sheet.axis is not None
    top, base, fill = lane.base - lane.height(course), lane.base, lane.fill(course)
    if course.stop is not None:
        if not course.stop.is_exact:
            _draw_fading(sheet, course.stop.last, course.stop.first, top, base, fill)
        return course.stop.first, sheet.axis.x(course.stop.last)
    cut_off = course.ongoing_as_of or (case.last_contact if course.ongoing else None)
    if course.ongoing and cut_off is not None:
        x = sheet.axis.x(cut_off.first)
        if following is None:
            sheet.page.arrow(x, (top + base) / 2, color=fill)
            sheet.used("Treatment", "ongoing on that day", _draw_ongoing)
        return cut_off.first, x + 4
    known = cut_off if cut_off is not None else course.start
    assert known is not None
    last = case.last_contact.first if case.last_contact is not None else int(sheet.axis.last)
    if last > known.last:
        sheet.hatch(known.last, last, base - _PLAIN, base)
        sheet.used_hatching()
    return known.last, sheet.axis.x(max(last, known.last))


def _draw_fading(sheet: Sheet, clear: int, full: int, top: float, base: float, fill: str) -> None:
    """The days on which a partial date can fall."""
    assert sheet.axis is not None
    sheet.page.faded(sheet.axis.x(clear), sheet.axis.x(full), top, base, fill=fill)
    sheet.used("Treatment", "date known only within the fading", _draw_fade, 16)


def _draw_open_end(page: Page, x: float, y: float) -> None:
    page.faded(x - 6, x + 6, y - 2, y + 2, fill=style.DRUG)


def _draw_ongoing(page: Page, x: float, y: float) -> None:
    page.arrow(x - 2, y, color=style.DRUG)


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
                f"treatment: {group}", drug_name(course), day, what,
                value=words.dose_words(course) or None, detail="; ".join([*detail, *([reason] if reason else [])]),
            )  # fmt: skip


def history(case: Case) -> list[DaySpan]:
    """Days of drugs and of onset, for the axis."""
    days = [day for course in case.courses for day in (course.start, course.stop, course.ongoing_as_of)]
    return [day for day in (*days, case.onset) if day is not None]
