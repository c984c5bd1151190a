"""leadline trial freeze, monitor: what was fixed before the first child, and where the trial stands against it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadline.trial.monitoring import Monitoring

Design = Annotated[
    str,
    typer.Argument(
        metavar="DESIGN", help="Design file (YAML) that names its protocol, or the name of a shipped one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def freeze(
    design: Design,
    out: Annotated[
        Path | None, typer.Option("--out", help="The lock's file; else beside you, NAME.lock.json.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a lock that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a lock, before the first child.

    It holds the design, its protocol, the rules and the boundaries as they are, with their hashes.
    """
    from leadline.trial.monitoring import read_plan, write_lock
    from leadline.trial.reading import find_design

    found = find_design(design)
    plan = read_plan(found)
    path = out or Path(f"{found.stem}.lock.json")
    sha256 = write_lock(plan, path, replace=force)
    if as_json:
        print(json.dumps({"lock": path.name, "sha256": sha256}))
        return
    print(f"{path.name}: {plan.design.title}")
    print(f"Protocol {plan.protocol.id} {plan.protocol.version}; hash {sha256}")


def monitor(
    design: Design,
    casebook: Annotated[
        Path, typer.Argument(metavar="CASEBOOK", help="Folder of CSV or Parquet files, or one workbook.")
    ],
    lock: Annotated[
        Path | None, typer.Option("--lock", help="Lock to hold against: another design is refused.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], metavar="DATE", help="Day of the look; what came later is not used."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the board's report, in an open and a closed part."),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats", metavar="LIST", help="Of html,pdf,csv,figures; monitoring.json is always made."
        ),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over the folder, whatever is in it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the casebook against the frozen rules.

    Where each basket and harm stand, each response derived from its chart.
    """
    from leadline.casebook import read_casebook
    from leadline.trial.monitoring import check_lock, read_lock, read_plan
    from leadline.trial.monitoring import monitor as monitor_trial
    from leadline.trial.reading import find_design

    plan = read_plan(find_design(design))
    held = read_lock(lock) if lock is not None else None
    if held is not None and lock is not None:
        check_lock(held, plan, name=lock.name)
    found = monitor_trial(plan, read_casebook(casebook), on=on.date() if on else None, lock=held)
    if out is not None:
        _write_report(found, out, formats=formats, force=force)
    if as_json:
        from leadline.report.monitoring import monitoring_json

        print(json.dumps(monitoring_json(found), indent=1, ensure_ascii=False))
        return
    _print(found)


def _write_report(found: Monitoring, out: Path, *, formats: str, force: bool) -> None:
    from leadline.report.monitoring import FORMATS, write_monitoring_report

    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    written = write_monitoring_report(found, out, formats=chosen or FORMATS, replace=force)
    print(f"{len(written.paths)} files in {written.folder}", file=sys.stderr)


def _print(found: Monitoring) -> None:
    from leadline.trial.monitoring.words import figures_in_words

    print(f"{found.title}: {found.casebook}, protocol {found.protocol}")
    print("\n".join(found.words))
    for basket in found.baskets:
        print(f"\n{basket.label}: {basket.rule_now}")
        for line in (*basket.words, *figures_in_words(basket)):
            print(f"  {line}")
    print()
    for notice in found.notices:
        print(f"Note: {notice}")
