"""Posteriors of the borrowing models against published values, limits, and slow twins."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import betaln, expit, logit
from scipy.stats import beta, betabinom, binom, norm

from leadline.trial.borrowing import Above, Beta, Mean, Outcomes, Reaches
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Alone, Common, ExNex
from leadline.trial.borrowing.hierarchical import Centre
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.outcomes import every_outcome
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import (
    CalibratedPowerPrior,
    JensenShannon,
    LogBase,
    MarginalLikelihood,
    Similarity,
    weight_table,
)
from leadline.trial.design import Basket, Design, Efficacy
from leadline.trial.posterior import Posterior
from tests.trial.designs import CPP, fujikawa
from tests.trial.published import CHECKS

UNIFORM = (Beta(1.0, 1.0),)


def outcomes(counts, sizes):
    return Outcomes(np.array([counts]), tuple(sizes))


def baskets_of(sizes, *, prior=UNIFORM, null=0.2, target=0.5):
    return tuple(
        Basket(f"b{j}", "sri4", null, target, (max(1, size),), prior=prior) for j, size in enumerate(sizes)
    )


def ask(model, counts, sizes, quantity, **rest):
    return model.expect(outcomes(counts, sizes), baskets=baskets_of(sizes, **rest), quantities=[quantity])[0][
        0
    ]


def test_fujikawa_posterior_of_figure_1():
    check = CHECKS["fujikawa-fig1"]
    printed, counts, sizes = check["printed"], check["inputs"]["r"], (15, 15, 15)
    model = fujikawa(0.5)
    shape_1, shape_2 = (1 + shared for shared in model.shared(outcomes(counts, sizes), priors=[UNIFORM] * 3))
    table = weight_table(model.weights, Similarity((15, 15), (UNIFORM, UNIFORM)))
    assert table[5, 7] == pytest.approx(printed["weight_23"], abs=1e-7)
    assert (table[1, 5], table[1, 7]) == (printed["weight_12"], printed["weight_13"])
    assert shape_1[0] == pytest.approx(printed["shape1"], abs=check["tolerance"])
    assert shape_2[0] == pytest.approx(printed["shape2"], abs=check["tolerance"])
    above = Above((0.2,) * 3)
    assert ask(model, counts, sizes, above) == pytest.approx(printed["post_prob"], abs=1e-7)
    assert ask(Independent(), counts, sizes, above) == pytest.approx(printed["post_prob_no_borrow"], abs=1e-7)


class TestVemurafenib:
    inputs = CHECKS["mem-vemurafenib"]["inputs"]
    printed = CHECKS["mem-vemurafenib"]["printed"]
    prior = (Beta(0.5, 0.5),)

    def ask(self, quantity):
        return ask(Exchangeability(), self.inputs["r"], self.inputs["n"], quantity, prior=self.prior)

    def below(self, basket, rate):
        return 1 - self.ask(Above((rate,) * 6))[basket]

    def test_posterior_means(self):
        assert self.ask(Mean()) == pytest.approx(self.printed["post_mean"], abs=0.0015)

    def test_posterior_probabilities_are_the_exact_ones(self):
        exact = [0.999722, 0.027402, 0.018059, 0.351653, 0.999369, 0.970392]
        assert self.ask(Above((0.15,) * 6)) == pytest.approx(exact, abs=6e-7)

    def test_pairwise_exchangeability(self):
        model = Exchangeability()
        pairs = model.pairwise(outcomes(self.inputs["r"], self.inputs["n"]), priors=[self.prior] * 6)
        assert pairs[0, 0] == pytest.approx([1, 0.00123, 0.0001, 0.2202, 0.9292, 0.8621], abs=6e-5)
        assert pairs[0, 0] == pytest.approx(self.printed["PEP_NSCLC_row"], abs=0.008)

    @pytest.mark.parametrize("basket", range(6))
    def test_posterior_medians(self, basket):
        median = brentq(lambda rate: self.below(basket, rate) - 0.5, 1e-6, 1 - 1e-6)
        assert median == pytest.approx(self.printed["post_median"][basket], abs=0.003)

    def test_highest_density_intervals(self):
        """The narrowest interval that holds 95 %, from the posterior law on a grid of 0.005."""
        rates = np.linspace(0, 1, 201)[1:-1]
        grid = [Above((rate,) * 6) for rate in rates.tolist()]
        answers = Exchangeability().expect(
            outcomes(self.inputs["r"], self.inputs["n"]),
            baskets=baskets_of(self.inputs["n"], prior=self.prior),
            quantities=grid,
        )
        rates = np.concatenate([[0.0], rates, [1.0]])
        for basket in range(6):
            law = np.concatenate([[0.0], 1 - np.array([answer[0, basket] for answer in answers]), [1.0]])
            lows = np.linspace(0, np.interp(0.05, law, rates), 400)
            highs = np.interp(np.interp(lows, rates, law) + 0.95, law, rates)
            best = (highs - lows).argmin()
            assert lows[best] == pytest.approx(self.printed["hpd95_lower"][basket], abs=0.006)
            assert highs[best] == pytest.approx(self.printed["hpd95_upper"][basket], abs=0.006)


def test_mem_agrees_with_every_matrix_in_fractions():
    """Uniform priors: the marginal likelihood of r of n is r!(n-r)!/(n+1)!."""
    counts, sizes = (1, 3, 0), (4, 5, 3)

    def marginal(r, n):
        return Fraction(math.factorial(r) * math.factorial(n - r), math.factorial(n + 1))

    total, mean = Fraction(0), [Fraction(0)] * 3
    for o01, o02, o12 in product((0, 1), repeat=3):
        alike = [[1, o01, o02], [o01, 1, o12], [o02, o12, 1]]
        score, means = Fraction(1), []
        for i in range(3):
            r = sum(counts[j] for j in range(3) if alike[i][j])
            n = sum(sizes[j] for j in range(3) if alike[i][j])
            score *= marginal(r, n)
            score *= math.prod(marginal(counts[j], sizes[j]) for j in range(3) if not alike[i][j])
            means.append(Fraction(r + 1, n + 2))
        prior = math.prod(Fraction(2, 5) if o else Fraction(3, 5) for o in (o01, o02, o12))
        total += prior * score
        mean = [m + prior * score * x for m, x in zip(mean, means, strict=True)]
    found = ask(Exchangeability("mem", 0.4), counts, sizes, Mean())
    assert found == pytest.approx([float(m / total) for m in mean], abs=1e-14)


def test_mem_does_not_underflow_for_hundreds_of_children():
    found = ask(Exchangeability(), (300, 310, 20), (600, 600, 600), Mean())
    assert found == pytest.approx([0.508, 0.508, 0.035], abs=0.003)


def test_local_mem_agrees_with_every_grouping_in_fractions():
    counts, sizes = (1, 3, 0), (4, 5, 3)
    groupings = [((0,), (1,), (2,)), ((0, 1), (2,)), ((0, 2), (1,)), ((1, 2), (0,)), ((0, 1, 2),)]
    total, mean = Fraction(0), [Fraction(0)] * 3
    for grouping in groupings:
        score = Fraction(len(grouping)) ** 2  # delta = 2
        for group in grouping:
            r, n = sum(counts[j] for j in group), sum(sizes[j] for j in group)
            score *= Fraction(math.factorial(r) * math.factorial(n - r), math.factorial(n + 1))
        total += score
        for group in grouping:
            r, n = sum(counts[j] for j in group), sum(sizes[j] for j in group)
            for j in group:
                mean[j] += score * Fraction(r + 1, n + 2)
    found = ask(LocalExchangeability("local_mem", 2.0), counts, sizes, Mean())
    assert found == pytest.approx([float(m / total) for m in mean], abs=1e-14)


def test_local_mem_counts_every_grouping():
    """Bell numbers."""
    from leadline.trial.borrowing.local_mem import _set_partitions

    assert [len(set(_set_partitions(k))) for k in range(1, 9)] == [1, 2, 5, 15, 52, 203, 877, 4140]


@pytest.mark.slow
def test_exnex_sarcoma_means_are_the_exact_ones():
    """The reference keeps tau from zero at 0.001, as its sampler does; uncut, the means move by up to 3e-5."""
    check = CHECKS["exnex-sarcoma"]
    alone = Alone(-1.734, 0.128**-0.5)
    cut = ExNex("exnex", (Common(-1.735, 0.146**-0.5, 1.0, 0.5, tau_lowest=0.001),), alone, Centre.NONE)
    found = ask(cut, check["inputs"]["r"], check["inputs"]["n"], Mean())
    assert found == pytest.approx(check["printed"]["exact_mean"], abs=2e-5)
    assert found == pytest.approx(check["printed"]["mean"], abs=1.5e-3)


@pytest.mark.slow
def test_exnex_operating_characteristics_of_all_outcomes():
    check = CHECKS["exnex-oc"]
    model = ExNex(
        "exnex",
        (Common(logit(0.1), 3.18, 1.0, 0.25), Common(logit(0.3), 1.94, 1.0, 0.25)),
        Alone(logit(0.2), 2.5),
        Centre.NONE,
    )
    sizes = tuple(check["inputs"]["n"])
    baskets = tuple(Basket(f"b{j}", "sri4", 0.1, 0.3, (n,)) for j, n in enumerate(sizes))
    posterior, every = Posterior(Design("exnex", baskets, Efficacy(0.9), model)), every_outcome(sizes)
    above, mean = posterior.expect(every, Above((0.1,) * 4)), posterior.expect(every, Mean())
    go = (above > [0.9, 0.9, 0.8, 0.8]) & (mean > 0.2)
    for name, rates in check["inputs"]["scenarios"].items():
        law = math.prod(binom.pmf(every.responders[:, j], sizes[j], rates[j]) for j in range(4))
        bias, going = law @ (mean - rates), law @ go
        assert bias == pytest.approx(check["printed"][f"exact_bias_{name}"], abs=5e-4)
        assert going == pytest.approx(check["printed"][f"exact_go_{name}"], abs=5e-4)
        assert 100 * bias == pytest.approx(check["printed"][f"bias_percent_{name}"], abs=0.2)


def test_bhm_agrees_with_a_plain_triple_sum():
    """The trapezoidal rule over mean, spread (from its square root, for its half-normal) and each basket's log odds."""
    counts, sizes, mean, sd, scale, zero = (0, 2), (2, 2), 0.3, 1.0, 0.5, logit(0.2)
    mu = np.linspace(mean - 8 * sd, mean + 8 * sd, 161)[:, None, None]
    tau = (np.linspace(0, np.sqrt(8 * scale), 401) ** 2)[None, :, None]
    z = np.linspace(-8, 8, 81)[None, None, :]
    prior = norm.pdf(mu, mean, sd) * norm.pdf(tau, 0, scale) * np.sqrt(tau)
    p = expit(mu + zero + tau * z)
    plain = [
        (p**r * (1 - p) ** (n - r) * norm.pdf(z)).sum(axis=2) for r, n in zip(counts, sizes, strict=True)
    ]
    with_p = [
        (p ** (r + 1) * (1 - p) ** (n - r) * norm.pdf(z)).sum(axis=2)
        for r, n in zip(counts, sizes, strict=True)
    ]
    prior = prior[:, :, 0]
    total = (prior * plain[0] * plain[1]).sum()
    expected = [(prior * with_p[0] * plain[1]).sum() / total, (prior * plain[0] * with_p[1]).sum() / total]
    assert ask(Hierarchical("bhm", mean, sd, scale), counts, sizes, Mean()) == pytest.approx(
        expected, abs=2e-5
    )


