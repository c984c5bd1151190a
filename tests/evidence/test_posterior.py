"""The hierarchical posterior against published and exact values, a slow twin, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from leadline.evidence.hierarchy import HalfNormal, HyperPrior, InverseGammaVariance
from leadline.evidence.likelihoods import BinomialLikelihood, expit
from leadline.evidence.normal import fit_normal_hierarchy, shortest_interval
from leadline.evidence.posterior import COARSE, fit_hierarchy
from tests.evidence.checks import inputs, printed, two_arms

AS = (inputs("rbest-AS-map")["r"], inputs("rbest-AS-map")["n"])
USUAL = HyperPrior(0.0, 2.0, HalfNormal(1.0))


def proportions(density, *probabilities):
    return [float(expit(np.array(density.quantile(q)))) for q in probabilities]


def test_the_ankylosing_spondylitis_studies_give_the_exact_posterior():
    fitted = fit_hierarchy(BinomialLikelihood.of(*AS), USUAL)
    new = fitted.new_study_density()
    # Exact values (quadrature, confirmed by a run of 200,000 draws) as the reference list states them.
    assert [fitted.tau_density.mean(), fitted.tau_density.sd()] == pytest.approx([0.37946, 0.21070], abs=6e-6)
    assert [new.mean(expit), new.sd(expit)] == pytest.approx([0.258278, 0.087414], abs=6e-7)
    assert proportions(new, 0.025, 0.5, 0.975) == pytest.approx([0.110851, 0.24860, 0.471436], abs=1.5e-5)
    # The printed run of 4,000 draws, which misses the spread.
    run = printed("rbest-AS-map")
    assert new.mean(expit) == pytest.approx(run["map_mean"], abs=1e-3)
    assert [fitted.tau_density.mean(), new.sd(expit)] == pytest.approx(
        [run["tau_mean"], run["map_sd"]], rel=0.05
    )


def test_the_surgery_of_infants_in_twelve_hospitals_agrees_with_bugs():
    name = "bugs-surgical-infants"
    deaths, operations = inputs(name)["deaths"], inputs(name)["operations"]
    prior = HyperPrior(0.0, 1000.0, InverseGammaVariance(0.001, 0.001))
    fitted, expected = fit_hierarchy(BinomialLikelihood.of(deaths, operations), prior), printed(name)
    mu, sigma = fitted.mean_density, fitted.tau_density
    assert [mu.mean(), mu.sd()] == pytest.approx(expected["exact_mu"], abs=5e-4)
    assert [sigma.mean(), sigma.sd()] == pytest.approx(expected["exact_sigma"], abs=5e-4)
    hospitals = [fitted.study_density(j) for j in range(12)]
    assert [h.mean(expit) for h in hospitals] == pytest.approx(expected["exact_p_mean"], abs=5e-5)
    # Printed: 20,000 draws.
    assert [h.mean(expit) for h in hospitals] == pytest.approx(expected["p_mean"], abs=4e-4)
    assert [h.sd(expit) for h in hospitals] == pytest.approx(expected["p_sd"], rel=0.03)
    assert [mu.mean(), *(mu.quantile(q) for q in (0.025, 0.5))] == pytest.approx(
        [expected["mu"]["mean"], *expected["mu"]["q"][:2]], abs=0.005
    )
    assert mu.quantile(0.975) == pytest.approx(expected["mu"]["q"][2], abs=0.012)  # few draws lie out there
    assert sigma.mean() == pytest.approx(expected["sigma"]["mean"], abs=0.004)
    assert [mu.mean(expit), mu.sd(expit)] == pytest.approx(list(expected["p_at_mu"].values()), abs=4e-4)
    alone = [(1 + r) / (2 + n) for r, n in zip(deaths, operations, strict=True)]
    # Each hospital alone, Beta(1 + r, 1 + n - r): printed with the error of its draws, up to 3.7e-4.
    assert alone == pytest.approx(expected["beta11_p_mean"], abs=4e-4)


def test_six_studies_of_children_agree_with_roever_2020():
    name = "nnhm-crins-six-studies"
    a, n_t, c, n_c = two_arms(name)
    add = np.where(a * c == 0, 0.5, 0.0)
    a, b, c, d = a + add, n_t - a + add, c + add, n_c - c + add
    y, v = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    expected = printed(name)
    assert y.tolist() == pytest.approx(expected["y"], abs=6e-5)
    assert v.tolist() == pytest.approx(expected["v"], abs=6e-5)
    fitted = fit_normal_hierarchy(y.tolist(), np.sqrt(v).tolist(), HyperPrior(0.0, 4.0, HalfNormal(0.5)))
    tau, mu, new = fitted.tau_density, fitted.mean, fitted.new_study()
    wanted = expected["tau"]
    assert [tau.mean(), tau.sd(), tau.quantile(0.5), tau.quantile(0.99)] == pytest.approx(
        [wanted["mean"], wanted["sd"], wanted["median"], wanted["q99"]], abs=1e-6
    )
    assert shortest_interval(tau.quantile) == pytest.approx(wanted["interval"], abs=1e-6)
    # The package discretises tau; the exact values are to 2e-6, what it printed to 2e-3.
    assert [mu.sd, new.sd] == pytest.approx([expected["exact_mu_sd"], expected["exact_new_sd"]], abs=2e-6)
    assert shortest_interval(new.quantile) == pytest.approx(expected["exact_new_interval"], abs=2e-6)
    assert mu.tail(0.0) == pytest.approx(expected["exact_P_mu_gt_0"], abs=1e-9)
    assert mu.tail(0.0) == pytest.approx(expected["P_mu_gt_0"], abs=3e-6)
    for found, key in ((mu, "mu"), (new, "new_study")):
        wanted = expected[key]
        assert [found.mean, found.sd, found.quantile(0.5)] == pytest.approx(
            [wanted["mean"], wanted["sd"], wanted["median"]], abs=2e-3
        )
        assert shortest_interval(found.quantile) == pytest.approx(wanted["interval"], abs=2e-3)


def test_three_adult_trials_agree_with_tipmap():
    name = "map-tipmap-three-adult-trials"
    fitted = fit_normal_hierarchy(
        inputs(name)["estimate"], inputs(name)["se"], HyperPrior(0.0, 5.42, HalfNormal(5.42 / 16))
    )
    tau, expected = fitted.tau_density, printed(name)
    exact = expected["exact_tau"]
    assert [tau.mean(), tau.sd(), tau.quantile(0.5)] == pytest.approx(
        [exact["mean"], exact["sd"], exact["q50"]], abs=2e-5
    )
    for found, label in ((fitted.mean, "mu"), (fitted.new_study(), "map")):
        exact, run = expected[f"exact_{label}"], expected[label]
        quantiles = [found.quantile(q) for q in (0.025, 0.5, 0.975)]
        assert [found.mean, found.sd, *quantiles] == pytest.approx(
            [exact["mean"], exact["sd"], *exact["q"]], abs=2e-5
        )
        assert found.mean == pytest.approx(run["mean"], abs=0.02)
        assert found.sd == pytest.approx(run["sd"], rel=0.03)
        assert quantiles == pytest.approx(run["q"], abs=0.07)


def test_the_crohn_studies_agree_with_rbest():
    # RBesT data set crohn: n and mean change of six control arms, one patient's sd 88; printed is a Markov chain run.
    n, y = (74, 166, 328, 20, 25, 58), (-51.0, -49.0, -36.0, -47.0, -90.0, -54.0)
    prior = HyperPrior(0.0, 88.0, HalfNormal(44.0))
    fitted = fit_normal_hierarchy(y, [88 / math.sqrt(size) for size in n], prior)
    new, run = fitted.new_study(), printed("rbest-crohn")
    assert fitted.tau_density.mean() == pytest.approx(run["tau_mean"], rel=0.05)
    assert [new.mean, new.sd] == pytest.approx([run["map_mean"], run["map_sd"]], rel=0.05)
    assert [new.quantile(q) for q in (0.025, 0.5)] == pytest.approx(run["map_q"][:2], rel=0.05)
    assert new.quantile(0.975) == pytest.approx(
        run["map_q"][2], abs=0.05 * (run["map_q"][2] - run["map_q"][0])
    )


def slow_posterior(events, n, s, h):
    """Mean of tau, mean of mu, and P(new study's log odds < -1), by adaptive integration over tau and mu."""
    z = np.linspace(
        -10, 10, 1201
    )  # an even rule: for a smooth integrand that dies out at both ends, exact to rounding
    normal = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])

    def likelihood(mu: float, tau: float) -> float:
        p = 1 / (1 + np.exp(-(mu + tau * z)))
        product = 1.0
        for r, size in zip(events, n, strict=True):
            product *= float(normal @ (p**r * (1 - p) ** (size - r)))
        return product * math.exp(-((mu / s) ** 2) / 2 - (tau / h) ** 2 / 2) * 1e12

    def over_mu(tau: float, f) -> float:
        total = 0.0
        for a, b in ((-6, -3), (-3, -1.5), (-1.5, 0), (0, 2), (2, 5)):
            total += quad(lambda mu: likelihood(mu, tau) * f(mu, tau), a, b, epsabs=0, epsrel=1e-7)[0]
        return total

    def integral(f) -> float:
        panels = ((0, 0.3), (0.3, 1), (1, 2), (2, 4))
        nodes, weights = np.polynomial.legendre.leggauss(9)
        return math.fsum(
            w * (b - a) / 2 * over_mu((a + b) / 2 + (b - a) / 2 * x, f)
            for a, b in panels for x, w in zip(nodes, weights, strict=True)
        )  # fmt: skip

    total = integral(lambda mu, tau: 1.0)
    below = integral(lambda mu, tau: 0.5 * math.erfc((mu + 1) / tau / math.sqrt(2))) / total
    return integral(lambda mu, tau: tau) / total, integral(lambda mu, tau: mu) / total, below


