"""The language that scores and criteria are written in: one definition, read in several ways.

A rule is a tree of the nodes below. `evaluate` reads it on one visit with three values; `engines.py` reads the same
tree as dataframe expressions; `words.py` reads it aloud. So a number stands in one place, beside its source.

Numbers are intervals. An item that was measured is the interval from its value to itself; one reported as "<5" is
the interval from its scale's lower end to 5; a missing one is its whole scale. A score is computable exactly when
its interval is one point, and a comparison is certain exactly when every value in the intervals agrees. Nothing is
filled in, and nothing that is already certain waits for what cannot change it. Whatever is compared is rounded to
six decimals first, so that 0.1 + 1.3 meets a cut-off of 1.4 (measures dossier 0.3).

Truth has three values: True, False and None, which is "cannot be told from what is recorded" (Kleene's logic).
"""

from collections.abc import Mapping

from leadline.casebook.items import Item
from leadline.measures.nodes import DECIMALS, Node, Recorded, Row, Span, is_point
from leadline.measures.numbers import (
    ByChoice,
    Clamped,
    Computed,
    Constant,
    Highest,
    Lowest,
    MeanAnswered,
    Number,
    Points,
    Product,
    Quotient,
    Reading,
    Scaled,
    Sum,
    Where,
    as_number,
)
from leadline.measures.truths import (
    AllOf,
    AnyOf,
    AtMost,
    Below,
    CountAtLeast,
    FirstThatHolds,
    IsRecorded,
    Not,
    OneOf,
    Same,
    Truth,
    WhenRecorded,
    Yes,
)

__all__ = [
    "DECIMALS",
    "AllOf",
    "AnyOf",
    "AtMost",
    "Below",
    "ByChoice",
    "Clamped",
    "Computed",
    "Constant",
    "CountAtLeast",
    "FirstThatHolds",
    "Highest",
    "IsRecorded",
    "Lowest",
    "MeanAnswered",
    "Node",
    "Not",
    "Number",
    "OneOf",
    "Points",
    "Product",
    "Quotient",
    "Reading",
    "Recorded",
    "Row",
    "Same",
    "Scaled",
    "Span",
    "Sum",
    "Truth",
    "WhenRecorded",
    "Where",
    "Yes",
    "above",
    "all_of",
    "any_of",
    "as_number",
    "at_least",
    "at_most",
    "below",
    "by_choice",
    "choose",
    "clamp",
    "count_at_least",
    "count_at_most",
    "equal",
    "is_point",
    "none_of",
    "total",
]


ChoiceCases = Mapping[str, Number | float] | Mapping[tuple[str, ...], Number | float]
"""Each choice, or each of several that mean the same, to its number."""


def by_choice(item: Item, cases: ChoiceCases, *, says: str) -> ByChoice:
    named = {(choices,) if isinstance(choices, str) else choices: number for choices, number in cases.items()}
    return ByChoice(item, tuple((choices, as_number(number)) for choices, number in named.items()), says)


def total(*parts: Number | float) -> Sum:
    return Sum(tuple(as_number(part) for part in parts))


def clamp(number: Number, low: float, high: float) -> Clamped:
    return Clamped(number, low, high)


def at_most(left: Number | float, right: Number | float) -> AtMost:
    return AtMost(as_number(left), as_number(right))


def at_least(left: Number | float, right: Number | float) -> AtMost:
    return AtMost(as_number(right), as_number(left))


def below(left: Number | float, right: Number | float) -> Below:
    return Below(as_number(left), as_number(right))


def above(left: Number | float, right: Number | float) -> Below:
    return Below(as_number(right), as_number(left))


def equal(left: Number | float, right: Number | float) -> AllOf:
    return AllOf((at_most(left, right), at_least(left, right)))


def all_of(*parts: Truth) -> AllOf:
    return AllOf(parts)


def any_of(*parts: Truth) -> AnyOf:
    return AnyOf(parts)


def none_of(*parts: Truth) -> Not:
    return Not(AnyOf(parts))


def count_at_least(count: int, *parts: Truth) -> CountAtLeast:
    return CountAtLeast(count, parts)


def count_at_most(count: int, *parts: Truth) -> Not:
    return Not(CountAtLeast(count + 1, parts))


def choose(condition: Truth, then: Truth, otherwise: Truth) -> AnyOf:
    """`then` where the condition holds, `otherwise` where it does not."""
    return any_of(all_of(condition, then), all_of(Not(condition), otherwise))
