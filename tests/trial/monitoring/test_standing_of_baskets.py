"""Posterior, interval, next results and forecast of independent baskets, in rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from leadline.trial import Trial, read_design, shipped_design
from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import Basket, Design, Efficacy
from leadline.trial.monitoring.standing import Seen, next_results, posteriors
from leadline.trial.predictive import predict_success

BASKETS = (
    Basket("jia", "acr_pedi.acr70", 0.2, 0.5, (5, 10)),
    Basket("csle", "sri4", 0.4, 0.7, (4, 8)),
)
DESIGN = Design("apart", BASKETS, Efficacy(0.9), Independent())
SO_FAR, CHILDREN = (2, 3), (5, 4)


def above(rate, responders, children):
    """P(p > rate) under Beta(1 + r, 1 + n - r): a binomial tail of n + 1 tosses."""
    p, n = Fraction(rate).limit_denominator(10**9), children + 1
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(responders + 1))


def to_come(count, more, responders, children):
    """Beta-binomial probability of `count` responders among `more` children, from a uniform prior."""
    a, b = 1 + responders, 1 + children - responders
    found = Fraction(comb(more, count))
    for step in range(count):
        found *= Fraction(a + step, a + b + step)
    for step in range(more - count):
        found *= Fraction(b + step, a + b + count + step)
    return found


def test_mean_and_tails_are_those_of_the_beta_posterior():
    found = posteriors(Trial(DESIGN), Seen(SO_FAR, CHILDREN))
    for one, basket, r, n in zip(found, BASKETS, SO_FAR, CHILDREN, strict=True):
        assert one.mean == pytest.approx((1 + r) / (2 + n), abs=1e-12)
        assert one.above_null == pytest.approx(float(above(str(basket.null_rate), r, n)), abs=1e-9)
        assert one.above_target == pytest.approx(float(above(str(basket.target_rate), r, n)), abs=1e-9)


def test_the_interval_leaves_a_fortieth_on_either_side():
    for responders, children in ((SO_FAR, CHILDREN), ((0, 8), (10, 8)), ((0, 0), (0, 0))):
        found = posteriors(Trial(DESIGN), Seen(responders, children))
        for one, r, n in zip(found, responders, children, strict=True):
            assert float(above(one.low, r, n)) == pytest.approx(0.975, abs=2e-4)
            assert float(above(one.high, r, n)) == pytest.approx(0.025, abs=2e-4)


def test_the_interval_of_the_shipped_design_leaves_a_fortieth_on_either_side():

    design = read_design(shipped_design("msc_basket"))
    found = posteriors(Trial(design), Seen((4, 5, 0), (9, 7, 5)))
    now = Outcomes(np.array([(4, 5, 0)]), (9, 7, 5))
    lows, highs = tuple(one.low for one in found), tuple(one.high for one in found)
    low, high = design.borrowing.expect(now, baskets=design.baskets, quantities=[Above(lows), Above(highs)])
    assert low[0] == pytest.approx([0.975] * 3, abs=5e-4)
    assert high[0] == pytest.approx([0.025] * 3, abs=5e-4)


def test_the_next_look_tells_what_each_number_of_responders_leads_to():
    found = next_results(Trial(DESIGN), Seen(SO_FAR, CHILDREN), basket=0, look=2, seen=(2, 5))
    assert [one.responders for one in found] == [0, 1, 2, 3, 4, 5]
    for one in found:
        exact = above("0.2", 2 + one.responders, 10)
        assert one.above_null == pytest.approx(float(exact), abs=1e-9)
        assert one.action == ("success" if exact >= Fraction(9, 10) else "no success")


def test_the_forecast_is_the_sum_over_the_children_to_come():
    foretold = predict_success(DESIGN, responders=SO_FAR, children=CHILDREN)
    for basket, r, n, found in zip(BASKETS, SO_FAR, CHILDREN, foretold.success, strict=True):
        more = basket.size - n
        exact = sum(
            to_come(count, more, r, n)
            for count in range(more + 1)
            if above(str(basket.null_rate), r + count, basket.size) >= Fraction(9, 10)
        )
        assert found == pytest.approx(float(exact), abs=1e-9)
        assert 0 < exact < 1
