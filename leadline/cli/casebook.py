"""leadline new, leadline check: an empty casebook, and what is wrong with a filled one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from leadline.errors import CasebookHasProblems

if TYPE_CHECKING:
    from leadline.casebook import Checked
    from leadline.casebook.problems import Problem

ROWS_NAMED = 3
"""Rows of one problem that are named before the rest are counted."""

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
    """Under the name of each table its problems, like ones once; no word is cut, however narrow the screen is."""
    width = get_terminal_size().columns
    for table, problems in groupby(checked.problems, key=lambda problem: problem.table):
        print(table)
        for one, rows in _rows_by_problem(problems):
            where = ", ".join(part for part in (_rows_words(rows), one.column) if part)
            print(_folded(f"{where}: {one.found}" if where else one.found, width, indent=2))
            print(_folded(f"taken: {one.taken}. {one.todo}", width, indent=4))
        print()
    shown = len(checked.problems)
    more = f" ({shown} of them listed)" if shown < checked.total else ""
    counted = "1 problem" if checked.total == 1 else f"{checked.total} problems"
    print(f"{counted}{more}; nothing was read.")


def _rows_by_problem(problems: Iterable[Problem]) -> Iterable[tuple[Problem, list[int]]]:
    """Each problem once, with all the rows that have it; in the order of the first of them."""
    rows: dict[Problem, list[int]] = {}
    for problem in problems:
        found_in = rows.setdefault(replace(problem, row=None), [])
        if problem.row is not None:
            found_in.append(problem.row)
    return rows.items()


def _rows_words(rows: Sequence[int]) -> str:
    """`row 2`, `rows 2, 3 and 5`, `rows 2, 3, 5 and 17 more rows`; nothing for a problem of the whole table."""
    from leadline.casebook.prose import listed

    if len(rows) > ROWS_NAMED + 1:
        return f"rows {', '.join(map(str, rows[:ROWS_NAMED]))} and {len(rows) - ROWS_NAMED} more rows"
    words = listed([str(row) for row in rows])
    return f"{'row' if len(rows) == 1 else 'rows'} {words}" if rows else ""


def _folded(text: str, width: int, *, indent: int) -> str:
    """In lines of the width, broken between words alone: the name of a column stays whole."""
    first, others = " " * indent, " " * (indent + 2)
    return fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _print_counts(checked: Checked) -> None:
    from leadline.casebook.schema import TABLES

    print(f"{checked.name}: no problem found.\n")
    width = max(len(TABLES[name].title) for name in checked.counts)
    for name, number in checked.counts.items():
        print(f"  {TABLES[name].title.ljust(width)}  {number:>7}  {'row' if number == 1 else 'rows'}")
    for notice in checked.notices:
        print(f"\n  Note: {notice}" if notice == checked.notices[0] else f"  Note: {notice}")
