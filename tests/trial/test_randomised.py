"""Baskets with controls: exact values of others, slow twins in fractions, limits, and the error over control rates."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit, logit

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.beta import Above, Beta, Mean
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.hierarchical import Centre
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.outcomes import every_outcome
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.weights import JensenShannon
from leadline.trial.design import Basis, Basket, ControlArm, Design, EarlyRule, Efficacy, Harm, HarmCheck
from leadline.trial.error_rates import worst_errors
from leadline.trial.operating import Trial
from leadline.trial.posterior import Posterior
from leadline.trial.reading import parse_design, read_design, shipped_design
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP

UNIFORM = (Beta(1.0, 1.0),)


def randomised(name="a", looks=(6,), controls=(3,), null=0.2, target=0.6, prior=UNIFORM, **control):
    return Basket(name, "sri4", null, target, looks, prior=prior, control=ControlArm(controls, **control))


def posterior_of(design, quantity):
    """(treated + 1, controls + 1) for a design of one basket."""
    treated, controls = design.sizes[0], design.control_sizes[0]
    outcomes = every_outcome(design.sizes, design.control_sizes)
    return Posterior(design).expect(outcomes, quantity)[:, 0].reshape(treated + 1, controls + 1)


# The closed form for whole shapes, as a sum of fractions (Cook JD. Exact calculation of beta inequalities. 2005):
# P(X > Y) = sum over i < a of B(c + i, b + e) / ((b + i) B(1 + i, b) B(c, e)), X ~ Beta(a, b), Y ~ Beta(c, e).


def whole_beta(a, b):
    return Fraction(math.factorial(a - 1) * math.factorial(b - 1), math.factorial(a + b - 1))


def beats(a, b, c, e):
    return sum(
        whole_beta(c + i, b + e) / ((b + i) * whole_beta(1 + i, b) * whole_beta(c, e)) for i in range(a)
    )


def test_the_closed_form_itself_has_its_known_values():
    assert beats(1, 1, 1, 1) == Fraction(1, 2)
    assert beats(2, 1, 1, 1) == Fraction(2, 3)  # E[X] of a Beta(2, 1)
    assert beats(3, 4, 5, 2) + beats(5, 2, 3, 4) == 1


def test_posterior_of_whole_shapes_is_the_closed_form():
    design = Design("one", (randomised(looks=(12,), controls=(6,)),), Efficacy(0.9), Independent())
    found = posterior_of(design, Above((0.2,)))
    for r, s in product(range(13), range(7)):
        assert found[r, s] == pytest.approx(float(beats(1 + r, 13 - r, 1 + s, 7 - s)), abs=1e-13)


def test_the_lupus_trial_of_2017_is_what_its_counts_say():
    """Deng D et al. Ann Rheum Dis 2017;76:1436: remission in 9 of 12 with cells and in 5 of 6 with placebo.

    With uniform priors the rates are the 10th smallest of 13 uniform numbers and the 6th smallest of 7. The first is
    larger when at least 6 of the 7 come before it; all orders of the 20 are equally likely.
    """
    design = Design("Deng", (randomised(looks=(12,), controls=(6,)),), Efficacy(0.9), Independent())
    orders = sum(math.comb(9 + k, k) * math.comb(10 - k, 7 - k) for k in (6, 7))
    exact = Fraction(orders, math.comb(20, 7))
    assert exact == beats(10, 4, 6, 2)
    assert posterior_of(design, Above((0.2,)))[9, 5] == pytest.approx(float(exact), abs=1e-13)


@pytest.mark.parametrize("margin", [0.1, 0.35])
def test_a_margin_is_the_integral_over_both_rates(margin):
    mixed = (Beta(4.5, 7.0, 0.6), Beta(0.7, 1.3, 0.4))
    basket = randomised(prior=mixed, controls=(4,))
    basket = replace(basket, control=replace(basket.control, prior=mixed, margin=margin))
    found = posterior_of(Design("one", (basket,), Efficacy(0.9), Independent()), Above((0.2 + margin,)))

    def density(p, successes, others):
        return sum(c.weight * stats.beta.pdf(p, c.a, c.b) for c in mixed) * p**successes * (1 - p) ** others

    def mass(successes, others, low=0.0):
        return integrate.quad(density, low, 1, args=(successes, others), epsabs=1e-9)[0]

    r, s = 4, 1
    joint = integrate.quad(lambda p: density(p, s, 4 - s) * mass(r, 6 - r, p + margin), 0, 1 - margin)[0]
    assert found[r, s] == pytest.approx(joint / (mass(s, 4 - s) * mass(r, 6 - r)), abs=1e-7)


def test_the_expected_difference_is_that_of_the_two_means():
    design = Design("one", (randomised(looks=(12,), controls=(6,)),), Efficacy(0.9), Independent())
    assert posterior_of(design, Mean())[9, 2] == pytest.approx(0.2 + 10 / 14 - 3 / 8, abs=1e-13)


# The slow twin: every sequence of looks of every child, in fractions.


def pmf(size, count, rate):
    return math.comb(size, count) * rate**count * (1 - rate) ** (size - count)


def twin(*, looks, controls, rates, control_rates, futility, threshold):
    """Chance of success of each basket alone: two looks, futility below a posterior at the first; uniform priors."""
    won, children = [], []
    for (n1, n2), (m1, m2), p, q in zip(looks, controls, rates, control_rates, strict=True):
        success = stopped = Fraction(0)
        for r1, s1 in product(range(n1 + 1), range(m1 + 1)):
            first = pmf(n1, r1, p) * pmf(m1, s1, q)
            if beats(1 + r1, n1 - r1 + 1, 1 + s1, m1 - s1 + 1) < futility:
                stopped += first
                continue
            for r2, s2 in product(range(n2 - n1 + 1), range(m2 - m1 + 1)):
                r, s = r1 + r2, s1 + s2
                if beats(1 + r, n2 - r + 1, 1 + s, m2 - s + 1) >= threshold:
                    success += first * pmf(n2 - n1, r2, p) * pmf(m2 - m1, s2, q)
        won.append(success)
        children.append(stopped * (n1 + m1) + (1 - stopped) * (n2 + m2))
    return won, children


LOOKS, CONTROLS = ((2, 4), (3, 5)), ((1, 2), (2, 2))
RATES, CONTROL_RATES = (Fraction(1, 4), Fraction(3, 5)), (Fraction(1, 3), Fraction(1, 5))


def twin_design(**rules):
    baskets = tuple(randomised(f"b{j}", LOOKS[j], CONTROLS[j], null=0.25, target=0.7) for j in range(2))
    return Design("tiny", baskets, Efficacy(0.8), futility=EarlyRule(Basis.POSTERIOR, 0.5), **rules)


def test_two_looks_with_controls_agree_with_every_path_in_fractions():
    won, children = twin(
        looks=LOOKS,
        controls=CONTROLS,
        rates=RATES,
        control_rates=CONTROL_RATES,
        futility=Fraction(1, 2),
        threshold=Fraction(4, 5),
    )
    truth = Scenario("one responds", tuple(map(float, RATES)), None, tuple(map(float, CONTROL_RATES)))
    found = Trial(twin_design()).operating(truth)
    assert found.success == pytest.approx([float(p) for p in won], abs=1e-13)
    assert found.family_wise_error == pytest.approx(float(won[0]), abs=1e-13)
    assert found.any_success == pytest.approx(float(1 - (1 - won[0]) * (1 - won[1])), abs=1e-13)
    assert found.children == pytest.approx([float(n) for n in children], abs=1e-12)


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize("order", [(), (("b0",), ("b1",), ("b0",), ("b1",))], ids=["together", "in turn"])
def test_baskets_apart_are_baskets_together(check, order):
    """Local MEM that cannot group two baskets is no borrowing, and walks through both at once."""
    harm = Harm("event", 0.3, 0.3, 0.25, check=check)
    truth = Scenario("mixed", (0.3, 0.6), None, (0.35, 0.2))
    apart = Trial(twin_design(harm=harm, order=order))
    together = Trial(twin_design(harm=harm, order=order, borrowing=LocalExchangeability(delta=400.0)))
    assert apart.parts
    assert not together.parts
    one, other = apart.operating(truth), together.operating(truth)
    for field in ("success", "children", "bias", "mse", "coverage", "harm"):
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-12), field
    for field in ("family_wise_error", "any_success", "correct"):
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-12), field
    for field in ("stopped_futility", "stopped_efficacy"):
        assert np.array(getattr(one, field)) == pytest.approx(np.array(getattr(other, field)), abs=1e-12)


EFFECT = Hierarchical("bhm", 0.2, 1.5, 0.5, centre=Centre.CONTROL)


def test_an_effect_alone_is_the_integral_over_effect_and_control_rate():
    """One basket: mean and spread make the effect N(0.2, 1.5^2 + tau^2), tau half-normal with scale 0.5."""
    design = Design("one", (randomised(),), Efficacy(0.9), EFFECT)
    above = posterior_of(design, Above((0.2,), fineness=1))
    mean = posterior_of(design, Mean())
    x, weight = np.polynomial.legendre.leggauss(300)
    tau, p = (x + 1) / 2 * 5, (x + 1) / 2

    def prior(effects):
        density = stats.norm.pdf(effects[:, None], 0.2, np.sqrt(1.5**2 + tau**2)) * stats.norm.pdf(
            tau, 0, 0.5
        )
        return (density * weight).sum(axis=1)

    def part(low, high, r, s, of=np.ones_like):
        effects = (low + high) / 2 + (high - low) / 2 * x
        treated = expit(logit(p) + effects[:, None])
        seen = (weight * p**s * (1 - p) ** (3 - s) * treated**r * (1 - treated) ** (6 - r)).sum(axis=1)
        return (weight * (high - low) / 2 * prior(effects) * seen * of(effects)).sum()

    for r, s in [(0, 3), (6, 0), (3, 1), (5, 2)]:
        below, beyond = part(-15, 0, r, s), part(0, 15, r, s)
        assert above[r, s] == pytest.approx(beyond / (below + beyond), abs=1e-7)

        def adjusted(effects):
            return expit(logit(0.2) + effects)

        expected = part(-15, 0, r, s, adjusted) + part(0, 15, r, s, adjusted)
        assert mean[r, s] == pytest.approx(expected / (below + beyond), abs=1e-7)


def centred(model, centre):
    return replace(model, centre=centre) if hasattr(model, "centre") else model


MODELS = {
    "none": Independent(),
    "pooled": Pooled(),
    "power prior": CPP,
    "fujikawa": Fujikawa("fujikawa", JensenShannon("jsd", 2.0)),
    "mem": Exchangeability("mem", 0.5),
    "local mem": LocalExchangeability(),
    "bhm": EFFECT,
    "exnex": ExNex("exnex", (Common(0.0, 1.5, 0.5, 0.5),), centre=Centre.CONTROL),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_controls_whose_rate_is_known_are_a_null_rate(model):
    """The error falls with the prior's weight, as its variance does: twice the known weight halves it."""
    known = tuple(Basket(f"b{j}", "sri4", 0.2, 0.5, (6,)) for j in range(2))
    single = Posterior(Design("single", known, Efficacy(0.9), centred(model, Centre.NULL_RATE)))
    expected = single.expect(every_outcome((6, 6)), Above((0.2, 0.2))).reshape(7, 7, 2)

    def gap(weight):
        prior = (Beta(0.2 * weight, 0.8 * weight),)
        baskets = tuple(randomised(f"b{j}", controls=(1,), target=0.5) for j in range(2))
        baskets = tuple(replace(b, control=replace(b.control, prior=prior)) for b in baskets)
        found = Posterior(Design("known", baskets, Efficacy(0.9), model))
        above = found.expect(every_outcome((6, 6), (1, 1)), Above((0.2, 0.2))).reshape(7, 2, 7, 2, 2)
        return abs(above[:, 0, :, 0] - expected).max()

    assert gap(400) < 0.02
    assert gap(400) == pytest.approx(gap(200) / 2, rel=0.1)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_permuting_randomised_baskets_permutes_the_results(model):
    nulls, sizes, rates, controls = (0.2, 0.3), ((4,), (3,)), (0.5, 0.3), (0.2, 0.3)
    prior = UNIFORM

    def run(order):
        baskets = tuple(randomised(f"b{j}", sizes[j], (2,), nulls[j], 0.7, prior) for j in order)
        trial = Trial(Design("permuted", baskets, Efficacy(0.8), model))
        return trial.operating(
            Scenario("mixed", tuple(rates[j] for j in order), None, tuple(controls[j] for j in order))
        )

    straight, turned = run((0, 1)), run((1, 0))
    for field in ("success", "bias", "mse", "coverage", "children"):
        assert getattr(turned, field) == pytest.approx(getattr(straight, field)[::-1], abs=1e-9)
    assert turned.family_wise_error == pytest.approx(straight.family_wise_error, abs=1e-12)
    assert straight.family_wise_error == pytest.approx(straight.success[1], abs=1e-12)


