"""Predictive probability and assurance against every sequence of children, one child at a time.

The twins below walk the looks child by child and know only two things of a model: the probability that the next child
of a basket responds, and the posterior tail that decides. They share nothing with the fast code but the design.
"""

import math
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.borrowing import Beta
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy
from leadline.trial.predictive import assurance, predict_success
from tests.trial.designs import CPP, design, fujikawa

LOOKS = ((2, 4), (3, 5))
NULLS = (Fraction(1, 4), Fraction(1, 3))
THRESHOLD, FUTILITY, EARLY = Fraction(4, 5), Fraction(1, 2), Fraction(24, 25)
EXNEX = ExNex("exnex", (Common(0.0, 2.0, 1.0, 0.5),))


def tiny(borrowing, *, rules=True):
    baskets = tuple(Basket(f"b{j}", "sri4", float(NULLS[j]), 0.7, LOOKS[j]) for j in range(2))
    early = EarlyRule(Basis.POSTERIOR, float(EARLY)) if rules else None
    futility = EarlyRule(Basis.POSTERIOR, float(FUTILITY)) if rules else None
    return Design("tiny", baskets, Efficacy(float(THRESHOLD), early), borrowing, futility=futility)


def factorial_ratio(r, n):
    """The integral of p^r (1-p)^(n-r) over 0 to 1."""
    return Fraction(math.factorial(r) * math.factorial(n - r), math.factorial(n + 1))


def uniform_tail(responders, size, rate):
    n = size + 1
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(responders + 1))


class Alone:
    def next(self, counts, sizes, j):
        return Fraction(counts[j] + 1, sizes[j] + 2)

    def tail(self, counts, sizes, j):
        return uniform_tail(counts[j], sizes[j], NULLS[j])


class Together:
    def next(self, counts, sizes, j):
        return Fraction(sum(counts) + 1, sum(sizes) + 2)

    def tail(self, counts, sizes, j):
        return uniform_tail(sum(counts), sum(sizes), NULLS[j])


class OneGroupOrTwo:
    """Local MEM of two baskets: one group or two, each with prior probability one half."""

    def together(self, counts, sizes):
        one = factorial_ratio(sum(counts), sum(sizes))
        two = math.prod(factorial_ratio(r, n) for r, n in zip(counts, sizes, strict=True))
        return one / (one + two)

    def next(self, counts, sizes, j):
        w = self.together(counts, sizes)
        return w * Together().next(counts, sizes, j) + (1 - w) * Alone().next(counts, sizes, j)

    def tail(self, counts, sizes, j):
        w = self.together(counts, sizes)
        return w * Together().tail(counts, sizes, j) + (1 - w) * Alone().tail(counts, sizes, j)


class AroundACommonMean:
    """The hierarchical model on equal steps of mean, spread and log odds; converges fast for what is smooth."""

    mu = np.arange(-13, 13.01, 0.25)[:, None, None]
    tau = np.arange(0.05, 6, 0.1)[None, :, None]  # in the middle of its steps: the integrand is even in tau
    z = np.arange(-8, 8.01, 0.25)[None, None, :]
    hyper = np.exp(-(mu**2) / 8 - tau**2 / 2)[..., 0]
    centres = tuple(math.log(float(p) / (1 - float(p))) for p in NULLS)

    @cache  # noqa: B019  # one object, made for the module's tests
    def basket(self, r, n, j):
        """Likelihood; with a further responder; above the null rate: arrays over mean and spread."""
        eta = self.mu + self.centres[j] + self.tau * self.z
        p = 1 / (1 + np.exp(-eta))
        terms = np.exp(-(self.z**2) / 2) * p**r * (1 - p) ** (n - r)
        return terms.sum(axis=2), (terms * p).sum(axis=2), (terms * (eta > self.centres[j])).sum(axis=2)

    def expect(self, counts, sizes, j, what):
        parts = [self.basket(counts[i], sizes[i], i) for i in range(2)]
        total = self.hyper * parts[0][0] * parts[1][0]
        return float((self.hyper * parts[j][what] * parts[1 - j][0]).sum() / total.sum())

    def next(self, counts, sizes, j):
        return self.expect(counts, sizes, j, 1)

    def tail(self, counts, sizes, j):
        return self.expect(counts, sizes, j, 2)


