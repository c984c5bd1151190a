"""Tipping points against published ones, and against a search that knows no formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from leadline.evidence.normal import NormalMixture
from leadline.evidence.priors import BetaMixture, map_prior
from leadline.evidence.tipping import (
    Conclusion,
    blend,
    tipping_curve,
    tipping_weight,
    unit_information_sds,
)
from tests.evidence.checks import inputs, printed

TIPMAP = inputs("tip-tipmap-quantiles")
ADULT = NormalMixture(*(tuple(TIPMAP["informative"][key]) for key in ("w", "mean", "sd")))
ROBUST = NormalMixture((1.0,), (TIPMAP["robust"]["mean"],), (TIPMAP["robust"]["sd"],))
TRIAL = (TIPMAP["new_trial"]["estimate"], TIPMAP["new_trial"]["se"])


@pytest.mark.parametrize("weight", ["0", "0.005", "0.38", "1"])
def test_posterior_quantiles_agree_with_tipmap(weight):
    blended, expected = blend(ADULT, ROBUST, TRIAL), printed("tip-tipmap-quantiles")
    found = [blended.quantiles(q, [float(weight)])[0] for q in expected["quantile_levels"]]
    assert found == pytest.approx(expected[f"w={weight}"], abs=6e-5)
    if f"exact_w={weight}" in expected:
        assert found == pytest.approx(expected[f"exact_w={weight}"], abs=2e-7)


def test_posterior_probabilities_agree_with_tipmap():
    blended, expected = blend(ADULT, ROBUST, TRIAL), printed("tip-tipmap-quantiles")
    found = [blended.probability(Conclusion(limit), 0.38) for limit in (0.0, 0.5, 1.0)]
    assert found == pytest.approx(expected["P_effect_gt_0_0.5_1_at_w=0.38"], abs=6e-4)


def test_tipping_points_agree_with_tipmap():
    blended, expected = blend(ADULT, ROBUST, TRIAL), printed("tip-tipmap-points")
    levels = inputs("tip-tipmap-points")["one_sided_levels"]
    found = [tipping_weight(blended, Conclusion(0.0, level)).weight for level in levels]
    assert found == pytest.approx(expected["exact"], abs=1e-6)
    assert found == pytest.approx(
        expected["grid_0.005"], abs=2.5e-3
    )  # the nearest point of a grid is printed
    assert blended.probability(Conclusion(0.0), 0.51) == pytest.approx(
        expected["P_effect_gt_0_at_w=0.51"], abs=6e-4
    )


def mepolizumab():
    given_ = inputs("tip-mepolizumab-adolescents")
    adult = NormalMixture((1.0,), (given_["adult"]["mean"],), (math.sqrt(given_["adult"]["variance"]),))
    robust = NormalMixture((1.0,), (given_["robust"]["mean"],), (math.sqrt(given_["robust"]["variance"]),))
    children = (given_["adolescent"]["estimate"], given_["adolescent"]["se"])
    return adult, robust, children, Conclusion(0.0, 0.975, above=False)


def test_mepolizumab_in_adolescents_agrees_with_best_2021():
    adult, robust, children, conclusion = mepolizumab()
    blended, expected = blend(adult, robust, children), printed("tip-mepolizumab-adolescents")
    weights = inputs("tip-mepolizumab-adolescents")["weights"]
    curve = tipping_curve(blended, conclusion, weights=weights)
    for found, key in ((curve.median, "rate_ratio"), (curve.low, "lower"), (curve.high, "upper")):
        assert np.exp(found).tolist() == pytest.approx(expected[key], abs=6e-3)
    assert list(curve.posterior_weight) == pytest.approx(expected["exact_posterior_weight"], abs=6e-5)
    tipped = tipping_weight(blended, conclusion)
    assert tipped.weight == pytest.approx(expected["exact_tipping_weight"], abs=1e-5)
    excluding = [w for w, high in zip(weights, curve.high, strict=True) if high < 0]
    assert excluding[0] == expected["first_grid_weight_excluding_1"]


def test_the_printed_summary_is_the_median_and_not_the_mean():
    adult, robust, children, _ = mepolizumab()
    blended, expected = blend(adult, robust, children), printed("tip-mepolizumab-adolescents")
    means = []
    for weight in inputs("tip-mepolizumab-adolescents")["weights"]:
        share = blended.posterior_weight(weight)
        means.append(share * adult.posterior(*children).mean + (1 - share) * robust.posterior(*children).mean)
    assert np.exp(means).tolist() == pytest.approx(expected["exact_mean_exponentiated"], abs=6e-4)
    assert abs(math.exp(means[1]) - expected["rate_ratio"][1]) > 0.05


def test_the_robust_component_of_best_2021_is_worth_one_adolescent():
    # 12.4 = 25 x 0.703^2, as printed to three digits.
    marked = unit_information_sds(0.703, 16, 9)
    assert marked["one patient in total"] ** 2 == pytest.approx(12.4, abs=0.05)
    assert marked["one patient per arm"] ** 2 == pytest.approx(0.703**2 / (1 / 16 + 1 / 9) * 2, rel=1e-12)


def test_a_wider_robust_component_tips_at_less_weight():
    adult, _, children, conclusion = mepolizumab()
    robusts = [NormalMixture((1.0,), (0.0,), (sd,)) for sd in (1.0, 2.0, 4.0, 8.0)]
    tipped = [tipping_weight(blend(adult, robust, children), conclusion) for robust in robusts]
    weights = [one.weight or 0.0 for one in tipped]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


@given(
    estimate=st.floats(-1.5, 1.5), se=st.floats(0.2, 1.5), adult=st.floats(-1, 1), sd=st.floats(0.05, 0.6),
    level=st.sampled_from([0.8, 0.95]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_tipping_weight_is_where_a_search_finds_it(estimate, se, adult, sd, level):
    def components(w: float) -> list[tuple[float, float]]:
        """Share in the posterior and P(effect > 0) of each component, with the normal law of a textbook."""
        parts = []
        for weight, mean, spread in ((w, adult, sd), (1 - w, 0.0, 3.0)):
            precision = spread**-2 + se**-2
            centre = (mean * spread**-2 + estimate * se**-2) / precision
            credit = weight * norm.pdf(estimate, mean, math.hypot(spread, se))
            parts.append((credit, norm.sf(0, centre, precision**-0.5)))
        whole = sum(credit for credit, _ in parts)
        return [(credit / whole, above) for credit, above in parts]

    def probability(w: float) -> float:
        return float(sum(share * above for share, above in components(w)))

    blended = blend(
        NormalMixture((1.0,), (adult,), (sd,)), NormalMixture((1.0,), (0.0,), (3.0,)), (estimate, se)
    )
    tipped = tipping_weight(blended, Conclusion(0.0, level))
    grid = np.linspace(0, 1, 101)
    beyond = [probability(float(w)) > level for w in grid]
    if beyond[0] == beyond[-1]:
        assert tipped.weight is None
        assert all(value == beyond[0] for value in beyond)
    else:
        assert tipped.weight is not None
        # the weight of a flat curve is known less well than its height: compare where it counts
        assert probability(tipped.weight) == pytest.approx(level, abs=1e-7)
        (_, with_adults), (_, without) = components(tipped.weight)
        assert tipped.posterior_weight is not None
        share = tipped.posterior_weight
        assert share * with_adults + (1 - share) * without == pytest.approx(level, abs=1e-7)


@pytest.mark.parametrize(("exact", "enough"), [(True, 0.963), (False, 0.95)])
def test_a_proportion_tips_where_a_search_finds_it(exact, enough):
    adult = (
        map_prior([23, 12, 19], [107, 44, 51]) if exact else BetaMixture((0.6, 0.4), (19.0, 3.5), (58.0, 9.4))
    )
    robust = BetaMixture((1.0,), (1.0,), (1.0,))
    blended, conclusion = blend(adult, robust, (4.0, 9.0)), Conclusion(0.2, enough)
    tipped = tipping_weight(blended, conclusion)
    assert tipped.weight is not None

    def probability(w: float) -> float:  # by Bayes on the mixture as a whole
        of_adult, of_robust = (
            w * math.exp(adult.log_marginal(4, 9)),
            (1 - w) * math.exp(robust.log_marginal(4, 9)),
        )
        tails = adult.posterior(4, 9).tail(0.2), robust.posterior(4, 9).tail(0.2)
        return (of_adult * tails[0] + of_robust * tails[1]) / (of_adult + of_robust)

    assert tipped.weight == pytest.approx(
        brentq(lambda w: probability(w) - enough, 0, 1, xtol=1e-13), abs=1e-8
    )


def test_children_who_decide_alone_leave_no_tipping_point():
    blended = blend(BetaMixture((1.0,), (30.0,), (20.0,)), BetaMixture((1.0,), (1.0,), (1.0,)), (9.0, 10.0))
    tipped = tipping_weight(blended, Conclusion(0.3, 0.95))
    assert tipped.weight is None
    assert min(tipped.without_adults, tipped.adults_alone) > 0.95


def test_at_weights_of_none_and_all_the_curve_is_each_part_alone():
    adult, robust, children, conclusion = mepolizumab()
    curve = tipping_curve(blend(adult, robust, children), conclusion, weights=(0.0, 1.0))
    assert curve.median == pytest.approx(
        (robust.posterior(*children).quantile(0.5), adult.posterior(*children).quantile(0.5)), abs=1e-12
    )
    assert curve.posterior_weight == (0.0, 1.0)
