"""What bounds an error between the points of a search, held to sums over outcomes written out here."""

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from leadline.trial.design import Basket, Design, Efficacy
from leadline.trial.error_rates import CURVATURE, Search, limits_curved, limits_within, worst_error
from leadline.trial.error_surface import ErrorSurface, FinalStates
from leadline.trial.operating import Trial

SIZES = [(1,), (7,), (3, 4), (6, 2, 5)]


def chance(weights, phi):
    """The probability of an event that has this chance at each outcome, by a plain sum."""
    total = 0.0
    for counts in product(*(range(entries) for entries in weights.shape)):
        law = prod(
            comb(entries - 1, r) * np.sin(angle) ** (2 * r) * np.cos(angle) ** (2 * (entries - 1 - r))
            for r, entries, angle in zip(counts, weights.shape, phi, strict=True)
        )
        total += weights[counts] * law
    return total


def surface(weights):
    """The error of a trial in which every success is one, with this chance at each outcome."""
    sizes = tuple((entries - 1, 0) for entries in weights.shape)
    always = np.full((weights.size, len(sizes)), np.inf)
    states = FinalStates(sizes, weights.ravel(), always, np.arange(weights.size))
    return ErrorSurface([states], (0,), threshold=0.5)


def events(sizes, rng, how_many=12):
    """Chances at each outcome: none or all, as with a threshold, and anything between."""
    shape = tuple(size + 1 for size in sizes)
    for _ in range(how_many // 2):
        yield (rng.random(shape) < rng.random()).astype(float)
        yield rng.random(shape)


@pytest.mark.parametrize("sizes", SIZES)
def test_value_and_slopes_are_those_of_the_plain_sum(sizes):
    rng = np.random.default_rng(1)
    for weights in events(sizes, rng, 4):
        phi = rng.uniform(0.05, 1.5, (3, len(sizes)))
        values, slopes = surface(weights).at(phi)
        for at, value, slope in zip(phi, values, slopes, strict=True):
            assert value == pytest.approx(chance(weights, at), abs=1e-13)
            for j, step in enumerate(1e-5 * np.eye(len(sizes))):
                rise = (chance(weights, at + step) - chance(weights, at - step)) / 2e-5
                assert slope[j] == pytest.approx(rise, abs=1e-8)


@pytest.mark.parametrize("sizes", SIZES)
def test_no_point_of_a_cell_exceeds_its_limits(sizes):
    rng = np.random.default_rng(2)
    for weights in events(sizes, rng):
        centre, halves = rng.uniform(0.1, 1.4, len(sizes)), rng.uniform(0.0, 0.1, len(sizes))
        values, slopes = surface(weights).at(centre[None])
        distance = np.sqrt((np.array(sizes) * halves**2).sum())[None]
        curved = limits_curved(values + np.abs(slopes[0]) @ halves, distance)
        corners = [centre + halves * signs for signs in product((-1, 1), repeat=len(sizes))]
        inside = [centre + halves * rng.uniform(-1, 1, len(sizes)) for _ in range(4)]
        largest = max(chance(weights, phi) for phi in [*corners, *inside])
        assert largest <= curved[0] + 1e-12
        assert largest <= limits_within(values, distance)[0] + 1e-12


@pytest.mark.parametrize("size", [1, 2, 5, 12, 30])
def test_no_event_bends_more_than_the_bound_and_some_nearly_as_much(size):
    """The most curved event takes the outcomes whose probability bends upwards: half the sum of what they bend."""
    angles = np.linspace(0.0, np.pi / 2, 181)
    rates, to_rate = np.sin(angles) ** 2, Polynomial([1, -1])
    bends = np.zeros(len(angles))
    for count in range(size + 1):
        law = comb(size, count) * Polynomial([0, 1]) ** count * to_rate ** (size - count)
        first, second = law.deriv(), law.deriv(2)
        bends += np.abs(
            np.asarray(second(rates)) * np.sin(2 * angles) ** 2
            + np.asarray(first(rates)) * 2 * np.cos(2 * angles)
        )
    assert bends.max() / 2 <= CURVATURE * size
    assert bends.max() / 2 >= 0.65 * CURVATURE * size


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_error_lies_between_a_dense_grid_and_its_limit(seed):
    """Two baskets, the first null: any chance of an error at each outcome, rising nowhere in particular."""
    sizes, limit = (5, 3), 0.35
    weights = np.random.default_rng(seed).random((6, 4)) ** 2
    baskets = tuple(Basket(f"basket {j}", "sri4", limit, 0.6, (size,)) for j, size in enumerate(sizes))
    trial = Trial(Design("any", baskets, Efficacy(0.9)))
    found = worst_error(trial, surface(weights), (0,), search=Search())
    angles = (
        np.linspace(0.0, np.arcsin(np.sqrt(limit)), 60),
        np.linspace(np.arcsin(np.sqrt(limit)), np.pi / 2, 60),
    )
    densest = max(chance(weights, phi) for phi in product(*angles))
    assert densest - 1e-6 <= found.error <= found.at_most <= found.error + 0.002 + 1e-12
    assert found.error == pytest.approx(chance(weights, np.arcsin(np.sqrt(found.rates))), abs=1e-12)
    assert found.rates[0] <= limit + 1e-12
    assert found.rates[1] >= limit - 1e-12