def test_like_randomised_baskets_are_sorted_and_give_what_all_outcomes_give():
    model = LocalExchangeability()
    baskets = tuple(randomised(f"b{j}", (3,), (2,)) for j in range(3))
    unlike = (replace(baskets[0], target_rate=0.6000001), *baskets[1:])
    truth = Scenario("mixed", (0.3, 0.6, 0.6), None, (0.3, 0.1, 0.1))
    quick = Trial(Design("like", baskets, Efficacy(0.8), model)).operating(truth)
    slow = Trial(Design("unlike", unlike, Efficacy(0.8), model)).operating(truth)
    for field in ("success", "family_wise_error", "any_success", "correct", "bias", "mse", "coverage"):
        assert getattr(quick, field) == pytest.approx(getattr(slow, field), abs=1e-13), field


# The largest error over treated and control rates.


def errors_on_a_grid(design, null_baskets, *, step=12):
    """The family-wise error on a grid of rates within the null of some baskets, by the engine's own decisions."""
    levels = [k / step for k in range(1, step)]
    trial = Trial(design)
    choices = [
        [(r, c) for r in levels for c in levels if (r <= c) == (j in null_baskets)]
        for j in range(len(design.baskets))
    ]
    for truth in product(*choices):
        rates, controls = zip(*truth, strict=True)
        yield trial.decisions(Scenario("grid", rates, None, controls)).family_wise_error


