"""The family-wise error of one set of null baskets as a function of all true rates, from a trial's final states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import binom

from leadline.errors import BeyondExactRange
from leadline.trial.borrowing.outcomes import Outcomes, every_outcome, table_shape
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.endings import Ending
    from leadline.trial.operating import Trial

Sizes = tuple[tuple[int, int], ...]

MOST_SPREAD = 2_000_000  # outcomes in full that a search over rates is made for
POINTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class FinalStates:
    """Final states of a trial in full, for one set of sizes.

    sizes      treated children and controls, a pair a basket
    weight     (states,), probability of the state given its counts
    statistic  (states, baskets), what the threshold is held against: the posterior probability of a basket judged in
               the end, plus infinity for a success declared earlier, minus infinity for a basket closed without one
    rows       (states,), whole numbers: position among all outcomes of these sizes
    """

    sizes: Sizes
    weight: Floats
    statistic: Floats
    rows: Counts

    @property
    def shape(self) -> tuple[int, ...]:
        """Entries of each basket's table."""
        return shape_of(self.sizes)


def shape_of(sizes: Sizes) -> tuple[int, ...]:
    """Entries of each basket's table."""
    return tuple((treated + 1) * (controls + 1) for treated, controls in sizes)


def final_states(trial: Trial, *, harm_rate: float | None = None) -> list[FinalStates]:
    """One entry an ending; multisets are spread out over their arrangements.

    raises BeyondExactRange when there are too many outcomes to hold
    """
    full = math.prod(table_shape(trial.design.sizes, trial.design.control_sizes))
    if full > MOST_SPREAD:
        raise BeyondExactRange(
            f"{trial.design.title}: {full:,} outcomes; the search over true rates takes up to {MOST_SPREAD:,}",
            hint="Ask for the error under stated rates, or use fewer baskets or children.",
        )
    anywhere = Scenario("any rates", trial.design.null_rates, harm_rate)
    return [_state(ending, trial.chance(ending, anywhere)) for ending in trial.endings]


def _state(ending: Ending, chance: float) -> FinalStates:
    settled = np.where([closed.success for closed in ending.closed], np.inf, -np.inf)
    statistic = np.where(ending.by_threshold, ending.posterior, settled)
    outcomes, weight = ending.outcomes, chance * ending.share
    if outcomes.multisets:
        outcomes, statistic = _spread(outcomes, statistic)
        weight = np.full(len(statistic), chance)
    rows = np.ravel_multi_index(tuple(outcomes.entries.T), outcomes.shape)
    controls = outcomes.control_sizes or (0,) * len(outcomes.sizes)
    return FinalStates(tuple(zip(outcomes.sizes, controls, strict=True)), weight, statistic, rows)


def _spread(outcomes: Outcomes, statistic: Floats) -> tuple[Outcomes, Floats]:
    """All outcomes from multisets: permuting the baskets permutes their statistics."""
    shape, entries = outcomes.shape, outcomes.entries
    full = np.empty((*shape, len(shape)))
    for order in permutations(range(len(shape))):
        full[tuple(entries[:, list(order)].T)] = statistic[:, list(order)]
    return every_outcome(outcomes.sizes, outcomes.control_sizes), full.reshape(-1, len(shape))


