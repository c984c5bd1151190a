"""The criteria that a protocol may name: those that a chart can be judged by, the definitions of refractory disease,
and the identity of the cells."""

from __future__ import annotations

from functools import cache

from leadline.casebook.schema import DISEASES

ON_THE_PRODUCT = ("isct_2006",)
"""Criteria that are judged on an infusion and not on a visit."""


@cache
def rule_criteria() -> frozenset[str]:
    """Ids of all criteria that a rule may ask for."""
    from leadline.verdicts import judgeable_criteria

    return frozenset((*judgeable_criteria(), *refractory_definitions(), *ON_THE_PRODUCT))


@cache
def refractory_definitions() -> frozenset[str]:
    """Ids of the definitions of refractory disease, which are judged on the record before the index infusion."""
    from leadline.verdicts.refractory import DEFINITIONS

    return frozenset(definition.id for definition in DEFINITIONS)


@cache
def criterion_diagnoses(criterion: str) -> tuple[str, ...]:
    """The diseases that a criterion is about; empty for one of no disease, and for one that does not exist."""
    from leadline.verdicts import judgeable_criteria
    from leadline.verdicts.refractory import DEFINITIONS

    for definition in DEFINITIONS:
        if definition.id == criterion:
            return definition.diagnoses
    return tuple(disease for disease in DISEASES if criterion in judgeable_criteria(disease))


@cache
def criterion_words(criterion: str) -> str:
    """The plain name of a criterion; the id itself of one that does not exist."""
    from leadline.measures import MEASURES
    from leadline.verdicts import judgeable_criteria
    from leadline.verdicts.criteria import criterion_title
    from leadline.verdicts.refractory import DEFINITIONS

    if criterion in judgeable_criteria():
        return criterion_title(criterion)
    if criterion in MEASURES:
        return MEASURES[criterion].title
    return next((each.title for each in DEFINITIONS if each.id == criterion), criterion)
