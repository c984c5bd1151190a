"""Published response rates without the therapy, and the one chosen for each disease.

One row of `null_rates.csv` is an arm of a trial at an endpoint, with its source; `count_kind` says how the count was
read. A null rate measured under another definition, at another time or on another background drug is marked so.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from leadline.errors import LeadlineError
from leadline.verdicts.findings import NullRate
from leadline.verdicts.parameters import Parameters


@cache
def published() -> Mapping[str, Mapping[str, str]]:
    """Row id to the row as printed: disease, endpoint, arm, events, total, percent, time in weeks, source."""
    text = files("leadline.verdicts").joinpath("null_rates.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def chosen(parameters: Parameters) -> dict[str, NullRate]:
    """Disease to its null rate. Raises LeadlineError for an unknown row or a rate outside 0 to 1."""
    return {disease: _null_rate(disease, choice) for disease, choice in parameters.null_rates}


def _null_rate(disease: str, choice: str | float) -> NullRate:
    if isinstance(choice, float | int):
        if not 0 <= choice <= 1:
            raise LeadlineError(
                f"The null rate of {disease} is {choice}.", hint="a rate lies between 0 and 1"
            )
        return NullRate("", disease, float(choice), None, None, "chosen by the user", "", "", None)
    row = published().get(choice)
    if row is None:
        raise LeadlineError(
            f"No published null rate is called {choice}.", hint=f"taken: {', '.join(published())}"
        )
    events, total = _count(row["n_events"]), _count(row["n_total"])
    rate = events / total if events is not None and total else float(row["percent_printed"]) / 100
    return NullRate(
        row=choice,
        disease=disease,
        rate=rate,
        events=events,
        n=total,
        endpoint=f"{row['endpoint']}, {row['arm']}, {row['trial']}",
        source=row["source"],
        doi=row["doi"],
        weeks=float(row["timepoint_weeks"]) if row["timepoint_weeks"] else None,
        mismatch=_mismatch(row),
    )


def _count(text: str) -> int | None:
    return int(text) if text else None


def _mismatch(row: Mapping[str, str]) -> tuple[str, ...]:
    """What makes the rate a poor match for children treated otherwise, in words."""
    marks = [f"measured as {row['endpoint']} at week {row['timepoint_weeks'] or 'not stated'}"]
    if row["background_therapy"]:
        marks.append(f"on {row['background_therapy']}")
    marks.append(f"in {row['disease']}, {row['population']}")
    if row["count_kind"] != "printed":
        marks.append(f"count: {row['count_kind']}")
    return tuple(marks)
