"""Planned visits against what was recorded: made in the window or not, and what of the plan a visit that was made
lacks.

A contact counts for the planned visit that its `timepoint` names, else for the one in whose window it lies, nearest to
the planned day. Laboratory values drawn within a week of a visit belong to it, as everywhere in the verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from leadline.casebook.case import Assessment, Case
from leadline.casebook.days import DaySpan
from leadline.casebook.items import ITEMS, RECORDED_TOTALS, SLEDAI_FINDINGS
from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.findings import Outcome, Refs, VisitAdherence, VisitState
from leadline.protocol.adherence.membership import under_protocol
from leadline.protocol.needs import collected
from leadline.protocol.protocol import Protocol
from leadline.protocol.schedule import Record, Visit
from leadline.verdicts.view import title_of

RECORD_WORDS = {
    Record.MEDICATIONS: "medicines, with every start, stop and change of dose",
    Record.INFUSIONS: "the infusion, with dose, weight and release tests",
    Record.JOINT_COUNTS: "joints, one by one",
    Record.REPORTS: "what child and parents say",
}
ASKED = "adverse events asked for"

NOT_PLANNED = frozenset({"elevation_attributable_to_jia", *(total.id for total in RECORDED_TOTALS)})
"""Asked only where ESR or CRP is raised; and scores, which follow from their items."""


def planned_items(visit: Visit, diagnosis: str) -> tuple[str, ...]:
    """Items that the visit records in a child of the disease: its own, and those of the measures for that disease."""
    of_measures = collected(visit, diagnosis)
    others = (item for item in ITEMS if item in of_measures)
    return tuple(item for item in dict.fromkeys((*visit.items, *others)) if item not in NOT_PLANNED)


def planned_records(visit: Visit, diagnosis: str) -> tuple[str, ...]:
    """All that the visit records, in plain words."""
    tables = (RECORD_WORDS[record] for record in visit.records)
    items = item_words(planned_items(visit, diagnosis))
    return (*items, *tables, *((ASKED,) if visit.asks else ()))


def item_words(items: tuple[str, ...]) -> tuple[str, ...]:
    """Plain names of items; the 24 findings of SLEDAI-2K together, if all of them are there, are one name."""
    whole = set(SLEDAI) <= set(items)
    named = ((ALL_OF_SLEDAI if whole and item in SLEDAI else title_of(item)) for item in items)
    return tuple(dict.fromkeys(named))


SLEDAI = tuple(item.id for item in SLEDAI_FINDINGS)
ALL_OF_SLEDAI = f"SLEDAI-2K, all {len(SLEDAI)} findings"


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
    return tuple(
        _visit(visit, made.get(visit.id), context, today) for visit in context.protocol.schedule.visits
    )


def _placed(case: Case, protocol: Protocol) -> Mapping[str, Assessment]:
    """Id of a planned visit to the contact that stands for it; each contact stands for one visit."""
    visits = protocol.schedule.visits
    contacts = [one for one in case.assessments if one.ref.table == "visits"]
    placed: dict[str, Assessment] = {}
    for contact in contacts:
        named = next(
            (visit for visit in visits if contact.timepoint.strip().casefold() in _names(visit)), None
        )
        if named is not None:
            placed.setdefault(named.id, contact)
    taken = {id(contact) for contact in placed.values()}
    for visit in visits:
        inside = [one for one in contacts if id(one) not in taken and one.day.within(visit.first, visit.last)]
        if visit.id not in placed and inside:
            nearest = min(inside, key=lambda one: (_distance(one.day, visit.day), -one.day.last))
            placed[visit.id] = nearest
            taken.add(id(nearest))
    return placed


def _names(visit: Visit) -> tuple[str, str]:
    return visit.id.casefold(), visit.title.casefold()


def _distance(span: DaySpan, day: int) -> int:
    return max(abs(span.first - day), abs(span.last - day))


def _visit(
    visit: Visit, contact: Assessment | None, context: Context, today: DaySpan | None
) -> VisitAdherence:
    if contact is not None:
        return _made(visit, contact, context)
    case = context.case
    perhaps = [one for one in case.assessments if one.ref.table == "visits" and _may_be_in(one, visit)]
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
    planned = planned_records(visit, context.case.diagnosis)
    lacking = tuple(_lacking(visit, contact, context))
    state = (
        VisitState.OUTSIDE if inside is False else VisitState.UNPLACED if inside is None else VisitState.MADE
    )
    outcome = {
        VisitState.OUTSIDE: Outcome.MINOR_DEVIATION,
        VisitState.UNPLACED: Outcome.NOT_DOCUMENTED,
        VisitState.MADE: Outcome.NOT_DOCUMENTED if lacking else Outcome.AS_WRITTEN,
    }[state]
    missing = lacking if inside is not None else ("the exact day of the visit", *lacking)
    said = {VisitState.OUTSIDE: "outside its window", VisitState.UNPLACED: "perhaps outside its window"}
    found = f"made on {contact.day}" + (f", {said[state]}" if state in said else "")
    return _row(visit, context.case, state, outcome, found, day=contact.day, recorded=len(planned) - len(lacking),
                planned=len(planned), missing=missing, evidence=(contact.ref,))  # fmt: skip


def _row(
    visit: Visit,
    case: Case,
    state: VisitState,
    outcome: Outcome | None,
    found: str,
    *,
    day: DaySpan | None = None,
    recorded: int = 0,
    planned: int | None = None,
    missing: tuple[str, ...] = (),
    evidence: Refs = (),
) -> VisitAdherence:
    return VisitAdherence(
        visit=visit.id, title=visit.title, planned=visit.day, first=visit.first, last=visit.last,
        dates=calendar_dates(case, visit.first, visit.last, visit.day), state=state, outcome=outcome, found=found,
        day=day, recorded=recorded,
        planned_records=len(planned_records(visit, case.diagnosis)) if planned is None else planned, missing=missing,
        evidence=evidence or (case.ref,),
    )  # fmt: skip


# ---- what a visit lacks ----------------------------------------------------------------------------------------------


def _lacking(visit: Visit, contact: Assessment, context: Context) -> Iterator[str]:
    """What is planned for the visit and not recorded, in plain words."""
    facts = context.view.row(contact).facts
    planned = planned_items(visit, context.case.diagnosis)
    yield from item_words(tuple(item for item in planned if item not in facts or facts[item].value is None))
    for record in visit.records:
        if not _has(record, visit, contact, context.case):
            yield RECORD_WORDS[record]
    if visit.asks and contact.adverse_events_assessed is not True:
        yield ASKED


def _has(record: Record, visit: Visit, contact: Assessment, case: Case) -> bool:
    """Whether the table holds something of the visit. That medicines were gone through leaves a mark only where there
    are any."""
    match record:
        case Record.MEDICATIONS:
            return bool(case.courses) or case.patient.get("drug_history_complete") is True
        case Record.INFUSIONS:
            return any(
                one.given and one.day and one.day.within(visit.first, visit.last) for one in case.infusions
            )
        case Record.JOINT_COUNTS:
            return contact.active_joints is not None or _counted(contact)
        case Record.REPORTS:
            return any(one.day and one.day.within(visit.first, visit.last) for one in case.reports)


def _counted(contact: Assessment) -> bool:
    fact = contact.facts.get("active_joint_count")
    return fact is not None and fact.value is not None
