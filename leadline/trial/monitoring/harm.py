"""Where harm stands: children with an event that counts, against the frozen boundary, all together or by basket.

A child of whom nobody asked about adverse events after the infusion is not free of them: it is unknown, and the
standing is given as a range, with every such child counted either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincc, betaincinv

from leadline.casebook.deaths import died_of_nothing_recorded
from leadline.errors import DesignInvalid
from leadline.trial.design import HarmCheck, HarmCount
from leadline.trial.safety import PRIOR_CHILDREN, Boundary, harm_boundary
from leadline.verdicts.event_claims import asked_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.casebook.case import AdverseEvent, Case
    from leadline.trial.design import Design, Harm

RELATED = frozenset({"certain", "probable", "possible", "related"})
NOT_RELATED = frozenset({"unlikely", "not_related"})
"""At least possibly related to the cells, and not; all other entries leave it open."""

TAIL = 0.025
AHEAD = 5  # children to come for whom it is told what would stop the trial


class Rule(StrEnum):
    """What the harm rule says."""

    GO_ON = "go on"
    STOP = "stop for harm"
    OPEN = "cannot be told"  # it depends on the children of whom it is not known


@dataclass(frozen=True, slots=True)
class ChildHarm:
    """One child: whether an event that counts happened (None: not known), and over how many days it was asked.

    events, serious   recorded after the infusion, and of these surely serious
    last_asked        last day that a question about adverse events reached
    """

    had: bool | None
    because: str
    days_asked: int
    last_asked: int | None
    events: int
    serious: int


@dataclass(frozen=True, slots=True)
class HarmRate:
    """The event's rate, given so many children with it among all; prior worth three children at the limit rate."""

    events: int
    mean: float
    low: float
    high: float
    above_limit: float


@dataclass(frozen=True, slots=True)
class HarmStanding:
    """Harm in some of the children.

    binding      whether the boundary is a rule of the design; else it warns, and stops nothing
    boundary     for 1, 2, ... children the events that stop; `checks`: the numbers of children at which that is looked
                 at
    path         for 0, 1, ... children in the order of infusion those with the event, without and with those of whom it
                 is not known
    children     infused
    with_event   for certain; `unknown` of whom it is not known
    stops_at     children with the event that stop at this number of children; None where none do, or the rule is not
                 looked at
    rule         what the boundary says now; `on_plan` whether the rule is looked at here
    fewest, most the rate if none, or each, of the unknown children had the event
    next_stops   for the next 1, 2, ... children how many of them with the event would stop, if none of the unknown had
                 it; None where so many cannot
    stop_chance  predictive probability that the rule stops by its planned end, none and all of the unknown
    person_days  that questions about adverse events covered after the infusion
    """

    binding: bool
    boundary: tuple[int, ...]
    checks: tuple[int, ...]
    path: tuple[tuple[int, ...], tuple[int, ...]]
    children: int
    with_event: int
    unknown: int
    stops_at: int | None
    rule: Rule
    on_plan: bool
    fewest: HarmRate
    most: HarmRate
    next_stops: tuple[int | None, ...]
    stop_chance: tuple[float, float] | None
    person_days: int


def child_harm(case: Case, counts: HarmCount, *, by: int | None = None) -> ChildHarm:
    """Whether a child has had an event that counts, after its first infusion.

    by  day of the look, from the infusion: an event whose partial date reaches beyond it may have come later. None
        where the record was not cut at a day.
    """
    until = np.inf if by is None else by
    spans = [span for span in asked_spans(case) if span.last > 0]
    days = sum(span.last - max(span.first, 0) for span in spans)
    last = max((span.last for span in spans), default=None)
    states = [_counts(event, counts, until) for event in case.adverse_events]
    surely, perhaps = states.count(True), states.count(None)
    after = [event for event in case.adverse_events if _after(event, until)]
    serious = sum(event.serious is True for event in after)
    had: bool | None
    if surely:
        had, because = True, f"{surely} recorded"
    elif perhaps:
        had, because = None, f"of {perhaps} recorded it is not known whether it counts"
    elif died_of_nothing_recorded(case, until):
        had, because = None, "a death is recorded, and no adverse event of which the child died"
    elif not spans:
        had, because = None, "nobody asked about adverse events after the infusion"
    else:
        had, because = False, f"asked up to day {last}, none counts"
    return ChildHarm(had, because, days, last, len(after), serious)


def _after(event: AdverseEvent, until: float) -> bool | None:
    """Whether the event began after the infusion, on day 0 or later, and by the day of the look."""
    return None if event.start is None else event.start.within(0, until)


def _counts(event: AdverseEvent, counts: HarmCount, until: float) -> bool | None:
    after = _after(event, until)
    match counts:
        case HarmCount.ANY:
            return after
        case HarmCount.SERIOUS:
            return _and(after, event.serious)
        case HarmCount.SERIOUS_AND_POSSIBLY_RELATED:
            return _and(after, _and(event.serious, related(event)))


