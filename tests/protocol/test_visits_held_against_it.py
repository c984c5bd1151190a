"""Planned visits: made in their window, outside it, missed, not recorded, still to come; and what a visit lacks."""

from dataclasses import replace
from datetime import date

import pytest

from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan
from leadline.protocol.adherence import check_case
from leadline.protocol.adherence.timepoints import named_visit
from leadline.protocol.adherence.upcoming import upcoming_of
from leadline.protocol.adherence.visits import check_visits
from leadline.protocol.schedule import Record, Schedule, Visit
from tests.protocol.charts import chart, context, infusion, shipped, visit

WEEK_4 = Visit(
    id="week_4", title="Week 4", day=28, first=23, last=33, items=("weight_kg", "esr_mm_h"), asks=("all",)
)
WEEK_8 = Visit(id="week_8", title="Week 8", day=56, first=49, last=63, items=("weight_kg",))
PROTOCOL = replace(
    shipped(),
    objectives=(
        replace(shipped().objectives[0], estimand=replace(shipped().objectives[0].estimand, visit="week_8")),
    ),
    schedule=Schedule(visits=(WEEK_4, WEEK_8), screening="week_4", baseline="week_4", index="week_4"),
)
MEMBER = {"protocol_id": "msc_iv_paediatric", "protocol_version": shipped().version}
FULL = {"weight_kg": 20, "esr_mm_h": 10}


def visits_of(*visits, today=400, protocol=PROTOCOL, diagnosis="jia", index=None, **patient):
    child = chart(diagnosis, visits=visits, patient={**MEMBER, **patient}, index=index)
    found = check_visits(context(child, protocol), DaySpan(today, today) if isinstance(today, int) else today)
    return {row.visit: row for row in found}


def week_4(*visits, **more):
    row = visits_of(*visits, **more)["week_4"]
    return row.state.value, row.outcome.value if row.outcome else None


def timed(day, name, facts=None):
    return replace(visit(day, facts or {}, asked=True), timepoint=name)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (22, ("missed", "major_deviation")),
        (23, ("made", "as_written")),
        (33, ("made", "as_written")),
        (34, ("missed", "major_deviation")),
        ((23, 33), ("made", "as_written")),
        ((22, 30), ("unplaced", "not_documented")),
    ],
)
def test_a_visit_is_made_on_any_day_of_its_window(day, expected):
    assert week_4(visit(day, FULL, asked=True), visit(200, {})) == expected


def test_of_two_contacts_the_nearer_to_the_planned_day_stands_for_the_visit():
    rows = visits_of(visit(24, FULL), visit(29, {}), visit(32, FULL))
    assert rows["week_4"].day == DaySpan(29, 29)


def test_one_contact_stands_for_one_visit():
    close = replace(WEEK_8, id="week_5", title="Week 5", day=33, first=30, last=40)
    both = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(WEEK_4, close)))
    rows = visits_of(visit(31, FULL, asked=True), visit(60, {}), protocol=both)
    assert (rows["week_4"].state, rows["week_5"].state) == ("made", "missed")


def test_a_contact_that_names_its_visit_stands_for_it_outside_the_window_too():
    assert week_4(timed(40, "week_4", FULL)) == ("outside", "minor_deviation")
    assert week_4(timed(40, "Week 4", FULL)) == ("outside", "minor_deviation")
    assert week_4(timed((30, 40), "week_4", FULL)) == ("unplaced", "not_documented")


@pytest.mark.parametrize(
    "name",
    [
        "week_4",
        "WEEK 4",
        "week4",
        "wk4",
        "Wk 4",
        "W4",
        "w_4",
        "4 weeks",
        "4wk",
        "4w",
        "day 28",
        "D28",
        "28 d",
    ],
)
def test_a_time_point_is_read_in_every_way_in_which_charts_write_it(name):
    assert week_4(timed(40, name, FULL)) == ("outside", "minor_deviation")


