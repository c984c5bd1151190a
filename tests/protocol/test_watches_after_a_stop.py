"""The watch for macrophage activation syndrome after an IL-1 or IL-6 blocker: twelve weeks, looked at every two."""

from dataclasses import replace

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.days import DaySpan
from leadline.casebook.examples import path
from leadline.protocol.adherence import check_casebook
from leadline.protocol.adherence.upcoming import upcoming_of
from leadline.protocol.adherence.watches import check_watches
from tests.protocol.charts import chart, context, drug, event, limit, shipped, visit

FULL = {"ferritin_ng_ml": 100, "platelets_10e9_l": 300, "fibrinogen_mg_dl": 300, "ast_u_l": 30}
TWO_WEEKS, TWELVE_WEEKS = limit(value=2, unit="wk"), limit(value=12, unit="wk")


def protocol(**changes):
    watch = replace(
        shipped().safety.watches[0],
        **{"every": TWO_WEEKS, "lasting": TWELVE_WEEKS, "stop_before": TWELVE_WEEKS, **changes},
    )
    return replace(shipped(), safety=replace(shipped().safety, watches=(watch,)))


def watched(*courses, visits=(), today=400, category="systemic", diagnosis="jia", events=(), by=None):
    child = chart(diagnosis, visits=visits, drugs=courses, category=category, events=events)
    return check_watches(context(child, by or protocol()), DaySpan(today, today))


def stopped(day, name="tocilizumab", **more):
    return drug(name, -300, day, **more)


def test_a_stop_starts_six_looks_of_two_weeks_over_twelve():
    (watch,) = watched(stopped(10))
    assert [(period.first, period.last) for period in watch.periods] == [
        (10, 23), (24, 37), (38, 51), (52, 65), (66, 79), (80, 94),
    ]  # fmt: skip
    assert (watch.first, watch.last, watch.certain) == (10, 94, True)  # 84 days after day 10


@pytest.mark.parametrize(("day", "watches"), [(-84, 1), (-85, 0), (0, 1), (300, 1)])
def test_a_stop_counts_from_twelve_weeks_before_the_cells(day, watches):
    assert len(watched(stopped(day))) == watches


def test_a_stop_that_may_lie_further_back_may_have_started_the_watch():
    (watch,) = watched(stopped((-90, -80)))
    assert (watch.certain, watch.outcome) == (None, "not_documented")
    assert watch.missing[0] == "the exact day on which tocilizumab was stopped"


@pytest.mark.parametrize("name", ["anakinra", "canakinumab", "tocilizumab", "sarilumab"])
def test_every_blocker_of_the_two_classes_counts(name):
    assert len(watched(stopped(10, name))) == 1


def test_other_drugs_diseases_and_categories_start_none():
    assert watched(stopped(10, "etanercept")) == ()
    assert watched(stopped(10), diagnosis="sle") == ()
    assert watched(stopped(10), category="poly_rf_neg") == ()


def test_a_category_that_is_not_recorded_leaves_it_open():
    (watch,) = watched(stopped(10), category=None)
    assert (watch.certain, watch.missing[0]) == (None, "JIA category (ILAR)")


def test_watches_stand_by_their_days_whatever_the_order_of_the_rows():
    courses = (
        stopped(40),
        stopped(10, "canakinumab"),
        stopped(10, "anakinra"),
        drug("sarilumab", -300, ongoing=False),
    )
    names = ["anakinra", "canakinumab", "tocilizumab", "sarilumab"]
    assert [watch.drug for watch in watched(*courses)] == names
    assert watched(*reversed(courses)) == watched(*courses)


def test_a_drug_still_taken_starts_none_and_one_that_may_have_stopped_is_said_to():
    assert watched(drug("anakinra", -300, ongoing=True, as_of=100)) == ()
    (perhaps,) = watched(drug("anakinra", -300))
    assert (perhaps.outcome, perhaps.missing) == (
        "not_documented",
        ("whether and when anakinra was stopped",),
    )
    (undated,) = watched(drug("anakinra", -300, ongoing=False))
    assert undated.missing == ("the day on which anakinra was stopped",)


def test_a_drug_gone_on_with_at_another_dose_was_not_stopped():
    courses = (
        drug("tocilizumab", -300, 10, dose=160, frequency="q4w"),
        drug("tocilizumab", 11, dose=162, frequency="q2w", ongoing=True, as_of=100),
    )
    assert watched(*courses) == ()


# ---- breaks ----------------------------------------------------------------------------------------------------------


def broken_off(name, stop, again, frequency, **more):
    """Watches of a child who took the drug up to one day and from another on."""
    later = drug(name, again, frequency=frequency, ongoing=True, as_of=390)
    return watched(stopped(stop, name, frequency=frequency), later, **more)


