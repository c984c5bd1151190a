"""Read a protocol file: YAML in, a Protocol out, or one error that names every faulty line and key."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from leadline.casebook.keyed_files import FileKind, KeyedFile, parse_keys, read_text, validated
from leadline.casebook.problems import nearest
from leadline.errors import ProtocolInvalid
from leadline.protocol.checking import protocol_problems
from leadline.protocol.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

KIND = FileKind(
    "a protocol",
    ProtocolInvalid,
    "See the shipped example with `leadline protocol check --example`; nothing of this file was used.",
)


def read_protocol(path: str | Path) -> Protocol:
    """Read a protocol file, or one that comes with Leadline by its name (`msc_iv_paediatric`).

    raises ProtocolInvalid, which lists each problem as file, line, key, what was found and what is taken
    """
    return read_with_lines(path)[0]


def read_with_lines(path: str | Path) -> tuple[Protocol, KeyedFile]:
    """The protocol, and the file that knows on which line each of its keys stands."""
    found = find_protocol(path)
    return parse_protocol(read_text(found, KIND), name=found.name)


def parse_protocol(text: str, *, name: str) -> tuple[Protocol, KeyedFile]:
    """The same from the text of a file; `name` is used in messages."""
    file = parse_keys(text, name=name, kind=KIND)
    protocol = validated(protocol_adapter(), file.values(), file)
    if problems := protocol_problems(protocol):
        raise file.refusal(problems)
    return protocol, file


@cache
def protocol_adapter() -> TypeAdapter[Protocol]:
    """Checks types, ranges and keys; also makes the JSON Schema."""
    return TypeAdapter(Protocol)


def schema_path() -> Path:
    """The JSON Schema of protocol files, for editors and other programs."""
    return Path(__file__).parent / "protocol.schema.json"


def find_protocol(path: str | Path) -> Path:
    """The file at a path; else the shipped protocol of that name, with or without `.yaml`. Raises ProtocolInvalid."""
    given = Path(path)
    if given.exists() or len(given.parts) > 1:
        return given
    shipped = shipped_protocols()
    name = given.name.removesuffix(".yaml")
    if name in shipped:
        return shipped[name]
    raise ProtocolInvalid(
        f"{given.name}: no such file, and no shipped protocol is called so", hint=_which(name, shipped)
    )


def shipped_protocol(name: str) -> Path:
    """A protocol file that comes with Leadline: `msc_iv_paediatric`. Raises ProtocolInvalid."""
    shipped = shipped_protocols()
    if name not in shipped:
        raise ProtocolInvalid(f"no shipped protocol is called {name!r}", hint=_which(name, shipped))
    return shipped[name]


def shipped_protocols() -> dict[str, Path]:
    """Name to file of the protocols that come with Leadline."""
    folder = Path(__file__).parent / "protocols"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _which(name: str, shipped: Iterable[str]) -> str:
    near = nearest(name, shipped)
    return (
        f"Did you mean {near}?"
        if near
        else f"Give the path of a protocol file (YAML), or one of: {', '.join(shipped)}."
    )
