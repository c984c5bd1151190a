"""The chart of one invented child: visits, laboratory values, medicines, infusions and adverse events, with gaps.

What decides is shown exactly at the baseline visit and at the deciding visit (`responders`); between them the values
move from one to the other, after it they stay near. Visits lie anywhere in their windows, laboratory values are often
drawn some days before, glucocorticoids are lowered in those who do better. A child whose basket's criterion must not
be met may be given a rescue drug, a second infusion or more glucocorticoid; one that responds is not, unless the
estimand lets such an event change nothing. All rates and shapes are ours and no estimate of anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.casebook.items import ITEMS
from leadline.protocol.estimands import IntercurrentEvent
from leadline.trial.design import HarmCount
from leadline.trial.rehearsal.gaps import BASELINE_GAPS, FOLLOW_UP_GAPS, Gap, draw_gap, lost_form, lost_from
from leadline.trial.rehearsal.responders import CRP_NORMAL, ESR_NORMAL, Ends, Responder, Rng, Shown, Value

if TYPE_CHECKING:
    from leadline.trial.rehearsal.setting import Planned, Setting


class Day(NamedTuple):
    """A day counted from the index infusion; `month_only` where the chart knows no more."""

    number: int
    month_only: bool = False


Cell = str | float | Day | None


class Row(NamedTuple):
    """A row of a table of the casebook. It is in the chart from the day `known` on."""

    table: str
    known: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Course:
    """A drug at one dose. It is still taken where it has no stop, or one that is yet to come."""

    drug: str
    start: Day
    stop: int | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is ever recorded of a child, in days from its index infusion.

    patient  the row of patients, without what depends on the day of writing
    last     the last day on which the child is seen
    """

    patient: Mapping[str, Cell]
    rows: tuple[Row, ...]
    courses: tuple[Course, ...]
    last: int


def draw_chart(
    rng: Rng, code: str, responder: Responder, setting: Setting, *, responds: bool, harm_day: int | None
) -> Chart:
    """A child's whole chart.

    code      of the child
    setting   what is planned, and what goes missing
    responds  whether its criterion is met at the deciding visit
    harm_day  on which an event begins that the harm rule counts; None for none
    """
    shown = responder.draw(rng, responds)
    shown = shown | _beside(rng, responder.diagnosis, responds)
    until = lost_from(rng, setting.missing)
    visits = tuple(_visits(rng, code, shown, setting, until))
    courses = tuple(_courses(rng, responder.diagnosis, setting, responds=responds))
    events = (
        *_infusions(rng, code, setting, responds=responds),
        *_adverse_events(rng, code, setting, harm_day=harm_day),
    )
    rows = (*visits, *(row for row in events if row.known <= until))
    held = [row.known for row in visits if row.table == "visits"]
    return Chart(_patient(rng, code, responder), rows, courses, last=max(0, *held))


# ---- who ---------------------------------------------------------------------------------------------------------


def _patient(rng: Rng, code: str, responder: Responder) -> dict[str, Cell]:
    age_days = int(rng.integers(4 * 365, 17 * 365))
    ill_days = int(rng.integers(300, age_days - 365))
    cells: dict[str, Cell] = {
        "patient_id": code,
        "diagnosis": responder.diagnosis,
        "sex": str(rng.choice(["female", "male"], p=[0.7, 0.3])),
        "birth_date": Day(-age_days, month_only=True),
        "onset_date": Day(-ill_days, month_only=bool(rng.random() < 0.7)),
        "publication_permission": "no",
    }
    if responder.categories:
        cells["ilar_category"] = str(rng.choice(responder.categories))
    return cells


# ---- visits ------------------------------------------------------------------------------------------------------

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
NOISE = 0.15  # of an item's way from its worst to its best, at visits that decide nothing
EFFECT_DAYS = 60.0  # time constant of the way from baseline to the deciding visit


def _visits(rng: Rng, code: str, shown: Shown, setting: Setting, until: float) -> Iterator[Row]:
    taken: set[int] = set()  # days on which something is recorded already
    for number, planned in enumerate(setting.visits, start=1):
        gap = draw_gap(rng, setting.missing, FOLLOW_UP_GAPS if planned.day > 0 else BASELINE_GAPS)
        day = _day_of(rng, planned, gap)
        while day in taken:
            day += 1
        if gap is Gap.NOT_HELD or day > until:
            continue
        lost = lost_form(rng, [EXAMINATION, *FORMS]) if gap is Gap.FORM_LOST else ""
        values = _values(rng, shown, planned, setting)
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


def _values(rng: Rng, shown: Shown, planned: Planned, setting: Setting) -> dict[str, Value]:
    """Exact at the visits that decide; else on the way from one to the other."""
    if planned.day == setting.baseline_day:
        return {name: ends.before for name, ends in shown.items() if not name.startswith("new_")}
    if planned.day == setting.deciding_day:
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


def _beside(rng: Rng, diagnosis: str, responds: bool) -> Shown:
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


# ---- treatment ---------------------------------------------------------------------------------------------------

