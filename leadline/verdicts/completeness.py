"""Completeness: for each child, window and criterion what is recorded and what is missing (verdicts 8).

For a child still in follow-up the same table looks forward: what to record, between which days, for which
criterion. What a window needs is what the criterion would miss if nothing had been recorded in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from leadline.casebook.case import Assessment, Case
from leadline.verdicts.findings import CompletenessCell, CriterionOutcome, SettlingItem
from leadline.verdicts.ladders import LADDERS
from leadline.verdicts.outcomes import Occasion, Rung
from leadline.verdicts.parameters import Parameters, Window
from leadline.verdicts.states import SCORE_INPUTS, state_item
from leadline.verdicts.view import CaseView
from leadline.verdicts.windows import at_follow_up

Items = tuple[SettlingItem, ...]
Needed = dict[tuple[Rung, Window, Window, object], Items]
"""Criterion, occasion, window and category to what is needed."""


def judge_completeness(
    view: CaseView, on: date | None, *, closed: bool = False
) -> tuple[CompletenessCell, ...]:
    """A cell for each criterion at baseline, if it looks back to it, and at each follow-up window.

    on      the day from which it is asked, which tells what can still be recorded; None: the last day of the record
    closed  nothing can be recorded any more, as of a published series
    """
    ladder = LADDERS.get(view.case.diagnosis)
    if ladder is None:
        return ()
    today = _today(view.case, on)
    windows = (view.parameters.baseline, *view.parameters.windows)
    needed = _NEEDED.setdefault(view.parameters, {})
    cells = [_cell(view, rung, window, today, needed) for rung in ladder.expected for window in windows]
    told = [cell for cell in cells if cell.recorded or cell.missing]
    return tuple(replace(cell, open=False) for cell in told) if closed else tuple(told)


def _cell(view: CaseView, rung: Rung, window: Window, today: int | None, known: Needed) -> CompletenessCell:
    """The criterion at the assessment that stands for the window: of several the one that lacks the least."""
    at_baseline = window.first < 0
    occasion = (
        view.parameters.windows[0] if at_baseline else window
    )  # baseline is wanted by what comes after it
    visits = () if at_baseline else at_follow_up(view.case, window).ordered
    judged = [(rung.judge(view, Occasion(occasion, visit)), visit) for visit in visits or (None,)]
    best, visit = min(judged, key=lambda one: len(_wanted(one[0], window)))
    missing = tuple(item.what for item in _wanted(best, window))
    needed = _needed(view, rung, occasion, window, known)
    if at_baseline:
        visit = view.baseline_with(item.item for item in needed)
    first, last = _calendar(view.case, window)
    return CompletenessCell(
        criterion=rung.criterion,
        criterion_title=rung.title,
        window=window.name,
        first=window.first,
        last=window.last,
        recorded=tuple(
            item.what for item in needed if item.what not in missing and _is_recorded(view, visit, item.item)
        ),
        missing=missing,
        result=best.result,
        open=today is None or window.last >= today,
        calendar_first=first,
        calendar_last=last,
    )


def _is_recorded(view: CaseView, visit: Assessment | None, item: str) -> bool:
    """Whether the assessment holds what is asked for: a whole score only with all of its items, a dose only as one
    number. What decided a criterion without it is not thereby recorded."""
    if item in SCORE_INPUTS:
        if visit is None:
            return False
        score = view.score(visit, item)
        return score.value is not None and not score.recorded_total
    value = state_item(view, visit, item)
    return value is not None and not (item == "prednisolone_mg_day" and isinstance(value, tuple))


def _needed(view: CaseView, rung: Rung, occasion: Window, window: Window, known: Needed) -> Items:
    """What the criterion needs in the window: what it misses in a child of whom nothing is recorded. The same for every
    child of one disease and category, so it is worked out once."""
    key = rung, occasion, window, view.case.patient.get("ilar_category")
    if key not in known:
        nothing = CaseView(replace(view.case, assessments=(), courses=()), view.parameters)
        known[key] = _wanted(rung.judge(nothing, Occasion(occasion, None)), window)
    return known[key]


_NEEDED: dict[Parameters, Needed] = {}


def _wanted(outcome: CriterionOutcome, window: Window) -> Items:
    """What would settle the criterion, of that which belongs to the window."""
    return tuple(
        item for item in outcome.settling_items if (item.first, item.last) == (window.first, window.last)
    )


def _today(case: Case, on: date | None) -> int | None:
    """The day, counted from the index infusion, from which is asked; None if it cannot be told."""
    if on is not None and case.index is not None and case.index.calendar:
        return on.toordinal() - case.index.last
    days = [visit.day.last for visit in case.assessments]
    if case.last_contact is not None:
        days.append(case.last_contact.last)
    return max(days, default=None)


def _calendar(case: Case, window: Window) -> tuple[str, str]:
    """The window's first and last calendar day, where the index infusion has an exact one."""
    if case.index is None or not case.index.calendar or not case.index.is_exact:
        return "", ""
    ends = (case.index.first + window.first, case.index.first + window.last)
    first, last = (date.fromordinal(end).isoformat() for end in ends)
    return first, last
