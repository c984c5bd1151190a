"""The report of adherence into a folder: all of it or none of it."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.report.adherence.files import all_tables
from leadline.report.adherence.results import adherence_results
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.adherence import Adherence

STEM = "adherence"
FORMATS = ("html", "pdf", "docx", "csv")
SCHEMA_ID = "urn:leadline:schema:adherence:1"


def write_adherence(
    adherence: Adherence,
    folder: str | Path,
    *,
    formats: Iterable[str] = FORMATS,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Written:
    """Write how a casebook stands against a protocol into a folder; it appears only when it is whole.

    It is for the team alone: calendar dates of what is to come stand in it, and every page says so.

    formats   of html, pdf, docx, csv; adherence.json is always written
    replace   write over a folder whatever is in it; else only over one that holds such a report
    progress  called with what is being done
    raises    OutputExists, ItemUnknown (no such format)
    """
    target = Path(folder)
    wanted = known_formats(formats)
    with whole_folder(target, stem=STEM, replace=replace) as work:
        write_values(adherence_json(adherence), work, STEM, progress)
        if "csv" in wanted:
            write_tables(all_tables(adherence), work, progress)
        if wanted & DRAWN:
            results = adherence_results(adherence)
            write_documents(work, (), lambda _: results, stem=STEM, wanted=wanted, progress=progress)
    return written(target)


def adherence_json(adherence: Adherence) -> dict[str, Any]:
    """The whole of adherence.json; `adherence.schema.json` is its shape."""
    return {"schema": SCHEMA_ID, **adherence.to_dict()}


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of adherence.json."""
    text = (
        resources.files("leadline.report.adherence")
        .joinpath("adherence.schema.json")
        .read_text(encoding="utf-8")
    )
    schema: dict[str, Any] = json.loads(text)
    return schema
