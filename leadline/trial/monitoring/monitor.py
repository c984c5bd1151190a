"""Where a trial stands on one day: charts in, the rules fixed beforehand applied to them, one value out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import leadline
from leadline.errors import BeyondExactRange
from leadline.trial.monitoring.children import Child, Children, LeftOut, check_protocol, children_of
from leadline.trial.monitoring.harm import (
    HarmStanding,
    basket_boundary,
    checked_each_child,
    first_stop,
    harm_standing,
)
from leadline.trial.monitoring.looks import SUCCESSES, Course, Decision, Step, walk
from leadline.trial.monitoring.responses import Status
from leadline.trial.monitoring.standing import (
    NextResult,
    Posterior,
    if_looked_now,
    next_results,
    posteriors,
)
from leadline.trial.monitoring.words import (
    basket_in_words,
    notices_in_words,
    trial_in_words,
)
from leadline.trial.operating import Trial
from leadline.trial.predictive import predict_success

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from leadline.casebook import Casebook
    from leadline.casebook.case import Case
    from leadline.trial.monitoring.looks import Known
    from leadline.trial.monitoring.plan import Plan
    from leadline.trial.safety import Boundary


@dataclass(frozen=True, slots=True)
class Counts:
    """Children of one basket by where their response stands. `infused` is all of them; `known` are counted: responders
    and non-responders, with those that are missing and count as no response."""

    infused: int
    known: int
    responders: int
    pending: int
    missing_not_met: int
    missing_left_out: int
    needs_model: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Predictive probability of success with all children, and of success by all rules including the looks to come.
    `coherent`: all baskets are foretold together by the design's model; else each by itself (a plug-in)."""

    success: float
    success_not_stopped: float
    coherent: bool


@dataclass(frozen=True, slots=True)
class NextLook:
    """The next planned look of a basket, and how many of its children are known."""

    look: int
    children: int
    known: int


@dataclass(frozen=True, slots=True)
class BasketStanding:
    """One basket.

    closed       the decision that closed it, None while it is open
    next_look    number and children of the next planned look, and how many of those children are known; None if none
    overrun      children whose response is known and who came after those of the last look that was reached
    on_plan      whether the counts are those of a planned look
    rule_now     what the frozen rule says; `if_looked_now` what that of the next look would say at these counts, which
                 the plan does not ask
    needed       fewest responders among the children up to the next look with which it would be a success there; None
                 where none suffice or there is no further look
    """

    id: str
    label: str
    criterion: str
    visit: str
    null_rate: float
    target_rate: float
    planned: int
    counts: Counts
    posterior: Posterior
    closed: Decision | None
    next_look: NextLook | None
    overrun: int
    on_plan: bool
    rule_now: str
    if_looked_now: str
    next_results: tuple[NextResult, ...]
    needed: int | None
    forecast: Forecast | None
    harm: HarmStanding | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the trial is run, for the open part: nothing here shows how well anybody did.

    assessed      children whose visit of the estimand is over, and of these those whose response the chart can tell
    asked         children who were asked about adverse events after the infusion
    """

    planned: int
    infused: int
    infused_by_basket: tuple[int, ...]
    visits_over: int
    visits_judged: int
    asked: int
    person_days: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Where the trial stands.

    lock       hash of the lock that was checked; empty without one
    on         day of the look, as ISO date; empty where the last day of the record was taken
    steps      planned steps that were reached
    baskets    one a basket, in the design's order
    harm       pooled over the baskets; None without a harm rule
    children   every infused child, in the order of infusion
    words, notices   for the board: what the rules say, and what a reader must know of how it was reached
    """

    version: str
    title: str
    protocol: str
    casebook: str
    casebook_hash: str
    lock: str
    on: str
    threshold: float
    steps: tuple[Step, ...]
    baskets: tuple[BasketStanding, ...]
    any_success: float | None
    harm: HarmStanding | None
    harm_event: str
    conduct: Conduct
    children: tuple[Child, ...]
    words: tuple[str, ...]
    notices: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def monitor(
    plan: Plan, casebook: Casebook, *, on: date | None = None, lock: str = "", trial: Trial | None = None
) -> Monitoring:
    """Where each basket and harm stand against the rules fixed beforehand.

    on     the day of the look: what was recorded later is not used. None: the last day that the casebook holds; of a
           published casebook nothing is taken to be still to come
    lock   hash of the lock that the plan was checked against
    trial  of the plan's design, where there is one, so that its tables are used again
    raises OtherProtocol
    """
    cases = list(casebook.cases())
    closed = casebook.kind == "published" and on is None
    return monitor_cases(
        plan,
        cases,
        on=on,
        closed=closed,
        lock=lock,
        trial=trial,
        casebook=(casebook.name, casebook.hash),
    )


