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
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.error_surface import ErrorSurface
    from leadline.trial.operating import Trial

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


def null_sets(trial: Trial) -> Iterator[tuple[int, ...]]:
    """Every set of null baskets, or one of each number when the baskets are exchangeable; the largest first."""
    baskets = range(len(trial.design.baskets))
    if trial.design.exchangeable:
        yield from (tuple(range(count)) for count in range(len(baskets), 0, -1))
        return
    for count in range(len(baskets), 0, -1):
        yield from combinations(baskets, count)


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
