"""Renal response, KDIGO 2024."""

import pytest

from leadline.measures import evaluate


def response(before, now, egfr=(100, 96), unit="g/g", **more):
    answer = evaluate(
        "renal_response_kdigo2024",
        {"baseline_upcr": before, "current_upcr": now, "unit": unit, "baseline_egfr": egfr[0], "current_egfr": egfr[1],
         **more},
    )  # fmt: skip
    return answer["response"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (2.0, 0.4, "complete"),
        (4.0, 1.8, "partial"),
        (4.0, 2.2, "none"),  # a fall of 45 %
        (2.0, 0.49, "complete"),
        (2.0, 0.5, "partial"),
        (4.0, 2.0, "partial"),
        (4.0, 2.01, "none"),
        (8.0, 2.99, "partial"),
        (8.0, 3.0, "none"),  # below 3 is asked
        (0.5, 0.4, "complete"),
        (0.49, 0.1, "not_applicable"),
    ],
)
def test_each_limit_in_grams_per_gram(before, now, expected):
    assert response(before, now) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (200, 49, "complete"),
        (200, 50, "partial"),
        (400, 200, "partial"),
        (800, 299, "partial"),
        (800, 300, "none"),
        (50, 40, "complete"),
        (49, 10, "not_applicable"),
        (200, 55, "partial"),  # 0.486 g/g by the exact factor: each unit is held against its own limit
    ],
)
def test_each_limit_in_milligrams_per_millimole(before, now, expected):
    assert response(before, now, unit="mg/mmol") == expected


@pytest.mark.parametrize(
    ("egfr", "expected"),
    [
        ((100, 85), "complete"),
        ((100, 84.9), "none"),
        ((60, 51), "complete"),
        ((60, 120), "complete"),
        ((None, 96), "indeterminate"),
        ((100, None), "indeterminate"),
        ((None, None), "indeterminate"),
    ],
)
def test_kidney_function_must_be_stable(egfr, expected):
    assert response(2.0, 0.4, egfr) == expected


def test_the_tolerance_may_be_ten_percent_and_is_printed():
    assert response(2.0, 0.4, (100, 90), egfr_tolerance=0.10) == "complete"
    assert response(2.0, 0.4, (100, 89), egfr_tolerance=0.10) == "none"
    assert evaluate("renal_response_kdigo2024", {})["egfr_tolerance"] == 0.15


def test_egfr_missing_matters_only_where_the_proteinuria_part_is_satisfied():
    assert response(4.0, 2.2, (None, None)) == "none"
    assert response(4.0, 1.8, (None, None)) == "indeterminate"


def test_a_ratio_or_its_unit_missing_is_indeterminate():
    assert response(None, 0.4) == "indeterminate"
    assert response(2.0, None) == "indeterminate"
    answer = evaluate(
        "renal_response_kdigo2024",
        {"baseline_upcr": 2.0, "current_upcr": 0.6, "baseline_egfr": 100, "current_egfr": 100},
    )
    assert (answer["response"], answer["missing"]) == ("indeterminate", ["unit"])
