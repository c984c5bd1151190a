"""Random accrual against trials in which children come, are treated and judged one by one."""

import math
import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from leadline.trial.accrual import Courses, random_accrual
from leadline.trial.design import (
    Accrual,
    Basis,
    Basket,
    Design,
    EarlyRule,
    Efficacy,
    Harm,
    HarmCheck,
    HarmScope,
    LateResponses,
    Reference,
)
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP

# The slow twin: children come, are treated and judged one by one. It shares nothing with the fast code.

HARM = Harm("serious event", 0.2, 0.2, 0.1, check=HarmCheck.CHILD)
HARM_RATE = 0.25
STOPS_AT = (2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5)  # events among the first 1 to 11 children
TWIN = Design(
    "twin",
    (Basket("a", "sri4", 0.2, 0.5, (3, 6)), Basket("b", "sri4", 0.3, 0.6, (2, 5))),
    Efficacy(0.9, EarlyRule(Basis.POSTERIOR, 0.97)),
    CPP,
    futility=EarlyRule(Basis.POSTERIOR, 0.3, Reference.TARGET_RATE),
    harm=HARM,
)


@cache
def borrowed_tail(rate, basket, counts, sizes):
    """P(p > rate) with a calibrated power prior, a = b = 2, and a uniform prior."""
    shapes = [1.0, 1.0]
    for j, (responders, size) in enumerate(zip(counts, sizes, strict=True)):
        weight = 1.0 if j == basket else 0.0
        if j != basket and size and sizes[basket]:
            apart = max(size, sizes[basket]) ** 0.25 * abs(responders / size - counts[basket] / sizes[basket])
            weight = 1.0 if apart == 0 else 1 / (1 + math.exp(2 + 2 * math.log(apart)))
        shapes[0] += weight * responders
        shapes[1] += weight * (size - responders)
    return stats.beta.sf(rate, *shapes)


def play(rng, accrual, rates, *, own=None, harm_rates=(HARM_RATE, HARM_RATE)):
    """One trial: which baskets are successes and which were closed by their own harm rule, and the children treated.

    own   the check of a harm rule of each basket; None for one rule of both together, looked at after every child
    """
    children = []  # (month, basket, responds, harmed)
    for j, basket in enumerate(TWIN.baskets):
        month, taken = 0.0, 0
        while True:
            month += rng.expovariate(accrual.children_per_month[j])
            if month > accrual.look_months[1] - accrual.response_months:
                break
            limit = basket.looks[0] if accrual.waits and month <= accrual.look_months[0] else basket.size
            if taken < limit:  # another child is turned away: its basket waits, or is full
                taken += 1
                children.append((month, j, rng.random() < rates[j], rng.random() < harm_rates[j]))
    children.sort()
    closed, success, harmed = [math.inf] * 2, [False] * 2, [0, 0]
    for look, now in enumerate(accrual.look_months):
        if own is None:
            treated = [child for child in children if child[0] <= min(now, closed[child[1]])]
            if n := first_stop(treated, STOPS_AT, range(1, len(treated) + 1)):
                return success, n, harmed
        for j in range(2 if own else 0):
            treated = [child for child in children if child[1] == j and child[0] <= now]
            checks = range(1, len(treated) + 1) if own is HarmCheck.CHILD else [len(treated)]
            if closed[j] == math.inf and (n := first_stop(treated, OWN_STOPS_AT[own][j], checks)):
                before = accrual.look_months[look - 1] if look else 0.0
                harmed[j], closed[j] = n, before if own is HarmCheck.CHILD else now
        known = [
            child
            for child in children
            if child[0] <= min(now, closed[child[1]]) and child[0] + accrual.response_months <= now
        ]
        if accrual.late_responses is LateResponses.LEFT_OUT:
            known = [one for one in known if one[0] + accrual.response_months <= closed[one[1]]]
        counts = tuple(sum(one[2] for one in known if one[1] == j) for j in range(2))
        sizes = tuple(sum(one[1] == j for one in known) for j in range(2))
        for j, basket in enumerate(TWIN.baskets):
            if closed[j] < math.inf or sizes[j] < (1 if look else accrual.fewest_known):
                continue
            beyond_null = borrowed_tail(basket.null_rate, j, counts, sizes)
            beyond_target = borrowed_tail(basket.target_rate, j, counts, sizes)
            if beyond_null >= (0.9 if look else 0.97):
                success[j], closed[j] = True, now
            elif not look and beyond_target < 0.3:
                closed[j] = now
        if min(closed) < math.inf and max(closed) < math.inf:
            break
    return (
        success,
        sum(harmed) + sum(child[0] <= closed[child[1]] for child in children if not harmed[child[1]]),
        harmed,
    )


