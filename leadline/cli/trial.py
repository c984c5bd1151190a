"""leadline trial check, describe, calibrate, search: a basket trial's design file, and what it would do."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadline.cli import monitoring, rehearsal
from leadline.cli.screen import console, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from leadline.trial.accrual import RandomAccrual
    from leadline.trial.boundaries import BoundaryRow
    from leadline.trial.calibration import Calibration
    from leadline.trial.describe import DesignReport

app = typer.Typer(
    help="Design a basket trial: exact error rates, thresholds, boundaries.", no_args_is_help=True
)
app.command()(monitoring.freeze)
app.command()(monitoring.monitor)
app.command()(rehearsal.rehearse)

File = Annotated[
    str,
    typer.Argument(
        metavar="DESIGN",
        help="Design file (YAML), or the name of one that comes with Leadline, as msc_basket.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def check(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="Design file (YAML), or the name of a shipped one.")
    ] = "",
    example: Annotated[
        bool, typer.Option("--example", help="Print an annotated design file and stop.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a design file holds, or what is wrong."""
    from leadline.trial.reading import find_design, read_design, shipped_design
    from leadline.trial.words import design_in_words

    if example:
        print(shipped_design("msc_basket").read_text("utf-8"), end="")
        return
    if not design:
        raise typer.BadParameter("Give a design file, or --example.")
    read = read_design(find_design(design))
    if as_json:
        print(
            json.dumps(
                {"design": read.title, "baskets": [basket.id for basket in read.baskets], "problems": []}
            )
        )
        return
    print("\n".join(design_in_words(read, boundaries=())))


