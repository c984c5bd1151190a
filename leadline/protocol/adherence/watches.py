"""Closer looks that the stop of a drug starts, such as that for macrophage activation syndrome when an IL-1 or IL-6
blocker is stopped in systemic JIA: which intervals hold what is to be recorded, and which are still due.

The days of a watch count from the stop. Where the day of the stop is known in part, an interval is as wide as it can
be; a value counts where its whole day span lies in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadline.casebook.case import AdverseEvent, Assessment, Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.measures import MEASURES, evaluate
from leadline.protocol.adherence.breaks import Break, break_after
from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.drugs import days_of, is_listed
from leadline.protocol.adherence.findings import (
    Outcome,
    Refs,
    Texts,
    WatchAdherence,
    WatchPeriod,
    WatchResult,
)
from leadline.protocol.adherence.readings import refs_of
from leadline.protocol.oversight import Watch
from leadline.verdicts.doses import next_course
from leadline.verdicts.treatment import drug_name, running
from leadline.verdicts.view import title_of

SYNDROME = "mas_2016"
FEVER = "ctcae5_fever"


def check_watches(context: Context, today: DaySpan | None) -> tuple[WatchAdherence, ...]:
    """A watch for each course whose stop starts one, or may: the earliest first, those without a day last, and those of
    one day by the watch and the drug."""
    found = (
        _watch(watch, course, context, today)
        for watch in context.protocol.safety.watches
        if not (watch.every.open or watch.lasting.open or watch.stop_before.open)
        for course in context.case.courses
    )
    return tuple(sorted((watch for watch in found if watch is not None), key=_by_day))


def _by_day(watch: WatchAdherence) -> tuple[bool, int, int, str, str, str]:
    first, last = (0, 0) if watch.stopped is None else (watch.stopped.first, watch.stopped.last)
    return watch.stopped is None, first, last, watch.watch, watch.drug, watch.found


@dataclass(frozen=True, slots=True)
class _Lengths:
    """Days between two looks, and of the whole watch."""

    every: int
    lasting: int


def _watch(
    watch: Watch, course: DrugCourse, context: Context, today: DaySpan | None
) -> WatchAdherence | None:
    case = context.case
    concerned = _concerned(watch, case)
    if concerned is False or not is_listed(course, watch.stopped) or _is_running(course):
        return None
    if course.stop is None:
        return (
            None
            if next_course(case, course, context.view.parameters) is not None
            else _without_day(watch, course, context)
        )
    reach = days_of(watch.stop_before, case)[0]
    pause = break_after(course, course.stop, case, watch.longest_break)
    if course.stop.last < -reach or pause.counts is False:
        return None
    lacking = list(_lacking(course, concerned, pause, in_time=course.stop.first >= -reach))
    lengths = _Lengths(days_of(watch.every, case)[0], days_of(watch.lasting, case)[1])
    return _with_day(watch, _Stop(course, course.stop, pause, tuple(lacking)), lengths, context, today)


@dataclass(frozen=True, slots=True)
class _Stop:
    """A stop that starts a watch, or may: `lacking` names what would tell, and is empty where it surely does."""

    course: DrugCourse
    day: DaySpan
    pause: Break
    lacking: Texts


def _lacking(course: DrugCourse, concerned: bool | None, pause: Break, *, in_time: bool) -> Iterator[str]:
    if concerned is None:
        yield "JIA category (ILAR)"
    if not in_time:
        yield f"the exact day on which {drug_name(course)} was stopped"
    if pause.missing:
        yield pause.missing


def _concerned(watch: Watch, case: Case) -> bool | None:
    """Whether the watch is for the child; None where the ILAR category is not recorded."""
    if watch.diagnoses and case.diagnosis not in watch.diagnoses:
        return False
    category = case.patient.get("ilar_category")
    if not watch.categories:
        return True
    return None if not category else category in watch.categories


def _is_running(course: DrugCourse) -> bool:
    return course.stop is None and course.ongoing is True


def _without_day(watch: Watch, course: DrugCourse, context: Context) -> WatchAdherence:
    """The drug may have been stopped, or was on a day that is not recorded."""
    name = drug_name(course)
    stopped = course.ongoing is False
    return WatchAdherence(
        watch=watch.id, title=watch.title, drug=name, stopped=None, certain=None, first=None, last=None,
        outcome=Outcome.NOT_DOCUMENTED,
        found=f"{name} was stopped on a day that is not recorded" if stopped else f"{name} may have been stopped",
        events=tuple(_events(watch, None, context)),
        missing=(f"the day on which {name} was stopped" if stopped else f"whether and when {name} was stopped",),
        evidence=(course.ref,),
    )  # fmt: skip


def _with_day(
    watch: Watch, stop: _Stop, lengths: _Lengths, context: Context, today: DaySpan | None
) -> WatchAdherence:
    case, name = context.case, drug_name(stop.course)
    first, last = stop.day.first, stop.day.last + lengths.lasting
    periods = tuple(_periods(watch, stop.day, lengths, case, today))
    over = [period for period in periods if period.state in ("recorded", "missing")]
    full = sum(period.state == "recorded" for period in periods)
    unrecorded = [what for period in periods if period.state == "missing" for what in period.missing]
    happened = f"{name} stopped on {stop.day}{_beside(watch, stop, case)}"
    happened += f", and {stop.pause.words}" if stop.pause.words else ""
    return WatchAdherence(
        watch=watch.id, title=watch.title, drug=name, stopped=stop.day, certain=None if stop.lacking else True,
        first=first, last=last,
        outcome=Outcome.NOT_DOCUMENTED if stop.lacking or unrecorded else Outcome.AS_WRITTEN,
        found=f"{happened}; {full} of {len(over)} intervals that are over recorded in full",
        periods=periods, results=tuple(_results(watch, DaySpan(first, last), context)),
        events=tuple(_events(watch, (stop.day, lengths.lasting), context)),
        missing=(*stop.lacking, *dict.fromkeys(unrecorded)),
        evidence=refs_of((stop.course.ref,), *(period.evidence for period in periods)),
    )  # fmt: skip


def _beside(watch: Watch, stop: _Stop, case: Case) -> str:
    """Other drugs of the list that the child surely took on the day of the stop. They end no watch: whether one drug
    stands in for another is for the physician to say."""
    others = {
        drug_name(other)
        for other in case.courses
        if other.substance != stop.course.substance
        and is_listed(other, watch.stopped)
        and running(other, stop.day)
    }
    verb = "was" if len(others) == 1 else "were"
    return f", while {' and '.join(sorted(others))} {verb} taken" if others else ""


# ---- intervals -------------------------------------------------------------------------------------------------------


def _periods(
    watch: Watch, stop: DaySpan, lengths: _Lengths, case: Case, today: DaySpan | None
) -> Iterator[WatchPeriod]:
    """Intervals of `every` from the day of the stop; the last one ends with the watch."""
    for start in range(0, lengths.lasting, lengths.every):
        final = start + lengths.every >= lengths.lasting
        end = lengths.lasting if final else start + lengths.every - 1
        yield _period(watch, stop.first + start, stop.last + end, case, today)


def _period(watch: Watch, first: int, last: int, case: Case, today: DaySpan | None) -> WatchPeriod:
    inside = [one for one in case.assessments if one.day.within(first, last)]
    recorded: dict[str, Refs] = {}
    for assessment in inside:
        for item in watch.items:
            fact = assessment.facts.get(item)
            if fact is not None and fact.value is not None:
                recorded[item] = refs_of(recorded.get(item, ()), (fact.ref,))
    missing = tuple(title_of(item) for item in watch.items if item not in recorded)
    return WatchPeriod(
        first=first, last=last,
        state="recorded" if not missing else _state(first, last, today),
        recorded=tuple(title_of(item) for item in watch.items if item in recorded), missing=missing,
        evidence=refs_of(*recorded.values()),
    )  # fmt: skip


def _state(first: int, last: int, today: DaySpan | None) -> Any:
    if today is None or today.first > last:
        return "missing"
    return "to_come" if today.last < first else "due"


# ---- what was found --------------------------------------------------------------------------------------------------


def _results(watch: Watch, span: DaySpan, context: Context) -> Iterator[WatchResult]:
    """The classification on each day of the watch on which something of it was recorded. It is no diagnosis, and was
    not built for children on IL-1 or IL-6 blockers."""
    measure = MEASURES[SYNDROME]
    needed = {item.id for item in measure.items}
    if not set(watch.items) <= needed:
        return
    for assessment in context.case.assessments:
        if not assessment.day.within(span.first, span.last) or not set(watch.items) & set(assessment.facts):
            continue
        inputs = _inputs(assessment, context, needed)
        missing = tuple(item.title for item in measure.items if inputs.get(item.id) is None)
        row = {name: value for name, value in inputs.items() if value is not None}
        result = measure.evaluate_row(row)["result"]
        refs = tuple(fact.ref for name, fact in assessment.facts.items() if name in {*needed, *TEMPERATURES})
        yield WatchResult(SYNDROME, measure.title, assessment.day, result,
                          missing if result == "indeterminate" else (), refs_of(refs))  # fmt: skip


TEMPERATURES = ("temp_c", "max_temp_c_7d")


def _inputs(assessment: Assessment, context: Context, needed: set[str]) -> Mapping[str, Any]:
    items = context.view.row(assessment).items
    category = context.case.patient.get("ilar_category")
    return {
        **{name: value for name, value in items.items() if name in needed},
        "febrile": _febrile(assessment),
        "sjia_known_or_suspected": category == "systemic" if category else None,
    }


def _febrile(assessment: Assessment) -> bool | None:
    """Fever of grade 1 at least, by the highest temperature recorded; None where none is."""
    recorded = [assessment.facts[name].value for name in TEMPERATURES if name in assessment.facts]
    temperatures = [float(value) for value in recorded if isinstance(value, float | int)]
    if not temperatures:
        return None
    grade = evaluate(FEVER, {"temp_c": max(temperatures)})["grade"]
    return True if grade is None else grade >= 1  # above 40 degrees for a time that is not known


def _events(watch: Watch, when: tuple[DaySpan, int] | None, context: Context) -> Iterator[str]:
    """The adverse events that the watch looks for, with their day: named by the protocol's own title, as the words of
    a chart are not shown. A term counts within a longer one: "evolving macrophage activation syndrome"."""
    looked_for = context.protocol.safety.event(watch.event)
    for event in context.case.adverse_events:
        if looked_for is not None and any(_names(term, event.term) for term in looked_for.terms):
            yield f"{looked_for.title} recorded{_when(event, when)}"


def _names(term: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(term)}\b", text, re.IGNORECASE) is not None


def _when(event: AdverseEvent, when: tuple[DaySpan, int] | None) -> str:
    if event.start is None:
        return ", on a day that is not recorded"
    if when is None:
        return f" on {event.start}"
    stop, lasting = when
    since = DaySpan(event.start.first - stop.last, event.start.last - stop.first)
    inside = since.within(0, lasting)
    said = {True: "within the watch", False: "outside the watch", None: "perhaps within the watch"}[inside]
    return f" on {event.start}, {said}"
