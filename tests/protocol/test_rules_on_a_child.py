"""The five kinds of rule on charts of a few rows: kept, not kept, not documented, and by what."""

from dataclasses import replace
from datetime import date

import pytest

from leadline.protocol.adherence.judging import check_rule
from leadline.protocol.rules import (
    Asked,
    Change,
    CriterionRule,
    PresenceRule,
    RangeRule,
    WashoutRule,
    WindowRule,
)
from tests.protocol.charts import chart, checked, context, days, drug, infusion, limit, visit

WEIGHT = RangeRule(kind="range", id="weight", title="Weight", of="items.weight_kg",
                   limit=limit(low=10, high=100, unit="kg"), during=days(-28, 0))  # fmt: skip
INFECTION = PresenceRule(
    kind="presence", id="infection", title="Infection", of="items.active_infection", during=days(-28, 0)
)


@pytest.mark.parametrize(
    ("kilograms", "outcome"),
    [(9.9, "major_deviation"), (10, "as_written"), (100, "as_written"), (100.1, "major_deviation")],
)
def test_a_range_takes_in_both_of_its_ends(kilograms, outcome):
    assert checked(WEIGHT, chart(visits=[visit(-10, {"weight_kg": kilograms})])).outcome == outcome


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(-29, "not_documented"), (-28, "as_written"), (0, "as_written"), (1, "not_documented")],
)
def test_a_value_counts_from_the_first_to_the_last_day_of_the_window(day, outcome):
    assert checked(WEIGHT, chart(visits=[visit(day, {"weight_kg": 20})])).outcome == outcome


def test_the_last_value_of_the_window_decides_and_its_row_is_named():
    check = checked(WEIGHT, chart(visits=[visit(-20, {"weight_kg": 8}), visit(-3, {"weight_kg": 12})]))
    assert (check.outcome, check.found) == ("as_written", "12 on day -3")
    assert [ref.uid for ref in check.evidence] == ["visit -3"]


def test_a_value_of_a_day_known_in_part_counts_where_every_day_lies_in_the_window():
    assert checked(WEIGHT, chart(visits=[visit((-28, -14), {"weight_kg": 12})])).outcome == "as_written"
    check = checked(WEIGHT, chart(visits=[visit((-40, -14), {"weight_kg": 12})]))
    assert (check.outcome, check.missing) == ("not_documented", ("the exact day of Weight",))


def test_a_value_that_may_be_the_last_and_says_otherwise_leaves_it_open():
    both = [visit(-10, {"weight_kg": 12}), visit((-12, -2), {"weight_kg": 9})]
    assert checked(WEIGHT, chart(visits=both)).outcome == "not_documented"
    agreeing = [visit(-10, {"weight_kg": 12}), visit((-12, -2), {"weight_kg": 13})]
    assert checked(WEIGHT, chart(visits=agreeing)).outcome == "as_written"


def test_a_value_missing_is_no_zero():
    check = checked(WEIGHT, chart(visits=[visit(-10, {})]))
    assert (check.result, check.missing) == ("indeterminate", ("Weight",))


@pytest.mark.parametrize(
    ("found", "result", "outcome"),
    [
        (True, "not_met", "major_deviation"),
        (False, "met", "as_written"),
        (None, "indeterminate", "not_documented"),
    ],
)
def test_an_exclusion_keeps_out_the_child_in_whom_it_is_present(found, result, outcome):
    facts = {} if found is None else {"active_infection": found}
    check = checked(INFECTION, chart(visits=[visit(-7, facts)]), section="exclusion")
    assert (check.result, check.outcome) == (result, outcome)
    assert check.asked.startswith("Excluded by: Active infection")


AGE = RangeRule(
    kind="range", id="age", title="Age", of="patients.age_years", limit=limit(low=2, below=18, unit="a")
)


@pytest.mark.parametrize(
    ("birth", "result"),
    [
        ("2001-03-14", "not_met"),  # 18 on the day of the infusion
        ("2001-03-15", "met"),  # 18 on the day after
        ("2001-03", "indeterminate"),
        ("2001-04", "met"),
        ("2017-03-14", "met"),  # 2 on that day
        ("2017-03-15", "not_met"),
        ("2017", "indeterminate"),
    ],
)
def test_the_age_is_in_completed_years_of_the_calendar(birth, result):
    assert checked(AGE, chart(birth=birth, index=date(2019, 3, 14))).result == result


def test_the_age_that_a_chart_prints_stands_for_a_birthday_that_is_not_given():
    child = chart(patient={"age_years_at_infusion": 17.9})
    assert checked(AGE, child).result == "met"
    assert checked(AGE, chart()).missing == ("day of birth, or age at the infusion",)


# ---- windows ---------------------------------------------------------------------------------------------------------

CONSENT = WindowRule(
    kind="window", id="consent", title="Consent", of="patients.consent_date", during=days(last=0)
)


