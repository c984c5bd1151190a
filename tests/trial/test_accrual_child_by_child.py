"""Random accrual against trials in which children come, are treated and judged one by one."""

import math
import random
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


def play(rng, accrual, rates):
    """One trial: which baskets are successes, and how many children were treated."""
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
                children.append((month, j, rng.random() < rates[j], rng.random() < HARM_RATE))
    children.sort()
    closed, success = [math.inf] * 2, [False] * 2
    for look, now in enumerate(accrual.look_months):
        treated = [child for child in children if child[0] <= min(now, closed[child[1]])]
        for n in range(1, len(treated) + 1):
            if sum(child[3] for child in treated[:n]) >= STOPS_AT[n - 1]:
                return success, n
        known = [child for child in treated if child[0] + accrual.response_months <= now]
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
    return success, sum(child[0] <= closed[child[1]] for child in children)


@pytest.mark.parametrize(
    "accrual",
    [
        Accrual((0.5, 0.4), (8.0, 16.0), 3.0),
        Accrual(
            (0.5, 0.4), (8.0, 16.0), 3.0, waits=False, late_responses=LateResponses.LEFT_OUT, fewest_known=2
        ),
        Accrual((0.9, 0.2), (5.0, 9.0), 6.0, waits=False),
    ],
    ids=["waits", "does not wait", "late"],
)
def test_drawing_child_by_child_agrees_within_its_error(accrual):
    trial, rates = Trial(TWIN), (0.5, 0.3)
    assert trial.boundary is not None
    assert trial.boundary.events == STOPS_AT
    rng, trials = random.Random(5), 15_000
    played = [play(rng, accrual, rates) for _ in range(trials)]
    successes = np.array([success for success, _ in played])
    drawn = np.array([*successes.mean(axis=0), successes[:, 1].mean(), successes.any(axis=1).mean()])
    sizes = np.array([children for _, children in played])
    found = random_accrual(
        trial, [Scenario("mixed", rates, harm_rate=HARM_RATE)], courses=Courses(300, seed=2), accrual=accrual
    )
    mean, error = found.scenarios[0], found.standard_errors[0]
    for value, its_error, other, other_error in zip(
        [*mean.success, mean.family_wise_error, mean.any_success, sum(mean.children)],
        [*error.success, error.family_wise_error, error.any_success, sum(error.children)],
        [*drawn, sizes.mean()],
        [*np.sqrt(drawn * (1 - drawn) / trials), sizes.std() / math.sqrt(trials)],
        strict=True,
    ):
        assert abs(value - other) < 3.5 * math.hypot(its_error, other_error)
    assert mean.harm > 0.1
