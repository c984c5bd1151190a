"""Self-adapting priors against the printed weights of SAMprior, and against plain sums over every outcome."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, betabinom, binom

from leadline.errors import DesignInvalid
from leadline.report.design.models import prior_in_words
from leadline.trial import describe
from leadline.trial.borrowing import Above, Beta, Mean, Outcomes, Reaches
from leadline.trial.borrowing.beta import Seen, SelfAdapting
from leadline.trial.borrowing.controls import expect_against_controls
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import CalibratedPowerPrior
from leadline.trial.design import Basket, ControlArm, Design, Efficacy
from leadline.trial.operating import Trial
from leadline.trial.predictive import assurance, predict_success
from leadline.trial.reading import parse_design
from leadline.trial.scenarios import Scenario
from leadline.trial.words import design_in_words

# The manual of SAMprior 1.1.1 (vignette for binary endpoints): nine trials in ankylosing spondylitis, a mixture fitted
# to what they say of a new one, and a clinically significant difference of 0.2.
SPONDYLITIS = (Beta(50.769450, 89.281035, 0.530831), Beta(9.059985, 15.747092, 0.469169))
MANUAL = SelfAdapting(0.2)


def shares(adapting, prior, counts, size):
    return adapting.shares(prior, Seen(np.asarray(counts), size))


def test_the_weight_is_that_of_the_manual():
    """10 of 35: printed 0.7588881."""
    assert shares(MANUAL, SPONDYLITIS, [10], 35) == pytest.approx([0.7588881], abs=6e-8)


def test_the_mixture_is_that_of_the_manual():
    """The weight by prior odds of 3 to 7, 0.5742702, times the fitted ones: printed 0.3048404, 0.2694298, 0.4257298.

    Those odds are not offered here; the mixture is made in the same way from the share.
    """
    share = shares(MANUAL, SPONDYLITIS, [10], 35)[0]
    by_odds = 3 / 7 * share / (3 / 7 * share + 1 - share)
    assert by_odds == pytest.approx(0.5742702, abs=6e-8)
    assert [by_odds * part.weight for part in SPONDYLITIS] == pytest.approx([0.3048404, 0.2694298], abs=6e-8)
    made = MANUAL.at(SPONDYLITIS, Seen(np.array([10]), 35))
    assert [part.weight for part in made] == pytest.approx(
        [0.7588881 * 0.530831, 0.7588881 * 0.469169, 1 - 0.7588881], abs=1e-7
    )
    assert [(part.a, part.b) for part in made] == [(part.a, part.b) for part in SPONDYLITIS] + [(1, 1)]


# The mean weight in 1,000 simulated trials of 35 at each true rate, as printed there.
@pytest.mark.parametrize(
    ("rate", "printed"),
    [
        (0.36, 0.7245092),
        (0.11, 0.0245039),
        (0.55, 0.1875810),
        (0.37, 0.7181020),
        (0.34, 0.7379218),
        (0.16, 0.1098638),
    ],
)
def test_mean_weights_are_the_printed_ones_within_their_error(rate, printed):
    weights = shares(MANUAL, SPONDYLITIS, np.arange(36), 35)
    law = binom.pmf(np.arange(36), 35, rate)
    mean = law @ weights
    error = math.sqrt((law @ weights**2 - mean**2) / 1000)
    assert abs(mean - printed) < 3.5 * error


def test_the_weight_falls_with_conflict_and_is_a_half_before_the_first_child():
    """Beta(40, 60), 12 of 60, difference 0.15: the example of the function's page, by its definition."""
    prior, adapting = (Beta(40, 60),), SelfAdapting(0.15)
    ratio = (0.4**12 * 0.6**48) / max(0.55**12 * 0.45**48, 0.25**12 * 0.75**48)
    assert shares(adapting, prior, [12], 60) == pytest.approx([ratio / (1 + ratio)], rel=1e-12)
    assert shares(adapting, prior, [24], 60)[0] > 0.8
    assert shares(adapting, prior, [0], 0) == pytest.approx([0.5], abs=0)


def test_rates_that_a_difference_leads_out_of_reach_are_taken_as_in_the_manual():
    """Mean 0.9 and a difference of 0.3: 0.99 for 1.2. 10 of 10: (0.9 / 0.99)^10."""
    ratio = (0.9 / 0.99) ** 10
    assert shares(SelfAdapting(0.3), (Beta(9, 1),), [10], 10) == pytest.approx(
        [ratio / (1 + ratio)], rel=1e-12
    )


ADULTS = (Beta(7, 5),)
PRIOR = ((7.0, 5.0), (1.0, 1.0))


