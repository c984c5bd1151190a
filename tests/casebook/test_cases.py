"""From rows to one child's record: values in their stored units on their days, and nothing filled in."""

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.case import Case, Fact, RowRef
from leadline.casebook.days import DaySpan
from tests.casebook.books import book

VISITS = "patient_id,visit_uid,visit_date"


def case(folder, **tables: str) -> Case:
    return read_casebook(book(folder, **tables)).case("CHILD-01")


def only_facts(folder, **tables: str) -> dict[str, Fact]:
    (assessment,) = case(folder, **tables).assessments
    return dict(assessment.facts)


def wide(columns: str, cells: str) -> str:
    return f"{VISITS},{columns}\nCHILD-01,V1,2019-04-01,{cells}"


LONG = "patient_id,obs_date,measure,value_num,comparator,unit,value_code,ref_low,ref_high,rater,instrument_version"


def long(row: str) -> str:
    return f"{LONG}\nCHILD-01,2019-04-01,{row}"


@pytest.mark.parametrize(
    ("tables", "item", "value"),
    [
        ({"visits": wide("crp_mg_l", "12")}, "crp_mg_l", 12),
        ({"visits": wide("crp_mg_dl", "1.2")}, "crp_mg_l", 12),
        ({"visits": wide("crp,crp_unit", "1.2,mg/dL")}, "crp_mg_l", 12),
        ({"visits": wide("esr", "35")}, "esr_mm_h", 35),
        ({"visits": wide("platelets_per_ul", "250000")}, "platelets_10e9_l", 250),
        ({"visits": wide("creatinine_umol_l", "44.2")}, "creatinine_mg_dl", 0.5),
        ({"visits": wide("active_joint_count", "6")}, "active_joint_count", 6),
        ({"visits": wide("active_joint_count", "6.0")}, "active_joint_count", 6),
        ({"visits": wide("active_uveitis", "Present")}, "active_uveitis", True),
        ({"visits": wide("active_uveitis", "no")}, "active_uveitis", False),
        ({"visits": wide("active_uveitis", "0")}, "active_uveitis", False),
        ({"observations": long("crp,1.2,,mg/dL,,,,,")}, "crp_mg_l", 12),
        ({"observations": long("CRP,12,,mg/l,,,,,")}, "crp_mg_l", 12),
        ({"observations": long("crp_mg_l,12,,,,,,,")}, "crp_mg_l", 12),
        ({"observations": long("c3,0.9,,g/L,,,,,")}, "c3_mg_dl", 90),
        ({"observations": long("temperature,100.4,,°F,,,,,")}, "temp_c", 38),
        ({"observations": long("active_uveitis,,,,absent,,,,")}, "active_uveitis", False),
        ({"observations": long("active_uveitis,1,,,,,,,")}, "active_uveitis", True),
        ({"observations": long("anti_dsdna,40,,IU/mL,,,,,")}, "anti_dsdna", 40),
    ],
)
def test_a_value_comes_in_the_items_stored_unit(tmp_path, tables, item, value):
    facts = only_facts(tmp_path, **tables)
    assert list(facts) == [item]
    assert facts[item].value == pytest.approx(value, abs=1e-9)
    assert type(facts[item].value) is (bool if isinstance(value, bool) else float)


@pytest.mark.parametrize(
    ("tables", "comparator"),
    [
        ({"visits": wide("crp_mg_dl", "<0.5")}, "<"),
        ({"visits": wide("crp_mg_dl", "≤ 0.5")}, "<="),
        ({"observations": long("crp,0.5,<,mg/dL,,,,,")}, "<"),
        ({"observations": long("crp,>0.5,,mg/dL,,,,,")}, ">"),
    ],
)
def test_a_value_beyond_detection_keeps_its_sign(tmp_path, tables, comparator):
    fact = only_facts(tmp_path, **tables)["crp_mg_l"]
    assert (fact.value, fact.comparator) == (5, comparator)


def test_limits_of_normal_are_converted_with_the_value(tmp_path):
    facts = only_facts(
        tmp_path,
        visits=wide(
            "esr_mm_h,esr_mm_h_ref_high,crp_mg_dl,crp_mg_dl_ref_low,crp_mg_dl_ref_high", "20,15,1.2,0,0.5"
        ),
        observations=long("platelets,250000,,/uL,,150000,450000,,"),
    )
    assert (facts["esr_mm_h"].ref_low, facts["esr_mm_h"].ref_high) == (None, 15)
    assert (facts["crp_mg_l"].ref_low, facts["crp_mg_l"].ref_high) == (0, 5)
    assert (facts["platelets_10e9_l"].ref_low, facts["platelets_10e9_l"].ref_high) == (150, 450)


