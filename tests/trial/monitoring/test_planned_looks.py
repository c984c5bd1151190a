"""Planned looks made again from children in order: against the exact operating characteristics of the design."""

from __future__ import annotations

from itertools import accumulate, product

import pytest

from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import (
    Basis,
    Basket,
    Design,
    EarlyRule,
    Efficacy,
    Harm,
    HarmCheck,
    HarmScope,
    Reference,
)
from leadline.trial.monitoring.looks import walk
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP

RATES = (0.4, 0.7)
HARM_RATE = 0.3


def small(borrowing, **rules):
    baskets = (
        Basket("jia", "acr_pedi.acr70", 0.2, 0.6, (2, 4)),
        Basket("csle", "sri4", 0.3, 0.7, (1, 3)),
    )
    return Design("small", baskets, Efficacy(0.8), borrowing, **rules)


FUTILE = EarlyRule(Basis.POSTERIOR, 0.55, Reference.NULL_RATE)  # none of two, or of one, is futile


def sequences(sizes):
    return product(*(product((True, False), repeat=size) for size in sizes))


def chance_of(sequence, rates):
    found = 1.0
    for children, rate in zip(sequence, rates, strict=True):
        for responded in children:
            found *= rate if responded else 1 - rate
    return found


def never(_sizes):
    return ()


def closed(course, basket):
    """The decision that closed a basket, which must be closed."""
    decision = course.closed[basket]
    assert decision is not None
    return decision


@pytest.mark.parametrize("borrowing", [Independent(), CPP], ids=["none", "power prior"])
def test_every_sequence_of_children_decides_as_the_operating_characteristics_say(borrowing):
    trial = Trial(small(borrowing, futility=FUTILE))
    success, children = [0.0, 0.0], [0.0, 0.0]
    for sequence in sequences((4, 3)):
        course = walk(trial, sequence, harmed=never)
        chance = chance_of(sequence, RATES)
        for j in range(2):
            success[j] += chance * (closed(course, j).action == "success")
            children[j] += chance * closed(course, j).children
    exact = trial.operating(Scenario("truth", RATES))
    assert success == pytest.approx(exact.success, abs=1e-12)
    assert children == pytest.approx(exact.children, abs=1e-12)
    assert 0.05 < success[0] < 0.95
    assert 2.1 < children[0] < 3.9


def test_with_harm_the_decisions_are_those_of_the_operating_characteristics():
    harm = Harm("an event", 0.25, 0.4, 0.1, check=HarmCheck.CHILD)
    baskets = (Basket("jia", "acr_pedi.acr70", 0.2, 0.6, (1, 3)), Basket("csle", "sri4", 0.3, 0.7, (1, 2)))
    trial = Trial(Design("harm", baskets, Efficacy(0.7), Independent(), harm=harm))
    assert trial.boundary is not None
    events_that_stop = trial.boundary.events
    success, stopped = [0.0, 0.0], 0.0
    for events in product((True, False), repeat=5):
        chance_of_events = chance_of([events], [HARM_RATE])
        counts = list(accumulate(events))

        def harmed(sizes, counts=counts):
            reached = any(counts[n - 1] >= events_that_stop[n - 1] for n in range(1, sum(sizes) + 1))
            return (0, 1) if reached else ()

        for sequence in sequences((3, 2)):
            course = walk(trial, sequence, harmed=harmed)
            chance = chance_of_events * chance_of(sequence, RATES)
            stopped += chance * bool(course.harmed)
            for j, end in enumerate(course.closed):
                success[j] += chance * (end is not None and end.action == "success")
    exact = trial.operating(Scenario("truth", RATES, HARM_RATE))
    assert success == pytest.approx(exact.success, abs=1e-12)
    assert stopped == pytest.approx(sum(exact.harm), abs=1e-12)
    assert 0.05 < stopped < 0.95


