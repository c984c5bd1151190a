"""Where a trial stands on one day: charts in, the rules fixed beforehand applied to them, one value out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import leadline
from leadline.errors import BeyondExactRange
from leadline.protocol.adherence.membership import check_membership
from leadline.trial.monitoring.arms import Arm, controls_from_enrolment
from leadline.trial.monitoring.children import Child, Children, LeftOut, children_of
from leadline.trial.monitoring.harm import HarmStanding, Rule
from leadline.trial.monitoring.harm_rule import HarmRule, basket_warning, harm_rules
from leadline.trial.monitoring.looks import SUCCESSES, Course, Decision, Known, walk
from leadline.trial.monitoring.responses import Status
from leadline.trial.monitoring.results import (
    BasketStanding,
    Conduct,
    Counts,
    Forecast,
    Monitoring,
    NextLook,
)
from leadline.trial.monitoring.standing import (
    NextResult,
    Posterior,
    Seen,
    if_looked_now,
    next_results,
    posteriors,
)
from leadline.trial.monitoring.words import (
    basket_in_words,
    lock_in_words,
    notices_in_words,
    trial_in_words,
)
from leadline.trial.operating import Trial
from leadline.trial.predictive import predict_success

if TYPE_CHECKING:
    from datetime import date

    from leadline.casebook import Casebook
    from leadline.trial.monitoring.lock import Lock
    from leadline.trial.monitoring.plan import Plan


HARM_OPEN = "go on; harm cannot be told"
"""Of a basket that is open, while the harm rule rests on children of whom it is not known."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What the rules have decided so far, and what it was decided from: the children, and of each basket their
    responses in the order of day 0.

    treated, controls              children, one list a basket
    known, controls_known          their responses; the latter empty in a design without controls
    harm                           the rules of the design, one for all baskets or one a basket
    """

    found: Children
    treated: Sequence[Sequence[Child]]
    controls: Sequence[Sequence[Child]]
    known: Sequence[Known]
    controls_known: Sequence[Known]
    harm: Sequence[HarmRule]
    course: Course

    @property
    def seen(self) -> Seen:
        """Children whose response is known, and responders, of both arms."""
        return Seen(*_numbers(self.known), *_numbers(self.controls_known))

    @property
    def counting(self) -> Seen:
        """The same, but of a basket that harm has closed those who count for the others from then on."""
        columns = [list(of_arm) for of_arm in self.seen]
        for j in self.course.harmed:
            end = self.course.closed[j]
            assert end is not None
            counts = (end.responders, end.children, end.control_responders, end.controls)
            for column, count in zip(columns, counts, strict=True):
                if column:
                    column[j] = count
        return Seen(*map(tuple, columns))


def _numbers(known: Sequence[Known]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Responders and children whose response is known, one a basket."""
    responders = tuple(sum(one is True for one in basket) for basket in known)
    return responders, tuple(sum(one is not None for one in basket) for basket in known)


def reach(plan: Plan, casebook: Casebook, *, on: date | None, trial: Trial, closed: bool = False) -> Reached:
    """The decisions alone: every planned look made again from the charts. Raises OtherProtocol."""
    cases = list(casebook.cases())
    check_membership(plan.protocol, cases)
    from_enrolment = controls_from_enrolment(plan, casebook, cases)
    found = children_of(cases, plan, on=on, closed=closed, controls=from_enrolment)
    treated, controls = _by_basket(plan, found, Arm.TREATED), _by_basket(plan, found, Arm.CONTROL)
    known = [_known(children) for children in treated]
    controls_known = [_known(children) for children in controls] if plan.design.randomised else []
    harm = harm_rules(trial, found, treated, controls)

    def harmed(sizes: tuple[int, ...]) -> list[int]:
        return [j for rule in harm if rule.stopped_by(sizes, unknown_as=False) for j in rule.baskets]

    course = walk(trial, known, harmed=harmed, controls=controls_known)
    return Reached(found, treated, controls, known, controls_known, harm, course)


def _by_basket(plan: Plan, found: Children, arm: Arm) -> list[list[Child]]:
    return [
        [one for one in found.taken if one.basket == j and one.arm == arm]
        for j in range(len(plan.design.baskets))
    ]


