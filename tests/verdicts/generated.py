"""Small cases drawn from a seed, near every limit of the rules. All invented."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from leadline.casebook.case import AdverseEvent, Assessment, Case, DrugCourse
from tests.verdicts.build import case, drug, event, visit
from tests.verdicts.twin.lupus import SLEDAI_ITEMS

BEFORE = (-120, -91, -90, -89, -40, -12, -1, 0)
AFTER = (
    1,
    28,
    41,
    42,
    56,
    60,
    70,
    71,
    84,
    100,
    112,
    113,
    140,
    168,
    183,
    184,
    210,
    250,
    309,
    364,
    366,
    400,
    427,
)
CLAIMS = (
    "improved", "much_improved", "in_remission", "cured", "unchanged", "worse", "off_medication",
    "reduced_medication", "no_side_effect", "no_serious_adverse_event",
)  # fmt: skip
CATEGORIES = (
    "poly_rf_neg",
    "poly_rf_pos",
    "oligo_persistent",
    "oligo_extended",
    "systemic",
    "psoriatic",
    None,
)
DRUGS = {
    "prednisone": ("daily", (2.5, 5, 7.5, 10, 15)),
    "methotrexate": ("weekly", (10, 15)),
    "adalimumab": ("q2w", (20, 40)),
    "etanercept": ("weekly", (25, 50)),
    "abatacept": ("q4w", (250, 500)),
    "rituximab": ("once", (500,)),
    "cyclophosphamide": ("q4w", (500, 750)),
    "azathioprine": ("daily", (50, 75)),
    "hydroxychloroquine": ("daily", (200, 400)),
    "ibuprofen": ("daily", (400,)),
    "folic acid": ("weekly", (5,)),
}


def a_case(rng: Random, diagnosis: str) -> Case:
    index = date(2019, 1, 1) + timedelta(rng.randrange(1000))
    days = sorted(rng.sample(BEFORE, rng.randint(0, 2)) + rng.sample(AFTER, rng.randint(0, 4)))
    quiet, weight = rng.random() < 0.4, rng.choice((20, 25, 30, 50))
    visits = [a_visit(rng, diagnosis, day, index, weight=weight, quiet=quiet and day > 0) for day in days]
    return case(
        diagnosis,
        visits,
        drugs=some_drugs(rng),
        events=some_events(rng),
        category=rng.choice(CATEGORIES) if diagnosis == "jia" else None,
        index=index,
    )


def a_visit(rng: Random, diagnosis: str, day: int, index: date, *, weight: int, quiet: bool) -> Assessment:
    if rng.random() < 0.08:
        facts: dict[str, float | bool] = {"weight_kg": weight}
    else:
        facts = FACTS[diagnosis](rng, quiet)
        for item in rng.sample(sorted(facts), min(len(facts), rng.choice((0, 0, 0, 1, 1, 2)))):
            del facts[item]
        if rng.random() < 0.8:
            facts["weight_kg"] = weight
    limits = {item: 15.0 for item in ("esr_mm_h", "crp_mg_l") if rng.random() < 0.95}
    return visit(day, facts, asked=rng.choice((True, True, False, None)), index=index, limits=limits)


def arthritis(rng: Random, quiet: bool) -> dict[str, float | bool]:
    if quiet:
        return {**inactive(rng), "parent_global_0_10": 0, "chaq_di": 0, "limited_joint_count": 0}
    facts: dict[str, float | bool] = {
        "physician_global_0_10": rng.choice((0, 1, 2, 3, 4, 5, 6.5)),
        "parent_global_0_10": rng.choice((0, 1, 2, 3, 4, 5, 7)),
        "chaq_di": rng.choice((0, 0.5, 0.75, 1, 1.5)),
        "active_joint_count": rng.choice((0, 1, 2, 3, 5, 8, 10, 12)),
        "limited_joint_count": rng.choice((0, 2, 5, 7, 10)),
        "max_temp_c_7d": rng.choice((37.0, 38.0, 38.1)),
    }
    if rng.random() < 0.9:
        facts["esr_mm_h"] = rng.choice((10, 20, 26, 30, 42, 60))
    else:
        facts["crp_mg_l"] = rng.choice((5, 10, 13, 20))
    return facts


def inactive(rng: Random) -> dict[str, float | bool]:
    facts: dict[str, float | bool] = {
        "active_joint_count": rng.choice((0, 0, 0, 0, 0, 1)),
        "systemic_features_present": False,
        "active_uveitis": False,
        "physician_global_0_10": rng.choice((0, 0, 0, 0, 0, 0.5)),
        "morning_stiffness_min": rng.choice((0, 5, 15, 15, 16)),
        "esr_mm_h": rng.choice((8, 15, 15, 16)),
    }
    if rng.random() < 0.3:
        facts["crp_mg_l"] = rng.choice((5, 16))
    if rng.random() < 0.3:
        facts["elevation_attributable_to_jia"] = rng.choice((True, False))
    return facts


def lupus(rng: Random, quiet: bool) -> dict[str, float | bool]:
    share = 0.01 if quiet else 0.15
    facts: dict[str, float | bool] = {item: rng.random() < share for item in SLEDAI_ITEMS}
    facts["pga_0_3"] = rng.choice((0, 0.4, 0.5) if quiet else (0.5, 1.0, 1.2, 1.3, 1.5, 2.5, 2.6))
    more = {
        "new_bilag_a": rng.choice((0, 0, 0, 1)),
        "new_bilag_b": rng.choice((0, 1, 2)),
        "physician_global_0_10": rng.choice((2, 4, 8)),
        "parent_global_0_10": rng.choice((3, 6)),
        "proteinuria_g_24h": rng.choice((0, 1.0, 1.3, 1.31)),
        "hrql_higher_better": rng.choice((20, 30, 45)),
        "upcr_g_g": rng.choice((0.2, 1.0)),
        "esr_mm_h": rng.choice((10, 20)),
        "haemolytic_anaemia": False,
        "gi_activity": False,
        "new_activity_since_last": rng.choice((False, False, False, True)),
        "standard_treatment_stable": rng.choice((True, True, False)),
        "treatment_stable": rng.choice((True, True, True, False)),
    }
    dropped = rng.choice(
        ((), ("new_bilag_a", "new_bilag_b"), ("hrql_higher_better", "proteinuria_g_24h"), tuple(more))
    )
    return {**facts, **{item: value for item, value in more.items() if item not in dropped}}


def mixed(rng: Random, quiet: bool) -> dict[str, float | bool]:
    if quiet:
        extra = (
            "cytopenia",
            "myositis",
            "progressive_sclerodactyly",
            "progressive_lung",
            "oesophageal_manifestation",
        )
        return {**inactive(rng), **{item: rng.random() < 0.03 for item in extra}}
    return {
        "cmas": rng.choice((38, 40, 43, 46)),
        "raynaud_condition_score": rng.choice((3.0, 4.5, 5.0, 6.5)),
        "fvc_pct_predicted": rng.choice((68, 72, 76, 80, 88)),
        "dlco_pct_predicted": rng.choice((60, 68, 80)),
    }


FACTS = {"jia": arthritis, "sle": lupus, "mctd": mixed}


def some_drugs(rng: Random) -> list[DrugCourse]:
    return [
        course for name in rng.sample(sorted(DRUGS), rng.randint(0, 3)) for course in courses_of(rng, name)
    ]


def courses_of(rng: Random, name: str) -> list[DrugCourse]:
    frequency, doses = DRUGS[name]
    start = rng.choice((-400, -400, -400, -181, -180, -91, -90, -30, 21, 60))
    end = rng.choice((None, None, -200, -100, -91, -90, -40, 30, 60, 100, 200))
    if end is not None and end <= start:
        end = None
    ongoing, as_of = (
        rng.choice(((True, 500), (True, 500), (True, 90), (None, None))) if end is None else (None, None)
    )

    def one(first: int | None, last: int | None, *, open_end: bool) -> DrugCourse:
        dose = rng.choice(doses) if rng.random() < 0.9 else None
        known, on = (ongoing, as_of) if open_end else (None, None)
        return drug(name, first, last, dose=dose, frequency=frequency, ongoing=known, as_of=on)

    if rng.random() < 0.3 and (end is None or end - start > 40):
        middle = start + rng.choice((30, 39)) if end else rng.choice((start + 300, start + 310))
        return [one(start, middle, open_end=False), one(middle, end, open_end=True)]
    return [one(start if rng.random() < 0.93 else None, end, open_end=True)]


def some_events(rng: Random) -> list[AdverseEvent]:
    if rng.random() < 0.6:
        return []
    day = rng.choice((-5, 0, 1, 50, 99, 100, 101, 300, None))
    return [event(day, "headache", serious=rng.choice((True, False, None)))]


def a_claim_day(rng: Random, child: Case) -> int:
    if child.assessments and rng.random() < 0.7:
        near = rng.choice(child.assessments).day.first + rng.choice((-31, -30, -10, 0, 5, 59, 60, 61))
        return max(near, 1)
    return rng.randint(1, 450)
