"""Chapters 8 and 9: what is examined, and what is done about harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital, listed
from leadline.protocol.figures import figure_words, window_words
from leadline.protocol.subjects import drug_words
from leadline.report.blocks import Block, Column, Heading, Prose, Table, Terms
from leadline.report.protocol.citations import reasons
from leadline.report.protocol.intervention import vital_signs
from leadline.report.protocol.schedule import measures_table
from leadline.report.protocol.words import role_words, whom
from leadline.report.words import item_words, sentence

if TYPE_CHECKING:
    from leadline.protocol.oversight import SafetyEvent, Watch
    from leadline.protocol.protocol import Protocol
    from leadline.protocol.schedule import Visit
    from leadline.report.protocol.citations import Citations
    from leadline.report.protocol.outline import Content


def watching(protocol: Protocol, cite: Citations) -> Content:
    """What the protocol says for chapters 8 and 9."""
    safety = protocol.safety
    return {
        "8.1": (
            Prose("What is recorded at which visit stands in section 1.3."),
            *map(Prose, protocol.schedule.notes),
        ),
        "8.2": _before(protocol),
        "8.3": (measures_table(protocol),),
        "8.4.2": (vital_signs(protocol, cite),),
        "9.1": (*map(Prose, safety.text), _events_table(protocol, cite)),
        "9.2.1": _timing(protocol),
        "9.2.3": (_reporting_table(protocol, cite),),
        "9.2.4": tuple(block for watch in safety.watches for block in _watch(protocol, watch, cite)),
    }


def _before(protocol: Protocol) -> tuple[Block, ...]:
    schedule = protocol.schedule
    visits = [schedule.visit(each) for each in dict.fromkeys((schedule.screening, schedule.baseline))]
    return (Terms(tuple((visit.title, _items(visit)) for visit in visits if visit is not None)),)


def _items(visit: Visit) -> str:
    items = "; ".join(capital(item_words(item)) for item in visit.items)
    return f"{items}; and the items of the measures of section 1.3"


# ---- 9 ---------------------------------------------------------------------------------------------------------------


def _events_table(protocol: Protocol, cite: Citations) -> Table:
    rows = tuple(
        (event.title, sentence(_event_words(event)), reasons(event), cite.of(event))
        for event in protocol.safety.events
    )
    columns = (
        Column("Event", width=1.4),
        Column("Counted when", width=2.6),
        Column("Why", width=1.4),
        Column("Source", "code", 0.6),
    )
    note = "Grades are those of the CTCAE, version 5.0. Serious is as ICH E2A defines it."
    return Table("events", "Events that are counted", columns, rows, (note,))


def _event_words(event: SafetyEvent) -> str:
    """The definition of an event that is counted, as a sentence without its full stop."""
    parts = [
        *([f"recorded as {' or '.join(event.terms)}"] if event.terms else ["any adverse event"]),
        *([f"of grade {event.grade} or more"] if event.grade is not None else []),
        *([_serious(event.serious)] if event.serious is not None else []),
        *([_related(event.related)] if event.related is not None else []),
        window_words(event.during),
    ]
    return ", ".join(parts) + (f" (for {whom(event.diagnoses)})" if event.diagnoses else "")


def _serious(serious: bool) -> str:
    return "serious" if serious else "not serious"


def _related(related: bool) -> str:
    return "at least possibly related to the cells" if related else "not related to the cells"


def _timing(protocol: Protocol) -> tuple[Block, ...]:
    asked = [visit.title for visit in protocol.schedule.visits if visit.asks]
    return (Prose(f"Adverse events are asked for at these visits: {listed(asked)}."),) if asked else ()


def _reporting_table(protocol: Protocol, cite: Citations) -> Table:
    rows = tuple(
        (one.what, capital(figure_words(one.within)), role_words(protocol, one.to), cite.of(one))
        for one in protocol.safety.reporting
    )
    columns = (
        Column("What", width=3),
        Column("Within", width=1),
        Column("To", width=1.2),
        Column("Source", "code", 0.6),
    )
    return Table("reporting", "What is reported by when", columns, rows, empty="No rule is stated.")


def _watch(protocol: Protocol, watch: Watch, cite: Citations) -> tuple[Block, ...]:
    event = protocol.safety.event(watch.event)
    said = [
        ("In whom", whom(watch.diagnoses, watch.categories)),
        (
            "Begins when",
            f"one of these is stopped: {' or '.join(drug_words(drug) for drug in watch.stopped)}",
        ),
        (
            "A stop counts from",
            f"{cite.figure(watch.stop_before)} before day 0. {watch.stop_before.why}".strip(),
        ),
        (
            "No stop, if it is taken up again within",
            f"{cite.figure(watch.longest_break)}. {watch.longest_break.why}".strip(),
        ),
        ("Recorded", listed([item_words(item) for item in watch.items])),
        ("Every", f"{cite.figure(watch.every)}. {watch.every.why}".strip()),
        ("For", f"{cite.figure(watch.lasting)}. {watch.lasting.why}".strip()),
        *([("Looks out for", event.title)] if event is not None else []),
        *([("Source", f"{cite.numbers(watch.source)} {watch.why}".strip())] if watch.source else []),
    ]
    return Heading(watch.title, 3), Terms(tuple(said))
