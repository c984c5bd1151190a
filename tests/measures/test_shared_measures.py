"""Quality of life, doses, units, kidney, adverse events, cells. Values typed from the measures dossier 5, 6 and 10."""

import pytest

from leadline.errors import ItemOutOfRange, LeadlineError
from leadline.measures import MEASURES, evaluate
from leadline.measures.cell_product import all_cells, endotoxin_eu_kg, rate_ml_min, viable_cells
from leadline.measures.glucocorticoids import is_pulse, prednisone_mg

ANSWERS = {
    "physical": [1] * 8,
    "emotional": [0, 0, 0, 0, 4],
    "social": [2] * 5,
    "school": [1, 1, 1, None, None],
}


def test_pedsql_scales_and_the_means_over_items():
    scores = evaluate("pedsql_generic", ANSWERS)
    assert scores["physical"] == 75
    assert scores["emotional"] == 80
    assert scores["social"] == 50
    assert scores["school"] == 75
    assert scores["psychosocial"] == pytest.approx(67.31, abs=0.005)
    assert scores["total"] == pytest.approx(70.24, abs=0.005)


@pytest.mark.parametrize(
    ("scale", "answers", "score"),
    [
        ("physical", [1, 1, 1, 1, None, None, None, None], 75),  # exactly half answered is enough
        ("physical", [1, 1, 1, None, None, None, None, None], None),
        ("school", [1, 1, None, None, None], None),
        ("school", [1, 1, None], 75),  # toddlers have three
    ],
)
def test_pedsql_needs_half_of_a_scale(scale, answers, score):
    result = evaluate("pedsql_generic", {**ANSWERS, scale: answers})
    assert result[scale] == score
    assert result["missing"] == ([] if score else [scale])


@pytest.mark.parametrize(
    "answers", [[5, 0, 0, 0, 0], [0.5, 0, 0, 0, 0], [True, 0, 0, 0, 0], ["1", 0, 0, 0, 0], [0] * 4, 3]
)
def test_pedsql_refuses_what_is_no_list_of_answers(answers):
    with pytest.raises(ItemOutOfRange):
        evaluate("pedsql_generic", {**ANSWERS, "emotional": answers})


@pytest.mark.parametrize(
    ("drug", "dose", "prednisone"),
    [
        ("methylprednisolone", 16, 20),
        ("methylprednisolone", 32, 40),  # https://www.droracle.ai/articles/358919
        ("dexamethasone", 6, 40),  # the same page
        ("prednisolone", 5, 5),
        ("triamcinolone", 4, 5),
        ("hydrocortisone", 20, 5),
        ("cortisone", 25, 5),
        ("betamethasone", 0.6, 5),
        ("deflazacort", 6, 5),
        ("Prednisone", 10, 10),
    ],
)
def test_prednisone_equivalent(drug, dose, prednisone):
    assert evaluate("prednisone_equivalent", {"drug": drug, "dose_mg": dose})["value"] == prednisone


def test_prednisone_per_kilogram_needs_a_weight():
    dose = {"drug": "methylprednisolone", "dose_mg": 16}
    assert evaluate("prednisone_equivalent", {**dose, "weight_kg": 25})["mg_kg_day"] == 0.8
    assert evaluate("prednisone_equivalent", dose)["mg_kg_day"] is None


def test_prednisone_on_alternate_days_is_averaged_and_a_local_one_is_none():
    assert (
        evaluate("prednisone_equivalent", {"drug": "prednisone", "dose_mg": 10, "alternate_day": True})[
            "value"
        ]
        == 5
    )
    local = evaluate("prednisone_equivalent", {"drug": "triamcinolone", "dose_mg": 40, "route": "local"})
    assert (local["value"], local["status"]) == (None, "not_applicable")


def test_only_deflazacort_is_flagged_as_doubtful():
    assert evaluate("prednisone_equivalent", {"drug": "deflazacort", "dose_mg": 6})["doubtful"]
    assert not evaluate("prednisone_equivalent", {"drug": "prednisone", "dose_mg": 6})["doubtful"]


