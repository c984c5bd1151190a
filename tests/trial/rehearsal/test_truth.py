"""What is taken to be true, and how many children come, as a person writes it."""

import pytest

from leadline.errors import RehearsalInvalid
from leadline.trial.reading import parse_design
from leadline.trial.rehearsal.truth import parse_supply, parse_truth
from tests.trial.rehearsal.designs import SMALL

DESIGN = parse_design(SMALL, name="small.yaml")


def test_the_rates_of_the_design_are_taken_by_name():
    assert parse_truth("null", DESIGN).rates == (0.2, 0.1)
    assert parse_truth("target", DESIGN).rates == (0.6, 0.5)
    assert parse_truth("null", DESIGN).harm_rates == (0.1, 0.1)  # what the design expects
    assert parse_truth("null", DESIGN, harm_rate=0.4).harm_rates == (0.4, 0.4)


def test_rates_are_taken_in_any_order():
    assert parse_truth("mctd=0.25,jia=1", DESIGN).rates == (1.0, 0.25)


@pytest.mark.parametrize(
    "text",
    ["jia=0.5", "jia=0.5,mctd=1.2", "jia=0.5,mctd=x", "jia=0.5,jia=0.5,mctd=0.1", "sle=0.5", "best", ""],
)
def test_anything_else_is_refused_with_what_is_taken(text):
    with pytest.raises(RehearsalInvalid, match="--truth") as refused:
        parse_truth(text, DESIGN)
    assert "jia=0.4,mctd=0.4" in refused.value.hint


OWN_HARM = parse_design(SMALL, name="small.yaml", settings={"harm.scope": "basket"})


@pytest.mark.parametrize(
    "given",
    [1.5, 1.0, -0.1, "1.5", "much", "", "jia=0.4", "jia=0.4,sle=0.1", "jia=0.4,mctd=1", "jia=0.4,jia=0.4"],
)
def test_a_rate_of_harm_is_a_rate_or_one_for_each_basket(given):
    for design in (DESIGN, OWN_HARM):
        with pytest.raises(RehearsalInvalid, match="--harm"):
            parse_truth("null", design, harm_rate=given)


def test_baskets_differ_in_harm_where_each_has_a_rule_of_its_own():
    assert parse_truth("null", OWN_HARM, harm_rate="mctd=0.05,jia=0.4").harm_rates == (0.4, 0.05)
    with pytest.raises(RehearsalInvalid, match=r"takes a rate from 0 to below 1\nHint"):
        parse_truth("null", DESIGN, harm_rate="mctd=0.05,jia=0.4")


@pytest.mark.parametrize(
    ("text", "supply"),
    [
        ("", (8, 6)),
        ("jia=3", (3, 6)),
        ("jia=20,mctd=2", (20, 2)),
        ("14", (8, 6)),
        ("40", (8, 6)),
        ("7", (4, 3)),
        ("6", (3, 3)),  # 3.43 and 2.57: the larger remainder gets the child that is left over
    ],
)
def test_how_many_children_come(text, supply):
    assert parse_supply(text, DESIGN) == supply


def test_a_number_of_children_that_is_none_is_refused():
    for text in ("-3", "jia=many", "sle=3", "0", "jia=0,mctd=0"):
        with pytest.raises(RehearsalInvalid, match="--children"):
            parse_supply(text, DESIGN)
