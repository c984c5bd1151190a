"""The calendar file: read back with the package that wrote it, and held against RFC 5545 apart from it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan
from leadline.protocol.adherence import calendar_of
from leadline.protocol.adherence.findings import Adherence, ChildAdherence, Upcoming

LONG = "Wohlbefinden, Größe; Gewicht\\Länge " * 4  # commas, semicolons, a backslash, letters of two octets


def row(**changes):
    made = Upcoming(
        patient_id="CHILD-01", kind="visit", id="week_8", title="Week 8", first=49, last=63, planned=56,
        dates=("2019-05-02", "2019-05-16", "2019-05-09"), due_now=False, record=("ESR", LONG),
    )  # fmt: skip
    return replace(made, **changes)


WATCH = row(
    kind="watch", id="mas_watch_2", title="Watch, 2 of 6", planned=None, dates=("2019-05-02", "2019-05-02")
)


def calendar(*rows, today=40):
    child = ChildAdherence(
        patient_id="CHILD-01", diagnosis="jia", version="1.0", under_protocol="met", today=DaySpan(today, today),
        eligible="met", eligibility=(), infusions=(), repeat_dosing=(), visits=(), treatment=(), changes=(), watches=(),
        upcoming=rows, notices=(), ref=RowRef("patients", "p"),
    )  # fmt: skip
    return calendar_of(Adherence("msc", "1.0", "Cells", "book", "abc", "0", "", (child,), ()))


def events(*rows, **more):
    return Calendar.from_ical(calendar(*rows, **more).content).walk("VEVENT")


def unfolded(content):
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_window_is_an_event_of_whole_days_up_to_the_day_after_its_last():
    (event,) = events(row())
    assert event.decoded("dtstart") == date(2019, 5, 2)
    assert event.decoded("dtend") == date(2019, 5, 17)
    lines = unfolded(calendar(row()).content)
    assert "DTSTART;VALUE=DATE:20190502" in lines
    assert "DTEND;VALUE=DATE:20190517" in lines


def test_what_is_to_be_recorded_comes_back_as_it_was_written():
    (event,) = events(row())
    assert str(event["summary"]) == "CHILD-01: Week 8"
    assert str(event["description"]).split("\n") == [
        "Planned day: 2019-05-09", "Window: 2019-05-02 to 2019-05-16", "To record:", "- ESR", f"- {LONG}",
        "Cells, version 1.0",
    ]  # fmt: skip


def test_a_watch_has_no_planned_day():
    (event,) = events(WATCH)
    assert "Planned day" not in str(event["description"])
    assert event.decoded("dtend") == date(2019, 5, 3)


def test_every_line_ends_in_crlf_and_has_75_octets_at_most():
    content = calendar(row(), WATCH).content
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_text_is_escaped():
    (line,) = (line for line in unfolded(calendar(row()).content) if line.startswith("DESCRIPTION:"))
    assert "Wohlbefinden\\, Größe\\; Gewicht\\\\Länge" in line
    assert "\\n- ESR\\n" in line


def test_what_rfc_5545_requires_is_there_once():
    lines = unfolded(calendar(row()).content)
    for name in ("PRODID", "VERSION", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"):
        assert sum(line.split(":")[0].split(";")[0] == name for line in lines) == 1, name
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines


def test_the_same_input_gives_the_same_bytes_and_stamps_come_from_the_day_asked_about():
    assert calendar(row(), WATCH) == calendar(row(), WATCH)
    (event,) = events(row(), today=40)
    # the window begins on day 49, 2019-05-02; day 40 is nine days before
    assert event.decoded("dtstamp") == datetime(2019, 4, 23, tzinfo=UTC)
    (later,) = events(row(), today=50)
    assert later.decoded("dtstamp") == datetime(2019, 5, 3, tzinfo=UTC)


def test_an_event_keeps_its_identity_when_its_window_moves_and_no_two_share_one():
    moved = row(dates=("2019-05-03", "2019-05-17", "2019-05-10"))
    assert events(row())[0]["uid"] == events(moved)[0]["uid"]
    identities = {
        str(event["uid"]) for event in events(row(), WATCH, row(id="week_12"), row(patient_id="CHILD-02"))
    }
    assert len(identities) == 4


def test_a_row_without_calendar_days_is_left_out_and_counted():
    made = calendar(row(), row(dates=()))
    assert (made.events, made.left_out) == (1, 1)
    nothing = calendar(row(dates=()))
    assert (nothing.content, nothing.events, nothing.left_out) == (b"", 0, 1)


@pytest.mark.parametrize("kind", ["visit", "watch"])
def test_events_are_of_a_category_and_block_nobodys_time(kind):
    lines = unfolded(calendar(row(kind=kind)).content)
    assert f"CATEGORIES:{kind}" in lines
    assert "TRANSP:TRANSPARENT" in lines
