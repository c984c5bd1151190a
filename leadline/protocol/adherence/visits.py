"""Planned visits against what was recorded: made in the window or not, and what of the plan a visit that was made
lacks.

A contact counts for the planned visit that its time point names (`timepoints`), else for the one in whose window it
lies, nearest to the planned day. Where no contact is recorded, values of a day in the window stand for one, and for the
visit of the infusion the infusion itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from leadline.casebook.case import Assessment, Case
from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.findings import Outcome, Refs, Texts, VisitAdherence, VisitState
from leadline.protocol.adherence.membership import under_protocol
from leadline.protocol.adherence.records import Recorded, nothing_recorded, recorded_at
from leadline.protocol.adherence.timepoints import named_visit
from leadline.protocol.protocol import Protocol
from leadline.protocol.schedule import Record, Visit


def calendar_dates(case: Case, *days: int | None) -> tuple[str, ...]:
    """The calendar days of day numbers; none where the day of the index infusion is not known in full."""
    if case.index is None or not case.index.calendar or not case.index.is_exact:
        return ()
    return tuple(date.fromordinal(case.index.first + day).isoformat() for day in days if day is not None)


# ---- placing contacts ------------------------------------------------------------------------------------------------


def check_visits(context: Context, today: DaySpan | None) -> tuple[VisitAdherence, ...]:
    """Every planned visit of the child, in the order of the schedule. A child without a dated infusion has none."""
    if not any(one.given and one.day is not None for one in context.case.infusions):
        return ()
    made = _placed(context.case, context.protocol)
    return tuple(_visit(visit, made, context, today) for visit in context.protocol.schedule.visits)


def _placed(case: Case, protocol: Protocol) -> Mapping[str, Assessment]:
    """Id of a planned visit to the contact that stands for it; each contact stands for one visit."""
    visits = protocol.schedule.visits
    contacts = [one for one in case.assessments if one.ref.table == "visits"]
    placed: dict[str, Assessment] = {}
    for contact in contacts:
        named = named_visit(contact, protocol.schedule)
        if named is not None:
            placed.setdefault(named.id, contact)
    loose = [one for one in case.assessments if one.ref.table != "visits"]
    for candidates in (contacts, loose, list(_infusion_days(case))):
        _place_nearest(placed, visits, candidates)
    return placed


def _place_nearest(
    placed: dict[str, Assessment], visits: Sequence[Visit], candidates: Sequence[Assessment]
) -> None:
    """Give each visit that has none the candidate nearest to its planned day, of those that no visit has."""
    for visit in visits:
        free = [one for one in candidates if all(one is not other for other in placed.values())]
        inside = [
            one for one in free if one.day.within(visit.first, visit.last) and _may_stand_for(one, visit)
        ]
        if visit.id not in placed and inside:
            placed[visit.id] = min(inside, key=lambda one: (_distance(one.day, visit.day), -one.day.last))


def _infusion_days(case: Case) -> Iterator[Assessment]:
    """The days of infusions, as contacts at which nothing else was recorded."""
    for infusion in case.infusions:
        if infusion.given and infusion.day is not None and infusion.recorded is not None:
            yield Assessment(infusion.recorded, infusion.day, {}, infusion.ref)


def _may_stand_for(contact: Assessment, visit: Visit) -> bool:
    return contact.ref.table != "infusions" or Record.INFUSIONS in visit.records


def _distance(span: DaySpan, day: int) -> int:
    return max(abs(span.first - day), abs(span.last - day))


def _visit(
    visit: Visit, made: Mapping[str, Assessment], context: Context, today: DaySpan | None
) -> VisitAdherence:
    if visit.id in made:
        return _made(visit, made[visit.id], context)
    case, taken = context.case, {id(contact) for contact in made.values()}
    perhaps = [one for one in case.assessments if id(one) not in taken and _may_be_in(one, visit)]
    if perhaps:
        refs = tuple(one.ref for one in perhaps)
        found = "a contact of that time, its day known in part"
        missing = ("the day of the contact",)
        return _row(
            visit, case, VisitState.UNPLACED, Outcome.NOT_DOCUMENTED, found, missing=missing, evidence=refs
        )
    if _died_before(case, visit):
        return _row(visit, case, VisitState.NOT_DUE, None, "the child had died")
    if today is None or today.first <= visit.last:
        return _row(visit, case, VisitState.OPEN, None, "its window is not over")
    if any(one.day.first > visit.last for one in case.assessments if one.ref.table == "visits"):
        return _missed(visit, context)
    return _row(visit, case, VisitState.NO_RECORD, Outcome.NOT_DOCUMENTED, "no contact recorded so late",
                missing=("the visit, or why it was not made",))  # fmt: skip


def _missed(visit: Visit, context: Context) -> VisitAdherence:
    """A deviation only in a child who is said to be treated by this protocol: for another the visit was not planned."""
    found = "no contact recorded in its window, and later ones are"
    if under_protocol(context.case, context.protocol) == "met":
        outcome = _grade_of_missed(visit, context.protocol)
        return _row(visit, context.case, VisitState.MISSED, outcome, found)
    missing = ("whether the visit was planned: the protocol and its version",)
    return _row(visit, context.case, VisitState.MISSED, Outcome.NOT_DOCUMENTED, found, missing=missing)


def _may_be_in(contact: Assessment, visit: Visit) -> bool:
    return contact.day.within(visit.first, visit.last) is None


def _died_before(case: Case, visit: Visit) -> bool:
    return (
        case.patient.get("vital_status") == "dead"
        and case.last_contact is not None
        and (case.last_contact.last < visit.last)
    )


def _grade_of_missed(visit: Visit, protocol: Protocol) -> Outcome:
    """A visit on which an answer rests is missed gravely: the baseline, the infusion, those of the estimands."""
    schedule = protocol.schedule
    estimands = {
        objective.estimand.visit for objective in protocol.objectives if objective.level == "primary"
    }
    grave = visit.id in {schedule.screening, schedule.baseline, schedule.index, *estimands}
    return Outcome.MAJOR_DEVIATION if grave else Outcome.MINOR_DEVIATION


def _made(visit: Visit, contact: Assessment, context: Context) -> VisitAdherence:
    inside = contact.day.within(visit.first, visit.last)
    held = recorded_at(visit, contact, context)
    complete = Outcome.NOT_DOCUMENTED if held.lacking else Outcome.AS_WRITTEN
    state, outcome, said = {
        True: (VisitState.MADE, complete, ""),
        False: (VisitState.OUTSIDE, Outcome.MINOR_DEVIATION, ", outside its window"),
        None: (VisitState.UNPLACED, Outcome.NOT_DOCUMENTED, ", perhaps outside its window"),
    }[inside]
    missing = held.lacking if inside is not None else ("the exact day of the visit", *held.lacking)
    found = f"{_HOW_KNOWN.get(contact.ref.table, 'values recorded')} on {contact.day}{said}"
    return _row(visit, context.case, state, outcome, found, day=contact.day, held=held, missing=missing,
                evidence=(contact.ref,))  # fmt: skip


_HOW_KNOWN = {"visits": "made", "infusions": "infusion given"}


def _row(
    visit: Visit,
    case: Case,
    state: VisitState,
    outcome: Outcome | None,
    found: str,
    *,
    day: DaySpan | None = None,
    held: Recorded | None = None,
    missing: Texts = (),
    evidence: Refs = (),
) -> VisitAdherence:
    held = held or nothing_recorded(visit, case.diagnosis)
    return VisitAdherence(
        visit=visit.id, title=visit.title, planned=visit.day, first=visit.first, last=visit.last,
        dates=calendar_dates(case, visit.first, visit.last, visit.day), state=state, outcome=outcome, found=found,
        day=day, recorded=held.recorded, planned_records=held.planned, missing=missing,
        evidence=evidence or (case.ref,),
    )  # fmt: skip
