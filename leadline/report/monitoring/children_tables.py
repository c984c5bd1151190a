"""Child by child: how its response is counted, and whether an event that counts happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Table
from leadline.trial.monitoring.arms import Arm
from leadline.trial.monitoring.words import ARM_WORDS

if TYPE_CHECKING:
    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.children import Child

STATUS_WORDS = {
    "response": "responded",
    "no_response": "did not respond",
    "pending": "pending",
    "missing": "missing",
    "needs_a_model": "needs a model",
}
STRATEGY_WORDS = {"none": "no strategy in the protocol"}


def children_table(found: Monitoring) -> Table:
    """A row a child in the order of infusion: how its response is counted, and why."""
    rows = tuple(_child_row(found, child) for child in found.children)
    columns = (
        Column("", "number", 0.4),
        Column("Child", "code", 1.0),
        Column("Basket", width=1.5),
        *((Column("Arm", width=0.8), Column("Enrolled", width=0.9)) if found.randomised else ()),
        Column("Infused", width=0.9),
        Column("Response", width=1.1),
        Column("Why", width=2.6),
        Column("Strategies that events called for", width=2.4),
        Column("To settle it", width=2.2),
    )
    return Table("children", "Each child's response", columns, rows, empty="No child was infused.")


def _child_row(found: Monitoring, child: Child) -> tuple[str, ...]:
    answer = child.response
    applied = [f"{_strategy(one.strategy)}: {one.what}" for one in answer.applied]
    settling = list(answer.settling[:MOST_SETTLING])
    more = len(answer.settling) - len(settling)
    if more > 0:
        settling.append(f"and {more} more")
    return (
        str(child.place),
        child.patient_id,
        found.baskets[child.basket].label,
        *_arm_cells(found, child),
        child.infused or ("none" if child.arm == Arm.CONTROL else "not dated"),
        STATUS_WORDS[answer.status],
        answer.because,
        "; ".join(dict.fromkeys(applied)),
        "; ".join(settling),
    )


def _arm_cells(found: Monitoring, child: Child) -> tuple[str, ...]:
    return (ARM_WORDS[Arm(child.arm)], child.enrolled or "not dated") if found.randomised else ()


MOST_SETTLING = 3


def _strategy(strategy: str) -> str:
    return STRATEGY_WORDS.get(strategy, strategy.replace("_", " "))


def safety_children_table(found: Monitoring) -> Table:
    """A row a child: whether an event that counts happened."""
    words = {True: "yes", False: "no", None: "not known"}
    rows = tuple(
        (
            str(child.place),
            child.patient_id,
            found.baskets[child.basket].label,
            *_arm_cells(found, child)[:1],
            words[child.harm.had],
            child.harm.because,
            str(child.harm.days_asked),
            str(child.harm.events),
            str(child.harm.serious),
        )
        for child in found.children
    )
    columns = (
        Column("", "number", 0.4),
        Column("Child", "code", 1.0),
        Column("Basket", width=1.6),
        *((Column("Arm", width=0.8),) if found.randomised else ()),
        Column("An event that counts", width=0.9),
        Column("Why", width=2.2),
        Column("Days asked about", "number", 0.8),
        Column("Events", "number", 0.6),
        Column("Serious", "number", 0.6),
    )
    notes = ("Of a control: since enrolment; the harm rule does not count it.",) if found.randomised else ()
    return Table(
        "safety_children", "Each child's safety", columns, rows, notes, empty="No child was infused."
    )
