"""The figures that the centre still has to fill in, and those that rest on what was not read in a source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from leadline.protocol.figures import Figure, SourceStatus
from leadline.protocol.values import parts

if TYPE_CHECKING:
    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """One of them: where it stands, and what the centre must fill in, in which unit."""

    path: KeyPath
    fill_in: str
    unit: str


def open_figures(protocol: Protocol) -> tuple[OpenFigure, ...]:
    """Every open figure in the order of the protocol."""
    return tuple(
        OpenFigure(path, value.centre, value.unit)
        for path, value in parts(protocol)
        if isinstance(value, Figure) and value.open
    )


def provisional_parts(protocol: Protocol) -> tuple[KeyPath, ...]:
    """Where a figure, a window, a rule or a visit rests on a provisional source, in the order of the protocol."""
    provisional = {source.id for source in protocol.sources if source.status is SourceStatus.PROVISIONAL}
    return tuple(
        path
        for path, value in parts(protocol)
        for field in fields(value)
        if field.name == "source" and provisional & set(value.source)
    )
