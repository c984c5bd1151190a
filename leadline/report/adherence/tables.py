"""The tables of adherence: over all children, and those of one child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.adherence.findings import Outcome
from leadline.report.adherence.words import (
    CRITERION,
    ELIGIBLE,
    KEPT,
    PARTS,
    PERIODS,
    days,
    joined,
    on_day,
    outcome_words,
)
from leadline.report.blocks import Column, Table
from leadline.report.figures.words import plain
from leadline.report.protocol.words import SHORT_DISEASES, capital
from leadline.report.words import ref_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadline.protocol.adherence.findings import (
        Adherence,
        Check,
        ChildAdherence,
        DrugChange,
        InfusionAdherence,
        Upcoming,
        VisitAdherence,
        WatchAdherence,
    )

DEVIATIONS = (Outcome.MAJOR_DEVIATION, Outcome.MINOR_DEVIATION)
MOST_OF_A_KIND = 8
"""Things that one cell lists of what is not documented in many children; the tables of each child list all."""

_CHILD = Column("Child", "code", 0.7)
_RULE = Column("Rule", width=1.3)
_ASKED = Column("What is asked", width=2.2)
_FOUND = Column("What is recorded", width=1.9)
_OUTCOME = Column("Outcome", width=1.1)
_MISSING = Column("What would document it", width=1.8)
_ROWS = Column("Rows", "code", 1.2)


# ---- over all children -----------------------------------------------------------------------------------------------


def children_table(adherence: Adherence) -> Table:
    """A row a child: whether it is eligible, and how many checks have each outcome."""
    rows = tuple(
        (
            child.patient_id,
            SHORT_DISEASES.get(child.diagnosis, plain(child.diagnosis)),
            ELIGIBLE[child.eligible],
            *(str(number) for number in child.count().values()),
        )
        for child in adherence.children
    )
    columns = (
        _CHILD,
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
    columns = (_CHILD, Column("What", width=1.6), _ASKED, _FOUND, _OUTCOME)
    return Table("deviations", "Deviations", columns, rows, empty="The record shows no deviation.")


def _deviations(child: ChildAdherence, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    said = outcome_words(outcome)
    for where, check in _checks(child):
        if check.outcome is outcome:
            yield f"{check.title}{where}", capital(check.asked), check.found, said
    for visit in child.visits:
        if visit.outcome is outcome:
            yield f"Visit: {visit.title}", f"Day {days(visit.first, visit.last)}", visit.found, said
    for change in child.changes:
        if change.outcome is outcome:
            yield capital(change.drug), joined(change.rules), change.found, said


def _checks(child: ChildAdherence) -> Iterator[tuple[str, Check]]:
    """Every rule that was held against the child, with the infusion that it is about; not those about other drugs whose
    outcome a change of treatment tells."""
    for check in (*child.eligibility, *child.repeat_dosing):
        yield "", check
    for infusion in child.infusions:
        for check in infusion.checks:
            yield f", infusion {infusion.number}", check
    for check in child.other_treatment():
        yield "", check


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
    for _, check in _checks(child):
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
        _CHILD,
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
    disease = {child.patient_id: SHORT_DISEASES.get(child.diagnosis, "") for child in adherence.children}
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


# ---- of one child ----------------------------------------------------------------------------------------------------


def eligibility_table(child: ChildAdherence, anchor: str) -> Table:
    """A row a rule of eligibility: three-valued."""
    rows = tuple(
        (
            check.title,
            PARTS[check.section],
            capital(check.asked),
            check.found,
            KEPT[check.result],
            joined(check.missing),
        )
        for check in child.eligibility
    )
    columns = (_RULE, Column("Part", width=0.9), _ASKED, _FOUND, Column("The rule is", width=0.8), _MISSING)
    return Table(f"eligibility-{anchor}", "Eligibility, rule by rule", columns, rows)


def checks_table(name: str, title: str, checks: Iterable[Check]) -> Table:
    """A row a rule that an infusion or a treatment was held against."""
    rows = tuple(
        (
            check.title,
            PARTS[check.section],
            capital(check.asked),
            check.found,
            outcome_words(check.outcome),
            joined(check.missing),
        )
        for check in checks
    )
    columns = (_RULE, Column("Part", width=0.9), _ASKED, _FOUND, _OUTCOME, _MISSING)
    return Table(name, title, columns, rows)


def infusion_table(infusion: InfusionAdherence, anchor: str) -> Table:
    """A row a rule that this infusion was held against."""
    day = f", {on_day(infusion.day)}" if infusion.day is not None else ""
    return checks_table(
        f"infusion-{infusion.number}-{anchor}", f"Infusion {infusion.number}{day}", infusion.checks
    )


def visits_table(visits: Iterable[VisitAdherence], anchor: str) -> Table:
    """A row a planned visit."""
    rows = tuple(
        (
            visit.title,
            days(visit.first, visit.last),
            visit.found,
            f"{visit.recorded} of {visit.planned_records}" if visit.outcome is not None else "",
            outcome_words(visit.outcome),
            joined(visit.missing),
        )
        for visit in visits
    )
    columns = (
        Column("Visit", width=1),
        Column("Days that count", width=0.8),
        Column("What became of it", width=1.6),
        Column("Recorded", width=0.7),
        _OUTCOME,
        Column("Not recorded, or what would document it", width=3),
    )
    return Table(f"visits-{anchor}", "Visits", columns, rows)


def changes_table(changes: Iterable[DrugChange], anchor: str) -> Table:
    """A row a change of the other treatment."""
    rows = tuple(
        (
            capital(change.drug),
            change.found,
            joined(change.rules) or "no rule speaks of it",
            outcome_words(change.outcome),
            joined(map(plain, change.events)),
            joined(change.missing),
        )
        for change in changes
    )
    columns = (
        Column("Drug", width=1.1),
        _FOUND,
        Column("Rule", width=1.8),
        _OUTCOME,
        Column("Counts as", width=1),
        _MISSING,
    )
    note = "What a change counts as is an intercurrent event of the estimands."
    empty = "No change of other treatment is recorded from the first day that a rule speaks of."
    return Table(f"changes-{anchor}", "Changes of other treatment", columns, rows, (note,), empty)


def periods_table(watch: WatchAdherence, number: int, anchor: str) -> Table:
    """A row an interval of a watch."""
    rows = tuple(
        (
            days(period.first, period.last),
            PERIODS[period.state],
            joined(period.recorded),
            joined(period.missing),
        )
        for period in watch.periods
    )
    columns = (
        Column("Days", width=0.7),
        Column("Interval", width=1.2),
        Column("Recorded", width=2),
        Column("Not recorded", width=2),
    )
    title = f"{watch.title}: {watch.found}"
    empty = f"What would place it: {joined(watch.missing)}."
    return Table(f"watch-{number}-{anchor}", title, columns, rows, _watch_notes(watch), empty)


def _watch_notes(watch: WatchAdherence) -> tuple[str, ...]:
    return (
        *(f"{event}." for event in watch.events),
        *(f"{result.title} on {on_day(result.day)}: {CRITERION[result.result]}." for result in watch.results),
    )


# ---- for other programs ----------------------------------------------------------------------------------------------


def all_tables(adherence: Adherence) -> tuple[Table, ...]:
    """The tables over all children, and those of each child together, a row with the rows of the casebook behind it."""
    return (
        children_table(adherence),
        deviations_table(adherence),
        undocumented_table(adherence),
        upcoming_table(adherence.upcoming),
        to_record_table(adherence),
        _all_checks(adherence),
        _all_visits(adherence),
        _all_changes(adherence),
        _all_periods(adherence),
    )


def _all_checks(adherence: Adherence) -> Table:
    rows = tuple(
        (
            child.patient_id,
            PARTS[check.section],
            str(infusion),
            check.title,
            check.asked,
            check.found,
            outcome_words(check.outcome),
            joined(check.missing),
            ref_words(check.evidence),
        )
        for child in adherence.children
        for infusion, check in _every_check(child)
    )
    columns = (
        _CHILD,
        Column("Part"),
        Column("Infusion", "number"),
        _RULE,
        _ASKED,
        _FOUND,
        _OUTCOME,
        _MISSING,
        _ROWS,
    )
    return Table("checks", "Every check", columns, rows)


def _every_check(child: ChildAdherence) -> Iterator[tuple[int | str, Check]]:
    for check in (*child.eligibility, *child.repeat_dosing, *child.treatment):
        yield "", check
    for infusion in child.infusions:
        for check in infusion.checks:
            yield infusion.number, check


def _all_visits(adherence: Adherence) -> Table:
    tables = [(child, visits_table(child.visits, "")) for child in adherence.children]
    rows = tuple((child.patient_id, *row) for child, table in tables for row in table.rows)
    return Table("visits", "Visits", (_CHILD, *(tables[0][1].columns if tables else ())), rows)


def _all_changes(adherence: Adherence) -> Table:
    tables = [(child, changes_table(child.changes, "")) for child in adherence.children]
    rows = tuple((child.patient_id, *row) for child, table in tables for row in table.rows)
    return Table(
        "changes", "Changes of other treatment", (_CHILD, *(tables[0][1].columns if tables else ())), rows
    )


def _all_periods(adherence: Adherence) -> Table:
    rows = tuple(
        (child.patient_id, watch.title, watch.found, *row, joined(watch.events))
        for child in adherence.children
        for watch in child.watches
        for row in periods_table(watch, 0, "").rows
    )
    columns = (
        _CHILD,
        Column("Watch"),
        _FOUND,
        Column("Days"),
        Column("Interval"),
        Column("Recorded"),
        Column("Not recorded"),
        Column("Events"),
    )
    return Table("watches", "Intervals of watches", columns, rows)
