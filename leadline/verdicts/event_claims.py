"""Claims that nothing bad happened (verdicts 3): silence is not safety.

Documented only if adverse events were asked for at one contact at least in each window up to the claim's day and
none (none serious) is recorded. A recorded one contradicts. Otherwise the claim is reported only.
"""

from __future__ import annotations

from leadline.casebook.case import AdverseEvent, Assessment, Case, RowRef
from leadline.casebook.days import DaySpan
from leadline.casebook.deaths import died_of_nothing_recorded
from leadline.verdicts.findings import CriterionOutcome, Result, SettlingItem
from leadline.verdicts.outcomes import outcome_on, when_words
from leadline.verdicts.parameters import Parameters, Window

NO_EVENT = "no_adverse_event"
NO_SERIOUS_EVENT = "no_serious_adverse_event"
CAUSE_OF_DEATH = "the adverse event of which the child died"


def asked(case: Case) -> tuple[Assessment, ...]:
    """The contacts from the index infusion on at which adverse events were asked for."""
    return tuple(
        assessment
        for assessment in case.assessments
        if assessment.adverse_events_assessed and assessment.day.first >= 0
    )


def asked_spans(case: Case) -> tuple[DaySpan, ...]:
    """The days that questions about adverse events reached back over: from `ae_asked_since`, or else the contact
    before, to the contact. Only days that the question surely covers count."""
    spans = []
    for number, assessment in enumerate(case.assessments):
        if not assessment.adverse_events_assessed:
            continue
        since = assessment.ae_asked_since
        if since is None and number:
            since = case.assessments[number - 1].day
        first = assessment.day.first if since is None else since.last
        spans.append(DaySpan(min(first, assessment.day.first), assessment.day.first))
    return merged(spans)


def merged(spans: list[DaySpan]) -> tuple[DaySpan, ...]:
    """Spans in order, those that touch or overlap made one."""
    out: list[DaySpan] = []
    for span in sorted(spans, key=lambda one: (one.first, one.last)):
        if out and span.first <= out[-1].last:
            out[-1] = DaySpan(out[-1].first, max(out[-1].last, span.last))
        else:
            out.append(span)
    return tuple(out)


def _windows_to_ask(day: DaySpan, parameters: Parameters) -> tuple[Window, ...]:
    """The windows whose target day has come by the claim; before the first of them, the days since the infusion. Of a
    partial day, what any of its days asks for."""
    due = tuple(window for window in parameters.windows if window.target <= day.last)
    if due and due[0].target <= day.first:
        return due
    return (Window("since_infusion", "since the infusion", 1, 1, max(day.first, 1)), *due)


def no_event(
    case: Case, day: DaySpan | None, parameters: Parameters, *, serious_only: bool
) -> CriterionOutcome:
    """Whether no (serious) adverse event happened from the infusion to the claim's day."""
    criterion = NO_SERIOUS_EVENT if serious_only else NO_EVENT
    kind = "serious adverse event" if serious_only else "adverse event"
    title = f"Adverse events asked for in each window, no {kind} recorded"
    refs = _rows_up_to(case, day)
    if day is None:
        item = SettlingItem("the day of the claim", "", criterion, "with the report")
        return outcome_on(criterion, title, "indeterminate", day, evidence=refs, settling=(item,))
    states = [(event, _counts(event, day, serious_only=serious_only)) for event in case.adverse_events]
    happened = [event for event, counts in states if counts]
    perhaps = [event for event, counts in states if counts is None]
    unasked = [window for window in _windows_to_ask(day, parameters) if not _asked_in(case, window, day)]
    death = died_of_nothing_recorded(case, day.last)
    result: Result = "not_met" if happened else "indeterminate" if perhaps or unasked or death else "met"
    last = max((visit.day.last for visit in asked(case) if visit.day.last <= day.last), default=None)
    details = (
        (f"{len(happened)} recorded up to {day}",)
        if happened
        else (f"no {kind} on the days asked, 0 to {last}",)
        if result == "met"
        else ()
    )
    settling = (
        *(
            SettlingItem("adverse events asked for", "", criterion, when_words(w), w.first, w.last)
            for w in unasked
        ),
        *(
            SettlingItem(f"{_lacking(event)} of a recorded event", "", criterion, f"up to {day}")
            for event in perhaps
        ),
        *((SettlingItem(CAUSE_OF_DEATH, "", criterion, f"up to {day}"),) if death else ()),
    )
    return outcome_on(criterion, title, result, day, evidence=refs, details=details, settling=settling)


def _rows_up_to(case: Case, day: DaySpan | None) -> tuple[RowRef, ...]:
    """The contacts that asked and the events, but those after the claim, which it says nothing about. An event of an
    unknown day may lie before it."""
    end = None if day is None else day.last
    visits = [visit for visit in asked(case) if end is None or visit.day.first <= end]
    events = [
        event
        for event in case.adverse_events
        if end is None or event.start is None or event.start.first <= end
    ]
    return (*(visit.ref for visit in visits), *(event.ref for event in events))


def _asked_in(case: Case, window: Window, day: DaySpan) -> bool:
    """Whether somebody asked in the window, and not only after the claim. A claim of a partial day may have been made
    on its first day on which the window counts."""
    by = max(window.target, day.first)
    return any(visit.day.within(window.first, window.last) and visit.day.last <= by for visit in asked(case))


def _counts(event: AdverseEvent, day: DaySpan, *, serious_only: bool) -> bool | None:
    """Whether the event happened between the infusion and the claim, and is of the kind asked about."""
    of_kind = event.serious if serious_only else True
    if of_kind is False:
        return False
    in_time = None if event.start is None else _in_time(event.start, day)
    if in_time is False:
        return False
    return True if in_time and of_kind else None


def _in_time(start: DaySpan, day: DaySpan) -> bool | None:
    """Whether from the infusion to the claim, on every day that the claim can have been made; None on some only."""
    soonest, latest = start.within(0, day.first), start.within(0, day.last)
    return soonest if soonest is latest else None


def _lacking(event: AdverseEvent) -> str:
    return "the seriousness" if event.serious is None else "the exact day"
