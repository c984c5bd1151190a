"""What an invented child is given, and what happens to it besides: drugs, infusions and adverse events.

Glucocorticoids are lowered in those who do better. A child that truly is no responder may be given a rescue drug, a
second infusion or more glucocorticoid; any other is not, unless the estimand lets such an event change nothing. All
rates and shapes are ours and no estimate of anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from leadline.protocol.estimands import IntercurrentEvent
from leadline.trial.design import HarmCount
from leadline.trial.rehearsal.responders import Rng
from leadline.trial.rehearsal.rows import Cell, Day, Given, Row

if TYPE_CHECKING:
    from leadline.trial.rehearsal.setting import Setting


class Biologic(NamedTuple):
    """A biologic given under the skin every week, and its dose."""

    drug: str
    dose_mg: float


BACKGROUND = {"jia": "methotrexate", "sle": "hydroxychloroquine", "mctd": "hydroxychloroquine"}
FAILED_BIOLOGIC = {"jia": "adalimumab", "sle": "rituximab", "mctd": "rituximab"}
LONGEST_ON_A_DRUG = 1300  # days before infusion; the youngest child is four
PREDNISONE = {"route": "po", "dose_unit": "mg", "frequency": "daily"}
KEPT_BIOLOGIC = {
    "jia": Biologic("abatacept", 125.0),
    "sle": Biologic("belimumab", 200.0),
    "mctd": Biologic("abatacept", 125.0),
}
PAUSED_AROUND_INFUSION = 0.5
ON_GLUCOCORTICOID, GETS_RESCUE, GETS_MORE, SECOND_INFUSION = 0.7, 0.2, 0.15, 0.3


def draw_drugs(
    rng: Rng, diagnosis: str, setting: Setting, *, responds: bool, counted: bool | None
) -> Iterator[Given]:
    """A background drug, a biologic that failed, often a glucocorticoid, and in some a rescue drug."""
    begun = -min(int(rng.integers(200, 1500)), LONGEST_ON_A_DRUG)
    yield Given(BACKGROUND[diagnosis], Day(begun, month_only=True))
    failed = -int(rng.integers(400, 900))
    stopped = failed + int(rng.integers(120, 300))
    yield Given(FAILED_BIOLOGIC[diagnosis], Day(failed), stopped, {"stop_reason": "ineffective"})
    if rng.random() < ON_GLUCOCORTICOID:
        yield from _glucocorticoid(rng, setting, responds=responds, counted=counted)
    if setting.may_happen(IntercurrentEvent.RESCUE_DRUG, counted=counted) and rng.random() < GETS_RESCUE:
        yield Given(setting.rescue_drug, Day(int(rng.integers(20, setting.deciding_day - 10))))


def draw_asked_drugs(
    rng: Rng, diagnosis: str, setting: Setting, days: Mapping[IntercurrentEvent, int]
) -> Iterator[Given]:
    """What the intercurrent events that are asked for take: a biologic, in some stopped, and a drug not permitted.

    In half of the children the biologic is paused around the infusion, for no longer than a drug may be without being
    begun anew: that is no event, and must not be found to be one.
    """
    if setting.on_biologic:
        biologic = KEPT_BIOLOGIC[diagnosis]
        dose: dict[str, Cell] = {
            "route": "sc", "dose": biologic.dose_mg, "dose_unit": "mg", "frequency": "weekly",
        }  # fmt: skip
        begun, stop = -int(rng.integers(60, 300)), days.get(IntercurrentEvent.STOPPED_BIOLOGIC)
        if rng.random() < PAUSED_AROUND_INFUSION:
            pause = int(rng.integers(2, setting.longest_pause + 1))
            paused = -int(rng.integers(1, pause))
            yield Given(biologic.drug, Day(begun), paused, dose)
            begun = paused + pause
        yield Given(biologic.drug, Day(begun), stop, dose)
    if IntercurrentEvent.PROHIBITED_DRUG in days:
        yield Given(setting.prohibited_drug, Day(days[IntercurrentEvent.PROHIBITED_DRUG]))


def _glucocorticoid(rng: Rng, setting: Setting, *, responds: bool, counted: bool | None) -> Iterator[Given]:
    """The same dose for months, then, from four weeks after infusion, less in steps, as it was, or more."""
    mg = float(rng.integers(2, 9)) * 2.5
    start, change = -int(rng.integers(120, 200)), int(rng.integers(29, 60))
    more = (
        setting.may_happen(IntercurrentEvent.GLUCOCORTICOID_RISE, counted=counted)
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


def draw_infusions(rng: Rng, code: str, setting: Setting, *, counted: bool | None) -> Iterator[Row]:
    """The index infusion, and in some a second one."""
    again = (
        setting.may_happen(IntercurrentEvent.SECOND_INFUSION, counted=counted)
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


def fatal_event(rng: Rng, code: str, day: int, *, treated: bool) -> Row:
    """The adverse event of which a child dies on a day: unlikely to be due to the cells."""
    relation = "unlikely" if treated else "not_related"
    row = _event(rng, code, day, serious=True, relation=relation)
    fatal: dict[str, Cell] = {
        "ctcae_grade": 5, "serious_criteria": "death", "outcome": "fatal", "end_date": Day(day),
    }  # fmt: skip
    return row._replace(cells={**row.cells, **fatal})


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