@pytest.mark.parametrize(
    ("drug", "dose", "weight", "pulse"),
    [
        ("methylprednisolone", 250, None, True),
        ("methylprednisolone", 249, None, None),
        ("methylprednisolone", 249, 25, False),
        ("methylprednisolone", 200, 20, True),
        ("methylprednisolone", 199, 20, False),
        ("dexamethasone", 46.875, None, True),
    ],
)
def test_a_pulse_is_250_mg_or_10_mg_a_kilogram(drug, dose, weight, pulse):
    assert is_pulse(drug, dose, weight_kg=weight) is pulse


def test_prednisone_mg_is_the_same_for_the_verdicts():
    assert prednisone_mg("methylprednisolone", 16) == 20


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "to", "converted"),
    [
        ("CRP", 1.2, "mg/dL", "mg/L", 12),
        ("CRP", 12, "mg/L", "mg/dL", 1.2),
        ("c3", 0.9, "g/L", "mg/dL", 90),
        ("fibrinogen", 3.6, "g/L", "mg/dL", 360),
        ("fibrinogen", 10.6, "umol/L", "mg/dL", 360.4),
        ("ferritin", 700, "ng/mL", "ug/L", 700),
        ("triglycerides", 1.76, "mmol/L", "mg/dL", 155.8832),
        ("creatinine", 88.4, "umol/L", "mg/dL", 1),
        ("haemoglobin", 105, "g/L", "g/dL", 10.5),
        ("platelets", 181000, "/uL", "10^9/L", 181),
        ("upcr", 113.1, "mg/mmol", "g/g", 1),
        ("upcr", 500, "mg/g", "g/g", 0.5),
        ("temperature", 100.4, "degF", "degC", 38),
        ("titre", "1:80", None, None, 80),
    ],
)
def test_unit_conversion(analyte, value, unit, to, converted):
    result = evaluate("unit_convert", {"analyte": analyte, "value": value, "from": unit, "to": to})
    assert result["value"] == pytest.approx(converted, abs=1e-6)


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "wanted", "expected"),
    [  # measures dossier 5.4
        ("crp", 1.2, "mg/dL", "mg/L", 12),
        ("crp_mg_l", 5, "mg/l", "mg/dL", 0.5),
        ("c3", 0.9, "g/L", "mg/dL", 90),
        ("c4", 18, "mg/dL", "g/L", 0.18),
        ("fibrinogen", 3.5, "g/L", "mg/dL", 350),
        ("fibrinogen", 10, "µmol/L", "mg/dL", 340),
        ("ferritin", 250, "ng/mL", "ug/L", 250),
        ("ferritin", 250, "μg/L", "ng/mL", 250),
        ("triglycerides", 2, "mmol/L", "mg/dL", 177.14),
        ("creatinine", 88.4, "umol/L", "mg/dL", 1),
        ("haemoglobin", 120, "g/L", "g/dL", 12),
        ("platelets", 250_000, "/uL", "10*9/L", 250),
        ("platelets", 250, "10^3/µL", "10*9/L", 250),
        ("wbc", 7.1, "x10^9/L", "10*3/uL", 7.1),
        ("upcr", 500, "mg/g", "g/g", 0.5),
        ("upcr", 0.5, "mg/mg", "g/g", 0.5),
        ("upcr", 113.1, "mg/mmol", "g/g", 1),
        ("temperature", 98.6, "degF", "Cel", 37),
        ("temperature", 38, "°C", "°F", 100.4),
    ],
)
def test_every_factor_of_the_dossier_converts(analyte, value, unit, wanted, expected):
    converted = evaluate("unit_convert", {"analyte": analyte, "value": value, "from": unit, "to": wanted})
    assert converted["value"] == pytest.approx(expected, rel=1e-9)


