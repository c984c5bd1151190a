"""The trial decided from charts: written as a casebook at every look, read back, judged and monitored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leadline.casebook import read_casebook
from leadline.trial.boundaries import Action
from leadline.trial.monitoring.arms import Arm
from leadline.trial.monitoring.monitor import Reached, reach
from leadline.trial.rehearsal.charts import draw_chart
from leadline.trial.rehearsal.course import Decided
from leadline.trial.rehearsal.known import short_of_look
from leadline.trial.rehearsal.rows import Chart
from leadline.trial.rehearsal.writing import Followed, write_casebook

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.trial.rehearsal.asked import Prepared
    from leadline.trial.rehearsal.course import Child, Look

VERDICTS = {
    Action.SUCCESS: 1,
    Action.EARLY_SUCCESS: 1,
    Action.GO_ON: 0,
    Action.STOP: -1,
    Action.NO_SUCCESS: -1,
}


@dataclass(slots=True)
class Charted:
    """One trial's charts, and what monitoring made of them at its last look.

    number    of the rehearsal; with the seed, and a child's basket and number, it is the seed of the child's chart, so
              that a chart is the same whatever the course of the trial
    folder    where the casebook of each look is written
    """

    ready: Prepared
    number: int
    folder: Path
    charts: dict[str, Chart] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    last: Reached | None = None

    def decide(self, look: Look) -> Decided:
        """What monitoring decides at a look, from the charts as they stand on its day."""
        children = [Followed(self._chart(one.child), one.infused) for one in look.taken]
        on = date.fromordinal(look.day)
        kind = "harm" if look.harm_alone else f"look-{look.step + 1}"
        folder = write_casebook(
            self.folder / f"{on.isoformat()}-{kind}",
            children,
            on=look.day,
            protocol=self.ready.plan.protocol,
            title=f"Rehearsal {self.number}, {on.isoformat()}",
        )
        self.last = reach(self.ready.plan, read_casebook(folder), on=on, trial=self.ready.trial)
        return self._decided(self.last, look)

    def _decided(self, reached: Reached, look: Look) -> Decided:
        harm = frozenset(reached.course.harmed)
        if harm.issuperset(look.baskets):
            return Decided(harm)
        step = next((one for one in reached.course.steps if one.number == look.step + 1), None)
        if step is None:
            known = reached.seen.children + reached.seen.controls
            return Decided(harm, short=short_of_look(self.ready.design, look, known))
        verdicts = {
            one.basket: VERDICTS[Action(one.action)] for one in step.decisions if one.basket not in harm
        }
        return Decided(harm, verdicts)

    def _chart(self, child: Child) -> Chart:
        """The child's whole chart, made when it is first asked for."""
        basket = self.ready.design.baskets[child.basket]
        arm = "C" if child.control else ""
        code = f"{_code(basket.id)}-{arm}{child.number + 1:04}"
        if code not in self.charts:
            self.children[code] = child
            self.charts[code] = draw_chart(
                np.random.default_rng(self._seed(child)),
                code,
                self.ready.responders[child.basket],
                self.ready.settings[child.basket],
                responds=child.responds,
                harm_day=child.harm_day,
                events=child.events,
                arm=_arm(child) if basket.control else None,
            )
        return self.charts[code]

    def _seed(self, child: Child) -> list[int]:
        seed = [self.ready.asked.seed, self.number, child.basket, child.number]
        return [*seed, 1] if child.control else seed


def _arm(child: Child) -> Arm:
    return Arm.CONTROL if child.control else Arm.TREATED


def _code(basket: str) -> str:
    """The basket's id as the beginning of a child's code: capital letters and digits."""
    return "".join(letter for letter in basket.upper() if letter.isascii() and letter.isalnum())[:12]
