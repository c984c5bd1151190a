"""The tables for other programs: every check of every child, each with the rows of the casebook behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.adherence.child_tables import changes_table, periods_table, visits_table
from leadline.report.adherence.columns import ASKED, CHILD, FOUND, MISSING, OUTCOME, ROWS, RULE
from leadline.report.adherence.tables import (
    children_table,
    deviations_table,
    to_record_table,
    undocumented_table,
    upcoming_table,
)
from leadline.report.adherence.words import (
    PARTS,
    joined,
    outcome_words,
)
from leadline.report.blocks import Column, Table
from leadline.report.words import ref_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.protocol.adherence.findings import (
        Adherence,
        Check,
        ChildAdherence,
    )


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
        CHILD,
        Column("Part"),
        Column("Infusion", "number"),
        RULE,
        ASKED,
        FOUND,
        OUTCOME,
        MISSING,
        ROWS,
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
    return Table("visits", "Visits", (CHILD, *(tables[0][1].columns if tables else ())), rows)


def _all_changes(adherence: Adherence) -> Table:
    tables = [(child, changes_table(child.changes, "")) for child in adherence.children]
    rows = tuple((child.patient_id, *row) for child, table in tables for row in table.rows)
    return Table(
        "changes", "Changes of other treatment", (CHILD, *(tables[0][1].columns if tables else ())), rows
    )


def _all_periods(adherence: Adherence) -> Table:
    rows = tuple(
        (child.patient_id, watch.title, watch.found, *row, joined(watch.events))
        for child in adherence.children
        for watch in child.watches
        for row in periods_table(watch, 0, "").rows
    )
    columns = (
        CHILD,
        Column("Watch"),
        FOUND,
        Column("Days"),
        Column("Interval"),
        Column("Recorded"),
        Column("Not recorded"),
        Column("Events"),
    )
    return Table("watches", "Intervals of watches", columns, rows)
