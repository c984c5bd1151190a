"""Every measure as a row, for those who look for one: `measures.catalogue()` and `leadline measure --list`."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from leadline.measures.definition import Measure, NotBuilt, Score
from leadline.measures.instruments import MEASURES, NOT_BUILT

if TYPE_CHECKING:
    import polars as pl

NOT_BUILT_STATUS = "not_built"


def catalogue_rows() -> list[dict[str, Any]]:
    """A row a measure, and one for each instrument that is not built."""
    return [
        *(_described(each) for each in MEASURES.values()),
        *(_not_built(each) for each in NOT_BUILT.values()),
    ]


def catalogue_frame() -> pl.DataFrame:
    """The rows as the frame that `measures.catalogue()` gives."""
    import polars as pl

    return pl.DataFrame(catalogue_rows(), infer_schema_length=None)


def _described(each: Measure) -> dict[str, Any]:
    number = each if isinstance(each, Score) else None
    return {
        "id": each.id,
        "title": each.title,
        "diseases": list(each.diseases),
        "needs": list(each.takes),
        "low": None if number is None else _end(number.low),
        "high": None if number is None else _end(number.high),
        "better": None if number is None else number.better,
        "cutoff_sets": [] if number is None else _sets(number),
        "important_improvement": None if number is None else number.important_improvement,
        "important_worsening": None if number is None else number.important_worsening,
        "sources": [source.citation for source in each.sources],
        "doi": [source.doi for source in each.sources if source.doi],
        "status": each.status,
        "why": each.provisional or None,
    }


def _not_built(each: NotBuilt) -> dict[str, Any]:
    return {
        "id": each.id, "title": each.title, "diseases": list(each.diseases), "needs": [], "low": None, "high": None,
        "better": None, "cutoff_sets": [], "important_improvement": None, "important_worsening": None,
        "sources": [source.citation for source in each.sources],
        "doi": [source.doi for source in each.sources if source.doi], "status": NOT_BUILT_STATUS, "why": each.reason,
    }  # fmt: skip


def _sets(number: Score) -> list[str]:
    return list(dict.fromkeys(cutoffs.set_id for cutoffs in number.cutoffs))


def _end(limit: float) -> float | None:
    return float(limit) if isfinite(limit) else None
