"""Predictive probability and assurance of baskets with controls, against every sequence of children of both arms.

The twin walks the looks child by child and knows only three things of a model: the probability that the next treated
child responds, the same of the next control, and the posterior tail that decides. It shares nothing with the fast code
but the design.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.special import expit, logit

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial import read_design, shipped_design
from leadline.trial.borrowing import Beta
from leadline.trial.borrowing.beta import SelfAdapting
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.hierarchical import Centre
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.design import Basis, Basket, ControlArm, Design, EarlyRule, Efficacy
from leadline.trial.operating import Trial
from leadline.trial.predictive import assurance, predict_success
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP, design, fujikawa

LOOKS = ((2, 3), (1, 3))  # treated children of two baskets at two looks
CONTROLS = ((1, 2), (1, 1))
THRESHOLD, FUTILITY, EARLY = Fraction(7, 10), Fraction(2, 5), Fraction(19, 20)
EARLIER = (Beta(2.0, 4.0, 0.5), Beta(1.0, 1.0, 0.5))  # controls of earlier trials, at half weight


def tiny(borrowing, *, rules=True, prior=EARLIER):
    baskets = tuple(
        Basket(f"b{j}", "sri4", 0.3, 0.7, LOOKS[j], control=ControlArm(CONTROLS[j], prior=prior))
        for j in range(2)
    )
    early = EarlyRule(Basis.POSTERIOR, float(EARLY)) if rules else None
    futility = EarlyRule(Basis.POSTERIOR, float(FUTILITY)) if rules else None
    return Design("tiny", baskets, Efficacy(float(THRESHOLD), early), borrowing, futility=futility)


def whole_beta(a, b):
    return Fraction(math.factorial(a - 1) * math.factorial(b - 1), math.factorial(a + b - 1))


@cache
def beats(a, b, c, e):
    """P(X > Y) for X of Beta(a, b) and Y of Beta(c, e), whole shapes (Cook 2005)."""
    return sum(
        whole_beta(c + i, b + e) / ((b + i) * whole_beta(1 + i, b) * whole_beta(c, e)) for i in range(a)
    )


def earlier_weights(s, m):
    """Posterior weights of the two components of EARLIER, with their shapes."""
    shapes = ((2 + s, 4 + m - s), (1 + s, 1 + m - s))
    parts = [
        whole_beta(*after) / whole_beta(*before)
        for after, before in zip(shapes, ((2, 4), (1, 1)), strict=True)
    ]
    return [(part / sum(parts), shape) for part, shape in zip(parts, shapes, strict=True)]


class OwnControls:
    """Each basket's controls by EARLIER and what they have shown."""

    def next_control(self, seen, j):
        (_, _), (s, m) = seen[j]
        return sum(weight * Fraction(c, c + e) for weight, (c, e) in earlier_weights(s, m))


class MixtureOfTreated(OwnControls, ABC):
    """The treated by a mixture of betas."""

    @abstractmethod
    def treated(self, seen, j):
        """Weights and shapes of the mixture."""

    def next_treated(self, seen, j):
        return sum(weight * Fraction(a, a + b) for weight, (a, b) in self.treated(seen, j))

    def tail(self, seen, j):
        return sum(
            weight * other * beats(*shape, *control)
            for weight, shape in self.treated(seen, j)
            for other, control in earlier_weights(*seen[j][1])
        )


class Alone(MixtureOfTreated):
    def treated(self, seen, j):
        (r, n), _ = seen[j]
        return [(Fraction(1), (1 + r, 1 + n - r))]


class Together(MixtureOfTreated):
    def treated(self, seen, j):
        r, n = (sum(basket[0][at] for basket in seen) for at in (0, 1))
        return [(Fraction(1), (1 + r, 1 + n - r))]


class OneGroupOrTwo(MixtureOfTreated):
    """Local MEM of two baskets: one group or two, each with prior probability one half."""

    def treated(self, seen, j):
        one, two = Together().treated(seen, j)[0][1], [Alone().treated(seen, i)[0][1] for i in range(2)]
        together, apart = whole_beta(*one), math.prod(whole_beta(*shape) for shape in two)
        weight = together / (together + apart)
        return [(weight, one), (1 - weight, two[j])]


