"""The documentation pages of the measures, made from the values that compute them: docs/measures/."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadline.casebook.items import Item
from leadline.casebook.prose import capital
from leadline.measures.definition import NO_GRADE, Calculation, Criterion, Cutoffs, Grading, Measure, Score
from leadline.measures.explanation import (
    diseases_in_words,
    heading_of,
    range_in_words,
    range_of,
    source_in_words,
)
from leadline.measures.instruments import MEASURES, NOT_BUILT
from leadline.measures.remission import CID, ON_MEDICATION, STOPPED, Remission
from leadline.measures.visits import compares_visits, usual_window, visit_columns
from leadline.measures.words import missing_in_words, rule_in_words

Example = Mapping[str, Any]
"""`measure`, `says`, `inputs`, `gives` (some outputs), `from`: a worked example that the tests compute."""

PROVISIONAL = "provisional"

INDEX = """# Measures

One page a measure, made from the values that compute it: items with units, rule, cut-offs, known disagreements, worked
examples that the tests run, sources. Provisional means that a number was not read in a source; its page says which.
[Scoring tables](../scoring.md) says how to use them on a table, of any size and on any engine. The measures dossier
that examples name is this project's own collection of definitions, with what was read where.
"""


def index_page() -> str:
    """Every measure by disease, with what it gives and its status, and what is not built."""
    parts = [INDEX]
    for heading, group in _by_disease():
        rows = (
            (f"[{_cell(each.title)}]({each.id}.md)", f"`{each.id}`", _kind(each), each.status)
            for each in group
        )
        parts.append(f"## {heading}\n\n{_table(('measure', 'id', 'gives', 'status'), rows)}")
    absent = ((each.title, f"`{each.id}`", each.reason) for each in NOT_BUILT.values())
    parts.append(f"## Not built\n\n{_table(('measure', 'id', 'why'), absent)}")
    return "\n".join(parts)


def measure_page(measure: Measure, examples: Sequence[Example]) -> str:
    """All of one measure."""
    sections: tuple[tuple[str, str], ...] = (
        ("Items", _items(measure)),
        ("Rule", f"```text\n{chr(10).join(rule_in_words(measure))}\n```\n"),
        ("Result", _result(measure)),
        ("Cut-offs", _cutoffs(measure)),
        ("Worked examples", _examples(examples)),
        ("On a table", _on_a_table(measure)),
        ("Disagreements and limits", _list(measure.notes)),
        ("Sources", _list(_linked(source_in_words(each)) for each in measure.sources)),
        ("Licence", f"{_sentence(measure.licence)}\n"),
    )
    parts = [f"# {measure.title}\n", _head(measure)]
    parts += [f"## {heading}\n\n{text}" for heading, text in sections if text]
    return "\n".join(parts)


def _by_disease() -> Iterator[tuple[str, list[Measure]]]:
    groups: dict[str, list[Measure]] = {}
    for each in MEASURES.values():
        heading = heading_of(each)
        groups.setdefault(heading, []).append(each)
    yield from groups.items()


def _head(measure: Measure) -> str:
    diseases = diseases_in_words(measure)
    status = measure.status if measure.status != PROVISIONAL else f"**provisional**: {measure.provisional}"
    return _list((f"Id: `{measure.id}`", f"For: {diseases}", f"Gives: {_kind(measure)}", f"Status: {status}"))


def _kind(measure: Measure) -> str:
    match measure:
        case Score():
            return f"a score, {range_of(measure)}, {measure.better} is better"
        case Criterion():
            return "met, not met, indeterminate" + ("" if measure.applies is None else ", not applicable")
        case Grading():
            return ", ".join([*(grade for grade, _ in measure.grades), measure.otherwise]).replace("_", " ")
        case Calculation():
            return ", ".join(each.replace("_", " ") for each in measure.results)
        case _:
            return "the change of each component"


def _items(measure: Measure) -> str:
    if not measure.items:
        return f"Takes {_code_list(measure.takes)}.\n"
    rows = [(f"`{each.id}`", _cell(each.title), _taken(measure, each)) for each in measure.items]
    by_calculator = tuple(measure.takes) != tuple(measure.by_id)
    table = _table(("column", "what it is", "takes"), rows)
    return table + (
        f"\n`leadline measure {measure.id}` takes {_code_list(measure.takes)}.\n" if by_calculator else ""
    )


def _taken(measure: Measure, item: Item) -> str:
    default = measure.parameters.get(item.id)
    shown = {True: "yes", False: "no"}.get(default, default) if isinstance(default, bool) else default
    return _cell(range_in_words(item) + ("" if default is None else f"; {shown} if not given"))


def _result(measure: Measure) -> str:
    lines = [f"{_sentence(missing_in_words(measure))}"]
    if isinstance(measure, Score):
        changes = (("improvement", measure.important_improvement), ("worsening", measure.important_worsening))
        known = [f"{name} {value:g}" for name, value in changes if value is not None]
        lines += [f"Important change: {', '.join(known)}."] if known else []
    return " ".join(lines) + "\n"


def _cutoffs(measure: Measure) -> str:
    if isinstance(measure, Score) and measure.grades:
        grades = [*((grade, f"≥ {lowest:g}") for grade, lowest in measure.grades), (NO_GRADE, "below")]
        return _table(("grade", "value"), grades)
    if not isinstance(measure, Score) or not measure.cutoffs:
        return ""
    states = [band.state for band in measure.cutoffs[0].bands]
    rows = (
        (f"`{each.set_id}`", each.course or "any", *_reaches(each), f"[{each.source}]")
        for each in measure.cutoffs
    )
    sets = {each.set_id for each in measure.cutoffs}
    both = "Both sets are shown, because they disagree; the first is taken unless the other is named.\n\n"
    return (both if len(sets) > 1 else "") + _table(("set", "course", *states, "source"), rows)


def _reaches(cutoffs: Cutoffs) -> Iterator[str]:
    for band in cutoffs.bands:
        yield "above" if band.up_to is None else f"≤ {band.up_to:g}"


def _examples(examples: Sequence[Example]) -> str:
    return "\n".join(_example(each) for each in examples)


def _example(example: Example) -> str:
    return (
        f"{_sentence(example['says'])} From: {example['from']}.\n\n"
        f"```text\n{_wrapped(example['inputs'])}\n→ {_wrapped(example['gives'])}\n```\n"
    )


WIDTH = 78


def _wrapped(value: object, indent: int = 0) -> str:
    """A value as JSON, an object or a list that is too wide for a line with each of its entries on its own."""
    text = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and indent + len(text) > WIDTH:
        lines = (f"{' ' * (indent + 2)}{_wrapped(each, indent + 2)}" for each in value)
        return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
    if not isinstance(value, Mapping) or indent + len(text) <= WIDTH:
        return text
    inner = " " * (indent + 2)
    entries = (f"{inner}{json.dumps(name)}: {_wrapped(each, indent + 2)}" for name, each in value.items())
    return "{\n" + ",\n".join(entries) + "\n" + " " * indent + "}"


def _on_a_table(measure: Measure) -> str:
    if isinstance(measure, Remission):
        return (
            "Each visit is the last of the visits up to it. A row holds the patient, the day (a date, "
            f"or a study day), {_code_list((CID.id, ON_MEDICATION.id))} and perhaps `{STOPPED}`. What has lasted "
            "is found from the rows. Beside the state come "
            f"{_code_list(f'{measure.id}_{name}' for name in ('since', 'run_visits', 'largest_gap_days'))}.\n\n"
            f'```python\nscored = m.score(frame, "{measure.id}", patient="patient", day="date")\n```\n'
        )
    if not compares_visits(measure):
        return f'{_columns_given(measure)}```python\nscored = m.score(frame, "{measure.id}")\n```\n'
    window = usual_window(measure)
    against = (
        "the visit before" if window == "previous" else f"the last visit of days {window[0]} to {window[1]}"
    )
    columns = dict.fromkeys(name for item in measure.items for name in visit_columns(item)[:1])
    return (
        f"Each visit is compared with {against}, unless another window is named. Columns of a visit: "
        f"{_code_list(columns)}.\n\n"
        f'```python\nscored = m.score(frame, "{measure.id}", patient="patient", day="day")\n```\n'
    )


def _columns_given(measure: Measure) -> str:
    """The names of the columns, where there are several results."""
    if not isinstance(measure, Calculation):
        return ""
    names = (measure.id if measure.needed == (key,) else f"{measure.id}_{key}" for key in measure.results)
    return f"Gives {_code_list((*names, f'{measure.id}_status'))}.\n\n"


# ---- text ----------------------------------------------------------------------------------------------------------


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _list(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _code_list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(text: str) -> str:
    return f"{capital(text)}{'' if text.endswith('.') else '.'}"


def _linked(text: str) -> str:
    """A DOI or an address at the end of a source, as a link."""
    before, mark, doi = text.rpartition(", doi:")
    if mark:
        return f"{_cell(before)}, [doi:{doi}](https://doi.org/{doi})"
    before, _, place = text.rpartition(", ")
    if "." in place and "/" in place and " " not in place:
        address = place if place.startswith("http") else f"https://{place}"
        return f"{before}, [{place}]({address})"
    return text