HIERARCHICAL = {
    "bhm": Hierarchical("bhm", 0.0, 1.5, 0.5),
    "exnex, own normal": ExNex("exnex", (Common(0.0, 1.5, 0.5, 0.6),), Alone(0.0, 2.0)),
    "exnex, own beta": ExNex("exnex", (Common(0.0, 1.5, 0.5, 0.6),)),
    "exnex, two": ExNex("exnex", (Common(0.0, 1.5, 0.5, 0.3), Common(1.0, 1.0, 0.5, 0.3)), Alone(0.0, 2.0)),
    "local mem": LocalExchangeability(),
    "pooled": Pooled(),
    "none": Independent(),
}


@pytest.mark.parametrize("model", HIERARCHICAL.values(), ids=HIERARCHICAL)
def test_the_prior_mean_is_recovered_under_the_prior_predictive(model):
    """True of every proper joint model: sum over all outcomes of P(outcome) E[p | outcome] is the prior mean.

    P(outcome) is got without a marginal likelihood: the predictive law of the second basket's count given the first's,
    chained from predictive probabilities.
    """
    sizes = (2, 1)
    baskets = baskets_of(sizes)

    def reach(counts, seen, need, full):
        """P(basket j reaches need[j] of full[j] | counts of seen children)."""
        data = outcomes(counts, seen)
        return model.expect(data, baskets=baskets, quantities=[Reaches(tuple(need), tuple(full))])[0][0]

    def law_of(counts, seen, basket, size):
        full = tuple(size if j == basket else max(1, seen[j]) for j in range(2))
        tails = [
            reach(counts, seen, [k if j == basket else 0 for j in range(2)], full)[basket]
            for k in range(size + 2)
        ]
        return [tails[k] - tails[k + 1] for k in range(size + 1)]

    prior_mean = model.expect(outcomes((0, 0), (0, 0)), baskets=baskets, quantities=[Mean()])[0][0]
    first = law_of((0, 0), (0, 0), 0, sizes[0])
    expected = np.zeros(2)
    for r0, chance in enumerate(first):
        for r1, then in enumerate(law_of((r0, 0), (sizes[0], 0), 1, sizes[1])):
            expected += chance * then * ask(model, (r0, r1), sizes, Mean())
    assert expected == pytest.approx(
        prior_mean, abs=2e-6 if isinstance(model, Hierarchical | ExNex) else 1e-12
    )


