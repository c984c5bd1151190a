"""Mid-p, minlike, Blaker and one-sided rate tests against printed numbers."""

from __future__ import annotations

import math
from itertools import product

import pytest

from leadline.evidence import intervals
from leadline.verdicts.exact import compare_rates_conditional, poisson_rate_interval
from tests.evidence.checks import inputs, printed


@pytest.mark.parametrize("method", ["minlike", "blaker"])
def test_two_sided_tests_of_two_rates_agree_with_fay_2010(method):
    name = "rate-fay-2-10"
    compare = {"minlike": intervals.compare_rates_minlike, "blaker": intervals.compare_rates_blaker}[method]
    compared = compare(tuple(inputs(name)["events"]), tuple(inputs(name)["time"]))
    expected = printed(name)[method]
    assert compared.p == pytest.approx(expected["p"], abs=6e-6)
    assert [compared.interval.low, compared.interval.high] == pytest.approx(expected["ci"], abs=1e-4)


def test_the_default_of_two_rates_agrees_with_its_own_interval_where_a_mixture_would_contradict_itself():
    # Fay 2010: minlike p 0.042 beside a central interval that contains 1.
    events, time = tuple(inputs("rate-fay-2-10")["events"]), tuple(inputs("rate-fay-2-10")["time"])
    central, minlike = compare_rates_conditional(events, time), intervals.compare_rates_minlike(events, time)
    assert central.p > 0.05
    assert central.interval.low < 1 < central.interval.high
    assert minlike.p < 0.05
    assert minlike.interval.high < 1


def test_one_sided_tests_agree_with_gu_2008():
    name = "rate-gu-60-30"  # the paper's table has the labels of exact and mid-p swapped
    events, time = tuple(inputs(name)["events"]), tuple(inputs(name)["time"])
    tests, expected = intervals.one_sided_rate_tests(events, time), printed(name)
    assert tests.exact == pytest.approx(expected["exact_conditional"], abs=1e-6)
    assert tests.mid_p == pytest.approx(expected["conditional_mid_p"], abs=1e-6)
    assert tests.score == pytest.approx(expected["score"], abs=1e-6)
    assert tests.wald == pytest.approx(expected["wald"], abs=1e-6)
    assert tests.wald_log == pytest.approx(expected["wald_log"], abs=1e-6)
    assert tests.square_root == pytest.approx(expected["sqrt"], abs=1e-6)
    above = intervals.one_sided_rate_tests(events, time, ratio=1.2)
    assert above.exact == pytest.approx(expected["ratio0_1.2"]["exact_conditional"], abs=1e-9)
    assert above.mid_p == pytest.approx(expected["ratio0_1.2"]["mid_p"], abs=1e-9)


def test_poisson_mid_p_and_central_p_of_15_in_400():
    name = "poisson-15-per-400"
    interval = intervals.poisson_mid_p(15, 400)
    assert [interval.low, interval.high] == pytest.approx(printed(name)["exact_mid_p_ci"], abs=1e-6)
    assert interval.high == pytest.approx(printed(name)["mid_p_ci_upper"], abs=1e-6)
    assert intervals.poisson_central_p(15, 400, rate=0.05) == pytest.approx(
        printed(name)["central_p"], abs=1e-12
    )


def test_the_lower_mid_p_limit_leaves_the_tail_that_one_package_misses():
    def tail(mean: float) -> float:  # by the sum itself
        chances = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(15 + 1)]
        return 1 - math.fsum(chances) + chances[15] / 2

    assert tail(400 * intervals.poisson_mid_p(15, 400).low) == pytest.approx(0.025, abs=1e-12)
    assert tail(400 * 0.02433576) != pytest.approx(0.025, abs=0.01)


@pytest.mark.parametrize("place", [0, 1])
def test_binomial_mid_p_agrees_with_newcombe_1998(place):
    name = "binom-mid-p-newcombe"
    interval = intervals.binomial_mid_p(*inputs(name)["cases"][place])
    assert [interval.low, interval.high] == pytest.approx(printed(name)["mid_p"][place], abs=6e-5)


def test_the_printed_interval_of_four_cardiovascular_events_is_log_normal_and_not_exact():
    name = "poisson-jia-cardiovascular"
    thousands = inputs(name)["person_years"] / 1000
    approximate, exact = intervals.poisson_log_normal(4, thousands), poisson_rate_interval(4, thousands)
    assert approximate is not None
    assert [approximate.low, approximate.high] == pytest.approx(printed(name)["exact_lognormal_ci"], abs=1e-5)
    assert [approximate.low, approximate.high] == pytest.approx(printed(name)["ci"], abs=0.05)
    assert [exact.low, exact.high] == pytest.approx(printed(name)["exact_garwood_ci"], abs=1e-5)
    assert exact.method != approximate.method


def test_without_an_event_there_is_no_log_normal_interval():
    assert intervals.poisson_log_normal(0, 10.0) is None


@pytest.mark.parametrize("compare", [intervals.compare_rates_minlike, intervals.compare_rates_blaker])
def test_a_ratio_is_rejected_exactly_when_it_lies_outside_the_interval_of_the_same_method(compare):
    rejected = []
    for a, b in product(range(9), repeat=2):
        if a + b == 0:
            continue
        compared = compare((a, b), (1.0, 1.0))
        assert (compared.p > 0.05) is (compared.interval.low < 1 < compared.interval.high), (a, b)
        if compared.p <= 0.05:
            rejected.append((a, b))
    # By the symmetric binomial: 0 of 6 is 2 / 2^6 and 1 of 9 is 20 / 2^9; 0 of 5 is 2 / 2^5, and 1 of 8 is 18 / 2^8.
    assert rejected == [(0, 6), (0, 7), (0, 8), (1, 8), (6, 0), (7, 0), (8, 0), (8, 1)]
