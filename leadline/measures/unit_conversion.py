"""One laboratory value from one unit to another, by the factors that the casebook itself reads with.

Items     analyte, value, from, to (units as a chart prints them); a titre as printed, 1:80, gives its number
Value     in the unit asked for
Missing   any missing: not computable
Not       for anti-dsDNA between assays, nor for the ESR: not applicable, with the reason
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf

from leadline.casebook.items import ITEMS, Item
from leadline.casebook.units import NO_CONVERSION, Linear, names_of_unit, plain_unit, units_of
from leadline.measures.definition import Constraint, Outputs, Score, Source
from leadline.measures.expression import (
    ByChoice,
    Number,
    OneOf,
    Reading,
    Row,
    Same,
    Truth,
    all_of,
    any_of,
    at_least,
    at_most,
    by_choice,
    none_of,
)
from leadline.measures.inputs import Inputs, not_shaped

FACTORS = Source("UF", "Unit factors in general use (measures dossier 5.4)")

TITRE = "titre"
_TITRE = re.compile(r"\s*1\s*:\s*(\d+)\s*")

CONVERTED = {item.id: item for item in ITEMS.values() if item.id not in NO_CONVERSION and item.unit}
"""The items of the casebook that have a unit, and with it perhaps others."""


def _names(item_id: str) -> tuple[str, ...]:
    return item_id, *ITEMS[item_id].aliases


ANALYTES = tuple(name for item_id in (*CONVERTED, *NO_CONVERSION) for name in _names(item_id))

ANALYTE = Item("analyte", "Analyte", "choice", choices=(*ANALYTES, TITRE))
VALUE = Item("value", "The value in the unit given", low=-1e9, high=1e9)
FROM = Item("from", "Its unit, as a chart prints it", "choice")
TO = Item("to", "The unit asked for", "choice")


def _by_unit(item: Item, which: Item, number: Callable[[Linear], Number]) -> ByChoice:
    numbers = {names_of_unit(unit): number(linear) for unit, linear in units_of(item).items()}
    return by_choice(which, numbers, says=f"{item.title} in its unit")


def _stored(item: Item) -> ByChoice:
    """The value in the unit that the casebook stores."""

    def stored(linear: Linear) -> Number:
        value = Reading(VALUE) - linear.offset if linear.offset else Reading(VALUE)
        return value * linear.factor

    return _by_unit(item, FROM, stored)


def _converted(item: Item) -> ByChoice:
    def converted(linear: Linear) -> Number:
        value = _stored(item) / linear.factor
        return value + linear.offset if linear.offset else value

    return _by_unit(item, TO, converted)


def _is_known(item: Item) -> Truth:
    units = tuple(name for unit in units_of(item) for name in names_of_unit(unit))
    return all_of(OneOf(ANALYTE, _names(item.id)), OneOf(FROM, units), OneOf(TO, units))


def _off_scale(item: Item) -> Truth:
    """A value that the casebook would refuse is not converted either: it has a wrong unit."""
    stored = Reading(VALUE) if item.id in NO_CONVERSION else _stored(item)
    inside = all_of(at_least(stored, item.low), at_most(stored, item.high))
    return all_of(OneOf(ANALYTE, _names(item.id)), none_of(inside))


NOT_CONVERTED = OneOf(ANALYTE, tuple(name for item_id in NO_CONVERSION for name in _names(item_id)))
IS_TITRE = OneOf(ANALYTE, (TITRE,))


def _named_as_stored(inputs: Inputs) -> Inputs:
    """Analyte and units as this project calls them. A titre of 1:80 is 80; the order of titres is doubling, and units
    of an ELISA are no titre."""
    flat = dict(inputs)
    for name in (ANALYTE.id, FROM.id, TO.id):
        if flat.get(name) is not None and not isinstance(flat[name], str):
            raise not_shaped(name, flat[name], "text")
    if flat.get(ANALYTE.id) is not None:
        flat[ANALYTE.id] = re.sub(r"[\s-]+", "_", flat[ANALYTE.id].strip().lower())
    flat |= {name: plain_unit(flat[name]) for name in (FROM.id, TO.id) if flat.get(name) is not None}
    value = flat.get(VALUE.id)
    titre = _TITRE.fullmatch(value) if isinstance(value, str) and flat.get(ANALYTE.id) == TITRE else None
    return flat if titre is None else {**flat, VALUE.id: int(titre[1])}


def _reason(row: Row) -> Outputs:
    """Why there is no conversion."""
    if UNIT_CONVERT.applies is None or UNIT_CONVERT.applies.evaluate(row) is not False:
        return {}
    analyte = row[ANALYTE.id]
    return {"reason": next(why for item_id, why in NO_CONVERSION.items() if analyte in _names(item_id))}


UNIT_CONVERT = Score(
    id="unit_convert",
    title="Unit conversion",
    items=(ANALYTE, VALUE, FROM, TO),
    unpack=_named_as_stored,
    constraints=(
        Constraint(
            any_of(NOT_CONVERTED, IS_TITRE, *(_is_known(item) for item in CONVERTED.values())),
            "there is no conversion between these units of this analyte",
        ),
        Constraint(
            none_of(*(_off_scale(ITEMS[item_id]) for item_id in (*CONVERTED, *NO_CONVERSION))),
            "a value so far out has a wrong unit",
        ),
    ),
    applies=any_of(IS_TITRE, none_of(NOT_CONVERTED), Same(FROM, TO)),
    formula=by_choice(
        ANALYTE,
        {
            (TITRE, *(name for item_id in NO_CONVERSION for name in _names(item_id))): Reading(VALUE),
            **{_names(item.id): _converted(item) for item in CONVERTED.values()},
        },
        says="the value in the unit asked for",
    ),
    low=-inf,
    high=inf,
    details=_reason,
    in_words=(
        "value = the value × the factor between the two units of this analyte",
        "a titre of 1:80 is 80; anti-dsDNA and the ESR are never converted",
    ),
    sources=(FACTORS,),
    status="provisional",
    provisional="the factors are those in general use; they were not read in a source",
    notes=("the ratio of protein to creatinine uses 113.1 mg/mmol to a g/g; guidelines round to 100",),
)
