"""Priors for a proportion and for an effect: published sample sizes, fits, discounts, and updating two ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from leadline.errors import StudiesInvalid
from leadline.evidence.ess import effective_sample_size, normal_effective_sample_size
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.normal import NormalMixture, fit_normal_hierarchy, fit_normals
from leadline.evidence.priors import BetaMixture, fit_betas, map_prior
from tests.evidence.checks import inputs, printed

AS = (inputs("rbest-AS-map")["r"], inputs("rbest-AS-map")["n"])
PRINTED_MIXTURE = BetaMixture(*(tuple(inputs("rbest-AS-mixture-ess")[key]) for key in "wab"))


def slow_mixture_density(mixture: BetaMixture, p: float) -> float:
    parts = zip(mixture.weights, mixture.a, mixture.b, strict=True)
    return math.fsum(w * float(beta_distribution.pdf(p, a, b)) for w, a, b in parts)


def test_three_sample_sizes_of_a_printed_mixture_agree_with_rbest():
    ess, expected = effective_sample_size(PRINTED_MIXTURE), printed("rbest-AS-mixture-ess")
    assert ess.elir is not None
    assert round(ess.elir) == expected["elir"]
    assert round(ess.moment) == expected["moment"]
    assert round(ess.morita) == expected["morita"]
    robust = effective_sample_size(PRINTED_MIXTURE.robustified(0.2)).elir
    assert robust is not None
    assert round(robust) == expected["robust20_elir"]


@pytest.mark.parametrize(("a", "b"), [(1.05, 7.0), (3.0, 3.0), (40.0, 2.0)])
def test_the_local_information_ratio_of_one_beta_is_its_size(a, b):
    # E[((a - 1)/p^2 + (b - 1)/(1 - p)^2) p (1 - p)] = a + b: the moments of 1/p and 1/(1 - p) are known.
    assert effective_sample_size(BetaMixture((1.0,), (a,), (b,))).elir == pytest.approx(a + b, rel=1e-6)


def test_a_shape_below_one_has_no_local_information_ratio():
    assert effective_sample_size(BetaMixture((0.5, 0.5), (0.5, 3.0), (1.0, 9.0))).elir is None


@given(st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=10, deadline=None)
def test_the_local_information_ratio_is_predictively_consistent(events, others):
    # Neuenschwander 2020: the expected ESS after n patients is that of the prior plus n.
    n = 6
    mixture = PRINTED_MIXTURE.posterior(events, events + others)
    before = effective_sample_size(mixture).elir
    after = 0.0
    for r in range(n + 1):
        chance = math.comb(n, r) * math.exp(mixture.log_marginal(r, n))
        gained = effective_sample_size(mixture.posterior(r, n)).elir
        assert gained is not None
        after += chance * gained
    assert before is not None
    assert after == pytest.approx(before + n, rel=1e-6)


def test_a_mixture_agrees_with_the_betas_it_is_made_of():
    for p in (0.05, 0.25, 0.6):
        assert float(PRINTED_MIXTURE.density(np.array(p))) == pytest.approx(
            slow_mixture_density(PRINTED_MIXTURE, p), rel=1e-10
        )
        below = quad(lambda x: slow_mixture_density(PRINTED_MIXTURE, x), 0, p, epsabs=1e-12)[0]
        assert float(PRINTED_MIXTURE.cdf(np.array(p))) == pytest.approx(below, abs=1e-10)
        assert PRINTED_MIXTURE.tail(p) == pytest.approx(1 - below, abs=1e-10)
    assert PRINTED_MIXTURE.quantile(PRINTED_MIXTURE.cdf(np.array(0.31)).item()) == pytest.approx(
        0.31, abs=1e-12
    )
    mean = quad(lambda x: x * slow_mixture_density(PRINTED_MIXTURE, x), 0, 1, epsabs=1e-12)[0]
    assert PRINTED_MIXTURE.mean == pytest.approx(mean, abs=1e-10)


@given(st.integers(0, 15), st.integers(0, 15))
@settings(max_examples=15, deadline=None)
def test_updating_a_mixture_agrees_with_bayes_by_integration(events, others):
    n = events + others

    def weighted(p: float) -> float:
        return float(slow_mixture_density(PRINTED_MIXTURE, p) * p**events * (1 - p) ** others)

    total = quad(weighted, 0, 1, epsabs=0, epsrel=1e-10, limit=200)[0]
    above = quad(weighted, 0.3, 1, epsabs=0, epsrel=1e-10, limit=200)[0]
    assert PRINTED_MIXTURE.log_marginal(events, n) == pytest.approx(math.log(total), abs=1e-8)
    assert PRINTED_MIXTURE.posterior(events, n).tail(0.3) == pytest.approx(above / total, abs=1e-8)


@given(st.integers(1, 12))
@settings(max_examples=5, deadline=None)
def test_the_posterior_means_of_the_exact_prior_average_to_its_own_mean(n):
    prior = map_prior(*AS)
    chances = [math.comb(n, r) * math.exp(prior.log_marginal(r, n)) for r in range(n + 1)]
    assert math.fsum(chances) == pytest.approx(1, abs=1e-9)
    means = [prior.posterior(r, n).mean for r in range(n + 1)]
    assert math.fsum(c * m for c, m in zip(chances, means, strict=True)) == pytest.approx(
        prior.mean, abs=1e-9
    )


def test_the_exact_prior_is_updated_as_integration_over_its_density_says():
    prior = map_prior(*AS)

    def density(p: float) -> float:
        return float(prior.density(np.array(p))) * p**4 * (1 - p) ** 6

    total = quad(density, 1e-9, 1 - 1e-9, epsabs=0, epsrel=1e-9, limit=300)[0]
    above = quad(density, 0.3, 1 - 1e-9, epsabs=0, epsrel=1e-9, limit=300)[0]
    assert prior.posterior(4, 10).tail(0.3) == pytest.approx(above / total, abs=1e-8)
    assert prior.log_marginal(4, 10) == pytest.approx(math.log(total), abs=1e-8)


def test_many_patients_overrule_the_exact_prior():
    posterior = map_prior(*AS).posterior(4_000, 10_000)
    assert posterior.mean == pytest.approx(0.4, abs=1e-3)
    assert posterior.sd == pytest.approx(math.sqrt(0.4 * 0.6 / 10_000), rel=0.01)


def test_betas_fitted_to_the_exact_prior_lose_little_and_less_with_more_of_them():
    prior = map_prior(*AS)
    fits = [fit_betas(prior, components=count) for count in (1, 2, 3)]
    losses = [fit.kl for fit in fits]
    assert losses == sorted(losses, reverse=True)
    assert 0 < losses[2] < 0.001
    assert fits[2].mixture.mean == pytest.approx(prior.mean, abs=1e-3)
    assert fits[2].mixture.sd == pytest.approx(prior.sd, rel=0.01)
    # The two-component fit that RBesT prints is of a sample; the exact density is fitted at least as well by ours.
    assert losses[1] < _kl(prior, PRINTED_MIXTURE)


def _kl(prior, mixture: BetaMixture) -> float:
    def integrand(p: float) -> float:
        f = float(prior.density(np.array(p)))
        return f * math.log(f / slow_mixture_density(mixture, p)) if f > 1e-280 else 0.0

    return float(quad(integrand, 1e-6, 1 - 1e-6, limit=300)[0])


def test_the_stated_loss_of_a_fit_is_the_divergence():
    prior = map_prior(*AS)
    fit = fit_betas(prior, components=2)
    assert fit.kl == pytest.approx(_kl(prior, fit.mixture), abs=1e-6)


def test_a_beta_is_fitted_by_itself():
    exact = map_prior([4], [19], prior=HyperPrior(0.0, 2.0, HalfNormal(0.5)))
    one = fit_betas(exact, components=1)
    eta, weight = exact.eta.nodes()
    log_p = float(weight @ -np.logaddexp(0, -eta))
    a, b = one.mixture.a[0], one.mixture.b[0]  # the best beta keeps E log p: integrate it afresh
    kept = quad(lambda p: math.log(p) * float(beta_distribution.pdf(p, a, b)), 0, 1, epsabs=1e-11)[0]
    assert kept == pytest.approx(log_p, abs=1e-6)


def test_a_robust_prior_is_the_two_parts_in_their_shares():
    prior = map_prior(*AS)
    robust = prior.robustified(0.2)
    assert robust.mean == pytest.approx(0.8 * prior.mean + 0.2 * 0.5, abs=1e-10)
    assert robust.tail(0.6) == pytest.approx(0.8 * prior.tail(0.6) + 0.2 * 0.4, abs=1e-9)
    mixed = 0.8 * math.exp(prior.log_marginal(7, 9)) + 0.2 * math.exp(
        BetaMixture((1.0,), (1.0,), (1.0,)).log_marginal(7, 9)
    )
    assert math.exp(robust.log_marginal(7, 9)) == pytest.approx(mixed, rel=1e-9)


def test_each_discount_for_children_widens_the_prior():
    spreads = [map_prior(*AS, power=power).sd for power in (1.0, 0.7, 0.4, 0.1)]
    assert spreads == sorted(spreads)
    assert spreads[-1] == pytest.approx(math.sqrt(1 / 12), rel=0.2)  # towards the uniform
    spreads = [map_prior(*AS, widened_by=sd).sd for sd in (0.0, 0.3, 1.0)]
    assert spreads == sorted(spreads)


def test_a_power_of_a_beta_is_the_beta_with_that_share_of_its_counts():
    # For Beta(a, b) the density to the power d is Beta(d (a - 1) + 1, d (b - 1) + 1).
    flat = map_prior([0], [1], prior=HyperPrior(0.0, 2.0, HalfNormal(1.0))).robustified(1.0)  # Beta(1, 1)
    posterior = flat.posterior(6, 20).raised(0.5)  # of Beta(7, 15)
    expected = beta_distribution(0.5 * 6 + 1, 0.5 * 14 + 1)
    assert posterior.mean == pytest.approx(expected.mean(), abs=1e-8)
    assert posterior.quantile(0.9) == pytest.approx(expected.ppf(0.9), abs=1e-8)


def test_sample_sizes_of_the_crohn_prior_agree_with_rbest():
    n, y = (74, 166, 328, 20, 25, 58), (-51.0, -49.0, -36.0, -47.0, -90.0, -54.0)
    ses = [88 / math.sqrt(size) for size in n]
    exact = fit_normal_hierarchy(y, ses, HyperPrior(0.0, 88.0, HalfNormal(44.0))).new_study()
    expected = printed("rbest-crohn")
    ess = normal_effective_sample_size(exact, patient_sd=88.0)
    assert ess.elir == pytest.approx(expected["ess_elir"], rel=0.05)
    assert ess.moment == pytest.approx(expected["ess_moment"], rel=0.05)
    # Morita's looks at the mode alone, so that it depends on how many normals were fitted: printed lies between.
    few = [
        normal_effective_sample_size(fit_normals(exact, components=k).mixture, patient_sd=88.0)
        for k in (2, 3)
    ]
    assert few[0].morita < expected["ess_morita"] < few[1].morita


@pytest.mark.parametrize("components", [2, 3])
def test_normals_fitted_to_an_exact_prior_keep_its_mean_and_spread_and_state_their_divergence(components):
    exact = fit_normal_hierarchy(
        (1.16, 1.43, 1.59), (0.46, 0.35, 0.28), HyperPrior(0.0, 5.42, HalfNormal(5.42 / 16))
    ).new_study()
    fit = fit_normals(exact, components=components)

    def density(mixture: NormalMixture, x: float) -> float:
        parts = zip(mixture.weights, mixture.means, mixture.sds, strict=True)
        bells = (w * math.exp(-(((x - mean) / sd) ** 2) / 2) / sd for w, mean, sd in parts)
        return math.fsum(bells) / math.sqrt(2 * math.pi)

    def loss(x: float) -> float:
        p = density(exact, x)
        return p * math.log(p / density(fit.mixture, x)) if p > 1e-290 else 0.0

    assert fit.mixture.mean == pytest.approx(exact.mean, abs=1e-9)  # so does the last step of every such fit
    assert fit.mixture.sd == pytest.approx(exact.sd, abs=1e-9)
    assert fit.kl == pytest.approx(quad(loss, -6, 9, points=[1.45], limit=300)[0], abs=1e-8)
    assert 0 < fit.kl < 0.01


def test_one_normal_is_worth_its_variance_by_every_method():
    ess = normal_effective_sample_size(NormalMixture((1.0,), (0.3,), (0.5,)), patient_sd=2.0)
    assert (ess.elir, ess.moment, ess.morita) == pytest.approx((16, 16, 16), rel=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: BetaMixture((0.5, 0.4), (1.0, 2.0), (1.0, 2.0)),
        lambda: BetaMixture((1.0,), (0.0,), (1.0,)),
        lambda: BetaMixture((1.0,), (1.0, 2.0), (1.0,)),
        lambda: PRINTED_MIXTURE.robustified(1.2),
        lambda: map_prior(*AS, power=0.0),
        lambda: map_prior(*AS, power=1.5),
        lambda: map_prior(*AS, widened_by=-0.1),
        lambda: NormalMixture((1.0,), (0.0,), (0.0,)),
        lambda: NormalMixture((0.7,), (0.0,), (1.0,)),
    ],
)
def test_what_is_no_prior_is_refused(call):
    with pytest.raises(StudiesInvalid):
        call()
