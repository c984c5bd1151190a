"""The language that scores and criteria are written in: one definition, read in several ways.

A rule is a tree of the nodes below. `evaluate` reads it on one visit with three values; `frames.py` reads the same
tree as dataframe expressions; `words.py` reads it aloud. So a number stands in one place, beside its source.

Numbers are intervals. An item that was measured is the interval from its value to itself; one reported as "<5" is
the interval from its scale's lower end to 5; a missing one is its whole scale. A score is computable exactly when
its interval is one point, and a comparison is certain exactly when every value in the intervals agrees. Nothing is
filled in, and nothing that is already certain waits for what cannot change it. Whatever is compared is rounded to
six decimals first, so that 0.1 + 1.3 meets a cut-off of 1.4 (measures dossier 0.3).

Truth has three values: True, False and None, which is "cannot be told from what is recorded" (Kleene's logic).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from math import isinf

from leadline.casebook.items import Item

Span = tuple[float, float]
"""The lowest and the highest value that a number can have, given what is recorded."""

Recorded = float | bool | str | Span | None
"""What one item can hold: a number, yes or no, a choice, the two ends of a censored number, or nothing."""

Row = Mapping[str, Recorded]
"""One visit: item id to what is recorded. An absent key is a missing item."""

DECIMALS = 6
"""Rounding before any comparison: finer than every scale and unit here, coarser than a binary float's error."""


class Number:
    """A node whose value is a number."""

    __slots__ = ()

    def evaluate(self, row: Row) -> Span:
        raise NotImplementedError

    def children(self) -> tuple[Number | Truth, ...]:
        return ()

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items that keep this number from being one value, in the order of the rule."""
        low, high = self.evaluate(row)
        return () if low == high else _unique(child.undecided(row) for child in self.children())

    def __add__(self, other: Number | float) -> Sum:
        return Sum((self, as_number(other)))

    def __sub__(self, other: Number | float) -> Sum:
        return Sum((self, Scaled(as_number(other), -1)))

    def __mul__(self, factor: float) -> Scaled:
        return Scaled(self, factor)

    def __truediv__(self, divisor: float) -> Scaled:
        return Scaled(self, 1, divisor)


class Truth:
    """A node whose value is True, False or None."""

    __slots__ = ()

    def evaluate(self, row: Row) -> bool | None:
        raise NotImplementedError

    def children(self) -> tuple[Number | Truth, ...]:
        return ()

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items that keep this from being decided, in the order of the rule; empty if it is decided."""
        if self.evaluate(row) is not None:
            return ()
        return _unique(child.undecided(row) for child in self.children())


Node = Number | Truth


def _unique(names: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(names)))  # type: ignore[arg-type]


def as_number(value: Number | float) -> Number:
    return value if isinstance(value, Number) else Constant(value)


# ---- numbers ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant(Number):
    """A number of the rule itself."""

    value: float

    def evaluate(self, row: Row) -> Span:
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Reading(Number):
    """What is recorded for an item: its value, its censored interval, or, if missing, its whole scale."""

    item: Item

    def evaluate(self, row: Row) -> Span:
        recorded = row.get(self.item.id)
        if recorded is None:
            return self.item.scale
        if isinstance(recorded, tuple):
            return recorded
        return recorded, recorded  # type: ignore[return-value]

    def undecided(self, row: Row) -> tuple[str, ...]:
        recorded = row.get(self.item.id)
        return (self.item.id,) if recorded is None or isinstance(recorded, tuple) else ()


@dataclass(frozen=True, slots=True)
class Sum(Number):
    parts: tuple[Number, ...]

    def evaluate(self, row: Row) -> Span:
        low: float = 0
        high: float = 0
        for part in self.parts:
            part_low, part_high = part.evaluate(row)
            low += part_low
            high += part_high
        return low, high

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class Scaled(Number):
    """A number times a factor, divided by a divisor: so that x / 10 divides, and does not multiply by 0.1."""

    number: Number
    factor: float
    divisor: float = 1

    def evaluate(self, row: Row) -> Span:
        if not self.factor:  # 0 times no upper end is 0
            return 0.0, 0.0
        low, high = self.number.evaluate(row)
        low, high = low * self.factor / self.divisor, high * self.factor / self.divisor
        return (low, high) if low <= high else (high, low)

    def children(self) -> tuple[Node, ...]:
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Product(Number):
    """Two numbers multiplied, neither of which can be below 0."""

    left: Number
    right: Number

    def evaluate(self, row: Row) -> Span:
        (left_low, left_high), (right_low, right_high) = self.left.evaluate(row), self.right.evaluate(row)
        high = left_high * right_high if left_high and right_high else 0.0  # 0 times no upper end is 0
        return left_low * right_low, high

    def children(self) -> tuple[Node, ...]:
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Clamped(Number):
    """The number, but not below `low` and not above `high`."""

    number: Number
    low: float
    high: float

    def evaluate(self, row: Row) -> Span:
        low, high = self.number.evaluate(row)
        return min(max(low, self.low), self.high), min(max(high, self.low), self.high)

    def children(self) -> tuple[Node, ...]:
        return (self.number,)


