"""Simon's two-stage designs: stop after n1 children with at most r1 responders; in the end more than r of n succeed.

Sources   [S89] Simon R. Control Clin Trials 1989;10:1-10
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.posterior import binomial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.trial.borrowing.beta import Floats


@dataclass(frozen=True, slots=True)
class TwoStage:
    """One two-stage design and what it does.

    expected_children   when the null rate is true
    stop_early          probability of stopping after the first stage, when the null rate is true
    """

    r1: int
    n1: int
    r: int
    n: int
    type_1_error: float
    power: float
    expected_children: float
    stop_early: float


@dataclass(frozen=True, slots=True)
class SimonDesigns:
    """The design with the fewest expected children under the null, and that with the fewest children at most."""

    optimal: TwoStage
    minimax: TwoStage


def simon_two_stage(
    *, null_rate: float, target_rate: float, alpha: float, beta: float, most_children: int = 80
) -> SimonDesigns:
    """Search all designs of up to `most_children`.

    alpha    probability of success, at most, at the null rate
    beta     probability of no success, at most, at the target rate
    raises   DesignInvalid for rates that do not rise, levels outside 0 to 1, or when no design is small enough
    """
    if not 0 < null_rate < target_rate < 1 or not (0 < alpha < 1 and 0 < beta < 1):
        raise DesignInvalid(
            "null_rate, target_rate, alpha, beta: takes numbers between 0 and 1, the target above the null"
        )
    designs = [
        design
        for n in range(2, most_children + 1)
        for n1 in range(1, n)
        for design in _admissible(n1, n, null_rate, target_rate, alpha, beta)
    ]
    if not designs:
        raise DesignInvalid(
            f"no two-stage design of at most {most_children} children holds these errors",
            hint="Raise `most_children`, or allow larger errors.",
        )
    return SimonDesigns(
        optimal=min(designs, key=lambda d: (d.expected_children, d.n)),
        minimax=min(designs, key=lambda d: (d.n, d.expected_children)),
    )


def _admissible(
    n1: int, n: int, null_rate: float, target_rate: float, alpha: float, beta: float
) -> Iterator[TwoStage]:
    """For each r1 the design with the smallest r that holds the type 1 error, if it has the power."""
    error, power = success_table(n1, n, null_rate), success_table(n1, n, target_rate)
    r = (error <= alpha).argmax(axis=1)  # success falls as r rises, and is 0 at r = n
    for r1 in np.flatnonzero(power[np.arange(n1 + 1), r] >= 1 - beta).tolist():
        stop = float(binomial(n1, null_rate)[: r1 + 1].sum())
        expected = n1 + (1 - stop) * (n - n1)
        at = int(r[r1])
        yield TwoStage(r1, n1, at, n, float(error[r1, at]), float(power[r1, at]), expected, stop)


def success_table(n1: int, n: int, rate: float) -> Floats:
    """(n1 + 1, n + 1): probability of more than r1 responders at first and more than r in the end."""
    first, more = np.arange(n1 + 1)[:, None], np.arange(n + 1)[None, :]
    enough = _tail(n - n1, rate)[np.clip(more - first, -1, n - n1) + 1]
    joint = binomial(n1, rate)[:, None] * enough
    return np.asarray(joint[::-1].cumsum(axis=0)[::-1] - joint)


@cache
def _tail(size: int, rate: float) -> Floats:
    """P(X > k) for k = -1..size."""
    return np.concatenate([binomial(size, rate)[::-1].cumsum()[::-1], [0.0]])
