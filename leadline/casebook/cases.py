"""From typed tables to one child's record. Children are built a few hundred at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from leadline.casebook.case import (
    AdverseEvent,
    Assessment,
    Case,
    DrugCourse,
    Fact,
    GroupReport,
    Infusion,
    Report,
    RowRef,
)
from leadline.casebook.casebook import Casebook
from leadline.casebook.checking import index_rows
from leadline.casebook.days import DaySpan, RecordedDay
from leadline.casebook.drugs import recognise
from leadline.casebook.joint_states import joint_facts
from leadline.casebook.schema import HOUSEKEEPING, TABLES

CHILDREN_AT_A_TIME = 500

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
"""Patient id to that child's rows of one table."""

RATERS = ("physician", "parent", "patient", "nurse", "device", "laboratory", "")
"""Where one item was rated by several people at one assessment, the first of these is taken; the others stay in the table."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """What turns a recorded text into days from the child's index infusion."""

    days: Mapping[str, RecordedDay]
    index: RecordedDay | None

    def recorded(self, text: str | None) -> RecordedDay | None:
        return None if text is None else self.days.get(text)

    def span(self, text: str | None) -> DaySpan | None:
        day = self.recorded(text)
        return None if day is None else day.days_from(self.index)


def cases_of(casebook: Casebook, only: str | None = None) -> Iterator[Case]:
    """Every child in the order of the table, or the one named. Raises KeyError for a child that is not there."""
    patients = casebook.tables["patients"]
    if only is not None:
        patients = patients.filter(pl.col("patient_id") == only)
        if patients.is_empty():
            raise KeyError(only)
    index = index_rows(casebook.tables["infusions"], casebook.index_infusion)
    sorted_tables = {name: frame.sort("patient_id", maintain_order=True) for name, frame in casebook.tables.items()
                     if "patient_id" in frame.columns and name != "patients"}  # fmt: skip
    for start in range(0, patients.height, CHILDREN_AT_A_TIME):
        some = patients.slice(start, CHILDREN_AT_A_TIME)
        ids = some["patient_id"].implode()
        rows = {name: _by_child(frame.filter(pl.col("patient_id").is_in(ids)), name) for name, frame in sorted_tables.items()}
        for patient in some.iter_rows(named=True):
            row = index.get(patient["patient_id"])
            zero = casebook.days.get(str(row["infusion_start"])) if row else None
            yield _case(patient, rows, _Clock(casebook.days, zero), invented=casebook.kind == "invented")


def _by_child(frame: pl.DataFrame, name: str) -> Rows:
    rows: dict[str, list[Row]] = {}
    for row in frame.iter_rows(named=True):
        rows.setdefault(row["patient_id"], []).append(row)
    return rows


def _case(patient: Row, rows: Mapping[str, Rows], clock: _Clock, *, invented: bool) -> Case:
    patient_id = patient["patient_id"]

    def of(table: str, make: Callable[[Row, _Clock], Any]) -> tuple[Any, ...]:
        return tuple(make(row, clock) for row in rows[table].get(patient_id, ()))

    assessments, undated = _assessments(
        rows["visits"].get(patient_id, []), rows["observations"].get(patient_id, []), rows["joint_counts"].get(patient_id, []), clock
    )
    return Case(
        patient_id=patient_id, diagnosis=patient["diagnosis"] or "", patient=_fields(patient, "patients"),
        index=clock.index, birth=clock.recorded(patient["birth_date"]), onset=clock.span(patient["onset_date"]),
        last_contact=clock.span(patient["last_contact_date"]), assessments=assessments, undated=undated,
        courses=_by_start(of("medications", _course)), infusions=of("infusions", _infusion),
        adverse_events=_by_start(of("adverse_events", _adverse_event)), reports=of("reports", _report),
        ref=RowRef("patients", patient["uid"]), invented=invented,
    )  # fmt: skip


def _fields(row: Row, table: str) -> dict[str, Any]:
    return {column.id: row[column.id] for column in TABLES[table].columns}


