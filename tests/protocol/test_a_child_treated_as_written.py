"""One child of whom everything is documented and done as the shipped protocol says: no check may find anything. Then
one record is taken away or changed at a time, and that one check must tell."""

import pytest

from leadline.casebook import read_casebook
from leadline.protocol.adherence import check_casebook
from tests.casebook.books import book
from tests.protocol.charts import shipped

CHILD = "CHILD-01"
SCREENING = {
    "active_infection": "absent", "chronic_viral_infection": "absent", "tuberculosis": "absent", "malignancy": "absent",
    "pregnancy": "absent", "thrombosis_or_clotting_disorder": "absent", "severe_organ_failure": "absent",
    "allergy_to_product": "absent", "earlier_cell_therapy": "absent", "creatinine_mg_dl": "0.5",
    "egfr_ml_min_173": "110",
}  # fmt: skip
EVERY_VISIT = {
    "weight_kg": "30", "height_cm": "132", "temp_c": "36.8", "crp_mg_l": "12", "crp_mg_l_ref_high": "5",
    "haemoglobin_g_dl": "11.8", "platelets_10e9_l": "320", "wbc_10e9_l": "7.4", "ast_u_l": "28", "ferritin_ng_ml": "85",
    "fibrinogen_mg_dl": "320", "pain_vas_0_10": "5", "active_joint_count": "8", "limited_joint_count": "8",
    "physician_global_0_10": "6", "parent_global_0_10": "6", "chaq_di": "1.5", "esr_mm_h": "40",
    "esr_mm_h_ref_high": "20", "systemic_features_present": "absent", "active_uveitis": "absent",
    "morning_stiffness_min": "60", "adverse_events_assessed": "yes", "list_used": "71",
}  # fmt: skip
PATIENT = {
    "patient_id": CHILD, "birth_date": "2009-03-14", "diagnosis": "jia", "ilar_category": "poly_rf_neg",
    "diagnosis_certainty": "definite", "drug_history_complete": "yes", "consent_kind": "parent",
    "consent_date": "2019-02-20", "assent": "given", "protocol_id": "msc_iv_paediatric",
    "protocol_version": shipped().version, "last_contact_date": "2019-04-18",
}  # fmt: skip
INFUSION = {
    "patient_id": CHILD, "infusion_no": "1", "infusion_start": "2019-03-14", "route": "iv", "cell_type": "MSC",
    "tissue_source": "bone_marrow", "donor": "allogeneic_unrelated", "dose_cells_total": "60", "dose_basis": "viable",
    "viability_pct": "92", "passage": "3", "fresh_or_thawed": "thawed", "release_certificate": "seen",
    "premedication": "cetirizine", "weight_kg_at_infusion": "30", "volume_ml": "60", "infusion_minutes": "30",
    "hours_observed": "24", "vital_signs_minutes": "0;15;31;60;118;240;1440", "sterility_test": "no_growth",
    "mycoplasma_test": "negative", "endotoxin_below_eu_ml": "0.25", "karyotype_test": "normal",
    "potency_test": "passed", "donor_screening": "negative", "minutes_from_thaw": "30", "cd105_pct": "98",
    "cd73_pct": "98", "cd90_pct": "98", "cd45_pct": "1", "cd34_pct": "1", "hla_dr_pct": "1", "cd14_pct": "1",
    "cd19_pct": "1", "plastic_adherent": "yes", "osteo": "yes", "adipo": "yes", "chondro": "yes",
}  # fmt: skip
# days -17, 0, 7, 14, 28; the record ends on day 35, the day after the window of week 4
VISITS = {"2019-02-25": SCREENING, "2019-03-14": {}, "2019-03-21": {}, "2019-03-28": {}, "2019-04-11": {}}
MEASURED = ("2017-01-10", "2018-02-15", "2018-11-20")
"""Height and weight when the earlier drugs began and ended, from which their doses by surface are reckoned."""

