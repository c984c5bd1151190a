"""Bryant and Day's designs against their own example, an exhaustive search with plain sums, and four outcomes by hand.

The paper was not at hand: its example is known from others who retell it. The twins below share nothing with the code
but the definition of the design.
"""

import math
from itertools import product

import pytest

from leadline.errors import DesignInvalid
from leadline.trial.comparators.bryant_day import BryantDay, Rates, bryant_day, bryant_day_law

EASY = Rates(response_null=0.1, response_target=0.8, toxicity_limit=0.7, toxicity_target=0.1)


def test_the_example_of_bryant_and_day_1995_is_found():
    """Page 1379, as retold in the public code of others: go on with more than 5 responders and more than 11 without
    toxicity of 19, recommend with more than 12 and more than 22 of 33; 26.2 expected. Response 0.3 against 0.5, no
    toxicity 0.6 against 0.8. The levels are not retold; 0.15 each gives this design.
    """
    found = bryant_day(
        Rates(response_null=0.3, response_target=0.5, toxicity_limit=0.4, toxicity_target=0.2),
        response_alpha=0.15,
        toxicity_alpha=0.15,
        beta=0.15,
    ).optimal
    assert (found.r1, found.n1, found.r, found.n) == (5, 19, 12, 33)
    assert (found.n1 - 1 - found.t1, found.n - 1 - found.t) == (11, 22)  # as children without toxicity
    assert found.expected_children == pytest.approx(26.2, abs=0.05)


def mass(n, k, p):
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def passes(n1, n, low_1, low, rate):
    """More than low_1 of n1 and more than low of n: every pair of counts."""
    return sum(
        mass(n1, a, rate) * mass(n - n1, b, rate)
        for a, b in product(range(n1 + 1), range(n - n1 + 1))
        if a > low_1 and a + b > low
    )


def first(n1, low_1, rate):
    return sum(mass(n1, a, rate) for a in range(low_1 + 1, n1 + 1))


def every_design(rates, alpha_r, alpha_t, beta, most):
    """(expected, n) of every design that holds the errors; toxicity as more than s of n without it."""
    for n in range(2, most + 1):
        for n1 in range(1, n):
            limits = [(a, b) for a in range(n1) for b in range(a, n)]
            r = {
                ab: [passes(n1, n, *ab, p) for p in (rates.response_null, rates.response_target)]
                for ab in limits
            }
            s = {
                ab: [passes(n1, n, *ab, 1 - p) for p in (rates.toxicity_limit, rates.toxicity_target)]
                for ab in limits
            }
            for i, j in product(limits, limits):
                if (
                    r[i][0] * s[j][1] <= alpha_r
                    and r[i][1] * s[j][0] <= alpha_t
                    and r[i][1] * s[j][1] >= 1 - beta
                ):
                    goes_on = max(
                        first(n1, i[0], rates.response_null) * first(n1, j[0], 1 - rates.toxicity_target),
                        first(n1, i[0], rates.response_target) * first(n1, j[0], 1 - rates.toxicity_limit),
                    )
                    yield n1 + goes_on * (n - n1), n


def test_no_design_expects_fewer_children_or_needs_fewer():
    found = bryant_day(EASY, response_alpha=0.1, toxicity_alpha=0.15, beta=0.25, most_children=9)
    holding = list(every_design(EASY, 0.1, 0.15, 0.25, 9))
    fewest_expected = min(expected for expected, _ in holding)
    assert found.optimal.expected_children == pytest.approx(fewest_expected, abs=1e-12)
    fewest = min(n for _, n in holding)
    assert found.minimax.n == fewest
    assert found.minimax.expected_children == pytest.approx(
        min(e for e, n in holding if n == fewest), abs=1e-12
    )


