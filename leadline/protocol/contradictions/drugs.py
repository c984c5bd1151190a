"""Drugs that the protocol gives against drugs that it prohibits; rescue and taper against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.figures import Window, figure_words, window_words
from leadline.protocol.rules import Change, PresenceRule
from leadline.protocol.schedule import Record
from leadline.protocol.subjects import covers, drug_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

Prohibition = tuple[str, PresenceRule]


def drug_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """Prohibited drugs that the protocol itself gives, rescue that ends before the endpoint, and a taper that cannot
    be followed."""
    for path, drug, changes, window in _given(protocol):
        sections = ("concomitant", "premedication") if path[0] == "premedication" else ("concomitant",)
        yield from _prohibited(prohibitions(protocol, sections), path, drug, changes, window)
    yield from _asked_and_not_given(protocol)
    yield from _rescue_too_short(protocol)
    yield from _taper(protocol)
    yield from _not_recorded(protocol)


# ---- given and prohibited --------------------------------------------------------------------------------------------


def prohibitions(protocol: Protocol, sections: tuple[str, ...] = ("concomitant",)) -> list[Prohibition]:
    """The rules that forbid something of a drug, each with where it stands. What `premedication` forbids, it forbids
    beforehand only: a drug that is kept for a reaction may be rescue all the same."""
    return [
        (f"{section}.rules[{at}]", rule)
        for section in sections
        for at, rule in enumerate(getattr(protocol, section).rules)
        if isinstance(rule, PresenceRule) and rule.drugs and not rule.present
    ]


def shared_drug(some: tuple[str, ...], others: tuple[str, ...]) -> str:
    """A drug or class that both lists take in, in words; empty if they share none."""
    shared = (
        one if covers(other, one) else other
        for one in some
        for other in others
        if covers(other, one) or covers(one, other)
    )
    return next((drug_words(drug) for drug in shared), "")


def _given(protocol: Protocol) -> Iterator[tuple[KeyPath, str, tuple[Change, ...], Window]]:
    """Every drug that the protocol gives, permits or asks for: where, which, what happens to it, and when."""
    taken = (Change.RUNNING, Change.STARTED)
    for at, use in enumerate(protocol.premedication.drugs):
        yield ("premedication", "drugs", at, "drug"), use.drug, taken, use.during
    for at, use in enumerate(protocol.rescue.drugs):
        window = use.during if use.during != Window() else protocol.rescue.during
        yield ("rescue", "drugs", at, "drug"), use.drug, (*taken, Change.RAISED), window
    steps = Window(first=protocol.taper.starts.first)
    yield ("taper", "drug"), protocol.taper.drug, (Change.RUNNING, Change.LOWERED), steps
    for section, key in (("eligibility", "inclusion"), ("premedication", "rules"), ("concomitant", "rules")):
        for at, rule in enumerate(getattr(getattr(protocol, section), key)):
            if isinstance(rule, PresenceRule) and rule.present and len(rule.drugs) == 1:
                yield (section, key, at), rule.drugs[0], (rule.change,), rule.during


def _prohibited(
    prohibited: list[Prohibition], path: KeyPath, drug: str, changes: tuple[Change, ...], window: Window
) -> Iterator[Contradiction]:
    for where, rule in prohibited:
        shared = shared_drug((drug,), rule.drugs)
        if shared and rule.change in changes and _overlap(window, rule.during):
            yield Contradiction(
                path,
                f"{shared} is given {window_words(window)}, and '{rule.title}' ({where}) prohibits that it is"
                f" {rule.change} {window_words(rule.during)}",
                "choose another drug, or let the rule make way for this use",
            )


def _overlap(one: Window, other: Window) -> bool:
    return not (
        (one.last is not None and other.first is not None and one.last < other.first)
        or (other.last is not None and one.first is not None and other.last < one.first)
    )


def _asked_and_not_given(protocol: Protocol) -> Iterator[Contradiction]:
    """A rule of the premedication asks for drugs of which the premedication names none."""
    given = tuple(use.drug for use in protocol.premedication.drugs)
    for at, rule in enumerate(protocol.premedication.rules):
        asked = isinstance(rule, PresenceRule) and rule.present and rule.drugs
        if asked and not shared_drug(given, asked):
            yield Contradiction(
                ("premedication", "rules", at, "drugs"),
                f"'{rule.title}' asks for {listed([drug_words(drug) for drug in asked])}, and the premedication gives"
                " none of it",
                "name the drug in the premedication, or take the rule out",
            )


# ---- rescue and taper ------------------------------------------------------------------------------------------------


def _rescue_too_short(protocol: Protocol) -> Iterator[Contradiction]:
    """Rescue after the time in which it is looked for would pass for a response."""
    visits = (protocol.schedule.visit(objective.estimand.visit) for objective in protocol.objectives)
    until = max(visit.last for visit in visits if visit is not None)
    last = protocol.rescue.during.last
    if last is not None and last < until:
        yield Contradiction(
            ("rescue", "during"),
            f"rescue counts up to day {last}, and an endpoint is assessed as late as day {until}: rescue in between"
            " would pass for a response",
            f"let `during` last until day {until}",
        )


def _taper(protocol: Protocol) -> Iterator[Contradiction]:
    taper = protocol.taper
    if taper.step.unit == "%" and not taper.step.open and (taper.step.limits[1] or 0) >= 100:
        yield Contradiction(
            ("taper", "step"),
            f"one step lowers the dose by {figure_words(taper.step)}, which is no taper but a stop",
            "let a step be less than the whole dose",
        )
    for at, target in enumerate(taper.targets):
        path: KeyPath = ("taper", "targets", at)
        if taper.starts.first is not None and target.by_day <= taper.starts.first:
            yield Contradiction(
                (*path, "by_day"),
                f"a dose is to be reached by day {target.by_day}, and the first step may be taken on day"
                f" {taper.starts.first}",
                "let the taper start earlier, or the target come later",
            )
        least, most = taper.least.limits[0], target.dose.limits[1]
        if least is not None and most is not None and taper.least.unit == target.dose.unit and most < least:
            yield Contradiction(
                (*path, "dose"),
                f"{figure_words(target.dose)} is to be reached, and the taper ends at {figure_words(taper.least)}",
                "let the taper go on to the target, or raise the target",
            )


def _not_recorded(protocol: Protocol) -> Iterator[Contradiction]:
    """A rule about drugs after day 0 needs a visit at its end that records them."""
    last = max(
        (visit.last for visit in protocol.schedule.visits if Record.MEDICATIONS in visit.records),
        default=None,
    )
    for at, rule in enumerate(protocol.concomitant.rules):
        until = rule.during.last if isinstance(rule, PresenceRule) else None
        if until is not None and (last is None or last < until):
            yield Contradiction(
                ("concomitant", "rules", at),
                f"'{rule.title}' holds up to day {until}, and no visit at or after that day records medicines",
                "add `medications` to the records of a visit at the end of that time",
            )