class AroundACommonEffect:
    """The hierarchical model of effects on equal steps of mean, spread and effect, and a sum over control rates."""

    mu = np.arange(-12, 12.01, 0.5)[:, None, None]
    tau = np.arange(0.125, 6, 0.25)[None, :, None]  # in the middle of its steps: the integrand is even in tau
    z = np.arange(-6.3, 6.31, 0.3)[None, None, :]
    hyper = np.exp(-(mu**2) / 8 - tau**2 / 2)[..., 0]
    effects = mu + tau * z
    nodes = np.polynomial.legendre.leggauss(40)
    q, step = (nodes[0] + 1) / 2, nodes[1] / 2
    density = 0.5 * 20 * q * (1 - q) ** 3 + 0.5  # EARLIER

    @cache  # noqa: B019  # one object, made for the module's tests
    def basket(self, arms):
        """Likelihood; with a further treated responder; with a further control responder; of effects above zero."""
        (r, n), (s, m) = arms
        likelihood, treated, control = np.zeros((3, *self.effects.shape))
        for q, weight in zip(self.q, self.step * self.density, strict=True):
            p = expit(logit(q) + self.effects)
            here = weight * q**s * (1 - q) ** (m - s) * p**r * (1 - p) ** (n - r) * np.exp(-(self.z**2) / 2)
            likelihood, treated, control = likelihood + here, treated + here * p, control + here * q
        above = (likelihood * np.heaviside(np.round(self.effects, 9), 0.5)).sum(axis=2)
        return likelihood.sum(axis=2), treated.sum(axis=2), control.sum(axis=2), above

    @cache  # noqa: B019  # one object, made for the module's tests
    def expect(self, seen, j, what):
        parts = [self.basket(arms) for arms in seen]
        total = self.hyper * parts[0][0] * parts[1][0]
        return float((self.hyper * parts[j][what] * parts[1 - j][0]).sum() / total.sum())

    def next_treated(self, seen, j):
        return self.expect(seen, j, 1)

    def next_control(self, seen, j):
        return self.expect(seen, j, 2)

    def tail(self, seen, j):
        return self.expect(seen, j, 3)


def child_by_child(model, seen, closed, *, rules, foretell=None):
    """Success of each basket and of any. `foretell` where treated children to come follow another law."""
    next_treated = foretell or model.next_treated
    success, some = [0, 0], 0

    def judge(seen, closed, look, chance):
        nonlocal some
        closed = list(closed)
        tails = [model.tail(seen, j) for j in range(2)]
        for j in range(2):
            if closed[j] is None and look == 1:
                closed[j] = tails[j] >= THRESHOLD
            elif closed[j] is None and rules:
                closed[j] = True if tails[j] >= EARLY else False if tails[j] < FUTILITY else None
        if None in closed:
            go_on(seen, tuple(closed), look + 1, chance)
            return
        for j in range(2):
            success[j] += chance * closed[j]
        some += chance * any(closed)

    def go_on(seen, closed, look, chance):
        due = [
            (j, arm)
            for j in range(2)
            for arm, plan in ((0, LOOKS), (1, CONTROLS))
            if closed[j] is None and seen[j][arm][1] < plan[j][look]
        ]
        if not due:
            judge(seen, closed, look, chance)
            return
        j, arm = due[0]
        responds = (next_treated, model.next_control)[arm](seen, j)
        for more, law in ((1, responds), (0, 1 - responds)):
            go_on(grown(seen, j, arm, more), closed, look, chance * law)

    passed = all(
        end is not None or (seen[j][0][1] >= LOOKS[j][0] and seen[j][1][1] >= CONTROLS[j][0])
        for j, end in enumerate(closed)
    )
    go_on(seen, closed, int(passed), Fraction(1))
    return [float(s) for s in success], float(some)