WEIGHTS = {
    "cpp": CalibratedPowerPrior("cpp", 2.0, 2.0),
    "jsd": JensenShannon("jsd", 2.0, 0.3),
    "mml": MarginalLikelihood("mml"),
}


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_weights_are_symmetric_and_between_0_and_1(weights):
    table = weight_table(weights, Similarity((6, 6), (UNIFORM, UNIFORM)))
    assert table == pytest.approx(table.T, abs=1e-9)
    assert table.min() >= 0
    assert table.max() <= 1
    crossed = weight_table(weights, Similarity((6, 9), (UNIFORM, UNIFORM)))
    assert crossed == pytest.approx(weight_table(weights, Similarity((9, 6), (UNIFORM, UNIFORM))).T, abs=1e-9)


def test_cpp_weight_is_the_printed_formula():
    """1 / (1 + exp(a + b log(n^(1/4) |r1 - r2| / n))), and 1 where the rates are equal, also of unlike sizes."""
    table = weight_table(CPP.weights, Similarity((15, 15), (UNIFORM, UNIFORM)))
    by_hand = 1 / (1 + math.exp(2 + 2 * math.log(15**0.25 * 3 / 15)))
    assert table[2, 5] == pytest.approx(by_hand, abs=1e-15)
    assert np.diag(table) == pytest.approx(np.ones(16), abs=0)
    assert weight_table(CPP.weights, Similarity((3, 6), (UNIFORM, UNIFORM)))[1, 2] == 1.0


