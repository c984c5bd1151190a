"""Harm boundaries against the published one, and against every path."""

import json
import math
from dataclasses import asdict, replace
from itertools import product

import pytest
from scipy.stats import beta, binom

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import Basis, EarlyRule, Harm, HarmCheck, HarmFamily
from leadline.trial.operating import Trial
from leadline.trial.safety import (
    boundary_events,
    calibrated_boundary,
    harm_boundary,
    statistic,
    stopping,
)
from leadline.trial.scenarios import Scenario
from tests.trial.designs import design
from tests.trial.published import CHECKS

CHECK = CHECKS["tox-bb-30"]
HARM = Harm("serious infusion reaction", limit_rate=0.2, level=0.1, expected_rate=0.05, check=HarmCheck.CHILD)


class TestPublishedBetaBinomialBoundary:
    values = statistic(HarmFamily.BETA_BINOMIAL, children=30, limit_rate=0.2, prior=(0.6, 2.4))
    checks = tuple(range(1, 31))

    def test_the_boundary_is_the_published_one(self):
        boundary = calibrated_boundary(self.values, limit_rate=0.2, level=0.1, checks=self.checks)
        printed = CHECK["printed"]["reject_at_least"]
        table = {f"{low}-{high}": events for low, high, events in boundary.table()}
        assert table == printed
        # The printed value, found by bisection, lies 4e-7 below the interval that gives the printed boundary.
        assert boundary.critical is not None
        above, up_to = boundary.critical
        assert above is not None
        assert above - 1e-6 < CHECK["printed"]["cval"] <= up_to

    def test_the_default_prior_is_the_published_one(self):
        boundary = harm_boundary(HARM, checks=(10, 20, 30))
        assert boundary.events == boundary_events(self.values, critical=CHECK["printed"]["cval"] + 1e-6)

    @pytest.mark.parametrize("at", range(5))
    def test_stopping_probabilities_and_expected_events(self, at):
        events = boundary_events(self.values, critical=CHECK["printed"]["cval"] + 1e-6)
        rate = CHECK["printed"]["p"][at]
        law = stopping(events, rate=rate, checks=self.checks)
        assert 1 - law.never == pytest.approx(CHECK["printed"]["reject_prob"][at], abs=1e-7)
        children = sum(p * n for p, n in zip(law.at_check, self.checks, strict=True)) + 30 * law.never
        assert rate * children == pytest.approx(CHECK["printed"]["expected_toxicities"][at], abs=1e-5)


class TestPublishedPocockBoundary:
    """An earlier README of the R package stoppingrule: Pocock, 30 children, limit 0.2, level 0.1, after every child."""

    boundary = calibrated_boundary(
        statistic(HarmFamily.POCOCK, children=30, limit_rate=0.2),
        limit_rate=0.2,
        level=0.1,
        checks=range(1, 31),
    )

    def test_the_boundary_is_the_published_one(self):
        assert self.boundary.table() == [
            (3, 4, 3),
            (5, 7, 4),
            (8, 10, 5),
            (11, 13, 6),
            (14, 16, 7),
            (17, 20, 8),
            (21, 24, 9),
            (25, 27, 10),
            (28, 30, 11),
        ]
        assert self.boundary.critical is not None
        above, up_to = self.boundary.critical
        assert above is not None
        # Printed as a p-value, found by bisection: at the upper end of those that give the printed boundary.
        assert 1 - up_to < 0.03766345 < 1 - above + 1e-8

    @pytest.mark.parametrize(
        ("rate", "stops", "children"),
        [
            (0.20, 0.09915263, 28.16703),
            (0.25, 0.23312769, 26.04001),
            (0.30, 0.42603085, 22.98251),
            (0.35, 0.63398556, 19.37012),
            (0.40, 0.80576733, 15.75017),
        ],
    )
    def test_stopping_probabilities_and_expected_children(self, rate, stops, children):
        law = stopping(self.boundary.events, rate=rate, checks=self.boundary.checks)
        assert 1 - law.never == pytest.approx(stops, abs=6e-9)
        expected = sum(p * n for p, n in zip(law.at_check, law.children, strict=True)) + 30 * law.never
        assert expected == pytest.approx(children, abs=6e-6)


def test_the_maximised_likelihood_ratio_is_that_of_the_binomial():
    """3 of 4 against 0.2: 3 ln(0.75 / 0.2) + ln(0.25 / 0.8) = 2.802116; 0 of 4 and 1 of 5 speak for no more harm."""
    values = statistic(HarmFamily.SPRT, children=5, limit_rate=0.2)
    assert values[3, 3] == pytest.approx(2.802116, abs=1e-6)
    assert values[1, 2] == pytest.approx(3.218876, abs=1e-6)  # 2 of 2: 2 ln 5
    assert (values[3, 0], values[4, 1]) == (0.0, 0.0)


