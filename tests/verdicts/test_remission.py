"""Remission and what a claim of cure comes down to: months, breaks, drugs, and what is not known of them."""

from __future__ import annotations

from datetime import date

import pytest

from leadline.casebook.items import SLEDAI_FINDINGS
from leadline.verdicts.claims import judge_claim
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, drug, report, visit

INDEX = date(2021, 1, 1)
INACTIVE = {
    "active_joint_count": 0,
    "systemic_features_present": False,
    "active_uveitis": False,
    "esr_mm_h": 8,
    "physician_global_0_10": 0,
    "morning_stiffness_min": 15,
}
ACTIVE = {"active_joint_count": 1}
MANIFESTATIONS = (
    "cytopenia",
    "myositis",
    "progressive_sclerodactyly",
    "progressive_lung",
    "oesophageal_manifestation",
)
INACTIVE_MCTD = {**INACTIVE, **dict.fromkeys(MANIFESTATIONS, False)}
QUIET = {**{item.id: False for item in SLEDAI_FINDINGS}, "pga_0_3": 0.4, "treatment_stable": True}
FLARING = {**QUIET, "pga_0_3": 0.5}
ON = drug("methotrexate", -400, dose=15, frequency="weekly", ongoing=True, as_of=900)
OFF = drug("methotrexate", -400, -20, dose=15, frequency="weekly")


def verdict(claim, day, visits, *drugs, diagnosis="jia", category="poly_rf_neg"):
    dated = [visit(on, facts, index=INDEX, limits={"esr_mm_h": 15}) for on, facts in visits]
    child = case(diagnosis, dated, drugs=drugs, index=INDEX, category=category)
    return judge_claim(CaseView(child, Parameters()), report(claim, day))


def finding(claim, day, visits, *drugs, **more):
    return verdict(claim, day, visits, *drugs, **more).finding


class TestMonths:
    """Day 31 is 2021-02-01; six months later is day 212, twelve are day 396."""

    @pytest.mark.parametrize(
        ("drugs", "last", "expected"),
        [
            (ON, 211, "reported_only"),
            (ON, 212, "documented"),
            (OFF, 212, "reported_only"),
            (OFF, 396, "documented"),
        ],
    )
    def test_six_on_medication_twelve_off_it(self, drugs, last, expected):
        assert finding("in_remission", last, [(31, INACTIVE), (last, INACTIVE)], drugs) == expected

    @pytest.mark.parametrize(("last", "expected"), [(395, "reported_only"), (396, "documented")])
    def test_a_cure_comes_down_to_twelve_off_medication(self, last, expected):
        said = verdict("cured", last, [(31, INACTIVE), (last, INACTIVE)], OFF)
        assert said.finding == expected
        documented = "what is documented is remission off medication for 12 months"
        said_of_it = documented if expected == "documented" else "no remission off medication is documented"
        assert said.sentences[0] == f"No criterion documents cure; {said_of_it}."

    def test_inactive_disease_on_medication_is_no_cure(self):
        assert finding("cured", 396, [(31, INACTIVE), (396, INACTIVE)], ON) == "contradicted"

    def test_one_assessment_documents_no_duration(self):
        assert finding("in_remission", 396, [(396, INACTIVE)], ON) == "reported_only"


class TestBreaks:
    def test_active_disease_on_the_day_contradicts(self):
        assert finding("in_remission", 396, [(31, INACTIVE), (396, ACTIVE)], ON) == "contradicted"

    def test_an_assessment_that_cannot_be_judged_breaks_the_run(self):
        visits = [(31, INACTIVE), (120, {"weight_kg": 30}), (212, INACTIVE)]
        assert finding("in_remission", 212, visits, ON) == "reported_only"

    @pytest.mark.parametrize(("active", "expected"), [(31, "reported_only"), (32, "contradicted")])
    def test_active_disease_within_the_months_proves_that_they_have_not_passed(self, active, expected):
        visits = [(active, ACTIVE), (100, INACTIVE), (212, INACTIVE)]
        assert finding("in_remission", 212, visits, ON) == expected

    def test_also_where_an_assessment_between_cannot_be_judged(self):
        visits = [(90, ACTIVE), (100, {"weight_kg": 30}), (120, INACTIVE), (212, INACTIVE)]
        assert finding("in_remission", 212, visits, ON) == "contradicted"

    def test_also_where_the_last_assessment_cannot_be_judged(self):
        visits = [(90, ACTIVE), (212, {"weight_kg": 30})]
        assert finding("in_remission", 212, visits, ON) == "contradicted"
        assert finding("in_remission", 212, [(90, INACTIVE), *visits[1:]], ON) == "reported_only"

    def test_also_before_the_infusion(self):
        visits = [(-10, ACTIVE), (31, INACTIVE), (120, INACTIVE)]
        assert finding("in_remission", 120, visits, ON) == "contradicted"

    def test_the_run_itself_begins_after_the_infusion(self):
        visits = [(-90, INACTIVE), (31, INACTIVE), (120, INACTIVE)]
        assert finding("in_remission", 120, visits, ON) == "reported_only"

    def test_a_change_of_medication_begins_the_run_anew(self):
        stopped = drug("methotrexate", -400, 120, dose=15, frequency="weekly")
        visits = [(31, INACTIVE), (119, INACTIVE), (120, INACTIVE), (212, INACTIVE)]
        assert finding("in_remission", 212, visits, stopped) == "contradicted"


