"""Further infusions against the rules that they depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.contradictions.eligibility import planned_in
from leadline.protocol.figures import figure_words
from leadline.protocol.needs import missing_for
from leadline.protocol.rules import CriterionRule, WashoutRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.protocol.protocol import Protocol
    from leadline.protocol.rules import AnyRule
    from leadline.protocol.schedule import Visit

ONE_INFUSION = 1
"""The infusion of day 0, which `most` counts with the others."""


def repeat_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """A number of infusions that does not take in the first, and a time between two that is none, or ends before what
    it depends on can be known."""
    most = protocol.repeat_dosing.most
    if most.open:
        return
    highest = most.limits[1]
    if highest is None:
        yield Contradiction(
            ("repeat_dosing", "most"),
            f"{figure_words(most)} are given to a child, and nothing says how many at most",
            "name the most that a child is given, as `high`",
        )
    elif highest < ONE_INFUSION:
        yield Contradiction(
            ("repeat_dosing", "most"),
            f"a child is given {figure_words(most)}, and the infusion of day 0 is one",
            "let it be 1 where no child is given a further infusion, else 2 or more",
        )
    elif highest > ONE_INFUSION:
        yield from _too_soon(protocol)


def _too_soon(protocol: Protocol) -> Iterator[Contradiction]:
    first = protocol.repeat_dosing.interval.first
    if first is None or first < 1:
        yield Contradiction(
            ("repeat_dosing", "interval"),
            "a further infusion may be given on the very day of the infusion before it"
            if first is None or first == 0
            else f"a further infusion may be given {-first} days before the infusion that it follows",
            "name the least number of days between two infusions, as `first`",
        )
        return
    known = [(_earliest(rule, protocol), at, rule) for at, rule in enumerate(protocol.repeat_dosing.rules)]
    day, at, rule = max(known, key=lambda one: (one[0], -one[1]), default=(0, 0, None))
    if rule is not None and day > first:
        yield Contradiction(
            ("repeat_dosing", "interval"),
            f"a further infusion may be given {first} {'day' if first == 1 else 'days'} after the first, and"
            f" '{rule.title}' (repeat_dosing.rules[{at}]), on which it depends, cannot be known before day {day}",
            f"let the interval begin at {day} days or later, or let the rule be judged sooner",
        )


def _earliest(rule: AnyRule, protocol: Protocol) -> int:
    """The first day after the infusion on which the rule can be judged: of a criterion that of the first visit that
    records what it needs."""
    if isinstance(rule, WashoutRule):
        return 0
    begins = rule.during.first or 0
    if not isinstance(rule, CriterionRule):
        return begins
    judged = [visit.first for visit in protocol.schedule.visits if _can_judge(rule, protocol, visit)]
    return max(begins, min(judged, default=0))


def _can_judge(rule: CriterionRule, protocol: Protocol, visit: Visit) -> bool:
    if visit.first <= 0 or not planned_in(visit, rule.during):
        return False
    needs = missing_for(rule.criterion, protocol, visit)
    return not needs.baseline and not needs.visit
