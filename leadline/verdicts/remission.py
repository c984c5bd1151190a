"""Criteria that must have held for months: remission, and what a claim of cure comes down to.

A run of assessments after the index infusion on which a state was met, without a break, up to the deciding one. The
time it has lasted is counted in calendar months from its first assessment. If that is too short, the disease may have
been inactive before, unrecorded: then the answer is indeterminate, unless an assessment on which the state was not
met, be it before the infusion, lies within the months asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from leadline.casebook.case import Assessment, DrugCourse
from leadline.casebook.days import RecordedDay, months_between
from leadline.measures.remission import MONTHS_OFF, MONTHS_ON
from leadline.measures.three_values import all_hold, any_holds, as_result
from leadline.verdicts.findings import CriterionOutcome, SettlingItem
from leadline.verdicts.outcomes import Occasion, Rung
from leadline.verdicts.states import on_drugs
from leadline.verdicts.treatment import ANTIRHEUMATIC_CLASSES, courses_of, drug_name, running
from leadline.verdicts.view import CaseView

StateAt = Callable[[CaseView, Assessment], bool | None]


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a state held for the months asked for, and the run of assessments on which it was met."""

    long_enough: bool | None
    run: tuple[Assessment, ...]


def held(assessments: Sequence[Assessment], states: Sequence[bool | None], months: int) -> Held:
    """The unbroken run after the index infusion that ends with the last assessment, and whether it has lasted `months`
    calendar months. That it has not is certain if the state was not met, before the run or the infusion, within them.
    """
    if not states or states[-1] is False:
        return Held(False if states else None, ())
    known = list(zip(assessments, states, strict=True))
    tail = takewhile(lambda one: one[1] is True and one[0].day.first > 0, reversed(known))
    run = tuple(visit for visit, _ in reversed(list(tail)))
    last = assessments[-1].recorded
    if run and months_between(run[0].recorded, last, months):
        return Held(True, run)
    too_near = any(state is False and _within(visit.recorded, last, months) for visit, state in known)
    return Held(False if too_near else None, run)


def _within(earlier: RecordedDay, later: RecordedDay, months: int) -> bool:
    return months_between(earlier, later, months) is False


def up_to(view: CaseView, assessment: Assessment) -> tuple[Assessment, ...]:
    """The assessments up to and including this one."""
    return tuple(other for other in view.case.assessments if other.day.last <= assessment.day.last)


def _off_drugs(view: CaseView, assessment: Assessment, classes: tuple[str, ...]) -> bool | None:
    """Whether no drug of the classes ran on the day; None without a drug record."""
    running = on_drugs(view, assessment, classes)
    return None if running is None else not running


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a state can have lasted: in words, whether it was so at an assessment, for how many calendar
    months it has to have been, and the classes of drugs that it depends on."""

    words: str
    was_so: StateAt
    months: int
    classes: tuple[str, ...] = ()


def lasting_rung(criterion: str, title: str, state: Rung, ways: Sequence[Way]) -> Rung:
    """A state that must have held, in one of several ways, for as many months as that way asks for; `state` is the
    criterion at one assessment, whose missing items become settling items."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        at_visit = state.judge(view, occasion)
        if occasion.assessment is None:
            return replace(at_visit, criterion=criterion, title=title, result="indeterminate")
        visits = up_to(view, occasion.assessment)
        outcomes = [state.judge(view, Occasion(occasion.window, visit)) for visit in visits]
        states = [_met(one.result) for one in outcomes]
        lasted = [(way, _held_in(way, view, visits, states)) for way in ways]
        way, longest = max(lasted, key=lambda one: (one[1].long_enough is True, len(one[1].run)))
        result = at_visit.result
        if result != "not_applicable":
            result = as_result(any_holds(one.long_enough for _, one in lasted))
        in_run = outcomes[len(visits) - len(longest.run) :]
        courses = _taken_by(view, occasion.assessment, way.classes)
        evidence = (
            *at_visit.evidence,
            *(ref for one in in_run for ref in one.evidence),
            *(course.ref for course in courses),
        )
        return replace(
            at_visit,
            criterion=criterion,
            title=title,
            result=result,
            days=tuple(visit.day for visit in longest.run) or at_visit.days,
            details=(
                _why_not(view, way, at_visit, courses, list(zip(visits, states, strict=True)))
                if result == "not_met"
                else _run_words(way.words, longest.run)
            ),
            evidence=tuple(dict.fromkeys(evidence)),
            settling_items=_settling(criterion, at_visit, way, longest.run)
            if result == "indeterminate"
            else (),
        )

    return Rung(criterion, title, judge, lasting=True)


