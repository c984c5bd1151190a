"""A protocol as a document: what its file says, below the headings of the ICH M11 template."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from leadline import __version__
from leadline.protocol.reading import protocol_adapter
from leadline.report.blocks import Block, Heading, Prose, Results, Section, Table
from leadline.report.protocol.aims import aims
from leadline.report.protocol.citations import Citations
from leadline.report.protocol.glossary import glossary
from leadline.report.protocol.intervention import intervention
from leadline.report.protocol.openings import title_page
from leadline.report.protocol.outline import M11
from leadline.report.protocol.oversight import oversight
from leadline.report.protocol.population import population
from leadline.report.protocol.schedule import schedule_table
from leadline.report.protocol.statistics import statistics
from leadline.report.protocol.watching import watching
from leadline.report.protocol.words import STATUSES, TO_WRITE
from leadline.report.words import NO_ADVICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.protocol.protocol import Protocol
    from leadline.report.protocol.outline import Content, Part
    from leadline.trial.describe import DesignReport

SCHEDULE = "1.3"
GLOSSARY = "13"


def protocol_results(protocol: Protocol, design: DesignReport | None = None) -> Results:
    """The protocol, with the statistical section of a trial's design that names it."""
    said = protocol_content(protocol, design)
    return Results(
        title=protocol.title,
        subtitle=f"Protocol {protocol.id}, version {protocol.version}",
        standing=_standing(protocol),
        running=f"{STATUSES[protocol.status]} {NO_ADVICE}",
        provenance=f"Leadline {__version__}, protocol {protocol.id}, version {protocol.version}, contents "
        f"{protocol_hash(protocol)[:12]}",
        internal=False,
        sections=tuple(_sections(protocol, said)),
    )


def protocol_content(protocol: Protocol, design: DesignReport | None = None) -> Content:
    """What the protocol says, by the number of the heading."""
    cite = Citations(protocol)
    said: dict[str, tuple[Block, ...]] = {
        **aims(protocol, cite),
        SCHEDULE: (schedule_table(protocol, cite),),
        **population(protocol, cite),
        **intervention(protocol, cite),
        **watching(protocol, cite),
        **statistics(protocol, design),
        **oversight(protocol, cite),
    }
    said = {number: blocks for number, blocks in said.items() if blocks}
    return {**said, GLOSSARY: (glossary(block for blocks in said.values() for block in blocks),)}


def protocol_hash(protocol: Protocol) -> str:
    """sha256 over every value of the protocol: the same for the same values, however the file is laid out."""
    values = protocol_adapter().dump_python(protocol, mode="json")
    return sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def protocol_tables(protocol: Protocol, design: DesignReport | None = None) -> tuple[Table, ...]:
    """Every table of the document, in its order."""
    parts = protocol_results(protocol, design).sections
    return tuple(block for part in parts for block in part.blocks if isinstance(block, Table))


def _standing(protocol: Protocol) -> tuple[str, ...]:
    """The notice of the file; the lines that no template may go without come first, whatever the file says."""
    first = STATUSES[protocol.status]
    advice = "" if any(NO_ADVICE in line for line in protocol.notice) else NO_ADVICE
    return tuple(line for line in (first, *protocol.notice, advice) if line)


def _sections(protocol: Protocol, said: Content) -> Iterator[Section]:
    yield Section("title-page", "Title Page", title_page(protocol, _unwritten(said)))
    for chapter in (part for part in M11 if part.level == 1):
        own = [
            part
            for part in M11
            if part.chapter == chapter.number and part.level > 1 and part.number != SCHEDULE
        ]
        blocks = tuple(block for part in (chapter, *own) for block in _below(part, said))
        yield Section(f"section-{chapter.number}", chapter.heading, blocks)
        if SCHEDULE.startswith(f"{chapter.number}."):
            schedule = next(part for part in M11 if part.number == SCHEDULE)
            yield Section("section-1-3", schedule.heading, said[SCHEDULE], level=2, wide=True)


def _below(part: Part, said: Content) -> Iterator[Block]:
    """A heading and what stands below it; a heading of the second level stays though nothing does."""
    if part.level > 1 and (part.level == 2 or part.number in said):
        yield Heading(part.heading, 2 if part.level == 2 else 3)
    yield from said.get(part.number, ())
    if part.number in _unwritten(said):
        yield Prose(TO_WRITE, "note")


def _unwritten(said: Content) -> tuple[str, ...]:
    """The sections of the second level for which neither they nor what stands in them has anything."""
    return tuple(
        part.number
        for part in M11
        if part.level == 2 and not any(f"{number}.".startswith(f"{part.number}.") for number in said)
    )