@pytest.mark.parametrize(("logarithm", "base"), [(LogBase.BINARY, 2.0), (LogBase.NATURAL, math.e)])
def test_jsd_weight_is_the_divergence_by_adaptive_integration(logarithm, base):
    prior = (Beta(0.4, 0.7),)
    table = JensenShannon("jsd", 1.0, 0.0, logarithm).table(Similarity((5, 8), (prior, prior)))
    f, g = beta(0.4 + 1, 0.7 + 4), beta(0.4 + 6, 0.7 + 2)

    def integrand(x):
        m = (f.pdf(x) + g.pdf(x)) / 2
        return (f.pdf(x) * math.log(f.pdf(x) / m) + g.pdf(x) * math.log(g.pdf(x) / m)) / 2

    divergence = quad(integrand, 0, 1, epsabs=1e-12)[0] / math.log(base)
    assert table[1, 6] == pytest.approx(1 - divergence, abs=1e-9)


def test_mml_weight_is_the_best_share_of_a_fine_grid():
    table = MarginalLikelihood("mml").table(Similarity((10, 10), (UNIFORM, UNIFORM)))
    shares = np.linspace(0, 1, 20001)

    def best(r, s):
        return shares[betabinom.logpmf(r, 10, 1 + shares * s, 1 + shares * (10 - s)).argmax()]

    for r, s in [(2, 5), (0, 10), (4, 4), (1, 3)]:
        assert table[r, s] == pytest.approx((best(r, s) + best(s, r)) / 2, abs=6e-5)


