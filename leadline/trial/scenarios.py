"""Where the truth may lie, and what a design does there: question and answer of the operating characteristics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import borrows_effect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.trial.design import Design


TOO_LITTLE = 1e-12  # by which a rate may seem to exceed its limit through rounding


@dataclass(frozen=True, slots=True)
class Scenario:
    """True rates of the treated children, one a basket.

    A basket is null when its rate is at most its null rate; a randomised one, when its rate exceeds the control rate
    by no more than the margin.

    harm_rate      true rate of the event of the harm rule, or where each basket has its own rule one a basket; None for
                   the design's expected rate
    control_rates  true rates of the controls, one a basket; None for the null rates. Of a basket without controls it
                   is not asked.
    """

    name: str
    rates: tuple[float, ...]
    harm_rate: float | tuple[float, ...] | None = None
    control_rates: tuple[float, ...] | None = None

    def truths(self, design: Design) -> tuple[tuple[float, float], ...]:
        """True rate and control rate of each basket; without controls the latter is the null rate."""
        controls = self.control_rates or design.null_rates
        return tuple(
            (rate, control if basket.control else basket.null_rate)
            for rate, control, basket in zip(self.rates, controls, design.baskets, strict=True)
        )

    def adjusted(self, design: Design) -> tuple[float, ...]:
        """The rates as if the controls were at the null rates: what a posterior is about.

        With the same difference of the rates; where the model borrows the effect, with the same odds ratio.
        """
        by_odds = borrows_effect(design.borrowing)
        return tuple(
            rate if basket.control is None else _adjusted(rate, control, basket.null_rate, by_odds=by_odds)
            for (rate, control), basket in zip(self.truths(design), design.baskets, strict=True)
        )

    def null(self, design: Design) -> NDArray[np.bool_]:
        """Whether each basket is null."""
        return np.array(self.adjusted(design)) <= np.array(design.null_limits) + TOO_LITTLE


def _adjusted(rate: float, control: float, null_rate: float, *, by_odds: bool) -> float:
    if control == null_rate:
        return rate  # to the last digit, so that tables made for it are found again
    if not by_odds or min(rate, control) <= 0 or max(rate, control) >= 1:  # no odds: only the sign is asked
        return null_rate + (rate - control)
    odds = rate / (1 - rate) * (1 - control) / control * null_rate / (1 - null_rate)
    return odds / (1 + odds)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided under one scenario; the fields are those of Operating."""

    success: tuple[float, ...]
    family_wise_error: float
    any_success: float


@dataclass(frozen=True, slots=True)
class Operating:
    """What a design does under one scenario. Tuples have one entry a basket, in the design's order.

    success             probability of being declared a success: type 1 error of a null basket, power of another
    family_wise_error   probability that some null basket is declared a success; 0 where none is null
    any_success         probability that some basket is
    correct             expected number of right decisions
    children            expected children, treated and controls
    stopped_futility    (steps, baskets), probability of closing early for futility; `stopped_efficacy` likewise
    harm                probability of stopping for harm in each step; where each basket has a harm rule of its own, of
                        the first basket's being stopped then
    stopped_harm        (steps, baskets), probability that the basket is closed for harm, or with the whole trial
    bias, mse           of the posterior mean in the end, not counted when the trial, or the basket by its own rule,
                        stopped for harm. Of a randomised basket of its adjusted rate (`Scenario.adjusted`): an error of
                        the difference to the controls, or, where odds ratios are borrowed, of the rate that one gives
                        at the planned null rate
    coverage            of the 95 % equal-tailed posterior interval, likewise
    """

    scenario: Scenario
    success: tuple[float, ...]
    family_wise_error: float
    any_success: float
    correct: float
    children: tuple[float, ...]
    stopped_futility: tuple[tuple[float, ...], ...]
    stopped_efficacy: tuple[tuple[float, ...], ...]
    harm: tuple[float, ...]
    stopped_harm: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    mse: tuple[float, ...]
    coverage: tuple[float, ...]


def global_null(design: Design) -> Scenario:
    """No basket responds better than under its null rate; controls respond at theirs."""
    return Scenario("No basket responds", design.null_limits)