@pytest.mark.parametrize(
    ("name", "frequency", "again", "watches"),
    [
        ("anakinra", "daily", 10, 0),
        ("anakinra", "daily", 11, 0),  # the next day: as a change of dose is recorded
        ("anakinra", "daily", 12, 1),  # half-life 4 to 6 h: a day without it is a day without effect
        ("anakinra", "daily", 30, 1),
        ("anakinra", "twice_daily", 11, 0),
        ("tocilizumab", "q2w", 24, 0),  # the next dose, two weeks later
        ("tocilizumab", "q2w", 25, 1),
        ("tocilizumab", "weekly", 18, 1),
        ("canakinumab", "q4w", 38, 0),
        ("canakinumab", "q4w", 39, 1),
    ],
)
def test_a_break_longer_than_the_time_between_two_doses_starts_the_watch(name, frequency, again, watches):
    assert len(broken_off(name, 10, again, frequency)) == watches


def test_a_watch_says_that_the_drug_was_taken_up_again_and_after_how_long():
    (watch,) = broken_off("anakinra", 10, 20, "daily")
    assert watch.found.startswith(
        "anakinra stopped on day 10, and taken up again on day 20, after a break of 10 days,"
        " longer than 1 dosing interval (1 day); "
    )
    assert (watch.certain, watch.first, watch.last) == (True, 10, 94)


def test_a_break_whose_days_are_known_in_part_may_be_one():
    (watch,) = broken_off("tocilizumab", (5, 12), 24, "q2w")  # 12 to 19 days
    assert (watch.certain, watch.outcome) == (None, "not_documented")
    assert watch.missing[0] == "the exact days on which tocilizumab was stopped and taken up again"
    assert "a break of 12 to 19 days;" in watch.found


def test_how_often_a_drug_was_given_decides_of_every_break_but_that_of_a_night():
    assert broken_off("anakinra", 10, 11, "") == ()
    (watch,) = broken_off("anakinra", 10, 13, "")
    assert (watch.certain, watch.missing[0]) == (None, "how often anakinra was given")


def test_a_break_from_a_single_dose_has_no_interval_to_be_shorter_than():
    (watch,) = broken_off("tocilizumab", 10, 24, "once")
    assert watch.certain is True
    assert "after a break of 14 days, after a single dose;" in watch.found


def test_a_protocol_may_allow_longer_breaks_or_leave_them_open():
    two = protocol(longest_break=limit(value=2, unit="{dosing_intervals}"))
    assert broken_off("tocilizumab", 10, 38, "q2w", by=two) == ()
    assert len(broken_off("tocilizumab", 10, 39, "q2w", by=two)) == 1
    unknown = protocol(longest_break=limit(unit="{dosing_intervals}", centre="how long a break may be"))
    (watch,) = broken_off("tocilizumab", 10, 20, "q2w", by=unknown)
    assert (watch.certain, watch.missing[0]) == (None, "how long a break counts as a stop")


def test_a_watch_says_which_other_blocker_was_taken_when_the_drug_was_stopped():
    canakinumab = drug("canakinumab", 9, frequency="q4w", ongoing=True, as_of=390)
    (watch,) = watched(stopped(10, "anakinra", frequency="daily"), canakinumab)
    assert watch.found.startswith("anakinra stopped on day 10, while canakinumab was taken; ")
    (alone,) = watched(
        stopped(10, "anakinra", frequency="daily"), replace(canakinumab, start=DaySpan(12, 12))
    )
    assert alone.found.startswith("anakinra stopped on day 10; ")


def test_a_course_that_another_of_the_same_drug_outlasts_was_not_broken_off():
    longer = drug("anakinra", 0, ongoing=True, as_of=390, frequency="daily")
    assert watched(stopped(10, "anakinra", frequency="daily"), longer) == ()


# ---- what was recorded, what is due ----------------------------------------------------------------------------------


def states(today, *visits):
    (watch,) = watched(stopped(0), visits=visits, today=today)
    return [period.state for period in watch.periods]


def test_a_look_is_due_from_its_first_to_its_last_day():
    assert states(13) == ["due", *["to_come"] * 5]
    assert states(14) == ["missing", "due", *["to_come"] * 4]
    assert states(84) == [*["missing"] * 5, "due"]
    assert states(85) == ["missing"] * 6


def test_a_look_is_recorded_where_all_items_are():
    assert states(85, visit(13, FULL))[0] == "recorded"
    assert states(85, visit(14, FULL))[:2] == ["missing", "recorded"]
    assert states(85, visit(84, FULL))[-1] == "recorded"
    assert states(85, visit(85, FULL))[-1] == "missing"
    assert states(85, visit((13, 14), FULL))[:2] == ["missing", "missing"]


def test_items_of_one_look_may_come_on_several_days_and_what_lacks_is_named():
    (watch,) = watched(stopped(0), visits=[visit(3, {"ferritin_ng_ml": 100}), visit(9, {"ast_u_l": 30})])
    assert watch.periods[0].recorded == ("Ferritin", "AST")
    assert watch.periods[0].missing == ("Platelets", "Fibrinogen")
    assert [ref.uid for ref in watch.periods[0].evidence] == ["visit 3", "visit 9"]