def test_mml_weight_is_where_the_rising_factorials_of_the_counts_stop_rising():
    """The log marginal of r of 10 is a sum of logs of a + k, b + k and a + b + k: its slope is one of ratios."""

    def best(r, s):
        def slope(share):
            a, b = 1 + share * s, 1 + share * (10 - s)
            rising = math.fsum(s / (a + k) for k in range(r)) + math.fsum(
                (10 - s) / (b + k) for k in range(10 - r)
            )
            return rising - math.fsum(10 / (a + b + k) for k in range(10))

        if slope(1) > 0:
            return 1.0
        return brentq(slope, 0, 1, xtol=1e-15) if slope(0) > 0 else 0.0

    table = MarginalLikelihood("mml").table(Similarity((10, 10), (UNIFORM, UNIFORM)))
    for r, s in [(2, 5), (1, 4), (3, 7), (5, 8), (0, 10), (4, 4)]:
        assert table[r, s] == pytest.approx((best(r, s) + best(s, r)) / 2, abs=1e-13)


def test_power_prior_limits_are_no_borrowing_and_pooling():
    counts, sizes, above = (2, 5, 3), (8, 9, 10), Above((0.2, 0.3, 0.4))
    never = PowerPrior("power_prior", CalibratedPowerPrior("cpp", 700.0, 1e-9))
    always = PowerPrior("power_prior", CalibratedPowerPrior("cpp", -700.0, 1e-9))
    assert ask(never, counts, sizes, above) == pytest.approx(
        ask(Independent(), counts, sizes, above), abs=1e-14
    )
    assert ask(always, counts, sizes, above) == pytest.approx(ask(Pooled(), counts, sizes, above), abs=1e-14)


def test_mem_limits_are_no_borrowing_and_pooling():
    counts, sizes, above = (2, 5, 3), (8, 9, 10), Above((0.2, 0.3, 0.4))
    never, always = Exchangeability("mem", 1e-14), Exchangeability("mem", 1 - 1e-14)
    assert ask(never, counts, sizes, above) == pytest.approx(
        ask(Independent(), counts, sizes, above), abs=1e-11
    )
    assert ask(always, counts, sizes, above) == pytest.approx(ask(Pooled(), counts, sizes, above), abs=1e-11)


def test_exnex_with_hardly_any_exchange_is_the_basket_alone():
    counts, sizes, above = (2, 5, 3), (8, 9, 10), Above((0.2, 0.3, 0.4))
    alone = ExNex("exnex", (Common(0.0, 1.0, 1.0, 1e-12),))
    assert ask(alone, counts, sizes, above) == pytest.approx(
        ask(Independent(), counts, sizes, above), abs=1e-9
    )


