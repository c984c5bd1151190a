"""A casebook held against a protocol: every child, every infusion, every visit, every change of treatment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import leadline
from leadline.casebook import Casebook
from leadline.casebook.case import Case
from leadline.casebook.days import DaySpan, NotADay, RecordedDay, parse_day
from leadline.protocol.adherence.context import DAY_0, Context
from leadline.protocol.adherence.eligibility import check_eligibility, eligible
from leadline.protocol.adherence.findings import Adherence, ChildAdherence, Texts
from leadline.protocol.adherence.infusions import check_infusions, check_repeat_dosing
from leadline.protocol.adherence.judging import is_open
from leadline.protocol.adherence.membership import check_membership, membership_notices, under_protocol
from leadline.protocol.adherence.timepoints import names_nothing, timepoint_words
from leadline.protocol.adherence.treatment import check_changes, check_treatment
from leadline.protocol.adherence.upcoming import is_followed, upcoming_of
from leadline.protocol.adherence.visits import check_visits
from leadline.protocol.adherence.watches import check_watches
from leadline.protocol.protocol import Protocol
from leadline.verdicts import Parameters
from leadline.verdicts.view import CaseView

On = date | int | None
"""The day asked about: a calendar day, a day number counted from each child's index infusion, or the last day that is
known of the record."""


def check_casebook(
    protocol: Protocol, casebook: Casebook, *, on: On = None, parameters: Parameters | None = None
) -> Adherence:
    """How each child of a casebook was treated, against the protocol.

    on          the day from which is asked what is over and what is still to come; None: the casebook's data cut-off,
                else the last day of each child's record. Never today: the same casebook gives the same answer. A
                child who was given no cells is asked about as if they were given on that day
    parameters  of the verdicts, for criteria that rules ask for
    returns     Adherence; a rule that cannot be judged is `not_documented`, with what would document it

    raises OtherProtocol if a child's row names another protocol or another version
    """
    cases = tuple(casebook.cases(planned=_planned(casebook, on)))
    check_membership(protocol, cases, casebook=casebook.name)
    rules = parameters or Parameters()
    closed = casebook.kind == "published" and on is None
    children = tuple(
        check_case(protocol, case, today=day_asked_about(case, casebook, on), parameters=rules, closed=closed)
        for case in cases
    )
    return Adherence(
        protocol_id=protocol.id, protocol_version=protocol.version, protocol_title=protocol.title,
        casebook_name=casebook.name, casebook_hash=casebook.hash, leadline_version=leadline.__version__,
        on="" if on is None else on.isoformat() if isinstance(on, date) else f"day {on}", children=children,
        notices=(*protocol_notices(protocol), *membership_notices(protocol, casebook), *_closed_notice(closed)),
        casebook_kind="invented" if any(case.invented for case in cases) else casebook.kind,
    )  # fmt: skip


def check_case(
    protocol: Protocol,
    case: Case,
    *,
    today: DaySpan | None,
    parameters: Parameters | None = None,
    closed: bool = False,
) -> ChildAdherence:
    """One child. `today` is in days from the index infusion; `closed`: nothing more will be recorded."""
    context = Context(case, CaseView(case, parameters or Parameters()), protocol)
    up_to_day_0 = Context(case, context.view, protocol, infusion=_index_infusion(case), until=0)
    eligibility = check_eligibility(up_to_day_0)
    visits, watches = check_visits(context, today), check_watches(context, today)
    version: Any = case.patient.get("protocol_version")
    treated = any(one.given for one in case.infusions)
    return ChildAdherence(
        patient_id=case.patient_id, diagnosis=case.diagnosis, version=version or "",
        under_protocol=under_protocol(case, protocol), today=today, eligible=eligible(eligibility),
        eligibility=eligibility, infusions=check_infusions(context), repeat_dosing=check_repeat_dosing(context),
        visits=visits, treatment=check_treatment(context, today) if treated else (),
        changes=check_changes(context) if treated else (), watches=watches,
        upcoming=() if closed else upcoming_of(case, protocol, visits, watches, today),
        notices=tuple(_child_notices(case, protocol)), ref=case.ref,
    )  # fmt: skip


def _index_infusion(case: Case) -> Any:
    given = [one for one in case.infusions if one.given]
    at_zero = [one for one in given if one.day is not None and one.day.within(*_ends(DAY_0))]
    return next(iter(at_zero or given), None)


def _ends(span: DaySpan) -> tuple[int, int]:
    return span.first, span.last


# ---- the day asked about ---------------------------------------------------------------------------------------------


def day_asked_about(case: Case, casebook: Casebook, on: On = None) -> DaySpan | None:
    """The day asked about, counted from the child's index infusion; None if it cannot be told."""
    if isinstance(on, date):
        return _counted(on.isoformat(), case) or _last_recorded(case)
    if on is not None:
        return DaySpan(on, on)
    cutoff = casebook.about.get("data_cutoff")
    return (_counted(cutoff, case) if cutoff else None) or _last_recorded(case)


