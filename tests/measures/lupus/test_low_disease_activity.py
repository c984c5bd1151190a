"""LLDAS and cLLDAS: each part on its limit, and what a missing weight leaves open."""

import pytest

from leadline.measures import evaluate

FINE = {
    "present": ["alopecia", "rash"], "not_recorded": [], "haemolytic_anaemia": False, "gi_activity": False,
    "new_activity_since_last": False, "pga_0_3": 0.5, "prednisolone_mg_day": 3, "weight_kg": 20,
    "standard_treatment_stable": True,
}  # fmt: skip


def judged(measure="clldas", **changed):
    answer = evaluate(measure, {**FINE, **changed})
    return answer["result"]


@pytest.mark.parametrize(
    ("mg_day", "expected"), [(0, "met"), (2.9, "met"), (3, "met"), (3.1, "not_met"), (4, "not_met")]
)
def test_a_child_of_20_kg_may_take_3_mg_a_day(mg_day, expected):
    assert judged(prednisolone_mg_day=mg_day) == expected


@pytest.mark.parametrize(("mg_day", "expected"), [(7.4, "met"), (7.5, "met"), (7.51, "not_met")])
def test_no_weight_allows_more_than_seven_and_a_half(mg_day, expected):
    assert judged(prednisolone_mg_day=mg_day, weight_kg=80) == expected
    assert judged("lldas", prednisolone_mg_day=mg_day) == expected


def test_a_missing_weight_leaves_only_doses_between_the_ends_open():
    assert judged(weight_kg=None, prednisolone_mg_day=0) == "met"
    assert judged(weight_kg=None, prednisolone_mg_day=8) == "not_met"
    answer = evaluate("clldas", {**FINE, "weight_kg": None, "prednisolone_mg_day": 3})
    assert answer == {"result": "indeterminate", "missing": ["weight_kg"]}


@pytest.mark.parametrize("measure", ["lldas", "clldas"])
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "met"),
        ({"present": []}, "met"),
        ({"present": ["arthritis"]}, "met"),  # 4 points, no major organ
        ({"present": ["arthritis", "leukopenia"]}, "not_met"),  # 5 points
        ({"present": ["low_complement", "increased_dna_binding"]}, "met"),
        ({"present": ["fever"]}, "not_met"),  # 1 point
        ({"present": ["proteinuria"]}, "not_met"),  # 4 points from the kidney
        ({"present": ["pleurisy"]}, "not_met"),
        ({"present": ["pericarditis"]}, "not_met"),
        ({"present": ["pyuria"]}, "not_met"),
        ({"present": ["cva"]}, "not_met"),
        ({"present": ["vasculitis"]}, "not_met"),
        ({"haemolytic_anaemia": True}, "not_met"),
        ({"haemolytic_anaemia": None}, "indeterminate"),
        ({"gi_activity": True}, "not_met"),
        ({"gi_activity": None}, "indeterminate"),
        ({"new_activity_since_last": True}, "not_met"),
        ({"new_activity_since_last": None}, "indeterminate"),
        ({"pga_0_3": 1.0}, "met"),
        ({"pga_0_3": 1.01}, "not_met"),
        ({"pga_0_3": None}, "indeterminate"),
        ({"prednisolone_mg_day": None}, "indeterminate"),
        ({"standard_treatment_stable": False}, "not_met"),
        ({"standard_treatment_stable": None}, "indeterminate"),
        ({"not_recorded": ["low_complement"]}, "indeterminate"),  # 4 to 6 points
        ({"present": ["alopecia"], "not_recorded": ["low_complement"]}, "met"),  # 2 to 4 points
        ({"present": ["alopecia"], "not_recorded": ["fever"]}, "indeterminate"),
        ({"not_recorded": ["fever"], "haemolytic_anaemia": True}, "not_met"),
    ],
)
def test_each_part(measure, changed, expected):
    assert judged(measure, **changed) == expected


@pytest.mark.parametrize("measure", ["lldas", "clldas"])
def test_an_investigational_product_excludes_the_strict_state_but_not_the_state_apart_from_it(measure):
    dosed = {"standard_treatment_stable": False}
    assert judged(measure, **dosed) == "not_met"
    assert judged(f"{measure}_apart_from_product", **dosed, treatment_stable=True) == "met"
    assert judged(f"{measure}_apart_from_product", **dosed, treatment_stable=False) == "not_met"
    assert judged(f"{measure}_apart_from_product", **dosed) == "indeterminate"
    assert judged(f"{measure}_apart_from_product") == "met"


def test_what_is_missing_is_named_as_it_was_asked():
    answer = evaluate("lldas", {**FINE, "present": [], "not_recorded": ["fever"], "pga_0_3": None})
    assert answer["missing"] == ["fever", "pga_0_3"]
