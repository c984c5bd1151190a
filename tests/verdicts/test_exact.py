"""Exact intervals and tests against printed numbers and against sums in rational arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.errors import LeadlineError
from leadline.verdicts import exact


def test_clopper_pearson_agrees_with_the_sum_of_pritz_1997():
    # metadat, printed output of dat.pritz1997: 246 of 326.
    interval = exact.clopper_pearson(246, 326)
    assert (interval.low, interval.high) == pytest.approx((0.7041627, 0.8003469), abs=1e-7)


def test_three_children_without_an_event_are_compatible_with_a_risk_of_70_8_percent():
    assert exact.clopper_pearson(0, 3).high == pytest.approx(1 - 0.025 ** (1 / 3), abs=1e-14)
    assert exact.clopper_pearson(0, 3).high == pytest.approx(0.708, abs=5e-4)
    assert exact.clopper_pearson_upper(0, 3) == pytest.approx(0.632, abs=5e-4)


def test_no_event_in_thirty_has_the_upper_bound_of_hanley_1983():
    assert exact.clopper_pearson_upper(0, 30) == pytest.approx(0.095, abs=6e-5)


def test_no_children_say_nothing_about_a_risk():
    interval = exact.clopper_pearson(0, 0)
    assert (interval.low, interval.high) == (0.0, 1.0)
    assert exact.clopper_pearson_upper(0, 0) == 1.0


@given(n=st.integers(1, 40), data=st.data())
def test_each_limit_leaves_exactly_half_of_the_error_in_its_tail(n, data):
    events = data.draw(st.integers(0, n))
    interval = exact.clopper_pearson(events, n)
    if events:
        assert _binomial_sum(range(events, n + 1), n, interval.low) == pytest.approx(0.025, abs=1e-12)
    if events < n:
        assert _binomial_sum(range(events + 1), n, interval.high) == pytest.approx(0.025, abs=1e-12)


def test_poisson_rate_of_15_events_in_400():
    # Output of exactci and ratesci, as reprinted in the test suite of statsmodels.
    interval = exact.poisson_rate_interval(15, 400)
    assert (interval.low, interval.high) == pytest.approx((0.0209884653319583, 0.0618505471787146), abs=1e-12)


def test_the_central_test_and_interval_of_fay_2010():
    # Fay MP. R Journal 2010;2(1):53-58: 2 events in 17,877 against 10 in 20,000.
    compared = exact.compare_rates_conditional((2, 10), (17877, 20000))
    assert compared.ratio == pytest.approx(0.2237512, abs=5e-8)
    assert compared.p == pytest.approx(0.06056, abs=6e-6)
    interval = compared.interval
    assert (interval.low, interval.high) == pytest.approx((0.02383738, 1.04995468), abs=1e-8)


def test_the_central_test_and_interval_of_lehmann():
    # rateratio.test vignette; Lehmann, Testing Statistical Hypotheses, 2nd ed., p. 152.
    compared = exact.compare_rates_conditional((2, 9), (17877, 16660))
    assert compared.ratio == pytest.approx(0.2070941557, abs=1e-10)
    assert compared.p == pytest.approx(0.05011, abs=6e-6)
    assert (compared.interval.low, compared.interval.high) == pytest.approx((0.02177406, 1.0005491), abs=1e-8)


def test_the_one_sided_tail_and_the_interval_of_gu_2008():
    # Gu K et al. Biom J 2008;50:283-298, example 1.
    events, exposure = (60, 30), (51477.5, 54308.7)
    assert exact.rate_ratio_tails(events, exposure)[1] == pytest.approx(0.000428, abs=1e-6)
    assert exact.rate_ratio_tails(events, exposure, ratio=1.2)[1] == pytest.approx(0.0066517746, abs=1e-9)
    interval = exact.compare_rates_conditional(events, exposure).interval
    assert (interval.low, interval.high) == pytest.approx((1.339735722, 3.388365574), abs=1e-9)


def test_no_event_in_either_group_leaves_every_ratio_possible():
    compared = exact.compare_rates_conditional((0, 0), (3.0, 4.0))
    assert compared.ratio is None
    assert compared.p == 1.0
    assert (compared.interval.low, compared.interval.high) == (0.0, math.inf)


def test_an_infinite_ratio_has_a_finite_lower_limit():
    compared = exact.compare_rates_conditional((6, 0), (10.0, 10.0))
    assert compared.ratio == math.inf
    assert compared.interval.high == math.inf
    assert compared.p == pytest.approx(2 / 2**6, abs=1e-15)


@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.5, 20), st.floats(0.5, 20))
def test_exchanging_the_groups_inverts_the_ratio_and_keeps_the_p_value(a, b, first, second):
    one = exact.compare_rates_conditional((a, b), (first, second))
    other = exact.compare_rates_conditional((b, a), (second, first))
    assert one.p == pytest.approx(other.p, rel=1e-9)
    assert one.interval.low * other.interval.high == pytest.approx(1) or a == 0


@pytest.mark.parametrize(
    ("table", "p"),
    [
        (((3, 1), (1, 3)), Fraction(34, 70)),  # Fisher's tea: 17/35, printed 0.4857
        (((1, 9), (11, 3)), 0.002759456185220088),  # printed in the scipy and R documentation
        (((0, 5), (0, 7)), 1),
    ],
)
def test_fisher_agrees_with_printed_examples(table, p):
    assert exact.fisher_exact_two_sided(table) == pytest.approx(float(p), abs=1e-15)


def test_fisher_agrees_with_counting_every_arrangement_of_the_children():
    arrangements = [k for k in product((0, 1), repeat=9) if sum(k) == 4]
    seen = [sum(k[:5]) for k in arrangements]
    likelihood = {k: seen.count(k) for k in set(seen)}
    for a in likelihood:
        expected = Fraction(sum(m for m in likelihood.values() if m <= likelihood[a]), len(seen))
        table = ((a, 5 - a), (4 - a, a))
        assert exact.fisher_exact_two_sided(table) == pytest.approx(float(expected), abs=1e-15)


@given(st.lists(st.fractions(0, 1, max_denominator=20), max_size=7))
def test_poisson_binomial_agrees_with_every_pattern_of_responses(chances):
    expected = [Fraction(0)] * (len(chances) + 1)
    for pattern in product((0, 1), repeat=len(chances)):
        terms = [c if hit else 1 - c for c, hit in zip(chances, pattern, strict=True)]
        expected[sum(pattern)] += math.prod(terms, start=Fraction(1))
    assert exact.poisson_binomial_pmf([float(c) for c in chances]) == pytest.approx(
        [float(e) for e in expected], abs=1e-14
    )
    for k in range(len(chances) + 2):
        tail = exact.poisson_binomial_tail(k, [float(c) for c in chances])
        assert tail == pytest.approx(float(sum(expected[k:])), abs=1e-14)


@pytest.mark.parametrize(("risk", "n"), [(0.05, 59), (0.10, 29), (0.20, 14), (0.5, 5)])
def test_so_many_children_without_an_event_exclude_a_risk(risk, n):
    assert exact.children_needed(risk) == n


def test_a_risk_met_exactly_needs_no_further_child():
    assert exact.children_needed(0.5, confidence=0.75) == 2
    assert exact.children_needed(0.1, confidence=0.19) == 2  # 0.9 squared is 0.81, to the last digit


@pytest.mark.parametrize(
    "call",
    [
        lambda: exact.clopper_pearson(4, 3),
        lambda: exact.clopper_pearson(-1, 3),
        lambda: exact.clopper_pearson(1.5, 3),  # type: ignore[arg-type]  # what no checker looked at
        lambda: exact.clopper_pearson(1, 3, level=95),
        lambda: exact.poisson_rate_interval(2, 0),
        lambda: exact.compare_rates_conditional((1, -1), (2, 2)),
        lambda: exact.compare_rates_conditional((1, 1), (2, 2), ratio=0),
        lambda: exact.poisson_binomial_pmf([0.2, 1.2]),
        lambda: exact.children_needed(0),
        lambda: exact.fisher_exact_two_sided(((1, 2), (3, -4))),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(LeadlineError):
        call()


def _binomial_sum(counts, n, chance):
    return math.fsum(math.comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in counts)
