"""An amended protocol in the words of the version before: what only reads otherwise is taken from the old version, so
that it cannot touch a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from leadline.protocol.amendments.naming import by_identity, known_list
from leadline.protocol.amendments.values import same_figure, same_window
from leadline.protocol.figures import Figure, Window

if TYPE_CHECKING:
    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

WORDING = frozenset({"source", "why", "text", "notice", "background", "design", "notes", "purpose", "citation", "doi",
                     "url", "visit_why", "missing_why", "critical", "title"})  # fmt: skip
"""Keys by which nothing is judged."""


def in_old_words(old: Protocol, new: Protocol) -> Protocol:
    """The new protocol with every figure, list and name that means the same as in the old one as the old one has it.
    Its version stays its own."""
    worded: Protocol = _in_old_words(old, new, ())
    return worded


def _in_old_words(old: Any, new: Any, path: KeyPath) -> Any:
    if path and path[-1] in WORDING:
        return old
    match old, new:
        case Figure(), Figure():
            return old if same_figure(old, new) else new
        case Window(), Window():
            return old if same_window(old, new) else new
        case (tuple(), tuple()) if known_list(path):
            return old if set(old) == set(new) else new
        case (tuple(), tuple()) | (Mapping(), Mapping()):
            return _members(old, new, path)
        case _ if is_dataclass(new) and type(old) is type(new):
            return _parts(old, new, path)
        case _:
            return new


def _parts(old: Any, new: Any, path: KeyPath) -> Any:
    worded = {
        field.name: _in_old_words(getattr(old, field.name), getattr(new, field.name), (*path, field.name))
        for field in fields(new)
    }
    return replace(new, **worded)


def _members(old: Any, new: Any, path: KeyPath) -> Any:
    """The members of the new list or mapping, in its order; those that stood in the old one in its words."""
    before = by_identity(old)
    worded = {
        key: _in_old_words(before[key][1], member, (*path, at)) if key in before else member
        for key, (at, member) in by_identity(new).items()
    }
    return worded if isinstance(new, Mapping) else tuple(worded.values())
