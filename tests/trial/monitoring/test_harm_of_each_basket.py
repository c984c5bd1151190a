"""A harm rule of each basket on the small trial of invented children, every count and boundary worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from leadline.casebook import read_casebook
from leadline.errors import LockDiffers
from leadline.trial.monitoring import check_lock, monitor, read_lock, read_plan, write_lock
from leadline.trial.monitoring.harm import Rule
from leadline.trial.monitoring.lock import lock_values
from tests.trial.monitoring.small_trial import DESIGN, ON, write_trial

PROTOCOLS = Path(__file__).parents[3] / "leadline/protocol/protocols"

CPP = "{model: power_prior, weights: {kind: cpp, a: 2, b: 2}}"
OWN = DESIGN.replace("check: child", "check: child, scope: basket").replace("level: 0.2", "level: 0.35")
LENDS = OWN.replace("{model: none}", CPP)


LATE = ("JIA-3", "2024-09-12")
"""After the first look, whose last window is over on 2 August; the second of two events in three children."""


def plan_of(text, folder):
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


def seen(text, folder, *events):
    """Where the trial stands on its day, with these serious events besides that of JIA-2."""
    book = write_trial(folder / "book")
    with (book / "adverse_events.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{child},sepsis,{day},yes,possible\n" for child, day in events)
    return monitor(plan_of(text, folder), read_casebook(book), on=ON)


@pytest.fixture
def stopped(tmp_path):
    return seen(LENDS, tmp_path, LATE)


def test_a_basket_is_closed_by_its_own_children_alone(stopped):
    arthritis, lupus = stopped.baskets
    # At 30 %: with two of two, of three, or three of four the rule stops four children with 0.216, within 0.35. One of
    # one stops the two children with lupus with 0.3; a second event, were one of two enough, with 0.51.
    assert (arthritis.harm.boundary, lupus.harm.boundary) == ((2, 2, 2, 3), (1, 2))
    # JIA-2 and JIA-3 are two of three; nobody asked JIA-4 and SLE-1.
    assert arthritis.harm.path == ((0, 0, 1, 2, 2), (0, 0, 1, 2, 3))
    assert (arthritis.harm.rule, lupus.harm.rule) == (Rule.STOP, Rule.OPEN)
    assert (arthritis.rule_now, lupus.rule_now) == ("stop for harm", "go on; harm cannot be told")
    assert stopped.harm is None
    assert [name for name, _ in stopped.harm_rules] == ["Arthritis", "Lupus"]
    assert all(one.binding for _, one in stopped.harm_rules)


def test_a_stopped_basket_counts_up_to_the_look_before(stopped):
    arthritis, lupus = stopped.baskets
    assert (arthritis.closed.look, arthritis.closed.children, arthritis.closed.responders) == (2, 2, 1)
    assert (arthritis.next_look, arthritis.forecast) == (None, None)
    # Its own posterior holds all three who are known, two of whom responded, and the one of lupus who did not, by the
    # weight of 2/3 against 0/1: S = 3^(1/4) 2/3.
    assert arthritis.posterior.mean == pytest.approx(3 / (5 + weight_of(2 / 3, 3)))
    # Lupus borrows from the first two, one of whom responded: S = 2^(1/4) 1/2.
    weight = weight_of(1 / 2, 2)
    assert lupus.posterior.mean == pytest.approx((1 + weight) / (3 + 2 * weight))
    # With the next child: 0 or 1 of 2 beside 1 of 2.
    for row, apart in zip(lupus.next_results, (0.5, 0.0), strict=True):
        weight = weight_of(apart, 2) if apart else 1.0
        a, b = 1 + row.responders + weight, 3 - row.responders + weight
        assert row.above_null == pytest.approx(beta_above(a, b, 0.4), abs=1e-9)


def beta_above(a, b, rate, steps=20_000):
    """By the midpoint rule."""
    width = (1 - rate) / steps
    points = (rate + (k + 0.5) * width for k in range(steps))
    scale = math.gamma(a + b) / math.gamma(a) / math.gamma(b)
    return scale * width * math.fsum(x ** (a - 1) * (1 - x) ** (b - 1) for x in points)


def test_a_basket_is_closed_by_children_who_came_while_its_look_was_awaited(tmp_path):
    # On 30 March JIA-2 and JIA-3 are two of three; the first two were to be looked at in August.
    arthritis, lupus = seen(LENDS, tmp_path, ("JIA-3", "2024-03-12")).baskets
    assert (arthritis.rule_now, arthritis.closed.look, arthritis.closed.children) == ("stop for harm", 1, 0)
    assert arthritis.posterior.mean == pytest.approx(3 / (5 + weight_of(2 / 3, 3)))
    assert lupus.posterior.mean == pytest.approx(1 / 3)  # nobody lends to it
    assert lupus.next_look.look == 2


def weight_of(apart, larger):
    """Of the calibrated power prior with a = b = 2, for rates so far apart; `larger` is the larger basket's size."""
    return 1 / (1 + math.exp(2 + 2 * math.log(larger**0.25 * apart)))