def related(event: AdverseEvent) -> bool | None:
    """Whether at least possibly related to the cells; None where the chart does not say."""
    if event.relation in RELATED:
        return True
    return False if event.relation in NOT_RELATED else None


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one and other else None


def harm_path(children: Sequence[ChildHarm]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Children with the event among the first 0, 1, 2, ...: for certain, and with those of whom it is not known."""
    surely = accumulate((int(one.had is True) for one in children), initial=0)
    at_most = accumulate((int(one.had is not False) for one in children), initial=0)
    return tuple(surely), tuple(at_most)


def first_stop(had: Sequence[bool | None], boundary: Boundary, *, unknown_as: bool) -> int | None:
    """After how many children, in the order of infusion, the boundary is first reached at one of its checks."""
    events = np.cumsum([unknown_as if one is None else one for one in had], dtype=int)
    reached = (n for n in boundary.checks if n <= len(had) and events[n - 1] >= boundary.events[n - 1])
    return next(reached, None)


def harm_standing(
    design: Design,
    children: Sequence[ChildHarm],
    boundary: Boundary,
    *,
    stopped: tuple[bool, bool],
    binding: bool = True,
) -> HarmStanding:
    """Where the children stand.

    children  in the order of infusion
    stopped   whether the rule has stopped them, if none and if all of the unknown had the event
    """
    harm = design.harm
    assert harm is not None
    n, x = len(children), sum(one.had is True for one in children)
    unknown = sum(one.had is None for one in children)
    planned = len(boundary.events)
    surely, perhaps = stopped
    return HarmStanding(
        binding=binding,
        boundary=boundary.events,
        checks=boundary.checks,
        path=harm_path(children),
        children=n,
        with_event=x,
        unknown=unknown,
        stops_at=_stops_at(boundary, n),
        rule=Rule.STOP if surely else Rule.OPEN if perhaps else Rule.GO_ON,
        on_plan=n in boundary.checks,
        fewest=_rate(harm, x, n),
        most=_rate(harm, x + unknown, n),
        next_stops=tuple(
            _more(boundary, x, n, ahead) for ahead in range(1, AHEAD + 1) if n + ahead <= planned
        ),
        stop_chance=None
        if n > planned
        else (
            1.0 if surely else _stop_chance(harm, boundary, x, n),
            1.0 if perhaps else _stop_chance(harm, boundary, x + unknown, n),
        ),
        person_days=sum(one.days_asked for one in children),
    )


def _stops_at(boundary: Boundary, n: int) -> int | None:
    if n not in boundary.checks or boundary.events[n - 1] > n:
        return None
    return boundary.events[n - 1]


def _more(boundary: Boundary, events: int, n: int, ahead: int) -> int | None:
    """Of the next so many children, how many with the event reach the boundary at their end."""
    needed = max(boundary.events[n + ahead - 1] - events, 0)
    return needed if needed <= ahead and n + ahead in boundary.checks else None


def _rate(harm: Harm, events: int, n: int) -> HarmRate:
    a = PRIOR_CHILDREN * harm.limit_rate + events
    b = PRIOR_CHILDREN * (1 - harm.limit_rate) + n - events
    low, high = (float(betaincinv(a, b, tail)) for tail in (TAIL, 1 - TAIL))
    return HarmRate(events, a / (a + b), low, high, float(betaincc(a, b, harm.limit_rate)))


def _stop_chance(harm: Harm, boundary: Boundary, events: int, n: int) -> float:
    """The children to come one by one, each with the event by the mean rate of all before it (an urn)."""
    a = PRIOR_CHILDREN * harm.limit_rate
    alive, stop = {events: 1.0}, 0.0
    for seen in range(n, boundary.checks[-1]):
        grown: dict[int, float] = {}
        for x, chance in alive.items():
            rate = (a + x) / (PRIOR_CHILDREN + seen)
            grown[x] = grown.get(x, 0.0) + chance * (1 - rate)
            grown[x + 1] = grown.get(x + 1, 0.0) + chance * rate
        if seen + 1 in boundary.checks:
            limit = boundary.events[seen]
            stop += sum(chance for x, chance in grown.items() if x >= limit)
            grown = {x: chance for x, chance in grown.items() if x < limit}
        alive = grown
    return stop


def basket_boundary(harm: Harm, looks: tuple[int, ...]) -> Boundary:
    """The same rule for the children of one basket alone. It is no rule of the design: it warns, and stops nothing.

    Where every boundary would stop so few children too often, none does.
    """
    try:
        return harm_boundary(harm, checks=looks)
    except DesignInvalid:
        never = tuple(range(2, looks[-1] + 2))
        checks = tuple(range(1, looks[-1] + 1)) if checked_each_child(harm) else looks
        return Boundary(never, checks, critical=None, stop_at_limit=0.0)


def checked_each_child(harm: Harm) -> bool:
    """Whether the rule is looked at after every child."""
    return harm.check is HarmCheck.CHILD