class TestMedication:
    visits = ((31, INACTIVE), (396, INACTIVE))

    @pytest.mark.parametrize("name", ["ibuprofen", "hydroxychloroquine", "adalimumab"])
    def test_any_antirheumatic_drug_counts_as_medication(self, name):
        assert finding("cured", 396, self.visits, drug(name, -400, 500)) == "contradicted"

    @pytest.mark.parametrize("name", ["folic acid", "nifedipine"])
    def test_others_do_not(self, name):
        assert finding("cured", 396, self.visits, drug(name, -400, 500)) == "documented"

    def test_eye_drops_for_uveitis_do(self):
        drops = drug("prednisolone", -400, 500, route="ophthalmic")
        assert finding("cured", 396, self.visits, drops) == "contradicted"

    def test_a_drug_that_the_catalogue_does_not_know_may_be_one(self):
        unknown = drug("no such drug", -400, 500)
        assert finding("cured", 396, self.visits, unknown) == "reported_only"
        assert finding("cured", 396, self.visits, drug("no such drug", -400, 20)) == "documented"

    def test_without_a_drug_record_nobody_is_off_medication(self):
        assert finding("cured", 396, self.visits) == "reported_only"
        assert finding("in_remission", 396, self.visits) == "reported_only"

    def test_a_stop_that_is_not_recorded_leaves_it_open(self):
        assert finding("cured", 396, self.visits, drug("methotrexate", -400)) == "reported_only"


class TestCategories:
    visits = ((31, INACTIVE), (396, INACTIVE))

    @pytest.mark.parametrize(
        "category", ["oligo_persistent", "oligo_extended", "poly_rf_neg", "poly_rf_pos", "systemic"]
    )
    def test_to_which_the_definition_applies(self, category):
        assert finding("cured", 396, self.visits, OFF, category=category) == "documented"

    @pytest.mark.parametrize("category", ["psoriatic", "enthesitis_related", "undifferentiated", None])
    def test_to_others_it_does_not(self, category):
        assert finding("cured", 396, self.visits, OFF, category=category) == "reported_only"
        active = ((31, INACTIVE), (396, ACTIVE))
        assert finding("cured", 396, active, OFF, category=category) == "reported_only"


class TestLupus:
    hydroxychloroquine = drug(
        "hydroxychloroquine", -400, dose=200, frequency="daily", ongoing=True, as_of=900
    )

    @pytest.mark.parametrize(("last", "expected"), [(395, "reported_only"), (396, "documented")])
    def test_twelve_months_without_glucocorticoid(self, last, expected):
        visits = [(31, QUIET), (last, QUIET)]
        said = verdict("cured", last, visits, self.hydroxychloroquine, diagnosis="sle")
        assert said.finding == expected
        if expected == "documented":
            assert said.sentences[0] == (
                "No criterion documents cure; what is documented is remission without glucocorticoid for 12 months."
            )

    def test_on_every_assessment(self):
        visits = [(31, QUIET), (200, FLARING), (396, QUIET)]
        assert finding("cured", 396, visits, self.hydroxychloroquine, diagnosis="sle") == "contradicted"

    def test_serology_is_ignored(self):
        serology = {**QUIET, "sledai_low_complement": True, "sledai_increased_dna_binding": True}
        assert (
            finding("in_remission", 31, [(31, serology)], self.hydroxychloroquine, diagnosis="sle")
            == "documented"
        )

    @pytest.mark.parametrize(
        ("dose", "expected"), [(5, "documented"), (5.1, "contradicted"), (None, "reported_only")]
    )
    def test_five_milligrams_of_prednisone_at_most(self, dose, expected):
        prednisone = drug("prednisone", -400, 500, dose=dose, frequency="daily")
        assert finding("in_remission", 31, [(31, QUIET)], prednisone, diagnosis="sle") == expected

    def test_a_glucocorticoid_is_no_cure(self):
        prednisone = drug("prednisone", -400, 500, dose=1, frequency="daily")
        visits = [(31, QUIET), (396, QUIET)]
        assert finding("cured", 396, visits, prednisone, diagnosis="sle") == "contradicted"


