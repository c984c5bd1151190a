"""Random accrual in a design file and in words: what is read, what is refused, what is said."""

import json
from dataclasses import replace

import jsonschema
import pytest
import yaml

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.accrual import Courses, OnAccrual, RandomAccrual, random_accrual
from leadline.trial.accrual.words import (
    accrual_warnings,
    compared_in_words,
    drawn_in_words,
    too_large_in_words,
)
from leadline.trial.borrowing.independent import Independent
from leadline.trial.describe import describe
from leadline.trial.design import Accrual
from leadline.trial.error_rates import WorstError
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design, schema_path
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP, design

TEXT = """\
title: Two baskets
baskets:
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.5, looks: [10, 20]}
  - {id: sle, responder: sri4, null_rate: 0.4, target_rate: 0.7, looks: [8, 16]}
efficacy: {posterior: 0.98}
accrual:
  children_per_month: [0.5, 0.4]
  look_months: [24, 48]
  response_months: 6
"""


def test_accrual_is_read_from_a_design_file_and_taken_by_its_schema():
    accrual = parse_design(TEXT, name="two.yaml").accrual
    assert accrual == Accrual((0.5, 0.4), (24.0, 48.0), 6.0, waits=True)
    jsonschema.validate(yaml.safe_load(TEXT), json.loads(schema_path().read_text("utf-8")))


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("[0.5, 0.4]", "[0.5]", 7, "accrual.children_per_month", "found 1 numbers; takes one a basket (2)"),
        ("[0.5, 0.4]", "[0.5, 0]", 7, "accrual.children_per_month[1]", "a number above 0"),
        ("[24, 48]", "[48]", 8, "accrual.look_months", "found 1 months; takes a month for each look (2)"),
        ("[24, 48]", "[48, 24]", 8, "accrual.look_months", "months that rise from look to look"),
        ("response_months: 6", "response_months: 24", 9, "accrual.response_months", "first look, 24"),
        ("response_months: 6", "fewest_known: 0", 9, "accrual.fewest_known", "at least 1"),
        ("response_months: 6", "late_responses: ignored", 9, "accrual.late_responses", "left_out"),
        ("response_months: 6", "respons_months: 6", 9, "accrual.respons_months", "takes 'response_months'"),
        (
            "accrual:",
            "order: [[jia], [sle], [jia, sle]]\naccrual:",
            9,
            "accrual.look_months",
            "step of the order (3)",
        ),
    ],
)
def test_a_fault_of_accrual_is_refused_with_line_and_key(old, new, line, key, says):
    with pytest.raises(DesignInvalid) as refused:
        parse_design(TEXT.replace(old, new), name="two.yaml")
    assert f"line {line}" in str(refused.value)
    assert key in str(refused.value)
    assert says in str(refused.value)


def described(**changes):
    plan = parse_design(
        TEXT, name="two.yaml", settings={"futility": {"by": "posterior", "cutoff": 0.1}, **changes}
    )
    return describe(plan, courses=Courses(60, seed=3))


def test_a_description_says_how_children_come_and_what_follows():
    report = described(**{"accrual.fewest_known": 3})
    assert report.accrual is not None
    assert [one.scenario for one in report.accrual.scenarios] == [one.scenario for one in report.scenarios]
    assert report.words[-1] == (
        "If accrual is random: children come one by one, a month on average 0.5 in jia, 0.4 in sle. The looks are held "
        "at month 24 and month 48, however many have come; no basket takes more than planned. A basket that has the "
        "children of its next look waits until that look. A response is known 6 months after the treatment: a child "
        "treated later than that before a look is not counted at it, and if its basket closes there, is counted later, "
        "where another basket borrows from it. No child is taken in whose response would not be known by the last "
        "look. Before its last look a basket is judged only with 3 known responses or more."
    )
    assert "60 courses of accrual were drawn (seed 3)" in drawn_in_words(report.accrual)


