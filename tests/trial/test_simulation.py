"""Simulated operating characteristics against exact ones, in units of their own Monte Carlo standard errors."""

from dataclasses import replace

import numpy as np
import pytest

from leadline.errors import DesignInvalid
from leadline.trial import describe
from leadline.trial.borrowing.independent import Independent
from leadline.trial.boundaries import Action
from leadline.trial.design import (
    Basis,
    Basket,
    ControlArm,
    Design,
    EarlyRule,
    Efficacy,
    Harm,
    HarmCheck,
    HarmScope,
    Reference,
)
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from leadline.trial.simulation import Draws, Simulation
from tests.trial.designs import CPP, design, fujikawa

FUTILITY = EarlyRule(Basis.POSTERIOR, 0.3, Reference.TARGET_RATE)
HARM = Harm("serious event", 0.2, 0.2, 0.1, check=HarmCheck.CHILD)
FIELDS = ("success", "family_wise_error", "any_success", "correct", "children", "bias", "mse", "coverage")


def unlike(borrowing, **rules):
    baskets = (
        Basket("a", "sri4", 0.2, 0.5, (4, 8)),
        Basket("b", "sri4", 0.3, 0.6, (3, 7)),
        Basket("c", "sri4", 0.1, 0.5, (6,)),
    )
    return Design("unlike", baskets, Efficacy(0.9, EarlyRule(Basis.POSTERIOR, 0.97)), borrowing, **rules)


