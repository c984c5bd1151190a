"""Slow twins of ten lupus measures: plain Python from the published definitions, sharing no function with the library.

Numbers are exact decimals. Three values are written out case by case, as "any false: fails; any unknown: cannot tell".
A missing input is None. Each twin takes a calculator's inputs and gives the answer that the library has to give.
"""

from decimal import Decimal

WEIGHTS = {
    "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8, "cranial_nerve_disorder": 8,
    "lupus_headache": 8, "cva": 8, "vasculitis": 8, "arthritis": 4, "myositis": 4, "urinary_casts": 4,
    "haematuria": 4, "proteinuria": 4, "pyuria": 4, "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2,
    "pericarditis": 2, "low_complement": 2, "increased_dna_binding": 2, "fever": 1, "thrombocytopenia": 1,
    "leukopenia": 1,
}  # fmt: skip
SEROLOGICAL = {"low_complement", "increased_dna_binding"}
BRAIN = ["seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve_disorder",
         "lupus_headache", "cva"]  # fmt: skip
KIDNEY = ["urinary_casts", "haematuria", "proteinuria", "pyuria"]
MAJOR = [*BRAIN, "vasculitis", *KIDNEY, "pleurisy", "pericarditis", "fever"]


def exact(value):
    return None if value is None else Decimal(str(value))


def together(parts):
    """met if every part is True, not_met as soon as one is False, else indeterminate."""
    for part in parts:
        if part is False:
            return "not_met"
    for part in parts:
        if part is None:
            return "indeterminate"
    return "met"


def sledai(present, not_recorded, *, clinical=False):
    """(value, lowest, highest); value None if an item that counts is not recorded."""
    counted = [key for key in WEIGHTS if not (clinical and key in SEROLOGICAL)]
    lowest = highest = 0
    complete = True
    for key in counted:
        if key in not_recorded:
            highest += WEIGHTS[key]
            complete = False
        elif key in present:
            lowest += WEIGHTS[key]
            highest += WEIGHTS[key]
    return (lowest if complete else None), lowest, highest


def sri4(x):
    """(result, part of SLEDAI and global)."""
    before, now = x["baseline_sledai"], x["current_sledai"]
    fell = None if before is None or now is None else before - now >= 4
    first, last = exact(x["baseline_pga_0_3"]), exact(x["current_pga_0_3"])
    no_worse = None if first is None or last is None else last - first < Decimal("0.3")
    no_a = None if x["new_bilag_a"] is None else x["new_bilag_a"] == 0
    few_b = None if x["new_bilag_b"] is None else x["new_bilag_b"] <= 1
    return together([fell, no_worse, no_a, few_b]), together([fell, no_worse])


def absent(value):
    return None if value is None else not value


def dose_allowed(mg, weight, per_kg, most):
    """Whether a dose is within per_kg times the weight, and within `most`. Without a weight the limit lies between 0
    and `most`."""
    mg, weight, most = exact(mg), exact(weight), Decimal(str(most))
    if mg is None:
        return None
    if weight is None:
        if mg == 0:
            return True
        return False if mg > most else None
    return mg <= min(Decimal(str(per_kg)) * weight, most)


def low_activity(x, *, child):
    _, lowest, highest = sledai(x["present"], x["not_recorded"])
    small = True if highest <= 4 else False if lowest > 4 else None
    organs_quiet: bool | None = True
    for key in MAJOR:
        if key in x["not_recorded"] and organs_quiet is True:
            organs_quiet = None
    for key in MAJOR:
        if key in x["present"]:
            organs_quiet = False
    global_low = None if x["pga_0_3"] is None else exact(x["pga_0_3"]) <= 1
    mg = x["prednisolone_mg_day"]
    if child:
        dose = dose_allowed(mg, x["weight_kg"], "0.15", "7.5")
    else:
        dose = None if mg is None else exact(mg) <= Decimal("7.5")
    return together(
        [
            small,
            organs_quiet,
            absent(x["haemolytic_anaemia"]),
            absent(x["gi_activity"]),
            absent(x["new_activity_since_last"]),
            global_low,
            dose,
            x["standard_treatment_stable"],
        ]
    )


def remission(x, kind):
    score = x["clinical_sledai_2k"]
    quiet = None if score is None else score == 0
    pga = None if x["pga_0_3"] is None else exact(x["pga_0_3"]) < Decimal("0.5")
    mg = exact(x["prednisolone_mg_day"])
    none_taken = None if mg is None else mg == 0
    if kind == "doris_2021":
        return together([quiet, pga, None if mg is None else mg <= 5, x["treatment_stable"]])
    if kind == "doris_2021_off":
        return together([quiet, pga, none_taken, absent(x["on_immunosuppressive_or_biologic"])])
    if kind == "csle_ccr":
        dose = dose_allowed(mg, x["weight_kg"], "0.1", "5")
        return together([quiet, pga, dose, x["treatment_stable"]])
    assert kind == "csle_ccr0"
    return together([quiet, pga, none_taken, x["treatment_stable"]])


def printo(baseline, current):
    """At least t better, u unknown, w worse, of five: met if t >= 2 and w + u <= 1; not met if t + u < 2 or w > 1."""
    better = worse = unknown = 0
    for name in ("md_global_0_10", "sledai", "proteinuria_g_24h", "parent_global_0_10", "hrql_higher_better"):
        before, now = exact(baseline[name]), exact(current[name])
        if before is None or now is None:
            unknown += 1
            continue
        rise = now - before
        if name == "hrql_higher_better":
            rise = -rise
        if before == 0:
            worse += rise > 0
            continue
        percent = 100 * rise / before
        better += percent <= -50
        worse += percent > 30
    if better >= 2 and worse + unknown <= 1:
        return "met"
    if better + unknown < 2 or worse > 1:
        return "not_met"
    return "indeterminate"


def childhood_flare(changes, *, bilag):
    """(value, grade), both None if a change is missing."""
    index, upcr, global_, esr = (exact(change) for change in changes)
    if None in (index, upcr, global_, esr):
        return None, None
    first, second = ("0.4", "0.65") if bilag else ("0.5", "0.45")
    value = Decimal(first) * index + Decimal(second) * upcr + global_ / 2 + esr / 50
    limits = ("7.4", "3.7", "2.2") if bilag else ("6.4", "3.0", "0.6")
    for grade, limit in zip(("major", "moderate", "minor"), limits, strict=True):
        if value >= Decimal(limit):
            return value, grade
    return value, "none"


def kdigo(x):
    complete, upper = (50, 300) if x["unit"] == "mg/mmol" else (Decimal("0.5"), 3)
    before, now = exact(x["baseline_upcr"]), exact(x["current_upcr"])
    start, end = exact(x["baseline_egfr"]), exact(x["current_egfr"])
    if before is None or now is None:
        # Nothing but a fall of kidney function, or a ratio that no baseline could make a response, is certain then;
        # and whether the rule applies needs the baseline.
        if before is None or before < complete:
            return "not_applicable" if before is not None else "indeterminate"
        lost = start is not None and end is not None and end < start * Decimal("0.85")
        return "none" if lost else "indeterminate"
    if before < complete:
        return "not_applicable"
    if now < complete:
        reached = "complete"
    elif (before - now) / before >= Decimal("0.5") and now < upper:
        reached = "partial"
    else:
        return "none"
    if start is None or end is None:
        return "indeterminate"
    return reached if end >= start * Decimal("0.85") else "none"
