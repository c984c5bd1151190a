"""Global flare of childhood lupus (ACR 2018), by SLEDAI and by BILAG.

Items     changes, now minus baseline (a fall is negative)
Score     no unit; higher is worse; graded none, minor, moderate, major
Missing   any change missing: no score and no grade
Not       the preliminary version of 2011, which had one limit (1.04 by SLEDAI, 1.15 by BILAG)
"""

from __future__ import annotations

from math import inf

from leadline.casebook.items import Item
from leadline.measures.definition import Score, Source
from leadline.measures.expression import Number, Reading, total

BRUNNER_2018 = Source("B18", "Brunner HI et al. Arthritis Care Res 2018;70:813-22", "10.1002/acr.23557")

Grades = tuple[tuple[str, float], ...]
"""Grade and the lowest score that has it, worst first."""

SLEDAI_GRADES: Grades = (("major", 6.4), ("moderate", 3.0), ("minor", 0.6))  # [B18]
BILAG_GRADES: Grades = (("major", 7.4), ("moderate", 3.7), ("minor", 2.2))  # [B18]

# The limits of the two laboratory changes are ours, to catch a wrong unit.
DELTA_SLEDAI = Item("delta_sledai", "Change of SLEDAI", "count", low=-105, high=105, better="lower")
DELTA_BILAG = Item(
    "delta_bilag", "Change of BILAG in numbers (A 12, B 8, C 1, D and E 0)", "count", low=-108, high=108,
    better="lower",
)  # fmt: skip
DELTA_UPCR = Item(
    "delta_upcr_g_g", "Change of urine protein/creatinine", unit="g/g", low=-50, high=50, better="lower",
    limits_are_ours=True,
)  # fmt: skip
DELTA_GLOBAL = Item(
    "delta_md_global_0_10",
    "Change of physician's global (0-10)",
    low=-10,
    high=10,
    better="lower",
    aliases=("delta_physician_global_0_10",),
)
DELTA_ESR = Item(
    "delta_esr_mm_h", "Change of ESR", unit="mm/h", low=-200, high=200, better="lower", limits_are_ours=True
)


def _flare(measure_id: str, title: str, index: Item, formula: Number, grades: Grades) -> Score:
    return Score(
        id=measure_id,
        title=title,
        diseases=("sle",),
        items=(index, DELTA_UPCR, DELTA_GLOBAL, DELTA_ESR),
        formula=formula,
        grades=grades,
        low=-inf,
        high=inf,
        sources=(BRUNNER_2018,),
        notes=(
            "protein/creatinine in g/g (mg/mg) and ESR in mm/h: the coefficients hold for these units alone",
            "not the preliminary version of 2011, whose single limits were 1.04 (SLEDAI) and 1.15 (BILAG)",
        ),
    )


CSLE_FLARE_2018 = _flare(
    "csle_flare_2018",
    "Childhood lupus flare (ACR 2018, SLEDAI form)",
    DELTA_SLEDAI,
    total(
        Reading(DELTA_SLEDAI) * 0.5,  # [B18]
        Reading(DELTA_UPCR) * 0.45,  # [B18]
        Reading(DELTA_GLOBAL) * 0.5,  # [B18]
        Reading(DELTA_ESR) * 0.02,  # [B18]
    ),
    SLEDAI_GRADES,
)

CSLE_FLARE_2018_BILAG = _flare(
    "csle_flare_2018_bilag",
    "Childhood lupus flare (ACR 2018, BILAG form)",
    DELTA_BILAG,
    total(
        Reading(DELTA_BILAG) * 0.4,  # [B18]
        Reading(DELTA_UPCR) * 0.65,  # [B18]
        Reading(DELTA_GLOBAL) * 0.5,  # [B18]
        Reading(DELTA_ESR) * 0.02,  # [B18]
    ),
    BILAG_GRADES,
)

LUPUS_FLARE = (CSLE_FLARE_2018, CSLE_FLARE_2018_BILAG)
