"""The report of a monitoring into a folder: all of it or none of it, the open part apart from the closed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.report.blocks import FigureBlock
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
from leadline.report.monitoring.results import closed_results, open_results
from leadline.report.monitoring.tables import closed_tables, open_tables

if TYPE_CHECKING:
    from leadline.trial.monitoring import Monitoring

FORMATS = ("html", "pdf", "json", "csv", "figures")
STEM = "monitoring"
PARTS = ("open", "closed")
SCHEMA_ID = "urn:leadline:schema:monitoring:1"


def write_monitoring_report(
    found: Monitoring,
    folder: str | Path,
    *,
    formats: Iterable[str] = FORMATS,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Written:
    """Write both parts for the board: `open` and `closed`, a folder each, and monitoring.json, which is closed too.

    formats   of html, pdf, docx, json, csv, figures; monitoring.json is always written
    replace   write over a folder whatever is in it; else only over one that holds such a report
    raises    OutputExists, ItemUnknown (no such format)
    """
    target = Path(folder)
    wanted = known_formats(formats)
    with whole_folder(target, stem=STEM, replace=replace, parts=PARTS) as work:
        write_values(monitoring_json(found), work, STEM, progress)
        for part, tables in (("open", open_tables(found)), ("closed", closed_tables(found))):
            if wanted - {"json"}:
                (work / part).mkdir()
            if "csv" in wanted:
                write_tables([table for table in tables if table.rows], work / part, progress)
        if wanted & DRAWN:
            for part, results in (("open", open_results), ("closed", closed_results)):
                write_documents(
                    work / part,
                    _figures(found, part, progress),
                    partial(results, found),
                    stem=part,
                    wanted=wanted,
                    progress=progress,
                )
    return written(target)


def monitoring_json(found: Monitoring) -> dict[str, Any]:
    """The whole of monitoring.json; `monitoring.schema.json` is its shape."""
    return {"schema": SCHEMA_ID, **found.to_dict()}


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of monitoring.json, made from the values themselves."""
    from pydantic import TypeAdapter

    from leadline.trial.monitoring import Monitoring

    schema = TypeAdapter(Monitoring).json_schema(mode="serialization")
    properties = {"schema": {"const": SCHEMA_ID}, **schema["properties"]}
    required = ["schema", *schema["required"]]
    return {**schema, "$id": SCHEMA_ID, "properties": properties, "required": required}


def schema_path() -> Path:
    """The JSON Schema of monitoring.json as it is shipped, for other programs."""
    return Path(__file__).parent / "monitoring.schema.json"


def _figures(found: Monitoring, part: str, progress: Progress) -> Iterator[FigureBlock]:
    """The figures of a part, by the names of their files."""
    from leadline.report.figures.monitoring import plot_harm, plot_standing

    plots = {"standing": plot_standing} if part == "closed" else {}
    if found.harm_rules and (part == "closed" or not found.randomised):
        plots["harm"] = plot_harm
    for name, plot in plots.items():
        progress(f"figure: {name}")
        yield FigureBlock(name, plot(found))
