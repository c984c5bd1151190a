"""The series: what was seen against what would have been seen anyway, and what no event in few children excludes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.examples import path
from leadline.casebook.items import SLEDAI_FINDINGS
from leadline.verdicts.completeness import judge_completeness
from leadline.verdicts.exact import clopper_pearson, clopper_pearson_upper, poisson_binomial_tail
from leadline.verdicts.judging import judge, judge_case
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.safety import judge_safety
from leadline.verdicts.series import judge_series
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, drug, event, report, visit
from tests.verdicts.test_worked_examples import INACTIVE

CORE = {"physician_global_0_10": 6, "parent_global_0_10": 6, "active_joint_count": 10}
FULL = {**CORE, "chaq_di": 1.5, "limited_joint_count": 10, "esr_mm_h": 60}
HALF = {item: value / 2 for item, value in FULL.items()}


class TestCounts:
    """Of A, everything is half of what it was at week 8; of B nothing is recorded after the infusion."""

    def series(self):
        visits = {"A": [visit(-10, FULL), visit(60, HALF)], "B": [visit(-10, FULL)]}
        reports = {"A": [report("improved", 60)], "B": [report("improved", 60), report("cured", 61)]}
        children = [case("jia", visits[name], reports=reports[name], patient_id=name) for name in "AB"]
        return judge_series([judge_case(child, Parameters()) for child in children], (), Parameters())

    def test_a_claim_is_counted_with_its_own_verdicts(self):
        found = {
            one.claim: (one.reported.k, one.documented.k, one.reported_only.k) for one in self.series().counts
        }
        assert found == {"improved": (2, 1, 1), "cured": (1, 0, 1)}

    def test_a_criterion_is_counted_at_each_window_after_the_infusion(self):
        """JADAS10 falls from 10 + 6 + 6 + 4 = 26 to 5 + 3 + 3 + 1 = 12, by 14; from 25 on 17 are asked for."""
        found = {
            (one.criterion, one.window): (one.met.k, one.not_met, one.indeterminate)
            for one in self.series().criteria
        }
        assert found["acr_pedi", "week_8"] == (1, 0, 1)
        assert found["jadas10_improvement_horneff", "week_8"] == (0, 1, 1)
        assert found["jia_cid_wallace2011", "week_8"] == (0, 1, 1)
        assert {window for _, window in found} == {"week_8", "week_12", "week_24", "week_52"}
        assert {counts for (_, window), counts in found.items() if window != "week_8"} == {(0, 0, 2)}


class TestWouldItHaveBeenSeenAnyway:
    def test_three_of_three_under_three_nulls(self):
        """0.49 x 0.436 x 0.30 = 0.064092."""
        assert poisson_binomial_tail(3, [0.49, 0.436, 0.30]) == pytest.approx(0.064092, abs=1e-12)

    def test_as_reported_and_as_documented(self):
        nulls = (("jia", 0.49), ("sle", 0.436), ("mctd", 0.30))
        parameters = Parameters(null_rates=nulls)
        judged = [
            judge_case(case(disease, [], reports=[report("improved", 90)], patient_id=disease), parameters)
            for disease in ("jia", "sle", "mctd")
        ]
        reported, documented = judge_series(judged, (), parameters).null_comparisons
        assert (reported.basis, reported.responders, reported.children) == ("reported", 3, 3)
        assert reported.probability_at_least == pytest.approx(0.064092, abs=1e-12)
        assert (documented.responders, documented.probability_at_least) == (0, 1.0)

    @pytest.mark.parametrize("claim", ["improved", "much_improved", "in_remission", "cured"])
    def test_whoever_is_said_to_have_a_benefit_counts_once_as_a_responder(self, claim):
        judged = [
            judge_case(case("jia", [], reports=[report(claim, 90), report("improved", 90)]), Parameters())
        ]
        assert judge_series(judged, (), Parameters()).null_comparisons[0].responders == 1

    def test_a_claim_of_fewer_drugs_is_no_response(self):
        judged = [judge_case(case("jia", [], reports=[report("reduced_medication", 90)]), Parameters())]
        assert judge_series(judged, (), Parameters()).null_comparisons[0].responders == 0

    def test_without_a_null_for_a_disease_no_probability_is_given(self):
        judged = [judge_case(case("mctd", [], reports=[report("improved", 90)]), Parameters())]
        comparison = judge_series(judged, (), Parameters()).null_comparisons[0]
        assert (comparison.probability_at_least, comparison.without_null) == (None, ("mctd",))

    def test_the_posterior_above_a_null_of_one_half(self):
        """One of one under Beta(1, 1): Beta(2, 1), above x with 1 - x2; above 0.5 it is 0.75."""
        parameters = Parameters(null_rates=(("jia", 0.5),))
        judged = [judge_case(case("jia", [], reports=[report("improved", 90)]), parameters)]
        reported = judge_series(judged, (), parameters).null_comparisons[0]
        assert dict(reported.posterior_above_null) == {"jia": pytest.approx(0.75, abs=1e-9)}


class TestFewChildrenWithoutAnEvent:
    def asked(self, *events, name="CASE-A"):
        return case("jia", [visit(0), visit(60, asked=True)], events=events, patient_id=name)

    def test_none_of_three(self):
        """1 - 0.025^(1/3) = 0.7076; 1 - 0.05^(1/3) = 0.6316."""
        assert clopper_pearson(0, 3).high == pytest.approx(0.7076, abs=0.00005)
        assert clopper_pearson_upper(0, 3) == pytest.approx(0.6316, abs=0.00005)

    def test_in_words(self):
        safety = judge_safety([self.asked(name=name) for name in "ABC"])
        assert safety.sentences == (
            "Three children without a serious event are compatible with a true risk of up to 71%.",
        )
        assert safety.children_needed == ((0.05, 59), (0.10, 29), (0.20, 14))

    def test_silence_of_those_not_asked_is_not_safety(self):
        safety = judge_safety([self.asked(name="A"), case("jia", [visit(60)], patient_id="B")])
        assert safety.not_assessed == ("B",)
        assert (safety.with_serious_event.k, safety.with_serious_event.n) == (0, 1)

    @pytest.mark.parametrize(
        "unclear", [event(50, "fever", serious=None), event(None, "sepsis", serious=True)]
    )
    def test_an_event_that_may_have_been_serious_is_not_counted_as_none(self, unclear):
        safety = judge_safety([self.asked(name="A"), self.asked(name="B"), self.asked(unclear, name="C")])
        assert (safety.with_serious_event.k, safety.with_serious_event.n) == (0, 2)
        assert safety.sentences == (
            (
                "For 1 of 3 children it is not known whether a recorded event was serious, whether it came after "
                "the infusion, or of which event the child died: that child is not counted."
            ),
            "Two children without a serious event are compatible with a true risk of up to 84%.",
        )

    def test_a_child_that_died_of_no_recorded_event_is_not_counted_among_those_without(self):
        died = self.asked(name="C")
        died = replace(died, patient={**died.patient, "vital_status": "dead"})
        safety = judge_safety([self.asked(name="A"), self.asked(name="B"), died])
        assert (safety.with_serious_event.k, safety.with_serious_event.n) == (0, 2)

    def test_one_that_surely_was_serious_is_counted_whatever_else_is_unclear(self):
        events = event(50, "sepsis", serious=True), event(None, "fever", serious=None)
        safety = judge_safety([self.asked(*events)])
        assert (safety.with_serious_event.k, safety.with_serious_event.n) == (1, 1)
        assert safety.sentences == ()  # nothing is said of no event where there was one

    def test_events_before_the_infusion_are_not_after_it(self):
        safety = judge_safety([self.asked(event(-1, "sepsis", serious=True))])
        assert (safety.with_serious_event.k, safety.with_event.k) == (0, 0)
        safety = judge_safety([self.asked(event(0, "sepsis", serious=True))])
        assert (safety.with_serious_event.k, safety.with_event.k) == (1, 1)


class TestWhatToRecordNext:
    def test_week_24_of_a_child_infused_on_13_october_2025(self):
        index = date(2025, 10, 13)
        child = case("jia", [visit(-10, FULL, index=index), visit(168, CORE, index=index)], index=index)
        cells = judge_completeness(CaseView(child, Parameters()), date(2026, 4, 1))
        cell = next(one for one in cells if one.criterion == "acr_pedi" and one.window == "week_24")
        assert (cell.first, cell.last) == (140, 210)
        assert (cell.calendar_first, cell.calendar_last) == ("2026-03-02", "2026-05-11")
        assert {"CHAQ disability index", "Joints with limited motion", "ESR"} == set(cell.missing)
        assert len(cell.recorded) == 3
        assert cell.open

    def test_what_the_record_of_the_child_says_is_not_asked_for_at_a_visit(self):
        def wanted(**category):
            child = case("jia", [visit(-10, FULL)], **category)
            cells = judge_completeness(CaseView(child, Parameters()), None)
            return {what for cell in cells for what in cell.missing}

        assert "ILAR category of JIA" not in wanted(category="poly_rf_neg")
        assert "ILAR category of JIA" in wanted(category=None)

    def test_after_its_last_day_a_window_is_closed(self):
        index = date(2025, 10, 13)
        child = case("jia", [visit(-10, FULL, index=index)], index=index)

        def is_open(on):
            cells = judge_completeness(CaseView(child, Parameters()), on)
            return next(one for one in cells if one.criterion == "acr_pedi" and one.window == "week_24").open

        assert is_open(date(2026, 5, 11))
        assert not is_open(date(2026, 5, 12))

    def test_what_decided_a_criterion_without_it_is_not_thereby_recorded(self):
        """One active joint decides against inactive disease: nothing else of that visit is recorded for it."""
        child = case("jia", [visit(-10, FULL), visit(56, {"active_joint_count": 1})])
        cells = judge_completeness(CaseView(child, Parameters()), None)
        cell = next(one for one in cells if one.criterion == "jia_cid_wallace2011" and one.window == "week_8")
        assert (cell.result, cell.recorded, cell.missing) == ("not_met", ("Active joints",), ())

    def test_a_value_below_detection_is_recorded(self):
        seen = visit(56, {"proteinuria_g_24h": 0.1})
        below = replace(
            seen, facts={name: fact._replace(comparator="<") for name, fact in seen.facts.items()}
        )
        cells = judge_completeness(CaseView(case("sle", [visit(-10), below]), Parameters()), None)
        cell = next(
            one for one in cells if one.criterion == "printo_jsle_response" and one.window == "week_8"
        )
        assert cell.recorded == ("Urine protein in 24 hours",)

    @pytest.mark.parametrize(
        ("crp", "comparator", "limit", "wanted"),
        [
            (5.0, "<", None, ("The laboratory's upper limit of CRP",)),
            (3.0, "", None, ("The laboratory's upper limit of CRP",)),
            (5.0, "<", 5.0, ()),  # below the limit, however far below
            (5.0, "<", 4.0, ("CRP: an exact value, as only a limit is recorded",)),
            (None, "", None, ("ESR", "The laboratory's upper limit of ESR")),
        ],
    )
    def test_of_a_crp_below_detection_the_limit_of_the_laboratory_is_what_is_missing(
        self, crp, comparator, limit, wanted
    ):
        seen = visit(
            56, {name: value for name, value in (INACTIVE | {"crp_mg_l": crp}).items() if name != "esr_mm_h"}
        )
        facts = dict(seen.facts)
        facts["crp_mg_l"] = facts["crp_mg_l"]._replace(comparator=comparator, ref_high=limit)
        child = case("jia", [visit(-10, FULL), replace(seen, facts=facts)])
        cells = judge_completeness(CaseView(child, Parameters()), None)
        cell = next(one for one in cells if one.criterion == "jia_cid_wallace2011" and one.window == "week_8")
        assert (cell.missing, cell.result) == (wanted, "indeterminate" if wanted else "met")

    def test_a_criterion_that_can_be_met_in_several_ways_has_one_name_at_every_window(self):
        quiet = {item.id: False for item in SLEDAI_FINDINGS} | {"pga_0_3": 0.4, "treatment_stable": True}
        drugs = [drug("prednisone", -100, dose=4, frequency="daily", ongoing=True, as_of=900)]
        child = case("sle", [visit(56, quiet | {"pga_0_3": 1.0}), visit(168, quiet)], drugs=drugs)
        cells = judge_completeness(CaseView(child, Parameters()), None)
        remission = [cell for cell in cells if cell.criterion == "doris_2021"]
        assert {cell.window: cell.result for cell in remission}["week_24"] == "met"
        assert {cell.criterion_title for cell in remission} == {
            "Remission of lupus (DORIS 2021 or childhood definition)"
        }

    def test_of_a_published_series_nothing_can_be_recorded_any_more(self):
        findings = judge(read_casebook(path("wong2021")))
        assert all(child.completeness for child in findings.cases)
        assert not any(cell.open for child in findings.cases for cell in child.completeness)
