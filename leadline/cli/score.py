"""`leadline score`: a whole table by several measures, on the engine of the user's choice.

Parses, calls one step, says what was written.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadline.measures.visits import WindowRule

app = typer.Typer()


class Absent(StrEnum):
    ERROR = "error"
    MISSING = "missing"


class Censored(StrEnum):
    ERROR = "error"
    INTERVAL = "interval"


class OutOfRange(StrEnum):
    ERROR = "error"
    NULL = "null"


@app.command("score", help="Score every row of a table, CSV or Parquet, by one or several measures.")
def run(
    table: Annotated[Path, typer.Argument(help="CSV or Parquet, a row a visit.")],
    measures: Annotated[
        list[str], typer.Option("--measure", metavar="ID", help="which measure; may be given several times")
    ],
    out: Annotated[Path, typer.Option("--out", help="CSV or Parquet file to write.")],
    engine: Annotated[
        str, typer.Option("--engine", help="polars, duckdb, or a Spark master: spark://host:7077, local[2]")
    ] = "polars",
    course: Annotated[
        str | None, typer.Option("--course", help="of the disease, for cut-offs; or the column that holds it")
    ] = None,
    cutoff_set: Annotated[
        str | None, typer.Option("--cutoff-set", help="which published cut-offs name the state")
    ] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="column that says whose visit a row is")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(
            "--day",
            help="column of study days: whole numbers, day 0 is the infusion; for remission also of dates",
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            "--window", metavar="FIRST..LAST", help="days of the baseline, -90..0 unless told; or previous"
        ),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="COLUMN", help="columns that name a row in an error")
    ] = None,
    absent: Annotated[
        Absent, typer.Option("--absent", help="what to do about an item without a column")
    ] = Absent.ERROR,
    out_of_range: Annotated[
        OutOfRange,
        typer.Option("--out-of-range", help="what to do about a value that its scale does not have"),
    ] = OutOfRange.ERROR,
    censored: Annotated[
        Censored,
        typer.Option("--censored", help="what to do about a value beyond detection, such as <5"),
    ] = Censored.ERROR,
    force: Annotated[bool, typer.Option("--force", help="Write over the file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    from leadline.measures.table_files import score_table

    statuses = score_table(
        table, measures, out, engine=engine, replace=force, course=course, cutoff_set=cutoff_set, patient=patient,
        day=day, window=_read_window(window), key=tuple(key or ()), absent=absent.value,
        out_of_range=out_of_range.value, censored=censored.value,
    )  # fmt: skip
    if as_json:
        print(json.dumps({"written": str(out), "measures": statuses}))
        return
    print(out)
    for measure_id, counts in statuses.items():
        shown = ", ".join(f"{status.replace('_', ' ')} {rows}" for status, rows in counts.items())
        print(f"  {measure_id}: {shown or 'no rows'}")


def _read_window(text: str | None) -> WindowRule | None:
    """`-90..0` as its two days; `previous` as it is."""
    if text is None or text == "previous":
        return "previous" if text else None
    days = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", text)
    if days is None:
        raise typer.BadParameter("write FIRST..LAST, as in -90..0, or previous", param_hint="--window")
    return int(days[1]), int(days[2])