BACKGROUND = {"jia": "methotrexate", "sle": "hydroxychloroquine", "mctd": "hydroxychloroquine"}
FAILED_BIOLOGIC = {"jia": "adalimumab", "sle": "rituximab", "mctd": "rituximab"}
PREDNISONE = {"route": "po", "dose_unit": "mg", "frequency": "daily"}
ON_GLUCOCORTICOID, GETS_RESCUE, GETS_MORE, SECOND_INFUSION = 0.7, 0.2, 0.15, 0.3


def _courses(rng: Rng, diagnosis: str, setting: Setting, *, responds: bool) -> Iterator[Course]:
    begun = -int(rng.integers(200, 1500))
    yield Course(BACKGROUND[diagnosis], Day(begun, month_only=True))
    failed = -int(rng.integers(400, 900))
    stopped = failed + int(rng.integers(120, 300))
    yield Course(FAILED_BIOLOGIC[diagnosis], Day(failed), stopped, {"stop_reason": "ineffective"})
    if rng.random() < ON_GLUCOCORTICOID:
        yield from _glucocorticoid(rng, setting, responds=responds)
    if setting.may_happen(IntercurrentEvent.RESCUE_DRUG, responds=responds) and rng.random() < GETS_RESCUE:
        yield Course(setting.rescue_drug, Day(int(rng.integers(20, setting.deciding_day - 10))))


def _glucocorticoid(rng: Rng, setting: Setting, *, responds: bool) -> Iterator[Course]:
    """The same dose for months, then, from four weeks after infusion, less in steps, as it was, or more."""
    mg = float(rng.integers(2, 9)) * 2.5
    start, change = -int(rng.integers(120, 200)), int(rng.integers(29, 60))
    more = (
        setting.may_happen(IntercurrentEvent.GLUCOCORTICOID_RISE, responds=responds)
        and rng.random() < GETS_MORE
    )
    less = not more and (responds or rng.random() < 0.3)
    if not more and not less:
        yield Course("prednisone", Day(start), None, {**PREDNISONE, "dose": mg})
        return
    yield Course("prednisone", Day(start), change, {**PREDNISONE, "dose": mg})
    if more:
        yield Course("prednisone", Day(change + 1), None, {**PREDNISONE, "dose": 2 * mg})
        return
    again = change + int(rng.integers(28, 57))
    yield Course("prednisone", Day(change + 1), again, {**PREDNISONE, "dose": round(0.75 * mg, 2)})
    yield Course("prednisone", Day(again + 1), None, {**PREDNISONE, "dose": round(0.5 * mg, 2)})


def _infusions(rng: Rng, code: str, setting: Setting, *, responds: bool) -> Iterator[Row]:
    again = (
        setting.may_happen(IntercurrentEvent.SECOND_INFUSION, responds=responds)
        and rng.random() < SECOND_INFUSION
    )
    days = (0, int(rng.integers(setting.second_from, setting.second_from + 29))) if again else (0,)
    for number, day in enumerate(days, start=1):
        cells: dict[str, Cell] = {
            "patient_id": code,
            "infusion_no": number,
            "infusion_start": Day(day),
            "route": "iv",
            "cell_type": "MSC",
            "tissue_source": "bone_marrow",
            "donor": "allogeneic_unrelated",
            "dose_cells_per_kg": 2.0,
            "status": "completed",
        }
        yield Row("infusions", day, cells)


# ---- adverse events ----------------------------------------------------------------------------------------------

TERMS = (
    "fever",
    "headache",
    "upper respiratory tract infection",
    "nausea",
    "rash",
    "pain at the place of infusion",
)
SERIOUS_TERMS = ("pneumonia", "sepsis", "thrombosis", "macrophage activation syndrome")
EVENTS_A_CHILD = 0.8  # on average, that do not count for the harm rule
SERIOUS_UNRELATED = 0.1  # of them


def _adverse_events(rng: Rng, code: str, setting: Setting, *, harm_day: int | None) -> Iterator[Row]:
    if harm_day is not None:
        serious = setting.counts is not HarmCount.ANY or rng.random() < 0.3
        relation = str(rng.choice(["possible", "probable"]))
        yield _event(rng, code, harm_day, serious=serious, relation=relation)
    if setting.counts is HarmCount.ANY:
        return
    for _ in range(rng.poisson(EVENTS_A_CHILD)):
        serious = setting.counts is not HarmCount.SERIOUS and rng.random() < SERIOUS_UNRELATED
        relation = "unlikely" if serious else str(rng.choice(["unlikely", "possible", "probable"]))
        yield _event(rng, code, int(rng.integers(0, 365)), serious=serious, relation=relation)


def _event(rng: Rng, code: str, day: int, *, serious: bool, relation: str) -> Row:
    cells: dict[str, Cell] = {
        "patient_id": code,
        "term_text": str(rng.choice(SERIOUS_TERMS if serious else TERMS)),
        "start_date": Day(day),
        "ctcae_grade": 3 if serious else int(rng.integers(1, 3)),
        "serious": "yes" if serious else "no",
        "serious_criteria": "hospitalisation" if serious else None,
        "outcome": "recovered",
        "relation_msc": relation,
        "method": "who_umc",
    }
    return Row("adverse_events", day, cells)
