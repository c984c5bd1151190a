"""Operating characteristics against published values, and against brute force in rational arithmetic."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product

import pytest
from scipy.stats import beta

from leadline.errors import BeyondExactRange
from leadline.trial import describe
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy, Harm, Reference
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP, design, fujikawa, fujikawa_two_stage
from tests.trial.published import CHECKS

NULL = Scenario("global null", (0.2, 0.2, 0.2))


def test_power_prior_type_1_errors_are_the_published_ones():
    check = CHECKS["baskexact-toer"]
    result = Trial(design(CPP)).operating(NULL)
    assert result.success == pytest.approx(check["printed"]["reject"], abs=check["tolerance"])
    assert result.family_wise_error == pytest.approx(check["printed"]["fwer"], abs=check["tolerance"])


def test_power_prior_power_is_the_published_one():
    check = CHECKS["baskexact-pow"]
    result = Trial(design(CPP, threshold=0.9942)).operating(Scenario("all respond", (0.5, 0.5, 0.5)))
    assert result.success == pytest.approx(check["printed"]["reject"], abs=check["tolerance"])
    assert result.any_success == pytest.approx(check["printed"]["ewp"], abs=check["tolerance"])


@pytest.mark.parametrize(("name", "tau"), [("fujikawa-i", 0.0), ("fujikawa-ii", 0.5)])
def test_fujikawa_single_stage_errors_are_the_published_ones(name, tau):
    check = CHECKS[name]
    result = Trial(design(fujikawa(tau), looks=(24,))).operating(NULL)
    assert result.success == pytest.approx([check["printed"]["reject"]] * 3, abs=check["tolerance"])
    assert result.family_wise_error == pytest.approx(check["printed"]["fwer"], abs=check["tolerance"])


@pytest.mark.parametrize(("name", "tau"), [("fujikawa-two-stage-i", 0.0), ("fujikawa-two-stage-ii", 0.5)])
def test_fujikawa_two_stage_errors_and_sizes_are_the_published_ones(name, tau):
    check = CHECKS[name]
    result = Trial(fujikawa_two_stage(tau)).operating(NULL)
    assert result.success == pytest.approx([check["printed"]["reject"]] * 3, abs=check["tolerance"])
    assert result.family_wise_error == pytest.approx(check["printed"]["fwer"], abs=check["tolerance"])
    expected = [check["printed"]["expected_n_per_basket"]] * 3
    assert result.children == pytest.approx(expected, abs=check["tolerance"])


# The slow twin: every sequence of looks, in fractions. It shares nothing with the fast code but the names of baskets.


def uniform_tail(responders, size, rate):
    """P(p > rate) for a uniform prior: the binomial identity for whole counts."""
    n = size + 1
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(responders + 1))


def binomial_fraction(size, count, rate):
    return math.comb(size, count) * rate**count * (1 - rate) ** (size - count)


def brute_force(*, looks, nulls, rates, tail, futility, threshold):
    """Two looks, every basket; `tail(counts, sizes, basket)`; futility below a posterior cut at the first look."""
    baskets = range(len(nulls))
    successes = [Fraction(0)] * len(nulls)
    error, children = Fraction(0), [Fraction(0)] * len(nulls)
    for first in product(*(range(size + 1) for size in looks[0])):
        goes_on = [tail(first, looks[0], j) >= futility for j in baskets]
        increments = [looks[1][j] - looks[0][j] if goes_on[j] else 0 for j in baskets]
        for more in product(*(range(step + 1) for step in increments)):
            chance = math.prod(
                binomial_fraction(looks[0][j], first[j], rates[j])
                * binomial_fraction(increments[j], more[j], rates[j])
                for j in baskets
            )
            counts = [first[j] + more[j] for j in baskets]
            sizes = [looks[0][j] + increments[j] for j in baskets]
            won = [goes_on[j] and tail(counts, sizes, j) >= threshold for j in baskets]
            for j in baskets:
                successes[j] += chance * won[j]
                children[j] += chance * sizes[j]
            error += chance * any(won[j] and rates[j] <= nulls[j] for j in baskets)
    return successes, error, children


TINY_LOOKS = [(2, 3), (4, 5)]
TINY_NULLS = [Fraction(1, 4), Fraction(1, 3)]
TINY_RATES = [Fraction(1, 4), Fraction(3, 5)]


def tiny_design(borrowing):
    baskets = tuple(
        Basket(f"b{j}", "sri4", float(TINY_NULLS[j]), 0.7, (TINY_LOOKS[0][j], TINY_LOOKS[1][j]))
        for j in range(2)
    )
    return Design("tiny", baskets, Efficacy(0.8), borrowing, futility=EarlyRule(Basis.POSTERIOR, 0.5))


@pytest.mark.parametrize("borrowing", [Independent(), Pooled()], ids=["none", "pooled"])
def test_two_looks_agree_with_every_path_in_fractions(borrowing):
    def tail(counts, sizes, basket):
        if isinstance(borrowing, Pooled):
            return uniform_tail(sum(counts), sum(sizes), TINY_NULLS[basket])
        return uniform_tail(counts[basket], sizes[basket], TINY_NULLS[basket])

    successes, error, children = brute_force(
        looks=TINY_LOOKS,
        nulls=TINY_NULLS,
        rates=TINY_RATES,
        tail=tail,
        futility=Fraction(1, 2),
        threshold=Fraction(4, 5),
    )
    result = Trial(tiny_design(borrowing)).operating(Scenario("one responds", tuple(map(float, TINY_RATES))))
    assert result.success == pytest.approx([float(s) for s in successes], abs=1e-13)
    assert result.family_wise_error == pytest.approx(float(error), abs=1e-13)
    assert result.children == pytest.approx([float(c) for c in children], abs=1e-12)


RULES = {
    "one look": {},
    "two looks": {"looks": (4, 7), "futility": EarlyRule(Basis.POSTERIOR, 0.3, Reference.TARGET_RATE)},
    "two looks, both rules": {
        "looks": (5, 9),
        "early": EarlyRule(Basis.PREDICTIVE, 0.8),
        "futility": EarlyRule(Basis.PREDICTIVE, 0.2),
    },
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_endings_have_probability_one_together(rules):
    trial = Trial(design(CPP, **rules))
    result = trial.operating(Scenario("any", (0.1, 0.35, 0.8)))
    early = sum(sum(row) for row in (*result.stopped_futility, *result.stopped_efficacy))
    assert early <= 3
    silent = Trial(design(CPP, threshold=0.0001 + 1e-9, **rules)).operating(Scenario("any", (0.1, 0.35, 0.8)))
    if not rules:  # at a threshold of nearly 0 every outcome is a success
        assert silent.success == pytest.approx([1.0] * 3, abs=1e-12)
    total = sum(
        (trial.chance(ending, result.scenario) * ending.share * law).sum()
        for ending in trial.endings
        for law in [row_law(ending, result.scenario.rates)]
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def row_law(ending, rates):
    """Probability of each row, all arrangements of a multiset added up."""
    import numpy as np
    from scipy.stats import binom

    law = np.zeros(len(ending.outcomes.responders))
    for row, counts in enumerate(ending.outcomes.responders.tolist()):
        rows = set(permutations(counts)) if ending.outcomes.multisets else [tuple(counts)]
        law[row] = sum(
            math.prod(
                binom.pmf(c, n, p) for c, n, p in zip(arranged, ending.outcomes.sizes, rates, strict=True)
            )
            for arranged in rows
        )
    return law


@pytest.mark.parametrize("looks", [(6,), (3, 6)], ids=["one look", "two looks"])
def test_permuting_the_baskets_permutes_the_results(looks):
    futility = EarlyRule(Basis.POSTERIOR, 0.4) if len(looks) > 1 else None

    def run(order):
        nulls, rates = (0.15, 0.25, 0.3), (0.15, 0.5, 0.3)
        baskets = tuple(Basket(f"b{j}", "sri4", nulls[j], 0.6, looks) for j in order)
        trial = Trial(Design("permuted", baskets, Efficacy(0.9), CPP, futility=futility))
        return trial.operating(Scenario("mixed", tuple(rates[j] for j in order)))

    straight, turned = run((0, 1, 2)), run((2, 0, 1))
    for field in ("success", "children", "bias", "mse", "coverage"):
        values = getattr(straight, field)
        assert getattr(turned, field) == pytest.approx([values[2], values[0], values[1]], abs=1e-13)
    assert turned.family_wise_error == pytest.approx(straight.family_wise_error, abs=1e-13)


def test_sorted_outcomes_give_what_all_outcomes_give():
    """A hair's difference in one target makes the baskets unlike, so that nothing is sorted."""
    baskets = design(CPP, looks=(8,)).baskets
    unlike = (Basket("basket 0", "sri4", 0.2, 0.5000001, (8,)), *baskets[1:])
    scenario = Scenario("mixed", (0.2, 0.45, 0.45))
    quick = Trial(design(CPP, looks=(8,), threshold=0.9)).operating(scenario)
    slow = Trial(Design("unlike", unlike, Efficacy(0.9), CPP)).operating(scenario)
    for field in ("success", "family_wise_error", "any_success", "correct", "bias", "mse", "coverage"):
        assert getattr(quick, field) == pytest.approx(getattr(slow, field), abs=1e-13)


