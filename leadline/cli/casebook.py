"""leadline new, leadline check: an empty casebook, and what is wrong with a filled one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadline.errors import CasebookHasProblems

if TYPE_CHECKING:
    from leadline.casebook import Checked

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist, or be empty.")],
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="One workbook in the folder instead of CSV files.")
    ] = False,
    disease: Annotated[
        str, typer.Option("--disease", help="Only the columns for jia, sle or mctd.", metavar="ID")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make an empty casebook in which every column explains itself."""
    from leadline.casebook.workbook import write_template, write_template_xlsx

    written = (
        write_template_xlsx(folder / "casebook.xlsx", disease=disease)
        if xlsx
        else write_template(folder, disease=disease)
    )
    if as_json:
        print(json.dumps({"written": [str(path) for path in written]}))
        return
    for path in written:
        print(path)
    print(f"Fill it in, then: leadline check {folder}")


@app.command()
def check(
    casebook: Annotated[Path, typer.Argument(help="Folder of CSV or Parquet files, or a workbook (.xlsx).")],
    as_json: AsJson = False,
) -> None:
    """List every problem of a casebook at once.

    Where it is, what was found, what is taken, what to do.
    """
    from leadline.casebook import check_casebook

    checked = check_casebook(casebook)
    if as_json:
        print(json.dumps(_as_json(checked), ensure_ascii=False, indent=1))
    elif checked.total:
        _print_problems(checked)
    else:
        _print_counts(checked)
    if checked.total:
        raise typer.Exit(CasebookHasProblems.exit_code)


def _as_json(checked: Checked) -> dict[str, object]:
    return {
        "casebook": checked.name,
        "problems": [
            {
                "table": p.table,
                "row": p.row,
                "column": p.column,
                "found": p.found,
                "taken": p.taken,
                "do": p.todo,
            }
            for p in checked.problems
        ],
        "problem_count": checked.total,
        "notices": list(checked.notices),
        "rows": dict(checked.counts),
    }


def _print_problems(checked: Checked) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=False)
    table.add_column("where", no_wrap=True)
    table.add_column("row", justify="right", no_wrap=True)
    for heading in ("column", "found", "taken", "do"):
        table.add_column(heading, overflow="fold")
    previous = ""
    for problem in checked.problems:
        where = "" if problem.table == previous else problem.table
        previous = problem.table
        cells = (where, str(problem.row or ""), problem.column, problem.found, problem.taken, problem.todo)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    listed = len(checked.problems)
    more = f" ({listed} of them listed)" if listed < checked.total else ""
    problems = "1 problem" if checked.total == 1 else f"{checked.total} problems"
    console.print(f"\n{problems}{more}; nothing was read.", soft_wrap=True)


def _print_counts(checked: Checked) -> None:
    from leadline.casebook.schema import TABLES

    print(f"{checked.name}: no problem found.\n")
    width = max(len(TABLES[name].title) for name in checked.counts)
    for name, number in checked.counts.items():
        print(f"  {TABLES[name].title.ljust(width)}  {number:>7}  {'row' if number == 1 else 'rows'}")
    for notice in checked.notices:
        print(f"\n  Note: {notice}" if notice == checked.notices[0] else f"  Note: {notice}")
