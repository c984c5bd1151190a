"""Every change of another drug: prohibited, rescue, taper, or of none of the rules; and targets of the taper."""

from dataclasses import replace
from typing import Any

import pytest

from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.treatment import check_changes, check_treatment
from leadline.protocol.rules import Change, Grade, PresenceRule, RangeRule
from tests.protocol.charts import chart, context, days, drug, limit, shipped, visit


def prohibits(change: Change, *drugs: str, grade: Grade = Grade.MAJOR, first: int = 0) -> PresenceRule:
    return PresenceRule(
        kind="presence", id=f"no_{change}", title=f"Not {change}", of="medications", drugs=drugs, present=False,
        change=change, during=days(first, 182), deviation=grade,
    )  # fmt: skip


RULES = (
    prohibits(Change.STARTED, "bdmard_tnf"),
    prohibits(Change.RAISED, "csdmard", grade=Grade.MINOR),
    prohibits(Change.STOPPED, "bdmard_il6", first=-28),
)
RESCUE = replace(shipped().rescue, during=days(0, 182), glucocorticoid_rise=limit(above=0.1, unit="mg/kg/d"))
TAPER = replace(shipped().taper, drug="prednisolone", starts=days(first=28), condition=(), targets=())


def protocol(**taper):
    return replace(
        shipped(),
        concomitant=replace(shipped().concomitant, rules=RULES),
        rescue=RESCUE,
        taper=replace(TAPER, **taper),
    )


def changes(*courses, visits=(), by=None, **more):
    child = chart(drugs=courses, visits=visits, **more)
    found = check_changes(context(child, by or protocol()))
    return [(one.drug, one.change, one.outcome.value, one.events) for one in found]


def only(*courses, **more):
    found = changes(*courses, **more)
    assert len(found) == 1, found
    return found[0][1:]


GOES_ON: dict[str, Any] = {"ongoing": True, "as_of": 300}


def test_a_prohibited_start_is_a_deviation_of_its_rules_grade():
    assert only(drug("etanercept", 10, **GOES_ON)) == ("started", "major_deviation", ("prohibited_drug",))
    assert only(drug("etanercept", 183, **GOES_ON)) == ("started", "as_written", ())
    assert changes(drug("etanercept", -1, **GOES_ON)) == []


def test_the_rule_that_decides_is_named():
    child = chart(drugs=[drug("etanercept", 10, **GOES_ON)])
    change = check_changes(context(child, protocol()))[0]
    assert change.rules == ("Not started",)
    assert [ref.uid for ref in change.evidence] == ["etanercept 10"]


@pytest.mark.parametrize("start", [(-5, 5), (170, 200), None])
def test_a_start_that_may_lie_in_the_window_is_not_documented(start):
    assert only(drug("etanercept", start, **GOES_ON))[1] == "not_documented"


def test_an_unknown_drug_is_not_documented_and_asks_for_its_substance():
    child = chart(drugs=[drug("Wonderdrug", 10, **GOES_ON)])
    change = check_changes(context(child, protocol()))[0]
    assert change.outcome == "not_documented"
    assert change.drug == "drug not recognised"
    assert change.missing == ("the substance of a drug that the catalogue does not know",)


def test_a_drug_that_no_rule_speaks_of_is_as_written_and_says_so():
    child = chart(drugs=[drug("hydroxychloroquine", 10, **GOES_ON)])
    change = check_changes(context(child, protocol()))[0]
    assert (change.outcome, change.rules) == ("as_written", ())
    assert change.found == "started on day 10; no rule of the protocol speaks of it"


def methotrexate(after):
    before = drug("methotrexate", -100, 50, dose=10, frequency="weekly")
    return before, drug("methotrexate", 51, dose=after, frequency="weekly" if after else "", **GOES_ON)


def test_a_raised_dose_is_told_from_a_lowered_one_and_from_one_that_cannot_be_compared():
    assert only(*methotrexate(15)) == ("raised", "minor_deviation", ())
    assert only(*methotrexate(7.5)) == ("lowered", "as_written", ())
    assert only(*methotrexate(None)) == ("gone on with", "not_documented", ())
    assert changes(*methotrexate(10)) == []


