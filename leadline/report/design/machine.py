"""design.json: what a design does, for programs; its shape is a public contract with a JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport

SCHEMA_ID = "urn:leadline:schema:design-report:1"


def machine(report: DesignReport) -> dict[str, Any]:
    """The whole of design.json; `design_report.schema.json` is its shape."""
    return {"schema": SCHEMA_ID, **report.to_dict()}


def json_schema() -> dict[str, Any]:
    """The schema, made from the values that the report is made of: every key is required, and no other is there."""
    from pydantic import TypeAdapter

    from leadline.trial.describe import DesignReport

    schema = TypeAdapter(DesignReport).json_schema(mode="serialization")
    properties = {"schema": {"const": SCHEMA_ID}, **schema["properties"]}
    closed = {"additionalProperties": False, "required": list(properties)}
    return {**schema, "$id": SCHEMA_ID, "properties": properties, **closed}


def schema_path() -> Path:
    """Where the schema lies."""
    return Path(__file__).parent / "design_report.schema.json"
