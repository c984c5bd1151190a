"""The values of a protocol one by one, each with the key at which it stands."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath


def parts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that is made of keys, with the path of its key, from the top down."""
    if is_dataclass(value) and not isinstance(value, type):
        yield path, value
        for field in fields(value):
            yield from parts(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from parts(item, (*path, at))
