"""Two versions of a protocol compared value by value. Rules, visits and events are matched by their ids, so that what
is moved within the file changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from leadline.casebook.prose import capital
from leadline.protocol.amendments.amendment import Amendment, Meaning
from leadline.protocol.amendments.naming import (
    LISTS,
    by_identity,
    known_list,
    name_of,
    one_in_words,
    owner_of,
    shown,
)
from leadline.protocol.amendments.rewording import WORDING
from leadline.protocol.amendments.values import (
    figure_changes,
    figure_rewording,
    list_changes,
    same_figure,
    window_changes,
)
from leadline.protocol.estimands import Handling
from leadline.protocol.figures import Figure, Window
from leadline.protocol.rules import RULE_KINDS, words

if TYPE_CHECKING:
    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

DAY_NUMBERS = frozenset({"day", "first", "last", "by_day"})
"""Keys that hold a day, counted from the infusion."""

Change = tuple["KeyPath", str, Meaning]

CONCLUSION = frozenset(
    {"objectives", "roles", "data", "sources", "title", "id", "version", "status", "diagnoses"}
)
"""Sections that change what is found out or who decides, and not what is done to a child."""


def compare_protocols(old: Protocol, new: Protocol) -> tuple[Amendment, ...]:
    """Every change, in the order of the new protocol's sections; empty where both mean the same."""
    return tuple(
        Amendment(str(path[0]), path, what, meaning)
        for field in fields(new)
        for path, what, meaning in _compare(
            getattr(old, field.name), getattr(new, field.name), (field.name,), name_of(new, field.name, "")
        )
    )


def _compare(old: Any, new: Any, path: KeyPath, name: str) -> Iterator[Change]:
    """`name` is what the value is called: `the planned dose`, `the visit 'Week 24'`."""
    if old == new:
        return
    if any(part in WORDING for part in path):
        yield from _reworded(old, new, path, name)
        return
    meaning = Meaning.CONCLUSION if path[0] in CONCLUSION else Meaning.TREATMENT
    match old, new:
        case Figure(), Figure() if same_figure(old, new):
            yield from ((path, what, Meaning.WORDING) for what in figure_rewording(old, new, name))
            yield from _same_figure_otherwise(old, new, path, name)
        case Figure(), Figure():
            yield from ((path, what, meaning) for what in figure_changes(old, new, name))
            yield from _same_figure_otherwise(old, new, path, name)
        case Window(), Window():
            yield from ((path, what, meaning) for what in window_changes(old, new, name))
            yield from _same_figure_otherwise(old, new, path, name)
        case Handling(), Handling() if old.strategy != new.strategy:
            yield (
                (*path, "strategy"),
                f"{capital(name)} changes from {shown(old.strategy)} to {shown(new.strategy)}",
                meaning,
            )
        case (tuple(), tuple()) if known_list(path):
            labels = LISTS[str(path[-1])]
            yield from (
                (path, what, meaning)
                for what in list_changes([labels(one) for one in old], [labels(one) for one in new], name)
            )
        case (tuple(), tuple()) | (Mapping(), Mapping()):
            yield from _members(old, new, path, name, meaning)
        case _ if is_dataclass(new) and type(old) is type(new):
            yield from _fields(old, new, path)
        case _ if isinstance(new, RULE_KINDS) and isinstance(old, RULE_KINDS):
            yield path, f"{capital(owner_of(new))} asked: {words(old)}. It now asks: {words(new)}", meaning
        case _:
            yield path, _scalar(old, new, path, name), meaning


def _fields(old: Any, new: Any, path: KeyPath) -> Iterator[Change]:
    owner = owner_of(new)
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        yield from _compare(before, after, (*path, field.name), name_of(new, field.name, owner))


def _members(old: Any, new: Any, path: KeyPath, name: str, meaning: Meaning) -> Iterator[Change]:
    """Members of a list or mapping, matched by what makes each the one it is."""
    before, after = by_identity(old), by_identity(new)
    for key, (at, member) in after.items():
        if key in before:
            whose = f" in {name.partition(' of ')[2]}" if isinstance(new, Mapping) else ""
            yield from _compare(before[key][1], member, (*path, at), owner_of(member, key) + whose)
        else:
            yield (*path, at), f"New in {name}: {one_in_words(member, key)}", meaning
    for key, (at, member) in before.items():
        if key not in after:
            yield (*path, at), f"Taken out of {name}: {one_in_words(member, key)}", meaning


def _same_figure_otherwise(old: Any, new: Any, path: KeyPath, name: str) -> Iterator[Change]:
    """The source of a figure or a window, and the reason for it."""
    for key in ("source", "why"):
        yield from _compare(
            getattr(old, key), getattr(new, key), (*path, key), f"the {WORDED[key]} of {name}"
        )


WORDED = {"source": "source", "why": "reason"}


def _reworded(old: Any, new: Any, path: KeyPath, name: str) -> Iterator[Change]:
    if path[-1] == "source":
        yield path, f"{capital(name)} changes from {_sources(old)} to {_sources(new)}", Meaning.WORDING
    elif path[-1] == "title":
        yield path, _scalar(old, new, path, name), Meaning.WORDING
    else:
        yield path, f"{capital(name)} is worded otherwise", Meaning.WORDING


def _sources(ids: tuple[str, ...]) -> str:
    return " and ".join(ids) or "none"


def _scalar(old: Any, new: Any, path: KeyPath, name: str) -> str:
    if path[-1] in DAY_NUMBERS:
        return f"{capital(name)} moves from day {old} to day {new}"
    if old is None:
        return f"{capital(name)} is new: {shown(new)}"
    if new is None:
        return f"{capital(name)}, {shown(old)}, falls away"
    if isinstance(new, int | float) and not isinstance(new, bool | StrEnum) and isinstance(old, int | float):
        verb = "rises" if new > old else "falls"
        return f"{capital(name)} {verb} from {old:g} to {new:g}"
    if isinstance(new, str) and max(len(old), len(new)) > LONGEST_IN_LINE:
        return f'{capital(name)} changes. It was: "{old}" It is now: "{new}"'
    return f"{capital(name)} changes from {shown(old)} to {shown(new)}"


LONGEST_IN_LINE = 50
"""Characters of a text that a sentence can hold."""