def two_baskets(model):
    return Design(
        "two",
        (randomised("a", (3,), (2,)), randomised("b", (4,), (2,), null=0.3)),
        Efficacy(0.8),
        model,
    )


@pytest.mark.parametrize("model", [Independent(), CPP, EFFECT], ids=["none", "power prior", "bhm"])
def test_no_rates_exceed_the_proved_limit_and_the_found_rates_have_the_found_error(model):
    design = two_baskets(model)
    for one in worst_errors(Trial(design)):
        there = Trial(design).decisions(one.scenario)
        assert there.family_wise_error == pytest.approx(one.error, abs=1e-9)
        null = one.scenario.null(design)
        assert all(null[list(one.null_baskets)])
        largest = max(errors_on_a_grid(design, one.null_baskets, step=6))
        assert largest <= one.error + 1e-3
        assert one.error <= one.at_most <= one.error + 0.05


def test_one_basket_s_largest_error_is_the_largest_of_its_closed_form():
    """Decisions of uniform priors by fractions; the error is a polynomial in the common rate, on a fine grid."""
    treated, controls, threshold = 8, 4, Fraction(9, 10)
    wins = [
        (r, s)
        for r, s in product(range(treated + 1), range(controls + 1))
        if beats(1 + r, treated - r + 1, 1 + s, controls - s + 1) >= threshold
    ]

    def error_at(p):
        return float(sum(stats.binom.pmf(r, treated, p) * stats.binom.pmf(s, controls, p) for r, s in wins))

    error = max(map(error_at, np.linspace(0, 1, 801)))
    basket = randomised(looks=(8,), controls=(4,))
    design = Design("one", (basket,), Efficacy(0.9), Independent())
    (one,) = worst_errors(Trial(design))
    assert one.error == pytest.approx(error, abs=1e-4)
    assert error - 1e-9 <= one.at_most <= error + 0.003
    limited = randomised(looks=(8,), controls=(4,), rates=(0.05, 0.25))
    (less,) = worst_errors(Trial(replace(design, baskets=(limited,))))
    at_edges = max(map(error_at, np.linspace(0.05, 0.25, 201)))
    assert less.error == pytest.approx(at_edges, abs=1e-4)
    assert less.error < one.error


