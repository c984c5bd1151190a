"""Deaths, as a chart tells of them: by the day of death, by how the child is or why it left, or by a fatal event."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from leadline.casebook.days import parse_day

if TYPE_CHECKING:
    from leadline.casebook.case import Case
    from leadline.casebook.days import DaySpan


def death_day(case: Case) -> DaySpan | None:
    """The day of death, of the child's own row or of a fatal event; None if none is recorded."""
    text = case.patient.get("death_date")
    if isinstance(text, str) and text:
        return parse_day(text).days_from(case.index)
    fatal = [event.stop or event.start for event in case.adverse_events if event.fatal]
    return next((day for day in fatal if day is not None), None)


def has_died(case: Case) -> bool:
    """Whether a death is recorded, with its day or without."""
    reason = str(case.patient.get("follow_up_end_reason") or "").strip().lower()
    told = case.patient.get("vital_status") == "dead" or reason == "died" or death_day(case) is not None
    return told or any(event.fatal for event in case.adverse_events)


def died_of_nothing_recorded(case: Case, by: float = inf) -> bool:
    """Whether the child has died by a day, or may have, and no adverse event is recorded of which it died: a serious
    one is then missing from the record."""
    if not has_died(case) or any(event.fatal for event in case.adverse_events):
        return False
    day = death_day(case)
    return not seen_alive(case, by) if day is None else day.within(0, by) is not False


def seen_alive(case: Case, day: float) -> bool:
    """Whether the child was seen on a day or later: who died without a recorded day died after it."""
    return any(visit.day.first >= day for visit in case.assessments)
