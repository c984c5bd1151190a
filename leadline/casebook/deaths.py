"""Deaths, as a chart tells of them: by the day of death, by how the child is or why it left, or by a fatal event."""

from __future__ import annotations

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


def died_by(case: Case, day: float) -> bool | None:
    """Whether the child had died by a day; None where a death is recorded, and its day does not tell."""
    if not has_died(case):
        return False
    when = death_day(case)
    return None if when is None else when.within(-float("inf"), day)