def test_looks_in_a_fixed_order_agree_with_a_hand_sum():
    """A is looked at twice before B is looked at once; only A's own children decide on A (no borrowing)."""
    baskets = (Basket("a", "sri4", 0.2, 0.6, (2, 4)), Basket("b", "sri4", 0.2, 0.6, (3,)))
    ordered = Design(
        "ordered",
        baskets,
        Efficacy(0.9),
        Independent(),
        futility=EarlyRule(Basis.POSTERIOR, 0.6),
        order=(("a",), ("a",), ("b",)),
    )
    result = Trial(ordered).operating(Scenario("null", (0.2, 0.2)))
    # Beta(1, 3) above 0.2: 0.512, so no responder of 2 stops A.
    # Success needs 2 of 4 (Beta(3, 3): 0.942; one of 4: 0.737) and 2 of 3 (Beta(3, 2): 0.973; one of 3: 0.819).
    stop = 0.8**2
    won_a = sum(
        math.comb(2, first)
        * 0.2**first
        * 0.8 ** (2 - first)
        * math.comb(2, more)
        * 0.2**more
        * 0.8 ** (2 - more)
        for first in (1, 2)
        for more in range(3)
        if first + more >= 2
    )
    won_b = 3 * 0.2**2 * 0.8 + 0.2**3
    assert result.stopped_futility[0][0] == pytest.approx(stop, abs=1e-14)
    assert result.success == pytest.approx([won_a, won_b], abs=1e-14)
    assert result.family_wise_error == pytest.approx(1 - (1 - won_a) * (1 - won_b), abs=1e-14)
    assert result.children == pytest.approx([2 * stop + 4 * (1 - stop), 3.0], abs=1e-14)


