"""Remission of lupus: DORIS 2021 and the childhood versions."""

import pytest

from leadline.measures import evaluate

ON = ("doris_2021", "csle_ccr")
OFF = ("doris_2021_off", "csle_ccr0")
REMISSION = {
    "clinical_sledai_2k": 0, "pga_0_3": 0.3, "prednisolone_mg_day": 4, "weight_kg": 45, "treatment_stable": True,
    "on_immunosuppressive_or_biologic": False,
}  # fmt: skip


def judged(measure, **changed):
    return evaluate(measure, {**REMISSION, **changed})["result"]


@pytest.mark.parametrize("measure", ON)
def test_the_child_of_45_kg_on_4_mg_is_in_remission_on_treatment(measure):
    assert judged(measure) == "met"  # limits 5 and 4.5 mg/day


@pytest.mark.parametrize("measure", [*ON, *OFF])
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "met"),
        ({"clinical_sledai_2k": 1}, "not_met"),
        ({"clinical_sledai_2k": None}, "indeterminate"),
        ({"pga_0_3": 0.49}, "met"),
        ({"pga_0_3": 0.5}, "not_met"),
        ({"pga_0_3": None}, "indeterminate"),
        ({"prednisolone_mg_day": None}, "indeterminate"),
    ],
)
def test_no_activity_and_a_global_below_a_half(measure, changed, expected):
    assert judged(measure, **{"prednisolone_mg_day": 0, **changed}) == expected


@pytest.mark.parametrize(
    ("measure", "weight", "mg_day", "expected"),
    [
        ("doris_2021", None, 5, "met"),
        ("doris_2021", None, 5.1, "not_met"),
        ("csle_ccr", 45, 4.5, "met"),
        ("csle_ccr", 45, 4.6, "not_met"),
        ("csle_ccr", 80, 5, "met"),
        ("csle_ccr", 80, 5.1, "not_met"),
        ("csle_ccr", None, 0, "met"),
        ("csle_ccr", None, 3, "indeterminate"),
        ("csle_ccr", None, 5.1, "not_met"),
        ("csle_ccr0", 45, 0, "met"),
        ("csle_ccr0", 45, 0.5, "not_met"),
        ("doris_2021_off", 45, 0, "met"),
        ("doris_2021_off", 45, 1, "not_met"),
    ],
)
def test_the_dose_allowed(measure, weight, mg_day, expected):
    assert judged(measure, weight_kg=weight, prednisolone_mg_day=mg_day) == expected


@pytest.mark.parametrize(("stable", "expected"), [(True, "met"), (False, "not_met"), (None, "indeterminate")])
@pytest.mark.parametrize("measure", ["doris_2021", "csle_ccr", "csle_ccr0"])
def test_treatment_must_be_stable(measure, stable, expected):
    assert judged(measure, treatment_stable=stable, prednisolone_mg_day=0) == expected


@pytest.mark.parametrize(
    ("on_drugs", "expected"), [(False, "met"), (True, "not_met"), (None, "indeterminate")]
)
def test_off_treatment_allows_an_antimalarial_only(on_drugs, expected):
    assert (
        judged("doris_2021_off", prednisolone_mg_day=0, on_immunosuppressive_or_biologic=on_drugs) == expected
    )


def test_the_missing_weight_is_named_where_it_matters():
    answer = evaluate("csle_ccr", {**REMISSION, "weight_kg": None})
    assert answer == {"result": "indeterminate", "missing": ["weight_kg"]}
    assert evaluate("doris_2021", {**REMISSION, "weight_kg": None})["missing"] == []
