"""JADAS, its states and its improvement by baseline class. Values typed from the measures dossier 1.3-1.5."""

import pytest

from leadline.errors import ItemOutOfRange, ItemUnknown
from leadline.measures import MEASURES, Score, evaluate


def jadas(version: str, joints, physician, parent, reactant):
    reactant_name = "esr_mm_h" if version.endswith("esr") else "crp_mg_l"
    inputs = {"physician_global_0_10": physician, "parent_global_0_10": parent, reactant_name: reactant}
    inputs["active_joints" if isinstance(joints, list) else "active_joint_count"] = joints
    return evaluate(version, inputs)


FOUR_JOINTS = ["shoulder_l", "mcp5_r", "mcp1_l", "knee_r"]


@pytest.mark.parametrize(
    ("version", "joints", "physician", "parent", "reactant", "value"),
    [
        ("jadas10_esr", 6, 4, 5.5, 50, 18.5),
        ("jadas10_crp", 12, 8, 7, 150, 35),
        ("jadas71_crp", 12, 8, 7, 150, 37),
        ("jadas27_esr", FOUR_JOINTS, 2, 2, 10, 6),
        ("jadas71_esr", FOUR_JOINTS, 2, 2, 10, 8),
        # no cap at 10 in the version with 27 joints
        ("jadas27_esr", 12, 0, 0, 20, 12),
        # ESR counts from 20 to 120 mm/h, CRP from 10 to 110 mg/L
        ("jadas10_esr", 0, 0, 0, 20, 0),
        ("jadas10_esr", 0, 0, 0, 21, 0.1),
        ("jadas10_esr", 0, 0, 0, 120, 10),
        ("jadas10_esr", 0, 0, 0, 121, 10),
        ("jadas10_crp", 0, 0, 0, 10, 0),
        ("jadas10_crp", 0, 0, 0, 11, 0.1),
        ("jadas10_crp", 0, 0, 0, 110, 10),
        ("jadas10_crp", 0, 0, 0, 111, 10),
        # a CRP below detection adds nothing, whatever it is
        ("jadas10_crp", 1, 1, 1, "<5", 3),
        # the ends of the ranges: 40, 57, 101
        ("jadas10_esr", 71, 10, 10, 120, 40),
        ("jadas27_esr", 27, 10, 10, 120, 57),
        ("jadas71_esr", 71, 10, 10, 120, 101),
    ],
)
def test_the_score_is_the_sum_of_its_four_parts(version, joints, physician, parent, reactant, value):
    assert jadas(version, joints, physician, parent, reactant) == {
        "value": value,
        "status": "ok",
        "missing": [],
    }


def test_the_group_means_of_a_golimumab_run_in_leave_0_8_to_the_esr():
    # 173 children: 15.0, 5.6 and 4.4 with a mean JADAS71 of 25.8, pmc.ncbi.nlm.nih.gov/articles/PMC5754736/table/T1.
    # Means, not a child: the mean of the clamped ESR parts (0.8) exceeds the part of the mean ESR.
    assert jadas("jadas71_esr", 15, 5.6, 4.4, 20)["value"] == 25.0
    assert jadas("jadas71_esr", 15, 5.6, 4.4, 28)["value"] == 25.8


@pytest.mark.parametrize(
    "missing", ["active_joint_count", "physician_global_0_10", "parent_global_0_10", "esr_mm_h"]
)
def test_any_missing_part_leaves_no_score_and_is_named(missing):
    inputs = {"active_joint_count": 6, "physician_global_0_10": 4, "parent_global_0_10": 5.5, "esr_mm_h": 50}
    result = evaluate("jadas10_esr", {**inputs, missing: None})
    assert (result["value"], result["status"], result["missing"]) == (None, "not_computable", [missing])


def test_bounds_hold_every_value_of_the_missing_part():
    result = evaluate(
        "jadas10_esr", {"active_joint_count": 6, "physician_global_0_10": 4, "parent_global_0_10": 5.5}
    )
    assert (result["lower_bound"], result["upper_bound"]) == (15.5, 25.5)


def test_a_count_beyond_the_list_is_refused():
    with pytest.raises(ItemOutOfRange):
        jadas("jadas27_esr", 28, 0, 0, 20)


def test_a_joint_that_does_not_exist_is_refused():
    with pytest.raises(ItemUnknown):
        jadas("jadas71_esr", ["knee"], 0, 0, 20)


# Set, score, course; inactive, minimal and moderate reach up to and include. Typed from the dossier's table 1.4.
CUTOFFS = [
    ("trincianti2021", "jadas10", "oligo", 1.4, 4, 13),
    ("trincianti2021", "jadas10", "poly", 2.7, 6, 17),
    ("trincianti2021", "cjadas10", "oligo", 1.1, 4, 12),
    ("trincianti2021", "cjadas10", "poly", 2.5, 5, 16),
    ("consolaro", "jadas10", "oligo", 1, 2, 4.2),
    ("consolaro", "jadas71", "oligo", 1, 2, 4.2),
    ("consolaro", "jadas10", "poly", 1, 3.8, 10.5),
    ("consolaro", "jadas71", "poly", 1, 3.8, 10.5),
    ("consolaro", "jadas27", "oligo", 1, 2, 4.2),
    ("consolaro", "jadas27", "poly", 1, 3.8, 8.5),
    ("consolaro", "cjadas10", "oligo", 1, 1.5, 4),
    ("consolaro", "cjadas10", "poly", 1, 2.5, 8.5),
]


