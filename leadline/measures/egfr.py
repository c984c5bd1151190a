"""Estimated glomerular filtration rate in children by the bedside Schwartz formula.

Items     height and serum creatinine (enzymatic), in mg/dL or µmol/L
Value     mL/min/1.73 m²; higher is better
Missing   either missing: not computable
Not       outside the ages of 1 to 17 years
"""

from __future__ import annotations

from math import inf

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Score, Source
from leadline.measures.expression import (
    IsRecorded,
    Not,
    Quotient,
    Reading,
    Where,
    all_of,
    any_of,
    at_least,
    below,
)

SCHWARTZ_2009 = Source("SC09", "Schwartz GJ et al. J Am Soc Nephrol 2009;20:629-37", "10.1681/ASN.2008030287")

CONSTANT = 0.413  # [SC09]
AGES = (1, 17)  # [SC09] years, both included

HEIGHT = ITEMS["height_cm"]
CREATININE = ITEMS["creatinine_mg_dl"]
CREATININE_SI = Item("creatinine_umol_l", "Creatinine", unit="umol/L", low=0, high=2000, limits_are_ours=True)
AGE = Item("age_years", "Age", unit="a", low=0, high=120)


IN_MG_DL = Where(
    any_of(IsRecorded(CREATININE), Not(IsRecorded(CREATININE_SI))),
    Reading(CREATININE),
    Reading(CREATININE_SI) * CREATININE.other_units[CREATININE_SI.unit],
)
OF_AGE = all_of(at_least(Reading(AGE), AGES[0]), below(Reading(AGE), AGES[1] + 1))

EGFR_SCHWARTZ = Score(
    id="egfr_bedside_schwartz",
    title="Estimated GFR (bedside Schwartz)",
    items=(HEIGHT, CREATININE, CREATININE_SI, AGE),
    formula=Quotient(Reading(HEIGHT) * CONSTANT, IN_MG_DL),
    applies=any_of(Not(IsRecorded(AGE)), OF_AGE),
    low=0,
    high=inf,
    better="higher",
    in_words=(
        f"value = {CONSTANT:g} × height in cm / creatinine in mg/dL, in mL/min/1.73 m²",
        f"for ages {AGES[0]} to {AGES[1]} years, and creatinine measured by an enzymatic method",
    ),
    sources=(SCHWARTZ_2009,),
    notes=("calculators with 36.2 or 36.5 for µmol/L differ in the third digit: 88.4 is used to convert",),
)
