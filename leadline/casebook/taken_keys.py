"""Keys that a file may have, at one place of it or anywhere: read from the JSON Schema of its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Schema = dict[str, Any]
"""A JSON Schema, or a part of one."""


def known_keys(schema: Schema) -> set[str]:
    """Every key that a file of the schema takes anywhere."""
    parts = (schema, *schema.get("$defs", {}).values())
    return {name for part in parts for name in part.get("properties", {})}


def keys_at(path: Sequence[str | int], schema: Schema) -> list[str]:
    """The keys that one place of the file takes; of a value that may be of several kinds, those of each that it can be
    there."""
    places = [schema]
    for part in path:
        kinds = [kind for place in places for kind in _kinds(place, schema)]
        # a part that leads nowhere is the kind of a value, which the validator names between two keys
        places = [inner for kind in kinds for inner in _inside(kind, part)] or _of_kind(places, part, schema)
    kinds = [kind for place in places for kind in _kinds(place, schema)]
    return sorted({name for kind in kinds for name in kind.get("properties", {})})


def _inside(kind: Schema, part: str | int) -> Iterator[Schema]:
    """What a list holds, or what stands under a key."""
    properties, others = kind.get("properties", {}), kind.get("additionalProperties")
    if isinstance(part, int):
        yield from (kind["items"],) if isinstance(kind.get("items"), dict) else ()
    elif part in properties:
        yield properties[part]
    elif isinstance(others, dict):
        yield others


def _of_kind(places: Sequence[Schema], part: str | int, schema: Schema) -> list[Schema]:
    """The places narrowed to the kind that is named, where their discriminator knows it."""
    mappings = (_resolved(place, schema).get("discriminator", {}).get("mapping", {}) for place in places)
    return [{"$ref": mapping[part]} for mapping in mappings if part in mapping] or list(places)


def _kinds(place: Schema, schema: Schema) -> Iterator[Schema]:
    """Each kind that a value of the place may be of."""
    place = _resolved(place, schema)
    options = place.get("anyOf") or place.get("oneOf")
    if options is None:
        yield place
        return
    for option in options:
        yield from _kinds(option, schema)


def _resolved(place: Schema, schema: Schema) -> Schema:
    while "$ref" in place:
        place = schema["$defs"][place["$ref"].rsplit("/", 1)[-1]]
    return place
