"""What is measured of invented children: items that follow from the hidden activity, with noise and with gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadline.casebook.examples.cohort import PLANNED_DAYS, Cohort, Days, Flags, Numbers, Rng
from leadline.casebook.items import SLEDAI_FINDINGS


@dataclass(frozen=True, slots=True)
class _Laboratory:
    """A laboratory value: what it is at activity 0 and 1, its spread, unit and normal limits."""

    quiet: float
    active: float
    spread: float
    digits: int
    unit: str
    low: float | None = None
    high: float | None = None


LABORATORY = {
    "esr_mm_h": _Laboratory(8, 75, 0.25, 0, "mm/h", high=20),
    "crp_mg_l": _Laboratory(2, 55, 0.4, 1, "mg/L", high=5),
    "haemoglobin_g_dl": _Laboratory(13.2, 9.8, 0.05, 1, "g/dL", low=11.5, high=15.5),
    "platelets_10e9_l": _Laboratory(270, 480, 0.12, 0, "10*9/L", low=150, high=450),
    "c3_mg_dl": _Laboratory(115, 55, 0.1, 0, "mg/dL", low=90, high=180),
    "upcr_g_g": _Laboratory(0.1, 1.6, 0.3, 2, "g/g", high=0.2),
}
BY_DIAGNOSIS = {
    "jia": ("esr_mm_h", "crp_mg_l", "haemoglobin_g_dl", "platelets_10e9_l"),
    "sle": ("esr_mm_h", "haemoglobin_g_dl", "platelets_10e9_l", "c3_mg_dl", "upcr_g_g"),
    "mctd": ("esr_mm_h", "crp_mg_l", "haemoglobin_g_dl", "platelets_10e9_l"),
}
CRP_DETECTED_FROM = 5.0


def measure(rng: Rng, cohort: Cohort, missing: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Visits with one column an item, and laboratory results with one row a value."""
    wide, long = [], []
    for diagnosis in dict.fromkeys(cohort.diagnosis):
        child = np.repeat(cohort.of(diagnosis), len(PLANNED_DAYS))
        number = np.tile(np.arange(len(PLANNED_DAYS)), len(child) // len(PLANNED_DAYS))
        activity = cohort.activity[child, number]
        visits = _visits(rng, cohort, child, number)
        items = _size(cohort, child, cohort.days[child, number])
        items |= ITEMS_OF[diagnosis](rng, activity)
        columns = [_with_gaps(rng, name, values, missing) for name, values in items.items()]
        wide.append(visits.with_columns(columns))
        long += [_results(rng, visits, name, activity, missing) for name in BY_DIAGNOSIS[diagnosis]]
    order = ["patient_id", "visit_uid"]
    return pl.concat(wide, how="diagonal").sort(order), pl.concat(long).sort([*order, "measure"])


def _size(cohort: Cohort, child: Days, day: Days) -> dict[str, Numbers | Flags]:
    years = (cohort.age_days[child] + day) / 365
    return {"weight_kg": cohort.weight_kg[child] * (1 + day / 5000), "height_cm": 78 + 5.6 * years}


def _visits(rng: Rng, cohort: Cohort, child: Days, number: Days) -> pl.DataFrame:
    code = cohort.code.gather(child)
    asked = np.where(rng.random(len(child)) < 0.8, "yes", "no")
    return pl.DataFrame(
        {
            "patient_id": code,
            "visit_uid": code + "-V" + pl.Series(number + 1).cast(pl.String).str.zfill(2),
            "visit_date": cohort.day(child, cohort.days[child, number]),
            "visit_kind": "scheduled",
            "adverse_events_assessed": asked,
            "list_used": "71",
        }
    )


def _with_gaps(rng: Rng, name: str, values: Numbers | Flags, missing: float) -> pl.Series:
    """The column with its gaps: numbers to two digits, findings as present or absent."""
    gap = rng.random(len(values)) < missing
    if values.dtype == np.bool_:
        column = pl.Series(name, np.where(values, "present", "absent"))
    elif name in WHOLE_NUMBERS:
        column = pl.Series(name, values.astype(np.int64))
    else:
        column = pl.Series(name, np.round(values, 3 if name == "chaq_di" else 1))
    return pl.select(pl.when(~pl.Series(gap)).then(column).alias(name)).to_series()


def _results(rng: Rng, visits: pl.DataFrame, name: str, activity: Numbers, missing: float) -> pl.DataFrame:
    test = LABORATORY[name]
    expected = test.quiet + (test.active - test.quiet) * activity
    value = np.round(expected * rng.lognormal(0, test.spread, len(activity)), test.digits)
    below = (value < CRP_DETECTED_FROM) & (name == "crp_mg_l")
    return (
        visits.select("patient_id", "visit_uid")
        .with_columns(
            pl.lit(name).alias("measure"),
            pl.Series("value_num", np.where(below, CRP_DETECTED_FROM, value)),
            pl.when(pl.Series(below)).then(pl.lit("<")).alias("comparator"),
            pl.lit(test.unit).alias("unit"),
            pl.lit(test.low, pl.Float64).alias("ref_low"),
            pl.lit(test.high, pl.Float64).alias("ref_high"),
            pl.lit("laboratory").alias("rater"),
        )
        .filter(pl.Series(rng.random(len(activity)) >= missing))
    )


def _near(rng: Rng, expected: Numbers, spread: float, low: float, high: float, step: float) -> Numbers:
    """Values around the expected ones, on the instrument's steps and within its ends."""
    noisy = expected + rng.normal(0, spread, len(expected))
    stepped: Numbers = np.round(noisy / step) * step
    return stepped.clip(low, high)


def _core_set(rng: Rng, activity: Numbers) -> dict[str, Numbers | Flags]:
    active = _near(rng, 22 * activity - 1.5, 1.5, 0, 71, 1)
    return {
        "active_joint_count": active,
        "limited_joint_count": _near(rng, 0.7 * active, 1, 0, 67, 1),
        "physician_global_0_10": _near(rng, 9 * activity - 0.8, 0.5, 0, 10, 0.5),
        "parent_global_0_10": _near(rng, 9 * activity - 0.5, 1, 0, 10, 0.5),
        "chaq_di": _near(rng, 2.4 * activity - 0.2, 0.2, 0, 3, 0.125),
    }


def _jia_items(rng: Rng, activity: Numbers) -> dict[str, Numbers | Flags]:
    return _core_set(rng, activity) | {
        "pain_vas_0_10": _near(rng, 8 * activity, 1, 0, 10, 0.5),
        "morning_stiffness_min": _near(rng, 120 * activity - 15, 10, 0, 240, 5),
        "systemic_features_present": rng.random(len(activity)) < 0.05 * activity,
        "active_uveitis": rng.random(len(activity)) < 0.05 * activity,
    }


def _sle_items(rng: Rng, activity: Numbers) -> dict[str, Numbers | Flags]:
    return {
        **_sledai(rng, activity),
        "pga_0_3": _near(rng, 2.6 * activity - 0.1, 0.2, 0, 3, 0.1),
        "physician_global_0_10": _near(rng, 9 * activity - 0.8, 0.5, 0, 10, 0.5),
        "parent_global_0_10": _near(rng, 9 * activity - 0.5, 1, 0, 10, 0.5),
        "hrql_higher_better": _near(rng, 90 - 60 * activity, 6, 0, 100, 1),
        "proteinuria_g_24h": _near(rng, 1.8 * activity - 0.2, 0.2, 0, 12, 0.1),
        "new_bilag_a": _near(rng, 0.4 * activity, 0.2, 0, 2, 1),
        "new_bilag_b": _near(rng, 0.6 * activity, 0.3, 0, 3, 1),
        "haemolytic_anaemia": rng.random(len(activity)) < 0.03 * activity,
        "gi_activity": rng.random(len(activity)) < 0.03 * activity,
        "new_activity_since_last": rng.random(len(activity)) < 0.2 * activity,
        "standard_treatment_stable": rng.random(len(activity)) > 0.3 * activity,
        "treatment_stable": rng.random(len(activity)) > 0.3 * activity,
    }


OFTEN = {
    f"sledai_{key}": share
    for key, share in {
        "arthritis": 0.8,
        "rash": 0.6,
        "low_complement": 0.9,
        "increased_dna_binding": 0.9,
        "proteinuria": 0.5,
        "haematuria": 0.3,
        "alopecia": 0.3,
        "mucosal_ulcers": 0.3,
        "leukopenia": 0.2,
    }.items()
}
RARELY = 0.02


def _sledai(rng: Rng, activity: Numbers) -> dict[str, Numbers | Flags]:
    return {
        item.id: rng.random(len(activity)) < OFTEN.get(item.id, RARELY) * activity for item in SLEDAI_FINDINGS
    }


def _mctd_items(rng: Rng, activity: Numbers) -> dict[str, Numbers | Flags]:
    findings = ("cytopenia", "progressive_sclerodactyly", "progressive_lung", "oesophageal_manifestation")
    quiet = ("systemic_features_present", "active_uveitis")
    return (
        _core_set(rng, activity)
        | {
            "cmas": _near(rng, 52 - 20 * activity, 1.5, 0, 52, 1),
            "mmt8": _near(rng, 150 - 35 * activity, 3, 0, 150, 1),
            "fvc_pct_predicted": _near(rng, 96 - 30 * activity, 3, 30, 130, 1),
            "dlco_pct_predicted": _near(rng, 90 - 35 * activity, 4, 25, 130, 1),
            "raynaud_condition_score": _near(rng, 8 * activity, 0.8, 0, 10, 0.1),
            "morning_stiffness_min": _near(rng, 90 * activity - 15, 10, 0, 240, 5),
            "myositis": rng.random(len(activity)) < 0.6 * activity,
        }
        | {name: rng.random(len(activity)) < 0.1 * activity for name in findings}
        | {name: rng.random(len(activity)) < 0.01 for name in quiet}
    )


ITEMS_OF: Mapping[str, Callable[[Rng, Numbers], dict[str, Numbers | Flags]]] = {
    "jia": _jia_items,
    "sle": _sle_items,
    "mctd": _mctd_items,
}
WHOLE_NUMBERS = frozenset(
    ("active_joint_count", "limited_joint_count", "new_bilag_a", "new_bilag_b", "cmas", "mmt8")
)
