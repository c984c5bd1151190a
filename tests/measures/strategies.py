"""Visits for any measure, made from its own items: every value that its rule compares with, just below and just above,
the ends of each scale, values beyond detection, and gaps."""

from collections.abc import Iterator, Sequence
from functools import cache
from math import inf

from hypothesis import strategies as st

from leadline.casebook.items import Item
from leadline.measures import MEASURES
from leadline.measures import expression as tree
from leadline.measures.definition import Calculation, Criterion, Grading, Measure, Score
from leadline.measures.mctd import ComponentChanges

WORDS = ("mg/L", "mg/dL", "umol/L", "°F", "Cel", "/uL", "10^9/L", "IU/mL", "mm/h")
"""For a choice that takes any word: units."""

STEPS = (-1, -0.1, 0, 0.1, 1)
FEW = 40  # candidates of one item: enough for every limit, few enough that they meet


def roots(measure: Measure) -> tuple[tree.Node, ...]:
    """Every tree of a measure."""
    constraints = tuple(each.rule for each in measure.constraints)
    match measure:
        case Score():
            return (*constraints, *(() if measure.applies is None else (measure.applies,)), measure.formula)
        case Criterion():
            return (*(() if measure.applies is None else (measure.applies,)), *measure.rules.values())
        case Grading():
            return tuple(rule for _, rule in measure.grades)
        case ComponentChanges():
            return tuple(rule for each in measure.components for rule in (each.improved, each.worse))
        case Calculation():
            applies = () if measure.applies is None else (measure.applies,)
            return (*constraints, *applies, *measure.results.values())
        case _:
            raise TypeError(measure.id)


def nodes(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in node.children():
        yield from nodes(child)


def chosen_by_presence(measure: Measure) -> set[str]:
    """Items of which the rule asks whether they were recorded: filling one in may change an answer, by the rule."""
    ids = set()
    for root in roots(measure):
        for node in nodes(root):
            if isinstance(node, tree.IsRecorded):
                ids.add(node.item.id)
            if isinstance(node, tree.WhenRecorded) and node.exactly:
                ids |= {item.id for item in node.items}
            if isinstance(node, tree.MeanAnswered):
                ids |= {part.item.id for part in nodes(node) if isinstance(part, tree.Reading)}
    return ids


def divisors(measure: Measure) -> set[str]:
    """Items that a rule divides by: of nothing there is no share."""
    quotients = (node for root in roots(measure) for node in nodes(root) if isinstance(node, tree.Quotient))
    return {
        part.item.id for node in quotients for part in nodes(node.divisor) if isinstance(part, tree.Reading)
    }


def limits(measure: Measure) -> set[float]:
    """The numbers that the rule compares with."""
    found = {0.0}
    for root in roots(measure):
        for node in nodes(root):
            if isinstance(node, tree.Constant):
                found.add(abs(node.value))
            if isinstance(node, tree.Clamped):
                found |= {node.low, node.high}
    return found


def values(item: Item, around: set[float]) -> Sequence[float | bool | str]:
    """What the item can hold, for this measure."""
    if item.kind == "yes_no":
        return [False, True]
    if item.kind == "choice":
        known = [choice for choice in item.choices if choice != "indeterminate"]
        return known or list(WORDS)
    numbers = {round(limit + step, 6) for limit in around for step in STEPS} | {10.0, 5.5, 33.3}
    numbers |= {end for end in (item.low, item.high) if abs(end) != inf}
    if item.kind == "count":
        numbers = {float(round(number)) for number in numbers}
    inside = sorted(number for number in numbers if item.low <= number <= item.high)
    return inside[:: max(1, len(inside) // FEW)]


def beyond_detection(item: Item, around: set[float]) -> list[tuple[float, float]]:
    """Values of which only an upper or a lower end is known."""
    ends = [value for value in values(item, around) if not isinstance(value, bool | str)]
    low, high = item.scale
    return [(low, end) for end in ends] + [(end, high) for end in ends]


@cache
def complete_visits(measure_id: str) -> st.SearchStrategy[dict]:
    measure = MEASURES[measure_id]
    around, never_0 = limits(measure), divisors(measure)
    candidates = {
        item.id: [each for each in values(item, around) if each or item.id not in never_0]
        for item in measure.items
    }
    visits = st.fixed_dictionaries({name: st.sampled_from(each) for name, each in candidates.items()})
    if any(item.kind == "choice" and not item.choices for item in measure.items):
        return visits  # words that go together are few
    return visits.filter(
        lambda row: all(each.rule.evaluate(row) is not False for each in measure.constraints)
    )


@cache
def gaps_of(measure_id: str) -> st.SearchStrategy[dict]:
    """Up to four items to their gap: nothing recorded, or what is known of a value beyond detection. Items whose
    presence itself decides have none."""
    measure = MEASURES[measure_id]
    around, fixed = limits(measure), chosen_by_presence(measure) | set(measure.parameters)
    gaps = {
        item.id: st.sampled_from(
            [None, *(beyond_detection(item, around) if item.kind in ("number", "count") else ())]
        )
        for item in measure.items
        if item.id not in fixed
    }
    return (
        st.sets(st.sampled_from(list(gaps)), max_size=4).flatmap(
            lambda names: st.fixed_dictionaries({name: gaps[name] for name in sorted(names)})
        )
        if gaps
        else st.just({})
    )


@st.composite
def visit_and_its_gaps(draw, measure: Measure) -> tuple[dict, dict]:
    """A complete visit, and the same with some items missing or known to lie beyond a limit only."""
    full, gaps = draw(complete_visits(measure.id)), draw(gaps_of(measure.id))
    partial = dict(full)
    for name, gap in gaps.items():
        if gap is None:
            del partial[name]
        elif gap[0] <= full[name] <= gap[1]:
            partial[name] = gap
    return full, partial
