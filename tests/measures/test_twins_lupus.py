"""The lupus measures against their slow twins, on seeded random inputs with gaps."""

import random
from functools import partial

import pytest

from leadline.measures import evaluate
from tests.measures import twins_lupus as twins

SEED = 20_26


def some(rng, *values, gap=0.15):
    """One of the values, or nothing."""
    return None if rng.random() < gap else rng.choice(values)


def findings(rng):
    """Few findings present and fewer not recorded, so that limits are met as often as missed."""
    present = [key for key in twins.WEIGHTS if rng.random() < rng.choice((0, 0.04, 0.3))]
    chance = rng.choice((0, 0, 0.05, 0.3))
    return present, [key for key in twins.WEIGHTS if key not in present and rng.random() < chance]


@pytest.mark.parametrize(("measure", "clinical"), [("sledai_2k", False), ("clinical_sledai_2k", True)])
def test_sledai(measure, clinical):
    rng = random.Random(SEED)
    seen = set()
    for _ in range(300):
        present, not_recorded = findings(rng)
        value, low, high = twins.sledai(present, not_recorded, clinical=clinical)
        answer = evaluate(measure, {"present": present, "not_recorded": not_recorded})
        assert answer["value"] == value
        if value is None:
            assert (answer["lower_bound"], answer["upper_bound"]) == (low, high)
            counted = set(not_recorded) - (twins.SEROLOGICAL if clinical else set())
            assert set(answer["missing"]) == counted
        seen.add(value is None)
    assert seen == {True, False}


def test_sri4():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1500):
        before, pga = rng.randint(4, 20), rng.randint(0, 27)
        inputs = {
            "baseline_sledai": some(rng, before, gap=0.05),
            "current_sledai": some(rng, *(max(before - fall, 0) for fall in (2, 3, 4, 5)), gap=0.05),
            "baseline_pga_0_3": some(rng, pga / 10, gap=0.05),
            "current_pga_0_3": some(
                rng, *((pga + rise) / 10 for rise in (0, 2, 3)), pga / 10 + 0.29, gap=0.05
            ),
            "new_bilag_a": some(rng, 0, 0, 0, 1),
            "new_bilag_b": some(rng, 0, 1, 2),
        }
        answer = evaluate("sri4", inputs)
        assert (answer["result"], answer["sledai_pga_part"]) == twins.sri4(inputs), inputs
        seen.add(answer["result"])
    assert seen == {"met", "not_met", "indeterminate"}


@pytest.mark.parametrize(("measure", "child"), [("lldas", False), ("clldas", True)])
def test_low_disease_activity(measure, child):
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1000):
        quiet = rng.random() < 0.6
        present, not_recorded = (
            ([rng.choice(("rash", "alopecia", "arthritis"))], rng.choice(([], ["leukopenia"], ["fever"])))
            if quiet
            else findings(rng)
        )
        gap = rng.choice((0, 0.05))
        inputs = {
            "present": present,
            "not_recorded": [key for key in not_recorded if key not in present],
            "haemolytic_anaemia": some(rng, False, False, False, False, True, gap=gap),
            "gi_activity": some(rng, False, False, False, False, True, gap=gap),
            "new_activity_since_last": some(rng, False, False, False, False, True, gap=gap),
            "pga_0_3": some(rng, 0, 0.5, 0.9, 1, 1.01, gap=gap),
            "prednisolone_mg_day": some(rng, 0, 2.9, 3, 3.01, 4.5, 7.4, 7.5, 7.6, gap=gap),
            "weight_kg": some(rng, 20, 30, 50, 70),
            "standard_treatment_stable": some(rng, True, True, True, False, gap=gap),
        }
        answer = evaluate(measure, inputs)
        assert answer["result"] == twins.low_activity(inputs, child=child), inputs
        seen.add(answer["result"])
    assert seen == {"met", "not_met", "indeterminate"}


