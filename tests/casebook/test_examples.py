"""The shipped casebooks hold what their sources print and no more, and generated ones are the same from one seed."""

from collections import Counter
from functools import cache

import pytest

from leadline.casebook import Casebook, check_casebook, examples, read_casebook
from leadline.casebook.case import Case
from leadline.casebook.examples.generate import generate_casebook
from leadline.errors import CasebookUnreadable
from tools.make_examples import example_files


@cache
def shipped(name: str) -> Casebook:
    return read_casebook(examples.path(name))


@cache
def cases_of(name: str) -> dict[str, Case]:
    return {case.patient_id: case for case in shipped(name).cases()}


def test_each_shipped_casebook_is_what_its_source_gives():
    assert [
        path.name for path, text in example_files().items() if path.read_text(encoding="utf-8") != text
    ] == []


def test_no_file_lies_in_a_shipped_casebook_that_its_source_does_not_give():
    lying = {path for name in examples.names() for path in examples.path(name).iterdir()}
    assert lying == set(example_files())


def test_another_name_is_no_shipped_casebook():
    with pytest.raises(CasebookUnreadable, match="No casebook of this name"):
        examples.path("swart2020")


@pytest.mark.parametrize("name", examples.names())
def test_a_shipped_casebook_has_no_problem(name):
    checked = check_casebook(examples.path(name))
    assert [str(problem) for problem in checked.problems] == []


# ---- Swart 2019, doi:10.1093/rheumatology/kez157 ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("serious", "before", "after"),
    [(True, 2, 4), (False, 1, 1)],  # Table 2: serious 2 and 4, other 1 and 1
)
def test_swart_events_before_and_after_infusion_are_those_of_table_2(serious, before, after):
    spans = [
        event.start
        for case in cases_of("swart2019").values()
        for event in case.adverse_events
        if event.serious is serious and event.start
    ]
    assert sum(span.last < 0 for span in spans) == before
    assert sum(span.first >= 0 for span in spans) == after
    assert len(spans) == before + after


def test_swart_months_asked_for_are_18_before_and_72_after_infusion():
    # Table 2: 6 children, 3 months before and 12 after. A month is a twelfth of 365.25 days.
    spans = [
        (visit.ae_asked_since.first, visit.day.last)
        for case in cases_of("swart2019").values()
        for visit in case.assessments
        if visit.adverse_events_assessed and visit.ae_asked_since
    ]
    months = {
        day: sum(last - first for first, last in spans if last == day) / (365.25 / 12) for day in (0, 365)
    }
    assert months == {0: pytest.approx(18, abs=0.1), 365: pytest.approx(72, abs=0.1)}


def test_swart_children_have_the_infusions_of_table_2():
    # weeks of the infusions; a week is known to within three days
    weeks = {
        patient: [round(infusion.day.first / 7) for infusion in case.infusions if infusion.day]
        for patient, case in cases_of("swart2019").items()
    }
    assert weeks == {
        "SWART-1": [0, 11],
        "SWART-2": [0],
        "SWART-3": [0],
        "SWART-4": [0, 10],
        "SWART-5": [0, 8],
        "SWART-6": [0],
    }
    first = cases_of("swart2019")["SWART-1"].infusions[0].fields
    assert (first["dose_cells_per_kg"], first["tissue_source"], first["route"]) == (2, "bone_marrow", "iv")


def test_swart_steps_of_prednisone_are_those_of_table_2():
    steps = {
        patient: [course.dose for course in case.courses if course.substance == "prednisone"]
        for patient, case in cases_of("swart2019").items()
    }
    assert steps == {
        "SWART-1": [],
        "SWART-2": [10],
        "SWART-3": [12.5],
        "SWART-4": [5, 7.5, 10, 7.5],
        "SWART-5": [14, 10, 5, 2.5],
        "SWART-6": [],
    }