def test_anti_dsdna_is_never_converted():
    result = evaluate("unit_convert", {"analyte": "anti-dsDNA", "value": 30, "from": "IU/mL", "to": "U/mL"})
    assert (result["value"], result["status"]) == (None, "not_applicable")


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "to"),
    [("CRP", 1, "mg/dL", "furlong"), ("phlogiston", 1, "mg/dL", "mg/L"), ("CRP", -1, "mg/dL", "mg/L"),
     ("CRP", "high", "mg/dL", "mg/L"),
     ("haemoglobin", 105, "g/dL", "g/L")],
)  # fmt: skip
def test_what_cannot_be_converted_is_refused(analyte, value, unit, to):
    with pytest.raises(LeadlineError):
        evaluate("unit_convert", {"analyte": analyte, "value": value, "from": unit, "to": to})


@pytest.mark.parametrize(
    ("inputs", "value"),
    [
        ({"height_cm": 150, "creatinine_mg_dl": 0.59}, 105.0),
        (
            {"height_cm": 100, "creatinine_mg_dl": 0.5},
            82.6,
        ),  # clay-good/sophiewell.com, schwartz-egfr.test.js
        ({"height_cm": 100, "creatinine_umol_l": 44.2}, 82.6),
        ({"height_cm": 100}, None),
        ({"creatinine_mg_dl": 0.5}, None),
        ({"height_cm": 100, "creatinine_mg_dl": 0.5, "age_years": 0.9}, None),
        ({"height_cm": 100, "creatinine_mg_dl": 0.5, "age_years": 17.5}, 82.6),
        ({"height_cm": 100, "creatinine_mg_dl": 0.5, "age_years": 18}, None),
    ],
)
def test_estimated_gfr(inputs, value):
    assert evaluate("egfr_bedside_schwartz", inputs)["value"] == value


@pytest.mark.parametrize(
    ("temperature", "hours", "grade"),
    [
        (37.9, None, 0), (38.0, None, 1), (39.0, None, 1), (39.1, None, 2), (40.0, None, 2), (40.1, 24, 3),
        (40.1, 24.1, 4),        (40.1, None, None), (None, 3, None),
    ],
)  # fmt: skip
def test_grade_of_fever(temperature, hours, grade):
    assert evaluate("ctcae5_fever", {"temp_c": temperature, "hours_above_40": hours})["grade"] == grade


SERIOUS = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "important_medical_event",
)


@pytest.mark.parametrize("criterion", SERIOUS)
def test_one_criterion_makes_an_event_serious(criterion):
    assert evaluate("ae_serious", {criterion: True})["result"] == "met"


def test_seriousness_is_three_valued_and_a_planned_stay_is_exempt():
    none = dict.fromkeys(SERIOUS, False)
    assert evaluate("ae_serious", none)["result"] == "not_met"
    assert evaluate("ae_serious", {**none, "death": None})["result"] == "indeterminate"
    assert (
        evaluate("ae_serious", {**none, "hospitalisation": True, "planned_admission": True})["result"]
        == "not_met"
    )


STROMAL = {"cd105_pct": 95, "cd73_pct": 95, "cd90_pct": 95, "cd45_pct": 2, "cd34_pct": 2, "cd14_pct": 2, "cd19_pct": 2,
           "hla_dr_pct": 2, "plastic_adherent": True, "osteo": True, "adipo": True, "chondro": True}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, "met"),
        ({"cd73_pct": 94.9}, "not_met"),
        ({"cd45_pct": 2.1}, "not_met"),
        ({"cd11b_pct": 2}, "met"),
        ({"cd11b_pct": 2.1}, "not_met"),
        ({"cd14_pct": None, "cd11b_pct": 1}, "met"),
        ({"cd14_pct": None}, "indeterminate"),
        ({"chondro": None}, "indeterminate"),
        ({"chondro": None, "hla_dr_pct": 3}, "not_met"),
    ],
)
def test_identity_of_stromal_cells(changed, result):
    assert evaluate("isct_2006", {**STROMAL, **changed})["result"] == result


def test_doses_counts_what_is_documented():
    report = evaluate(
        "doses_report", {"donor": "allogeneic", "origin": "bone marrow", "separation": None, "site": True}
    )
    assert (report["value"], report["missing"]) == (0.6, ["separation", "exhibited_characteristics"])


