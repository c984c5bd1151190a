"""The most used measures once more, slowly: a visit at a time, in exact fractions, from the written definitions.

Nothing is shared with the library: no function, no constant, no list of joints or weights. Whoever typed this
had not read the library's measures. Each function takes the inputs of one measure under their published names
and gives the outputs that the two routes must agree upon. Where the definition leaves a case open, a comment
says which reading is taken.

Sources (each measure names its own): Consolaro 2009, 2012, 2014; Nordal 2012; Trincianti 2021; Giannini 1997;
Wallace 2004, 2011; Brunner 2002, 2018; Singh 1994; Gladman 2002; Petri 1999, 2005; Furie 2009; Franklyn 2016;
Smith 2023, 2024; van Vollenhoven 2021.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

Inputs = Mapping[str, Any]
Truth = bool | None
"""True, False, or None where the chart does not say."""

MET, NOT_MET, INDETERMINATE, NOT_APPLICABLE = "met", "not_met", "indeterminate", "not_applicable"


def exact(number: float | int | str | None) -> Fraction | None:
    """The number somebody wrote, to six decimals: 0.1 + 1.3 in floats is 1.4 here; "<5" is no number."""
    return None if number is None or isinstance(number, str) else Fraction(round(Decimal(repr(number)), 6))


def compare(left: Fraction | None, relation: str, right: Fraction | None) -> Truth:
    if left is None or right is None:
        return None
    match relation:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
    raise AssertionError(relation)


def change(later: Fraction | None, earlier: Fraction | None) -> Fraction | None:
    return None if later is None or earlier is None else later - earlier


def every(parts: Sequence[Truth]) -> Truth:
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def some(parts: Sequence[Truth]) -> Truth:
    if any(part is True for part in parts):
        return True
    return None if any(part is None for part in parts) else False


def opposite(part: Truth) -> Truth:
    return None if part is None else not part


def word(part: Truth) -> str:
    return {True: MET, False: NOT_MET, None: INDETERMINATE}[part]


def between(low: int, number: Fraction, high: int) -> Fraction:
    return Fraction(low) if number < low else Fraction(high) if number > high else number


# --- joints: C1 is the cervical spine; every other joint has a left and a right one


def listed(names: str) -> list[str]:
    return names.split()


IN_BOTH_LISTS = listed("elbow wrist mcp1 mcp2 mcp3 pip1 pip2 pip3 pip4 pip5 hip knee ankle")
IN_THE_71_ALONE = listed(
    "tmj sternoclavicular acromioclavicular shoulder mcp4 mcp5 dip2 dip3 dip4 dip5 subtalar midtarsal "
    "mtp1 mtp2 mtp3 mtp4 mtp5 toe_ip1 toe_ip2 toe_ip3 toe_ip4 toe_ip5"
)


def both_sides(joints: Sequence[str]) -> list[str]:
    return [f"{joint}_{side}" for joint in joints for side in ("l", "r")]


JOINTS_27 = ["cspine", *both_sides(IN_BOTH_LISTS)]
JOINTS_71 = [*JOINTS_27, *both_sides(IN_THE_71_ALONE)]


def joints_counted(inputs: Inputs, joint_list: Sequence[str]) -> int | None:
    if inputs.get("active_joints") is not None:
        return sum(1 for joint in joint_list if joint in inputs["active_joints"])
    count = inputs.get("active_joint_count")  # a total is taken as counted on the list that the version needs
    return None if count is None else int(count)


# --- JADAS: Consolaro 2009 (ESR), Nordal 2012 (CRP), Consolaro 2014 (clinical)


Span = tuple[Fraction, Fraction] | Fraction | None
"""A component: a number, or (lowest, highest) where only that is known, or None where the whole range is open."""


def esr_points(inputs: Inputs) -> Fraction | None:
    esr = exact(inputs.get("esr_mm_h"))
    return None if esr is None else (between(20, esr, 120) - 20) / 10


def below_detection(value: Any) -> Fraction | None:
    """The bound of a value written as "<5"."""
    return exact(float(value.removeprefix("<"))) if isinstance(value, str) else None


def crp_points(inputs: Inputs) -> Span:
    bound = below_detection(inputs.get("crp_mg_l"))
    crp = exact(inputs.get("crp_mg_l")) if bound is None else bound
    if crp is None:
        return None
    points = (between(10, crp, 110) - 10) / 10
    return points if bound is None or points == 0 else (Fraction(0), points)


def total(parts: Mapping[str, Span], highest: Mapping[str, int]) -> dict[str, Any]:
    """The sum, or what it could be with each missing component at its lowest (0) and its highest."""
    missing = [name for name, part in parts.items() if not isinstance(part, Fraction)]
    low = high = Fraction(0)
    for name, part in parts.items():
        if part is None:
            part = (Fraction(0), Fraction(highest.get(name, 10)))
        low += part[0] if isinstance(part, tuple) else part
        high += part[1] if isinstance(part, tuple) else part
    if missing:
        bounds = {"lower_bound": low, "upper_bound": high}
        return {"value": None, "status": "not_computable", "missing": missing, **bounds}
    return {"value": low, "status": "ok", "missing": []}


def globals_and_joints(inputs: Inputs, joints: int | None) -> dict[str, Span]:
    return {
        "active_joint_count": None if joints is None else Fraction(joints),
        "physician_global_0_10": exact(inputs.get("physician_global_0_10")),
        "parent_global_0_10": exact(inputs.get("parent_global_0_10")),
    }


def at_most_ten(joints: int | None) -> int | None:
    return None if joints is None else min(joints, 10)


def jadas10_esr(inputs: Inputs) -> dict[str, Any]:
    joints = at_most_ten(joints_counted(inputs, JOINTS_71))
    return total({**globals_and_joints(inputs, joints), "esr_mm_h": esr_points(inputs)}, {})


def jadas27_esr(inputs: Inputs) -> dict[str, Any]:
    joints = joints_counted(inputs, JOINTS_27)
    parts = {**globals_and_joints(inputs, joints), "esr_mm_h": esr_points(inputs)}
    return total(parts, {"active_joint_count": 27})


def jadas71_crp(inputs: Inputs) -> dict[str, Any]:
    joints = joints_counted(inputs, JOINTS_71)
    parts = {**globals_and_joints(inputs, joints), "crp_mg_l": crp_points(inputs)}
    return total(parts, {"active_joint_count": 71})


def cjadas10(inputs: Inputs) -> dict[str, Any]:
    return total(globals_and_joints(inputs, at_most_ten(joints_counted(inputs, JOINTS_71))), {})


# --- JADAS states: set, score, course, and the highest inactive, minimal and moderate value

STATE_LIMITS = """
    trincianti2021 jadas10  oligo 1.4 4   13
    trincianti2021 jadas10  poly  2.7 6   17
    trincianti2021 cjadas10 oligo 1.1 4   12
    trincianti2021 cjadas10 poly  2.5 5   16
    consolaro      jadas10  oligo 1   2   4.2
    consolaro      jadas71  oligo 1   2   4.2
    consolaro      jadas10  poly  1   3.8 10.5
    consolaro      jadas71  poly  1   3.8 10.5
    consolaro      jadas27  oligo 1   2   4.2
    consolaro      jadas27  poly  1   3.8 8.5
    consolaro      cjadas10 oligo 1   1.5 4
    consolaro      cjadas10 poly  1   2.5 8.5
