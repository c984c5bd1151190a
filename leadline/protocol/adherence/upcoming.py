"""What is still to be recorded of a child on the day asked about: planned visits whose window is not over, and the
intervals of a watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from leadline.casebook.case import Case
from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.findings import Upcoming, VisitAdherence, VisitState, WatchAdherence
from leadline.protocol.adherence.records import planned_records
from leadline.protocol.adherence.visits import calendar_dates
from leadline.protocol.protocol import Protocol

ENDED = frozenset({"transferred", "adult care", "lost", "died"})
"""Reasons for the end of follow-up, as the table of children names them."""


def upcoming_of(
    case: Case,
    protocol: Protocol,
    visits: tuple[VisitAdherence, ...],
    watches: tuple[WatchAdherence, ...],
    today: DaySpan | None,
) -> tuple[Upcoming, ...]:
    """In the order of the days on which their windows end; nothing for a child who is no longer followed."""
    if today is None or not is_followed(case):
        return ()
    rows = (*_of_visits(case, protocol, visits, today), *_of_watches(case, watches, today))
    return tuple(sorted(rows, key=lambda row: (row.last, row.first, row.id)))


def is_followed(case: Case) -> bool:
    """Whether the child is still followed, as far as the record says."""
    reason = case.patient.get("follow_up_end_reason")
    ended = isinstance(reason, str) and reason.strip().casefold() in ENDED
    return not ended and case.patient.get("vital_status") != "dead"


def _of_visits(
    case: Case, protocol: Protocol, visits: tuple[VisitAdherence, ...], today: DaySpan
) -> Iterator[Upcoming]:
    for row in visits:
        visit = protocol.schedule.visit(row.visit)
        if row.state is VisitState.OPEN and visit is not None:
            yield Upcoming(
                patient_id=case.patient_id, kind="visit", id=row.visit, title=row.title, first=row.first,
                last=row.last, planned=row.planned, dates=row.dates, due_now=today.last >= row.first,
                record=planned_records(visit, case.diagnosis),
            )  # fmt: skip


def _of_watches(case: Case, watches: tuple[WatchAdherence, ...], today: DaySpan) -> Iterator[Upcoming]:
    """A child may have several watches of one kind, each after the stop of another drug, or of one drug twice."""
    begun: Counter[str] = Counter()
    for watch in watches:
        after = f"{watch.watch}_{watch.drug.replace(' ', '_')}"
        begun[after] += 1
        name = after if begun[after] == 1 else f"{after}_again_{begun[after]}"
        for number, period in enumerate(watch.periods, start=1):
            if period.state in ("due", "to_come"):
                yield Upcoming(
                    patient_id=case.patient_id, kind="watch", id=f"{name}_{number}",
                    title=f"{watch.title} after {watch.drug}, {number} of {len(watch.periods)}",
                    first=period.first, last=period.last,
                    planned=None, dates=calendar_dates(case, period.first, period.last),
                    due_now=today.last >= period.first, record=period.missing,
                )  # fmt: skip
