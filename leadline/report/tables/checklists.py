"""The reporting checklists CARE, PROCESS and JBI: what each asks, in our own words, and what the data can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadline.casebook.prose import listed
from leadline.report.blocks import Column, Table
from leadline.verdicts.findings import CaseFindings, Findings

Answer = Callable[[Findings], tuple[str, str]]
"""Findings to ("yes", "in part", "no" or "to write", and where the answer stands or what is absent)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One item: its number in the list, what it asks, and how the data answer."""

    number: str
    asks: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Checklist:
    name: str
    title: str
    source: str
    items: tuple[Asked, ...]


def checklist_table(checklist: Checklist, findings: Findings) -> Table:
    """One row an item, with what the data can answer."""
    rows = tuple((item.number, item.asks, *item.answer(findings)) for item in checklist.items)
    columns = (
        Column("Item", "code", 0.7),
        Column("What is asked", width=2.4),
        Column("Answered", width=0.8),
        Column("Where, or what is absent", width=2.4),
    )
    return Table(
        checklist.name, checklist.title, columns, rows, (f"Items in our own words. {checklist.source}",)
    )


def _in_report(where: str) -> Answer:
    return lambda findings: ("yes", where) if findings.cases else ("no", "the casebook has no child")


def _to_write(what: str) -> Answer:
    return lambda _: ("to write", what)


def _about(*keys: str, where: str = "the casebook's facts") -> Answer:
    """Answered as far as the casebook states these facts of itself."""

    def answer(findings: Findings) -> tuple[str, str]:
        stated = {key for key, value in findings.about if value}
        absent = [_ABOUT[key] for key in keys if key not in stated]
        if not absent:
            return "yes", where
        given = "in part" if len(absent) < len(keys) else "no"
        return given, f"not stated: {listed(absent)}"

    return answer


_ABOUT = {
    "title": "the title",
    "keywords": "keywords",
    "study_design": "prospective or retrospective",
    "centres": "how many centres",
    "consecutive": "consecutive or not",
    "setting": "the setting",
    "recruitment_period": "the dates of recruitment",
    "inclusion": "which children were taken",
    "exclusion": "who was left out",
    "ethics": "approval and consent",
}


def _children(what: str, holds: Callable[[CaseFindings], bool]) -> Answer:
    """Answered for k of n children."""

    def answer(findings: Findings) -> tuple[str, str]:
        n = len(findings.cases)
        k = sum(holds(case) for case in findings.cases)
        return ("yes" if n and k == n else "in part" if k else "no"), f"{what}: {k} of {n} children"

    return answer


def _all_of(*answers: Answer) -> Answer:
    """Yes if all are, no if none is, else in part; what each says stands side by side."""

    def answer(findings: Findings) -> tuple[str, str]:
        given = [each(findings) for each in answers]
        levels = {level for level, _ in given}
        return (levels.pop() if len(levels) == 1 else "in part"), "; ".join(where for _, where in given)

    return answer


_demographics = _children(
    "age and sex recorded",
    lambda case: (
        bool(case.case.patient.get("sex"))
        and bool(case.case.birth or case.case.patient.get("age_years_at_infusion"))
    ),
)
_earlier_drugs = _children("earlier drugs recorded", lambda case: bool(case.drug_trials))
_assessed = _children("an assessment recorded", lambda case: bool(case.case.assessments))
_scored = _children("a score computed", lambda case: any(score.value is not None for score in case.scores))
_asked = _children("adverse events asked for", lambda case: bool(case.asked_spans))
_followed = _children("last contact recorded", lambda case: case.case.last_contact is not None)
_spoken = _children("patient or family heard", lambda case: bool(case.case.reports))
_consent = _children("consent recorded", lambda case: bool(case.case.patient.get("consent_kind")))
_dated_infusion = _children(
    "infusion dated", lambda case: any(each.day is not None for each in case.case.infusions)
)
_product = _children(
    "product and dose recorded",
    lambda case: any(
        each.fields.get("tissue_source")
        and (each.fields.get("dose_cells_per_kg") or each.fields.get("dose_cells_total"))
        for each in case.case.infusions
    ),
)
_certain = _children(
    "certainty of the diagnosis recorded", lambda case: bool(case.case.patient.get("diagnosis_certainty"))
)

CARE = Checklist(
    "checklist_care",
    "CARE 2013, for case reports",
    "Gagnier 2013, J Med Case Rep 7:223, doi:10.1186/1752-1947-7-223.",
    (
        Asked("1", "The title names the case report and its focus", _about("title")),
        Asked("2", "Two to five keywords", _about("keywords")),
        Asked("3", "Abstract: what is new, findings and treatment, outcome, lesson", _to_write("from the first page")),
        Asked("4", "Introduction with references", _to_write("background and literature")),
        Asked("5", "The patient: de-identified, complaints, history, earlier treatment and its result",
              _all_of(_demographics, _earlier_drugs)),
        Asked("6", "Clinical findings", _assessed),
        Asked("7", "Timeline as figure or table", _in_report("the timeline of each child")),
        Asked("8", "Diagnostic assessment: methods, difficulties, reasoning, prognosis", _certain),
        Asked("9", "Treatment: type, dose, strength, duration, changes with reasons",
              _all_of(_product, _dated_infusion)),
        Asked("10", "Follow-up and outcomes: clinician- and patient-rated, tests, adherence, adverse events",
              _all_of(_scored, _asked)),
        Asked("11", "Discussion: strengths, limits, literature, reasoning, lesson", _to_write("limits: Table 5")),
        Asked("12", "The patient's own perspective", _spoken),
        Asked("13", "Informed consent; for a child the parents' consent and the child's assent", _consent),
    ),
)  # fmt: skip

PROCESS = Checklist(
    "checklist_process",
    "PROCESS, for case series",
    "Written for surgery. Mathew 2023, Int J Surg 109:3760, doi:10.1097/JS9.0000000000000940.",
    (
        Asked("title", "The title says that it is a case series", _to_write("put “case series” into the title")),
        Asked("design", "Prospective or retrospective, one centre or several, consecutive or not",
              _about("study_design", "centres", "consecutive")),
        Asked("setting", "Setting and dates", _about("setting", "recruitment_period")),
        Asked("eligibility", "Who was taken and who was not", _about("inclusion", "exclusion")),
        Asked("before", "What was done before the intervention", _earlier_drugs),
        Asked("intervention", "What was given, how, and by whom", _product),
        Asked("follow-up", "Length and method of follow-up", _followed),
        Asked("outcomes", "Outcomes and complications", _all_of(_scored, _asked)),
        Asked("losses", "Losses to follow-up", _children(
            "end of follow-up explained", lambda case: bool(case.case.patient.get("follow_up_end_reason")))),
        Asked("ethics", "Approval and consent", _all_of(_about("ethics"), _consent)),
    ),
)  # fmt: skip

JBI = Checklist(
    "checklist_jbi",
    "JBI checklist for case series: what a later review will score",
    "Munn 2020, JBI Evid Synth 18:2127, doi:10.11124/JBISRIR-D-19-00099.",
    (
        Asked("1", "Clear criteria for inclusion", _about("inclusion")),
        Asked("2", "The condition measured in the same reliable way in all", _scored),
        Asked("3", "The condition identified by valid methods in all", _certain),
        Asked("4", "Consecutive inclusion", _about("consecutive")),
        Asked("5", "Complete inclusion", _about("inclusion", "exclusion")),
        Asked("6", "Demographics reported", _demographics),
        Asked("7", "Clinical information reported", _all_of(_earlier_drugs, _assessed)),
        Asked("8", "Outcomes or results of follow-up reported", _all_of(_scored, _followed)),
        Asked("9", "The site and its population described", _about("setting", "centres")),
        Asked("10", "Statistics appropriate", _in_report("counts with exact intervals; no mean of few; no test of"
              " fewer than six pairs")),
    ),
)  # fmt: skip

CHECKLISTS = (CARE, PROCESS, JBI)
