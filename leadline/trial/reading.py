"""Read a design file: YAML in, a Design out, or one error that names every faulty line and key."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from leadline.casebook import keyed_files
from leadline.casebook.keyed_files import FileKind, parse_keys, validated
from leadline.errors import DesignInvalid
from leadline.trial.checking import design_problems
from leadline.trial.design import Design

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = FileKind(
    "a design",
    DesignInvalid,
    "See the annotated example with `leadline trial check --example`; nothing of this file was used.",
)


def read_design(path: str | Path) -> Design:
    """Read and check a design file.

    raises DesignInvalid, which lists each problem as file, line, key, what was found and what is taken
    """
    return parse_design(read_text(Path(path)), name=Path(path).name)


def parse_design(text: str, *, name: str, settings: Mapping[str, Any] | None = None) -> Design:
    """The same from the text of a file; `name` is used in messages.

    settings   other values for some keys, as {"efficacy.posterior": 0.9}; `baskets[0].looks` is that of one basket,
               `baskets.*.looks` of every one
    """
    file = parse_keys(text, name=name, kind=KIND)
    values = file.values()
    for key, value in (settings or {}).items():
        _set(values, key.replace("[", ".[").split("."), value, key)
    design = validated(design_adapter(), values, file)
    if problems := design_problems(design):
        raise file.refusal(problems)
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


def find_design(name: str) -> Path:
    """The path of a design file: as given, or that of a shipped design of this name.

    A file of that name goes first; a folder may be called so too, as that of its report. Raises DesignInvalid.
    """
    path = Path(name)
    if path.is_file() or path.suffix or path.parent != Path():
        return path
    return shipped_design(name)


def read_text(path: Path) -> str:
    """The text of a design file. Raises DesignInvalid."""
    return keyed_files.read_text(path, KIND)


def _set(values: Any, path: list[str], value: Any, key: str) -> None:
    """Set a value where the path leads; `[0]` goes to one item of a list, `*` to all."""
    first, *rest = path
    if first == "*" and isinstance(values, list):
        for item in values:
            _set(item, rest, value, key)
    elif isinstance(values, list) and rest and first in (f"[{n}]" for n in range(len(values))):
        _set(values[int(first[1:-1])], rest, value, key)
    elif isinstance(values, dict) and rest and first in values:
        _set(values[first], rest, value, key)
    elif isinstance(values, dict) and not rest:
        values[first] = value
    else:
        raise DesignInvalid(
            f"{key}: found no '{first}' in the design file",
            hint="Name a key that the file has; baskets[0].prior is one of a list, baskets.*.prior are all.",
        )