def test_a_margin_moves_the_edge_of_the_null():
    basket = randomised(looks=(8,), controls=(4,), margin=0.15)
    design = Design("one", (basket,), Efficacy(0.8), Independent())
    (one,) = worst_errors(Trial(design))
    (rate,), (control,) = one.rates, one.control_rates
    assert rate <= control + 0.15 + 1e-9
    found = Trial(design).decisions(one.scenario)
    assert found.family_wise_error == pytest.approx(one.error, abs=1e-9)
    grid = [
        Trial(design).decisions(Scenario("edge", (p + 0.15,), None, (p,))).family_wise_error
        for p in np.linspace(0.0, 0.85, 60)
    ]
    assert max(grid) <= one.error + 1e-4 <= one.at_most + 1e-4


# The shipped design.


def test_the_shipped_design_does_what_drawn_trials_do():
    """An independent simulation: Beta draws for the posteriors, made before, and children drawn one by one."""
    design = read_design(shipped_design("msc_basket_randomised"))
    rng = np.random.default_rng(20260)
    truth = Scenario("Every basket responds", design.target_rates)
    exact = Trial(replace(design, harm=None)).operating(truth)
    trials = 20_000
    for j, basket in enumerate(design.baskets):
        assert basket.control is not None
        (n1, n2), (m1, m2) = basket.looks, basket.control.looks
        r1, s1 = rng.binomial(n1, basket.target_rate, trials), rng.binomial(m1, basket.null_rate, trials)
        r2 = r1 + rng.binomial(n2 - n1, basket.target_rate, trials)
        s2 = s1 + rng.binomial(m2 - m1, basket.null_rate, trials)
        planned = basket.target_rate - basket.null_rate
        goes_on = chance_above(basket, n1, m1, planned)[r1, s1] >= 0.10
        wins = chance_above(basket, n2, m2, 0.0)[r2, s2] >= design.thresholds[j]
        estimate = (goes_on & wins).mean()
        assert estimate == pytest.approx(exact.success[j], abs=4 * math.sqrt(0.25 / trials))


