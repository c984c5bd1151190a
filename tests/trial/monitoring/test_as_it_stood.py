"""A child's record on the day of a look, where a date is known to the month and the month is not over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.casebook.days import DaySpan
from leadline.trial.design import HarmCount
from leadline.trial.monitoring.as_of import as_of
from leadline.trial.monitoring.harm import child_harm
from tests.trial.monitoring.test_children_responses import BETTER, KEPT, child, response
from tests.verdicts.build import drug, event, visit

LOOK = 168


def record(**rest):
    return child(visit(0, asked=True), visit(168, BETTER, asked=True), **rest)


@pytest.mark.parametrize(
    ("began", "had"),
    [
        (DaySpan(140, 168), True),
        (DaySpan(152, 181), None),  # before the look, or after it
        (DaySpan(168, 198), None),
        (DaySpan(169, 199), False),
    ],
)
def test_an_event_that_may_have_come_before_the_look_is_not_held_to_be_none(began, had):
    fever = replace(event(began.first, "fever", serious=True), start=began)
    past = as_of(record(events=[fever]), LOOK)
    assert child_harm(past, HarmCount.SERIOUS, by=LOOK).had is had


@pytest.mark.parametrize(
    "fatal", [{"outcome": "fatal"}, {"serious_criteria": ("hospitalisation", "death")}, {"grade": 5}]
)
def test_nobody_has_died_yet_of_an_event_that_ends_later(fatal):
    sepsis = replace(event(100, "sepsis", serious=True), stop=DaySpan(170, 170), **fatal)
    before, after = (as_of(child(visit(0, asked=True), events=[sepsis]), day) for day in (169, 170))
    assert response(before, day=169).applied == ()
    assert [one.event for one in response(after, day=170).applied] == ["death"]


@pytest.mark.parametrize(
    ("began", "status"),
    [
        (DaySpan(140, 160), "no_response"),
        (DaySpan(152, 181), "missing"),
        (DaySpan(169, 199), "response"),
    ],
)
def test_a_rescue_drug_that_may_have_come_before_the_look_leaves_the_response_open(began, status):
    anakinra = replace(
        drug("anakinra", 100, dose=100, frequency="daily", ongoing=True, as_of=400), start=began
    )
    past = as_of(record(drugs=(KEPT, anakinra)), LOOK)
    assert response(past, day=LOOK).status == status
