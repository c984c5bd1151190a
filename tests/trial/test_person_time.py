"""Boundaries in person-time against the published tables of the maximised SPRT, and against small steps of time."""

import math

import pytest

from leadline.errors import DesignInvalid
from leadline.trial.person_time import RateFamily, rate_boundary, rate_stopping

# Kulldorff 2011, table 1: expected events under the limit, critical value for a level of 0.05.
TABLE_1 = {
    0.1: 2.044069,
    0.5: 2.637928,
    1.0: 2.853937,
    2.0: 3.046977,
    5.0: 3.297183,
    10.0: 3.467952,
    20.0: 3.628123,
    50.0: 3.819903,
    100.0: 3.952321,
}


@pytest.mark.parametrize(("expected", "critical"), TABLE_1.items())
def test_critical_values_are_those_of_kulldorff_2011(expected, critical):
    found = rate_boundary(RateFamily.SPRT, limit_rate=1.0, level=0.05, person_time=expected)
    assert found.critical == pytest.approx(critical, abs=1e-6)
    assert found.stop_at_limit == pytest.approx(0.05, abs=1e-9)


def test_a_level_of_one_percent_is_that_of_kulldorff_2011():
    found = rate_boundary(RateFamily.SPRT, limit_rate=0.25, level=0.01, person_time=40.0)
    assert found.critical == pytest.approx(5.260513, abs=1e-6)  # ten events expected, whatever the unit


# Table 2, power; table 3, expected length of surveillance: expected events, rate ratio, printed, half its last digit.
@pytest.mark.parametrize(
    ("expected", "ratio", "printed", "tolerance"), [(0.1, 1.2, 0.060, 5e-4), (10, 2, 0.685, 5e-4)]
)
def test_power_is_that_of_kulldorff_2011(expected, ratio, printed, tolerance):
    found = rate_boundary(RateFamily.SPRT, limit_rate=1.0, level=0.05, person_time=expected)
    assert rate_stopping(found, rate=ratio).stop == pytest.approx(printed, abs=tolerance)


@pytest.mark.parametrize(("expected", "ratio", "printed"), [(1, 1, 0.96), (20, 1.5, 14.91)])
def test_expected_length_is_that_of_kulldorff_2011(expected, ratio, printed):
    found = rate_boundary(RateFamily.SPRT, limit_rate=1.0, level=0.05, person_time=expected)
    assert rate_stopping(found, rate=ratio).expected_person_time == pytest.approx(printed, abs=0.005)


def small_steps(within, person_time, rate, steps):
    """Time in small steps, at most one event in each: chance of stopping and expected time, to first order."""
    step = person_time / steps
    law, stopped, lived = {0: 1.0}, 0.0, 0.0
    for at in range(steps):
        now = (at + 0.5) * step
        lived += step * sum(law.values())
        then: dict[int, float] = {}
        for count, chance in law.items():
            then[count] = then.get(count, 0.0) + chance * (1 - rate * step)
            event = count + 1
            if event > len(within) or now <= within[event - 1]:
                stopped += chance * rate * step
            else:
                then[event] = then.get(event, 0.0) + chance * rate * step
        law = then
    return stopped, lived


@pytest.mark.parametrize("family", RateFamily)
def test_a_boundary_stops_as_often_as_small_steps_of_time_say(family):
    found = rate_boundary(family, limit_rate=0.02, level=0.1, person_time=150.0, fewest_events=2)
    assert found.within[0] == 0.0
    for rate in (0.02, 0.06):
        stopped, lived = small_steps(found.within, 150.0, rate, 20_000)
        law = rate_stopping(found, rate=rate)
        assert law.stop == pytest.approx(stopped, abs=2e-4)
        assert law.expected_person_time == pytest.approx(lived, abs=0.05)


def test_the_rule_of_each_family_holds_on_its_boundary():
    """Of the third event: the p-value, the posterior probability, the log likelihood ratio, by plain sums."""
    for family in RateFamily:
        found = rate_boundary(family, limit_rate=0.02, level=0.1, person_time=300.0)
        mean = 0.02 * found.within[2]
        value = math.nan
        fewer = math.exp(-mean) * (1 + mean + mean**2 / 2)
        match family:
            case RateFamily.POCOCK:
                value = fewer  # one minus P(X >= 3)
            case (
                RateFamily.GAMMA_POISSON
            ):  # Gamma(4, rate 50 + time) above 0.02: at most three events in mean + 1
                shifted = mean + 1
                value = math.exp(-shifted) * (1 + shifted + shifted**2 / 2 + shifted**3 / 6)
            case RateFamily.SPRT:
                value = 3 * math.log(3 / mean) - 3 + mean
        assert value == pytest.approx(found.critical, abs=1e-9)


@pytest.mark.parametrize("numbers", [{"level": 1.5}, {"limit_rate": 0.0}, {"person_time": -1.0}])
def test_numbers_that_are_none_are_refused(numbers):
    given = {"limit_rate": 0.02, "level": 0.1, "person_time": 300.0} | numbers
    with pytest.raises(DesignInvalid, match="takes a rate and a time above 0"):
        rate_boundary(RateFamily.SPRT, **given)


def test_a_level_that_no_boundary_reaches_is_refused():
    with pytest.raises(DesignInvalid, match="no boundary stops as often"):
        rate_boundary(RateFamily.SPRT, limit_rate=0.01, level=0.5, person_time=10.0)
