"""Rehearsals of a trial with controls: who comes, what their charts hold, and that the rates are the exact ones."""

import csv
import math
from functools import partial

import numpy as np
import pytest

from leadline.casebook import read_casebook
from leadline.errors import RehearsalInvalid
from leadline.trial.monitoring import monitor
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from leadline.trial.rehearsal import agree, rehearse_once
from leadline.trial.rehearsal.asked import prepared
from leadline.trial.rehearsal.course import Why, draw_children, play
from leadline.trial.rehearsal.known import decide_by_truth
from leadline.trial.rehearsal.truth import Truth, parse_truth
from leadline.trial.scenarios import Scenario
from tests.trial.rehearsal.designs import small

RANDOMISED = """\
title: Two small baskets, one with controls
protocol: msc_iv_paediatric
baskets:
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.7, looks: [4, 8],
     control: {looks: [2, 5], rates: [0.1, 0.5]}}
  - {id: mctd, responder: mctd_remission_hetlevik2017, null_rate: 0.1, target_rate: 0.5, looks: [3, 6]}
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}}
efficacy: {posterior: 0.8, early: {by: posterior, cutoff: 0.97}}
futility: {by: posterior, cutoff: 0.2, above: target_rate}
harm: {event: serious event, limit_rate: 0.3, level: 0.1, expected_rate: 0.1, check: child}
"""
DESIGN = parse_design(RANDOMISED, name="small.yaml")
CLOSES = (182, 182)
TRIALS = 3000


@pytest.mark.parametrize("scope", ["pooled", "basket"])
def test_the_rates_of_trials_by_truth_are_the_exact_ones_within_monte_carlo_error(scope):
    design = parse_design(RANDOMISED, name="small.yaml", settings={"harm.scope": scope})
    trial, truth = Trial(design), Truth("mixed", (0.6, 0.2), (0.35, 0.35), (0.35, 0.1))
    exact = trial.operating(Scenario("mixed", truth.rates, truth.harm_rates, truth.control_rates))
    rng = np.random.default_rng(30)
    courses = [
        play(design, draw_children(rng, design, truth, design.sizes), partial(decide_by_truth, trial), closes=CLOSES)
        for _ in range(TRIALS)
    ]  # fmt: skip

    def agrees(seen, chance):
        # Four standard errors, as in test_course.
        return abs(np.mean(seen) - chance) <= 4 * math.sqrt(chance * (1 - chance) / TRIALS)

    for at in range(2):
        ends = [course.ends[at] for course in courses]
        assert agrees([end.success for end in ends], exact.success[at])
        stopped = sum(step[at] for step in exact.stopped_futility)
        assert agrees([end.why == Why.FUTILITY for end in ends], stopped)
        assert agrees([end.why == Why.HARM for end in ends], sum(step[at] for step in exact.stopped_harm))
    assert agrees([course.harmed is not None for course in courses], sum(exact.harm))
    assert 0.1 < exact.success[0] < 0.9  # the comparison is of something
    assert 0.02 < sum(exact.harm) < 0.5


def test_with_nothing_missing_the_charts_of_both_arms_lead_where_the_truth_does(tmp_path):
    asked = small(tmp_path, RANDOMISED, truth="jia=0.6/0.3,mctd=0.3", harm_rate=0.3)
    seen = [rehearse_once(asked, number) for number in range(1, 7)]
    for row in seen:
        assert row["charts"] == row["truth"]
        assert row["misjudged"] == 0
    found = agree(asked, seen)
    assert (found.rates, found.control_rates) == ((0.6, 0.3), (0.3, 0.1))


def table(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_a_control_has_an_arm_a_day_of_enrolment_and_no_infusion(tmp_path):
    asked = small(tmp_path, RANDOMISED, harm_rate=0.0)
    rehearse_once(asked, 1, str(tmp_path / "kept"))
    folder = sorted((tmp_path / "kept" / "rehearsal-00001").glob("*-look-1"))[0]
    rows = {name: table(folder / f"{name}.csv") for name in ("patients", "infusions")}
    arms = {row["patient_id"]: row["assigned_arm"] for row in rows["patients"]}
    controls = {code for code, arm in arms.items() if arm == "control"}
    assert sorted(controls) == ["JIA-C0001", "JIA-C0002"]
    assert sorted(code for code, arm in arms.items() if arm == "msc") == [f"JIA-{n:04}" for n in range(1, 5)]
    assert {arm for code, arm in arms.items() if code.startswith("MCTD")} == {""}
    assert not controls & {row["patient_id"] for row in rows["infusions"]}
    assert all(row["enrolled_date"] for row in rows["patients"])
    found = monitor(prepared(asked).plan, read_casebook(folder))  # the door of a real trial
    assert not found.conduct.left_out
    controls_known = found.baskets[0].control_counts
    assert controls_known is not None
    assert controls_known.known == 2


def test_children_of_both_arms_respond_at_the_true_rates_and_controls_have_no_event_that_counts():
    truth = Truth("t", (0.6, 0.4), (0.5, 0.5), (0.25, 0.1))
    rows = draw_children(np.random.default_rng(5), DESIGN, truth, (3200, 100))
    assert [len(row) for row in rows] == [3200, 100, 2000, 0]
    assert np.mean([child.responds for child in rows[0]]) == pytest.approx(0.6, abs=0.04)
    assert np.mean([child.responds for child in rows[2]]) == pytest.approx(0.25, abs=0.04)
    assert all(child.control and child.harm_day is None for child in rows[2])


def test_controls_respond_at_the_null_rate_unless_another_is_named():
    assert parse_truth("target", DESIGN).control_rates == (0.2, 0.1)
    named = parse_truth("jia=0.6/0.35,mctd=0.2", DESIGN)
    assert (named.rates, named.control_rates) == ((0.6, 0.2), (0.35, 0.1))
    for text in ("jia=0.6/,mctd=0.2", "jia=0.6/1.5,mctd=0.2", "jia=0.6,mctd=0.2/0.1"):
        with pytest.raises(RehearsalInvalid, match="--truth"):
            parse_truth(text, DESIGN)