@pytest.mark.parametrize("measure", ["doris_2021", "doris_2021_off", "csle_ccr", "csle_ccr0"])
def test_remission(measure):
    rng = random.Random(SEED)
    seen = set()
    for _ in range(800):
        inputs = {
            "clinical_sledai_2k": some(rng, 0, 0, 0, 1, 4, gap=0.05),
            "pga_0_3": some(rng, 0, 0.3, 0.49, 0.5, 1, gap=0.05),
            "prednisolone_mg_day": some(rng, 0, 0, 2, 3, 3.1, 4.9, 5, 5.1, gap=0.05),
            "weight_kg": some(rng, 20, 30, 31, 50, 80),
            "treatment_stable": some(rng, True, True, False),
            "on_immunosuppressive_or_biologic": some(rng, False, False, True),
        }
        answer = evaluate(measure, inputs)
        assert answer["result"] == twins.remission(inputs, measure), inputs
        seen.add(answer["result"])
    assert seen == {"met", "not_met", "indeterminate"}


def test_printo_response():
    rng = random.Random(SEED)
    scales = {
        "md_global_0_10": (0, 1, 2, 4, 5.2, 8),
        "sledai": (0, 4, 8, 10, 13, 20),
        "proteinuria_g_24h": (0, 0.1, 0.5, 1, 1.3, 1.31),
        "parent_global_0_10": (0, 2, 3, 3.9, 4, 6),
        "hrql_higher_better": (0, 14, 20, 30, 42, 45),
    }
    seen = set()
    for _ in range(1500):
        gap = rng.choice((0, 0.05, 0.2))
        baseline, current = (
            {name: some(rng, *values, gap=gap) for name, values in scales.items()} for _ in range(2)
        )
        answer = evaluate("printo_jsle_response", {"baseline": baseline, "current": current})
        assert answer["result"] == twins.printo(baseline, current), (baseline, current)
        seen.add(answer["result"])
    assert seen == {"met", "not_met", "indeterminate"}


@pytest.mark.parametrize(
    ("measure", "index", "bilag"),
    [("csle_flare_2018", "delta_sledai", False), ("csle_flare_2018_bilag", "delta_bilag", True)],
)
def test_childhood_flare(measure, index, bilag):
    rng = random.Random(SEED)
    draw = partial(some, rng, gap=0.02)
    seen = set()
    for _ in range(1000):
        changes = (
            draw(*range(-8, 17)),
            draw(*(step / 10 for step in range(-20, 40))),
            draw(*(step / 2 for step in range(-10, 17))),
            draw(*range(-40, 80, 5)),
        )
        names = (index, "delta_upcr_g_g", "delta_md_global_0_10", "delta_esr_mm_h")
        answer = evaluate(measure, dict(zip(names, changes, strict=True)))
        value, grade = twins.childhood_flare(changes, bilag=bilag)
        assert answer["grade"] == grade, changes
        assert answer["value"] == (None if value is None else pytest.approx(float(value), abs=1e-9))
        seen.add(grade)
    assert seen == {None, "none", "minor", "moderate", "major"}


def test_renal_response():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1500):
        unit = rng.choice(("g/g", "mg/mmol"))
        ratios = (0.3, 0.49, 0.5, 0.51, 1, 1.5, 2.99, 3, 3.01, 4, 6)
        factor = 1 if unit == "g/g" else 100
        inputs = {
            "unit": unit,
            "baseline_upcr": some(rng, *(round(ratio * factor, 6) for ratio in ratios[1:]), gap=0.05),
            "current_upcr": some(rng, *(round(ratio * factor, 6) for ratio in ratios), gap=0.05),
            "baseline_egfr": some(rng, 60, 80, 100, gap=0.1),
            "current_egfr": some(rng, 51, 67.9, 68, 84.9, 85, 100, gap=0.1),
        }
        answer = evaluate("renal_response_kdigo2024", inputs)
        assert answer["response"] == twins.kdigo(inputs), inputs
        seen.add(answer["response"])
    assert seen == {"complete", "partial", "none", "indeterminate", "not_applicable"}