@app.command()
def describe(
    design: File,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for a report that a board can read.")
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats", metavar="LIST", help="Of html,pdf,docx,csv,figures; design.json is always made."
        ),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over the folder, whatever is in it.")] = False,
    simulate: Annotated[
        int | None,
        typer.Option(
            "--simulate",
            metavar="TRIALS",
            min=100,
            help="Simulate so many trials; by default only a design too large for exact sums is simulated.",
        ),
    ] = None,
    courses: Annotated[
        int,
        typer.Option(
            "--courses", min=20, help="Courses of random accrual, where the design says how children come."
        ),
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of a simulation, and of random accrual.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Find error rates, power, sizes and boundaries.

    Error rates wherever the truth lies, power, sizes, stopping, boundaries, sensitivity.
    """
    from leadline.trial.accrual import Courses
    from leadline.trial.describe import describe as describe_design
    from leadline.trial.reading import find_design, read_design
    from leadline.trial.simulation import DRAWS, Draws

    read = read_design(find_design(design))
    report = describe_design(
        read,
        draws=Draws(simulate or DRAWS.trials, seed),
        simulate=simulate is not None,
        courses=Courses(courses, seed),
    )
    if out is not None:
        _write_report(report, out, formats=formats, force=force)
    if as_json:
        from leadline.report.design.machine import machine

        print(json.dumps(machine(report), indent=1))
        return
    _print_report(report)


@app.command()
def search(
    design: File,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="KEY=V1;V2",
            help="Key and values, as 'efficacy.posterior=0.9;0.95' or 'baskets.*.looks=[6, 12];[8, 16]'; repeat.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="JSON lines, one a design; designs found there are not redone.")
    ],
    level: Annotated[
        float | None,
        typer.Option("--level", help="Calibrate each design to this family-wise error, everywhere."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Local processes.")] = 2,
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of a Dask cluster, tcp://...")] = "",
    as_json: AsJson = False,
) -> None:
    """Run a grid of designs and show the efficient ones."""
    from leadline.trial.reading import find_design, read_text
    from leadline.trial.search import efficient, parse_variation, search_designs

    path = find_design(design)
    text = read_text(path)
    rows = []
    variations = dict(parse_variation(one) for one in vary)
    for done, total, row in search_designs(
        text,
        name=path.name,
        variations=variations,
        level=level,
        out=out,
        workers=workers,
        scheduler=scheduler,
    ):
        print(f"{done} of {total}", file=sys.stderr)
        rows.append(row)
    best = efficient(rows)
    print(json.dumps(best, indent=1) if as_json else "\n".join(_search_line(row) for row in best))


def _search_line(row: dict[str, Any]) -> str:
    if row["refused"]:
        return f"{_settings(row)}: refused, {row['refused']}"
    threshold = row["threshold"] if isinstance(row["threshold"], list | tuple) else [row["threshold"]]
    shown = ", ".join(f"{one:g}" for one in threshold)
    return (
        f"{_settings(row)}: threshold {shown}, largest error {100 * row['worst_error']:.2f} %, "
        f"lowest power {100 * min(row['power']):.1f} %, "
        f"children {row['children_null']:.1f} if none responds, {row['children_target']:.1f} if every one does"
    )


def _settings(row: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in row["settings"].items())


@app.command()
def calibrate(
    design: File,
    level: Annotated[float, typer.Option("--level", help="Family-wise error to hold, as 0.05.")],
    global_null: Annotated[
        bool,
        typer.Option(
            "--global-null", help="Hold it only when no basket responds; the default is everywhere."
        ),
    ] = False,
    per_basket: Annotated[
        bool,
        typer.Option("--per-basket", help="A threshold for each basket, so that all have one type 1 error."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The threshold of success that holds a stated family-wise error."""
    from dataclasses import asdict

    from leadline.trial.calibration import Control, Thresholds
    from leadline.trial.calibration import calibrate as calibrate_design
    from leadline.trial.reading import find_design, read_design

    control = Control.GLOBAL_NULL if global_null else Control.STRONG
    thresholds = Thresholds.EQUAL_ERROR if per_basket else Thresholds.COMMON
    read = read_design(find_design(design))
    found = calibrate_design(read, level=level, control=control, thresholds=thresholds)
    if as_json:
        print(
            json.dumps(
                {**asdict(found), "worst_error": found.worst_error, "at_most": found.at_most}, indent=1
            )
        )
        return
    _print_calibration(found)


def _write_report(report: DesignReport, out: Path, *, formats: str, force: bool) -> None:
    from leadline.report.design.writing import write_design_report
    from leadline.report.folder import FORMATS

    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    written = write_design_report(report, out, formats=chosen or FORMATS, replace=force)
    print(f"{len(written.paths)} files in {written.folder}", file=sys.stderr)


def _print_report(report: DesignReport) -> None:
    for paragraph in report.words:
        print(paragraph)
    screen = console()
    _print_scenarios(screen, report)
    if report.accrual:
        _print_accrual(screen, report, report.accrual)
    print("\nBoundaries")
    for line in _boundary_lines(report.boundaries):
        print(f"  {line}")
    for warning in report.warnings:
        print(f"\nNote: {warning}")


def _print_scenarios(screen: Console, report: DesignReport) -> None:
    from dataclasses import replace

    from leadline.report.design.tables import by_basket_table, scenarios_table

    short = _by_letter(report)
    extremes = replace(short, scenarios=(short.scenarios[0], short.scenarios[-1]))
    for table in (scenarios_table(short), by_basket_table(extremes)):
        print_table(screen, table)
        for note in table.footnotes:
            screen.print(note, markup=False)
    named = zip(short.design.baskets, report.design.baskets, strict=True)
    print(f"Baskets: {', '.join(f'{letter.label} {basket.label}' for letter, basket in named)}.")
    print("Every basket under each true state, with stopping at each look: --out or --json.")


def _by_letter(report: DesignReport) -> DesignReport:
    """The same with A, B, C for the baskets' names, which leave no room on a terminal."""
    from dataclasses import replace

    from leadline.trial.describe import standard_scenarios

    letters = [chr(ord("A") + at) for at in range(len(report.design.baskets))]
    baskets = tuple(replace(basket, name=letters[at]) for at, basket in enumerate(report.design.baskets))
    lettered = replace(report.design, baskets=baskets)
    named = zip(report.scenarios, standard_scenarios(lettered), strict=True)
    scenarios = tuple(replace(one, scenario=scenario) for one, scenario in named)
    return replace(report, design=lettered, scenarios=scenarios)


def _print_accrual(screen: Console, report: DesignReport, accrual: RandomAccrual) -> None:
    from leadline.report.design.accrual import accrual_tables
    from leadline.trial.accrual.words import compared_in_words, drawn_in_words

    for table in accrual_tables(report)[:2]:
        print_table(screen, table)
    for said in (compared_in_words(accrual, report.scenarios, report.worst), drawn_in_words(accrual)):
        print(said)


def _boundary_lines(rows: Sequence[BoundaryRow]) -> Iterator[str]:
    """A line a row; of a randomised basket a line for each run of control responders."""
    from leadline.trial.words import by_control_responders, counts_in_words, treated_in_words

    for _, at_look in groupby(rows, key=lambda row: (row.basket, row.look)):
        for runs in by_control_responders(tuple(at_look)):
            first = runs[0]
            if not first.controls:
                yield from map(_boundary_line, runs)
                continue
            controls = counts_in_words(first.control_responders_from, first.control_responders_to)
            yield (
                f"{first.basket}: {controls} of {first.controls} controls respond, and of {first.children} treated "
                f"{treated_in_words(runs)}"
            )


def _boundary_line(row: BoundaryRow) -> str:
    from leadline.trial.boundaries import Action
    from leadline.trial.words import counts_in_words

    counts = counts_in_words(row.responders_from, row.responders_to)
    line = f"{row.basket}: {counts} of {row.children} responders: {row.action}"
    if row.action.open:
        at_null, at_target = str(row.others_null), str(row.others_target)
        always = ", but not always" if row.action is Action.DEPENDS else ""  # else it is not known
        line += (
            f" ({at_null} if they respond at their null rates or at their targets{always})"
            if at_null == at_target
            else f" ({at_null} if they respond at their null rates, {at_target} at their targets)"
        )
    return line


def _each(value: float | tuple[float, ...]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _print_calibration(found: Calibration) -> None:
    from leadline.trial.words import rounded_up

    where = "when no basket responds" if found.control == "global_null" else "whatever the true rates"
    threshold, above, up_to = (_each(value) for value in (found.threshold, found.above, found.up_to))
    shown = ", ".join(f"{one:g}" for one in threshold)
    same = ", ".join(_between(low, high) for low, high in zip(above, up_to, strict=True))
    print(f"Threshold {shown}: family-wise error at most {100 * found.level:g} % {where}.")
    print(f"Every threshold {same} makes the same decisions.")
    print(f"Error when no basket responds: {100 * found.error:.3f} %.")
    proved = rounded_up(found.at_most, 3)
    print(f"Largest error found: {100 * found.worst_error:.3f} %; no true rates give more than {proved} %.")


def _between(low: float, high: float) -> str:
    """Rounded inwards: a threshold that is typed from these digits makes the same decisions."""
    return f"above {ceil(low * 1e7) / 1e7:.7f} and up to {floor(high * 1e7) / 1e7:.7f}"
