"""Remission in mixed connective tissue disease, and the organs' own measures."""

import pytest

from leadline.measures import evaluate
from leadline.measures.mctd import ImportantChanges, organ_components

QUIET = {
    "active_joint_count": 0, "systemic_features_present": False, "active_uveitis": False, "esr_mm_h": 8,
    "esr_uln": 20, "physician_global_0_10": 0, "morning_stiffness_min": 10, "cytopenia": False, "myositis": False,
    "progressive_sclerodactyly": False, "progressive_lung": False, "oesophageal_manifestation": False,
}  # fmt: skip


def test_nothing_active_is_remission():
    assert evaluate("mctd_remission_hetlevik2017", QUIET) == {"result": "met", "missing": [], "failing": []}


@pytest.mark.parametrize(
    ("changed", "failing"),
    [
        ({"cytopenia": True}, ["no_cytopenia"]),
        ({"myositis": True}, ["no_myositis"]),
        ({"progressive_sclerodactyly": True}, ["no_progressive_sclerodactyly"]),
        ({"progressive_lung": True}, ["no_progressive_lung"]),
        ({"oesophageal_manifestation": True}, ["no_oesophageal_manifestation"]),
        ({"active_joint_count": 1}, ["jia_inactive_disease"]),
        ({"physician_global_0_10": 0.5}, ["jia_inactive_disease"]),
        ({"morning_stiffness_min": 16, "myositis": True}, ["jia_inactive_disease", "no_myositis"]),
        ({"esr_mm_h": 21}, ["jia_inactive_disease"]),
    ],
)
def test_what_fails_is_shown(changed, failing):
    answer = evaluate("mctd_remission_hetlevik2017", {**QUIET, **changed})
    assert (answer["result"], answer["failing"]) == ("not_met", failing)


@pytest.mark.parametrize("name", ["cytopenia", "myositis", "progressive_lung", "active_joint_count"])
def test_what_is_not_recorded_is_not_absent(name):
    answer = evaluate("mctd_remission_hetlevik2017", {**QUIET, name: None})
    assert (answer["result"], answer["missing"]) == ("indeterminate", [name])
    assert (
        evaluate("mctd_remission_hetlevik2017", {**QUIET, name: None, "active_uveitis": True})["result"]
        == "not_met"
    )


@pytest.mark.parametrize(
    ("sledai", "eustar", "expected"),
    [
        (0, 2.49, "met"),
        (0, 2.5, "not_met"),
        (0, 2.6, "not_met"),
        (1, 0, "not_met"),
        (0, None, "indeterminate"),
        (None, 1, "indeterminate"),
        (None, 3, "not_met"),
    ],
)
def test_remission_of_reiseter_2017(sledai, eustar, expected):
    inputs = {"sledai_2k": sledai, "eustar_activity_index": eustar}
    assert evaluate("mctd_remission_reiseter2017", inputs)["result"] == expected


def components(baseline, current):
    return evaluate("mctd_components", {"baseline": baseline, "current": current})


def test_the_invented_child_whose_strength_alone_improved():
    # Day -10: CMAS 40, FVC 78 %, Raynaud 5.0; day 168: 44, 77, 4.8; no lupus organ involved, joints not scored.
    answer = components(
        {"cmas": 40, "fvc_pct_predicted": 78, "raynaud_condition_score": 5.0},
        {"cmas": 44, "fvc_pct_predicted": 77, "raynaud_condition_score": 4.8},
    )
    assert answer["cmas"] == "improved"
    assert answer["fvc_pct_predicted"] == "unchanged"
    assert answer["raynaud_condition_score"] == "unchanged"
    assert answer["sledai_2k"] == "indeterminate"


@pytest.mark.parametrize(
    ("item", "before", "now", "expected"),
    [
        ("cmas", 40, 43, "improved"),
        ("cmas", 40, 42, "unchanged"),
        ("cmas", 40, 38, "unchanged"),
        ("cmas", 40, 37, "worse"),
        ("raynaud_condition_score", 5.0, 3.5, "improved"),
        ("raynaud_condition_score", 5.0, 3.51, "unchanged"),
        ("raynaud_condition_score", 5.0, 6.49, "unchanged"),
        ("raynaud_condition_score", 5.0, 6.5, "worse"),
        ("sledai_2k", 8, 4, "improved"),
        ("sledai_2k", 8, 5, "unchanged"),
        ("sledai_2k", 8, 11, "unchanged"),
        ("sledai_2k", 8, 12, "worse"),
        ("jadas27_esr", 10, 4.5, "improved"),
        ("jadas27_esr", 10, 4.6, "unchanged"),
        ("jadas27_esr", 10, 11.6, "unchanged"),
        ("jadas27_esr", 10, 11.7, "worse"),
        ("fvc_pct_predicted", 80, 88, "improved"),
        ("fvc_pct_predicted", 80, 87.9, "unchanged"),
        ("fvc_pct_predicted", 80, 76.1, "unchanged"),  # less than 5 %
        ("fvc_pct_predicted", 80, 72, "worse"),
        ("fvc_pct_predicted", 80, 72.1, "indeterminate"),  # 5 to 10 %: DLCO would tell
        ("fvc_pct_predicted", 80, 76, "indeterminate"),
        ("cmas", None, 43, "indeterminate"),
        ("cmas", 40, None, "indeterminate"),
    ],
)
def test_each_important_change_on_it_and_from_both_sides(item, before, now, expected):
    assert components({item: before}, {item: now})[item] == expected


@pytest.mark.parametrize(
    ("dlco", "expected"), [(51, "worse"), (51.1, "unchanged"), (60, "unchanged"), (None, "indeterminate")]
)
def test_a_small_fall_of_vital_capacity_counts_with_a_fall_of_diffusion(dlco, expected):
    answer = components(
        {"fvc_pct_predicted": 80, "dlco_pct_predicted": 60},
        {"fvc_pct_predicted": 75, "dlco_pct_predicted": dlco},
    )
    assert answer["fvc_pct_predicted"] == expected


def test_a_fall_of_diffusion_alone_is_not_worsening():
    answer = components(
        {"fvc_pct_predicted": 80, "dlco_pct_predicted": 60},
        {"fvc_pct_predicted": 80, "dlco_pct_predicted": 30},
    )
    assert answer["fvc_pct_predicted"] == "unchanged"


def test_a_trial_may_set_its_own_limits():
    cmas = organ_components(ImportantChanges(cmas=1.5))[0]
    assert cmas.change({"baseline_cmas": 40, "current_cmas": 42}) == "improved"
    assert cmas.undecided({"baseline_cmas": 40}) == ("current_cmas",)


def test_no_activity_score_is_added_up():
    answer = components({}, {})
    assert set(answer) == {
        "cmas", "raynaud_condition_score", "fvc_pct_predicted", "sledai_2k", "jadas27_esr", "missing",
    }  # fmt: skip
