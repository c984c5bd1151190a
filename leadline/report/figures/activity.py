"""What a swimmer lane shows of a child's documented state: stretches of days under one state, and without steroids."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from leadline.casebook.days import DAYS_IN_MONTH, DaySpan
from leadline.report.figures import style, words
from leadline.report.figures.panels import main_score, scores_of
from leadline.verdicts.findings import CaseFindings, ScoreAt
from leadline.verdicts.treatment import courses_of, is_systemic, on_any

HELD_DAYS = int(6 * DAYS_IN_MONTH)
"""How long a state is shown without another visit: a rule of the swimmer figure, printed in its caption."""

NO_NAMED_STATE = "scored, no named state"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a lane under one state; `state` is empty where nothing was assessed."""

    first: int
    last: int
    state: str


def observed(findings: CaseFindings) -> DaySpan | None:
    """Onset, or the first dated record, to the last contact; None if nothing but one day is dated.

    A partial end is taken at its outer day, so that no record falls outside the lane."""
    case, dated = findings.case, dated_days(findings)
    starts = [case.onset.first] if case.onset is not None else [day.first for day in dated]
    ends = [case.last_contact.last] if case.last_contact is not None else [day.last for day in dated]
    return DaySpan(min(starts), max(ends)) if starts and ends and min(starts) < max(ends) else None


def dated_days(findings: CaseFindings) -> list[DaySpan]:
    """Days of everything that happened to the child or was asked, without its drugs."""
    case = findings.case
    days = [
        *(assessment.day for assessment in case.assessments),
        *(infusion.day for infusion in case.infusions),
        *(report.day for report in case.reports),
        *(day for event in case.adverse_events for day in (event.start, event.stop)),
        *findings.asked_spans,
        case.last_contact,
    ]
    return [day for day in days if day is not None]


def stretches(findings: CaseFindings) -> list[Stretch]:
    """A child's lane from its first score on: each state held until the next visit, at most `HELD_DAYS`."""
    scores = scores_of(findings, main_score(findings))
    lane = observed(findings)
    if not scores or lane is None:
        return []
    ends = [*(score.day.last for score in scores[1:]), lane.last]
    parts = [
        part for score, end in zip(scores, ends, strict=True) for part in _held(score, min(end, lane.last))
    ]
    return _merged(parts)


def _held(score: ScoreAt, end: int) -> list[Stretch]:
    """The days after one visit: its state while that is held, then nothing."""
    start, state = score.day.last, _state_of(score)
    until = min(end, start + HELD_DAYS) if state else start
    both = (Stretch(start, until, state), Stretch(until, end, ""))
    return [part for part in both if part.last > part.first]


def _merged(parts: list[Stretch]) -> list[Stretch]:
    """Neighbours under one state as one stretch."""
    merged: list[Stretch] = []
    for part in parts:
        if merged and merged[-1].state == part.state and merged[-1].last == part.first:
            merged[-1] = Stretch(merged[-1].first, part.last, part.state)
        else:
            merged.append(part)
    return merged


def _state_of(score: ScoreAt) -> str:
    """The state under the first cut-off set; empty if the score could not be computed."""
    if score.value is None:
        return ""
    return score.states[0][1] if score.states else NO_NAMED_STATE


def shade(state: str) -> str:
    """The fill of a state; one that the order of states does not know has a neutral fill."""
    rank = words.STATE_RANKS.get(state)
    return style.DRUG if rank is None else style.STATES[rank]


def without_glucocorticoid(findings: CaseFindings) -> list[DaySpan]:
    """Days after a recorded stop on which the record says for certain that no systemic glucocorticoid was taken.

    None before the first recorded stop, nor for a child without one: a course that nobody wrote down is not absent."""
    lane = observed(findings)
    courses = [course for course in courses_of(findings.case, ("glucocorticoid",)) if is_systemic(course)]
    stops = [course.stop.last for course in courses if course.stop is not None]
    if lane is None or not stops or min(stops) >= lane.last:
        return []
    first = max(min(stops), lane.first)
    turns = {first, lane.last}
    for course in courses:
        for day in (course.start, course.stop, course.ongoing_as_of):
            if day is not None:
                turns |= {turn for turn in (day.first, day.last) if first < turn < lane.last}
    free = [
        Stretch(start, end, "free")
        for start, end in pairwise(sorted(turns))
        if all(on_any(courses, DaySpan(day, day)) is False for day in (start, end - 1))
    ]
    return [DaySpan(part.first, part.last) for part in _merged(free)]
