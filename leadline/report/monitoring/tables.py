"""The tables of a board report; a page and a CSV file show the same."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Table
from leadline.report.design.words import share
from leadline.trial.criteria import criterion_label
from leadline.trial.monitoring.arms import Arm
from leadline.trial.monitoring.standing import Scale
from leadline.trial.monitoring.words import ARM_WORDS, chance
from leadline.trial.words import counts_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.children import Child
    from leadline.trial.monitoring.harm import HarmStanding
    from leadline.trial.monitoring.looks import Decision
    from leadline.trial.monitoring.results import BasketStanding, Counts, NextLook
    from leadline.trial.monitoring.standing import NextResult

STATUS_WORDS = {
    "response": "responded",
    "no_response": "did not respond",
    "pending": "pending",
    "missing": "missing",
    "needs_a_model": "needs a model",
}
STRATEGY_WORDS = {"none": "no strategy in the protocol"}


def open_tables(found: Monitoring) -> tuple[Table, ...]:
    """What everybody may see. In a design with controls harm is that of one arm, and so not among it."""
    shown = (accrual_table(found), conduct_table(found), left_out_table(found))
    return shown if found.randomised else (*shown, pooled_harm_table(found))


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


def accrual_table(found: Monitoring) -> Table:
    """A row a basket: how many children there are, not how they did."""
    rows = tuple(
        (one.label, str(one.planned + one.planned_controls), str(number))
        for one, number in zip(found.baskets, found.conduct.taken_by_basket, strict=True)
    )
    total = ("All", str(found.conduct.planned), str(found.conduct.taken))
    so_far = "In the trial, both arms" if found.randomised else "Infused"
    columns = (Column("Basket", width=2.4), Column("Children planned", "number"), Column(so_far, "number"))
    return Table("accrual", f"Children planned and {_taken(found)}", columns, (*rows, total))


def _taken(found: Monitoring) -> str:
    """What the children of a trial have in common: in a design with controls not the infusion."""
    return "in the trial" if found.randomised else "infused"


def conduct_table(found: Monitoring) -> Table:
    """A row a fact of how the trial is run, over all baskets together."""
    done, taken = found.conduct, _taken(found)
    since = "day 0" if found.randomised else "the infusion"
    rows = (
        (f"Children {taken}", str(done.taken), f"of {done.planned} planned"),
        ("Response not pending any more", str(done.visits_over), f"of {done.taken} {taken}"),
        ("of these, the chart can tell", str(done.visits_judged), f"of {done.visits_over}"),
        ("Children asked about adverse events", str(done.asked), f"of {done.taken} {taken}"),
        ("Days covered by these questions", str(done.person_days), f"child-days after {since}"),
        ("Adverse events recorded", str(done.events), f"after {since}"),
        ("of these, serious", str(done.serious), f"in {done.with_serious} of {done.taken} children"),
    )
    columns = (Column("What", width=2.2), Column("Number", "number", 0.8), Column("Of what", width=1.8))
    notes = (
        ("Both arms together. Day 0 is that of the infusion, of a control that of enrolment.",)
        if found.randomised
        else ()
    )
    return Table("conduct", "Conduct and completeness", columns, rows, notes)


def left_out_table(found: Monitoring) -> Table:
    """A row a child of the casebook that the trial does not count."""
    rows = tuple((one.patient_id, one.why) for one in found.conduct.left_out)
    columns = (Column("Child", "code"), Column("Why it is not counted", width=3.0))
    return Table("not_counted", "Children of the casebook who are not counted", columns, rows, empty="None.")


def pooled_harm_table(found: Monitoring) -> Table:
    """Harm over all baskets together, against its boundary."""
    rows = () if found.harm is None else (_harm_row(_everybody(found), found.harm),)
    return Table(
        "pooled_harm", f"Harm, all baskets together: {found.harm_event}", HARM_COLUMNS, rows, HARM_NOTES,
        empty="The design has no harm rule.",
    )  # fmt: skip


def _everybody(found: Monitoring) -> str:
    return "All baskets together, treated" if found.randomised else "All baskets together"


HARM_COLUMNS = (
    Column("Children of", width=2.0),
    Column("Infused", "number", 0.8),
    Column("With the event", "number", 0.9),
    Column("Not known", "number", 0.8),
    Column("Stops at", "number", 0.8),
    Column("The rule says", width=1.3),
    Column("Rate, %", width=1.5),
    Column("Chance of stopping by the planned end, %", width=1.4),
    Column("Child-days asked about", "number", 1.0),
)
HARM_NOTES = (
    "Not known: nobody asked about adverse events after the infusion, or a recorded event may count and may not.",
    "Rate: posterior mean and 95 % interval, from a prior worth three children at the limit rate.",
    "Of two figures the first is without, the second with the event in every child of whom it is not known.",
)


def _harm_row(whom: str, harm: HarmStanding) -> tuple[str, ...]:
    rates = dict.fromkeys(
        f"{share(rate.mean)} ({share(rate.low)} to {share(rate.high)})" for rate in (harm.fewest, harm.most)
    )
    chances = "" if harm.stop_chance is None else "; ".join(dict.fromkeys(map(share, harm.stop_chance)))
    return (
        whom,
        str(harm.children),
        str(harm.with_event),
        str(harm.unknown),
        _stops_at(harm),
        str(harm.rule),
        "; ".join(rates),
        chances,
        str(harm.person_days),
    )


def _stops_at(harm: HarmStanding) -> str:
    if harm.stops_at is not None:
        return str(harm.stops_at)
    return "none" if harm.on_plan or not harm.children else "not looked at"


def harm_table(found: Monitoring) -> Table:
    """A row for all baskets together and one a basket."""
    if found.harm is None:
        return pooled_harm_table(found)
    rows = [_harm_row(_everybody(found), found.harm)]
    rows += [_harm_row(one.label, one.harm) for one in found.baskets if one.harm is not None]
    notes = (
        *HARM_NOTES,
        "The rule of the design is that of all baskets together; for one basket alone it warns and stops nothing.",
    )
    return Table("harm", f"Harm: {found.harm_event}", HARM_COLUMNS, tuple(rows), notes)


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
            "stopped for harm first" if step.harm else done.action,
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


def children_table(found: Monitoring) -> Table:
    """A row a child in the order of infusion: how its response is counted, and why."""
    rows = tuple(_child_row(found, child) for child in found.children)
    columns = (
        Column("", "number", 0.4),
        Column("Child", "code", 1.0),
        Column("Basket", width=1.5),
        *((Column("Arm", width=0.8), Column("Enrolled", width=0.9)) if found.randomised else ()),
        Column("Infused", width=0.9),
        Column("Response", width=1.1),
        Column("Why", width=2.6),
        Column("Strategies that events called for", width=2.4),
        Column("To settle it", width=2.2),
    )
    return Table("children", "Each child's response", columns, rows, empty="No child was infused.")


def _child_row(found: Monitoring, child: Child) -> tuple[str, ...]:
    answer = child.response
    applied = [f"{_strategy(one.strategy)}: {one.what}" for one in answer.applied]
    settling = list(answer.settling[:MOST_SETTLING])
    more = len(answer.settling) - len(settling)
    if more > 0:
        settling.append(f"and {more} more")
    return (
        str(child.place),
        child.patient_id,
        found.baskets[child.basket].label,
        *_arm_cells(found, child),
        child.infused or ("none" if child.arm == Arm.CONTROL else "not dated"),
        STATUS_WORDS[answer.status],
        answer.because,
        "; ".join(dict.fromkeys(applied)),
        "; ".join(settling),
    )


def _arm_cells(found: Monitoring, child: Child) -> tuple[str, ...]:
    return (ARM_WORDS[Arm(child.arm)], child.enrolled or "not dated") if found.randomised else ()


MOST_SETTLING = 3


def _strategy(strategy: str) -> str:
    return STRATEGY_WORDS.get(strategy, strategy.replace("_", " "))


def safety_children_table(found: Monitoring) -> Table:
    """A row a child: whether an event that counts happened."""
    words = {True: "yes", False: "no", None: "not known"}
    rows = tuple(
        (
            str(child.place),
            child.patient_id,
            found.baskets[child.basket].label,
            *_arm_cells(found, child)[:1],
            words[child.harm.had],
            child.harm.because,
            str(child.harm.days_asked),
            str(child.harm.events),
            str(child.harm.serious),
        )
        for child in found.children
    )
    columns = (
        Column("", "number", 0.4),
        Column("Child", "code", 1.0),
        Column("Basket", width=1.6),
        *((Column("Arm", width=0.8),) if found.randomised else ()),
        Column("An event that counts", width=0.9),
        Column("Why", width=2.2),
        Column("Days asked about", "number", 0.8),
        Column("Events", "number", 0.6),
        Column("Serious", "number", 0.6),
    )
    notes = ("Of a control: since enrolment; the harm rule does not count it.",) if found.randomised else ()
    return Table(
        "safety_children", "Each child's safety", columns, rows, notes, empty="No child was infused."
    )
