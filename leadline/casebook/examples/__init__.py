"""Casebooks that come with Leadline: two published ones, one of invented children, and a generator of larger ones.

`swart2019` and `wong2021` are published data; `invented` and whatever `generate_casebook` writes are of no real
child, and say so in every table.
"""

from __future__ import annotations

from pathlib import Path

from leadline.errors import CasebookUnreadable

__all__ = ["names", "path"]

_NAMES = ("swart2019", "wong2021", "invented")


def names() -> tuple[str, ...]:
    """The names of the casebooks that come with Leadline."""
    return _NAMES


def path(name: str) -> Path:
    """The folder of one of them, to be read with `read_casebook`. Raises CasebookUnreadable for another name."""
    if name not in _NAMES:
        raise CasebookUnreadable(
            "No casebook of this name comes with Leadline.", hint=f"the names are {', '.join(_NAMES)}"
        )
    return Path(__file__).parent / name
