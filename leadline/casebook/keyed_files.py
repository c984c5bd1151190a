"""Files of keys and values that a person writes by hand (YAML): read so that every fault is told with its line.

A design and a protocol are such files. Pydantic checks their values; here stand the lines, the keys that come twice,
and the words of each fault.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from leadline.casebook.problems import nearest
from leadline.casebook.taken_keys import Schema, keys_at, known_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

    from leadline.errors import LeadlineError

Value = TypeVar("Value")
KeyPath = tuple[str | int, ...]
"""Keys and list positions, from the top of the file."""


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """A fault of the file: where (keys and list positions), what was found, what is taken."""

    path: KeyPath
    found: str
    taken: str


@dataclass(frozen=True, slots=True)
class FileKind:
    """What is read: `a design`, `a protocol`; the error that refuses it, and what to do then."""

    name: str
    invalid: type[LeadlineError]
    hint: str


@dataclass(frozen=True, slots=True)
class KeyedFile:
    """The nodes of a file, which know their lines. `name` is used in messages."""

    name: str
    kind: FileKind
    node: yaml.Node

    def values(self) -> Any:
        """The file as plain values. Raises the kind's error for keys that come twice, all of them at once."""
        repeated: list[KeyProblem] = []
        try:
            values = _values(self.node, (), repeated)
        except RecursionError:
            hint = "Write out what the alias (`*name`) stands for."
            raise self.kind.invalid(f"{self.name}: an alias that holds itself", hint=hint) from None
        if repeated:
            raise self.refusal(repeated)
        return values

    def locate(self, path: KeyPath) -> tuple[int, str]:
        """The line of the deepest part of the path that the file has, and the path as `baskets[0].null_rate`."""
        return _locate(self.node, path)

    def refusal(self, problems: Iterable[KeyProblem]) -> LeadlineError:
        """One error that names every problem, in the order of the lines."""
        located = sorted({(*self.locate(problem.path), problem.found, problem.taken) for problem in problems})
        lines = [
            f"{self.name}, line {line}, {key}: found {found}; takes {' or '.join(one[-1] for one in alike)}"
            for (line, key, found), alike in groupby(located, key=lambda one: one[:3])
        ]
        return self.kind.invalid("\n".join(lines), hint=self.kind.hint)


def read_text(path: Path, kind: FileKind) -> str:
    """The text of a file. Raises the kind's error."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = f"Give the path of {kind.name} file (YAML)."
        raise kind.invalid(f"{path.name}: no such file", hint=hint) from None
    except IsADirectoryError:
        hint = f"Give the path of {kind.name} file (YAML) in it."
        raise kind.invalid(f"{path.name}: is a folder", hint=hint) from None
    except (OSError, UnicodeDecodeError):
        raise kind.invalid(f"{path.name}: cannot be read as text", hint="Save it as UTF-8 YAML.") from None


def parse_keys(text: str, *, name: str, kind: FileKind) -> KeyedFile:
    """The nodes of a text. Raises the kind's error for a text that is not YAML, or has no keys."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{name}, line {line}: not YAML ({error.problem})"
        raise kind.invalid(message, hint="Check the indentation and the colons around this line.") from None
    if not isinstance(node, yaml.MappingNode):
        raise kind.invalid(f"{name}: no keys found, {kind.name} is taken", hint=kind.hint)
    return KeyedFile(name, kind, node)


def validated(adapter: TypeAdapter[Value], values: Any, file: KeyedFile) -> Value:
    """The values as what the adapter makes of them. Raises the kind's error, naming every fault at once."""
    from pydantic import ValidationError

    try:
        return adapter.validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as invalid:
        schema, errors = adapter.json_schema(), invalid.errors()
        known = known_keys(schema)
        problems = [
            _explain(error, schema)
            for error in errors
            if not _follows(error) and not _of_another_kind(error, errors, known)
        ]
        raise file.refusal(problems) from None


