"""The protocol of an infusion, as values: what is given, to whom, how, and who watches.

The sections are those of the ICH M11 template, in its order. Every figure carries its source or says what the centre
must fill in; every rule that a child, an infusion or a treatment is held against is one of the five kinds of `rules`.

Sources   [M11] ICH M11, Clinical electronic structured harmonised protocol, Step 4, November 2025
          [E9] ICH E9(R1), addendum on estimands, 2019
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len
from pydantic.dataclasses import dataclass

from leadline.protocol.estimands import Diagnosis, Objective
from leadline.protocol.figures import CLOSED, Figure, Paragraphs, Source, Text
from leadline.protocol.oversight import Data, Role, Safety
from leadline.protocol.rules import AnyRule, Grade, RangeRule
from leadline.protocol.schedule import Schedule
from leadline.protocol.treatment import (
    Concomitant,
    Dose,
    Eligibility,
    Observation,
    Premedication,
    Product,
    Release,
    RepeatDosing,
    Rescue,
    Taper,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Status(StrEnum):
    """Whether children may be treated by it."""

    TEMPLATE = "template"  # to be completed and reviewed; figures may be open
    APPROVED = "approved"  # reviewed by the local ethics committee and authority; no figure may be open


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
    """The limits of a planned dose, wider by the tolerance in percent, and no less than nothing; open while either
    figure is."""
    source = tuple(dict.fromkeys((*planned.source, *tolerance.source)))
    if planned.open or tolerance.open or tolerance.limits[1] is None:
        return Figure(
            unit=planned.unit, centre=planned.centre or tolerance.centre or "the tolerance of the dose"
        )
    by = tolerance.limits[1] / 100
    low, high = planned.limits
    return Figure(
        unit=planned.unit,
        low=None if low is None else round(low * max(1 - by, 0), 6),
        high=None if high is None else round(high * (1 + by), 6),
        source=source,
    )