@pytest.mark.parametrize(("grade", "events"), [(Grade.MAJOR, ("prohibited_drug",)), (Grade.MINOR, ())])
def test_a_prohibited_drug_is_an_intercurrent_event_where_its_breach_is_a_major_deviation(grade, events):
    rules = (prohibits(Change.RAISED, "csdmard", grade=grade),)
    by = replace(protocol(), concomitant=replace(shipped().concomitant, rules=rules))
    assert only(*methotrexate(15), by=by)[2] == events


def test_a_stop_before_day_0_is_told_where_a_rule_speaks_of_it():
    assert only(drug("tocilizumab", -200, -28)) == ("stopped", "major_deviation", ())
    assert changes(drug("tocilizumab", -200, -29)) == []
    assert changes(drug("etanercept", -200, -5)) == []


@pytest.mark.parametrize(
    ("again", "found"),
    [
        (31, "none recorded"),
        (
            40,
            (
                "none recorded; tocilizumab taken up again on day 40, after a break of 10 days, "
                "which counts as going on (up to 30 days)"
            ),
        ),
    ],
)
def test_a_rule_on_a_stop_says_which_breaks_it_takes_for_none(again, found):
    courses = [drug("tocilizumab", -200, 30), drug("tocilizumab", again, **GOES_ON)]
    checks = check_treatment(context(chart(drugs=courses), protocol()), DaySpan(300, 300))
    check = next(check for check in checks if check.rule == "no_stopped")
    assert (check.outcome, check.found) == ("as_written", found)


def broken_off(name, stop, again):
    before = drug(name, -200, stop, dose=25, frequency="weekly")
    return before, drug(name, again, dose=25, frequency="weekly", **GOES_ON)


@pytest.mark.parametrize(
    ("stop", "again", "outcomes"),
    [
        ((10, 40), 40, ["as_written", "as_written"]),  # a break of at most 30 days
        ((9, 40), 40, ["not_documented", "not_documented"]),  # of 0 to 31
        ((5, 9), 40, ["major_deviation", "major_deviation"]),  # of 31 to 35
    ],
)
def test_a_drug_that_may_have_been_begun_anew_leaves_the_rules_on_its_start_and_stop_open(
    stop, again, outcomes
):
    rules = (prohibits(Change.STARTED, "bdmard_tnf"), prohibits(Change.STOPPED, "bdmard_tnf"))
    by = replace(protocol(), concomitant=replace(shipped().concomitant, rules=rules))
    courses = broken_off("etanercept", stop, again)
    checks = check_treatment(context(chart(drugs=courses), by), DaySpan(300, 300))
    assert [str(check.outcome) for check in checks] == outcomes
    told = [outcome for _, _, outcome, _ in changes(*courses, by=by)]
    assert told == ([] if outcomes[0] == "as_written" else outcomes)


def test_what_would_tell_whether_a_drug_was_begun_anew_is_asked_for_where_it_matters():
    assert changes(*broken_off("hydroxychloroquine", (9, 40), 40)) == []  # no rule, and no event
    found = check_changes(context(chart(drugs=broken_off("etanercept", (9, 40), 40)), protocol()))
    days_of_break = "exact days on which etanercept was stopped and taken up again"
    assert [(one.change, str(one.outcome), one.events) for one in found] == [
        ("perhaps stopped", "not_documented", ()),
        ("perhaps started", "not_documented", ()),
    ]
    assert all(days_of_break in one.missing for one in found)


def test_a_biologic_stopped_after_day_0_is_an_intercurrent_event():
    assert only(drug("etanercept", -200, 30)) == ("stopped", "as_written", ("stopped_biologic",))


# ---- rescue and rise -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [None, (-4, 26), (170, 200)])
def test_a_rescue_drug_begun_on_a_day_that_cannot_tell_is_not_documented(start):
    (found,) = check_changes(context(chart(drugs=[drug("anakinra", start, **GOES_ON)]), protocol()))
    assert (found.outcome.value, found.rules, found.events) == ("not_documented", ("rescue treatment",), ())
    assert found.missing == ("exact day on which anakinra was started",)
    assert "no rule" not in found.found


def test_rescue_is_as_written_and_named_as_the_event_that_it_is():
    assert only(drug("prednisone", 40, **GOES_ON)) == ("started", "as_written", ("rescue_drug",))
    assert only(drug("prednisone", 183, **GOES_ON)) == ("started", "as_written", ())
    assert only(drug("anakinra", 40, **GOES_ON))[1:] == ("as_written", ("rescue_drug",))