def test_bhm_with_hardly_any_spread_gives_all_baskets_one_rate():
    counts, sizes = (2, 5, 3), (8, 9, 10)
    model = Hierarchical("bhm", 0.0, 2.0, 1e-4, centre=Centre.NONE)

    def one_rate(factor):
        return quad(
            lambda mu: expit(mu) ** 10 * expit(-mu) ** 17 * norm.pdf(mu, 0, 2) * factor(mu),
            -9,
            9,
            points=[logit(0.3)],
        )[0]

    assert ask(model, counts, sizes, Mean()) == pytest.approx(
        [one_rate(expit) / one_rate(lambda mu: 1.0)] * 3, abs=2e-5
    )
    above = one_rate(lambda mu: float(mu > logit(0.3))) / one_rate(lambda mu: 1.0)
    assert ask(model, counts, sizes, Above((0.3,) * 3)) == pytest.approx([above] * 3, abs=2e-5)


MODELS = {**HIERARCHICAL, "cpp": CPP, "fujikawa": fujikawa(0.2), "mem": Exchangeability()}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_permuting_the_baskets_permutes_the_posterior(model):
    counts, sizes = (1, 4, 2), (6, 7, 6)
    for quantity in (Above((0.25,) * 3), Mean(), Reaches((4,) * 3, (9,) * 3)):
        straight = ask(model, counts, sizes, quantity)
        turned = ask(model, (2, 1, 4), (6, 6, 7), quantity)
        assert turned == pytest.approx([straight[2], straight[0], straight[1]], abs=1e-12)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_prediction_for_the_children_already_seen_is_certain(model):
    found = ask(model, (1, 4, 2), (6, 7, 6), Reaches((2, 4, 2), (6, 7, 6)))
    assert found == pytest.approx([0.0, 1.0, 1.0], abs=1e-9)


def test_predictive_probability_is_the_published_one():
    """Lee and Liu: 16 of 23, 40 in all, prior Beta(0.6, 0.4); success needs P(p > 0.6) > 0.9, which is 28 of 40."""
    check = CHECKS["lee-liu-pp"]
    needed = next(r for r in range(41) if beta.sf(0.6, 0.6 + r, 0.4 + 40 - r) > 0.9)
    found = ask(Independent(), (16,), (23,), Reaches((needed,), (40,)), prior=(Beta(0.6, 0.4),))
    assert found == pytest.approx([check["printed"]["PP"]], abs=check["tolerance"])


def test_a_mixture_prior_is_updated_by_bayes_rule():
    """Components weighed by their marginal likelihoods, 0.8 and 0.2 beforehand, 6 of 8."""
    prior = (Beta(2.0, 8.0, 0.8), Beta(1.0, 1.0, 0.2))
    log_weights = [
        math.log(part.weight) + betaln(part.a + 6, part.b + 2) - betaln(part.a, part.b) for part in prior
    ]
    weights = np.exp(log_weights) / np.exp(log_weights).sum()
    expected = sum(w * beta.sf(0.3, part.a + 6, part.b + 2) for w, part in zip(weights, prior, strict=True))
    assert ask(Independent(), (6,), (8,), Above((0.3,)), prior=prior) == pytest.approx([expected], abs=1e-14)


