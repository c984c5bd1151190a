"""Chapters 11 to 14: who decides, data, and the references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.blocks import Bullets, Column, Prose, Table, Terms
from leadline.report.protocol.outline import TEMPLATE
from leadline.report.protocol.words import role_words

if TYPE_CHECKING:
    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.citations import Citations
    from leadline.report.protocol.outline import Content


def oversight(protocol: Protocol, cite: Citations) -> Content:
    """What the protocol says for chapters 11 to 14."""
    return {
        "11.1": tuple(map(Prose, protocol.notice)),
        "11.2": (_roles_table(protocol),),
        "11.4": (Terms((("Sees the accumulating results", role_words(protocol, protocol.data.board)),)),),
        "11.6": (
            Prose("A wrong value of these could hurt a child or the conclusion; they are checked first:"),
            Bullets(tuple(map(capital, protocol.data.critical))),
        ),
        "11.7": tuple(map(Prose, protocol.data.text)),
        "11.9": (Terms((("Kept for", cite.figure(protocol.data.retention)),)),),
        "11.10": (_deviations(),),
        "14": (cite.table(), Prose(f"The order of the sections is that of {TEMPLATE}.", "note")),
    }


def _roles_table(protocol: Protocol) -> Table:
    rows = tuple((role.title, "; ".join(role.decides)) for role in protocol.roles)
    return Table("roles", "Who decides what", (Column("Role"), Column("Decides", width=2.4)), rows)


def _deviations() -> Terms:
    return Terms(
        (
            ("As written", "the record shows that the rule was kept"),
            ("Minor deviation", "the record shows that a rule was not kept whose deviation is minor"),
            (
                "Major deviation",
                "the record shows that a rule of eligibility was not kept, or one whose deviation is major",
            ),
            (
                "Not documented",
                "the record cannot tell; what would document it is named, and nothing is assumed",
            ),
        )
    )
