"""Contradictions: a protocol goes in; out comes what in it cannot hold at once, before a child is treated by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.contradictions.dose import dose_contradictions
from leadline.protocol.contradictions.drugs import drug_contradictions
from leadline.protocol.contradictions.eligibility import eligibility_contradictions
from leadline.protocol.contradictions.endpoints import endpoint_contradictions
from leadline.protocol.contradictions.repeats import repeat_contradictions
from leadline.protocol.contradictions.safety import safety_contradictions
from leadline.protocol.contradictions.visits import visit_contradictions

if TYPE_CHECKING:
    from leadline.protocol.protocol import Protocol

__all__ = ["Contradiction", "find_contradictions"]


def find_contradictions(protocol: Protocol) -> tuple[Contradiction, ...]:
    """Everything that contradicts something else; empty if nothing does."""
    return (
        *endpoint_contradictions(protocol),
        *visit_contradictions(protocol),
        *eligibility_contradictions(protocol),
        *dose_contradictions(protocol),
        *repeat_contradictions(protocol),
        *drug_contradictions(protocol),
        *safety_contradictions(protocol),
    )
