"""A table for each measure that has every item at, just below and just above each limit, and nulls everywhere; and what
each of its rows should say, read one visit at a time."""

import random
from typing import Any

import polars as pl

from leadline.measures import MEASURES
from leadline.measures.definition import Criterion, Measure, Score
from tests.measures.strategies import limits, roots, values

OF_TREES = [measure for measure in MEASURES.values() if roots(measure)]
TYPES = {"yes_no": pl.Boolean, "choice": pl.String, "number": pl.Float64, "count": pl.Float64}
ROWS = 60


def limits_table(measure: Measure) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Rows in which every item takes every candidate, some rows complete and some with gaps."""
    rng, around = random.Random(20_26), limits(measure)
    candidates = {item.id: values(item, around) for item in measure.items}
    rows = []
    for number in range(max(ROWS, *(len(each) for each in candidates.values()))):
        gap = (0, 0.05, 0.4)[number % 3]
        few = number % 5 == 0  # few findings, so that sums stay near their limits
        row = {}
        for name, each in candidates.items():
            value = each[number % len(each)] if rng.random() < 0.3 else rng.choice(each)
            row[name] = None if rng.random() < gap else False if few and value is True else value
        rows.append(row)
    return rows, pl.DataFrame(rows, schema=schema_of(measure), orient="row")


def schema_of(measure: Measure) -> dict[str, Any]:
    return {item.id: TYPES[item.kind] for item in measure.items}


def answers(measure: Measure, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Each row as `evaluate_row` reads it, under the names of the frame's columns."""
    results = [measure.evaluate_row(row) for row in rows]
    columns: dict[str, list[Any]]
    match measure:
        case Score():
            columns = {measure.id: [result[measure.output] for result in results]}
            if measure.grades:
                columns[f"{measure.id}_grade"] = [result["grade"] for result in results]
        case Criterion():
            single = len(measure.rules) == 1
            columns = {
                measure.id if single else f"{measure.id}_{output}": [result[output] for result in results]
                for output in measure.rules
            }
        case _:
            columns = {measure.id: [result[measure.output] for result in results]}  # type: ignore[attr-defined]
    undecided = [
        any(column[row] in (None, "indeterminate") for column in columns.values()) for row in range(len(rows))
    ]
    columns[f"{measure.id}_status"] = ["not_computable" if one else "ok" for one in undecided]
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    if isinstance(measure, Score):
        schema[measure.id] = pl.Float64
    return pl.DataFrame(columns, schema=schema, strict=False)
