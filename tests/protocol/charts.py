"""Charts written by hand for the tests of adherence, and the shipped protocol with sections of the tests' own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from leadline.casebook.case import Case, Infusion, RowRef
from leadline.casebook.days import DaySpan, parse_day
from leadline.protocol import Protocol, read_protocol
from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.findings import Check
from leadline.protocol.adherence.judging import check_rule
from leadline.protocol.figures import Figure, Window
from leadline.protocol.rules import AnyRule
from leadline.verdicts import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, drug, event, recorded, span, visit

__all__ = [
    "case",
    "chart",
    "checked",
    "context",
    "drug",
    "event",
    "given",
    "infusion",
    "shipped",
    "span",
    "visit",
]


@cache
def shipped() -> Protocol:
    return read_protocol("msc_iv_paediatric")


def infusion(day: int | tuple[int, int] | None = 0, number: int = 1, **fields: Any) -> Infusion:
    return Infusion(RowRef("infusions", f"infusion {number}"), number, span(day), recorded(day, None), fields)


def given(*infusions: Infusion) -> tuple[Infusion, ...]:
    return infusions


def chart(
    diagnosis: str = "jia",
    visits: Any = (),
    *,
    infusions: tuple[Infusion, ...] | None = None,
    birth: str = "",
    index: Any = None,
    last_contact: int | None = None,
    patient: dict[str, Any] | None = None,
    **more: Any,
) -> Case:
    made = case(diagnosis, visits, index=index, **more)
    return replace(
        made,
        infusions=made.infusions if infusions is None else infusions,
        birth=parse_day(birth) if birth else None,
        patient={**made.patient, **(patient or {})},
        last_contact=None if last_contact is None else DaySpan(last_contact, last_contact),
    )


def context(child: Case, protocol: Protocol | None = None, **more: Any) -> Context:
    return Context(child, CaseView(child, Parameters()), protocol or shipped(), **more)


def checked(rule: AnyRule, child: Case, *, section: str = "inclusion", **more: Any) -> Check:
    check = check_rule(rule, section, context(child, **more))
    assert check is not None
    return check


def days(first: int | None = None, last: int | None = None) -> Window:
    return Window(first=first, last=last)


def limit(**ends: Any) -> Figure:
    return Figure(**ends)
