"""A protocol into a folder: all of it or none of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline import __version__
from leadline.protocol.reading import protocol_adapter
from leadline.report.folder import (
    DRAWN,
    Progress,
    Written,
    known_formats,
    whole_folder,
    write_documents,
    write_tables,
    write_values,
    written,
)
from leadline.report.protocol.openings import to_fill
from leadline.report.protocol.results import protocol_hash, protocol_results, protocol_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.protocol import Protocol
    from leadline.trial.describe import DesignReport

STEM = "protocol"
DOCUMENTS = ("html", "pdf", "docx")


def write_protocol(
    protocol: Protocol,
    folder: str | Path,
    *,
    formats: Iterable[str] = DOCUMENTS,
    design: DesignReport | None = None,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Written:
    """Write a protocol in the section order of the ICH M11 template into a folder; it appears only when it is whole.

    formats   of html, pdf, docx, csv; protocol.json is always written
    design    of the trial that names this protocol: its statistical section then stands in chapter 10
    replace   write over a folder whatever is in it; else only over one that holds a protocol's document
    progress  called with what is being done
    raises    OutputExists, ItemUnknown (no such format)
    """
    target = Path(folder)
    wanted = known_formats(formats)
    with whole_folder(target, stem=STEM, replace=replace) as work:
        write_values(to_dict(protocol), work, STEM, progress)
        if "csv" in wanted:
            write_tables(protocol_tables(protocol, design), work, progress)
        if wanted & DRAWN:
            results = protocol_results(protocol, design)
            write_documents(work, (), lambda _: results, stem=STEM, wanted=wanted, progress=progress)
    return written(target)


def to_dict(protocol: Protocol) -> dict[str, Any]:
    """Every value of the protocol with what is still open in it, for other programs."""
    return {
        "leadline": __version__,
        "sha256": protocol_hash(protocol),
        "open": [
            {"section": each.section, "about": each.about, "what": each.what, "unit": each.unit}
            for each in to_fill(protocol)
        ],
        "protocol": protocol_adapter().dump_python(protocol, mode="json"),
    }
