"""Global weights against the printed answers of baskexact's own tests, and against posteriors by plain loops."""

import math
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import beta, binom

from leadline.errors import DesignInvalid
from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.power_prior import PowerPrior, pair_weights
from leadline.trial.borrowing.weights import (
    CalibratedPowerPrior,
    GlobalWeight,
    Heterogeneity,
    JensenShannon,
    MarginalLikelihood,
)
from leadline.trial.design import Basis, EarlyRule
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from leadline.trial.scenarios import Scenario
from leadline.trial.words import design_in_words
from tests.trial.designs import design, like_baskets

UNIFORM = like_baskets(1, (1,), 0.2)[0].prior


def outcomes(counts, sizes):
    return Outcomes(np.array([counts]), tuple(sizes))


# The answers that the tests of baskexact (tests/testthat/test-globalweights.R) expect.
PRINTED = [
    ("diff", GlobalWeight(Heterogeneity.GAPS), (0, 10, 20), 20, 0.0),
    ("diff, five baskets", GlobalWeight(Heterogeneity.GAPS), (0, 10, 20, 30, 40), 40, 0.0),
    ("diff, alike", GlobalWeight(Heterogeneity.GAPS), (5, 5, 5), 20, 1.0),
    ("diff, four alike", GlobalWeight(Heterogeneity.GAPS), (5, 5, 5, 5), 20, 1.0),
    ("diff, alike, w 0.5", GlobalWeight(Heterogeneity.GAPS, 1.0, 0.5), (5, 5, 5), 20, 0.5),
    ("fix", GlobalWeight(power=0.0, most=0.3), (1, 3, 5), 20, 0.3),
    ("maxdiff", GlobalWeight(), (5, 10, 15), 20, 0.5),
    ("maxdiff, w 0.5", GlobalWeight(most=0.5), (5, 10, 15), 20, 0.25),
]


@pytest.mark.parametrize(
    ("weight", "counts", "size", "printed"), [row[1:] for row in PRINTED], ids=[row[0] for row in PRINTED]
)
def test_a_global_weight_is_the_printed_one(weight, counts, size, printed):
    assert weight.of(outcomes(counts, (size,) * len(counts)))[0] == pytest.approx(printed, abs=1e-12)


def test_unequal_gaps_take_less_away():
    """1, 3, 5 of 20: a range of 0.2 and two gaps of 0.1, each 0.4 from a half: (1 - 0.2 x 10^-0.32)^2 = 0.8177606."""
    found = GlobalWeight(Heterogeneity.GAPS, power=2.0).of(outcomes((1, 3, 5), (20, 20, 20)))[0]
    assert found == pytest.approx((1 - 0.2 * 0.4786300923) ** 2, abs=1e-9)
    # 0, 2, 10 of 10: the whole range, gaps of 0.2 and 0.8: 1 - 10^-0.18.
    found = GlobalWeight(Heterogeneity.GAPS).of(outcomes((2, 10, 0), (10, 10, 10)))[0]
    assert found == pytest.approx(1 - 0.6606934480, abs=1e-9)


def test_baskets_without_children_do_not_count_and_unlike_sizes_are_compared_by_rate():
    weight = GlobalWeight(power=2.0, most=0.8)
    assert weight.of(outcomes((1, 0, 3), (4, 0, 6)))[0] == pytest.approx(0.8 * 0.75**2, abs=1e-15)
    assert weight.of(outcomes((1, 0, 2), (3, 0, 6)))[0] == pytest.approx(0.8, abs=1e-15)
    assert weight.of(outcomes((1, 0), (3, 0)))[0] == 0.8
    assert weight.of(outcomes((0, 0), (0, 0)))[0] == 0.8


def test_half_of_the_children_of_like_baskets_are_borrowed_as_printed():
    """baskexact, test-borrowing.R: 3 of 10 three times, w 0.5: 3 and 7 less by JSD weights, 4 and 8 by Fujikawa's."""
    data, weights = outcomes((3, 3, 3), (10, 10, 10)), JensenShannon("jsd", 2.0, 0.99)
    half = GlobalWeight(Heterogeneity.GAPS, power=2.0, most=0.5)
    full, shared = (
        Fujikawa("fujikawa", weights, overall).shared(data, priors=[UNIFORM] * 3) for overall in (None, half)
    )
    assert full[0][0] - shared[0][0] == pytest.approx([4.0] * 3, abs=1e-12)
    assert full[1][0] - shared[1][0] == pytest.approx([8.0] * 3, abs=1e-12)
    above = PowerPrior("power_prior", weights, half).expect(
        data, baskets=like_baskets(3, (10,), 0.2), quantities=[Above((0.2,) * 3)]
    )[0][0]
    assert above == pytest.approx([beta.sf(0.2, 1 + 9 - 3, 1 + 21 - 7)] * 3, abs=1e-13)


def posterior_by_hand(counts, size, *, a, b, power, prior_shared):
    """P(rate > 0.2) of each basket under CPP weights times (1 - range)^power, two loops."""
    overall = (1 - (max(counts) - min(counts)) / size) ** power
    found = []
    for i, own in enumerate(counts):
        first, second = 1.0 + own, 1.0 + size - own
        for j, other in enumerate(counts):
            if j == i:
                continue
            scaled = size**0.25 * abs(own - other) / size
            weight = overall * (1 / (1 + math.exp(a + b * math.log(scaled))) if scaled else 1.0)
            first += weight * (other + prior_shared)
            second += weight * (size - other + prior_shared)
        found.append(beta.sf(0.2, first, second))
    return found


