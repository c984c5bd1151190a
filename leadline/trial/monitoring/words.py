"""A monitoring in sentences that a board can read: what the rules say, and what must be known of how it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import leadline
from leadline.casebook.prose import listed
from leadline.protocol.protocol import Status as ProtocolStatus
from leadline.trial.design import HarmCount
from leadline.trial.monitoring.arms import ARM_PROBLEMS, NOT_INFUSED, Arm
from leadline.trial.monitoring.harm import Rule
from leadline.trial.monitoring.standing import Scale
from leadline.trial.words import harm_lends_in_words, percent

if TYPE_CHECKING:
    from datetime import date

    from leadline.trial.design import Design
    from leadline.trial.monitoring.children import Children
    from leadline.trial.monitoring.harm import HarmStanding
    from leadline.trial.monitoring.lock import Lock
    from leadline.trial.monitoring.looks import Course
    from leadline.trial.monitoring.monitor import Reached
    from leadline.trial.monitoring.plan import Plan
    from leadline.trial.monitoring.results import BasketStanding, Counts, NextLook


def children(number: int) -> str:
    """`one child`, `3 children`."""
    return "one child" if number == 1 else f"{number} children"


COUNTED = {
    HarmCount.SERIOUS_AND_POSSIBLY_RELATED: "serious and at least possibly related to the cells",
    HarmCount.SERIOUS: "serious, whatever their cause",
    HarmCount.ANY: "recorded at all",
}


def counted(number: int, noun: str) -> str:
    """`1 responder`, `3 responders`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def of_children(number: int, of: int) -> str:
    """`2 of 7 children`, `1 of one child`."""
    return f"{number} of {children(of)}"


ARM_WORDS = {Arm.TREATED: "treated", Arm.CONTROL: "control"}


def trial_in_words(design: Design, course: Course, harm: HarmStanding | None) -> tuple[str, ...]:
    """What the rules say of the trial as a whole."""
    said = []
    if course.steps:
        last = course.steps[-1]
        controls = last.controls or (0,) * len(last.children)
        counts = ", ".join(
            f"{basket.label} {n}" + (f" and {m} controls" if basket.control else "")
            for basket, n, m in zip(design.baskets, last.children, controls, strict=True)
        )
        said.append(f"The last planned look that was reached is step {last.number} (children: {counts}).")
    else:
        said.append("No planned look has been reached yet.")
    if course.harmed:
        said += _harmed_in_words(design, course)
    if course.waiting:
        waited = listed([design.baskets[j].label for j in course.waiting])
        said.append(
            f"The next planned step waits for {waited}. Until it is reached the plan asks for no decision on response; "
            "what is shown of response in between is a look taken off plan."
        )
    if harm is not None:
        said += harm_in_words(harm, whom=HARM_AMONG_TREATED if design.randomised else "all diseases together")
    return tuple(said)


def _harmed_in_words(design: Design, course: Course) -> list[str]:
    """Whom harm has closed."""
    if not design.harm_by_basket:
        return ["Harm has stopped the trial: no basket that was open then is declared a success."]
    stopped = listed([design.baskets[j].label for j in course.harmed])
    said = f"Harm has stopped {stopped}, without success, and closes no other disease."
    return [f"{said} {harm_lends_in_words(design)}".strip()]


def basket_in_words(standing: BasketStanding) -> tuple[str, ...]:
    """One basket: counts, what was decided, what is next."""
    said = _counts_in_words(standing, standing.counts, "Infused")
    if standing.control_counts is not None:
        said += _counts_in_words(standing, standing.control_counts, "Controls")
    said += _decided(standing)
    if standing.harm is not None and standing.harm.binding:
        treated = (
            "its children" if standing.control_counts is None else "its children who were given the cells"
        )
        said += harm_in_words(standing.harm, whom=treated, stops="it")
    if standing.overrun:
        said.append(_overrun_in_words(standing))
    return tuple(said)


def _overrun_in_words(standing: BasketStanding) -> str:
    came = "infused" if standing.control_counts is None else "in the trial"
    if standing.rule_now == Rule.STOP and standing.harm is not None and standing.harm.binding:
        return (
            f"Known and {came} after those of its last look: {standing.overrun}. Others do not borrow from them; the "
            "posterior shown holds them."
        )
    return (
        f"Overrun, known and {came} after those of the last look: {standing.overrun}. The decision of that look "
        "is made without them; the posterior shown holds them."
    )