def test_swart_drugs_begun_after_infusion_are_those_of_table_2_by_week():
    begun = {
        (patient, course.substance, round(course.start.first / 7))
        for patient, case in cases_of("swart2019").items()
        for course in case.courses
        if course.start and course.start.first > 0 and course.start.last - course.start.first < 7
    }
    assert begun == {
        ("SWART-2", "rituximab", 28),
        ("SWART-2", "rituximab", 30),
        ("SWART-4", "mycophenolic acid", 22),
        ("SWART-4", "sirolimus", 23),
        ("SWART-4", "etanercept", 38),
        ("SWART-4", "glucocorticoid (not named)", 38),
        ("SWART-5", "methotrexate", 13),
        ("SWART-5", "glucocorticoid (not named)", 13),
        ("SWART-5", "adalimumab", 16),
        ("SWART-5", "mycophenolic acid", 32),
    }


def test_swart_biologics_stopped_before_infusion_have_a_stop_and_no_start():
    stopped = {
        (patient, course.substance, round(course.stop.first / 7))
        for patient, case in cases_of("swart2019").items()
        for course in case.courses
        if course.start is None and course.stop
    }
    assert stopped == {
        ("SWART-1", "tocilizumab", -5),
        ("SWART-3", "tocilizumab", -10),
        ("SWART-4", "abatacept", -5),
        ("SWART-6", "tocilizumab", -2),
    }


def test_swart_holds_no_measurement_of_a_child_and_the_results_of_the_group():
    casebook = shipped("swart2019")
    assert casebook.kind == "published"
    assert all(not visit.facts for case in casebook.cases() for visit in case.assessments)
    assert all(not case.reports for case in casebook.cases())
    printed = "\n".join(casebook.group_results)
    for result in (
        "JADAS-71 24.5 before, 11.0 at week 8",
        "cJADAS10 18.0 before, 10.6",
        "well-being 75 before, 56",
    ):
        assert result in printed
    assert [(report.claim, report.children) for report in casebook.group_reports] == [("improved", 4)]


# ---- Wong 2021, doi:10.1186/s12969-021-00575-5, abstract ---------------------------------------------------------


def test_wong_holds_three_children_of_three_diseases_and_what_was_said_of_them():
    casebook = shipped("wong2021")
    cases = list(casebook.cases())
    assert [(case.patient_id, case.diagnosis) for case in cases] == [
        ("WONG-1", "sle"),
        ("WONG-2", "mctd"),
        ("WONG-3", "jia"),
    ]
    said = Counter((report.claim, report.speaker) for case in cases for report in case.reports)
    assert said == {
        ("improved", "parent"): 3,
        ("reduced_medication", "clinician"): 3,
        ("no_serious_adverse_event", "clinician"): 3,
    }
    assert [(report.claim, report.children) for report in casebook.group_reports] == [("cured", 2)]


def test_wong_holds_no_date_no_dose_and_no_measurement():
    for case in cases_of("wong2021").values():
        assert case.assessments == ()
        assert [course.start or course.stop or course.dose for course in case.courses] == [None, None]
        assert [course.class_id for course in case.courses] == ["", ""]
        assert [infusion.fields["tissue_source"] for infusion in case.infusions] == ["unknown"]
        assert [report.day for report in case.reports] == [None] * 3


# ---- invented children ------------------------------------------------------------------------------------------


def test_invented_children_are_marked_in_every_row_of_every_table():
    casebook = shipped("invented")
    assert casebook.kind == "invented"
    assert all(case.invented for case in casebook.cases())
    assert len(casebook.patient_ids) == 12
    for name, table in casebook.recorded.items():
        marked = table["note" if name == "about" else "source_ref"].to_list()
        assert [mark for mark in marked if not mark.startswith("invented")] == []


def test_invented_children_have_every_claim_and_every_disease():
    cases = cases_of("invented").values()
    assert {report.claim for case in cases for report in case.reports} == {
        "improved",
        "much_improved",
        "in_remission",
        "cured",
        "unchanged",
        "worse",
        "off_medication",
        "reduced_medication",
        "no_side_effect",
        "no_serious_adverse_event",
    }
    assert {case.diagnosis for case in cases} == {"jia", "sle", "mctd"}