def child_by_child(model, *, counts, sizes, closed, rules, foretell=None):
    """Success of each basket and of any; `foretell` where the children to come follow another law than the model's."""
    foretell = foretell or model.next
    success, some = [0, 0], 0

    def judge(counts, sizes, closed, look, chance):
        nonlocal some
        closed = list(closed)
        tails = [model.tail(counts, sizes, j) for j in range(2)]
        for j in range(2):
            if closed[j] is None and look == 1:
                closed[j] = tails[j] >= THRESHOLD
            elif closed[j] is None and look == 0 and rules:
                closed[j] = True if tails[j] >= EARLY else False if tails[j] < FUTILITY else None
        if None in closed:
            go_on(counts, sizes, tuple(closed), look + 1, chance)
            return
        for j in range(2):
            success[j] += chance * closed[j]
        some += chance * any(closed)

    def go_on(counts, sizes, closed, look, chance):
        due = [j for j in range(2) if closed[j] is None and sizes[j] < LOOKS[j][look]]
        if not due:
            judge(counts, sizes, closed, look, chance)
            return
        j = due[0]
        responds = foretell(counts, sizes, j)
        for more, law in ((1, responds), (0, 1 - responds)):
            grown = tuple(r + more * (i == j) for i, r in enumerate(counts))
            one_more = tuple(n + (i == j) for i, n in enumerate(sizes))
            go_on(grown, one_more, closed, look, chance * law)

    now = (
        0 if any(n < plan[0] for n, plan, end in zip(sizes, LOOKS, closed, strict=True) if end is None) else 1
    )
    go_on(tuple(counts), tuple(sizes), closed, now, Fraction(1))
    return [float(s) for s in success], float(some)