def _by_start(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    """By the first day on which it can have begun; those without a start first, in the order of the table."""
    return tuple(sorted(facts, key=lambda fact: (fact.start is not None, fact.start.first if fact.start else 0)))


# ---- assessments -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """An assessment while its facts are gathered."""

    recorded: RecordedDay
    ref: RowRef
    visit: Row | None
    facts: dict[str, Fact]
    joints: list[Row]


DayKey = tuple[bool, int, int, bool]


def _key(day: RecordedDay) -> DayKey:
    return day.calendar, day.first, day.last, day.about


def _assessments(
    visits: list[Row], values: list[Row], joints: list[Row], clock: _Clock
) -> tuple[tuple[Assessment, ...], tuple[Assessment, ...]]:
    """All that was recorded on one day, together. A value belongs to the visit that it names; one that names none belongs
    to the only visit of its recorded day, or, with the others of that day, to none."""
    by_row: dict[int, _Draft] = {}
    by_uid: dict[str, _Draft] = {}
    by_day: dict[DayKey, list[_Draft]] = {}
    for visit in visits:
        recorded = clock.recorded(visit["visit_date"])
        if recorded is None:
            recorded = RecordedDay(visit["visit_date"] or "", False, -_NO_DAY, _NO_DAY)
        draft = _Draft(recorded, RowRef("visits", visit["uid"]), visit, {}, [])
        by_row[visit["_row"]] = draft
        if visit["visit_uid"] is not None:
            by_uid[visit["visit_uid"]] = draft
        by_day.setdefault(_key(recorded), []).append(draft)
    loose: dict[DayKey, _Draft] = {}

    def place(row: Row, date: str | None, table: str) -> _Draft | None:
        if row["visit_uid"] is not None:
            return by_uid.get(row["visit_uid"])
        recorded = clock.recorded(date)
        if recorded is None:
            return None
        same_day = by_day.get(_key(recorded), ())
        if len(same_day) == 1:
            return same_day[0]
        return loose.setdefault(_key(recorded), _Draft(recorded, RowRef(table, row["uid"]), None, {}, []))

    for value in values:
        draft = by_row.get(value["visit_row"]) if value["visit_row"] is not None else place(value, value["date"], "observations")
        if draft is not None:
            _add_fact(draft.facts, _fact(value))
    for joint in joints:
        draft = place(joint, joint["visit_date"], "joint_counts")
        if draft is not None:
            draft.joints.append(joint)
    drafts = [*by_row.values(), *loose.values()]
    made = [(draft, draft.recorded.days_from(clock.index)) for draft in drafts]
    dated = [_assessment(draft, day, clock) for draft, day in made if day is not None]
    dated.sort(key=lambda assessment: (assessment.day.first, assessment.day.last))
    undated = tuple(_assessment(draft, _EVER, clock) for draft, day in made if day is None)
    return tuple(dated), undated


_NO_DAY = 10**6
_EVER = DaySpan(-_NO_DAY, _NO_DAY)


def _assessment(draft: _Draft, day: DaySpan, clock: _Clock) -> Assessment:
    visit = draft.visit or {}
    facts, active = joint_facts(draft.joints, draft.facts)
    return Assessment(
        recorded=draft.recorded, day=day, facts=facts, ref=draft.ref, kind=visit.get("visit_kind") or "",
        timepoint=visit.get("timepoint") or "", adverse_events_assessed=visit.get("adverse_events_assessed"),
        ae_asked_since=clock.span(visit.get("ae_asked_since")), active_joints=active,
    )  # fmt: skip


def _fact(row: Row) -> Fact:
    value = row["value"]
    if row["kind"] == "yes_no":
        value = None if value is None else value == 1
    elif row["kind"] == "choice":
        value = row["code"]
    return Fact(
        row["item"], value, RowRef(row["table"], row["uid"]), row["comparator"] or "", row["missing"] or "",
        row["ref_low"], row["ref_high"], row["rater"] or "", row["version"] or "", row["source_kind"],
    )  # fmt: skip


def _add_fact(facts: dict[str, Fact], fact: Fact) -> None:
    """A value comes before a reason for having none; of several raters the first of RATERS is taken."""
    present = facts.get(fact.item)
    if present is None or (present.value is None, _rank(present)) > (fact.value is None, _rank(fact)):
        facts[fact.item] = fact


def _rank(fact: Fact) -> int:
    return RATERS.index(fact.rater)


# ---- the other tables --------------------------------------------------------------------------------------------


def _course(row: Row, clock: _Clock) -> DrugCourse:
    drug = recognise(row["drug_text"], row["atc"] or "") or (recognise(row["substance"]) if row["substance"] else None)
    return DrugCourse(
        ref=RowRef("medications", row["uid"]), drug_text=row["drug_text"],
        substance=drug.substance if drug else "", atc=drug.atc if drug else "", class_id=drug.class_id if drug else "",
        route=row["route"] or "", dose=row["dose"], dose_unit=row["dose_unit"] or "", dose_basis=row["dose_basis"] or "",
        frequency=row["frequency"] or "", start=clock.span(row["start_date"]), stop=clock.span(row["end_date"]),
        recorded_start=clock.recorded(row["start_date"]), recorded_stop=clock.recorded(row["end_date"]),
        ongoing=row["ongoing"], ongoing_as_of=clock.span(row["as_of"]), indication=row["indication"] or "",
        stop_reason=row["stop_reason"] or "", response=row["response"] or "", response_basis=row["response_basis"] or "",
    )  # fmt: skip


def _infusion(row: Row, clock: _Clock) -> Infusion:
    return Infusion(
        ref=RowRef("infusions", row["uid"]), number=row["infusion_no"], day=clock.span(row["infusion_start"]),
        recorded=clock.recorded(row["infusion_start"]), fields=_fields(row, "infusions"), given=row["status"] != "not_given",
    )  # fmt: skip


def _adverse_event(row: Row, clock: _Clock) -> AdverseEvent:
    criteria = tuple((row["serious_criteria"] or "").split(";")) if row["serious_criteria"] else ()
    return AdverseEvent(
        ref=RowRef("adverse_events", row["uid"]), term=row["term_text"], start=clock.span(row["start_date"]),
        stop=clock.span(row["end_date"]), grade=row["ctcae_grade"], serious=row["serious"], serious_criteria=criteria,
        relation=row["relation_msc"] or "", relation_method=row["method"] or "", outcome=row["outcome"] or "",
        action=row["action_taken"] or "", recorded_start=clock.recorded(row["start_date"]),
    )  # fmt: skip


def _report(row: Row, clock: _Clock) -> Report:
    return Report(
        ref=RowRef("reports", row["uid"]), claim=row["claim"], speaker=row["speaker"] or "", channel=row["channel"] or "",
        day=clock.span(row["report_date"]), recorded=clock.recorded(row["report_date"]), statement=row["statement"] or "",
        domain=row["domain"] or "", source_kind=row["source_kind"],
    )  # fmt: skip


def group_reports_of(casebook: Casebook) -> tuple[GroupReport, ...]:
    rows = casebook.tables["reports"].filter(pl.col("patient_id").is_null())
    return tuple(
        GroupReport(RowRef("reports", row["uid"]), row["claim"], row["speaker"] or "", row["channel"] or "",
                    row["children"], row["statement"] or "")
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
