"""The parts of a design's report, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.report.blocks import Block, Bullets, Column, FigureBlock, Heading, Prose, Section, Table
from leadline.report.design import tables
from leadline.report.design.accrual import accrual_section
from leadline.report.design.models import SAM_SOURCE, model_sources
from leadline.report.design.protocol_text import protocol_text
from leadline.report.design.words import at_most, between, number, percents, unbroken
from leadline.report.figures.words import plain
from leadline.trial.criteria import criterion_label
from leadline.trial.design import HarmFamily
from leadline.trial.words import within_limits
from leadline.verdicts.null_rates import published

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport
    from leadline.trial.design import Design

HARM_SOURCES: Mapping[HarmFamily, tuple[str, ...]] = {
    HarmFamily.POCOCK: (),
    HarmFamily.OBRIEN_FLEMING: ("Wang SK, Tsiatis AA. Biometrics 1987;43:193-199",),
    HarmFamily.WANG_TSIATIS: ("Wang SK, Tsiatis AA. Biometrics 1987;43:193-199",),
    HarmFamily.BETA_BINOMIAL: (
        "Geller NL, Follmann D, Leifer ES, Carter SL. In: Advances in Clinical Trial Biostatistics, 2003",
        "Martens MJ, Logan BR. Clin Trials 2024;21:152-161",
    ),
    HarmFamily.SPRT: (),
}
"""As in leadline.trial.safety."""

NOT_SHOWN = ("id", "null_reason", "prior_reason")
"""Fields of a basket: the reasons stand in the words of the design."""


def sections(report: DesignReport, figures: Mapping[str, FigureBlock]) -> tuple[Section, ...]:
    """The report of the design; a figure that is not among the given ones is left out."""
    return tuple(
        part
        for part in (
            _answer(report, figures),
            _words(report),
            _boundaries(report, figures),
            _operating(report, figures),
            _sensitivity(report, figures),
            accrual_section(report),
            _harm(report, figures),
            _protocol(report),
            _parameters(report.design),
            _sources(report.design),
        )
        if part.blocks
    )


def _answer(report: DesignReport, figures: Mapping[str, FigureBlock]) -> Section:
    """The first page: the short of it, what must not be overlooked, the baskets."""
    blocks: list[Block] = [Prose(lead(report), "lead")]
    if report.warnings:
        blocks += [Heading("Not to be overlooked"), Bullets(tuple(map(unbroken, report.warnings)))]
    blocks += [tables.baskets_table(report), *_drawn(figures, "errors")]
    return Section("answer", "The design in short", tuple(blocks))


def lead(report: DesignReport) -> str:
    """The first sentences: the error, wherever the truth lies, and the power."""
    null, target = report.scenarios[0], report.scenarios[-1]
    mistake = percents(null.family_wise_error)
    said = f"If no basket responds, the trial declares a success by mistake with a probability of {mistake}"
    if report.worst:
        limit = max(one.at_most for one in report.worst)
        said += f"; whatever the true response rates{within_limits(report.design) or ','} with at most {at_most(limit)}"
    found = "each is" if len(report.design.baskets) > 1 else "it is"
    return (
        f"{said}. If every basket responds at its target rate, {found} found with a probability of "
        f"{between(target.success)}."
    )


def _words(report: DesignReport) -> Section:
    return Section("words", "The design in words", tuple(Prose(unbroken(words)) for words in report.words))


def _boundaries(report: DesignReport, figures: Mapping[str, FigureBlock]) -> Section:
    blocks: list[Block] = [*_drawn(figures, "boundaries"), tables.boundaries_table(report)]
    return Section("boundaries", "What each number of responders leads to", tuple(blocks))


def _operating(report: DesignReport, figures: Mapping[str, FigureBlock]) -> Section:
    blocks: list[Block] = [
        *_drawn(figures, "operating"),
        tables.scenarios_table(report),
        tables.errors_table(report),
        tables.by_basket_table(report),
    ]
    return Section("operating", "How often the design is right and wrong", tuple(blocks))


def _sensitivity(report: DesignReport, figures: Mapping[str, FigureBlock]) -> Section:
    shown = (tables.misjudged_table(report), tables.orders_table(report))
    blocks: list[Block] = [*_drawn(figures, "sensitivity"), *(table for table in shown if table.rows)]
    return Section("sensitivity", "If the null rates or the order of accrual are otherwise", tuple(blocks))


def _harm(report: DesignReport, figures: Mapping[str, FigureBlock]) -> Section:
    made = (tables.harm_boundary_table(report), tables.harm_rates_table(report))
    drawn = (figure for name, figure in figures.items() if name.split("_")[0] == "harm")
    blocks: list[Block] = [*drawn, *(table for table in made if table.rows)]
    return Section("harm", "Stopping for harm", tuple(blocks))


def _protocol(report: DesignReport) -> Section:
    return Section("protocol", "Statistical section for a protocol", protocol_text(report))


def _drawn(figures: Mapping[str, FigureBlock], name: str) -> tuple[FigureBlock, ...]:
    return (figures[name],) if name in figures else ()


def _parameters(design: Design) -> Section:
    columns = (Column("Parameter", width=1.4), Column("Value"))
    rows = tuple((capital(" ".join(path)), value) for path, value in _values(design, ()))
    table = Table("parameters", "Every parameter of the design file", columns, rows)
    return Section("parameters", "Parameters and sources", (table,), follows=True)


def _values(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The leaves of a design with the words that lead to them."""
    if is_dataclass(value):
        for one in fields(value):
            if one.name == "responder":
                yield (*path, one.name), criterion_label(getattr(value, one.name))
            elif one.name not in NOT_SHOWN:
                yield from _values(getattr(value, one.name), (*path, plain(one.name)))
    elif isinstance(value, tuple) and any(map(is_dataclass, value)):
        for place, part in enumerate(value, start=1):
            yield from _values(part, (*path[:-1], f"{_singular(path[-1])} {place}:"))
    elif path[-1] == "order" and not value:
        yield path, "together"
    elif isinstance(value, tuple) and value:
        yield path, ", ".join(map(_said, value))
    elif value not in (None, "", ()):
        yield path, _said(value)