def _counts_in_words(standing: BasketStanding, counts: Counts, whom: str) -> list[str]:
    """One arm."""
    said = [f"{whom}: {counts.taken}; response known of {counts.known}, and {counts.responders} responded."]
    if counts.pending:
        said.append(f"Of {counts.pending} the visit ({standing.visit}) is not over or not final: pending.")
    if counts.missing_not_met:
        said.append(
            f"Of {counts.missing_not_met} the chart cannot tell and no day is left: counted as no response, as the "
            "estimand says."
        )
    if counts.missing_left_out:
        said.append(
            f"{counts.missing_left_out} left out of the count, as the estimand says: the chart cannot tell."
        )
    if counts.needs_model:
        said.append(
            f"Of {counts.needs_model} the estimand asks for what no chart holds; it is not counted and a model of the "
            "statistician's is needed."
        )
    return said


def _decided(standing: BasketStanding) -> list[str]:
    if standing.closed is not None:
        done = standing.closed
        if done.action == Rule.STOP:
            return [f"Harm stopped it by look {done.look}: no success is declared. That stands."]
        seen = of_children(done.responders, done.children)
        if standing.control_counts is not None:
            seen += f" and {done.control_responders} of {done.controls} controls"
        return [f"At look {done.look}, with {seen} responding, the rule said: {done.action}. That stands."]
    if standing.next_look is None:
        return []
    look = standing.next_look
    said = [
        f"Look {look.look} is made of the first {look.children}; of {look.known} of them the response is known."
        if standing.control_counts is None
        else f"Look {look.look} is made of the first {look.children} treated, of {look.known} of whom the response is "
        f"known, and of the first {look.controls} controls, of {look.controls_known} of whom it is known."
    ]
    if standing.if_looked_now and not standing.on_plan:
        said.append(
            f"Looked at now, off plan and with the rule of look {look.look}, these counts would say: "
            f"{standing.if_looked_now}. It binds nobody."
        )
    if standing.control_counts is not None:
        return [*said, *_ahead_with_controls(standing, look)]
    to_come = look.to_come
    if standing.needed == 0 and to_come:
        said.append(
            f"Whatever the {to_come} to come show, it would be a success there, the other diseases as they are."
        )
    elif standing.needed is not None and to_come:
        said.append(
            f"With the other diseases as they are now, {counted(standing.needed, 'responder')} among the {to_come} to "
            "come would make it a success at that look."
        )
    elif to_come and any(one.action for one in standing.next_results):
        actions = dict.fromkeys(one.action for one in standing.next_results)
        said.append(f"With the other diseases as they are now, that look can say: {', or '.join(actions)}.")
    return said


def _ahead_with_controls(standing: BasketStanding, look: NextLook) -> list[str]:
    """What the treated children to come can lead to, whatever the controls to come show."""
    if standing.needed is None or not (look.to_come or look.controls_to_come):
        return []
    if standing.needed == 0:
        return [
            "Whatever the children to come show, it would be a success there, the other diseases as they are."
        ]
    needed = f"{counted(standing.needed, 'responder')} among the {look.to_come} treated to come"
    others = "the other diseases as they are now"
    return [
        f"With {needed} it would be a success there, whatever the controls to come show and with {others}."
    ]


def figures_in_words(standing: BasketStanding) -> tuple[str, ...]:
    """The posterior of a basket and its forecast."""
    said = _posterior_in_words(standing)
    if standing.forecast is not None:
        foretold = standing.forecast
        unless = f"; {chance(foretold.success)} if no look before that of all {standing.planned} stopped it"
        same = chance(foretold.success) == chance(foretold.success_not_stopped)
        said.append(
            f"Predicted probability of being declared a success: {chance(foretold.success_not_stopped)}"
            f"{'' if same else unless}."
        )
    return tuple(said)


def _posterior_in_words(standing: BasketStanding) -> list[str]:
    now = standing.posterior
    above, interval = chance(now.above_null), f"{percent(now.low)} to {percent(now.high)}"
    match now.scale:
        case Scale.RATE:
            return [
                f"Response rate by the design's model: {percent(now.mean)}, 95 % interval {interval}.",
                f"It is above the null rate of {percent(standing.null_rate)} with a probability of {above}.",
            ]
        case Scale.DIFFERENCE:
            margin = standing.null_limit - standing.null_rate
            more = f" by more than {points(margin)} percentage points" if margin > 0 else ""
            interval = f"{points(now.low)} to {points(now.high)}"
            return [
                f"Treated less controls: {points(now.mean)} percentage points, 95 % interval {interval}.",
                f"The treated respond better than the controls{more} with a probability of {above}.",
            ]
        case Scale.ADJUSTED_RATE:
            at = f"Rate of the treated, were the controls at {percent(standing.null_rate)}"
            return [
                f"{at}: {percent(now.mean)}, 95 % interval {interval}, by the odds ratio of the design's model.",
                f"The treated respond better than the controls with a probability of {above}.",
            ]


HARM_AMONG_TREATED = "all who were given the cells"
"""The harm rule of a design with controls counts no control."""


