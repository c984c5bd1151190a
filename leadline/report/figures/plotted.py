"""What every figure comes as: the drawing with its words and its numbers, and how it is written to files.

The same values make the drawing, its text alternative, its caption and its rows, so that none can say what another
does not. Two runs on one casebook write the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.casebook import safe_cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Value = str | int | float | bool | None

PRINT_DPI = 300
"""Enough for the screen and for the report; SVG and PDF are the print masters, sharp at any size."""

_HASH_SALT = "leadline"  # names inside the SVG are hashes: without a fixed salt they differ from run to run


@dataclass(frozen=True, slots=True)
class Plotted:
    """A figure, its text alternative (three to five sentences), a caption draft, and the rows behind it.

    data   one mapping a drawn thing, all with the same keys; None where the casebook has nothing
    """

    figure: Figure
    alt: str
    caption: str
    data: tuple[Mapping[str, Value], ...]


KINDS = ("svg", "pdf", "png")


def save(plotted: Plotted, folder: Path, name: str, *, kinds: Collection[str] = KINDS) -> tuple[Path, ...]:
    """Writes NAME.svg, .pdf, .png, as far as wanted, and .csv into the folder, which must exist; gives their paths in
    that order."""
    svg = _drawn(plotted, "svg", {"Date": None, "Creator": None, "Description": plotted.alt})
    paths = []
    for kind in KINDS:
        if kind in kinds:
            paths.append(folder / f"{name}.{kind}")
            paths[-1].write_bytes(
                svg if kind == "svg" else _pdf(plotted, svg) if kind == "pdf" else _png(plotted)
            )
    return (*paths, _write_rows(plotted, folder / f"{name}.csv"))


def _drawn(plotted: Plotted, kind: str, metadata: Mapping[str, str | None]) -> bytes:
    import matplotlib as mpl

    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": _HASH_SALT, "svg.fonttype": "path"}):
        plotted.figure.savefig(buffer, format=kind, dpi=PRINT_DPI, metadata=metadata)
    return buffer.getvalue()


def _png(plotted: Plotted) -> bytes:
    return _drawn(plotted, "png", {"Software": None, "Description": plotted.alt})


_PAGE = b"""#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.alt)"""


def _pdf(plotted: Plotted, svg: bytes) -> bytes:
    """The SVG as a PDF, its letters as outlines, with its text alternative. Made from the SVG and not by matplotlib,
    which takes half a second a figure to cut its font down, and has no place for the text alternative."""
    import typst

    inputs = {"svg": svg.decode(), "alt": plotted.alt, "title": plotted.caption}
    return typst.compile(_PAGE, sys_inputs=inputs, ignore_system_fonts=True, timestamp=0)


def _write_rows(plotted: Plotted, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        columns = list(plotted.data[0]) if plotted.data else []
        writer.writerow(columns)
        writer.writerows([_cell(row[column]) for column in columns] for row in plotted.data)
    return path


def _cell(value: Value) -> str:
    """A number as it is; nothing for None; text so that no spreadsheet runs it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_cell(value) if isinstance(value, str) else repr(value)