def monitor_cases(
    plan: Plan,
    cases: Sequence[Case],
    *,
    on: date | None,
    closed: bool,
    lock: str = "",
    trial: Trial | None = None,
    casebook: tuple[str, str] = ("", ""),
) -> Monitoring:
    """The same from the children themselves; `casebook` is its name and hash."""
    check_protocol(cases, plan.protocol)
    design, trial = plan.design, trial or Trial(plan.design)
    found = children_of(cases, plan, on=on, closed=closed)
    by_basket = [[one for one in found.infused if one.basket == j] for j in range(len(design.baskets))]
    known = [_known(children) for children in by_basket]
    harm = _HarmRule(trial, found.infused, by_basket)
    course = walk(trial, known, harmed=lambda sizes: harm.stopped_by(sizes, unknown_as=False))
    pooled = harm.standing(course)
    baskets, any_success = _standings(plan, trial, by_basket, known, course, harm)
    return Monitoring(
        version=leadline.__version__,
        title=design.title,
        protocol=f"{plan.protocol.id} {plan.protocol.version}",
        casebook=casebook[0],
        casebook_hash=casebook[1],
        lock=lock,
        on=on.isoformat() if on else "",
        threshold=design.efficacy.posterior,
        steps=course.steps,
        baskets=baskets,
        any_success=any_success,
        harm=pooled,
        harm_event=design.harm.event if design.harm else "",
        conduct=_conduct(plan, found.infused, found.left_out),
        children=found.infused,
        words=trial_in_words(design, course, pooled),
        notices=notices_in_words(plan, found, course, closed=closed, on=on),
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """What the rules have decided so far, and what it was decided from: the children, and of each basket their
    responses in the order of infusion."""

    found: Children
    by_basket: Sequence[Sequence[Child]]
    known: Sequence[Known]
    harm: _HarmRule
    course: Course

    @property
    def harm_stops(self) -> bool:
        """Whether the harm rule has stopped the trial, at a step or, looked at after every child, by now."""
        return self.course.harmed or self.harm.stopped_now(self.course, unknown_as=False)


def reach(
    plan: Plan, cases: Sequence[Case], *, on: date | None, trial: Trial, closed: bool = False
) -> Reached:
    """The decisions alone: every planned look made again from the charts. Raises OtherProtocol."""
    check_protocol(cases, plan.protocol)
    found = children_of(cases, plan, on=on, closed=closed)
    by_basket = [[one for one in found.infused if one.basket == j] for j in range(len(plan.design.baskets))]
    known = [_known(children) for children in by_basket]
    harm = _HarmRule(trial, found.infused, by_basket)
    course = walk(trial, known, harmed=lambda sizes: harm.stopped_by(sizes, unknown_as=False))
    return Reached(found, by_basket, known, harm, course)


def _known(children: Sequence[Child]) -> Known:
    """Responses in the order of infusion, without children who are left out of the count for good."""
    return tuple(
        child.response.counted
        for child in children
        if child.response.counted is not None or child.response.status is Status.PENDING
    )


class _HarmRule:
    """The pooled boundary, and the children in the order in which it takes them."""

    def __init__(self, trial: Trial, infused: Sequence[Child], by_basket: Sequence[Sequence[Child]]) -> None:
        self.trial, self.design, self.infused, self.by_basket = trial, trial.design, infused, by_basket
        self.boundary: Boundary | None = trial.boundary

    def stopped_by(self, sizes: tuple[int, ...], *, unknown_as: bool) -> bool:
        """Whether the rule has stopped the trial when the baskets have so many counted children.

        Looked at after every child, all those infused up to the last of them count; looked at with the others, those
        that make the look.
        """
        harm, boundary = self.design.harm, self.boundary
        if harm is None or boundary is None:
            return False
        looked_at = [
            child for j, size in enumerate(sizes) for child in _first_counted(self.by_basket[j], size)
        ]
        if checked_each_child(harm):
            last = max((child.place for child in looked_at), default=0)
            return self._first_stop(last, unknown_as=unknown_as) is not None
        return self._reached(looked_at, unknown_as=unknown_as)

    def _first_stop(self, last: int, *, unknown_as: bool) -> int | None:
        assert self.boundary is not None
        had = [child.harm.had for child in self.infused[:last]]
        return first_stop(had, self.boundary, unknown_as=unknown_as)

    def _reached(self, children: Sequence[Child], *, unknown_as: bool) -> bool:
        boundary = self.boundary
        if boundary is None or not 0 < len(children) <= len(boundary.events):
            return False
        had = [unknown_as if child.harm.had is None else child.harm.had for child in children]
        return sum(had) >= boundary.events[len(children) - 1]

    def standing(self, course: Course) -> HarmStanding | None:
        """Pooled over the baskets, now."""
        if self.design.harm is None or self.boundary is None:
            return None
        stopped = (self.stopped_now(course, unknown_as=False), self.stopped_now(course, unknown_as=True))
        return harm_standing(
            self.design, [child.harm for child in self.infused], self.boundary, stopped=stopped
        )

    def stopped_now(self, course: Course, *, unknown_as: bool) -> bool:
        """Whether the rule has stopped the trial by now."""
        harm = self.design.harm
        if harm is None:
            return False
        if checked_each_child(harm):
            return self._first_stop(len(self.infused), unknown_as=unknown_as) is not None
        return any(self.stopped_by(step.children, unknown_as=unknown_as) for step in course.steps)

    def basket(self, at: int) -> HarmStanding | None:
        """One basket by itself, against the same rule for its children alone: a warning, no rule of the design."""
        harm = self.design.harm
        if harm is None:
            return None
        boundary = basket_boundary(harm, self.design.baskets[at].looks)
        had = [child.harm for child in self.by_basket[at]]
        stopped = tuple(
            first_stop([one.had for one in had], boundary, unknown_as=unknown) is not None
            for unknown in (False, True)
        )
        return harm_standing(self.design, had, boundary, stopped=(stopped[0], stopped[1]))


def _first_counted(children: Sequence[Child], size: int) -> list[Child]:
    """The first so many children whose response is counted or still pending."""
    counted = [
        child
        for child in children
        if child.response.counted is not None or child.response.status is Status.PENDING
    ]
    return counted[:size]


def _standings(
    plan: Plan,
    trial: Trial,
    by_basket: Sequence[Sequence[Child]],
    known: Sequence[Known],
    course: Course,
    harm: _HarmRule,
) -> tuple[tuple[BasketStanding, ...], float | None]:
    children = tuple(sum(one is not None for one in basket) for basket in known)
    responders = tuple(sum(one is True for one in basket) for basket in known)
    now = posteriors(trial, responders, children)
    forecasts, any_success = _forecasts(trial, responders, children, course)
    standings = tuple(
        _standing(plan, trial, at, by_basket[at], known, course, now[at], forecasts[at], harm)
        for at in range(len(known))
    )
    return standings, any_success


def _standing(
    plan: Plan,
    trial: Trial,
    at: int,
    children: Sequence[Child],
    known: Sequence[Known],
    course: Course,
    posterior: Posterior,
    forecast: Forecast | None,
    harm: _HarmRule,
) -> BasketStanding:
    basket = plan.design.baskets[at]
    sizes = tuple(sum(one is not None for one in each) for each in known)
    responders = tuple(sum(one is True for one in each) for each in known)
    closed, look = course.closed[at], course.look[at]
    is_open = closed is None and not course.harmed and look <= len(basket.looks)
    ahead: tuple[NextResult, ...] = ()
    next_look, would = None, ""
    if is_open:
        first = known[at][: basket.looks[look - 1]]
        seen = sum(one is True for one in first), sum(one is not None for one in first)
        next_look = NextLook(look, basket.looks[look - 1], seen[1])
        ahead = next_results(trial, responders, sizes, basket=at, look=look, seen=seen)
        would = if_looked_now(trial, responders, sizes, basket=at, look=look) if sizes[at] else ""
    made = course.steps[-1].children if course.steps else (0,) * len(known)
    standing = BasketStanding(
        id=basket.id,
        label=basket.label,
        criterion=basket.responder,
        visit=plan.windows[at].title,
        null_rate=basket.null_rate,
        target_rate=basket.target_rate,
        planned=basket.size,
        counts=_counts(children),
        posterior=posterior,
        closed=closed,
        next_look=next_look,
        overrun=max(sizes[at] - made[at], 0) if made[at] else 0,
        on_plan=bool(course.steps) and sizes == made,
        rule_now=_rule_now(closed, course, harm.standing(course)),
        if_looked_now=would,
        next_results=ahead,
        needed=next((one.responders for one in ahead if one.action in SUCCESSES), None),
        forecast=forecast,
        harm=harm.basket(at),
        words=(),
    )
    return replace(standing, words=basket_in_words(standing))


def _rule_now(closed: Decision | None, course: Course, pooled: HarmStanding | None) -> str:
    if closed is not None:
        return closed.action
    if course.harmed or (pooled is not None and pooled.rule == "stop for harm"):
        return "stop for harm"
    return "go on"


def _counts(children: Sequence[Child]) -> Counts:
    counted = [child.response.counted for child in children]
    status = [child.response.status for child in children]
    missing = [child.response.counted for child in children if child.response.status is Status.MISSING]
    return Counts(
        infused=len(children),
        known=len(counted) - counted.count(None),
        responders=counted.count(True),
        pending=status.count(Status.PENDING),
        missing_not_met=missing.count(False),
        missing_left_out=missing.count(None),
        needs_model=status.count(Status.NEEDS_MODEL),
    )


def _forecasts(
    trial: Trial, responders: tuple[int, ...], children: tuple[int, ...], course: Course
) -> tuple[list[Forecast | None], float | None]:
    """One a basket; None for all where harm has closed the trial or there are too many outcomes to come."""
    design = trial.design
    none: list[Forecast | None] = [None] * len(children)
    if course.harmed:
        return none, None
    settled = tuple(None if one is None else one.action in SUCCESSES for one in course.closed)
    within = tuple(
        n if end is not None else min(n, basket.size)
        for n, end, basket in zip(children, settled, design.baskets, strict=True)
    )
    fewer = tuple(min(r, n) for r, n in zip(responders, within, strict=True))
    try:
        foretold = predict_success(
            design, responders=fewer, children=within, closed=settled, posterior=trial.posterior
        )
    except BeyondExactRange:
        return none, None
    forecasts: list[Forecast | None] = [
        Forecast(success, by_rules, foretold.coherent) if end is None else None
        for success, by_rules, end in zip(
            foretold.success, foretold.success_not_stopped, settled, strict=True
        )
    ]
    return forecasts, foretold.any_success


def _conduct(plan: Plan, infused: Sequence[Child], left_out: tuple[LeftOut, ...]) -> Conduct:
    over = [child for child in infused if child.response.status is not Status.PENDING]
    return Conduct(
        planned=sum(plan.design.sizes),
        infused=len(infused),
        infused_by_basket=tuple(
            sum(child.basket == j for child in infused) for j in range(len(plan.design.baskets))
        ),
        visits_over=len(over),
        visits_judged=sum(child.response.result in ("met", "not_met") for child in over),
        asked=sum(child.harm.days_asked > 0 for child in infused),
        person_days=sum(child.harm.days_asked for child in infused),
        left_out=left_out,
    )