@pytest.mark.parametrize(
    ("tables", "item"),
    [
        ({"visits": wide("esr_mm_h", "not_done")}, "esr_mm_h"),
        ({"visits": wide("active_uveitis", "not_done")}, "active_uveitis"),
        ({"visits": wide("crp,crp_unit", "not_done,")}, "crp_mg_l"),
        ({"observations": long("crp,not_done,,,,,,,")}, "crp_mg_l"),
        ({"visits": f"missing,esr_mm_h,{VISITS}\nesr_mm_h=not_done,,CHILD-01,V1,2019-04-01"}, "esr_mm_h"),
    ],
)
def test_a_reason_for_having_no_value_is_kept_and_is_no_value(tmp_path, tables, item):
    fact = only_facts(tmp_path, **tables)[item]
    assert (fact.value, fact.missing) == (None, "not_done")


def test_an_empty_cell_is_no_fact(tmp_path):
    assert only_facts(tmp_path, visits=wide("esr_mm_h,active_uveitis", ",")) == {}


def test_a_fact_names_its_row_rater_version_and_source(tmp_path):
    facts = only_facts(
        tmp_path,
        visits="uid,source_kind,list_used,active_joint_count,patient_id,visit_date\n"
        "ROW-A,chart,71,6,CHILD-01,2019-04-01",
        observations=long("parent_global_0_10,4,,,,,,patient,2.0"),
    )
    assert facts["active_joint_count"] == Fact(
        "active_joint_count", 6.0, RowRef("visits", "ROW-A"), version="71", source_kind="chart"
    )
    assert facts["parent_global_0_10"] == Fact(
        "parent_global_0_10",
        4.0,
        RowRef("observations", "observations-2"),
        rater="patient",
        version="2.0",
        source_kind="imported",
    )


def test_of_several_raters_the_parent_comes_before_the_child_and_both_stay_in_the_table(tmp_path):
    rows = f"{LONG}\n" + "\n".join(
        f"CHILD-01,2019-04-01,parent_global_0_10,{n},,,,,,{who},"
        for n, who in ((3, "patient"), (5, "parent"))
    )
    casebook = read_casebook(book(tmp_path, observations=rows))
    (assessment,) = casebook.case("CHILD-01").assessments
    assert assessment.facts["parent_global_0_10"].value == 5
    assert casebook.tables["observations"].height == 2


# ---- days and assessments ----------------------------------------------------------------------------------------


def test_values_of_one_day_are_one_assessment_and_assessments_are_in_order_of_day(tmp_path):
    child = case(
        tmp_path,
        visits=f"{VISITS},esr_mm_h,visit_kind,timepoint,adverse_events_assessed,ae_asked_since\n"
        "CHILD-01,V2,2019-05-14,20,scheduled,wk8,yes,2019-03-14\nCHILD-01,V1,2019-03-01,40,,baseline,no,",
        observations="patient_id,visit_uid,obs_date,measure,value_num,unit\n"
        "CHILD-01,V2,2019-05-12,crp,5,mg/L\n"  # names its visit: two days earlier, and still of it
        "CHILD-01,,2019-03-01,crp,50,mg/L\n"  # of the only visit of that day
        "CHILD-01,,2019-04,crp,20,mg/L\n"
        "CHILD-01,,2019-04,ferritin,90,ug/L",
    )
    assert [(a.day, sorted(a.facts)) for a in child.assessments] == [
        (DaySpan(-13, -13), ["crp_mg_l", "esr_mm_h"]),
        (DaySpan(18, 47), ["crp_mg_l", "ferritin_ng_ml"]),
        (DaySpan(61, 61), ["crp_mg_l", "esr_mm_h"]),
    ]
    first, loose, last = child.assessments
    assert (first.kind, first.timepoint, first.adverse_events_assessed) == ("", "baseline", False)
    assert (last.kind, last.adverse_events_assessed, last.ae_asked_since) == (
        "scheduled",
        True,
        DaySpan(0, 0),
    )
    assert loose.ref == RowRef("observations", "observations-4")
    assert loose.adverse_events_assessed is None


