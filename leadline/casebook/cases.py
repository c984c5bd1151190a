"""From typed tables to one child's record. Children are built a few hundred at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from leadline.casebook.across import index_rows
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
from leadline.casebook.days import FAR, DaySpan, RecordedDay
from leadline.casebook.dosing import frequency_code, unit_code
from leadline.casebook.drugs import recognise
from leadline.casebook.joint_states import joint_facts
from leadline.casebook.schema import TABLES
from leadline.casebook.values import RATERS

CHILDREN_AT_A_TIME = 500

Row = dict[str, Any]
TABLES_OF_A_CHILD = tuple(
    name for name, table in TABLES.items() if name != "patients" and table.column("patient_id")
)

VALUE_COLUMNS = (
    "table", "uid", "visit_row", "visit_uid", "date", "item", "kind", "value", "code", "comparator", "missing",
    "ref_low", "ref_high", "rater", "version", "source_kind",
)  # fmt: skip
"""What of a value goes into a fact, in the order in which `_assessments` unpacks it."""


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


def cases_of(
    casebook: Casebook,
    only: str | None = None,
    *,
    planned: RecordedDay | None = None,
    day_zero: Mapping[str, RecordedDay] = MappingProxyType({}),
) -> Iterator[Case]:
    """Every child in the order of the table, or the one named. Raises KeyError for a child that is not there.

    planned   the day from which the days of a child count who was given no infusion
    day_zero  the day from which the days of a child of this code count, whatever it was given
    """
    patients = casebook.tables["patients"]
    if only is not None:
        patients = patients.filter(pl.col("patient_id") == only)
        if patients.is_empty():
            raise KeyError(only)
    index = index_rows(casebook.tables["infusions"], casebook.index_infusion)
    grouped = {name: _in_order_of(patients, casebook.tables[name]) for name in TABLES_OF_A_CHILD}
    for start in range(0, patients.height, CHILDREN_AT_A_TIME):
        children = patients.slice(start, CHILDREN_AT_A_TIME)
        rows = {
            name: _by_child(frame, start, start + children.height, name) for name, frame in grouped.items()
        }
        for number, patient in enumerate(children.iter_rows(named=True), start):
            own = {name: of_table.get(number, []) for name, of_table in rows.items()}
            row = index.get(patient["patient_id"])
            zero = casebook.days.get(str(row["infusion_start"])) if row else planned
            zero = day_zero.get(patient["patient_id"], zero)
            yield _case(patient, own, _Clock(casebook.days, zero), invented=casebook.kind == "invented")


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table, and where its rows of each child are: `places` has `_place` and the child's number `_child`, child by
    child, each in the order of the table. The rows themselves stay where they are: there may be millions."""

    frame: pl.DataFrame
    places: pl.DataFrame


def _in_order_of(patients: pl.DataFrame, frame: pl.DataFrame) -> _Rows:
    numbers = patients.select("patient_id", pl.int_range(pl.len()).alias("_child"))
    places = frame.select("patient_id", pl.int_range(pl.len()).alias("_place"))
    places = places.join(numbers, on="patient_id", how="inner", maintain_order="left")
    return _Rows(frame, places.select("_place", "_child").sort("_child", maintain_order=True))


def _by_child(table: _Rows, first: int, end: int, name: str) -> dict[int, list[Any]]:
    """Child's number to its rows: dicts, or, for the many values, tuples in the order of VALUE_COLUMNS."""
    some = table.places.filter(pl.col("_child").is_between(first, end, closed="left"))
    if name == "observations":
        rows: Iterable[Any] = table.frame.select(VALUE_COLUMNS)[some["_place"]].iter_rows()
    else:
        rows = table.frame[some["_place"]].iter_rows(named=True)
    by_child: dict[int, list[Any]] = {}
    for number, row in zip(some["_child"], rows, strict=True):
        by_child.setdefault(number, []).append(row)
    return by_child


