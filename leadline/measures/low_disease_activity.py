"""LLDAS and cLLDAS: low disease activity in lupus, in adults and in childhood-onset disease.

Items     SLEDAI-2K findings (the score is computed from them), global (0-3), prednisolone equivalent, treatment
Missing   three-valued; without a previous assessment new activity is unknown. cLLDAS without a weight: the limit of
          the dose lies between 0 and 7.5 mg/day, and a dose that this decides is judged
Not       strict LLDAS in a child in the dosing period of a cell product, which is an investigational drug: the state
          apart from that product has its own name
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Criterion, Source
from leadline.measures.expression import (
    Constant,
    Lowest,
    Number,
    Reading,
    Truth,
    Yes,
    all_of,
    any_of,
    at_most,
    none_of,
)  # fmt: skip
from leadline.measures.findings import LISTS
from leadline.measures.inputs import Inputs
from leadline.measures.sledai import LIST_NAMES, WEIGHTS, finding, points, unpack_findings

FRANKLYN_2016 = Source(
    "F16", "Franklyn K et al. Ann Rheum Dis 2016;75:1615-21", "10.1136/annrheumdis-2015-207726"
)
SMITH_2023 = Source("S23", "Smith EMD et al. Clin Immunol 2023;250:109296", "10.1016/j.clim.2023.109296")

PREDNISOLONE = Item(
    "prednisolone_mg_day", "Prednisolone equivalent", unit="mg/d", low=0, high=500, better="lower",
    limits_are_ours=True, example="5", meaning="daily dose; pulses are kept apart",
)  # fmt: skip
WEIGHT = ITEMS["weight_kg"]
PGA = ITEMS["pga_0_3"]
STANDARD_TREATMENT = ITEMS["standard_treatment_stable"]
STABLE_TREATMENT = ITEMS["treatment_stable"]

MAJOR_ORGANS = (
    "seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve_disorder",
    "lupus_headache", "cva", "vasculitis", "urinary_casts", "haematuria", "proteinuria", "pyuria", "pleurisy",
    "pericarditis", "fever",
)  # [F16]  # fmt: skip

QUIET = all_of(
    at_most(points(), 4),  # [F16]
    none_of(*(Yes(finding(key)) for key in MAJOR_ORGANS)),
    none_of(Yes(ITEMS["haemolytic_anaemia"]), Yes(ITEMS["gi_activity"])),  # [F16]
    none_of(Yes(ITEMS["new_activity_since_last"])),  # [F16]
    at_most(Reading(PGA), 1),  # [F16]
)
ADULT_LIMIT_MG_DAY = Constant(7.5)  # [F16]
CHILD_LIMIT_MG_DAY = Lowest((Reading(WEIGHT) * 0.15, ADULT_LIMIT_MG_DAY))  # [S23] mg/kg/day, capped
STANDARD = Yes(STANDARD_TREATMENT)
APART_FROM_PRODUCT = any_of(Yes(STANDARD_TREATMENT), Yes(STABLE_TREATMENT))

_NOTES = (
    (
        "adult upper doses by which standard maintenance was told: hydroxychloroquine 400, azathioprine 200, "
        "mycophenolate mofetil 3000, mycophenolic acid 2160, leflunomide 20 mg a day, methotrexate 30 mg a week"
    ),
    "four points from the kidney are not low activity, whatever the sum",
)


def _low_activity(
    measure_id: str,
    title: str,
    limit: Number,
    treatment: Truth,
    treatment_items: tuple[Item, ...],
    *sources: Source,
) -> Criterion:
    weighed = limit is CHILD_LIMIT_MG_DAY

    def unpack(inputs: Inputs) -> Inputs:
        flat = unpack_findings(inputs)
        if weighed:
            return flat
        # a weight is taken from any form and has no part in the adult rule
        return {name: value for name, value in flat.items() if name != WEIGHT.id}

    others = (
        *(ITEMS[name] for name in ("haemolytic_anaemia", "gi_activity", "new_activity_since_last")),
        PGA,
        PREDNISOLONE,
        *((WEIGHT,) if weighed else ()),
        *treatment_items,
    )
    return Criterion(
        id=measure_id,
        title=title,
        diseases=("sle",),
        items=(*(finding(key) for key in WEIGHTS), *others),
        input_names=(*LISTS, *(item.id for item in others)),
        calculator_names=LIST_NAMES,
        unpack=unpack,
        rules={"result": all_of(QUIET, at_most(Reading(PREDNISOLONE), limit), treatment)},
        sources=sources,
        notes=_NOTES,
    )


LLDAS = _low_activity("lldas", "LLDAS", ADULT_LIMIT_MG_DAY, STANDARD, (STANDARD_TREATMENT,), FRANKLYN_2016)
CLLDAS = _low_activity(
    "clldas", "cLLDAS", CHILD_LIMIT_MG_DAY, STANDARD, (STANDARD_TREATMENT,), SMITH_2023, FRANKLYN_2016
)
LLDAS_APART_FROM_PRODUCT = _low_activity(
    "lldas_apart_from_product",
    "LLDAS apart from investigational product",
    ADULT_LIMIT_MG_DAY,
    APART_FROM_PRODUCT,
    (STANDARD_TREATMENT, STABLE_TREATMENT),
    FRANKLYN_2016,
)
CLLDAS_APART_FROM_PRODUCT = _low_activity(
    "clldas_apart_from_product",
    "cLLDAS apart from investigational product",
    CHILD_LIMIT_MG_DAY,
    APART_FROM_PRODUCT,
    (STANDARD_TREATMENT, STABLE_TREATMENT),
    SMITH_2023,
    FRANKLYN_2016,
)

LOW_DISEASE_ACTIVITY = (LLDAS, CLLDAS, LLDAS_APART_FROM_PRODUCT, CLLDAS_APART_FROM_PRODUCT)
