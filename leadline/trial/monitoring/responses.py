"""Each child's response, from the chart: by the basket's criterion at the estimand's visit, with its strategies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from leadline.casebook.days import DaySpan
from leadline.protocol.estimands import IntercurrentEvent, Missing, Strategy
from leadline.trial.monitoring.intercurrent import Happened, happened_by, lost_before
from leadline.verdicts.criteria import judge_criterion
from leadline.verdicts.findings import CriterionOutcome
from leadline.verdicts.parameters import Window

if TYPE_CHECKING:
    from leadline.casebook.case import Case
    from leadline.protocol.estimands import Estimand
    from leadline.trial.monitoring.plan import Plan


class Status(StrEnum):
    """Where a child's response stands."""

    RESPONSE = "response"
    NO_RESPONSE = "no_response"
    PENDING = "pending"  # the visit's days are not over
    MISSING = "missing"  # they are, and the chart cannot tell
    NEEDS_MODEL = "needs_a_model"  # the estimand asks for what no chart holds


@dataclass(frozen=True, slots=True)
class Day:
    """The day of the look for one child: `number` from its infusion, None where it cannot be told. `closed`: nothing
    can be recorded any more, as of a published series."""

    number: int | None
    closed: bool = False

    def after(self, day: int) -> bool:
        """Whether the day is surely over."""
        return self.closed or (self.number is not None and self.number > day)


@dataclass(frozen=True, slots=True)
class Applied:
    """A strategy that an intercurrent event called for."""

    event: str
    strategy: str
    what: str


@dataclass(frozen=True, slots=True)
class Response:
    """One child.

    counted      True a responder, False a non-responder, None not among the children counted
    result       of the criterion by itself; `assessed` is the day of the assessment that decided it
    because      why it is counted so, in plain words
    applied      strategies that intercurrent events called for
    settling     what to record, where the chart cannot tell
    """

    status: Status
    counted: bool | None
    result: str
    assessed: str
    because: str
    applied: tuple[Applied, ...] = ()
    settling: tuple[str, ...] = ()


def respond(case: Case, plan: Plan, basket: int, day: Day) -> Response:
    """The response of a child that was given an infusion."""
    estimand, window = plan.estimands[basket], plan.windows[basket]
    outcome = judge_criterion(case, estimand.variable, window=window, parameters=plan.parameters)
    happened = _happened(case, plan, window, outcome, day)
    events = [(one, _strategy(estimand, one)) for one in happened]
    applied = tuple(
        Applied(one.event, strategy or "none", one.perhaps or one.words) for one, strategy in events
    )
    sure = [(one, strategy) for one, strategy in events if not one.perhaps]
    for strategy, settle in _SETTLED_BY_STRATEGY:
        called = [one for one, chosen in sure if chosen == strategy]
        if called:
            return replace(settle(called[0], outcome), applied=applied)
    if before := [one for one, chosen in sure if chosen == Strategy.WHILE_ON_TREATMENT and one.day]:
        return replace(_while_on_treatment(case, plan, basket, before[0]), applied=applied)
    open_events = [one for one, chosen in events if one.perhaps and chosen != Strategy.TREATMENT_POLICY]
    response = _by_chart(outcome, open_events, estimand, window, day)
    return replace(response, applied=applied)


def _happened(
    case: Case, plan: Plan, window: Window, outcome: CriterionOutcome, day: Day
) -> tuple[Happened, ...]:
    """Intercurrent events up to the day of the deciding assessment, and on it; without one, to the end of the visit's
    days or today."""
    assessed = _assessed(outcome)
    last = window.last if day.number is None or day.closed else min(window.last, day.number)
    until = assessed or DaySpan(last, last)
    found = happened_by(case, plan.protocol, until, plan.parameters)
    contact = lost_before(case, window.first)
    lost = assessed is None and day.after(window.last) and contact is not None
    if not lost or any(one.event is IntercurrentEvent.DEATH for one in found):
        return found
    return (*found, Happened(IntercurrentEvent.LOSS_TO_FOLLOW_UP, contact, f"last seen on {contact}"))


