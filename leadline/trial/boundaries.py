"""What each number of responders leads to at each look: the table that a monitoring board reads.

With borrowing, one count can lead to different decisions, as other baskets' counts decide too. A row then says so,
and two columns say what follows when the others respond as under their null rates, or as under their target rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import comb, prod
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from leadline.trial.borrowing.outcomes import every_outcome, outcomes_from, sorted_outcomes, table_shape
from leadline.trial.endings import sizes_by_step, verdicts_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing import Outcomes
    from leadline.trial.borrowing.beta import Counts
    from leadline.trial.operating import Trial


T = TypeVar("T")

MOST_LOOKED_AT = 1_000_000  # outcomes of all baskets together that are looked at for one basket and look


class Action(StrEnum):
    """What a look decides for a basket."""

    STOP = "stop for futility"
    GO_ON = "go on"
    EARLY_SUCCESS = "stop for success"
    SUCCESS = "success"
    NO_SUCCESS = "no success"
    DEPENDS = "depends on the other baskets"
    MAY_DEPEND = "may depend on the other baskets"  # too many outcomes of the others to look at each

    @property
    def open(self) -> bool:
        """Whether the basket's own count does not say what is decided."""
        return self in (Action.DEPENDS, Action.MAY_DEPEND)


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """If `responders_from` to `responders_to` of `children` treated ones respond in this basket at this look.

    action              what is decided, whatever the other baskets show; or that it depends on them
    others_null         what is decided when the others show what their null rates lead to expect
    others_target       likewise for their target rates, their controls as expected
    controls            control children at this look; 0 in a basket that has none
    control_responders_from, control_responders_to   and if so many of them respond
    """

    basket: str
    look: int
    children: int
    responders_from: int
    responders_to: int
    action: Action
    others_null: Action
    others_target: Action
    controls: int = 0
    control_responders_from: int = 0
    control_responders_to: int = 0


def boundary_rows(trial: Trial) -> tuple[BoundaryRow, ...]:
    """The table of every basket and look, for trials in which no basket has closed before."""
    looks = [0] * len(trial.design.baskets)
    rows: list[BoundaryRow] = []
    for moved, sizes in zip(trial.design.steps(), sizes_by_step(trial.design), strict=True):
        for j in moved:
            looks[j] += 1
            if trial.parts:
                rows += _rows_of(trial.parts[j], (sizes[j],), 0, looks[j])
            else:
                rows += _rows_of(trial, sizes, j, looks[j])
    return tuple(rows)


Decided = tuple[Action, Action, Action]  # whatever the others show; others as at null rates; at target rates


def _rows_of(trial: Trial, sizes: tuple[int, ...], basket: int, look: int) -> list[BoundaryRow]:
    """Runs of treated responders that lead to the same, for each run of control responders with the same runs."""
    size, controls = sizes[basket], trial.design.baskets[basket].controls(sizes[basket])
    label = trial.design.baskets[basket].label
    decided = _decided(trial, sizes, basket, look)
    by_controls = [_runs(decided[control :: controls + 1]) for control in range(controls + 1)]
    return [
        BoundaryRow(label, look, size, first, last, *what, controls, fewest, most)
        for fewest, most, runs in _runs(by_controls)
        for first, last, what in runs
    ]


def _runs(values: Sequence[T]) -> list[tuple[int, int, T]]:
    """(first position, last position, value) of each run of equal values."""
    runs: list[tuple[int, int, T]] = []
    for at, value in enumerate(values):
        first = runs.pop()[0] if runs and runs[-1][2] == value else at
        runs.append((first, at, value))
    return runs


def _decided(trial: Trial, sizes: tuple[int, ...], basket: int, look: int) -> list[Decided]:
    """What each entry of the basket's table leads to."""
    at_null = actions(trial, _others_as_expected(trial, trial.design.null_rates, sizes, basket), basket, look)
    at_target = actions(
        trial, _others_as_expected(trial, trial.design.target_rates, sizes, basket), basket, look
    )
    return list(zip(_whatever_others_show(trial, sizes, basket, look), at_null, at_target, strict=True))


def _whatever_others_show(trial: Trial, sizes: tuple[int, ...], basket: int, look: int) -> list[Action]:
    """The decision on each entry of the basket's table, if it is one and the same for all outcomes of the others."""
    shape = table_shape(sizes, trial.design.controls(sizes))
    if _count_with_others(trial, shape) > MOST_LOOKED_AT:
        return [Action.MAY_DEPEND] * shape[basket]
    everything = _with_all_others(trial, sizes, basket)
    verdicts = verdicts_at(trial.design, trial.posterior, everything, basket=basket, look=look)
    possible = np.zeros((shape[basket], 3), dtype=np.bool_)
    possible[everything.entries[:, basket], verdicts + 1] = True
    words = _words(trial, basket, look)
    return [words[int(row.argmax()) - 1] if row.sum() == 1 else Action.DEPENDS for row in possible]


def _count_with_others(trial: Trial, shape: tuple[int, ...]) -> int:
    if trial.design.exchangeable:
        return shape[0] * comb(shape[0] + len(shape) - 2, len(shape) - 1)
    return prod(shape)


def _with_all_others(trial: Trial, sizes: tuple[int, ...], basket: int) -> Outcomes:
    """Each entry of this basket with all entries of the others; of exchangeable others the multisets suffice."""
    controls = trial.design.controls(sizes)
    if not trial.design.exchangeable or len(sizes) == 1:
        return every_outcome(sizes, controls)
    others = sorted_outcomes(sizes[0], len(sizes) - 1, controls=controls[0]).entries
    entries = table_shape(sizes, controls)[basket]
    own = np.repeat(np.arange(entries), len(others))
    return outcomes_from(np.insert(np.tile(others, (entries, 1)), basket, own, axis=1), sizes, controls)


def _others_as_expected(
    trial: Trial, rates: tuple[float, ...], sizes: tuple[int, ...], basket: int
) -> Outcomes:
    """One row for each entry of this basket; the others have the whole numbers nearest to what they lead to expect."""
    controls = trial.design.controls(sizes)
    shape = table_shape(sizes, controls)
    treated = _nearest(rates, sizes)
    expected = treated * (np.array(controls) + 1) + _nearest(trial.design.null_rates, controls)
    rows = np.tile(expected, (shape[basket], 1))
    rows[:, basket] = np.arange(shape[basket])
    return outcomes_from(rows, sizes, controls)


def _nearest(rates: tuple[float, ...], sizes: tuple[int, ...]) -> Counts:
    return np.array([int(np.floor(rate * size + 0.5)) for rate, size in zip(rates, sizes, strict=True)])


def actions(trial: Trial, outcomes: Outcomes, basket: int, look: int) -> list[Action]:
    """The decision on one basket at one of its looks, for each outcome."""
    words = _words(trial, basket, look)
    verdicts = verdicts_at(trial.design, trial.posterior, outcomes, basket=basket, look=look)
    return [words[verdict] for verdict in verdicts.tolist()]


def _words(trial: Trial, basket: int, look: int) -> dict[int, Action]:
    last = look == len(trial.design.baskets[basket].looks)
    return {
        1: Action.SUCCESS if last else Action.EARLY_SUCCESS,
        0: Action.GO_ON,
        -1: Action.NO_SUCCESS if last else Action.STOP,
    }
