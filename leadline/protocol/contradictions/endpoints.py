"""Objectives against the schedule and the rules: can every endpoint be judged, and is every event foreseen?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.criteria import criterion_words
from leadline.protocol.estimands import EVENT_WORDS, IntercurrentEvent, Level, Strategy
from leadline.protocol.needs import missing_for
from leadline.protocol.rules import Change, PresenceRule
from leadline.protocol.subjects import item_words
from leadline.verdicts.parameters import FOLLOW_UP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.estimands import Estimand, Objective
    from leadline.protocol.protocol import Protocol
    from leadline.protocol.schedule import Visit


def endpoint_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """Endpoints that no visit can show, at times that no verdict looks at, or without a strategy for what happens."""
    yield from _primary_of_each_disease(protocol)
    for at, objective in enumerate(protocol.objectives):
        path: KeyPath = ("objectives", at, "estimand")
        visit = protocol.schedule.visit(objective.estimand.visit)
        assert visit is not None  # the reader has refused an id that does not exist
        yield from _not_collected(protocol, objective, visit, path)
        yield from _outside_follow_up(visit, path)
        yield from _without_strategy(protocol, objective.estimand, visit, path)
        yield from _after_death(objective.estimand, path)


def _primary_of_each_disease(protocol: Protocol) -> Iterator[Contradiction]:
    primary = Counter(
        objective.estimand.diagnosis for objective in protocol.objectives if objective.level is Level.PRIMARY
    )
    for diagnosis in protocol.diagnoses:
        if primary[diagnosis] != 1:
            yield Contradiction(
                ("objectives",),
                f"{primary[diagnosis]} primary objectives for {diagnosis.upper()}, which is one of the protocol's"
                " diseases",
                "state one primary objective for each disease; a basket of the trial is joined to it",
            )


def _not_collected(
    protocol: Protocol, objective: Objective, visit: Visit, path: KeyPath
) -> Iterator[Contradiction]:
    variable = objective.estimand.variable
    lacking = missing_for(variable, protocol, visit)
    baseline = protocol.schedule.visit(protocol.schedule.baseline)
    when = ((lacking.baseline, baseline.title if baseline else "baseline"), (lacking.visit, visit.title))
    for names, title in when:
        if names:
            yield Contradiction(
                (*path, "variable"),
                f"{criterion_words(variable)} needs {listed(sorted(item_words(name) for name in names))}, which the"
                f" visit '{title}' does not record",
                f"add {listed(sorted(names))}, or the measure that they belong to, to the visit '{title}'",
            )


def _outside_follow_up(visit: Visit, path: KeyPath) -> Iterator[Contradiction]:
    if any(window.first <= visit.first and visit.last <= window.last for window in FOLLOW_UP):
        return
    windows = listed([f"{window.title} (day {window.first} to {window.last})" for window in FOLLOW_UP])
    yield Contradiction(
        (*path, "visit"),
        f"the endpoint is assessed at '{visit.title}', day {visit.first} to {visit.last}, which lies in no follow-up"
        " window in which a response is judged",
        f"assess it at a visit that lies within one of {windows}",
    )


# ---- intercurrent events ---------------------------------------------------------------------------------------------


def _without_strategy(
    protocol: Protocol, estimand: Estimand, visit: Visit, path: KeyPath
) -> Iterator[Contradiction]:
    for event, why in _foreseen(protocol, estimand, visit).items():
        if event not in estimand.intercurrent_events:
            yield Contradiction(
                (*path, "intercurrent_events"),
                f"no strategy for '{event}' ({EVENT_WORDS[event]}), which can happen before '{visit.title}': {why}",
                f"add `{event}` with its strategy and the reason",
            )


def _after_death(estimand: Estimand, path: KeyPath) -> Iterator[Contradiction]:
    """A terminal event leaves no value to be used whatever happened: ICH E9(R1)."""
    death = estimand.intercurrent_events.get(IntercurrentEvent.DEATH)
    if death is not None and death.strategy is Strategy.TREATMENT_POLICY:
        yield Contradiction(
            (*path, "intercurrent_events", "death"),
            "the value at the assessment is to be used whatever happened, and after death there is none",
            "choose another strategy, such as `composite`",
        )


def _foreseen(protocol: Protocol, estimand: Estimand, visit: Visit) -> dict[IntercurrentEvent, str]:
    """What the protocol's own rules let happen between day 0 and the assessment, and where they say so."""
    events = {
        IntercurrentEvent.LOSS_TO_FOLLOW_UP: "it can happen in every trial",
        IntercurrentEvent.DEATH: "it can happen in every trial",
        IntercurrentEvent.STOPPED_BIOLOGIC: "it can happen, whether or not `concomitant` forbids it",
        IntercurrentEvent.RESCUE_DRUG: "`rescue` permits it",
        IntercurrentEvent.GLUCOCORTICOID_RISE: "`rescue` names the rise that counts",
    }
    rules = [rule for rule in protocol.concomitant.rules if isinstance(rule, PresenceRule) and rule.drugs]
    if any(not rule.present and rule.change in (Change.STARTED, Change.RUNNING) for rule in rules):
        events[IntercurrentEvent.PROHIBITED_DRUG] = (
            "`concomitant` prohibits drugs, and a child may still take one"
        )
    if _repeats_before(protocol, estimand, visit):
        events[IntercurrentEvent.SECOND_INFUSION] = "`repeat_dosing` permits it"
    return events


def _repeats_before(protocol: Protocol, estimand: Estimand, visit: Visit) -> bool:
    repeat = protocol.repeat_dosing
    for_it = not repeat.diagnoses or estimand.diagnosis in repeat.diagnoses
    most = repeat.most.limits[1]
    earliest = repeat.interval.first or 1
    return for_it and (most is None or most > 1) and earliest <= visit.last