def statistic_by_hand(family, x, n, children, limit):
    """As the papers define it; 0.25 is the shape of Wang and Tsiatis, Beta(3 limit, 3 (1 - limit)) the prior."""
    z = (x - n * limit) / math.sqrt(n * limit * (1 - limit))
    match family:
        case HarmFamily.POCOCK:
            return binom.cdf(x - 1, n, limit)  # one minus P(X >= x)
        case HarmFamily.OBRIEN_FLEMING:
            return z * (n / children) ** 0.5
        case HarmFamily.WANG_TSIATIS:
            return z * (n / children) ** 0.25
        case HarmFamily.BETA_BINOMIAL:
            return beta.sf(limit, 3 * limit + x, 3 * (1 - limit) + n - x)
        case HarmFamily.SPRT:
            if x <= n * limit:
                return 0.0
            return binom.logpmf(x, n, x / n) - binom.logpmf(x, n, limit)


def stopped_by_hand(stops, children, rate):
    """Chance of reaching any (x, n) of `stops`, child by child."""
    law, stopped = {0: 1.0}, 0.0
    for n in range(1, children + 1):
        then: dict[int, float] = {}
        for x, chance in law.items():
            for more, probability in ((1, rate), (0, 1 - rate)):
                then[x + more] = then.get(x + more, 0.0) + chance * probability
        stopped += sum(chance for x, chance in then.items() if (x, n) in stops)
        law = {x: chance for x, chance in then.items() if (x, n) not in stops}
    return stopped


@pytest.mark.parametrize("limit", [0.2, 0.35])
@pytest.mark.parametrize("family", HarmFamily)
def test_a_boundary_is_the_tightest_by_a_plain_search(family, limit):
    """Every value of the statistic as the critical one: of those that hold the level, the one that stops most."""
    children, level = 10, 0.1
    values = {
        (x, n): statistic_by_hand(family, x, n, children, limit)
        for n in range(1, children + 1)
        for x in range(n + 1)
    }
    holding = []
    for critical in set(values.values()):
        stops = {point for point, value in values.items() if value >= critical - 1e-12}
        chance = stopped_by_hand(stops, children, limit)
        if chance <= level:
            holding.append((chance, stops))
    chance, stops = max(holding, key=lambda one: one[0])
    found = harm_boundary(
        replace(HARM, boundary=family, limit_rate=limit, level=level, expected_rate=0.05), checks=(children,)
    )
    assert found.stop_at_limit == pytest.approx(chance, abs=1e-12)
    fewest = {n: min((x for x, m in stops if m == n), default=n + 1) for n in range(1, children + 1)}
    assert found.events == tuple(fewest.values())


@pytest.mark.parametrize("family", HarmFamily)
def test_boundaries_hold_their_level_and_rise_with_the_children(family):
    boundary = harm_boundary(replace(HARM, boundary=family), checks=(8, 16, 24))
    assert 0 < boundary.stop_at_limit <= 0.1
    possible = [events for n, events in enumerate(boundary.events, start=1) if events <= n]
    assert possible == sorted(possible)
    law = stopping(boundary.events, rate=0.2, checks=boundary.checks)
    assert sum(law.at_check) + law.never == pytest.approx(1.0, abs=1e-13)


def test_stopping_is_the_sum_over_all_paths():
    events, checks = (2, 2, 3, 3, 4, 4), (2, 4, 6)
    law = stopping(events, rate=0.3, checks=checks)
    found = [0.0] * 4
    for path in product((0, 1), repeat=6):
        chance = math.prod(0.3 if x else 0.7 for x in path)
        first = next((k for k, n in enumerate(checks) if sum(path[:n]) >= events[n - 1]), 3)
        found[first] += chance
    assert [*law.at_check, law.never] == pytest.approx(found, abs=1e-15)


def test_a_level_that_no_boundary_holds_is_refused():
    with pytest.raises(DesignInvalid, match=r"harm\.level"):
        harm_boundary(replace(HARM, level=1e-9, limit_rate=0.9), checks=(1, 2))


