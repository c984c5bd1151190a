"""Which children an amendment touches: those for whom something is held against another rule than before.

Each child is held against both versions. What is asked otherwise, or comes out otherwise, touches the child; a change
of sources, reasons and names, or a figure in another unit, touches nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.protocol.adherence import check_case
from leadline.protocol.adherence.checking import day_asked_about
from leadline.protocol.adherence.findings import OUTCOME_WORDS, VisitState
from leadline.protocol.adherence.membership import names_another
from leadline.protocol.amendments.rewording import in_old_words

if TYPE_CHECKING:
    from leadline.casebook import Casebook
    from leadline.casebook.case import Case
    from leadline.protocol.adherence import ChildAdherence
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
    amended = in_old_words(old, new)
    return tuple(_child(old, amended, case, casebook) for case in casebook.cases())


def _child(old: Protocol, new: Protocol, case: Case, casebook: Casebook) -> TouchedChild:
    if names_another(case, old):
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
    """`nth` tells apart what is asked more than once under one id, as of each further infusion."""

    about: str
    id: str
    nth: int


class _Standing(NamedTuple):
    """What is asked, and how the child stands: either being another one touches the child."""

    title: str
    asked: str
    stands: str


Each = Iterator[tuple[str, str, _Standing]]


def _standings(child: ChildAdherence) -> Mapping[_Key, _Standing]:
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for about, name, standing in (*_rules(child), *_visits(child), *_treatment(child), *_to_come(child)):
        found[_Key(about, name, seen[about, name])] = standing
        seen[about, name] += 1
    return found


def _rules(child: ChildAdherence) -> Each:
    for about, checks in (
        ("eligibility", child.eligibility),
        *((f"infusion {infusion.number}", infusion.checks) for infusion in child.infusions),
        ("further infusions", child.repeat_dosing),
        ("other treatment", child.treatment),
    ):
        for check in checks:
            standing = _Standing(check.title, check.asked, OUTCOME_WORDS[check.outcome])
            yield about, f"{check.section} {check.rule}", standing


def _visits(child: ChildAdherence) -> Each:
    """Visits whose time is over; the others are among what is to come."""
    for visit in child.visits:
        if visit.state in STILL_TO_COME:
            continue
        asked = f"day {visit.planned}, {visit.first} to {visit.last}: {visit.planned_records} records"
        stands = OUTCOME_WORDS[visit.outcome] if visit.outcome is not None else visit.state.replace("_", " ")
        if visit.missing:
            asked += f", not {'; '.join(visit.missing)}"
            stands += f", {len(visit.missing)} of {visit.planned_records} not recorded"
        yield "visit", visit.visit, _Standing(visit.title, asked, stands)


def _treatment(child: ChildAdherence) -> Each:
    for change in child.changes:
        what = f"{change.drug} {change.change}"
        events = ", ".join(event.replace("_", " ") for event in change.events)
        stands = OUTCOME_WORDS[change.outcome] + (f" ({events})" if events else "")
        yield "change of treatment", what, _Standing(what, "; ".join(change.rules), stands)
    for watch in child.watches:
        days = f"day {watch.first} to {watch.last}, {len(watch.periods)} times"
        standing = _Standing(watch.title, days, OUTCOME_WORDS[watch.outcome])
        yield "watch", f"{watch.watch} {watch.drug}", standing


def _to_come(child: ChildAdherence) -> Each:
    for row in child.upcoming:
        days = f"day {row.first} to {row.last}: {len(row.record)} records"
        yield "to come", f"{row.kind} {row.id}", _Standing(row.title, "; ".join(row.record), days)


def _difference(key: _Key, before: _Standing | None, after: _Standing | None) -> Touched:
    either = after or before
    assert either is not None  # the key comes from one of the two
    return Touched(
        key.about,
        either.title,
        before.stands if before else NOT_ASKED,
        after.stands if after else NOT_ASKED,
    )
