"""The schedule of activities: visits with their windows, and what each must record."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Len
from pydantic.dataclasses import dataclass

from leadline.protocol.figures import CLOSED, Text


class Record(StrEnum):
    """Tables of the casebook that a visit brings up to date."""

    MEDICATIONS = "medications"
    INFUSIONS = "infusions"
    JOINT_COUNTS = "joint_counts"
    REPORTS = "reports"


ALL_EVENTS = "all"
"""Stands in `asks` for every adverse event."""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Visit:
    """One planned visit, in days from the index infusion (day 0).

    day, first, last  planned day, and the first and last day on which the visit still counts for it
    items             items to record in every child
    measures          ids of measures whose items are to be recorded, in children of the diseases that a measure is for
    records           tables to bring up to date
    asks              ids of the adverse events asked for, or `all`
    """

    id: Text
    title: Text
    day: int
    first: int
    last: int
    items: tuple[Text, ...] = ()
    measures: tuple[Text, ...] = ()
    records: tuple[Record, ...] = ()
    asks: tuple[Text, ...] = ()
    source: tuple[Text, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Schedule:
    """All visits in the order of their days.

    screening, baseline, index  ids of the visits at which eligibility is settled, against which change is counted, and
                                of the infusion
    """

    visits: Annotated[tuple[Visit, ...], Len(1)]
    screening: Text
    baseline: Text
    index: Text
    notes: tuple[Text, ...] = ()

    def visit(self, visit_id: str) -> Visit | None:
        """The visit of that id, if there is one."""
        return next((visit for visit in self.visits if visit.id == visit_id), None)