@pytest.mark.parametrize(
    ("text", "result"),
    [("D-1", "met"), ("D0", "met"), ("D1", "not_met"), ("D-3..D2", "indeterminate"), (None, "indeterminate")],
)
def test_consent_is_given_before_the_cells(text, result):
    assert checked(CONSENT, chart(patient={"consent_date": text})).result == result


def test_a_calendar_day_says_nothing_where_the_infusion_is_a_day_number():
    assert checked(CONSENT, chart(patient={"consent_date": "2019-03-01"})).result == "indeterminate"


# ---- wash-out --------------------------------------------------------------------------------------------------------

FOUR_WEEKS = WashoutRule(
    kind="washout", id="w", title="Wash-out", drugs=("bdmard_tnf",), time=limit(value=4, unit="wk")
)
COMPLETE = {"drug_history_complete": True}


@pytest.mark.parametrize(
    ("stop", "result"),
    [
        (-29, "met"),
        (-28, "met"),
        (-27, "not_met"),
        ((-40, -28), "met"),
        ((-30, -20), "indeterminate"),
        ((-20, -10), "not_met"),
    ],
)
def test_four_weeks_off_a_drug_are_28_days_since_its_stop(stop, result):
    child = chart(drugs=[drug("etanercept", -400, stop)], patient=COMPLETE)
    assert checked(FOUR_WEEKS, child, section="washout").result == result


def test_no_drug_recorded_is_none_taken_only_if_the_history_is_complete():
    other = [drug("methotrexate", -400, -10)]
    assert checked(FOUR_WEEKS, chart(drugs=other, patient=COMPLETE)).result == "met"
    check = checked(FOUR_WEEKS, chart(drugs=other))
    assert (check.result, check.missing) == ("indeterminate", ("a complete history of drugs",))


def test_a_drug_that_nobody_knows_may_be_any():
    check = checked(FOUR_WEEKS, chart(drugs=[drug("Wonderdrug", -400, -10)], patient=COMPLETE))
    assert check.missing == ("the substance of a drug that the catalogue does not know",)
    long_ago = chart(drugs=[drug("Wonderdrug", -400, -100)], patient=COMPLETE)
    assert checked(FOUR_WEEKS, long_ago).result == "met"


def test_a_drug_still_taken_is_not_washed_out_and_one_begun_later_does_not_matter():
    assert (
        checked(FOUR_WEEKS, chart(drugs=[drug("etanercept", -400, ongoing=True, as_of=30)])).result
        == "not_met"
    )
    later = chart(drugs=[drug("etanercept", 10, ongoing=True, as_of=30)], patient=COMPLETE)
    assert checked(FOUR_WEEKS, later).result == "met"


def test_months_of_a_wash_out_are_those_of_the_calendar():
    rule = WashoutRule(
        kind="washout", id="w", title="W", drugs=("rituximab",), time=limit(value=3, unit="mo")
    )
    # three months before 31 May 2019 is 28 February: 92 days
    for stop, result in ((-92, "met"), (-91, "not_met")):
        child = chart(drugs=[drug("rituximab", -200, stop)], patient=COMPLETE, index=date(2019, 5, 31))
        assert checked(rule, child).result == result, stop
    # between day numbers three months are 89 to 92 days
    for stop, result in ((-92, "met"), (-90, "indeterminate"), (-88, "not_met")):
        child = chart(drugs=[drug("rituximab", -200, stop)], patient=COMPLETE)
        assert checked(rule, child).result == result, stop


def test_only_the_routes_named_count_and_a_route_that_is_not_recorded_may_be_one():
    rule = WashoutRule(kind="washout", id="w", title="W", drugs=("methylprednisolone",), routes=("iv",),
                       time=limit(value=4, unit="wk"))  # fmt: skip
    results = [
        checked(
            rule, chart(drugs=[drug("methylprednisolone", -60, -5, route=route)], patient=COMPLETE)
        ).result
        for route in ("iv", "po", "")
    ]
    assert results == ["not_met", "met", "indeterminate"]


# ---- criteria --------------------------------------------------------------------------------------------------------

ALL_IN_ORDER = {
    "active_joint_count": 0, "systemic_features_present": False, "active_uveitis": False, "esr_mm_h": 5,
    "physician_global_0_10": 0, "morning_stiffness_min": 0, "cytopenia": False, "myositis": False,
    "progressive_sclerodactyly": False, "progressive_lung": False, "oesophageal_manifestation": False,
}  # fmt: skip
ACTIVE_MCTD = CriterionRule(kind="criterion", id="active", title="Active", result=Asked.NOT_MET,
                            criterion="mctd_remission_hetlevik2017", during=days(-28, 0))  # fmt: skip