def test_three_small_studies_agree_with_adaptive_integration():
    events, n = (2, 0, 5), (9, 6, 14)
    fitted = fit_hierarchy(BinomialLikelihood.of(events, n), HyperPrior(0.0, 1.0, HalfNormal(0.5)))
    tau, mu, below = slow_posterior(events, n, 1.0, 0.5)
    assert fitted.tau_density.mean() == pytest.approx(tau, abs=2e-6)
    assert fitted.mean_density.mean() == pytest.approx(mu, abs=2e-6)
    assert float(fitted.new_study_density().cdf(np.array(-1.0))) == pytest.approx(below, abs=2e-6)


def test_without_variation_between_studies_everyone_is_one_study():
    events, n = (3, 1, 6), (10, 8, 20)
    fitted = fit_hierarchy(BinomialLikelihood.of(events, n), HyperPrior(0.0, 2.0, HalfNormal(1e-5)))

    def density(eta: float) -> float:
        p = 1 / (1 + math.exp(-eta))
        return p ** sum(events) * (1 - p) ** (sum(n) - sum(events)) * math.exp(-(eta**2) / 8) * 1e10

    total = quad(density, -9, 7, epsabs=0, points=[-1], limit=200)[0]
    mean = (
        quad(lambda eta: density(eta) / (1 + math.exp(-eta)), -9, 7, epsabs=0, points=[-1], limit=200)[0]
        / total
    )
    for found in (
        fitted.mean_density,
        fitted.new_study_density(),
        fitted.study_density(0),
        fitted.study_density(2),
    ):
        assert found.mean(expit) == pytest.approx(mean, abs=1e-8)


