"""What is still to be recorded, as an iCalendar file (RFC 5545): all-day events from the first to the last day of each
window. Children stand in it by their code alone. The same input gives the same bytes: identities come from what an
event is about, and stamps from the day asked about, never from the clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from leadline.protocol.adherence.findings import Adherence, ChildAdherence, Upcoming

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Leadline//Protocol visits//EN"


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The bytes of the file, empty where there is no event (a calendar without one is none); how many events it holds,
    and how many rows it leaves out because the day of the child's infusion is not known in full."""

    content: bytes
    events: int
    left_out: int


def calendar_of(adherence: Adherence) -> CalendarFile:
    """What is still to be recorded of all children, child by child."""
    from icalendar import Calendar

    rows = [(row, child) for child in adherence.children for row in child.upcoming]
    events = [_event(row, child, adherence) for row, child in rows if row.dates]
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    content = calendar.to_ical(sorted=False) if events else b""
    return CalendarFile(content, len(events), len(rows) - len(events))


def _event(row: Upcoming, child: ChildAdherence, adherence: Adherence) -> Event:
    from icalendar import Event

    first, last = (date.fromisoformat(day) for day in row.dates[:2])
    event = Event()
    event.add("uid", _identity(row, adherence))
    event.add("dtstamp", _stamp(row, child, first))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # the first day that is no longer part of it
    event.add("summary", f"{row.patient_id}: {row.title}")
    event.add("description", _description(row, adherence))
    event.add("categories", [row.kind])
    event.add("transp", "TRANSPARENT")
    return event


def _identity(row: Upcoming, adherence: Adherence) -> str:
    """Of the event in this protocol: the same when the file is made again, so that a calendar moves what it holds."""
    about = "\n".join((adherence.protocol_id, row.patient_id, row.kind, row.id))
    return f"{hashlib.sha256(about.encode()).hexdigest()[:32]}@leadline"


def _stamp(row: Upcoming, child: ChildAdherence, first: date) -> datetime:
    """Midnight of the day asked about."""
    behind = 0 if child.today is None else row.first - child.today.last
    day = first - timedelta(days=behind)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _description(row: Upcoming, adherence: Adherence) -> str:
    planned = [f"Planned day: {row.dates[2]}"] if len(row.dates) > 2 else []
    window = f"Window: {row.dates[0]} to {row.dates[1]}"
    record = [f"- {what}" for what in row.record]
    of_protocol = f"{adherence.protocol_title}, version {adherence.protocol_version}"
    return "\n".join([*planned, window, "To record:", *record, of_protocol])
