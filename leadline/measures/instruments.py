"""Every measure by its id. A new instrument is a file and one line here; the tests of every measure take it up."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from leadline.errors import UnknownMeasure
from leadline.measures.acr_pedi import ACR_PEDI, ACR_PEDI_SJIA
from leadline.measures.adverse_events import AE_SERIOUS, CTCAE5_FEVER
from leadline.measures.cell_product import DOSES_REPORT, ISCT_2006, MSC_DOSE
from leadline.measures.chaq import CHAQ
from leadline.measures.definition import Measure, NotBuilt
from leadline.measures.egfr import EGFR_SCHWARTZ
from leadline.measures.eular_acr import EULAR_ACR_2019
from leadline.measures.flare import JIA_FLARE_BRUNNER, JIA_FLARE_WITHDRAWAL
from leadline.measures.glucocorticoids import PREDNISONE_EQUIVALENT
from leadline.measures.inactive_disease import JIA_INACTIVE_DISEASE
from leadline.measures.jadas import CJADAS10, JADAS
from leadline.measures.jadas_change import JADAS10_IMPROVEMENT, JADAS_STATE
from leadline.measures.low_disease_activity import LOW_DISEASE_ACTIVITY
from leadline.measures.lupus_flare import LUPUS_FLARE
from leadline.measures.lupus_remission import LUPUS_REMISSION
from leadline.measures.lupus_response import CHILI, PRINTO_JSLE_RESPONSE
from leadline.measures.mas import MAS_2016
from leadline.measures.mctd import MCTD
from leadline.measures.mctd_classification import MCTD_CLASSIFICATION
from leadline.measures.pedsql import PEDSQL_GENERIC
from leadline.measures.remission import JIA_REMISSION
from leadline.measures.renal import RENAL_RESPONSE_KDIGO2024
from leadline.measures.selena_flare import SELENA_FLARE_INDEX
from leadline.measures.sledai import SLEDAI
from leadline.measures.slicc import PED_SDI, SLICC_SDI
from leadline.measures.sri4 import SRI4
from leadline.measures.toxicity_stop import BAYES_TOX_STOP
from leadline.measures.unit_conversion import UNIT_CONVERT

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
    MAS_2016,
    # childhood-onset lupus
    *SLEDAI,
    SELENA_FLARE_INDEX,
    SRI4,
    *LOW_DISEASE_ACTIVITY,
    *LUPUS_REMISSION,
    PRINTO_JSLE_RESPONSE,
    *LUPUS_FLARE,
    RENAL_RESPONSE_KDIGO2024,
    SLICC_SDI,
    PED_SDI,
    EULAR_ACR_2019,
    # mixed connective tissue disease
    *MCTD_CLASSIFICATION,
    *MCTD,
    # shared
    PEDSQL_GENERIC,
    PREDNISONE_EQUIVALENT,
    UNIT_CONVERT,
    EGFR_SCHWARTZ,
    CTCAE5_FEVER,
    AE_SERIOUS,
    # the cell product and its safety
    ISCT_2006,
    DOSES_REPORT,
    MSC_DOSE,
    BAYES_TOX_STOP,
)

MEASURES: Mapping[str, Measure] = MappingProxyType({each.id: each for each in _ALL})
"""Id to measure, by disease and then in the order in which a clinician meets them."""

NOT_BUILT: Mapping[str, NotBuilt] = MappingProxyType({CHILI.id: CHILI})
"""Published instruments that are looked for here and are not computed, each with the reason."""


def measure(measure_id: str) -> Measure:
    """The measure with this id. Raises UnknownMeasure, naming the nearest ids or why it is not built."""
    if measure_id in NOT_BUILT:
        absent = NOT_BUILT[measure_id]
        raise UnknownMeasure(f"{absent.title} is not built.", hint=absent.reason)
    found = MEASURES.get(measure_id)
    if found is None:
        near = get_close_matches(measure_id.lower(), MEASURES, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "`leadline measure --list` shows every id"
        raise UnknownMeasure(f"No measure is called {measure_id[:60]!r}.", hint=hint)
    return found
