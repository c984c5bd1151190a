"""Estimated glomerular filtration rate in children by the bedside Schwartz formula.

Items     height and serum creatinine (enzymatic), in mg/dL or µmol/L
Value     mL/min/1.73 m²; higher is better
Missing   either missing: not computable
Not       outside the ages of 1 to 17 years
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.casebook.items import ITEMS, Item
from leadline.casebook.units import convert
from leadline.measures.expression import DECIMALS
from leadline.measures.definition import Calculation, Source, exact

SCHWARTZ_2009 = Source("SC09", "Schwartz GJ et al. J Am Soc Nephrol 2009;20:629-37", "10.1681/ASN.2008030287")

CONSTANT = 0.413  # [SC09]
AGES = (1, 17)  # [SC09] years, both included

HEIGHT = ITEMS["height_cm"]
CREATININE = ITEMS["creatinine_mg_dl"]
CREATININE_SI = Item("creatinine_umol_l", "Creatinine", unit="umol/L", low=0, high=2000, limits_are_ours=True)
AGE = Item("age_years", "Age", unit="a", low=0, high=120)


def _calculate(row: Mapping[str, Any]) -> dict[str, Any]:
    height, creatinine, age = exact(row, HEIGHT.id), exact(row, CREATININE.id), exact(row, AGE.id)
    if creatinine is None and (si := exact(row, CREATININE_SI.id)) is not None:
        creatinine = convert(CREATININE.id, si, CREATININE_SI.unit, CREATININE.unit)
    if age is not None and not AGES[0] <= age < AGES[1] + 1:
        return {"value": None, "status": "not_applicable", "missing": []}
    if not height or not creatinine:
        missing = [item.id for item, value in ((HEIGHT, height), (CREATININE, creatinine)) if not value]
        return {"value": None, "status": "not_computable", "missing": missing}
    return {"value": round(CONSTANT * height / creatinine, DECIMALS), "status": "ok", "missing": []}


EGFR_SCHWARTZ = Calculation(
    id="egfr_bedside_schwartz",
    title="Estimated GFR (bedside Schwartz)",
    items=(HEIGHT, CREATININE, CREATININE_SI, AGE),
    calculate=_calculate,
    in_words=(
        f"value = {CONSTANT:g} × height in cm / creatinine in mg/dL, in mL/min/1.73 m²",
        f"for ages {AGES[0]} to {AGES[1]} years, and creatinine measured by an enzymatic method",
    ),
    sources=(SCHWARTZ_2009,),
    notes=("calculators with 36.2 or 36.5 for µmol/L differ in the third digit: 88.4 is used to convert",),
)