DRUGS = """patient_id,drug_text,route,dose,dose_unit,dose_basis,frequency,start_date,end_date,ongoing,as_of,\
stop_reason,taken_as_prescribed
CHILD-01,methotrexate,sc,15,mg/m2,per_m2,weekly,2017-01-10,2018-11-20,no,,ineffective,yes
CHILD-01,etanercept,sc,25,mg,fixed,weekly,2017-06-01,2018-02-01,no,,ineffective,yes
CHILD-01,tocilizumab,iv,8,mg/kg,per_kg,q4w,2018-02-15,2018-11-20,no,,lost_effect,yes
CHILD-01,naproxen,po,250,mg,fixed,twice_daily,2017-01-10,,yes,2019-04-18,,yes
"""
REPORTS = "patient_id,report_date,speaker,channel,claim\n" + "".join(
    f"{CHILD},{day},mother,visit,unchanged\n" for day in VISITS
)


def table(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return "\n".join(
        [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    )


def checked(folder, *, patient=None, infusion=None, visits=None, drugs=DRUGS):
    rows = [
        {"patient_id": CHILD, "visit_date": day, **EVERY_VISIT, **own}
        for day, own in (visits or VISITS).items()
    ]
    grown = (
        {"patient_id": CHILD, "visit_date": day, "weight_kg": "28", "height_cm": "130"} for day in MEASURED
    )
    path = book(
        folder,
        patients=table({**PATIENT, **(patient or {})}),
        infusions=table({**INFUSION, **(infusion or {})}),
        visits=table(*rows, *grown),
        medications=drugs,
        reports=REPORTS,
    )
    return check_casebook(shipped(), read_casebook(path)).children[0]


def told(child):
    """Rule or visit to what came of it, of everything that is not as written."""
    checks = [*child.eligibility, *child.repeat_dosing, *child.treatment]
    checks += [check for infusion in child.infusions for check in infusion.checks]
    found = {check.rule: check.outcome.value for check in checks}
    found |= {visit.visit: visit.outcome.value for visit in child.visits if visit.outcome is not None}
    found |= {change.drug: change.outcome.value for change in child.changes}
    return {name: outcome for name, outcome in found.items() if outcome != "as_written"}


def test_nothing_is_found_where_all_is_documented_and_done_as_written(tmp_path):
    child = checked(tmp_path)
    assert told(child) == {}
    assert child.eligible == "met"
    assert child.under_protocol == "met"
    assert [row.id for row in child.upcoming] == [
        "week_8", "week_12", "week_24", "week_52", "year_2", "year_3", "year_4", "year_5",
    ]  # fmt: skip


MINOR, MAJOR, UNKNOWN = "minor_deviation", "major_deviation", "not_documented"
WASHOUTS = ("washout_b_cell", "washout_cyclophosphamide", "washout_ivig", "washout_pulse")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"birth_date": "2001-03-14"}, {"age": MAJOR}),
        ({"birth_date": ""}, {"age": UNKNOWN}),
        ({"diagnosis_certainty": "provisional"}, {"certain_diagnosis": MAJOR}),
        ({"consent_date": ""}, {"consent_before": UNKNOWN}),
        ({"consent_date": "2019-03-15"}, {"consent_before": MAJOR}),
        ({"consent_kind": ""}, {"consent": UNKNOWN}),
        ({"assent": "refused"}, {"assent": MAJOR}),
        (
            {"drug_history_complete": ""},
            {"drug_history": UNKNOWN, **dict.fromkeys(WASHOUTS, UNKNOWN)},
        ),
    ],
)
def test_one_fact_of_the_child(tmp_path, changes, found):
    child = checked(tmp_path, patient=changes)
    assert told(child) == found
    assert child.eligible == ("not_met" if MAJOR in found.values() else "indeterminate")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"dose_cells_total": "72"}, {}),  # 2.4 million a kg
        ({"dose_cells_total": "73"}, {"dose_within_tolerance": MINOR}),
        ({"dose_cells_total": "121"}, {"dose_within_tolerance": MINOR, "dose_within_limits": MAJOR}),
        ({"dose_cells_total": ""}, {"dose_within_tolerance": UNKNOWN, "dose_within_limits": UNKNOWN}),
        ({"dose_basis": "total_nucleated"}, {}),  # 92 % of 2 million are 1.84
        ({"weight_kg_at_infusion": ""}, {}),  # the weight of the visit of that day is the same
        ({"viability_pct": "69"}, {"viability": MAJOR}),
        ({"endotoxin_below_eu_ml": "3"}, {"endotoxin": UNKNOWN}),  # below 6 EU/kg
        ({"endotoxin_eu_ml": "3"}, {"endotoxin": MAJOR}),  # 6 EU/kg
        ({"sterility_test": "pending"}, {"sterility": MAJOR}),
        ({"mycoplasma_test": ""}, {"mycoplasma": UNKNOWN}),
        ({"potency_test": "failed"}, {"potency": MINOR}),
        ({"release_certificate": "stated"}, {"certificate": MAJOR}),
        ({"passage": "6"}, {"passage": MAJOR}),
        ({"cd73_pct": "94"}, {"identity": MAJOR}),
        ({"osteo": ""}, {"identity": UNKNOWN}),
        ({"tissue_source": "adipose"}, {"tissue": MAJOR}),
        ({"route": "im"}, {"route": MAJOR}),
        ({"premedication": "none"}, {"antihistamine": MINOR}),
        ({"premedication": ""}, {"antihistamine": UNKNOWN, "no_hydrocortisone": UNKNOWN}),
        ({"premedication": "hydrocortisone; cetirizine"}, {"no_hydrocortisone": MINOR}),
        ({"hours_observed": "23"}, {"observed": MAJOR}),
        ({"vital_signs_minutes": "0;15;31;60;118;240"}, {"vital_signs": MINOR}),
    ],
)
def test_one_fact_of_the_infusion(tmp_path, changes, found):
    assert told(checked(tmp_path, infusion=changes)) == found


