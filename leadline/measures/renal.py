"""Response of lupus nephritis (KDIGO 2024).

Items     urine protein/creatinine and eGFR before and now; the ratio in the unit that was reported
Result    `response`: complete, partial, none; not applicable where the ratio was below the complete limit before
Missing   eGFR missing: indeterminate where the proteinuria part is satisfied, none where it fails
Not       with the ratio converted: the guideline rounds 0.5 g/g to 50 mg/mmol, so each unit has its own limit
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Grading, Outputs, Source
from leadline.measures.expression import (
    Constant,
    OneOf,
    Product,
    Reading,
    Row,
    Where,
    all_of,
    at_least,
    at_most,
    below,
)

KDIGO_2024 = Source(
    "K24", "KDIGO 2024 lupus nephritis, Kidney Int 2024;105(1S)", "10.1016/j.kint.2023.09.002"
)
KDIGO_READ = Source("KS", "Page on which the limits were read", url="https://www.droracle.ai/articles/642182")

MG_MMOL = "mg/mmol"
UNIT = Item("unit", "Unit of both ratios", "choice", choices=("g/g", MG_MMOL), example="g/g")
UPCR = Item(
    "upcr", "Urine protein/creatinine ratio, as reported", low=0, high=10_000, better="lower", limits_are_ours=True,
    example="1.8",
)  # fmt: skip
EGFR = ITEMS["egfr_ml_min_173"]
BASELINE_EGFR, CURRENT_EGFR = (
    Item(
        f"{when}_egfr", f"{EGFR.title} ({when})", unit=EGFR.unit, low=EGFR.low, high=EGFR.high, limits_are_ours=True,
        aliases=(f"{when}_{EGFR.id}",),
    )
    for when in ("baseline", "current")
)  # fmt: skip
TOLERANCE = Item("egfr_tolerance", "Fall of eGFR that still counts as stable, as a fraction", low=0, high=0.5)
TOLERANCE_DEFAULT = 0.15  # [K24] "within 10-15 %"

BASELINE_UPCR, CURRENT_UPCR = UPCR.at("baseline"), UPCR.at("current")
COMPLETE_LIMIT = Where(OneOf(UNIT, (MG_MMOL,)), Constant(50), Constant(0.5))  # [K24]
PARTIAL_LIMIT = Where(OneOf(UNIT, (MG_MMOL,)), Constant(300), Constant(3))  # [K24]

STABLE = at_least(Reading(CURRENT_EGFR), Product(Reading(BASELINE_EGFR), Constant(1) - Reading(TOLERANCE)))
COMPLETE = all_of(below(Reading(CURRENT_UPCR), COMPLETE_LIMIT), STABLE)
PARTIAL = all_of(
    at_most(Reading(CURRENT_UPCR), Reading(BASELINE_UPCR) / 2),  # [K24]
    below(Reading(CURRENT_UPCR), PARTIAL_LIMIT),
    STABLE,
)


def _tolerance(row: Row) -> Outputs:
    return {TOLERANCE.id: row[TOLERANCE.id]}


RENAL_RESPONSE_KDIGO2024 = Grading(
    id="renal_response_kdigo2024",
    title="Renal response (KDIGO 2024)",
    diseases=("sle",),
    items=(UNIT, BASELINE_UPCR, CURRENT_UPCR, BASELINE_EGFR, CURRENT_EGFR, TOLERANCE),
    parameters={TOLERANCE.id: TOLERANCE_DEFAULT},
    details=_tolerance,
    output="response",
    grades=(
        ("not_applicable", below(Reading(BASELINE_UPCR), COMPLETE_LIMIT)),
        ("complete", COMPLETE),
        ("partial", PARTIAL),
    ),
    otherwise="none",
    sources=(KDIGO_2024, KDIGO_READ),
    notes=(
        "the limits were read on a secondary page, not in the guideline itself",
        "response is expected within 6 to 12 months and may take longer; time is not part of this rule",
        "the guideline rounds 0.5 g/g to 50 mg/mmol; exactly it is 56.6, so a ratio is judged in its own unit",
        "a table of 2012 prints the limit in mg/mol; mg/mmol is meant, a thousandfold difference",
        "EULAR 2019, belimumab-type and paediatric trial rules set other limits and are not computed here",
    ),
)
