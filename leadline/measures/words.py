"""A measure read aloud: its rule in plain words, made from the same tree that computes it.

For documentation, reports and `leadline measure ID --explain`. Nothing here is written a second time: a changed number
in a rule is a changed number in its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leadline.measures import expression as tree
from leadline.measures.definition import Calculation, Criterion, Grading, Measure, Score

INLINE = 100
"""A phrase of up to so many characters stays on one line; a longer one lists its parts below it."""


MANY = 6
"""A sum of more parts than this is named by their number where it stands within a phrase."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A line and what is listed below it. `joiner` stands between the parts where they fit into one line; without one
    the text leads them: "at most 1 of ..."."""

    text: str
    parts: tuple[Phrase, ...] = ()
    joiner: str = ""

    @property
    def joined(self) -> str:
        if not self.parts:
            return self.text
        each = (f"({part.joined})" if part.joiner else part.joined for part in self.parts)
        return self.joiner.join(each) if self.joiner else f"{self.text} {', '.join(each)}"

    def lines(self, depth: int = 0) -> list[str]:
        """One line where it is short enough, else the parts below, indented."""
        indent = "  " * depth
        if not self.parts or (self.joiner and len(self.joined) <= INLINE):
            return [indent + self.joined]
        return [indent + self.text, *(line for part in self.parts for line in part.lines(depth + 1))]


def rule_in_words(measure: Measure) -> list[str]:
    """The rule as lines, nested ones indented by two spaces. A measure without a tree says its own."""
    if measure.in_words:
        return list(measure.in_words)
    match measure:
        case Score():
            return [f"{measure.output} =", *number_in_words(measure.formula).lines(1)]
        case Criterion():
            rules = [(key, truth_in_words(rule)) for key, rule in measure.rules.items()]
            applies = (
                [] if measure.applies is None else ["applies if:", *truth_in_words(measure.applies).lines(1)]
            )
            return [*applies, *_several(rules)]
        case Grading():
            rules = [(grade, truth_in_words(rule)) for grade, rule in measure.grades]
            first = "any" if measure.stands_alone else "the first that holds"
            return [f"{measure.output}: {first} of", *_several(rules), f"otherwise {measure.otherwise}"]
        case _:
            raise TypeError(f"{measure.id} says nothing of its rule")


def missing_in_words(measure: Measure) -> str:
    """What a missing item does."""
    match measure:
        case Score():
            return (
                "an item missing that matters: no value; it is named, and the bounds of the value are given"
            )
        case Criterion():
            return "met or not met only if no missing item could change that; otherwise indeterminate, naming them"
        case Grading():
            return "a grade only if no missing item could change it; otherwise indeterminate, naming them"
        case Calculation():
            return "what is missing is named, and nothing is computed that would need it"
        case _:
            return "what is missing is named"


def _several(rules: Sequence[tuple[str, Phrase]]) -> list[str]:
    """Each rule under its key; one that differs from the first in numbers alone says which."""
    lines: list[str] = []
    first_key, first = rules[0]
    for key, rule in rules:
        swaps = _number_swaps(first.joined, rule.joined) if rule is not first else None
        if swaps:
            shown = ", ".join(f"{new} in place of {old}" for old, new in swaps.items())
            lines.append(f"{key}: as {first_key}, with {shown}")
        else:
            lines += [f"{key}:", *rule.lines(1)]
    return lines


_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


def _number_swaps(one: str, other: str) -> dict[str, str] | None:
    """Number to number where the second text is the first with these swapped; None where it is not."""
    before, after = _NUMBER.split(one), _NUMBER.split(other)
    if before[::2] != after[::2]:
        return None
    pairs = set(zip(before[1::2], after[1::2], strict=True))
    return {old: new for old, new in sorted(pairs) if old != new} if len(dict(pairs)) == len(pairs) else None


# ---- numbers -----------------------------------------------------------------------------------------------------


def number_in_words(node: tree.Number) -> Phrase:
    match node:
        case tree.Constant():
            return Phrase(f"{node.value:g}")
        case tree.Reading():
            return Phrase(node.item.title)
        case tree.Sum():
            return _sum(_summands(node))
        case tree.Scaled():
            return _scaled(node)
        case tree.Product():
            return Phrase(f"{_within(node.left)} × {_within(node.right)}")
        case tree.Clamped():
            return Phrase(f"{_within(node.number)} ({_limits(node)})")
        case tree.Quotient():
            return Phrase(f"{_within(node.number)} / {_within(node.divisor)}")
        case tree.ByChoice():
            return Phrase(node.says)
        case tree.Computed():
            return Phrase(node.says)
        case tree.Lowest():
            return Phrase("the smallest of", tuple(number_in_words(part) for part in node.parts))
        case tree.Highest():
            return Phrase("the largest of", tuple(number_in_words(part) for part in node.parts))
        case tree.MeanAnswered():
            text = f"the mean of those answered, at least {node.at_least}, of"
            return Phrase(text, tuple(number_in_words(part) for part in node.parts))
        case tree.Points():
            return Phrase(f"{node.points:g} if {truth_in_words(node.condition).joined}")
        case tree.Where():
            condition = truth_in_words(node.condition).joined
            return Phrase(f"{_within(node.then)} if {condition}, else {_within(node.otherwise)}")
        case _:
            raise TypeError(f"no words for {type(node).__name__}")


def _within(node: tree.Number) -> str:
    """A number as part of a longer phrase."""
    phrase = number_in_words(node)
    if isinstance(node, tree.Sum) and len(phrase.parts) > MANY:
        return f"the sum of {len(phrase.parts)} parts ({phrase.parts[0].joined}, ...)"
    return f"({phrase.joined})" if phrase.joiner else phrase.joined


def _summands(node: tree.Sum) -> tuple[tree.Number, ...]:
    """The parts of a sum, those of a sum within it among them."""
    parts = (_summands(part) if isinstance(part, tree.Sum) else (part,) for part in node.parts)
    return tuple(part for each in parts for part in each)


def _sum(parts: tuple[tree.Number, ...]) -> Phrase:
    words = [_within(parts[0]), *(_same_item(parts[0], part) for part in parts[1:])]
    if any(word.startswith("-") for word in words):
        return Phrase("the difference", (Phrase(" + ".join(words).replace("+ -", "− ")),), " ")
    return Phrase("the sum of", tuple(Phrase(word) for word in words), " + ")


def _limits(node: tree.Clamped) -> str:
    ends = [f"at least {node.low:g}"] if node.low > 0 else []
    return ", ".join([*ends, f"at most {node.high:g}"])


def _scaled(node: tree.Scaled) -> Phrase:
    number: tree.Number = node
    factor, divisor = 1.0, 1.0
    while isinstance(number, tree.Scaled):
        factor, divisor, number = factor * number.factor, divisor * number.divisor, number.number
    if isinstance(number, tree.Constant):
        return Phrase(f"{number.value * factor / divisor:g}")
    inner = _within(number)
    if divisor == 100:
        return Phrase(f"{factor:g} % of {inner}")
    minus, times = ("-" if factor < 0 else ""), abs(factor)
    text = f"{minus}{inner}" if times == 1 else f"{minus}{times:g} × {inner}"
    return Phrase(text if divisor == 1 else f"{text} / {divisor:g}")


# ---- truths ------------------------------------------------------------------------------------------------------


def truth_in_words(node: tree.Truth) -> Phrase:
    match node:
        case tree.Yes():
            return Phrase(f"{node.item.title}: yes")
        case tree.IsRecorded():
            return Phrase(f"{node.item.title} recorded")
        case tree.OneOf():
            return Phrase(f"{node.item.title}: {' or '.join(node.choices)}")
        case tree.AtMost():
            return _compared(node.left, node.right, "≤", "≥")
        case tree.Below():
            return _compared(node.left, node.right, "<", ">")
        case tree.WhenRecorded():
            return truth_in_words(node.rule)
        case tree.Same():
            return Phrase(f"{node.left.title}: the same as {node.right.title}")
        case tree.Not():
            return _negated(node.part)
        case tree.AllOf():
            return _all_of(node)
        case tree.AnyOf():
            return _any_of(node)
        case tree.CountAtLeast():
            return Phrase(f"at least {node.count} of", tuple(truth_in_words(part) for part in node.parts))
        case _:
            raise TypeError(f"no words for {type(node).__name__}")


def _compared(left: tree.Number, right: tree.Number, sign: str, turned: str) -> Phrase:
    """The limit stands last, whichever side of the rule it is on, with the unit of what is held against it."""
    if isinstance(right, tree.Computed) or (
        isinstance(right, tree.ByChoice) and isinstance(left, tree.Scaled)
    ):
        left, right, sign, turned = right, left, turned, sign
    if isinstance(left, tree.Constant) or (isinstance(left, tree.Scaled) and isinstance(right, tree.Reading)):
        left, right, sign = right, left, turned
    unit = _unit(left) if isinstance(right, tree.Constant) else ""
    return Phrase(f"{_within(left)} {sign} {_same_item(left, right)}{unit}")


def _same_item(left: tree.Number, right: tree.Number) -> str:
    """The right side; an item held against itself at another time is named by the time alone."""
    words = _within(right)
    if isinstance(left, tree.Reading):
        name = left.item.title.rsplit(" (", 1)[0]
        for when in ("baseline", "previous", "current"):
            words = words.replace(f"{name} ({when})", when)
    return words


_PRINTED = {
    "Cel": "°C",
    "a": "years",
    "10*9/L": "10⁹/L",
    "g/(24.h)": "g/24 h",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "ug/L": "µg/L",
}


def unit_in_words(unit: str) -> str:
    """A unit as charts print it; nothing for mere counts."""
    return _PRINTED.get(unit, "" if "{" in unit else unit)


def _unit(node: tree.Number) -> str:
    unit = unit_in_words(node.item.unit) if isinstance(node, tree.Reading) else ""
    return f" {unit}" if unit else ""


def _negated(node: tree.Truth) -> Phrase:
    match node:
        case tree.Yes():
            return Phrase(f"{node.item.title}: no")
        case tree.IsRecorded():
            return Phrase(f"{node.item.title} not recorded")
        case tree.Not():
            return truth_in_words(node.part)
        case tree.AtMost():
            return truth_in_words(tree.Below(node.right, node.left))
        case tree.Below():
            return truth_in_words(tree.AtMost(node.right, node.left))
        case tree.CountAtLeast():
            return Phrase(f"at most {node.count - 1} of", tuple(truth_in_words(part) for part in node.parts))
        case tree.AnyOf():
            return _none_of(node)
        case _:
            return Phrase("not", (truth_in_words(node),))


def _none_of(node: tree.AnyOf) -> Phrase:
    if len(node.parts) == 1:
        return _negated(node.parts[0])
    if chosen_by(node) is not None:
        return Phrase("not", (truth_in_words(node),))
    return Phrase("none of", tuple(truth_in_words(part) for part in node.parts))


def _all_of(node: tree.AllOf) -> Phrase:
    match node.parts:
        case (part,):
            return truth_in_words(part)
        case (tree.AtMost(left, right), tree.AtMost(left2, right2)) if (left, right) == (right2, left2):
            return Phrase(f"{_within(left)} = {_within(right)}")
    return Phrase("all of", tuple(truth_in_words(part) for part in _flat(node)), " and ")


def _any_of(node: tree.AnyOf) -> Phrase:
    if len(node.parts) == 1:
        return truth_in_words(node.parts[0])
    chosen = chosen_by(node)
    if chosen is not None:
        condition, then, otherwise = chosen
        where = Phrase(f"if {truth_in_words(condition).joined}:", (truth_in_words(then),))
        return Phrase("either", (where, Phrase("otherwise:", (truth_in_words(otherwise),))))
    return Phrase("any of", tuple(truth_in_words(part) for part in _flat(node)), " or ")


def chosen_by(node: tree.Truth) -> tuple[tree.Truth, tree.Truth, tree.Truth] | None:
    """Condition, then, otherwise of what `expression.choose` makes."""
    match node:
        case tree.AnyOf((tree.AllOf((condition, then)), tree.AllOf((tree.Not(again), otherwise)))) if (
            condition == again
        ):
            return condition, then, otherwise
    return None


def _flat(node: tree.AllOf | tree.AnyOf) -> tuple[tree.Truth, ...]:
    """The parts, those of a node of the same kind within it among them, as far as that says the same."""
    flat: list[tree.Truth] = []
    for part in node.parts:
        if isinstance(part, type(node)) and not is_equality(part) and chosen_by(part) is None:
            flat += _flat(part)
        else:
            flat.append(part)
    return tuple(flat)


def is_equality(node: tree.Truth) -> bool:
    """Whether it is what `expression.equal` makes: at most and at least the same."""
    return isinstance(node, tree.AllOf) and all(isinstance(part, tree.AtMost) for part in node.parts)
