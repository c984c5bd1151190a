"""Each child's response by the estimand: criterion, visit, strategies, pending and missing (all children invented)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.casebook.case import Infusion, RowRef
from leadline.casebook.days import DaySpan
from leadline.protocol import read_protocol
from leadline.protocol.estimands import Handling, IntercurrentEvent, Missing, Strategy
from leadline.trial import read_design, shipped_design
from leadline.trial.monitoring.plan import join
from leadline.trial.monitoring.responses import Day, Status, respond
from tests.verdicts.build import case, drug, event, visit
from tests.verdicts.test_worked_examples import core

PLAN = join(read_design(shipped_design("msc_basket")), read_protocol("msc_iv_paediatric"))
JIA = 0  # ACR Pedi 70 at week 24: day 168, from 154 to 182
BEFORE = visit(-12, core(6, 7, 1.5, 9, 7, 42))
BETTER = core(1, 1, 0.25, 1, 1, 8)  # five of six better by 70 % and more: met
WORSE = core(5, 6, 1.25, 8, 6, 40)
KEPT = drug("methotrexate", -400, dose=15, frequency="weekly", ongoing=True, as_of=400)


def child(*visits, drugs=(KEPT,), **rest):
    return case("jia", [BEFORE, *visits], drugs=drugs, **rest)


def response(one, *, day=400, plan=PLAN, closed=False):
    return respond(one, plan, JIA, Day(day, closed))


def with_strategy(event_, strategy, *, missing=None):
    estimand = PLAN.estimands[JIA]
    events = {**estimand.intercurrent_events, event_: Handling(strategy, "for the test")}
    changed = replace(estimand, intercurrent_events=events, missing=missing or estimand.missing)
    return replace(PLAN, estimands=(changed, *PLAN.estimands[1:]))


def test_the_criterion_at_the_visit_decides():
    found = response(child(visit(168, BETTER)))
    assert (found.status, found.counted, found.assessed) == (Status.RESPONSE, True, "day 168")
    assert response(child(visit(168, WORSE))).counted is False


def test_a_visit_outside_the_protocols_days_is_not_that_of_the_estimand():
    found = response(child(visit(183, BETTER)))
    assert found.status is Status.MISSING


@pytest.mark.parametrize(
    ("seen", "day", "status"),
    [
        (160, 161, Status.PENDING),  # a visit nearer to day 168 can still come
        (160, 182, Status.PENDING),
        (160, 183, Status.RESPONSE),  # the days of the visit are over
        (168, 168, Status.RESPONSE),  # nothing can come nearer
        (175, 175, Status.RESPONSE),
    ],
)
def test_a_response_is_pending_until_no_nearer_visit_can_come(seen, day, status):
    assert response(child(visit(seen, BETTER)), day=day).status is status


def test_nothing_recorded_is_pending_while_the_days_last_and_then_missing():
    assert response(child(), day=182).status is Status.PENDING
    found = response(child(), day=183)
    assert (found.status, found.counted) == (Status.MISSING, False)  # the shipped estimand: not met
    assert found.settling
    assert response(child(), day=None, closed=True).status is Status.MISSING
    assert response(child(), day=None).status is Status.PENDING


def test_a_missing_response_can_be_left_out_if_the_estimand_says_so():
    plan = with_strategy(IntercurrentEvent.DEATH, Strategy.COMPOSITE, missing=Missing.LEFT_OUT)
    assert response(child(), plan=plan).counted is None


ANAKINRA = drug("anakinra", 60, dose=100, frequency="daily", ongoing=True, as_of=400)


def test_a_rescue_drug_is_no_response_at_once_and_whatever_the_visit_shows():
    assert response(child(visit(168, BETTER), drugs=(KEPT, ANAKINRA))).status is Status.NO_RESPONSE
    early = response(child(drugs=(KEPT, ANAKINRA)), day=61)
    assert (early.status, early.counted) == (Status.NO_RESPONSE, False)
    assert any(one.event == "rescue_drug" and one.strategy == "composite" for one in early.applied)


def test_a_rescue_drug_after_the_deciding_visit_takes_nothing_back():
    late = drug("anakinra", 170, dose=100, frequency="daily", ongoing=True, as_of=400)
    assert response(child(visit(168, BETTER), drugs=(KEPT, late))).counted is True


def test_a_rescue_drug_without_a_day_leaves_a_response_open_and_no_doubt_of_a_non_response():
    unknown = drug("anakinra", None)
    found = response(child(visit(168, BETTER), drugs=(KEPT, unknown)))
    assert (found.status, found.counted) == (Status.MISSING, False)
    assert any("anakinra" in words for words in found.settling)
    assert response(child(visit(168, WORSE), drugs=(KEPT, unknown))).status is Status.NO_RESPONSE


def test_without_a_drug_record_a_rescue_drug_cannot_be_excluded():
    assert response(child(visit(168, BETTER), drugs=())).status is Status.MISSING


def test_a_glucocorticoid_rise_above_day_0_is_composite_and_a_fall_is_not():
    def steroid(dose, start, stop=None):
        as_of = 400 if stop is None else None
        return drug(
            "prednisone", start, stop, dose=dose, frequency="daily", ongoing=stop is None, as_of=as_of
        )

    weighed = visit(0, {"weight_kg": 30})
    up = response(
        child(weighed, visit(50, {"weight_kg": 30}), visit(168, BETTER),
              drugs=(KEPT, steroid(5, -100, 60), steroid(9, 61)))
    )  # fmt: skip
    assert up.counted is False  # 4 mg/day more in 30 kg is 0.13 mg/kg/day; the protocol's limit is 0.1
    as_much = response(
        child(weighed, visit(50, {"weight_kg": 30}), visit(168, BETTER),
              drugs=(KEPT, steroid(5, -100, 60), steroid(8, 61)))
    )  # fmt: skip
    assert as_much.counted is True  # 0.1 mg/kg/day, and no more: as the check of the protocol says
    down = response(
        child(weighed, visit(50, {"weight_kg": 30}), visit(168, BETTER),
              drugs=(KEPT, steroid(5, -100, 60), steroid(2, 61)))
    )  # fmt: skip
    assert down.counted is True


def test_a_glucocorticoid_begun_with_the_infusion_is_no_response_and_one_stopped_the_day_before_is_nothing():
    begun = drug("prednisolone", 0, dose=20, frequency="daily", ongoing=True, as_of=400)
    weighed = visit(-1, {"weight_kg": 30})
    found = response(child(weighed, visit(168, BETTER), drugs=(KEPT, begun)))
    assert (found.status, found.counted) == (Status.NO_RESPONSE, False)
    etanercept = drug("etanercept", -300, -1, dose=25, frequency="weekly")
    kept = response(child(visit(168, BETTER), drugs=(KEPT, etanercept)))
    assert (kept.counted, kept.applied) == (True, ())


def test_a_stopped_biologic_is_used_as_it_is():
    etanercept = drug("etanercept", -300, 40, dose=25, frequency="weekly")
    found = response(child(visit(168, BETTER), drugs=(KEPT, etanercept)))
    assert found.counted is True
    assert [one.strategy for one in found.applied] == ["treatment_policy"]


@pytest.mark.parametrize(
    ("again", "events"),
    [
        (41, []),
        (70, []),  # 30 days after it was stopped: a pause
        (71, ["prohibited_drug", "stopped_biologic"]),  # stopped, and a new biologic begun
        (169, ["stopped_biologic"]),  # begun anew after the visit
    ],
)
def test_a_biologic_taken_up_again_was_paused_for_thirty_days_and_after_more_it_was_stopped(again, events):
    before = drug("etanercept", -300, 40, dose=25, frequency="weekly")
    after = drug("etanercept", again, dose=25, frequency="weekly", ongoing=True, as_of=400)
    found = response(child(visit(168, BETTER), drugs=(KEPT, before, after)))
    assert sorted(one.event for one in found.applied) == events
    assert found.counted is ("prohibited_drug" not in events)


def test_a_pause_that_may_have_been_too_long_leaves_a_response_open_and_says_what_to_record():
    before = drug("etanercept", -300, (30, 40), dose=25, frequency="weekly")  # a break of 25 to 35 days
    after = drug("etanercept", 65, dose=25, frequency="weekly", ongoing=True, as_of=400)
    found = response(child(visit(168, BETTER), drugs=(KEPT, before, after)))
    assert (found.status, found.counted) == (Status.MISSING, False)
    assert found.settling == ("etanercept started again on day 65, if the break was longer than 30 days",)
    assert response(child(visit(168, WORSE), drugs=(KEPT, before, after))).status is Status.NO_RESPONSE


@pytest.mark.parametrize(
    ("name", "day", "prohibited"),
    [
        ("tofacitinib", 0, True),  # the rule holds from day 0 on
        ("tofacitinib", -1, False),
        ("tofacitinib", 168, True),  # on the day of the visit
        ("tofacitinib", 169, False),
        ("leflunomide", 60, True),
        ("ibuprofen", 60, False),
    ],
)
def test_a_drug_that_the_protocol_does_not_permit_is_no_response(name, day, prohibited):
    begun = drug(name, day, dose=5, frequency="daily", ongoing=True, as_of=400)
    found = response(child(visit(168, BETTER), drugs=(KEPT, begun)))
    assert [one.event for one in found.applied] == ["prohibited_drug"] * prohibited
    assert found.counted is not prohibited


def test_a_prohibition_whose_breach_is_minor_is_no_intercurrent_event():
    raised = (
        drug("methotrexate", -400, 50, dose=10, frequency="weekly"),
        drug("methotrexate", 51, dose=15, frequency="weekly", ongoing=True, as_of=400),
    )
    assert response(child(visit(168, BETTER), drugs=raised)).applied == ()


def test_a_second_infusion_before_the_visit_is_composite():
    assert response(child(visit(168, BETTER), infusions=(0, 90))).counted is False
    assert response(child(visit(168, BETTER), infusions=(0, 200))).counted is True


@pytest.mark.parametrize(("day", "counted"), [(167, False), (168, False), (169, True)])
def test_what_happens_on_the_day_of_the_assessment_counts_and_on_the_day_after_does_not(day, counted):
    """A chart holds no hours; a child who is given rescue on the day on which it is judged needed it."""
    seen = visit(168, BETTER)
    rescue = drug("anakinra", day, dose=100, frequency="daily", ongoing=True, as_of=400)
    died = replace(event(day, "septic shock", serious=True, grade=5), outcome="fatal")
    assert response(child(seen, infusions=(0, day))).counted is counted
    assert response(child(seen, drugs=(KEPT, rescue))).counted is counted
    assert response(child(seen, events=[died])).counted is counted


def test_while_on_treatment_takes_no_visit_on_the_day_of_the_event():
    plan = with_strategy(IntercurrentEvent.SECOND_INFUSION, Strategy.WHILE_ON_TREATMENT)
    found = response(child(visit(80, WORSE), visit(168, BETTER), infusions=(0, 168)), plan=plan)
    assert (found.counted, found.assessed) == (False, "day 80")


def test_while_on_treatment_takes_the_last_visit_before_the_event():
    plan = with_strategy(IntercurrentEvent.SECOND_INFUSION, Strategy.WHILE_ON_TREATMENT)
    found = response(child(visit(80, BETTER), visit(168, WORSE), infusions=(0, 90)), plan=plan)
    assert (found.counted, found.assessed) == (True, "day 80")


@pytest.mark.parametrize("strategy", [Strategy.HYPOTHETICAL, Strategy.PRINCIPAL_STRATUM])
def test_what_no_chart_holds_is_not_counted_and_said(strategy):
    plan = with_strategy(IntercurrentEvent.SECOND_INFUSION, strategy)
    found = response(child(visit(168, BETTER), infusions=(0, 90)), plan=plan)
    assert (found.status, found.counted) == (Status.NEEDS_MODEL, None)
    assert "no chart can tell" in found.because


def test_death_is_no_response_and_loss_is_missing():
    died = replace(event(100, "septic shock", serious=True, grade=5), outcome="fatal")
    assert response(child(events=[died])).status is Status.NO_RESPONSE
    by_criterion = replace(event(100, "septic shock", serious=True), serious_criteria=("death",))
    assert response(child(events=[by_criterion])).status is Status.NO_RESPONSE
    lost = replace(child(), last_contact=DaySpan(60, 60))
    found = response(lost)
    assert found.status is Status.MISSING
    assert [one.event for one in found.applied] == ["loss_to_follow_up"]


def test_a_death_without_a_day_is_no_loss_and_takes_no_later_visit_back():
    def dead(one):
        return replace(one, patient={**one.patient, "vital_status": "dead"})

    found = response(dead(replace(child(), last_contact=DaySpan(60, 60))))
    assert (found.status, [one.event for one in found.applied]) == (Status.MISSING, ["death"])
    seen = response(dead(child(visit(168, BETTER))))
    assert (seen.counted, seen.applied) == (True, ())  # whoever came on day 168 died after it


def test_an_infusion_that_was_not_given_is_no_event():
    planned = Infusion(RowRef("infusions", "2"), 2, DaySpan(90, 90), None, {}, given=False)
    one = child(visit(168, BETTER))
    assert response(replace(one, infusions=(*one.infusions, planned))).counted is True