def monitor(
    plan: Plan,
    casebook: Casebook,
    *,
    on: date | None = None,
    lock: Lock | None = None,
    trial: Trial | None = None,
) -> Monitoring:
    """Where each basket and harm stand against the rules fixed beforehand.

    on     the day of the look: what was recorded later is not used. None: the last day that the casebook holds; of a
           published casebook nothing is taken to be still to come
    lock   the one that the plan was checked against
    trial  of the plan's design, where there is one, so that its tables are used again
    raises OtherProtocol
    """
    closed = casebook.kind == "published" and on is None
    trial = trial or Trial(plan.design)
    reached = reach(plan, casebook, on=on, trial=trial, closed=closed)
    pooled, own = _harm(plan, reached)
    baskets, any_success = _standings(plan, trial, reached, pooled, own)
    return Monitoring(
        version=leadline.__version__,
        title=plan.design.title,
        protocol=f"{plan.protocol.id} {plan.protocol.version}",
        casebook=casebook.name,
        casebook_kind=casebook.kind,
        casebook_hash=casebook.hash,
        lock=lock.sha256 if lock else "",
        on=on.isoformat() if on else "",
        steps=reached.course.steps,
        baskets=baskets,
        any_success=any_success,
        randomised=plan.design.randomised,
        harm=pooled,
        harm_event=plan.design.harm.event if plan.design.harm else "",
        conduct=_conduct(plan, reached.found.taken, reached.found.left_out),
        children=reached.found.taken,
        words=trial_in_words(plan.design, reached.course, pooled),
        notices=(*lock_in_words(lock), *notices_in_words(plan, reached, published=closed, on=on)),
    )


def _harm(plan: Plan, reached: Reached) -> tuple[HarmStanding | None, list[HarmStanding | None]]:
    """Harm in all baskets together, where one rule counts them so, and in each basket."""
    standings = [rule.standing(reached.course) for rule in reached.harm]
    if plan.design.harm_by_basket:
        return None, [*standings]
    baskets = range(len(plan.design.baskets))
    warnings = [basket_warning(plan.design, reached.found.exposed, at) for at in baskets]
    return (standings[0] if standings else None), warnings


def _known(children: Sequence[Child]) -> Known:
    """Responses in the order of infusion, without children who are left out of the count for good."""
    return tuple(
        child.response.counted
        for child in children
        if child.response.counted is not None or child.response.status is Status.PENDING
    )


def _standings(
    plan: Plan,
    trial: Trial,
    reached: Reached,
    pooled: HarmStanding | None,
    own: Sequence[HarmStanding | None],
) -> tuple[tuple[BasketStanding, ...], float | None]:
    now = _posteriors(trial, reached)
    forecasts, any_success = _forecasts(trial, reached)
    standings = []
    for at, basket in enumerate(plan.design.baskets):
        next_look, ahead, would = _ahead(trial, at, reached)
        standing = BasketStanding(
            id=basket.id,
            label=basket.label,
            criterion=basket.responder,
            visit=plan.windows[at].title,
            null_rate=basket.null_rate,
            null_limit=basket.null_limit,
            target_rate=basket.target_rate,
            threshold=plan.design.thresholds[at],
            planned=basket.size,
            planned_controls=basket.controls(basket.size),
            counts=_counts(reached.treated[at]),
            control_counts=_counts(reached.controls[at]) if basket.control else None,
            posterior=now[at],
            closed=reached.course.closed[at],
            next_look=next_look,
            overrun=_overrun(at, reached),
            on_plan=_on_plan(reached),
            rule_now=_rule_now(reached.course.closed[at], pooled or own[at]),
            if_looked_now=would,
            next_results=ahead,
            needed=_needed(ahead),
            forecast=forecasts[at],
            harm=own[at],
            words=(),
        )
        standings.append(replace(standing, words=basket_in_words(standing)))
    return tuple(standings), any_success


def _posteriors(trial: Trial, reached: Reached) -> tuple[Posterior, ...]:
    """One a basket: of one that harm has closed by all who are known, of the others by those who count for them."""
    now = posteriors(trial, reached.counting)
    if reached.counting == reached.seen:
        return now
    known, harmed = posteriors(trial, reached.seen), reached.course.harmed
    return tuple(known[j] if j in harmed else one for j, one in enumerate(now))


def _on_plan(reached: Reached) -> bool:
    """Whether the counts are those of the last planned look."""
    steps, seen = reached.course.steps, reached.counting
    return bool(steps) and (seen.children, seen.controls) == (steps[-1].children, steps[-1].controls)


def _needed(ahead: Sequence[NextResult]) -> int | None:
    """Fewest further responders with which it is a success, whatever further controls show."""
    numbers = sorted({one.responders for one in ahead})
    return next(
        (
            number
            for number in numbers
            if all(one.action in SUCCESSES for one in ahead if one.responders == number)
        ),
        None,
    )