def without(day):
    return {each: own for each, own in VISITS.items() if each != day}


FINDINGS = (
    "infection", "viral_infection", "tuberculosis", "malignancy", "pregnancy", "thrombosis", "organ_failure", "allergy",
    "cell_therapy", "kidney_function",
)  # fmt: skip


@pytest.mark.parametrize(
    ("visits", "found"),
    [
        ({**VISITS, "2019-02-25": {**SCREENING, "active_infection": "present"}}, {"infection": MAJOR}),
        ({**VISITS, "2019-02-25": {**SCREENING, "egfr_ml_min_173": "39"}}, {"kidney_function": MAJOR}),
        ({**VISITS, "2019-02-25": {**SCREENING, "pregnancy": "not_applicable"}}, {}),
        (
            {**VISITS, "2019-02-25": {**SCREENING, "pregnancy": "not_done"}},
            {"pregnancy": UNKNOWN, "screening": UNKNOWN},
        ),
        ({**VISITS, "2019-03-28": {"temp_c": ""}}, {"week_2": UNKNOWN}),
        ({**VISITS, "2019-03-28": {"adverse_events_assessed": ""}}, {"week_2": UNKNOWN}),
        (without("2019-03-28"), {"week_2": MINOR}),
        (without("2019-02-25"), {"screening": MAJOR, **dict.fromkeys(FINDINGS, UNKNOWN)}),
        (without("2019-04-11"), {"week_4": UNKNOWN}),  # nothing is recorded so late
    ],
)
def test_one_fact_of_a_visit(tmp_path, visits, found):
    assert told(checked(tmp_path, visits=visits)) == found


@pytest.mark.parametrize(
    ("course", "found"),
    [
        ("adalimumab,sc,40,mg,fixed,q2w,2019-03-20,,yes,2019-04-18,,",
         {"no_new_targeted_drug": MAJOR, "adalimumab": MAJOR}),
        ("leflunomide,po,20,mg,fixed,daily,2019-01-10,,yes,2019-04-18,,yes", {"new_drug": MAJOR}),
        ("rituximab,iv,500,mg,fixed,once,2018-05-02,2018-05-02,no,,planned,yes", {"washout_b_cell": MAJOR}),
        ("prednisone,po,10,mg,fixed,daily,2019-04-01,,yes,2019-04-18,,", {}),  # rescue treatment
        ("paracetamol,po,500,mg,fixed,once,2019-03-20,2019-03-20,no,,,", {}),
        ("Wonderdrug,po,5,mg,fixed,daily,2019-03-20,,yes,2019-04-18,,",
         {"no_new_targeted_drug": UNKNOWN, "no_new_conventional_drug": UNKNOWN,
          "drug not recognised": UNKNOWN}),
    ],
)  # fmt: skip
def test_one_more_drug(tmp_path, course, found):
    assert told(checked(tmp_path, drugs=f"{DRUGS.strip()}\n{CHILD},{course}\n")) == found