def _held_in(way: Way, view: CaseView, visits: Sequence[Assessment], states: Sequence[bool | None]) -> Held:
    so = [all_hold((met, way.was_so(view, visit))) for met, visit in zip(states, visits, strict=True)]
    return held(visits, so, way.months)


def _met(result: str) -> bool | None:
    return {"met": True, "not_met": False}.get(result)


def _run_words(words: str, run: tuple[Assessment, ...]) -> tuple[str, ...]:
    if not run:
        return ()
    first, last = run[0].day, run[-1].day
    count = "one assessment" if len(run) == 1 else f"{len(run)} assessments"
    return (f"{words}: {count}, {first} to {last}" if len(run) > 1 else f"{words}: {count}, {first}",)


def _taken_by(view: CaseView, assessment: Assessment, classes: tuple[str, ...]) -> tuple[DrugCourse, ...]:
    """The courses of the classes that were begun by the assessment, or may have been."""
    return tuple(
        course
        for course in courses_of(view.case, classes)
        if course.start is None or course.start.first <= assessment.day.last
    )


def _why_not(
    view: CaseView,
    way: Way,
    at_visit: CriterionOutcome,
    courses: Sequence[DrugCourse],
    known: Sequence[tuple[Assessment, bool | None]],
) -> tuple[str, ...]:
    """Why a state has not lasted: it is not there now; it is, on a drug; or it was not there a while ago."""
    last, state_now = known[-1]
    if state_now is False:
        return at_visit.details
    if way.was_so(view, last) is False:
        on = [drug_name(course) for course in courses if running(course, last.day)]
        return tuple(f"{drug} running on {last.day}" for drug in dict.fromkeys(on))
    earlier = [visit.day for visit, state in known if state is False]
    return tuple(f"{way.words}, but not yet so on {day}" for day in earlier[-1:])


def _settling(
    criterion: str, at_visit: CriterionOutcome, way: Way, run: tuple[Assessment, ...]
) -> tuple[SettlingItem, ...]:
    """What is missing on the day itself; then the drug record; then an earlier assessment of the same state."""
    found = [replace(item, criterion=criterion) for item in at_visit.settling_items]
    if run:
        what = f"an assessment at least {way.months} calendar months before {run[-1].day} with the same state"
        found.append(SettlingItem(what, "", criterion, way.words))
    elif not found:
        found.append(
            SettlingItem("start and stop of every drug", "", criterion, "up to the day of the claim")
        )
    return tuple(found)


def always(_view: CaseView, _visit: Assessment) -> bool:
    """For a state that says by itself what drugs it allows."""
    return True


def _drugs_on(classes: tuple[str, ...]) -> StateAt:
    return lambda view, visit: on_drugs(view, visit, classes)


def _drugs_off(classes: tuple[str, ...]) -> StateAt:
    return lambda view, visit: _off_drugs(view, visit, classes)


def wallace_ways(*, off_only: bool) -> tuple[Way, ...]:
    """Six calendar months on medication, twelve off it (Wallace 2004)."""
    off = Way(
        "inactive disease off medication",
        _drugs_off(ANTIRHEUMATIC_CLASSES),
        MONTHS_OFF,
        ANTIRHEUMATIC_CLASSES,
    )
    on = Way(
        "inactive disease on medication", _drugs_on(ANTIRHEUMATIC_CLASSES), MONTHS_ON, ANTIRHEUMATIC_CLASSES
    )
    return (off,) if off_only else (on, off)
