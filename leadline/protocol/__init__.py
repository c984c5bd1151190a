"""How the therapy is to be given: a protocol file goes in; out come its contradictions, its amendments, and how each
child and each infusion stands against it."""

from leadline.protocol.protocol import Protocol
from leadline.protocol.reading import read_protocol, shipped_protocol
from leadline.protocol.rules import words

__all__ = ["Protocol", "read_protocol", "shipped_protocol", "words"]
