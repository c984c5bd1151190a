"""Objectives and their estimands: what is to be learnt, in the five attributes of ICH E9(R1).

The estimand lives in the protocol alone. A trial's design names the protocol, and each of its baskets is joined to the
primary estimand whose variable is the basket's responder definition.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic.dataclasses import dataclass

from leadline.protocol.figures import CLOSED, Text

Diagnosis = Literal["jia", "sle", "mctd"]


class Level(StrEnum):
    """Rank of an objective."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    EXPLORATORY = "exploratory"


class IntercurrentEvent(StrEnum):
    """What can happen from day 0 up to the day of the assessment, and on it, and change what the assessment means."""

    RESCUE_DRUG = "rescue_drug"
    PROHIBITED_DRUG = "prohibited_drug"
    SECOND_INFUSION = "second_infusion"
    STOPPED_BIOLOGIC = "stopped_biologic"
    GLUCOCORTICOID_RISE = "glucocorticoid_rise"
    LOSS_TO_FOLLOW_UP = "loss_to_follow_up"
    DEATH = "death"


EVENT_WORDS = {
    IntercurrentEvent.RESCUE_DRUG: "a rescue drug is given",
    IntercurrentEvent.PROHIBITED_DRUG: "a drug is taken that the protocol does not permit",
    IntercurrentEvent.SECOND_INFUSION: "a second infusion is given",
    IntercurrentEvent.STOPPED_BIOLOGIC: "a biologic is stopped",
    IntercurrentEvent.GLUCOCORTICOID_RISE: "the glucocorticoid dose is raised",
    IntercurrentEvent.LOSS_TO_FOLLOW_UP: "the child is lost to follow-up",
    IntercurrentEvent.DEATH: "the child dies",
}


class Strategy(StrEnum):
    """How an intercurrent event is taken into account (ICH E9(R1))."""

    TREATMENT_POLICY = "treatment_policy"  # the value is used, whatever happened
    COMPOSITE = "composite"  # the event itself counts as non-response
    HYPOTHETICAL = "hypothetical"  # the value had the event not happened
    WHILE_ON_TREATMENT = "while_on_treatment"  # the value before the event
    PRINCIPAL_STRATUM = "principal_stratum"  # children in whom the event would not happen


class Missing(StrEnum):
    """How a response that is still indeterminate when its window has closed is counted."""

    NOT_MET = "not_met"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, config=CLOSED)
class Handling:
    """The strategy for one intercurrent event, and why."""

    strategy: Strategy
    why: Text


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Estimand:
    """The five attributes: treatment, population, variable (with the visit at which it is assessed), intercurrent
    events with their strategies, and the summary over children.

    variable  id of a criterion that a chart can meet, as a design's `responder`: `acr_pedi.acr70`
    visit     id of the visit of the schedule at which it is assessed; `visit_why` says why then
    """

    diagnosis: Diagnosis
    treatment: Text
    population: Text
    variable: Text
    visit: Text
    visit_why: Text
    intercurrent_events: dict[IntercurrentEvent, Handling]
    missing: Missing
    missing_why: Text
    summary: Text


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class Objective:
    """One question, and the estimand that answers it."""

    id: Text
    level: Level
    question: Text
    estimand: Estimand