def share_by_hand(r, n, difference=0.2):
    mean = 7 / 12
    likelihood = [p**r * (1 - p) ** (n - r) for p in (mean, mean + difference, mean - difference)]
    return likelihood[0] / (likelihood[0] + max(likelihood[1:]))


def basket(name, looks, adapting=True, **rest):
    return Basket(
        name,
        "sri4",
        0.4,
        0.7,
        looks,
        prior=ADULTS if adapting else (Beta(1, 1),),
        self_adapting=SelfAdapting(0.2) if adapting else None,
        **rest,
    )


def tail_by_hand(r, n, cut, *, more=0.0, other=0.0):
    """P(rate > cut): both parts by numerical integration of prior times likelihood; borrowed counts besides."""
    share = share_by_hand(r, n)

    def posterior(low):
        def integrand(p, a, b):
            return beta.pdf(p, a, b) * p ** (r + more) * (1 - p) ** (n - r + other)

        return sum(
            w * quad(integrand, low, 1, args=shapes, epsabs=1e-14)[0]
            for w, shapes in zip((share, 1 - share), PRIOR, strict=True)
        )

    return posterior(cut) / posterior(0.0)


@pytest.mark.parametrize(("r", "n"), [(0, 0), (1, 9), (6, 9), (9, 9)])
def test_the_posterior_is_bayes_rule_on_the_mixture_of_that_count(r, n):
    found = Independent().expect(
        Outcomes(np.array([[r]]), (n,)), baskets=[basket("a", (9,))], quantities=[Above((0.4,)), Mean()]
    )
    assert found[0][0, 0] == pytest.approx(tail_by_hand(r, n, 0.4), abs=1e-9)
    mean = quad(lambda cut: tail_by_hand(r, n, cut), 0, 1, epsabs=1e-9)[0]
    assert found[1][0, 0] == pytest.approx(mean, abs=1e-7)


def test_borrowed_children_move_the_parts_and_not_the_share():
    """Two baskets, the weight of a pair by the printed formula; the other basket keeps its plain prior."""
    model = PowerPrior("power_prior", CalibratedPowerPrior("cpp", 1.0, 1.0))
    found = model.expect(
        Outcomes(np.array([[3, 6]]), (8, 8)),
        baskets=[basket("a", (8,)), basket("b", (8,), adapting=False)],
        quantities=[Above((0.4, 0.4))],
    )[0][0]
    weight = 1 / (1 + math.exp(1 + math.log(8**0.25 * 3 / 8)))
    assert found[0] == pytest.approx(tail_by_hand(3, 8, 0.4, more=6 * weight, other=2 * weight), abs=1e-9)
    assert found[1] == pytest.approx(beta.sf(0.4, 1 + 6 + 3 * weight, 1 + 2 + 5 * weight), abs=1e-13)


def test_operating_characteristics_are_the_sum_over_every_outcome_by_hand():
    """Two looks, futility below 0.2; a basket with a self-adapting prior and one without."""
    design = parse_design(TEXT, name="two.yaml")
    found = Trial(design).decisions(Scenario("one", (0.4, 0.7)))
    for j, rate in enumerate((0.4, 0.7)):
        success = 0.0
        for first, later in product(range(6), range(6)):
            chance = binom.pmf(first, 5, rate) * binom.pmf(later, 5, rate)
            if j == 0:
                early, last = tail_by_hand(first, 5, 0.4), tail_by_hand(first + later, 10, 0.4)
            else:
                early = beta.sf(0.4, 1 + first, 6 - first)
                last = beta.sf(0.4, 1 + first + later, 11 - first - later)
            success += chance * (early >= 0.2 and last >= 0.9)
        assert found.success[j] == pytest.approx(success, abs=1e-12)


# Same manual: 70 treated and 35 controls, success at P(treated rate > control rate) > 0.95. Of 1,000 simulated trials
# at each pair of rates: declared a success with the self-adapting prior of the controls, with a fixed weight of a half
# (the robust MAP), and with a uniform prior.
RANDOMISED = [
    (0.36, 0.34, 0.020, 0.015, 0.026),
    (0.36, 0.33, 0.018, 0.012, 0.026),
    (0.11, 0.11, 0.031, 0.026, 0.031),
    (0.55, 0.55, 0.098, 0.107, 0.046),
    (0.37, 0.57, 0.799, 0.771, 0.622),
    (0.34, 0.54, 0.780, 0.750, 0.626),
    (0.16, 0.36, 0.665, 0.524, 0.708),
    (0.11, 0.31, 0.748, 0.587, 0.766),
]
HALF = tuple(replace(part, weight=part.weight / 2) for part in SPONDYLITIS)
CONTROLS = {
    "self-adapting": ControlArm((35,), prior=SPONDYLITIS, self_adapting=MANUAL),
    "robust": ControlArm((35,), prior=(*HALF, Beta(1, 1, 0.5))),
    "uniform": ControlArm((35,)),
}


