"""Macrophage activation syndrome in systemic juvenile arthritis: the 2016 classification.

Items     one day's laboratory values in a febrile child with known or suspected systemic arthritis
Result    ferritin raised and at least two of platelets, AST, triglycerides, fibrinogen
Missing   three-valued
Not       a diagnosis; not built for children on IL-1 or IL-6 blockers, which can mask fever and CRP
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Criterion, Source
from leadline.measures.expression import Reading, Yes, above, all_of, at_most, count_at_least

RAVELLI_2016 = Source(
    "RA16", "Ravelli A et al. Ann Rheum Dis 2016;75:481-9", "10.1136/annrheumdis-2015-208982"
)

FEBRILE = Item("febrile", "Fever", "yes_no")
SYSTEMIC_JIA = Item("sjia_known_or_suspected", "Known or suspected systemic JIA", "yes_no")
FERRITIN = ITEMS["ferritin_ng_ml"]
PLATELETS = ITEMS["platelets_10e9_l"]
AST = ITEMS["ast_u_l"]
TRIGLYCERIDES = ITEMS["triglycerides_mg_dl"]
FIBRINOGEN = ITEMS["fibrinogen_mg_dl"]

MAS_2016 = Criterion(
    id="mas_2016",
    title="Macrophage activation syndrome (2016)",
    diseases=("jia",),
    items=(FEBRILE, SYSTEMIC_JIA, FERRITIN, PLATELETS, AST, TRIGLYCERIDES, FIBRINOGEN),
    rules={
        "result": all_of(
            Yes(FEBRILE),
            Yes(SYSTEMIC_JIA),
            above(Reading(FERRITIN), 684),  # [RA16] ng/mL
            count_at_least(
                2,  # [RA16]
                at_most(Reading(PLATELETS), 181),  # [RA16] 10^9/L
                above(Reading(AST), 48),  # [RA16] U/L
                above(Reading(TRIGLYCERIDES), 156),  # [RA16] mg/dL, 1.76 mmol/L
                at_most(Reading(FIBRINOGEN), 360),  # [RA16] mg/dL, 3.6 g/L, 10.6 µmol/L
            ),
        )
    },
    sources=(RAVELLI_2016,),
    notes=(
        "abnormal values must have no other explanation; that is for a person to say",
        "one widely used manual prints the fibrinogen limit as 10.58 g/L: the unit is µmol/L",
    ),
)
