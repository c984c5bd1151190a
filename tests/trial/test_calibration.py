"""Thresholds by level sets, and the family-wise error over all true rates."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.independent import Independent
from leadline.trial.calibration import Control, Thresholds, calibrate, shortest_decimal
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy
from leadline.trial.error_rates import Search, worst_errors
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP, design, fujikawa, fujikawa_two_stage
from tests.trial.published import CHECKS


def with_threshold(plan, threshold):
    return replace(plan, efficacy=replace(plan.efficacy, posterior=threshold))


def error_at(plan, rates):
    return Trial(plan).operating(Scenario("asked", rates)).family_wise_error


def test_the_published_threshold_is_the_smallest_of_four_digits():
    check = CHECKS["baskexact-adjust"]
    found = calibrate(design(CPP), level=check["inputs"]["alpha"], control=Control.GLOBAL_NULL)
    assert found.above < check["printed"]["lambda"] <= found.up_to
    assert found.above > check["printed"]["lambda"] - 1e-4
    assert found.error == pytest.approx(check["printed"]["fwer"], abs=check["tolerance"])
    assert found.threshold == check["printed"]["lambda"]


def test_the_error_is_held_everywhere_unless_the_global_null_is_asked_for():
    plan = design(CPP, looks=(9,))
    assert calibrate(plan, level=0.1) == calibrate(plan, level=0.1, control=Control.STRONG)
    assert calibrate(plan, level=0.1).at_most <= 0.1


PLANS = {
    "one look": design(CPP, looks=(9,)),
    "two looks, posterior": design(CPP, looks=(5, 9), futility=EarlyRule(Basis.POSTERIOR, 0.4)),
    "two looks, predictive": replace(fujikawa_two_stage(0.2), baskets=design(CPP, looks=(5, 9)).baskets),
    "unlike baskets": Design(
        "unlike",
        (Basket("a", "sri4", 0.2, 0.5, (6,)), Basket("b", "sri4", 0.4, 0.7, (8,))),
        Efficacy(0.9),
        CPP,
    ),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_the_threshold_holds_and_the_next_lower_one_does_not(plan):
    found = calibrate(plan, level=0.05, control=Control.GLOBAL_NULL)
    assert error_at(with_threshold(plan, found.threshold), plan.null_rates) == pytest.approx(
        found.error, abs=1e-13
    )
    assert found.error <= 0.05
    lower = error_at(with_threshold(plan, found.above), plan.null_rates)
    assert lower > 0.05


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_strong_control_holds_on_a_grid_of_rates(plan):
    found = calibrate(plan, level=0.1, control=Control.STRONG)
    assert found.at_most <= 0.1
    trial = Trial(with_threshold(plan, found.threshold))
    grid = (0.05, 0.2, 0.4, 0.55, 0.7, 0.9)
    errors = [
        trial.operating(Scenario("grid", rates)).family_wise_error
        for rates in product(grid, repeat=len(plan.baskets))
    ]
    assert max(errors) <= 0.1


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_the_proved_maximum_is_above_a_grid_and_near_the_error_found(plan):
    plan = with_threshold(plan, 0.93)
    trial = Trial(plan)
    found = worst_errors(trial, search=Search(gap=0.005))
    for one in found:
        rates = tuple(one.rates)
        assert trial.operating(Scenario("worst", rates)).family_wise_error == pytest.approx(
            one.error, abs=1e-12
        )
        assert one.error <= one.at_most <= one.error + 0.01
    rng = np.random.default_rng(7)
    for rates in rng.uniform(0, 1, (40, len(plan.baskets))).tolist():
        null = sum(rate <= limit for rate, limit in zip(rates, plan.null_rates, strict=True))
        if null:
            error = trial.operating(Scenario("any", tuple(rates))).family_wise_error
            assert error <= max(one.at_most for one in found)


def test_calibrating_at_the_global_null_is_no_control():
    """With three baskets of 24, null 0.2, Fujikawa's weights: 5 % becomes more than 10 % when others respond."""
    found = calibrate(design(fujikawa(0.0), looks=(24,)), level=0.05, control=Control.GLOBAL_NULL)
    assert found.error <= 0.05
    assert found.worst_error > 0.10


def test_without_borrowing_the_worst_error_is_at_the_global_null():
    found = worst_errors(Trial(design(Independent(), looks=(12,), threshold=0.95)))
    everyone = max(found, key=lambda one: one.error)
    assert len(everyone.null_baskets) == 3
    assert everyone.rates == pytest.approx((0.2,) * 3, abs=1e-12)


def test_early_success_that_exceeds_the_level_is_refused():
    plan = design(CPP, looks=(5, 9), early=EarlyRule(Basis.POSTERIOR, 0.5))
    with pytest.raises(DesignInvalid, match="with stopping early for efficacy no threshold"):
        calibrate(plan, level=0.05)