@pytest.mark.parametrize("place", range(3), ids=CONTROLS)
def test_trials_with_controls_succeed_as_often_as_simulated_in_the_manual(place):
    arm = list(CONTROLS.values())[place]
    one = Basket("a", "sri4", 0.36, 0.6, (70,), control=arm)
    trial = Trial(Design("one", (one,), Efficacy(0.95)))
    misses = []
    for control, treated, *printed in RANDOMISED:
        found = trial.decisions(Scenario("one", (treated,), control_rates=(control,))).success[0]
        misses.append((found - printed[place]) / math.sqrt(found * (1 - found) / 1000))
    assert max(map(abs, misses)) < 2.8  # of eight, seeds shared between the three rows
    assert abs(np.mean(misses)) < 1.3


def control_by_hand(r, n, s, m, difference=0.0):
    """P(treated rate > control rate + difference): the mixture that s of m makes, both rates integrated."""
    share = share_by_hand(s, m)

    def control(p, power=0):
        return sum(
            w * beta.pdf(p, *shapes) * p**s * (1 - p) ** (m - s) * p**power
            for w, shapes in zip((share, 1 - share), PRIOR, strict=True)
        )

    total = quad(control, 0, 1, epsabs=1e-15)[0]
    above = quad(lambda p: control(p) * beta.sf(p + difference, 1 + r, 1 + n - r), 0, 1, epsabs=1e-15)[0]
    mean = quad(lambda p: control(p, 1), 0, 1, epsabs=1e-15)[0]
    return above / total, mean / total


@pytest.mark.parametrize(("r", "s"), [(3, 1), (5, 4), (8, 6), (2, 0)])
def test_controls_of_earlier_trials_give_way_to_those_of_today(r, s):
    arm = ControlArm((6,), prior=ADULTS, self_adapting=SelfAdapting(0.2))
    one = Basket("a", "sri4", 0.3, 0.7, (8,), control=arm)
    outcomes = Outcomes(np.array([[r]]), (8,), control_responders=np.array([[s]]), control_sizes=(6,))
    for difference in (0.0, 0.15, -0.1):
        found = expect_against_controls(
            Independent(), outcomes, baskets=[one], quantity=Above((0.3 + difference,))
        )
        assert found[0, 0] == pytest.approx(control_by_hand(r, 8, s, 6, difference)[0], abs=1e-8)
    found = expect_against_controls(Independent(), outcomes, baskets=[one], quantity=Mean())
    assert found[0, 0] == pytest.approx(0.3 + (1 + r) / 10 - control_by_hand(r, 8, s, 6)[1], abs=1e-9)


def test_controls_to_come_are_foretold_from_the_mixture_of_today():
    """4 of 6 treated, 2 of 3 controls; two treated and one control to come."""
    arm = ControlArm((4,), prior=ADULTS, self_adapting=SelfAdapting(0.2))
    design = Design("one", (Basket("a", "sri4", 0.3, 0.7, (8,), control=arm),), Efficacy(0.6))
    found = predict_success(
        design, responders=[4], children=[6], control_responders=[2], control_children=[3]
    )
    share, expected = share_by_hand(2, 3), 0.0
    weights = [
        w * math.exp(betabinom.logpmf(2, 3, *shapes))
        for w, shapes in zip((share, 1 - share), PRIOR, strict=True)
    ]
    responds = sum(w * (a + 2) / (a + b + 3) for w, (a, b) in zip(weights, PRIOR, strict=True)) / sum(weights)
    for more, control in product(range(3), range(2)):
        chance = betabinom.pmf(more, 2, 1 + 4, 1 + 2) * (responds if control else 1 - responds)
        expected += chance * (control_by_hand(4 + more, 8, 2 + control, 4)[0] >= 0.6)
    assert 0.1 < expected < 0.9
    assert found.success[0] == pytest.approx(expected, abs=1e-9)


def test_two_baskets_that_differ_in_this_alone_are_not_alike():
    one = basket("a", (9,))
    other = replace(one, id="b", self_adapting=SelfAdapting(0.1))
    assert Design("two", (one, other), Efficacy(0.9)).alike == (0, 1)
    assert Design("two", (one, replace(one, id="b")), Efficacy(0.9)).alike == (0, 0)