def test_weeks_and_months_may_stand_in_columns_of_their_own(tmp_path):
    child = case(
        tmp_path,
        infusions="patient_id,infusion_no,infusion_start_day\nCHILD-01,1,0",
        visits="patient_id,visit_week,visit_month,esr_mm_h\nCHILD-01,8,,20\nCHILD-01,,3,20",
        patients="patient_id,diagnosis\nCHILD-01,jia",
    )
    assert [a.day for a in child.assessments] == [DaySpan(53, 59), DaySpan(76, 106)]


def test_what_has_no_day_is_kept_apart(tmp_path):
    child = case(
        tmp_path,
        infusions="patient_id,infusion_no,infusion_start\nCHILD-01,1,not_recorded",
        visits=f"{VISITS},esr_mm_h\nCHILD-01,V1,2019-03-01,40\nCHILD-01,V2,not_recorded,20",
        reports="patient_id,report_date,claim,speaker\nCHILD-01,2019-05,improved,mother",
    )
    assert child.index is None
    assert child.assessments == ()
    assert [a.facts["esr_mm_h"].value for a in child.undated] == [40, 20]
    assert child.reports[0].day is None
    assert child.reports[0].recorded is not None


def test_a_visit_of_unknown_day_is_undated_even_where_the_infusion_is_dated(tmp_path):
    child = case(tmp_path, visits=f"{VISITS},esr_mm_h\nCHILD-01,V1,not_recorded,40")
    assert child.assessments == ()
    assert len(child.undated) == 1


def test_the_user_names_the_index_infusion(tmp_path):
    infusions = (
        "patient_id,infusion_no,infusion_start,status\n"
        "CHILD-01,1,2019-01-01,not_given\nCHILD-01,2,2019-03-14,completed\nCHILD-01,3,2019-05-14,completed"
    )
    folder = book(tmp_path, infusions=infusions, visits=f"{VISITS}\nCHILD-01,V1,2019-05-15")

    def day(index):
        return read_casebook(folder, index_infusion=index).case("CHILD-01").assessments[0].day

    assert day(None) == DaySpan(62, 62)  # the first one that was given
    assert day(3) == DaySpan(1, 1)
    assert day({"CHILD-01": 3}) == DaySpan(1, 1)
    assert day({"CHILD-02": 3}) == DaySpan(62, 62)


# ---- the other tables --------------------------------------------------------------------------------------------


def test_drugs_are_recognised_and_unknown_ones_kept(tmp_path):
    child = case(
        tmp_path,
        medications="patient_id,drug_text,route,dose,dose_unit,dose_basis,frequency,start_date,end_date,ongoing,as_of"
        ",stop_reason\n"
        "CHILD-01,Humira,SC,40,mg,fixed,q2w,2019-01,2019-02-02,no,,lost_effect\n"
        "CHILD-01,grandmother's tea,,,,,,,,yes,2019-06,\n"
        "CHILD-01,prednisone,po,5,mg,,daily,2018,,unknown,,",
    )
    tea, prednisone, humira = child.courses
    assert (humira.substance, humira.atc, humira.class_id) == ("adalimumab", "L04AB04", "bdmard_tnf")
    assert (humira.route, humira.dose, humira.dose_unit, humira.frequency) == ("sc", 40, "mg", "q2w")
    assert (humira.start, humira.stop, humira.ongoing, humira.stop_reason) == (
        DaySpan(-72, -42),
        DaySpan(-40, -40),
        False,
        "lost_effect",
    )
    assert (tea.drug_text, tea.substance, tea.class_id, tea.start) == ("grandmother's tea", "", "", None)
    assert (tea.ongoing, tea.ongoing_as_of) == (True, DaySpan(79, 108))
    assert prednisone.ongoing is None


@pytest.mark.parametrize(
    ("second", "gone_on_with"),
    [
        ("prednisone,po,5,2019-06-01", True),
        ("prednisone,po,5,2019-06-02", False),
        ("prednisone,po,5,2019-06", False),
        ("prednisone,ia,5,2019-06-01", False),
        ("hydroxychloroquine,po,200,2019-06-01", False),
    ],
)
def test_a_course_is_gone_on_with_if_the_same_drug_begins_the_day_after_its_last(
    tmp_path, second, gone_on_with
):
    child = case(
        tmp_path,
        medications="patient_id,drug_text,route,dose,start_date,end_date\n"
        f"CHILD-01,prednisone,po,10,2019-01-01,2019-05-31\nCHILD-01,{second},",
    )
    assert [course.gone_on_with for course in child.courses] == [gone_on_with, False]


