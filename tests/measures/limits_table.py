"""A table for each measure that has every item at, just below and just above each limit, and nulls everywhere; and what
each of its rows should say, read one visit at a time."""

import random
from itertools import count
from typing import Any

import polars as pl

from leadline.measures import MEASURES
from leadline.measures.definition import Calculation, Criterion, Grading, Measure, Score
from leadline.measures.mctd import ComponentChanges
from leadline.measures.remission import Remission
from tests.measures.strategies import limits, values

OF_ONE_ROW = [measure for measure in MEASURES.values() if not isinstance(measure, Remission)]
"""All but the one of which a row needs the other rows of the patient."""

FEW = {
    "analyte": (
        "crp_mg_l",
        "crp",
        "temp_c",
        "platelets",
        "creatinine_mg_dl",
        "esr_mm_h",
        "anti_dsdna",
        "titre",
    )
}
"""So few of the choices of an item that they meet with what goes with them."""

TYPES = {"yes_no": pl.Boolean, "choice": pl.String, "number": pl.Float64, "count": pl.Float64}
ROWS = 60


def limits_table(measure: Measure) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Rows in which every item takes every candidate, some rows complete and some with gaps."""
    rng, around = random.Random(20_26), limits(measure)
    candidates = {item.id: FEW.get(item.id) or values(item, around) for item in measure.items}
    rows: list[dict[str, Any]] = []
    wanted = max(ROWS, *(len(each) for each in candidates.values()))
    for number in count():
        if len(rows) == wanted:
            break
        gap = (0, 0.05, 0.4)[number % 3]
        few = number % 5 == 0  # few findings, so that sums stay near their limits
        row = {}
        for name, each in candidates.items():
            value = each[number % len(each)] if rng.random() < 0.3 else rng.choice(each)
            row[name] = None if rng.random() < gap else False if few and value is True else value
        if all(each.rule.evaluate(row) is not False for each in measure.constraints):
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
        case ComponentChanges():
            organs = [each.id for each in measure.components]
            columns = {f"{measure.id}_{organ}": [result[organ] for result in results] for organ in organs}
        case Calculation():
            columns = {
                measure.id if measure.needed == (key,) else f"{measure.id}_{key}": [
                    result.get(key) for result in results
                ]
                for key in measure.results
            }
        case Grading():
            columns = {measure.id: [result[measure.output] for result in results]}
        case _:
            raise TypeError(f"no columns of {type(measure).__name__}")
    if isinstance(measure, Score | Calculation):
        statuses = [result.get("status") or _status(measure, result) for result in results]
        return pl.DataFrame({**columns, f"{measure.id}_status": statuses}, strict=False)
    undecided = [
        any(column[row] in (None, "indeterminate") for column in columns.values()) for row in range(len(rows))
    ]
    columns[f"{measure.id}_status"] = ["not_computable" if one else "ok" for one in undecided]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String), strict=False)


def _status(measure: Measure, result: dict[str, Any]) -> str:
    """Of the one that leaves out what it was given nothing of, and has no status for one visit."""
    assert isinstance(measure, Calculation)
    known = [result.get(key) is not None for key in measure.results]
    return "ok" if all(known) else "partly_computable" if any(known) else "not_computable"
