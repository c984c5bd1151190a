"""The two parts of a board report, as the documents read them.

The open part shows how the trial is run and its pooled safety; nothing in it tells how any basket responds. The closed
part shows everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.blocks import Block, Bullets, FigureBlock, Heading, Prose, Results, Section
from leadline.report.design.words import unbroken
from leadline.report.monitoring.basket_tables import counts_table, looks_table, next_table, standing_table
from leadline.report.monitoring.children_tables import children_table, safety_children_table
from leadline.report.monitoring.conduct_tables import (
    accrual_table,
    conduct_table,
    harm_rules_table,
    harm_table,
    left_out_table,
)
from leadline.report.words import KINDS, NO_ADVICE
from leadline.trial.monitoring.words import figures_in_words, harm_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.results import BasketStanding

OPEN = "Open part: for everybody. It shows no response of any basket."
OPEN_OF_TWO_ARMS = "Open part: for everybody. It shows no response of any basket, and nothing by arm."
EVERYBODY = "all baskets together"
CLOSED = "Closed part: for the monitoring board alone."


def open_results(found: Monitoring, figures: Sequence[FigureBlock]) -> Results:
    """Accrual, completeness, pooled safety."""
    drawn = {figure.name: figure for figure in figures}
    return _results(
        found,
        subtitle="Report to the monitoring board, open part",
        part=OPEN_OF_TWO_ARMS if found.randomised else OPEN,
        internal=False,
        sections=(
            Section("conduct", "How the trial is run", (accrual_table(found), conduct_table(found))),
            _open_safety(found, drawn),
            Section("not-counted", "Children who are not counted", (left_out_table(found),), 2),
            _notices(found),
        ),
    )  # fmt: skip


def _open_safety(found: Monitoring, drawn: Mapping[str, FigureBlock]) -> Section:
    """Harm by the rules of the design: with controls that is harm in one arm, which the open part does not show."""
    title = "Safety" if found.harm is None and found.harm_rules else "Safety, all baskets together"
    if found.randomised:
        said = "Adverse events of both arms together stand above. The harm rule is about one arm: see the closed part."
        return Section("safety", title, (Prose(said),), 2)
    harm = (
        Prose(
            " ".join(
                harm_in_words(one, whom=basket, stops="it") if basket else harm_in_words(one, whom=EVERYBODY)
            )
        )
        for basket, one in found.harm_rules
    )
    return Section("safety", title, (*harm, *_drawn(drawn, "harm"), harm_rules_table(found)), 2)


def closed_results(found: Monitoring, figures: Sequence[FigureBlock]) -> Results:
    """Everything."""
    drawn = {figure.name: figure for figure in figures}
    return _results(
        found,
        subtitle="Report to the monitoring board, closed part",
        part=CLOSED,
        internal=True,
        sections=(
            Section("answer", "Where the trial stands", (
                *(Prose(unbroken(said), "lead" if not place else "") for place, said in enumerate(found.words)),
                *_drawn(drawn, "standing"),
                standing_table(found),
            )),
            Section("baskets", "Basket by basket", tuple(
                block for at, basket in enumerate(found.baskets) for block in _basket(found, at, basket)
            )),
            Section("looks", "Planned looks and counts", (looks_table(found), counts_table(found))),
            Section("harm", "Harm", (*_drawn(drawn, "harm"), harm_table(found))),
            Section("conduct", "How the trial is run", (
                accrual_table(found), conduct_table(found), left_out_table(found),
            )),
            Section(
                "children", "Each child", (children_table(found), safety_children_table(found)),
                wide=True,
            ),
            _notices(found),
        ),
    )  # fmt: skip


def _basket(found: Monitoring, at: int, basket: BasketStanding) -> tuple[Block, ...]:
    said = tuple(unbroken(line) for line in (*basket.words, *figures_in_words(basket)))
    heading = Heading(f"{basket.label}: {basket.rule_now}")
    return (heading, Bullets(said), *((next_table(found, at),) if basket.next_results else ()))


def _notices(found: Monitoring) -> Section:
    return Section("notices", "How the figures were reached", (Bullets(found.notices),), 2)


def _drawn(figures: Mapping[str, FigureBlock], name: str) -> tuple[FigureBlock, ...]:
    return (figures[name],) if name in figures else ()


def _results(
    found: Monitoring, *, subtitle: str, part: str, internal: bool, sections: tuple[Section, ...]
) -> Results:
    kind = KINDS.get(found.casebook_kind, "")
    lock = f"lock {found.lock[:12]}" if found.lock else "no lock was checked"
    return Results(
        title=found.title,
        subtitle=subtitle,
        standing=tuple(filter(None, (part, kind, f"Protocol {found.protocol}; {lock}.", NO_ADVICE))),
        running=" ".join(filter(None, (part, kind, NO_ADVICE))),
        provenance=(
            f"Leadline {found.version}, casebook {found.casebook}, contents {found.casebook_hash[:12]}, {lock}"
        ),
        internal=internal,
        sections=tuple(part for part in sections if part.blocks),
    )
