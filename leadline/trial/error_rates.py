"""The family-wise error over all true rates: exact at a point, and bounded everywhere between points.

Error at the global null is not the error that a trial can make: a basket that responds lends its children to one
that does not. Here every set of null baskets is searched, with the null rates anywhere up to their limit and the
others anywhere above.

The bounds. Let phi = arcsin sqrt(rate), and P the probability of any event of n children. Along a line of phi with
speeds h_j, and with v = sum_j n_j h_j^2:

  slope        |d arcsin(sqrt P)| <= sqrt(v), by Cauchy-Schwarz on the score, whose variance is 4 v
  curvature    |P''| <= (1 + sqrt 3) v

The second: P = <psi, D psi> + 1/2 with psi the square roots of the outcomes' probabilities and D a diagonal matrix
with entries from -1/2 to 1/2, so that |P''| = |2 <psi'', D psi> + 2 <psi', D psi'>| <= |psi''| + |psi'|^2. In phi, psi
turns: psi' = A psi with A antisymmetric, which psi sees as a sum of n_j independent steps of +-h_j. So |psi'|^2 = v and
|psi''|^2 <= 3 v^2, the second and the fourth moment of such a sum.

So from the value and the slopes in the middle of a cell follows an upper limit for the whole cell, and halving the
cells whose limit is too high proves a maximum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, permutations, product
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import binom

from leadline.errors import BeyondExactRange
from leadline.trial.borrowing.outcomes import Outcomes, every_outcome, table_shape
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.endings import Ending
    from leadline.trial.operating import Trial

Sizes = tuple[tuple[int, int], ...]

MOST_SPREAD = 2_000_000  # outcomes in full that a search over rates is made for
CELLS_AT_ONCE = 2_000
INSIDE = 1e-6  # of phi from 0 and pi / 2, where slopes are not asked for
GAIN = 1e-6  # of an error, for which a climb goes on
MULTIPLES = 2.0 ** np.arange(9)[:, None]  # of a step uphill
CURVATURE = 1 + math.sqrt(3)  # of an error, in the metric in which its arcsine changes at most at speed one


@dataclass(frozen=True, slots=True)
class WorstError:
    """The largest family-wise error found for one set of null baskets.

    null_baskets   positions
    rates          true rates at which it was found, one a basket
    control_rates  likewise of the controls; of a basket without controls its null rate
    error          the error there, exact
    at_most        no true rates and control rates of this set of null baskets give more; proved
    """

    null_baskets: tuple[int, ...]
    rates: tuple[float, ...]
    control_rates: tuple[float, ...]
    error: float
    at_most: float

    @property
    def scenario(self) -> Scenario:
        """The true rates at which it was found."""
        return Scenario("largest error", self.rates, control_rates=self.control_rates)


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


def null_sets(trial: Trial) -> Iterator[tuple[int, ...]]:
    """Every set of null baskets, or one of each number when the baskets are exchangeable; the largest first."""
    baskets = range(len(trial.design.baskets))
    if trial.design.exchangeable:
        yield from (tuple(range(count)) for count in range(len(baskets), 0, -1))
        return
    for count in range(len(baskets), 0, -1):
        yield from combinations(baskets, count)


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
        parts = [self._at(phi[at : at + CELLS_AT_ONCE]) for at in range(0, len(phi), CELLS_AT_ONCE)]
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


@dataclass(frozen=True, slots=True)
class Search:
    """How hard to look for the largest error.

    gap    cells are halved until none can hold an error this much above the best
    terms  for one set of null baskets: outcomes times points at which the error is computed, after which the limits
           are reported as they are; 1e9 takes a second or two
    """

    gap: float = 0.002
    terms: float = 1e9


SEARCH = Search()
PROOF = Search(terms=6e9)  # to prove that an error stays within a level, which leaves less room


def worst_errors(
    trial: Trial, *, threshold: float | None = None, search: Search = SEARCH
) -> list[WorstError]:
    """The largest family-wise error for every set of null baskets, largest sets first.

    raises BeyondExactRange when there are too many outcomes to hold
    """
    from leadline.trial.family_wise import errors_of  # which chooses between this search and others

    limits = trial.design.thresholds if threshold is None else (threshold,) * len(trial.design.baskets)
    errors = errors_of(trial)
    return [errors.worst(chosen, limits, search=search) for chosen in null_sets(trial)]


def worst_error(
    trial: Trial,
    surface: ErrorSurface,
    null_baskets: tuple[int, ...],
    *,
    search: Search,
    ceiling: float | None = None,
) -> WorstError:
    """Branch and bound over the true rates of one set of null baskets.

    ceiling   only prove or refute that the error stays within it: cells below it are closed, and the search ends
              with the first rates above it
    """
    sizes = np.array(trial.design.sizes, dtype=float)
    centres, halves = _first_cells(trial, null_baskets)
    best = _Best(trial, surface, null_baskets)
    if surface.never:
        return WorstError(null_baskets, best.rates, trial.design.null_rates, 0.0, 0.0)
    proved, used, most = 0.0, 0, search.terms / surface.outcomes
    while len(centres):
        values, slopes = best.look_at(centres)
        used += len(centres)
        distances = np.sqrt((sizes * halves**2).sum(axis=1))
        straight = values + (np.abs(slopes) * halves).sum(axis=1)
        limits = np.minimum(limits_within(values, distances), limits_curved(straight, distances))
        refuted = ceiling is not None and best.error > ceiling
        enough = best.error + search.gap if ceiling is None else ceiling
        open_cells = (limits > enough) & (used < most) & (not refuted)
        proved = max(proved, float(limits[~open_cells].max(initial=0.0)))
        centres, halves = halved(centres[open_cells], halves[open_cells], sizes)
    if ceiling is None:
        best.climb()
    at_most = max(best.error, proved)
    return WorstError(null_baskets, best.rates, trial.design.null_rates, best.error, at_most)


class _Best:
    """The largest error so far. At the best cell null rates are also put to their limit, where it often is larger."""

    def __init__(self, trial: Trial, surface: ErrorSurface, null_baskets: tuple[int, ...]) -> None:
        self.error, self._within = -1.0, -1.0
        self._phi = limits = np.arcsin(np.sqrt(trial.design.null_rates))
        self._surface, self._null = surface, list(null_baskets)
        self._sizes = np.array(trial.design.sizes, dtype=float)
        self._low, self._high = limits.copy(), np.full(len(limits), np.pi / 2 - INSIDE)
        self._low[self._null], self._high[self._null] = INSIDE, limits[self._null]

    @property
    def rates(self) -> tuple[float, ...]:
        return tuple((np.sin(self._phi) ** 2).tolist())

    def look_at(self, centres: Floats) -> tuple[Floats, Floats]:
        values, slopes = self._surface.at(centres)
        if values.max() > self._within:
            self._within, top = values.max(), centres[values.argmax()]
            at_limit = top.copy()
            at_limit[self._null] = self._high[self._null]
            self._keep(top, float(values.max()))
            self._keep(at_limit, float(self._surface.at(at_limit[None])[0][0]))
        return values, slopes

    def climb(self) -> None:
        """Uphill: a step that the curvature lets pay, or a multiple of it, until none pays."""
        before = -1.0
        while self.error > before + GAIN:
            before = self.error
            slope = self._surface.at(self._phi[None])[1][0]
            step = slope / (CURVATURE * self._sizes)
            tried = np.clip(self._phi + MULTIPLES * step, self._low, self._high)
            values = self._surface.at(tried)[0]
            self._keep(tried[values.argmax()], float(values.max()))

    def _keep(self, phi: Floats, error: float) -> None:
        if error > self.error:
            self.error, self._phi = error, phi


def _first_cells(trial: Trial, null_baskets: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Centres and half-widths (cells, baskets) in phi: null rates from 0 to their limit, the others from there to 1."""
    limits = np.arcsin(np.sqrt(trial.design.null_rates))
    axes = []
    for j, limit in enumerate(limits):
        low, high = (0.0, limit) if j in null_baskets else (limit, np.pi / 2)
        pieces = max(1, round((high - low) / 0.2))
        edges = np.linspace(low, high, pieces + 1)
        axes.append(np.column_stack([(edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2]))
    cells = np.array(list(product(*axes)))
    if trial.design.exchangeable:
        cells = cells[_sorted_within(cells[:, :, 0], null_baskets)]
    return cells[:, :, 0], cells[:, :, 1]


def _sorted_within(centres: Floats, null_baskets: tuple[int, ...]) -> NDArray[np.bool_]:
    """Cells that hold rates in rising order, among the null baskets and among the others: the rest mirror them."""
    others = [j for j in range(centres.shape[1]) if j not in null_baskets]
    rising = [(np.diff(centres[:, list(group)], axis=1) >= 0).all(axis=1) for group in (null_baskets, others)]
    return np.asarray(rising[0] & rising[1])


def limits_within(values: Floats, distances: Floats) -> Floats:
    """The most that the error can be within this distance."""
    return np.asarray(np.sin(np.minimum(np.arcsin(np.sqrt(values)) + distances, np.pi / 2)) ** 2)


def limits_curved(straight: Floats, distances: Floats) -> Floats:
    """The same, from the most that it would be if its slopes stayed as they are."""
    return np.minimum(straight + CURVATURE / 2 * distances**2, 1.0)


def halved(centres: Floats, halves: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Each cell cut across the direction in which the error can change most."""
    rows, widest = np.arange(len(centres)), (sizes * halves**2).argmax(axis=1)
    halves = halves.copy()
    halves[rows, widest] /= 2
    step = np.zeros_like(centres)
    step[rows, widest] = halves[rows, widest]
    return np.concatenate([centres - step, centres + step]), np.concatenate([halves, halves])
