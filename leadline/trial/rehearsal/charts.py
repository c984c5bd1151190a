"""The chart of one invented child, from what is true of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.protocol.estimands import IntercurrentEvent
from leadline.trial.monitoring.arms import Arm
from leadline.trial.rehearsal.gaps import lost_from
from leadline.trial.rehearsal.intercurrent import Events
from leadline.trial.rehearsal.rows import Cell, Chart, Day
from leadline.trial.rehearsal.treatment import (
    draw_adverse_events,
    draw_asked_drugs,
    draw_drugs,
    draw_infusions,
    fatal_event,
)
from leadline.trial.rehearsal.visits import draw_beside, draw_visits

if TYPE_CHECKING:
    from leadline.trial.rehearsal.responders import Responder, Rng
    from leadline.trial.rehearsal.setting import Setting

DEATH_IS_DATED = 0.5  # of the deaths; of the others the fatal event alone tells


def draw_chart(
    rng: Rng,
    code: str,
    responder: Responder,
    setting: Setting,
    *,
    responds: bool,
    harm_day: int | None,
    events: Events | None = None,
    arm: Arm | None = None,
) -> Chart:
    """A child's whole chart.

    code      of the child
    setting   what is planned, and what goes missing
    responds  whether its criterion is met at the deciding visit
    harm_day  on which an event begins that the harm rule counts, which may be its death; None for none
    events    intercurrent events that were asked for; None where none were
    arm       of a basket with controls: a control has no infusion, and usual care, which is the same drugs
    """
    treated = arm is not Arm.CONTROL
    shown = responder.draw(rng, responds)
    shown = shown | draw_beside(rng, responder.diagnosis, responds)
    until = lost_from(rng, setting.missing)
    days, counted = events or Events({}, responds)
    death = days.get(IntercurrentEvent.DEATH)
    alive = until if death is None else min(until, death - 1)
    visits = tuple(draw_visits(rng, code, shown, setting, alive, at_once=setting.judged_before(days)))
    drugs = (
        *draw_drugs(rng, responder.diagnosis, setting, responds=responds, counted=counted),
        *draw_asked_drugs(rng, responder.diagnosis, setting, days),
    )
    happened = (
        *(draw_infusions(rng, code, setting, counted=counted) if treated else ()),
        *draw_adverse_events(
            rng, code, setting, harm_day=harm_day if harm_day != death else None, treated=treated
        ),
    )
    rows = (*visits, *(row for row in happened if row.known <= alive))
    held = [row.known for row in visits if row.table == "visits"]
    assigned: dict[str, Cell] = {} if arm is None else {"assigned_arm": arm}
    if not treated:
        assigned["enrolled_date"] = Day(0)
    chart = Chart(_patient(rng, code, responder) | assigned, rows, drugs, last=max([0, *held]))
    if death is None or death > until:  # nobody knows of the death of a child that is not followed any more
        return chart
    return _with_death(rng, code, chart, death, treated=treated)


def _with_death(rng: Rng, code: str, chart: Chart, day: int, *, treated: bool) -> Chart:
    """The chart of a child that dies while it is followed: told by a fatal event, and in half by a date of death."""
    fatal = fatal_event(rng, code, day, treated=treated)
    died = day if rng.random() < DEATH_IS_DATED else None
    return replace(chart, rows=(*chart.rows, fatal), last=day, died=died)


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
