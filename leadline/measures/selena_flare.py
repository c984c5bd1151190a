"""SELENA-SLEDAI flare index: none, mild or moderate, severe.

Items     SLEDAI, physician's global (0-3) and prednisone (mg/kg/day) before and now; new manifestations; new drugs
Result    `flare`, the rows that fired, and whether the score was above 12 before
Missing   a flare stands as soon as one known row fires; `none` only if every row is known
Not       a measure of disease alone: a drug restarted, or given for persistent disease, counts as flare. The rows
          that fired are therefore printed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Grading, Outputs, Source
from leadline.measures.expression import (
    Number,
    Reading,
    Row,
    Truth,
    WhenRecorded,
    Yes,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
)  # fmt: skip
from leadline.measures.findings import from_list
from leadline.measures.inputs import Inputs
from leadline.measures.sri4 import SLEDAI_TOTAL

PETRI_1999 = Source("P99", "Petri M et al. Lupus 1999;8:685-91")
PETRI_2005 = Source("P05", "Petri M et al. N Engl J Med 2005;353:2550-8", "10.1056/NEJMoa051135")
FLARE_TABLE = Source(
    "FT",
    "Table of the flare index, Ann Rheum Dis",
    url="https://ard.bmj.com/highwire/markup/278401/expansion",
)
MEDICAL_ALGORITHMS = Source(
    "MA",
    "Flare in the SELENA trials, The Medical Algorithms Company",
    url="https://medicalalgorithms.com/estrogen-lupus",
)
MATHIAN_2020 = Source("M20", "Mathian A et al. Ann Rheum Dis 2020", "10.1136/annrheumdis-2019-216303")

MILD_MANIFESTATIONS = (
    "rash",
    "nasopharyngeal_ulcers",
    "pleuritis",
    "pericarditis",
    "arthritis",
    "fever",
)  # [FT]
SEVERE_MANIFESTATIONS = (
    "cns", "vasculitis", "nephritis", "myositis", "platelets_lt_60", "haemolytic_anaemia",
)  # [FT] platelets in 10^9/L; haemolytic anaemia with Hb < 7 g/dL or a fall > 3 g/dL  # fmt: skip


def _finding(item_id: str, title: str) -> Item:
    return Item(item_id, title, "yes_no", better="lower", example="absent")


PREDNISONE = Item(
    "prednisone_mg_kg_day", "Prednisone equivalent", unit="mg/kg/d", low=0, high=50, better="lower",
    limits_are_ours=True, example="0.2",
)  # fmt: skip
BEFORE_SLEDAI, NOW_SLEDAI = SLEDAI_TOTAL.at("previous"), SLEDAI_TOTAL.at("current")
BEFORE_PGA, NOW_PGA = ITEMS["pga_0_3"].at("previous"), ITEMS["pga_0_3"].at("current")
BEFORE_DOSE, NOW_DOSE = PREDNISONE.at("previous"), PREDNISONE.at("current")
MILD = tuple(_finding(f"mild_{key}", f"New or worse: {key.replace('_', ' ')}") for key in MILD_MANIFESTATIONS)
SEVERE = tuple(
    _finding(f"severe_{key}", f"New or worse: {title}")
    for key, title in zip(
        SEVERE_MANIFESTATIONS,
        (
            "central nervous system lupus", "vasculitis", "nephritis", "myositis", "platelets below 60 x10^9/L",
            "haemolytic anaemia with haemoglobin below 7 g/dL or a fall of more than 3 g/dL",
        ),
        strict=True,
    )
)  # fmt: skip
NEEDED_TREATMENT = _finding(
    "severe_manifestation_needed_treatment",
    "It needed a doubling of prednisone, prednisone above 0.5 mg/kg/day, or hospital",
)
NEW_MILD_DRUG = _finding("new_nsaid_or_hcq_for_sle", "New NSAID or hydroxychloroquine for lupus")
NEW_STRONG_DRUG = _finding(
    "new_cyc_aza_mtx_mmf", "New cyclophosphamide, azathioprine, methotrexate or mycophenolate for lupus"
)
IN_HOSPITAL = _finding("hospitalised_for_sle", "In hospital for lupus")


def _rises(before: Item, now: Item, compare: Callable[[Number, float], Truth], by: float) -> Truth:
    """The rise compared with `by`; with one end missing it is unknown, whatever the scale would allow to conclude."""
    return WhenRecorded((before, now), compare(Reading(now) - Reading(before), by))


ABOVE_12_NOW = above(Reading(NOW_SLEDAI), 12)  # [FT]
SLEDAI_RISES_BY_3 = _rises(BEFORE_SLEDAI, NOW_SLEDAI, at_least, 3)  # [FT]
PREDNISONE_RAISED = _rises(BEFORE_DOSE, NOW_DOSE, above, 0)
HIGH_DOSE = above(Reading(NOW_DOSE), 0.5)  # [FT] mg/kg/day

SEVERE_ROWS: Mapping[str, Truth] = MappingProxyType(
    {
        "sledai_above_12": all_of(
            ABOVE_12_NOW, any_of(at_most(Reading(BEFORE_SLEDAI), 12), SLEDAI_RISES_BY_3)
        ),  # [FT] a rise from above 12 by less than 3 is not defined and does not count
        "severe_manifestation_treated": all_of(
            any_of(*(Yes(item) for item in SEVERE)), Yes(NEEDED_TREATMENT)
        ),  # [MA]; the form of the treatment needed was not read in a source
        "prednisone_above_0_5": all_of(PREDNISONE_RAISED, HIGH_DOSE),
        "new_cyc_aza_mtx_mmf": Yes(NEW_STRONG_DRUG),  # [FT]; mycophenolate added by later users
        "hospitalised_for_sle": Yes(IN_HOSPITAL),  # [FT]
        "pga_above_2_5": all_of(above(Reading(NOW_PGA), 2.5), _rises(BEFORE_PGA, NOW_PGA, above, 0)),  # [FT]
    }
)

MILD_ROWS: Mapping[str, Truth] = MappingProxyType(
    {
        "sledai_rise": SLEDAI_RISES_BY_3,
        "mild_manifestation": any_of(*(Yes(item) for item in MILD)),
        "prednisone_raised": all_of(PREDNISONE_RAISED, at_most(Reading(NOW_DOSE), 0.5)),  # [FT]
        "new_nsaid_or_hcq_for_sle": Yes(NEW_MILD_DRUG),  # [FT]
        "pga_rise": _rises(BEFORE_PGA, NOW_PGA, at_least, 1.0),  # [FT]
    }
)

ALREADY_ABOVE_12 = all_of(
    above(Reading(BEFORE_SLEDAI), 12),
    _rises(BEFORE_SLEDAI, NOW_SLEDAI, above, 0),
    _rises(BEFORE_SLEDAI, NOW_SLEDAI, below, 3),
)  # the rise that the index does not define


def _unpack(inputs: Inputs) -> Inputs:
    flat = dict(inputs)
    for name, keys, prefix in (
        ("mild_manifestations", MILD_MANIFESTATIONS, "mild_"),
        ("severe_manifestations", SEVERE_MANIFESTATIONS, "severe_"),
    ):
        if name in flat:
            flat |= from_list(flat.pop(name), keys=keys, prefix=prefix)
    return flat


def _fired_rows(row: Row) -> Outputs:
    """The rows that hold and those that cannot be told, severe ones first, and the undefined rise from above 12."""
    rows = {**SEVERE_ROWS, **MILD_ROWS}
    return {
        "rows_fired": [name for name, rule in rows.items() if rule.evaluate(row) is True],
        "rows_unknown": [name for name, rule in rows.items() if rule.evaluate(row) is None],
        "already_above_12": ALREADY_ABOVE_12.evaluate(row),
    }


SELENA_FLARE_INDEX = Grading(
    id="selena_flare_index",
    title="SELENA-SLEDAI flare index",
    diseases=("sle",),
    items=(
        BEFORE_SLEDAI, NOW_SLEDAI, BEFORE_PGA, NOW_PGA, BEFORE_DOSE, NOW_DOSE, *MILD, *SEVERE,
        NEEDED_TREATMENT, NEW_MILD_DRUG, NEW_STRONG_DRUG, IN_HOSPITAL,
    ),
    input_names=(
        "previous_sledai", "current_sledai", "previous_pga_0_3", "current_pga_0_3",
        "previous_prednisone_mg_kg_day", "current_prednisone_mg_kg_day", "mild_manifestations",
        "severe_manifestations", NEEDED_TREATMENT.id, NEW_MILD_DRUG.id, NEW_STRONG_DRUG.id, IN_HOSPITAL.id,
    ),
    calculator_names={
        **{item.id: "mild_manifestations" for item in MILD},
        **{item.id: "severe_manifestations" for item in SEVERE},
    },
    unpack=_unpack,
    details=_fired_rows,
    output="flare",
    grades=(("severe", any_of(*SEVERE_ROWS.values())), ("mild_moderate", any_of(*MILD_ROWS.values()))),
    otherwise="none",
    stands_alone=True,
    sources=(PETRI_1999, PETRI_2005, FLARE_TABLE, MEDICAL_ALGORITHMS, MATHIAN_2020),
    status="provisional",
    provisional="which treatment a severe manifestation must have needed (a doubling of prednisone, or above "
    "0.5 mg/kg/day) was not read in a source",
    notes=(
        "a flare that stands on known rows may still be a severe one if a severe row is unknown: `rows_unknown`",
        ("a score already above 12 that rises by 1 or 2 is not defined by the index; it is not severe by that row "
        "and is flagged"),
        ("one page asks for a global of 1.0 rather than a rise by 1.0, and for a fall of haemoglobin of up to 3; here "
        "a rise of at least 1.0 and a fall of more than 3"),
        ("restarting a drug and treating persistent disease count although they are not a flare: in one study a "
        "quarter of the changes of drugs came without one"),
        ("in practice a methylprednisolone pulse counts as prednisone above 0.5 mg/kg/day, and a raised dose of a "
        "drug already taken does not count as a new drug"),
    ),
)  # fmt: skip