def test_bias_and_coverage_without_borrowing_are_those_of_the_beta_posterior():
    """Uniform prior, n = 10, p = 0.3: mean (r+1)/12; coverage by counting the counts whose interval holds 0.3."""
    from scipy.stats import beta, binom

    result = Trial(design(Independent(), count=2, looks=(10,), null=0.3, target=0.6)).operating(
        Scenario("null", (0.3, 0.3))
    )
    law = [binom.pmf(r, 10, 0.3) for r in range(11)]
    covered = [beta.ppf(0.025, r + 1, 11 - r) <= 0.3 <= beta.ppf(0.975, r + 1, 11 - r) for r in range(11)]
    assert result.bias == pytest.approx([(10 * 0.3 + 1) / 12 - 0.3] * 2, abs=1e-13)
    mse = sum(p * ((r + 1) / 12 - 0.3) ** 2 for r, p in enumerate(law))
    assert result.mse == pytest.approx([mse] * 2, abs=1e-13)
    assert result.coverage == pytest.approx(
        [sum(p for p, c in zip(law, covered, strict=True) if c)] * 2, abs=1e-12
    )


def test_a_design_beyond_the_exact_range_says_so():
    with pytest.raises(BeyondExactRange, match="computed exactly"):
        Trial(design(CPP, count=6, looks=(10, 20), futility=EarlyRule(Basis.POSTERIOR, 0.1))).operating(
            Scenario("null", (0.2,) * 6)
        )


