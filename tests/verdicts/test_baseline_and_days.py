"""Which assessment is compared with which: the baseline, the days around a claim, laboratory values near a visit."""

from __future__ import annotations

from datetime import date

import pytest

from leadline.casebook.days import DaySpan
from leadline.casebook.items import SLEDAI_FINDINGS
from leadline.verdicts.claims import judge_claim
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from leadline.verdicts.windows import may_be_nearer
from tests.verdicts.build import case, drug, report, visit

CORE = (
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
    "esr_mm_h",
)
ACTIVE = dict(zip(CORE, (6, 6, 1.5, 10, 10, 60), strict=True))
BETTER = dict(zip(CORE, (3, 3, 0.75, 5, 5, 30), strict=True))  # each 50 % better
LUPUS = {item.id: item.id in ("sledai_arthritis", "sledai_rash") for item in SLEDAI_FINDINGS}
QUIET = {item.id: False for item in SLEDAI_FINDINGS}


@pytest.mark.parametrize(
    ("in_part", "exact", "may"),
    [
        ((50, 60), 57, True),  # day 56 is among the days that it may be: nearer than one day off
        ((50, 60), 56, False),  # nothing is nearer than the day itself
        ((58, 70), 59, True),
        ((59, 70), 59, False),  # as near is not nearer
        ((40, 53), 60, True),  # before the target or after it
        ((40, 52), 60, False),
    ],
)
def test_a_day_known_in_part_may_be_nearer_to_day_56_than_an_exact_one(in_part, exact, may):
    assert may_be_nearer(DaySpan(*in_part), DaySpan(exact, exact), 56) is may


def without(facts, *items):
    return {item: value for item, value in facts.items() if item not in items}


def verdict(diagnosis, visits, claim, day, **more):
    return judge_claim(CaseView(case(diagnosis, visits, **more), Parameters()), report(claim, day))


def days(said, criterion):
    outcome = next(one for one in said.criteria if one.criterion == criterion)
    return [day.first for day in outcome.days]


class TestBaseline:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [(-91, "reported_only"), (-90, "documented"), (0, "documented"), (1, "reported_only")],
    )
    def test_it_lies_in_the_90_days_before_or_on_the_day(self, day, expected):
        assert verdict("jia", [visit(day, ACTIVE), visit(60, BETTER)], "improved", 60).finding == expected

    def test_it_is_the_last_assessment_that_has_what_the_criterion_needs(self):
        visits = [visit(-40, ACTIVE), visit(-12, without(ACTIVE, "chaq_di")), visit(60, BETTER)]
        assert days(verdict("jia", visits, "improved", 60), "acr_pedi") == [-40, 60]

    def test_one_acute_phase_reactant_is_enough(self):
        """Day -12 has all six components; that day -40 has the CRP beside the ESR does not make it the baseline."""
        visits = [visit(-40, {**ACTIVE, "crp_mg_l": 30}), visit(-12, BETTER), visit(60, BETTER)]
        said = verdict("jia", visits, "improved", 60)
        assert days(said, "acr_pedi") == [-12, 60]
        assert said.finding == "contradicted"

    def test_it_has_the_reactant_that_the_other_day_has(self):
        crp = {**without(BETTER, "esr_mm_h"), "crp_mg_l": 10}
        visits = [visit(-40, {**ACTIVE, "crp_mg_l": 30}), visit(-12, BETTER), visit(60, crp)]
        assert days(verdict("jia", visits, "improved", 60), "acr_pedi") == [-40, 60]

    def test_a_lupus_criterion_asks_for_the_physicians_global_too(self):
        visits = [
            visit(-40, {**LUPUS, "pga_0_3": 2.0}),
            visit(-12, LUPUS),
            visit(60, {**QUIET, "pga_0_3": 1.0, "new_bilag_a": 0, "new_bilag_b": 0}),
        ]
        said = verdict("sle", visits, "improved", 60)
        assert days(said, "sri4") == [-40, 60]
        assert said.finding == "documented"

    def test_a_visit_with_nothing_that_the_criterion_needs_is_no_baseline(self):
        visits = [visit(-12, {"weight_kg": 30}), visit(60, BETTER)]
        assert days(verdict("jia", visits, "improved", 60), "acr_pedi") == [60]


