"""The chart of one invented child, from what is true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.monitoring.arms import Arm
from leadline.trial.rehearsal.gaps import lost_from
from leadline.trial.rehearsal.rows import Cell, Chart, Day
from leadline.trial.rehearsal.treatment import draw_adverse_events, draw_drugs, draw_infusions
from leadline.trial.rehearsal.visits import draw_beside, draw_visits

if TYPE_CHECKING:
    from leadline.trial.rehearsal.responders import Responder, Rng
    from leadline.trial.rehearsal.setting import Setting


def draw_chart(
    rng: Rng,
    code: str,
    responder: Responder,
    setting: Setting,
    *,
    responds: bool,
    harm_day: int | None,
    arm: Arm | None = None,
) -> Chart:
    """A child's whole chart.

    code      of the child
    setting   what is planned, and what goes missing
    responds  whether its criterion is met at the deciding visit
    harm_day  on which an event begins that the harm rule counts; None for none
    arm       of a basket with controls: a control has no infusion, and usual care, which is the same drugs
    """
    treated = arm is not Arm.CONTROL
    shown = responder.draw(rng, responds)
    shown = shown | draw_beside(rng, responder.diagnosis, responds)
    until = lost_from(rng, setting.missing)
    visits = tuple(draw_visits(rng, code, shown, setting, until))
    drugs = tuple(draw_drugs(rng, responder.diagnosis, setting, responds=responds))
    events = (
        *(draw_infusions(rng, code, setting, responds=responds) if treated else ()),
        *draw_adverse_events(rng, code, setting, harm_day=harm_day, treated=treated),
    )
    rows = (*visits, *(row for row in events if row.known <= until))
    held = [row.known for row in visits if row.table == "visits"]
    assigned: dict[str, Cell] = {} if arm is None else {"assigned_arm": arm}
    if not treated:
        assigned["enrolled_date"] = Day(0)
    return Chart(_patient(rng, code, responder) | assigned, rows, drugs, last=max([0, *held]))


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