def _ahead(trial: Trial, at: int, reached: Reached) -> tuple[NextLook | None, tuple[NextResult, ...], str]:
    """The next look of a basket that is open, what it can show, and what its rule would say now."""
    course, basket = reached.course, trial.design.baskets[at]
    look = course.look[at]
    if course.closed[at] is not None or look > len(basket.looks):
        return None, (), ""
    size = basket.looks[look - 1]
    control_size = basket.controls(size)
    seen = _seen_of(reached.known[at][:size])
    controls = _seen_of(reached.controls_known[at][:control_size]) if basket.control else (0, 0)
    now = reached.counting
    ahead = next_results(trial, now, basket=at, look=look, seen=seen, controls=controls)
    would = if_looked_now(trial, now, basket=at, look=look) if now.children[at] else ""
    next_look = NextLook(
        look, size, seen[1], size - seen[1], control_size, controls[1], control_size - controls[1]
    )
    return next_look, ahead, would


def _seen_of(known: Known) -> tuple[int, int]:
    """Responders and children whose response is known."""
    return sum(one is True for one in known), sum(one is not None for one in known)


def _overrun(at: int, reached: Reached) -> int:
    """Children whose response is known and who came after those of the last look of their basket."""
    if not reached.course.steps:
        return 0
    made, seen = reached.course.steps[-1], reached.seen
    arms = ((made.children, seen.children), (made.controls, seen.controls))
    return sum(max(known[at] - of_look[at], 0) for of_look, known in arms if of_look and made.children[at])


def _rule_now(closed: Decision | None, harm: HarmStanding | None) -> str:
    """What the rules say of a basket.

    harm   in the children whose harm rule can close it
    """
    if closed is not None:
        return closed.action
    said = Rule.GO_ON if harm is None else harm.rule
    return HARM_OPEN if said is Rule.OPEN else str(said)


def _counts(children: Sequence[Child]) -> Counts:
    counted = [child.response.counted for child in children]
    status = [child.response.status for child in children]
    missing = [child.response.counted for child in children if child.response.status is Status.MISSING]
    return Counts(
        taken=len(children),
        known=len(counted) - counted.count(None),
        responders=counted.count(True),
        non_responders=counted.count(False),
        pending=status.count(Status.PENDING),
        missing_not_met=missing.count(False),
        missing_left_out=missing.count(None),
        needs_model=status.count(Status.NEEDS_MODEL),
    )


def _forecasts(trial: Trial, reached: Reached) -> tuple[list[Forecast | None], float | None]:
    """One a basket; None for one that is closed, and for all where there are too many outcomes to come."""
    design, settled, seen = trial.design, _settled(reached), reached.counting
    responders, children = _up_to(design.sizes, settled, seen.responders, seen.children)
    controls = _up_to(design.control_sizes, settled, seen.control_responders, seen.controls)
    try:
        foretold = predict_success(
            design,
            responders=responders,
            children=children,
            control_responders=controls[0],
            control_children=controls[1],
            closed=settled,
            posterior=trial.posterior,
        )
    except BeyondExactRange:
        return [None] * len(settled), None
    forecasts = [
        Forecast(success, by_rules, foretold.coherent) if end is None else None
        for success, by_rules, end in zip(
            foretold.success, foretold.success_not_stopped, settled, strict=True
        )
    ]
    return forecasts, foretold.any_success


def _settled(reached: Reached) -> tuple[bool | None, ...]:
    """Of each basket that takes no more children whether it is a success; None for an open one."""
    return tuple(None if end is None else end.action in SUCCESSES for end in reached.course.closed)


def _up_to(
    sizes: tuple[int, ...],
    settled: tuple[bool | None, ...],
    responders: tuple[int, ...],
    children: tuple[int, ...],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Responders and children, of an open basket no more than the design takes; of an arm that there is not, none."""
    if not children:
        return (), ()
    known = tuple(
        n if end is not None else min(n, size) for n, end, size in zip(children, settled, sizes, strict=True)
    )
    return tuple(min(r, n) for r, n in zip(responders, known, strict=True)), known


def _conduct(plan: Plan, taken: Sequence[Child], left_out: tuple[LeftOut, ...]) -> Conduct:
    over = [child for child in taken if child.response.status is not Status.PENDING]
    return Conduct(
        planned=sum(plan.design.sizes) + sum(plan.design.control_sizes),
        taken=len(taken),
        taken_by_basket=tuple(
            sum(child.basket == j for child in taken) for j in range(len(plan.design.baskets))
        ),
        visits_over=len(over),
        visits_judged=sum(child.response.result in ("met", "not_met") for child in over),
        asked=sum(child.harm.days_asked > 0 for child in taken),
        person_days=sum(child.harm.days_asked for child in taken),
        events=sum(child.harm.events for child in taken),
        serious=sum(child.harm.serious for child in taken),
        with_serious=sum(child.harm.serious > 0 for child in taken),
        left_out=left_out,
    )
