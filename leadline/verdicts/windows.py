"""Which assessment stands for which time: baseline, the follow-up windows, and the days around a claim.

A partial date is used only if every one of its days lies in the window; if some do and others do not, the
assessment is `uncertain`, and its day becomes a settling item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leadline.casebook.case import Assessment, Case
from leadline.casebook.days import DaySpan
from leadline.verdicts.parameters import Parameters, Window


@dataclass(frozen=True, slots=True)
class Candidates:
    """The assessments of a window, best first, and those whose partial date leaves it open whether they belong."""

    window: Window
    ordered: tuple[Assessment, ...]
    uncertain: tuple[Assessment, ...]


def _in_window(
    assessments: Iterable[Assessment], window: Window, order: Callable[[Assessment], float]
) -> Candidates:
    """The assessments wholly inside the window, in the given order, later first among equals."""
    placed = [(assessment, assessment.day.within(window.first, window.last)) for assessment in assessments]
    inside = [assessment for assessment, within in placed if within]
    inside.sort(key=lambda assessment: (order(assessment), -assessment.day.last))
    return Candidates(
        window, tuple(inside), tuple(assessment for assessment, within in placed if within is None)
    )


def distance(span: DaySpan, target: float) -> float:
    """The most days that can lie between a span and a target day. Orders assessments; never shown as a result."""
    return max(abs(span.first - target), abs(span.last - target))


def may_be_nearer(one: DaySpan, other: DaySpan, target: int) -> bool:
    """Whether a day of the first span can lie nearer to the target than one of the other."""
    nearest = max(one.first - target, target - one.last, 0)
    return nearest < distance(other, target)


def at_baseline(case: Case, parameters: Parameters) -> Candidates:
    """Assessments of the baseline window, the last before the index infusion first."""
    return _in_window(case.assessments, parameters.baseline, lambda assessment: -assessment.day.last)


def at_follow_up(case: Case, window: Window) -> Candidates:
    """Assessments of a follow-up window, the nearest to its target first."""
    return _in_window(case.assessments, window, lambda assessment: distance(assessment.day, window.target))


def around_claim(case: Case, day: DaySpan | None, parameters: Parameters) -> Candidates:
    """Assessments that can decide a claim, the nearest first: within the days around it, else of the follow-up
    window that holds it. A claim without a day has none."""
    if day is None:
        return Candidates(Window("claim", "at the claim", 0, 0, 0), (), ())
    first, last = max(day.last - parameters.claim_days_before, 1), day.first + parameters.claim_days_after
    near = Window("claim", "around the claim", day.last, first, last)
    found = _in_window(case.assessments, near, lambda assessment: distance(assessment.day, day.last))
    if found.ordered:
        return found
    holding = next((w for w in parameters.windows if day.within(w.first, w.last)), None)
    return at_follow_up(case, holding) if holding else found


def latest(case: Case) -> Assessment | None:
    """The last assessment after the index infusion."""
    after = [assessment for assessment in case.assessments if assessment.day.first > 0]
    return after[-1] if after else None
