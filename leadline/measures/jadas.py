"""JADAS and cJADAS10: disease activity in juvenile idiopathic arthritis.

Items     all of one visit; both globals 0 = best; joints by name, or their count on the list that the version needs
Score     no unit; higher is worse
Missing   any missing item: no score; the missing items are named and the bounds given
Not       for systemic features; ESR and CRP versions never mixed in one child's series
Licence   published formula; no questionnaire text is reproduced
"""

from __future__ import annotations

from dataclasses import replace

from leadline.casebook.items import ITEMS, Item
from leadline.casebook.joints import JOINTS_27, JOINTS_71, count_on
from leadline.errors import ItemOutOfRange
from leadline.measures.definition import Band, Cutoffs, Score, Source
from leadline.measures.expression import (
    Number,
    Reading,
    clamp,
)
from leadline.measures.inputs import Inputs, not_shaped

CONSOLARO_2009 = Source("C09", "Consolaro A et al. Arthritis Rheum 2009;61:658-66", "10.1002/art.24516")
NORDAL_2012 = Source(
    "N12", "Nordal EB et al. Ann Rheum Dis 2012;71:1122-7", "10.1136/annrheumdis-2011-200237"
)
CONSOLARO_2012 = Source("C12", "Consolaro A et al. Arthritis Rheum 2012;64:2366-74", "10.1002/art.34373")
CONSOLARO_2014 = Source("C14", "Consolaro A et al. Arthritis Care Res 2014;66:1703-9", "10.1002/acr.22393")
TRINCIANTI_2021 = Source(
    "T21", "Trincianti C et al. Arthritis Rheumatol 2021;73:1966-75", "10.1002/art.41879"
)
HORNEFF_2014 = Source(
    "H14", "Horneff G, Becker I. Rheumatology 2014;53:1229-34", "10.1093/rheumatology/ket470"
)
BULATOVIC_2014 = Source(
    "B14", "JADAS27 important change. Rheumatology 2014", url="pubmed.ncbi.nlm.nih.gov/24162034"
)

PHYSICIAN = ITEMS["physician_global_0_10"]
PARENT = ITEMS["parent_global_0_10"]
ESR = ITEMS["esr_mm_h"]
CRP = ITEMS["crp_mg_l"]

ESR_COUNTS_FROM, ESR_COUNTS_TO = 20, 120  # [C09] mm/h
CRP_COUNTS_FROM, CRP_COUNTS_TO = 10, 110  # [N12] mg/L; the two limits were not read in the paper
CRP_NOT_READ = (
    f"the limits {CRP_COUNTS_FROM} and {CRP_COUNTS_TO} mg/L of the CRP part were not read in the paper"
)

ESR_PART = (clamp(Reading(ESR), ESR_COUNTS_FROM, ESR_COUNTS_TO) - ESR_COUNTS_FROM) / 10  # [C09]
CRP_PART = (clamp(Reading(CRP), CRP_COUNTS_FROM, CRP_COUNTS_TO) - CRP_COUNTS_FROM) / 10  # [N12]


def _cutoffs(
    set_id: str, course: str, source: str, inactive: float, minimal: float, moderate: float
) -> Cutoffs:
    limits = (("inactive", inactive), ("minimal", minimal), ("moderate", moderate), ("high", None))
    return Cutoffs(set_id, course, tuple(Band(state, up_to) for state, up_to in limits), source)


# Set, course, source; inactive, minimal and moderate reach up to and include; above is high.
CUTOFFS = {
    "jadas10": (
        _cutoffs("trincianti2021", "oligo", "T21", 1.4, 4, 13),
        _cutoffs("trincianti2021", "poly", "T21", 2.7, 6, 17),
        _cutoffs("consolaro", "oligo", "C12", 1, 2, 4.2),
        _cutoffs("consolaro", "poly", "C12", 1, 3.8, 10.5),
    ),
    "jadas71": (
        _cutoffs("consolaro", "oligo", "C12", 1, 2, 4.2),
        _cutoffs("consolaro", "poly", "C12", 1, 3.8, 10.5),
    ),
    "jadas27": (
        _cutoffs("consolaro", "oligo", "C12", 1, 2, 4.2),
        _cutoffs("consolaro", "poly", "C12", 1, 3.8, 8.5),
    ),
    "cjadas10": (
        _cutoffs("trincianti2021", "oligo", "T21", 1.1, 4, 12),
        _cutoffs("trincianti2021", "poly", "T21", 2.5, 5, 16),
        _cutoffs("consolaro", "oligo", "C14", 1, 1.5, 4),
        _cutoffs("consolaro", "poly", "C14", 1, 2.5, 8.5),
    ),
}

