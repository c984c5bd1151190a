"""Basket by basket: where each stands, its counts, its looks, and what the next one would say."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Table
from leadline.report.design.words import share
from leadline.trial.criteria import criterion_label
from leadline.trial.monitoring.harm import Rule
from leadline.trial.monitoring.standing import Scale
from leadline.trial.monitoring.words import chance
from leadline.trial.words import counts_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.looks import Decision
    from leadline.trial.monitoring.results import BasketStanding, Counts, NextLook
    from leadline.trial.monitoring.standing import NextResult


def standing_table(found: Monitoring) -> Table:
    """A row a basket: the posterior, the frozen rule, what it says, and what is foretold."""
    rows = tuple(_standing_row(found, one) for one in found.baskets)
    columns = (
        Column("Basket", width=1.9),
        *_count_columns(found),
        Column(_scale(found)[0], width=1.6),
        Column(_above(found), width=1.1),
        Column("Success at", width=0.9),
        Column("The rule says", width=1.2),
        Column("If looked at now, off plan", width=1.2),
        Column("Declared a success in the end, %", width=1.2),
    )
    better = "better response than the controls'" if found.randomised else "rate above the null rate"
    notes = (
        "Rate and probabilities: the design's own model at the real numbers of children, all that are known.",
        *(_LENDS if any(one.rule_now == Rule.STOP for one in found.baskets) and found.harm is None else ()),
        *_scale(found)[1],
        f"Success at: probability of a {better} that the last look asks for.",
        "Declared a success in the end: predictive probability by all rules of the design, harm apart"
        + (
            "; every basket is foretold with the others."
            if all(one.forecast is None or one.forecast.coherent for one in found.baskets)
            else "; each basket is foretold by itself, from its own posterior (a plug-in)."
        ),
    )
    return Table("standing", "Where each basket stands", columns, rows, notes)


_LENDS = (
    "Where baskets borrow, one that harm closed lends those who still count; its own figures hold all who are known.",
)


def _count_columns(found: Monitoring) -> tuple[Column, Column]:
    if found.randomised:
        return Column("Treated who responded", width=1.0), Column("Controls who responded", width=1.0)
    return Column("Known", "number", 0.7), Column("Responded", "number", 0.9)


def _above(found: Monitoring) -> str:
    return "Better than the controls, %" if found.randomised else "Above the null rate, %"


def _scale(found: Monitoring) -> tuple[str, tuple[str, ...]]:
    """The heading of what is estimated, and notes to it."""
    scales = {one.posterior.scale for one in found.baskets}
    if Scale.DIFFERENCE in scales:
        alone = ("Of a basket without controls: its rate, and of a rate above the null rate.",)
        heading = "Treated less controls, percentage points (95 % interval)"
        return heading, alone if Scale.RATE in scales else ()
    if Scale.ADJUSTED_RATE in scales:
        note = "Adjusted rate: of the treated, were their controls at the null rate, by the odds ratio of the model."
        return "Adjusted rate, % (95 % interval)", (note,)
    return "Rate, % (95 % interval)", ()


def _count_cells(found: Monitoring, one: BasketStanding) -> tuple[str, str]:
    if not found.randomised:
        return str(one.counts.known), str(one.counts.responders)
    controls = one.control_counts
    return (
        f"{one.counts.responders} of {one.counts.known}",
        "no controls" if controls is None else f"{controls.responders} of {controls.known}",
    )


def _standing_row(found: Monitoring, one: BasketStanding) -> tuple[str, ...]:
    now = one.posterior
    return (
        one.label,
        *_count_cells(found, one),
        f"{share(now.mean)} ({share(now.low)} to {share(now.high)})",
        chance(now.above_null).removesuffix(" %"),
        f"{share(one.threshold)} %",
        one.rule_now,
        "" if one.on_plan else one.if_looked_now,
        "" if one.forecast is None else share(one.forecast.success_not_stopped),
    )


def counts_table(found: Monitoring) -> Table:
    """A row a basket, or an arm of one: its children by where their response stands."""
    rows = tuple(
        (
            f"{one.label}{arm}",
            criterion_label(one.criterion),
            one.visit,
            *map(str, (
                counts.taken, counts.responders, counts.non_responders, counts.missing_not_met,
                counts.missing_left_out, counts.needs_model, counts.pending,
            )),
            str(one.overrun) if counts is one.counts else "",
        )
        for one in found.baskets
        for arm, counts in _arms(found, one)
    )  # fmt: skip
    columns = (
        Column("Basket", width=1.8),
        Column("A child responds when this is met", width=1.9),
        Column("At", width=0.8),
        Column("In the trial" if found.randomised else "Infused", "number", 0.8),
        Column("Responded", "number", 0.9),
        Column("Did not", "number", 0.7),
        Column("of these, missing", "number", 0.8),
        Column("Left out", "number", 0.7),
        Column("Needs a model", "number", 0.7),
        Column("Pending", "number", 0.8),
        Column("Overrun", "number", 0.8),
    )
    notes = (
        "Missing: the visit's days are over and the chart cannot tell; counted as the estimand says.",
        "Overrun: known, and in the trial after the children of the basket's last look, of both arms together."
        if found.randomised
        else "Overrun: known, and infused after the children of the basket's last look.",
    )
    return Table("counts", "Children by where their response stands", columns, rows, notes)


def _arms(found: Monitoring, one: BasketStanding) -> list[tuple[str, Counts]]:
    """What is said after the basket's name, and the counts."""
    if not found.randomised:
        return [("", one.counts)]
    controls = [] if one.control_counts is None else [(", controls", one.control_counts)]
    return [(", treated", one.counts), *controls]


