"""Every measure by its id. A new instrument is a file and one line here; the tests of every measure take it up."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from leadline.errors import UnknownMeasure
from leadline.measures.acr_pedi import ACR_PEDI, ACR_PEDI_SJIA
from leadline.measures.chaq import CHAQ
from leadline.measures.flare import JIA_FLARE_BRUNNER, JIA_FLARE_WITHDRAWAL
from leadline.measures.glucocorticoids import PREDNISONE_EQUIVALENT
from leadline.measures.inactive_disease import JIA_INACTIVE_DISEASE
from leadline.measures.jadas import CJADAS10, JADAS
from leadline.measures.jadas_change import JADAS10_IMPROVEMENT, JADAS_STATE
from leadline.measures.measure import Measure
from leadline.measures.remission import JIA_REMISSION

_ALL: tuple[Measure, ...] = (
    # juvenile idiopathic arthritis
    *JADAS,
    CJADAS10,
    JADAS_STATE,
    JADAS10_IMPROVEMENT,
    ACR_PEDI,
    ACR_PEDI_SJIA,
    JIA_INACTIVE_DISEASE,
    JIA_REMISSION,
    JIA_FLARE_BRUNNER,
    JIA_FLARE_WITHDRAWAL,
    CHAQ,
    # shared
    PREDNISONE_EQUIVALENT,
)

MEASURES: Mapping[str, Measure] = MappingProxyType({each.id: each for each in _ALL})
"""Id to measure, by disease and then in the order in which a clinician meets them."""


def measure(measure_id: str) -> Measure:
    """The measure with this id. Raises UnknownMeasure, naming the nearest ids."""
    found = MEASURES.get(measure_id)
    if found is None:
        near = get_close_matches(measure_id, MEASURES, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "`leadline measure --list` shows every id"
        raise UnknownMeasure(f"No measure is called {measure_id[:60]!r}.", hint=hint)
    return found
