"""All that a person should know of a measure, in plain lines, made from its own values.

For `leadline measure ID --explain` and the documentation's page of each measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf

from leadline.casebook.items import Item
from leadline.casebook.prose import capital
from leadline.casebook.schema import DISEASE_NAMES
from leadline.measures.definition import Calculation, Measure, Score, Source
from leadline.measures.words import missing_in_words, rule_in_words, unit_in_words


def diseases_in_words(measure: Measure) -> str:
    """`Juvenile idiopathic arthritis`, or any disease."""
    return capital(", ".join(DISEASE_NAMES[each] for each in measure.diseases)) or "Any disease"


def heading_of(measure: Measure) -> str:
    """Under which disease a list has the measure: its first."""
    return capital(DISEASE_NAMES[measure.diseases[0]]) if measure.diseases else "Any disease"


def explain(measure: Measure) -> dict[str, str | list[str]]:
    """Heading to its line or lines; headings with nothing to say are left out."""
    explained: dict[str, str | list[str]] = {
        "id": measure.id,
        "title": measure.title,
        "takes": list(measure.takes),
        "items": [_item(measure, item) for item in measure.items],
        "rule": rule_in_words(measure),
        "gives": list(_gives(measure)),
        "missing": missing_in_words(measure),
        "cut_offs": list(_cutoffs(measure)),
        "important_change": list(_important_change(measure)),
        "notes": list(measure.notes),
        "licence": measure.licence,
        "status": "provisional: " + measure.provisional if measure.provisional else measure.status,
        "sources": [source_in_words(source) for source in measure.sources],
    }
    return {heading: lines for heading, lines in explained.items() if lines}


def _item(measure: Measure, item: Item) -> str:
    name = measure.calculator_names.get(item.id, item.id)
    default = measure.parameters.get(item.id)
    chosen = "" if default is None else f"; {_plain(default)} if not given"
    return f"{name}: {item.title}, {range_in_words(item)}{chosen}"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def range_of(measure: Score) -> str:
    """The range of a score; a change has no ends."""
    return (
        "any number" if isinf(measure.low) or isinf(measure.high) else f"{measure.low:g} to {measure.high:g}"
    )


def range_in_words(item: Item) -> str:
    """What an item takes, and its unit."""
    match item.kind:
        case "yes_no":
            return "yes or no"
        case "choice":
            return "one of " + ", ".join(item.choices)
        case _:
            unit = unit_in_words(item.unit)
            limits = " (limits to catch a wrong unit)" if item.limits_are_ours else ""
            return f"{item.low:g} to {item.high:g}{f' {unit}' if unit else ''}{limits}"


def _gives(measure: Measure) -> Iterator[str]:
    if isinstance(measure, Score):
        yield f"{measure.output}, {range_of(measure)}; {measure.better} is better"
    elif isinstance(measure, Calculation):
        yield ", ".join(name.replace("_", " ") for name in measure.results)


def _cutoffs(measure: Measure) -> Iterator[str]:
    if not isinstance(measure, Score):
        return
    for grade, lowest in measure.grades:
        yield f"{grade}: {lowest:g} or more"
    for cutoffs in measure.cutoffs:
        bands = (
            f"{band.state} to {band.up_to:g}" if band.up_to is not None else f"{band.state} above"
            for band in cutoffs.bands
        )
        yield f"{cutoffs.set_id}, {cutoffs.course}: {', '.join(bands)} [{cutoffs.source}]"


def _important_change(measure: Measure) -> Iterator[str]:
    if isinstance(measure, Score):
        if measure.important_improvement is not None:
            yield f"improvement: {measure.important_improvement:g}"
        if measure.important_worsening is not None:
            yield f"worsening: {measure.important_worsening:g}"


def source_in_words(source: Source) -> str:
    place = f", doi:{source.doi}" if source.doi else f", {source.url}" if source.url else ""
    return f"[{source.key}] {source.citation}{place}"
