"""Read a design file: YAML in, a Design out, or one error that names every faulty line and key."""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import TypeAdapter, ValidationError

from leadline.errors import DesignInvalid
from leadline.trial.checking import design_problems
from leadline.trial.design import Design, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from leadline.trial.design import Path as KeyPath

HINT = "See the annotated example with `leadline trial check --example`; nothing of this file was used."


def read_design(path: str | Path) -> Design:
    """Read and check a design file.

    raises DesignInvalid, which lists each problem as file, line, key, what was found and what is taken
    """
    return parse_design(read_text(Path(path)), name=Path(path).name)


def parse_design(text: str, *, name: str, settings: Mapping[str, Any] | None = None) -> Design:
    """The same from the text of a file; `name` is used in messages.

    settings   other values for some keys, as {"efficacy.posterior": 0.9}; `baskets.*.looks` is that of every basket
    """
    node = _compose(text, name)
    values = _values(node, name)
    for key, value in (settings or {}).items():
        _set(values, key.split("."), value, key)
    try:
        design = design_adapter().validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as invalid:
        raise _refusal(
            [_explain(error) for error in invalid.errors() if not _follows(error)], node, name
        ) from None
    if problems := design_problems(design):
        raise _refusal(problems, node, name)
    return design


@cache
def design_adapter() -> TypeAdapter[Design]:
    """Checks types, ranges and keys; also makes the JSON Schema."""
    return TypeAdapter(Design)


def schema_path() -> Path:
    """The JSON Schema of design files, for editors and other programs."""
    return Path(__file__).parent / "design.schema.json"


def shipped_design(name: str) -> Path:
    """A design file that comes with Leadline: `msc_basket`, or a published design reproduced."""
    path = Path(__file__).parent / "designs" / f"{name}.yaml"
    if not path.exists():
        taken = ", ".join(sorted(each.stem for each in path.parent.glob("*.yaml")))
        raise DesignInvalid(f"no shipped design is called {name!r}; there are {taken}")
    return path


def read_text(path: Path) -> str:
    """The text of a design file. Raises DesignInvalid."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DesignInvalid(
            f"{path.name}: no such file", hint="Give the path of a design file (YAML)."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise DesignInvalid(f"{path.name}: cannot be read as text", hint="Save it as UTF-8 YAML.") from None


def _compose(text: str, name: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{name}, line {line}: not YAML ({error.problem})"
        raise DesignInvalid(message, hint="Check the indentation and the colons around this line.") from None
    if not isinstance(node, yaml.MappingNode):
        raise DesignInvalid(f"{name}: no keys found, a design is taken", hint=HINT)
    return node


def _values(node: yaml.Node, name: str) -> Any:
    """A node as plain values. A key given twice is refused: YAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in found:
                line = key.start_mark.line + 1
                raise DesignInvalid(
                    f"{name}, line {line}: the key '{key.value}' for the second time", hint=HINT
                )
            found[key.value] = _values(value, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_values(item, name) for item in node.value]
    return yaml.SafeLoader("").construct_object(node)


def _set(values: Any, path: list[str], value: Any, key: str) -> None:
    """Set a value where the path leads; `*` goes through a list."""
    first, *rest = path
    if first == "*" and isinstance(values, list):
        for item in values:
            _set(item, rest, value, key)
    elif isinstance(values, dict) and rest and first in values:
        _set(values[first], rest, value, key)
    elif isinstance(values, dict) and not rest:
        values[first] = value
    else:
        raise DesignInvalid(
            f"{key}: found no '{first}' in the design file", hint="Name a key that the file has."
        )


def _refusal(problems: list[Problem], node: yaml.Node, name: str) -> DesignInvalid:
    located = sorted((*_locate(node, problem.path), problem.found, problem.taken) for problem in problems)
    lines = [
        f"{name}, line {line}, {key}: found {found}; takes {taken}" for line, key, found, taken in located
    ]
    return DesignInvalid("\n".join(lines), hint=HINT)


def _locate(node: yaml.Node, path: KeyPath) -> tuple[int, str]:
    """The line of the deepest part of the path that the file has, and the path as `baskets[0].null_rate`."""
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
        elif depth < len(path):
            continue  # the name of a borrowing model, which is no key of the file
        shown += f".{part}"
    return line, shown.lstrip(".") or "the file"


def _explain(error: ErrorDetails) -> Problem:
    """A problem in plain words from the validator's error."""
    path, found, context = error["loc"], _shown(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "missing":
            return Problem(path[:-1], f"no key '{path[-1]}'", "that key")
        case "unexpected_keyword_argument" | "extra_forbidden":
            return Problem(path, "an unknown key", _nearest(str(path[-1])))
        case "union_tag_invalid":
            tag = str(context["discriminator"]).strip("'")
            return Problem((*path, tag), f"'{context['tag']}'", f"one of {context['expected_tags']}")
        case "union_tag_not_found":
            return Problem(path, "no key " + str(context["discriminator"]), "that key")
        case "enum":
            return Problem(path, found, str(context["expected"]))
        case _:
            return Problem(path, found, _taken(error["type"], context))


def _follows(error: ErrorDetails) -> bool:
    """Whether the error only repeats that something inside a list is wrong."""
    return error["type"] == "too_short" and bool(error["input"])


TAKEN = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "tuple_type": "a list",
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


def _nearest(key: str) -> str:
    schema = design_adapter().json_schema()
    known = {name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", {})}
    near = difflib.get_close_matches(key, sorted(known), n=1)
    return f"'{near[0]}'" if near else "the keys of the example only"
