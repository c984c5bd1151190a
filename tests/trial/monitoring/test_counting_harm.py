"""Harm by definition: which events count, what silence is, and the boundary; expected values worked by hand."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest

from leadline.casebook.days import DaySpan
from leadline.trial.design import Basket, Design, Efficacy, Harm, HarmCheck, HarmCount
from leadline.trial.monitoring.harm import (
    ChildHarm,
    Rule,
    basket_boundary,
    child_harm,
    first_stop,
    harm_path,
    harm_standing,
)
from leadline.trial.monitoring.words import harm_in_words
from leadline.trial.operating import Trial
from tests.verdicts.build import case, event, visit

ASKED = [visit(0, asked=True), visit(30, asked=True)]
BOTH = HarmCount.SERIOUS_AND_POSSIBLY_RELATED


def related(relation, *, serious=True, day=10):
    return replace(event(day, "fever", serious=serious), relation=relation)


@pytest.mark.parametrize(
    ("one", "counts", "had"),
    [
        (related("possible"), BOTH, True),
        (related("unlikely"), BOTH, False),
        (related("unlikely"), HarmCount.SERIOUS, True),
        (related("unassessable"), BOTH, None),
        (related(""), BOTH, None),
        (related("certain", serious=None), BOTH, None),
        (related("not_related", serious=None), BOTH, False),
        (related("certain", serious=False), BOTH, False),
        (related("certain", serious=False), HarmCount.ANY, True),
        (related("certain", day=-1), HarmCount.ANY, False),
        (replace(related("certain"), start=None), BOTH, None),
        (replace(related("certain"), start=DaySpan(-3, 3)), BOTH, None),
    ],
)
def test_an_event_counts_by_the_definition_of_the_design(one, counts, had):
    assert child_harm(case("jia", ASKED, events=[one]), counts).had is had


def dead(day, *events):
    child = case("jia", ASKED, events=events, index=date(2024, 1, 1))
    died = date(2024, 1, 1) + timedelta(days=day)
    return replace(child, patient={**child.patient, "death_date": died.isoformat()})


@pytest.mark.parametrize("counts", HarmCount)
def test_a_death_of_which_no_adverse_event_is_recorded_is_not_held_to_be_none(counts):
    found = child_harm(dead(40, related("unlikely", serious=False, day=5)), counts)
    assert found.had is (True if counts is HarmCount.ANY else None)  # any event counts, and there is another
    alone = child_harm(dead(40), counts)
    assert (alone.had, alone.because) == (
        None,
        "a death is recorded, and no adverse event of which the child died",
    )
    assert child_harm(dead(40), counts, by=39).had is False  # not yet, on the day of the look
    assert child_harm(dead(40), counts, by=40).had is None


@pytest.mark.parametrize("told", [{"vital_status": "dead"}, {"follow_up_end_reason": "Died"}])
def test_a_death_without_a_day_is_not_held_to_be_no_harm_either(told):
    child = case("jia", ASKED)
    child = replace(child, patient={**child.patient, **told})
    assert child_harm(child, BOTH).had is None
    assert child_harm(child, BOTH, by=31).had is None  # it may have been by then
    assert child_harm(child, BOTH, by=30).had is False  # seen on that day
    of_it = replace(child, adverse_events=(replace(related("unlikely"), grade=5),))
    assert child_harm(of_it, BOTH).had is False  # grade 5 is a death of the event


def test_a_death_of_a_recorded_event_is_judged_by_the_event():
    sepsis = replace(related("unlikely", day=38), outcome="fatal", stop=DaySpan(40, 40))
    assert child_harm(dead(40, sepsis), BOTH).had is False
    assert child_harm(dead(40, sepsis), HarmCount.SERIOUS).had is True
    by_criterion = replace(related("possible", day=38), serious_criteria=("death",))
    assert child_harm(dead(40, by_criterion), BOTH).had is True


def test_a_child_whom_nobody_asked_is_not_free_of_events():
    silent = case("jia", [visit(0), visit(30)])
    assert child_harm(silent, BOTH).had is None
    # Asked on day 0 about the time before: nothing is known of the time after.
    before = case("jia", [visit(-30), visit(0, asked=True)])
    assert child_harm(before, BOTH).had is None


def test_days_at_risk_are_those_that_questions_reached_over_after_the_infusion():
    found = child_harm(
        case("jia", [visit(-20), visit(14, asked=True), visit(50), visit(80, asked=True)]), BOTH
    )
    # From day 0 to 14 and from the contact before, day 50, to day 80.
    assert (found.had, found.days_asked, found.last_asked) == (False, 14 + 30, 80)


def of(had):
    return ChildHarm(had, "", 10, 10, 0, 0)


HARM = Harm("an event", 0.2, 0.4, 0.05, check=HarmCheck.CHILD)
DESIGN = Design("harm", (Basket("jia", "acr_pedi.acr70", 0.2, 0.6, (6,)),), Efficacy(0.9), harm=HARM)


def boundary_of(design):
    boundary = Trial(design).boundary
    assert boundary is not None
    return boundary


def test_the_boundary_is_looked_at_after_every_child_in_the_order_of_infusion():
    boundary = boundary_of(DESIGN)
    limit = boundary.events[2]
    assert limit <= 3
    had = [True] * limit + [False] * (6 - limit)
    assert first_stop(had, boundary, unknown_as=False) == next(
        n for n in range(1, 7) if min(n, limit) >= boundary.events[n - 1]
    )
    assert first_stop([False] * 6, boundary, unknown_as=False) is None
    assert first_stop([None] * 6, boundary, unknown_as=True) is not None


def test_unknown_children_make_a_range():
    boundary = boundary_of(DESIGN)
    found = harm_standing(DESIGN, [of(False), of(None), of(True)], boundary, stopped=(False, True))
    assert (found.children, found.with_event, found.unknown) == (3, 1, 1)
    assert found.rule is Rule.OPEN
    # Prior worth three children at 20 %: (0.6 + 1) / 6 and (0.6 + 2) / 6.
    assert found.fewest.mean == pytest.approx(1.6 / 6)
    assert found.most.mean == pytest.approx(2.6 / 6)
    assert found.person_days == 30
    assert harm_path([of(False), of(None), of(True)]) == ((0, 0, 0, 1), (0, 0, 1, 2))


def test_the_chance_of_stopping_is_that_of_every_order_of_children_to_come():
    """The children to come one by one, in rational arithmetic: the urn of a beta prior."""
    boundary = boundary_of(DESIGN)
    events = (False, True)
    a, b = Fraction(3, 5), Fraction(12, 5)
    total = Fraction(0)
    for to_come in product((False, True), repeat=4):
        chance, x, n, stops = Fraction(1), sum(events), len(events), False
        for one in to_come:
            rate = (a + x) / (a + b + n)
            chance *= rate if one else 1 - rate
            x, n = x + one, n + 1
            stops = stops or x >= boundary.events[n - 1]
        total += chance * stops
    found = harm_standing(DESIGN, [of(one) for one in events], boundary, stopped=(False, False))
    assert found.stop_chance is not None
    assert found.stop_chance[0] == pytest.approx(float(total), abs=1e-12)
    assert 0 < total < 1


def test_a_basket_too_small_for_any_boundary_is_never_warned_of():
    # One child: stopping at its event has a chance of 0.2 at the limit, above the level of 0.1.
    strict = replace(HARM, level=0.1)
    boundary = basket_boundary(strict, (1,))
    assert boundary.events == (2,)
    assert (boundary.critical, boundary.stop_at_limit) == (None, 0.0)
    assert json.dumps(asdict(boundary), allow_nan=False)
    found = harm_standing(DESIGN, [of(True)], boundary, stopped=(False, False))
    assert (found.stops_at, found.rule) == (None, Rule.GO_ON)


def test_a_rule_that_is_looked_at_with_the_others_stops_at_no_number_between():
    # Two of two at 20 %: 0.04, within the level of 0.1; of one child nobody asks the rule.
    boundary = basket_boundary(replace(HARM, level=0.1, check=HarmCheck.LOOK), (2,))
    one, two = (harm_standing(DESIGN, [of(True)] * n, boundary, stopped=(False, False)) for n in (1, 2))
    assert (one.stops_at, one.on_plan) == (None, False)
    assert (two.stops_at, two.on_plan) == (2, True)
    assert "With one child the rule is not looked at." in harm_in_words(one, whom="all")
    assert "With 2 children the trial stops at 2 with the event." in harm_in_words(two, whom="all")


def test_the_boundary_of_one_basket_is_that_of_the_rule_for_its_children_alone():
    # Two children at 20 %: both have the event with a chance of 0.04, one of them with 0.36; the level is 0.1.
    boundary = basket_boundary(replace(HARM, level=0.1, check=HarmCheck.LOOK), (2,))
    assert boundary.events[1] == 2
    assert boundary.stop_at_limit == pytest.approx(0.04)
