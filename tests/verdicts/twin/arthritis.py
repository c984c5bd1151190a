"""Juvenile arthritis: measures dossier 1.3 to 1.9."""

from __future__ import annotations

from fractions import Fraction

from leadline.casebook.case import Assessment, Case
from tests.verdicts.twin.basics import Truth, all_of, at_most, baseline, no, number, yes

CORE = ["physician_global_0_10", "parent_global_0_10", "chaq_di", "active_joint_count", "limited_joint_count"]


def changes(case: Case, now: Assessment) -> list[tuple[Fraction | None, Fraction | None]]:
    """The six components before and now, with the ESR if both days have it, else the CRP if both have that."""
    for reactant in ("esr_mm_h", "crp_mg_l"):
        before = baseline(case, [*CORE, reactant])
        if number(before, reactant) is not None and number(now, reactant) is not None:
            return [(number(before, item), number(now, item)) for item in [*CORE, reactant]]
    before = baseline(case, [*CORE, "esr_mm_h"])
    return [*((number(before, item), number(now, item)) for item in CORE), (None, None)]


def better_by(pair: tuple[Fraction | None, Fraction | None], percent: int) -> Truth:
    before, now = pair
    if before is None or now is None:
        return None
    return before > 0 and (before - now) * 100 >= percent * before


def worse_by(pair: tuple[Fraction | None, Fraction | None], percent: int, *, more_than: bool) -> Truth:
    before, now = pair
    if before is None or now is None:
        return None
    if before == 0:
        return now > 0
    rise = (now - before) * 100
    return rise > percent * before if more_than else rise >= percent * before


def acr_pedi(case: Case, now: Assessment, level: int) -> Truth:
    improved = [better_by(pair, level) for pair in changes(case, now)]
    worsened = [worse_by(pair, 30, more_than=True) for pair in changes(case, now)]
    better, unknown, worse = improved.count(True), improved.count(None), worsened.count(True)
    if better >= 3 and worse + unknown <= 1:
        truth: Truth = True
    elif better + unknown < 3 or worse > 1:
        truth = False
    else:
        truth = None
    if case.patient.get("ilar_category") == "systemic":
        return all_of(truth, at_most(number(now, "max_temp_c_7d"), "38.0"))
    return truth


def brunner_flare(case: Case, now: Assessment) -> Truth:
    """At least two worsen by 40 %, no more than one of the others improves by 30 %."""
    pairs = changes(case, now)
    worse = [worse_by(pair, 40, more_than=False) for pair in pairs]
    better = [better_by(pair, 30) for pair in pairs]
    unknown = worse.count(None)
    if worse.count(True) >= 2 and better.count(True) + unknown <= 1:
        return True
    return False if worse.count(True) + unknown < 2 or better.count(True) > 1 else None


def reactant_part(visit: Assessment | None, reactant: str) -> Fraction | None:
    value = number(visit, reactant)
    if value is None:
        return None
    low, high = (20, 120) if reactant == "esr_mm_h" else (10, 110)
    return (min(max(value, Fraction(low)), Fraction(high)) - low) / 10


def cjadas10(visit: Assessment | None) -> Fraction | None:
    joints, physician, parent = (
        number(visit, item) for item in ("active_joint_count", "physician_global_0_10", "parent_global_0_10")
    )
    if joints is None or physician is None or parent is None:
        return None
    return min(joints, Fraction(10)) + physician + parent


def jadas10(visit: Assessment | None, reactant: str) -> Fraction | None:
    clinical, part = cjadas10(visit), reactant_part(visit, reactant)
    return None if clinical is None or part is None else clinical + part


def both_jadas10(case: Case, now: Assessment) -> tuple[Fraction | None, Fraction | None]:
    by_esr, by_crp = (both_jadas10_by(case, now, reactant) for reactant in ("esr_mm_h", "crp_mg_l"))
    return by_crp if None in by_esr and None not in by_crp else by_esr


def jadas10_ends(visit: Assessment | None, reactant: str) -> tuple[Fraction, Fraction] | None:
    """The lowest and the highest that the score can be, where some of its items are missing."""
    if visit is None:
        return None
    low = high = Fraction(0)
    joints = number(visit, "active_joint_count")
    parts = [
        None if joints is None else min(joints, Fraction(10)),
        number(visit, "physician_global_0_10"),
        number(visit, "parent_global_0_10"),
        reactant_part(visit, reactant),
    ]
    for part in parts:
        low += 0 if part is None else part
        high += 10 if part is None else part
    return low, high


