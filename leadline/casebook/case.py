"""One child's record as the verdicts read it: every fact on its day, with the row that it came from.

Made from the checked tables by `Casebook.cases()`; nothing is computed here beyond sorting facts by day and counting
days from the index infusion, which is the first infusion given unless the user names another. `RowRef` and `Fact` are
tuples, which are made in a third of the time: a large casebook has millions of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from leadline.casebook.days import DaySpan, RecordedDay


class RowRef(NamedTuple):
    """The row that a fact rests on: its table and its `uid`."""

    table: str
    uid: str


class Fact(NamedTuple):
    """What is recorded for one item at one assessment, in the item's stored unit.

    value         number, True/False (present / absent), choice; None if missing
    comparator    "<", "<=", ">", ">=" of a value beyond detection, else empty
    missing       why there is no value (codes of interchange 0.2), else empty
    ref_low/high  the laboratory's normal limits, in the stored unit
    rater         who rated: physician, parent, patient, ...; empty if not recorded
    version       of the instrument or of the joint list (71, 67, 27, 28, unknown); empty if not recorded
    """

    item: str
    value: float | bool | str | None
    ref: RowRef
    comparator: str = ""
    missing: str = ""
    ref_low: float | None = None
    ref_high: float | None = None
    rater: str = ""
    version: str = ""
    source_kind: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that was recorded of the child on one day (one visit, or loose observations of the same recorded day).

    active_joints   names of the active joints, where every joint of the 71 or of the 27 was examined; else None
    """

    recorded: RecordedDay
    day: DaySpan
    facts: Mapping[str, Fact]
    ref: RowRef
    kind: str = ""
    timepoint: str = ""
    adverse_events_assessed: bool | None = None
    ae_asked_since: DaySpan | None = None
    active_joints: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DrugCourse:
    """One course: the same drug, dose and route. `start` and `stop` are None where not recorded; `ongoing` with its
    day is three-valued. `substance`, `atc` and `class_id` are empty for a drug that the catalogue does not know.
    `adherent`: taken as prescribed; None if the chart does not say. `gone_on_with`: the same drug by the same route
    begins on the day after the stop, so that the day of the stop is the last with this dose and not one without.
    `dose_unit` and `frequency` are codes of `dosing`, or the chart's words where they are not known there."""

    ref: RowRef
    drug_text: str
    substance: str = ""
    atc: str = ""
    class_id: str = ""
    route: str = ""
    dose: float | None = None
    dose_unit: str = ""
    dose_basis: str = ""
    frequency: str = ""
    start: DaySpan | None = None
    stop: DaySpan | None = None
    recorded_start: RecordedDay | None = None
    recorded_stop: RecordedDay | None = None
    ongoing: bool | None = None
    ongoing_as_of: DaySpan | None = None
    indication: str = ""
    stop_reason: str = ""
    response: str = ""
    response_basis: str = ""
    adherent: bool | None = None
    gone_on_with: bool = False


@dataclass(frozen=True, slots=True)
class Infusion:
    ref: RowRef
    number: int
    day: DaySpan | None
    recorded: RecordedDay | None
    fields: Mapping[str, str | float | bool | None]
    given: bool = True


FATAL_GRADE = 5  # death related to the adverse event [CTCAE v5.0, 2017]


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """`serious` None: not recorded whether serious. `serious_criteria`: ids of ICH E2A criteria."""

    ref: RowRef
    term: str
    start: DaySpan | None
    stop: DaySpan | None
    grade: int | None
    serious: bool | None
    serious_criteria: tuple[str, ...] = ()
    relation: str = ""
    relation_method: str = ""
    outcome: str = ""
    action: str = ""
    recorded_start: RecordedDay | None = None

    @property
    def fatal(self) -> bool:
        """Whether the chart says that the child died of it: by outcome, criterion of seriousness or grade."""
        return self.outcome == "fatal" or "death" in self.serious_criteria or self.grade == FATAL_GRADE


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody said. `statement` is verbatim and leaves the casebook only where publication is permitted."""

    ref: RowRef
    claim: str
    speaker: str
    channel: str
    day: DaySpan | None
    recorded: RecordedDay | None
    statement: str = ""
    domain: str = ""
    source_kind: str = ""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """A statement about some of the children without saying which: "two of the three families believe in a cure"."""

    ref: RowRef
    claim: str
    speaker: str
    channel: str
    children: int
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One child. Assessments in order of day; days count from the index infusion. `index` is None for a child with
    no dated infusion: then only facts recorded as day numbers have a day."""

    patient_id: str
    diagnosis: str
    patient: Mapping[str, str | float | bool | None]
    index: RecordedDay | None
    birth: RecordedDay | None
    onset: DaySpan | None
    last_contact: DaySpan | None
    assessments: tuple[Assessment, ...]
    undated: tuple[Assessment, ...]
    courses: tuple[DrugCourse, ...]
    infusions: tuple[Infusion, ...]
    adverse_events: tuple[AdverseEvent, ...]
    reports: tuple[Report, ...]
    ref: RowRef
    invented: bool = False
