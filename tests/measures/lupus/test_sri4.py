"""SRI-4, with BILAG and without."""

import pytest

from leadline.measures import evaluate

FULL = {
    "baseline_sledai": 12, "current_sledai": 8, "baseline_pga_0_3": 2.0, "current_pga_0_3": 2.0,
    "new_bilag_a": 0, "new_bilag_b": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "result", "part"),
    [
        ({}, "met", "met"),
        ({"new_bilag_b": 2}, "not_met", "met"),
        ({"new_bilag_a": 1, "new_bilag_b": 0}, "not_met", "met"),
        ({"current_sledai": 9}, "not_met", "not_met"),  # a fall of 3
        ({"current_sledai": 7}, "met", "met"),
        ({"current_pga_0_3": 2.29}, "met", "met"),
        ({"current_pga_0_3": 2.3}, "not_met", "not_met"),
        ({"current_pga_0_3": 2.31}, "not_met", "not_met"),
        # 1.2 - 0.9 is 0.29999999999999993 in binary floats, and a rise of 0.3.
        ({"baseline_pga_0_3": 0.9, "current_pga_0_3": 1.2}, "not_met", "not_met"),
    ],
)
def test_each_limit_on_it_and_from_both_sides(changed, result, part):
    answer = evaluate("sri4", {**FULL, **changed})
    assert (answer["result"], answer["sledai_pga_part"], answer["missing"]) == (result, part, [])


def test_without_bilag_it_is_never_met_and_the_part_is_told_apart():
    answer = evaluate(
        "sri4",
        {
            "baseline_sledai": 12, "current_sledai": 7, "baseline_pga_0_3": 2, "current_pga_0_3": 1,
            "new_bilag_a": None, "new_bilag_b": None,
        },
    )  # fmt: skip
    assert answer == {
        "result": "indeterminate", "sledai_pga_part": "met", "missing": ["new_bilag_a", "new_bilag_b"],
    }  # fmt: skip


def test_without_bilag_a_failed_part_fails_the_whole():
    without = {name: value for name, value in FULL.items() if not name.startswith("new")}
    assert evaluate("sri4", {**without, "current_sledai": 9})["result"] == "not_met"
    assert evaluate("sri4", {**without, "current_pga_0_3": 2.5})["result"] == "not_met"


def test_one_half_of_bilag_may_fail_it_but_not_meet_it():
    assert evaluate("sri4", {**FULL, "new_bilag_b": None})["result"] == "indeterminate"
    assert evaluate("sri4", {**FULL, "new_bilag_a": 1, "new_bilag_b": None})["result"] == "not_met"


def test_a_score_known_only_in_bounds_counts_where_the_bounds_decide():
    assert evaluate("sri4", {**FULL, "current_sledai": (4, 8)})["result"] == "met"
    assert evaluate("sri4", {**FULL, "current_sledai": (8, 12)})["result"] == "indeterminate"
    assert evaluate("sri4", {**FULL, "current_sledai": (9, 12)})["result"] == "not_met"


def test_a_missing_global_is_named():
    answer = evaluate("sri4", {**FULL, "current_pga_0_3": None})
    assert (answer["result"], answer["missing"]) == ("indeterminate", ["current_pga_0_3"])


def test_one_end_of_a_change_alone_proves_nothing():
    # From a baseline that is not recorded a global of 0.2 cannot have risen by 0.3; that is no documented change.
    answer = evaluate("sri4", {**FULL, "baseline_pga_0_3": None, "current_pga_0_3": 0.2})
    assert (answer["result"], answer["missing"]) == ("indeterminate", ["baseline_pga_0_3"])