def test_cell_dose_both_ways():
    assert evaluate("msc_dose", {"cells_per_kg": 2e6, "weight_kg": 20})["total_cells"] == 4e7
    assert evaluate("msc_dose", {"total_cells": 5e7, "weight_kg": 20})["cells_per_kg"] == 2.5e6
    assert evaluate("msc_dose", {"total_cells": 5e7, "weight_kg": 60})["cells_per_kg"] == pytest.approx(
        0.83e6, abs=0.005e6
    )
    assert evaluate("msc_dose", {"cells_per_kg": 2e6}) == {
        "total_cells": None, "cells_per_kg": 2e6, "status": "not_computable", "missing": ["weight_kg"],
    }  # fmt: skip


def test_ten_to_the_sixth_misread_as_106_is_refused():
    with pytest.raises(ItemOutOfRange):
        evaluate("msc_dose", {"cells_per_kg": 106, "weight_kg": 20})


def test_endotoxin_per_kilogram():
    assert endotoxin_eu_kg(0.4, volume_ml=100, weight_kg=20) == 2


def test_viable_cells_of_all_cells_and_back():
    assert viable_cells(2.5, viability_pct=80) == 2
    assert all_cells(2, viability_pct=80) == 2.5


def test_mean_rate_of_an_infusion():
    assert rate_ml_min(60, minutes=30) == 2


RULE = {"prior_a": 1, "prior_b": 1, "n": 3, "events": 1, "p0": 0.2, "gamma": 0.9}


def test_the_toxicity_rule_goes_on_after_one_of_three():
    # N = 4, A = 2: 0.8^4 + 4 x 0.2 x 0.8^3
    result = evaluate("bayes_tox_stop", RULE)
    assert result["posterior_prob_gt_p0"] == pytest.approx(0.8192, abs=1e-12)
    assert result["stop"] is False


@pytest.mark.parametrize(
    ("events", "probability", "stop"), [(0, 0.4096, False), (2, 0.9728, True), (3, 0.9984, True)]
)
def test_the_toxicity_rule_by_its_closed_form(events, probability, stop):
    # 0.8^4 = 0.4096; adding 6 x 0.04 x 0.64 = 0.1536 gives 0.9728; adding 4 x 0.008 x 0.8 = 0.0256 gives 0.9984
    result = evaluate("bayes_tox_stop", {**RULE, "events": events})
    assert (result["posterior_prob_gt_p0"], result["stop"]) == (pytest.approx(probability, abs=1e-12), stop)


def test_the_toxicity_rule_neither_stops_nor_goes_on_without_all_its_inputs():
    result = evaluate("bayes_tox_stop", {**RULE, "gamma": None})
    assert (result["stop"], result["status"], result["missing"]) == (None, "partly_computable", ["gamma"])
    result = evaluate("bayes_tox_stop", {**RULE, "n": None})
    assert (result["posterior_prob_gt_p0"], result["stop"], result["status"]) == (
        None,
        None,
        "not_computable",
    )
    with pytest.raises(ItemOutOfRange):
        evaluate("bayes_tox_stop", {**RULE, "events": 4})


def test_the_paediatric_damage_index_adds_growth_and_puberty_and_is_provisional():
    # 4 points by the example of the measures dossier 2.8, and one for each of the two domains of Gutierrez-Suarez 2006
    damage = {"avascular_necrosis": 2, "cataract": 1, "gfr_lt_50": 1}
    assert evaluate("slicc_sdi", {"items": damage})["value"] == 4
    both = {**damage, "growth_failure": 1, "delayed_puberty": 1}
    assert evaluate("ped_sdi", {"items": both})["value"] == 6
    unknown = evaluate("ped_sdi", {"items": {**damage, "delayed_puberty": None}})
    assert (unknown["value"], unknown["lower_bound"], unknown["upper_bound"]) == (None, 4, 5)
    assert evaluate("ped_sdi", {"items": None}).get("upper_bound") == 49
    assert MEASURES["ped_sdi"].status == "provisional"
