"""Which responder definitions a design may name: the criteria that a chart can be judged by."""

from __future__ import annotations

from functools import cache


@cache
def known_criteria() -> frozenset[str]:
    """Ids of the criteria; where one has several results, with the result: `sri4`, `acr_pedi.acr70`."""
    # The catalogue of measures builds every instrument: only a design that is checked pays for it.
    from leadline.measures import MEASURES
    from leadline.measures.measure import Criterion, Grading

    ids = set()
    for measure in MEASURES.values():
        if isinstance(measure, Criterion):
            ids |= {measure.id if rule == "result" else f"{measure.id}.{rule}" for rule in measure.rules}
        elif isinstance(measure, Grading):
            ids |= {f"{measure.id}.{grade}" for grade, _ in measure.grades}
    return frozenset(ids)


def criterion_label(criterion: str) -> str:
    """The name to show: `SRI-4`, `ACR Pediatric response, acr70`."""
    from leadline.measures import measure

    name, _, result = criterion.partition(".")
    return f"{measure(name).title}, {result.replace('_', ' ')}" if result else measure(name).title
