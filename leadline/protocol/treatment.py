"""What is given, to whom and how: the sections of a protocol from eligibility to the taper."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Len
from pydantic.dataclasses import dataclass

from leadline.protocol.estimands import Diagnosis
from leadline.protocol.figures import CLOSED, Figure, Paragraphs, Text, Window
from leadline.protocol.rules import Grade, Rules, WashoutRule


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
    glucocorticoid_rise  `above` which a rise of the daily dose over that of the day before the infusion, in prednisone
                         equivalents, counts as the event of that name
    """

    drugs: Annotated[tuple[DrugUse, ...], Len(1)]
    glucocorticoid_rise: Figure
    during: Window
    decided_by: Text
    text: Paragraphs = ()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class TaperTarget:
    """The most that the daily dose, in prednisone equivalents, may be from a day on which it is to be reached."""

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
    least         the dose at which the taper ends, and below which no step goes
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
