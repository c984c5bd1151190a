"""What the outcomes of a check are called where a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.adherence.findings import OUTCOME_WORDS, Outcome, Result
from leadline.report.words import day_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.casebook.days import DaySpan

KEPT: Mapping[Result, str] = {"met": "kept", "not_met": "not kept", "indeterminate": "not known"}
"""Whether a rule of eligibility holds for a child."""

ELIGIBLE: Mapping[Result, str] = {"met": "yes", "not_met": "no", "indeterminate": "not known"}

CRITERION: Mapping[Result, str] = {"met": "met", "not_met": "not met", "indeterminate": "indeterminate"}

PARTS: Mapping[str, str] = {
    "inclusion": "Inclusion",
    "exclusion": "Exclusion",
    "washout": "Wash-out",
    "product": "Product",
    "release": "Release",
    "dose": "Dose and infusion",
    "premedication": "Premedication",
    "observation": "Observation",
    "repeat_dosing": "Repeat dosing",
    "concomitant": "Concomitant treatment",
    "taper": "Taper",
}
"""Parts of a protocol that have rules."""

PERIODS: Mapping[str, str] = {
    "recorded": "recorded in full",
    "missing": "over, and not recorded in full",
    "due": "open now",
    "to_come": "to come",
}
"""What became of an interval of a watch."""

MEANINGS: tuple[tuple[str, str], ...] = (
    ("As written", "the record shows that the rule was kept"),
    ("Minor deviation", "the record shows that a rule was not kept whose deviation the protocol calls minor"),
    (
        "Major deviation",
        "the same for a rule of eligibility, and for one whose deviation the protocol calls major",
    ),
    ("Not documented", "the record cannot tell; nothing is assumed, and what would document it is named"),
)


def outcome_words(outcome: Outcome | None) -> str:
    """ "minor deviation"; empty for a visit that is not over."""
    return "" if outcome is None else OUTCOME_WORDS[outcome]


def joined(texts: Iterable[str]) -> str:
    """Everything in one cell."""
    return "; ".join(texts)


def on_day(day: DaySpan | None) -> str:
    """ "day 21", "day 74 to 80"; empty where nothing of one day decided."""
    return "" if day is None else day_words(day)


def days(first: int, last: int) -> str:
    """ "154 to 182", or the one day."""
    return str(first) if first == last else f"{first} to {last}"