@pytest.mark.parametrize(("mg", "rises"), [(7.0, False), (7.1, True)])
def test_a_rise_of_more_than_a_tenth_of_a_milligram_per_kg_is_an_event(mg, rises):
    # 20 kg: from 5 mg a day to 7 mg is 0.1 mg/kg, and the verdicts, too, count what is more
    courses = (
        drug("prednisone", -100, 40, dose=5, frequency="daily"),
        drug("prednisone", 41, dose=mg, frequency="daily", **GOES_ON),
    )
    change, outcome, events = only(*courses, visits=[visit(30, {"weight_kg": 20})])
    assert (change, outcome) == ("raised", "as_written")
    assert ("glucocorticoid_rise" in events) is rises


def test_a_glucocorticoid_begun_with_the_cells_is_a_rise_over_the_day_before():
    begun = drug("prednisone", 0, dose=20, frequency="daily", **GOES_ON)
    events = only(begun, visits=[visit(-1, {"weight_kg": 20})])[2]
    assert events == ("rescue_drug", "glucocorticoid_rise")


# ---- taper -----------------------------------------------------------------------------------------------------------


def lowered(day, after, *, before=10.0, by=None, **more):
    courses = (
        replace(drug("prednisone", -100, day - 1, dose=before, frequency="daily"), gone_on_with=True),
        drug("prednisone", day, dose=after, frequency="daily", **GOES_ON),
    )
    return only(*courses, by=by, **more)[1]


def test_the_taper_starts_no_sooner_than_the_protocol_says():
    assert lowered(27, 5) == "minor_deviation"
    assert lowered(28, 5) == "as_written"


def test_a_step_is_no_larger_than_the_protocol_says():
    by = protocol(step=limit(high=25, unit="%"))
    assert lowered(40, 7.5, by=by) == "as_written"
    assert lowered(40, 7.4, by=by) == "minor_deviation"
    in_mg = protocol(step=limit(high=2.5, unit="mg/d"))
    assert lowered(40, 7.5, by=in_mg) == "as_written"
    assert lowered(40, 7, by=in_mg) == "minor_deviation"


def test_the_taper_ends_at_the_least_dose():
    by = protocol(least=limit(low=2.5, unit="mg/d"))
    assert lowered(40, 2.5, by=by) == "as_written"
    assert lowered(40, 2, by=by) == "minor_deviation"


def test_steps_lie_so_far_apart():
    by = protocol(every=limit(low=14, unit="d"))
    for second, outcome in ((54, "as_written"), (53, "minor_deviation")):
        courses = (
            drug("prednisone", -100, 39, dose=10, frequency="daily"),
            drug("prednisone", 40, second - 1, dose=8, frequency="daily"),
            drug("prednisone", second, dose=6, frequency="daily", **GOES_ON),
        )
        assert [one[2] for one in changes(*courses, by=by)] == ["as_written", outcome]


@pytest.mark.parametrize(
    ("apart", "outcome"), [(28, "not_documented"), (27, "minor_deviation"), (31, "as_written")]
)
def test_steps_a_month_apart_are_as_many_days_apart_as_a_month_can_have(apart, outcome):
    """Without a calendar a month is 28 to 31 days."""
    by = protocol(every=limit(low=1, unit="mo"))
    courses = (
        drug("prednisone", -100, 39, dose=10, frequency="daily"),
        drug("prednisone", 40, 40 + apart - 1, dose=8, frequency="daily"),
        drug("prednisone", 40 + apart, dose=6, frequency="daily", **GOES_ON),
    )
    assert [one[2] for one in changes(*courses, by=by)] == ["as_written", outcome]


