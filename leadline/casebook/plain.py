"""Results as plain numbers, words and lists, for JSON: a span of days as its first and last, a row by table and uid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def to_dict(result: object) -> dict[str, Plain]:
    """A frozen result as a dictionary by the names of its fields; infinity becomes None, which JSON has."""
    plain = _plain(result)
    if not isinstance(plain, dict):
        raise TypeError(f"{type(result).__name__} is not a result with named fields")
    return plain


def _plain(value: object) -> Plain:
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return str(value.value)
        case str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case DaySpan():
            return [value.first, value.last]
        case RowRef():
            return {"table": value.table, "uid": value.uid}
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no plain form")
