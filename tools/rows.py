"""Rows of a casebook before they are written, and the published rows they are made from."""

import csv
from collections.abc import Mapping
from pathlib import Path

Row = dict[str, object]
Casebook = dict[str, list[Row]]

PUBLISHED = Path(__file__).parent / "published"


def published(name: str, **where: str) -> list[dict[str, str]]:
    """The rows of one published file in which each of the named columns has the value given."""
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in where.items())]


def about(facts: Mapping[str, str], note: str = "") -> list[Row]:
    """Rows of the table `about`, one a fact, all with the same note."""
    return [{"key": key, "value": value, "note": note} for key, value in facts.items()]
