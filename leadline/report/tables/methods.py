"""How it was judged: the casebook's own facts, every parameter, every rule set and every source used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from leadline.casebook.prose import capital
from leadline.casebook.schema import ABOUT_KEYS
from leadline.measures import MEASURES
from leadline.measures.definition import Source
from leadline.report.blocks import Column, Table
from leadline.report.words import CUTOFF_SETS, DIAGNOSES, plain, window_words
from leadline.verdicts.findings import Findings

PARAMETERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "baseline_window_days": (
            "Baseline: days before the first infusion within which an assessment counts",
            "days",
        ),
        "baseline_old_after_days": (
            "A baseline is marked as old when it is more days before the infusion",
            "days",
        ),
        "windows": ("Follow-up windows, from day to day", ""),
        "claim_days_before": ("An assessment decides a claim if at most so long before it", "days"),
        "claim_days_after": ("An assessment decides a claim if at most so long after it", "days"),
        "laboratory_window_days": (
            "A laboratory value belongs to an assessment if at most so far from it",
            "days",
        ),
        "weight_max_age_days": ("A weight is used for a dose per kg up to an age of", "days"),
        "gap_warning_days": ("A gap between assessments is warned of when longer than", "days"),
        "attribution_days": ("Changes of treatment count from so long before the first infusion", "days"),
        "attribution_days_long": ("The same for long-acting drugs", "days"),
        "drug_break_days": (
            "A drug taken up again counts as started anew after a break of more than",
            "days",
        ),
        "long_acting": ("Drugs that count as long-acting", ""),
        "glucocorticoid_rise_mg_kg_day": (
            "A glucocorticoid rise confounds above, prednisone equivalent",
            "mg/kg/day",
        ),
        "effect_first_day": ("The cells are taken to act from day, after the last infusion", ""),
        "effect_last_day": ("The cells are taken to act up to day, after the last infusion", ""),
        "cutoff_set": ("Cut-offs of the JADAS states", ""),
        "null_rates": (
            "Rates without the cells: rows of the published null rates, or rates chosen by the user",
            "",
        ),
        "prior_shape_a": ("Beta prior of a response rate, first shape", ""),
        "prior_shape_b": ("Beta prior of a response rate, second shape", ""),
    }
)
"""What each parameter of the verdicts is, in words, and its unit."""


def about_table(findings: Findings) -> Table:
    """What the casebook says of itself."""
    rows = tuple((_fact(key), value) for key, value in findings.about if value and key != "notice")
    columns = (Column("Fact", width=1.0), Column("As stated in the casebook", width=2.4))
    return Table("about", "The casebook", columns, rows, empty="The casebook says nothing of itself.")


def _fact(key: str) -> str:
    """What the casebook's key stands for; the notice stands on every page and is not repeated."""
    words = ABOUT_KEYS.get(key, plain(key))
    return "Printed for all children together" if key == "group_result" else capital(words)


def parameter_table(findings: Findings) -> Table:
    """One row a parameter, with its value."""
    rows = tuple(_parameter_row(name, value) for name, value in findings.parameters)
    columns = (Column("Parameter", width=2.6), Column("Value", width=1.6), Column("Unit", width=0.7))
    return Table(
        "parameters",
        "Parameters",
        columns,
        rows,
        ("Each is a choice of this project, built on published criteria; a trial can set its own.",),
        "No parameter is named.",
    )


def _parameter_row(name: str, value: Any) -> tuple[str, str, str]:
    words, unit = PARAMETERS.get(name, (capital(plain(name)), ""))
    shown = _null_rate_words(value) if name == "null_rates" else _value_words(value)
    return words, shown, unit


def _null_rate_words(chosen: Sequence[tuple[str, str | float]]) -> str:
    """ "JIA: row N52; childhood SLE: 0.4"."""
    rates = ((DIAGNOSES.get(disease, plain(disease)), rate) for disease, rate in chosen)
    return "; ".join(
        f"{disease}: {f'row {rate}' if isinstance(rate, str) else f'{rate:g}'}" for disease, rate in rates
    )


def _value_words(value: object) -> str:
    if isinstance(value, Mapping):
        name = window_words(value["name"])
        return f"{name}: {value['first']} to {value['last']}"
    if isinstance(value, list | tuple):
        return "; ".join(map(_value_words, value))
    if isinstance(value, int | float):
        return f"{value:g}"
    return CUTOFF_SETS.get(str(value), plain(str(value)))


def rule_table(findings: Findings) -> Table:
    """One row a rule set, with its version."""
    rows = tuple((capital(plain(name)), version) for name, version in findings.rule_sets)
    columns = (Column("Rule set", width=1.6), Column("Version or source", width=2.0))
    return Table("rules", "Rule sets", columns, rows, empty="No rule set is named.")


def source_table(findings: Findings) -> Table:
    """One row a source of a measure or criterion that these findings used."""
    rows = tuple(
        (MEASURES[measure].title, source.citation, f"doi:{source.doi}" if source.doi else source.url, status)
        for measure in measures_used(findings)
        for source, status in _sources(measure)
    )
    columns = (
        Column("Measure or criterion", width=1.5),
        Column("Source", width=2.2),
        Column("Where", "code", 1.4),
        Column("Status", width=0.9),
    )
    note = "Provisional: a number of the definition was not read in its source and is to be checked."
    return Table(
        "sources", "Measures, criteria and their sources", columns, rows, (note,), "No measure was used."
    )


def _sources(measure: str) -> Iterator[tuple[Source, str]]:
    for source in MEASURES[measure].sources:
        yield source, MEASURES[measure].status


def measures_used(findings: Findings) -> list[str]:
    """Ids of the registered measures behind the claims, the completeness and the scores, in the catalogue's order."""
    used: set[str] = set()
    for case in findings.cases:
        used.update(outcome.criterion for claim in case.claims for outcome in claim.criteria)
        used.update(cell.criterion for cell in case.completeness)
        used.update(score.measure for score in case.scores)
    return [measure for measure in MEASURES if measure in used]
