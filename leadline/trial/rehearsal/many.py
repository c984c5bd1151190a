"""Many rehearsals: on local processes or a Dask cluster, each a line in a file as soon as it is done, resumable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.errors import OutputExists, RehearsalInvalid
from leadline.trial.rehearsal.playing import rehearse_once
from leadline.trial.workers import end_last_line, finished_lines, submitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.trial.rehearsal.asked import Asked
    from leadline.trial.rehearsal.playing import Row


def rehearse(
    asked: Asked,
    *,
    rehearsals: int,
    out: Path,
    resume: bool = False,
    workers: int = 2,
    scheduler: str = "",
    keep: Path | None = None,
) -> Iterator[tuple[int, Row]]:
    """Play rehearsals 1, 2, ... and give (how many are done, the row) as each is finished, those of the file first.

    out        JSON lines, one a rehearsal; in the end in the order of their numbers, whoever finished first
    resume     go on with what the file holds; else a file that is there is refused
    scheduler  address of a Dask cluster; empty: `workers` local processes, none if it is one rehearsal
    keep       folder in which the casebook of every look is kept, on the machine that plays the rehearsal
    raises     OutputExists, RehearsalInvalid (the file holds rehearsals of other arguments), ClusterUnreachable
    """
    known = _known(asked, out, resume=resume)
    if keep is not None and keep.exists() and any(keep.iterdir()) and not resume:
        raise OutputExists(
            f"{keep.name}: not an empty folder",
            hint="Keep the casebooks of one run in a folder of their own.",
        )
    rows = [row for number, row in sorted(known.items()) if number <= rehearsals]
    yield from enumerate(rows, start=1)
    left = [number for number in range(1, rehearsals + 1) if number not in known]
    end_last_line(out)
    for row in _played(asked, left, workers, scheduler, keep, out):
        rows.append(row)
        yield len(rows), row
    known |= {row["number"]: row for row in rows}
    _write(out, [row for _, row in sorted(known.items())])


def _known(asked: Asked, out: Path, *, resume: bool) -> dict[int, Row]:
    """What the file holds, by the number of the rehearsal."""
    if out.exists() and not resume:
        raise OutputExists(
            f"{out.name}: found rehearsals of an earlier run",
            hint="Go on with them: --resume; or name another folder.",
        )
    rows = finished_lines(out)
    if any(row.get("asked") != asked.fingerprint() for row in rows):
        raise RehearsalInvalid(
            f"{out.name}: found rehearsals of another design, protocol, version or other arguments; "
            "takes those of the same",
            hint="Name another folder with --out, or give the arguments that it was begun with.",
        )
    return {row["number"]: row for row in rows}


def _played(
    asked: Asked, numbers: list[int], workers: int, scheduler: str, keep: Path | None, out: Path
) -> Iterator[Row]:
    """Rows as they are finished, each written to the file first."""
    if not numbers:
        return
    kept = str(keep.resolve()) if keep else ""
    with submitting(workers, scheduler) as (submit, completed), out.open("a", encoding="utf-8") as lines:
        for future in completed([submit(rehearse_once, asked, number, kept) for number in numbers]):
            row = future.result()
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            yield row


def _write(out: Path, rows: list[Row]) -> None:
    """The file in the order of the numbers, in place of the one in the order of finishing."""
    part = out.with_name(out.name + ".part")
    part.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8", newline="\n")
    part.replace(out)
