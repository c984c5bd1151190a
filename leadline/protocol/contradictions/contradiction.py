"""One contradiction of a protocol with itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.casebook.keyed_files import KeyPath


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where (keys and list positions), what contradicts what, and what to do."""

    path: KeyPath
    what: str
    todo: str
