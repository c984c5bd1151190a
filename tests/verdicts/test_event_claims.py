"""Claims that nothing bad happened: windows asked in, events on and beside the limits, what is not known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from leadline.verdicts.claims import judge_claim
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, event, report, visit


def finding(claim, day, *, asked=(), events=()):
    child = case("jia", [visit(on, asked=True) for on in asked], events=events)
    return judge_claim(CaseView(child, Parameters()), report(claim, day)).finding


def words(claim, day, *, asked=(), events=()):
    child = case("jia", [visit(on, asked=True) for on in asked], events=events)
    return judge_claim(CaseView(child, Parameters()), report(claim, day)).criteria[0].details


class TestWhenAsked:
    @pytest.mark.parametrize(
        ("asked", "claim_day", "expected"),
        [
            ((42,), 56, "documented"),
            ((41,), 56, "reported_only"),
            ((70,), 83, "documented"),
            ((71,), 83, "reported_only"),
            ((60,), 83, "documented"),
            ((60,), 84, "reported_only"),
            ((60, 112), 130, "documented"),
            ((60, 113), 130, "reported_only"),
            ((60, 84), 167, "documented"),
            ((60, 84), 168, "reported_only"),
        ],
    )
    def test_a_window_has_to_be_asked_in_once_its_target_day_has_come(self, asked, claim_day, expected):
        assert finding("no_side_effect", claim_day, asked=asked) == expected

    def test_a_question_after_the_claim_says_nothing_for_it(self):
        assert finding("no_serious_adverse_event", 69, asked=(70,)) == "reported_only"
        assert finding("no_serious_adverse_event", 70, asked=(70,)) == "documented"

    def test_before_the_first_window_a_question_since_the_infusion_is_needed(self):
        assert finding("no_side_effect", 30) == "reported_only"
        assert finding("no_side_effect", 30, asked=(0,)) == "reported_only"
        assert finding("no_side_effect", 30, asked=(1,)) == "documented"
        assert finding("no_side_effect", 30, asked=(31,)) == "reported_only"

    def test_the_last_day_asked_is_named(self):
        assert words("no_side_effect", 100, asked=(60, 84, 101)) == (
            "no adverse event on the days asked, 0 to 84",
        )

    @pytest.mark.parametrize(
        ("asked", "claim_day", "expected"),
        [
            ((60,), (60, 83), "documented"),
            ((60,), (60, 84), "reported_only"),  # on day 84 the second window would have to be asked in
            ((60,), (59, 83), "reported_only"),  # on day 59 nobody had asked in a window
            ((30,), (30, 50), "documented"),
            ((30,), (29, 50), "reported_only"),
            ((30, 60), (40, 60), "reported_only"),  # on day 56 to 59 nobody had asked in the first window
        ],
    )
    def test_a_claim_of_a_partial_day_is_documented_only_if_it_is_on_every_day(
        self, asked, claim_day, expected
    ):
        assert finding("no_side_effect", claim_day, asked=asked) == expected


class TestEvents:
    asked = (60, 84)

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(-1, "documented"), (0, "contradicted"), (100, "contradicted"), (101, "documented")],
    )
    def test_from_the_infusion_to_the_day_of_the_claim(self, day, expected):
        assert (
            finding("no_side_effect", 100, asked=self.asked, events=[event(day, "fever", serious=False)])
            == expected
        )

    @pytest.mark.parametrize(
        ("serious", "expected"), [(True, "contradicted"), (None, "reported_only"), (False, "documented")]
    )
    def test_seriousness_that_is_not_recorded_leaves_a_claim_of_no_serious_event_open(
        self, serious, expected
    ):
        events = [event(50, "fever", serious=serious)]
        assert finding("no_serious_adverse_event", 100, asked=self.asked, events=events) == expected

    def test_a_day_that_is_not_recorded_leaves_it_open(self):
        assert (
            finding("no_side_effect", 100, asked=self.asked, events=[event(None, "fever", serious=False)])
            == "reported_only"
        )

    def test_a_serious_event_contradicts_also_where_nobody_asked(self):
        assert (
            finding("no_serious_adverse_event", 100, events=[event(49, "fever", serious=True)])
            == "contradicted"
        )

    def test_an_event_that_only_some_days_of_the_claim_come_after_leaves_it_open(self):
        events = [event(95, "fever", serious=True)]
        assert (
            finding("no_serious_adverse_event", (90, 100), asked=self.asked, events=events) == "reported_only"
        )
        assert (
            finding("no_serious_adverse_event", (95, 100), asked=self.asked, events=events) == "contradicted"
        )

    def test_a_claim_without_a_day_is_reported_only(self):
        events = [event(50, "fever", serious=True)]
        assert finding("no_serious_adverse_event", None, asked=self.asked, events=events) == "reported_only"

    @pytest.mark.parametrize(
        ("died", "expected"), [("2020-04-10", "reported_only"), ("2020-04-11", "documented")]
    )
    def test_a_death_of_which_no_event_is_recorded_leaves_it_open(self, died, expected):
        """The claim is of day 100, 10 April 2020."""
        child = case("jia", [visit(on, asked=True) for on in self.asked], index=date(2020, 1, 1))
        child = replace(child, patient={**child.patient, "death_date": died})
        found = judge_claim(CaseView(child, Parameters()), report("no_serious_adverse_event", 100))
        assert found.finding == expected
        lacking = [item.what for item in found.criteria[0].settling_items]
        assert lacking == (
            ["the adverse event of which the child died"] if expected == "reported_only" else []
        )


class TestRowsItRestsOn:
    def test_what_came_after_the_claim_is_no_ground_of_it(self):
        late, early = event(150, "fever", serious=False), event(50, "rash", serious=False)
        visits = [visit(on, asked=True) for on in (60, 84, 168)]
        child = case("jia", visits, events=[early, late])
        outcome = judge_claim(
            CaseView(child, Parameters()), report("no_serious_adverse_event", 100)
        ).criteria[0]
        assert outcome.evidence == (visits[0].ref, visits[1].ref, early.ref)

    def test_an_event_of_an_unknown_day_may_lie_before_it(self):
        undated = event(None, "fever", serious=False)
        child = case("jia", [visit(60, asked=True)], events=[undated])
        outcome = judge_claim(CaseView(child, Parameters()), report("no_serious_adverse_event", 83)).criteria[
            0
        ]
        assert undated.ref in outcome.evidence
