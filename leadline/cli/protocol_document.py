"""leadline protocol show: the protocol as a document that a committee can read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadline.errors import DesignInvalid

if TYPE_CHECKING:
    from leadline.protocol.check import CheckedProtocol
    from leadline.protocol.protocol import Protocol
    from leadline.report.folder import Written
    from leadline.trial.describe import DesignReport


def show(
    protocol: Annotated[
        str, typer.Argument(help="Protocol file (YAML), or a shipped one: msc_iv_paediatric.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder to write; else one here, called by the protocol's id."),
    ] = None,
    formats: Annotated[
        str,
        typer.Option("--formats", metavar="LIST", help="Of html,pdf,docx,csv; protocol.json is always made."),
    ] = "html,pdf,docx",
    design: Annotated[
        str,
        typer.Option(
            "--design",
            metavar="DESIGN",
            help="Design of the trial that names it, for the statistical section.",
        ),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over the folder, whatever is in it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    """Write the protocol as HTML, PDF and DOCX.

    In the section order of the ICH M11 template.
    """
    from leadline.protocol.check import check_protocol
    from leadline.report.protocol import write_protocol

    checked = check_protocol(protocol)
    report = _described(design, checked.protocol) if design else None
    written = write_protocol(
        checked.protocol,
        out or Path(checked.protocol.id),
        formats=[name.strip() for name in formats.split(",") if name.strip()],
        design=report,
        replace=force,
    )
    if as_json:
        print(json.dumps(_as_json(checked, written), ensure_ascii=False, indent=1))
    else:
        _print(checked, written)


def _described(design: str, protocol: Protocol) -> DesignReport:
    """What the design does. Raises DesignInvalid if it names another protocol."""
    from leadline.trial.describe import describe
    from leadline.trial.monitoring.plan import named_protocol
    from leadline.trial.reading import find_design, read_design

    path = find_design(design)
    read = read_design(path)
    named = named_protocol(read, path)
    if named != protocol:
        raise DesignInvalid(
            f"{path.name}, key 'protocol': found {named.id}, version {named.version}; takes the protocol that is "
            f"shown, {protocol.id}, version {protocol.version}, as it is",
            hint="Name this protocol in the design, or leave out --design.",
        )
    return describe(read)


def _as_json(checked: CheckedProtocol, written: Written) -> dict[str, object]:
    return {
        "protocol": checked.protocol.id,
        "version": checked.protocol.version,
        "written": [str(path) for path in written.paths],
        "contradictions": len(checked.contradictions),
        "open_figures": len(checked.open_figures),
    }


def _print(checked: CheckedProtocol, written: Written) -> None:
    for path in written.paths:
        print(path)
    name = checked.file
    if checked.contradictions:
        print(
            f"The protocol contradicts itself in {len(checked.contradictions)} places: leadline protocol check {name}",
            file=sys.stderr,
        )
    if checked.open_figures:
        print(f"For the centre to fill in: {len(checked.open_figures)} figures, listed on the first page.")
