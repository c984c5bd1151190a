"""The trees of `expression.py` as narwhals expressions: the same rule on polars, DuckDB, pyarrow, Spark.

A number becomes two expressions, its lowest and its highest value; a truth becomes two, certainly true and certainly
false. None of them is ever null, so that no engine's own idea of null decides anything. As in the reading of one row,
whatever is compared is rounded to six decimals first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import inf
from operator import add, and_, or_
from typing import Any

import narwhals as nw

from leadline.casebook.items import Item
from leadline.measures import expression as tree
from leadline.measures.computed import AnyFrame, ComputedColumn
from leadline.measures.expression import DECIMALS

Ends = tuple[nw.Expr, nw.Expr]
"""The lowest and the highest value; or certainly true and certainly false."""

BEYOND_ANY = 1e300
"""Larger in size than any number that is known; an open end is infinite."""


TEMPORARY = "__leadline_"
"""How the columns begin that hold what is used more than once; they are dropped at the end."""


class Compiler:
    """Compiles the rules of one measure. What several places use is computed once, in columns of their own: `stages`
    are to be added to the table one after the other before the rules themselves.

    defaults  values of parameters that are not given
    absent    items for which the table has no column
    censored  items that have a column of comparators beside their own
    """

    def __init__(
        self,
        *,
        defaults: Mapping[str, Any],  # narwhals says by itself what a column can be filled with
        absent: frozenset[str],
        roots: Sequence[tree.Node],
        censored: frozenset[str] = frozenset(),
    ) -> None:
        self._defaults = defaults
        self._absent = absent
        self._censored = censored
        self._shared: dict[int, Ends | None] = dict.fromkeys(_used_twice(roots))
        self.stages: list[dict[str, nw.Expr] | ComputedColumn] = []

    def once(self, *expressions: nw.Expr) -> tuple[nw.Expr, ...]:
        """The expressions as columns that are computed once."""
        stage = {f"{TEMPORARY}{len(self.stages)}_{place}": each for place, each in enumerate(expressions)}
        self.stages.append(stage)
        return tuple(nw.col(name) for name in stage)

    def with_stages(self, native: AnyFrame) -> AnyFrame:
        """The table with the columns that are computed once."""
        for stage in self.stages:
            native = native.with_columns(**stage) if isinstance(stage, dict) else stage.added_to(native)
        return native

    @property
    def temporary(self) -> list[str]:
        return [
            name for stage in self.stages for name in (stage if isinstance(stage, dict) else (stage.name,))
        ]

    def word(self, node: tree.FirstThatHolds) -> nw.Expr:
        """The word, null where it cannot be told; from the last backwards."""
        ends = [self.truth(rule) for _, rule in node.cases]
        word = nw.lit(node.otherwise)
        for (case, _), (true, false) in reversed(list(zip(node.cases, ends, strict=True))):
            word = nw.when(true).then(nw.lit(case)).otherwise(nw.when(false).then(word))
        return word

    def truth(self, node: tree.Truth) -> Ends:
        """Certainly true, and certainly false."""
        if id(node) not in self._shared:
            return self._truth(node)
        known = self._shared[id(node)]
        if known is None:
            true, false = self.once(*self._truth(node))
            self._shared[id(node)] = known = true, false
        return known

    # ---- items ---------------------------------------------------------------------------------------------------

    def _column(self, item: Item) -> nw.Expr:
        default = self._defaults.get(item.id)
        if item.id in self._absent:
            return nw.lit(default, dtype=kind_of(item))
        column = nw.col(item.id).cast(kind_of(item))
        return column if default is None else column.fill_null(default)

    def _recorded(self, item: Item) -> nw.Expr:
        return ~self._column(item).is_null()

    def _exactly(self, item: Item) -> nw.Expr:
        recorded = self._recorded(item)
        return recorded & ~is_beyond(item.id, COMPARATORS) if item.id in self._censored else recorded

    def _reading(self, item: Item) -> Ends:
        """The value; of one beyond detection, from it to the end of the scale."""
        column, (lowest, highest) = self._column(item), item.scale
        low, high = column, column
        if item.id in self._censored:
            low = nw.when(is_beyond(item.id, BELOW)).then(nw.lit(float(lowest))).otherwise(column)
            high = nw.when(is_beyond(item.id, ABOVE)).then(nw.lit(float(highest))).otherwise(column)
        return low.fill_null(float(lowest)), high.fill_null(float(highest))

    # ---- one value -----------------------------------------------------------------------------------------------

    def value(self, node: tree.Number) -> nw.Expr | None:
        """The number as one expression that is null exactly where it is not known; None where that needs its two ends.
        It holds for sums of items and points, which are not known as soon as one part is not: half the work."""
        match node:
            case tree.Constant():
                return nw.lit(float(node.value))
            case tree.Reading() | tree.Clamped(tree.Reading()) if self._censored:
                return None
            case tree.Reading() if node.item.scale[0] < node.item.scale[1]:
                return self._column(node.item)
            case tree.Clamped(tree.Reading(item), low, high) if item.scale[0] < high and low < item.scale[1]:
                return self._column(item).clip(low, high) if low < high else None
            case tree.Scaled() if node.factor:
                number = self.value(node.number)
                return None if number is None else number * node.factor / node.divisor
            case tree.Points(tree.Yes(item), points) if points:
                return self._column(item).cast(nw.Float64) * float(points)
            case tree.Sum():
                parts = [self.value(part) for part in node.parts]
                known = [part for part in parts if part is not None]
                return reduce(add, known) if len(known) == len(parts) else None
            case _:
                return None

    # ---- numbers -------------------------------------------------------------------------------------------------

    def number(self, node: tree.Number) -> Ends:
        """The lowest and the highest value."""
        if id(node) not in self._shared:
            return self._number(node)
        known = self._shared[id(node)]
        if known is None:
            low, high = self.once(*self._number(node))
            self._shared[id(node)] = known = low, high
        return known

    def _number(self, node: tree.Number) -> Ends:
        match node:
            case tree.Constant():
                return nw.lit(float(node.value)), nw.lit(float(node.value))
            case tree.Reading():
                return self._reading(node.item)
            case tree.Sum():
                ends = [self.number(part) for part in node.parts]
                return reduce(add, (low for low, _ in ends)), reduce(add, (high for _, high in ends))
            case tree.Scaled():
                return self._scaled(node)
            case tree.Product():
                return self._product(node)
            case tree.Quotient():
                return self._quotient(node)
            case tree.ByChoice():
                return self._by_choice(node)
            case tree.Computed():
                return self._computed(node)
            case tree.Clamped():
                low, high = self.number(node.number)
                return low.clip(node.low, node.high), high.clip(node.low, node.high)
            case tree.Lowest():
                return self._across(node.parts, nw.min_horizontal)
            case tree.Highest():
                return self._across(node.parts, nw.max_horizontal)
            case tree.MeanAnswered():
                return self._mean_answered(node)
            case tree.Points():
                return self._points(node)
            case tree.Where():
                return self._where(node)
            case _:
                raise TypeError(f"no expression for {type(node).__name__}")

    def _scaled(self, node: tree.Scaled) -> Ends:
        if not node.factor:
            return nw.lit(0.0), nw.lit(0.0)
        low, high = (end * node.factor / node.divisor for end in self.number(node.number))
        return (low, high) if node.factor / node.divisor > 0 else (high, low)

    def _product(self, node: tree.Product) -> Ends:
        (left_low, left_high), (right_low, right_high) = self.number(node.left), self.number(node.right)
        nothing = (left_high == 0) | (right_high == 0)
        return left_low * right_low, nw.when(nothing).then(nw.lit(0.0)).otherwise(left_high * right_high)

    def _quotient(self, node: tree.Quotient) -> Ends:
        (low, high), (divisor_low, divisor_high) = self.number(node.number), self.number(node.divisor)
        lowest = nw.when(divisor_high > 0).then(low.clip(0) / _or_one(divisor_high)).otherwise(nw.lit(0.0))
        highest = nw.when(divisor_low > 0).then(high / _or_one(divisor_low)).otherwise(nw.lit(inf))
        return lowest, highest

    def _by_choice(self, node: tree.ByChoice) -> Ends:
        """Each case where its choice is named: the first of several columns that is not null."""
        column = self._column(node.item)
        ends = [
            (column.is_in(choices).fill_null(False), self.number(number)) for choices, number in node.cases
        ]
        low = nw.coalesce(*(nw.when(named).then(end) for named, (end, _) in ends), nw.lit(-inf))
        high = nw.coalesce(*(nw.when(named).then(end) for named, (_, end) in ends), nw.lit(inf))
        return low, high

    def _computed(self, node: tree.Computed) -> Ends:
        ends = [self.number(part) for part in node.parts]
        known = reduce(and_, (is_known(low, high) for low, high in ends))
        self.once(*(low for low, _ in ends), known)
        names = tuple(self.temporary[-len(ends) - 1 :])
        stage = ComputedColumn(f"{TEMPORARY}{len(self.stages)}", node.function, names[:-1], names[-1])
        self.stages.append(stage)
        value = nw.col(stage.name)
        return value.fill_null(float(node.low)), value.fill_null(float(node.high))

    def _across(self, parts: tuple[tree.Number, ...], horizontal: Callable[..., nw.Expr]) -> Ends:
        ends = [self.number(part) for part in parts]
        if len(ends) == 1:  # Spark has no largest of one
            return ends[0]
        return horizontal(*(low for low, _ in ends)), horizontal(*(high for _, high in ends))

    def _mean_answered(self, node: tree.MeanAnswered) -> Ends:
        flat = self.once(*(end for part in node.parts for end in self.number(part)))
        answered = [self._recorded(item) for item in node.items]
        (count,) = self.once(reduce(add, (one.cast(nw.Int64) for one in answered)))
        enough, at_least_one = count >= node.at_least, nw.when(count > 0).then(count).otherwise(nw.lit(1))

        def mean(ends: Sequence[nw.Expr], otherwise: float) -> nw.Expr:
            given = (
                nw.when(one).then(end).otherwise(nw.lit(0.0)) for one, end in zip(answered, ends, strict=True)
            )
            return nw.when(enough).then(reduce(add, given) / at_least_one).otherwise(nw.lit(float(otherwise)))

        return mean(flat[::2], node.low), mean(flat[1::2], node.high)

    def _points(self, node: tree.Points) -> Ends:
        true, false = self.truth(node.condition)
        points, none = nw.lit(float(node.points)), nw.lit(0.0)
        surely, perhaps = (
            nw.when(true).then(points).otherwise(none),
            nw.when(false).then(none).otherwise(points),
        )
        return (surely, perhaps) if node.points >= 0 else (perhaps, surely)

    def _where(self, node: tree.Where) -> Ends:
        true, false = self.truth(node.condition)
        then, otherwise = self.number(node.then), self.number(node.otherwise)
        either = nw.min_horizontal(then[0], otherwise[0]), nw.max_horizontal(then[1], otherwise[1])
        low, high = (
            nw.when(true).then(one).otherwise(nw.when(false).then(other).otherwise(open_end))
            for one, other, open_end in zip(then, otherwise, either, strict=True)
        )
        return low, high

    # ---- truths --------------------------------------------------------------------------------------------------

    def _truth(self, node: tree.Truth) -> Ends:
        match node:
            case tree.Yes():
                column = self._column(node.item)
                return column.fill_null(False), (~column).fill_null(False)
            case tree.IsRecorded():
                recorded = self._recorded(node.item)
                return recorded, ~recorded
            case tree.OneOf():
                return self._one_of(node)
            case tree.AtMost():
                (low, high), (limit_low, limit_high) = self._rounded(node.left), self._rounded(node.right)
                return high <= limit_low, low > limit_high
            case tree.Below():
                (low, high), (limit_low, limit_high) = self._rounded(node.left), self._rounded(node.right)
                return high < limit_low, low >= limit_high
            case tree.Not():
                true, false = self.truth(node.part)
                return false, true
            case tree.AllOf():
                ends = [self.truth(part) for part in node.parts]
                return reduce(and_, (true for true, _ in ends)), reduce(or_, (false for _, false in ends))
            case tree.AnyOf():
                ends = [self.truth(part) for part in node.parts]
                return reduce(or_, (true for true, _ in ends)), reduce(and_, (false for _, false in ends))
            case tree.CountAtLeast():
                return self._count_at_least(node)
            case tree.Same():
                left, right = self._column(node.left), self._column(node.right)
                return (left == right).fill_null(False), (left != right).fill_null(False)
            case tree.WhenRecorded():
                is_there = self._exactly if node.exactly else self._recorded
                recorded = reduce(and_, (is_there(item) for item in node.items))
                true, false = self.truth(node.rule)
                return recorded & true, recorded & false
            case _:
                raise TypeError(f"no expression for {type(node).__name__}")

    def _rounded(self, node: tree.Number) -> Ends:
        if isinstance(node, tree.Constant):
            constant = nw.lit(round(float(node.value), DECIMALS))
            return constant, constant
        low, high = self.number(node)
        return low.round(DECIMALS), high.round(DECIMALS)

    def _one_of(self, node: tree.OneOf) -> Ends:
        column = self._column(node.item)
        true = reduce(or_, (column == choice for choice in node.choices)).fill_null(False)
        return true, self._recorded(node.item) & ~true

    def _count_at_least(self, node: tree.CountAtLeast) -> Ends:
        ends = [self.truth(part) for part in node.parts]
        true = reduce(add, (end.cast(nw.Int64) for end, _ in ends))
        false = reduce(add, (end.cast(nw.Int64) for _, end in ends))
        return true >= node.count, false > len(node.parts) - node.count


def _used_twice(roots: Sequence[tree.Node]) -> set[int]:
    """Identities of the truths made of others, and of the numbers that a choice decides, that stand in several places
    of the rules, not of their own parts."""
    seen: set[int] = set()
    twice: set[int] = set()
    open_nodes = list(roots)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, tree.ByChoice) or (isinstance(node, tree.Truth) and len(node.children()) > 1):
            if id(node) in seen:
                twice.add(id(node))
                continue
            seen.add(id(node))
        open_nodes += node.children()
    return twice


def _or_one(number: nw.Expr) -> nw.Expr:
    """A divisor that is never 0, for engines that divide before they choose."""
    return nw.when(number > 0).then(number).otherwise(nw.lit(1.0))


def comparator_of(item_id: str) -> str:
    """The column that says that a value is a limit of detection."""
    return f"{item_id}_comparator"


def is_beyond(item_id: str, comparators: Sequence[str]) -> nw.Expr:
    """Whether a value is a limit of detection, of one of these kinds."""
    return nw.col(comparator_of(item_id)).is_in(comparators).fill_null(False)


BELOW = ("<", "<=")
ABOVE = (">", ">=")
COMPARATORS = (*BELOW, *ABOVE)


def is_known(low: nw.Expr, high: nw.Expr) -> nw.Expr:
    """Whether a number is one value."""
    return (low.round(DECIMALS) == high.round(DECIMALS)) & (low > -BEYOND_ANY) & (low < BEYOND_ANY)


def kind_of(item: Item) -> type[nw.Float64] | type[nw.Boolean] | type[nw.String]:
    """The type of a column that holds the item."""
    match item.kind:
        case "yes_no":
            return nw.Boolean
        case "choice":
            return nw.String
        case _:
            return nw.Float64
