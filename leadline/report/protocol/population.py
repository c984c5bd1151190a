"""Chapter 5: which children, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.report.blocks import Bullets, Prose
from leadline.report.protocol.rule_tables import criteria_table
from leadline.report.protocol.words import DISEASES, role_words

if TYPE_CHECKING:
    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.citations import Citations
    from leadline.report.protocol.outline import Content


def population(protocol: Protocol, cite: Citations) -> Content:
    """What the protocol says for chapter 5."""
    rules = protocol.eligibility
    decides = role_words(protocol, rules.decided_by)
    return {
        "5.1": (
            Prose(
                f"Children with {listed([DISEASES[each] for each in protocol.diagnoses])}. A child may be treated when "
                "every inclusion criterion and every wash-out holds and no exclusion criterion does. What cannot be "
                "told from the record is settled first; it is never taken as fulfilled."
            ),
            Bullets((f"Confirmed by: {decides}.", *rules.text)),
        ),
        "5.2": (
            criteria_table("inclusion", "Inclusion: each of these must hold", rules.inclusion, cite),
            criteria_table("washout", "Wash-out: each of these must hold too", rules.washout, cite),
        ),
        "5.3": (criteria_table("exclusion", "Exclusion: none of these may hold", rules.exclusion, cite),),
    }
