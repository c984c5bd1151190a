"""The tables over all children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.casebook.schema import DISEASES
from leadline.protocol.adherence.findings import Outcome
from leadline.report.adherence.columns import ASKED, CHILD, FOUND, OUTCOME
from leadline.report.adherence.words import (
    ELIGIBLE,
    days,
    joined,
    outcome_words,
)
from leadline.report.blocks import Column, Table
from leadline.report.figures.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadline.protocol.adherence.findings import (
        Adherence,
        ChildAdherence,
        Upcoming,
    )

DEVIATIONS = (Outcome.MAJOR_DEVIATION, Outcome.MINOR_DEVIATION)
MOST_OF_A_KIND = 8
"""Things that one cell lists of what is not documented in many children; the tables of each child list all."""


def children_table(adherence: Adherence) -> Table:
    """A row a child: whether it is eligible, and how many checks have each outcome."""
    rows = tuple(
        (
            child.patient_id,
            DISEASES.get(child.diagnosis, plain(child.diagnosis)),
            ELIGIBLE[child.eligible],
            *(str(number) for number in child.count().values()),
        )
        for child in adherence.children
    )
    columns = (
        CHILD,
        Column("Disease", width=0.7),
        Column("Eligible", width=0.8),
        *(Column(capital(outcome_words(outcome)), "number") for outcome in Outcome),
    )
    note = "Numbers of checks: rules of eligibility, infusions, visits, changes of treatment, watches."
    return Table("children", "Children, and how many checks came out how", columns, rows, (note,))


def deviations_table(adherence: Adherence) -> Table:
    """A row a deviation, child by child, the major ones of each first."""
    rows = tuple(
        (child.patient_id, *row)
        for child in adherence.children
        for outcome in DEVIATIONS
        for row in _deviations(child, outcome)
    )
    columns = (CHILD, Column("What", width=1.6), ASKED, FOUND, OUTCOME)
    return Table("deviations", "Deviations", columns, rows, empty="The record shows no deviation.")


def _deviations(child: ChildAdherence, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    said = outcome_words(outcome)
    for check, infusion in child.checks():
        if check.outcome is outcome:
            what = check.title if infusion is None else f"{check.title}, infusion {infusion}"
            yield what, capital(check.asked), check.found, said
    for visit in child.visits:
        if visit.outcome is outcome:
            yield f"Visit: {visit.title}", f"Day {days(visit.first, visit.last)}", visit.found, said
    for change in child.changes:
        if change.outcome is outcome:
            yield capital(change.drug), joined(change.rules), change.found, said


def undocumented_table(adherence: Adherence) -> Table:
    """A row a rule, a visit or a change that the record cannot tell: in which children, and what would tell it."""
    children: dict[str, dict[str, None]] = {}
    wanted: dict[str, dict[str, None]] = {}
    for child in adherence.children:
        for title, missing in _undocumented(child):
            children.setdefault(title, {})[child.patient_id] = None
            wanted.setdefault(title, {}).update(dict.fromkeys(missing))
    rows = tuple((title, str(len(who)), _few(list(wanted[title]))) for title, who in children.items())
    columns = (
        Column("What", width=1.5),
        Column("Children", width=0.6),
        Column("What would document it", width=3),
    )
    return Table(
        "not_documented", "What the record cannot tell", columns, rows, empty="Everything is documented."
    )


def _undocumented(child: ChildAdherence) -> Iterator[tuple[str, tuple[str, ...]]]:
    for check, _ in child.checks():
        if check.outcome is Outcome.NOT_DOCUMENTED:
            yield check.title, check.missing
    for visit in child.visits:
        if visit.outcome is Outcome.NOT_DOCUMENTED:
            yield f"Visit: {visit.title}", visit.missing
    for change in child.changes:
        if change.outcome is Outcome.NOT_DOCUMENTED:
            yield f"{capital(change.drug)} {change.change}", change.missing
    for watch in child.watches:
        if watch.outcome is Outcome.NOT_DOCUMENTED:
            yield watch.title, watch.missing


def _few(words: list[str]) -> str:
    more = len(words) - MOST_OF_A_KIND
    return joined(words[:MOST_OF_A_KIND]) + (f"; and {more} more" if more > 0 else "")


def upcoming_table(rows: Iterable[Upcoming], *, name: str = "upcoming") -> Table:
    """A row a visit, or an interval of a watch, that is still to be recorded; the soonest to end first."""
    shown = tuple(
        (
            row.patient_id,
            row.title,
            "" if row.planned is None else str(row.planned),
            days(row.first, row.last),
            " to ".join(dict.fromkeys(row.dates[:2])),
            "open now" if row.due_now else "",
        )
        for row in rows
    )
    columns = (
        CHILD,
        Column("What", width=2),
        Column("Planned day", width=0.8),
        Column("Days that count", width=1),
        Column("Calendar days", width=1.6),
        Column("", width=0.7),
    )
    return Table(name, "What is still to come", columns, shown, empty="Nothing is still to come.")


def next_ones(adherence: Adherence) -> Iterator[Upcoming]:
    """The next of each child, and everything that is open now."""
    seen: set[str] = set()
    for row in adherence.upcoming:
        if row.due_now or row.patient_id not in seen:
            seen.add(row.patient_id)
            yield row


def to_record_table(adherence: Adherence) -> Table:
    """A row a kind of visit or watch that is still to come: in which disease, and what it must record."""
    disease = {child.patient_id: DISEASES.get(child.diagnosis, "") for child in adherence.children}
    wanted: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for row in adherence.upcoming:
        title = row.title.partition(", ")[0] if row.kind == "watch" else row.title
        wanted.setdefault((title, row.record), {})[disease[row.patient_id]] = None
    rows = tuple((title, ", ".join(whom), joined(record)) for (title, record), whom in wanted.items())
    columns = (
        Column("What", width=1.2),
        Column("In whom", width=0.7),
        Column("What it must record", width=4),
    )
    return Table("to_record", "What each must record", columns, rows, empty="Nothing is still to come.")
