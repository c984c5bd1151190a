"""Childhood lupus: measures dossier 2.1 to 2.7."""

from __future__ import annotations

from fractions import Fraction

from leadline.casebook.case import Assessment, Case
from tests.verdicts.twin.arthritis import better_by, worse_by
from tests.verdicts.twin.basics import (
    Truth,
    agreed,
    all_of,
    any_of,
    at_most,
    baseline,
    below,
    day_of,
    decided,
    no,
    number,
    opposite,
    yes,
)
from tests.verdicts.twin.drugs import (
    IMMUNOSUPPRESSIVE,
    any_running,
    dose_at_most,
    goes_on_from_another,
    prednisone_mg_day,
    prednisone_mg_kg_day,
    times_weight,
    weight_at,
)

WEIGHTS = {
    "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8, "cranial_nerve_disorder": 8,
    "lupus_headache": 8, "cva": 8, "vasculitis": 8, "arthritis": 4, "myositis": 4, "urinary_casts": 4,
    "haematuria": 4, "proteinuria": 4, "pyuria": 4, "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2,
    "pericarditis": 2, "low_complement": 2, "increased_dna_binding": 2, "fever": 1, "thrombocytopenia": 1,
    "leukopenia": 1,
}  # fmt: skip
SEROLOGY = {"low_complement", "increased_dna_binding"}
MAJOR_ORGANS = [
    "seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve_disorder",
    "lupus_headache", "cva", "vasculitis", "urinary_casts", "haematuria", "proteinuria", "pyuria", "pleurisy",
    "pericarditis", "fever",
]  # fmt: skip
MILD = ["rash", "mucosal_ulcers", "pleurisy", "pericarditis", "arthritis", "fever"]
SLEDAI_ITEMS = [f"sledai_{key}" for key in WEIGHTS]


def sledai_bounds(visit: Assessment | None, *, clinical: bool = False) -> tuple[int, int]:
    low = high = 0
    for key, weight in WEIGHTS.items():
        if clinical and key in SEROLOGY:
            continue
        present = yes(visit, f"sledai_{key}") if visit else None
        low += weight if present is True else 0
        high += weight if present is not False else 0
    return low, high


def sledai(visit: Assessment | None) -> int | None:
    low, high = sledai_bounds(visit)
    return low if low == high else None


def sledai_baseline(case: Case) -> Assessment | None:
    return baseline(case, [*SLEDAI_ITEMS, "pga_0_3"])


def sledai_falls_by_4(case: Case, now: Assessment) -> Truth:
    """Also where findings are missing, if the fall is the same whatever they were."""
    if sledai_baseline(case) is None:
        return None
    before, after = sledai_bounds(sledai_baseline(case)), sledai_bounds(now)
    return decided(before[0] - after[1] >= 4, before[1] - after[0] >= 4)


def pga_does_not_rise(case: Case, now: Assessment) -> Truth:
    before, after = number(sledai_baseline(case), "pga_0_3"), number(now, "pga_0_3")
    return None if before is None or after is None else after - before < Fraction("0.3")


def sri4(case: Case, now: Assessment) -> Truth:
    return all_of(
        sledai_falls_by_4(case, now),
        at_most(number(now, "new_bilag_a"), "0"),
        at_most(number(now, "new_bilag_b"), "1"),
        pga_does_not_rise(case, now),
    )


def sledai_pga_part(case: Case, now: Assessment) -> Truth:
    return all_of(sledai_falls_by_4(case, now), pga_does_not_rise(case, now))


def printo(case: Case, now: Assessment) -> Truth:
    """At least two of five improve by 50 %, no more than one of the rest worsens by more than 30 %."""
    four = ["physician_global_0_10", "parent_global_0_10", "proteinuria_g_24h", "hrql_higher_better"]
    before = baseline(case, [*four, *SLEDAI_ITEMS])
    improved: list[Truth] = []
    worsened: list[Truth] = []
    pairs = [(number(before, item), number(now, item)) for item in four[:3]]
    if before is None:
        improved.append(None)
        worsened.append(None)
    else:
        (low_then, high_then), (low_now, high_now) = sledai_bounds(before), sledai_bounds(now)
        ends = [
            (Fraction(then), Fraction(after))
            for then in (low_then, high_then)
            for after in (low_now, high_now)
        ]
        improved.append(agreed([better_by(pair, 50) for pair in ends]))
        worsened.append(agreed([worse_by(pair, 30, more_than=True) for pair in ends]))
    for pair in pairs:
        improved.append(better_by(pair, 50))
        worsened.append(worse_by(pair, 30, more_than=True))
    quality_before, quality_now = number(before, "hrql_higher_better"), number(now, "hrql_higher_better")
    if quality_before is None or quality_now is None:
        improved.append(None)
        worsened.append(None)
    else:
        improved.append(quality_before > 0 and (quality_now - quality_before) * 100 >= 50 * quality_before)
        worsened.append((quality_before - quality_now) * 100 > 30 * quality_before)
    better, perhaps_better = improved.count(True), improved.count(None)
    worse, perhaps_worse = worsened.count(True), worsened.count(None)
    if better >= 2 and worse + perhaps_worse <= 1:
        return True
    return False if better + perhaps_better < 2 or worse > 1 else None


