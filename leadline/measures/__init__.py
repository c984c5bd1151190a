"""Measures: one visit's items, or two visits', in; a score, state or criterion out, with its source.

from leadline import measures

measures.evaluate("jadas10_esr", {"active_joint_count": 6, "physician_global_0_10": 4, ...})
"""

from collections.abc import Mapping
from typing import Any

from leadline.measures.catalogue import MEASURES, measure
from leadline.measures.measure import Measure, Score

__all__ = ["MEASURES", "Measure", "Score", "evaluate", "measure"]


def evaluate(measure_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of one measure on one set of inputs, with the keys of the measures dossier 0.5.

    inputs    names and nesting as `leadline measure ID --explain` shows; missing is None or left out
    raises    UnknownMeasure, ItemUnknown, ItemOutOfRange
    """
    return measure(measure_id).evaluate(inputs)
