"""What a calculator may be given of an item: its type, its range, and values beyond detection.

Everything wrong with the inputs of one measure is told at once, by `Measure.checked`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from leadline.casebook.items import Item
from leadline.casebook.prose import capital
from leadline.casebook.units import Linear
from leadline.errors import ItemOutOfRange, ItemUnknown
from leadline.measures.nodes import Span

Inputs = Mapping[str, Any]
"""Calculator inputs as they come, of any type: what is taken of an item is looked at below."""

SAME = Linear(1.0)
RANGE_HINT = "a form in mm or another unit is converted in the casebook, where its scale and unit are stated"


def unknown_items(
    title: str, unknown: Sequence[str], *, takes: Sequence[str], known: Sequence[str], faults: Sequence[str]
) -> ItemUnknown:
    """The error for items that a measure does not have; `takes` are those a person is told of, `faults` what is wrong
    with the values of the others."""
    from difflib import get_close_matches

    shown = ", ".join(name[:40] for name in unknown)
    elsewhere = {name: item for name in unknown if (item := _in_another_unit(name))}
    hints = [f"{name[:40]} is another unit than {item.id}: convert the value, not the name alone."
             for name, item in elsewhere.items()]  # fmt: skip
    rest = [name for name in unknown if name not in elsewhere]
    near = dict.fromkeys(match for name in rest for match in get_close_matches(name, known, n=1))
    hints += [f"did you mean {', '.join(near)}?"] if near else []
    found = "; ".join([f"{title} has no item {shown}", *faults])
    hints += [f"{capital(RANGE_HINT)}."] if faults else []
    return ItemUnknown(f"{found}.", hint=" ".join([*hints, f"It takes: {', '.join(takes)}"]))


def _in_another_unit(name: str) -> Item | None:
    """The item of which the name tells a value in another unit, as a column of a casebook may: crp_mg_dl."""
    from leadline.casebook.headers import ItemColumn, columns_of
    from leadline.casebook.schema import TABLES

    stem = re.sub(r"^(baseline|current|previous)[._]", "", name)
    column = columns_of(TABLES["visits"]).get(stem)
    converts = (
        isinstance(column, ItemColumn) and column.role == "value" and column.to_stored not in (None, SAME)
    )
    return column.item if isinstance(column, ItemColumn) and converts else None


def fault_of_input(item: Item, value: object) -> str:
    """What is wrong with a value of an item, or an empty string."""
    if value is None:
        return ""
    match item.kind:
        case "yes_no":
            taken = "" if isinstance(value, bool) else "true or false"
        case "choice":
            taken = _choice_taken(item, value)
        case _:
            taken = _number_taken(item, value)
    return f"{item.id} is {_shown(value)}; it takes {taken}" if taken else ""


def _choice_taken(item: Item, value: object) -> str:
    """A choice without a list of choices takes any word."""
    if not item.choices:
        return "" if isinstance(value, str) else "text"
    return "" if value in item.choices else f"one of {', '.join(item.choices)}"


def _number_taken(item: Item, value: object) -> str:
    """What a number or count takes where `value` is not that; empty if it is. The ends of a censored value may be
    infinite, a value itself never is."""
    ends = value if isinstance(value, tuple) else (value,)
    if any(isinstance(end, bool) or not isinstance(end, int | float) or end != end for end in ends):
        return "a number"
    if isinstance(value, int | float) and not -inf < value < inf:
        return "a finite number"
    if item.kind == "count" and any(abs(end) != inf and end % 1 for end in ends):
        return "a whole number"
    open_ends = item.scale if isinstance(value, tuple) else ()
    inside = all(item.low <= end <= item.high or end in open_ends for end in ends)
    return "" if inside else f"{item.low:g} to {item.high:g}"


def _shown(value: object) -> str:
    """A value as a message quotes it: short, and a censored number as its two ends."""
    if isinstance(value, tuple):
        return f"{value[0]:g} to {value[1]:g}"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


_BEYOND_DETECTION = re.compile(r"\s*(<=?|>=?)\s*(\d+(?:\.\d+)?)\s*")


def with_censored(value: object, item: Item) -> Any:
    """A value as text with a comparator ("<5") becomes the interval that it stands for; all else is left alone."""
    numeric = item.kind in ("number", "count")
    beyond = _BEYOND_DETECTION.fullmatch(value) if numeric and isinstance(value, str) else None
    return value if beyond is None else as_interval(float(beyond[2]), beyond[1], item)


def as_interval(limit: float, comparator: str, item: Item) -> Span | float | str:
    """What a value with a comparator stands for: from the limit to the end of the scale. A comparator that is none is
    a value that no scale has."""
    lowest, highest = item.scale
    match comparator:
        case "<" | "<=":
            return lowest, limit
        case ">" | ">=":
            return limit, highest
        case "" | "=":
            return limit
        case _:
            return comparator


def not_shaped(name: str, value: object, taken: str) -> ItemOutOfRange:
    """The error for a nested input that has not the shape it should have."""
    return ItemOutOfRange(
        f"{name} is {_shown(value)}; it takes {taken}.",
        hint="`leadline measure ID --explain` shows an example",
    )
