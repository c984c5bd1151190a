"""Which children an amendment touches: those for whom something is held against another rule than before.

Each child is held against both versions. What is asked in other words, or comes out otherwise, touches the child; a
change of sources and reasons touches nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.protocol.adherence import check_case
from leadline.protocol.adherence.checking import day_asked_about
from leadline.protocol.adherence.findings import OUTCOME_WORDS, VisitState

if TYPE_CHECKING:
    from leadline.casebook import Casebook
    from leadline.casebook.case import Case
    from leadline.protocol.adherence import ChildAdherence, Outcome
    from leadline.protocol.adherence.findings import Check
    from leadline.protocol.protocol import Protocol

NOT_ASKED = "not asked for"
STILL_TO_COME = (VisitState.OPEN, VisitState.NOT_DUE)


@dataclass(frozen=True, slots=True)
class Touched:
    """One thing of one child that the amendment touches.

    about    eligibility, infusion 1, further infusions, other treatment, visit, change of treatment, watch, to come
    title    of the rule or visit
    before   how it stands against the old version, in words; `after` against the new one
    """

    about: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TouchedChild:
    """One child. `elsewhere`: the child's row names another protocol or version than the old one; nothing is judged."""

    patient_id: str
    touched: tuple[Touched, ...]
    elsewhere: bool = False


def touched_children(old: Protocol, new: Protocol, casebook: Casebook) -> tuple[TouchedChild, ...]:
    """Every child of the casebook, in its order; `touched` is empty for one whom the amendment leaves alone."""
    return tuple(_child(old, new, case, casebook) for case in casebook.cases())


def _child(old: Protocol, new: Protocol, case: Case, casebook: Casebook) -> TouchedChild:
    named = case.patient.get("protocol_id") or old.id, case.patient.get("protocol_version") or old.version
    if named != (old.id, old.version):
        return TouchedChild(case.patient_id, (), elsewhere=True)
    today, closed = day_asked_about(case, casebook), casebook.kind == "published"
    before, after = (
        _standings(check_case(protocol, case, today=today, closed=closed)) for protocol in (old, new)
    )
    keys = dict.fromkeys((*before, *after))
    return TouchedChild(
        case.patient_id,
        tuple(
            _difference(key, before.get(key), after.get(key))
            for key in keys
            if before.get(key) != after.get(key)
        ),
    )


# ---- how a child stands against one version --------------------------------------------------------------------------


class _Key(NamedTuple):
    about: str
    id: str


class _Standing(NamedTuple):
    """What is asked, and how the child stands: either being another one touches the child."""

    title: str
    asked: str
    stands: str


Standings = Mapping[_Key, _Standing]


def _standings(child: ChildAdherence) -> Standings:
    return {_Key(about, name): standing for about, name, standing in _each(child)}


def _each(child: ChildAdherence) -> Iterator[tuple[str, str, _Standing]]:
    for about, checks in (
        ("eligibility", child.eligibility),
        *((f"infusion {infusion.number}", infusion.checks) for infusion in child.infusions),
        ("further infusions", child.repeat_dosing),
        ("other treatment", child.treatment),
    ):
        yield from ((about, f"{check.section} {check.rule}", _of_check(check)) for check in checks)
    for visit in child.visits:
        if visit.state in STILL_TO_COME:
            continue  # stands below, among what is to come
        planned = f"day {visit.first} to {visit.last}, planned for day {visit.planned}, {visit.planned_records} records"
        stands = _words(visit.outcome) or visit.state.replace("_", " ")
        if visit.missing:
            stands += f", {len(visit.missing)} of {visit.planned_records} not recorded"
        yield "visit", visit.visit, _Standing(visit.title, planned, stands)
    for at, change in enumerate(child.changes):
        stands = _words(change.outcome)
        if change.events:
            stands += f" ({', '.join(event.replace('_', ' ') for event in change.events)})"
        name = f"{at} {change.drug} {change.change}"
        yield "change of treatment", name, _Standing(f"{change.drug} {change.change}", "", stands)
    for watch in child.watches:
        days = f"day {watch.first} to {watch.last}, {len(watch.periods)} times"
        yield "watch", f"{watch.watch} {watch.drug}", _Standing(watch.title, days, _words(watch.outcome))
    for row in child.upcoming:
        days = f"day {row.first} to {row.last}: {len(row.record)} records"
        yield (
            "to come",
            f"{row.kind} {row.id} {row.first if row.kind == 'watch' else ''}",
            _Standing(row.title, "; ".join(row.record), days),
        )


def _of_check(check: Check) -> _Standing:
    return _Standing(check.title, check.asked, _words(check.outcome))


def _words(outcome: Outcome | None) -> str:
    return "" if outcome is None else OUTCOME_WORDS[outcome]


def _difference(key: _Key, before: _Standing | None, after: _Standing | None) -> Touched:
    either = after or before
    assert either is not None  # the key comes from one of the two
    return Touched(
        key.about,
        either.title,
        before.stands if before else NOT_ASKED,
        after.stands if after else NOT_ASKED,
    )