def first_stop(treated, stops_at, checks):
    """After how many children in the order of treatment so many have had the event; 0 for never."""
    return next((n for n in checks if n and sum(child[3] for child in treated[:n]) >= stops_at[n - 1]), 0)


ACCRUALS = {
    "waits": Accrual((0.5, 0.4), (8.0, 16.0), 3.0),
    "does not wait": Accrual(
        (0.5, 0.4), (8.0, 16.0), 3.0, waits=False, late_responses=LateResponses.LEFT_OUT, fewest_known=2
    ),
    "late": Accrual((0.9, 0.2), (5.0, 9.0), 6.0, waits=False),
}
TRIALS = 15_000


@pytest.mark.parametrize("accrual", ACCRUALS.values(), ids=ACCRUALS)
def test_drawing_child_by_child_agrees_within_its_error(accrual):
    trial, rates = Trial(TWIN), (0.5, 0.3)
    assert trial.boundary is not None
    assert trial.boundary.events == STOPS_AT
    rng = random.Random(5)
    played = [play(rng, accrual, rates) for _ in range(TRIALS)]
    mean = compared(trial, accrual, Scenario("mixed", rates, harm_rate=HARM_RATE), played)
    assert mean.harm > 0.1


OWN_STOPS_AT = {
    HarmCheck.CHILD: ((2, 2, 2, 2, 3, 3), (2, 2, 2, 2, 3)),
    HarmCheck.LOOK: ((2, 2, 2, 3, 3, 3), (2, 2, 3, 3, 3)),
}
"""Events among the first 1, 2, ... children of each basket, where each has a rule of its own."""


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize("accrual", ACCRUALS.values(), ids=ACCRUALS)
def test_drawing_child_by_child_agrees_where_each_basket_has_a_harm_rule_of_its_own(accrual, check):
    trial = Trial(replace(TWIN, harm=replace(HARM, check=check, scope=HarmScope.BASKET)))
    rates, events = (0.5, 0.3), (0.35, 0.2)
    assert tuple(one.events for one in trial.harm_boundaries) == OWN_STOPS_AT[check]
    rng = random.Random(6)
    played = [play(rng, accrual, rates, own=check, harm_rates=events) for _ in range(TRIALS)]
    mean = compared(trial, accrual, Scenario("mixed", rates, harm_rate=events), played)
    assert max(mean.stopped_harm) > 0.1


def compared(trial, accrual, scenario, played):
    """The means over random accrual, which lie within their own error of the trials that were played."""
    successes = np.array([success for success, _, _ in played])
    harmed = np.array([harmed for _, _, harmed in played]) > 0
    sizes = np.array([children for _, children, _ in played])
    drawn = np.array([*successes.mean(axis=0), successes[:, 1].mean(), successes.any(axis=1).mean()])
    found = random_accrual(trial, [scenario], courses=Courses(300, seed=2), accrual=accrual)
    mean, error = found.scenarios[0], found.standard_errors[0]
    numbers = [
        ([*one.success, one.family_wise_error, one.any_success, sum(one.children)]) for one in (mean, error)
    ]
    others = [*drawn, sizes.mean()]
    other_errors = [*np.sqrt(drawn * (1 - drawn) / TRIALS), sizes.std() / math.sqrt(TRIALS)]
    if trial.basket_harm is not None:
        chances = np.array([*harmed.mean(axis=0), harmed.any(axis=1).mean()])
        numbers = [
            [*row, *one.stopped_harm, one.harm] for row, one in zip(numbers, (mean, error), strict=True)
        ]
        others += [*chances]
        other_errors += [*np.sqrt(chances * (1 - chances) / TRIALS)]
    for value, its_error, other, other_error in zip(*numbers, others, other_errors, strict=True):
        assert abs(value - other) < 3.5 * math.hypot(its_error, other_error)
    return mean
