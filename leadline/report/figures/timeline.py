"""Figure A: one child on one page width. Zero is the first infusion; the child's age stands above.

Top to bottom: age, infusions, drugs, documented measures, what was reported, adverse events with the days for which
they were asked for, the density of the record, months. No calendar date, no name and none of anybody's words.
"""

from __future__ import annotations

from itertools import groupby

from leadline.casebook.case import Case, Infusion
from leadline.casebook.prose import listed
from leadline.report.figures import event_strips, measure_panels, panels, style, treatment_lanes, words
from leadline.report.figures.activity import dated_days, observed
from leadline.report.figures.axis import (
    TimeAxis,
    age_at_index,
    age_words,
    draw_ages,
    draw_break,
    draw_months,
    time_axis,
)
from leadline.report.figures.layout import lanes, text_width, wrapped
from leadline.report.figures.page import Page
from leadline.report.figures.plotted import Plotted
from leadline.report.figures.sheet import Sheet
from leadline.verdicts.findings import CaseFindings, Finding
from leadline.verdicts.treatment import drug_key, drug_name

_LABELS = ("visits and laboratory", "CTCAE grade")
_LEGEND_GROUPS = ("In the chart", "Reported", "Treatment", "Stopped", "Measures", "Events", "Everywhere")


def plot_timeline(findings: CaseFindings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """The timeline of one child. A child with nothing dated gets a figure that says so."""
    page = Page(width_mm * style.POINTS_PER_MM)
    sheet = _sheet(page, findings)
    case = findings.case
    _draw_title(sheet, findings)
    _draw_products(sheet, case)
    top = _draw_age(sheet, case)
    _draw_infusions(sheet, case)
    treatment_lanes.draw_treatment(sheet, case, findings.claims, findings.glucocorticoid_doses)
    measure_panels.draw_measures(sheet, findings)
    event_strips.draw_reported(sheet, findings)
    event_strips.draw_events(sheet, findings)
    event_strips.draw_record(sheet, case)
    if sheet.axis is not None:
        _draw_verticals(sheet, sheet.axis, case, top)
        sheet.y = draw_months(page, sheet.axis, sheet.y + 2)
    legend = {name: list(sheet.legend[name].values()) for name in _LEGEND_GROUPS if name in sheet.legend}
    height = page.grouped_legend(sheet.y + 4, legend)
    return Plotted(
        page.finish(height + 3), _alt(findings, sheet), _caption(findings, sheet), tuple(sheet.rows)
    )


def _sheet(page: Page, findings: CaseFindings) -> Sheet:
    case = findings.case
    names = [*_LABELS, *(drug_name(course) + " †" for course in case.courses)]
    widest = max(text_width(name, style.SMALL) + 7 for name in names)
    left = 2 + min(widest, 0.29 * page.width) + 6
    gutter = page.width - 2 - panels.gutter_width(findings)
    right = gutter - 7
    return Sheet(page, _axis(findings, left, right), left, right, gutter)


def _axis(findings: CaseFindings, left: float, right: float) -> TimeAxis | None:
    case = findings.case
    return time_axis(left, right, measured=dated_days(findings), history=treatment_lanes.history(case))


def _draw_title(sheet: Sheet, findings: CaseFindings) -> None:
    case = findings.case
    title = f"{words.child_title(case)}"
    sheet.page.text(2, 9, title, size=style.HEADING, bold=True)
    details = [age_words(case) + (" at first infusion" if age_at_index(case) else "")]
    category = case.patient.get("ilar_category")
    if isinstance(category, str) and category:
        details.insert(0, words.ILAR_CATEGORIES.get(category, words.plain(category)))
    if sheet.axis is None:
        details.append("nothing in the record has a date")
    elif observed(findings) is None and not treatment_lanes.history(case):
        details.append("only one day has a date")
    if case.invented:
        details.append("INVENTED\u00a0DATA")
    beside = 2 + text_width(title, style.HEADING, bold=True) + 8
    text = " · ".join(details)
    if beside + text_width(text, style.SMALL) <= sheet.end:
        sheet.page.text(beside, 9, text, size=style.SMALL, color=style.QUIET)
        sheet.y = 18
        return
    sheet.y = 18
    for line in wrapped(text, sheet.end - 2, style.SMALL):
        sheet.page.text(2, sheet.y, line, size=style.SMALL, color=style.QUIET)
        sheet.y += 9


def _draw_age(sheet: Sheet, case: Case) -> float:
    """Ages above the panels, where the age is known well enough; gives the y at which vertical lines start."""
    age = age_at_index(case)
    if sheet.axis is None or age is None or age[1] - age[0] > 0.11:
        sheet.y += 2
        return sheet.y
    sheet.y += 14
    sheet.label(sheet.y - 8, "age, years", color=style.QUIET)
    draw_ages(sheet.page, sheet.axis, sheet.y, age[0])
    if sheet.axis.has_break:
        draw_break(sheet.page, sheet.axis, sheet.y)
    return sheet.y


def _draw_infusions(sheet: Sheet, case: Case) -> None:
    """Numbered triangles, those too close dodged upward; those without a day beside the axis."""
    given = [infusion for infusion in case.infusions if infusion.given]
    dated = [infusion for infusion in given if infusion.day is not None and sheet.axis is not None]
    placed = lanes([_extent(sheet, infusion) for infusion in dated], gap=1)
    height = (max(placed, default=0) + 1) * 10.0
    bottom = sheet.y + height - 1
    sheet.page.text(2, bottom, "Cell infusions", size=style.BODY, bold=True)
    if len(dated) < len(given):
        sheet.page.text(sheet.gutter, bottom - 9, "no date", size=style.SMALL, color=style.QUIET)
    for infusion, lane in zip(dated, placed, strict=True):
        assert infusion.day is not None
        y = bottom - lane * 10.0
        x = sheet.whisker(infusion.day, y + 4, color=style.INFUSION)
        sheet.page.mark(x, y, style.DOWN, face=style.INFUSION, size=6)
        sheet.page.text(x + 4.5, y, str(infusion.number), size=style.SMALL)
    for number in range(len(given) - len(dated)):
        sheet.page.mark(sheet.gutter + 3 + number * 14, bottom, style.DOWN, face=style.INFUSION, size=6)
        sheet.page.text(sheet.gutter + 7.5 + number * 14, bottom, "?", size=style.SMALL)
    sheet.y = bottom + 6
    if not given:
        sheet.page.text(sheet.left, bottom, "none recorded", size=style.SMALL, color=style.QUIET)
    for infusion in given:
        sheet.row("infusions", "infusion", infusion.day, f"infusion {infusion.number}",
                  detail=words.product_words(infusion))  # fmt: skip


def _extent(sheet: Sheet, infusion: Infusion) -> tuple[float, float]:
    assert sheet.axis is not None
    assert infusion.day is not None
    x = (sheet.axis.x(infusion.day.first) + sheet.axis.x(infusion.day.last)) / 2
    return x - 4, x + 5 + text_width(str(infusion.number), style.SMALL)


def _draw_products(sheet: Sheet, case: Case) -> None:
    """What was infused, in words; infusions of the same product together, `?` for what is not recorded."""
    given = [infusion for infusion in case.infusions if infusion.given]
    ordered = sorted(given, key=lambda infusion: (words.product_words(infusion), infusion.number))
    groups = [
        (text, [infusion.number for infusion in like]) for text, like in groupby(ordered, words.product_words)
    ]
    for text, numbers in sorted(groups, key=lambda group: group[1]):
        full = (
            f"{'infusion' if len(numbers) == 1 else 'infusions'} {listed([str(n) for n in numbers])}: {text}"
        )
        for line in wrapped(full, sheet.end - 2, style.SMALL):
            sheet.page.text(2, sheet.y + 1, line, size=style.SMALL, color=style.QUIET)
            sheet.y += 9


def _draw_verticals(sheet: Sheet, axis: TimeAxis, case: Case, top: float) -> None:
    """Infusions and the last contact through all panels, behind everything."""
    for infusion in case.infusions:
        if infusion.given and infusion.day is not None and infusion.day.is_exact:
            x = axis.x(infusion.day.first)
            sheet.page.line(x, top + 8, x, sheet.y + 2, color=style.SILENT, width=style.HAIRLINE)
    if case.last_contact is not None:
        x = axis.x(case.last_contact.last)
        sheet.page.line(x, top, x, sheet.y + 2, color=style.QUIET, width=style.HAIRLINE, dashes=(2.5, 2.0))
        reason = words.end_reason(case)
        label = f"last seen{', ' + reason if reason else ''}"
        if not sheet.page.text_if_free(
            x - 3, top + 8, label, size=style.SMALL, align="right", color=style.QUIET
        ):
            sheet.used("Events", label, _draw_last_seen, 3)
        sheet.row("record", "last seen", case.last_contact, "last seen", detail=reason)


def _draw_last_seen(page: Page, x: float, y: float) -> None:
    page.line(x, y - 4, x, y + 4, color=style.QUIET, width=style.HAIRLINE, dashes=(2.5, 2.0))


def _alt(findings: CaseFindings, sheet: Sheet) -> str:
    case = findings.case
    measure = panels.main_score(findings)
    counts = [
        words.counted(len([infusion for infusion in case.infusions if infusion.given]), "cell infusion"),
        words.counted(len({drug_key(course) for course in case.courses}), "drug"),
        words.counted(len(case.assessments), "dated visit"),
        words.counted(len(case.adverse_events), "adverse event"),
    ]
    span = _span_words(case, sheet)
    sentences = [
        f"Timeline of {words.child_title(case)}, {age_words(case)}, in months from the first infusion{span}.",
        f"The record holds {listed(counts)}.",
        _score_sentence(findings, measure),
        _reported_sentence(findings),
        _asked_sentence(findings),
    ]
    return " ".join(sentences)


def _span_words(case: Case, sheet: Sheet) -> str:
    if sheet.axis is None:
        return "; nothing in the record has a date"
    last = case.last_contact
    return f"; last seen on {last}" if last is not None else ""


def _score_sentence(findings: CaseFindings, measure: str | None) -> str:
    scores = [score for score in findings.scores if score.measure == measure and score.value is not None]
    if not scores:
        return "No activity score can be computed from the record."
    first, last = scores[0], scores[-1]
    if first is last:
        return f"{first.title} was {first.value:g} on {first.day}, the only value."
    return (
        f"{first.title} was {first.value:g} on {first.day} and {last.value:g} on {last.day}, the first and the last of "
        f"{len(scores)} values."
    )


def _reported_sentence(findings: CaseFindings) -> str:
    if not findings.claims:
        return "No statement is recorded."
    parts = [
        f"{number} {words.FINDINGS[finding]}"
        for finding in Finding
        if (number := sum(claim.finding is finding for claim in findings.claims))
    ]
    return f"Of {words.counted(len(findings.claims), 'statement')}, {listed(parts)}."


def _asked_sentence(findings: CaseFindings) -> str:
    if not findings.asked_spans:
        return "Adverse events were never recorded as asked for, so that silence is not safety."
    spans = words.counted(len(findings.asked_spans), "span")
    return f"Adverse events were asked for in {spans} of days; outside them silence is not safety."


def _caption(findings: CaseFindings, sheet: Sheet) -> str:
    case = findings.case
    invented = "Invented data. " if case.invented else ""
    set_name = panels.cutoff_set(findings)
    bands = f" Bands are activity states: {set_name}." if set_name else ""
    broken = " The axis is broken before the infusion; left of the slashes the scale is in years." if (
        sheet.axis is not None and sheet.axis.has_break) else ""  # fmt: skip
    return (
        f"{invented}{words.child_title(case)}. Day 0 is the first infusion.{broken} Solid marks are documented, hollow "
        "marks are reported, hatching means not recorded or not assessed. Measures are points at visits, joined only "
        f"over gaps of at most six months; nothing is interpolated.{bands} Bars of drugs have the height of the dose "
        "where doses can be compared; fading shows all days on which a partial date can fall; letters give the reason "
        "for stopping. Drugs whose dates are not recorded are named and not drawn. Outside the days for which adverse "
        "events were asked for, silence is not safety."
    )