@pytest.mark.parametrize("check", HarmCheck)
def test_a_trial_with_a_harm_rule_agrees_with_every_path(check):
    """Two baskets of one and then two children, each child responds or not and is harmed or not."""
    harm = Harm("event", limit_rate=0.3, level=0.3, expected_rate=0.25, check=check)
    rules = {"looks": (1, 2), "null": 0.3, "target": 0.7, "threshold": 0.8}
    trial = Trial(
        design(Independent(), count=2, harm=harm, futility=EarlyRule(Basis.POSTERIOR, 0.6), **rules)
    )
    assert trial.boundary is not None
    events = trial.boundary.events
    rates = (0.3, 0.7)
    # Uniform prior, above 0.3: 0 of 1: 0.49 stops; 1 of 1: 0.91. 2 of 2: 0.973; 1 of 2: 0.784, no success.
    success, harmed = [0.0, 0.0], 0.0
    for responses in product((0, 1), repeat=4):  # baskets a, b at the first look, then again
        a1, b1, a2, b2 = responses
        takes = [True, True, bool(a1), bool(b1)]
        for harms in product((0, 1), repeat=sum(takes)):
            chance = math.prod(0.25 if x else 0.75 for x in harms)
            for taken, response, rate in zip(takes, responses, (*rates, *rates), strict=True):
                chance *= (
                    (rate if response else 1 - rate) if taken else 0.5
                )  # an untaken response is not there
            looks = sorted({2, len(harms)}) if check is HarmCheck.LOOK else range(1, len(harms) + 1)
            stop = any(sum(harms[:n]) >= events[n - 1] for n in looks)
            harmed += chance * stop
            success[0] += chance * (not stop and a1 + a2 == 2)
            success[1] += chance * (not stop and b1 + b2 == 2)
    result = trial.operating(Scenario("one responds", rates))
    assert result.success == pytest.approx(success, abs=1e-14)
    assert sum(result.harm) == pytest.approx(harmed, abs=1e-14)
    assert harmed > 0.05


def test_wang_and_tsiatis_lie_halfway_between_a_scaled_and_a_plain_z():
    """4 of 9 of 36 at a limit of 0.2: z = 2.2 / 1.2, times (9 / 36)^(1/4) = 1.2963; O'Brien-Fleming 0.91667."""
    values = statistic(HarmFamily.WANG_TSIATIS, children=36, limit_rate=0.2)
    assert values[8, 4] == pytest.approx(2.2 / 1.2 * 0.25**0.25, abs=1e-12)
    scaled = statistic(HarmFamily.OBRIEN_FLEMING, children=36, limit_rate=0.2)
    assert scaled[8, 4] == pytest.approx(2.2 / 1.2 * 0.5, abs=1e-12)


def test_chen_and_chaloner_stop_only_where_an_unacceptable_rate_is_likely_too():
    """Uniform prior, 3 of 4: P(p > 0.2) = 1 - P(Bin(5, 0.2) >= 4) = 0.99328, P(p > 0.5) = 1 - 6/32 = 0.8125."""
    plain = statistic(HarmFamily.BETA_BINOMIAL, children=10, limit_rate=0.2, prior=(1, 1))
    assert plain[3, 3] == pytest.approx(0.99328, abs=1e-12)
    likely, unlikely = (
        statistic(
            HarmFamily.BETA_BINOMIAL,
            children=10,
            limit_rate=0.2,
            prior=(1, 1),
            unacceptable=(0.5, probability),
        )
        for probability in (0.81, 0.82)
    )
    assert likely[3, 3] == plain[3, 3]
    assert unlikely[3, 3] == -math.inf
    strict = boundary_events(unlikely, critical=0.9)
    loose = boundary_events(plain, critical=0.9)
    assert all(a >= b for a, b in zip(strict, loose, strict=True))
    assert strict != loose


def test_a_boundary_of_the_smallest_critical_value_has_no_lower_end_and_is_plain_json():
    """4 of 4, else 5 of 6 with a child spared among the first four: 0.2^4 + 4 x 0.2^5 x 0.8 = 0.002624."""
    values = statistic(
        HarmFamily.BETA_BINOMIAL, children=6, limit_rate=0.2, prior=(0.6, 2.4), unacceptable=(0.4, 0.9)
    )
    boundary = calibrated_boundary(values, limit_rate=0.2, level=0.1, checks=range(1, 7))
    assert boundary.events == (2, 3, 4, 4, 5, 5)
    assert boundary.critical is not None
    assert boundary.critical[0] is None
    assert boundary.stop_at_limit == pytest.approx(0.002624, abs=1e-12)
    assert json.loads(json.dumps(asdict(boundary), allow_nan=False))["critical"][0] is None
