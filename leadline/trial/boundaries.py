"""What each number of responders leads to at each look: the table that a monitoring board reads.

With borrowing, one count can lead to different decisions, as other baskets' counts decide too. A row then says so,
and two columns say what follows when the others respond as under their null rates, or as under their target rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Outcomes
from leadline.trial.borrowing.outcomes import every_outcome, sorted_outcomes
from leadline.trial.endings import verdicts_at

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Counts
    from leadline.trial.operating import Trial


class Action(StrEnum):
    """What a look decides for a basket."""

    STOP = "stop for futility"
    GO_ON = "go on"
    EARLY_SUCCESS = "stop for success"
    SUCCESS = "success"
    NO_SUCCESS = "no success"
    DEPENDS = "depends on the other baskets"


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """If `responders_from` to `responders_to` of `children` respond in this basket at this look.

    action              what is decided, whatever the other baskets show; or that it depends on them
    others_null         what is decided when the others show what their null rates lead to expect
    others_target       likewise for their target rates
    """

    basket: str
    look: int
    children: int
    responders_from: int
    responders_to: int
    action: Action
    others_null: Action
    others_target: Action


def boundary_rows(trial: Trial) -> tuple[BoundaryRow, ...]:
    """The table of every basket and look, for trials in which no basket has closed before."""
    looks = [0] * len(trial.design.baskets)
    rows: list[BoundaryRow] = []
    for moved in trial.design.steps():
        for j in moved:
            looks[j] += 1
        sizes = tuple(b.looks[k - 1] if k else 0 for b, k in zip(trial.design.baskets, looks, strict=True))
        for j in moved:
            rows += _rows_of(trial, sizes, j, looks[j])
    return tuple(rows)


def _rows_of(trial: Trial, sizes: tuple[int, ...], basket: int, look: int) -> list[BoundaryRow]:
    outcomes = _with_all_others(trial, sizes, basket)
    possible: list[set[Action]] = [set() for _ in range(sizes[basket] + 1)]
    for count, action in zip(
        outcomes.responders[:, basket].tolist(), actions(trial, outcomes, basket, look), strict=True
    ):
        possible[count].add(action)
    at_null = actions(trial, _others_as_expected(trial.design.null_rates, sizes, basket), basket, look)
    at_target = actions(trial, _others_as_expected(trial.design.target_rates, sizes, basket), basket, look)
    rows: list[BoundaryRow] = []
    for count in range(sizes[basket] + 1):
        action = next(iter(possible[count])) if len(possible[count]) == 1 else Action.DEPENDS
        same = (action, at_null[count], at_target[count])
        if rows and (rows[-1].action, rows[-1].others_null, rows[-1].others_target) == same:
            first = rows.pop().responders_from
        else:
            first = count
        name = trial.design.baskets[basket].label
        rows.append(BoundaryRow(name, look, sizes[basket], first, count, *same))
    return rows


def _with_all_others(trial: Trial, sizes: tuple[int, ...], basket: int) -> Outcomes:
    """Each count of this basket with all counts of the others; of exchangeable others the multisets suffice."""
    if not trial.design.exchangeable or len(sizes) == 1:
        return every_outcome(sizes)
    others = sorted_outcomes(sizes[0], len(sizes) - 1).responders
    own = np.repeat(np.arange(sizes[basket] + 1), len(others))
    return Outcomes(np.insert(np.tile(others, (sizes[basket] + 1, 1)), basket, own, axis=1), sizes)


def _others_as_expected(rates: tuple[float, ...], sizes: tuple[int, ...], basket: int) -> Outcomes:
    """One row for each count of this basket; the others have the whole number nearest to what they lead to expect."""
    expected: Counts = np.array(
        [int(np.floor(rate * size + 0.5)) for rate, size in zip(rates, sizes, strict=True)]
    )
    rows = np.tile(expected, (sizes[basket] + 1, 1))
    rows[:, basket] = np.arange(sizes[basket] + 1)
    return Outcomes(rows, sizes)


def actions(trial: Trial, outcomes: Outcomes, basket: int, look: int) -> list[Action]:
    """The decision on one basket at one of its looks, for each outcome."""
    last = look == len(trial.design.baskets[basket].looks)
    words = {
        1: Action.SUCCESS if last else Action.EARLY_SUCCESS,
        0: Action.GO_ON,
        -1: Action.NO_SUCCESS if last else Action.STOP,
    }
    verdicts = verdicts_at(trial.design, trial.posterior, outcomes, basket=basket, look=look)
    return [words[verdict] for verdict in verdicts.tolist()]