def _assessed(outcome: CriterionOutcome) -> DaySpan | None:
    return outcome.days[-1] if outcome.result in ("met", "not_met") and outcome.days else None


def _strategy(estimand: Estimand, one: Happened) -> Strategy | None:
    handling = estimand.intercurrent_events.get(one.event)
    return None if handling is None else handling.strategy


def _composite(one: Happened, outcome: CriterionOutcome) -> Response:
    return Response(
        Status.NO_RESPONSE,
        False,
        outcome.result,
        _day_words(outcome),
        f"counted as no response because {one.words}",
    )


def _needs_model(one: Happened, outcome: CriterionOutcome) -> Response:
    return Response(
        Status.NEEDS_MODEL,
        None,
        outcome.result,
        _day_words(outcome),
        f"the estimand asks what would have been had it not happened that {one.words}; no chart can tell",
    )


def _no_strategy(one: Happened, outcome: CriterionOutcome) -> Response:
    return Response(
        Status.NEEDS_MODEL,
        None,
        outcome.result,
        _day_words(outcome),
        f"the estimand has no strategy for this: {one.words}",
    )


_SETTLED_BY_STRATEGY = (
    (Strategy.COMPOSITE, _composite),
    (Strategy.HYPOTHETICAL, _needs_model),
    (Strategy.PRINCIPAL_STRATUM, _needs_model),
    (None, _no_strategy),
)
"""Strategies that decide without a further look at the chart, the first that applies."""


def _while_on_treatment(case: Case, plan: Plan, basket: int, one: Happened) -> Response:
    """By the last assessment before the day of the event."""
    assert one.day is not None
    estimand = plan.estimands[basket]
    last = one.day.first - 1
    window = Window("before_event", "the last assessment before the event", last, 1, max(last, 1))
    outcome = judge_criterion(case, estimand.variable, window=window, parameters=plan.parameters)
    return _by_chart(outcome, [], estimand, window, Day(None, closed=True))


def _by_chart(
    outcome: CriterionOutcome, perhaps: list[Happened], estimand: Estimand, window: Window, day: Day
) -> Response:
    """The criterion's own result, where it can stand: nothing nearer to the visit's day can still be recorded, and no
    event that may have happened speaks against it."""
    over, assessed = day.after(window.last), _assessed(outcome)
    settled = over or (assessed is not None and assessed.last >= window.target)
    in_doubt = perhaps if outcome.result == "met" else []
    if not settled:
        so_far = f"; so far {_result_words(outcome)}" if assessed else ""
        because = f"{window.title} (day {window.first} to {window.last}) is not over{so_far}"
        return Response(
            Status.PENDING, None, outcome.result, _day_words(outcome), because, settling=_settling(outcome)
        )
    if assessed is not None and not in_doubt:
        met = outcome.result == "met"
        status = Status.RESPONSE if met else Status.NO_RESPONSE
        return Response(status, met, outcome.result, _day_words(outcome), _result_words(outcome))
    return _missing(outcome, in_doubt, estimand)


def _missing(outcome: CriterionOutcome, in_doubt: list[Happened], estimand: Estimand) -> Response:
    """The chart cannot tell and no day is left: counted as the estimand says."""
    counted = False if estimand.missing is Missing.NOT_MET else None
    how = "counted as no response" if counted is False else "left out of the count"
    why = "; ".join(one.perhaps for one in in_doubt) or "the chart cannot tell"
    settling = tuple(one.perhaps for one in in_doubt) or _settling(outcome)
    return Response(
        Status.MISSING,
        counted,
        outcome.result,
        _day_words(outcome),
        f"{why}: {how}, as the estimand says",
        settling=settling,
    )


def _settling(outcome: CriterionOutcome) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{item.what}, {item.when}" for item in outcome.settling_items))


def _result_words(outcome: CriterionOutcome) -> str:
    return f"{outcome.title}: {outcome.result.replace('_', ' ')}"


def _day_words(outcome: CriterionOutcome) -> str:
    day = _assessed(outcome)
    return "" if day is None else str(day)
