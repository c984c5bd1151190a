"""The series, its safety, the definitions of refractory, the methods and the checklists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadline import __version__
from leadline.casebook.prose import listed
from leadline.report.blocks import Block, Bullets, FigureBlock, Heading, Prose, Section, Table
from leadline.report.sections.opening import ROWS_IN_A_DOCUMENT
from leadline.report.tables.benefit import benefit_table
from leadline.report.tables.checklists import CHECKLISTS, checklist_table
from leadline.report.tables.children import children_tables, refractory_table
from leadline.report.tables.events import event_rate_table, event_table
from leadline.report.tables.infusions import infusion_table
from leadline.report.tables.methods import about_table, parameter_table, rule_table, source_table
from leadline.report.tables.missing import completeness_table
from leadline.report.tables.scores import score_table
from leadline.report.tables.series import counts_table, criteria_side_by_side, null_table
from leadline.report.words import DIAGNOSES, NO_ADVICE, counted, number_words, plain, proportion_words
from leadline.verdicts.findings import Findings, NullComparison

Figures = Mapping[str, FigureBlock]


def series(findings: Findings, figures: Figures, *, internal: bool) -> Section:
    """All children: swimmer figure, paired change, tables 1 to 3 and 5, and the comparison with no therapy."""
    cases = findings.cases
    blocks: list[Block] = [counts_table(findings), *_chosen(figures, "swimmer")]
    blocks += _readable(*children_tables(findings), infusion_table(cases, internal=internal))
    paired = _chosen(figures, "paired")
    blocks += paired or [
        Prose("Paired change: no child has a score both at baseline and in a follow-up window.")
    ]
    blocks += _readable(score_table(findings), benefit_table(cases), criteria_side_by_side(findings))
    blocks += [Heading("Would it have been seen if the cells did nothing?")]
    blocks += [Prose(_null_sentence(each)) for each in findings.series.null_comparisons]
    blocks += [null_table(findings), Heading("What is recorded")]
    blocks += [*_chosen(figures, "completeness"), *_readable(completeness_table(cases))]
    return Section("series", "The series", tuple(blocks))


def _chosen(figures: Figures, kind: str) -> list[FigureBlock]:
    return [block for name, block in figures.items() if name.startswith(kind)]


def _readable(*tables: Table) -> list[Block]:
    """Each table, or where its CSV is if it is too long for a page."""
    return [
        table
        if len(table.rows) <= ROWS_IN_A_DOCUMENT
        else Prose(f"{table.title}: {len(table.rows):,} rows, in tables/{table.name}.csv.")
        for table in tables
    ]


def _null_sentence(each: NullComparison) -> str:
    text = f"Counting what was {each.basis}, {each.responders} of {each.children} children improved."
    if each.probability_at_least is None:
        diseases = listed(_diseases(each.without_null))
        text += f" No rate without the cells was chosen for {diseases}, so none is compared."
    else:
        rates = listed([f"{null.rate:.3g} in {_disease(null.disease)}" for null in each.nulls])
        text += (
            f" If the cells did nothing and the rates of improvement were {rates}, the probability of as many or more"
            f" would be {number_words(each.probability_at_least)}."
        )
    above = listed([f"{number_words(p)} in {_disease(disease)}" for disease, p in each.posterior_above_null])
    if above:
        text += f" Under the prior {each.prior}, the probability that the rate is above it is {above}."
    return text


def _diseases(ids: Sequence[str]) -> list[str]:
    return [_disease(each) for each in ids]


def _disease(disease: str) -> str:
    return DIAGNOSES.get(disease, plain(disease))


def safety(findings: Findings) -> Section:
    """Events, exact intervals, rates, and how many children would be needed."""
    found = findings.safety
    blocks: list[Block] = [Prose(text) for text in found.sentences]
    if found.with_event.n:
        lines = [
            f"At least one adverse event: {proportion_words(found.with_event)} of the children asked or recorded.",
            f"At least one serious adverse event: {proportion_words(found.with_serious_event)}.",
        ]
        blocks.append(Bullets(tuple(lines)))
    if found.not_assessed:
        names = listed(list(found.not_assessed)) if len(found.not_assessed) <= 20 else "listed in report.json"
        who = counted(len(found.not_assessed), "child", "children")
        blocks.append(
            Prose(f"Never asked about adverse events, as far as recorded: {who} ({names}).", "note")
        )
    if found.children_needed:
        needed = listed(
            [f"{children} for a risk above {100 * risk:g}%" for risk, children in found.children_needed]
        )
        blocks.append(
            Prose(f"Children without an event that are needed to exclude a risk, one-sided 95%: {needed}.")
        )
    blocks += _readable(event_table(findings), event_rate_table(findings))
    return Section("safety", "Safety", tuple(blocks))


def refractory(findings: Findings) -> Section:
    return Section("refractory", "Refractory disease", tuple(_readable(refractory_table(findings.cases))))


def methods(findings: Findings) -> Section:
    """Every rule, parameter and source, so that the report can be made again and argued with."""
    blocks: tuple[Block, ...] = (
        Prose(_paragraph(findings)),
        about_table(findings),
        *((Heading("Notes on the casebook"), Bullets(findings.notices)) if findings.notices else ()),
        parameter_table(findings),
        rule_table(findings),
        source_table(findings),
    )
    return Section("methods", "Methods", blocks)


def _paragraph(findings: Findings) -> str:
    return (
        f"This report was made by Leadline {__version__} from the casebook “{findings.casebook_name}” (contents"
        f" {findings.casebook_hash[:12]}). Each claim was held against published criteria in order of strength; the"
        " first that could be judged decided. A criterion is met, not met, or indeterminate; what is missing is never"
        " taken for zero, for absent or for normal, and nothing was filled in. A partial date was used only where every"
        " day that it can be gives the same answer. What else changed at the time is stated beside a finding and does"
        " not alter it. Intervals of proportions are exact (Clopper-Pearson), those of rates exact (Poisson)."
        f" {NO_ADVICE}"
    )


def checklists(findings: Findings) -> Section:
    intro = Prose(
        "What the data can answer of three reporting lists, and what is left for the authors to write."
    )
    tables = tuple(checklist_table(each, findings) for each in CHECKLISTS)
    return Section("checklists", "Reporting checklists", (intro, *tables))


def everything(findings: Findings, figures: Figures, *, internal: bool) -> Sequence[Section]:
    return (
        series(findings, figures, internal=internal),
        safety(findings),
        refractory(findings),
        methods(findings),
        checklists(findings),
    )
