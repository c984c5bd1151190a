"""Claims about mixed connective tissue disease: each organ's measure on and beside its important change."""

from __future__ import annotations

import pytest

from leadline.verdicts.claims import judge_claim
from leadline.verdicts.judging import judge_case
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, report, visit

BASELINE = {"cmas": 40, "raynaud_condition_score": 5.0, "fvc_pct_predicted": 80, "dlco_pct_predicted": 60}


def finding(claim, now, before=BASELINE):
    visits = [visit(-10, before)] + ([] if now is None else [visit(60, now)])
    return judge_claim(CaseView(case("mctd", visits), Parameters()), report(claim, 60)).finding


@pytest.mark.parametrize(
    ("change", "improved", "worse"),
    [
        ({"cmas": 43}, True, False),
        ({"cmas": 42}, False, False),
        ({"cmas": 38}, False, False),
        ({"cmas": 37}, False, True),
        ({"raynaud_condition_score": 3.5}, True, False),
        ({"raynaud_condition_score": 3.6}, False, False),
        ({"raynaud_condition_score": 6.4}, False, False),
        ({"raynaud_condition_score": 6.5}, False, True),
        ({"fvc_pct_predicted": 88}, True, False),
        ({"fvc_pct_predicted": 87.9}, False, False),
        ({"fvc_pct_predicted": 72.1}, False, False),
        ({"fvc_pct_predicted": 72}, False, True),
        ({"fvc_pct_predicted": 76, "dlco_pct_predicted": 51}, False, True),
        ({"fvc_pct_predicted": 76, "dlco_pct_predicted": 51.1}, False, False),
        ({"fvc_pct_predicted": 76.1, "dlco_pct_predicted": 51}, False, False),
        ({"dlco_pct_predicted": 30}, False, False),
    ],
)
def test_one_organ_on_and_beside_its_important_change(change, improved, worse):
    now = {**BASELINE, **change}
    assert finding("improved", now) == ("partly_documented" if improved else "contradicted")
    assert finding("worse", now) == ("documented" if worse else "contradicted")
    assert finding("unchanged", now) == ("contradicted" if improved or worse else "documented")


class TestSeveralOrgans:
    def test_one_that_worsens_takes_the_improvement_away(self):
        assert finding("improved", {**BASELINE, "cmas": 46, "raynaud_condition_score": 6.5}) == "contradicted"

    def test_one_that_is_not_recorded_leaves_it_open(self):
        assert finding("improved", {"cmas": 46, "fvc_pct_predicted": 80}) == "reported_only"

    def test_two_make_much_improved(self):
        assert (
            finding("much_improved", {**BASELINE, "cmas": 43, "fvc_pct_predicted": 88}) == "partly_documented"
        )
        assert finding("much_improved", {**BASELINE, "cmas": 43}) == "contradicted"

    def test_where_one_was_ever_measured_two_cannot_be_judged(self):
        assert finding("much_improved", {"cmas": 46}, before={"cmas": 40}) == "reported_only"
        assert finding("much_improved", {"cmas": 36}, before={"cmas": 40}) == "contradicted"

    def test_without_an_assessment_after_the_infusion_nothing_is_contradicted(self):
        for claim in ("improved", "much_improved", "worse", "unchanged"):
            assert finding(claim, None, before={"cmas": 40}) == "reported_only"


class TestScoresOfJoints:
    """A measure of one disease is applied only where its organ is involved (measures dossier 3.2)."""

    @staticmethod
    def measures(*visits):
        return {score.measure for score in judge_case(case("mctd", visits), Parameters()).scores}

    def test_without_arthritis_no_jadas_is_shown(self):
        assert self.measures(visit(-10, {"esr_mm_h": 40, "physician_global_0_10": 4})) == set()
        assert self.measures(visit(-10, {"esr_mm_h": 40, "active_joint_count": 0})) == set()
        assert self.measures(visit(-10, {"esr_mm_h": 40, "sledai_arthritis": False})) == {"sledai_2k"}

    def test_an_active_joint_on_any_day_shows_all_its_assessments(self):
        visits = (visit(-10, {"esr_mm_h": 40, "active_joint_count": 2}), visit(60, {"esr_mm_h": 9}))
        scores = judge_case(case("mctd", visits), Parameters()).scores
        assert [(score.measure, score.day.first) for score in scores] == [
            ("jadas10_esr", -10),
            ("jadas10_esr", 60),
        ]

    def test_arthritis_of_the_sledai_counts_and_so_does_a_jadas_of_the_chart(self):
        assert "jadas10_esr" in self.measures(visit(-10, {"esr_mm_h": 40, "sledai_arthritis": True}))
        assert "jadas10_esr" in self.measures(visit(-10, {"jadas10_esr": 12}))

    def test_in_arthritis_itself_it_is_shown_without_an_active_joint(self):
        child = case("jia", [visit(-10, {"esr_mm_h": 40, "active_joint_count": 0})])
        assert "jadas10_esr" in {score.measure for score in judge_case(child, Parameters()).scores}
