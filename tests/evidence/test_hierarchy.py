"""The binomial-normal integrals: identities they must keep, and a slow twin by adaptive quadrature."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from leadline.evidence import glmm
from leadline.evidence.hierarchy import (
    HalfNormal,
    HyperPrior,
    InverseGammaVariance,
    study_integrals,
)
from leadline.evidence.hyper_grid import BinomialNormalIntegrals, Wanted, hyper_grid, integrate
from leadline.evidence.likelihoods import BinomialLikelihood, HypergeometricLikelihood, PoissonLikelihood

NODES = st.tuples(st.floats(-6, 6), st.floats(0.001, 6))


def slow_integral(
    r: int, n: int, mu: float, tau: float, *, above: float = -math.inf, power: int = 0
) -> float:
    """The integral of p^(r + power) (1 - p)^(n - r) N(eta; mu, tau^2) over eta > above, in the standard normal."""

    def integrand(z: float) -> float:
        eta = mu + tau * z
        log_p, log_q = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
        return float(np.exp((r + power) * log_p + (n - r) * log_q - z * z / 2)) / math.sqrt(2 * math.pi)

    start = max(-12.0, (above - mu) / tau)
    if start >= 12:
        return 0.0
    breaks = np.linspace(start, 12, 41)
    return math.fsum(quad(integrand, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in pairwise(breaks))


def tabulate(n: int, mu, tau, *, cut: float, offset: float = 0.0) -> BinomialNormalIntegrals:
    return integrate([Wanted(n, cut, offset)], mu, tau)[0]


def scaled(r: int, n: int) -> float:
    """The largest likelihood of r of n."""
    return (r / n) ** r * (1 - r / n) ** (n - r)


@pytest.mark.parametrize(("mu", "tau"), [(-1.4, 0.05), (0.3, 0.7), (-3.0, 2.5), (1.0, 5.0)])
def test_the_table_agrees_with_adaptive_integration(mu, tau):
    n, cut, offset = 9, 0.2, -0.5
    table = tabulate(n, np.array([mu]), np.array([tau]), cut=cut, offset=offset)
    edge = math.log(cut / (1 - cut))
    for r in (0, 2, 9):
        expected = [
            slow_integral(r, n, mu + offset, tau),
            slow_integral(r, n, mu + offset, tau, power=1),
            slow_integral(r, n, mu + offset, tau, above=edge),
        ]
        found = [
            float(part[r, 0]) * scaled(r, n) for part in (table.marginal(n), table.mean(n), table.tail(n))
        ]
        assert found == pytest.approx(expected, rel=2e-9, abs=1e-14)


@given(n=st.integers(1, 40), nodes=st.lists(NODES, min_size=1, max_size=5), cut=st.floats(0.02, 0.98))
@settings(max_examples=30, deadline=None)
def test_over_all_counts_the_table_sums_to_one_and_its_tails_to_the_prior(n, nodes, cut):
    in_order = sorted(nodes, key=lambda node: (node[1], node[0]))
    mu, tau = (np.array(values) for values in zip(*in_order, strict=True))
    table = tabulate(n, mu, tau, cut=cut)
    ways = np.array([comb(n, r) * scaled(r, n) for r in range(n + 1)])
    assert ways @ table.marginal(n) == pytest.approx(np.ones(tau.size), abs=1e-9)
    beyond = norm.sf((math.log(cut / (1 - cut)) - mu) / tau)
    assert ways @ table.tail(n) == pytest.approx(beyond, abs=1e-9)


@given(n=st.integers(1, 40), node=NODES, data=st.data())
@settings(max_examples=30, deadline=None)
def test_both_ways_to_an_integral_agree(n, node, data):
    r = data.draw(st.integers(0, n))
    mu, tau = np.array([node[0]]), np.array([node[1]])
    table = tabulate(n, mu, tau, cut=0.5)
    direct = study_integrals(BinomialLikelihood.of([r], [n]), mu, tau, order=30).log_marginal()
    assert math.log(float(table.marginal(n)[r, 0]) * scaled(r, n)) == pytest.approx(
        float(direct[0, 0]), abs=1e-6
    )


def test_a_study_of_many_thousands_is_not_missed_between_nodes():
    # Fixed Gauss-Hermite nodes see nothing of a likelihood as narrow as this one.
    r, n, mu, tau = 5_000, 100_000, -1.0, 1.5
    found = float(
        study_integrals(BinomialLikelihood.of([r], [n]), np.array([mu]), np.array([tau])).log_marginal()[0, 0]
    )
    p = r / n  # Laplace's method, whose relative error is of the order of 1 / (n p)
    peak, curvature = math.log(p / (1 - p)), n * p * (1 - p)
    laplace = n * (p * math.log(p) + (1 - p) * math.log(1 - p)) + norm.logpdf(peak, mu, tau)
    laplace += math.log(2 * math.pi / curvature) / 2
    assert found == pytest.approx(laplace, abs=2e-4)


@pytest.mark.parametrize(
    ("r", "mu", "tau"), [(0, 3.069, 0.153), (0, 18.4, 0.153), (1000, -4.3, 0.116), (1000, -15.2, 0.9)]
)
def test_many_patients_alike_and_a_mean_far_from_them(r, mu, tau):
    """The bend of the likelihood lies many standard deviations from the mean: Newton's steps leap over it."""

    def log_integrand(eta: float) -> float:
        log_p, log_q = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
        return float(r * log_p + (1000 - r) * log_q + norm.logpdf(eta, mu, tau))

    reach = np.linspace(min(mu, -20.0) - 5, max(mu, 20.0) + 5, 200_001)
    heights = np.array([log_integrand(eta) for eta in reach[::100]])
    peak = reach[::100][heights.argmax()]
    mode = minimize_scalar(
        lambda eta: -log_integrand(eta), bounds=(peak - 0.1, peak + 0.1), method="bounded"
    ).x
    top = log_integrand(mode)
    parts = np.linspace(mode - 12 * tau, mode + 12 * tau, 97)
    expected = top + math.log(
        math.fsum(
            quad(lambda eta: math.exp(log_integrand(eta) - top), a, b, epsabs=1e-14)[0]
            for a, b in pairwise(parts)
        )
    )
    found = study_integrals(
        BinomialLikelihood.of([r], [1000]), np.array([mu]), np.array([tau])
    ).log_marginal()
    assert found[0, 0] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("mu", "tau"), [(0.5, 0.4), (-2.0, 1.3)])
