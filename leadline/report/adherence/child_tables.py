"""The tables of one child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.adherence.columns import ASKED, FOUND, MISSING, OUTCOME, RULE
from leadline.report.adherence.words import (
    CRITERION,
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.adherence.findings import (
        Check,
        ChildAdherence,
        DrugChange,
        InfusionAdherence,
        VisitAdherence,
        WatchAdherence,
    )


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
    columns = (RULE, Column("Part", width=0.9), ASKED, FOUND, Column("The rule is", width=0.8), MISSING)
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
    columns = (RULE, Column("Part", width=0.9), ASKED, FOUND, OUTCOME, MISSING)
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
        OUTCOME,
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
        FOUND,
        Column("Rule", width=1.8),
        OUTCOME,
        Column("Counts as", width=1),
        MISSING,
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