class TestDaysAroundAClaim:
    @pytest.mark.parametrize(
        ("assessed", "claimed", "expected"),
        [
            (60, 120, "documented"),
            (60, 121, "reported_only"),
            (90, 60, "documented"),
            (91, 60, "reported_only"),
            (140, 205, "documented"),  # 65 days before, in the window of week 24 as the claim is
            (140, 211, "reported_only"),
            (309, 427, "documented"),
            (309, 428, "reported_only"),
        ],
    )
    def test_sixty_before_to_thirty_after_else_the_window_that_holds_it(self, assessed, claimed, expected):
        visits = [visit(-12, ACTIVE), visit(assessed, BETTER)]
        assert verdict("jia", visits, "improved", claimed).finding == expected

    def test_the_nearest_decides_and_of_two_as_near_the_later(self):
        visits = [visit(-12, ACTIVE), visit(50, BETTER), visit(70, ACTIVE)]
        assert verdict("jia", visits, "improved", 59).finding == "partly_documented"
        assert verdict("jia", visits, "improved", 60).finding == "contradicted"

    def test_in_a_window_the_one_nearest_its_target_decides(self):
        visits = [visit(-12, ACTIVE), visit(309, ACTIVE), visit(330, BETTER)]
        assert verdict("jia", visits, "improved", 420).finding == "partly_documented"

    def test_held_at_one_of_two_assessments_documents_in_part(self):
        visits = [visit(-12, ACTIVE), visit(56, BETTER), visit(84, ACTIVE)]
        said = verdict("jia", visits, "improved", 60)
        assert said.finding == "partly_documented"
        assert (
            "The criterion was met at one assessment around the claim and not met at another."
            in said.sentences
        )

    def test_a_partial_day_across_the_limit_is_not_used(self):
        visits = [visit(-12, ACTIVE), visit((85, 95), BETTER)]
        assert verdict("jia", visits, "improved", 60).finding == "reported_only"
        assert verdict("jia", visits, "improved", 65).finding == "documented"

    def test_a_claim_without_a_day_is_reported_only_and_its_day_would_settle_it(self):
        said = verdict("jia", [visit(-12, ACTIVE), visit(60, BETTER)], "improved", None)
        assert said.finding == "reported_only"
        assert said.settling_items[0].what == "the day of the claim"

    def test_without_an_infusion_day_nothing_is_before_or_after(self):
        """Calendar days without an index day have no day number, so the casebook leaves no assessment dated."""
        assert verdict("jia", [], "improved", 60, infusions=()).finding == "reported_only"


class TestLaboratoryValuesNearAVisit:
    @pytest.mark.parametrize(
        ("drawn", "expected"),
        [
            (53, "acr_pedi"),
            (67, "acr_pedi"),
            (52, "jadas10_improvement_horneff"),
            (68, "jadas10_improvement_horneff"),
        ],
    )
    def test_seven_days_on_either_side(self, drawn, expected):
        """Two components improve and one worsens, so that ACR Pedi hangs on the ESR."""
        mixed = {**ACTIVE, "physician_global_0_10": 3, "parent_global_0_10": 3, "limited_joint_count": 14}
        visits = [visit(-12, ACTIVE), visit(60, without(mixed, "esr_mm_h")), visit(drawn, {"esr_mm_h": 30})]
        assert verdict("jia", visits, "improved", 60).deciding_criterion == expected

    @pytest.mark.parametrize(("drawn", "is_compared"), [(3, False), (-3, True)])
    def test_a_value_from_after_the_infusion_is_no_baseline_value(self, drawn, is_compared):
        before = {**without(ACTIVE, "esr_mm_h"), "limited_joint_count": 0, "chaq_di": 0}
        visits = [visit(-1, before), visit(drawn, {"esr_mm_h": 60}), visit(60, BETTER)]
        said = verdict("jia", visits, "much_improved", 60)
        assert compared(said) == [
            *OTHERS_THAN_THE_ESR,
            *(["ESR: 60 to 30 (50 % better)"] if is_compared else []),
        ]

    @pytest.mark.parametrize(("drawn", "is_compared"), [(-2, False), (5, True)])
    def test_a_value_from_before_the_infusion_is_no_follow_up_value(self, drawn, is_compared):
        visits = [visit(drawn, {"esr_mm_h": 60}), visit(-1, ACTIVE), visit(3, without(BETTER, "esr_mm_h"))]
        said = verdict("jia", visits, "improved", 3)
        assert compared(said) == [
            *OTHERS_THAN_THE_ESR,
            *(["ESR: 60 to 60 (no change)"] if is_compared else []),
        ]


OTHERS_THAN_THE_ESR = [
    "Physician's global assessment (0-10)",
    "Parent's or patient's global assessment of well-being (0-10)",
    "CHAQ disability index",
    "Active joints",
    "Joints with limited motion",
]


