"""The report as a PDF, set by typst: tagged for screen readers, with the same bytes for the same input."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from leadline.report.blocks import (
    Block,
    Bullets,
    FigureBlock,
    Heading,
    Legend,
    Prose,
    Results,
    Table,
    Terms,
    Verdict,
)
from leadline.report.words import typeset

STANDARD = "ua-1"
"""PDF/UA: every figure needs its text alternative, every table its header."""


def write_pdf(results: Results, path: Path, figures: Path) -> None:
    """Writes the file; `figures` is the folder that holds NAME.svg of every figure."""
    import typst

    source = resources.files("leadline.report.pdf").joinpath("report.typ").read_bytes()
    # The text travels as data, never as typst source: nothing that a chart says can be run or break the page.
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its types want root and source of one type
        source,
        root=str(figures),
        sys_inputs={"report": json.dumps(_plain(results), ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=STANDARD,
        timestamp=0,
    )
    path.write_bytes(pdf)


def _plain(results: Results) -> dict[str, Any]:
    return {
        "title": results.title,
        "subtitle": results.subtitle,
        "standing": list(results.standing),
        "running": results.running,
        "provenance": results.provenance,
        "sections": [
            {
                "id": part.id,
                "title": part.title,
                "level": part.level,
                "wide": part.wide,
                "follows": part.follows,
                "blocks": [_block(block) for block in part.blocks],
            }
            for part in results.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Prose(text, role):
            return {"kind": "prose", "text": typeset(text), "role": role}
        case Heading(text, level):
            return {"kind": "heading", "text": text, "level": level}
        case Bullets(items):
            return {"kind": "bullets", "items": [typeset(item) for item in items]}
        case Terms(pairs):
            return {"kind": "terms", "pairs": [[term, typeset(text)] for term, text in pairs]}
        case Legend(entries):
            return {"kind": "legend", "entries": [list(entry) for entry in entries]}
        case Verdict(text, finding, words):
            return {"kind": "verdict", "text": typeset(text), "finding": finding, "words": words}
        case FigureBlock(name, plotted):
            return {
                "kind": "figure",
                "file": f"/{name}.svg",
                "alt": plotted.alt,
                "narrow": name.startswith("paired"),
                "caption": typeset(plotted.caption),
            }
        case Table():
            return _table(block)


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": typeset(table.title),
        "columns": [
            {"heading": column.heading, "kind": column.kind, "width": column.width}
            for column in table.columns
        ],
        "rows": [[typeset(cell) for cell in row] for row in table.rows],
        "footnotes": [typeset(note) for note in table.footnotes],
        "empty": table.empty,
    }
