"""The protocol of an infusion, as values: what is given, to whom, how, and who watches.

The sections are those of the ICH M11 template, in its order. Every figure carries its source or says what the centre
must fill in; every rule that a child, an infusion or a treatment is held against is one of the five kinds of `rules`.

Sources   [M11] ICH M11, Clinical electronic structured harmonised protocol, Step 4, November 2025
          [E9] ICH E9(R1), addendum on estimands, 2019
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Len
from pydantic.dataclasses import dataclass

from leadline.protocol.estimands import Diagnosis, Objective
from leadline.protocol.figures import CLOSED, Figure, Source, Text, Window
from leadline.protocol.rules import AnyRule, Grade, RangeRule, Rule, WashoutRule
from leadline.protocol.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

Paragraphs = tuple[Text, ...]
Rules = tuple[Rule, ...]


class Status(StrEnum):
    """Whether children may be treated by it."""

    TEMPLATE = "template"  # to be completed and reviewed; figures may be open
    APPROVED = "approved"  # reviewed by the local ethics committee and authority; no figure may be open


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Eligibility:
    """A child may be treated if every inclusion rule and every wash-out holds and no exclusion rule does.

    decided_by  id of the role that confirms it
    """

    inclusion: Annotated[Rules, Len(1)]
    exclusion: Rules = ()
    washout: tuple[WashoutRule, ...] = ()
    decided_by: Text
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Product:
    """The cells. `dose_limits` are those within which the product may be given at all, per kg of body weight."""

    name: Text
    dose_limits: Figure
    rules: Annotated[Rules, Len(1)]
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Release:
    """Tests that a batch must pass before it is given: one rule a test."""

    rules: Annotated[Rules, Len(1)]
    released_by: Text
    text: Paragraphs = ()


class Basis(StrEnum):
    """Which cells a dose counts."""

    VIABLE = "viable"
    TOTAL_NUCLEATED = "total_nucleated"


class Counted(StrEnum):
    """When the cells of a dose are counted."""

    BEFORE_FREEZING = "before_freezing"
    AFTER_THAW = "after_thaw"
    FRESH = "fresh"


class Route(StrEnum):
    """As in the table of infusions."""

    IV = "iv"
    IA = "ia"
    IT = "it"
    IM = "im"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Dose:
    """The dose of one infusion, per kg of body weight or the same for every child (`total`); one of the two.

    tolerance       by how many percent what is given may differ from what is planned; more is a minor deviation, and
                    beyond the product's own limits a major one
    weight_max_age  how old the weight may be from which the dose is made
    rules           volume, rate and whatever else the infusion itself is held against
    """

    route: Route
    basis: Basis
    counted: Counted
    per_kg: Figure | None = None
    total: Figure | None = None
    tolerance: Figure
    weight_max_age: Figure
    rules: Rules = ()
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class DrugUse:
    """A drug that the protocol itself gives or permits. `drug` is a substance or a class of the catalogue."""

    drug: Text
    purpose: Text
    dose: Figure | None = None
    route: str = ""
    during: Window = Window()
    source: tuple[Text, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Premedication:
    """What is given before the infusion."""

    drugs: tuple[DrugUse, ...] = ()
    rules: Rules = ()
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Observation:
    """Watching during and after the infusion.

    vital_signs      what is measured
    vital_signs_min  minutes from the start of the infusion at which; 0 is just before it
    deviation        how grave it is when one of the times is missed
    """

    vital_signs: Annotated[Paragraphs, Len(1)]
    vital_signs_min: Annotated[tuple[Annotated[int, Ge(0)], ...], Len(1)]
    source: Annotated[tuple[Text, ...], Len(1)]
    deviation: Grade = Grade.MINOR
    rules: Rules = ()
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class RepeatDosing:
    """Further infusions. `most` counts all infusions of a child; `interval` the days from the infusion before.

    diagnoses   for whom; of the other diseases no child is given a further infusion
    rules       all of them must hold before another infusion; day 0 is the index infusion throughout
    decided_by  id of the role
    """

    most: Figure
    interval: Window
    diagnoses: tuple[Diagnosis, ...] = ()
    rules: Rules = ()
    decided_by: Text
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Concomitant:
    """Other treatment: the rules that it is held against. A rule of `present: false` prohibits."""

    rules: Rules = ()
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Rescue:
    """Treatment when the disease gets out of hand: any of it in the window is the intercurrent event `rescue_drug`.

    drugs               what counts as rescue when it is started or raised
    glucocorticoid_rise  rise of the daily dose over that on day 0, in prednisone equivalents, that counts as the event
                         `glucocorticoid_rise`
    """

    drugs: Annotated[tuple[DrugUse, ...], Len(1)]
    glucocorticoid_rise: Figure
    during: Window
    decided_by: Text
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class TaperTarget:
    """The daily dose, in prednisone equivalents, to be reached by a day."""

    dose: Figure
    by_day: int
    diagnoses: tuple[Diagnosis, ...] = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Taper:
    """How the glucocorticoid is lowered.

    drug          a substance or the class
    starts        days in which the first step may be taken
    step          the most by which one step lowers the dose
    every         the least time between two steps
    least         the dose at which the taper ends
    targets       doses to be reached by a day
    condition     rules that must hold before each step
    """

    drug: Text
    starts: Window
    step: Figure
    every: Figure
    least: Figure
    targets: tuple[TaperTarget, ...] = ()
    condition: Rules = ()
    decided_by: Text
    text: Paragraphs = ()


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

    stopped     substances or classes
    items       ids of items; `every` and `lasting` say how often and how long
    stop_before  how long before day 0 a stop still starts it
    """

    id: Text
    title: Text
    stopped: Annotated[tuple[Text, ...], Len(1)]
    stop_before: Figure
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


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Protocol:
    """A whole protocol. `id` and `version` are what a child's record names.

    notice       stands on every page made of it
    diagnoses    diseases that it is for
    """

    id: Text
    version: Text
    title: Text
    status: Status
    notice: Annotated[Paragraphs, Len(1)]
    diagnoses: Annotated[tuple[Diagnosis, ...], Len(1)]
    background: Paragraphs = ()
    objectives: Annotated[tuple[Objective, ...], Len(1)]
    design: Paragraphs = ()
    eligibility: Eligibility
    product: Product
    release: Release
    dose: Dose
    premedication: Premedication
    observation: Observation
    repeat_dosing: RepeatDosing
    concomitant: Concomitant
    rescue: Rescue
    taper: Taper
    schedule: Schedule
    safety: Safety
    roles: Annotated[tuple[Role, ...], Len(1)]
    data: Data
    sources: Annotated[tuple[Source, ...], Len(1)]

    def source(self, source_id: str) -> Source | None:
        """The source of that id, if there is one."""
        return next((source for source in self.sources if source.id == source_id), None)

    def role(self, role_id: str) -> Role | None:
        """The role of that id, if there is one."""
        return next((role for role in self.roles if role.id == role_id), None)

    def infusion_rules(self) -> Iterator[tuple[str, AnyRule]]:
        """Every rule that an infusion is held against, each with its section: what is written, and what follows from
        the planned dose."""
        for section in ("product", "release", "dose", "premedication", "observation"):
            for rule in getattr(self, section).rules:
                yield section, rule
        for rule in dose_rules(self):
            yield "dose", rule


