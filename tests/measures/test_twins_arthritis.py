"""The arthritis measures against their slow twins, on seeded random inputs with gaps, most of them near a limit."""

import random
from datetime import date, timedelta

import pytest

from leadline.casebook.joints import JOINTS_71
from leadline.measures import evaluate
from tests.measures import twins_arthritis as twins

SEED = 20_26
CORE_SET = [*twins.COMPONENTS, "esr_mm_h", "crp_mg_l"]


def some(rng, *values, gap=0.1):
    return None if rng.random() < gap else rng.choice(values)


@pytest.mark.parametrize("reactant", ["esr", "crp"])
@pytest.mark.parametrize("version", [10, 27, 71])
def test_jadas(version, reactant):
    rng = random.Random(SEED)
    for _ in range(200):
        count = some(rng, *range(28))
        physician, parent = (some(rng, *(tenth / 10 for tenth in range(101))) for _ in range(2))
        level = some(rng, 0, 9, 10, 11, 19.9, 20, 20.1, 35, 110, 111, 119, 120, 121, 200)
        name = "esr_mm_h" if reactant == "esr" else "crp_mg_l"
        inputs = {
            "active_joint_count": count,
            "physician_global_0_10": physician,
            "parent_global_0_10": parent,
            name: level,
        }
        expected = twins.jadas(version, reactant, count, physician, parent, level)
        value = evaluate(f"jadas{version}_{reactant}", inputs)["value"]
        assert value == (None if expected is None else pytest.approx(float(expected), abs=1e-9)), inputs


def test_jadas_from_names_of_joints():
    rng = random.Random(SEED)
    for _ in range(100):
        names = rng.sample(JOINTS_71, rng.randint(0, 30))
        inputs = {"active_joints": names, "physician_global_0_10": 0, "parent_global_0_10": 0, "esr_mm_h": 0}
        assert evaluate("jadas27_esr", inputs)["value"] == sum(map(twins.is_in_the_27, names))
        assert evaluate("jadas71_esr", inputs)["value"] == len(names)
        assert evaluate("jadas10_esr", inputs)["value"] == min(len(names), 10)


def test_improvement_by_baseline_class():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1000):
        baseline = some(rng, 4.9, 5, 5.4, 14.9, 15, 17.3, 24.9, 25, 33.3, 40)
        fall = rng.choice((3.9, 4, 4.1, 9.9, 10, 10.1, 16.9, 17, 17.1, 1))
        current = some(rng, round(max(0, min(40, (baseline or 20) - fall)), 1))
        answer = evaluate("jadas10_improvement_horneff", {"baseline": baseline, "current": current})["result"]
        assert answer == twins.horneff(baseline, current), (baseline, current)
        seen.add(answer)
    assert seen == {"met", "not_met", "indeterminate", "not_applicable"}


HIGHEST = {"physician_global_0_10": 10, "parent_global_0_10": 10, "chaq_di": 3, "active_joint_count": 71,
           "limited_joint_count": 67, "esr_mm_h": 200, "crp_mg_l": 1000}  # fmt: skip
FACTORS = (0, 0.1, 0.3, 0.5, 0.69, 0.7, 0.71, 1, 1.29, 1.3, 1.31, 1.39, 1.4, 1.41, 2)


def two_visits(rng):
    """Two visits, each component changed by one of the factors that the rules compare with, or by a little more."""
    before, after = {}, {}
    gap = rng.choice((0, 0.03, 0.2))
    for name in CORE_SET:
        whole = name.endswith("count")
        first = rng.choice((0, 1, 4, 5, 10, 20)) if whole else rng.choice((0, 0.5, 1, 2, 2.5, 7))
        second = min(first * rng.choice(FACTORS) + (rng.random() < 0.1), HIGHEST[name])
        second = round(second) if whole else round(second, 4)
        before[name] = None if rng.random() < gap else min(first, HIGHEST[name])
        after[name] = None if rng.random() < gap else second
    return before, after


def test_acr_pediatric_response():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1500):
        before, after = two_visits(rng)
        answer = evaluate("acr_pedi", {"baseline": before, "current": after})
        expected = twins.acr_pedi(before, after)
        assert {level: answer[level] for level in expected} == expected, (before, after)
        seen |= set(expected.items())
    assert len(seen) == 15, "each level met, not met and indeterminate"


