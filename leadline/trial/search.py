"""A search over designs: every combination of some values, on local processes or a Dask cluster, resumable.

Each finished design is one line of JSON in the output file; a design whose settings stand there is not run again.
"""

from __future__ import annotations

import hashlib
import json
from itertools import product
from typing import TYPE_CHECKING, Any

import yaml

from leadline.errors import DesignInvalid, LeadlineError
from leadline.trial.calibration import Control, calibrate
from leadline.trial.error_rates import worst_errors
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from leadline.trial.scenarios import Scenario
from leadline.trial.workers import end_last_line, finished_lines, submitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Row = dict[str, Any]


def parse_variation(text: str) -> tuple[str, list[Any]]:
    """`efficacy.posterior=0.9;0.95` as a key and its values; each value is YAML, so that lists are allowed."""
    key, equals, values = text.partition("=")
    if not equals or not key or not values:
        raise DesignInvalid(
            f"--vary: found '{text[:60]}'; takes KEY=VALUE;VALUE", hint="As efficacy.posterior=0.9;0.95"
        )
    return key, [yaml.safe_load(value) for value in values.split(";")]


def search_designs(
    text: str,
    *,
    name: str,
    variations: Mapping[str, Sequence[Any]],
    out: Path,
    level: float | None = None,
    workers: int = 2,
    scheduler: str = "",
) -> Iterator[tuple[int, int, Row]]:
    """Run every combination of the variations; give (how many are done, of how many, the row) as each is finished.

    text, name   of the design file that is varied
    level        calibrate each design's threshold to this family-wise error with strong control; None: as it stands
    out          JSON lines; what it holds for the same text and level is given first and not run again
    scheduler    address of a Dask cluster; empty: `workers` local processes
    """
    parse_design(text, name=name)  # a fault of the file itself is told once, before any work
    asked = [dict(zip(variations, values, strict=True)) for values in product(*variations.values())]
    known = {_key(row["settings"]): row for row in _finished(out, text, level)}
    total, done = len(asked), 0
    for settings in asked:
        if _key(settings) in known:
            done += 1
            yield done, total, known[_key(settings)]
    left = [settings for settings in asked if _key(settings) not in known]
    end_last_line(out)
    with submitting(workers, scheduler) as (submit, completed), out.open("a", encoding="utf-8") as lines:
        futures = [submit(evaluate, text, name, settings, level) for settings in left]
        for future in completed(futures):
            row = future.result()
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            done += 1
            yield done, total, row


def evaluate(text: str, name: str, settings: dict[str, Any], level: float | None) -> Row:
    """One design of the grid: its errors, power and sizes, or why it is refused."""
    row: Row = {"settings": settings, "level": level, "design": _fingerprint(text), "refused": ""}
    try:
        return {**row, **_measured(text, name, settings, level)}
    except LeadlineError as error:
        return {**row, "refused": error.message}


def _measured(text: str, name: str, settings: dict[str, Any], level: float | None) -> Row:
    design = parse_design(text, name=name, settings=settings)
    if level is not None:
        found = calibrate(design, level=level, control=Control.STRONG)
        calibrated = {**settings, "efficacy.posterior": found.threshold}
        design = parse_design(text, name=name, settings=calibrated)
    trial = Trial(design)
    null = trial.operating(Scenario("No basket responds", design.null_rates))
    target = trial.operating(Scenario("Every basket responds", design.target_rates))
    worst = worst_errors(trial)
    return {
        "threshold": design.efficacy.posterior,
        "error_null": null.family_wise_error,
        "worst_error": max(one.error for one in worst),
        "at_most": max(one.at_most for one in worst),
        "power": list(target.success),
        "children_null": sum(null.children),
        "children_target": sum(target.children),
        "children_most": sum(design.sizes),
    }


def efficient(rows: Iterable[Row]) -> list[Row]:
    """The designs that no other betters: lowest power, largest error, expected children if none responds.

    Those with the highest lowest power first; refused designs at the end.
    """
    rows = list(rows)
    measured = [row for row in rows if not row["refused"]]
    best = [row for row in measured if not any(_betters(other, row) for other in measured)]
    best.sort(
        key=lambda row: (-min(row["power"]), row["worst_error"], row["children_null"], _key(row["settings"]))
    )
    return [*best, *(row for row in rows if row["refused"])]


def _betters(one: Row, other: Row) -> bool:
    mine, theirs = _merits(one), _merits(other)
    return mine != theirs and all(m <= t for m, t in zip(mine, theirs, strict=True))


def _merits(row: Row) -> tuple[float, ...]:
    return -min(row["power"]), row["worst_error"], row["children_null"]


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _finished(out: Path, text: str, level: float | None) -> list[Row]:
    """Rows of an earlier run of the same design and level."""
    return [
        row
        for row in finished_lines(out)
        if row.get("design") == _fingerprint(text) and row["level"] == level
    ]