@pytest.mark.parametrize(("model", "shared"), [("power_prior", 0), ("fujikawa", 1)])
def test_operating_characteristics_are_the_sum_over_every_outcome_by_hand(model, shared):
    kind = PowerPrior if model == "power_prior" else Fujikawa
    borrowing = kind(model, CalibratedPowerPrior("cpp", 1.0, 1.5), GlobalWeight(power=2.0))
    found = Trial(design(borrowing, looks=(7,), threshold=0.9)).decisions(Scenario("one", (0.2, 0.2, 0.5)))
    success, rates = [0.0] * 3, (0.2, 0.2, 0.5)
    for counts in np.ndindex(8, 8, 8):
        chance = math.prod(binom.pmf(r, 7, p) for r, p in zip(counts, rates, strict=True))
        tails = posterior_by_hand(counts, 7, a=1.0, b=1.5, power=2.0, prior_shared=shared)
        for j, tail in enumerate(tails):
            success[j] += chance * (tail >= 0.9)
    assert found.success == pytest.approx(success, abs=1e-12)


def tails_by_hand(counts, sizes, *, a, b, power):
    """P(rate > 0.2) of each basket; a basket that was stopped counts with the children it had."""
    rates = [r / n for r, n in zip(counts, sizes, strict=True)]
    overall = (1 - (max(rates) - min(rates))) ** power
    found = []
    for i, (own, size) in enumerate(zip(counts, sizes, strict=True)):
        first, second = 1.0 + own, 1.0 + size - own
        for j, (other, others) in enumerate(zip(counts, sizes, strict=True)):
            if j != i:
                scaled = max(size, others) ** 0.25 * abs(rates[i] - rates[j])
                alike = 1 / (1 + math.exp(a + b * math.log(scaled))) if scaled > 1e-12 else 1.0
                first += overall * alike * other
                second += overall * alike * (others - other)
        found.append(beta.sf(0.2, first, second))
    return found


def test_baskets_that_were_stopped_count_with_what_they_had_shown():
    """Three baskets, looks after 2 and 5; futile below 0.6 at the first, success from 0.8 at the last."""
    borrowing = PowerPrior("power_prior", CalibratedPowerPrior("cpp", 0.5, 1.0), GlobalWeight(power=1.5))
    futility = EarlyRule(Basis.POSTERIOR, 0.6)
    plan = design(borrowing, looks=(2, 5), threshold=0.8, futility=futility)
    rates = (0.2, 0.35, 0.6)
    found = Trial(plan).decisions(Scenario("mixed", rates))
    success, both_kinds = [0.0] * 3, 0
    for first in np.ndindex(3, 3, 3):
        early = tails_by_hand(first, (2, 2, 2), a=0.5, b=1.0, power=1.5)
        goes_on = [tail >= 0.6 for tail in early]
        both_kinds += len(set(goes_on)) == 2
        for more in np.ndindex(*(4 if on else 1 for on in goes_on)):
            chance = math.prod(binom.pmf(r, 2, p) for r, p in zip(first, rates, strict=True))
            chance *= math.prod(
                binom.pmf(r, 3, p) for r, p, on in zip(more, rates, goes_on, strict=True) if on
            )
            counts = [r + m for r, m in zip(first, more, strict=True)]
            last = tails_by_hand(counts, [5 if on else 2 for on in goes_on], a=0.5, b=1.0, power=1.5)
            for j, on in enumerate(goes_on):
                success[j] += chance * (on and last[j] >= 0.8)
    assert both_kinds > 5
    assert found.success == pytest.approx(success, abs=1e-12)


@pytest.mark.parametrize("heterogeneity", Heterogeneity)
def test_weights_stay_symmetric_and_do_not_depend_on_the_order_of_baskets(heterogeneity):
    overall, weights = GlobalWeight(heterogeneity, power=1.5), MarginalLikelihood("mml")
    straight = pair_weights(weights, outcomes((1, 4, 6), (8, 8, 8)), [UNIFORM] * 3, global_weight=overall)[0]
    assert straight == pytest.approx(straight.T, abs=1e-9)
    assert np.diag(straight) == pytest.approx(np.ones(3), abs=0)
    for order in permutations(range(3)):
        turned = pair_weights(
            weights,
            outcomes(np.array((1, 4, 6))[list(order)], (8, 8, 8)),
            [UNIFORM] * 3,
            global_weight=overall,
        )[0]
        assert turned == pytest.approx(straight[np.ix_(order, order)], abs=1e-9)


TEXT = """\
title: Two baskets
baskets:
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.5, looks: [10]}
  - {id: sle, responder: sri4, null_rate: 0.2, target_rate: 0.5, looks: [10]}
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}, global_weight: {power: 2, most: 0.5}}
efficacy: {posterior: 0.95}
"""


def test_a_design_file_may_have_a_global_weight_and_says_so():
    read = parse_design(TEXT, name="two.yaml")
    assert read.borrowing == PowerPrior(
        "power_prior",
        CalibratedPowerPrior("cpp", 2.0, 2.0),
        GlobalWeight(Heterogeneity.RANGE, power=2.0, most=0.5),
    )
    said = " ".join(design_in_words(read, boundaries=()))
    assert "The further apart the results of all diseases lie, the less each counts for the others." in said
    assert "Another disease counts to 50 % at most." in said


@pytest.mark.parametrize(
    ("found", "taken"),
    [("most: 1.5", "at most 1"), ("power: -1", "at least 0"), ("heterogeneity: sd", "'range' or 'gaps'")],
)
def test_a_global_weight_that_is_none_is_refused_with_its_line(found, taken):
    text = TEXT.replace("power: 2, most: 0.5", found)
    with pytest.raises(DesignInvalid, match=rf"line 5, borrowing.*{taken}"):
        parse_design(text, name="two.yaml")
