"""Thresholds by level sets, and the family-wise error over all true rates."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.independent import Independent
from leadline.trial.calibration import Control, calibrate, shortest_decimal
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy
from leadline.trial.error_rates import Search, worst_errors
from leadline.trial.operating import Scenario, Trial
from tests.trial.designs import CPP, design, fujikawa, fujikawa_two_stage
from tests.trial.published import CHECKS


def with_threshold(plan, threshold):
    return replace(plan, efficacy=replace(plan.efficacy, posterior=threshold))


def error_at(plan, rates):
    return Trial(plan).operating(Scenario("asked", rates)).family_wise_error


def test_the_published_threshold_is_the_smallest_of_four_digits():
    check = CHECKS["baskexact-adjust"]
    found = calibrate(design(CPP), level=check["inputs"]["alpha"])
    assert found.above < check["printed"]["lambda"] <= found.up_to
    assert found.above > check["printed"]["lambda"] - 1e-4
    assert found.error == pytest.approx(check["printed"]["fwer"], abs=check["tolerance"])
    assert found.threshold == check["printed"]["lambda"]


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
    found = calibrate(plan, level=0.05)
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
    found = calibrate(design(fujikawa(0.0), looks=(24,)), level=0.05)
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