CASES = {
    "one look": (design(CPP, looks=(8,), threshold=0.9), Scenario("mixed", (0.2, 0.5, 0.1))),
    "two looks": (unlike(CPP, futility=FUTILITY), Scenario("mixed", (0.2, 0.6, 0.1))),
    "with harm": (
        unlike(fujikawa(0.0), futility=FUTILITY, harm=HARM),
        Scenario("mixed", (0.2, 0.3, 0.5), 0.25),
    ),
    "with harm of each basket": (
        unlike(CPP, futility=FUTILITY, harm=replace(HARM, scope=HarmScope.BASKET)),
        Scenario("mixed", (0.2, 0.6, 0.1), (0.25, 0.4, 0.1)),
    ),
    "with harm of each basket at the looks": (
        unlike(CPP, futility=FUTILITY, harm=replace(HARM, scope=HarmScope.BASKET, check=HarmCheck.LOOK)),
        Scenario("mixed", (0.2, 0.6, 0.1), 0.3),
    ),
    "with harm of each basket one after the other": (
        unlike(
            CPP,
            futility=FUTILITY,
            harm=replace(HARM, scope=HarmScope.BASKET),
            order=(("a",), ("b",), ("a",), ("b", "c")),
        ),
        Scenario("mixed", (0.2, 0.6, 0.1), (0.5, 0.1, 0.3)),
    ),
    "one after the other": (
        replace(unlike(CPP, futility=FUTILITY), order=(("a",), ("b",), ("a",), ("b", "c"))),
        Scenario("mixed", (0.5, 0.3, 0.1)),
    ),
    "with controls": (
        Design(
            "controls",
            (
                Basket("a", "sri4", 0.3, 0.7, (4, 8), control=ControlArm((3, 5))),
                Basket("b", "sri4", 0.2, 0.6, (6,)),
            ),
            Efficacy(0.85),
            CPP,
        ),
        Scenario("mixed", (0.6, 0.2), control_rates=(0.4, 0.2)),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_simulated_figures_lie_within_their_own_error_of_the_exact_ones(case):
    plan, scenario = case
    exact = Trial(plan).operating(scenario)
    found = Simulation(plan, draws=Draws(20_000, seed=7)).simulate(scenario)
    for field in FIELDS:
        wanted, value, error = (
            np.atleast_1d(getattr(one, field)) for one in (exact, found.operating, found.standard_error)
        )
        assert (np.abs(value - wanted) <= 3.5 * error + 1e-12).all(), field
    for field in ("stopped_futility", "stopped_efficacy", "stopped_harm", "harm"):
        wanted, value, error = (
            np.array(getattr(one, field)) for one in (exact, found.operating, found.standard_error)
        )
        # What the harm rule leaves varies with the number of children only, hardly at all in a first step.
        assert (np.abs(value - wanted) <= 3.5 * error + 1e-7).all(), field


def test_the_standard_error_is_the_spread_of_independent_simulations():
    plan, scenario = CASES["two looks"]
    runs = [Simulation(plan, draws=Draws(400, seed=seed)).simulate(scenario) for seed in range(60)]
    spread = np.std([run.operating.success for run in runs], axis=0, ddof=1)
    stated = np.mean([run.standard_error.success for run in runs], axis=0)
    assert stated == pytest.approx(spread, rel=0.35)  # 60 runs know a spread to 9 %


def test_batches_are_joined_as_if_they_were_one(monkeypatch):
    plan, scenario = CASES["two looks"]
    monkeypatch.setattr("leadline.trial.simulation.AT_ONCE", 700)
    simulation = Simulation(plan, draws=Draws(2_000, seed=3))
    found = simulation.simulate(scenario)
    values = []
    for batch in simulation._batches:
        alone = Simulation(plan, draws=Draws(len(batch), seed=3))
        alone.__dict__["_batches"] = [batch]
        values += [alone.simulate(scenario).operating.success[0]] * len(batch)
    assert found.operating.success[0] == pytest.approx(np.mean(values), abs=1e-12)
    p = found.operating.success[0]  # a basket's success is 0 or 1 without a harm rule
    assert found.standard_error.success[0] == pytest.approx(np.sqrt(p * (1 - p) / 1_999), rel=1e-9)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    plan, scenario = CASES["two looks"]
    one, again, other = (
        Simulation(plan, draws=Draws(500, seed=seed)).simulate(scenario) for seed in (5, 5, 6)
    )
    assert one == again
    assert one.operating.success != other.operating.success


def test_scenarios_share_their_draws_so_that_a_higher_rate_never_succeeds_less():
    plan = design(Independent(), count=2, looks=(10,), threshold=0.9)
    simulation = Simulation(plan, draws=Draws(300, seed=1))
    powers = [simulation.decisions(Scenario("", (rate, 0.2))).success[0] for rate in np.linspace(0.1, 0.9, 9)]
    assert powers == sorted(powers)


def test_too_few_trials_are_refused():
    with pytest.raises(DesignInvalid, match="takes 100 or more"):
        Simulation(CASES["one look"][0], draws=Draws(99))


TOO_LARGE = design(CPP, count=6, looks=(10, 20), futility=EarlyRule(Basis.POSTERIOR, 0.1))


def test_a_design_beyond_the_exact_range_is_simulated_and_says_so():
    report = describe(TOO_LARGE, draws=Draws(400, seed=2))
    assert report.simulation is not None
    assert (report.simulation.trials, report.simulation.seed) == (400, 2)
    assert "400 trials were drawn (seed 2)" in report.warnings[0]
    assert "at most 2.50 percentage points" in report.warnings[0]  # 0.5 / 20
    assert len(report.simulation.standard_errors) == len(report.scenarios)
    for one, error in zip(report.scenarios, report.simulation.standard_errors, strict=True):
        p = one.family_wise_error
        assert error.family_wise_error == pytest.approx(np.sqrt(p * (1 - p) / 399), rel=1e-9)
    assert any("too large for the search" in warning for warning in report.warnings)
    assert {row.action for row in report.boundaries if row.children == 20} == {Action.MAY_DEPEND}


def test_a_design_within_the_exact_range_is_exact_unless_a_simulation_is_asked_for():
    plan, _ = CASES["one look"]
    assert describe(plan).simulation is None
    simulated, exact = describe(plan, draws=Draws(5_000), simulate=True), describe(plan)
    assert simulated.worst == exact.worst
    assert simulated.boundaries == exact.boundaries
    assert simulated.scenarios[0].success != exact.scenarios[0].success
    assert simulated.scenarios[0].success == pytest.approx(exact.scenarios[0].success, abs=0.02)
