"""Remission of lupus: DORIS 2021, on and off treatment, and the two childhood versions.

Items     clinical SLEDAI-2K, global (0-3), prednisolone equivalent, treatment
Missing   three-valued. csle_ccr without a weight: its limit lies between 0 and 5 mg/day
Not       a duration: none is part of the definition. How long it held is said apart. Serology is ignored
"""

from __future__ import annotations

from leadline.casebook.items import Item
from leadline.measures.definition import Criterion, Source
from leadline.measures.expression import (
    Constant,
    Lowest,
    Number,
    Reading,
    Truth,
    Yes,
    all_of,
    at_most,
    below,
    none_of,
)  # fmt: skip
from leadline.measures.inputs import Inputs
from leadline.measures.low_disease_activity import PGA, PREDNISOLONE, STABLE_TREATMENT, WEIGHT

DORIS_2021_PAPER = Source(
    "D21", "van Vollenhoven RF et al. Lupus Sci Med 2021;8:e000538", "10.1136/lupus-2021-000538"
)
SMITH_2024 = Source(
    "S24",
    "Smith EMD et al. Clin Immunol 2024;263:110214",
    url="https://pure.eur.nl/en/publications/defining-remission-in-childhood-onset-lupus-pres-endorsed-consens",
)

CLINICAL_SLEDAI = Item(
    "clinical_sledai_2k", "Clinical SLEDAI-2K", "count", low=0, high=101, better="lower", example="0"
)
ON_DRUGS = Item(
    "on_immunosuppressive_or_biologic", "On an immunosuppressive or biologic drug", "yes_no", better="lower",
    example="absent",
)  # fmt: skip

INACTIVE = all_of(at_most(Reading(CLINICAL_SLEDAI), 0), below(Reading(PGA), 0.5))  # [D21] [S24]
ADULT_LIMIT_MG_DAY = Constant(5)  # [D21]
CHILD_LIMIT_MG_DAY = Lowest((Reading(WEIGHT) * 0.1, ADULT_LIMIT_MG_DAY))  # [S24] mg/kg/day, capped
NO_STEROID = Constant(0)

ALL_INPUTS = (CLINICAL_SLEDAI, PGA, PREDNISOLONE, WEIGHT, STABLE_TREATMENT, ON_DRUGS)
"""One form serves the four definitions; each leaves out what it does not ask."""


def _remission(
    measure_id: str,
    title: str,
    limit: Number,
    treatment: Truth,
    treatment_item: Item,
    *sources: Source,
    provisional: str = "",
    notes: tuple[str, ...] = (),
) -> Criterion:
    weight = (WEIGHT,) if limit is CHILD_LIMIT_MG_DAY else ()
    items = (CLINICAL_SLEDAI, PGA, PREDNISOLONE, *weight, treatment_item)
    not_asked = {item.id for item in ALL_INPUTS} - {item.id for item in items}

    def unpack(inputs: Inputs) -> Inputs:
        return {name: value for name, value in inputs.items() if name not in not_asked}

    return Criterion(
        id=measure_id,
        title=title,
        diseases=("sle",),
        items=items,
        unpack=unpack,
        rules={"result": all_of(INACTIVE, at_most(Reading(PREDNISOLONE), limit), treatment)},
        sources=sources,
        status="provisional" if provisional else "verified",
        provisional=provisional,
        notes=(*notes, "no duration is part of the definition"),
    )


_DORIS_NOTES = (
    "the abstract says 5 mg a day or less, a table of the same paper less than 5; here 5 or less",
    "some tables of the 2017 framework have a global of up to 0.5; in 2021 it is below 0.5",
)

DORIS_2021 = _remission(
    "doris_2021", "DORIS 2021 remission", ADULT_LIMIT_MG_DAY, Yes(STABLE_TREATMENT), STABLE_TREATMENT,
    DORIS_2021_PAPER, notes=_DORIS_NOTES,
)  # fmt: skip
DORIS_2021_OFF = _remission(
    "doris_2021_off", "DORIS 2021 remission off treatment", NO_STEROID, none_of(Yes(ON_DRUGS)), ON_DRUGS,
    DORIS_2021_PAPER,
    provisional="that only an antimalarial is allowed was read for the 2017 version, not for that of 2021",
    notes=_DORIS_NOTES,
)  # fmt: skip
CSLE_CCR = _remission(
    "csle_ccr", "Childhood lupus, clinical remission on corticosteroid", CHILD_LIMIT_MG_DAY, Yes(STABLE_TREATMENT),
    STABLE_TREATMENT, SMITH_2024,
    notes=("changes of treatment for side effects, adherence, weight or building up a dose are allowed",),
)  # fmt: skip
CSLE_CCR0 = _remission(
    "csle_ccr0", "Childhood lupus, clinical remission without corticosteroid", NO_STEROID, Yes(STABLE_TREATMENT),
    STABLE_TREATMENT, SMITH_2024,
    notes=("changes of treatment for side effects, adherence, weight or building up a dose are allowed",),
)  # fmt: skip

LUPUS_REMISSION = (DORIS_2021, DORIS_2021_OFF, CSLE_CCR, CSLE_CCR0)