def low_disease_activity(case: Case, now: Assessment, *, childhood: bool) -> Truth:
    total = sledai_bounds(now)
    low_total: Truth = True if total[1] <= 4 else False if total[0] > 4 else None
    dose, weight = prednisone_mg_day(case, day_of(now)), weight_at(case, day_of(now))
    dose_is_low = dose_at_most(dose, Fraction("7.5"))
    if childhood:
        dose_is_low = all_of(dose_is_low, dose_at_most(dose, times_weight("0.15", weight)))
    return all_of(
        low_total,
        *(no(now, f"sledai_{key}") for key in MAJOR_ORGANS),
        no(now, "haemolytic_anaemia"),
        no(now, "gi_activity"),
        no(now, "new_activity_since_last"),
        at_most(number(now, "pga_0_3"), "1"),
        dose_is_low,
        yes(now, "standard_treatment_stable"),
    )


def lupus_quiet(now: Assessment) -> Truth:
    low, high = sledai_bounds(now, clinical=True)
    zero: Truth = True if high == 0 else False if low > 0 else None
    return all_of(zero, below(number(now, "pga_0_3"), "0.5"))


def lupus_remission(case: Case, now: Assessment) -> Truth:
    dose, weight = prednisone_mg_day(case, day_of(now)), weight_at(case, day_of(now))
    stable = yes(now, "treatment_stable")
    doris = all_of(lupus_quiet(now), dose_at_most(dose, Fraction(5)), stable)
    childhood = all_of(doris, dose_at_most(dose, times_weight("0.1", weight)))
    return any_of(doris, childhood, lupus_remission_off(case, now))


def lupus_remission_off(case: Case, now: Assessment) -> Truth:
    dose = prednisone_mg_day(case, day_of(now))
    treated = any_running(case, day_of(now), IMMUNOSUPPRESSIVE - {"antimalarial", "glucocorticoid"})
    doris_off = all_of(lupus_quiet(now), dose_at_most(dose, Fraction(0)), opposite(treated))
    childhood_off = all_of(lupus_quiet(now), dose_at_most(dose, Fraction(0)), yes(now, "treatment_stable"))
    return any_of(doris_off, childhood_off)


def selena_flare(case: Case, now: Assessment) -> Truth:
    """True if a row fires. Never False: hospital, haemolysis and the rest of its rows are in no item of a visit."""
    before = sledai_baseline(case)
    if before is None:
        return None
    fired = []
    highest_then, lowest_now = sledai_bounds(before)[1], sledai_bounds(now)[0]
    fired.append(lowest_now - highest_then >= 3)
    fired.append(highest_then <= 12 < lowest_now)
    old_pga, new_pga = number(before, "pga_0_3"), number(now, "pga_0_3")
    if old_pga is not None and new_pga is not None:
        fired.append(new_pga - old_pga >= 1)
        fired.append(new_pga > Fraction("2.5") and new_pga > old_pga)
    old_dose, new_dose = (prednisone_mg_kg_day(case, day_of(one)) for one in (before, now))
    if old_dose is not None and new_dose is not None:
        fired.append(new_dose > old_dose)
    fired += [no(before, f"sledai_{key}") is True and yes(now, f"sledai_{key}") is True for key in MILD]
    for course in case.courses:
        rows = (
            "cyclophosphamide",
            "azathioprine",
            "methotrexate",
            "mycophenolic acid",
            "hydroxychloroquine",
            "ibuprofen",
        )
        if course.substance in rows and course.start and day_of(before) < course.start.first <= day_of(now):
            fired.append(not goes_on_from_another(case, course))
    return True if True in fired else None


def flare_2018(case: Case, now: Assessment) -> Truth:
    items = ["upcr_g_g", "physician_global_0_10", "esr_mm_h"]
    before = baseline(case, [*SLEDAI_ITEMS, *items])
    old, new = sledai(before), sledai(now)
    if old is None or new is None:
        return None
    weights = [Fraction("0.45"), Fraction("0.5"), Fraction("0.02")]
    value = Fraction("0.5") * (new - old)
    for weight, item in zip(weights, items, strict=True):
        first, last = number(before, item), number(now, item)
        if first is None or last is None:
            return None
        value += weight * (last - first)
    return value >= Fraction("0.6")
