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


def plain_unit(unit: str) -> str:
    """The one way in which a unit is compared: without case, spaces and the marks of one printer."""
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


@cache
def _ways() -> Mapping[str, tuple[str, ...]]:
    """Each unit in its plain form to the ways known here in which charts print it."""
    printed = (unit for item in ITEMS.values() for unit in (item.unit, *item.other_units))
    ways: dict[str, dict[str, None]] = {}
    for unit in (*printed, *_SAME):
        ways.setdefault(plain_unit(unit), {})[unit] = None
    return {plain: tuple({plain: None, **names}) for plain, names in ways.items()}


def names_of_unit(plain: str) -> tuple[str, ...]:
    """A unit in its plain form, and the other ways known here in which charts print it."""
    return _ways().get(plain, (plain,))


def units_of(item: Item) -> Mapping[str, Linear]:
    """Unit in its plain form to how it becomes the stored one."""
    known = {plain_unit(item.unit): Linear(1.0)} | {
        plain_unit(unit): Linear(f) for unit, f in item.other_units.items()
    }
    if item.unit == "Cel":
        known["[degf]"] = FAHRENHEIT
    return known


def to_stored(item: Item, unit: str) -> Linear | None:
    """How a value printed in `unit` becomes the item's stored unit; None if it cannot."""
    if item.id in NO_CONVERSION and item.unit == "":
        return Linear(1.0)  # kept as printed, with its laboratory's limits
    return units_of(item).get(plain_unit(unit))


def needs_unit(item: Item) -> bool:
    """Whether a number of this item means nothing without its unit, because charts print it in several."""
    return any(factor != 1.0 for factor in item.other_units.values())


@cache
def items_by_name() -> Mapping[str, Item]:
    """Every id and every alias to its item."""
    return MappingProxyType(dict(ITEMS) | {alias: item for item in ITEMS.values() for alias in item.aliases})
