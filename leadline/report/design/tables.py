"""The tables of a design's report; a page and a CSV file show the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.blocks import Column, Table, without_empty_columns
from leadline.report.design.accrual import accrual_tables
from leadline.report.design.words import labels, share
from leadline.report.figures.boundaries import boundaries_by_basket, look_title
from leadline.report.figures.operating import MOST_ACROSS, by_order, by_shift, shift_words, without_effect
from leadline.trial.borrowing import borrows_effect
from leadline.trial.criteria import criterion_label
from leadline.trial.posterior import INTERVAL_LEVEL
from leadline.trial.words import (
    by_control_responders,
    counts_in_words,
    rounded_up,
    stated_percent,
    treated_in_words,
)

if TYPE_CHECKING:
    from leadline.trial.boundaries import BoundaryRow
    from leadline.trial.describe import DesignReport
    from leadline.trial.design import Basket, Design
    from leadline.trial.scenarios import Operating, Scenario


def all_tables(report: DesignReport) -> tuple[Table, ...]:
    """Every table that has something to say of this design, in the order of the report."""
    made = (
        baskets_table(report),
        errors_table(report),
        boundaries_table(report),
        scenarios_table(report),
        by_basket_table(report),
        misjudged_table(report),
        orders_table(report),
        *accrual_tables(report),
        harm_boundary_table(report),
        harm_rates_table(report),
    )
    return tuple(table for table in made if table.rows)


def baskets_table(report: DesignReport) -> Table:
    """A row a basket: its size, its rates, and how often it is called a success by mistake and rightly."""
    null, target, controls = report.scenarios[0], report.scenarios[-1], report.design.randomised
    rows = tuple(
        (
            basket.label,
            criterion_label(basket.responder),
            ", ".join(_children_at(basket, look) for look in basket.looks),
            share(basket.null_rate),
            share(basket.target_rate),
            share(mistaken),
            share(right),
        )
        for basket, mistaken, right in zip(report.design.baskets, null.success, target.success, strict=True)
    )
    columns = (
        Column("Basket", width=2.0),
        Column("A child responds when this is met", width=2.2),
        Column("Treated + controls at each look" if controls else "Children at each look", "number", 1.1),
        Column("Control rate expected, %" if controls else "Null rate, %", "number"),
        Column("Target rate, %", "number"),
        Column("Declared by mistake if no basket responds, %", "number", 1.6),
        Column("Found if every basket responds, %", "number", 1.5),
    )
    return Table("baskets", "The baskets", columns, rows)


def _children_at(basket: Basket, look: int) -> str:
    return f"{look} + {basket.controls(look)}" if basket.control else str(look)


def errors_table(report: DesignReport) -> Table:
    """A row a set of baskets without effect: the largest family-wise error, and the limit that is proved for it."""
    design = report.design
    at_null = ("No basket responds", *_rates(design, report.scenarios[0].scenario))
    how = "simulated" if report.simulation else "exact"
    rows = [(*at_null, share(report.scenarios[0].family_wise_error, 2), how)]
    rows += [
        (
            capital(without_effect(report, one)),
            *_rates(design, one.scenario),
            share(one.error, 2),
            rounded_up(one.at_most, 2),
        )
        for one in report.worst
    ]
    columns = (
        Column("Baskets without effect", width=2.6),
        *(Column(f"True rate, {label}, %", "number", 1.2) for label in labels(design)),
        Column("Family-wise error, %", "number", 1.1),
        Column("No true rates give more than, %", "number", 1.3),
    )
    if len(design.baskets) > MOST_ACROSS:
        keep = [0, *range(1 + len(design.baskets), len(columns))]
        columns = tuple(columns[n] for n in keep)
        rows = [tuple(row[n] for n in keep) for row in rows]
    notes = [
        "Family-wise error: the probability that at least one basket without effect is declared a success."
    ]
    if report.worst:
        notes.append(
            "Below the first row stand the true rates, among all, at which the largest error was found."
        )
        notes.append(_without_effect_means(design))
    title = f"Family-wise error, {'wherever the truth lies' if report.worst else 'if no basket responds'}"
    return Table("errors", title, columns, tuple(rows), (*notes, *_harm_taken(design)))


def _without_effect_means(design: Design) -> str:
    if not design.randomised:
        return "A basket without effect has at most its null rate, another any rate above."
    said = "In brackets the rate of the controls. A basket without effect has at most their rate, another any above."
    limited = [b for b in design.baskets if b.control and b.control.rates != (0.0, 1.0)]
    between = (
        f"{b.label} {share(b.control.rates[0])} to {share(b.control.rates[1])} %"
        for b in limited
        if b.control
    )
    return f"{said} Control rates are searched between limits: {', '.join(between)}." if limited else said


def _rates(design: Design, scenario: Scenario) -> tuple[str, ...]:
    return tuple(
        f"{share(rate)} ({share(control)})" if basket.control else share(rate)
        for basket, (rate, control) in zip(design.baskets, scenario.truths(design), strict=True)
    )


def boundaries_table(report: DesignReport) -> Table:
    """A row a run of counts that lead to the same; baskets with the same rows share them."""
    if report.design.randomised:
        return _boundaries_with_controls(report)
    rows = tuple(
        (
            look_title(report, row),
            names,
            str(row.children),
            _counts(row),
            str(row.action),
            *((row.others_null, row.others_target) if row.action.open else ("", "")),
        )
        for names, basket_rows in boundaries_by_basket(report)
        for row in basket_rows
    )
    columns = (
        Column("Look", width=0.9),
        Column("Basket", width=1.8),
        Column("Children", width=0.9),
        Column("Responders", width=1.1),
        Column("What follows", width=1.6),
        Column("If the others are at their null rates", width=1.4),
        Column("If the others are at their target rates", width=1.4),
    )
    notes = ["For trials in which no basket has closed before."]
    if any(row.action.open for row in report.boundaries):
        notes.append(
            "Where the others decide too: what follows if they respond as these rates lead to expect."
        )
    return without_empty_columns(Table("boundaries", "If so many respond", columns, rows, tuple(notes)))


def _counts(row: BoundaryRow) -> str:
    return counts_in_words(row.responders_from, row.responders_to)


def _boundaries_with_controls(report: DesignReport) -> Table:
    """A row a run of control responders: what each number of treated responders then leads to."""
    rows = tuple(
        (
            look_title(report, runs[0]),
            names,
            str(runs[0].children),
            str(runs[0].controls or ""),
            counts_in_words(runs[0].control_responders_from, runs[0].control_responders_to)
            if runs[0].controls
            else "",
            capital(treated_in_words(runs)),
        )
        for names, basket_rows in boundaries_by_basket(report)
        for runs in by_control_responders(basket_rows)
    )
    columns = (
        Column("Look", width=0.8),
        Column("Basket", width=1.8),
        Column("Treated", width=0.8),
        Column("Controls", width=0.8),
        Column("If so many controls respond", width=1.1),
        Column("so many treated responders lead to", width=3.2),
    )
    notes = ("For trials in which no basket has closed before.",)
    return Table("boundaries", "If so many respond", columns, rows, notes)


def scenarios_table(report: DesignReport) -> Table:
    """A row a scenario, a column a basket: the chance of success, the errors and the children."""
    across = len(report.design.baskets) <= MOST_ACROSS
    rows = tuple(
        (
            one.scenario.name,
            *((share(chance) for chance in one.success) if across else ()),
            share(one.family_wise_error, 2),
            share(one.any_success),
            f"{one.correct:.2f}",
            f"{sum(one.children):.1f}",
            share(sum(one.harm), 2) if report.design.harm else "",
        )
        for one in report.scenarios
    )
    columns = (
        Column("True state", width=2.6),
        *(
            (Column(f"Success, {label}, %", "number", 1.2) for label in labels(report.design))
            if across
            else ()
        ),
        Column("Any false success, %", "number"),
        Column("Any success, %", "number"),
        Column(f"Right decisions of {len(report.design.baskets)}", "number"),
        Column("Children expected", "number"),
        Column(
            f"{'Some basket stopped' if report.design.harm_by_basket else 'Stopped'} for harm, %", "number"
        ),
    )
    notes = [
        "A basket that responds has its target rate, another its null rate.",
        "Success of a basket that responds is power; of another it is a type 1 error.",
    ]
    notes += [*_harm_taken(report.design), *_simulated(report)]
    table = Table("scenarios", "What the design decides", columns, rows, tuple(notes))
    return without_empty_columns(table)


def _harm_taken(design: Design) -> tuple[str, ...]:
    """The rate of the event at which all is computed."""
    if design.harm is None:
        return ()
    return (
        f"The event of the harm rule is taken to occur in {stated_percent(design.harm.expected_rate)} of children.",
    )


def _simulated(report: DesignReport) -> list[str]:
    """What a simulation adds to the notes of its figures: their own errors."""
    if report.simulation is None:
        return []
    errors = report.simulation.standard_errors
    chance = max(max(one.success) for one in errors)
    children = max(sum(one.children) for one in errors)
    said = (
        f"Simulated ({report.simulation.trials:,} trials): the standard error of a success is at most "
        f"{share(chance, 2)} points, of the children {children:.2f}. Each figure's own stands in design.json."
    )
    return [said]


def by_basket_table(report: DesignReport) -> Table:
    """A row a scenario and basket: everything that is known of the basket there."""
    rows = tuple(
        (one.scenario.name, *_of_basket(one, j, basket, own_harm=report.design.harm_by_basket))
        for one in report.scenarios
        for j, basket in enumerate(report.design.baskets)
    )
    columns = (
        Column("True state", width=2.0),
        Column("Basket", width=1.8),
        Column("True rate, %", "number", 0.8),
        Column("Success, %", "number", 1.05),
        Column("Children expected", "number", 1.1),
        Column("Stopped early for futility, %", "number"),
        Column("Stopped early for success, %", "number"),
        Column("Stopped for harm, %", "number"),
        Column("Bias, points", "number", 0.8),
        Column("Root mean square error, points", "number", 1.1),
        Column("Coverage, %", "number", 1.2),
    )
    of_what = ""
    if report.design.randomised:
        by_odds = borrows_effect(report.design.borrowing)
        of_what = " of the rate at the planned null rate" if by_odds else " of the difference to the controls"
    whose = f", in {'baskets' if report.design.harm_by_basket else 'trials'} not stopped for harm"
    among = whose if report.design.harm else ""
    notes = (
        f"Bias and error: of the posterior mean{of_what}, in percentage points{among}.",
        f"Coverage: of the {100 * INTERVAL_LEVEL:g} % equal-tailed posterior interval, likewise.",
    )
    return without_empty_columns(
        Table("by_basket", "Each basket under each true state", columns, rows, notes)
    )


def _of_basket(one: Operating, j: int, basket: Basket, *, own_harm: bool) -> tuple[str, ...]:
    return (
        basket.label,
        share(one.scenario.rates[j]),
        share(one.success[j]),
        f"{one.children[j]:.1f}",
        share(sum(step[j] for step in one.stopped_futility)),
        share(sum(step[j] for step in one.stopped_efficacy)),
        share(sum(step[j] for step in one.stopped_harm), 2) if own_harm else "",
        f"{100 * one.bias[j]:+.1f}",
        f"{100 * one.mse[j] ** 0.5:.1f}",
        share(one.coverage[j]),
    )


def misjudged_table(report: DesignReport) -> Table:
    """A row a shift of the true null rates: how often the design then declares a success by mistake."""
    rows = tuple(
        (capital(shift_words(shift)), *map(share, success), share(anything))
        for shift, success, anything in by_shift(report)
    )
    columns = (
        Column("True rates without the therapy", width=2.0),
        *(Column(f"Success, {label}, %", "number") for label in labels(report.design)),
        Column("Any success, %", "number"),
    )
    notes = (
        "The therapy does nothing, but the children respond more or less often than the null rates say.",
        "Every success is then a mistake.",
    )
    return Table("misjudged_null", "If the null rates are wrong", columns, rows, notes)


def orders_table(report: DesignReport) -> Table:
    """A row an order in which the baskets reach their looks; none where the order changes nothing."""
    orders = by_order(report) if report.orders else []
    rows = tuple((capital(name), share(error, 2), *map(share, power)) for name, error, power in orders)
    columns = (
        Column("Order in which the baskets reach each look", width=3.0),
        Column("Any false success if no basket responds, %", "number", 1.4),
        *(
            Column(f"Found if every basket responds, {label}, %", "number", 1.5)
            for label in labels(report.design)
        ),
    )
    return Table("orders", "If the baskets fill one after the other", columns, rows)


def harm_boundary_table(report: DesignReport) -> Table:
    """A row a run of numbers of children: the fewest with the event that stop the trial."""
    own = report.design.harm_by_basket
    rows = tuple(
        (*((label,) if own else ()), counts_in_words(low, high), str(events))
        for label, boundary in report.harm_rules
        for low, high, events in boundary.table()
    )
    stops = "basket" if own else "trial"
    columns = (
        *((Column("Basket", width=2.0),) if own else ()),
        Column(
            "Children treated in the basket" if own else "Children treated, of all baskets together", "number"
        ),
        Column(f"The {stops} stops when so many have had the event", "number"),
    )
    notes = _boundaries_at_limit(report) if own else ()
    return Table(
        "harm_boundary",
        f"How many children with the event stop {'a' if own else 'the'} {stops}",
        columns,
        rows,
        notes,
    )


def _boundaries_at_limit(report: DesignReport) -> tuple[str, ...]:
    """That a basket is too small to be stopped, which the rows do not say."""
    never = [label for label, boundary in report.harm_rules if not boundary.table()]
    return (f"No number of children stops {', '.join(never)}.",) if never else ()


def harm_rates_table(report: DesignReport) -> Table:
    """A row a true rate of the event: how often and how soon the harm rule stops the trial."""
    own = report.design.harm_by_basket
    rows = tuple(
        (
            *((one.basket,) if own else ()),
            share(one.rate),
            share(one.stop, 2),
            f"{one.expected_children:.1f}",
        )
        for one in report.harm_at_rates
    )
    columns = (
        *((Column("Basket", width=2.0),) if own else ()),
        Column("True rate of the event, %", "number"),
        Column(f"The {'basket' if own else 'trial'} stops for harm, %", "number"),
        Column("Children treated, expected", "number"),
    )
    note = "If nothing else closes the basket early." if own else "In trials in which no basket closes early."
    return Table("harm_rates", "What the harm rule does", columns, rows, (note,))