def _values(node: yaml.Node, path: KeyPath, repeated: list[KeyProblem]) -> Any:
    """A node as plain values. A key given twice is a fault: YAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in found:
                again = f"the key '{key.value}' for the second time"
                repeated.append(KeyProblem((*path, key.value), again, "each key once"))
            found[key.value] = _values(value, (*path, key.value), repeated)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_values(item, (*path, at), repeated) for at, item in enumerate(node.value)]
    return yaml.SafeLoader("").construct_object(node)


def _locate(node: yaml.Node, path: KeyPath) -> tuple[int, str]:
    line, shown = int(node.start_mark.line) + 1, ""
    for depth, part in enumerate(path, start=1):
        if isinstance(part, int):
            shown += f"[{part}]"
            if isinstance(node, yaml.SequenceNode) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            continue
        held = (
            {key.value: (key, value) for key, value in node.value}
            if isinstance(node, yaml.MappingNode)
            else {}
        )
        if part in held:
            key, node = held[part]
            line = key.start_mark.line + 1
        elif depth < len(path) or not isinstance(node, yaml.MappingNode):
            continue  # the tag of a value that may be of several kinds, which is no key of the file
        shown += f".{part}"
    return line, shown.lstrip(".") or "the file"


def _explain(error: ErrorDetails, schema: Schema) -> KeyProblem:
    """A problem in plain words from the validator's error."""
    path, found, context = error["loc"], _shown(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "missing":
            return KeyProblem(_without_tag(path[:-1], error["input"]), f"no key '{path[-1]}'", "that key")
        case "unexpected_keyword_argument" | "extra_forbidden":
            return KeyProblem(path, "an unknown key", _nearest(str(path[-1]), keys_at(path[:-1], schema)))
        case "union_tag_invalid":
            tag = str(context["discriminator"]).strip("'")
            return KeyProblem((*path, tag), f"'{context['tag']}'", f"one of {context['expected_tags']}")
        case "union_tag_not_found":
            return KeyProblem(path, "no key " + str(context["discriminator"]), "that key")
        case "enum" | "literal_error":
            return KeyProblem(path, found, str(context["expected"]))
        case _:
            return KeyProblem(path, found, _taken(error["type"], context))


def _without_tag(path: KeyPath, value: object) -> KeyPath:
    """The path of a value that may be of several kinds: the validator ends it with the kind, which is no key."""
    kinds = value.values() if isinstance(value, dict) else ()
    return path[:-1] if path and path[-1] in kinds else path


def _follows(error: ErrorDetails) -> bool:
    """Whether the error only repeats that something inside a list is wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def _of_another_kind(error: ErrorDetails, errors: Sequence[ErrorDetails], known: Iterable[str]) -> bool:
    """Whether the value may be of several kinds, and is told to be wrong as the kind that it is."""

    def keys(of: ErrorDetails) -> KeyPath:
        return tuple(part for part in of["loc"] if isinstance(part, int) or part in known)

    at = keys(error)
    return error["type"].endswith("_type") and any(
        keys(other)[: len(at)] == at and not other["type"].endswith("_type") for other in errors
    )


TAKEN = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "yes or no",
    "string_type": "text (in quotes, if YAML reads it as something else)",
    "string_too_short": "text that is not empty",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "dataclass_type": "keys and values",
    "finite_number": "a finite number",
    "too_short": "a list that is not empty",
}
BOUND = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def _taken(kind: str, context: Mapping[str, Any]) -> str:
    if kind in BOUND:
        key, word = BOUND[kind]
        return f"a number {word} {context[key]:g}"
    return TAKEN.get(kind, "a value of another kind")


def _shown(value: object) -> str:
    """A value as a message shows it: numbers and short text whole, lists and mappings by their kind."""
    match value:
        case dict():
            return "keys and values"
        case list():
            return "a list" if value else "an empty list"
        case str():
            return f"'{value[:40]}'"
        case None:
            return "nothing"
        case _:
            return str(value)


def _nearest(key: str, known: Iterable[str]) -> str:
    if " " in key:
        return "quotes around the whole text, if this is the part of it after a comma"
    near = nearest(key, known)
    return f"'{near}'" if near else "the keys of the example only"
