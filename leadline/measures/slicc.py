"""SLICC/ACR damage index: what lupus or its treatment has left for good.

Items     counts of 41 kinds of damage since lupus began, present for six months unless stated, whatever the cause
Score     0 to 47, no unit; higher is worse; it never falls
Missing   a count not recorded: no score, its name and the bounds
Not       active inflammation; growth failure and delayed puberty are in the paediatric form, ped_sdi, alone
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.items import Item
from leadline.measures.definition import Score, Source
from leadline.measures.expression import Highest, Number, Reading, Sum, clamp, total
from leadline.measures.findings import names_in_lists
from leadline.measures.inputs import Inputs, not_shaped

GLADMAN_1996 = Source("G96", "Gladman D et al. Arthritis Rheum 1996;39:363-9")
MEDSCAPE = Source(
    "MS",
    "SLICC/ACR damage index, calculator",
    url="https://reference.medscape.com/calculator/336/slicc-acr-damage-index",
)

# System: item and the most points that it gives; a second event or site gives the second point. [G96]
SYSTEMS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "ocular": {"cataract": 1, "retinal_change_or_optic_atrophy": 1},
        "neuropsychiatric": {
            "cognitive_impairment_or_major_psychosis": 1,
            "seizures_6_months": 1,
            "cva": 2,
            "cranial_or_peripheral_neuropathy": 1,
            "transverse_myelitis": 1,
        },
        "renal": {"gfr_lt_50": 1, "proteinuria_ge_3_5": 1, "esrd": 3},
        "pulmonary": {
            "pulmonary_hypertension": 1,
            "pulmonary_fibrosis": 1,
            "shrinking_lung": 1,
            "pleural_fibrosis": 1,
            "pulmonary_infarction": 1,
        },
        "cardiovascular": {
            "angina_or_bypass": 1,
            "myocardial_infarction": 2,
            "cardiomyopathy": 1,
            "valvular_disease": 1,
            "pericarditis_6_months_or_pericardiectomy": 1,
        },
        "peripheral_vascular": {
            "claudication_6_months": 1,
            "minor_tissue_loss": 1,
            "significant_tissue_loss": 2,
            "venous_thrombosis_with_stasis": 1,
        },
        "gastrointestinal": {
            "gi_infarction_or_resection": 2,
            "mesenteric_insufficiency": 1,
            "chronic_peritonitis": 1,
            "stricture_or_upper_gi_surgery": 1,
            "pancreatic_insufficiency": 1,
        },
        "musculoskeletal": {
            "muscle_atrophy_or_weakness": 1,
            "deforming_or_erosive_arthritis": 1,
            "osteoporosis_with_fracture": 1,
            "avascular_necrosis": 2,
            "osteomyelitis": 1,
            "ruptured_tendon": 1,
        },
        "skin": {
            "scarring_alopecia": 1,
            "extensive_scarring_or_panniculum": 1,
            "skin_ulceration_6_months": 1,
        },
        "gonadal": {"premature_gonadal_failure": 1},
        "diabetes": {"diabetes": 1},
        "malignancy": {"malignancy": 2},
    }
)
MOST_POINTS = {key: points for items in SYSTEMS.values() for key, points in items.items()}
KIDNEY_FAILURE = "esrd"

ITEMS_OF_DAMAGE = {
    key: Item(
        f"sdi_{key}", f"Damage: {key.replace('_', ' ')}", "count", low=0, high=20, better="lower", example="0"
    )
    for key in MOST_POINTS
}


def _counted(key: str) -> Number:
    return clamp(Reading(ITEMS_OF_DAMAGE[key]), 0, MOST_POINTS[key])


# Failure of the kidneys replaces its other two items, which together give less than its three points.
RENAL = Highest(
    (
        clamp(Reading(ITEMS_OF_DAMAGE[KIDNEY_FAILURE]), 0, 1) * MOST_POINTS[KIDNEY_FAILURE],
        _counted("gfr_lt_50") + _counted("proteinuria_ge_3_5"),
    )
)


DAMAGE = Sum((RENAL, *(_counted(key) for key in MOST_POINTS if key not in SYSTEMS["renal"])))


def _unpack(inputs: Inputs, items_of_damage: Mapping[str, Item]) -> Inputs:
    """`items` names what there is, with its count; every other item was assessed and is absent. A count of None is
    missing; true is one."""
    flat = dict(inputs)
    if "items" not in flat:
        return flat
    items = flat.pop("items")
    if items is None:
        return flat
    if not isinstance(items, Mapping):
        raise not_shaped("items", items, "an object of items and counts")
    given = {f"sdi_{key}": int(count) if isinstance(count, bool) else count for key, count in items.items()}
    return {**{item.id: 0 for item in items_of_damage.values()}, **given, **flat}


SLICC_SDI = Score(
    id="slicc_sdi",
    title="SLICC/ACR damage index",
    diseases=("sle", "mctd"),
    items=tuple(ITEMS_OF_DAMAGE.values()),
    input_names=("items",),
    calculator_names=names_in_lists(MOST_POINTS, prefix="sdi_"),
    unpack=lambda inputs: _unpack(inputs, ITEMS_OF_DAMAGE),
    formula=DAMAGE,
    low=0,
    high=47,  # [G96] by addition of the most points of each system
    sources=(GLADMAN_1996, MEDSCAPE),
    status="provisional",
    provisional="ruptured tendon as an item was not read in a source; the count of 41 items needs it",
    notes=(
        "the calculator of the second source asks 39 questions: it leaves out osteomyelitis and ruptured tendon",
        "the paediatric form by growth failure and delayed puberty is another index, ped_sdi: do not mix them",
    ),
)

# ---- the paediatric form ------------------------------------------------------------------------------------------

GUTIERREZ_2006 = Source(
    "GS06", "Gutierrez-Suarez R et al. Arthritis Rheum 2006;54:2989-96", "10.1002/art.22048"
)

PAEDIATRIC_POINTS = 1  # for each of the two; not read in a source
PAEDIATRIC_ITEMS = {  # [GS06]
    key: Item(
        f"sdi_{key}", f"Damage: {key.replace('_', ' ')}", "count", low=0, high=1, better="lower", example="0"
    )
    for key in ("growth_failure", "delayed_puberty")
}
PED_SDI_ITEMS = {**ITEMS_OF_DAMAGE, **PAEDIATRIC_ITEMS}

PED_SDI = Score(
    id="ped_sdi",
    title="Paediatric SLICC/ACR damage index (Ped-SDI)",
    diseases=("sle",),
    items=tuple(PED_SDI_ITEMS.values()),
    input_names=("items",),
    calculator_names=names_in_lists(PED_SDI_ITEMS, prefix="sdi_"),
    unpack=lambda inputs: _unpack(inputs, PED_SDI_ITEMS),
    formula=total(DAMAGE, *(Reading(item) * PAEDIATRIC_POINTS for item in PAEDIATRIC_ITEMS.values())),
    low=0,
    high=SLICC_SDI.high + PAEDIATRIC_POINTS * len(PAEDIATRIC_ITEMS),
    sources=(GUTIERREZ_2006, GLADMAN_1996),
    status="provisional",
    provisional="the two new domains were read in the abstract; that they give a point each, and that the other items "
    "keep their points and their six months, were not read in the paper",
    notes=(
        "the index of adults and this form are two instruments: one series uses one of them",
        "in the 1,015 patients that it was made from, 15.3 % had growth failure and 11.3 % delayed puberty",
    ),
)