def test_a_watch_with_every_look_recorded_is_as_written():
    every = [visit(day, FULL) for day in (0, 14, 28, 42, 56, 70)]
    (watch,) = watched(stopped(0), visits=every)
    assert (watch.outcome, watch.missing) == ("as_written", ())


def test_looks_that_are_due_are_to_come():
    child = chart(drugs=[stopped(0)], category="systemic")
    today = DaySpan(60, 60)
    watches = check_watches(context(child, protocol()), today)
    rows = upcoming_of(child, protocol(), (), watches, today)
    assert [(row.id, row.first, row.last, row.due_now) for row in rows] == [
        ("mas_watch_tocilizumab_5", 56, 69, True),
        ("mas_watch_tocilizumab_6", 70, 84, False),
    ]
    assert rows[0].title == "Watch for macrophage activation syndrome after tocilizumab, 5 of 6"
    assert rows[0].record == ("Ferritin", "Platelets", "Fibrinogen", "AST")


def test_watches_after_several_stops_are_told_apart():
    drugs = [stopped(0), stopped(10, "anakinra"), drug("anakinra", 80, 90)]
    child = chart(drugs=drugs, category="systemic")
    today = DaySpan(50, 50)
    watches = check_watches(context(child, protocol()), today)
    rows = upcoming_of(child, protocol(), (), watches, today)
    assert len(watches) == 3
    assert len({row.id for row in rows}) == len(rows)


# ---- the syndrome ----------------------------------------------------------------------------------------------------

SYNDROME = {
    "ferritin_ng_ml": 900,
    "platelets_10e9_l": 170,
    "ast_u_l": 90,
}  # measures dossier 1.12: met, if febrile


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        ({**SYNDROME, "temp_c": 38.5}, "met"),
        ({**SYNDROME, "temp_c": 37.5}, "not_met"),
        (SYNDROME, "indeterminate"),
        ({**SYNDROME, "ferritin_ng_ml": 684, "temp_c": 38.5}, "not_met"),
        ({**SYNDROME, "ast_u_l": 40, "fibrinogen_mg_dl": 400, "temp_c": 38.5}, "indeterminate"),
        ({**SYNDROME, "temp_c": 37.5, "max_temp_c_7d": 39.5}, "met"),
    ],
)
def test_the_classification_is_judged_on_what_was_recorded(facts, result):
    (watch,) = watched(stopped(0), visits=[visit(30, facts)])
    assert [(one.day, one.result) for one in watch.results] == [(DaySpan(30, 30), result)]


def test_what_the_classification_lacks_is_named():
    (watch,) = watched(stopped(0), visits=[visit(30, SYNDROME)])
    assert watch.results[0].missing == ("Fever", "Triglycerides", "Fibrinogen")


@pytest.mark.parametrize(
    ("day", "said"),
    [(84, "within the watch"), (85, "outside the watch"), (None, "on a day that is not recorded")],
)
def test_the_syndrome_is_looked_for_among_the_adverse_events(day, said):
    (watch,) = watched(
        stopped(0), events=[event(day, "evolving macrophage activation syndrome", serious=True)]
    )
    assert len(watch.events) == 1
    assert watch.events[0].endswith(said)


def test_words_that_only_contain_the_letters_are_no_syndrome():
    (watch,) = watched(stopped(0), events=[event(5, "mass in the neck", serious=False)])
    assert watch.events == ()


# ---- the child of Swart 2019 -----------------------------------------------------------------------------------------


def test_the_child_of_swart_2019_is_under_watch_when_the_syndrome_comes():
    # doi:10.1093/rheumatology/kez157: 7 weeks after the cells and 9 weeks after tocilizumab was stopped
    (watch,) = watched(stopped(-14), events=[event(49, "macrophage activation syndrome", serious=True)])
    assert watch.events == ("Macrophage activation syndrome recorded on day 49, within the watch",)
    assert (watch.first, watch.last) == (-14, 70)


def test_the_shipped_casebook_of_swart_2019_says_what_it_cannot_contribute():
    # Its table puts the event at 3 to 6 months, day 91 to 183, where its abstract says 7 weeks: the table's days are
    # after the twelve weeks. No ferritin, platelets, fibrinogen or AST is printed.
    adherence = check_casebook(protocol(), read_casebook(path("swart2019")))
    child = next(child for child in adherence.children if child.patient_id == "SWART-6")
    (watch,) = child.watches
    assert watch.stopped == DaySpan(-17, -11)  # two weeks before, known to three days
    assert (watch.first, watch.last) == (-17, 73)
    assert watch.events == ("Macrophage activation syndrome recorded on day 91 to 183, outside the watch",)
    assert watch.outcome == "not_documented"
    assert watch.missing == ("Ferritin", "Platelets", "Fibrinogen", "AST")
    assert [change.rules for change in child.changes] == [("IL-1 or IL-6 blocker kept in systemic JIA",)]
