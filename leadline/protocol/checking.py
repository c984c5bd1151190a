"""What the values of a protocol have to keep among themselves for it to be read at all: figures that are whole, units
that fit, windows that run forward, ids that exist. What is well-formed and still contradicts itself is told by
`contradictions`."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from leadline.casebook.keyed_files import KeyProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol


def protocol_problems(protocol: Protocol) -> list[KeyProblem]:
    """Everything that is wrong with the values, in the order of the keys; an empty list if nothing is."""
    return []


def parts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value of a protocol with the path of its key, from the top down."""
    yield path, value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from parts(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from parts(item, (*path, at))