def looks_table(found: Monitoring) -> Table:
    """A row a basket and planned look that was reached."""
    labels = [one.label for one in found.baskets]
    rows = tuple(
        (
            str(step.number),
            labels[done.basket],
            str(done.look),
            f"{done.responders} of {done.children}",
            *_controls_of(found, done),
            chance(done.above).removesuffix(" %"),
            done.action,
        )
        for step in found.steps
        for done in step.decisions
    )
    columns = (
        Column("Step", width=0.6),
        Column("Basket", width=2.0),
        Column("Look", width=0.6),
        *(_count_columns(found) if found.randomised else (Column("Responded", width=1.0),)),
        Column(_above(found), width=1.2),
        Column("What the rule said", width=1.8),
    )
    order = "infusion, of the controls in that of enrolment" if found.randomised else "infusion"
    notes = (f"A look is made of the first children in the order of {order}, whoever came after them.",)
    return Table(
        "looks", "Planned looks", columns, rows, notes, empty="No planned look has been reached yet."
    )


def _controls_of(found: Monitoring, done: Decision) -> tuple[str, ...]:
    if not found.randomised:
        return ()
    return (f"{done.control_responders} of {done.controls}" if done.controls else "no controls",)


def next_table(found: Monitoring, at: int) -> Table:
    """A row a number of responders among the children up to a basket's next look; with controls a row for each number
    among theirs."""
    one = found.baskets[at]
    look = one.next_look
    if look is not None and one.control_counts is not None:
        return _next_with_controls(one, look)
    title = one.label if look is None else f"{one.label}: look {look.look}, after {look.children} children"
    to_come = 0 if look is None else look.to_come
    rows = tuple(
        (str(row.responders), chance(row.above_null).removesuffix(" %"), row.action)
        for row in one.next_results
    )
    columns = (
        Column(f"Responders among the {to_come} to come", width=1.4),
        Column("Above the null rate, %", width=1.4),
        Column("What the look would say", width=1.8),
    )
    notes = ("The other baskets as they are now.",)
    return Table(f"next_{one.id}", title, columns, rows, notes, empty="No further look.")


def _next_with_controls(one: BasketStanding, look: NextLook) -> Table:
    by_controls: dict[int, list[NextResult]] = {}
    for result in one.next_results:
        by_controls.setdefault(result.control_responders, []).append(result)
    rows = tuple((str(count), _runs(results)) for count, results in by_controls.items())
    columns = (
        Column(f"Responders among the {look.controls_to_come} controls to come", width=1.2),
        Column(f"What the look would say, by responders among the {look.to_come} treated to come", width=3.2),
    )
    title = f"{one.label}: look {look.look}, after {look.children} treated and {look.controls} controls"
    return Table(f"next_{one.id}", title, columns, rows, ("The other baskets as they are now.",))


def _runs(results: Sequence[NextResult]) -> str:
    """`0 to 4: no success; 5 to 12: success`."""
    said = []
    for action, run in groupby(results, key=lambda one: one.action):
        counts = [one.responders for one in run]
        said.append(f"{counts_in_words(counts[0], counts[-1])}: {action}")
    return "; ".join(said)