class TestMixedConnectiveTissueDisease:
    @pytest.mark.parametrize(
        ("drugs", "last", "expected"),
        [
            (ON, 211, "reported_only"),
            (ON, 212, "documented"),
            (OFF, 395, "reported_only"),
            (OFF, 396, "documented"),
        ],
    )
    def test_the_months_are_those_of_arthritis(self, drugs, last, expected):
        visits = [(31, INACTIVE_MCTD), (last, INACTIVE_MCTD)]
        assert finding("in_remission", last, visits, drugs, diagnosis="mctd", category=None) == expected

    @pytest.mark.parametrize("present", MANIFESTATIONS)
    def test_each_manifestation_contradicts(self, present):
        visits = [(31, INACTIVE_MCTD), (212, {**INACTIVE_MCTD, present: True})]
        assert finding("in_remission", 212, visits, ON, diagnosis="mctd", category=None) == "contradicted"


class TestWhatIsSaid:
    """A reader sees why a remission is not documented, and the rows of the drugs that it turns on."""

    def judged(self, claim, day, visits, *drugs, **more):
        return verdict(claim, day, visits, *drugs, **more).criteria[0]

    def test_a_cure_under_a_drug_names_the_drug_and_its_row(self):
        outcome = self.judged("cured", 396, [(31, INACTIVE), (396, INACTIVE)], ON)
        assert outcome.result == "not_met"
        assert outcome.details == ("methotrexate running on day 396",)
        assert ON.ref in outcome.evidence

    def test_active_disease_names_the_item_that_is_enough(self):
        outcome = self.judged("in_remission", 250, [(31, INACTIVE), (250, {**INACTIVE, **ACTIVE})], ON)
        assert outcome.details == ("Active joints: 1",)

    def test_a_state_that_is_too_young_names_the_day_on_which_it_was_not_there_yet(self):
        outcome = self.judged("in_remission", 250, [(100, ACTIVE), (250, INACTIVE)], ON)
        assert outcome.result == "not_met"
        assert outcome.details == ("inactive disease on medication, but not yet so on day 100",)

    def test_remission_of_lupus_prints_its_figures_and_rests_on_the_row_of_the_dose(self):
        prednisone = drug("prednisone", -100, dose=4, frequency="daily", ongoing=True, as_of=900)
        outcome = self.judged("in_remission", 200, [(200, QUIET)], prednisone, diagnosis="sle")
        assert outcome.result == "met"
        assert outcome.details[:3] == (
            "Clinical SLEDAI-2K: 0",
            "Physician's global assessment of lupus (0-3): 0.4",
            "Prednisolone equivalent: 4 mg/day",
        )
        assert prednisone.ref in outcome.evidence

    def test_remission_by_the_adult_definition_tells_that_the_childhood_one_fails(self):
        # 5 mg/day: at most 5 for DORIS 2021; for a child of 47 kg at most 0.1 mg/kg/day, which is 4.7.
        prednisone = drug("prednisone", -100, dose=5, frequency="daily", ongoing=True, as_of=900)
        at_47_kg = [(200, {**QUIET, "weight_kg": 47})]
        outcome = self.judged("in_remission", 200, at_47_kg, prednisone, diagnosis="sle")
        assert (outcome.criterion, outcome.result) == ("doris_2021", "met")
        childhood = [said for said in outcome.details if said.startswith("Childhood lupus remission on")]
        assert len(childhood) == 1
        assert "on glucocorticoid: not met (" in childhood[0]
        assert childhood[0].endswith("Prednisolone equivalent: 5 mg/day, Weight: 47 kg)")

    def test_a_childhood_definition_that_is_open_beside_it_names_what_is_not_recorded(self):
        prednisone = drug("prednisone", -100, dose=5, frequency="daily", ongoing=True, as_of=900)
        outcome = self.judged("in_remission", 200, [(200, QUIET)], prednisone, diagnosis="sle")
        assert outcome.result == "met"
        childhood = [said for said in outcome.details if said.startswith("Childhood lupus remission on")]
        assert childhood == [
            "Childhood lupus remission on glucocorticoid: indeterminate (not recorded: Weight)"
        ]
