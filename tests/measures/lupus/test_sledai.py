"""SLEDAI-2K, its clinical part, and the items that laboratory values stand for."""

import pytest

from leadline.errors import ItemOutOfRange, ItemUnknown
from leadline.measures import evaluate

# The published weights (Gladman 2002, J Rheumatol 29:288-91), typed as rows of 8, 4, 2 and 1 points.
EIGHT = (
    "seizure psychosis organic_brain_syndrome visual_disturbance cranial_nerve_disorder lupus_headache cva "
    "vasculitis"
)
FOUR = "arthritis myositis urinary_casts haematuria proteinuria pyuria"
TWO = "rash alopecia mucosal_ulcers pleurisy pericarditis low_complement increased_dna_binding"
ONE = "fever thrombocytopenia leukopenia"
POINTS = {key: points for points, row in ((8, EIGHT), (4, FOUR), (2, TWO), (1, ONE)) for key in row.split()}


@pytest.mark.parametrize(("key", "points"), POINTS.items(), ids=POINTS)
def test_one_finding_alone_gives_its_points(key, points):
    assert evaluate("sledai_2k", {"present": [key], "not_recorded": []})["value"] == points


@pytest.mark.parametrize(
    ("present", "total", "clinical"),
    [
        ([], 0, 0),
        (["arthritis", "rash", "alopecia", "low_complement", "fever"], 11, 9),  # 4 + 2 + 2 + 2 + 1
        (list(POINTS), 105, 101),
        (["arthritis", "low_complement", "increased_dna_binding"], 8, 4),  # 8: test/unit/sledai-2k.test.js of
        (["arthritis", "fever"], 5, 5),  # 5: the public program clay-good/sophiewell.com, same file
        (["arthritis", "rash", "low_complement", "increased_dna_binding", "proteinuria"], 14, 10),
    ],
)
def test_a_score_is_the_sum_of_its_findings(present, total, clinical):
    assert evaluate("sledai_2k", {"present": present, "not_recorded": []})["value"] == total
    assert evaluate("clinical_sledai_2k", {"present": present, "not_recorded": []})["value"] == clinical


def test_a_finding_not_recorded_leaves_bounds_and_is_named():
    result = evaluate("sledai_2k", {"present": ["seizure"], "not_recorded": ["urinary_casts"]})
    assert result == {
        "value": None, "status": "not_computable", "missing": ["urinary_casts"],
        "lower_bound": 8, "upper_bound": 12, "window_days": 30,
    }  # fmt: skip


def test_complement_not_drawn_is_not_normal_but_leaves_the_clinical_part():
    inputs = {"present": ["rash"], "not_recorded": ["low_complement", "increased_dna_binding"]}
    whole = evaluate("sledai_2k", inputs)
    assert (whole["value"], whole["lower_bound"], whole["upper_bound"]) == (None, 2, 6)
    assert evaluate("clinical_sledai_2k", inputs)["value"] == 2


def test_nothing_recorded_is_no_zero():
    for inputs in ({}, {"present": None}, {"present": None, "not_recorded": None}):
        result = evaluate("sledai_2k", inputs)
        assert (result["value"], result["lower_bound"], result["upper_bound"]) == (None, 0, 105)
        assert len(result["missing"]) == 24


def test_flat_items_are_taken_as_a_casebook_records_them():
    flat = {f"sledai_{key}": key == "cva" for key in POINTS}
    assert evaluate("sledai_2k", flat)["value"] == 8
    del flat["sledai_rash"]
    result = evaluate("sledai_2k", flat)
    assert (result["value"], result["missing"]) == (None, ["rash"])
    assert evaluate("sledai_2k", {**flat, "sledai_rash": None})["missing"] == ["sledai_rash"]


def test_the_window_is_printed_and_may_be_ten_to_thirty_days():
    assert evaluate("sledai_2k", {"present": [], "window_days": 10})["window_days"] == 10
    assert evaluate("sledai_2k", {"present": []})["window_days"] == 30
    for days in (9, 31):
        with pytest.raises(ItemOutOfRange):
            evaluate("sledai_2k", {"present": [], "window_days": days})


@pytest.mark.parametrize(
    "inputs",
    [
        {"present": ["artritis"]},
        {"present": [], "not_recorded": ["ana"]},
        {"present": ["rash"], "not_recorded": ["rash"]},
        {"present": [], "rash": True},
    ],
)
def test_a_name_that_is_no_finding_or_stands_in_both_lists_is_refused(inputs):
    with pytest.raises(ItemUnknown):
        evaluate("sledai_2k", inputs)


@pytest.mark.parametrize("listed", ["rash", {"rash": True}, 3])
def test_findings_that_are_no_list_are_refused(listed):
    with pytest.raises(ItemOutOfRange):
        evaluate("sledai_2k", {"present": listed})


@pytest.mark.parametrize(
    ("item", "value", "key", "expected"),
    [
        ("upcr_g_g", 0.49, "proteinuria", False),
        ("upcr_g_g", 0.5, "proteinuria", False),
        ("upcr_g_g", 0.51, "proteinuria", True),
        ("proteinuria_g_24h", 0.5, "proteinuria", False),
        ("proteinuria_g_24h", 0.501, "proteinuria", True),
        ("rbc_hpf", 5, "haematuria", False),
        ("rbc_hpf", 6, "haematuria", True),
        ("wbc_hpf", 5, "pyuria", False),
        ("wbc_hpf", 6, "pyuria", True),
        ("platelets_10e9_l", 99, "thrombocytopenia", True),
        ("platelets_10e9_l", 100, "thrombocytopenia", False),
        ("wbc_10e9_l", 2.99, "leukopenia", True),
        ("wbc_10e9_l", 3.0, "leukopenia", False),
        ("temp_c", 38.0, "fever", False),
        ("temp_c", 38.01, "fever", True),
        ("wbc_hpf", "<5", "pyuria", False),
        ("wbc_hpf", "<10", "pyuria", None),
        ("platelets_10e9_l", "<20", "thrombocytopenia", True),
    ],
)
def test_a_laboratory_value_gives_its_item_and_no_other(item, value, key, expected):
    assert evaluate("sledai_2k_lab_items", {item: value}) == {key: expected}


def test_either_measure_of_urine_protein_above_its_limit_is_proteinuria():
    assert evaluate("sledai_2k_lab_items", {"upcr_g_g": 0.4, "proteinuria_g_24h": 0.6}) == {
        "proteinuria": True
    }
    assert evaluate("sledai_2k_lab_items", {"upcr_g_g": 0.4, "proteinuria_g_24h": None}) == {
        "proteinuria": False
    }
    assert evaluate("sledai_2k_lab_items", {}) == {}