def test_a_description_without_accrual_says_nothing_of_it():
    report = described(accrual=None)
    assert report.accrual is None
    assert not any("accrual" in said for said in (*report.words, *report.warnings))


def operating(error, power):
    """What is planned, under two scenarios of one basket: nothing but what the words are made of."""
    return [
        replace(
            Trial(design(Independent(), count=1, looks=(2,))).operating(Scenario(name, (rate,))),
            family_wise_error=value,
            success=(success,),
        )
        for name, rate, value, success in (
            ("No basket responds", 0.2, error, error),
            ("Every basket responds", 0.5, 0.0, power),
        )
    ]


def averaged(error, power, error_of_it):
    means, errors = (
        tuple(
            OnAccrual(Scenario(name, (rate,)), (s,), e, s, (5.0,), (0.0,), (0.0,), (0.0,), 0.0)
            for name, rate, e, s in (
                ("No basket responds", 0.2, x, x),
                ("Every basket responds", 0.5, 0.0, y),
            )
        )
        for x, y in ((error, power), (error_of_it, 0.004))
    )
    return RandomAccrual(200, 150, 1, (), means, errors)


def test_the_words_set_random_accrual_beside_the_plan():
    said = compared_in_words(averaged(0.061, 0.75, 0.002), operating(0.05, 0.8), ())
    assert said.startswith(
        "If accrual is random and no basket responds, some basket is declared a success by mistake with a probability "
        "of 6.1 %; with the planned numbers it is 5 %."
    )
    assert "each is found with a probability of 75 %; planned, 80 %." in said


@pytest.mark.parametrize(("error_of_it", "warned"), [(0.003, True), (0.004, False)])
def test_a_larger_error_is_warned_of_unless_luck_may_explain_it(error_of_it, warned):
    warnings = accrual_warnings(averaged(0.061, 0.75, error_of_it), operating(0.05, 0.8), ())
    assert bool(warnings) == warned
    if warned:
        assert "if no basket responds, 6.1 % instead of 5 %." in warnings[0]


def test_the_error_is_looked_at_where_the_planned_one_is_largest_too():
    at_worst = OnAccrual(
        Scenario("largest error", (0.2,)), (0.09,), 0.09, 0.09, (5.0,), (0.0,), (0.0,), (0.0,), 0.0
    )
    its_error = replace(at_worst, family_wise_error=0.002)
    found = replace(averaged(0.061, 0.75, 0.002), worst=(at_worst,), worst_standard_errors=(its_error,))
    worst = WorstError((0,), (0.2,), (0.2,), 0.08, 0.085)
    said = compared_in_words(found, operating(0.05, 0.8), [worst])
    assert (
        "The largest family-wise error in the listed true states, and wherever a set of baskets without effect errs "
        "most as planned, is 9 %; planned, 8 %." in said
    )
    (warning,) = accrual_warnings(found, operating(0.05, 0.8), [worst])
    assert "where the planned error is largest, 9 % instead of 8 %." in warning


def test_a_description_asks_every_point_of_largest_error_again():
    report = described()
    assert report.accrual is not None
    assert [one.scenario.rates for one in report.accrual.worst] == [one.rates for one in report.worst]
    assert len(report.worst) == 3  # sets of baskets without effect
    again = random_accrual(
        Trial(report.design), [one.scenario for one in report.worst], courses=Courses(60, seed=3)
    )
    assert again.scenarios == report.accrual.worst
    assert again.standard_errors == report.accrual.worst_standard_errors


def test_a_design_too_large_for_the_courses_is_described_without_them():
    plan = replace(design(CPP, count=4, looks=(7, 15)), accrual=Accrual((1.0,) * 4, (8.0, 16.0)))
    with pytest.raises(BeyondExactRange, match="331,776 outcomes for each of 200 courses"):
        random_accrual(Trial(plan), [])
    assert too_large_in_words(Courses()) == (
        "What random accrual changes is not said: the design is too large to be computed for 200 courses of it. Fewer "
        "courses may do."
    )