def tail_by_dense_panels(counts, sizes, *, tau_scale, null):
    """P(rate of the first basket > null) under mu ~ N(0, 2^2): fixed Gauss panels, some hundred thousand nodes."""

    def panels(breaks, order):
        x, w = np.polynomial.legendre.leggauss(order)
        half, middle = np.diff(breaks) / 2, (breaks[1:] + breaks[:-1]) / 2
        return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()

    graded = np.geomspace(1e-4, 1, 13)
    mu, mu_weight = panels(np.unique(np.concatenate([np.linspace(-17, 17, 52), graded, -graded])), 10)
    tau, tau_weight = panels(np.concatenate([[0], tau_scale * np.geomspace(2e-3, 8.5, 16)]), 10)
    z, z_weight = panels(np.linspace(0, 1, 5), 12)
    hyper = tau_weight * np.exp(-((tau / tau_scale) ** 2) / 2)
    hyper = hyper * mu_weight[:, None] * np.exp(-(mu[:, None] ** 2) / 8)
    above = whole = 0.0
    for row, m in zip(hyper, mu, strict=True):
        both, tail = 1.0, None
        for r, n in zip(counts, sizes, strict=True):
            parts = []
            for side in (
                -1,
                1,
            ):  # log odds from the null's, on either side of it, within nine deviations of the mean
                ends = np.stack([m - 9 * tau, m + 9 * tau])
                low, high = np.maximum(ends, 0) if side > 0 else np.minimum(ends, 0)
                eta = low[:, None] + (high - low)[:, None] * z
                p = expit(logit(null) + eta)
                density = np.exp(-(((eta - m) / tau[:, None]) ** 2) / 2) / tau[:, None]
                parts.append((p**r * (1 - p) ** (n - r) * density) @ z_weight * (high - low))
            tail = parts[1] if tail is None else tail * (parts[0] + parts[1])
            both = both * (parts[0] + parts[1])
        above += (row * tail).sum()
        whole += (row * both).sum()
    return above / whole


@pytest.mark.parametrize(("few", "first"), [(0, 0), (6_000, 1)])
def test_a_probability_close_to_a_cut_off_is_computed_again_on_more_nodes(monkeypatch, few, first):
    """As unlike as can be, 1 of 15 and 12 of 12, under a narrow spread: there the usual nodes are off by 8e-6."""
    counts, sizes, null = (1, 12), (15, 12), (0.2, 0.2)
    model = Hierarchical("bhm", tau_scale=0.3)
    exact = tail_by_dense_panels(counts, sizes, tau_scale=0.3, null=0.2)
    by_fineness = [ask(model, counts, sizes, Above(null, fineness))[0] for fineness in range(3)]
    errors = [abs(value - exact) for value in by_fineness]
    assert errors[0] > 5e-6 > 1e-6 > errors[1] > errors[2]
    assert errors[2] < 1e-8
    monkeypatch.setattr("leadline.trial.posterior.FEW", few)
    for threshold, fineness in ((exact + 1e-7, 2), (exact + 1e-4, 1), (exact + 0.01, first)):
        posterior = Posterior(Design("near", baskets_of(sizes), Efficacy(float(threshold)), model))
        assert posterior.expect(outcomes(counts, sizes), Above(null))[0, 0] == by_fineness[fineness]


@pytest.mark.parametrize("model", [Hierarchical("bhm"), ExNex("exnex", (Common(0.0, 2.0, 1.0, 0.5),))])
def test_a_posterior_does_not_depend_on_what_was_asked_before_it(model):
    """Tables are filled count by count: one outcome, then others with new counts, then all of them together."""
    sizes, quantity = (6, 5), Above((0.21, 0.21), fineness=1)  # rates of no other test: nothing is held yet
    asked = [np.array(rows) for rows in ([[2, 3]], [[2, 0], [6, 4], [0, 3]])]
    apart = [
        model.expect(Outcomes(rows, sizes), baskets=baskets_of(sizes), quantities=[quantity])[0]
        for rows in asked
    ]
    whole = every_outcome(sizes)
    together = model.expect(whole, baskets=baskets_of(sizes), quantities=[quantity])[0].reshape(7, 6, 2)
    finer = model.expect(whole, baskets=baskets_of(sizes), quantities=[replace(quantity, fineness=2)])[0]
    assert np.isfinite(together).all()
    for rows, values in zip(asked, apart, strict=True):
        assert np.abs(values - together[rows[:, 0], rows[:, 1]]).max() < 1e-14
    assert np.abs(together.reshape(-1, 2) - finer).max() < 2e-6
