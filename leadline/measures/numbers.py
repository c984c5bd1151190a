"""The nodes of rules whose value is a number: an interval, from the lowest to the highest that it can be."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from leadline.casebook.items import Item
from leadline.measures.nodes import Node, Row, Span, is_point, unique

if TYPE_CHECKING:
    from leadline.measures.truths import Truth


class Number(Node):
    """A node whose value is a number."""

    __slots__ = ()

    @abstractmethod
    def evaluate(self, row: Row) -> Span:
        """The lowest and the highest value that it can have, given what is recorded."""

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items that keep this number from being one value, in the order of the rule."""
        low, high = self.evaluate(row)
        return () if low == high else unique(child.undecided(row) for child in self.children())

    def __add__(self, other: Number | float) -> Sum:
        return Sum((self, as_number(other)))

    def __sub__(self, other: Number | float) -> Sum:
        return Sum((self, Scaled(as_number(other), -1)))

    def __mul__(self, factor: float) -> Scaled:
        return Scaled(self, factor)

    def __truediv__(self, divisor: float) -> Scaled:
        return Scaled(self, 1, divisor)


def as_number(value: Number | float) -> Number:
    return value if isinstance(value, Number) else Constant(value)


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
        return recorded, recorded  # type: ignore[return-value]  # a checked row has no word here

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
class Quotient(Number):
    """A number divided by another, neither of which can be below 0. Nothing is known of a division by 0."""

    number: Number
    divisor: Number

    def evaluate(self, row: Row) -> Span:
        (low, high), (divisor_low, divisor_high) = self.number.evaluate(row), self.divisor.evaluate(row)
        if not divisor_high:
            return 0.0, inf
        return max(low, 0.0) / divisor_high, high / divisor_low if divisor_low > 0 else inf

    def undecided(self, row: Row) -> tuple[str, ...]:
        if self.divisor.evaluate(row) == (0, 0):
            return unique((self.number.undecided(row), _items_in(self.divisor)))
        return Number.undecided(self, row)

    def children(self) -> tuple[Node, ...]:
        return self.number, self.divisor


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
    """The mean of the parts whose item is recorded; `low` to `high` if fewer than `at_least` are."""

    items: tuple[Item, ...]
    parts: tuple[Number, ...]
    at_least: int
    low: float
    high: float

    def evaluate(self, row: Row) -> Span:
        pairs = zip(self.items, self.parts, strict=True)
        answered = [part.evaluate(row) for item, part in pairs if row.get(item.id) is not None]
        if len(answered) < self.at_least:
            return self.low, self.high
        return sum(low for low, _ in answered) / len(answered), sum(high for _, high in answered) / len(
            answered
        )

    def undecided(self, row: Row) -> tuple[str, ...]:
        """Of what is not answered, only what the least number of answers still needs."""
        if is_point(self.evaluate(row)):
            return ()
        enough = sum(row.get(item.id) is not None for item in self.items) >= self.at_least
        pairs = zip(self.items, self.parts, strict=True)
        return unique(
            part.undecided(row) for item, part in pairs if not enough or row.get(item.id) is not None
        )

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

    def undecided(self, row: Row) -> tuple[str, ...]:
        holds = self.condition.evaluate(row)
        if holds is None:
            return Number.undecided(self, row)
        return (self.then if holds else self.otherwise).undecided(row)


@dataclass(frozen=True, slots=True)
class ByChoice(Number):
    """The number that belongs to what a choice item says; nothing is known where it is missing or has none. `says` is
    what that number is."""

    item: Item
    cases: tuple[tuple[tuple[str, ...], Number], ...]
    says: str

    def evaluate(self, row: Row) -> Span:
        case = self.case(row)
        return (-inf, inf) if case is None else case.evaluate(row)

    def case(self, row: Row) -> Number | None:
        choice = row.get(self.item.id)
        return next((number for choices, number in self.cases if choice in choices), None)

    def undecided(self, row: Row) -> tuple[str, ...]:
        case = self.case(row)
        if case is not None:
            return case.undecided(row)
        return unique(
            (
                () if row.get(self.item.id) else (self.item.id,),
                *(each.undecided(row) for _, each in self.cases),
            )
        )

    def children(self) -> tuple[Node, ...]:
        return tuple(number for _, number in self.cases)


@dataclass(frozen=True, slots=True)
class Computed(Number):
    """A number that no engine of tables can compute: a function of other numbers, called once all of them are known;
    until then from `low` to `high`. It gives None where these numbers have none."""

    says: str
    function: Callable[..., float | None]
    parts: tuple[Number, ...]
    low: float
    high: float

    def evaluate(self, row: Row) -> Span:
        spans = [part.evaluate(row) for part in self.parts]
        value = self.function(*(low for low, _ in spans)) if all(map(is_point, spans)) else None
        return (self.low, self.high) if value is None else (value, value)

    def children(self) -> tuple[Node, ...]:
        return self.parts


def _items_in(node: Node) -> tuple[str, ...]:
    """The items that a number is made of."""
    own = (node.item.id,) if isinstance(node, Reading) else ()
    return unique((own, *(_items_in(child) for child in node.children())))