def harm_in_words(harm: HarmStanding, *, whom: str, stops: str = "the trial") -> list[str]:
    """Harm among some children, and what their rule stops."""
    said = [
        f"Harm in {whom}: {of_children(harm.with_event, harm.children)} had an event that counts"
        + (f"; of {harm.unknown} it is not known." if harm.unknown else ".")
    ]
    if harm.stops_at is not None:
        said.append(f"With {children(harm.children)} {stops} stops at {harm.stops_at} with the event.")
    elif harm.children and harm.on_plan:
        said.append(f"With {children(harm.children)} the plan has no number of events that stops.")
    elif harm.children:
        said.append(f"With {children(harm.children)} the rule is not looked at.")
    match harm.rule:
        case Rule.STOP:
            said.append("The rule says: stop for harm.")
        case Rule.OPEN:
            said.append(
                "The rule cannot be told: it says stop if those of whom it is not known had the event, and go on if "
                "they had not."
            )
        case Rule.GO_ON:
            said.append("The rule says: go on.")
    ahead = next(((k, x) for k, x in enumerate(harm.next_stops, start=1) if x), None)
    if ahead is not None and harm.rule is not Rule.STOP:
        said.append(f"If {ahead[1]} of the next {children(ahead[0])} had the event too, it would say stop.")
    return said


def lock_in_words(lock: Lock | None) -> tuple[str, ...]:
    """What the lock leaves to be said."""
    if lock is None:
        return ("No lock was checked: nothing shows that these are the rules that were fixed beforehand.",)
    if lock.leadline != leadline.__version__:
        return (
            f"Leadline {lock.leadline} made the lock, and this is {leadline.__version__}; the rules are the same.",
        )
    return ()


def notices_in_words(plan: Plan, reached: Reached, *, published: bool, on: date | None) -> tuple[str, ...]:
    """What a reader must know of how the figures were reached."""
    found, course = reached.found, reached.course
    said = list(found.in_doubt)
    if on is not None:
        said.append(f"The day of the look is {on.isoformat()}: what was recorded of a later day is not used.")
    elif published:
        said.append(
            "A published series: nothing can be recorded any more, so no response is taken to be pending."
        )
    else:
        said.append("The day of the look is the last day that the casebook holds.")
    if plan.design.harm is not None:
        said.append(
            f"Harm counts adverse events after the infusion that are {COUNTED[plan.design.harm.counts]}."
        )
    if plan.design.randomised:
        said += _of_controls(found)
    if not found.order_known:
        said.append(
            "Not every day 0 has a date that puts it before or after the others: which children make a planned look "
            "and which are overrun rests on their codes where the dates do not tell."
        )
    if any(child.day is None for child in found.taken):
        said.append(
            "Of some children the days since the infusion cannot be told: their visits are taken as not over."
        )
    if not found.all_named:
        said.append("Not every child's record says that the child was treated by this protocol.")
    if course.waiting and len(course.waiting) < sum(one is None for one in course.closed):
        said.append(
            "The baskets have not reached the step together: each posterior is that of the real numbers."
        )
    steps = reached.course.steps
    seen = reached.counting
    if steps and (seen.children, seen.controls) != (steps[-1].children, steps[-1].controls):
        said.append(
            "More responses are known than those of the last planned look: a look taken now is off plan."
        )
    if plan.protocol.status is ProtocolStatus.TEMPLATE:
        said.append(
            f"The protocol {plan.protocol.id} {plan.protocol.version} is a template: it was not approved."
        )
    return tuple(said)


def _of_controls(found: Children) -> list[str]:
    """How arms were told apart, and what is compared."""
    said = [
        "The arm of each child is the one recorded (assigned_arm), whatever it was given.",
        "The days of the treated count from the infusion, those of the controls from enrolment: no other is planned.",
        "The harm rule is about the cells: it counts those who were given them, and no control.",
    ]
    unknown = [one.patient_id for one in found.left_out if one.why in ARM_PROBLEMS]
    if unknown:
        said.append(
            f"Not counted, as the arm or day 0 is in doubt: {listed(unknown)}. Until that is corrected the looks may "
            "be made of other children than those who came first."
        )
    waiting = [one.patient_id for one in found.left_out if one.why == NOT_INFUSED]
    if waiting:
        said.append(
            f"Not infused, and so not among the treated: {listed(waiting)}. A comparison of all who were assigned "
            "would count them."
        )
    return said


def points(difference: float) -> str:
    """A difference of two rates in percentage points."""
    return percent(difference).removesuffix(" %")


def chance(value: float) -> str:
    """A probability as a person reads it: never `0 %` or `100 %` of what is neither."""
    if 0 < value < 0.001:
        return "below 0.1 %"
    return "above 99.9 %" if 0.999 < value < 1 else percent(value)
