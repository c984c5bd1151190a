"""What is looked at in a workbook before anything is read from it: whether it is whole, how large it unpacks to, and
whether a cell holds a formula.

A workbook is a zip archive. One of a few kilobytes can unpack to gigabytes, so its directory is read first, and then
every part is unpacked in pieces and thrown away, counting: a directory that lies about its sizes is found out.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

from leadline.errors import CasebookUnreadable

MAX_UNPACKED_BYTES = 1_000_000_000
"""A workbook with a million rows of observations unpacks to about a third of this."""

MAX_RATIO = 400
"""Unpacked to packed. Sheets of repetitive text reach about 100; a bomb of one repeated byte is near 1000."""

RATIO_MATTERS_FROM_BYTES = 20_000_000
MAX_PARTS = 2_000

PIECE_BYTES = 1 << 20
LONGEST_TAG = 4_096
"""A cell's opening tags are shorter than this; so much of a piece is kept to see a tag that two pieces share."""

_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[ >/]')
_FIRST_ROW = re.compile(rb'<row[^>]*? r="(\d+)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<Relationship\b[^>]*>")


def check_size(path: Path) -> None:
    """Raise CasebookUnreadable for a workbook that is damaged or unpacks to more than we take."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(path, archive)
            for part in archive.namelist():
                for _ in _pieces(path, archive, part):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise CasebookUnreadable(
            f"{path.name} is not a whole workbook.",
            hint="it may have been cut off in copying, or be protected by a password: save it again as .xlsx",
        ) from error


def _check_directory(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise _too_large(path)
    if unpacked > RATIO_MATTERS_FROM_BYTES and unpacked > MAX_RATIO * max(packed, 1):
        raise _too_large(path)
    if "xl/workbook.xml" not in archive.namelist():
        raise CasebookUnreadable(f"{path.name} is a zip archive but no workbook.", hint="save it as .xlsx")


def _pieces(path: Path, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part, unpacked piece by piece; its checksum is checked at its end."""
    stated, read = archive.getinfo(part).file_size, 0
    with archive.open(part) as unpacked:
        while piece := unpacked.read(PIECE_BYTES):
            read += len(piece)
            if read > stated:
                raise _too_large(path)
            yield piece


def _too_large(path: Path) -> CasebookUnreadable:
    return CasebookUnreadable(
        f"{path.name} unpacks to more than a casebook is taken for; it was not opened.",
        hint="give large tables as CSV or Parquet, one file a table",
    )


def sheets_with_formulas(path: Path) -> Mapping[str, list[tuple[str, int]]]:
    """Sheet name to the cells with a formula, as (column letters, row). For a workbook that `check_size` has passed."""
    found: dict[str, list[tuple[str, int]]] = {}
    with zipfile.ZipFile(path) as archive:
        for sheet, part in _parts_by_sheet(archive).items():
            found[sheet] = _formulas(path, archive, part)
    return found


def first_row(path: Path, sheet: str) -> int:
    """The number of the sheet's first row that holds anything; 1 for an empty sheet."""
    with zipfile.ZipFile(path) as archive:
        part = _parts_by_sheet(archive).get(sheet)
        for piece in _pieces(path, archive, part) if part else ():
            if match := _FIRST_ROW.search(piece):
                return int(match[1])
    return 1


def _formulas(path: Path, archive: zipfile.ZipFile, part: str) -> list[tuple[str, int]]:
    cells: dict[tuple[str, int], None] = {}
    kept = b""
    for piece in _pieces(path, archive, part):
        window = kept + piece
        for column, row in _FORMULA.findall(window):
            cells[column.decode(), int(row)] = None
        kept = window[-LONGEST_TAG:]
    return list(cells)


def _parts_by_sheet(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to the archive's part that holds it."""
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    target = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    sheets = _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace"))
    names = set(archive.namelist())
    parts = {}
    for tag in sheets:
        part = target.get(_attribute(tag, "r:id"), "")
        part = part.lstrip("/") if part.startswith("/") else posixpath.normpath(f"xl/{part}")
        if part in names:
            parts[_attribute(tag, "name")] = part
    return parts


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'(?<![\w:]){re.escape(name)}\s*=\s*"([^"]*)"', tag)
    return unescape(match[1]) if match else ""