def test_what_is_foretold_is_the_posterior_of_today():
    """5 of 8 seen, 4 to come; the law of those to come is that of the mixture that 5 of 8 makes."""
    design = Design("one", (basket("a", (12,)),), Efficacy(0.9))
    found = predict_success(design, responders=[5], children=[8])
    share, law = share_by_hand(5, 8), np.zeros(5)
    weights = [
        w * math.exp(betabinom.logpmf(5, 8, *shapes))
        for w, shapes in zip((share, 1 - share), PRIOR, strict=True)
    ]
    for w, (a, b) in zip(weights, PRIOR, strict=True):
        law += w / sum(weights) * betabinom.pmf(np.arange(5), 4, a + 5, b + 3)
    expected = sum(chance * (tail_by_hand(5 + more, 12, 0.4) >= 0.9) for more, chance in enumerate(law))
    assert 0.1 < expected < 0.9
    assert found.success[0] == pytest.approx(expected, abs=1e-12)
    reaches = Independent().expect(
        Outcomes(np.array([[5]]), (8,)), baskets=design.baskets, quantities=[Reaches((7,), (12,))]
    )[0][0, 0]
    assert reaches == pytest.approx(law[2:].sum(), abs=1e-12)


def test_a_belief_before_the_trial_is_taken_as_it_is():
    design = Design("one", (basket("a", (6,)),), Efficacy(0.8))
    found = assurance(design, belief=Independent(), priors=((Beta(3, 2),),))
    law = betabinom.pmf(np.arange(7), 6, 3, 2)
    expected = sum(law[r] * (tail_by_hand(r, 6, 0.4) >= 0.8) for r in range(7))
    assert found.success[0] == pytest.approx(expected, abs=1e-12)


TEXT = """\
title: Two baskets
baskets:
  - id: sle
    responder: sri4
    null_rate: 0.4
    target_rate: 0.7
    looks: [5, 10]
    prior: [{a: 7, b: 5}]
    self_adapting: {difference: 0.2}
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.4, target_rate: 0.7, looks: [5, 10]}
efficacy: {posterior: 0.9}
futility: {by: posterior, cutoff: 0.2}
"""


def test_a_design_file_may_have_a_self_adapting_prior_and_says_so():
    design = parse_design(TEXT, name="two.yaml")
    assert design.baskets[0].self_adapting == SelfAdapting(0.2, a=1.0, b=1.0)
    said = " ".join(design_in_words(design, boundaries=()))
    assert said.count("a response rate 20 percentage points away from it") == 1
    words = prior_in_words(design.baskets[0].prior, design.baskets[0].self_adapting)
    assert words.startswith("w × (beta(7, 5)) + (1 − w) × beta(1, 1)")
    assert "0.2 above and below" in words


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("difference: 0.2", "difference: 0", "line 9, .*difference.*above 0"),
        ("difference: 0.2", "differenc: 0.2", "line 9, .*differenc"),
        (
            "efficacy:",
            "borrowing: {model: mem}\nefficacy:",
            r"line 9, baskets\[0\]\.self_adapting: .*power_prior",
        ),
        (
            "efficacy:",
            "borrowing: {model: power_prior, weights: {kind: mml}}\nefficacy:",
            r"baskets\[0\]\.self_adapting: .*the kind cpp",
        ),
        ("by: posterior", "by: predictive", r"futility\.by: .*self-adapting"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_line(old, new, says):
    with pytest.raises(DesignInvalid, match=says):
        parse_design(TEXT.replace(old, new), name="two.yaml")


def test_controls_of_a_model_that_borrows_odds_ratios_keep_their_prior():
    text = TEXT.replace("    self_adapting", "    control: {looks: [3, 5], self_adapting").replace(
        "0.2}\n  -", "0.2}}\n  -"
    )
    control = parse_design(text, name="two.yaml").baskets[0].control
    assert control is not None
    assert control.self_adapting == SelfAdapting(0.2)
    with pytest.raises(DesignInvalid, match=r"line 9, baskets\[0\]\.control\.self_adapting: .*odds ratios"):
        parse_design(
            text.replace("efficacy:", "borrowing: {model: bhm, centre: control}\nefficacy:"), name="two.yaml"
        )


def test_the_largest_error_is_searched_and_proved_with_it():
    found = describe(parse_design(TEXT, name="two.yaml"))
    at_null = found.scenarios[0].family_wise_error
    assert found.worst
    assert max(one.at_most for one in found.worst) >= at_null - 1e-12