def test_poisson_and_hypergeometric_integrals_agree_with_adaptive_integration(mu, tau):
    def slow(log_likelihood) -> float:
        return math.log(
            quad(lambda eta: math.exp(log_likelihood(eta)) * norm.pdf(eta, mu, tau), mu - 9 * tau, mu + 9 * tau,
                 epsabs=0, epsrel=1e-11, limit=200)[0]
        )  # fmt: skip

    poisson = PoissonLikelihood(np.array([4.0]), np.array([2.5]))
    found = study_integrals(poisson, np.array([mu]), np.array([tau])).log_marginal()[0, 0]
    assert found == pytest.approx(slow(lambda eta: 4 * eta - 2.5 * math.exp(eta)), abs=2e-8)

    ways = {k: comb(12, k) * comb(15, 6 - k) for k in range(7)}
    largest = max(ways.values())
    hyper = HypergeometricLikelihood(np.array([2.0]), np.array([12.0]), np.array([4.0]), np.array([15.0]))
    found = study_integrals(hyper, np.array([mu]), np.array([tau])).log_marginal()[0, 0]
    expected = slow(
        lambda eta: 2 * eta - math.log(sum(w / largest * math.exp(k * eta) for k, w in ways.items()))
    )
    assert found == pytest.approx(expected, abs=1e-8)


def test_a_two_arm_study_without_an_event_is_flat():
    empty = HypergeometricLikelihood(np.array([0.0]), np.array([12.0]), np.array([0.0]), np.array([15.0]))
    found = study_integrals(empty, np.array([-1.0, 2.0]), np.array([0.2, 1.0])).log_marginal()
    assert found == pytest.approx(np.zeros((2, 1)), abs=1e-9)


@pytest.mark.parametrize("tau_prior", [HalfNormal(0.7), InverseGammaVariance(1.0, 0.2)])
def test_the_grid_of_the_prior_sums_to_one_and_keeps_its_moments(tau_prior):
    grid = hyper_grid(HyperPrior(-0.4, 1.5, tau_prior), towards=(-1.4, 0.0))
    assert grid.weight.sum() == pytest.approx(1, abs=1e-14)
    mean = grid.weight @ grid.mu
    assert mean == pytest.approx(-0.4, abs=1e-9)
    assert math.sqrt(grid.weight @ (grid.mu - mean) ** 2) == pytest.approx(1.5, abs=1e-8)
    if isinstance(tau_prior, HalfNormal):
        assert grid.weight @ grid.tau == pytest.approx(0.7 * math.sqrt(2 / math.pi), abs=1e-9)


def posterior_tails(order: int) -> list[float]:
    """P(p > 0.2 | data) of two baskets, by the grid."""
    n, r, cut = (12, 24), (2, 10), 0.2
    grid = hyper_grid(
        HyperPrior(0.0, 2.0, HalfNormal(1.0)), towards=(math.log(cut / (1 - cut)),), order=order
    )
    tables = [tabulate(size, grid.mu, grid.tau, cut=cut) for size in n]
    seen = [table.marginal(size)[k] for table, size, k in zip(tables, n, r, strict=True)]
    weight = grid.weight * np.prod(seen, axis=0)
    weight = weight / weight.sum()
    tails = [table.tail(size)[k] for table, size, k in zip(tables, n, r, strict=True)]
    return [float(weight @ (tail / marginal)) for tail, marginal in zip(tails, seen, strict=True)]


