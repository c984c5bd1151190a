"""The tables of each part of a board report; a page and a CSV file show the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.monitoring.basket_tables import counts_table, looks_table, next_table, standing_table
from leadline.report.monitoring.children_tables import children_table, safety_children_table
from leadline.report.monitoring.conduct_tables import (
    accrual_table,
    conduct_table,
    harm_rules_table,
    harm_table,
    left_out_table,
)

if TYPE_CHECKING:
    from leadline.report.blocks import Table
    from leadline.trial.monitoring import Monitoring


def open_tables(found: Monitoring) -> tuple[Table, ...]:
    """What everybody may see. In a design with controls harm is that of one arm, and so not among it."""
    shown = (accrual_table(found), conduct_table(found), left_out_table(found))
    return shown if found.randomised else (*shown, harm_rules_table(found))


def closed_tables(found: Monitoring) -> tuple[Table, ...]:
    """What the board alone sees."""
    return (
        standing_table(found),
        counts_table(found),
        looks_table(found),
        *(next_table(found, at) for at in range(len(found.baskets))),
        harm_table(found),
        children_table(found),
        safety_children_table(found),
    )
