"""Baskets whose priors differ, or are mixtures, in models that share a rate: slow twins in fractions or loops."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.stats import beta

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.beta import Above, Beta, Mean
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.outcomes import Outcomes
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.weights import CalibratedPowerPrior
from leadline.trial.design import Basket
from leadline.trial.reading import parse_design

ROBUST = ((7, 5, Fraction(1, 5)), (1, 1, Fraction(4, 5)))
UNLIKE = (ROBUST, ((2, 3, Fraction(1)),))


def baskets_of(priors, sizes, null=0.2):
    return tuple(
        Basket(f"b{j}", "sri4", null, 0.5, (size,), prior=tuple(Beta(a, b, float(w)) for a, b, w in prior))
        for j, (prior, size) in enumerate(zip(priors, sizes, strict=True))
    )


def ask(model, priors, counts, sizes, quantity):
    outcomes = Outcomes(np.array([counts]), sizes)
    return model.expect(outcomes, baskets=baskets_of(priors, sizes), quantities=[quantity])[0][0]


def integral(a, b):
    """The beta function of two whole numbers."""
    return Fraction(math.factorial(a - 1) * math.factorial(b - 1), math.factorial(a + b - 1))


def marginal(prior, responders, others, *, more=0):
    """The integral of p^(responders + more) (1 - p)^others over the prior."""
    return sum(w * integral(a + responders + more, b + others) / integral(a, b) for a, b, w in prior)


def averaged(priors):
    return [(a, b, w / len(priors)) for prior in priors for a, b, w in prior]


def means_by_hand(counts, sizes, groupings):
    """Posterior means over groupings of two baskets with their prior probabilities: every term a fraction."""
    total, sums = Fraction(0), [Fraction(0), Fraction(0)]
    for grouping, weight in groupings:
        evidence, means = weight, {}
        for block in grouping:
            prior = averaged([UNLIKE[j] for j in block])
            r, s = sum(counts[j] for j in block), sum(sizes[j] - counts[j] for j in block)
            here = marginal(prior, r, s)
            evidence *= here
            for j in block:
                means[j] = marginal(prior, r, s, more=1) / here
        total += evidence
        for j in (0, 1):
            sums[j] += evidence * means[j]
    return [float(one / total) for one in sums]


@pytest.mark.parametrize("counts", list(product((0, 2, 5), (0, 3, 4))))
def test_a_pooled_rate_has_the_average_of_the_priors(counts):
    expected = means_by_hand(counts, (5, 4), [(((0, 1),), Fraction(1))])
    assert ask(Pooled(), UNLIKE, counts, (5, 4), Mean()) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("counts", list(product((0, 2, 5), (0, 3, 4))))
def test_a_group_of_baskets_has_the_average_of_their_priors(counts):
    two = Fraction(2) ** 3  # two groups to the power delta, 3
    expected = means_by_hand(counts, (5, 4), [(((0, 1),), Fraction(1)), (((0,), (1,)), two)])
    found = ask(LocalExchangeability(delta=3.0), UNLIKE, counts, (5, 4), Mean())
    assert found == pytest.approx(expected, abs=1e-14)


def test_over_all_outcomes_groups_with_unlike_priors_leave_the_mean_that_was_expected_before():
    """One distribution of both rates: the posterior means average to the prior ones, by the chances of the outcomes."""
    sizes, model = (3, 2), LocalExchangeability()
    every = [(r, s) for r in range(4) for s in range(3)]
    outcomes = Outcomes(np.array(every), sizes)
    baskets = baskets_of(UNLIKE, sizes)
    ways = [math.comb(3, r) * math.comb(2, s) for r, s in every]
    chance = np.array(ways) * np.exp(model.log_evidence(outcomes, baskets=baskets))
    assert chance.sum() == pytest.approx(1, abs=1e-12)
    own = [float(sum(w * Fraction(a, a + b) for a, b, w in prior)) for prior in UNLIKE]
    both = [(one + sum(own) / 2) / 2 for one in own]
    assert chance @ model.expect(outcomes, baskets=baskets, quantities=[Mean()])[0] == pytest.approx(
        both, abs=1e-12
    )


@pytest.mark.parametrize("counts", [(0, 4, 3), (2, 2, 5), (5, 0, 0)])
def test_fujikawa_shares_the_average_shapes_of_a_mixture(counts):
    """Two loops: every component shifted by the others' children and average shapes, weighed by its marginal."""
    sizes, null = (6, 5, 5), 0.2
    priors = (ROBUST, ((2, 3, Fraction(1)),), ((1, 1, Fraction(1)),))
    model = Fujikawa("fujikawa", CalibratedPowerPrior("cpp", a=1.0, b=1.0))
    found = ask(model, priors, counts, sizes, Above((null,) * 3))
    for i in range(3):
        first, second = float(counts[i]), float(sizes[i] - counts[i])
        for j in set(range(3)) - {i}:
            apart = max(sizes[i], sizes[j]) ** 0.25 * abs(counts[i] / sizes[i] - counts[j] / sizes[j])
            weight = 1.0 if apart == 0 else 1 / (1 + math.exp(1 + math.log(apart)))
            first += weight * (counts[j] + sum(float(w) * a for a, _, w in priors[j]))
            second += weight * (sizes[j] - counts[j] + sum(float(w) * b for _, b, w in priors[j]))
        above = total = 0.0
        for a, b, w in priors[i]:
            gammas = [math.lgamma(x) for x in (a + first, b + second, a + b, a + first + b + second, a, b)]
            evidence = float(w) * math.exp(
                gammas[0] + gammas[1] + gammas[2] - gammas[3] - gammas[4] - gammas[5]
            )
            total += evidence
            above += evidence * beta.sf(null, a + first, b + second)
        assert found[i] == pytest.approx(above / total, abs=1e-12)


DESIGN = """
title: A prior that the model does not take
baskets:
  - {id: a, responder: sri4, null_rate: 0.2, target_rate: 0.5, looks: [10]}
  - {id: b, responder: sri4, null_rate: 0.2, target_rate: 0.5, looks: [10], prior: [{a: 4, b: 6}]}
borrowing: MODEL
efficacy: {posterior: 0.9}
"""


@pytest.mark.parametrize(
    "model",
    [
        "{model: bhm}",
        "{model: exnex, common: [{mean: 0, sd: 2, tau_scale: 1, weight: 0.5}], alone: {mean: 0, sd: 2}}",
    ],
)
def test_a_prior_that_a_model_would_not_use_is_refused(model):
    with pytest.raises(
        DesignInvalid, match=r"line 5.*baskets\[1\]\.prior|baskets\.1\.prior|baskets\[1\].prior"
    ):
        parse_design(DESIGN.replace("MODEL", model), name="design.yaml")
