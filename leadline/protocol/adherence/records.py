"""What a planned visit must record of a child, and what of it is not recorded, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.casebook.case import Assessment, Case
from leadline.casebook.items import ITEMS, RECORDED_TOTALS, SLEDAI_FINDINGS
from leadline.protocol.adherence.context import Context, is_answered
from leadline.protocol.adherence.findings import Texts
from leadline.protocol.needs import collected
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


@dataclass(frozen=True, slots=True)
class Recorded:
    """How much of the plan a visit holds, counted finding by finding, and what it lacks in plain words."""

    planned: int
    recorded: int
    lacking: Texts


def nothing_recorded(visit: Visit, diagnosis: str) -> Recorded:
    """Of a visit that was not made: what was planned."""
    return Recorded(_how_many(visit, diagnosis), 0, ())


def recorded_at(visit: Visit, contact: Assessment, context: Context) -> Recorded:
    """What of the plan is recorded at the contact that stands for the visit. Laboratory values drawn within a week of
    it belong to it, as everywhere in the verdicts."""
    case = context.case
    facts = context.view.row(contact).facts if contact.ref.table != "infusions" else {}
    items = tuple(
        item
        for item in planned_items(visit, case.diagnosis)
        if item not in facts or not is_answered(facts[item])
    )
    tables = tuple(record for record in visit.records if not _has(record, visit, contact, case))
    unasked = bool(visit.asks) and contact.adverse_events_assessed is not True
    words = (*item_words(items), *(RECORD_WORDS[record] for record in tables), *((ASKED,) if unasked else ()))
    planned = _how_many(visit, case.diagnosis)
    return Recorded(planned, planned - len(items) - len(tables) - unasked, words)


def _how_many(visit: Visit, diagnosis: str) -> int:
    return len(planned_items(visit, diagnosis)) + len(visit.records) + bool(visit.asks)


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
