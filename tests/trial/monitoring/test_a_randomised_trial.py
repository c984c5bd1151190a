"""A whole monitoring of a trial with controls, every count worked out by hand (see small_randomised)."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import pytest

from leadline.casebook import read_casebook
from leadline.trial.borrowing import Above
from leadline.trial.monitoring import check_lock, monitor, read_lock, read_plan, write_lock
from leadline.trial.monitoring.harm import Rule
from leadline.trial.monitoring.standing import Scale, Seen, posteriors
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from tests.trial.monitoring.small_randomised import CHILDREN, DESIGN, EVENTS, ON, write_trial


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("design") / "small.yaml"
    path.write_text(DESIGN, encoding="utf-8")
    return read_plan(path)


@pytest.fixture(scope="module")
def look(plan, tmp_path_factory):
    def at(**written):
        return monitor(
            plan, read_casebook(write_trial(tmp_path_factory.mktemp("trial") / "book", **written)), on=ON
        )

    return at


@pytest.fixture(scope="module")
def found(look):
    return look()


def beats(a, b, c, e):
    """P(X > Y) for X of Beta(a, b) and Y of Beta(c, e), whole shapes (Cook 2005)."""

    def beta(p, q):
        return Fraction(factorial(p - 1) * factorial(q - 1), factorial(p + q - 1))

    return float(sum(beta(c + i, b + e) / ((b + i) * beta(1 + i, b) * beta(c, e)) for i in range(a)))


def test_each_child_is_in_the_arm_that_is_recorded_of_it(found):
    said = [(child.patient_id, child.arm, child.in_arm, child.response.status) for child in found.children]
    assert said == [
        ("T-1", "msc", 1, "response"),
        ("L-1", "msc", 1, "missing"),
        ("C-1", "control", 1, "no_response"),
        ("T-2", "msc", 2, "response"),
        ("C-2", "control", 2, "response"),
        ("T-3", "msc", 3, "pending"),
    ]


def test_children_without_an_arm_or_a_day_are_named_and_not_guessed(found):
    why = {one.patient_id: one.why for one in found.conduct.left_out}
    assert why == {
        "NO-ARM": "no arm is recorded (assigned_arm), and its basket has two",
        "OTHER-ARM": "the arm recorded (assigned_arm) is none of the design: it takes msc or control",
        "NO-ENROLMENT": "a control without a day of enrolment (enrolled_date), from which its days count",
        "LATER": "enrolled after the day of the look",
        "CELLS-FIRST": "infused before it was enrolled",
        "WAITING": "no infusion is recorded as given",
        "CONTROL-IN-LUPUS": (
            "the arm recorded (assigned_arm) is none of its basket, which has no controls: it takes msc or nothing"
        ),
    }
    doubt = next(one for one in found.notices if "arm or day 0 is in doubt" in one)
    assert "CELLS-FIRST, CONTROL-IN-LUPUS, NO-ARM, NO-ENROLMENT and OTHER-ARM" in doubt
    assert any("WAITING" in one and "who were assigned" in one for one in found.notices)


def test_the_days_of_a_control_count_from_its_enrolment(found):
    control = next(child for child in found.children if child.patient_id == "C-1")
    assert (control.enrolled, control.infused) == ("2024-01-25", "")
    assert control.day == 341  # 2024-01-25 to 2024-12-31, in a leap year
    assert control.response.assessed == "day 168"


def test_a_look_is_reached_by_the_planned_numbers_of_both_arms(found):
    (step,) = found.steps
    assert (step.children, step.responders) == ((2, 1), (2, 0))
    assert (step.controls, step.control_responders) == ((1, 0), (0, 0))
    arthritis, lupus = step.decisions
    assert arthritis.above == pytest.approx(beats(3, 1, 1, 2), abs=1e-12)
    assert (arthritis.controls, arthritis.control_responders) == (1, 0)
    assert lupus.above == pytest.approx(0.6**2)  # none of one, Beta(1, 2) above 0.4


def test_a_look_waits_for_its_controls(look):
    treated = [child for child in CHILDREN if child[2] != "control"]
    waiting = look(children=treated, events=())
    assert waiting.steps == ()
    assert any("waits for Arthritis" in said for said in waiting.words)


def test_the_posterior_is_of_the_difference_of_both_arms(found):
    arthritis, lupus = found.baskets
    assert (arthritis.counts.known, arthritis.control_counts.known) == (2, 2)
    now = arthritis.posterior
    assert now.scale is Scale.DIFFERENCE
    assert now.mean == pytest.approx(3 / 4 - 2 / 4)
    assert now.above_null == pytest.approx(beats(3, 1, 2, 2), abs=1e-12)
    assert lupus.control_counts is None
    assert lupus.posterior.scale is Scale.RATE
    assert lupus.posterior.mean == pytest.approx(1 / 3)


def test_the_next_look_is_told_for_both_arms(found):
    arthritis = found.baskets[0]
    look = arthritis.next_look
    assert (look.look, look.children, look.to_come) == (2, 3, 1)
    assert (look.controls, look.controls_known, look.controls_to_come) == (2, 2, 0)
    exact = [beats(3 + more, 2 - more, 2, 2) for more in (0, 1)]
    assert [one.above_null for one in arthritis.next_results] == pytest.approx(exact, abs=1e-12)
    assert [one.action for one in arthritis.next_results] == [
        "success" if chance >= 0.9 else "no success" for chance in exact
    ]
    assert arthritis.forecast.success == pytest.approx(
        sum(chance * (above >= 0.9) for chance, above in zip((1 / 4, 3 / 4), exact, strict=True)), abs=1e-12
    )


def test_harm_counts_those_who_were_given_the_cells_whatever_their_arm(found, look):
    """T-1, T-2, T-3, L-1, and NO-ARM and OTHER-ARM whose arm is not known; not C-1, a control with an event."""
    assert (found.harm.children, found.harm.with_event) == (6, 1)
    assert any("whose arm is not known" in one and "NO-ARM and OTHER-ARM" in one for one in found.notices)
    none = look(events=EVENTS[:1])
    assert (none.harm.children, none.harm.with_event) == (6, 0)
    assert none.harm.rule is not Rule.STOP


def test_a_control_who_is_given_the_cells_stays_a_control_and_is_named(look):
    """The infusion is an intercurrent event: no response, as the estimand says of a further infusion."""
    crossed = look(infusions=(("C-2", 1, "2024-04-01"),))
    child = next(one for one in crossed.children if one.patient_id == "C-2")
    assert (child.arm, child.response.counted) == ("control", False)
    assert "infusion 1" in child.response.because
    assert crossed.harm.children == 7
    assert any("C-2, assigned to the controls" in one for one in crossed.notices)


def test_a_partial_enrolment_that_may_follow_the_infusion_is_said(look):
    children = [("T-1", "jia", "msc", "2024-01", "2024-01-10", CHILDREN[0][5]), *CHILDREN[1:]]
    found = look(children=children)
    assert "T-1" in {child.patient_id for child in found.children}
    assert any("Of T-1 the days leave open" in one for one in found.notices)


def test_the_conduct_is_of_both_arms_together(found):
    assert (found.conduct.planned, found.conduct.taken) == (7, 6)  # 3 + 2 and 2
    assert found.conduct.taken_by_basket == (5, 1)
    assert (found.conduct.serious, found.conduct.with_serious) == (1, 1)  # C-1's


def test_a_randomised_plan_is_locked_and_its_controls_with_it(plan, tmp_path):
    write_lock(plan, tmp_path / "lock.json")
    lock = read_lock(tmp_path / "lock.json")
    assert lock.sections["design"]["baskets"][0]["control"]["looks"] == [1, 2]
    # Lupus: 2 of 2 with Beta(3, 1) above 0.4 is 1 - 0.4^3 = 0.936; 1 of 2 with Beta(2, 2) is 0.648.
    assert lock.sections["decisions"]["sufficient_without_borrowing"] == [None, 2]
    check_lock(lock, plan, name="lock.json")


MODELS = {
    "none": "{model: none}",
    "pooled": "{model: pooled}",
    "bhm": "{model: bhm, centre: control}",
}


@pytest.mark.parametrize("model", MODELS)
def test_the_interval_leaves_a_fortieth_on_either_side(model):
    text = DESIGN.replace("{model: none}", MODELS[model])
    trial = Trial(parse_design(text, name="small"))
    seen = Seen((2, 1), (3, 2), (0, 0), (2, 0))
    found = posteriors(trial, seen)
    nulls = trial.design.null_rates
    for end, tail in (("low", 0.975), ("high", 0.025)):
        rates = tuple(
            getattr(one, end) + (null if one.scale is Scale.DIFFERENCE else 0)
            for one, null in zip(found, nulls, strict=True)
        )
        assert trial.posterior.expect(seen.outcome, Above(rates))[0] == pytest.approx([tail] * 2, abs=5e-4)


def test_the_two_by_two_table_of_one_basket_is_that_of_independent_betas():
    """3 of 3 against 0 of 2: the treated rate is above the controls' in all orders but one."""
    trial = Trial(parse_design(DESIGN, name="small"))
    found = posteriors(trial, Seen((3, 0), (3, 0), (0, 0), (2, 0)))[0]
    # The largest of 4 uniform numbers against the smallest of 3: all orders of 7 are equally likely.
    assert found.above_null == pytest.approx(34 / 35, abs=1e-12)