def chance_above(basket, treated, controls, difference):
    """(treated + 1, controls + 1), by the midpoints of 800 cells of control rates."""
    p = (np.arange(800) + 0.5) / 800
    table = np.empty((treated + 1, controls + 1))
    for s in range(controls + 1):
        density = sum(
            part.weight * stats.beta.pdf(p, part.a, part.b) for part in basket.control.prior
        ) * stats.binom.pmf(s, controls, p)
        for r in range(treated + 1):
            tail = stats.beta.sf(np.minimum(p + difference, 1), 1 + r, 1 + treated - r)
            table[r, s] = (density * tail).sum() / density.sum()
    return table


def test_the_shipped_design_holds_ten_percent_wherever_the_truth_lies():
    design = read_design(shipped_design("msc_basket_randomised"))
    assert max(one.at_most for one in worst_errors(Trial(design))) <= 0.10


# What a design file may not say.

TEXT = """\
title: One basket
baskets:
  - id: sle
    responder: sri4
    null_rate: 0.4
    target_rate: 0.7
    looks: [8, 16]
    control: {looks: [4, 8]}
efficacy: {posterior: 0.98}
"""
REFUSED = [
    ("too few looks", "looks: [4, 8]", "looks: [8]", "control.looks: found 1 looks; takes as many"),
    ("looks that fall", "looks: [4, 8]", "looks: [8, 4]", "do not fall"),
    ("prior weights", "looks: [4, 8]", "looks: [4, 8], prior: [{a: 1, b: 1, weight: 0.3}]", "add up to 1"),
    ("a null rate thought impossible", "looks: [4, 8]", "looks: [4, 8], rates: [0.5, 0.7]", "the null_rate, 0.4"),
    ("too wide a margin", "looks: [4, 8]", "looks: [4, 8], margin: 0.4", "above null_rate + margin"),
    ("a prediction", "efficacy:", "futility: {by: predictive, cutoff: 0.1}\nefficacy:", "takes posterior"),
    ("log odds from the null rate", "efficacy:", "borrowing: {model: bhm}\nefficacy:", "takes control"),
    ("thresholds for others", "posterior: 0.98", "posterior: [0.98, 0.9]", "one number, or one a basket (1)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_controls_cannot_have_is_refused(old, new, says):
    parse_design(TEXT, name="one.yaml")
    with pytest.raises(DesignInvalid) as refused:
        parse_design(TEXT.replace(old, new, 1), name="one.yaml")
    assert says in refused.value.message
