"""Safety against the schedule and the roles: is every event asked about, and does the right person decide?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.figures import figure_words, shortest_days
from leadline.protocol.open_figures import open_figures
from leadline.protocol.oversight import Action
from leadline.protocol.protocol import Status
from leadline.protocol.schedule import ALL_EVENTS
from leadline.protocol.subjects import class_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.oversight import SafetyEvent
    from leadline.protocol.protocol import Protocol
    from leadline.protocol.schedule import Visit

RHEUMATOLOGIST = "paediatric_rheumatologist"
"""The role that every protocol must name."""

NEEDS_A_WATCH = ("bdmard_il1", "bdmard_il6")
"""Stopping one of these before the cells may unmask macrophage activation syndrome (measures dossier 6.6)."""


def safety_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """Rules on events that nobody asks about, or too late; watches that cannot be kept, decisions without the person
    for them."""
    yield from _not_asked(protocol)
    yield from _always_stopped(protocol)
    yield from _watches(protocol)
    yield from _judge_of_ones_own(protocol)
    if protocol.role(RHEUMATOLOGIST) is None:
        yield Contradiction(
            ("roles",),
            "no role has the id 'paediatric_rheumatologist'",
            "name the paediatric rheumatologist, and what he or she decides",
        )
    figures = open_figures(protocol)
    if protocol.status is Status.APPROVED and figures:
        yield Contradiction(
            ("status",),
            f"the protocol is called approved, and {len(figures)} figures are still to be filled in by the centre",
            "fill them in, or leave the status at `template`",
        )


def _not_asked(protocol: Protocol) -> Iterator[Contradiction]:
    for at, rule in enumerate(protocol.safety.stopping):
        path: KeyPath = ("safety", "stopping", at, "event")
        event = protocol.safety.event(rule.event)
        assert event is not None  # the reader has refused an id that does not exist
        visits = _visits_from(protocol, event)
        asking = [visit for visit in visits if {event.id, ALL_EVENTS} & set(visit.asks)]
        end = event.during.last
        if not asking:
            yield Contradiction(
                path,
                f"the rule stops on '{event.title}', and no visit after the infusion asks about it",
                f"add '{event.id}' or '{ALL_EVENTS}' to `asks` of the visits after the infusion",
            )
        elif asking[0] is not visits[0]:
            yield Contradiction(
                path,
                f"the rule stops on '{event.title}', which counts from day {_counts_from(event)} on, and the first"
                f" visit that asks about it is '{asking[0].title}', day {asking[0].first}: until then the rule cannot"
                " act",
                f"ask about it from '{visits[0].title}' on, or let the event count from a later day",
            )
        elif end is not None and asking[-1].last < end:
            yield Contradiction(
                path,
                f"'{event.title}' counts up to day {end}, and the last visit that asks about it is over on day"
                f" {asking[-1].last}",
                f"ask about it at a visit on day {end} or later",
            )


def _counts_from(event: SafetyEvent) -> int:
    return max(event.during.first or 0, 0)


def _visits_from(protocol: Protocol, event: SafetyEvent) -> list[Visit]:
    """The visits after the infusion at which the event may have happened, the earliest first."""
    visits = [
        visit for visit in protocol.schedule.visits if visit.last > 0 and visit.last >= _counts_from(event)
    ]
    return sorted(visits, key=lambda visit: visit.last)


def _always_stopped(protocol: Protocol) -> Iterator[Contradiction]:
    for at, rule in enumerate(protocol.safety.stopping):
        fewest = rule.children.limits[0]
        if fewest is not None and fewest < 1:
            yield Contradiction(
                ("safety", "stopping", at, "children"),
                f"the rule acts on {figure_words(rule.children)} with the event, so before anything has happened",
                "let it act on 1 child or more",
            )


def _judge_of_ones_own(protocol: Protocol) -> Iterator[Contradiction]:
    """Whoever treats the children may not decide on the trial, nor see its results accumulate."""
    treating = {
        section.decided_by
        for section in (protocol.eligibility, protocol.repeat_dosing, protocol.rescue, protocol.taper)
    }
    if protocol.data.board in treating:
        yield Contradiction(
            ("data", "board"),
            f"the role '{protocol.data.board}' treats the children and sees the accumulating results",
            "name a board that treats none of them",
        )
    for at, rule in enumerate(protocol.safety.stopping):
        if rule.action is not Action.STOP_CHILD and rule.decided_by in treating:
            yield Contradiction(
                ("safety", "stopping", at, "decided_by"),
                f"the role '{rule.decided_by}' treats the children and decides whether the trial goes on",
                "leave the decision to a board that treats none of them",
            )


def _watches(protocol: Protocol) -> Iterator[Contradiction]:
    for at, watch in enumerate(protocol.safety.watches):
        if watch.every.open or watch.lasting.open:
            continue
        if shortest_days(watch.every) > shortest_days(watch.lasting):
            yield Contradiction(
                ("safety", "watches", at, "every"),
                f"the watch lasts {figure_words(watch.lasting)}, and its items are recorded every"
                f" {figure_words(watch.every)}: never within it",
                "let it be looked at more often, or last longer",
            )
    watched = {class_of(drug) for watch in protocol.safety.watches for drug in watch.stopped}
    for at, rule in enumerate(protocol.eligibility.washout):
        unwatched = sorted({class_of(drug) for drug in rule.drugs} & set(NEEDS_A_WATCH) - watched)
        if unwatched and "jia" in (rule.diagnoses or protocol.diagnoses):
            yield Contradiction(
                ("eligibility", "washout", at),
                "an IL-1 or IL-6 blocker is to be stopped before the infusion, which may unmask macrophage activation"
                " syndrome in systemic JIA, and no watch begins when it stops",
                f"add a watch of safety with `stopped: {unwatched}`, or take the drug out of the wash-out",
            )
