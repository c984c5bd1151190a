"""The smallest studies, whose integrals are the hardest: typed values, slow twins, and a refusal of empty digits."""

from __future__ import annotations

import math
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest

from leadline.errors import StudiesInvalid
from leadline.evidence import pool
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.precision import LADDER, made_precise
from leadline.evidence.studies import Studies, Study, StudyKind


def studies_of(kind: StudyKind, *rows: tuple[float, ...]) -> Studies:
    return Studies(kind, tuple(Study(f"S{place}", place + 2, row) for place, row in enumerate(rows)))


def slow_mean(likelihoods, prior_sd: float, tau_scale: float) -> tuple[np.ndarray, np.ndarray]:
    """A grid of mu and its posterior: even sums over mu and the effects, Gauss nodes over tau."""
    z = np.arange(-8.5, 8.51, 0.1)
    normal = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * 0.1
    mu = np.arange(-7 * prior_sd, 7 * prior_sd + 0.001, 0.02)
    nodes, steps = np.polynomial.legendre.leggauss(24)
    total = np.zeros(mu.size)
    for tau, step in zip((nodes + 1) * 3 * tau_scale, steps, strict=True):
        joint = np.exp(-((mu / prior_sd) ** 2) / 2 - (tau / tau_scale) ** 2 / 2) * step
        for likelihood in likelihoods:
            joint = joint * (likelihood(mu[:, None] + tau * z) @ normal)
        total += joint
    return mu, total / total.sum()


def below(mu: np.ndarray, weight: np.ndarray, cut: float) -> float:
    """P(mu <= cut), straight between the points of the grid."""
    return float(np.interp(cut, mu + (mu[1] - mu[0]) / 2, np.cumsum(weight)))


def test_none_of_one_and_one_of_one_are_pooled_to_the_last_printed_digit():
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 1), (1, 1)))
    assert pooled.mean.low == pytest.approx(
        0.06428, abs=5e-6
    )  # by 80 and by 300 nodes of mu; 44 give 0.06387
    assert pooled.mean.high == pytest.approx(1 - 0.06428, abs=5e-6)
    assert pooled.error < 2e-5
    mu, weight = slow_mean([lambda x: 1 / (1 + np.exp(x)), lambda x: 1 / (1 + np.exp(-x))], 2.0, 1.0)
    log_odds = math.log(pooled.mean.low / (1 - pooled.mean.low))
    assert below(mu, weight, log_odds) == pytest.approx(0.025, abs=2e-6)


def test_a_rate_without_an_event_is_pooled_as_what_it_is():
    """None in 3 and 2 in 1.5: with the wide prior of rates the posterior reaches far to the left."""
    pooled = pool(studies_of(StudyKind.RATE, (0, 3.0), (2, 1.5)))
    mu, weight = slow_mean(
        [lambda x: np.exp(-3 * np.exp(x)), lambda x: np.exp(2 * x - 1.5 * np.exp(x))], 10.0, 1.0
    )
    for cut, share in ((pooled.mean.low, 0.025), (pooled.mean.median, 0.5), (pooled.mean.high, 0.975)):
        assert below(mu, weight, math.log(cut)) == pytest.approx(share, abs=2e-5)


def test_one_rate_without_an_event_has_a_posterior():
    pooled = pool(studies_of(StudyKind.RATE, (0, 3.0)))
    assert 0 < pooled.mean.low < pooled.mean.median < pooled.mean.high < 3


def test_leaving_one_out_is_as_exact_as_the_rest():
    """Without the third study the first two are left: 0 of 1 and 1 of 1, whose limit is typed above."""
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 1), (1, 1), (3, 5)))
    assert pooled.leave_one_out[2].low == pytest.approx(0.06428, abs=5e-6)


def test_a_prior_too_wide_for_four_digits_is_refused():
    prior = HyperPrior(0.0, 300.0, HalfNormal(1.0))
    with pytest.raises(StudiesInvalid, match="cannot be computed to four digits"):
        pool(studies_of(StudyKind.ONE_ARM, (0, 3), (0, 2)), prior=prior)


def test_a_prior_of_tau_too_wide_for_four_digits_is_refused():
    """Eight trials in ankylosing spondylitis: their tau of about a third lies in the first panel of so wide a prior.

    With as many nodes of tau at both rules the change of a rule was 1e-9, and the median wrong by 0.001.
    """
    trials = ((23, 107), (12, 44), (19, 51), (9, 39), (39, 139), (6, 20), (9, 78), (10, 35))
    with pytest.raises(StudiesInvalid, match="cannot be computed to four digits"):
        pool(studies_of(StudyKind.ONE_ARM, *trials), prior=HyperPrior(0.0, 1000.0, HalfNormal(20.0)))


def test_every_rule_is_finer_than_the_last_in_every_direction():
    for coarse, fine in pairwise(LADDER):
        assert all(more > less for more, less in zip(astuple(fine), astuple(coarse), strict=True))


def test_the_ladder_is_climbed_until_nothing_moves_and_no_further():
    values = iter([1.0, 1.01, 1.0100001, 7.0])
    precise = made_precise(lambda rule: next(values), lambda value: [value, None])
    assert precise.result == 1.0100001
    assert precise.error == pytest.approx(1e-7, rel=0.02)
    changing = iter([1.0, 2.0, 3.0, 4.0])
    with pytest.raises(StudiesInvalid):
        made_precise(lambda rule: next(changing), lambda value: [value])
    undefined = iter([1.0, math.nan, math.nan, math.nan])
    with pytest.raises(StudiesInvalid):
        made_precise(lambda rule: next(undefined), lambda value: [0.5, value])


def test_two_large_studies_that_agree_and_a_small_one_are_pooled_and_left_out_in_turn():
    """The mean of tau by a second program, converged to 2e-9. Without one large study the peak of mu is thin."""
    pooled = pool(studies_of(StudyKind.RATE, (3000, 2000.0), (3300, 2000.0), (4, 3.0)))
    assert pooled.tau.mean == pytest.approx(0.291111, abs=1e-6)
    assert pooled.error < 2e-6
    assert len(pooled.leave_one_out) == 3


def test_thousands_without_an_event_and_thousands_with_nothing_else_are_pooled():
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 1000), (1000, 1000), (5, 10)))
    assert pooled.mean.median == pytest.approx(0.5, abs=1e-6)  # by symmetry
    assert pooled.mean.low + pooled.mean.high == pytest.approx(1, abs=1e-6)
    assert pooled.tau.low > 2