@dataclass(frozen=True, slots=True)
class Lowest(Number):
    """The smallest of several numbers."""

    parts: tuple[Number, ...]

    def evaluate(self, row: Row) -> Span:
        spans = [part.evaluate(row) for part in self.parts]
        return min(low for low, _ in spans), min(high for _, high in spans)

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class Highest(Number):
    """The largest of several numbers."""

    parts: tuple[Number, ...]

    def evaluate(self, row: Row) -> Span:
        spans = [part.evaluate(row) for part in self.parts]
        return max(low for low, _ in spans), max(high for _, high in spans)

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class MeanAnswered(Number):
    """The mean of the parts that are one value; `low` to `high` if fewer than `at_least` are."""

    parts: tuple[Number, ...]
    at_least: int
    low: float
    high: float

    def evaluate(self, row: Row) -> Span:
        answered = [low for low, high in (part.evaluate(row) for part in self.parts) if low == high]
        if len(answered) < self.at_least:
            return self.low, self.high
        mean = sum(answered) / len(answered)
        return mean, mean

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class Points(Number):
    """`points` if the condition holds, else 0."""

    condition: Truth
    points: float

    def evaluate(self, row: Row) -> Span:
        holds = self.condition.evaluate(row)
        if holds is None:
            return (0, self.points) if self.points >= 0 else (self.points, 0)
        return (self.points, self.points) if holds else (0, 0)

    def children(self) -> tuple[Node, ...]:
        return (self.condition,)


@dataclass(frozen=True, slots=True)
class Where(Number):
    """One number if the condition holds, the other if it does not."""

    condition: Truth
    then: Number
    otherwise: Number

    def evaluate(self, row: Row) -> Span:
        holds = self.condition.evaluate(row)
        if holds is not None:
            return (self.then if holds else self.otherwise).evaluate(row)
        (low, high), (other_low, other_high) = self.then.evaluate(row), self.otherwise.evaluate(row)
        return min(low, other_low), max(high, other_high)

    def children(self) -> tuple[Node, ...]:
        return self.condition, self.then, self.otherwise


# ---- truths ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Yes(Truth):
    """A yes-or-no item is yes."""

    item: Item

    def evaluate(self, row: Row) -> bool | None:
        return row.get(self.item.id)  # type: ignore[return-value]

    def undecided(self, row: Row) -> tuple[str, ...]:
        return (self.item.id,) if row.get(self.item.id) is None else ()


@dataclass(frozen=True, slots=True)
class IsRecorded(Truth):
    """An item has a value. For rules that depend on what was measured; never undecided."""

    item: Item

    def evaluate(self, row: Row) -> bool:
        return row.get(self.item.id) is not None


@dataclass(frozen=True, slots=True)
class OneOf(Truth):
    """A choice item is one of `choices`."""

    item: Item
    choices: tuple[str, ...]

    def evaluate(self, row: Row) -> bool | None:
        choice = row.get(self.item.id)
        return None if choice is None else choice in self.choices

    def undecided(self, row: Row) -> tuple[str, ...]:
        return (self.item.id,) if row.get(self.item.id) is None else ()


@dataclass(frozen=True, slots=True)
class AtMost(Truth):
    """left <= right."""

    left: Number
    right: Number

    def evaluate(self, row: Row) -> bool | None:
        (left_low, left_high), (right_low, right_high) = self.left.evaluate(row), self.right.evaluate(row)
        if round(left_high, DECIMALS) <= round(right_low, DECIMALS):
            return True
        if round(left_low, DECIMALS) > round(right_high, DECIMALS):
            return False
        return None

    def children(self) -> tuple[Node, ...]:
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Below(Truth):
    """left < right."""

    left: Number
    right: Number

    def evaluate(self, row: Row) -> bool | None:
        (left_low, left_high), (right_low, right_high) = self.left.evaluate(row), self.right.evaluate(row)
        if round(left_high, DECIMALS) < round(right_low, DECIMALS):
            return True
        if round(left_low, DECIMALS) >= round(right_high, DECIMALS):
            return False
        return None

    def children(self) -> tuple[Node, ...]:
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Not(Truth):
    part: Truth

    def evaluate(self, row: Row) -> bool | None:
        value = self.part.evaluate(row)
        return None if value is None else not value

    def children(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True)
class AllOf(Truth):
    """Any part false: False; otherwise any part unknown: None; otherwise True."""

    parts: tuple[Truth, ...]

    def evaluate(self, row: Row) -> bool | None:
        outcome: bool | None = True
        for part in self.parts:
            value = part.evaluate(row)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class AnyOf(Truth):
    """Any part true: True; otherwise any part unknown: None; otherwise False."""

    parts: tuple[Truth, ...]

    def evaluate(self, row: Row) -> bool | None:
        outcome: bool | None = False
        for part in self.parts:
            value = part.evaluate(row)
            if value is True:
                return True
            if value is None:
                outcome = None
        return outcome

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class CountAtLeast(Truth):
    """At least `count` of the parts are true."""

    count: int
    parts: tuple[Truth, ...]

    def evaluate(self, row: Row) -> bool | None:
        values = [part.evaluate(row) for part in self.parts]
        true, unknown = values.count(True), values.count(None)
        if true >= self.count:
            return True
        return False if true + unknown < self.count else None

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class WhenRecorded(Truth):
    """The rule, once all of `items` are recorded; until then unknown, whatever the scales would allow to conclude.
    For published rules that count a component as missing as soon as one of its two values is."""

    items: tuple[Item, ...]
    rule: Truth

    def evaluate(self, row: Row) -> bool | None:
        return None if self._absent(row) else self.rule.evaluate(row)

    def undecided(self, row: Row) -> tuple[str, ...]:
        return self._absent(row) or self.rule.undecided(row)

    def children(self) -> tuple[Node, ...]:
        return (self.rule,)

    def _absent(self, row: Row) -> tuple[str, ...]:
        return tuple(item.id for item in self.items if row.get(item.id) is None)


# ---- how rules are written -------------------------------------------------------------------------------------


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


def is_point(span: Span) -> bool:
    """Whether a number is known: one finite value."""
    low, high = span
    return round(low, DECIMALS) == round(high, DECIMALS) and not isinf(low)