def test_acr_pediatric_response_in_systemic_arthritis():
    rng = random.Random(SEED)
    for _ in range(400):
        before, after = two_visits(rng)
        temperature, rule = some(rng, 36.8, 37.4, 37.5, 38.0, 38.1), rng.choice(("gt_38_0", "ge_37_5"))
        inputs = {"baseline": before, "current": after, "max_temp_c_7d": temperature, "fever_rule": rule}
        answer, expected = (
            evaluate("acr_pedi_sjia", inputs),
            twins.acr_pedi_sjia(before, after, temperature, rule),
        )
        assert {level: answer[level] for level in expected} == expected, inputs


@pytest.mark.parametrize(
    ("measure", "withdrawal"), [("jia_flare_brunner2002", False), ("jia_flare_withdrawal", True)]
)
def test_flare(measure, withdrawal):
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1500):
        before, after = two_visits(rng)
        answer = evaluate(measure, {"baseline": before, "current": after})["result"]
        assert answer == twins.flare(before, after, withdrawal=withdrawal), (before, after)
        seen.add(answer)
    assert seen == {"met", "not_met", "indeterminate"}


def test_inactive_disease():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(2000):
        gap = rng.choice((0, 0.05, 0.3))
        child = {
            "ilar_category": some(rng, *["poly_rf_neg"] * 8, "systemic", "psoriatic", gap=gap),
            "active_joint_count": some(rng, 0, 0, 0, 0, 1, gap=gap),
            "systemic_features_present": some(rng, False, False, False, True, gap=gap),
            "active_uveitis": some(rng, False, False, False, True, gap=gap),
            "esr_mm_h": some(rng, 8, 15, 15.1, gap=0.3),
            "esr_uln": some(rng, 15, gap=0.2),
            "crp_mg_l": some(rng, 3, 5, 5.1, gap=0.3),
            "crp_uln": some(rng, 5, gap=0.2),
            "elevation_attributable_to_jia": some(rng, True, False, gap=0.6),
            "physician_global": some(rng, 0, 0, 0, 0.5, gap=gap),
            "morning_stiffness_min": some(rng, 0, 15, 15, 15.5, gap=gap),
        }
        answer = evaluate("jia_cid_wallace2011", child)["result"]
        assert answer == twins.inactive(child), child
        seen.add(answer)
    assert seen == {"met", "not_met", "indeterminate", "not_applicable"}


def test_remission():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(1000):
        day, medication, visits = date(2020, rng.randint(1, 12), rng.randint(1, 28)), rng.random() < 0.5, []
        for _ in range(rng.randint(1, 5)):
            visits.append((day, rng.choice(["met"] * 8 + ["not_met", "indeterminate"]), medication))
            day += timedelta(days=rng.choice((30, 90, 180, 181, 182, 183, 184, 185, 364, 365, 366)))
            medication = medication if rng.random() < 0.8 else not medication
        asked = [{"date": str(on), "cid": cid, "on_medication": drug} for on, cid, drug in visits]
        answer = evaluate("jia_remission_wallace", {"visits": asked})["state"]
        assert answer == twins.remission(visits), asked
        seen.add(answer)
    assert seen == {"active", "cid", "crm", "cr", "indeterminate"}


DOMAINS = {
    "dressing_grooming": 4,
    "arising": 2,
    "eating": 3,
    "walking": 2,
    "hygiene": 5,
    "reach": 4,
    "grip": 5,
    "activities": 5,
}


def test_chaq():
    rng = random.Random(SEED)
    seen = set()
    for _ in range(400):
        gap = rng.choice((0.05, 0.3, 0.6))
        items = {
            name: [some(rng, 0, 0, 1, 2, 3, "NA", gap=gap) for _ in range(most)]
            for name, most in DOMAINS.items()
        }
        aids = [name for name in DOMAINS if rng.random() < 0.2]
        expected = twins.chaq(items, aids)
        value = evaluate("chaq_di", {"items": items, "aids_or_help": aids})["value"]
        assert value == (None if expected is None else pytest.approx(float(expected), abs=1e-6)), (
            items,
            aids,
        )
        seen.add(expected is None)
    assert seen == {True, False}