def test_the_grid_is_as_fine_as_its_documentation_says():
    # The documentation says about 5e-6 at order 4; order 6 is finer by a factor of a hundred.
    assert posterior_tails(4) == pytest.approx(posterior_tails(6), abs=5e-6)


TABLES = {
    "one of two": (1, 2, 1, 2),
    "small": (4, 9, 1, 30),
    "no event": (0, 12, 0, 15),
    "events only": (7, 7, 5, 5),
    "first above zero": (6, 7, 8, 9),
    "a vaccine trial": (505, 88391, 499, 88391),
    "thousands of events": (2400, 5600, 1900, 5000),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_two_arm_likelihood_is_the_plain_sum_over_its_tables(table):
    """Binomial coefficients as whole numbers, in logs to 30 digits: nothing cancels."""
    a, n_t, c, n_c = table
    total, first = a + c, max(0, a + c - n_c)
    from_to = range(first, min(n_t, total) + 1)
    likelihood = HypergeometricLikelihood(*(np.array([float(x)]) for x in table))
    ways = [comb(n_t, first) * comb(n_c, total - first)]
    for k in from_to[:-1]:
        ways.append(ways[-1] * (n_t - k) * (total - k) // ((k + 1) * (n_c - total + k + 1)))
    with localcontext() as precise:
        precise.prec = 30
        logs = [Decimal(way).ln() for way in ways]
        top = max(logs)
        for eta in (-41.3, -7.0, -0.4, 0.0, 0.2, 3.7, 28.5):
            terms = [(log - top + k * Decimal(eta)) for log, k in zip(logs, from_to, strict=True)]
            most = max(terms)
            weights = [float((term - most).exp()) for term in terms]
            whole = math.fsum(weights)
            mean = math.fsum(w * (k - a) for w, k in zip(weights, from_to, strict=True)) / whole
            spread = math.fsum(w * (k - a - mean) ** 2 for w, k in zip(weights, from_to, strict=True)) / whole
            at = np.array([eta])
            expected = float(a * Decimal(eta) - most) - math.log(whole)
            slope, curvature = likelihood.slopes(at)
            assert likelihood.log(at)[0] == pytest.approx(
                expected, rel=1e-13, abs=1e-10
            )  # of terms up to 1e5
            assert slope[0] == pytest.approx(-mean, abs=1e-9)
            assert curvature[0] == pytest.approx(spread, rel=1e-9, abs=1e-12)


def test_the_conditional_likelihood_agrees_with_metafor():
    """rma.glmm(measure="OR", model="CM.EL") of eight trials, printed to 8 digits in a program's own comparison.

    Its standard error is from a numerical Hessian: the same comparison allows it 1e-3.
    """
    a, n_t = (3, 8, 1, 12, 0, 5, 2, 9), (120, 200, 90, 300, 60, 150, 110, 250)
    c, n_c = (7, 5, 4, 6, 3, 11, 1, 4), (118, 205, 92, 295, 62, 148, 108, 255)
    likelihood = HypergeometricLikelihood(*(np.array(column, dtype=float) for column in (a, n_t, c, n_c)))
    fitted = glmm.fit_random(likelihood)
    assert fitted is not None
    assert [fitted.estimate, fitted.tau2] == pytest.approx([-0.12551893, 0.37342950], abs=5e-7)
    assert fitted.se == pytest.approx(0.34391811, abs=1e-3)


@pytest.mark.parametrize(("n", "size"), [(1, 0), (5, 3), (18, 9), (40, 1), (120, 7)])
def test_the_table_of_the_first_patients_agrees_with_adaptive_integration(n, size):
    """A table of a few of many patients is a sum of many integrals: nothing is lost on the way."""
    mu, tau, offset, cut = -0.7, 0.9, 0.3, 0.35
    table = integrate([Wanted(n, cut, offset)], np.array([mu]), np.array([tau]))[0]
    for r in range(size + 1):
        largest = scaled(r, size) if size else 1.0
        expected = [
            slow_integral(r, size, mu + offset, tau) / largest,
            slow_integral(r, size, mu + offset, tau, power=1) / largest,
            slow_integral(r, size, mu + offset, tau, above=math.log(cut / (1 - cut))) / largest,
        ]
        found = [part[r, 0] for part in (table.marginal(size), table.mean(size), table.tail(size))]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_all_nodes_and_baskets_together_have_the_integrals_of_each_alone():
    grid = hyper_grid(HyperPrior(), towards=(0.3,), order=4)
    baskets = [Wanted(9, 0.3, -0.4), Wanted(4, 0.7, 1.2), Wanted(14, 0.3, -0.4)]
    for basket, together in zip(baskets, integrate(baskets, grid.mu, grid.tau), strict=True):
        for place in range(grid.mu.size - 1, 0, -97):
            (alone,) = integrate([basket], grid.mu[[place]], grid.tau[[place]])
            assert together.whole[:, place] == pytest.approx(alone.whole[:, 0], rel=1e-9, abs=1e-12)
            assert together.above[:, place] == pytest.approx(alone.above[:, 0], rel=1e-9, abs=1e-12)
