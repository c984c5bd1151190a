"""leadline protocol show, check, diff: how the therapy is to be given, and what an amendment changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli import protocol_document

if TYPE_CHECKING:
    from leadline.protocol.amendments import Amendment, TouchedChild
    from leadline.protocol.check import CheckedProtocol
    from leadline.protocol.protocol import Protocol

app = typer.Typer(help="How the therapy is to be given, and whether it was given so.", no_args_is_help=True)

app.command()(protocol_document.show)

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
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for a report of the casebook, for the team alone.")
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats", metavar="LIST", help="Of html,pdf,docx,csv; adherence.json is always made."
        ),
    ] = "html,pdf,docx,csv",
    force: Annotated[bool, typer.Option("--force", help="Write over the folder, whatever is in it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold a protocol against itself, and a casebook against it.

    What it contradicts, and what the centre still has to fill in; with a casebook each child, infusion, visit and
    change of treatment, and what is still to be recorded.
    """
    from leadline.errors import ProtocolContradicts
    from leadline.protocol.check import check_protocol
    from leadline.protocol.reading import shipped_protocol

    if example:
        print(shipped_protocol("msc_iv_paediatric").read_text("utf-8"), end="")
        return
    if protocol is None:
        raise typer.BadParameter("Give a protocol file, or --example.")
    if out is not None and casebook is None:
        raise typer.BadParameter("--out is for the report of a casebook: give one. The protocol alone: show.")
    if casebook is None and (ics is not None or on):
        raise typer.BadParameter("--ics and --on are about the children of a casebook: give one.")
    checked = check_protocol(protocol)
    if casebook is not None and not checked.contradictions:
        from leadline.cli.adherence import ReportFolder, show_adherence

        report = None if out is None else ReportFolder(out, formats, force)
        show_adherence(checked.protocol, casebook, on=on, ics=ics, report=report, as_json=as_json)
        return
    if as_json:
        print(json.dumps(checked.to_dict(), ensure_ascii=False, indent=1))
    else:
        _print_checked(checked)
    if checked.contradictions:
        raise typer.Exit(ProtocolContradicts.exit_code)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="The version in force: a protocol file, or a shipped one.")],
    new: Annotated[str, typer.Argument(help="The amended version.")],
    casebook: Annotated[
        Path | None, typer.Option("--casebook", help="Say which of its children the amendment touches.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what an amendment changes, and for which children."""
    from leadline.casebook import read_casebook
    from leadline.protocol.amendments import compare_protocols, touched_children
    from leadline.protocol.reading import read_protocol

    before, after = read_protocol(old), read_protocol(new)
    amendments = compare_protocols(before, after)
    children = None if casebook is None else touched_children(before, after, read_casebook(casebook))
    if as_json:
        print(json.dumps(_diff_as_json(before, after, amendments, children), ensure_ascii=False, indent=1))
        return
    _print_amendments(amendments, same_version=before.version == after.version)
    if children is not None:
        _print_touched(children)


def _diff_as_json(
    before: Protocol,
    after: Protocol,
    amendments: tuple[Amendment, ...],
    children: tuple[TouchedChild, ...] | None,
) -> dict[str, object]:
    from dataclasses import asdict

    answer: dict[str, object] = {
        "old": {"protocol": before.id, "version": before.version},
        "new": {"protocol": after.id, "version": after.version},
        "amendments": [{**asdict(each), "path": list(each.path)} for each in amendments],
    }
    if children is not None:
        answer["children"] = [asdict(child) for child in children]
    return answer


HEADINGS = {
    "treatment": "What is done to a child, or recorded of it",
    "conclusion": "What is to be found out, and who decides",
    "wording": "Words, sources and reasons only",
}


def _print_amendments(amendments: tuple[Amendment, ...], *, same_version: bool) -> None:
    if not amendments:
        print("Both versions mean the same.")
    for meaning, heading in HEADINGS.items():
        if said := [each.what for each in amendments if each.meaning == meaning]:
            print(f"{heading}:")
            print("\n".join(f"  - {what}." for what in said))
    if amendments and same_version:
        print("Note: the version is the same in both; an amendment needs a version of its own.")


def _print_touched(children: tuple[TouchedChild, ...]) -> None:
    touched = [child for child in children if child.touched]
    print(f"\nThe amendment touches {len(touched)} of {len(children)} children.")
    for child in touched:
        print(f"  {child.patient_id}")
        for one in child.touched:
            stands = f"{one.before}, as before" if one.before == one.after else f"{one.before} -> {one.after}"
            print(f"    {one.about}: {one.title}: {stands}")
    if elsewhere := [child.patient_id for child in children if child.elsewhere]:
        print(f"Not looked at, as they are treated by another protocol or version: {', '.join(elsewhere)}.")


def _print_checked(checked: CheckedProtocol) -> None:
    from leadline.protocol.figures import UNIT_WORDS

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
            unit = f" ({UNIT_WORDS.get(figure.unit, figure.unit)})" if figure.unit else ""
            print(f"  line {figure.line}, {figure.key}: {figure.fill_in}{unit}")
    if checked.provisional:
        print(
            f"\nProvisional: {len(checked.provisional)} parts rest on professional knowledge that was not read in a"
            " source, and the centre has to confirm them (--json names each)."
        )
    print(f"\n{read.notice[0]}")