def grown(seen, j, arm, more):
    """One more child in one arm of one basket."""
    arms = list(seen[j])
    arms[arm] = (arms[arm][0] + more, arms[arm][1] + 1)
    return tuple(tuple(arms) if i == j else basket for i, basket in enumerate(seen))


def foretold(plan, seen, closed=(None, None)):
    treated, controls = zip(*seen, strict=True)
    (r, n), (s, m) = zip(*treated, strict=True), zip(*controls, strict=True)
    return predict_success(
        plan, responders=r, children=n, control_responders=s, control_children=m, closed=closed
    )


MODELS = {
    "none": (Independent(), Alone()),
    "pooled": (Pooled(), Together()),
    "local mem": (LocalExchangeability("local_mem"), OneGroupOrTwo()),
    "bhm": (Hierarchical("bhm", centre=Centre.CONTROL), AroundACommonEffect()),
}
NOBODY = (((0, 0), (0, 0)), ((0, 0), (0, 0)))
STATES = {  # of each basket (responders, children) of the treated and of the controls
    "before the first look": (NOBODY, (None, None)),
    "treated alone": ((((1, 2), (0, 0)), ((1, 1), (0, 0))), (None, None)),
    "at the first look": ((((1, 2), (0, 1)), ((0, 1), (0, 1))), (None, None)),
    "one closed": ((((0, 2), (1, 1)), ((1, 1), (0, 1))), (False, None)),
    "one closed, a success": ((((2, 2), (0, 1)), ((1, 1), (1, 1))), (True, None)),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("models", MODELS.values(), ids=MODELS)
def test_predicted_success_agrees_with_every_sequence_of_children_of_both_arms(models, state):
    borrowing, twin = models
    seen, closed = state
    found = foretold(tiny(borrowing), seen, closed)
    tolerance = 1e-12 if borrowing.model != "bhm" else 1e-5
    by_rules, some = child_by_child(twin, seen, closed, rules=True)
    unstopped, _ = child_by_child(twin, seen, closed, rules=False)
    assert found.success_not_stopped == pytest.approx(by_rules, abs=tolerance)
    assert found.any_success == pytest.approx(some, abs=tolerance)
    assert found.success == pytest.approx(unstopped, abs=tolerance)
    assert found.coherent


def test_the_power_prior_is_a_plug_in_for_the_treated_and_each_basket_keeps_its_controls():
    """CPP with a = b = 2 at 1 of 2 and 0 of 1: S = 2^(1/4)/2, w = 1/(1 + S^2 e^2); shapes 1 + r + w r' and so on."""

    def weight(seen):
        (r, n), (s, m) = seen[0][0], seen[1][0]
        return 1 / (1 + math.exp(2) * (max(n, m) ** 0.25 * abs(r / n - s / m)) ** 2)

    def shapes(seen, j):
        (r, n), (other, size), w = seen[j][0], seen[1 - j][0], weight(seen)
        return 1 + r + w * other, 1 + n - r + w * (size - other)

    x, step = np.polynomial.legendre.leggauss(400)
    q, step = (x + 1) / 2, step / 2

    class Borrowed(OwnControls):
        def tail(self, seen, j):
            (a, b), (_, (s, m)) = shapes(seen, j), seen[j]
            treated = q ** (a - 1) * (1 - q) ** (b - 1) * step
            control = (10 * q * (1 - q) ** 3 + 0.5) * q**s * (1 - q) ** (m - s) * step
            above = np.cumsum(treated[::-1])[::-1] - treated / 2
            return (control * above).sum() / control.sum() / treated.sum()

    now = (((1, 2), (0, 1)), ((0, 1), (0, 1)))

    def foretell(seen, j):  # the shapes of now, and what the basket's own treated children have shown since
        a, b = shapes(now, j)
        (r, n), (r0, n0) = seen[j][0], now[j][0]
        return (a + r - r0) / (a + b + n - n0)

    found = foretold(tiny(CPP), now)
    by_rules, some = child_by_child(Borrowed(), now, (None, None), rules=True, foretell=foretell)
    assert found.success_not_stopped == pytest.approx(by_rules, abs=1e-9)
    assert found.any_success == pytest.approx(some, abs=1e-9)
    assert not found.coherent


def test_a_self_adapting_prior_of_the_controls_is_a_plug_in():
    """What such a prior gives today is no average over what it will give tomorrow."""
    plan, seen = tiny(Independent()), (((1, 2), (0, 1)), ((0, 1), (0, 1)))
    first = plan.baskets[0]
    assert first.control is not None
    adapting = replace(first, control=replace(first.control, self_adapting=SelfAdapting(0.2)))
    assert foretold(plan, seen).coherent
    assert not foretold(replace(plan, baskets=(adapting, plan.baskets[1])), seen).coherent


def test_assurance_averages_over_what_is_believed_of_both_arms():
    """Belief Beta(3, 2) and Beta(2, 1) of the treated, Beta(1, 4) and Beta(2, 2) of the controls."""
    treated, controls = ((3, 2), (2, 1)), ((1, 4), (2, 2))

    class Judged(Alone):
        def next_control(self, seen, j):
            (a, b), (_, (s, m)) = controls[j], seen[j]
            return Fraction(a + s, a + b + m)

    def believed(seen, j):
        (a, b), ((r, n), _) = treated[j], seen[j]
        return Fraction(a + r, a + b + n)

    found = assurance(
        tiny(Independent()),
        belief=Independent(),
        priors=[(Beta(a, b),) for a, b in treated],
        control_priors=[(Beta(a, b),) for a, b in controls],
    )
    by_rules, some = child_by_child(Judged(), NOBODY, (None, None), rules=True, foretell=believed)
    assert found.success_not_stopped == pytest.approx(by_rules, abs=1e-12)
    assert found.any_success == pytest.approx(some, abs=1e-12)


EFFECT = Hierarchical("bhm", centre=Centre.CONTROL)
EXNEX = ExNex("exnex", (Common(0.0, 2.0, 1.0, 0.5),), centre=Centre.CONTROL)
TWO = ExNex("exnex", (Common(-1.0, 1.0, 0.5, 0.4), Common(1.0, 1.0, 0.5, 0.3)), centre=Centre.CONTROL)
JOINT = {"bhm": EFFECT, "exnex": EXNEX, "exnex, two": TWO, "pooled": Pooled(), "none": Independent()}


@pytest.mark.parametrize("model", JOINT.values(), ids=JOINT)
def test_all_that_the_children_to_come_can_show_has_a_probability_of_one(model):
    """Where every count is a success, the chance of success is the sum over all counts of both arms."""
    always = replace(tiny(model, rules=False), efficacy=Efficacy(1e-9))
    found = foretold(always, (((1, 2), (0, 1)), ((0, 1), (0, 0))))
    assert found.success == pytest.approx((1, 1), abs=2e-6)
    assert found.coherent


@pytest.mark.parametrize(
    "model", [EFFECT, Pooled(), CPP, Exchangeability(), fujikawa(0.0)], ids=lambda m: m.model
)
def test_a_basket_with_nobody_left_is_certain_of_what_its_counts_decide(model):
    """3 of 3 against 0 of 2 is a success by each model, 0 of 3 against 1 of 1 by none; nobody is left."""
    plan = tiny(model, prior=(Beta(1.0, 1.0),))
    found = foretold(plan, (((3, 3), (0, 2)), ((0, 3), (1, 1))))
    assert found.success == pytest.approx(found.success_not_stopped)
    assert found.success[0] == pytest.approx(1.0, abs=1e-9)
    assert found.success[1] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    "model", [Independent(), LocalExchangeability("local_mem", 400.0)], ids=["apart", "together"]
)
def test_a_basket_without_controls_beside_one_with_is_foretold_as_ever(model):
    both = tiny(model)
    mixed = replace(both, baskets=(replace(both.baskets[0], control=None), both.baskets[1]))
    found = foretold(mixed, (((1, 2), (0, 0)), ((0, 1), (0, 1))))
    single = replace(both, baskets=tuple(replace(basket, control=None) for basket in both.baskets))
    assert found.success[0] == pytest.approx(
        predict_success(single, responders=(1, 0), children=(2, 1)).success[0], abs=1e-12
    )
    assert found.success[1] == pytest.approx(
        foretold(both, (((1, 2), (0, 1)), ((0, 1), (0, 1)))).success[1], abs=1e-12
    )


