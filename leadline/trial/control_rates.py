"""The largest family-wise error of a design with controls, whatever the treated and the control rates.

The null of a randomised basket is a region, treated rate at most control rate + margin, so that the error has to be
searched over the control rates too: two rates a basket, too many for cells alone. So the limit is proved on a larger
error with fewer rates. The chance of an error is a function f of the full counts of all children (`ErrorSurface`).
Let F be the largest f among all outcomes with no more treated and no fewer control responders in the null baskets, and
any counts in the others. F is at least f, rises with treated and falls with control responders, so that its mean is
largest on the edge of the null, where treated rate = control rate + margin: one rate for each null basket is left.
Over these cells are halved as in `error_rates`. Where f itself rises and falls so, which without borrowing is the rule,
nothing is lost.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import binom

from leadline.trial.error_rates import WorstError, halved, limits_within
from leadline.trial.error_surface import binomials, contracted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.design import Basket, Design
    from leadline.trial.error_rates import Search
    from leadline.trial.error_surface import ErrorSurface, Sizes

APART = 1e-6  # by which the rate of a basket with effect is above the edge of the null
GRID = 41  # rates in arcsine steps from 0 to 1, and control rates between their limits, among which it is looked for


def worst_with_controls(
    design: Design,
    surface: ErrorSurface,
    null_baskets: tuple[int, ...],
    *,
    search: Search,
    ceiling: float | None = None,
) -> WorstError:
    """The largest error that ascent from several starts finds, and the limit that is proved."""
    if surface.never:
        return WorstError(null_baskets, design.null_rates, design.null_rates, 0.0, 0.0)
    sizes, full = surface.sizes, np.clip(surface.given_counts, 0.0, 1.0)
    truths, error = _climb(design, full, null_baskets)
    edges = [_Edge(design.baskets[j]) for j in null_baskets]
    enough = error if ceiling is None else ceiling
    gap = search.gap if ceiling is None else 0.0
    at_most = _limit(edges, _envelope(full, sizes, null_baskets), replace(search, gap=gap), enough)
    rates, control_rates = zip(*truths, strict=True)
    return WorstError(null_baskets, rates, control_rates, error, max(error, at_most))


def _envelope(full: Floats, sizes: Sizes, null_baskets: tuple[int, ...]) -> Floats:
    """F over the null baskets, two axes each: treated and control responders."""
    others = tuple(j for j in range(len(sizes)) if j not in null_baskets)
    split = [count + 1 for j in null_baskets for count in sizes[j]]
    largest = full.max(axis=others).reshape(split)
    for axis in range(0, largest.ndim, 2):
        largest = np.maximum.accumulate(largest, axis=axis)
        largest = np.flip(np.maximum.accumulate(np.flip(largest, axis + 1), axis=axis + 1), axis + 1)
    return np.asarray(largest)


def _limit(edges: Sequence[_Edge], envelope: Floats, search: Search, enough: float) -> float:
    """The most that the mean of the envelope can be on the edge of the null.

    Cells are closed when they cannot hold `enough` and the search's gap above the best.
    """
    for edge in edges:  # each turn takes the first two axes away and puts one to the end
        envelope = edge.folded(envelope)
    cells = np.array(list(product(*(edge.cells for edge in edges))))
    centres, halves = cells.mean(axis=2), np.diff(cells, axis=2)[:, :, 0] / 2
    weights = np.array([edge.children if edge.free else 0.0 for edge in edges])
    best, proved, used, most = 0.0, 0.0, 0, search.terms / envelope.size
    while len(centres):
        laws = [edge.law(centres[:, k]) for k, edge in enumerate(edges)]
        values = np.clip(contracted(envelope, laws), 0.0, 1.0)
        used += len(centres)
        distances = [edge.squared_distance(centres[:, k], halves[:, k]) for k, edge in enumerate(edges)]
        limits = limits_within(values, np.sqrt(np.sum(distances, axis=0)))
        best = max(best, float(values.max()))
        refuted = search.gap == 0 and best > enough
        open_cells = (
            (limits > max(best + search.gap if search.gap else 0.0, enough)) & (used < most) & (not refuted)
        )
        proved = max(proved, float(limits[~open_cells].max(initial=0.0)))
        centres, halves = halved(centres[open_cells], halves[open_cells], weights)
    return proved


class _Edge:
    """The edge of one basket's null: control rate sin^2(phi), treated rate that + margin; or the null rate alone."""

    def __init__(self, basket: Basket) -> None:
        self.basket, self.free = basket, basket.control is not None
        self.margin = basket.control.margin if basket.control else 0.0
        self.treated, self.controls = basket.size, basket.controls(basket.size)
        self.children = self.treated + self.controls

    @property
    def cells(self) -> list[tuple[float, float]]:
        """Where the search begins: eight intervals of phi, or the one point."""
        if self.basket.control is None:
            return [(0.0, 0.0)]
        low, high = np.arcsin(np.sqrt(self.basket.control.rates))
        return list(pairwise(np.linspace(low, high, 9).tolist()))

    def folded(self, envelope: Floats) -> Floats:
        """The first two axes (treated, control) as one at the end; without a margin only their total matters."""
        rest = envelope.shape[2:]
        if not self.free or self.margin:
            return np.moveaxis(envelope.reshape(-1, *rest), 0, -1)
        treated, controls = np.indices((self.treated + 1, self.controls + 1))
        total = treated + controls
        share = binom(self.treated, treated) * binom(self.controls, controls) / binom(self.children, total)
        fold = np.zeros((self.children + 1, total.size))
        fold[total.ravel(), np.arange(total.size)] = share.ravel()
        return np.moveaxis(np.tensordot(fold, envelope.reshape(-1, *rest), axes=(1, 0)), 0, -1)

    def law(self, phi: Floats) -> Floats:
        """(points, entries of the folded axis)."""
        if not self.free:
            return binomials(self.treated, np.full(len(phi), self.basket.null_rate))
        rates = np.sin(phi) ** 2
        if not self.margin:
            return binomials(self.children, rates)
        both = (
            binomials(self.treated, self._treated(phi))[:, :, None] * binomials(self.controls, rates)[:, None]
        )
        return both.reshape(len(phi), -1)

    def _treated(self, phi: Floats) -> Floats:
        return np.asarray(np.minimum(np.sin(phi) ** 2 + self.margin, 1.0))

    def squared_distance(self, centre: Floats, half: Floats) -> Floats:
        """The farthest from the centre within a cell, in the metric in which errors change at most at speed one."""
        if not self.free:
            return np.zeros(len(centre))
        angle = [
            np.arcsin(np.sqrt(self._treated(np.clip(centre + s * half, 0, np.pi / 2)))) for s in (-1, 0, 1)
        ]
        treated = np.maximum(angle[2] - angle[1], angle[1] - angle[0])
        return np.asarray(self.treated * treated**2 + self.controls * half**2)


