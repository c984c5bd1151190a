"""Which responder definitions a design may name: the criteria that a chart can be judged by."""

from __future__ import annotations

from functools import cache


@cache
def known_criteria() -> frozenset[str]:
    """The ids that `judge_criterion` takes; where a measure has several results, with the result: `acr_pedi.acr70`."""
    # The catalogue of measures builds every instrument: only a design that is checked pays for it.
    from leadline.verdicts.criteria import judgeable_criteria

    return frozenset(judgeable_criteria())


def criterion_label(criterion: str) -> str:
    """The name to show: `SRI-4 against baseline`."""
    from leadline.verdicts.criteria import criterion_title

    return criterion_title(criterion)
