"""Comparisons of one score between baseline and another assessment."""

from __future__ import annotations

from collections.abc import Callable

from leadline.measures import MEASURES
from leadline.verdicts.findings import CriterionOutcome, Result, ScoreAt
from leadline.verdicts.outcomes import Occasion, Rung, Visits, outcome, score_missing
from leadline.verdicts.view import CaseView


def score_pair(
    view: CaseView, occasion: Occasion, versions: tuple[str, ...], beside: tuple[str, ...] = ()
) -> tuple[Visits, ScoreAt | None, ScoreAt | None]:
    """The same version of a score at baseline and now: the first that both have, else the first. `beside` are the
    further items that the criterion needs of the baseline."""
    pairs = []
    for version in versions:
        items = [item.id for item in MEASURES[version].items]
        visits = Visits(view.baseline_with([*items, *beside]), occasion.assessment)
        before, now = (
            None if visit is None else view.score(visit, version)
            for visit in (visits.baseline, visits.current)
        )
        if before is not None and now is not None and before.value is not None and now.value is not None:
            return visits, before, now
        pairs.append((visits, before, now))
    return pairs[0]


def pair_missing(version: str, before: ScoreAt | None, now: ScoreAt | None) -> list[str]:
    items = [item.id for item in MEASURES[version].items if item.id not in MEASURES[version].parameters]
    return [*score_missing(before, "baseline", items), *score_missing(now, "current", items)]


def score_rung(
    criterion: str,
    title: str,
    versions: tuple[str, ...],
    compare: Callable[[ScoreAt | None, ScoreAt | None], Result],
) -> Rung:
    """A comparison of one score between baseline and the occasion."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        visits, before, now = score_pair(view, occasion, versions)
        scores = [score for score in (before, now) if score is not None]
        return outcome(
            view,
            occasion,
            criterion,
            title,
            compare(before, now),
            missing=pair_missing(versions[0], before, now),
            visits=visits,
            details=score_words(before, now),
            evidence=[ref for score in scores for ref in score.evidence],
            status=MEASURES[versions[0]].status,
        )

    return Rung(criterion, title, judge)


def score_words(before: ScoreAt | None, now: ScoreAt | None) -> tuple[str, ...]:
    """Both scores in words; one that was judged by its bounds says so."""
    if before is None or now is None:
        return ()
    shown = _shown(before), _shown(now)
    if not all(shown) or (before.value is None and now.value is None):
        return ()
    totals = " (total as the chart prints it)" if before.recorded_total or now.recorded_total else ""
    bounds = ", as not all of it is recorded" if None in (before.value, now.value) else ""
    return (f"{now.title}: {shown[0]} to {shown[1]}{totals}{bounds}",)


def _shown(score: ScoreAt) -> str:
    if score.value is not None:
        return f"{score.value:g}"
    return "" if score.low is None or score.high is None else f"between {score.low:g} and {score.high:g}"
