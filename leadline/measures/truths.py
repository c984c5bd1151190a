"""The nodes of rules whose value is True, False, or None: it cannot be told from what is recorded."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.casebook.items import Item
from leadline.measures.nodes import DECIMALS, Node, Row, unique

if TYPE_CHECKING:
    from leadline.measures.numbers import Number


class Truth(Node):
    """A node whose value is True, False or None."""

    __slots__ = ()

    @abstractmethod
    def evaluate(self, row: Row) -> bool | None:
        """Whether it holds; None where what is recorded cannot tell."""

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items that keep this from being decided, in the order of the rule; empty if it is decided."""
        if self.evaluate(row) is not None:
            return ()
        return unique(child.undecided(row) for child in self.children())


@dataclass(frozen=True, slots=True)
class Yes(Truth):
    """A yes-or-no item is yes."""

    item: Item

    def evaluate(self, row: Row) -> bool | None:
        return row.get(self.item.id)  # type: ignore[return-value]  # a checked row has yes, no or nothing here

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
class Same(Truth):
    """Two choice items say the same."""

    left: Item
    right: Item

    def evaluate(self, row: Row) -> bool | None:
        left, right = row.get(self.left.id), row.get(self.right.id)
        return None if left is None or right is None else left == right

    def undecided(self, row: Row) -> tuple[str, ...]:
        return tuple(item.id for item in (self.left, self.right) if row.get(item.id) is None)


@dataclass(frozen=True, slots=True)
class WhenRecorded(Truth):
    """The rule, once all of `items` are recorded; until then unknown, whatever the scales would allow to conclude.
    For published rules that count a component as missing as soon as one of its two values is. `exactly`: a value of
    which only a limit is known is not recorded either."""

    items: tuple[Item, ...]
    rule: Truth
    exactly: bool = False

    def evaluate(self, row: Row) -> bool | None:
        return None if self._absent(row) else self.rule.evaluate(row)

    def undecided(self, row: Row) -> tuple[str, ...]:
        return self._absent(row) or self.rule.undecided(row)

    def children(self) -> tuple[Node, ...]:
        return (self.rule,)

    def _absent(self, row: Row) -> tuple[str, ...]:
        return tuple(
            item.id
            for item in self.items
            if row.get(item.id) is None or (self.exactly and isinstance(row[item.id], tuple))
        )


@dataclass(frozen=True, slots=True)
class FirstThatHolds(Node):
    """A word: the first whose rule holds, with no rule before it unknown; else `otherwise`; None: it cannot be told."""

    cases: tuple[tuple[str, Truth], ...]
    otherwise: str

    def evaluate(self, row: Row) -> str | None:
        for word, rule in self.cases:
            holds = rule.evaluate(row)
            if holds is not False:
                return word if holds else None
        return self.otherwise

    def undecided(self, row: Row) -> tuple[str, ...]:
        return () if self.evaluate(row) is not None else unique(rule.undecided(row) for _, rule in self.cases)

    def children(self) -> tuple[Node, ...]:
        return tuple(rule for _, rule in self.cases)
