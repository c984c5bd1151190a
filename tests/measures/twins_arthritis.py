"""Slow twins of the arthritis measures: plain Python from the published definitions, no function of the library in it.

Numbers are exact fractions, so that no rounding is needed before a limit. A missing input is None. Percent changes are
written as the papers print them: 100 x (baseline - current) / baseline.
"""

from datetime import date
from fractions import Fraction

SCORED_27 = [
    "cspine",
    "elbow",
    "wrist",
    "mcp1",
    "mcp2",
    "mcp3",
    "pip1",
    "pip2",
    "pip3",
    "pip4",
    "pip5",
    "hip",
    "knee",
    "ankle",
]
COMPONENTS = [
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
]


def exact(value):
    return None if value is None else Fraction(str(value))


def jadas(version, reactant, count, physician, parent, level):
    """The score, or None. `level` is ESR in mm/h or CRP in mg/L."""
    if None in (count, physician, parent, level):
        return None
    count, physician, parent, level = map(exact, (count, physician, parent, level))
    joints = count if version != 10 or count < 10 else Fraction(10)
    if reactant == "esr":
        level = 20 if level < 20 else 120 if level > 120 else level
        part = Fraction(level - 20) / 10
    else:
        level = 10 if level < 10 else 110 if level > 110 else level
        part = Fraction(level - 10) / 10
    return joints + physician + parent + part


def is_in_the_27(joint):
    return joint.removesuffix("_l").removesuffix("_r") in SCORED_27


def horneff(baseline, current):
    if baseline is None:
        return "indeterminate"
    baseline, current = exact(baseline), exact(current)
    if baseline < 5:
        return "not_applicable"
    needed = 4 if baseline < 15 else 10 if baseline < 25 else 17
    if current is None:
        return "indeterminate"
    return "met" if baseline - current >= needed else "not_met"


# ---- comparisons of the core set -----------------------------------------------------------------------------------


def pairs(before, after):
    """Component to its two values; the sixth is the ESR if both are there, else the CRP if both are, else unknown."""
    found = [(name, exact(before.get(name)), exact(after.get(name))) for name in COMPONENTS]
    for reactant in ("esr_mm_h", "crp_mg_l"):
        if before.get(reactant) is not None and after.get(reactant) is not None:
            return [*found, (reactant, exact(before[reactant]), exact(after[reactant]))]
    return [*found, ("esr_mm_h", None, None)]


def percent_better(before, after):
    """How many percent better (below 0: worse); None where a value is missing; zero at baseline has no percentage."""
    if before is None or after is None:
        return None
    if before == 0:
        return Fraction(0) if after == 0 else Fraction(-(10**9))
    return 100 * (before - after) / before


def acr_pedi(before, after):
    answers = {}
    for level in (30, 50, 70, 90, 100):
        better = worse = unknown = 0
        for _name, first, second in pairs(before, after):
            percent = percent_better(first, second)
            if percent is None:
                unknown += 1
            elif percent >= level:
                better += 1
            elif percent < -30:
                worse += 1
        if better >= 3 and worse + unknown <= 1:
            answers[f"acr{level}"] = "met"
        elif better + unknown < 3 or worse > 1:
            answers[f"acr{level}"] = "not_met"
        else:
            answers[f"acr{level}"] = "indeterminate"
    return answers


def acr_pedi_sjia(before, after, temperature, fever_rule):
    answers = acr_pedi(before, after)
    fever = None
    if temperature is not None:
        fever = temperature > 38.0 if fever_rule == "gt_38_0" else temperature >= 37.5
    for level, answer in answers.items():
        if fever:
            answers[level] = "not_met"
        elif fever is None and answer != "not_met":
            answers[level] = "indeterminate"
    return answers


def flare(before, after, *, withdrawal):
    needed, percent_worse = (3, 30) if withdrawal else (2, 40)
    worse = better = unknown = 0
    for name, first, second in pairs(before, after):
        percent = percent_better(first, second)
        if percent is None:
            unknown += 1
            continue
        rise_is_enough = True
        if withdrawal and name.endswith(("global_0_10", "joint_count")):
            rise_is_enough = second - first >= 2
        if percent <= -percent_worse and rise_is_enough:
            worse += 1
        elif percent >= 30:
            better += 1
    if worse >= needed and better + unknown <= 1:
        return "met"
    if worse + unknown < needed or better > 1:
        return "not_met"
    return "indeterminate"


# ---- states --------------------------------------------------------------------------------------------------------


def reactant_fine(value, limit, attributable):
    """Of one reactant that was measured."""
    if attributable is False:
        return True
    return None if limit is None else value <= limit


def inactive(child):
    category = child.get("ilar_category")
    if category in ("psoriatic", "enthesitis_related", "undifferentiated"):
        return "not_applicable"
    if category is None:
        return "indeterminate"
    parts = []
    joints = child.get("active_joint_count")
    parts.append(None if joints is None else joints == 0)
    for finding in ("systemic_features_present", "active_uveitis"):
        present = child.get(finding)
        parts.append(None if present is None else not present)
    measured = [
        name for name in ("esr", "crp") if child.get({"esr": "esr_mm_h", "crp": "crp_mg_l"}[name]) is not None
    ]
    explained = child.get("elevation_attributable_to_jia")
    if not measured:
        parts.append(None)  # a rise that nobody measured cannot be explained
    if "esr" in measured:
        parts.append(reactant_fine(child["esr_mm_h"], child.get("esr_uln"), explained))
    if "crp" in measured:
        parts.append(reactant_fine(child["crp_mg_l"], child.get("crp_uln"), explained))
    physician = child.get("physician_global")
    parts.append(None if physician is None else physician == 0)
    stiffness = child.get("morning_stiffness_min")
    parts.append(None if stiffness is None else stiffness <= 15)
    if False in parts:
        return "not_met"
    return "indeterminate" if None in parts else "met"


def end_of_months(start, months):
    """The same day of the later month, stepping back to the last day that the month has."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for day in (start.day, 30, 29, 28):
        try:
            return date(year, month, day) if day <= start.day else None
        except ValueError:
            continue
    raise AssertionError


def remission(visits):
    """State at the last of dated visits (date, cid, on medication)."""
    ordered = sorted(visits)
    last_date, last_cid, medication = ordered[-1]
    if last_cid == "not_met":
        return "active"
    if last_cid == "indeterminate":
        return "indeterminate"
    start = last_date
    for day, cid, on in reversed(ordered):
        if cid != "met" or on is not medication:
            break
        start = day
    months, name = (6, "crm") if medication else (12, "cr")
    return name if last_date >= end_of_months(start, months) else "cid"


# ---- questionnaire -------------------------------------------------------------------------------------------------


def chaq(items, aids):
    scores = []
    for domain, answers in items.items():
        answered = [answer for answer in answers if answer in (0, 1, 2, 3)]
        if not answered:
            continue
        highest = max(answered)
        scores.append(2 if domain in aids and highest < 2 else highest)
    return Fraction(sum(scores), len(scores)) if len(scores) >= 6 else None
