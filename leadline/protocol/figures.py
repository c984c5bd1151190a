"""Figures of a protocol: a number or its limits, the unit, and where it comes from or who has to fill it in."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from math import floor, log10
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOSED = ConfigDict(extra="forbid", allow_inf_nan=False)  # a protocol's values take no key they do not know

Text = Annotated[str, Len(1)]
Paragraphs = tuple[Text, ...]


class SourceStatus(StrEnum):
    """How far a source was checked."""

    VERIFIED = "verified"  # the figure was read there
    PROVISIONAL = "provisional"  # professional knowledge, not read in a source
    CHOICE = "choice"  # chosen for this protocol, with the reason beside it


@dataclass(frozen=True, slots=True, config=CLOSED)
class Source:
    """Where figures come from. `id` is what a figure names."""

    id: Text
    citation: Text
    status: SourceStatus = SourceStatus.VERIFIED
    doi: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED)
class Figure:
    """One figure: a value, or limits of which either may be open, in a unit.

    low, high     the ends that are still within; `above`, `below` the ends that are not
    unit          UCUM code: `10*6/kg`, `%`, `d`, `wk`, `mo`, `min`, `mL`; empty for a count or a score
    source        ids of the protocol's sources
    centre        what the centre must fill in, where no value is given here; the figure is then open
    why           the reason for the choice
    """

    unit: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    source: tuple[Text, ...] = ()
    centre: str = ""
    why: str = ""

    @property
    def open(self) -> bool:
        """Whether the centre still has to fill it in."""
        return bool(self.centre)

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The lower and the upper end, whether or not they are within; a value is both."""
        if self.value is not None:
            return self.value, self.value
        low = self.low if self.low is not None else self.above
        return low, self.high if self.high is not None else self.below

    @property
    def as_most(self) -> Figure:
        """The figure where it says at most how much: a value is then the most, and not the only one."""
        return self if self.value is None else replace(self, value=None, high=self.value)

    @property
    def as_least(self) -> Figure:
        """The figure where it says at least how much."""
        return self if self.value is None else replace(self, value=None, low=self.value)

    def holds(self, number: float) -> bool | None:
        """Whether a number lies within, compared after rounding to six decimals; None while the figure is open."""
        if self.open:
            return None
        rounded = round(number, DECIMALS)
        return (
            (self.value is None or rounded == round(self.value, DECIMALS))
            and (self.low is None or rounded >= round(self.low, DECIMALS))
            and (self.high is None or rounded <= round(self.high, DECIMALS))
            and (self.above is None or rounded > round(self.above, DECIMALS))
            and (self.below is None or rounded < round(self.below, DECIMALS))
        )


DECIMALS = 6


@dataclass(frozen=True, slots=True, config=CLOSED)
class Window:
    """Days from the index infusion (day 0), first to last inclusive; an end that is left out is open."""

    first: int | None = None
    last: int | None = None
    source: tuple[Text, ...] = ()
    why: str = ""


# ---- units ---------------------------------------------------------------------------------------------------------

MILLION_CELLS_PER_KG: Mapping[str, float] = {"10*6/kg": 1.0, "{cells}/kg": 1e-6}
MILLION_CELLS: Mapping[str, float] = {"10*6": 1.0, "{cells}": 1e-6}
"""Unit of a cell dose to the factor that turns it into the casebook's, millions of cells."""

DAYS: Mapping[str, int] = {"d": 1, "wk": 7}
CALENDAR_MONTHS: Mapping[str, int] = {"mo": 1, "a": 12}
"""Units of time; a month has no fixed number of days and is counted in the calendar."""

MINUTES: Mapping[str, int] = {"min": 1, "h": 60}

MG: Mapping[str, float] = {"mg": 1.0, "g": 1000.0, "ug": 0.001}
MG_PER_KG: Mapping[str, float] = {"mg/kg": 1.0, "g/kg": 1000.0, "ug/kg": 0.001}
"""Unit of a dose of a drug to the factor that turns it into milligrams."""

UNIT_WORDS: Mapping[str, str] = {
    "10*6/kg": "million cells per kg",
    "{cells}/kg": "cells per kg",
    "10*6": "million cells",
    "{cells}": "cells",
    "d": "days",
    "wk": "weeks",
    "mo": "months",
    "a": "years",
    "min": "minutes",
    "h": "hours",
    "Cel": "°C",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "[EU]/kg": "EU/kg",
    "[EU]/mL": "EU/mL",
    "{infusions}": "infusions",
    "{children}": "children",
    "{events}": "events",
    "{joints}": "joints",
    "{dosing_intervals}": "dosing intervals",
    "10*9/L": "× 10⁹/L",
}
"""How a unit is said; one that is not here is said as it is written."""

ONE: Mapping[str, str] = {
    "days": "day",
    "weeks": "week",
    "months": "month",
    "years": "year",
    "minutes": "minute",
    "hours": "hour",
    "infusions": "infusion",
    "children": "child",
    "events": "event",
    "joints": "joint",
    "cells": "cell",
    "dosing intervals": "dosing interval",
}


def worked_out(number: float) -> str:
    """`1.111`, `0.04167`, `12345`: four digits, or the whole number. For doses and rates that were divided out of what
    is recorded; what is recorded, or asked for, is said as it is written."""
    after_point = max(0, 3 - floor(log10(abs(number)))) if number else 0
    return f"{round(number, after_point):.10g}"


def amount(number: float, unit: str) -> str:
    """`2 million cells per kg`, `1 week`, `70 %`."""
    words = UNIT_WORDS.get(unit, unit)
    shown = f"{number:.10g}"
    if number == 1:
        words = ONE.get(words, words)
    return f"{shown} {words}".strip()


def figure_words(figure: Figure) -> str:
    """`at least 70 %`, `1 to 4 million cells per kg`, `12 weeks`; an open figure says what the centre must fill in."""
    if figure.open:
        return f"[the centre fills in: {figure.centre}]"
    if figure.value is not None:
        return amount(figure.value, figure.unit)
    if figure.low is not None and figure.high is not None:
        return f"{figure.low:.10g} to {amount(figure.high, figure.unit)}"
    ends = (
        ("at least", figure.low),
        ("above", figure.above),
        ("at most", figure.high),
        ("below", figure.below),
    )
    return " and ".join(f"{word} {amount(end, figure.unit)}" for word, end in ends if end is not None)


def window_words(window: Window) -> str:
    """`from day -28 to day 0`, `up to day 0`, `from day 1 on`."""
    match window.first, window.last:
        case None, None:
            return "at any time"
        case None, last:
            return f"up to day {last}"
        case first, None:
            return f"from day {first} on"
        case first, last if first == last:
            return f"on day {first}"
        case first, last:
            return f"from day {first} to day {last}"


def shortest_days(time: Figure) -> float:
    """The fewest days that a figure of time can be: 6 months are at least 181. Of a figure with limits the lower, or
    else the upper; 0 for one that is open."""
    from leadline.casebook.days import days_in_months

    low, high = time.limits
    number = low if low is not None else high or 0
    if time.unit in CALENDAR_MONTHS:
        return days_in_months(round(number * CALENDAR_MONTHS[time.unit]))[0]
    return number * DAYS[time.unit]
