"""What a row of the casebook says, in one line, so that evidence can be read without opening the casebook."""

from __future__ import annotations

from collections.abc import Collection

from leadline.casebook.case import Case, DrugCourse, Fact, RowRef
from leadline.casebook.items import ITEMS
from leadline.report.figures.words import claim_words, dose_words, product_words
from leadline.report.words import CODES, code_words, day_words, item_words, plain, semicolons
from leadline.verdicts.treatment import drug_name


def row_texts(case: Case, wanted: Collection[RowRef], *, internal: bool) -> dict[RowRef, str]:
    """What each wanted row of the child says; verbatim statements, and a drug that is not recognised as the chart
    writes it, only in an internal report."""
    texts = _visit_texts(case, wanted)
    texts |= {
        course.ref: _course_words(course, internal=internal)
        for course in case.courses
        if course.ref in wanted
    }
    texts |= {
        infusion.ref: f"{day_words(infusion.day)}: {product_words(infusion)}"
        for infusion in case.infusions
        if infusion.ref in wanted
    }
    texts |= {event.ref: f"{day_words(event.start)}: {event.term}" for event in case.adverse_events}
    for report in case.reports:
        said = f": “{report.statement}”" if internal and report.statement else ""
        claim = claim_words(report.claim)
        texts[report.ref] = f"{day_words(report.day)}: {claim}{said}"
    return texts


def _visit_texts(case: Case, wanted: Collection[RowRef]) -> dict[RowRef, str]:
    found: dict[RowRef, list[str]] = {}
    dated = ((assessment, assessment.day) for assessment in case.assessments)
    for assessment, day in (*dated, *((assessment, None) for assessment in case.undated)):
        if assessment.ref in wanted:
            said = found.setdefault(assessment.ref, [day_words(day)])
            said += ["adverse events asked for"] if assessment.adverse_events_assessed else []
        for fact in assessment.facts.values():
            if fact.ref in wanted:
                found.setdefault(fact.ref, [day_words(day)]).append(fact_words(fact))
    return {ref: f"{day}: {semicolons(facts)}" if facts else day for ref, (day, *facts) in found.items()}


def fact_words(fact: Fact) -> str:
    """ "ESR 42 mm/h", "CRP <5 mg/L", "Myositis absent", "CHAQ disability index not done"."""
    title = item_words(fact.item)
    if fact.value is None:
        return f"{title} {plain(fact.missing) or code_words(None)}"
    if isinstance(fact.value, bool):
        return f"{title} {'present' if fact.value else 'absent'}"
    unit = _unit_words(ITEMS[fact.item].unit) if fact.item in ITEMS else ""
    value = f"{fact.value:g}" if isinstance(fact.value, int | float) else plain(fact.value)
    return " ".join(part for part in (title, fact.comparator + value, unit) if part)


def _unit_words(ucum: str) -> str:
    """A UCUM code as charts print it; nothing for counts."""
    if ucum.startswith("{") and ucum.endswith("}"):
        return ""
    shown = {"10*9/L": "×10⁹/L", "Cel": "°C", "ug/L": "µg/L", "{cells}/[HPF]": "per high-power field",
             "mL/min/{1.73_m2}": "mL/min/1.73 m²", "g/(24.h)": "g in 24 h"}  # fmt: skip
    return shown.get(ucum, ucum)


def drug_words(course: DrugCourse, *, internal: bool) -> str:
    """The drug's name; in an internal report one that is not recognised stands beside it as the chart writes it."""
    written = f" (“{course.drug_text}”)" if internal and not course.substance else ""
    return f"{drug_name(course)}{written}"


def _course_words(course: DrugCourse, *, internal: bool) -> str:
    """ "methotrexate 15 mg weekly, subcutaneous: day -400, stop not recorded"."""
    route = CODES.get(course.route, plain(course.route))
    drug = drug_words(course, internal=internal)
    what = ", ".join(part for part in (f"{drug} {dose_words(course)}".strip(), route) if part)
    return f"{what}: {_course_span(course)}"


def _course_span(course: DrugCourse) -> str:
    return f"{day_words(course.start, 'start not recorded')}, {course_end(course)}"


def course_end(course: DrugCourse) -> str:
    """ "stopped day 90", "still taken on day 130", "stop not recorded"."""
    if course.stop is not None:
        return f"stopped {day_words(course.stop)}"
    if course.ongoing and course.ongoing_as_of is not None:
        return f"still taken on {day_words(course.ongoing_as_of)}"
    return "still taken" if course.ongoing else "stop not recorded"