@given(
    st.lists(
        st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=4
    )
)
@settings(max_examples=4, deadline=None)
def test_the_order_of_studies_changes_nothing_and_probabilities_sum_to_one(studies):
    def summary(rows):
        fitted = fit_hierarchy(BinomialLikelihood.of(*zip(*rows, strict=True)), USUAL, fineness=COARSE)
        assert fitted.weight.sum() == pytest.approx(1, abs=1e-12)
        new = fitted.new_study_density()
        assert float(new.cdf(np.array(new.breaks[-1]))) == pytest.approx(1, abs=1e-12)
        return [fitted.tau_density.mean(), fitted.mean_density.mean(), new.sd(expit), new.quantile(0.9)]

    assert summary(studies) == pytest.approx(summary(studies[::-1]), rel=1e-7, abs=1e-9)


@given(st.integers(2, 30), st.data())
@settings(max_examples=4, deadline=None)
def test_the_prior_of_a_new_study_widens_with_the_variation_allowed_between_studies(n, data):
    events = data.draw(st.lists(st.integers(0, n), min_size=2, max_size=3))
    likelihood = BinomialLikelihood.of(events, [n] * len(events))
    spreads = []
    for scale in (0.1, 0.4, 1.2):
        new = fit_hierarchy(
            likelihood, HyperPrior(0.0, 2.0, HalfNormal(scale)), fineness=COARSE
        ).new_study_density()
        spreads.append(new.quantile(0.9) - new.quantile(0.1))
    assert spreads == sorted(spreads)


def test_a_new_study_is_widened_by_what_sets_children_apart():
    fitted = fit_hierarchy(BinomialLikelihood.of(*AS), USUAL)
    plain, wide = fitted.new_study_density(), fitted.new_study_density(widened_by=0.5)
    assert wide.mean() == pytest.approx(plain.mean(), abs=1e-8)
    assert wide.sd() ** 2 == pytest.approx(plain.sd() ** 2 + 0.25, abs=1e-7)


def test_one_study_given_to_the_normal_hierarchy_is_that_study_but_for_the_prior():
    fitted = fit_normal_hierarchy([0.7], [0.2], HyperPrior(0.0, 1e4, HalfNormal(1e-6)))
    assert (fitted.mean.mean, fitted.mean.sd) == pytest.approx((0.7, 0.2), abs=1e-8)
    assert (fitted.study(0).mean, fitted.study(0).sd) == pytest.approx((0.7, 0.2), abs=1e-8)