def _case(patient: Row, rows: Mapping[str, list[Any]], clock: _Clock, *, invented: bool) -> Case:
    def of(table: str, make: Callable[[Row, _Clock], Any]) -> tuple[Any, ...]:
        return tuple(make(row, clock) for row in rows[table])

    assessments, undated = _assessments(rows["visits"], rows["observations"], rows["joint_counts"], clock)
    return Case(
        patient_id=patient["patient_id"], diagnosis=patient["diagnosis"] or "", patient=_fields(patient, "patients"),
        index=clock.index, birth=clock.recorded(patient["birth_date"]), onset=clock.span(patient["onset_date"]),
        last_contact=clock.span(patient["last_contact_date"]), assessments=assessments, undated=undated,
        courses=_by_start(_gone_on_with(of("medications", _course))), infusions=of("infusions", _infusion),
        adverse_events=_by_start(of("adverse_events", _adverse_event)), reports=of("reports", _report),
        ref=RowRef("patients", patient["uid"]), invented=invented,
    )  # fmt: skip


def _fields(row: Row, table: str) -> dict[str, Any]:
    return {column.id: row[column.id] for column in TABLES[table].columns}


def _by_start(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    """By the first day on which it can have begun; those without a start first, in the order of the table."""
    return tuple(
        sorted(facts, key=lambda fact: (fact.start is not None, fact.start.first if fact.start else 0))
    )


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
    visits: list[Row], values: list[tuple[Any, ...]], joints: list[Row], clock: _Clock
) -> tuple[tuple[Assessment, ...], tuple[Assessment, ...]]:
    """All that was recorded on one day, together. A value belongs to the visit that it names; one that names none
    belongs to the only visit of its recorded day, or, with the others of that day, to none."""
    by_row: dict[int, _Draft] = {}
    by_uid: dict[str, _Draft] = {}
    by_day: dict[DayKey, list[_Draft]] = {}
    for visit in visits:
        recorded = clock.recorded(visit["visit_date"])
        if recorded is None:  # a reason why it is missing stands in its place
            recorded = RecordedDay("", True, 0, 0)
        new = _Draft(recorded, RowRef("visits", visit["uid"]), visit, {}, [])
        by_row[visit["_row"]] = new
        if visit["visit_uid"] is not None:
            by_uid[visit["visit_uid"]] = new
        by_day.setdefault(_key(recorded), []).append(new)
    loose: dict[DayKey, _Draft] = {}
    refs: dict[tuple[str, str], RowRef] = {}  # one row of a wide table holds many facts

    def place(visit_uid: str | None, date: str | None, ref: RowRef) -> _Draft | None:
        if visit_uid is not None:
            return by_uid.get(visit_uid)
        recorded = clock.recorded(date)
        if recorded is None:
            return None
        same_day = by_day.get(_key(recorded), ())
        if len(same_day) == 1:
            return same_day[0]
        return loose.setdefault(_key(recorded), _Draft(recorded, ref, None, {}, []))

    for (table, uid, visit_row, visit_uid, date, item, kind, value, code, comparator, missing, low, high, rater,
         version, source) in values:  # fmt: skip
        ref = refs.get((table, uid)) or refs.setdefault((table, uid), RowRef(_same(table), uid))
        draft = by_row[visit_row] if visit_row is not None else place(visit_uid, date, ref)
        if kind == "yes_no" and value is not None:
            value = value == 1
        elif kind == "choice":
            value = code
        fact = Fact(
            _same(item), value, ref, _same(comparator), _same(missing), low, high, _same(rater), _same(version),
            _same(source),
        )  # fmt: skip
        if draft is not None and _is_better(fact, draft.facts.get(item)):
            draft.facts[fact.item] = fact
    for joint in joints:
        draft = place(joint["visit_uid"], joint["visit_date"], RowRef("joint_counts", joint["uid"]))
        if draft is not None:
            draft.joints.append(joint)
    drafts = [*by_row.values(), *loose.values()]
    made = [
        (draft, draft.recorded.days_from(clock.index) if draft.recorded.text else None) for draft in drafts
    ]
    dated = [_assessment(draft, day, clock) for draft, day in made if day is not None]
    dated.sort(key=lambda assessment: (assessment.day.first, assessment.day.last))
    undated = tuple(_assessment(draft, _EVER, clock) for draft, day in made if day is None)
    return tuple(dated), undated


def _same(word: str | None) -> str:
    """The word, or an empty text; each word of a closed set once in memory, however many facts hold it."""
    return _SAME.setdefault(word, word) if word else ""