@pytest.mark.parametrize("level", [0.0, 1.0, 1.2, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(DesignInvalid, match="level"):
        calibrate(design(CPP), level=level)


@pytest.mark.parametrize(
    ("above", "up_to", "expected"),
    [
        (0.9909826, 0.9910127, 0.991),
        (0.5, 0.68, 0.6),
        (0.98, 0.981, 0.981),
        (0.98, 0.9805, 0.9801),
        (0.9, 1.0, 1.0),
    ],
)
def test_the_shortest_decimal_of_an_interval(above, up_to, expected):
    assert shortest_decimal(above, up_to) == expected


STAGGERED = replace(
    design(CPP, count=2, looks=(4, 7), futility=EarlyRule(Basis.POSTERIOR, 0.4)),
    order=(("basket 0",), ("basket 0",), ("basket 1",), ("basket 1",)),
)


@pytest.mark.parametrize("control", Control)
def test_a_basket_that_is_judged_before_the_end_is_calibrated(control):
    found = calibrate(STAGGERED, level=0.1, control=control)
    holds, lower = (Trial(with_threshold(STAGGERED, t)) for t in (found.threshold, found.above))
    null = Scenario("null", STAGGERED.null_rates)
    assert holds.decisions(null).family_wise_error == pytest.approx(found.error, abs=1e-13)
    assert found.error <= 0.1
    if control is Control.STRONG:
        assert found.at_most <= 0.1
        assert max(one.at_most for one in worst_errors(lower)) > 0.1
    else:
        assert lower.decisions(null).family_wise_error > 0.1


def tail(size, rate, count):
    return sum(math.comb(size, k) * rate**k * (1 - rate) ** (size - k) for k in range(count, size + 1))


def test_thresholds_of_equal_error_are_those_of_critical_counts_found_by_hand():
    """No borrowing, 8 and 15 children: the largest common type 1 error whose family-wise error is within 10 %."""
    sizes, nulls = (8, 15), (0.2, 0.4)
    tails = [[tail(n, p, c) for c in range(n + 2)] for n, p in zip(sizes, nulls, strict=True)]

    def counts(alpha):
        return [next(c for c, chance in enumerate(each) if chance <= alpha) for each in tails]

    def family_wise(alpha):
        return 1 - math.prod(1 - each[c] for each, c in zip(tails, counts(alpha), strict=True))

    best = max(alpha for each in tails for alpha in each if family_wise(alpha) <= 0.1)
    baskets = tuple(Basket(f"b{n}", "sri4", p, 0.7, (n,)) for n, p in zip(sizes, nulls, strict=True))
    found = calibrate(
        Design("unequal", baskets, Efficacy(0.9), Independent()),
        level=0.1,
        thresholds=Thresholds.EQUAL_ERROR,
    )
    assert found.error == pytest.approx(family_wise(best), abs=1e-12)
    assert isinstance(found.above, tuple)
    assert isinstance(found.up_to, tuple)
    assert isinstance(found.threshold, tuple)
    for j, count in enumerate(
        counts(best)
    ):  # uniform priors: P(rate > null | c of n) is a binomial tail of n + 1
        first = 1 - tail(sizes[j] + 1, nulls[j], count + 1)
        below = 1 - tail(sizes[j] + 1, nulls[j], count)
        assert found.above[j] == pytest.approx(below, abs=1e-12)
        assert found.up_to[j] == pytest.approx(first, abs=1e-12)
        assert below < found.threshold[j] <= first


def test_thresholds_of_equal_error_make_unlike_baskets_err_alike():
    plan = PLANS["unlike baskets"]
    common = calibrate(plan, level=0.1, control=Control.GLOBAL_NULL)
    equal = calibrate(plan, level=0.1, control=Control.GLOBAL_NULL, thresholds=Thresholds.EQUAL_ERROR)
    assert equal.error <= 0.1
    null = Scenario("null", plan.null_rates)
    errors = Trial(with_threshold(plan, equal.threshold)).decisions(null)
    assert errors.family_wise_error == pytest.approx(equal.error, abs=1e-13)
    before = Trial(with_threshold(plan, common.threshold)).decisions(null).success
    assert abs(errors.success[0] - errors.success[1]) < abs(before[0] - before[1])
    strong = calibrate(plan, level=0.1, control=Control.STRONG, thresholds=Thresholds.EQUAL_ERROR)
    assert strong.at_most <= 0.1
    largest = worst_errors(Trial(with_threshold(plan, strong.threshold)))
    assert max(one.error for one in largest) <= 0.1


def test_thresholds_of_equal_error_refuse_what_looks_ahead_to_one_threshold():
    for plan in (PLANS["two looks, predictive"], STAGGERED):
        with pytest.raises(DesignInvalid, match="thresholds of equal error"):
            calibrate(plan, level=0.1, thresholds=Thresholds.EQUAL_ERROR)