@pytest.mark.parametrize("check", HarmCheck)
def test_with_harm_of_each_basket_the_decisions_are_those_of_the_operating_characteristics(check):
    """A power prior, so that what a basket that harm has closed still lends decides on the other."""
    harm = Harm("an event", 0.3, 0.5, 0.1, check=check, scope=HarmScope.BASKET)
    baskets = (Basket("jia", "acr_pedi.acr70", 0.2, 0.6, (1, 3)), Basket("csle", "sri4", 0.3, 0.7, (1, 2)))
    trial = Trial(Design("harm", baskets, Efficacy(0.75), CPP, harm=harm))
    boundaries, rates = [boundary.events for boundary in trial.harm_boundaries], (0.35, 0.25)
    success, stopped = [0.0, 0.0], [0.0, 0.0]
    for events in sequences((3, 2)):

        def harmed(sizes, events=events):
            looked_at = [
                range(1, size + 1) if check is HarmCheck.CHILD else (size,) * (size > 0) for size in sizes
            ]
            return [
                j for j in range(2) if any(sum(events[j][:n]) >= boundaries[j][n - 1] for n in looked_at[j])
            ]

        for sequence in sequences((3, 2)):
            course = walk(trial, sequence, harmed=harmed)
            chance = chance_of(events, rates) * chance_of(sequence, RATES)
            for j in range(2):
                success[j] += chance * (closed(course, j).action == "success")
                stopped[j] += chance * (j in course.harmed)
    exact = trial.operating(Scenario("truth", RATES, rates))
    assert success == pytest.approx(exact.success, abs=1e-12)
    assert stopped == pytest.approx([sum(step) for step in zip(*exact.stopped_harm, strict=True)], abs=1e-12)
    assert all(0.05 < one < 0.95 for one in (*success, *stopped))


def test_nobody_waits_for_a_basket_that_harm_has_closed_between_looks():
    harm = Harm("an event", 0.3, 0.5, 0.1, check=HarmCheck.CHILD, scope=HarmScope.BASKET)
    trial = Trial(small(CPP, harm=harm))
    # The second child of the first basket had the event that stops it; its response and two children are to come.
    course = walk(
        trial, ((True, None), (True, True, False)), harmed=lambda sizes: [0] if sizes[0] >= 2 else []
    )
    assert course.harmed == (0,)
    assert [step.children for step in course.steps] == [(0, 1), (0, 3)]
    assert (closed(course, 0).look, closed(course, 0).children, closed(course, 0).action) == (
        1,
        0,
        "stop for harm",
    )
    assert closed(course, 1).children == 3


def test_a_pending_child_among_the_first_keeps_the_look_waiting_however_many_came_after():
    trial = Trial(small(Independent(), futility=FUTILE))
    course = walk(trial, ((True, None, True, True), (True,)), harmed=never)
    assert course.steps == ()
    assert course.waiting == (0,)


def test_children_after_the_look_are_overrun_and_do_not_change_its_decision():
    trial = Trial(small(Independent(), futility=FUTILE))
    at_look = walk(trial, ((False, False), (True,)), harmed=never)
    later = walk(trial, ((False, False, True, True), (True,)), harmed=never)
    assert at_look.steps == later.steps
    assert closed(later, 0).action == "stop for futility"
    assert closed(later, 0).children == 2
    assert later.look == (2, 2)


def test_a_closed_basket_does_not_keep_the_others_waiting():
    trial = Trial(small(Independent(), futility=FUTILE))
    course = walk(trial, ((False, False), (True, True, True)), harmed=never)
    assert [step.children for step in course.steps] == [(2, 1), (2, 3)]
    assert closed(course, 1).action == "success"


def test_an_order_of_steps_is_followed():
    design = small(Independent(), order=(("csle",), ("jia",), ("jia",), ("csle",)))
    course = walk(Trial(design), ((True,), (True,)), harmed=never)
    assert [step.children for step in course.steps] == [(0, 1)]
    assert course.waiting == (0,)
