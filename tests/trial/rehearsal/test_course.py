"""The course of a trial: who waits for whom, what closes a basket, and that its law is the exact one."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from leadline.trial.rehearsal.course import Child, Decided, Why, draw_children, play
from leadline.trial.rehearsal.known import decide_by_truth
from leadline.trial.rehearsal.truth import Truth
from leadline.trial.scenarios import Scenario
from tests.trial.rehearsal.designs import SMALL

DESIGN = parse_design(SMALL, name="small.yaml")
CLOSES = (182, 182)


def children(counts=(8, 6), *, responds=True, harm_days=()):
    return [
        [Child(at, n, responds, dict(harm_days).get((at, n)), 10) for n in range(count)]
        for at, count in enumerate(counts)
    ]


def go_on(look):
    return Decided(verdicts=dict.fromkeys(look.baskets, 0))


def test_a_look_is_held_with_the_planned_children_on_the_day_after_their_last_window():
    looks = []

    def decide(look):
        looks.append(look)
        return go_on(look)

    course = play(DESIGN, children(), decide, closes=CLOSES)
    assert [(look.step, len(look.of(0)), len(look.of(1))) for look in looks] == [(0, 4, 3), (1, 8, 6)]
    for look in looks:
        assert look.day == max(one.infused for one in look.taken) + 182 + 1
    first, second = looks
    assert all(one.infused > first.day for one in second.taken if one not in first.taken)
    assert [end.why for end in course.ends] == [Why.COMPLETE, Why.COMPLETE]
    assert course.looks == 2


def test_no_two_children_are_infused_on_one_day_and_they_come_in_order():
    seen = []

    def decide(look):
        seen.append(look)
        return go_on(look)

    play(DESIGN, children(), decide, closes=CLOSES)
    days = [one.infused for one in seen[-1].taken]
    assert days == sorted(set(days))


def test_a_closed_basket_takes_no_more_children():
    def decide(look):
        return Decided(verdicts={at: -1 if at == 0 else 0 for at in look.baskets})

    course = play(DESIGN, children(), decide, closes=CLOSES)
    assert course.ends[0] == (0, 4, Why.FUTILITY, False)
    assert course.ends[1] == (1, 6, Why.COMPLETE, False)


def test_a_basket_that_closes_for_success_keeps_it_when_harm_stops_the_trial_later():
    def decide(look):
        if look.step == 1:
            return Decided(harm=(0, 1))
        return Decided(verdicts={0: 1, 1: 0})

    course = play(DESIGN, children(), decide, closes=CLOSES)
    assert course.ends[0] == (0, 4, Why.EFFICACY, True)
    assert course.ends[1].why == Why.HARM
    assert not course.ends[1].success
    assert course.harmed == 1


def test_harm_is_looked_at_on_the_day_after_an_event_and_stops_who_would_come_later():
    events = {(0, 0): 3, (0, 1): 5}
    alone = []

    def decide(look):
        if look.harm_alone:
            alone.append(look)
            return Decided(harm=(0, 1) if len(alone) == 2 else ())
        return go_on(look)

    course = play(DESIGN, children(harm_days=events), decide, closes=CLOSES)
    first, second = alone
    assert first.day == first.taken[0].infused + 3 + 1
    assert all(one.infused < second.day for one in second.taken)
    assert sum(end.children for end in course.ends) == len(second.taken) < 7
    assert {end.why for end in course.ends} == {Why.HARM}


def test_events_too_few_to_stop_the_trial_call_for_no_look():
    alone = []

    def decide(look):
        alone.append(look.harm_alone)
        return go_on(look)

    events = {(0, 0): 3, (0, 1): 5}
    play(DESIGN, children(harm_days=events), decide, closes=CLOSES, fewest_to_stop=(3,))
    assert not any(alone)


def test_a_trial_that_gets_too_few_children_ends_without_success():
    course = play(DESIGN, children((3, 6)), partial(decide_by_truth, Trial(DESIGN)), closes=CLOSES)
    assert [end.why for end in course.ends] == [Why.NO_MORE, Why.NO_MORE]
    assert not any(end.success for end in course.ends)


def test_for_a_child_left_out_of_the_count_another_one_is_enrolled():
    def decide(look):
        if look.step == 0 and len(look.of(0)) < 6:  # two of the first five are left out
            return Decided(short={0: 1})
        return go_on(look)

    course = play(DESIGN, children((12, 6)), decide, closes=CLOSES)
    assert course.looks == 4
    assert course.ends[0].children == 8


def test_harm_by_truth_is_the_boundary_walked_in_the_order_of_infusion():
    trial = Trial(DESIGN)
    assert trial.boundary is not None
    least = next(n for n, x in enumerate(trial.boundary.events, start=1) if x <= n)
    had = {(0, n): 0 for n in range(4)} | {(1, n): 0 for n in range(3)}
    course = play(DESIGN, children(harm_days=had), partial(decide_by_truth, trial), closes=CLOSES)
    assert course.harmed == 0
    assert sum(end.children for end in course.ends) == least


TRIALS = 3000


@pytest.mark.parametrize(
    "settings",
    [
        {"harm.check": "child"},
        {"harm.check": "look"},
        {"harm.check": "look", "order": [["jia"], ["mctd"], ["mctd", "jia"]]},
        {"harm.check": "child", "harm.scope": "basket"},
        {"harm.check": "look", "harm.scope": "basket"},
        {"harm.check": "child", "harm.scope": "basket", "order": [["jia"], ["mctd"], ["mctd", "jia"]]},
    ],
    ids=[
        "harm after every child",
        "harm at the looks",
        "looks in an order",
        "harm of each basket after every child",
        "harm of each basket at the looks",
        "harm of each basket and looks in an order",
    ],
)
def test_the_rates_of_trials_by_truth_are_the_exact_ones_within_monte_carlo_error(settings):
    design = parse_design(SMALL, name="small.yaml", settings=settings)
    harm_rates = (0.5, 0.2) if design.harm_by_basket else (0.4, 0.4)
    trial, truth = Trial(design), Truth("mixed", (0.5, 0.15), harm_rates)
    exact = trial.operating(Scenario("mixed", truth.rates, truth.harm_rates))
    rng = np.random.default_rng(20)
    courses = [
        play(design, draw_children(rng, design, truth, design.sizes), partial(decide_by_truth, trial), closes=CLOSES)
        for _ in range(TRIALS)
    ]  # fmt: skip

    def agrees(seen, chance):
        # Four standard errors: one of 9 comparisons fails by chance in one of 1,700 seeds, and the seed is fixed.
        return abs(np.mean(seen) - chance) <= 4 * math.sqrt(chance * (1 - chance) / TRIALS)

    for at in range(2):
        ends = [course.ends[at] for course in courses]
        assert agrees([end.success for end in ends], exact.success[at])
        assert agrees(
            [end.why == Why.FUTILITY for end in ends], sum(step[at] for step in exact.stopped_futility)
        )
        assert agrees(
            [end.why == Why.EFFICACY for end in ends], sum(step[at] for step in exact.stopped_efficacy)
        )
        assert agrees([end.why == Why.HARM for end in ends], sum(step[at] for step in exact.stopped_harm))
    assert agrees([course.harmed is not None for course in courses], sum(exact.harm))
    assert 0.05 < sum(exact.harm) < 0.5  # the comparison is of something


def test_the_children_of_trials_without_harm_are_as_many_as_is_exact():
    design = replace(DESIGN, harm=None)
    trial, truth = Trial(design), Truth("null", design.null_rates, (0.0, 0.0))
    exact = trial.operating(Scenario("null", truth.rates))
    rng = np.random.default_rng(21)
    seen = [
        sum(end.children for end in play(
            design, draw_children(rng, design, truth, design.sizes), partial(decide_by_truth, trial), closes=CLOSES
        ).ends)
        for _ in range(TRIALS)
    ]  # fmt: skip
    assert abs(np.mean(seen) - sum(exact.children)) <= 4 * np.std(seen) / math.sqrt(TRIALS)


def test_children_respond_and_are_harmed_at_the_true_rates():
    drawn = draw_children(np.random.default_rng(5), DESIGN, Truth("t", (0.3, 0.8), (0.1, 0.4)), (2000, 2000))
    for of_basket, rate, harm_rate in zip(drawn, (0.3, 0.8), (0.1, 0.4), strict=True):
        assert np.mean([child.responds for child in of_basket]) == pytest.approx(rate, abs=0.04)
        assert np.mean([child.harm_day is not None for child in of_basket]) == pytest.approx(
            harm_rate, abs=0.04
        )
        assert all(child.harm_day is None or 0 <= child.harm_day <= 21 for child in of_basket)
        assert all(child.after_days >= 1 for child in of_basket)