def test_a_criterion_may_be_asked_not_to_be_met():
    quiet = visit(-5, ALL_IN_ORDER, limits={"esr_mm_h": 20})
    active = visit(-5, {**ALL_IN_ORDER, "myositis": True}, limits={"esr_mm_h": 20})
    assert checked(ACTIVE_MCTD, chart("mctd", [quiet])).result == "not_met"
    assert checked(ACTIVE_MCTD, chart("mctd", [active])).result == "met"
    silent = checked(ACTIVE_MCTD, chart("mctd", [visit(-5, {"active_joint_count": 0})]))
    assert silent.result == "indeterminate"
    assert "ESR" in silent.missing


def test_refractory_disease_is_judged_on_the_record_before_the_infusion():
    rule = CriterionRule(kind="criterion", id="r", title="Refractory", criterion="leadline_refractory_v1")
    check = checked(rule, chart(visits=[visit(-5, {"active_joint_count": 0})], patient=COMPLETE))
    assert check.result == "not_met"
    assert "active joints before the infusion: no" in check.found


def test_a_rule_for_another_disease_or_category_is_none():
    for rule in (replace(WEIGHT, diagnoses=("sle",)), replace(WEIGHT, categories=("systemic",))):
        assert check_rule(rule, "inclusion", context(chart())) is None


def test_a_rule_for_one_category_is_open_where_the_category_is_not_recorded():
    rule = RangeRule(kind="range", id="x", title="X", of="items.weight_kg", limit=limit(low=30, unit="kg"),
                     categories=("systemic",), during=days(-28, 0))  # fmt: skip
    child = chart(visits=[visit(-5, {"weight_kg": 20})], category=None)
    assert checked(rule, child).missing == ("JIA category (ILAR)",)
    assert checked(rule, chart(visits=[visit(-5, {"weight_kg": 40})], category=None)).result == "met"


def test_a_rule_whose_figure_is_left_to_the_centre_is_not_judged():
    rule = RangeRule(
        kind="range", id="v", title="V", of="infusions.volume_ml", limit=limit(unit="mL", centre="the volume")
    )
    assert check_rule(rule, "dose", context(chart(), infusion=infusion())) is None


# ---- drugs in a window -----------------------------------------------------------------------------------------------


def about(change: Change, *, present: bool = False, drugs: tuple[str, ...] = ("bdmard_tnf",)) -> PresenceRule:
    return PresenceRule(
        kind="presence",
        id="d",
        title="D",
        of="medications",
        drugs=drugs,
        present=present,
        change=change,
        during=days(0, 182),
    )


@pytest.mark.parametrize(
    ("start", "result"),
    [
        (-1, "met"),
        (0, "not_met"),
        (182, "not_met"),
        (183, "met"),
        ((170, 200), "indeterminate"),
        (None, "indeterminate"),
    ],
)
def test_a_drug_must_not_be_started_in_the_window(start, result):
    child = chart(drugs=[drug("adalimumab", start, ongoing=True, as_of=300)])
    assert checked(about(Change.STARTED), child).result == result


def test_a_drug_without_a_start_that_ended_before_the_window_was_not_started_in_it():
    assert checked(about(Change.STARTED), chart(drugs=[drug("adalimumab", None, -30)])).result == "met"


def test_a_dose_is_raised_where_the_next_course_of_the_drug_has_more():
    courses = [
        drug("methotrexate", -100, 50, dose=10, frequency="weekly"),
        drug("methotrexate", 51, 300, dose=15, frequency="weekly"),
    ]
    raised, lowered = (about(change, drugs=("csdmard",)) for change in (Change.RAISED, Change.LOWERED))
    assert checked(raised, chart(drugs=courses)).result == "not_met"
    assert checked(lowered, chart(drugs=courses)).result == "met"
    unknown = [courses[0], drug("methotrexate", 51, 300, frequency="weekly")]
    assert checked(raised, chart(drugs=unknown)).result == "indeterminate"


def test_a_drug_taken_on_any_day_of_the_window_is_taken_in_it():
    running = about(Change.RUNNING)
    assert checked(running, chart(drugs=[drug("adalimumab", -100, 1)])).result == "not_met"
    assert checked(running, chart(drugs=[drug("adalimumab", -100, 0)])).result == "met"  # off from day 0 on
    assert checked(running, chart(drugs=[drug("adalimumab", 182, 190)])).result == "not_met"
    assert checked(running, chart(drugs=[drug("adalimumab", 183, 190)])).result == "met"


def test_a_record_without_any_medicine_says_nothing_of_medicines():
    check = checked(about(Change.STARTED), chart())
    assert (check.result, check.missing) == ("indeterminate", ("the record of medicines",))


def test_a_record_of_other_medicines_says_that_none_of_the_list_was_started():
    assert checked(about(Change.STARTED), chart(drugs=[drug("prednisone", -9, 90)])).result == "met"


def test_two_values_of_one_day_that_say_otherwise_leave_it_open():
    twice = [visit(-10, {"weight_kg": 12}), visit(-10, {"weight_kg": 9})]
    assert checked(WEIGHT, chart(visits=twice)).missing == ("which value of Weight came last",)