def _planned(casebook: Casebook, on: On) -> RecordedDay | None:
    """The calendar day asked about, as day 0 of those who were given no cells; None if it is no calendar day."""
    text = (
        on.isoformat()
        if isinstance(on, date)
        else casebook.about.get("data_cutoff", "")
        if on is None
        else ""
    )
    try:
        day = parse_day(text)
    except NotADay:
        return None
    return day if day.calendar and day.is_exact else None


def _counted(text: str, case: Case) -> DaySpan | None:
    """A day in days from the index infusion; None where the child's days are numbers, or it is no day."""
    try:
        day = parse_day(text)
    except NotADay:
        return None
    return day.days_from(case.index) if case.index is not None else None


def _last_recorded(case: Case) -> DaySpan | None:
    days = [one.day for one in case.assessments]
    days += [one.day for one in case.infusions if one.day is not None]
    if case.last_contact is not None:
        days.append(case.last_contact)
    return max(days, key=lambda day: (day.last, day.first), default=None)


# ---- notices ---------------------------------------------------------------------------------------------------------


def protocol_notices(protocol: Protocol) -> Texts:
    """What of the protocol cannot be held against anybody, because the centre has still to fill it in."""
    eligibility = protocol.eligibility
    of_child = (
        *eligibility.inclusion,
        *eligibility.exclusion,
        *eligibility.washout,
        *protocol.concomitant.rules,
    )
    rules = (*of_child, *(rule for _, rule in protocol.infusion_rules()))
    waiting = list(dict.fromkeys(rule.title for rule in rules if is_open(rule)))
    waiting += [
        title
        for title, figure in (
            ("Step of the taper", protocol.taper.step),
            ("Time between steps of the taper", protocol.taper.every),
            ("End of the taper", protocol.taper.least),
        )
        if figure.open
    ]
    if not waiting:
        return ()
    return (f"Not judged, because the protocol leaves the figure to the centre: {', '.join(waiting)}.",)


def _closed_notice(closed: bool) -> Texts:
    if not closed:
        return ()
    return ("A published series: nothing more will be recorded, so no visit is listed as still to come.",)


def _untreated(case: Case) -> str:
    if case.index is None:
        return "No infusion is recorded: eligibility can be judged for a day that is asked about."
    return f"No infusion is recorded: eligibility is that of an infusion on {case.index.text}."


def _child_notices(case: Case, protocol: Protocol) -> Iterator[str]:
    if not any(one.given for one in case.infusions):
        yield _untreated(case)
    elif case.index is None:
        yield "The day of the infusion is not recorded: no window can be placed."
    if not is_followed(case):
        yield "No longer followed: nothing is listed as still to come."
    yield from _unmatched_timepoints(case, protocol)


def _unmatched_timepoints(case: Case, protocol: Protocol) -> Iterator[str]:
    unmatched = [one for one in case.assessments if names_nothing(one, protocol.schedule)]
    if unmatched:
        known = sorted({words for one in unmatched if (words := timepoint_words(one))})
        shown = f" ({', '.join(known)})" if known else ""
        points = (
            "time point of 1 contact names"
            if len(unmatched) == 1
            else f"time points of {len(unmatched)} contacts name"
        )
        placed = "it is" if len(unmatched) == 1 else "they are"
        yield f"The {points} no visit of the schedule{shown}: {placed} placed by day alone."