def test_baskets_foretold_one_by_one_are_the_baskets_foretold_together():
    """Local MEM that cannot group two baskets is no borrowing, and foretells both at once."""
    apart = foretold(tiny(Independent()), (((1, 2), (0, 1)), ((0, 0), (0, 0))))
    together = foretold(tiny(LocalExchangeability("local_mem", 400.0)), (((1, 2), (0, 1)), ((0, 0), (0, 0))))
    assert apart.success == pytest.approx(together.success, abs=1e-12)
    assert apart.success_not_stopped == pytest.approx(together.success_not_stopped, abs=1e-12)
    assert apart.any_success == pytest.approx(together.any_success, abs=1e-12)


def test_the_shipped_randomised_design_is_foretold_before_its_first_child():
    """Assurance of a belief that is nearly the target rates and the planned controls is the power there."""
    plan = read_design(shipped_design("msc_basket_randomised"))
    sure = 1e7
    at = [(Beta(rate * sure, (1 - rate) * sure),) for rate in plan.target_rates]
    controls = [(Beta(rate * sure, (1 - rate) * sure),) for rate in plan.null_rates]
    found = assurance(plan, belief=Independent(), priors=at, control_priors=controls)
    power = Trial(replace(plan, harm=None)).decisions(Scenario("target", plan.target_rates))
    assert found.success_not_stopped == pytest.approx(power.success, abs=1e-5)
    assert found.any_success == pytest.approx(power.any_success, abs=1e-5)


