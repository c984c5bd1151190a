"""Attribution: which changes of treatment confound, on and beside each limit; what leaves it unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.verdicts.attribution import attribute
from leadline.verdicts.parameters import Parameters
from tests.verdicts.build import case, drug, span, visit

UNTIL = 84
FOLIC_ACID = drug("folic acid", -700, dose=5, frequency="weekly", ongoing=True, as_of=500)


def attributed(*drugs, until=UNTIL, weights=((-10, 40.0), (60, 40.0))):
    child = case(
        "jia", [visit(day, {"weight_kg": weight}) for day, weight in weights], drugs=[FOLIC_ACID, *drugs]
    )
    return attribute(child, span(until), Parameters())


def result(*drugs, **more):
    return str(attributed(*drugs, **more).result)


class TestNewDrugs:
    @pytest.mark.parametrize(
        ("name", "start", "expected"),
        [
            ("methotrexate", -91, "unconfounded"),
            ("methotrexate", -90, "confounded"),
            ("methotrexate", 84, "confounded"),
            ("methotrexate", 85, "unconfounded"),
            ("rituximab", -181, "unconfounded"),
            ("rituximab", -180, "confounded"),
            ("cyclophosphamide", -181, "unconfounded"),
            ("cyclophosphamide", -180, "confounded"),
            ("abatacept", -180, "unconfounded"),
            ("tofacitinib", 21, "confounded"),
            ("ivig", 21, "confounded"),
            ("hydroxychloroquine", 21, "confounded"),
            ("ibuprofen", 21, "unconfounded"),
            ("nifedipine", 21, "unconfounded"),
        ],
    )
    def test_started_in_the_90_days_before_or_since_180_for_two(self, name, start, expected):
        assert result(drug(name, start, ongoing=True, as_of=500)) == expected

    def test_a_drug_the_catalogue_does_not_know_leaves_it_unknown(self):
        assert result(drug("no such drug", 21, ongoing=True, as_of=500)) == "unknown"
        assert result(drug("no such drug", -200, ongoing=True, as_of=500)) == "unconfounded"

    def test_a_start_that_is_not_recorded_leaves_it_unknown_unless_the_drug_had_stopped_before(self):
        assert result(drug("methotrexate", None, 300)) == "unknown"
        assert result(drug("methotrexate", None, -91)) == "unconfounded"

    def test_a_partial_start_across_the_limit_leaves_it_unknown(self):
        assert result(drug("methotrexate", (-95, -85), ongoing=True, as_of=500)) == "unknown"
        assert result(drug("methotrexate", (-85, -60), ongoing=True, as_of=500)) == "confounded"

    def test_no_drug_record_is_no_record_of_no_change(self):
        assert str(attribute(case("jia", []), span(84), Parameters()).result) == "unknown"

    def test_a_known_confounder_outweighs_what_is_unknown(self):
        both = attributed(drug("methotrexate", None, 300), drug("abatacept", 21, ongoing=True, as_of=500))
        assert str(both.result) == "confounded"
        assert both.unknown_because == ("the start of methotrexate is not recorded",)


class TestCoursesThatOverlap:
    """A chart that ends one course some days after it began the next of the same drug tells of one drug."""

    @pytest.mark.parametrize("stop", [20, 21, 25, 60])
    def test_a_drug_gone_on_with_is_neither_begun_nor_stopped(self, stop):
        courses = (
            drug("etanercept", -400, stop, dose=25, frequency="weekly"),
            drug("etanercept", 21, dose=25, frequency="weekly", ongoing=True, as_of=500),
        )
        assert attributed(*courses).confounders == ()

    def test_a_dose_raised_while_the_old_course_runs_out_is_a_raised_dose(self):
        courses = (
            drug("methotrexate", -400, 25, dose=10, frequency="weekly"),
            drug("methotrexate", 21, dose=15, frequency="weekly", ongoing=True, as_of=500),
        )
        assert [one.change for one in attributed(*courses).confounders] == ["dose raised on day 21"]

    def test_a_stop_is_a_stop_though_another_course_began_and_ended_before_it(self):
        courses = (
            drug("etanercept", -400, 60, dose=25, frequency="weekly"),
            drug("etanercept", 21, 30, dose=25, frequency="weekly"),
        )
        assert "stopped on day 60" in [one.change for one in attributed(*courses).confounders]


class TestDoses:
    def methotrexate(self, before, after, *, gap=0):
        return (
            drug("methotrexate", -400, 20 - gap, dose=before, frequency="weekly"),
            drug("methotrexate", 20, dose=after, frequency="weekly", ongoing=True, as_of=500),
        )

    def test_a_raised_dose_confounds_a_lowered_one_does_not(self):
        assert [one.change for one in attributed(*self.methotrexate(10, 15)).confounders] == [
            "dose raised on day 20"
        ]
        assert result(*self.methotrexate(15, 10)) == "unconfounded"
        assert result(*self.methotrexate(15, 15)) == "unconfounded"

    def test_doses_that_cannot_be_compared_leave_it_unknown(self):
        assert result(*self.methotrexate(None, 15)) == "unknown"
        assert result(*self.methotrexate(15, None)) == "unknown"

    @pytest.mark.parametrize(
        ("after", "expected"), [(300, "confounded"), (200, "unconfounded"), (100, "unconfounded")]
    )
    def test_doses_of_one_frequency_are_compared_whatever_it_is(self, after, expected):
        before = drug("infliximab", -400, 20, dose=200, frequency="every 8 weeks")
        now = drug("infliximab", 20, dose=after, frequency="every 8 weeks", ongoing=True, as_of=500)
        assert result(before, now) == expected
        assert result(before, replace(now, frequency="every 6 weeks")) == "unknown"
        assert result(replace(before, frequency=""), replace(now, frequency="")) == "unknown"

    def test_after_a_break_of_more_than_30_days_a_drug_is_begun_anew(self):
        assert result(*self.methotrexate(15, 15, gap=30)) == "unconfounded"
        assert result(*self.methotrexate(15, 15, gap=31)) == "confounded"

    def test_a_drug_begun_anew_is_said_to_be_so_and_after_how_long_a_break(self):
        (again,) = attributed(*self.methotrexate(15, 15, gap=31)).confounders
        assert again.change == "started again on day 20, after a break of more than 30 days"
        (new,) = attributed(drug("methotrexate", 20, ongoing=True, as_of=500)).confounders
        assert new.change == "started on day 20"

    @pytest.mark.parametrize(
        ("stop", "start", "expected"),
        [
            ((-10, 0), 20, "unconfounded"),  # a break of 20 to 30 days
            ((-11, 0), 20, "unknown"),  # of 20 to 31
            ((-40, -10), 20, "unknown"),
            ((-40, -11), 20, "confounded"),  # of 31 to 60
            (-10, (10, 20), "unconfounded"),
            (-10, (10, 21), "unknown"),
            (-10, (21, 30), "confounded"),
        ],
    )
    def test_a_break_that_may_have_been_longer_leaves_it_unknown(self, stop, start, expected):
        before = drug("methotrexate", -400, stop, dose=15, frequency="weekly")
        again = drug("methotrexate", start, dose=15, frequency="weekly", ongoing=True, as_of=500)
        assert result(before, again) == expected

    def test_a_biologic_that_may_have_been_paused_too_long_may_have_been_stopped(self):
        before = drug("etanercept", -400, (-20, -5), dose=25, frequency="weekly")
        again = drug("etanercept", 20, dose=25, frequency="weekly", ongoing=True, as_of=500)
        found = attributed(before, again)
        assert (str(found.result), found.confounders) == ("unknown", ())
        assert found.unknown_because == (
            "etanercept stopped on day -20 to -5, if the break was longer than 30 days",
            "etanercept started again on day 20, if the break was longer than 30 days",
        )

    def test_a_trial_may_set_the_break_itself(self):
        child = case("jia", [visit(-10, {"weight_kg": 40.0})], drugs=self.methotrexate(15, 15, gap=31))
        assert str(attribute(child, span(UNTIL), Parameters(drug_break_days=31)).result) == "unconfounded"
        assert str(attribute(child, span(UNTIL), Parameters(drug_break_days=30)).result) == "confounded"

    def test_a_last_day_on_the_day_before_the_next_dose_is_no_day_without(self):
        """A course to day 19 and one from day 20 on: the child is on the first dose on day 19."""
        before = drug("prednisone", -400, 19, dose=12.5, frequency="daily")
        lower = drug("prednisone", 20, dose=5, frequency="daily", ongoing=True, as_of=500)
        assert result(replace(before, gone_on_with=True), lower) == "unconfounded"
        assert result(before, lower) == "confounded"  # if it was begun again after a day without


class TestStoppedBiologics:
    @pytest.mark.parametrize(
        ("stop", "expected"),
        [(-91, "unconfounded"), (-90, "confounded"), (84, "confounded"), (85, "unconfounded")],
    )
    def test_within_90_days(self, stop, expected):
        assert result(drug("adalimumab", -400, stop)) == expected

    def test_rituximab_within_180(self):
        assert result(drug("rituximab", -400, -181)) == "unconfounded"
        assert result(drug("rituximab", -400, -180)) == "confounded"

    def test_a_stopped_conventional_drug_does_not(self):
        assert result(drug("methotrexate", -400, -40)) == "unconfounded"

    def test_a_change_of_dose_is_no_stop(self):
        lower = drug("adalimumab", -40, dose=20, frequency="q2w", ongoing=True, as_of=500)
        assert result(drug("adalimumab", -400, -40, dose=40, frequency="q2w"), lower) == "unconfounded"

    def test_a_stop_whose_day_is_not_recorded_leaves_it_unknown(self):
        assert result(drug("adalimumab", -400, ongoing=False)) == "unknown"


class TestGlucocorticoids:
    """The child weighs 40 kg: the limit is a rise of 4 mg of prednisone a day."""

    def prednisone(self, before, after):
        return (
            drug("prednisone", -400, 20, dose=before, frequency="daily"),
            drug("prednisone", 20, dose=after, frequency="daily", ongoing=True, as_of=500),
        )

    @pytest.mark.parametrize(
        ("after", "expected"), [(3, "unconfounded"), (9, "unconfounded"), (9.1, "confounded")]
    )
    def test_a_rise_of_more_than_0_1_mg_per_kg(self, after, expected):
        assert result(*self.prednisone(5, after)) == expected

    def test_a_new_one_counts_from_nothing(self):
        def new(dose):
            return result(drug("prednisone", 20, dose=dose, frequency="daily", ongoing=True, as_of=500))

        assert new(4) == "unconfounded"
        assert new(4.1) == "confounded"

    def test_a_new_one_is_taken_on_its_first_day_also_if_its_end_is_not_recorded(self):
        assert result(drug("prednisone", 20, dose=10, frequency="daily")) == "confounded"

    def test_a_short_course_begun_on_a_partial_day_is_not_lost(self):
        assert result(drug("prednisone", (10, 40), 20, dose=40, frequency="daily")) == "confounded"

    def test_several_small_rises_add_up(self):
        steps = [(-400, -60, 5), (-60, -30, 8), (-30, 20, 11)]
        courses = [
            drug("prednisone", start, stop, dose=dose, frequency="daily") for start, stop, dose in steps
        ]
        assert result(*courses) == "confounded"

    def test_equivalents_are_reckoned(self):
        """Methylprednisolone 4 mg is prednisone 5 mg; 3.2 mg is 4."""
        assert result(drug("methylprednisolone", 20, 50, dose=3.2, frequency="daily")) == "unconfounded"
        assert result(drug("methylprednisolone", 20, 50, dose=3.3, frequency="daily")) == "confounded"

    def test_a_pulse_and_an_injection_into_a_joint_count_whatever_the_daily_dose(self):
        pulse = drug("methylprednisolone", 20, 23, dose=500, frequency="daily", route="iv")
        joint = drug("triamcinolone", 20, 20, dose=20, frequency="once", route="ia")
        assert [one.change for one in attributed(pulse).confounders] == ["pulse on day 20"]
        assert [one.change for one in attributed(joint).confounders] == ["injected into a joint on day 20"]

    def test_a_single_dose_is_a_rise_on_its_day(self):
        assert result(drug("triamcinolone", 20, 20, dose=40, frequency="once", route="im")) == "confounded"

    def test_before_an_infusion_and_on_the_skin_it_does_not_count(self):
        before = drug(
            "hydrocortisone", 0, 1, dose=100, frequency="once", route="iv", indication="premedication"
        )
        assert result(before) == "unconfounded"
        assert (
            result(drug("hydrocortisone", 20, 60, dose=10, frequency="daily", route="topical"))
            == "unconfounded"
        )

    def test_without_a_dose_or_a_recent_weight_it_is_unknown(self):
        assert result(*self.prednisone(5, None)) == "unknown"
        assert result(*self.prednisone(5, 10), weights=((-72, 40.0),)) == "unknown"
        assert result(*self.prednisone(5, 10), weights=((-71, 40.0),)) == "confounded"

    @pytest.mark.parametrize(("after", "expected"), [(5, "unconfounded"), (5.5, "unknown")])
    def test_without_a_weight_only_what_does_not_rise_is_known_not_to(self, after, expected):
        assert result(*self.prednisone(5, after), weights=()) == expected

    def test_a_dose_per_kilogram_is_one_whether_its_unit_or_its_basis_says_so(self):
        one = drug("prednisone", 20, 60, dose=1, frequency="daily", basis="")
        assert result(one) == "unconfounded"
        assert result(replace(one, dose_unit="mg/kg")) == "confounded"
        assert result(replace(one, dose_basis="per_kg")) == "confounded"
        assert result(replace(one, dose_unit="mg/kg", dose_basis="fixed")) == "unknown"


def test_a_drug_record_that_is_said_to_be_incomplete_leaves_it_unknown():
    old = drug("methotrexate", -800, -400, dose=15, frequency="weekly")
    child = case("jia", [visit(60)], drugs=[old])
    assert attribute(child, span(60), Parameters()).result == "unconfounded"
    incomplete = replace(child, patient={**child.patient, "drug_history_complete": False})
    assert attribute(incomplete, span(60), Parameters()).result == "unknown"