"""


def state_limits(cutoff_set: str, score: str, course: str) -> list[Fraction] | None:
    for line in STATE_LIMITS.strip().splitlines():
        named, limits = line.split()[:3], line.split()[3:]
        if named == [cutoff_set, score, course]:
            return [Fraction(Decimal(limit)) for limit in limits]
    return None


def jadas_state(inputs: Inputs) -> dict[str, Any]:
    limits = state_limits(inputs["cutoff_set"], inputs["score"], inputs["course"])
    value = exact(inputs.get("value"))
    if limits is None:  # the 2021 set has no JADAS27 and no JADAS71: nothing is borrowed
        return {"state": NOT_APPLICABLE, "status": NOT_APPLICABLE}
    if value is None:
        return {"state": None, "status": "not_computable"}
    for state, limit in zip(("inactive", "minimal", "moderate"), limits, strict=True):
        if value <= limit:
            return {"state": state, "status": "ok"}
    return {"state": "high", "status": "ok"}


# --- ACR Pedi (Giannini 1997) and the flare of 2002 (Brunner): six components, lower is better

FIVE_COMPONENTS = (
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
)


def pairs(inputs: Inputs) -> list[tuple[Fraction | None, Fraction | None]]:
    """Six components, each before and now; the reactant is ESR at both visits, or else CRP at both."""
    before, now = inputs["baseline"], inputs["current"]
    crp_at_both = before.get("crp_mg_l") is not None and now.get("crp_mg_l") is not None
    esr_at_both = before.get("esr_mm_h") is not None and now.get("esr_mm_h") is not None
    reactant = "crp_mg_l" if crp_at_both and not esr_at_both else "esr_mm_h"
    return [(exact(before.get(name)), exact(now.get(name))) for name in (*FIVE_COMPONENTS, reactant)]


def improved(before: Fraction | None, now: Fraction | None, percent: int) -> Truth:
    if before is None or now is None:
        return None
    return before != 0 and 100 * (before - now) >= percent * before


def worsened(before: Fraction | None, now: Fraction | None, percent: int, *, on_the_limit: bool) -> Truth:
    if before is None or now is None:
        return None
    if before == 0:
        return now > 0
    rise, limit = 100 * (now - before), percent * before
    return rise >= limit if on_the_limit else rise > limit


def acr_pedi(inputs: Inputs) -> dict[str, str]:
    answer = {}
    for level in (30, 50, 70, 90, 100):
        better = [improved(before, now, level) for before, now in pairs(inputs)]
        worse = [worsened(before, now, 30, on_the_limit=False) for before, now in pairs(inputs)]
        t, w, u = better.count(True), worse.count(True), better.count(None)
        if t >= 3 and w + u <= 1:
            answer[f"acr{level}"] = MET
        elif t + u < 3 or w > 1:
            answer[f"acr{level}"] = NOT_MET
        else:
            answer[f"acr{level}"] = INDETERMINATE
    return answer


def jia_flare_brunner2002(inputs: Inputs) -> dict[str, str]:
    worse = [worsened(before, now, 40, on_the_limit=True) for before, now in pairs(inputs)]
    better = [improved(before, now, 30) for before, now in pairs(inputs)]
    w, t, u = worse.count(True), better.count(True), worse.count(None)
    if w + u < 2 or t > 1:
        return {"result": NOT_MET}
    return {"result": MET if w >= 2 and t + u <= 1 else INDETERMINATE}


# --- inactive disease (Wallace 2011) and remission (Wallace 2004)

INACTIVE_DISEASE_CATEGORIES = listed("oligo_persistent oligo_extended poly_rf_neg poly_rf_pos systemic")


def reactant_fits(value: float | str, limit: Fraction | None, due_to_jia: Truth) -> Truth:
    """A measured reactant is normal, or raised and documented as not due to the arthritis.

    With that documented it fits whatever the laboratory's limit. A value below detection is normal if even its
    bound is, and otherwise tells nothing.
    """
    if due_to_jia is False:
        return True
    bound = below_detection(value)
    if bound is None:
        return compare(exact(value), "<=", limit)
    return True if compare(bound, "<=", limit) else None


def reactants_fit(inputs: Inputs) -> Truth:
    """Both, if both were measured. With neither measured there is nothing that an explanation could explain."""
    due_to_jia = inputs.get("elevation_attributable_to_jia")
    measured = [
        reactant_fits(inputs[name], exact(inputs.get(limit)), due_to_jia)
        for name, limit in (("esr_mm_h", "esr_uln"), ("crp_mg_l", "crp_uln"))
        if inputs.get(name) is not None
    ]
    return every(measured) if measured else None


def jia_cid_wallace2011(inputs: Inputs) -> dict[str, str]:
    if inputs.get("ilar_category") is None:  # perhaps a category that the criteria do not fit
        return {"result": INDETERMINATE}
    if inputs["ilar_category"] not in INACTIVE_DISEASE_CATEGORIES:
        return {"result": NOT_APPLICABLE}
    best = inputs.get("physician_global_best")
    parts = [
        compare(exact(inputs.get("active_joint_count")), "==", Fraction(0)),
        opposite(inputs.get("systemic_features_present")),
        opposite(inputs.get("active_uveitis")),
        reactants_fit(inputs),
        compare(exact(inputs.get("physician_global")), "==", Fraction(0) if best is None else exact(best)),
        compare(exact(inputs.get("morning_stiffness_min")), "<=", Fraction(15)),
    ]
    return {"result": word(every(parts))}


def months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def state_at_last_visit(visits: Sequence[Inputs]) -> str:
    last = visits[-1]
    if last["cid"] != MET:
        return "active" if last["cid"] == NOT_MET else INDETERMINATE
    began = last["date"]
    for visit in reversed(visits):
        if visit["cid"] != MET or visit["on_medication"] != last["on_medication"]:
            break
        began = visit["date"]
    months, remission = (6, "crm") if last["on_medication"] else (12, "cr")
    lasted = date.fromisoformat(last["date"]) >= months_later(date.fromisoformat(began), months)
    return remission if lasted else "cid"


def jia_remission_wallace(inputs: Inputs) -> dict[str, str]:
    """Where it is not recorded whether a drug was taken: the state if both answers lead to it, at every such visit."""
    visits = sorted(inputs["visits"], key=lambda visit: visit["date"])
    answers = [(True, False) if v["on_medication"] is None else (v["on_medication"],) for v in visits]
    states = {
        state_at_last_visit([{**v, "on_medication": flag} for v, flag in zip(visits, flags, strict=True)])
        for flags in product(*answers)
    }
    return {"state": states.pop() if len(states) == 1 else INDETERMINATE}


# --- CHAQ disability index (Singh 1994)

CHAQ_DOMAINS = listed("dressing_grooming arising eating walking hygiene reach grip activities")


def chaq_di(inputs: Inputs) -> dict[str, Any]:
    scores, missing = [], []
    for domain in CHAQ_DOMAINS:
        answered = [item for item in inputs["items"].get(domain) or [] if item not in (None, "NA")]
        if not answered:
            missing.append(domain)
        elif domain in (inputs.get("aids_or_help") or []):  # unrecorded: the index without aids
            scores.append(max(max(answered), 2))
        else:
            scores.append(max(answered))
    if len(scores) < 6:
        return {"value": None, "status": "not_computable", "missing": missing}
    return {"value": Fraction(sum(scores), len(scores)), "status": "ok", "missing": []}


# --- SLEDAI-2K (Gladman 2002)

SLEDAI_EIGHT = listed(
    "seizure psychosis organic_brain_syndrome visual_disturbance cranial_nerve_disorder lupus_headache cva vasculitis"
)
SLEDAI_FOUR = listed("arthritis myositis urinary_casts haematuria proteinuria pyuria")
SLEDAI_TWO = listed("rash alopecia mucosal_ulcers pleurisy pericarditis low_complement increased_dna_binding")
SLEDAI_ONE = listed("fever thrombocytopenia leukopenia")
SLEDAI_ITEMS = [*SLEDAI_EIGHT, *SLEDAI_FOUR, *SLEDAI_TWO, *SLEDAI_ONE]


def sledai_points(items: Sequence[str]) -> int:
    tiers = ((8, SLEDAI_EIGHT), (4, SLEDAI_FOUR), (2, SLEDAI_TWO), (1, SLEDAI_ONE))
    return sum(points for points, tier in tiers for item in tier if item in items)


def sledai_2k(inputs: Inputs) -> dict[str, Any]:
    lowest = sledai_points(inputs["present"])
    not_recorded = inputs.get("not_recorded") or []
    if not not_recorded:
        return {"value": lowest, "status": "ok", "missing": []}
    return {
        "value": None,
        "status": "not_computable",
        "missing": sorted(not_recorded),
        "lower_bound": lowest,
        "upper_bound": lowest + sledai_points(not_recorded),
    }


# --- SRI-4 (Furie 2009)


def sri4(inputs: Inputs) -> dict[str, str]:
    fall = change(exact(inputs.get("baseline_sledai")), exact(inputs.get("current_sledai")))
    pga_rise = change(exact(inputs.get("current_pga_0_3")), exact(inputs.get("baseline_pga_0_3")))
    measured = [compare(fall, ">=", Fraction(4)), compare(pga_rise, "<", Fraction(3, 10))]
    bilag = [
        compare(exact(inputs.get("new_bilag_a")), "==", Fraction(0)),
        compare(exact(inputs.get("new_bilag_b")), "<=", Fraction(1)),
    ]
    return {"result": word(every([*measured, *bilag])), "sledai_pga_part": word(every(measured))}


# --- low disease activity (Franklyn 2016, Smith 2023) and remission (van Vollenhoven 2021, Smith 2024)

LLDAS_MAJOR_ORGAN = listed(
    "seizure psychosis organic_brain_syndrome visual_disturbance cranial_nerve_disorder lupus_headache cva "
    "vasculitis urinary_casts haematuria proteinuria pyuria pleurisy pericarditis fever"
)


def dose_within(inputs: Inputs, *, mg_day: str, mg_kg_day: str | None) -> Truth:
    """Below the fixed limit and, for a child, below the limit by weight.

    No prednisolone at all is within a limit by any weight: the weight need not be known.
    """
    dose = exact(inputs.get("prednisolone_mg_day"))
    fixed = compare(dose, "<=", Fraction(Decimal(mg_day)))
    if mg_kg_day is None or dose == 0:
        return fixed
    weight = exact(inputs.get("weight_kg"))
    by_weight = None if weight is None else Fraction(Decimal(mg_kg_day)) * weight
    return every([fixed, compare(dose, "<=", by_weight)])


def low_activity(inputs: Inputs, dose_is_low: Truth) -> dict[str, str]:
    present, unknown = inputs.get("present"), inputs.get("not_recorded") or []
    if present is None:
        score_is_low = organs_are_quiet = None
    else:
        lowest, highest = sledai_points(present), sledai_points([*present, *unknown])
        score_is_low = False if lowest > 4 else True if highest <= 4 else None
        organs_are_quiet = every(
            [False if organ in present else None if organ in unknown else True for organ in LLDAS_MAJOR_ORGAN]
        )
    parts = [
        score_is_low,
        organs_are_quiet,
        opposite(inputs.get("haemolytic_anaemia")),
        opposite(inputs.get("gi_activity")),
        opposite(inputs.get("new_activity_since_last")),
        compare(exact(inputs.get("pga_0_3")), "<=", Fraction(1)),
        dose_is_low,
        inputs.get("standard_treatment_stable"),
    ]
    return {"result": word(every(parts))}


def lldas(inputs: Inputs) -> dict[str, str]:
    return low_activity(inputs, dose_within(inputs, mg_day="7.5", mg_kg_day=None))


def clldas(inputs: Inputs) -> dict[str, str]:
    return low_activity(inputs, dose_within(inputs, mg_day="7.5", mg_kg_day="0.15"))


def remission(inputs: Inputs, dose_is_low: Truth) -> dict[str, str]:
    parts = [
        compare(exact(inputs.get("clinical_sledai_2k")), "==", Fraction(0)),
        compare(exact(inputs.get("pga_0_3")), "<", Fraction(1, 2)),
        dose_is_low,
        inputs.get("treatment_stable"),
    ]
    return {"result": word(every(parts))}


def doris_2021(inputs: Inputs) -> dict[str, str]:
    return remission(inputs, dose_within(inputs, mg_day="5", mg_kg_day=None))


def csle_ccr(inputs: Inputs) -> dict[str, str]:
    return remission(inputs, dose_within(inputs, mg_day="5", mg_kg_day="0.1"))


# --- flares of lupus: SELENA (Petri 1999, 2005) and Brunner 2018


def selena_flare_index(inputs: Inputs) -> dict[str, str]:
    """A comparison is unknown where one of its numbers is missing; a row is decided by the parts that are known."""
    sledai = [exact(inputs.get(f"{when}_sledai")) for when in ("previous", "current")]
    pga = [exact(inputs.get(f"{when}_pga_0_3")) for when in ("previous", "current")]
    prednisone = [exact(inputs.get(f"{when}_prednisone_mg_kg_day")) for when in ("previous", "current")]
    sledai_rise, pga_rise = change(sledai[1], sledai[0]), change(pga[1], pga[0])
    severe_signs, mild_signs = (
        None if inputs.get(f"{grade}_manifestations") is None else bool(inputs[f"{grade}_manifestations"])
        for grade in ("severe", "mild")
    )
    above_12 = compare(sledai[1], ">", Fraction(12))
    was_not = compare(sledai[0], "<=", Fraction(12))
    rose_3 = compare(sledai_rise, ">=", Fraction(3))
    more_prednisone = compare(prednisone[1], ">", prednisone[0])
    severe = [
        every([above_12, some([was_not, rose_3])]),
        every([severe_signs, inputs.get("severe_manifestation_needed_treatment")]),
        every([more_prednisone, compare(prednisone[1], ">", Fraction(1, 2))]),
        inputs.get("new_cyc_aza_mtx_mmf"),
        inputs.get("hospitalised_for_sle"),
        every([compare(pga_rise, ">", Fraction(0)), compare(pga[1], ">", Fraction(5, 2))]),
    ]
    mild = [
        rose_3,
        mild_signs,
        more_prednisone,
        inputs.get("new_nsaid_or_hcq_for_sle"),
        compare(pga_rise, ">=", Fraction(1)),
    ]
    if some(severe) is True:
        return {"flare": "severe"}
    if some(mild) is True:
        return {"flare": "mild_moderate"}
    return {"flare": INDETERMINATE if None in (*severe, *mild) else "none"}


def csle_flare_2018(inputs: Inputs) -> dict[str, Any]:
    weights = {
        "delta_sledai": "0.5",
        "delta_upcr_g_g": "0.45",
        "delta_md_global_0_10": "0.5",
        "delta_esr_mm_h": "0.02",
    }
    missing = [name for name in weights if inputs.get(name) is None]
    if missing:
        return {"value": None, "grade": None, "status": "not_computable", "missing": missing}
    value = sum(Fraction(Decimal(weight)) * Fraction(repr(inputs[name])) for name, weight in weights.items())
    grades = (("major", "6.4"), ("moderate", "3"), ("minor", "0.6"))
    reached = [grade for grade, limit in grades if value >= Fraction(Decimal(limit))]
    return {"value": value, "grade": reached[0] if reached else "none", "status": "ok", "missing": []}


# --- glucocorticoids: milligrams that equal 5 mg of prednisone

MG_EQUAL_TO_PREDNISONE_5 = {
    "prednisone": "5",
    "prednisolone": "5",
    "methylprednisolone": "4",
    "triamcinolone": "4",
    "hydrocortisone": "20",
    "cortisone": "25",
    "dexamethasone": "0.75",
    "betamethasone": "0.6",
    "deflazacort": "6",
}


def prednisone_equivalent(inputs: Inputs) -> dict[str, Fraction | None]:
    dose = exact(inputs.get("dose_mg"))
    if dose is None or inputs.get("drug") is None:
        return {"value": None}
    return {"value": dose * 5 / Fraction(Decimal(MG_EQUAL_TO_PREDNISONE_5[inputs["drug"]]))}


SECOND_ROUTE: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    route.__name__: route
    for route in (
        jadas10_esr,
        jadas27_esr,
        jadas71_crp,
        cjadas10,
        jadas_state,
        acr_pedi,
        jia_flare_brunner2002,
        jia_cid_wallace2011,
        jia_remission_wallace,
        chaq_di,
        sledai_2k,
        sri4,
        lldas,
        clldas,
        doris_2021,
        csle_ccr,
        selena_flare_index,
        csle_flare_2018,
        prednisone_equivalent,
    )
}
