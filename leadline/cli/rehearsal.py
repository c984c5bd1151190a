"""leadline trial rehearse: the whole trial on invented children, many times, against what is exact."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.trial.rehearsal import Agreement


def rehearse(
    design: Annotated[
        str,
        typer.Argument(
            metavar="DESIGN", help="Design file (YAML) that names its protocol, or a shipped one by its name."
        ),
    ],
    truth: Annotated[
        str,
        typer.Option(
            "--truth",
            help="null, target, or a true rate for every basket: jia=0.55,csle=0.44,mctd=0.1; "
            "of treated and controls: jia=0.55/0.2,...",
        ),
    ],
    children: Annotated[
        str,
        typer.Option(
            "--children",
            help="How many treated come, in all or a basket; else as many as the design takes.",
        ),
    ] = "",
    missing: Annotated[
        float, typer.Option("--missing", help="Share of visits with which something goes wrong.")
    ] = 0.0,
    harm: Annotated[
        str,
        typer.Option(
            "--harm",
            help="True rate of harm; where each basket has a harm rule of its own, also one for every basket: "
            "jia=0.05,csle=0.4,mctd=0.05; else what the design expects.",
        ),
    ] = "",
    intercurrent: Annotated[
        str,
        typer.Option(
            "--intercurrent",
            help="Share of children in whom an intercurrent event happens: "
            "prohibited_drug=0.1,stopped_biologic=0.2,death=0.05; none if left out.",
        ),
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 1,
    rehearsals: Annotated[int, typer.Option("--rehearsals", min=1, help="How many.")] = 100,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Local processes.")] = 2,
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of a Dask cluster, tcp://...")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the rehearsals and the report.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the rehearsals that stand in the folder.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Folder in which every casebook is kept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    """Play the trial on invented children.

    From charts to decisions; the rates are held against the exact ones.
    """
    from leadline.trial.rehearsal import agree, ask
    from leadline.trial.rehearsal import rehearse as rehearse_many

    if resume and out is None:
        raise typer.BadParameter("--resume goes on in the folder of --out: give it.")
    asked = ask(
        design,
        truth=truth,
        children=children,
        missing=missing,
        seed=seed,
        harm_rate=harm or None,
        intercurrent=intercurrent,
    )
    with _folder(out) as folder:
        rows = []
        for done, row in rehearse_many(
            asked,
            rehearsals=rehearsals,
            out=folder / "rehearsals.jsonl",
            resume=resume,
            workers=workers,
            scheduler=scheduler,
            keep=keep,
        ):
            rows.append(row)
            _show_progress(done, rehearsals)
        found = agree(asked, rows)
        if out is not None:
            _write(found, folder)
    print(json.dumps(found.to_dict(), indent=1) if as_json else "\n".join(_report(found)))


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is None:
        with tempfile.TemporaryDirectory(prefix="leadline-") as folder:
            yield Path(folder)
        return
    out.mkdir(parents=True, exist_ok=True)
    yield out


def _show_progress(done: int, of: int) -> None:
    """One line that is written over, for a person; a line every tenth of the way for a file."""
    if sys.stderr.isatty():
        print(f"\r{done} of {of}", end="" if done < of else "\n", file=sys.stderr, flush=True)
    elif done == of or done % max(of // 10, 1) == 0:
        print(f"{done} of {of}", file=sys.stderr)


def _report(found: Agreement) -> Iterator[str]:
    from leadline.trial.rehearsal.words import agreement_in_words, table_lines

    for paragraph in agreement_in_words(found):
        if paragraph:
            yield paragraph
    yield ""
    yield from table_lines(found)
    yield ""
    yield "z: standard errors from exact. drift: against the same children with every response known."


def _write(found: Agreement, folder: Path) -> None:
    from leadline.report.rehearsal import write_rehearsal_report

    for path in write_rehearsal_report(found, folder):
        print(path.name, file=sys.stderr)
