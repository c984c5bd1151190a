"""Durability: on how many dated assessments a criterion held, over what time, with the largest gap between them."""

from __future__ import annotations

from itertools import pairwise

from leadline.casebook.case import Assessment
from leadline.verdicts.findings import CriterionOutcome, Durability
from leadline.verdicts.outcomes import Occasion, Rung
from leadline.verdicts.parameters import Parameters, Window
from leadline.verdicts.view import CaseView

NO_WINDOW = Window("any", "at an assessment", 0, 0, 0)


def durability_of(view: CaseView, rung: Rung, deciding: Assessment) -> Durability:
    """The unbroken run of assessments around the deciding one on which the criterion was met. Assessments at which
    it cannot be judged neither break the run nor count."""
    judged = [
        (visit, outcome)
        for visit in view.after_index()
        if (outcome := rung.judge(view, Occasion(NO_WINDOW, visit))).result in ("met", "not_met")
    ]
    position = next(number for number, (visit, _) in enumerate(judged) if visit is deciding)
    first = position
    while first > 0 and judged[first - 1][1].result == "met":
        first -= 1
    last = position
    while last + 1 < len(judged) and judged[last + 1][1].result == "met":
        last += 1
    return _durability([visit for visit, _ in judged[first : last + 1]], view.parameters)


def durability_of_run(outcome: CriterionOutcome, parameters: Parameters) -> Durability:
    """The same for a criterion that is itself about a run of assessments."""
    gaps = [later.last - earlier.first for earlier, later in pairwise(outcome.days)]
    total = outcome.days[-1].last - outcome.days[0].first if outcome.days else None
    return Durability(
        len(outcome.days), total, max(gaps, default=None), _warning(max(gaps, default=0), parameters)
    )


def _durability(run: list[Assessment], parameters: Parameters) -> Durability:
    gaps = [later.day.last - earlier.day.first for earlier, later in pairwise(run)]
    exact = run[0].day.is_exact and run[-1].day.is_exact
    days = run[-1].day.first - run[0].day.first if exact else None
    largest = max(gaps, default=None)
    return Durability(len(run), days, largest, _warning(largest or 0, parameters))


def _warning(largest_gap: int, parameters: Parameters) -> str:
    if largest_gap <= parameters.gap_warning_days:
        return ""
    return f"{largest_gap} days lie between two assessments: what happened in between is not documented"
