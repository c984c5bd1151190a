"""Charts as a casebook: what was recorded of the children up to a day, as CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leadline.trial.rehearsal.rows import Cell, Chart, Day, Given

if TYPE_CHECKING:
    from leadline.protocol import Protocol

NOTICE = "Invented children of a rehearsal: no row of this casebook is of a real child."
ENROLLED_DAYS_BEFORE = 14


class Followed(NamedTuple):
    """A chart, and the day of the child's index infusion, of a control that of enrolment (as an ordinal)."""

    chart: Chart
    infused: int


def write_casebook(
    folder: Path, children: Iterable[Followed], *, on: int, protocol: Protocol, title: str
) -> Path:
    """Write what is known on a day (an ordinal); the same charts and day give the same bytes."""
    tables: dict[str, list[dict[str, str]]] = {"about": list(_about(title, on))}
    for child in children:
        for table, cells in _rows(child, on, protocol):
            tables.setdefault(table, []).append(_written(cells, child.infused))
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _about(title: str, on: int) -> Iterator[dict[str, str]]:
    facts = {
        "title": title,
        "kind": "invented",
        "notice": NOTICE,
        "data_cutoff": date.fromordinal(on).isoformat(),
    }
    for key, value in facts.items():
        yield {"key": key, "value": value}


def _rows(child: Followed, on: int, protocol: Protocol) -> Iterator[tuple[str, Mapping[str, Cell]]]:
    now = on - child.infused
    chart = child.chart
    code = chart.patient["patient_id"]
    seen = [row.known for row in chart.rows if row.table == "visits" and row.known <= now]
    last = max([0, *seen, *([chart.last] if chart.last <= now else [])])
    death = {"death_date": Day(chart.died)} if chart.died is not None and chart.died <= now else {}
    yield (
        "patients",
        {
            **chart.patient,
            "protocol_id": protocol.id,
            "protocol_version": protocol.version,
            "enrolled_date": chart.patient.get("enrolled_date", Day(-ENROLLED_DAYS_BEFORE)),
            "last_contact_date": Day(last),
            **death,
        },
    )
    for row in chart.rows:
        if row.known <= now:
            yield row.table, row.cells
    known = min(now, chart.last)  # nobody knows what a child takes who is not seen any more
    for given in chart.drugs:
        if given.start.number <= known:
            yield "medications", {"patient_id": code, **_given(given, known)}


def _given(given: Given, now: int) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"drug_text": given.drug, "start_date": given.start, **given.cells}
    if given.stop is not None and given.stop <= now:
        return cells | {"end_date": Day(given.stop), "ongoing": "no"}
    return {name: cell for name, cell in cells.items() if name != "stop_reason"} | {
        "ongoing": "yes",
        "as_of": Day(now),
    }


def _written(cells: Mapping[str, Cell], infused: int) -> dict[str, str]:
    return {name: _text(cell, infused) for name, cell in cells.items() if cell is not None}


def _text(cell: Cell, infused: int) -> str:
    match cell:
        case Day():
            day = date.fromordinal(infused + cell.number).isoformat()
            return day[:7] if cell.month_only else day
        case float():
            return f"{cell:g}"
        case _:
            return str(cell)
