"""One criterion at a window: expected results typed from the worked examples of the verdicts' rules (all invented)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.errors import UnknownMeasure
from leadline.verdicts import Parameters, Window, judge_criterion, judgeable_criteria
from leadline.verdicts.criteria import JUDGED, criterion_diagnosis, criterion_title
from tests.verdicts.build import case, visit
from tests.verdicts.test_worked_examples import BEFORE, INACTIVE, core, lupus

WEEK_8 = Window("week_8", "week 8", 56, 42, 70)
WEEK_12 = Window("week_12", "week 12", 84, 71, 112)
BASELINE = Parameters().baseline

ARTHRITIS = case("jia", [visit(-12, core(6, 7, 1.5, 9, 7, 42)), visit(60, core(3, 3, 0.75, 3, 6, 20))])
LUPUS = case(
    "sle",
    [
        visit(-20, lupus(*BEFORE, pga=2.0, weight_kg=40)),
        visit(84, lupus("proteinuria", "low_complement", pga=1.0, weight_kg=40)),
    ],
)


@pytest.mark.parametrize(
    ("criterion", "result"),
    [
        ("acr_pedi.acr30", "met"),
        ("acr_pedi.acr50", "met"),
        ("acr_pedi.acr70", "not_met"),
        ("jia_cid_wallace2011", "not_met"),
    ],
)
def test_child_a_of_the_worked_examples(criterion, result):
    assert judge_criterion(ARTHRITIS, criterion, window=WEEK_8).result == result


def test_lupus_without_bilag_is_open_and_asks_for_bilag_on_both_days():
    found = judge_criterion(LUPUS, "sri4", window=WEEK_12)
    assert found.result == "indeterminate"
    assert {item.what for item in found.settling_items} == {"BILAG-2004"}
    assert judge_criterion(LUPUS, "sri4.sledai_pga_part", window=WEEK_12).result == "met"


def test_an_empty_window_is_open_and_names_what_to_record():
    found = judge_criterion(ARTHRITIS, "acr_pedi.acr70", window=WEEK_12)
    assert found.result == "indeterminate"
    assert {(item.first, item.last) for item in found.settling_items} == {(71, 112)}


def test_the_nearest_visit_that_can_be_judged_stands_for_the_window():
    # Day 57 is nearer to the target day 56 than day 60, but has one item of the core set.
    also = replace(
        ARTHRITIS,
        assessments=(*ARTHRITIS.assessments[:1], visit(57, {"chaq_di": 3.0}), *ARTHRITIS.assessments[1:]),
    )
    found = judge_criterion(also, "acr_pedi.acr30", window=WEEK_8)
    assert found.result == "met"
    assert found.days[-1].first == 60


def test_a_partial_date_across_the_windows_end_is_not_used_and_asked_for():
    late = replace(
        ARTHRITIS, assessments=(ARTHRITIS.assessments[0], visit((60, 80), core(3, 3, 0.75, 3, 6, 20)))
    )
    found = judge_criterion(late, "acr_pedi.acr30", window=WEEK_8)
    assert found.result == "indeterminate"
    assert any("exact day" in item.what for item in found.settling_items)


def test_a_state_can_be_asked_for_at_baseline():
    limits = {"esr_mm_h": 15}
    early, late = visit(-30, INACTIVE | {"active_joint_count": 4}), visit(-5, INACTIVE, limits=limits)
    inactive = case("jia", [early, late])
    assert judge_criterion(inactive, "jia_cid_wallace2011", window=BASELINE).result == "met"


def test_a_criterion_of_another_disease_does_not_apply():
    assert judge_criterion(ARTHRITIS, "sri4", window=WEEK_8).result == "not_applicable"


def test_an_unknown_criterion_is_refused_with_the_nearest_id():
    with pytest.raises(UnknownMeasure, match=r"acr_pedi\.acr70"):
        judge_criterion(ARTHRITIS, "acr_pedi.acr7", window=WEEK_8)


def test_each_id_has_one_diagnosis_a_title_and_can_be_judged_of_an_empty_chart():
    assert len(judgeable_criteria()) == len(set(judgeable_criteria())) == sum(map(len, JUDGED.values()))
    for name in judgeable_criteria():
        nothing = case(criterion_diagnosis(name), [])
        found = judge_criterion(nothing, name, window=WEEK_8)
        assert found.result == "indeterminate"
        assert found.settling_items
        assert criterion_title(name)


@pytest.mark.parametrize(
    ("other", "criterion", "result"),
    [
        ((46, 75), "acr_pedi.acr30", "indeterminate"),  # may be day 56 itself: not met there, met on day 60
        ((46, 70), "acr_pedi.acr30", "indeterminate"),
        ((60, 70), "acr_pedi.acr30", "met"),  # no day of it is nearer to day 56 than day 60
        ((46, 51), "acr_pedi.acr30", "met"),
        ((46, 75), "acr_pedi.acr70", "not_met"),  # not met by either
    ],
)
def test_a_visit_known_in_part_that_may_be_nearer_and_says_otherwise_leaves_it_open(other, criterion, result):
    unchanged = visit(other, core(6, 7, 1.5, 9, 7, 42))
    found = judge_criterion(
        replace(ARTHRITIS, assessments=(*ARTHRITIS.assessments, unchanged)), criterion, window=WEEK_8
    )
    assert found.result == result
    asked = [f"the exact day of the assessment of {unchanged.day}"] if result == "indeterminate" else []
    assert [item.what for item in found.settling_items] == asked