def test_the_first_invented_child_is_child_a_of_the_verdict_rules():
    # verdicts 9.1: baseline day -12 and day 60
    child = cases_of("invented")["INV-01"]
    items = (
        "physician_global_0_10",
        "parent_global_0_10",
        "chaq_di",
        "active_joint_count",
        "limited_joint_count",
        "esr_mm_h",
    )
    seen = {visit.day.first: [visit.facts[item].value for item in items] for visit in child.assessments}
    assert seen == {-12: [6, 7, 1.5, 9, 7, 42], 60: [3, 3, 0.75, 3, 6, 20]}


def test_the_second_invented_child_has_the_sledai_of_child_b():
    # verdicts 9.2: SLEDAI-2K 14 on day -20 (weights 4, 2, 2, 2, 4), 6 on day 84, every other item absent
    weights = {"arthritis": 4, "rash": 2, "low_complement": 2, "increased_dna_binding": 2, "proteinuria": 4}
    child = cases_of("invented")["INV-02"]
    totals = {}
    for visit in child.assessments:
        found = {item: fact.value for item, fact in visit.facts.items() if item.startswith("sledai_")}
        assert len(found) == 24
        present = [item.removeprefix("sledai_") for item, value in found.items() if value is True]
        totals[visit.day.first] = sum(weights[key] for key in present)
        assert all(value is not None for value in found.values())
    assert totals == {-20: 14, 84: 6}


def test_a_partial_date_of_an_invented_child_stays_one():
    # verdicts 9.5: infusion 2019-05-14; 2019-02 is days -102 to -75, 2019-04 days -43 to -14
    days = [(visit.day.first, visit.day.last) for visit in cases_of("invented")["INV-05"].assessments]
    assert days == [(-102, -75), (-43, -14), (56, 56)]


def test_invented_charts_have_wide_visits_and_long_observations_and_what_charts_have():
    casebook = shipped("invented")
    facts = [fact for case in casebook.cases() for visit in case.assessments for fact in visit.facts.values()]
    assert {fact.ref.table for fact in facts} == {"visits", "observations", "joint_counts"}
    assert {fact.comparator for fact in facts} == {"", "<"}
    assert {fact.missing for fact in facts} == {"", "not_done", "not_asked", "refused"}
    assert any("not in the catalogue" in notice for notice in casebook.notices)


# ---- generated ---------------------------------------------------------------------------------------------------


def content(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_one_seed_gives_the_same_bytes_and_another_gives_others(tmp_path):
    first = content(generate_casebook(tmp_path / "a", children=12, seed=7))
    assert content(generate_casebook(tmp_path / "b", children=12, seed=7)) == first
    assert (
        content(generate_casebook(tmp_path / "c", children=12, seed=8))["visits.csv"] != first["visits.csv"]
    )


@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_a_generated_casebook_has_no_problem_and_says_that_it_is_invented(tmp_path, missing):
    casebook = read_casebook(generate_casebook(tmp_path, children=60, seed=1, missing=missing))
    cases = list(casebook.cases())
    assert casebook.kind == "invented"
    assert len(cases) == 60
    assert all(case.invented for case in cases)
    assert Counter(case.diagnosis for case in cases) == {"jia": 20, "sle": 20, "mctd": 20}
    assert all(len(case.assessments) == 10 for case in cases)
    recorded = casebook.recorded["visits"]["weight_kg"]
    assert recorded.null_count() / len(recorded) == pytest.approx(missing, abs=0.1)
    for name, table in casebook.recorded.items():
        assert set(table["note" if name == "about" else "source_ref"]) == {"invented"}


def test_generated_children_are_of_the_diagnoses_asked_for(tmp_path):
    casebook = read_casebook(generate_casebook(tmp_path, children=3, seed=1, diagnoses=("sle",)))
    assert {case.diagnosis for case in casebook.cases()} == {"sle"}
