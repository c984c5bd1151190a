"""What an invented child is given, and what happens to it besides: drugs, infusions and adverse events.

Glucocorticoids are lowered in those who do better. A child whose criterion must not be met may be given a rescue drug,
a second infusion or more glucocorticoid; one that responds is not, unless the estimand lets such an event change
nothing. All rates and shapes are ours and no estimate of anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadline.protocol.estimands import IntercurrentEvent
from leadline.trial.design import HarmCount
from leadline.trial.rehearsal.responders import Rng
from leadline.trial.rehearsal.rows import Cell, Day, Given, Row

if TYPE_CHECKING:
    from leadline.trial.rehearsal.setting import Setting

BACKGROUND = {"jia": "methotrexate", "sle": "hydroxychloroquine", "mctd": "hydroxychloroquine"}
FAILED_BIOLOGIC = {"jia": "adalimumab", "sle": "rituximab", "mctd": "rituximab"}
LONGEST_ON_A_DRUG = 1300  # days before infusion; the youngest child is four
PREDNISONE = {"route": "po", "dose_unit": "mg", "frequency": "daily"}
ON_GLUCOCORTICOID, GETS_RESCUE, GETS_MORE, SECOND_INFUSION = 0.7, 0.2, 0.15, 0.3


def draw_drugs(rng: Rng, diagnosis: str, setting: Setting, *, responds: bool) -> Iterator[Given]:
    """A background drug, a biologic that failed, often a glucocorticoid, and in some a rescue drug."""
    begun = -min(int(rng.integers(200, 1500)), LONGEST_ON_A_DRUG)
    yield Given(BACKGROUND[diagnosis], Day(begun, month_only=True))
    failed = -int(rng.integers(400, 900))
    stopped = failed + int(rng.integers(120, 300))
    yield Given(FAILED_BIOLOGIC[diagnosis], Day(failed), stopped, {"stop_reason": "ineffective"})
    if rng.random() < ON_GLUCOCORTICOID:
        yield from _glucocorticoid(rng, setting, responds=responds)
    if setting.may_happen(IntercurrentEvent.RESCUE_DRUG, responds=responds) and rng.random() < GETS_RESCUE:
        yield Given(setting.rescue_drug, Day(int(rng.integers(20, setting.deciding_day - 10))))


def _glucocorticoid(rng: Rng, setting: Setting, *, responds: bool) -> Iterator[Given]:
    """The same dose for months, then, from four weeks after infusion, less in steps, as it was, or more."""
    mg = float(rng.integers(2, 9)) * 2.5
    start, change = -int(rng.integers(120, 200)), int(rng.integers(29, 60))
    more = (
        setting.may_happen(IntercurrentEvent.GLUCOCORTICOID_RISE, responds=responds)
        and rng.random() < GETS_MORE
    )
    less = not more and (responds or rng.random() < 0.3)
    if not more and not less:
        yield Given("prednisone", Day(start), None, {**PREDNISONE, "dose": mg})
        return
    yield Given("prednisone", Day(start), change, {**PREDNISONE, "dose": mg})
    if more:
        yield Given("prednisone", Day(change + 1), None, {**PREDNISONE, "dose": 2 * mg})
        return
    again = change + int(rng.integers(28, 57))
    yield Given("prednisone", Day(change + 1), again, {**PREDNISONE, "dose": round(0.75 * mg, 2)})
    yield Given("prednisone", Day(again + 1), None, {**PREDNISONE, "dose": round(0.5 * mg, 2)})


def draw_infusions(rng: Rng, code: str, setting: Setting, *, responds: bool) -> Iterator[Row]:
    """The index infusion, and in some a second one."""
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


# ---- adverse events --------------------------------------------------------------------------------------------------

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


def draw_adverse_events(
    rng: Rng, code: str, setting: Setting, *, harm_day: int | None, treated: bool = True
) -> Iterator[Row]:
    """The event that counts, where there is one, and others that do not count; of a control none is related."""
    if harm_day is not None:
        serious = setting.counts is not HarmCount.ANY or rng.random() < 0.3
        relation = str(rng.choice(["possible", "probable"]))
        yield _event(rng, code, harm_day, serious=serious, relation=relation)
    if setting.counts is HarmCount.ANY:
        return
    for _ in range(rng.poisson(EVENTS_A_CHILD)):
        serious = setting.counts is not HarmCount.SERIOUS and rng.random() < SERIOUS_UNRELATED
        relation = "unlikely" if serious else str(rng.choice(["unlikely", "possible", "probable"]))
        relation = relation if treated else "not_related"
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
