"""Why a measure gives what it gives for one visit: each part of the rule with what it came to, what was capped, what
was missing and what it leaves open. As data and in words, from the same tree that computes the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isinf
from typing import Any

from leadline.casebook.items import Item
from leadline.measures import expression as tree
from leadline.measures.definition import Calculation, Criterion, Grading, Measure, Score, items_of
from leadline.measures.expression import DECIMALS, Recorded, Row, is_point
from leadline.measures.inputs import as_interval
from leadline.measures.instruments import measure
from leadline.measures.mctd import ComponentChanges
from leadline.measures.words import chosen_by, is_equality, number_in_words, truth_in_words


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a rule on one visit.

    says      the part in words
    holds     of a truth: whether it holds; None: it cannot be told
    low, high of a number: its value, the same twice if it is known; infinite where there is no bound
    recorded  item to what is recorded, for a part that is not divided further
    capped    a limit of the rule changed what was recorded
    missing   the missing items that keep this part open
    parts     what it is made of
    """

    says: str
    holds: bool | None = None
    low: float | None = None
    high: float | None = None
    recorded: tuple[tuple[Item, Recorded], ...] = ()
    capped: bool = False
    missing: tuple[str, ...] = ()
    parts: tuple[Reason, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The same as plain values for JSON; an open end is None."""
        is_truth = self.low is None
        said: dict[str, Any] = {"says": self.says}
        if is_truth:
            said["holds"] = self.holds
        elif self.low == self.high:
            said["value"] = self.low
        else:
            said |= {"value": None, "lower_bound": _end(self.low), "upper_bound": _end(self.high)}
        if self.recorded:
            said["recorded"] = {item.id: _plain(value) for item, value in self.recorded}
        if self.capped:
            said["capped"] = True
        if self.missing:
            said["missing"] = list(self.missing)
        if self.parts:
            said["parts"] = [part.as_data() for part in self.parts]
        return said

    def lines(self, depth: int = 0) -> Iterator[str]:
        """In words, a line a part, indented by two spaces."""
        yield f"{'  ' * depth}{self._mark()}  {self.says}{self._remark()}"
        for part in self.parts:
            yield from part.lines(depth + 1)

    def _mark(self) -> str:
        if self.low is None:
            return {True: "yes", False: "no", None: "?"}[self.holds]
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{_bound(self.low)} to {_bound(self.high)}"

    def _remark(self) -> str:
        alone = len(self.recorded) == 1
        remarks = [
            _shown(value) if alone else f"{_called(item)} {_shown(value)}" for item, value in self.recorded
        ]
        remarks += ["limited by the rule"] if self.capped else []
        return f" ({'; '.join(remarks)})" if remarks else ""


def explain_row(measure_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Why one visit has the result that it has.

    row      inputs as `evaluate` takes them, or one row of a table: columns that are no items are left aside
    returns  `measure`, `result` (what `evaluate` gives), `reasons` (output or grade to a nested object: `says`;
             `holds`, or `value`, or the bounds; `recorded`; `capped`; `missing`; `parts`), and `words`, the same as
             lines
    raises   UnknownMeasure, ItemUnknown, ItemOutOfRange
    """
    found = measure(measure_id)
    inputs = {name: value for name, value in row.items() if name in {*found.takes, *found.by_id}}
    for name, item in found.by_id.items():
        comparator, value = row.get(f"{name}_comparator"), row.get(name)
        if comparator and value is not None:
            inputs[name] = as_interval(value, comparator, item)
    result, reasons = found.evaluate(inputs), reasons_of(found, found.row(inputs))
    return {
        "measure": found.id,
        "result": result,
        "reasons": {name: reason.as_data() for name, reason in reasons.items()},
        "words": [line for name, reason in reasons.items() for line in _titled(name, reason)],
    }


def reasons_of(found: Measure, row: Row) -> dict[str, Reason]:
    """The root of each rule of the measure on one checked row."""
    row = {**found.parameters, **{name: value for name, value in row.items() if value is not None}}
    match found:
        case Score():
            return {**_applies(found.applies, row), found.output: _of(found.formula, row)}
        case Criterion():
            return {
                **_applies(found.applies, row),
                **{name: _of(rule, row) for name, rule in found.rules.items()},
            }
        case Grading():
            return {grade: _of(rule, row) for grade, rule in found.grades}
        case ComponentChanges():
            return {f"{each.id} {change}": _of(rule, row) for each in found.components
                    for change, rule in (("improved", each.improved), ("worse", each.worse))}  # fmt: skip
        case Calculation():
            return {**_applies(found.applies, row), **dict(_of_results(found, row))}
        case _:
            return {}


def _applies(rule: tree.Truth | None, row: Row) -> dict[str, Reason]:
    return {} if rule is None else {"applies": _of(rule, row)}


def _of_results(found: Calculation, row: Row) -> Iterator[tuple[str, Reason]]:
    """A reason a result; of a state, one for each rule that is asked before it."""
    for name, rule in found.results.items():
        if isinstance(rule, tree.FirstThatHolds):
            yield from ((f"{name} {word}", _of(each, row)) for word, each in rule.cases)
        elif not found.only_given or any(row.get(item_id) is not None for item_id in items_of(rule)):
            yield name, _of(rule, row)


def _titled(name: str, reason: Reason) -> Iterator[str]:
    yield f"{name.replace('_', ' ')}:"
    yield from reason.lines(1)


def _of(node: tree.Number | tree.Truth, row: Row) -> Reason:
    return _truth(node, row) if isinstance(node, tree.Truth) else _number(node, row)


def _truth(node: tree.Truth, row: Row) -> Reason:
    choice = chosen_by(node)
    if choice is not None and (decided := choice[0].evaluate(row)) is not None:
        return _truth(choice[1] if decided else choice[2], row)  # the way that this visit goes
    parts = tuple(_truth(part, row) for part in _divided(node))
    says = truth_in_words(node)
    return Reason(
        says=says.text if parts else says.joined,
        holds=node.evaluate(row),
        recorded=() if parts else tuple(_recorded(node, row)),
        missing=node.undecided(row),
        parts=parts,
    )


def _number(node: tree.Number, row: Row) -> Reason:
    if isinstance(node, tree.ByChoice) and (case := node.case(row)) is not None:
        return _number(case, row)
    if isinstance(node, tree.Where) and (decided := node.condition.evaluate(row)) is not None:
        return _number(node.then if decided else node.otherwise, row)
    low, high = node.evaluate(row)
    if is_point((low, high)):
        high = low
    parts = tuple(_number(part, row) for part in _divided_number(node))
    return Reason(
        says=_LED.get(type(node), number_in_words(node).text) if parts else number_in_words(node).joined,
        low=round(low, DECIMALS),
        high=high if isinf(high) else round(high, DECIMALS),
        recorded=() if parts else tuple(_recorded(node, row)),
        capped=not parts and _is_capped(node, row),
        missing=node.undecided(row),
        parts=parts,
    )


_LED = {tree.Quotient: "the first divided by the second", tree.Product: "the product of"}


def _divided(node: tree.Truth) -> tuple[tree.Truth, ...]:
    """The parts that are told one by one; a comparison is told whole."""
    match node:
        case tree.AllOf() | tree.AnyOf() | tree.CountAtLeast():
            return node.parts if len(node.parts) > 1 and not is_equality(node) else ()
        case tree.WhenRecorded():
            return _divided(node.rule)
        case tree.Not(tree.CountAtLeast() | tree.AnyOf() as counted):
            return counted.parts if len(counted.parts) > 1 and chosen_by(counted) is None else ()
        case _:
            return ()


def _divided_number(node: tree.Number) -> tuple[tree.Number, ...]:
    """The parts of a sum, those of sums within it among them, and of a mean; a difference is told whole."""
    if isinstance(node, tree.MeanAnswered | tree.Computed):
        return node.parts
    if isinstance(node, tree.Quotient):
        return node.number, node.divisor
    if isinstance(node, tree.Product):
        return node.left, node.right
    if not isinstance(node, tree.Sum) or any(_is_negative(part) for part in node.parts):
        return ()
    inner = ((part, _divided_number(part) if isinstance(part, tree.Sum) else ()) for part in node.parts)
    return tuple(each for part, parts in inner for each in (parts or (part,)))


def _is_negative(node: tree.Number) -> bool:
    return isinstance(node, tree.Scaled) and node.factor < 0


def _recorded(node: tree.Node, row: Row) -> Iterator[tuple[Item, Recorded]]:
    """Each item of this part once, with what is recorded of it."""
    if isinstance(node, tree.IsRecorded):  # says so itself
        return
    seen: set[str] = set()
    for each in _nodes(node):
        item = getattr(each, "item", None)
        if item is not None and item.id not in seen:
            seen.add(item.id)
            yield item, row.get(item.id)


def _is_capped(node: tree.Number, row: Row) -> bool:
    """Whether a limit of the rule, and not the scale of the item, changed a recorded value."""
    inner = [each for each in _nodes(node) if isinstance(each, tree.Clamped)]
    return any(
        is_point(each.number.evaluate(row)) and each.evaluate(row) != each.number.evaluate(row)
        for each in inner
    )


def _nodes(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in node.children():
        yield from _nodes(child)


def _called(item: Item) -> str:
    """An item of one of two visits by its time alone: what it is stands in the comparison."""
    name, _, time = item.title.rpartition(" (")
    return (
        time.rstrip(")") if name and time.rstrip(")") in ("baseline", "current", "previous") else item.title
    )


def _end(value: float | None) -> float | None:
    return None if value is None or abs(value) == inf else value


def _plain(value: Recorded) -> Recorded | list[float | None]:
    return [_end(end) for end in value] if isinstance(value, tuple) else value


def _bound(value: float | None) -> str:
    return "any" if value is None or abs(value) == inf else f"{value:g}"


def _shown(value: Recorded) -> str:
    match value:
        case None:
            return "not recorded"
        case bool():
            return "yes" if value else "no"
        case (low, high):
            return f"{_bound(low)} to {_bound(high)}"
        case int() | float():
            return f"{value:g}"
        case _:
            return str(value)