@pytest.mark.parametrize(
    "name", ["", "week 5", "d27", "m2", "2 months", "4", "visit 4", "wk4b", "week 4 or 5"]
)
def test_a_time_point_that_names_no_visit_leaves_the_contact_to_its_day(name):
    assert week_4(timed(40, name, FULL), visit(200, {})) == ("missed", "major_deviation")
    assert week_4(timed(28, name, FULL)) == ("made", "as_written")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("m1", "week_4"),  # 28 to 31
        ("m24", "year_2"),  # 24 calendar months are 730 or 731 days
        ("Month 24", "year_2"),
        ("2 years", "year_2"),
        ("y5", "year_5"),  # 1826 or 1827
        ("m60", "year_5"),
        ("wk24", "week_24"),
        ("D168", "week_24"),
        ("m6", None),  # 181 to 184: week 24 is day 168
        ("m12", None),  # 365 or 366: week 52 is day 364
        ("year 1", None),
        ("d0", "day_0"),
    ],
)
def test_months_and_years_name_the_visit_whose_planned_day_they_can_be(name, names):
    found = named_visit(timed(3, name), shipped().schedule)
    assert (found.id if found else None) == names


@pytest.mark.parametrize(("day", "names"), [(0, "day_0"), ((-1, 0), "day_0"), (-12, None)])
def test_a_baseline_is_that_of_the_schedule_only_where_it_may_lie_in_it(day, names):
    found = named_visit(timed(day, "Baseline"), shipped().schedule)
    assert (found.id if found else None) == names


def test_time_points_that_name_no_visit_are_said_without_the_words_of_the_chart():
    visits = [
        timed(-12, "baseline"),
        timed(170, "M6"),
        timed(180, "m6"),
        timed(200, "with Dr Who"),
        timed(56, "W8"),
    ]
    child = check_case(shipped(), chart("jia", visits=visits), today=DaySpan(400, 400))
    (said,) = [notice for notice in child.notices if "time point" in notice]
    assert said == (
        "The time points of 4 contacts name no visit of the schedule (baseline, month 6): they are placed by day alone."
    )
    one = check_case(shipped(), chart("jia", visits=visits[3:]), today=DaySpan(400, 400))
    assert (
        "The time point of 1 contact names no visit of the schedule: it is placed by day alone."
        in one.notices
    )


def test_a_visit_missed_is_grave_where_an_answer_rests_on_it():
    plain = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, screening="x", baseline="x", index="x"))
    rows = visits_of(visit(200, {}), protocol=plain)
    assert (rows["week_4"].outcome, rows["week_8"].outcome) == ("minor_deviation", "major_deviation")


def test_a_visit_is_missed_only_if_the_record_reaches_beyond_it_and_it_was_planned():
    assert week_4(visit(-3, {})) == ("no_record", "not_documented")
    assert week_4(visit(200, {}), protocol_version=None) == ("missed", "not_documented")


@pytest.mark.parametrize(
    ("today", "state"),
    [(33, "open"), (34, "no_record"), (10, "open"), (DaySpan(30, 40), "open"), (None, "open")],
)
def test_a_window_is_over_on_the_day_after_its_last(today, state):
    assert week_4(today=today)[0] == state


def test_a_child_who_died_has_no_visit_due():
    child = chart(patient={**MEMBER, "vital_status": "dead"}, last_contact=20)
    rows = check_visits(context(child, PROTOCOL), DaySpan(400, 400))
    assert [row.state for row in rows] == ["not_due", "not_due"]
    assert [row.outcome for row in rows] == [None, None]


def test_what_a_visit_lacks_is_named():
    row = visits_of(visit(28, {"weight_kg": 20}))["week_4"]
    assert (row.outcome, row.missing) == ("not_documented", ("ESR", "adverse events asked for"))
    assert (row.recorded, row.planned_records) == (1, 3)


def test_a_laboratory_value_of_that_week_belongs_to_the_visit_and_a_weight_does_not():
    facts = {"weight_kg": 20, "esr_mm_h": 10}
    row = visits_of(visit(28, {}, asked=True), visit(34, facts))["week_4"]
    assert row.missing == ("Weight",)
    assert visits_of(visit(28, {}, asked=True), visit(36, facts))["week_4"].missing == ("Weight", "ESR")


def test_a_visit_records_the_items_of_its_measures_in_children_of_the_disease():
    measured = replace(WEEK_4, items=(), asks=(), measures=("jadas10_esr", "sledai_2k"))
    protocol = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(measured,)))
    of_jia = visits_of(visit(28, {}), protocol=protocol)["week_4"]
    assert set(of_jia.missing) == {
        "Active joints",
        "Physician's global assessment (0-10)",
        "Parent's or patient's global assessment of well-being (0-10)",
        "ESR",
    }  # fmt: skip
    of_sle = visits_of(visit(28, {}), protocol=protocol, diagnosis="sle")["week_4"]
    assert of_sle.missing == ("SLEDAI-2K, all 24 findings",)


