"""One thing that an amendment changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.casebook.keyed_files import KeyPath


class Meaning(StrEnum):
    """What kind of thing changes."""

    TREATMENT = "treatment"  # what is given, to whom, and what is recorded: children can be touched by it
    CONCLUSION = "conclusion"  # what the trial is to find out, and who decides
    WORDING = "wording"  # text, sources and reasons: nothing is judged by them


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change in words. `section` is the first key; `path` leads to it in the new protocol, or, of what was taken
    out, in the old one."""

    section: str
    path: KeyPath
    what: str
    meaning: Meaning
