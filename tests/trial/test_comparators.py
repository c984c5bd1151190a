"""Comparators against the published tables."""

import math
from itertools import product
from pathlib import Path

import pytest
from scipy.stats import beta

from leadline.errors import DesignInvalid
from leadline.trial.borrowing import Beta
from leadline.trial.comparators.group_sequential import (
    OBRIEN_FLEMING,
    POCOCK,
    critical_values,
    crossing_probability,
)
from leadline.trial.comparators.predictive import (
    FutilityBoundary,
    bop2,
    bop2_boundary,
    boundary_law,
    predictive_boundary,
)
from leadline.trial.comparators.simon import simon_two_stage
from leadline.verdicts import exact
from tests.trial.published import CHECKS, ids


@pytest.mark.parametrize("name", ids("Simon"))
def test_simon_designs_are_the_published_ones(name):
    check = CHECKS[name]
    inputs = check["inputs"]
    found = simon_two_stage(
        null_rate=inputs["p0"],
        target_rate=inputs["p1"],
        alpha=inputs["alpha"],
        beta=inputs["beta"],
        most_children=60,
    )
    for kind, design in (("optimal", found.optimal), ("minimax", found.minimax)):
        printed, tolerance = check["printed"][kind], check["tolerance"]
        assert (design.r1, design.n1, design.r, design.n) == tuple(
            printed[key] for key in ("r1", "n1", "r", "n")
        )
        assert design.expected_children == pytest.approx(printed["EN_p0"], abs=tolerance["EN_p0"])
        assert design.stop_early == pytest.approx(printed["PET_p0"], abs=tolerance["PET_p0"])
        assert design.type_1_error <= inputs["alpha"]
        assert design.power >= 1 - inputs["beta"]


def test_simon_error_is_the_sum_over_both_stages():
    """Optimal design 0/9, 2/17 for 0.05 against 0.25: every pair of counts."""
    design = simon_two_stage(null_rate=0.05, target_rate=0.25, alpha=0.05, beta=0.2, most_children=20).optimal

    def law(n, k):
        return math.comb(n, k) * 0.05**k * 0.95 ** (n - k)

    error = sum(law(9, a) * law(8, b) for a, b in product(range(10), range(9)) if a > 0 and a + b > 2)
    assert design.type_1_error == pytest.approx(error, abs=1e-14)


@pytest.mark.parametrize("changed", [{"null_rate": 0.5}, {"alpha": 1.2}, {"most_children": 5}])
def test_simon_refuses_what_has_no_design(changed):
    asked = {"null_rate": 0.1, "target_rate": 0.3, "alpha": 0.1, "beta": 0.1, **changed}
    with pytest.raises(DesignInvalid):
        simon_two_stage(**asked)


@pytest.mark.parametrize(
    ("name", "shape", "key"), [("jt-pocock", POCOCK, "C_P"), ("jt-obf", OBRIEN_FLEMING, "C_B")]
)
def test_group_sequential_constants_are_the_published_ones(name, shape, key):
    check = CHECKS[name]
    found = [
        critical_values(k, level=check["inputs"]["alpha"], shape=shape)[-1] for k in check["inputs"]["K"]
    ]
    assert found == pytest.approx(check["printed"][key], abs=check["tolerance"])


# Jennison and Turnbull 2000, table 2.9, two-sided 0.05: looks, and C_WT for a shape of 0.1, 0.25 and 0.4.
WANG_TSIATIS = {
    2: (1.994, 2.038, 2.111),
    3: (2.026, 2.083, 2.186),
    4: (2.050, 2.113, 2.233),
    5: (2.068, 2.136, 2.267),
}


@pytest.mark.parametrize(("looks", "printed"), WANG_TSIATIS.items())
def test_constants_of_wang_and_tsiatis_are_the_published_ones(looks, printed):
    found = [critical_values(looks, level=0.05, shape=shape)[-1] for shape in (0.1, 0.25, 0.4)]
    assert found == pytest.approx(printed, abs=0.0006)


def test_one_look_needs_the_normal_quantile():
    assert critical_values(1, level=0.05, shape=POCOCK) == pytest.approx([1.959963984540054], abs=1e-9)
    assert crossing_probability(
        [1.959963984540054], drift=1.959963984540054 + 1.2815515655446004
    ) == pytest.approx(0.9, abs=1e-6)


def lee_liu(stop_below):
    return predictive_boundary(
        (23, 40), null_rate=0.6, prior=Beta(0.6, 0.4), success_above=0.9, stop_below=stop_below
    )


