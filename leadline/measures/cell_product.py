"""The cell product: identity, what is reported of it, and dose.

Missing   three-valued for identity; a dose without a weight is not computable; an item not documented is named
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Calculation, Criterion, Outputs, Score, Source
from leadline.measures.expression import (
    DECIMALS,
    IsRecorded,
    Not,
    Points,
    Product,
    Quotient,
    Reading,
    Row,
    Sum,
    Truth,
    Where,
    Yes,
    all_of,
    any_of,
    at_least,
    at_most,
)
from leadline.measures.inputs import Inputs

DOMINICI_2006 = Source("DO06", "Dominici M et al. Cytotherapy 2006;8:315-7", "10.1080/14653240600855905")
MURRAY_2019 = Source("MU19", "Murray IR et al. J Bone Joint Surg Am 2019;101:904-11", "10.2106/JBJS.18.00915")

# ---- identity ----------------------------------------------------------------------------------------------------

POSITIVE_PCT = 95  # [DO06] at least
NEGATIVE_PCT = 2  # [DO06] at most


def _marker(name: str) -> Item:
    title = f"{name.upper().replace('_', '-')}-positive cells"
    return Item(f"{name}_pct", title, unit="%", low=0, high=100)


POSITIVE = tuple(_marker(name) for name in ("cd105", "cd73", "cd90"))  # [DO06]
NEGATIVE = tuple(_marker(name) for name in ("cd45", "cd34", "hla_dr"))  # [DO06]
EITHER = tuple(
    (_marker(one), _marker(other)) for one, other in (("cd14", "cd11b"), ("cd79a", "cd19"))
)  # [DO06]
GROWTH = (
    Item("plastic_adherent", "Adheres to plastic in standard culture", "yes_no", better="higher"),
    Item("osteo", "Differentiates to bone cells", "yes_no", better="higher"),
    Item("adipo", "Differentiates to fat cells", "yes_no", better="higher"),
    Item("chondro", "Differentiates to cartilage cells", "yes_no", better="higher"),
)


def _negative(marker: Item) -> Truth:
    return at_most(Reading(marker), NEGATIVE_PCT)


def _either_negative(one: Item, other: Item) -> Truth:
    """One of the pair reported is enough; if both are, both must be low."""
    return all_of(
        any_of(Not(IsRecorded(one)), _negative(one)),
        any_of(Not(IsRecorded(other)), _negative(other)),
        any_of(IsRecorded(other), _negative(one)),
    )


ISCT_2006 = Criterion(
    id="isct_2006",
    title="Minimal criteria of mesenchymal stromal cells (ISCT 2006)",
    items=(*POSITIVE, *NEGATIVE, *(marker for pair in EITHER for marker in pair), *GROWTH),
    rules={
        "result": all_of(
            *(at_least(Reading(marker), POSITIVE_PCT) for marker in POSITIVE),
            *(_negative(marker) for marker in NEGATIVE),
            *(_either_negative(*pair) for pair in EITHER),
            *(Yes(item) for item in GROWTH),
        )
    },
    sources=(DOMINICI_2006,),
    notes=(
        "HLA-DR may rise with interferon-gamma in culture",
        "later statements ask for the tissue source, and for stromal unless stemness is shown",
    ),
)

# ---- what is reported --------------------------------------------------------------------------------------------

DOSES_ITEMS = (  # [MU19]
    Item("donor", "Donor: autologous, allogeneic or xenogeneic", "yes_no", better="higher"),
    Item("origin", "Origin of the tissue", "yes_no", better="higher"),
    Item("separation", "Separation from the tissue and preparation", "yes_no", better="higher"),
    Item("exhibited_characteristics", "Cell characteristics exhibited", "yes_no", better="higher"),
    Item("site", "Site of delivery", "yes_no", better="higher"),
)


def _documented(inputs: Inputs) -> Inputs:
    """What was written stands for its item: "allogeneic" documents the donor, an empty text does not."""
    return {name: bool(value.strip()) if isinstance(value, str) else value for name, value in inputs.items()}


def _not_documented(row: Row) -> Outputs:
    return {"missing": [item.id for item in DOSES_ITEMS if not row.get(item.id)]}


DOSES_REPORT = Score(
    id="doses_report",
    title="DOSES: what is reported of a cell therapy",
    items=DOSES_ITEMS,
    unpack=_documented,
    details=_not_documented,
    formula=Sum(tuple(Points(all_of(IsRecorded(item), Yes(item)), 1) for item in DOSES_ITEMS))
    / len(DOSES_ITEMS),
    low=0,
    high=1,
    better="higher",
    in_words=("value = the share of the five that are documented",),
    sources=(MURRAY_2019,),
    notes=("DOSES lacks the dose itself: store it apart",),
)

# ---- dose --------------------------------------------------------------------------------------------------------

ARITHMETIC = Source("AR", "Arithmetic: cells per kilogram times kilograms")

CELLS_PER_KG = Item("cells_per_kg", "Cells per kilogram", unit="{cells}/kg", low=1000, high=1e9, limits_are_ours=True,
                    meaning="10^6 is written 1e6; a bare 106 is refused", example="2e6")  # fmt: skip
TOTAL_CELLS = Item(
    "total_cells", "Cells in one infusion", unit="{cells}", low=1000, high=1e11, limits_are_ours=True
)
WEIGHT = ITEMS["weight_kg"]


TOTAL = Where(IsRecorded(TOTAL_CELLS), Reading(TOTAL_CELLS), Product(Reading(CELLS_PER_KG), Reading(WEIGHT)))
PER_KG = Where(
    any_of(IsRecorded(CELLS_PER_KG), Not(IsRecorded(TOTAL_CELLS))),
    Reading(CELLS_PER_KG),
    Quotient(Reading(TOTAL_CELLS), Reading(WEIGHT)),
)


MSC_DOSE = Calculation(
    id="msc_dose",
    title="Cell dose",
    items=(CELLS_PER_KG, WEIGHT, TOTAL_CELLS),
    results={"total_cells": TOTAL, "cells_per_kg": PER_KG},
    needed=("total_cells",),
    in_words=("total_cells = cells_per_kg × weight_kg; cells_per_kg = total_cells / weight_kg",),
    sources=(ARITHMETIC,),
    notes=(
        "say whether cells are viable or total, before or after thawing",
        "a fixed dose is shown per kilogram too: it is three times the dose in a child of a third of the weight",
    ),
)


def endotoxin_eu_kg(eu_ml: float, *, volume_ml: float, weight_kg: float) -> float:
    """Endotoxin per kilogram from the concentration: limits per kg and per mL are different quantities."""
    return round(eu_ml * volume_ml / weight_kg, DECIMALS)


def viable_cells(cells: float, *, viability_pct: float) -> float:
    """Of a dose that counts all cells, those that live."""
    return round(cells * viability_pct / 100, DECIMALS)


def all_cells(viable: float, *, viability_pct: float) -> float:
    """Of a dose that counts viable cells, all that are given; `viability_pct` above 0."""
    return round(100 * viable / viability_pct, DECIMALS)


def rate_ml_min(volume_ml: float, *, minutes: float) -> float:
    """Mean rate of an infusion."""
    return round(volume_ml / minutes, DECIMALS)
