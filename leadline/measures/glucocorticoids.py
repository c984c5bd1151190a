"""Glucocorticoid doses as prednisone: equivalents, dose per kilogram, pulses.

Items     drug, dose in mg, how often, route; weight for the dose per kilogram
Value     mg of prednisone a day
Missing   drug or dose missing: not computable; weight missing: no dose per kilogram
Not       for intra-articular, topical or inhaled drugs
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Calculation, Source
from leadline.measures.expression import (
    DECIMALS,
    ByChoice,
    OneOf,
    Quotient,
    Reading,
    Where,
    Yes,
    any_of,
    at_least,
    by_choice,
)
from leadline.measures.inputs import Inputs

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

DOUBTFUL = ("deflazacort",)

PULSE_MG_KG = 10  # measures dossier 5.3: methylprednisolone in one day
PULSE_MG = 250


DRUG = Item("drug", "Glucocorticoid", "choice", choices=tuple(EQUAL_TO_5_MG_PREDNISONE))
DOSE = Item("dose_mg", "Dose on a day it is taken", unit="mg", low=0, high=5000, limits_are_ours=True)
ALTERNATE_DAY = Item("alternate_day", "Taken every other day: averaged over two days", "yes_no")
ROUTE = Item("route", "Route", "choice", choices=("systemic", "local"),
             meaning="systemic: by mouth or into a vein")  # fmt: skip
WEIGHT = ITEMS["weight_kg"]


def _as(drug: str) -> ByChoice:
    """The dose of a day as milligrams of another drug."""
    equal = EQUAL_TO_5_MG_PREDNISONE
    return by_choice(
        DRUG, {each: Reading(DOSE) * equal[drug] / equal[each] for each in equal}, says=f"the dose as {drug}"
    )


AS_PREDNISONE, AS_METHYLPREDNISOLONE = _as("prednisone"), _as("methylprednisolone")
VALUE = Where(Yes(ALTERNATE_DAY), AS_PREDNISONE / 2, AS_PREDNISONE)
PULSE = any_of(
    at_least(AS_METHYLPREDNISOLONE, PULSE_MG),
    at_least(AS_METHYLPREDNISOLONE, Reading(WEIGHT) * PULSE_MG_KG),
)


def prednisone_mg(drug: str, dose_mg: float) -> float:
    """The dose as mg of prednisone. `drug` is a key of EQUAL_TO_5_MG_PREDNISONE."""
    return round(dose_mg * 5 / EQUAL_TO_5_MG_PREDNISONE[drug], DECIMALS)


def is_pulse(drug: str, dose_mg: float, *, weight_kg: float | None) -> bool | None:
    """Whether a day's dose is a pulse: at least 250 mg, or 10 mg/kg, of methylprednisolone or what equals it.
    None where only the weight could tell."""
    return PULSE.evaluate({DRUG.id: drug, DOSE.id: dose_mg, WEIGHT.id: weight_kg})


def _lower_case(inputs: Inputs) -> Inputs:
    return {
        name: value.lower() if name == "drug" and isinstance(value, str) else value
        for name, value in inputs.items()
    }


PREDNISONE_EQUIVALENT = Calculation(
    id="prednisone_equivalent",
    title="Prednisone equivalent",
    items=(DRUG, DOSE, ALTERNATE_DAY, ROUTE, WEIGHT),
    parameters={ALTERNATE_DAY.id: False, ROUTE.id: "systemic"},
    unpack=_lower_case,
    applies=OneOf(ROUTE, ("systemic",)),
    results={
        "value": VALUE,
        "mg_kg_day": Quotient(VALUE, Reading(WEIGHT)),
        "pulse": PULSE,
        "doubtful": OneOf(DRUG, DOUBTFUL),
    },
    needed=("value",),
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
        "doubtful: the equipotent dose of deflazacort is 1.14 to 2.77 times prednisone by the effect measured",
    ),
)