def test_lee_liu_success_needs_28_of_40():
    boundary = lee_liu(0.5656 - 1e-4)
    assert boundary.stop_at_most == (15, 27)  # 16 of 23 has a predictive probability of 0.5656: not stopped
    assert lee_liu(0.5656 + 1e-4).stop_at_most == (16, 27)


def test_lee_liu_example_stops_where_table_2_says():
    """0.2 against 0.4, 36 children looked at one by one from the tenth on; the printed numbers of children at which the
    boundary first is 0, 1, ... 10. The type 1 error to all its digits is that of others who retell the example.
    """
    boundary = predictive_boundary(
        range(10, 37), null_rate=0.2, prior=Beta(0.2, 0.8), success_above=0.887, stop_below=0.001
    )
    first = [boundary.looks[boundary.stop_at_most.index(limit)] for limit in range(11)]
    assert first == [10, 17, 21, 24, 27, 29, 31, 33, 34, 35, 36]
    assert boundary_law(boundary, rate=0.2).success == pytest.approx(0.08777926, abs=5e-9)
    assert boundary_law(boundary, rate=0.4).success == pytest.approx(0.906, abs=5e-4)  # printed 0.906


def test_boundary_law_is_the_sum_over_all_paths():
    boundary = FutilityBoundary((2, 4, 5), (0, 1, 2))
    law = boundary_law(boundary, rate=0.3)
    success, expected = 0.0, 0.0
    for path in product((0, 1), repeat=5):
        chance = math.prod(0.3 if x else 0.7 for x in path)
        stopped = next((n for n, limit in ((2, 0), (4, 1), (5, 2)) if sum(path[:n]) <= limit), None)
        success += chance * (stopped is None)
        expected += chance * (stopped or 5)
    assert law.success == pytest.approx(success, abs=1e-15)
    assert law.expected_children == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("cutoff", [0.9, 0.909])
def test_bop2_boundary_is_that_of_the_manual_of_bop2fe(cutoff):
    """README of the R package BOP2FE (1.0.3), binary endpoint, 0.2 against 0.4, gamma 1: its futility boundary."""
    found = bop2_boundary(
        (10, 15, 20, 25, 30, 35, 40), null_rate=0.2, prior=Beta(0.2, 0.8), cutoff=cutoff, power=1.0
    )
    assert found.stop_at_most == (1, 2, 3, 5, 7, 9, 11)


def test_bop2_holds_its_error_and_stops_where_the_posterior_is_low():
    found = bop2((10, 20, 30, 40), null_rate=0.2, target_rate=0.4, prior=Beta(0.2, 0.8), alpha=0.1)
    assert found.type_1_error <= 0.1
    assert found.success_at_target > 0.85
    for n, limit in zip(found.boundary.looks, found.boundary.stop_at_most, strict=True):
        cutoff = found.cutoff * (n / 40) ** found.power
        assert beta.sf(0.2, 0.2 + limit, 0.8 + n - limit) < cutoff
        assert beta.sf(0.2, 0.2 + limit + 1, 0.8 + n - limit - 1) >= cutoff


@pytest.mark.parametrize("name", ids("exact binomial interval"))
def test_clopper_pearson_intervals_are_newcombes(name):
    check = CHECKS[name]
    found = exact.clopper_pearson(check["inputs"]["x"], check["inputs"]["n"], level=check["inputs"]["level"])
    printed = check["printed"]
    assert (found.low, found.high) == pytest.approx(
        (printed["lower"], printed["upper"]), abs=check["tolerance"]
    )


@pytest.mark.parametrize("name", ids("exact Poisson interval"))
def test_poisson_intervals_are_garwoods(name):
    check = CHECKS[name]
    found = exact.poisson_interval(check["inputs"]["count"], level=check["inputs"]["level"])
    printed = check["printed"]
    assert (found.low, found.high) == pytest.approx(
        (printed["lower"], printed["upper"]), abs=check["tolerance"]
    )


def test_no_event_in_thirty_leaves_a_tenth_possible():
    check = CHECKS["zero-of-n"]
    upper = exact.clopper_pearson_upper(0, check["inputs"]["n"], level=check["inputs"]["level_one_sided"])
    assert upper == pytest.approx(check["printed"]["upper"], abs=check["tolerance"])


def test_every_published_answer_of_the_trial_part_is_asked_for_by_a_test():
    by_topic = {
        name
        for topic in ("Simon", "exact binomial interval", "exact Poisson interval")
        for name in ids(topic)
    }
    folder = Path(__file__).parents[1]
    text = "".join(path.read_text("utf-8") for path in sorted(folder.glob("**/test_*.py")))
    assert [name for name in CHECKS if name not in by_topic and f'"{name}"' not in text] == []