Truths = list[tuple[float, float]]


def _climb(design: Design, full: Floats, null_baskets: tuple[int, ...]) -> tuple[Truths, float]:
    """Ascent, basket by basket over a grid of rates, from the planned rates and from extremes."""
    options = [_options(basket, null=j in null_baskets) for j, basket in enumerate(design.baskets)]
    laws = [_laws(basket, option) for basket, option in zip(design.baskets, options, strict=True)]
    best, error = [0] * len(options), -1.0
    for start in _starts(options):
        found, value = _ascend(full, laws, start)
        if value > error + 1e-12:
            best, error = found, value
    return [(float(o[at, 0]), float(o[at, 1])) for o, at in zip(options, best, strict=True)], error


def _ascend(full: Floats, laws: Sequence[Floats], start: list[int]) -> tuple[list[int], float]:
    at, value = list(start), -1.0
    while True:
        before = value
        for j in range(len(laws)):
            values = laws[j] @ _given_others(full, laws, at, j)
            at[j], value = int(values.argmax()), float(values.max())
        if value <= before + 1e-12:
            return at, min(value, 1.0)


def _given_others(full: Floats, laws: Sequence[Floats], at: list[int], basket: int) -> Floats:
    for j in reversed(range(len(laws))):
        if j != basket:
            full = np.tensordot(full, laws[j][at[j]], axes=(j, 0))
    return full


def _options(basket: Basket, *, null: bool) -> Floats:
    """(points, 2): pairs of rate and control rate that are null, or that are not; the planned ones among them."""
    grid = np.sin(np.linspace(0, np.pi / 2, GRID)) ** 2
    planned = np.array([[basket.null_limit if null else basket.target_rate, basket.null_rate]])
    if basket.control is None:
        rates = np.array([r for r in grid if (r <= basket.null_rate) == null])
        return np.concatenate([planned, np.column_stack([rates, np.full(len(rates), basket.null_rate)])])
    margin = basket.control.margin
    low, high = np.arcsin(np.sqrt(basket.control.rates))
    angles = (np.linspace(low, high, points) for points in (8 * GRID, GRID))
    fine, controls = (np.round(np.sin(angle) ** 2, 12) for angle in angles)
    edge = np.column_stack([np.minimum(fine + margin, 1.0), fine])
    within = [(rate, control) for rate in grid for control in controls if rate <= control + margin]
    beyond = [(rate, control) for rate in grid for control in controls if rate > control + margin + APART]
    pairs = np.array(within if null else beyond)
    return np.concatenate([planned, edge, pairs] if null else [planned, pairs])


def _laws(basket: Basket, options: Floats) -> Floats:
    """(points, entries)."""
    treated = binomials(basket.size, options[:, 0])
    controls = binomials(basket.controls(basket.size), options[:, 1])
    return (treated[:, :, None] * controls[:, None]).reshape(len(options), -1)


def _starts(options: Sequence[Floats]) -> list[list[int]]:
    """The planned rates, and control rates of all baskets at one of several levels."""
    levels = (0.1, 0.3, 0.5, 0.7, 0.9)
    return [[0] * len(options), *([_nearest(option, level) for option in options] for level in levels)]


def _nearest(options: Floats, level: float) -> int:
    far = np.abs(options[:, 1] - level) + np.abs(
        options[:, 0] - options[:, 1] - (options[0, 0] - options[0, 1])
    )
    return int(far.argmin())
