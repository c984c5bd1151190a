"""What is still to be recorded, as an iCalendar file (RFC 5545): all-day events from the first to the last day of each
window. Children stand in it by their code alone. The same input gives the same bytes: identities come from what an
event is about, and stamps from the day asked about, never from the clock."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from leadline.protocol.adherence.findings import Adherence, ChildAdherence, Upcoming

PRODUCT = "-//Leadline//Protocol visits//EN"


def calendar_of(adherence: Adherence) -> tuple[bytes, int]:
    """The file, and how many rows it leaves out because the day of the child's infusion is not known in full."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    left_out = 0
    for child in adherence.children:
        for row in child.upcoming:
            if row.dates:
                calendar.add_component(_event(row, child, adherence))
            else:
                left_out += 1
    return calendar.to_ical(sorted=False), left_out


def _event(row: Upcoming, child: ChildAdherence, adherence: Adherence):  # type: ignore[no-untyped-def]
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
