"""Adherence as a document: the short of it, what deviates, what is to come, what the record cannot tell, each child."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.protocol.adherence.findings import Outcome
from leadline.report.adherence import child_tables, tables
from leadline.report.adherence.words import ELIGIBLE, MEANINGS, on_day, outcome_words
from leadline.report.blocks import Block, Bullets, Heading, Prose, Results, Section, Terms
from leadline.report.figures.words import DIAGNOSES, counted, plain
from leadline.report.words import INTERNAL, KINDS, NO_ADVICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.protocol.adherence.findings import Adherence, ChildAdherence

CHILDREN_IN_A_DOCUMENT = 60
"""Up to so many children, each has a part of its own; beyond, the tables and the JSON have them."""


def adherence_results(adherence: Adherence) -> Results:
    """The report of a casebook that was held against a protocol."""
    kind = KINDS.get(adherence.casebook_kind, "")
    standing = tuple(line for line in (kind, INTERNAL, NO_ADVICE) if line)
    return Results(
        title=adherence.protocol_title,
        subtitle=f"How it was kept: {adherence.casebook_name}",
        standing=standing,
        running=" ".join(standing),
        provenance=f"Leadline {adherence.leadline_version}, protocol {adherence.protocol_id}, version "
        f"{adherence.protocol_version}; casebook {adherence.casebook_name}, contents {adherence.casebook_hash[:12]}",
        internal=True,
        sections=tuple(_sections(adherence)),
    )


def _sections(adherence: Adherence) -> Iterator[Section]:
    yield Section("answer", "The short of it", _answer(adherence))
    yield Section("deviations", "Deviations", (tables.deviations_table(adherence),))
    yield Section("upcoming", "Still to come", _to_come(adherence))
    yield Section("not-documented", "What the record cannot tell", (tables.undocumented_table(adherence),))
    if len(adherence.children) <= CHILDREN_IN_A_DOCUMENT:
        for number, child in enumerate(adherence.children, start=1):
            anchor = _anchor(child, number)
            title = f"Child {child.patient_id}"
            yield Section(f"child-{anchor}", title, tuple(_child(child, anchor)))
    yield Section("reading", "How to read this", _reading(adherence))


# ---- the short of it -------------------------------------------------------------------------------------------------


def _answer(adherence: Adherence) -> tuple[Block, ...]:
    blocks: list[Block] = [Prose(lead(adherence), "lead")]
    if adherence.notices:
        blocks += [Heading("Not to be overlooked"), Bullets(adherence.notices)]
    on = adherence.on or "the last day of each child's record"
    return (
        *blocks,
        Prose(f"What is over and what is still to come is told as of {on}.", "note"),
        tables.children_table(adherence),
    )


def lead(adherence: Adherence) -> str:
    """How many children are eligible, and how many checks came out how."""
    eligible = [child.eligible for child in adherence.children]
    counts = {outcome: sum(child.count()[outcome] for child in adherence.children) for outcome in Outcome}
    shares = [
        f"{counts[Outcome.AS_WRITTEN]} came out as written",
        f"{counted(counts[Outcome.MAJOR_DEVIATION], 'major deviation')}",
        f"{counted(counts[Outcome.MINOR_DEVIATION], 'minor deviation')}",
        f"{counts[Outcome.NOT_DOCUMENTED]} not documented",
    ]
    return (
        f"Of {counted(len(eligible), 'child', 'children')}, {eligible.count('met')} kept every rule of eligibility, "
        f"{eligible.count('not_met')} did not, and of {eligible.count('indeterminate')} the record cannot tell. "
        f"Of {counted(sum(counts.values()), 'check')}: {listed(shares)}."
    )


def _to_come(adherence: Adherence) -> tuple[Block, ...]:
    shown = tables.upcoming_table(tables.next_ones(adherence))
    if not shown.rows:
        return (shown,)
    return (
        Prose(
            "The next of each child, and everything whose window is open now; each child's own part lists all."
        ),
        shown,
        tables.to_record_table(adherence),
    )


# ---- one child -------------------------------------------------------------------------------------------------------


def _anchor(child: ChildAdherence, number: int) -> str:
    """For links inside the page: a code may hold signs that a link must not."""
    return f"{number}-{re.sub('[^A-Za-z0-9]+', '-', child.patient_id)}"


def _child(child: ChildAdherence, anchor: str) -> Iterator[Block]:
    yield Terms(
        (
            ("Disease", DIAGNOSES.get(child.diagnosis, plain(child.diagnosis))),
            ("Version of the protocol", child.version or "not recorded"),
            ("Day asked about", on_day(child.today) or "cannot be told"),
            ("Eligible", ELIGIBLE[child.eligible]),
            (
                "Checks",
                listed([f"{number} {outcome_words(outcome)}" for outcome, number in child.count().items()]),
            ),
        )
    )
    if child.notices:
        yield Bullets(child.notices)
    yield Heading("Eligibility")
    yield child_tables.eligibility_table(child, anchor)
    yield Heading("Infusions")
    if not child.infusions:
        yield Prose("No infusion is recorded.")
    for infusion in child.infusions:
        yield child_tables.infusion_table(infusion, anchor)
    if child.repeat_dosing:
        yield child_tables.checks_table(f"repeat-{anchor}", "Before a further infusion", child.repeat_dosing)
    yield Heading("Visits")
    yield child_tables.visits_table(child.visits, anchor)
    yield Heading("Other treatment")
    yield child_tables.changes_table(child.changes, anchor)
    if child.treatment:
        yield child_tables.checks_table(f"treatment-{anchor}", "Rules for other treatment", child.treatment)
    if child.watches:
        yield Heading("Watches")
    for number, watch in enumerate(child.watches, start=1):
        yield child_tables.periods_table(watch, number, anchor)
    if child.upcoming:
        yield Heading("Still to come")
        yield tables.upcoming_table(child.upcoming, name=f"upcoming-{anchor}")


def _reading(adherence: Adherence) -> tuple[Block, ...]:
    blocks: list[Block] = [
        Terms(MEANINGS),
        Prose(
            "Days count from the first infusion, which is day 0. A day that is known in part is an interval, and a "
            "rule is kept or not kept only where the whole interval says so."
        ),
    ]
    if len(adherence.children) > CHILDREN_IN_A_DOCUMENT:
        blocks.append(
            Prose(
                f"More than {CHILDREN_IN_A_DOCUMENT} children: none has a part of its own here; adherence.json and the "
                "tables hold every check of each."
            )
        )
    return tuple(blocks)
