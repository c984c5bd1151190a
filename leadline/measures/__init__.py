"""Measures: one visit's items, or two visits', in; a score, state or criterion out, with its source.

from leadline import measures

measures.evaluate("jadas10_esr", {"active_joint_count": 6, "physician_global_0_10": 4, ...})
measures.score(frame, "jadas10_esr")
measures.score(frame, "acr_pedi", patient="patient_id", day="day", window=(-90, 0))
measures.explain_row("jadas10_esr", frame.row(0, named=True))
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadline.lazily import found_in
from leadline.measures.definition import Measure, Score
from leadline.measures.instruments import MEASURES, measure
from leadline.measures.reasons import explain_row

if TYPE_CHECKING:
    import polars as pl

    from leadline.measures.frames import score
else:
    __getattr__ = found_in(__name__, {"leadline.measures.frames": ["score"]})  # which imports their library

__all__ = ["MEASURES", "Measure", "Score", "catalogue", "evaluate", "explain_row", "measure", "score"]


def evaluate(measure_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of one measure on one set of inputs, with the keys of the measures dossier 0.5.

    inputs    names and nesting as `leadline measure ID --explain` shows; missing is None or left out
    raises    UnknownMeasure, ItemUnknown, ItemOutOfRange
    """
    return measure(measure_id).evaluate(inputs)


def catalogue() -> "pl.DataFrame":
    """Every measure as a frame, a row each.

    Columns: id, title, diseases, needs (names of inputs), low, high, better (which end), cutoff_sets,
    important_improvement, important_worsening, sources, doi, status (verified, provisional, not_built), why (it is
    not verified). Null where a measure has none.
    """
    from leadline.measures.listing import catalogue_frame

    return catalogue_frame()
