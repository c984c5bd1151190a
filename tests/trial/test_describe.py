"""The design report, its boundaries and its words."""

import json
import math
from dataclasses import replace
from itertools import product

import pytest
from scipy.stats import beta

from leadline.trial.borrowing import Above, Outcomes
from leadline.trial.borrowing.independent import Independent
from leadline.trial.boundaries import Action, BoundaryRow, boundary_rows
from leadline.trial.describe import describe, standard_scenarios
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy
from leadline.trial.operating import Trial
from leadline.trial.reading import design_adapter, read_design, shipped_design
from leadline.trial.scenarios import Scenario
from leadline.trial.words import below_null_in_words
from tests.trial.designs import CPP, design, fujikawa_two_stage


@pytest.fixture(scope="module")
def report():
    return describe(fujikawa_two_stage(0.5))


def test_the_report_of_a_published_design_has_its_published_errors(report):
    """Fujikawa 2020, two stages, as printed in the reference."""
    null = report.scenarios[0]
    assert null.scenario.name == "No basket responds"
    assert null.family_wise_error == pytest.approx(0.04955128, abs=1e-7)
    assert null.children == pytest.approx([16.22526] * 3, abs=1e-5)


def test_the_report_says_what_the_global_null_hides(report):
    worst = max(report.worst, key=lambda one: one.error)
    assert worst.error > 0.10
    assert any("It is not the largest" in warning for warning in report.warnings)


def test_the_report_as_json_gives_the_design_back(report):
    plain = json.loads(json.dumps(report.to_dict()))
    assert design_adapter().validate_json(json.dumps(plain["design"])) == report.design
    assert plain["scenarios"][0]["family_wise_error"] == report.scenarios[0].family_wise_error


def test_two_reports_are_the_same_bytes():
    first, second = (json.dumps(describe(design(CPP, looks=(6,))).to_dict()) for _ in range(2))
    assert first == second


def test_scenarios_are_every_set_of_responding_baskets_once():
    found = [scenario.rates for scenario in standard_scenarios(design(CPP))]
    assert sorted(found) == sorted(product((0.2, 0.5), repeat=3))
    assert found[0] == (0.2, 0.2, 0.2)
    assert found[-1] == (0.5, 0.5, 0.5)


def test_boundaries_agree_with_every_outcome():
    """One look, three baskets of six: each row against the posteriors of all outcomes of the others."""
    plan = design(CPP, looks=(6,), threshold=0.95)
    trial = Trial(plan)
    for row in boundary_rows(trial):
        for count in range(row.responders_from, row.responders_to + 1):
            import numpy as np

            others = np.array([(count, a, b) for a in range(7) for b in range(7)])
            above = CPP.expect(
                Outcomes(others, (6, 6, 6)), baskets=plan.baskets, quantities=[Above((0.2,) * 3)]
            )[0]
            won = set((above[:, 0] >= 0.95).tolist())
            expected = {frozenset({True}): Action.SUCCESS, frozenset({False}): Action.NO_SUCCESS}
            assert row.action == expected.get(frozenset(won), Action.DEPENDS)


def test_boundaries_cover_every_count_once(report):
    for look, size in ((1, 15), (2, 24)):
        rows = [row for row in report.boundaries if row.basket == "basket 0" and row.look == look]
        counts = [count for row in rows for count in range(row.responders_from, row.responders_to + 1)]
        assert counts == list(range(size + 1))


class TestShippedTrial:
    plan = read_design(shipped_design("msc_basket"))

    def test_its_family_wise_error_is_within_10_percent_whatever_the_truth(self):
        from leadline.trial.error_rates import worst_errors

        assert max(one.at_most for one in worst_errors(Trial(self.plan))) <= 0.10

    def test_its_words_name_each_null_rate_and_its_reason(self):
        from leadline.trial.words import design_in_words

        text = "\n".join(design_in_words(self.plan, boundaries=Trial(self.plan).harm_boundaries))
        for basket in self.plan.baskets:
            assert basket.label in text
            assert basket.null_reason in text
            assert basket.responder not in text  # an id is for files, not for readers

    def test_its_harm_rule_rarely_stops_a_harmless_therapy(self):
        result = Trial(self.plan).operating(Scenario("target", self.plan.target_rates))
        assert 0 < sum(result.harm) < 0.001


def test_a_success_with_no_more_responders_than_the_null_rate_lets_expect_is_a_warning():
    """By hand: 1 of 10 with others' 3 of 10 counted to w = 1 / (1 + (e 10^(1/4) 0.2)^2) = 0.517 has the posterior
    beta(1 + 1 + 3 w, 1 + 9 + 7 w), which lies above 0.1 with a probability of 0.879; with nobody it is 0.697."""
    weight = 1 / (1 + (math.e * 10**0.25 * 0.2) ** 2)
    borrowed = beta.sf(0.1, 2 + 3 * weight, 10 + 7 * weight)
    assert beta.sf(0.1, 2, 10) < 0.85 < borrowed
    like, unlike = (
        describe(
            Design(
                "Two",
                (
                    Basket("a", "sri4", 0.1, 0.4, (10,), name="First"),
                    Basket("b", "sri4", 0.4, 0.7, (10,), name="Second"),
                ),
                Efficacy(0.85),
                borrowing,
            )
        )
        for borrowing in (Independent(), CPP)
    )
    said = "First: 1 of 10 responders can be enough for success where the other baskets respond well"
    assert any(warning.startswith(said) for warning in unlike.warnings)
    assert not any("can be enough" in warning for warning in like.warnings)


def test_it_is_a_warning_too_where_the_others_are_too_many_to_look_at_each():
    """MAY_DEPEND with a success at the others' targets is a success that can be."""
    row = BoundaryRow("First", 1, 10, 1, 5, Action.MAY_DEPEND, Action.NO_SUCCESS, Action.SUCCESS)
    plan = Design("One", (Basket("a", "sri4", 0.1, 0.4, (10,), name="First"),), Efficacy(0.9))
    assert len(below_null_in_words(plan, [row])) == 1
    assert below_null_in_words(plan, [replace(row, responders_from=2)]) == ()
    assert below_null_in_words(plan, [replace(row, others_target=Action.NO_SUCCESS)]) == ()


def test_every_order_of_accrual_has_the_numbers_of_a_design_that_names_it():
    """Two like baskets and another: orders that swap the like ones are taken from each other."""
    plan = design(CPP, looks=(3, 5), threshold=0.9, futility=EarlyRule(Basis.PREDICTIVE, 0.1))
    first, second, third = plan.baskets
    plan = replace(plan, baskets=(first, second, replace(third, target_rate=0.6, looks=(2, 4))))
    orders = describe(plan).orders
    assert len({one.order for one in orders}) == 6
    for one in orders:
        turns = [next(basket.id for basket in plan.baskets if basket.label == name) for name in one.order]
        in_turn = Trial(replace(plan, order=tuple((name,) for name in turns * 2)))
        null = in_turn.operating(Scenario("null", plan.null_rates))
        target = in_turn.operating(Scenario("target", plan.target_rates))
        assert one.family_wise_error == pytest.approx(null.family_wise_error, abs=1e-12)
        assert one.power == pytest.approx(target.success, abs=1e-12)
    assert len({one.power for one in orders}) > 3
