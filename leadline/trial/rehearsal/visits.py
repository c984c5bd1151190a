"""The visits of an invented child: what is recorded at each, and what is not.

What decides is shown exactly at the baseline visit and at the deciding visit (`responders`); between them the values
move from one to the other, after it they stay near. Visits lie anywhere in their windows, and laboratory values are
often drawn some days before. All rates and shapes are ours and no estimate of anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from leadline.casebook.items import ITEMS
from leadline.trial.rehearsal.gaps import BASELINE_GAPS, FOLLOW_UP_GAPS, Gap, draw_gap, lost_form
from leadline.trial.rehearsal.responders import CRP_NORMAL, ESR_NORMAL, Ends, Rng, Shown, Value
from leadline.trial.rehearsal.rows import Cell, Day, Row

if TYPE_CHECKING:
    from leadline.trial.rehearsal.setting import Planned, Setting

FORMS = {
    "laboratory": frozenset(("esr_mm_h", "crp_mg_l", "haemoglobin_g_dl", "platelets_10e9_l", "c3_mg_dl")),
    "questionnaire": frozenset(
        ("parent_global_0_10", "chaq_di", "pain_vas_0_10", "morning_stiffness_min", "max_temp_c_7d")
    ),
    "bilag": frozenset(("new_bilag_a", "new_bilag_b")),
}
"""What is filled in together, and lost together; everything else is the examination."""

EXAMINATION = "examination"

STEPS = {
    "physician_global_0_10": 0.5, "parent_global_0_10": 0.5, "chaq_di": 0.125, "pga_0_3": 0.1, "crp_mg_l": 0.1,
    "haemoglobin_g_dl": 0.1, "max_temp_c_7d": 0.1, "morning_stiffness_min": 5, "pain_vas_0_10": 0.5,
    "raynaud_condition_score": 0.1,
}  # fmt: skip
"""The steps in which an item is written down; 1 for every other."""

LABORATORY: Mapping[str, dict[str, Cell]] = {
    "esr_mm_h": {"unit": "mm/h", "ref_high": ESR_NORMAL},
    "crp_mg_l": {"unit": "mg/L", "ref_high": CRP_NORMAL},
    "haemoglobin_g_dl": {"unit": "g/dL", "ref_low": 11.5, "ref_high": 15.5},
    "platelets_10e9_l": {"unit": "10*9/L", "ref_low": 150, "ref_high": 450},
    "c3_mg_dl": {"unit": "mg/dL", "ref_low": 90, "ref_high": 180},
}

DRAWN_BEFORE = 0.25  # of the visits: blood was taken up to four days before
NOISE = 0.15  # of the way that an item goes, at visits that decide nothing
EFFECT_DAYS = 60.0  # time constant of the way from baseline to the deciding visit


def draw_visits(
    rng: Rng, code: str, shown: Shown, setting: Setting, until: float, *, at_once: bool = False
) -> Iterator[Row]:
    """Every visit that is held, with its laboratory values; none after the day `until`.

    at_once  whether a child is from the first visit after day 0 on as it ends; else it comes to that on a way
    """
    taken: set[int] = set()  # days on which something is recorded already
    for number, planned in enumerate(setting.visits, start=1):
        gap = draw_gap(rng, setting.missing, FOLLOW_UP_GAPS if planned.day > 0 else BASELINE_GAPS)
        day = _day_of(rng, planned, gap)
        while day in taken:
            day += 1
        if gap is Gap.NOT_HELD or day > until:
            continue
        lost = lost_form(rng, [EXAMINATION, *FORMS]) if gap is Gap.FORM_LOST else ""
        values = _values(rng, shown, planned, setting, at_once=at_once)
        before = 0 if gap is Gap.MONTH_ONLY else _drawn_before(rng, day, taken)
        taken |= {day, day - before}
        when = Day(day, month_only=gap is Gap.MONTH_ONLY)
        yield from _visit(f"{code}-V{number:02}", code, when, values, lost=lost, drawn_before=before)


def _drawn_before(rng: Rng, day: int, taken: set[int]) -> int:
    """How many days before the visit blood was taken: never on the far side of the infusion or at another visit."""
    before = int(rng.integers(1, 5)) if day and rng.random() < DRAWN_BEFORE else 0
    return 0 if day - before in taken or (day - before <= 0) is not (day <= 0) else before


def _day_of(rng: Rng, planned: Planned, gap: Gap | None) -> int:
    """Near the planned day and in the window, or, if late, after it."""
    if gap is Gap.LATE:
        return planned.last + 1 + int(rng.exponential(12))
    spread = max(planned.day - planned.first, planned.last - planned.day) / 4
    return int(np.clip(round(planned.day + rng.normal(0, spread)), planned.first, planned.last))


def _visit(
    uid: str, code: str, when: Day, values: Mapping[str, Value], *, lost: str, drawn_before: int
) -> Iterator[Row]:
    day = when.number
    about: dict[str, Cell] = {
        "patient_id": code,
        "visit_uid": uid,
        "visit_date": when,
        "visit_kind": "scheduled",
        "adverse_events_assessed": "yes",
        "list_used": "71",
    }
    forms = {name: _form(name) for name in values}
    yield Row("visits", day, about | {name: _cell(value) for name, value in values.items()
                                      if forms[name] not in ("laboratory", lost)})  # fmt: skip
    if lost == "laboratory":
        return
    where: dict[str, Cell] = {"obs_date": Day(day - drawn_before)} if drawn_before else {"visit_uid": uid}
    for name, value in values.items():
        if forms[name] == "laboratory":
            cells = {"patient_id": code, **where, "measure": name, "value_num": value, "rater": "laboratory"}
            yield Row("observations", day, cells | LABORATORY[name])


def _form(item: str) -> str:
    return next((form for form, items in FORMS.items() if item in items), EXAMINATION)


def _cell(value: Value) -> Cell:
    return ("present" if value else "absent") if isinstance(value, bool) else value


def _values(rng: Rng, shown: Shown, planned: Planned, setting: Setting, *, at_once: bool) -> dict[str, Value]:
    """Exact at the visits that decide; else on the way from one to the other."""
    if planned.day == setting.baseline_day:
        return {name: ends.before for name, ends in shown.items() if not name.startswith("new_")}
    if planned.day == setting.deciding_day or (at_once and planned.day > 0):
        return {name: ends.after for name, ends in shown.items()}
    way = 0.0
    if planned.day > 0:
        reached = 1 - np.exp(-planned.day / EFFECT_DAYS)
        way = min(1.0, float(reached / (1 - np.exp(-setting.deciding_day / EFFECT_DAYS))))
    return {
        name: _between(rng, name, ends, way)
        for name, ends in shown.items()
        if planned.day > 0 or not name.startswith("new_")
    }


def _between(rng: Rng, name: str, ends: Ends, way: float) -> Value:
    if isinstance(ends.before, bool):
        return ends.after if rng.random() < way else ends.before
    item, step = ITEMS[name], STEPS.get(name, 1)
    noise = rng.normal(0, NOISE) * max(abs(ends.after - ends.before), step)
    value = round((ends.before + way * (ends.after - ends.before) + noise) / step) * step
    return round(float(np.clip(value, item.low, item.high)), 3)


def draw_beside(rng: Rng, diagnosis: str, responds: bool) -> Shown:
    """What a chart holds besides, and no criterion looks at."""
    active, later = (
        float(rng.uniform(0.5, 0.9)),
        float(rng.uniform(0.05, 0.3) if responds else rng.uniform(0.3, 0.9)),
    )

    def ends(quiet: float, bad: float, step: float = 1.0) -> Ends:
        before, after = (
            round(round((quiet + (bad - quiet) * part) / step) * step, 3) for part in (active, later)
        )
        return Ends(before, after)

    weight = round(float(rng.uniform(16, 62)), 1)
    shown = {
        "weight_kg": Ends(weight, round(weight * 1.03, 1)),
        "haemoglobin_g_dl": ends(13.2, 9.6, 0.1),
        "platelets_10e9_l": ends(270, 480),
    }
    match diagnosis:
        case "jia":
            shown["pain_vas_0_10"] = ends(0.5, 8, 0.5)
        case "sle":
            shown |= {"c3_mg_dl": ends(115, 55), "esr_mm_h": ends(8, 70)}
        case "mctd":
            shown |= {"raynaud_condition_score": ends(1, 8, 0.1), "cmas": ends(52, 34)}
    return shown
