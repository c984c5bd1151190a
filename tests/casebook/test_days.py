from datetime import date

import pytest

from leadline.casebook.days import (
    DaySpan,
    NotADay,
    RecordedDay,
    add_months,
    days_in_months,
    months_between,
    parse_day,
)


def ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-03-14", "2019-03-14", "2019-03-14"),
        ("2019-03-14T10:00", "2019-03-14", "2019-03-14"),
        ("2019-03-14 00:00:00", "2019-03-14", "2019-03-14"),
        ("2019-02", "2019-02-01", "2019-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019", "2019-01-01", "2019-12-31"),
        ("1999", "1999-01-01", "1999-12-31"),
        ("2019-03..2019-05", "2019-03-01", "2019-05-31"),
        ("2018..2019-05-02", "2018-01-01", "2019-05-02"),
        ("about 2019-03-14", "2019-03-07", "2019-03-21"),
        ("About 2019-03", "2019-01-29", "2019-05-01"),
    ],
)
def test_a_calendar_day_is_the_interval_of_what_is_known(text, first, last):
    day = parse_day(text)
    assert (day.calendar, day.first, day.last) == (True, ordinal(first), ordinal(last))
    assert day.text == text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("D-12", -12, -12), ("D 56", 56, 56), ("day 5", 5, 5), ("56", 56, 56), ("-12", -12, -12), ("0", 0, 0),
        ("W8", 53, 59), ("week 8", 53, 59), ("wk8", 53, 59), ("W0", 0, 0), ("w-5", -38, -32),
        ("M3", 76, 106), ("M0", 0, 0), ("month 6", 168, 198), ("M-3", -106, -76),
        ("M3..M6", 91, 183), ("M-3..D-1", -91, -1), ("D0..W8", 0, 56),
        ("about W8", 46, 66), ("before D0", -200_000, -1), ("after M3", 107, 200_106),
    ],
)  # fmt: skip
def test_an_offset_counts_from_the_first_infusion_to_the_precision_it_was_printed_in(text, first, last):
    day = parse_day(text)
    assert (day.calendar, day.first, day.last) == (False, first, last)


def test_before_and_after_reach_to_the_day_and_not_onto_it():
    assert parse_day("before 2019").last == ordinal("2018-12-31")
    assert parse_day("after 2019-03").first == ordinal("2019-04-01")


def test_about_is_never_exact():
    assert not parse_day("about 2019-03-14").is_exact
    assert parse_day("2019-03-14").is_exact


@pytest.mark.parametrize(
    "text",
    ["14/03/2019", "14.03.2019", "2019-13", "2019-02-30", "2019-3-1", "spring", "", "..", "M6..M3", "2019..M3", "2150",
     "-2001", "1899-01", "D", "about", "before before 2019"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(NotADay):
        parse_day(text)


def test_a_spreadsheets_number_is_refused_and_its_date_named():
    # 43538 is 14 March 2019 in every spreadsheet of the 1900 system
    with pytest.raises(NotADay) as refused:
        parse_day("43538")
    assert "2019-03-14" in refused.value.hint


def test_days_are_counted_from_the_index_whatever_the_index_is():
    # verdict rules, 9.5: infusion 2019-05-14, a visit in 2019-02 is day -102 to -75
    assert parse_day("2019-02").days_from(parse_day("2019-05-14")) == DaySpan(-102, -75)
    assert parse_day("2019-04").days_from(parse_day("2019-05-14")) == DaySpan(-43, -14)
    assert parse_day("2019-05-14").days_from(parse_day("2019-05")) == DaySpan(-17, 13)
    assert parse_day("D56").days_from(parse_day("2019-05-14")) == DaySpan(56, 56)
    assert parse_day("D56").days_from(None) == DaySpan(56, 56)
    assert parse_day("2019").days_from(None) is None
    assert parse_day("2019").days_from(parse_day("D0")) is None


def test_day_numbers_move_when_a_later_infusion_is_the_index():
    assert parse_day("D70").days_from(parse_day("D56")) == DaySpan(14, 14)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2019-03-31", 6, "2019-09-30"), ("2019-08-30", 6, "2020-02-29"), ("2018-08-30", 6, "2019-02-28"),
     ("2020-02-29", 12, "2021-02-28"), ("2019-12-15", 1, "2020-01-15"), ("2020-01-01", 6, "2020-07-01")],
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_months_last(start, months, end):
    assert add_months(ordinal(start), months) == ordinal(end)


def test_six_months_are_181_to_184_days_and_twelve_365_or_366():
    assert days_in_months(6) == (181, 184)
    assert days_in_months(12) == (365, 366)
    assert days_in_months(1) == (28, 31)


@pytest.mark.parametrize(
    ("earlier", "later", "months", "answer"),
    [
        ("2019-03-31", "2019-09-30", 6, True),
        ("2019-03-31", "2019-09-29", 6, False),  # one day short is no
        ("2019-03", "2019-09-15", 6, None),
        ("2019-03", "2019-09-30", 6, True),
        ("2019-03", "2019-08-31", 6, False),
        ("D0", "D184", 6, True), ("D0", "D183", 6, None), ("D0", "D181", 6, None), ("D0", "D180", 6, False),
        ("D0", "D366", 12, True), ("D0", "D365", 12, None), ("D0", "D364", 12, False),
        ("2019-03-31", "D200", 6, None),
        ("before 2019", "2021", 6, True), ("before 2019", "2019-03", 6, None),
    ],
)  # fmt: skip
def test_whether_so_many_calendar_months_have_passed(earlier, later, months, answer):
    assert months_between(parse_day(earlier), parse_day(later), months) is answer


def test_a_recorded_day_keeps_its_text():
    assert parse_day("M3 .. M6") == RecordedDay("M3 .. M6", False, 91, 183)