class ErrorSurface:
    """The family-wise error for one set of null baskets and its thresholds, as a function of the true rates.

    A basket that closed early is continued in thought: its counts at the closing are then a draw without replacement
    from those of all its children, and every ending is one of the same full counts.

    sizes          treated children and controls in full, a pair a basket
    given_counts   chance of an error given the full counts: an axis a basket, over the entries of its table
    """

    def __init__(
        self, states: list[FinalStates], null_baskets: tuple[int, ...], *, threshold: float | Sequence[float]
    ) -> None:
        """`threshold` is one number for all baskets, or one a basket."""
        closed: dict[Sizes, Floats] = {}
        for state in states:
            wrong = (state.statistic >= np.asarray(threshold))[:, list(null_baskets)].any(axis=1)
            chance = closed.setdefault(state.sizes, np.zeros(math.prod(state.shape)))
            np.add.at(chance, state.rows[wrong], state.weight[wrong])
        self.sizes = _largest([state.sizes for state in states])
        self.given_counts = np.zeros(shape_of(self.sizes))
        for sizes, chance in closed.items():
            self.given_counts += _continued(chance.reshape(shape_of(sizes)), sizes, self.sizes)

    @property
    def never(self) -> bool:
        """Whether no outcome leads to an error."""
        return not self.given_counts.any()

    @property
    def outcomes(self) -> int:
        """Outcomes that are added up for the error at one point."""
        return self.given_counts.size

    def at(self, phi: Floats) -> tuple[Floats, Floats]:
        """The error (points,) and its slopes (points, baskets) in phi, at each row of phi (points, baskets).

        For baskets without controls.
        """
        parts = [self._at(phi[at : at + POINTS_AT_ONCE]) for at in range(0, len(phi), POINTS_AT_ONCE)]
        found = np.concatenate(parts, axis=1)
        return np.clip(found[0], 0.0, 1.0), found[1:].T

    def _at(self, phi: Floats) -> Floats:
        """(1 + baskets, points): the axes are summed in turn, and the slopes from each on carried beside the value."""
        laws = [binomial_slopes(size[0], phi[:, j]) for j, size in enumerate(self.sizes)]
        first, *others = laws
        sums = [np.tensordot(law, self.given_counts, axes=(1, 0)) for law in first]
        for law, slope in others:
            sums = [*(_summed(law, one) for one in sums), _summed(slope, sums[0])]
        return np.array(sums)


def _largest(sizes: Sequence[Sizes]) -> Sizes:
    """The most children and controls that each basket can have."""
    return tuple(max(basket) for basket in zip(*sizes, strict=True))


def _continued(chance: Floats, sizes: Sizes, full: Sizes) -> Floats:
    """A function of the counts so far as its mean given the full counts."""
    for j, (part, whole) in enumerate(zip(sizes, full, strict=True)):
        if part != whole:
            drawn = np.kron(_draws(part[0], whole[0]), _draws(part[1], whole[1]))
            chance = np.moveaxis(np.tensordot(chance, drawn, axes=(j, 0)), -1, j)
    return chance


def _draws(part: int, whole: int) -> Floats:
    """(part + 1, whole + 1): probability of so many responders among the first, given those among all."""
    few, many = np.arange(part + 1)[:, None], np.arange(whole + 1)
    return np.asarray(binom(part, few) * binom(whole - part, many - few) / binom(whole, many))


def contracted(tensor: Floats, laws: Sequence[Floats]) -> Floats:
    """(points,): the tensor summed over each of its axes with the law (points, entries) of that axis."""
    partial = np.tensordot(laws[0], tensor, axes=(1, 0))
    for law in laws[1:]:
        partial = _summed(law, partial)
    return np.asarray(partial)


def _summed(law: Floats, partial: Floats) -> Floats:
    """An array (points, entries, ...) summed over its second axis with the law (points, entries)."""
    return np.asarray(np.einsum("pr,pr...->p...", law, partial))


def binomials(size: int, rates: Floats) -> Floats:
    """(points, size + 1): binomial probabilities at each rate."""
    rising, falling = np.ones((size + 1, len(rates))), np.ones((size + 1, len(rates)))
    for count in range(1, size + 1):  # products: powers cost ten times as much
        np.multiply(rising[count - 1], rates, out=rising[count])
        np.multiply(falling[count - 1], 1 - rates, out=falling[count])
    rising *= falling[::-1]
    rising *= binom(size, np.arange(size + 1))[:, None]
    return rising.T


def binomial_slopes(size: int, phi: Floats) -> tuple[Floats, Floats]:
    """(points, size + 1), twice: binomial probabilities at rates sin^2(phi), and their slopes in phi.

    phi    above 0 and below pi / 2
    """
    law, tangent = binomials(size, np.sin(phi) ** 2), np.tan(phi)[:, None]
    counts = np.arange(size + 1)
    return law, 2 * law * (counts / tangent - counts[::-1] * tangent)
