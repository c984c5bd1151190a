"""Cases built by hand for the tests of verdicts: facts on days, without a casebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from leadline.casebook.case import (
    AdverseEvent,
    Assessment,
    Case,
    DrugCourse,
    Fact,
    Infusion,
    Report,
    RowRef,
)
from leadline.casebook.days import DaySpan, RecordedDay
from leadline.casebook.drugs import recognise

Facts = Mapping[str, float | bool | str]


def span(day: int | tuple[int, int] | None) -> DaySpan | None:
    if day is None:
        return None
    return DaySpan(day, day) if isinstance(day, int) else DaySpan(*day)


def recorded(day: int | tuple[int, int] | None, index: date | None) -> RecordedDay | None:
    where = span(day)
    if where is None:
        return None
    zero = index.toordinal() if index else 0
    return RecordedDay(str(day), index is not None, where.first + zero, where.last + zero)


def visit(
    day: int | tuple[int, int],
    facts: Facts | None = None,
    *,
    asked: bool | None = None,
    index: date | None = None,
    limits: Mapping[str, float] | None = None,
    raters: Mapping[str, str] | None = None,
    lists: str = "",
) -> Assessment:
    where, when = span(day), recorded(day, index)
    assert where is not None
    assert when is not None
    uid = f"visit {day}"
    made = {
        item: Fact(
            item,
            value,
            RowRef("visits", uid),
            ref_high=(limits or {}).get(item),
            rater=(raters or {}).get(item, ""),
            version=lists if item.endswith("_joint_count") else "",
        )
        for item, value in (facts or {}).items()
    }
    return Assessment(when, where, made, RowRef("visits", uid), adverse_events_assessed=asked)


def drug(
    name: str,
    start: int | tuple[int, int] | None,
    stop: int | tuple[int, int] | None = None,
    *,
    dose: float | None = None,
    frequency: str = "",
    basis: str = "fixed",
    route: str = "po",
    ongoing: bool | None = None,
    as_of: int | None = None,
    stop_reason: str = "",
    indication: str = "",
) -> DrugCourse:
    known = recognise(name)
    return DrugCourse(
        RowRef("medications", f"{name} {start}"),
        name,
        substance=known.substance if known else "",
        class_id=known.class_id if known else "",
        route=route,
        dose=dose,
        dose_unit="mg",
        dose_basis=basis,
        frequency=frequency,
        start=span(start),
        stop=span(stop),
        ongoing=ongoing,
        ongoing_as_of=span(as_of),
        stop_reason=stop_reason,
        indication=indication,
    )


def event(day: int | None, term: str, *, serious: bool | None, grade: int | None = None) -> AdverseEvent:
    return AdverseEvent(RowRef("adverse_events", f"{term} {day}"), term, span(day), None, grade, serious)


def report(claim: str, day: int | tuple[int, int] | None, speaker: str = "mother") -> Report:
    return Report(
        RowRef("reports", f"{claim} {day}"), claim, speaker, "visit", span(day), recorded(day, None)
    )


def case(
    diagnosis: str,
    visits: Iterable[Assessment],
    *,
    drugs: Iterable[DrugCourse] = (),
    events: Iterable[AdverseEvent] = (),
    reports: Iterable[Report] = (),
    infusions: Iterable[int] = (0,),
    category: str | None = "poly_rf_neg",
    patient_id: str = "CASE-A",
    index: date | None = None,
) -> Case:
    patient = {"ilar_category": category} if diagnosis == "jia" else {}
    given = tuple(
        Infusion(RowRef("infusions", str(day)), number, span(day), recorded(day, index), {})
        for number, day in enumerate(infusions, start=1)
    )
    ordered = sorted(visits, key=lambda one: (one.day.first, one.day.last))
    return Case(
        patient_id=patient_id,
        diagnosis=diagnosis,
        patient=patient,
        index=recorded(0, index),
        birth=None,
        onset=None,
        last_contact=None,
        assessments=tuple(ordered),
        undated=(),
        courses=tuple(drugs),
        infusions=given,
        adverse_events=tuple(events),
        reports=tuple(reports),
        ref=RowRef("patients", patient_id),
    )
