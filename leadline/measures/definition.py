"""What a measure is: its items, its rule, its sources, and how it is evaluated on one set of inputs.

A new instrument is a file with a value of one of the classes below and one line in `instruments.py`. Every class has
`evaluate(inputs)`: calculator inputs in (the names of the measures dossier, nested or flat, missing as None or left
out), a plain dictionary out, with the keys of the dossier's section 0.5. Ranges are checked once, by the rules of
`inputs.py`: a value outside its scale is an error, never a number.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isfinite
from types import MappingProxyType
from typing import Any, Literal

from leadline.casebook.items import Item
from leadline.errors import ItemOutOfRange
from leadline.measures.expression import (
    DECIMALS,
    FirstThatHolds,
    Node,
    Number,
    Recorded,
    Row,
    Span,
    Truth,
    is_point,
)
from leadline.measures.inputs import RANGE_HINT, Inputs, fault_of_input, unknown_items, with_censored
from leadline.measures.three_values import as_result

RULE_ONLY = "the rule and its numbers, said in our own words; no text of its authors is reproduced"

NO_GRADE = "none"

Result = Literal["met", "not_met", "indeterminate", "not_applicable"]
Outputs = dict[str, Any]
"""Output key to a number, a word, a list or None, as JSON holds them; which keys, the class and the measure say."""

Unpack = Callable[[Inputs], Inputs]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from. `key` is what the comment beside the number says, as in `# [T21]`."""

    key: str
    citation: str
    doi: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """One activity state of a score: the state holds up to and including `up_to` (None: no upper end)."""

    state: str
    up_to: float | None


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """One published set of cut-offs for one course of the disease, best state first."""

    set_id: str
    course: str
    bands: tuple[Band, ...]
    source: str

    def state(self, score: float) -> str:
        """The state of a score, compared after rounding to six decimals."""
        rounded = round(score, DECIMALS)
        return next(band.state for band in self.bands if band.up_to is None or rounded <= band.up_to)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold of items together: a row for which it is certainly false is out of range. `says` is what it
    takes, in words."""

    rule: Truth
    says: str


@dataclass(frozen=True, kw_only=True)
class Measure(ABC):
    """What every measure has.

    id           canonical name, also the key of the command line and of reports
    title        as a journal prints it
    diseases     of jia, sle, mctd; empty: any
    items        flat items, in the order a person fills them in
    sources      where the numbers come from
    status       "verified", or "provisional" where a number was not read in a source; `provisional` says which
    constraints  what must hold of several items together, beyond the range of each
    parameters   items that choose between published variants of the rule, with the variant taken if none is named
    unpack       turns calculator inputs that are lists or nested into flat items; None: they are flat already
    calculator_names  flat item to what a calculator calls it, where that differs: `missing` then names the latter
    details      further output keys, computed from the row; they explain the result and never change it
    notes        known disagreements and limits, in plain words
    licence      what of the source is here, and what is not
    in_words     the rule, a line a step, of a measure whose tree is not to be read aloud
    """

    id: str
    title: str
    items: tuple[Item, ...]
    sources: tuple[Source, ...]
    diseases: tuple[str, ...] = ()
    status: Literal["verified", "provisional"] = "verified"
    provisional: str = ""
    constraints: tuple[Constraint, ...] = ()
    parameters: Mapping[str, Recorded] = field(default_factory=lambda: MappingProxyType({}))
    unpack: Unpack | None = None
    input_names: tuple[str, ...] = ()
    calculator_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    details: Callable[[Row], Outputs] | None = None
    notes: tuple[str, ...] = ()
    licence: str = RULE_ONLY
    in_words: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of the inputs, nested or flat, in the order a person fills them in."""
        return self.input_names or tuple(self.by_id)

    def row(self, inputs: Inputs) -> Row:
        """Flat, checked items of the inputs. Raises ItemUnknown and ItemOutOfRange, naming every fault at once."""
        return self.checked(self.unpack(inputs) if self.unpack else inputs)

    def checked(self, flat: Inputs) -> Row:
        """Flat items, each known and in its range, with censored values as intervals."""
        unknown = [name for name in flat if name not in self.by_id]
        row = {
            name: with_censored(value, self.by_id[name]) for name, value in flat.items() if name in self.by_id
        }
        faults = [fault for name, value in row.items() if (fault := fault_of_input(self.by_id[name], value))]
        if unknown:
            known = (*self.takes, *self.by_id)
            raise unknown_items(self.title, unknown, takes=self.takes, known=known, faults=faults)
        if not faults:
            faults = [each.says for each in self.constraints if each.rule.evaluate(row) is False]
        if faults:
            raise ItemOutOfRange(f"{self.title}: " + "; ".join(faults) + ".", hint=RANGE_HINT)
        return row

    def evaluate(self, inputs: Inputs) -> Outputs:
        """The result with the dossier's keys. Missing inputs never raise; see the class for what they do."""
        result = self.evaluate_row(self.row(inputs))
        if self.calculator_names:
            asked = (
                name if name in inputs else self.calculator_names.get(name, name)
                for name in result["missing"]
            )
            result["missing"] = list(dict.fromkeys(asked))
        return result

    def result_status(self, row: Row, *outputs: str) -> Literal["verified", "provisional"]:
        """The status of what a row of flat items gives."""
        return self.status

    def evaluate_row(self, row: Row) -> Outputs:
        """The same from a row of flat items that is known to be in range, as the casebook's are."""
        if self.parameters:
            row = {**self.parameters, **{name: value for name, value in row.items() if value is not None}}
        result = self.judge(row)
        return {**result, **self.details(row)} if self.details else result

    @abstractmethod
    def judge(self, row: Row) -> Outputs:
        """What the class computes from a row in which every parameter is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBuilt:
    """A published instrument that is not computed here, and why. The catalogue names it, so that nobody looks for it
    in vain or takes another measure for it."""

    id: str
    title: str
    reason: str
    sources: tuple[Source, ...]
    diseases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Score(Measure):
    """A number computed from items. A missing item that matters: value None, its name in `missing`, and the bounds
    between which the score lies, where it has any. `applies` says for whom: where it is false the score does not
    apply. `grades` are named from the lowest value that has the grade, worst first; below all of them stands `none`."""

    formula: Number
    applies: Truth | None = None
    low: float
    high: float
    output: str = "value"
    better: Literal["lower", "higher"] = "lower"
    cutoffs: tuple[Cutoffs, ...] = ()
    grades: tuple[tuple[str, float], ...] = ()
    important_improvement: float | None = None
    important_worsening: float | None = None

    def grade(self, score: float) -> str:
        """The grade of a score, compared after rounding to six decimals."""
        rounded = round(score, DECIMALS)
        return next((grade for grade, lowest in self.grades if rounded >= lowest), NO_GRADE)

    def judge(self, row: Row) -> Outputs:
        applies = True if self.applies is None else self.applies.evaluate(row)
        if applies is False:
            return {self.output: None, "status": "not_applicable", "missing": []}
        span = self.formula.evaluate(row) if applies else (-inf, inf)
        known = is_point(span)
        grade = {"grade": self.grade(span[0]) if known else None} if self.grades else {}
        return {**self._judge_span(span, row), **grade}

    def _judge_span(self, span: Span, row: Row) -> Outputs:
        if is_point(span):
            return {self.output: round(span[0], DECIMALS), "status": "ok", "missing": []}
        low, high = max(span[0], self.low), min(span[1], self.high)
        return {
            self.output: None,
            "status": "not_computable",
            "missing": list(self.undecided(row)),
            **({"lower_bound": round(low, DECIMALS)} if isfinite(low) else {}),
            **({"upper_bound": round(high, DECIMALS)} if isfinite(high) else {}),
        }

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items without which there is no score."""
        applies = () if self.applies is None else self.applies.undecided(row)
        return tuple(dict.fromkeys((*applies, *self.formula.undecided(row))))