def test_tables_that_a_visit_brings_up_to_date():
    tables = replace(WEEK_4, items=(), asks=(), records=tuple(Record))
    protocol = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(tables,)))
    bare = visits_of(visit(28, {}), protocol=protocol)["week_4"]
    assert len(bare.missing) == 4
    counted = visits_of(visit(28, {"active_joint_count": 3}), protocol=protocol, drug_history_complete=True)[
        "week_4"
    ]
    assert counted.missing == (
        "the infusion, with dose, weight and release tests",
        "what child and parents say",
    )


def test_calendar_days_are_given_where_the_infusion_is_known_to_the_day():
    row = visits_of(index=date(2019, 3, 14))["week_4"]
    assert row.dates == ("2019-04-06", "2019-04-16", "2019-04-11")  # day 23, 33, 28
    assert visits_of()["week_4"].dates == ()


def test_a_child_without_an_infusion_has_no_planned_days():
    assert check_visits(context(chart(infusions=()), PROTOCOL), DaySpan(0, 0)) == ()
    assert check_visits(context(chart(infusions=(infusion(None),)), PROTOCOL), DaySpan(0, 0)) == ()


# ---- to come ---------------------------------------------------------------------------------------------------------


def to_come(today, *visits, **patient):
    child = chart(visits=visits, patient={**MEMBER, **patient})
    when = DaySpan(today, today)
    return [
        (row.id, row.due_now, row.record)
        for row in upcoming_of(child, PROTOCOL, check_visits(context(child, PROTOCOL), when), (), when)
    ]


def test_what_is_to_come_is_what_is_not_over_and_not_made():
    week_4_record, week_8_record = ("Weight", "ESR", "adverse events asked for"), ("Weight",)
    assert to_come(22) == [("week_4", False, week_4_record), ("week_8", False, week_8_record)]
    assert to_come(23)[0][:2] == ("week_4", True)
    assert to_come(33)[0][:2] == ("week_4", True)
    assert to_come(34) == [("week_8", False, week_8_record)]
    assert to_come(30, visit(25, FULL)) == [("week_8", False, week_8_record)]
    assert to_come(64) == []


@pytest.mark.parametrize("patient", [{"vital_status": "dead"}, {"follow_up_end_reason": "Transferred"}])
def test_nothing_is_to_come_of_a_child_who_is_no_longer_followed(patient):
    assert to_come(22, **patient) == []


# ---- what stands for a visit where no contact is recorded ------------------------------------------------------------


def test_values_of_a_day_in_the_window_stand_for_a_visit_that_nobody_wrote_down():
    values = replace(visit(28, FULL), ref=RowRef("observations", "laboratory"))
    row = visits_of(values, visit(200, {}))["week_4"]
    assert (row.state, row.found) == ("made", "values recorded on day 28")
    assert row.missing == ("adverse events asked for",)
    beside = visits_of(values, visit(24, {}), visit(200, {}))["week_4"]
    assert beside.day == DaySpan(24, 24)  # a contact comes before values alone


def test_the_infusion_stands_for_the_visit_that_records_it():
    day_0 = Visit(
        id="day_0", title="Day 0", day=0, first=0, last=0, items=("weight_kg",), records=(Record.INFUSIONS,)
    )
    protocol = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(day_0,)))
    row = visits_of(visit(200, {}), protocol=protocol)["day_0"]
    assert (row.state, row.found, row.missing) == ("made", "infusion given on day 0", ("Weight",))
    assert (row.recorded, row.planned_records) == (1, 2)
    plain = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(replace(day_0, records=()),)))
    assert visits_of(visit(200, {}), protocol=plain)["day_0"].state == "missed"


def test_a_contact_of_another_visit_is_not_perhaps_of_this_one():
    assert week_4(timed((30, 55), "week_8"), visit(200, {}))[0] == "missed"
    assert week_4(visit((30, 55), {}), visit(200, {}))[0] == "unplaced"


def test_records_are_counted_finding_by_finding():
    sledai = replace(WEEK_4, items=("weight_kg",), asks=(), measures=("sledai_2k",))
    protocol = replace(PROTOCOL, schedule=replace(PROTOCOL.schedule, visits=(sledai,)))
    row = visits_of(visit(28, {"sledai_rash": True}), protocol=protocol, diagnosis="sle")["week_4"]
    assert (row.recorded, row.planned_records, len(row.missing)) == (1, 25, 24)