GIVEN_PER_KG, GIVEN_TOTAL = "infusions.dose_cells_per_kg", "infusions.dose_cells_total"


def dose_rules(protocol: Protocol) -> tuple[RangeRule, ...]:
    """What follows from the planned dose: the dose given lies within the tolerance (else a minor deviation) and within
    the product's limits per kg (else a major one). An open figure is not judged."""
    dose, limits = protocol.dose, protocol.product.dose_limits
    planned, of = (dose.per_kg, GIVEN_PER_KG) if dose.per_kg is not None else (dose.total, GIVEN_TOTAL)
    within = RangeRule(
        kind="range",
        id="dose_within_tolerance",
        title="Dose as planned",
        of=of,
        limit=_widened(planned or Figure(), dose.tolerance),
        deviation=Grade.MINOR,
    )
    allowed = RangeRule(
        kind="range",
        id="dose_within_limits",
        title="Dose within the product's limits",
        of=GIVEN_PER_KG,
        limit=limits,
    )
    return within, allowed


def _widened(planned: Figure, tolerance: Figure) -> Figure:
    """The limits of a planned dose, wider by the tolerance in percent; open while either figure is."""
    source = tuple(dict.fromkeys((*planned.source, *tolerance.source)))
    if planned.open or tolerance.open or tolerance.limits[1] is None:
        return Figure(
            unit=planned.unit, centre=planned.centre or tolerance.centre or "the tolerance of the dose"
        )
    by = tolerance.limits[1] / 100
    low, high = planned.limits
    return Figure(
        unit=planned.unit,
        low=None if low is None else round(low * (1 - by), 6),
        high=None if high is None else round(high * (1 + by), 6),
        source=source,
    )