def test_more_children_than_a_look_needs_stay_in_it():
    """2 of 3 treated and no control where the first look is of 2 and 1: that look is of 3 and 1."""
    plan, seen = tiny(Independent()), (((2, 3), (0, 0)), ((0, 1), (0, 1)))
    by_rules = 0.0
    for s in (0, 1):
        first = (((2, 3), (s, 1)), seen[1])
        chance = Alone().next_control(seen, 0)
        chance, also, tail = (
            chance if s else 1 - chance,
            Alone().next_control(first, 0),
            Alone().tail(first, 0),
        )
        assert FUTILITY < tail < EARLY
        for more, law in ((0, 1 - also), (1, also)):
            last = (((2, 3), (s + more, 2)), seen[1])
            by_rules += float(chance * law * (Alone().tail(last, 0) >= THRESHOLD))
    assert 0 < by_rules < 1
    assert foretold(plan, seen).success_not_stopped[0] == pytest.approx(by_rules, abs=1e-12)


def test_what_a_design_cannot_have_is_refused():
    plan = tiny(Independent())
    with pytest.raises(DesignInvalid, match="0 numbers of controls; takes one a basket"):
        predict_success(plan, responders=(1, 0), children=(2, 1))
    with pytest.raises(DesignInvalid, match="b0: found 2 responders of 1 controls"):
        foretold(plan, (((1, 2), (2, 1)), ((0, 1), (0, 1))))
    with pytest.raises(DesignInvalid, match="b1: found 2 controls; the design takes up to 1"):
        foretold(plan, (((1, 2), (0, 1)), ((0, 1), (0, 2))))
    single = design(Independent(), count=2, looks=(5,))
    with pytest.raises(DesignInvalid, match="basket 0: found 1 controls; the design takes up to 0"):
        foretold(single, (((1, 2), (0, 1)), ((0, 1), (0, 1))))
    with pytest.raises(DesignInvalid, match=r"belief\.centre: found null_rate; takes control"):
        assurance(plan, belief=Hierarchical("bhm"), priors=(plan.priors))
    shipped = replace(read_design(shipped_design("msc_basket_randomised")), borrowing=CPP)
    with pytest.raises(BeyondExactRange, match="outcomes to come"):
        foretold(shipped, (*NOBODY, NOBODY[0]), (None,) * 3)
