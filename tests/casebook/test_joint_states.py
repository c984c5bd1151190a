"""From joints to counts, by the rule of the active joint (measures dossier 1.1)."""

from itertools import product

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.case import Assessment
from leadline.casebook.joint_states import is_active
from leadline.casebook.joints import JOINTS_27, JOINTS_67, JOINTS_71
from tests.casebook.books import book

# swollen, tender, limited, active: typed from the rule; None is not recorded
RULE = [
    (True, None, None, True), (True, False, False, True), (False, True, True, True), (None, True, True, True),
    (False, True, False, False), (False, False, True, False), (False, False, False, False), (False, None, False, False),
    (False, True, None, None), (False, None, True, None), (False, None, None, None), (None, False, False, None),
    (None, True, False, None), (None, None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("swollen", "tender", "limited", "active"), RULE)
def test_a_joint_is_active_if_swollen_or_limited_with_tenderness(swollen, tender, limited, active):
    assert is_active({"assessed": True, "swollen": swollen, "tender": tender, "limited": limited}) is active


def test_what_is_not_recorded_never_decides():
    for states in product((True, False, None), repeat=3):
        row = dict(zip(("swollen", "tender", "limited"), states, strict=True))
        known = {
            is_active({"assessed": True, **dict(zip(row, filled, strict=True))})
            for filled in product(*((state,) if state is not None else (True, False) for state in states))
        }
        assert is_active({"assessed": True, **row}) is (known.pop() if len(known) == 1 else None)


def test_a_joint_that_nobody_examined_is_not_a_normal_one():
    assert is_active({"assessed": False, "swollen": False, "tender": False, "limited": False}) is None


def test_the_lists_have_27_67_and_71_joints():
    assert [len(joints) for joints in (JOINTS_27, JOINTS_67, JOINTS_71)] == [27, 67, 71]


def examined(folder, states: dict[str, str], extra: str = "", **tables: str) -> Assessment:
    rows = "".join(f"CHILD-01,2019-04-01,{joint},yes,{state}\n" for joint, state in states.items())
    header = "patient_id,visit_date,joint,assessed,swollen,tender,limited"
    (assessment,) = (
        read_casebook(book(folder, joint_counts=f"{header}\n{rows}{extra}", **tables))
        .case("CHILD-01")
        .assessments
    )
    return assessment


NORMAL, SWOLLEN, STIFF = "absent,absent,absent", "present,absent,absent", "absent,present,present"


def counts(assessment: Assessment) -> dict[str, tuple[object, str, str]]:
    return {item: (fact.value, fact.comparator, fact.version) for item, fact in assessment.facts.items()}


def test_all_71_examined_are_counted(tmp_path):
    states = dict.fromkeys(JOINTS_71, NORMAL) | {"knee_l": SWOLLEN, "wrist_r": STIFF, "shoulder_l": SWOLLEN}
    assessment = examined(tmp_path, states)
    assert counts(assessment) == {"active_joint_count": (3, "", "71"), "limited_joint_count": (1, "", "67")}
    assert assessment.active_joints is not None
    assert set(assessment.active_joints) == {"knee_l", "wrist_r", "shoulder_l"}


def test_the_27_examined_are_counted_on_the_27(tmp_path):
    assessment = examined(tmp_path, dict.fromkeys(JOINTS_27, NORMAL) | {"knee_l": SWOLLEN})
    assert counts(assessment) == {"active_joint_count": (1, "", "27"), "limited_joint_count": (0, "", "27")}
    assert assessment.active_joints == ("knee_l",)


def test_joints_beyond_the_27_do_not_count_on_the_27(tmp_path):
    states = dict.fromkeys(JOINTS_27, NORMAL) | {"shoulder_l": SWOLLEN, "knee_l": SWOLLEN}
    assert counts(examined(tmp_path, states))["active_joint_count"] == (1, "", "27")


def test_an_incomplete_examination_gives_a_lower_bound_or_nothing(tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "none").mkdir()
    some = examined(tmp_path / "some", {"knee_l": SWOLLEN, "knee_r": STIFF, "hip_l": NORMAL})
    assert counts(some) == {"active_joint_count": (2, ">=", ""), "limited_joint_count": (1, ">=", "")}
    assert some.active_joints is None
    none = examined(tmp_path / "none", {"hip_l": NORMAL})
    assert {item: (fact.value, fact.missing) for item, fact in none.facts.items()} == {
        "active_joint_count": (None, "not_done"), "limited_joint_count": (None, "not_done")}  # fmt: skip


def test_one_joint_not_examined_makes_the_count_a_lower_bound(tmp_path):
    states = dict.fromkeys(JOINTS_71[1:], NORMAL) | {"knee_l": SWOLLEN}
    assessment = examined(tmp_path, states, extra="CHILD-01,2019-04-01,cspine,no,,,\n")
    assert counts(assessment)["active_joint_count"] == (1, ">=", "")


def test_a_total_of_the_chart_stands_where_joints_were_not_all_examined(tmp_path):
    total = (
        "patient_id,visit_date,active_joint_count,list_used,joint,swollen\nCHILD-01,2019-04-01,5,71,,\n"
        "CHILD-01,2019-04-01,,,knee_l,present"
    )
    (assessment,) = read_casebook(book(tmp_path, joint_counts=total)).case("CHILD-01").assessments
    assert counts(assessment)["active_joint_count"] == (5, "", "71")


def test_joints_come_before_a_total_that_the_visit_has(tmp_path):
    assessment = examined(
        tmp_path,
        dict.fromkeys(JOINTS_71, NORMAL) | {"knee_l": SWOLLEN},
        visits="patient_id,visit_date,active_joint_count,list_used\nCHILD-01,2019-04-01,4,71",
    )
    assert counts(assessment)["active_joint_count"] == (1, "", "71")
