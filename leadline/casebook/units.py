"""Units become one at this door: the factor of each unit that a chart prints, and the few rules that are no factor.

Sources of the factors: measures dossier 5.4. They stand with the item, in `items.other_units`, and nowhere else.
A library of units is not used: it would convert what must not be (anti-dsDNA between assays, substance amounts without
a molar mass, an ESR), and the twenty factors here can be checked by eye.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from leadline.casebook.items import ITEMS, Item
from leadline.errors import LeadlineError


class UnitUnknown(LeadlineError):
    """A unit that cannot be turned into the one asked for."""


class Linear(NamedTuple):
    """stored = (printed - offset) * factor"""

    factor: float
    offset: float = 0.0


FAHRENHEIT = Linear(5 / 9, 32)

_SAME = {
    "mm/hr": "mm/h", "mm/1h": "mm/h", "mm": "mm/h", "°c": "cel", "c": "cel", "degc": "cel", "°f": "[degf]",
    "f": "[degf]", "degf": "[degf]", "iu/l": "u/l", "g/24h": "g/(24.h)", "g/d": "g/(24.h)", "g/day": "g/(24.h)",
    "ml/min/1.73m2": "ml/min/{1.73_m2}", "/hpf": "{cells}/[hpf]", "cells/hpf": "{cells}/[hpf]",
    "x10^9/l": "10*9/l", "10e9/l": "10*9/l", "x10^3/ul": "10*3/ul", "10e3/ul": "10*3/ul", "k/ul": "10*3/ul",
    "{score}": "", "{joints}": "{joints}", "joints": "{joints}", "mcg/l": "ug/l", "minutes": "min",
}  # fmt: skip
"""Ways in which charts print a unit, to the way used here; all in lower case."""

NO_CONVERSION = MappingProxyType(
    {
        "anti_dsdna": "anti-dsDNA is not comparable between assays: use it only against that laboratory's limit",
        "esr_mm_h": "ESR is in mm/h and has no other unit",
    }
)


def _plain(unit: str) -> str:
    text = (
        re.sub(r"\s+", "", unit)
        .replace("µ", "u")
        .replace("μ", "u")
        .replace("×", "x")
        .replace("²", "2")
        .lower()
    )
    text = text.replace("⁹", "^9").replace("³", "^3")
    return _SAME.get(text, text)


def units_of(item: Item) -> Mapping[str, Linear]:
    """Unit in its plain form to how it becomes the stored one."""
    known = {_plain(item.unit): Linear(1.0)} | {
        _plain(unit): Linear(f) for unit, f in item.other_units.items()
    }
    if item.unit == "Cel":
        known["[degf]"] = FAHRENHEIT
    return known


def to_stored(item: Item, unit: str) -> Linear | None:
    """How a value printed in `unit` becomes the item's stored unit; None if it cannot."""
    if item.id in NO_CONVERSION and item.unit == "":
        return Linear(1.0)  # kept as printed, with its laboratory's limits
    return units_of(item).get(_plain(unit))


def needs_unit(item: Item) -> bool:
    """Whether a number of this item means nothing without its unit, because charts print it in several."""
    return any(factor != 1.0 for factor in item.other_units.values())


@cache
def items_by_name() -> Mapping[str, Item]:
    """Every id and every alias to its item."""
    return MappingProxyType(dict(ITEMS) | {alias: item for item in ITEMS.values() for alias in item.aliases})


def convert(analyte: str, value: float, from_unit: str, to_unit: str) -> float:
    """The value in another unit (measures dossier 5.4). Raises UnitUnknown with the reason where there is no rule."""
    item = items_by_name().get(analyte.strip().lower())
    if item is None:
        raise UnitUnknown(
            f"No conversion is known for {analyte}.", hint="known: " + ", ".join(sorted(items_by_name()))
        )
    if item.id in NO_CONVERSION and _plain(from_unit) != _plain(to_unit):
        raise UnitUnknown(f"{item.title} is not converted.", hint=NO_CONVERSION[item.id])
    if item.id in NO_CONVERSION:
        return value
    source, target = to_stored(item, from_unit), to_stored(item, to_unit)
    if source is None or target is None:
        raise UnitUnknown(
            f"{item.title}: {from_unit} does not become {to_unit}.",
            hint="units known: " + ", ".join((item.unit, *item.other_units)),
        )
    stored = (value - source.offset) * source.factor
    return stored / target.factor + target.offset