def test_the_errors_of_a_design_are_the_products_of_plain_sums():
    found = bryant_day(
        Rates(0.3, 0.5, 0.4, 0.2), response_alpha=0.1, toxicity_alpha=0.1, beta=0.15, most_children=60
    ).optimal
    responds = [passes(found.n1, found.n, found.r1, found.r, p) for p in (0.3, 0.5)]
    spared = [
        passes(found.n1, found.n, found.n1 - 1 - found.t1, found.n - 1 - found.t, 1 - p) for p in (0.4, 0.2)
    ]
    assert found.response_error == pytest.approx(responds[0] * spared[1], abs=1e-13)
    assert found.toxicity_error == pytest.approx(responds[1] * spared[0], abs=1e-13)
    assert found.power == pytest.approx(responds[1] * spared[1], abs=1e-13)
    assert max(found.response_error, found.toxicity_error) <= 0.1
    assert found.power >= 0.85


def test_the_law_without_association_is_that_of_the_search():
    found = bryant_day(EASY, response_alpha=0.1, toxicity_alpha=0.15, beta=0.25, most_children=12).optimal
    assert bryant_day_law(found, response=0.1, toxicity=0.1).recommended == pytest.approx(
        found.response_error, abs=1e-13
    )
    at_worst = max(
        bryant_day_law(found, response=0.1, toxicity=0.1).expected_children,
        bryant_day_law(found, response=0.8, toxicity=0.7).expected_children,
    )
    assert at_worst == pytest.approx(found.expected_children, abs=1e-12)


@pytest.mark.parametrize("odds_ratio", [0.2, 1.0, 6.0])
def test_the_law_with_association_is_the_sum_over_every_child(odds_ratio):
    """4 ** 5 trials of five; more than 0 of 3 with at most 1 toxic go on, more than 2 of 5 with at most 2 win."""
    design = BryantDay(0, 1, 3, 2, 2, 5, 0.0, 0.0, 0.0, 0.0)
    response, toxicity = 0.4, 0.3
    low, high = max(0.0, response + toxicity - 1), min(response, toxicity)
    both = 0.0
    for _ in range(200):  # the share of both, by bisection on the odds ratio that it gives
        both = (low + high) / 2
        odds = both * (1 - response - toxicity + both) / ((response - both) * (toxicity - both))
        low, high = (both, high) if odds < odds_ratio else (low, both)
    cell = {
        (1, 1): both,
        (1, 0): response - both,
        (0, 1): toxicity - both,
        (0, 0): 1 - response - toxicity + both,
    }
    won = stopped = 0.0
    for children in product(cell, repeat=5):
        chance = math.prod(cell[child] for child in children)
        early = sum(r for r, _ in children[:3]) <= 0 or sum(t for _, t in children[:3]) > 1
        stopped += chance * early
        won += chance * (not early and sum(r for r, _ in children) > 2 and sum(t for _, t in children) <= 2)
    law = bryant_day_law(design, response=response, toxicity=toxicity, odds_ratio=odds_ratio)
    assert law.recommended == pytest.approx(won, abs=1e-13)
    assert law.stopped_early == pytest.approx(stopped, abs=1e-13)
    assert law.expected_children == pytest.approx(5 - 2 * stopped, abs=1e-13)


@pytest.mark.parametrize(
    "rates", [Rates(0.5, 0.3, 0.4, 0.2), Rates(0.3, 0.5, 0.2, 0.4), Rates(0.3, 1.5, 0.4, 0.2)]
)
def test_rates_in_the_wrong_order_are_refused(rates):
    with pytest.raises(DesignInvalid, match="toxicity target below the limit"):
        bryant_day(rates, response_alpha=0.1, toxicity_alpha=0.1, beta=0.2)


def test_errors_that_no_small_design_holds_are_refused():
    with pytest.raises(DesignInvalid, match="at most 8 children"):
        bryant_day(
            Rates(0.3, 0.4, 0.4, 0.3), response_alpha=0.05, toxicity_alpha=0.05, beta=0.1, most_children=8
        )
