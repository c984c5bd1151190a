"""The 2019 EULAR/ACR classification of systemic lupus.

Items     the entry criterion (ANA of 1:80 or more, ever) and 22 criteria in 10 domains, each present, absent or missing
Score     the highest criterion of each domain, added; classified from 10 with at least one clinical criterion
Missing   three-valued; a criterion not recorded matters only where its domain has nothing higher
Not       a measure of activity, nor a diagnosis. Its limits of fever and white cells are not those of SLEDAI-2K
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.items import Item
from leadline.measures.definition import Criterion, Outputs, Source
from leadline.measures.expression import (
    Constant,
    Highest,
    Points,
    Row,
    Sum,
    Where,
    Yes,
    all_of,
    any_of,
    at_least,
)
from leadline.measures.findings import LISTS, names_in_lists, unpack_present
from leadline.measures.inputs import Inputs

ARINGER_2019 = Source(
    "A19", "Aringer M et al. Ann Rheum Dis 2019;78:1151-9", "10.1136/annrheumdis-2018-214819"
)
CHILD_COHORT = Source("CC", "Paediatric cohort, Adv Rheumatol 2019", "10.1186/s42358-019-0062-z")

# Domain: criterion and its points; within a domain only the highest counts. [A19]
CLINICAL: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "constitutional": {"fever": 2},  # above 38.3 degC
        "haematological": {
            "leukopenia": 3,  # below 4.0 x10^9/L
            "thrombocytopenia": 4,  # below 100 x10^9/L
            "autoimmune_haemolysis": 4,
        },
        "neuropsychiatric": {"delirium": 2, "psychosis": 3, "seizure": 5},
        "mucocutaneous": {
            "non_scarring_alopecia": 2,
            "oral_ulcers": 2,
            "subacute_or_discoid": 4,
            "acute_cutaneous": 6,
        },
        "serosal": {"effusion": 5, "acute_pericarditis": 6},
        "musculoskeletal": {"joint_involvement": 6},
        "renal": {"proteinuria_gt_0_5": 4, "class_ii_or_v": 8, "class_iii_or_iv": 10},
    }
)
IMMUNOLOGICAL: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "antiphospholipid": {"apl_positive": 2},
        "complement": {"low_c3_or_c4": 3, "low_c3_and_c4": 4},
        "sle_antibodies": {"anti_dsdna_or_sm": 6},
    }
)
CLASSIFIED_FROM = 10  # [A19]

DOMAINS = {**CLINICAL, **IMMUNOLOGICAL}
KEYS = tuple(key for domain in DOMAINS.values() for key in domain)
PREFIX = "eular_acr_"

ANA = Item("ana_ge_1_80", "ANA of 1:80 or more on HEp-2 cells, ever", "yes_no", example="present")
CRITERIA = {
    key: Item(
        f"{PREFIX}{key}", key.replace("_", " ").capitalize(), "yes_no", better="lower", example="absent"
    )
    for key in KEYS
}


def _domain(points: Mapping[str, int]) -> Highest:
    return Highest(tuple(Points(Yes(CRITERIA[key]), value) for key, value in points.items()))


CRITERIA_SCORE = Sum(tuple(_domain(points) for points in DOMAINS.values()))
SCORE = Where(Yes(ANA), CRITERIA_SCORE, Constant(0))  # [A19] without the entry criterion nothing counts
ANY_CLINICAL = any_of(*(Yes(CRITERIA[key]) for domain in CLINICAL.values() for key in domain))  # [A19]


def _score(row: Row) -> Outputs:
    low, high = SCORE.evaluate(row)
    return {"score": low} if low == high else {"score": None, "lower_bound": low, "upper_bound": high}


def _unpack(inputs: Inputs) -> Inputs:
    return unpack_present(inputs, keys=KEYS, prefix=PREFIX)


EULAR_ACR_2019 = Criterion(
    id="eular_acr_2019",
    title="EULAR/ACR 2019 classification of lupus",
    diseases=("sle",),
    items=(ANA, *CRITERIA.values()),
    input_names=(ANA.id, *LISTS),
    calculator_names=names_in_lists(KEYS, prefix=PREFIX),
    unpack=_unpack,
    details=_score,
    rules={"result": all_of(Yes(ANA), ANY_CLINICAL, at_least(CRITERIA_SCORE, CLASSIFIED_FROM))},
    sources=(ARINGER_2019, CHILD_COHORT),
    notes=(
        "a criterion counts if it occurred once and nothing else explains it better; criteria need not coincide",
        "fever is above 38.3 degC and leukopenia below 4.0 x10^9/L here, above 38.0 and below 3.0 in SLEDAI-2K",
        "in one paediatric cohort 13 points were more specific; the official limit stays 10",
    ),
)
