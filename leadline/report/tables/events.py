"""Table 4: adverse events, the time in which they were asked for, and rates before and after."""

from __future__ import annotations

from leadline.casebook.case import AdverseEvent
from leadline.report.blocks import Column, Table
from leadline.report.words import NOT_RECORDED, code_words, day_words, number_words, plain, semicolons
from leadline.verdicts.findings import CaseFindings, EventRate, Findings, PeriodComparison

SERIOUS_NOTE = (
    "Day is counted from the first infusion. Grade: CTCAE. Serious: by ICH E2A, with its criterion; a serious event is"
    " not the same as a severe one."
)
ASKED_NOTE = (
    "Asked for: the days over which adverse events were asked for; outside them silence is not safety."
)
TESTS_NOTE = (
    "Intervals are exact (Poisson). The conditional test compares the two rates given all events; Fisher's test treats"
    " each child-month as a trial, as Swart 2019 did."
)


def event_table(findings: Findings) -> Table:
    """One row an event; one row for a child without any, which says whether events were asked for."""
    rows = tuple(row for case in findings.cases for row in _rows(case))
    return Table(
        "table_4_adverse_events",
        "Table 4. Adverse events",
        (
            Column("Child", "code", 0.9),
            Column("Day", width=1.0),
            Column("Event", width=1.4),
            Column("Grade", width=0.7),
            Column("Serious", width=1.3),
            Column("Relation to the cells", width=1.1),
            Column("Action", width=1.0),
            Column("Outcome", width=1.0),
            Column("Asked for", width=1.4),
        ),
        rows,
        (SERIOUS_NOTE, ASKED_NOTE),
        "The casebook has no child.",
    )


def _rows(case: CaseFindings) -> list[tuple[str, ...]]:
    asked = semicolons(map(day_words, case.asked_spans), "never, as far as recorded")
    child = case.case.patient_id
    if not case.case.adverse_events:
        none = "none recorded" if case.asked_spans else "none recorded, and not asked for"
        return [(child, "", none, "", "", "", "", "", asked)]
    return [(child, *_event(event), asked) for event in case.case.adverse_events]


def _event(event: AdverseEvent) -> tuple[str, ...]:
    serious = code_words(event.serious)
    if event.serious and event.serious_criteria:
        serious += f" ({', '.join(map(plain, event.serious_criteria))})"
    relation = code_words(event.relation or None)
    if event.relation_method and event.relation_method != "none":
        relation += f" ({code_words(event.relation_method)})"
    action = semicolons((plain(part.strip()) for part in event.action.split(";")), NOT_RECORDED)
    return (
        day_words(event.start),
        event.term or NOT_RECORDED,
        code_words(event.grade),
        serious,
        relation,
        action,
        code_words(event.outcome or None),
    )


def event_rate_table(findings: Findings) -> Table:
    """Events over person-time before and after, with both p values."""
    rows = tuple(row for each in findings.safety.comparisons for row in _rate_rows(each))
    return Table(
        "event_rates",
        "Events over time, before and after the first infusion",
        (
            Column("Events", width=1.4),
            Column("Period", width=1.4),
            Column("Events counted", "number"),
            Column("Child-months", "number"),
            Column("Per child-month", "number"),
            Column("95% interval", "number", 1.3),
            Column("p, exact conditional", "number", 1.2),
            Column("p, Fisher on person-time", "number", 1.3),
        ),
        rows,
        (TESTS_NOTE,),
        "The time over which each child was observed before and after is not recorded, so no rate can be given.",
    )


def _rate_rows(compared: PeriodComparison) -> list[tuple[str, ...]]:
    p = (number_words(compared.p_conditional, 2), number_words(compared.p_fisher, 2))
    kind = plain(compared.event_class)
    return [(kind, *_rate(compared.before), "", ""), (kind, *_rate(compared.after), *p)]


def _rate(rate: EventRate) -> tuple[str, ...]:
    return (
        plain(rate.period),
        str(rate.events),
        f"{rate.person_months:.4g}",
        number_words(rate.per_month),
        f"{number_words(rate.low)} to {number_words(rate.high)}",
    )
