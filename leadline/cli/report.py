"""leadline demo, leadline report, leadline missing: findings shown, in a folder or in the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli.screen import console, print_table
from leadline.errors import ItemUnknown

if TYPE_CHECKING:
    from leadline.casebook.case import Case
    from leadline.report import Written
    from leadline.verdicts import Findings

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Internal = Annotated[
    bool, typer.Option("--internal", help="For the team alone: dates and statements may show.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over what is in the folder.")]
Book = Annotated[Path, typer.Argument(help="Folder of CSV or Parquet files, or a workbook (.xlsx).")]

DEMO = ("swart2019", "wong2021")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("leadline-demo"),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """The published casebooks that come with Leadline to a report each, and where they lie."""
    from leadline.casebook import read_casebook
    from leadline.casebook.examples import path
    from leadline.report import write_report
    from leadline.verdicts import judge

    made = []
    for name in DEMO:
        with _progress(name) as progress:
            findings = judge(read_casebook(path(name)))
            made.append((findings, write_report(findings, out / name, replace=force, progress=progress)))
    if as_json:
        print(json.dumps({"reports": [_as_json(*each) for each in made]}, ensure_ascii=False))
        return
    for findings, written in made:
        _print_claims(findings)
        _print_places(written)


@app.command()
def report(
    casebook: Book,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    formats: Annotated[
        str,
        typer.Option(
            "--formats", metavar="LIST", help="Of html,pdf,docx,csv,figures; report.json is always made."
        ),
    ] = "",
    cases: Annotated[
        str,
        typer.Option("--cases", metavar="IDS", help="Children with pages of their own; all, up to sixty."),
    ] = "",
    null: Annotated[
        list[str] | None,
        typer.Option(
            "--null",
            metavar="DISEASE=RATE",
            help="Response rate without the cells: mctd=0.3, or a published row, jia=N52; repeat.",
        ),
    ] = None,
    internal: Internal = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """A casebook to a report: HTML, PDF, Word, tables, figures and JSON."""
    from leadline.casebook import read_casebook
    from leadline.report import FORMATS, write_report
    from leadline.verdicts import Parameters, judge

    parameters = Parameters().with_null_rates(_nulls(null or []))

    with _progress(casebook.name) as progress:
        progress("reading")
        findings = judge(read_casebook(casebook), parameters=parameters, progress=_counted(progress))
        written = write_report(
            findings,
            out,
            formats=_listed(formats) or FORMATS,
            cases=_listed(cases) or None,
            internal=internal,
            replace=force,
            progress=progress,
        )
    if as_json:
        print(json.dumps(_as_json(findings, written), ensure_ascii=False))
        return
    _print_claims(findings)
    _print_places(written)
    if not internal:
        _print_words_as_written(findings)


def _nulls(given: Sequence[str]) -> dict[str, str | float]:
    """Disease to the null rate given for it: a number, or the id of a published row."""
    from leadline.casebook.schema import DISEASES

    nulls: dict[str, str | float] = {}
    for text in given:
        disease, _, rate = text.partition("=")
        if disease not in DISEASES or not rate:
            hint = f"disease=rate, the diseases being {', '.join(DISEASES)}: --null mctd=0.3"
            raise ItemUnknown(f"Null rate {text!r} is none.", hint=hint)
        try:
            nulls[disease] = float(rate)
        except ValueError:
            nulls[disease] = rate
    return nulls


@app.command()
def missing(
    casebook: Book,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="As of this day: 2026-03-02.")] = "",
    as_json: AsJson = False,
) -> None:
    """What to record at which visit, by when, for which criterion; open windows first."""
    from leadline.casebook import read_casebook
    from leadline.report.permission import check_children
    from leadline.report.tables.missing import to_record_table
    from leadline.verdicts import judge

    findings = judge(read_casebook(casebook), on=_day(on))
    check_children(findings)
    table = to_record_table(findings.cases, internal=True)
    if as_json:
        print(
            json.dumps(
                {"casebook": findings.casebook_name, "missing": _records(findings)}, ensure_ascii=False
            )
        )
        return
    screen = console()
    print_table(screen, table)
    screen.print()
    for note in table.footnotes:
        screen.print(note, markup=False)
    over = sum(not record["open"] for record in _records(findings))
    if over:
        print(
            f"In windows that are over, {over} more criteria lack a record: --json and the report list them."
        )


EVERY = 50  # children between two words about progress


def _counted(progress: Callable[[str], None]) -> Callable[[Iterable[Case], int], Iterator[Case]]:
    """Says how many of how many children are judged."""

    def counting(cases: Iterable[Case], total: int) -> Iterator[Case]:
        for number, case in enumerate(cases):
            if number % EVERY == 0:
                progress(f"judging child {number + 1:,} of {total:,}")
            yield case

    return counting


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ItemUnknown(f"--on is {text}.", hint="write a day as 2026-03-02.") from None


def _records(findings: Findings) -> list[dict[str, object]]:
    """One object a child, window and criterion with something missing; open windows first, then by day."""
    cells = [
        (case.case.patient_id, cell) for case in findings.cases for cell in case.completeness if cell.missing
    ]
    cells.sort(key=lambda pair: (not pair[1].open, pair[0], pair[1].first))
    return [
        {
            "patient_id": child,
            "window": cell.window,
            "open": cell.open,
            "first_day": cell.first,
            "last_day": cell.last,
            "first_date": cell.calendar_first or None,
            "last_date": cell.calendar_last or None,
            "criterion": cell.criterion,
            "criterion_title": cell.criterion_title,
            "record": list(cell.missing),
        }
        for child, cell in cells
    ]


def _as_json(findings: Findings, written: Written) -> dict[str, object]:
    claims = [
        {
            "patient_id": claim.patient_id,
            "claim": claim.claim,
            "speaker": claim.speaker,
            "finding": claim.finding.value,
        }
        for case in findings.cases
        for claim in case.claims
    ]
    return {
        "casebook": findings.casebook_name,
        "folder": str(written.folder),
        "written": [str(path) for path in written.paths],
        "claims": claims,
    }


CLAIMS_SHOWN = ("Child", "Disease", "Claim", "Said by", "When", "Finding", "Decided by")
ROWS_SHOWN = 60


def _print_claims(findings: Findings) -> None:
    from leadline.report.sections.opening import lead
    from leadline.report.tables.claims import claims_table
    from leadline.report.tables.series import counts_table

    screen = console()
    about = dict(findings.about)
    screen.print(f"\n{about.get('title') or findings.casebook_name}", style="bold", markup=False)
    if about.get("notice"):
        screen.print(about["notice"], markup=False)
    screen.print(f"\n{lead(findings)}", markup=False)
    table = claims_table(findings)
    print_table(screen, table if len(table.rows) <= ROWS_SHOWN else counts_table(findings), CLAIMS_SHOWN)


def _print_places(written: Written) -> None:
    """Documents by name; tables and figures by their folders, with how many there are."""
    print()
    for path in written.paths:
        if path.parent == written.folder:
            print(path)
    for name in ("tables", "figures"):
        inside = [path for path in written.paths if path.parent == written.folder / name]
        if inside:
            print(f"{written.folder / name} ({len(inside)} files)")


def _print_words_as_written(findings: Findings) -> None:
    from leadline.report.permission import words_as_written

    number = words_as_written(findings)
    if number:
        events = "1 adverse event is" if number == 1 else f"{number} adverse events are"
        print(
            f"\n{events} called in the report as the chart does (term_text). Read it before it leaves the house: no"
        )
        print("name may be among those words.")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """What is being done, on one line of the terminal that goes away; nothing where no terminal looks on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda doing: status.update(f"{what}: {doing}")