def state(set_id, score, course, value):
    return evaluate("jadas_state", {"score": score, "value": value, "course": course, "cutoff_set": set_id})[
        "state"
    ]


@pytest.mark.parametrize(("set_id", "score", "course", "inactive", "minimal", "moderate"), CUTOFFS)
def test_each_cutoff_from_below_on_it_and_above(set_id, score, course, inactive, minimal, moderate):
    def states(cutoff):
        return tuple(state(set_id, score, course, cutoff + step) for step in (-0.001, 0, 0.001))

    assert states(inactive) == ("inactive", "inactive", "minimal")
    assert states(minimal) == ("minimal", "minimal", "moderate")
    assert states(moderate) == ("moderate", "moderate", "high")


def test_0_1_and_1_3_is_inactive_at_1_4():
    assert 0.1 + 1.3 > 1.4, "the trap: binary floats"
    assert state("trincianti2021", "jadas10", "oligo", 0.1 + 1.3) == "inactive"
    score = evaluate("jadas10_esr", {"active_joint_count": 0, "physician_global_0_10": 0.1, "parent_global_0_10": 1.3,
                                     "esr_mm_h": 5})["value"]  # fmt: skip
    measure = MEASURES["jadas10_esr"]
    assert isinstance(measure, Score)
    (cutoffs,) = (
        each for each in measure.cutoffs if (each.set_id, each.course) == ("trincianti2021", "oligo")
    )
    assert cutoffs.state(score) == "inactive"


def test_both_sets_are_always_shown_because_they_disagree():
    shown = evaluate("jadas_state", {"score": "jadas10", "value": 4.0, "course": "oligo"})
    assert (shown["state"], shown["status"], shown["cutoff_set"]) == ("minimal", "ok", "trincianti2021")
    assert (shown["trincianti2021"], shown["consolaro"]) == ("minimal", "moderate")
    other = evaluate("jadas_state", {"score": "cjadas10", "value": 8.6, "course": "poly"})
    assert (other["trincianti2021"], other["consolaro"]) == ("moderate", "high")


@pytest.mark.parametrize("score", ["jadas27", "jadas71"])
def test_the_2021_set_is_never_borrowed_for_a_version_it_does_not_have(score):
    shown = evaluate("jadas_state", {"score": score, "value": 3, "course": "poly"})
    assert (shown["state"], shown["status"]) == ("not_applicable", "not_applicable")
    assert shown["consolaro"] == "minimal"


@pytest.mark.parametrize("left_out", ["value", "course"])
def test_no_state_without_value_or_course(left_out):
    inputs = {"score": "jadas10", "value": 3, "course": "poly", left_out: None}
    shown = evaluate("jadas_state", inputs)
    assert (shown["state"], shown["status"], shown["missing"]) == (None, "not_computable", [left_out])


def test_a_value_beyond_the_score_is_refused():
    with pytest.raises(ItemOutOfRange):
        evaluate("jadas_state", {"score": "cjadas10", "value": 31, "course": "poly"})


@pytest.mark.parametrize(
    ("baseline", "current", "result"),
    [
        (18, 8, "met"),
        (26, 10, "not_met"),
        (4.999, 0, "not_applicable"),
        (14.999, 10.999, "met"),
        (24.999, 14.999, "met"),
        (5, 1, "met"),
        (5, 1.001, "not_met"),
        (14.9, 10.9, "met"),
        (15, 5, "met"),
        (15, 5.001, "not_met"),
        (24.9, 14.9, "met"),
        (25, 8, "met"),
        (25, 8.001, "not_met"),
        (40, 23, "met"),
        (40, 23.1, "not_met"),
        (5.4, 1.4, "met"),  # 5.4 - 1.4 is 4.000000000000001
        (17.3, 7.3, "met"),
        (3, None, "not_applicable"),
        (18, None, "indeterminate"),
        (None, 2, "indeterminate"),
    ],
)
def test_improvement_needs_more_where_the_baseline_is_higher(baseline, current, result):
    assert (
        evaluate("jadas10_improvement_horneff", {"baseline": baseline, "current": current})["result"]
        == result
    )


def test_joint_names_beside_another_count_are_refused_naming_both():
    visit = {
        "physician_global_0_10": 2,
        "parent_global_0_10": 2,
        "esr_mm_h": 10,
        "active_joints": ["knee_r", "shoulder_l"],
    }
    assert evaluate("jadas71_esr", {**visit, "active_joint_count": 2})["value"] == 6
    assert evaluate("jadas27_esr", {**visit, "active_joint_count": 1})["value"] == 5, (
        "shoulders are not of the 27"
    )
    with pytest.raises(
        ItemOutOfRange, match=r"active_joints and active_joint_count disagree: 2 .* the count is 5"
    ):
        evaluate("jadas71_esr", {**visit, "active_joint_count": 5})
    with pytest.raises(ItemOutOfRange, match="disagree: 1 "):
        evaluate("jadas27_esr", {**visit, "active_joint_count": 2})