def test_a_figure_of_the_taper_that_is_one_value_is_a_most_or_a_least():
    step, least = protocol(step=limit(value=25, unit="%")), protocol(least=limit(value=2.5, unit="mg/d"))
    assert [lowered(40, mg, by=step) for mg in (9, 7.5, 7.4)] == [
        "as_written",
        "as_written",
        "minor_deviation",
    ]
    assert [lowered(40, mg, by=least) for mg in (5, 2.5, 2)] == [
        "as_written",
        "as_written",
        "minor_deviation",
    ]
    every = protocol(every=limit(value=14, unit="d"))
    courses = (
        drug("prednisone", -100, 39, dose=10, frequency="daily"),
        drug("prednisone", 40, 99, dose=8, frequency="daily"),
        drug("prednisone", 100, dose=6, frequency="daily", **GOES_ON),
    )
    assert [one[2] for one in changes(*courses, by=every)] == ["as_written", "as_written"]


@pytest.mark.parametrize(("after", "outcome"), [(8, "as_written"), (7.9, "minor_deviation")])
def test_a_step_and_an_end_per_kg_are_those_of_the_childs_weight(after, outcome):
    # 20 kg: 0.1 mg/kg a day is 2 mg, 0.4 mg/kg 8 mg
    weighed = [visit(30, {"weight_kg": 20})]
    for by in (
        protocol(step=limit(high=0.1, unit="mg/kg/d")),
        protocol(least=limit(low=0.4, unit="mg/kg/d")),
    ):
        assert lowered(40, after, by=by, visits=weighed) == outcome
        assert lowered(40, after, by=by) == "not_documented"


def test_a_target_per_kg_needs_the_weight_of_that_time():
    target = replace(
        shipped().taper.targets[0], by_day=140, dose=limit(value=0.2, unit="mg/kg/d"), diagnoses=()
    )
    courses = [drug("prednisone", -100, dose=4, frequency="daily", ongoing=True, as_of=300)]

    def judged(**weight):
        child = chart("sle", drugs=courses, visits=[visit(120, weight)])
        found = check_treatment(context(child, protocol(targets=(target,))), DaySpan(150, 150))
        return next(check for check in found if check.section == "taper")

    assert judged(weight_kg=20).outcome == "as_written"  # 4 mg in 20 kg is 0.2
    assert judged(weight_kg=19).outcome == "minor_deviation"
    assert judged(weight_kg=30).outcome == "as_written"
    assert (judged().outcome, judged().missing[-1]) == ("not_documented", "weight")
    assert judged().asked == "at most 0.2 mg/kg/d of prednisone by day 140"


def test_a_condition_of_the_taper_must_hold_before_the_step():
    quiet = RangeRule(kind="range", id="quiet", title="Quiet", of="items.esr_mm_h", limit=limit(high=20, unit="mm/h"),
                      during=days(first=28))  # fmt: skip
    by = protocol(condition=(quiet,))
    assert lowered(60, 5, by=by, visits=[visit(56, {"esr_mm_h": 20})]) == "as_written"
    assert lowered(60, 5, by=by, visits=[visit(56, {"esr_mm_h": 21})]) == "major_deviation"
    assert lowered(60, 5, by=by, visits=[visit(61, {"esr_mm_h": 10})]) == "not_documented"


def test_a_target_of_the_taper_is_judged_when_its_day_has_come():
    target = replace(
        shipped().taper.targets[0], by_day=140, dose=limit(high=10, unit="mg/d"), diagnoses=("sle",)
    )
    by = protocol(targets=(target,))

    def judged(today, mg, diagnosis="sle"):
        courses = [drug("prednisone", -100, dose=mg, frequency="daily", ongoing=True, as_of=300)]
        child = chart(diagnosis, drugs=courses)
        found = check_treatment(context(child, by), DaySpan(today, today))
        return [check.outcome.value for check in found if check.section == "taper"]

    assert judged(140, 10) == ["as_written"]
    assert judged(140, 10.5) == ["minor_deviation"]
    assert judged(140, None) == ["not_documented"]
    assert judged(139, 10.5) == []
    assert judged(140, 10.5, "jia") == []


def test_a_lowered_dose_is_no_rise_though_it_is_above_that_of_day_0():
    courses = (
        drug("prednisone", -100, 10, dose=5, frequency="daily"),
        drug("prednisone", 10, 60, dose=20, frequency="daily"),
        drug("prednisone", 60, dose=15, frequency="daily", **GOES_ON),
    )
    found = changes(*courses, visits=[visit(30, {"weight_kg": 20})])
    assert [(change, "glucocorticoid_rise" in events) for _, change, _, events in found] == [
        ("raised", True),
        ("lowered", False),
    ]