def compared(said):
    """The components that the first criterion compared, the ESR with its values."""
    details = said.criteria[0].details
    return [detail if detail.startswith("ESR") else detail.partition(":")[0] for detail in details]


class TestAFlareNearerTheClaim:
    def test_contradicts_an_improvement_of_an_earlier_day(self):
        """SRI-4 is met on day 45. On day 98 SLEDAI was not recorded, but the PGA had risen to 2.7: a severe flare."""
        visits = [
            visit(-12, {**LUPUS, "pga_0_3": 1.0}),
            visit(45, {**QUIET, "pga_0_3": 1.0, "new_bilag_a": 0, "new_bilag_b": 0}),
            visit(98, {"pga_0_3": 2.7}),
        ]
        assert verdict("sle", visits, "improved", 100).finding == "contradicted"
        assert verdict("sle", visits, "improved", 50).finding == "documented"

    def test_a_treatment_row_counts_too(self):
        """Day 98 records the weight alone; cyclophosphamide was begun on day 90, which the flare index counts."""
        visits = [
            visit(-12, {**LUPUS, "pga_0_3": 1.0}),
            visit(45, {**QUIET, "pga_0_3": 1.0, "new_bilag_a": 0, "new_bilag_b": 0}),
            visit(98, {"weight_kg": 30}),
        ]
        drugs = [drug("cyclophosphamide", 90, ongoing=True, as_of=200)]
        assert verdict("sle", visits, "improved", 100, drugs=drugs).finding == "contradicted"
        assert verdict("sle", visits, "improved", 50, drugs=drugs).finding == "documented"

    @pytest.mark.parametrize(
        ("stop", "new"),
        [(60, "not new"), ((50, 65), "not told"), (59, "new")],  # breaks of 30, 25 to 40, and 31 days
    )
    def test_a_drug_taken_up_again_after_thirty_days_is_new(self, stop, new):
        visits = [visit(-12, {**LUPUS, "pga_0_3": 1.0}), visit(98, {**LUPUS, "pga_0_3": 1.0})]
        drugs = [
            drug("cyclophosphamide", -100, stop, dose=500, frequency="q4w"),
            drug("cyclophosphamide", 90, dose=500, frequency="q4w", ongoing=True, as_of=200),
        ]
        said = verdict("sle", visits, "worse", 100, drugs=drugs)
        index = next(one for one in said.criteria if one.criterion == "selena_flare_index")
        assert any("new cyc" in detail for detail in index.details) is (new == "new")
        wanted = any("cyc" in item.item for item in index.settling_items)
        assert wanted is (new == "not told")


class TestBounds:
    def test_a_score_that_decides_by_its_bounds_says_so(self):
        """JADAS10 10 + 6 + 6 + 4 = 26 at baseline; without an ESR 22 to 32 now, whatever it was no fall of 17."""
        items = ("chaq_di", "limited_joint_count")
        before = without(ACTIVE, *items)
        still = {**without(ACTIVE, *items, "esr_mm_h"), "active_joint_count": 10}
        said = verdict("jia", [visit(-12, before), visit(60, still)], "improved", 60)
        outcome = next(one for one in said.criteria if one.criterion == "jadas10_improvement_horneff")
        assert outcome.result == "not_met"
        assert outcome.details == ("JADAS10-ESR: 26 to between 22 and 32, as not all of it is recorded",)


def test_calendar_months_are_counted_on_the_calendar():
    """From 31 March six months end on 30 September; from 30 August on the last of February."""
    inactive = {
        "active_joint_count": 0,
        "systemic_features_present": False,
        "active_uveitis": False,
        "esr_mm_h": 8,
        "physician_global_0_10": 0,
        "morning_stiffness_min": 5,
    }

    def finding(index, first, last):
        days = [(one - index).days for one in (first, last)]
        visits = [visit(day, inactive, index=index, limits={"esr_mm_h": 15}) for day in days]
        drugs = [drug("methotrexate", -400, ongoing=True, as_of=900)]
        return verdict("jia", visits, "in_remission", days[1], drugs=drugs, index=index).finding

    index = date(2020, 1, 1)
    assert finding(index, date(2020, 3, 31), date(2020, 9, 30)) == "documented"
    assert finding(index, date(2020, 3, 31), date(2020, 9, 29)) == "reported_only"
    assert finding(index, date(2020, 8, 30), date(2021, 2, 28)) == "documented"
    assert finding(index, date(2020, 8, 30), date(2021, 2, 27)) == "reported_only"