def _singular(word: str) -> str:
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, float) else plain(str(value))


def _sources(design: Design) -> Section:
    cited = [*model_sources(design.borrowing)]
    arms = [arm for basket in design.baskets for arm in (basket, basket.control) if arm is not None]
    cited += [SAM_SOURCE] if any(arm.self_adapting for arm in arms) else []
    cited += HARM_SOURCES[design.harm.boundary] if design.harm else ()
    blocks: list[Block] = [Bullets(tuple(cited))] if cited else []
    if rates := cited_rates(design):
        blocks += [Heading("Published rates that the reasons name", 3), Bullets(rates)]
    return Section("sources", "Sources of the methods", tuple(blocks), 2)


def cited_rates(design: Design) -> tuple[str, ...]:
    """What stands behind N01, N02, ... in the reasons of rates and priors: rows of the published null rates."""
    controls = [basket.control for basket in design.baskets if basket.control]
    reasons = [text for basket in design.baskets for text in (basket.null_reason, basket.prior_reason)]
    reasons += [control.prior_reason for control in controls]
    rows = published()
    named = sorted({name for text in reasons for name in re.findall(r"\bN\d+\b", text)} & rows.keys())
    return tuple(_rate_in_words(rows[name]) for name in named)


def _rate_in_words(row: Mapping[str, str]) -> str:
    doi = f", doi:{row['doi']}" if row["doi"] else ""
    week = f" at week {row['timepoint_weeks']}" if row["timepoint_weeks"] else ""
    return f"{row['id']}: {row['endpoint']}{week}, {row['arm']}, {row['trial']}. {row['source']}{doi}"
