"""How the therapy is to be given: a protocol file goes in; out come its contradictions, its amendments, and how each
child and each infusion stands against it."""

from typing import TYPE_CHECKING

from leadline.protocol.protocol import Protocol
from leadline.protocol.reading import read_protocol, shipped_protocol
from leadline.protocol.rules import words

if TYPE_CHECKING:
    from leadline.protocol.adherence import check_casebook

__all__ = ["Protocol", "check_casebook", "read_protocol", "shipped_protocol", "words"]

if not TYPE_CHECKING:  # adherence imports the verdicts and their tables when it is first asked for

    def __getattr__(name):
        if name != "check_casebook":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from leadline.protocol.adherence import check_casebook

        return check_casebook