def test_the_words_say_whom_harm_has_stopped(stopped):
    said = " ".join(stopped.words)
    assert "Harm has stopped Arthritis, without success, and closes no other disease." in said
    assert "its children up to the look before count" in said
    assert "The next planned step waits for Lupus." in said
    own = " ".join(stopped.baskets[0].words)
    assert "Harm stopped it by look 2: no success is declared." in own
    assert "Known and infused after those of its last look: 1. Others do not borrow from them" in own
    assert "Harm in its children: 2 of 4 children had an event that counts; of 1 it is not known." in own


def test_a_look_of_the_others_is_on_plan_whoever_was_treated_of_the_stopped_basket(tmp_path):
    # Lupus, of one child, is looked at in the last step; three of arthritis are known by then, of whom two count.
    text = LENDS.replace("looks: [1, 2]", "looks: [1]")
    found = seen(text, tmp_path, LATE)
    assert [step.children for step in found.steps] == [(2, 0), (2, 1)]
    assert found.baskets[1].on_plan
    assert not any("off plan" in notice for notice in found.notices)


def test_what_is_not_known_of_one_basket_leaves_the_other_as_it_is(tmp_path):
    found = seen(OWN, tmp_path)
    arthritis, lupus = found.baskets
    # Counted together three of five would stop the trial, if SLE-1 had the event; of arthritis at most two of four had.
    assert (arthritis.harm.rule, arthritis.rule_now) == (Rule.GO_ON, "go on")
    assert (lupus.harm.children, lupus.harm.with_event, lupus.harm.unknown) == (1, 0, 1)
    assert (lupus.harm.rule, lupus.rule_now) == (Rule.OPEN, "go on; harm cannot be told")
    assert not any(one.closed for one in found.baskets)


def test_looked_at_with_the_looks_a_basket_is_closed_at_its_look_with_the_children_of_it(tmp_path):
    text = LENDS.replace("check: child", "check: look")
    # Of two children at a look both: 0.09. JIA-1 and JIA-2 had the event.
    found = seen(text, tmp_path, ("JIA-1", "2024-01-20"))
    arthritis, lupus = found.baskets
    assert arthritis.harm.checks == (2, 4)
    assert arthritis.harm.boundary[1] == 2
    (step,) = found.steps
    assert [(one.action, one.children) for one in step.decisions] == [("stop for harm", 2), ("go on", 1)]
    assert (arthritis.rule_now, arthritis.closed.look, arthritis.closed.children) == ("stop for harm", 1, 2)
    assert lupus.rule_now.startswith("go on")


