"""What every figure comes as: the drawing with its words and its numbers, and how it is written to files.

The same values make the drawing, its text alternative, its caption and its rows, so that none can say what another
does not. Two runs on one casebook write the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
    import matplotlib as mpl

    settings = {"svg.hashsalt": _HASH_SALT, "svg.fonttype": "path", "pdf.fonttype": 42}
    nothing_of_the_run: dict[str, dict[str, str | None]] = {
        "svg": {"Date": None, "Creator": None, "Description": plotted.alt},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Subject": plotted.alt},
        "png": {"Software": None, "Description": plotted.alt},
    }
    paths = []
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # the stubs want literal keys
        for kind, metadata in nothing_of_the_run.items():
            if kind not in kinds:
                continue
            path = folder / f"{name}.{kind}"
            plotted.figure.savefig(path, format=kind, dpi=PRINT_DPI, metadata=metadata)
            paths.append(path)
    return (*paths, _write_rows(plotted, folder / f"{name}.csv"))


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
