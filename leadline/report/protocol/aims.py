"""Chapters 1 to 4: the summary, why, what is to be learnt, and the design with the rules that stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital, listed
from leadline.protocol.criteria import criterion_words
from leadline.protocol.estimands import EVENT_WORDS, Level
from leadline.protocol.figures import figure_words
from leadline.report.blocks import Block, Bullets, Column, Heading, Prose, Table, Terms
from leadline.report.figures.words import counted
from leadline.report.protocol.citations import reasons
from leadline.report.protocol.schedule import visits_table
from leadline.report.protocol.words import (
    ACTIONS,
    BASES,
    DISEASES,
    MISSING,
    ROUTES,
    STRATEGIES,
    TIMES_COUNTED,
    role_words,
    whom,
)

if TYPE_CHECKING:
    from leadline.protocol.estimands import Estimand, Objective
    from leadline.protocol.oversight import StoppingRule
    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.citations import Citations
    from leadline.report.protocol.outline import Content


def aims(protocol: Protocol, cite: Citations) -> Content:
    """What the protocol says for chapters 1 to 4."""
    return {
        "1.1.1": (_objectives_table(protocol),),
        "1.1.2": (_overall(protocol, cite),),
        "1.2": (visits_table(protocol),),
        "2.1": tuple(map(Prose, protocol.background)),
        "3.1": _objectives(protocol, Level.PRIMARY, "3.1"),
        "3.2": _objectives(protocol, Level.SECONDARY, "3.2"),
        "3.3": _objectives(protocol, Level.EXPLORATORY, "3.3"),
        "4.1": tuple(map(Prose, protocol.design)),
        "4.2": (
            Prose(
                "The reasons for each estimand stand beside it in section 3, those for the dose in section 6.2."
            ),
        ),
        "4.3": _stopping(protocol, cite),
    }


def _objectives_table(protocol: Protocol) -> Table:
    rows = tuple(
        (
            capital(objective.level),
            whom((objective.estimand.diagnosis,)),
            objective.question,
            criterion_words(objective.estimand.variable),
            _visit(protocol, objective.estimand),
        )
        for objective in protocol.objectives
    )
    columns = (
        Column("Objective", width=0.8),
        Column("In whom", width=0.6),
        Column("Question", width=2.6),
        Column("A child counts when this is met", width=1.8),
        Column("Assessed", width=1.2),
    )
    return Table("objectives", "What is to be learnt", columns, rows)


def _visit(protocol: Protocol, estimand: Estimand) -> str:
    visit = protocol.schedule.visit(estimand.visit)
    if visit is None:
        return estimand.visit
    return f"{visit.title} (day {visit.day}; {visit.first} to {visit.last})"


def _overall(protocol: Protocol, cite: Citations) -> Terms:
    dose, last = protocol.dose, protocol.schedule.visits[-1]
    planned = dose.per_kg or dose.total
    said = f"{cite.figure(planned)}, as {BASES[dose.basis]} {TIMES_COUNTED[dose.counted]}" if planned else ""
    return Terms(
        (
            ("Diseases", listed([DISEASES[each] for each in protocol.diagnoses])),
            ("Therapy", f"{protocol.product.name}, {ROUTES[dose.route]}"),
            ("Planned dose of one infusion", said),
            ("Infusions of one child", _infusions(protocol, cite)),
            (
                "Visits",
                f"{counted(len(protocol.schedule.visits), 'planned visit')}, the last on day {last.day}",
            ),
            ("Who decides about a child", role_words(protocol, protocol.eligibility.decided_by)),
            ("Who sees the accumulating results", role_words(protocol, protocol.data.board)),
        )
    )


def _infusions(protocol: Protocol, cite: Citations) -> str:
    again = protocol.repeat_dosing
    return f"{cite.figure(again.most)}, more than one only in {whom(again.diagnoses)}"


def _objectives(protocol: Protocol, level: Level, number: str) -> tuple[Block, ...]:
    chosen = [objective for objective in protocol.objectives if objective.level is level]
    if not chosen:
        return (Prose(f"The protocol file states no {level} objective."),)
    return tuple(
        block
        for at, objective in enumerate(chosen, start=1)
        for block in (
            Heading(
                f"{number}.{at} {capital(level)} Objective {at}: {whom((objective.estimand.diagnosis,))}", 3
            ),
            *_estimand(protocol, objective),
        )
    )


def _estimand(protocol: Protocol, objective: Objective) -> tuple[Block, ...]:
    """The question and the five attributes; the intercurrent events as a table."""
    estimand = objective.estimand
    variable = f"{criterion_words(estimand.variable)}: met or not, {_visit(protocol, estimand)}. {estimand.visit_why}"
    missing = f"A response that nothing settles is {MISSING[estimand.missing]}. {estimand.missing_why}"
    return (
        Prose(objective.question, "sentence"),
        Terms(
            (
                ("Treatment", estimand.treatment),
                ("Population", estimand.population),
                ("Variable", variable),
                ("Intercurrent events", "in the table below"),
                ("Summary over children", estimand.summary),
                ("Missing", missing),
            )
        ),
        _events_table(objective),
    )


def _events_table(objective: Objective) -> Table:
    rows = tuple(
        (capital(EVENT_WORDS[event]), capital(STRATEGIES[handling.strategy]), handling.why)
        for event, handling in objective.estimand.intercurrent_events.items()
    )
    columns = (Column("Event", width=1.5), Column("Strategy", width=1.8), Column("Why", width=2.6))
    disease = whom((objective.estimand.diagnosis,))
    return Table(
        f"intercurrent-{objective.id.replace('_', '-')}",
        f"What can happen up to the day of the assessment, and how it is taken into account: {disease}",
        columns,
        rows,
    )


# ---- 4.3 -------------------------------------------------------------------------------------------------------------


def _stopping(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    safety = protocol.safety
    blocks: list[Block] = [
        Prose(
            "A rule of this table acts as soon as so many children have had the event; section 9.1 defines the events."
        ),
        _stopping_table(protocol, cite),
    ]
    if safety.stagger is not None:
        blocks.append(Bullets((f"Between the first children: {cite.figure(safety.stagger)}.",)))
    return tuple(blocks)


def _stopping_table(protocol: Protocol, cite: Citations) -> Table:
    rows = tuple(_stopping_row(protocol, rule, cite) for rule in protocol.safety.stopping)
    columns = (
        Column("Event", width=2.4),
        Column("Children with it", width=1),
        Column("What follows", width=1.2),
        Column("Who then decides", width=1.3),
        Column("Why", width=1.8),
        Column("Source", "code", 0.6),
    )
    return Table("stopping", "Rules that stop", columns, rows, empty="No rule is stated.")


def _stopping_row(protocol: Protocol, rule: StoppingRule, cite: Citations) -> tuple[str, ...]:
    event = protocol.safety.event(rule.event)
    return (
        event.title if event is not None else rule.event,
        capital(figure_words(rule.children)),
        capital(ACTIONS[rule.action]),
        role_words(protocol, rule.decided_by),
        reasons(rule),
        cite.of(rule),
    )