def test_the_nearest_decision_is_sought_at_every_look():
    """One basket, looks after 6 and 12: every probability that decides anything, by the beta's own tail."""
    basket = Basket("a", "sri4", 0.2, 0.5, (6, 12))
    futile = EarlyRule(Basis.POSTERIOR, 0.3, Reference.TARGET_RATE)
    plan = Design("near", (basket,), Efficacy(0.9, EarlyRule(Basis.POSTERIOR, 0.97)), futility=futile)
    gaps, reached = [], set()
    for first in range(7):
        above_null, above_target = (beta.sf(rate, 1 + first, 7 - first) for rate in (0.2, 0.5))
        gaps += [abs(above_null - 0.97), abs(above_target - 0.3)]
        if above_null < 0.97 and above_target >= 0.3:
            reached |= {first + more for more in range(7)}
    at_looks = min(gaps)
    gaps += [abs(beta.sf(0.2, 1 + total, 13 - total) - 0.9) for total in reached]
    assert Trial(plan).nearest_decision == pytest.approx(min(gaps), abs=1e-12)
    late = replace(plan, efficacy=Efficacy(0.5, plan.efficacy.early))
    assert Trial(late).nearest_decision == pytest.approx(at_looks, abs=1e-12)


def test_a_design_that_always_stops_before_its_last_look_is_described():
    baskets = (Basket("a", "sri4", 0.2, 0.5, (6, 12)), Basket("b", "sri4", 0.35, 0.65, (6, 9)))
    early = EarlyRule(Basis.POSTERIOR, 0.8)
    futile = EarlyRule(Basis.POSTERIOR, 0.7, Reference.TARGET_RATE)
    report = describe(Design("brief", baskets, Efficacy(0.9, early), CPP, futility=futile))
    assert report.scenarios[0].children == pytest.approx((6.0, 6.0), abs=1e-12)
    assert 0 < report.nearest_decision < 0.1


def test_one_look_at_like_baskets_with_a_harm_rule_is_the_same_by_multisets_and_by_every_outcome():
    """An order of looks, though of one step, has every outcome walked through."""
    harm = Harm("serious event", 0.3, 0.2, 0.1)
    baskets = tuple(Basket(name, "sri4", 0.2, 0.5, (7,)) for name in "abc")
    alike = Design("alike", baskets, Efficacy(0.9), CPP, harm=harm)
    walked = replace(alike, order=(("a", "b", "c"),))
    for rates in ((0.2, 0.2, 0.2), (0.2, 0.5, 0.2)):
        one, other = (Trial(plan).operating(Scenario("any", rates)) for plan in (alike, walked))
        for name in ("success", "children", "harm", "bias", "mse", "coverage"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-12)
        assert one.family_wise_error == pytest.approx(other.family_wise_error, abs=1e-12)
        assert one.stopped_harm[0] == pytest.approx(other.stopped_harm[0], abs=1e-12)
    assert len(Trial(alike).endings[0].outcomes.entries) == 120  # of 512
