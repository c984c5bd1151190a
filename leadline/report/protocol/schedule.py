"""The schedule of activities: what is recorded, by visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital, listed
from leadline.measures import MEASURES
from leadline.protocol.schedule import ALL_EVENTS, Record
from leadline.report.blocks import Column, Table
from leadline.report.protocol.words import RECORDS, whom
from leadline.report.words import item_words, semicolons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leadline.protocol.protocol import Protocol
    from leadline.protocol.schedule import Schedule, Visit
    from leadline.report.protocol.citations import Citations

TICK = "X"
SLEDAI = "SLEDAI: "


@dataclass(frozen=True, slots=True)
class _Activity:
    """One thing that is recorded, in whom, and the ids of the visits at which it is."""

    title: str
    whom: str
    visits: frozenset[str]


def schedule_table(protocol: Protocol, cite: Citations) -> Table:
    """A row an activity, a column a visit; the first rows say the visit's day, its window and its sources."""
    visits = protocol.schedule.visits
    columns = (
        Column("What is recorded", width=4.6),
        Column("In whom", width=1.3),
        *(Column(visit.title, "tick") for visit in visits),
    )
    rows = (
        ("Planned day", "", *(str(visit.day) for visit in visits)),
        ("Days that count for it", "", *(_window(visit) for visit in visits)),
        *(_row(activity, visits) for activity in _activities(protocol)),
        ("Sources of day and window", "", *(cite.of(visit) for visit in visits)),
    )
    return Table("schedule", "Schedule of activities", columns, rows, _notes(protocol))


def _window(visit: Visit) -> str:
    return str(visit.first) if visit.first == visit.last else f"{visit.first} to {visit.last}"


def _row(activity: _Activity, visits: Iterable[Visit]) -> tuple[str, ...]:
    return activity.title, activity.whom, *(TICK if visit.id in activity.visits else "" for visit in visits)


def _activities(protocol: Protocol) -> Iterator[_Activity]:
    """In the order in which a visit is worked through: what is decided and given, what is recorded in every child,
    last of it what is recorded once, and then by disease."""
    schedule, everyone = protocol.schedule, whom(())
    yield _Activity("Eligibility is settled", everyone, frozenset({schedule.screening}))
    yield _Activity(
        "Premedication, infusion, observation: see section 6.3", everyone, frozenset({schedule.index})
    )
    asked = frozenset(visit.id for visit in schedule.visits if visit.asks)
    if asked:
        yield _Activity("Adverse events since the last visit", everyone, asked)
    records = _by_visit(schedule, "records")
    for record in Record:
        if record in records:
            yield _Activity(RECORDS[record], everyone, records[record])
    items = _by_visit(schedule, "items")
    for item in sorted(items, key=lambda each: len(items[each]) == 1):
        yield _Activity(capital(item_words(item)), everyone, items[item])
    for measure, at in _by_visit(schedule, "measures").items():
        yield _Activity(f"Items of {MEASURES[measure].title}", whom(_diseases(protocol, measure)), at)


def _by_visit(schedule: Schedule, field: str) -> dict[str, frozenset[str]]:
    """Each thing that visits list in a field, in the order of the visits, with the ids of those visits."""
    listed_at: dict[str, set[str]] = {}
    for visit in schedule.visits:
        for each in getattr(visit, field):
            listed_at.setdefault(each, set()).add(visit.id)
    return {each: frozenset(visits) for each, visits in listed_at.items()}


def _diseases(protocol: Protocol, measure: str) -> tuple[str, ...]:
    """Of the protocol's diseases those that the measure is for; empty: every one."""
    own = MEASURES[measure].diseases
    return tuple(disease for disease in protocol.diagnoses if disease in own)


def _notes(protocol: Protocol) -> tuple[str, ...]:
    asked = {event for visit in protocol.schedule.visits for event in visit.asks}
    return (
        "Days count from the first infusion, which is day 0; a window includes its first and its last day.",
        "The items of each measure stand in section 8.3.",
        *(("Every adverse event is asked for.",) if ALL_EVENTS in asked else ()),
        *(
            f"{watch.title} is recorded between the visits too, when it is on: see section 9.2.4."
            for watch in protocol.safety.watches
        ),
        *protocol.schedule.notes,
    )


def measures_table(protocol: Protocol) -> Table:
    """A row a measure of the schedule: for whom it is, and the items that a visit records for it."""
    measures = _by_visit(protocol.schedule, "measures")
    rows = tuple(
        (MEASURES[each].title, whom(_diseases(protocol, each)), _measure_items(each)) for each in measures
    )
    columns = (Column("Measure", width=1.4), Column("In whom", width=0.7), Column("Items to record", width=4))
    note = "A measure against baseline needs the same items at baseline."
    return Table("measures", "What each measure is made of", columns, rows, (note,))


def _measure_items(measure_id: str) -> str:
    """The items that a visit records for a measure, in words; all those of the SLEDAI-2K together."""
    measure = MEASURES[measure_id]
    titles = [
        item.title.removesuffix(" (current)")
        for item in measure.items
        if not item.id.startswith(("baseline_", "previous_")) and item.id not in measure.parameters
    ]
    sledai = [title.removeprefix(SLEDAI) for title in titles if title.startswith(SLEDAI)]
    others = [title for title in titles if not title.startswith(SLEDAI)]
    return semicolons([*others, f"of the SLEDAI-2K: {listed(sledai)}" if sledai else ""])


def visits_table(protocol: Protocol) -> Table:
    """A row a visit: what happens at it, as the stages of a child's way through the trial."""
    schedule = protocol.schedule
    assessed: dict[str, list[str]] = {}
    for objective in protocol.objectives:
        disease = whom((objective.estimand.diagnosis,))
        assessed.setdefault(objective.estimand.visit, []).append(
            f"the {objective.level} objective in {disease}"
        )
    rows = tuple(
        (visit.title, _window(visit), _stage(visit, schedule, assessed)) for visit in schedule.visits
    )
    columns = (Column("Visit", width=1.4), Column("Days", "code"), Column("What it is for", width=3))
    return Table("stages", "The way of a child through the trial", columns, rows)


def _stage(visit: Visit, schedule: Schedule, assessed: Mapping[str, list[str]]) -> str:
    said = []
    if visit.id == schedule.screening:
        said.append("eligibility is settled")
    if visit.id == schedule.baseline:
        said.append("the state against which change is counted")
    if visit.id == schedule.index:
        said.append("the cells are given")
    if visit.id in assessed:
        said.append(f"decides {listed(assessed[visit.id])}")
    return capital("; ".join(said)) or (
        "Follow-up of activity and harm" if visit.measures else "Follow-up of harm"
    )