def test_at_a_look_the_first_who_were_infused_count_also_those_left_out_of_the_response(tmp_path):
    shipped = (PROTOCOLS / "msc_iv_paediatric.yaml").read_text("utf-8")
    (tmp_path / "left_out.yaml").write_text(shipped.replace("missing: not_met", "missing: left_out"), "utf-8")
    in_turn = "order: [[jia], [csle], [jia], [csle]]\n"
    text = OWN.replace("check: child", "check: look").replace("msc_iv_paediatric", "left_out.yaml") + in_turn
    book = write_trial(tmp_path / "book")
    visits = (book / "visits.csv").read_text("utf-8").splitlines(keepends=True)
    (book / "visits.csv").write_text("".join(row for row in visits if "JIA-1-24" not in row), "utf-8")
    with (book / "adverse_events.csv").open("a", encoding="utf-8") as file:
        file.write("JIA-1,sepsis,2024-01-20,yes,possible\n")
    found = monitor(plan_of(text, tmp_path), read_casebook(book), on=ON)
    (step,) = found.steps
    (decision,) = step.decisions
    # The response of JIA-1 is missing, so that the look at two children is that of JIA-2 and JIA-3, of whom one had a
    # serious event. JIA-1 and JIA-2 were infused first, and both had one: two of two stop.
    harm = found.baskets[0].harm
    assert harm is not None
    assert harm.boundary[1] == 2
    assert decision.action == "stop for harm"


EARLY = "efficacy: {posterior: 0.9, early: {by: posterior, cutoff: 0.85}}"
SCOPES = {"own": OWN, "pooled": DESIGN}


@pytest.mark.parametrize("scope", SCOPES)
def test_an_event_after_a_look_takes_no_decision_of_it_back(scope, tmp_path):
    """Arthritis is a success at its first look, with 1 of 2 responding: Beta(2, 2) above 0.2 is 0.896. The windows of
    its two children are over 182 days after 1 February 2024, and that of SLE-1 before."""
    text = SCOPES[scope].replace("efficacy: {posterior: 0.9}", EARLY)
    last = date(2024, 2, 1) + timedelta(days=182 + 1)
    # Two events more are enough for either rule: JIA-1 and JIA-2 of two, and with SLE-1 three of three.
    for days, stands in ((0, False), (1, True)):
        began = (last + timedelta(days=days)).isoformat()
        folder = tmp_path / str(days)
        folder.mkdir()
        found = seen(text, folder, ("JIA-1", began), ("SLE-1", began))
        arthritis, lupus = found.baskets
        said = "stop for success" if stands else "stop for harm"
        assert (arthritis.rule_now, arthritis.closed.action, arthritis.closed.look) == (said, said, 1)
        # The event counts from then on: the basket that is open is closed before its second look.
        assert lupus.rule_now == "stop for harm"
        assert lupus.closed.look == (2 if stands else 1)
        assert [len(step.decisions) for step in found.steps] == ([2] if stands else [])


def test_at_the_looks_an_event_after_one_counts_at_the_next(tmp_path):
    text = OWN.replace("check: child", "check: look")
    last = date(2024, 2, 1) + timedelta(days=182 + 1)
    for days, action in ((0, "stop for harm"), (1, "go on")):
        folder = tmp_path / str(days)
        folder.mkdir()
        found = seen(text, folder, ("JIA-1", (last + timedelta(days=days)).isoformat()))
        assert found.steps[0].decisions[0].action == action
        assert found.baskets[0].harm.with_event == 2


def test_the_lock_holds_each_boundary_and_refuses_another_scope(tmp_path):
    plan = plan_of(OWN, tmp_path)
    assert lock_values(plan)["decisions"]["harm_events"] == [[2, 2, 2, 3], [1, 2]]
    assert lock_values(plan)["decisions"]["harm_checks"] == [[1, 2, 3, 4], [1, 2]]
    write_lock(plan, tmp_path / "own.lock.json")
    frozen = read_lock(tmp_path / "own.lock.json")
    check_lock(frozen, plan, name="own.lock.json")
    assert plan.design.harm is not None
    pooled = replace(plan, design=replace(plan.design, harm=replace(plan.design.harm, scope="pooled")))
    with pytest.raises(LockDiffers, match=r"design\.harm\.scope: frozen \"basket\", found \"pooled\""):
        check_lock(frozen, pooled, name="own.lock.json")
