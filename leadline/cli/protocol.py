"""leadline protocol check, diff: how the therapy is to be given, and what an amendment changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadline.protocol.check import CheckedProtocol

app = typer.Typer(help="How the therapy is to be given, and whether it was given so.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def check(
    protocol: Annotated[
        str | None, typer.Argument(help="Protocol file (YAML), or a shipped one: msc_iv_paediatric.")
    ] = None,
    casebook: Annotated[
        Path | None, typer.Argument(help="Casebook to hold against it: a folder, or a workbook (.xlsx).")
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print an annotated protocol file and stop.")
    ] = False,
    on: Annotated[
        str,
        typer.Option(
            "--on", metavar="DAY", help="As of this day: 2026-03-02, or D120; else the last recorded."
        ),
    ] = "",
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write what is to come as a calendar file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find what a protocol contradicts, and list what the centre still has to fill in; with a casebook, hold each
    child, infusion, visit and change of treatment against it, and list what is still to be recorded."""
    from leadline.errors import ProtocolContradicts
    from leadline.protocol.check import check_protocol
    from leadline.protocol.reading import shipped_protocol

    if example:
        print(shipped_protocol("msc_iv_paediatric").read_text("utf-8"), end="")
        return
    if protocol is None:
        raise typer.BadParameter("Give a protocol file, or --example.")
    checked = check_protocol(protocol)
    if casebook is not None and not checked.contradictions:
        from leadline.cli.adherence import show_adherence

        show_adherence(checked.protocol, casebook, on=on, ics=ics, as_json=as_json)
        return
    if as_json:
        print(json.dumps(checked.to_dict(), ensure_ascii=False, indent=1))
    else:
        _print_checked(checked)
    if checked.contradictions:
        raise typer.Exit(ProtocolContradicts.exit_code)


def _print_checked(checked: CheckedProtocol) -> None:
    read = checked.protocol
    print(f"{read.title} ({read.id}, version {read.version}, {read.status})")
    if checked.contradictions:
        print(f"\nContradictions: {len(checked.contradictions)}")
        for found in checked.contradictions:
            print(f"  {checked.file}, line {found.line}, {found.key}: {found.what}.")
            print(f"    To do: {found.todo}.")
    else:
        print("No contradictions.")
    if checked.open_figures:
        print(f"\nFor the centre to fill in: {len(checked.open_figures)}")
        for figure in checked.open_figures:
            unit = f" ({figure.unit})" if figure.unit else ""
            print(f"  line {figure.line}, {figure.key}: {figure.fill_in}{unit}")
    print(f"\n{read.notice[0]}")
