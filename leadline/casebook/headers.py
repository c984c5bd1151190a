"""What the name of a column says: a column of the schema, a day given as a number, or an item with its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from leadline.casebook.items import ITEMS, Item
from leadline.casebook.schema import HOUSEKEEPING, Column, Kind, Table
from leadline.casebook.units import Linear, needs_unit

Role = Literal["value", "unit", "ref_low", "ref_high"]


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """A column of visits that holds an item: its value, its unit, or a limit of the laboratory.

    to_stored   how the number becomes the item's unit; None where a column `<alias>_unit` must say it
    """

    item: Item
    role: Role
    to_stored: Linear | None
    unit_column: str = ""


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A column that gives a date as a number of days, weeks or months from the first infusion: `visit_week`."""

    column: Column
    letter: str


OFFSET_SUFFIXES = MappingProxyType({"day": "D", "week": "W", "month": "M"})

Meaning = Column | ItemColumn | DayColumn


@cache
def columns_of(table: Table) -> Mapping[str, Meaning]:
    """Every name that a column of the table may have, to what it means. The columns to be offered come first."""
    names: dict[str, Meaning] = {column.id: column for column in table.columns}
    for column in table.columns:
        if column.kind is Kind.DATE:
            stem = column.id.removesuffix("_date")
            for suffix, letter in OFFSET_SUFFIXES.items():
                names.setdefault(f"{stem}_{suffix}", DayColumn(column, letter))
    names |= {column.id: column for column in HOUSEKEEPING if table.name != "about"}
    if table.name == "visits":
        for item in ITEMS.values():
            for name, meaning in _item_columns(item).items():
                names.setdefault(name, meaning)
    return MappingProxyType(names)


def _item_columns(item: Item) -> dict[str, Meaning]:
    """`crp_mg_l`, `crp_mg_dl`, `crp` with `crp_unit`, and the limits of each."""
    stored = Linear(1.0)
    values: dict[str, ItemColumn] = {item.id: ItemColumn(item, "value", stored)}
    for alias in item.aliases:
        for unit, factor in item.other_units.items():
            values.setdefault(f"{alias}_{_in_a_name(unit)}", ItemColumn(item, "value", Linear(factor)))
        values[alias] = ItemColumn(item, "value", None if needs_unit(item) else stored, f"{alias}_unit")
    columns: dict[str, Meaning] = {}
    for name, column in values.items():
        columns[name] = column
        if item.kind == "number" and item.limits_are_ours:
            columns[f"{name}_ref_low"] = ItemColumn(item, "ref_low", column.to_stored, column.unit_column)
            columns[f"{name}_ref_high"] = ItemColumn(item, "ref_high", column.to_stored, column.unit_column)
        if column.unit_column:
            columns[column.unit_column] = ItemColumn(item, "unit", None)
    return columns


def _in_a_name(unit: str) -> str:
    """A unit as it stands in a column's name: mg/dL is mg_dl, 10*3/uL is 10e3_ul, /uL is per_ul."""
    text = unit.lower().replace("10*", "10e").replace("10^", "10e")
    text = f"per_{text[1:]}" if text.startswith("/") else text
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")
