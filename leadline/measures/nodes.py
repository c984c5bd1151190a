"""What a rule is read on, and what every node of a rule can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from itertools import chain
from math import isinf

Span = tuple[float, float]
"""The lowest and the highest value that a number can have, given what is recorded."""

Recorded = float | bool | str | Span | None
"""What one item can hold: a number, yes or no, a choice, the two ends of a censored number, or nothing."""

Row = Mapping[str, Recorded]
"""One visit: item id to what is recorded. An absent key is a missing item."""

DECIMALS = 6
"""Rounding before any comparison: finer than every scale and unit here, coarser than a binary float's error."""


class Node:
    """A part of a rule: a number or a truth, made of other parts.

    The type checker refuses a node without its abstract methods. It is no ABC: that would slow every isinstance.
    """

    __slots__ = ()

    def children(self) -> tuple[Node, ...]:
        return ()

    @abstractmethod
    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items that keep this part open, in the order of the rule; empty if it is decided."""


def is_point(span: Span) -> bool:
    """Whether a number is known: one finite value."""
    low, high = span
    return round(low, DECIMALS) == round(high, DECIMALS) and not isinf(low)


def unique(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Each name once, in order."""
    return tuple(dict.fromkeys(chain.from_iterable(names)))