def horneff(case: Case, now: Assessment) -> Truth:
    """Also where items are missing, if it is the same for every score between the ends."""
    items = ["active_joint_count", "physician_global_0_10", "parent_global_0_10"]
    reactant = "esr_mm_h"
    if None in both_jadas10_by(case, now, "esr_mm_h") and None not in both_jadas10_by(case, now, "crp_mg_l"):
        reactant = "crp_mg_l"
    before, after = jadas10_ends(baseline(case, [*items, reactant]), reactant), jadas10_ends(now, reactant)
    if before is None or after is None:
        return None
    needed, needed_of_highest = fall_needed(before[0]), fall_needed(before[1])
    if needed is None:
        return None
    if before[1] - after[0] < needed:  # a higher class would need more
        return False
    return True if needed == needed_of_highest and before[0] - after[1] >= needed else None


def fall_needed(before: Fraction) -> int | None:
    """None below 5, where it does not apply, which decides nothing either."""
    return None if before < 5 else 4 if before < 15 else 10 if before < 25 else 17


def both_jadas10_by(case: Case, now: Assessment, reactant: str) -> tuple[Fraction | None, Fraction | None]:
    items = ["active_joint_count", "physician_global_0_10", "parent_global_0_10", reactant]
    return jadas10(baseline(case, items), reactant), jadas10(now, reactant)


STATES = {  # Trincianti 2021: inactive up to, minimal up to, moderate up to
    ("jadas10", "oligo"): ("1.4", "4", "13"),
    ("jadas10", "poly"): ("2.7", "6", "17"),
    ("cjadas10", "oligo"): ("1.1", "4", "12"),
    ("cjadas10", "poly"): ("2.5", "5", "16"),
}
COURSES = {
    "oligo_persistent": "oligo",
    "oligo_extended": "poly",
    "poly_rf_neg": "poly",
    "poly_rf_pos": "poly",
    "systemic": "poly",
}


def class_falls(score: str, course: str | None, before: Fraction | None, after: Fraction | None) -> Truth:
    if course is None or before is None or after is None:
        return None
    limits = [Fraction(limit) for limit in STATES[score, course]]
    return sum(after > limit for limit in limits) < sum(before > limit for limit in limits)


def jadas10_state_falls(case: Case, now: Assessment) -> Truth:
    return class_falls("jadas10", course_of(case), *both_jadas10(case, now))


def cjadas10_state_falls(case: Case, now: Assessment) -> Truth:
    before = cjadas10(baseline(case, ["active_joint_count", "physician_global_0_10", "parent_global_0_10"]))
    return class_falls("cjadas10", course_of(case), before, cjadas10(now))


def course_of(case: Case) -> str | None:
    """By the category; where that does not settle it, by the most joints ever active."""
    category = case.patient.get("ilar_category")
    if category in COURSES:
        return COURSES[str(category)]
    counts = [count for one in case.assessments if (count := number(one, "active_joint_count")) is not None]
    if category is None or not counts:
        return None
    return "poly" if max(counts) > 4 else "oligo"


def within_limits(visit: Assessment, item: str) -> Truth:
    """Without the laboratory's own limit nobody knows."""
    fact = visit.facts[item]
    return None if fact.ref_high is None else Fraction(str(fact.value)) <= Fraction(str(fact.ref_high))


def normal_or_explained(visit: Assessment) -> Truth:
    """An elevation that was measured and is known not to be due to the arthritis is none, however high it was."""
    measured = [item for item in ("esr_mm_h", "crp_mg_l") if number(visit, item) is not None]
    if not measured:
        return None
    if yes(visit, "elevation_attributable_to_jia") is False:
        return True
    return all_of(*(within_limits(visit, item) for item in measured))


def inactive_items(visit: Assessment) -> Truth:
    return all_of(
        at_most(number(visit, "active_joint_count"), "0"),
        no(visit, "systemic_features_present"),
        no(visit, "active_uveitis"),
        normal_or_explained(visit),
        at_most(number(visit, "physician_global_0_10"), "0"),
        at_most(number(visit, "morning_stiffness_min"), "15"),
    )


WALLACE = {"oligo_persistent", "oligo_extended", "poly_rf_neg", "poly_rf_pos", "systemic"}


def jia_inactive(case: Case, visit: Assessment) -> Truth:
    category = case.patient.get("ilar_category")
    return inactive_items(visit) if category in WALLACE else None
