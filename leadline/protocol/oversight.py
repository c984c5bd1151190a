"""Who watches: the sections of a protocol on safety, roles and data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Len
from pydantic.dataclasses import dataclass

from leadline.protocol.estimands import Diagnosis
from leadline.protocol.figures import CLOSED, Figure, Paragraphs, Text, Window


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class SafetyEvent:
    """An adverse event that a rule counts, by definition: every part that is given must hold.

    terms      names under which it is recorded; empty: any event
    grade      at least this CTCAE grade
    serious    serious by ICH E2A
    related    at least possibly related to the cells
    during     days in which it counts
    """

    id: Text
    title: Text
    terms: tuple[Text, ...] = ()
    grade: Annotated[int, Ge(1)] | None = None
    serious: bool | None = None
    related: bool | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    during: Window = Window(first=0)
    source: tuple[Text, ...] = ()
    why: str = ""


class Action(StrEnum):
    """What a stopping rule does."""

    PAUSE_ENROLMENT = "pause_enrolment"
    STOP_TRIAL = "stop_trial"
    STOP_CHILD = "stop_child"


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class StoppingRule:
    """So many children with the event bring the action about. `event` is the id of a safety event."""

    id: Text
    event: Text
    children: Figure
    action: Action
    decided_by: Text
    why: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Watch:
    """A closer look that a change of treatment starts: when a drug of the list stops, these items are recorded.

    stopped        substances or classes
    longest_break  the longest break, in times between two doses, after which a drug was gone on with; after a longer
                   one it was stopped
    items          ids of items; `every` and `lasting` say how often and how long
    stop_before    how long before day 0 a stop still starts it
    """

    id: Text
    title: Text
    stopped: Annotated[tuple[Text, ...], Len(1)]
    stop_before: Figure
    longest_break: Figure
    items: Annotated[tuple[Text, ...], Len(1)]
    every: Figure
    lasting: Figure
    diagnoses: tuple[Diagnosis, ...] = ()
    categories: tuple[Text, ...] = ()
    event: str = ""
    source: tuple[Text, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Reporting:
    """Within how many days what kind of event is reported, and to whom (a role)."""

    what: Text
    within: Figure
    to: Text


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Safety:
    """Events that are counted, the rules that stop, the watches, and what is reported when."""

    events: Annotated[tuple[SafetyEvent, ...], Len(1)]
    stopping: tuple[StoppingRule, ...] = ()
    stagger: Figure | None = None
    watches: tuple[Watch, ...] = ()
    reporting: tuple[Reporting, ...] = ()
    text: Paragraphs = ()

    def event(self, event_id: str) -> SafetyEvent | None:
        """The event of that id, if there is one."""
        return next((event for event in self.events if event.id == event_id), None)


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Role:
    """Who decides what."""

    id: Text
    title: Text
    decides: Annotated[Paragraphs, Len(1)]


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Data:
    """Data and their monitoring.

    critical    what a wrong value of which could hurt a child or the conclusion: checked first
    board       id of the role that sees the accumulating results
    retention   how long records are kept
    """

    critical: Annotated[Paragraphs, Len(1)]
    board: Text
    retention: Figure
    text: Paragraphs = ()
