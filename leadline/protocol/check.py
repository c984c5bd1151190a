"""Check a protocol on its own: what contradicts what, on which line, and what the centre still has to fill in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from leadline.protocol.contradictions import find_contradictions
from leadline.protocol.open_figures import open_figures, provisional_parts
from leadline.protocol.reading import read_with_lines

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class LocatedContradiction:
    """A contradiction with the line and the key at which it stands."""

    line: int
    key: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class LocatedFigure:
    """An open figure with the line and the key at which it stands."""

    line: int
    key: str
    fill_in: str
    unit: str


@dataclass(frozen=True, slots=True)
class LocatedPart:
    """A part of the protocol with the line and the key at which it stands."""

    line: int
    key: str


@dataclass(frozen=True, slots=True)
class CheckedProtocol:
    """A protocol that could be read, with what is wrong in it, what is open and what is provisional, each in the order
    of the file."""

    file: str
    protocol: Protocol
    contradictions: tuple[LocatedContradiction, ...]
    open_figures: tuple[LocatedFigure, ...]
    provisional: tuple[LocatedPart, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "file": self.file,
            "protocol": self.protocol.id,
            "version": self.protocol.version,
            "title": self.protocol.title,
            "status": self.protocol.status.value,
            "contradictions": [asdict(each) for each in self.contradictions],
            "open_figures": [asdict(each) for each in self.open_figures],
            "provisional": [asdict(each) for each in self.provisional],
        }


def check_protocol(path: str | Path) -> CheckedProtocol:
    """Read a protocol file, or a shipped protocol by its name, and look for contradictions.

    raises ProtocolInvalid for a file that cannot be read as a protocol at all
    """
    protocol, file = read_with_lines(path)
    contradictions = [
        LocatedContradiction(*file.locate(each.path), each.what, each.todo)
        for each in find_contradictions(protocol)
    ]
    figures = [
        LocatedFigure(*file.locate(each.path), each.fill_in, each.unit) for each in open_figures(protocol)
    ]
    return CheckedProtocol(
        file.name,
        protocol,
        tuple(sorted(contradictions, key=lambda each: (each.line, each.key, each.what))),
        tuple(sorted(figures, key=lambda each: (each.line, each.key))),
        tuple(sorted((LocatedPart(*file.locate(path)) for path in provisional_parts(protocol)), key=_place)),
    )


def _place(part: LocatedPart) -> tuple[int, str]:
    return part.line, part.key
