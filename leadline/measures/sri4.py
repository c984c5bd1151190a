"""SRI-4: response of lupus to treatment, by SLEDAI, BILAG and the physician's global (0-3).

Result    met, not_met, indeterminate; the SLEDAI and global part alone is given beside it under its own name
Missing   a change with one end missing is unknown, whatever the scale would allow to conclude
          BILAG not documented: never met. It guards against worsening in an organ that the SLEDAI total hides, and
          it is not rebuilt from SLEDAI items
Not       with a global on a 0-10 scale, which nothing validated converts to 0-3
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Criterion, Source
from leadline.measures.expression import Reading, WhenRecorded, all_of, at_least, at_most, below

FURIE_2009 = Source("F09", "Furie RA et al. Arthritis Rheum 2009;61:1143-51", "10.1002/art.24698")
BRUNNER_2018_ABSTRACT = Source(
    "L18",
    "Small data set of childhood lupus, Lupus Sci Med 2018;5(Suppl 2):A26",
    url="https://lupus.bmj.com/content/5/Suppl_2/A26",
)

SLEDAI_TOTAL = Item("sledai", "SLEDAI total", "count", low=0, high=105, better="lower", example="8")
PGA = ITEMS["pga_0_3"]
BASELINE_SLEDAI, CURRENT_SLEDAI = SLEDAI_TOTAL.at("baseline"), SLEDAI_TOTAL.at("current")
BASELINE_PGA, CURRENT_PGA = PGA.at("baseline"), PGA.at("current")
NEW_A, NEW_B = ITEMS["new_bilag_a"], ITEMS["new_bilag_b"]

SLEDAI_PART = WhenRecorded(
    (BASELINE_SLEDAI, CURRENT_SLEDAI),
    at_least(Reading(BASELINE_SLEDAI) - Reading(CURRENT_SLEDAI), 4),  # [F09]
)
PGA_PART = WhenRecorded(
    (BASELINE_PGA, CURRENT_PGA),
    below(Reading(CURRENT_PGA) - Reading(BASELINE_PGA), 0.3),  # [F09] a rise of 0.3 is worsening
)
BILAG_PART = all_of(at_most(Reading(NEW_A), 0), at_most(Reading(NEW_B), 1))  # [F09]

SRI4 = Criterion(
    id="sri4",
    title="SRI-4",
    diseases=("sle",),
    items=(BASELINE_SLEDAI, CURRENT_SLEDAI, BASELINE_PGA, CURRENT_PGA, NEW_A, NEW_B),
    rules={
        "result": all_of(SLEDAI_PART, PGA_PART, BILAG_PART),
        "sledai_pga_part": all_of(SLEDAI_PART, PGA_PART),
    },
    sources=(FURIE_2009, BRUNNER_2018_ABSTRACT),
    notes=(
        "without BILAG the second line is the SLEDAI and global part of SRI-4, BILAG not documented: it is not SRI-4",
        "defined on SELENA-SLEDAI; variants on SLEDAI-2K are in use. The same version is needed at both times",
        "one report allows a rise of the global of exactly 0.3; the paper's limit is below 0.3",
        "trials add that a prohibited or rescue treatment makes a non-responder; that is not part of this rule",
        "in a small set of childhood lupus SRI told improvement with only fair accuracy",
    ),
)
