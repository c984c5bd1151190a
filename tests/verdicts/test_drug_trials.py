"""Earlier drugs against their adequate trials, and the definitions of refractory disease that rest on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.casebook.items import SLEDAI_FINDINGS
from leadline.verdicts.drug_trials import judge_drug_trials
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.refractory import judge_refractory
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, drug, visit

BODY = {"weight_kg": 36.0, "height_cm": 100.0}  # Mosteller: the root of 36 x 100 / 3600 is 1 m2


def judged(*courses, at=-400):
    child = case("jia", [visit(at, BODY)], drugs=courses)
    return [trial.judgement for trial in judge_drug_trials(child, Parameters())]


def failed(name, start, stop, **more):
    return drug(name, start, stop, **{"dose": 40, "frequency": "q2w", "stop_reason": "ineffective", **more})


class TestDuration:
    @pytest.mark.parametrize(
        ("name", "days"),
        [
            ("adalimumab", 91),
            ("abatacept", 91),
            ("tocilizumab", 91),
            ("anakinra", 30),
            ("tofacitinib", 91),
            ("hydroxychloroquine", 91),
            ("mycophenolate mofetil", 182),
            ("cyclophosphamide", 182),
            ("rituximab", 182),
            ("belimumab", 168),
            ("anifrolumab", 182),
            ("ibuprofen", 30),
        ],
    )
    def test_on_the_last_day_and_one_short(self, name, days):
        assert judged(failed(name, -400, -400 + days)) == ["adequate_failure"]
        assert judged(failed(name, -400, -400 + days - 1)) == ["inadequate"]

    def test_only_the_time_before_the_infusion_counts(self):
        assert judged(failed("adalimumab", -91, 200)) == ["adequate_failure"]
        assert judged(failed("adalimumab", -90, 200)) == ["inadequate"]

    def test_courses_that_follow_each_other_are_one(self):
        first = failed("adalimumab", -400, -350, stop_reason="")
        assert judged(first, failed("adalimumab", -350, -309)) == ["adequate_failure"]

    @pytest.mark.parametrize(
        ("stop", "judgements"),
        [
            ((-360, -350), ["adequate_failure"]),  # a break of 20 to 30 days, in all 70 and more days
            ((-361, -350), ["indeterminate"]),  # of 20 to 31: perhaps two trials, each too short
            ((-375, -361), ["inadequate", "inadequate"]),  # of 31 and more
        ],
    )
    def test_courses_between_which_the_break_may_have_been_too_long_may_be_two(self, stop, judgements):
        courses = failed("adalimumab", -420, stop), failed("adalimumab", -330, -300)
        assert judged(*courses) == judgements

    def test_a_date_that_is_not_exact_enough_leaves_it_open(self):
        assert judged(failed("adalimumab", (-400, -395), -306)) == ["indeterminate"]
        assert judged(failed("adalimumab", None, -306)) == ["indeterminate"]


class TestReasons:
    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("ineffective", "adequate_failure"),
            ("lost_effect", "adequate_failure"),
            ("adverse_event", "intolerance"),
            ("remission", "not_a_failure"),
            ("family_choice", "not_a_failure"),
            ("supply", "not_a_failure"),
            ("planned", "not_a_failure"),
            ("", "indeterminate"),
        ],
    )
    def test_only_a_missing_or_lost_response_is_a_failure(self, reason, expected):
        assert judged(failed("adalimumab", -400, -100, stop_reason=reason)) == [expected]


class TestDoseOfMethotrexate:
    """At least 10 mg/m2 a week."""

    def weekly(self, dose, **more):
        return failed("methotrexate", -400, -100, dose=dose, frequency="weekly", **more)

    @pytest.mark.parametrize(
        ("dose", "expected"), [(10, "adequate_failure"), (9.9, "inadequate"), (None, "indeterminate")]
    )
    def test_by_body_surface(self, dose, expected):
        assert judged(self.weekly(dose)) == [expected]
        assert judged(self.weekly(dose, basis="per_m2")) == [expected]

    def test_per_kilogram_it_is_reckoned_by_weight_and_surface(self):
        """36 kg: 0.28 mg/kg is 10.08 mg, 0.27 mg/kg is 9.72 mg, on 1 m2."""
        assert judged(self.weekly(0.28, basis="per_kg")) == ["adequate_failure"]
        assert judged(self.weekly(0.27, basis="per_kg")) == ["inadequate"]

    def test_the_unit_counts(self):
        assert judged(replace(self.weekly(0.01), dose_unit="g")) == ["adequate_failure"]
        assert judged(replace(self.weekly(10), dose_unit="")) == ["indeterminate"]
        assert judged(replace(self.weekly(10, basis=""), dose_unit="mg/m2")) == ["adequate_failure"]

    def test_without_weight_or_height_it_is_not_known(self):
        child = case("jia", [visit(-400, {"weight_kg": 36.0})], drugs=[self.weekly(10)])
        assert [trial.judgement for trial in judge_drug_trials(child, Parameters())] == ["indeterminate"]

    def test_a_growing_childs_height_of_long_ago_is_not_used(self):
        weighed, measured = visit(-400, {"weight_kg": 36.0}), visit(-800, {"height_cm": 100.0})
        child = case("jia", [weighed, measured], drugs=[self.weekly(10)])
        assert [trial.judgement for trial in judge_drug_trials(child, Parameters())] == ["indeterminate"]


class TestRefractory:
    def results(self, diagnosis, visits, drugs, **patient):
        child = case(diagnosis, visits, drugs=[replace(one, adherent=True) for one in drugs])
        child = replace(child, patient={**child.patient, **patient})
        view = CaseView(child, Parameters())
        return {
            one.definition: one.result
            for one in judge_refractory(view, judge_drug_trials(child, Parameters()))
        }

    active = visit(-10, {**BODY, "active_joint_count": 5})
    methotrexate = failed("methotrexate", -800, -600, dose=15, frequency="weekly", basis="per_m2")
    etanercept, adalimumab = failed("etanercept", -600, -400), failed("adalimumab", -400, -200)
    tocilizumab = failed("tocilizumab", -200, -20)

    def test_the_project_rule_for_arthritis(self):
        name = "leadline_refractory_v1"
        two_classes = [self.methotrexate, self.etanercept, self.tocilizumab]
        one_class = [self.methotrexate, self.etanercept, self.adalimumab]
        assert self.results("jia", [self.active], two_classes)[name] == "met"
        assert self.results("jia", [self.active], one_class)[name] == "indeterminate"
        assert self.results("jia", [self.active], one_class, drug_history_complete=True)[name] == "not_met"
        quiet = visit(-10, {**BODY, "active_joint_count": 0})
        assert self.results("jia", [quiet], two_classes)[name] == "not_met"

    def test_the_project_rule_for_lupus_asks_for_an_antimalarial(self):
        present = ("sledai_arthritis", "sledai_rash")  # 4 + 2 = 6
        ill = visit(-10, {**BODY, **{item.id: item.id in present for item in SLEDAI_FINDINGS}})
        drugs = [failed("mycophenolate mofetil", -800, -600), failed("rituximab", -600, -300)]
        hydroxychloroquine = drug(
            "hydroxychloroquine", -900, dose=200, frequency="daily", ongoing=True, as_of=500
        )
        name = "leadline_refractory_v1"
        assert self.results("sle", [ill], [*drugs, hydroxychloroquine])[name] == "met"
        assert self.results("sle", [ill], drugs)[name] == "indeterminate"

    @pytest.mark.parametrize(
        ("start", "stop", "expected"),
        [
            (-900, None, "met"),  # still taken
            (-900, -200, "met"),  # until after the second course had failed
            (-900, -300, "met"),  # to the day on which the second course stopped
            (-900, -301, "indeterminate"),  # stopped while the second course ran: contraindicated?
            (-1500, -1000, "indeterminate"),  # years ago, before either course
            (20, None, "indeterminate"),  # begun after the infusion
            (-500, None, "indeterminate"),  # after the first course had ended: one of two
            (None, None, "indeterminate"),
            ((-900, -500), None, "indeterminate"),  # before or after the first course ended on day -600
            ((-900, -602), (-300, -200), "met"),  # every day of both intervals gives the same answer
            (-900, (-310, -290), "indeterminate"),
        ],
    )
    def test_an_antimalarial_counts_for_courses_that_ended_while_it_was_taken(self, start, stop, expected):
        drugs = [failed("mycophenolate mofetil", -800, -600), failed("rituximab", -600, -300)]
        as_of = 500 if stop is None else None
        taken = drug(
            "hydroxychloroquine",
            start,
            stop,
            dose=200,
            frequency="daily",
            ongoing=stop is None or None,
            as_of=as_of,
        )
        assert self.lupus([*drugs, taken]).result == expected

    def test_what_is_missing_of_an_antimalarial_is_named(self):
        drugs = [failed("mycophenolate mofetil", -800, -600), failed("rituximab", -600, -300)]
        long_ago = drug("hydroxychloroquine", -1500, -1000)
        no_start = drug("hydroxychloroquine", None, ongoing=True, as_of=500)
        assert self.lupus(drugs).missing == ("antimalarials taken, or that they are contraindicated",)
        assert self.lupus([*drugs, long_ago]).missing == ("whether an antimalarial was contraindicated",)
        assert self.lupus([*drugs, no_start]).missing == (
            "start and stop of the antimalarial and of the other drugs",
        )
        taken = drug("hydroxychloroquine", -900, ongoing=True, as_of=500)
        assert self.lupus([drugs[0], taken]).missing == ("a complete history of earlier drugs",)

    def test_a_course_that_went_on_is_on_the_antimalarial_of_the_day_before_the_infusion(self):
        drugs = [
            failed("mycophenolate mofetil", -800, 30, ongoing=False),
            drug("belimumab", -600, dose=10, frequency="weekly", ongoing=True, as_of=500),
        ]
        drugs[1] = replace(drugs[1], response="none")
        assert self.lupus([*drugs, drug("hydroxychloroquine", -900, 0)]).result == "met"
        assert self.lupus([*drugs, drug("hydroxychloroquine", -900, -1)]).result == "indeterminate"

    def lupus(self, drugs):
        present = ("sledai_arthritis", "sledai_rash")  # 4 + 2 = 6
        ill = visit(-10, {**BODY, **{item.id: item.id in present for item in SLEDAI_FINDINGS}})
        child = case("sle", [ill], drugs=[replace(one, adherent=True) for one in drugs])
        found = judge_refractory(CaseView(child, Parameters()), judge_drug_trials(child, Parameters()))
        return next(one for one in found if one.definition == "leadline_refractory_v1")

    def test_a_drug_that_the_catalogue_does_not_know_may_be_one_that_failed(self):
        tried = failed("no such drug", -400, -200)

        def result(third):
            drugs = [self.methotrexate, self.etanercept, third]
            found = self.results("jia", [self.active], drugs, drug_history_complete=True)
            return found["leadline_refractory_v1"]

        assert result(tried) == "indeterminate"
        assert result(replace(tried, stop_reason="family_choice")) == "not_met"

    def test_kamen_asks_for_six_months_of_immunosuppression(self):
        """Methotrexate is judged after three months, which is not six."""
        present = ("sledai_arthritis", "sledai_rash", "sledai_alopecia")  # 4 + 2 + 2 = 8
        ill = visit(-10, {**BODY, **{item.id: item.id in present for item in SLEDAI_FINDINGS}})
        name = "refractory_sle_kamen2022"

        def result(days):
            course = failed("methotrexate", -600, -600 + days, dose=15, frequency="weekly", basis="per_m2")
            return self.results("sle", [ill], [course], drug_history_complete=True)[name]

        assert result(182) == "met"
        assert result(181) == "not_met"

    @pytest.mark.parametrize(("present", "kamen", "farge"), [
        (("sledai_arthritis", "sledai_rash"), "not_met", "met"),  # 6
        (("sledai_arthritis", "sledai_rash", "sledai_fever"), "met", "met"),  # 7
        (("sledai_arthritis", "sledai_fever"), "not_met", "not_met"),  # 5
    ])  # fmt: skip
    def test_above_six_and_at_least_six(self, present, kamen, farge):
        ill = visit(-10, {**BODY, **{item.id: item.id in present for item in SLEDAI_FINDINGS}})
        drugs = [failed("mycophenolate mofetil", -800, -600), failed("rituximab", -600, -300)]
        found = self.results("sle", [ill], drugs)
        assert (found["refractory_sle_kamen2022"], found["refractory_sle_farge2025"]) == (kamen, farge)


def test_a_drug_that_the_catalogue_does_not_know_is_listed_and_its_trial_not_judged():
    child = case("jia", [], drugs=[failed("zubrolimab", -400, -100, dose=10, frequency="weekly")])
    (trial,) = judge_drug_trials(child, Parameters())
    assert (trial.drug, trial.judgement) == ("drug not recognised", "indeterminate")