@dataclass(frozen=True, kw_only=True)
class Criterion(Measure):
    """One or more three-valued rules over the same items. `rules` maps an output key to its rule; `applies` says for
    whom: where it is false every output is not_applicable, where it is unknown nothing can be said. `read_alone`, of a
    provisional rule, leaves out of a row the items of which only the part that was not read in a source can judge."""

    rules: Mapping[str, Truth]
    applies: Truth | None = None
    read_alone: Callable[[Row], Row] | None = None

    def result_status(self, row: Row, *outputs: str) -> Literal["verified", "provisional"]:
        """That of the results, all or those named, of one row: verified if they are the same whatever is said where no
        source was read."""
        if self.read_alone is None:
            return self.status
        full = {**self.parameters, **{name: value for name, value in row.items() if value is not None}}
        alone = self.read_alone(full)
        rules = (self.rules[output] for output in outputs or self.rules)
        same = all(rule.evaluate(full) is rule.evaluate(alone) for rule in rules)
        return "verified" if same else "provisional"

    def judge(self, row: Row) -> Outputs:
        applies = True if self.applies is None else self.applies.evaluate(row)
        if applies is False:
            return {**dict.fromkeys(self.rules, "not_applicable"), "missing": []}
        results = {
            key: as_result(rule.evaluate(row) if applies else None) for key, rule in self.rules.items()
        }
        return {**results, "missing": list(self.undecided(row))}

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items without which some output stays indeterminate."""
        parts = (*(() if self.applies is None else (self.applies,)), *self.rules.values())
        return tuple(dict.fromkeys(name for part in parts for name in part.undecided(row)))


@dataclass(frozen=True, kw_only=True)
class Grading(Measure):
    """The first grade whose rule holds. An unknown rule above it leaves the grade indeterminate, unless
    `stands_alone`: then a grade stands as soon as its own rule holds, and only `otherwise` needs every rule known."""

    output: str
    grades: tuple[tuple[str, Truth], ...]
    otherwise: str
    stands_alone: bool = False

    def judge(self, row: Row) -> Outputs:
        unknown = False
        for grade, rule in self.grades:
            value = rule.evaluate(row)
            if value is True and (self.stands_alone or not unknown):
                return {self.output: grade, "missing": []}
            unknown = unknown or value is None
        if not unknown:
            return {self.output: self.otherwise, "missing": []}
        missing = dict.fromkeys(name for _, rule in self.grades for name in rule.undecided(row))
        return {self.output: "indeterminate", "missing": list(missing)}


@dataclass(frozen=True, kw_only=True)
class Calculation(Measure):
    """Several results side by side: numbers, yes or no, and states. A result that cannot be told is None.

    results     output key to its rule
    needed      the outputs of which the status speaks: ok if all are known, partly_computable if some, else
                not_computable
    applies     for whom; where it is false no result is given
    decimals    to which a number is rounded
    only_given  outputs of which no item is recorded are left out, and there is no status
    """

    results: Mapping[str, Number | Truth | FirstThatHolds]
    needed: tuple[str, ...]
    applies: Truth | None = None
    decimals: int = DECIMALS
    only_given: bool = False

    def judge(self, row: Row) -> Outputs:
        applies = True if self.applies is None else self.applies.evaluate(row)
        if applies is False:
            return {**dict.fromkeys(self.results), "status": "not_applicable", "missing": []}
        values = {key: self._value(rule, row) if applies else None for key, rule in self.results.items()}
        if self.only_given:
            return {key: value for key, value in values.items() if self._is_given(key, row)}
        missing = dict.fromkeys(name for rule in self.results.values() for name in rule.undecided(row))
        return {**values, "status": self.status_of(values), "missing": list(missing)}

    def status_of(self, values: Mapping[str, object]) -> str:
        known = [values[key] is not None for key in self.needed]
        return "ok" if all(known) else "partly_computable" if any(known) else "not_computable"

    def _value(self, rule: Number | Truth | FirstThatHolds, row: Row) -> float | bool | str | None:
        if not isinstance(rule, Number):
            return rule.evaluate(row)
        span = rule.evaluate(row)
        return round(span[0], self.decimals) if is_point(span) else None

    def _is_given(self, key: str, row: Row) -> bool:
        return any(row.get(item_id) is not None for item_id in items_of(self.results[key]))


def items_of(node: Node) -> set[str]:
    """The items that a rule reads."""
    own = {item.id} if isinstance(item := getattr(node, "item", None), Item) else set()
    return own.union(*(items_of(child) for child in node.children()))
