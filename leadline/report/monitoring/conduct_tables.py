"""How the trial is run, and harm: what the tables of a board report say of all baskets together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Table
from leadline.report.design.words import share

if TYPE_CHECKING:
    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.harm import HarmStanding


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


def harm_rules_table(found: Monitoring) -> Table:
    """A row a harm rule: all baskets together, or each basket, against its boundary."""
    rows = tuple(_harm_row(basket or _everybody(found), harm) for basket, harm in found.harm_rules)
    whose = "all baskets together" if found.harm or not rows else "each basket by its own rule"
    return Table(
        "harm_rules", f"Harm, {whose}: {found.harm_event}", HARM_COLUMNS, rows, HARM_NOTES,
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
    """A row a harm rule, and where one counts all baskets together a row a basket."""
    rows, notes = harm_rules_table(found).rows, list(HARM_NOTES)
    if found.harm is not None:
        rows += tuple(_harm_row(one.label, one.harm) for one in found.baskets if one.harm is not None)
        notes.append(
            "The rule of the design is that of all baskets together; for one basket alone it warns and stops nothing."
        )
    empty = "The design has no harm rule."
    return Table("harm", f"Harm: {found.harm_event}", HARM_COLUMNS, rows, tuple(notes), empty=empty)
