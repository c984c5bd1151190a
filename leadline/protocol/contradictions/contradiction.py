"""One contradiction of a protocol with itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.casebook.keyed_files import KeyPath


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where (keys and list positions), what contradicts what, and what to do."""

    path: KeyPath
    what: str
    todo: str


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
