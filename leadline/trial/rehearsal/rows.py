"""What a chart of an invented child is made of, in days from its index infusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Day(NamedTuple):
    """A day counted from the index infusion; `month_only` where the chart knows no more."""

    number: int
    month_only: bool = False


Cell = str | float | Day | None


class Row(NamedTuple):
    """A row of a table of the casebook. It is in the chart from the day `known` on."""

    table: str
    known: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Given:
    """A drug at one dose. It is still taken where it has no stop, or one that is yet to come."""

    drug: str
    start: Day
    stop: int | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is ever recorded of a child, in days from its index infusion.

    patient  the row of patients, without what depends on the day of writing
    last     the last day on which the child is seen, and that of its death where it is known
    died     the day of death, where the row of patients holds it from then on
    """

    patient: Mapping[str, Cell]
    rows: tuple[Row, ...]
    drugs: tuple[Given, ...]
    last: int
    died: int | None = None
