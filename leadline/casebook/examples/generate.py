"""Larger casebooks of invented children, for benchmarks and rehearsals: plausible on the whole, true of nobody.

Every child has a hidden activity between 0 and 1 at each visit, high before infusion and, in some, lower after it;
whatever is measured, said or suffered follows from it with noise. The rates and shapes are ours, chosen to look like
a clinic's records, and are no estimate of anything. Half the children have calendar dates, half day numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from leadline.casebook.examples.cohort import FOLLOWED_UNTIL, Cohort, Days, Rng, draw_cohort
from leadline.casebook.examples.measured import measure
from leadline.casebook.schema import DISEASES

SOURCE = "invented"


def generate_casebook(
    folder: str | Path,
    *,
    children: int,
    seed: int,
    diagnoses: Sequence[str] = tuple(DISEASES),
    missing: float = 0.1,
) -> Path:
    """Write a casebook of invented children as CSV files and give its folder.

    children   how many; each has ten visits and one or two infusions
    seed       the same seed and arguments give the same bytes
    diagnoses  which diseases, dealt out in turn
    missing    the share of measurements, and of the first days of drugs, that were not recorded, 0 to 1
    """
    rng = np.random.default_rng(seed)
    cohort = draw_cohort(rng, children, diagnoses)
    wide, laboratory = measure(rng, cohort, missing)
    tables = {
        "about": _about(children, seed),
        "patients": _patients(rng, cohort),
        "visits": wide,
        "observations": laboratory,
        "medications": _medications(rng, cohort, missing),
        "infusions": _infusions(rng, cohort),
        "adverse_events": _adverse_events(rng, cohort),
        "reports": _reports(rng, cohort),
    }
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        marked = table if name == "about" else table.with_columns(pl.lit(SOURCE).alias("source_ref"))
        marked.write_csv(place / f"{name}.csv")
    return place


def _about(children: int, seed: int) -> pl.DataFrame:
    facts = {
        "title": f"{children} invented children (seed {seed})",
        "kind": "invented",
        "notice": "Invented children: no row of this casebook is of a real child.",
    }
    return pl.DataFrame({"key": list(facts), "value": list(facts.values()), "note": SOURCE})


def _patients(rng: Rng, cohort: Cohort) -> pl.DataFrame:
    everybody = np.arange(cohort.size)
    categories = np.array(["poly_rf_neg", "poly_rf_pos", "oligo_extended", "oligo_persistent", "systemic"])
    category = pl.Series(rng.choice(categories, cohort.size))
    return pl.DataFrame(
        {
            "patient_id": cohort.code,
            "diagnosis": cohort.diagnosis,
            "ilar_category": pl.select(pl.when(cohort.diagnosis == "jia").then(category)).to_series(),
            "sex": rng.choice(["female", "male"], cohort.size, p=[0.7, 0.3]),
            "birth_date": cohort.day(everybody, -cohort.age_days),
            "onset_date": cohort.day(everybody, -cohort.ill_days),
            "last_contact_date": cohort.day(everybody, np.full(cohort.size, FOLLOWED_UNTIL)),
            "publication_permission": "yes",
        }
    )


# ---- what was given, said and suffered --------------------------------------------------------------------------

BACKGROUND = {
    "jia": ("methotrexate", "leflunomide"),
    "sle": ("hydroxychloroquine",),
    "mctd": ("Plaquenil", "methotrexate"),
}
BIOLOGICS = {
    "jia": ("etanercept", "adalimumab", "tocilizumab", "Kineret"),
    "sle": ("rituximab", "belimumab"),
    "mctd": ("rituximab", "infliximab"),
}
STOP_REASONS = ("ineffective", "lost_effect", "adverse_event", "family_choice")
LATER_DRUGS = ("abatacept", "mycophenolate mofetil", "tofacitinib", "ciclosporin")


def _medications(rng: Rng, cohort: Cohort, missing: float) -> pl.DataFrame:
    """A background drug, a glucocorticoid that is lowered in those who do better, a biologic that failed, and, in one
    of five, a new drug after infusion."""
    everybody, lowered = np.arange(cohort.size), np.flatnonzero(cohort.better > 0.4)
    background, failed = _drawn(rng, cohort, BACKGROUND), _drawn(rng, cohort, BIOLOGICS)
    begun, failed_from, long_ago = (
        -(cohort.ill_days * rng.uniform(*part, cohort.size)).astype(np.int64)
        for part in ((0.2, 0.5), (0.5, 0.7), (0.7, 0.95))
    )
    failed_until = np.minimum(failed_from + rng.integers(60, 600, cohort.size), -7)
    changed = np.full(cohort.size, FOLLOWED_UNTIL + 1)
    changed[lowered] = rng.integers(20, 200, len(lowered))
    mg = np.round(rng.normal(9, 3, cohort.size).clip(2.5, 20))
    why = rng.choice(STOP_REASONS, cohort.size, p=[0.6, 0.2, 0.1, 0.1])
    later = np.flatnonzero(rng.random(cohort.size) < 0.2)
    new, new_from = rng.choice(LATER_DRUGS, len(later)), rng.integers(14, 350, len(later))
    by_mouth = {"route": "po", "dose_unit": "mg", "frequency": "daily"}
    courses = (
        _courses(cohort, everybody, background, long_ago, None),
        _courses(cohort, everybody, failed, failed_from, failed_until, stop_reason=why),
        _courses(cohort, everybody, "prednisone", begun, changed, dose=mg, **by_mouth),
        _courses(cohort, lowered, "prednisone", changed[lowered], None, dose=mg[lowered] / 2, **by_mouth),
        _courses(cohort, later, new, new_from, None),
    )
    together = pl.concat(courses, how="diagonal").sort("patient_id", maintain_order=True)
    known = pl.Series(rng.random(together.height) >= missing)
    return together.with_columns(pl.when(known).then("start_date").alias("start_date"))


def _drawn(rng: Rng, cohort: Cohort, choices: Mapping[str, Sequence[str]]) -> list[str]:
    draws = rng.random(cohort.size)
    of_child = [choices[diagnosis] for diagnosis in cohort.diagnosis]
    return [names[int(draw * len(names))] for names, draw in zip(of_child, draws, strict=True)]


def _courses(
    cohort: Cohort, child: Days, drug: object, start: Days, end: Days | None, **columns: object
) -> pl.DataFrame:
    """Courses of the children given; without an end, or with one after follow-up, still taken at its close."""
    close = np.full(len(child), FOLLOWED_UNTIL)
    goes_on = pl.Series(np.full(len(child), True) if end is None else end > close)
    stop = cohort.day(child, close if end is None else np.minimum(end, close))
    named = {
        "patient_id": cohort.code.gather(child),
        "drug_text": drug,
        "start_date": cohort.day(child, start),
    }
    return pl.DataFrame({**named, **columns}).with_columns(
        pl.when(~goes_on).then(stop).alias("end_date"),
        pl.when(goes_on).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("ongoing"),
        pl.when(goes_on).then(cohort.day(child, close)).alias("as_of"),
    )


def _infusions(rng: Rng, cohort: Cohort) -> pl.DataFrame:
    again = np.flatnonzero(rng.random(cohort.size) < 0.4)
    child = np.concatenate([np.arange(cohort.size), again])
    day = np.concatenate([np.zeros(cohort.size, np.int64), rng.integers(28, 100, len(again))])
    number = np.concatenate([np.ones(cohort.size, np.int64), np.full(len(again), 2)])
    return pl.DataFrame(
        {
            "patient_id": cohort.code.gather(child),
            "infusion_no": number,
            "infusion_start": cohort.day(child, day),
            "route": "iv",
            "cell_type": "MSC",
            "tissue_source": rng.choice(["bone_marrow", "umbilical_cord", "adipose", "unknown"], len(child)),
            "donor": rng.choice(["autologous", "allogeneic_unrelated", "unknown"], len(child)),
            "dose_cells_per_kg": rng.choice([1.0, 2.0], len(child)),
            "status": "completed",
        }
    ).sort(["patient_id", "infusion_no"])


TERMS = ("fever", "headache", "upper respiratory tract infection", "nausea", "rash", "pneumonia", "flare")


def _adverse_events(rng: Rng, cohort: Cohort) -> pl.DataFrame:
    child = np.repeat(np.arange(cohort.size), rng.poisson(1.1, cohort.size))
    serious = rng.random(len(child)) < 0.1
    day = rng.integers(-90, FOLLOWED_UNTIL, len(child))
    return pl.DataFrame(
        {
            "patient_id": cohort.code.gather(child),
            "term_text": rng.choice(TERMS, len(child)),
            "start_date": cohort.day(child, day),
            "ctcae_grade": np.where(serious, 3, rng.integers(1, 3, len(child))),
            "serious": np.where(serious, "yes", "no"),
            "serious_criteria": pl.select(
                pl.when(pl.Series(serious)).then(pl.lit("hospitalisation"))
            ).to_series(),
            "outcome": "recovered",
            "relation_msc": rng.choice(["unlikely", "possible", "unassessable"], len(child)),
            "method": "who_umc",
        }
    ).sort(["patient_id", "start_date", "term_text"], maintain_order=True)


def _reports(rng: Rng, cohort: Cohort) -> pl.DataFrame:
    """At two months and at nine, what a parent or the child says: kinder than the activity, and not seldom a cure."""
    everybody, clinic = np.arange(cohort.size), np.flatnonzero(rng.random(cohort.size) < 0.3)
    said = []
    for visit, day in ((4, 60), (8, 256)):
        gone = 1 - cohort.activity[:, visit] / np.maximum(cohort.activity[:, 1], 0.05)
        felt = gone + rng.normal(0.15, 0.2, cohort.size)
        claims = np.array(CLAIMS)[np.searchsorted(FELT_FROM, felt)]
        said.append(_said(cohort, everybody, day, rng.choice(SPEAKERS, cohort.size), claims))
    said.append(_said(cohort, clinic, 100, "outside_clinic", "no_serious_adverse_event"))
    return pl.concat(said).sort("patient_id", maintain_order=True)


CLAIMS = ("worse", "unchanged", "improved", "much_improved", "cured")
FELT_FROM = (-0.1, 0.25, 0.75, 0.95)
"""How much of the activity must feel gone for each claim after the first."""

SPEAKERS = ("mother", "father", "patient")


def _said(cohort: Cohort, child: Days, day: int, speaker: object, claim: object) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "patient_id": cohort.code.gather(child),
            "report_date": cohort.day(child, np.full(len(child), day)),
            "speaker": speaker,
            "channel": "visit",
            "claim": claim,
        }
    )
