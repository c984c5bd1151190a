"""What a rule is held against, and what comes of it before it is said whether that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from leadline.casebook.case import Case, Fact, Infusion
from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.findings import Refs, Texts
from leadline.protocol.figures import Window
from leadline.protocol.protocol import Protocol
from leadline.protocol.rules import AnyRule
from leadline.verdicts.view import CaseView

DAY_0 = DaySpan(0, 0)


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule is held against. `zero` is the day from which the rule's windows count: that of the index infusion,
    or of the infusion that is checked. `until` closes a window that has no end.
    `premedication`: the rule is about what was given for that infusion."""

    case: Case
    view: CaseView
    protocol: Protocol
    infusion: Infusion | None = None
    zero: DaySpan = DAY_0
    until: int | None = None
    premedication: bool = False

    def within(self, day: DaySpan, window: Window) -> bool | None:
        """Whether a day lies in a window of the protocol; None if its span, or that of day 0, cannot tell."""
        first = -inf if window.first is None else window.first
        last = inf if window.last is None else window.last
        from_zero = DaySpan(day.first - self.zero.last, day.last - self.zero.first)
        inside = from_zero.within(first, last)
        if self.until is None or window.last is not None or inside is False:
            return inside
        before = day.within(-inf, self.until)
        return before if inside or before is False else None


class Judged(NamedTuple):
    """Whether what a rule asks for holds, before it is said whether that is wanted. `found` is in words."""

    holds: bool | None
    found: str
    missing: Texts = ()
    evidence: Refs = ()
    day: DaySpan | None = None


def is_answered(fact: Fact) -> bool:
    """Whether a finding has a value, or is said to be none that this child can have, as a pregnancy in a boy."""
    return fact.value is not None or fact.missing == "not_applicable"


def for_child(rule: AnyRule, case: Case) -> bool | None:
    """Whether the rule is for the child: by its disease, and its ILAR category; None if that is not recorded."""
    if rule.diagnoses and case.diagnosis not in rule.diagnoses:
        return False
    if not rule.categories:
        return True
    known = case.patient.get("ilar_category")
    return None if not known else known in rule.categories
