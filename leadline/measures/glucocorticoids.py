"""Glucocorticoid doses as prednisone: equivalents, dose per kilogram, pulses.

Items     drug, dose in mg, how often, route; weight for the dose per kilogram
Value     mg of prednisone a day
Missing   drug or dose missing: not computable; weight missing: no dose per kilogram
Not       for intra-articular, topical or inhaled drugs
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from leadline.casebook.items import ITEMS, Item
from leadline.measures.expression import DECIMALS
from leadline.measures.definition import Calculation, Inputs, Source, exact

EQUIVALENTS = Source(
    "GC",
    "Corticosteroid converter by anti-inflammatory potency (two agreeing tables)",
    url="globalrph.com/medcalcs/corticosteroid-converter-based-on-anti-inflammatory-potency",
)
DEFLAZACORT = Source("DZ", "Lupus trial with a ratio of 1.2 : 1 for deflazacort", "10.1177/0961203317751854")

EQUAL_TO_5_MG_PREDNISONE: Mapping[str, float] = MappingProxyType(
    {
        "prednisone": 5,  # [GC]
        "prednisolone": 5,  # [GC]
        "methylprednisolone": 4,  # [GC]
        "triamcinolone": 4,  # [GC]
        "hydrocortisone": 20,  # [GC]
        "cortisone": 25,  # [GC]
        "dexamethasone": 0.75,  # [GC]; 0.6 on one formulary page
        "betamethasone": 0.6,  # [GC]; 0.75 on another page
        "deflazacort": 6,  # [DZ]; by the effect measured 1.14 to 2.77 times prednisone, so doubtful
    }
)
"""Milligrams of each drug that equal 5 mg of prednisone."""

DOUBTFUL = {
    "deflazacort": "the equipotent dose of deflazacort is doubtful (1.14 to 2.77 by the effect measured)"
}

PULSE_MG_KG = 10  # measures dossier 5.3: methylprednisolone in one day
PULSE_MG = 250


def prednisone_mg(drug: str, dose_mg: float) -> float:
    """The dose as mg of prednisone. `drug` is a key of EQUAL_TO_5_MG_PREDNISONE."""
    return round(dose_mg * 5 / EQUAL_TO_5_MG_PREDNISONE[drug], DECIMALS)


def is_pulse(drug: str, dose_mg: float, *, weight_kg: float | None) -> bool | None:
    """Whether a day's dose is a pulse: at least 250 mg, or 10 mg/kg, of methylprednisolone or what equals it.
    None where only the weight could tell."""
    methylprednisolone = round(
        dose_mg * EQUAL_TO_5_MG_PREDNISONE["methylprednisolone"] / EQUAL_TO_5_MG_PREDNISONE[drug], DECIMALS
    )
    if methylprednisolone >= PULSE_MG:
        return True
    return None if weight_kg is None else methylprednisolone >= round(PULSE_MG_KG * weight_kg, DECIMALS)


def _calculate(row: Mapping[str, Any]) -> dict[str, Any]:
    drug, dose, weight = row.get("drug"), exact(row, "dose_mg"), exact(row, "weight_kg")
    if row["route"] != "systemic":
        return {"value": None, "status": "not_applicable", "missing": []}
    if drug is None or dose is None:
        missing = [name for name, value in (("drug", drug), ("dose_mg", dose)) if value is None]
        return {"value": None, "status": "not_computable", "missing": missing}
    value = prednisone_mg(drug, dose / 2 if row["alternate_day"] else dose)
    return {
        "value": value,
        "status": "ok",
        "missing": [],
        "mg_kg_day": round(value / weight, DECIMALS) if weight else None,
        "pulse": is_pulse(drug, dose, weight_kg=weight or None),
        "doubtful": DOUBTFUL.get(drug, ""),
    }


def _lower_case(inputs: Inputs) -> dict[str, Any]:
    return {
        name: value.lower() if name == "drug" and isinstance(value, str) else value
        for name, value in inputs.items()
    }


PREDNISONE_EQUIVALENT = Calculation(
    id="prednisone_equivalent",
    title="Prednisone equivalent",
    items=(
        Item("drug", "Glucocorticoid", "choice", choices=tuple(EQUAL_TO_5_MG_PREDNISONE)),
        Item("dose_mg", "Dose on a day it is taken", unit="mg", low=0, high=5000, limits_are_ours=True),
        Item("alternate_day", "Taken every other day: averaged over two days", "yes_no"),
        Item(
            "route",
            "Route",
            "choice",
            choices=("systemic", "local"),
            meaning="systemic: by mouth or into a vein",
        ),
        ITEMS["weight_kg"],
    ),
    parameters={"alternate_day": False, "route": "systemic"},
    unpack=_lower_case,
    calculate=_calculate,
    in_words=(
        "value = dose × 5 mg / the dose of the drug that equals prednisone 5 mg, in mg of prednisone a day",
        "given on alternate days: half of it; not for joints, skin or airways",
        "mg_kg_day = value / weight",
        f"pulse: from {PULSE_MG:g} mg or {PULSE_MG_KG:g} mg/kg of methylprednisolone in a day, kept apart",
    ),
    sources=(EQUIVALENTS, DEFLAZACORT),
    notes=(
        "dexamethasone 0.75 and betamethasone 0.6 are used; single pages print 0.6 and 0.75",
        "the dose per kilogram needs a weight at most 3 months old",
        "a pulse is kept apart from the daily dose",
    ),
)
