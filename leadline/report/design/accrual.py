"""Random accrual in a design's report: what it changes, in words and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.blocks import Block, Column, Prose, Section, Table
from leadline.report.design.words import labels, share, unbroken
from leadline.report.figures.operating import MOST_ACROSS, without_effect
from leadline.report.figures.words import counted
from leadline.trial.accrual.words import compared_in_words, drawn_in_words

if TYPE_CHECKING:
    from leadline.trial.accrual import OnAccrual, RandomAccrual
    from leadline.trial.describe import DesignReport
    from leadline.trial.scenarios import Operating


def accrual_section(report: DesignReport) -> Section:
    """No blocks where the design does not say how children come."""
    blocks: list[Block] = [Prose(unbroken(said)) for said in accrual_paragraphs(report)]
    return Section("accrual", "If accrual is random", (*blocks, *accrual_tables(report)))


def accrual_paragraphs(report: DesignReport) -> list[str]:
    """What changes, and how it was found."""
    found = report.accrual
    return (
        []
        if found is None
        else [compared_in_words(found, report.scenarios, report.worst), drawn_in_words(found)]
    )


def accrual_tables(report: DesignReport) -> tuple[Table, ...]:
    """The children whom the looks find, the errors, and each basket."""
    found = report.accrual
    if found is None:
        return ()
    made = (
        _looks_table(found),
        _errors_table(report, found),
        _worst_table(report, found),
        _by_basket_table(report, found),
    )
    return tuple(table for table in made if table.rows)


def _errors_table(report: DesignReport, found: RandomAccrual) -> Table:
    rows = tuple(
        (
            planned.scenario.name,
            share(planned.family_wise_error, 2),
            share(now.family_wise_error, 2),
            _points(error.family_wise_error),
            f"{sum(planned.children):.1f}",
            f"{sum(now.children):.1f}",
            f"{sum(error.children):.1f}",
        )
        for planned, now, error in _three(report, found)
    )
    columns = (
        Column("True state", width=2.6),
        Column("Family-wise error, planned, %", "number", 1.2),
        Column("Family-wise error, random, %", "number", 1.2),
        Column("Its Monte Carlo error, points", "number", 1.1),
        Column("Children, planned", "number"),
        Column("Children, random", "number"),
        Column("Their Monte Carlo error, at most", "number", 1.2),
    )
    notes = (
        "Planned: every look finds the planned number of children. Random: the looks find those who have come.",
        "Children: expected number of treated ones, whether their response is known when their basket closes or not.",
    )
    return Table("accrual_errors", "Errors and children if accrual is random", columns, rows, notes)


def _worst_table(report: DesignReport, found: RandomAccrual) -> Table:
    across = len(report.design.baskets) <= MOST_ACROSS
    rows = tuple(
        (
            capital(without_effect(report, planned)),
            *(share(rate) for rate in planned.rates if across),
            share(planned.error, 2),
            share(now.family_wise_error, 2),
            _points(error.family_wise_error),
        )
        for planned, now, error in zip(report.worst, found.worst, found.worst_standard_errors, strict=True)
    )
    columns = (
        Column("Baskets without effect", width=2.6),
        *(Column(f"True rate, {label}, %", "number", 1.2) for label in labels(report.design) if across),
        Column("Family-wise error, planned, %", "number", 1.2),
        Column("Family-wise error, random, %", "number", 1.2),
        Column("Its Monte Carlo error, points", "number", 1.1),
    )
    notes = (
        "At the true rates at which the planned error is largest; if accrual is random, it may be larger at others.",
    )
    return Table("accrual_worst", "Where the planned error is largest", columns, rows, notes)


def _by_basket_table(report: DesignReport, found: RandomAccrual) -> Table:
    own_harm = report.design.harm_by_basket
    rows = tuple(
        (
            planned.scenario.name,
            basket.label,
            share(planned.scenario.rates[j]),
            share(planned.success[j]),
            share(now.success[j]),
            _points(error.success[j]),
            share(sum(step[j] for step in planned.stopped_futility)),
            share(now.stopped_futility[j]),
            *(
                (share(sum(step[j] for step in planned.stopped_harm)), share(now.stopped_harm[j]))
                if own_harm
                else ()
            ),
        )
        for planned, now, error in _three(report, found)
        for j, basket in enumerate(report.design.baskets)
    )
    columns = (
        Column("True state", width=2.2),
        Column("Basket", width=1.8),
        Column("True rate, %", "number", 0.8),
        Column("Success, planned, %", "number"),
        Column("Success, random, %", "number"),
        Column("Its Monte Carlo error, points", "number", 1.1),
        Column("Stopped early for futility, planned, %", "number", 1.2),
        Column("Stopped early for futility, random, %", "number", 1.2),
        *(Column(f"Stopped for harm, {how}, %", "number", 1.1) for how in ("planned", "random") if own_harm),
    )
    note = "Of a basket that responds, success is power; of another it is a type 1 error."
    return Table("accrual_by_basket", "Each basket if accrual is random", columns, rows, (note,))


def _looks_table(found: RandomAccrual) -> Table:
    rows = tuple(
        (
            look.basket,
            str(look.look),
            f"{look.month:g}",
            str(look.planned),
            f"{look.known:.1f}",
            f"{look.known_low} to {look.known_high}",
            f"{look.treated:.1f}",
            share(look.complete),
        )
        for look in found.looks
    )
    columns = (
        Column("Basket", width=1.8),
        Column("Look", "number", 0.6),
        Column("Month", "number", 0.7),
        Column("Children planned", "number", 0.9),
        Column("Known, on average", "number", 0.9),
        Column("Known, in 90 % of the courses", "number", 1.2),
        Column("Treated by then, on average", "number", 1.1),
        Column("The planned number is known, %", "number", 1.1),
    )
    of = counted(found.courses, "course")
    notes = (
        f"In a basket that has not closed before; over {of} of accrual. Known: whose response is known.",
    )
    return Table("accrual_looks", "The children whom the looks find", columns, rows, notes)


def _three(report: DesignReport, found: RandomAccrual) -> list[tuple[Operating, OnAccrual, OnAccrual]]:
    """For each true state what is planned, the mean over the courses, and its Monte Carlo errors."""
    return list(zip(report.scenarios, found.scenarios, found.standard_errors, strict=True))


def _points(error: float) -> str:
    """Percentage points."""
    return f"{100 * error:.2f}"
