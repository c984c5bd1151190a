"""The report of a rehearsal: an agreement in; one page to read and one JSON file out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.blocks import Block, Column, Heading, Prose, Results, Section, Table
from leadline.report.design.words import unbroken
from leadline.report.html import write_html
from leadline.report.words import NO_ADVICE
from leadline.trial.rehearsal.words import agreement_in_words, cells
from leadline.trial.words import percent

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.trial.rehearsal import Agreement
    from leadline.trial.rehearsal.agreement import Intercurrent

STEM = "rehearsal"
INVENTED = "Invented children: nothing in this report is of a real child."


def write_rehearsal_report(found: Agreement, folder: Path) -> tuple[Path, ...]:
    """Write rehearsal.json and rehearsal.html into a folder, over those of an earlier run."""
    data, page = folder / f"{STEM}.json", folder / f"{STEM}.html"
    text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n"
    data.write_text(text, encoding="utf-8", newline="\n")
    write_html(_results(found), page, folder)
    return data, page


def _results(found: Agreement) -> Results:
    return Results(
        title=found.title,
        subtitle="Rehearsal of a trial on invented children",
        standing=(INVENTED, NO_ADVICE),
        running=f"{INVENTED} {NO_ADVICE}",
        provenance=f"Leadline {found.version}; protocol {found.protocol}; seed {found.seed}",
        internal=False,
        sections=(_answer(found), _numbers(found), _charts(found)),
    )


def _answer(found: Agreement) -> Section:
    lead, mechanism, happened, told, decided = map(unbroken, agreement_in_words(found))
    said: list[Block] = [Prose(lead, "lead"), Prose(decided), Prose(told)]
    if found.intercurrent is not None:
        said += [Heading("What happened before a response was judged"), Prose(happened)]
        said.append(_intercurrent(found, found.intercurrent))
    if mechanism:
        said += [Heading("What went wrong with the visits"), Prose(mechanism)]
    return Section("answer", "What was rehearsed, and what came of it", tuple(said))


def _intercurrent(found: Agreement, intercurrent: Intercurrent) -> Table:
    columns = (
        Column("Intercurrent event", width=2.4),
        Column("Strategy", width=1.6),
        *(
            Column(heading, "number")
            for heading in ("Of the children", "Happened", "Found", "Found otherwise")
        ),
    )
    rows = tuple(
        (
            capital(one.title),
            _strategies(found, one.strategies),
            percent(one.rate),
            *(f"{number:,}" for number in (one.happened, one.found, one.found_otherwise)),
        )
        for one in intercurrent.events
    )
    footnotes = (
        "Children at the last look of each rehearsal. Found otherwise: in children in whom it had not happened.",
        "What happens to a child that is lost to follow-up does not stand in its chart.",
    )
    return Table("intercurrent", "Intercurrent events", columns, rows, footnotes=footnotes)


def _strategies(found: Agreement, strategies: tuple[str, ...]) -> str:
    """In words; by basket where the estimands differ."""
    words = [one.replace("_", " ") or "none" for one in strategies]
    if len(set(words)) == 1:
        return words[0]
    return "; ".join(f"{label}: {word}" for label, word in zip(found.labels, words, strict=True))


def _numbers(found: Agreement) -> Section:
    columns = (
        Column("", width=2.4),
        *(
            Column(heading, "number")
            for heading in ("Rehearsed", "± error", "Exact", "z", "Drift", "± error of drift")
        ),
    )
    footnotes = (
        (
            "Rehearsed: as decided from charts, with the Monte Carlo standard error. z: the difference from the exact "
            "number in standard errors of the exact law."
        ),
        "Drift: what the charts change, against the same children with every response and every event known at once.",
        "The exact number of children takes every event of harm to be known before the next child is infused.",
    )
    parts = []
    for of in dict.fromkeys(one.of for one in found.numbers):
        rows = tuple((capital(one.title), *cells(one)) for one in found.numbers if one.of == of)
        title = found.label(of) if of else "The whole trial"
        parts.append(
            Table(f"numbers_{of or 'trial'}", title, columns, rows, footnotes=() if of else footnotes)
        )
    return Section("numbers", "Decisions", tuple(parts), level=2)


def _charts(found: Agreement) -> Section:
    columns = (
        Column("Basket", width=2.0),
        *(
            Column(heading, "number")
            for heading in ("Children", "Response", "No response", "Missing", "Pending")
        ),
    )
    rows = tuple(
        (
            found.label(one.basket),
            f"{one.children:,}",
            *map(percent, (one.response, one.no_response, one.missing, one.pending)),
        )
        for one in found.responses
    )
    table = Table("responses", "Where the responses stood at the last look of each rehearsal", columns, rows)
    length = Prose(
        f"A trial took {found.days / 365.25:.1f} years on average, from its first day to its last look."
    )
    return Section("charts", "What the charts could tell", (length, table), level=2)
