"""Clinical inactive disease in juvenile arthritis (Wallace, ACR 2011).

Items     all of one visit; the laboratory's own upper limits
Result    all six parts hold: joints, systemic features, uveitis, reactants, physician's global, morning stiffness
Missing   any part false: not met; otherwise any part unknown: indeterminate
Not       for psoriatic, enthesitis-related and undifferentiated arthritis: not applicable
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.casebook.schema import ILAR_CATEGORIES
from leadline.measures.core_set import UPPER_LIMITS
from leadline.measures.definition import Criterion, Source
from leadline.measures.expression import (
    IsRecorded,
    Not,
    OneOf,
    Reading,
    Truth,
    Yes,
    all_of,
    any_of,
    at_most,
    equal,
)
from leadline.measures.inputs import Inputs

WALLACE_2011 = Source("W11", "Wallace CA et al. Arthritis Care Res 2011;63:929-36", "10.1002/acr.20497")

APPLIES_TO = ("oligo_persistent", "oligo_extended", "poly_rf_neg", "poly_rf_pos", "systemic")  # [W11]
STIFFNESS_MIN = 15  # [W11] up to and including

# A calculator may also name it as its paper does; a casebook says `enthesitis`.
CATEGORY = Item("ilar_category", "ILAR category", "choice", choices=(*ILAR_CATEGORIES, "enthesitis_related"))
JOINTS = ITEMS["active_joint_count"]
SYSTEMIC = ITEMS["systemic_features_present"]
UVEITIS = ITEMS["active_uveitis"]
ESR, CRP = ITEMS["esr_mm_h"], ITEMS["crp_mg_l"]
ESR_ULN, CRP_ULN = UPPER_LIMITS[ESR.id], UPPER_LIMITS[CRP.id]
DUE_TO_JIA = ITEMS["elevation_attributable_to_jia"]
GLOBAL = Item(
    "physician_global", "Physician's global assessment, on the scale used", low=0, high=100, better="lower"
)
BEST = Item("physician_global_best", "Best value of that scale", low=0, high=100)
STIFFNESS = ITEMS["morning_stiffness_min"]

EXPLAINED = all_of(IsRecorded(DUE_TO_JIA), Not(Yes(DUE_TO_JIA)))  # no documented explanation: none


def _normal_or_explained(value: Item, limit: Item) -> Truth:
    """Within the limit, or measured and explained: a rise that nobody measured cannot be explained."""
    return any_of(at_most(Reading(value), Reading(limit)), all_of(IsRecorded(value), EXPLAINED))


def _if_measured(value: Item, limit: Item) -> Truth:
    return any_of(Not(IsRecorded(value)), _normal_or_explained(value, limit))


# If both were measured both must be normal or explained: from the 2004 version, not read in the 2011 paper.
REACTANTS = all_of(
    _if_measured(ESR, ESR_ULN),
    _if_measured(CRP, CRP_ULN),
    any_of(IsRecorded(CRP), _normal_or_explained(ESR, ESR_ULN)),
)


def _either_global(inputs: Inputs) -> Inputs:
    """The 0-10 global may come under its usual name."""
    flat = dict(inputs)
    usual = flat.pop("physician_global_0_10", None)
    return flat if usual is None else {"physician_global": usual, **flat}


JIA_INACTIVE_DISEASE = Criterion(
    id="jia_cid_wallace2011",
    title="Clinical inactive disease (Wallace 2011)",
    diseases=("jia",),
    items=(
        CATEGORY,
        JOINTS,
        SYSTEMIC,
        UVEITIS,
        ESR,
        ESR_ULN,
        CRP,
        CRP_ULN,
        DUE_TO_JIA,
        GLOBAL,
        BEST,
        STIFFNESS,
    ),
    parameters={BEST.id: 0},
    unpack=_either_global,
    applies=OneOf(CATEGORY, APPLIES_TO),
    rules={
        "result": all_of(
            equal(Reading(JOINTS), 0),
            Not(Yes(SYSTEMIC)),
            Not(Yes(UVEITIS)),
            REACTANTS,
            equal(Reading(GLOBAL), Reading(BEST)),
            at_most(Reading(STIFFNESS), STIFFNESS_MIN),
        )
    },
    sources=(WALLACE_2011,),
    status="provisional",
    provisional="that both ESR and CRP must be normal where both were measured was not read in the 2011 paper",
    notes=(
        "uveitis is inactive at fewer than 1 cell per field (SUN grade 0); grade 0.5+ is active",
        "a raised reactant with no documented explanation fails",
        "a physician's global of 0.5 fails",
    ),
)