_SAME: dict[str, str] = {}

_EVER = DaySpan(-FAR, FAR)
"""The day of an assessment of which no day can be counted: nothing is known of it."""


def _assessment(draft: _Draft, day: DaySpan, clock: _Clock) -> Assessment:
    visit = draft.visit or {}
    facts, active = joint_facts(draft.joints, draft.facts)
    return Assessment(
        recorded=draft.recorded, day=day, facts=facts, ref=draft.ref, kind=visit.get("visit_kind") or "",
        timepoint=visit.get("timepoint") or "", adverse_events_assessed=visit.get("adverse_events_assessed"),
        ae_asked_since=clock.span(visit.get("ae_asked_since")), active_joints=active,
    )  # fmt: skip


def _is_better(fact: Fact, present: Fact | None) -> bool:
    """A value comes before a reason for having none; of several raters the first of RATERS is taken."""
    if present is None:
        return True
    return (fact.value is None, _rank(fact)) < (present.value is None, _rank(present))


def _rank(fact: Fact) -> int:
    return RATERS.index(fact.rater) if fact.rater else len(RATERS)


# ---- the other tables --------------------------------------------------------------------------------------------


def _course(row: Row, clock: _Clock) -> DrugCourse:
    drug = recognise(row["drug_text"], row["atc"] or "") or (
        recognise(row["substance"]) if row["substance"] else None
    )
    return DrugCourse(
        ref=RowRef("medications", row["uid"]), drug_text=row["drug_text"],
        substance=drug.substance if drug else "", atc=drug.atc if drug else "", class_id=drug.class_id if drug else "",
        route=row["route"] or "", dose=row["dose"], dose_unit=_code_or_words(row["dose_unit"], unit_code),
        dose_basis=row["dose_basis"] or "",
        frequency=_code_or_words(row["frequency"], frequency_code),
        start=clock.span(row["start_date"]), stop=clock.span(row["end_date"]),
        recorded_start=clock.recorded(row["start_date"]), recorded_stop=clock.recorded(row["end_date"]),
        ongoing=row["ongoing"], ongoing_as_of=clock.span(row["as_of"]), indication=row["indication"] or "",
        stop_reason=row["stop_reason"] or "", response=row["response"] or "",
        response_basis=row["response_basis"] or "",
        adherent=row["taken_as_prescribed"],
    )  # fmt: skip


def _code_or_words(words: str | None, code_of: Callable[[str], str]) -> str:
    """The code that a rule reckons with; where there is none, what the chart says, which a rule can only compare."""
    return code_of(words or "") or words or ""


def _gone_on_with(courses: tuple[DrugCourse, ...]) -> tuple[DrugCourse, ...]:
    """Charts write "12.5 mg to 31 March, 5 mg from 1 April": nobody is without the drug on 31 March."""
    begun = {
        (course.substance, course.route, course.start.first)
        for course in courses
        if course.substance and course.start is not None and course.start.is_exact
    }
    return tuple(
        replace(course, gone_on_with=True)
        if course.stop is not None
        and course.stop.is_exact
        and (course.substance, course.route, course.stop.first + 1) in begun
        else course
        for course in courses
    )


def _infusion(row: Row, clock: _Clock) -> Infusion:
    return Infusion(
        ref=RowRef("infusions", row["uid"]), number=row["infusion_no"], day=clock.span(row["infusion_start"]),
        recorded=clock.recorded(row["infusion_start"]), fields=_fields(row, "infusions"),
        given=row["status"] != "not_given",
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
        ref=RowRef("reports", row["uid"]), claim=row["claim"], speaker=row["speaker"] or "",
        channel=row["channel"] or "", day=clock.span(row["report_date"]),
        recorded=clock.recorded(row["report_date"]), statement=row["statement"] or "",
        domain=row["domain"] or "", source_kind=row["source_kind"],
    )  # fmt: skip


def group_reports_of(casebook: Casebook) -> tuple[GroupReport, ...]:
    rows = casebook.tables["reports"].filter(pl.col("patient_id").is_null())
    return tuple(
        GroupReport(RowRef("reports", row["uid"]), row["claim"], row["speaker"] or "", row["channel"] or "",
                    row["children"], row["statement"] or "")
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