def test_infusions_events_and_reports_come_with_their_days(tmp_path):
    child = case(
        tmp_path,
        infusions="patient_id,infusion_no,infusion_start,route,dose_cells_per_kg,donor,licensed\n"
        "CHILD-01,1,2019-03-14,iv,2,unknown,no",
        adverse_events="patient_id,term_text,start_date,end_date,ctcae_grade,serious,serious_criteria,relation_msc,outcome"
        ",action_taken\n"
        "CHILD-01,fever,2019-03-14,2019-03-15,1,no,,possible,recovered,none\n"
        "CHILD-01,MAS,2019-05-02,,4,yes,life_threatening; hospitalisation,unlikely,recovered,\n"
        "CHILD-01,rash,,,,,,,,",
        reports="patient_id,children,report_date,speaker,channel,statement,claim,source_kind\n"
        "CHILD-01,,2019-05,mother,visit,=She runs,much_improved,parent_statement\n,2,,parent,publication,,cured,",
    )
    (infusion,) = child.infusions
    assert (infusion.number, infusion.day, infusion.given) == (1, DaySpan(0, 0), True)
    assert {key: infusion.fields[key] for key in ("dose_cells_per_kg", "donor", "licensed", "lot_number")} == {
        "dose_cells_per_kg": 2, "donor": "unknown", "licensed": False, "lot_number": None}  # fmt: skip
    rash, fever, mas = child.adverse_events
    assert (fever.start, fever.stop, fever.grade, fever.serious, fever.serious_criteria) == (
        DaySpan(0, 0),
        DaySpan(1, 1),
        1,
        False,
        (),
    )
    assert (mas.start, mas.serious, mas.serious_criteria) == (
        DaySpan(49, 49),
        True,
        ("life_threatening", "hospitalisation"),
    )
    assert (rash.start, rash.grade, rash.serious) == (None, None, None)
    (report,) = child.reports
    assert (report.claim, report.speaker, report.day, report.statement, report.source_kind) == (
        "much_improved", "mother", DaySpan(48, 78), "=She runs", "parent_statement")  # fmt: skip


def test_a_statement_about_some_of_the_children_is_of_no_child(tmp_path):
    casebook = read_casebook(book(tmp_path, reports="patient_id,children,speaker,claim\n,2,parent,cured"))
    assert casebook.case("CHILD-01").reports == ()
    assert [(report.claim, report.children) for report in casebook.group_reports] == [("cured", 2)]


def test_rows_entered_in_error_are_counted_and_used_for_nothing(tmp_path):
    folder = book(
        tmp_path,
        visits=f"row_status,{VISITS},esr_mm_h\n"
        "entered_in_error,CHILD-01,V1,2019-04-01,9999\ncomplete,CHILD-01,V1,2019-04-01,20",
    )
    casebook = read_casebook(folder)
    assert [a.facts["esr_mm_h"].value for a in casebook.case("CHILD-01").assessments] == [20]
    assert casebook.entered_in_error == {"visits": 1}
    assert any("entered in error" in notice for notice in casebook.notices)


def test_children_come_in_the_order_of_their_table_with_their_own_facts(tmp_path):
    casebook = read_casebook(
        book(
            tmp_path,
            patients="patient_id,diagnosis\nZED-01,jia\nAAA-01,sle",
            infusions="patient_id,infusion_no,infusion_start\nAAA-01,1,D0\nZED-01,1,D0",
            visits="patient_id,visit_date,esr_mm_h\nAAA-01,D1,1\nZED-01,D1,2\nAAA-01,D2,3",
            about="key,value\nkind,invented\ntitle,Two",
        )
    )
    assert casebook.patient_ids == ("ZED-01", "AAA-01")
    found = {
        case.patient_id: [a.facts["esr_mm_h"].value for a in case.assessments] for case in casebook.cases()
    }
    assert found == {"ZED-01": [2], "AAA-01": [1, 3]}
    assert all(case.invented for case in casebook.cases())
    assert casebook.about == {"kind": "invented", "title": "Two"}
    with pytest.raises(KeyError):
        casebook.case("CHILD-99")
