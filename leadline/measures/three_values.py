"""Three values: True, False, and None, which cannot be told from what is recorded (Kleene's logic).

The trees of rules have the same logic in nodes of their own, which also say what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

ThreeValued = Literal["met", "not_met", "indeterminate"]


def all_hold(values: Iterable[bool | None]) -> bool | None:
    """False if one is, else None if one is, else True."""
    known = set(values)
    if False in known:
        return False
    return None if None in known else True


def any_holds(values: Iterable[bool | None]) -> bool | None:
    """True if one is, else None if one is, else False."""
    known = set(values)
    if True in known:
        return True
    return None if None in known else False


def as_result(value: bool | None) -> ThreeValued:
    """The word for it."""
    if value is None:
        return "indeterminate"
    return "met" if value else "not_met"