MODELS = {
    "none": (Independent(), Alone()),
    "pooled": (Pooled(), Together()),
    "local mem": (LocalExchangeability("local_mem"), OneGroupOrTwo()),
    "bhm": (Hierarchical("bhm"), AroundACommonMean()),
}
STATES = {
    "at the first look": ((1, 1), (2, 3), (None, None)),
    "at the first look, the other way": ((1, 2), (2, 3), (None, None)),
    "one closed": ((0, 2), (2, 3), (False, None)),
    "one closed, a success": ((2, 2), (2, 3), (True, None)),
    "before the first look": ((0, 0), (0, 0), (None, None)),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("models", MODELS.values(), ids=MODELS)
def test_predicted_success_agrees_with_every_sequence_of_children(models, state):
    borrowing, twin = models
    counts, sizes, closed = state
    found = predict_success(tiny(borrowing), responders=counts, children=sizes, closed=closed)
    tolerance = 1e-12 if borrowing.model != "bhm" else 2e-6
    by_rules, some = child_by_child(twin, counts=counts, sizes=sizes, closed=closed, rules=True)
    unstopped, _ = child_by_child(twin, counts=counts, sizes=sizes, closed=closed, rules=False)
    assert found.success_not_stopped == pytest.approx(by_rules, abs=tolerance)
    assert found.any_success == pytest.approx(some, abs=tolerance)
    assert found.success == pytest.approx(unstopped, abs=tolerance)
    assert found.coherent


def test_the_power_prior_is_a_stated_plug_in():
    """CPP with a = b = 2 at 1 of 2 and 2 of 3: S = 3^(1/4)/6, w = 1/(1 + S^2 e^2); shapes 1 + r + w r' and so on."""

    def weight(counts, sizes):
        gap = max(sizes) ** 0.25 * abs(counts[0] / sizes[0] - counts[1] / sizes[1])
        return 1 / (1 + math.exp(2) * gap**2)

    class Borrowed:
        @staticmethod
        def shapes(counts, sizes, j):
            w, i = weight(counts, sizes), 1 - j
            return 1 + counts[j] + w * counts[i], 1 + sizes[j] - counts[j] + w * (sizes[i] - counts[i])

        def tail(self, counts, sizes, j):
            a, b = self.shapes(counts, sizes, j)
            p = (np.arange(200_000) + 0.5) / 200_000
            density = p ** (a - 1) * (1 - p) ** (b - 1)
            return density[p > float(NULLS[j])].sum() / density.sum()

    start, at = (1, 2), (2, 3)

    def foretell(counts, sizes, j):  # the shapes of now, and what the basket's own children have shown since
        a, b = Borrowed.shapes(start, at, j)
        return (a + counts[j] - start[j]) / (a + b + sizes[j] - at[j])

    found = predict_success(tiny(CPP), responders=start, children=at)
    by_rules, some = child_by_child(
        Borrowed(), counts=start, sizes=at, closed=(None, None), rules=True, foretell=foretell
    )
    assert found.success_not_stopped == pytest.approx(by_rules, abs=1e-9)
    assert found.any_success == pytest.approx(some, abs=1e-9)
    assert not found.coherent


def test_assurance_averages_power_over_the_belief():
    """Belief Beta(3, 2) and Beta(1, 4), decisions on uniform priors: a plain sum over beta-binomial counts."""

    class Believed:
        shapes = ((3, 2), (1, 4))

        def next(self, counts, sizes, j):
            a, b = self.shapes[j]
            return Fraction(a + counts[j], a + b + sizes[j])

    priors = ((Beta(3, 2),), (Beta(1, 4),))
    found = assurance(tiny(Independent()), belief=Independent(), priors=priors)
    by_rules, some = child_by_child(
        Alone(), counts=(0, 0), sizes=(0, 0), closed=(None, None), rules=True, foretell=Believed().next
    )
    assert found.success_not_stopped == pytest.approx(by_rules, abs=1e-12)
    assert found.any_success == pytest.approx(some, abs=1e-12)


def test_assurance_of_a_belief_that_is_nearly_a_point_is_the_power():
    """Power from a table of the binomial: 7 of 10 at a rate of 0.5 is 0.171875 (176 of 1024)."""
    one = design(Independent(), count=1, looks=(10,), null=0.3, target=0.6, threshold=0.98)
    found = assurance(one, belief=Independent(), priors=((Beta(1e6, 1e6),),))
    assert found.success[0] == pytest.approx(176 / 1024, abs=2e-6)


JOINT = {
    "none": Independent(),
    "pooled": Pooled(),
    "local mem": LocalExchangeability("local_mem", 1.0),
    "bhm": Hierarchical("bhm"),
    "exnex": EXNEX,
    "exnex, two": ExNex("exnex", (Common(-1.0, 1.0, 0.5, 0.4), Common(1.0, 1.0, 0.5, 0.3))),
}


@pytest.mark.parametrize("model", JOINT.values(), ids=JOINT)
def test_a_joint_model_foretells_today_what_it_will_foretell_on_average(model):
    """The prediction is a martingale; the law of one further child in each basket is the posterior mean's."""
    plan = design(model, count=3, looks=(6,), threshold=0.9)
    counts, sizes = (1, 2, 3), (3, 3, 4)
    today = predict_success(plan, responders=counts, children=sizes).success
    later = np.zeros(3)
    for more in product((0, 1), repeat=2):
        first = model_next(plan, counts, sizes, 0)
        chance = first if more[0] else 1 - first
        grown, one_more = (counts[0] + more[0], *counts[1:]), (sizes[0] + 1, *sizes[1:])
        second = model_next(plan, grown, one_more, 2)
        chance *= second if more[1] else 1 - second
        then = predict_success(
            plan, responders=(*grown[:2], grown[2] + more[1]), children=(*one_more[:2], one_more[2] + 1)
        )
        later += chance * np.array(then.success)
    assert later == pytest.approx(today, abs=2e-6)


def model_next(plan, counts, sizes, j):
    from leadline.trial.borrowing import Mean, Outcomes

    now = Outcomes(np.array([counts]), sizes)
    return float(plan.borrowing.expect(now, baskets=plan.baskets, quantities=[Mean()])[0][0, j])


def test_single_arm_prediction_of_lee_and_liu():
    """Lee and Liu 2008, section 2: 16 of 23, Beta(0.6, 0.4), P(p > 0.6) > 0.9 at 40: PP = 0.5656."""
    prior = (Beta(0.6, 0.4),)
    basket = Basket("one", "sri4", 0.6, 0.8, (40,), prior=prior)
    plan = Design("Lee and Liu", (basket,), Efficacy(0.9), Independent())
    found = predict_success(plan, responders=(16,), children=(23,))
    assert found.success[0] == pytest.approx(0.5656, abs=0.00005)


@pytest.mark.parametrize("model", [CPP, fujikawa(0.0), Exchangeability()], ids=["cpp", "fujikawa", "mem"])
def test_models_that_are_no_joint_distribution_say_so_and_are_no_belief(model):
    plan = design(model, looks=(4, 8))
    found = predict_success(plan, responders=(2, 2, 1), children=(4, 4, 4))
    assert not found.coherent
    assert all(0 <= chance <= 1 for chance in found.success)
    with pytest.raises(DesignInvalid, match="one distribution of all rates"):
        assurance(plan, belief=model, priors=plan.priors)


def test_a_finished_trial_is_certain_of_what_its_counts_decide():
    plan = design(Independent(), count=2, looks=(5,), threshold=0.95)
    found = predict_success(plan, responders=(5, 1), children=(5, 5))
    assert found.success == pytest.approx((1.0, 0.0), abs=1e-12)


def test_impossible_counts_are_refused():
    plan = design(Independent(), count=2, looks=(5,))
    with pytest.raises(DesignInvalid, match="6 responders of 5"):
        predict_success(plan, responders=(6, 1), children=(5, 5))
    with pytest.raises(DesignInvalid, match="up to 5"):
        predict_success(plan, responders=(6, 1), children=(7, 5))
    with pytest.raises(BeyondExactRange, match="to come"):
        predict_success(design(CPP, count=6, looks=(20,)), responders=(0,) * 6, children=(0,) * 6)
