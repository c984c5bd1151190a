"""From an assessment to what a measure takes: flat items, each with the row that it came from.

Everything that a criterion needs and a visit does not hold as such is put together here, once: laboratory limits,
the prednisone dose and the weight on the day, laboratory values drawn a few days from the visit, recorded totals.
Nothing is carried forward beyond the window that the parameters name, and what was taken from another day says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from leadline.casebook.case import Assessment, Case, Fact, RowRef
from leadline.casebook.items import ITEMS, LABORATORY
from leadline.measures.core_set import UPPER_LIMITS
from leadline.measures.expression import Recorded
from leadline.verdicts.doses import prednisone_mg_day, weight_kg_at
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.windows import distance

LABORATORY_IDS = frozenset(item.id for item in LABORATORY)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What is known at one assessment. `refs` names the row behind each item; `remarks` say what came from another
    day or was left out, and why."""

    assessment: Assessment
    items: Mapping[str, Recorded]
    refs: Mapping[str, RowRef]
    facts: Mapping[str, Fact]
    remarks: tuple[str, ...]


def visit_row(case: Case, assessment: Assessment, parameters: Parameters) -> VisitRow:
    """The items of an assessment, with laboratory values of the days around it where it has none of its own."""
    facts = dict(assessment.facts)
    remarks = []
    for item_id, (fact, other) in _laboratory_around(case, assessment, parameters).items():
        facts[item_id] = fact
        remarks.append(f"{ITEMS[item_id].title} drawn on {other.day}")
    items: dict[str, Recorded] = {
        item_id: value for item_id, fact in facts.items() if (value := recorded(fact)) is not None
    }
    items.update(_limits(facts.values()))
    dose = prednisone_mg_day(case, assessment.day, parameters)
    items["prednisolone_mg_day"] = dose[0] if dose[0] == dose[1] else dose
    weight = weight_kg_at(case, assessment.day, parameters)
    if weight is not None:
        items["weight_kg"] = weight
    refs = {item_id: fact.ref for item_id, fact in facts.items()}
    return VisitRow(assessment, items, refs, facts, tuple(remarks))


def recorded(fact: Fact) -> Recorded:
    """The value of a fact; one beyond detection is the interval that it stands for."""
    if not fact.comparator or not isinstance(fact.value, float | int) or isinstance(fact.value, bool):
        return fact.value
    item = ITEMS[fact.item]
    low = max(item.low, 0.0) if item.low >= 0 else -inf
    return (low, float(fact.value)) if fact.comparator.startswith("<") else (float(fact.value), item.scale[1])


def _laboratory_around(
    case: Case, assessment: Assessment, parameters: Parameters
) -> dict[str, tuple[Fact, Assessment]]:
    """For laboratory items that the assessment lacks: the nearest value wholly within the laboratory window, and on
    the same side of the index infusion."""
    day, reach = assessment.day, parameters.laboratory_window_days
    near = [
        other
        for other in case.assessments
        if other is not assessment
        and other.day.within(day.last - reach, day.first + reach)
        and _before_infusion(other) is _before_infusion(assessment) is not None
    ]
    near.sort(key=lambda other: (distance(other.day, day.first), other.day.first))
    found: dict[str, tuple[Fact, Assessment]] = {}
    for other in near:
        for item_id in LABORATORY_IDS.intersection(other.facts):
            own = assessment.facts.get(item_id)
            fact = other.facts[item_id]
            if (own is None or own.value is None) and fact.value is not None:
                found.setdefault(item_id, (fact, other))
    return dict(sorted(found.items()))


def _before_infusion(assessment: Assessment) -> bool | None:
    """Whether up to the day of the index infusion, as the baseline is; None where its day cannot tell."""
    if assessment.day.last <= 0:
        return True
    return False if assessment.day.first > 0 else None


def _limits(facts: Iterable[Fact]) -> dict[str, Recorded]:
    """The laboratory's own upper limits, which no adult value ever stands in for."""
    return {
        UPPER_LIMITS[fact.item].id: fact.ref_high
        for fact in facts
        if fact.item in UPPER_LIMITS and fact.ref_high is not None
    }