CUTOFF_SETS = ("trincianti2021", "consolaro")
"""The default first: the 2021 set was endorsed for new work; the older one is always printed beside it."""


_COPIED = (
    "a score from an unknown calculator is recomputed before it is believed: programs were seen that use ESR / 10 "
    "without the 20, that feed CRP undivided, and that take a missing value for 0"
)
NOT_SYSTEMIC = "fever and rash are not in it: another score, not built here, adds them for systemic arthritis"
_TWO_SETS = (
    "the two sets of cut-offs disagree: the one of 2021 calls more children with an active joint inactive"
)
_NOTES = {
    10: (_TWO_SETS, "a joint count made on the list of 27 is no count for this version", _COPIED),
    27: (
        "the cap of 10 joints belongs to the version with 10: a public calculator that caps this one is wrong",
        "the cut-offs of 2021 have no values for this version, and none are borrowed",
        _COPIED,
    ),
    71: ("the cut-offs of 2021 have no values for this version, and none are borrowed", _COPIED),
}


def _joint_count(joints: tuple[str, ...]) -> Item:
    return replace(ITEMS["active_joint_count"], high=len(joints))


def _count_joints(joints: tuple[str, ...], inputs: Inputs) -> Inputs:
    """Joint names become their count on the list that the version needs. Raises ItemOutOfRange where a count given
    beside them is another one: which of the two is right is for the one who recorded them to say."""
    flat = dict(inputs)
    active = flat.pop("active_joints", None)
    if active is None:
        return flat
    if not isinstance(active, list | tuple) or not all(isinstance(joint, str) for joint in active):
        raise not_shaped("active_joints", active, "a list of joint names")
    named, counted = count_on(joints, active), flat.get("active_joint_count")
    if counted is not None and counted != named:
        raise ItemOutOfRange(
            f"active_joints and active_joint_count disagree: {named} of the joints named are on the list of "
            f"{len(joints)}, and the count is {str(counted)[:20]}.",
            hint="give the names or the count; a count is made on the list that the version needs",
        )
    return {**flat, "active_joint_count": named}


def _jadas(version: int, reactant: str) -> Score:
    joints = JOINTS_27 if version == 27 else JOINTS_71
    count = _joint_count(joints)
    counted: Number = (
        clamp(Reading(count), 0, 10) if version == 10 else Reading(count)
    )  # the cap is version 10's alone
    reactant_item, reactant_part = (ESR, ESR_PART) if reactant == "esr" else (CRP, CRP_PART)
    most_joints = min(version, len(joints))
    return Score(
        id=f"jadas{version}_{reactant}",
        title=f"JADAS{version}-{reactant.upper()}",
        diseases=("jia",),
        items=(count, PHYSICIAN, PARENT, reactant_item),
        input_names=("active_joints", "active_joint_count", PHYSICIAN.id, PARENT.id, reactant_item.id),
        unpack=lambda inputs: _count_joints(joints, inputs),
        formula=counted + Reading(PHYSICIAN) + Reading(PARENT) + reactant_part,
        low=0,
        high=most_joints + 30,  # 40, 57, 101 [C09]
        cutoffs=CUTOFFS[f"jadas{version}"],
        important_improvement=5.5 if version == 27 else None,  # [B14]
        important_worsening=1.7 if version == 27 else None,  # [B14]
        sources=(
            CONSOLARO_2009,
            *((NORDAL_2012,) if reactant == "crp" else ()),
            CONSOLARO_2012,
            TRINCIANTI_2021,
        ),
        status="provisional" if reactant == "crp" else "verified",
        provisional=CRP_NOT_READ if reactant == "crp" else "",
        notes=(*_NOTES[version], "ESR and CRP versions are not mixed in one child's series", NOT_SYSTEMIC),
    )


JADAS = tuple(_jadas(version, reactant) for version in (10, 27, 71) for reactant in ("esr", "crp"))

CJADAS10 = Score(
    id="cjadas10",
    title="cJADAS10",
    diseases=("jia",),
    items=(_joint_count(JOINTS_71), PHYSICIAN, PARENT),
    input_names=("active_joints", "active_joint_count", PHYSICIAN.id, PARENT.id),
    unpack=lambda inputs: _count_joints(JOINTS_71, inputs),
    formula=clamp(Reading(_joint_count(JOINTS_71)), 0, 10) + Reading(PHYSICIAN) + Reading(PARENT),
    low=0,
    high=30,  # [C14]
    cutoffs=CUTOFFS["cjadas10"],
    sources=(CONSOLARO_2014, TRINCIANTI_2021),
    notes=(_TWO_SETS, NOT_SYSTEMIC),
)
