"""What a criterion needs of the visits, and what a visit of the schedule collects of it.

What is needed is what the criterion misses in a chart in which nothing is recorded: the criterion itself is asked, so
that no list of its items has to be kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from leadline.casebook.case import Assessment, Case, Fact, RowRef
from leadline.casebook.days import DaySpan, RecordedDay
from leadline.casebook.items import ITEMS
from leadline.protocol.criteria import criterion_diagnoses
from leadline.protocol.schedule import Record, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.protocol.protocol import Protocol

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Needs:
    """Names of what must be recorded at baseline, and at the visit at which the criterion is judged."""

    baseline: Names
    visit: Names


COMES_WITH: Mapping[str, str] = {
    "esr_uln": "esr_mm_h",
    "crp_uln": "crp_mg_l",
    "physician_global": "physician_global_0_10",
    "sledai": "sledai_2k",
    "clinical_sledai_2k": "sledai_2k",
}
"""Inputs that are recorded with, or computed from, another."""

FROM_RECORDS: Mapping[str, Record] = {
    "prednisolone_mg_day": Record.MEDICATIONS,
    "prednisone_mg_kg_day": Record.MEDICATIONS,
    "on_immunosuppressive_or_biologic": Record.MEDICATIONS,
}
"""Inputs that are read from a table of the casebook which a visit brings up to date."""

OF_THE_CHILD = frozenset({"ilar_category"})
"""Inputs that are recorded once, with the child."""

RECORDED_TOGETHER: Mapping[str, str] = {"new_bilag_a": "new_bilag_b"}
"""One instrument that is asked for once and gives two items."""

PREFIXES = ("baseline_", "current_", "previous_")


def missing_for(criterion: str, protocol: Protocol, visit: Visit) -> Needs:
    """What the criterion needs and the schedule does not collect, at baseline and at the visit.

    The baseline is one assessment, so one visit up to day 0 has to collect all of it. A criterion that takes either of
    two items (the ESR, or the CRP where there is no ESR) is content with the one that is collected at both times.
    """
    diagnoses = criterion_diagnoses(criterion)
    if not diagnoses:
        return Needs(frozenset(), frozenset())
    found = [
        _missing(criterion, disease, protocol, visit)
        for disease in diagnoses
        if disease in protocol.diagnoses
    ]
    return max(found, key=_size, default=Needs(frozenset(), frozenset()))


def collected(visit: Visit, diagnosis: str) -> Names:
    """Names of the items and scores that a visit collects in a child of the disease."""
    measures = [name for name in visit.measures if _is_for(name, diagnosis)]
    names = frozenset(visit.items).union(*(_items_of(name) for name in measures), measures)
    tables = frozenset(name for name, record in FROM_RECORDS.items() if record in visit.records)
    return (
        names
        | tables
        | OF_THE_CHILD
        | frozenset(each for each, other in COMES_WITH.items() if other in names)
    )


def collects(visit: Visit, name: str, diagnosis: str) -> bool:
    """Whether a visit collects an item, or a score as itself or as all of its items."""
    held = collected(visit, diagnosis)
    return name in held or (_is_score(name) and _items_of(name) <= held)


# ---- what is needed --------------------------------------------------------------------------------------------------


def _missing(criterion: str, disease: str, protocol: Protocol, visit: Visit) -> Needs:
    """What is lacking; the less of it, with nothing recorded or with the items that may stand in for another."""
    before = [each for each in protocol.schedule.visits if each.last <= 0]
    needs = _needs(criterion, disease)
    asked_for = needs.baseline | needs.visit
    parts = frozenset[str]().union(*(_items_of(name) for name in asked_for if _is_score(name)))
    stand_ins = collected(visit, disease) & ITEMS.keys() - asked_for - parts
    asked = (needs, _needs(criterion, disease, frozenset(stand_ins)))
    return min((_lacking(each, before, visit, disease) for each in asked), key=_size)


def _lacking(needs: Needs, before: Iterable[Visit], visit: Visit, disease: str) -> Needs:
    at_baseline = [
        frozenset(name for name in needs.baseline if not collects(each, name, disease)) for each in before
    ]
    return Needs(
        min(at_baseline, key=len, default=needs.baseline),
        frozenset(name for name in needs.visit if not collects(visit, name, disease)),
    )


def _size(needs: Needs) -> int:
    return len(needs.baseline) + len(needs.visit)


@cache
def _needs(criterion: str, disease: str, recorded: Names = frozenset()) -> Needs:
    """What the criterion misses at baseline and at follow-up in a chart that holds these items only."""
    from leadline.verdicts import judge_criterion
    from leadline.verdicts.parameters import FOLLOW_UP

    window = FOLLOW_UP[0]
    assessments = tuple(_assessment(day, recorded) for day in (0, window.target)) if recorded else ()
    outcome = judge_criterion(_chart(disease, assessments), criterion, window=window)
    if outcome.result != "indeterminate":  # the values decided it, which says nothing of what it needs
        return _needs(criterion, disease)
    asked = [(item.item, item.last is not None and item.last <= 0) for item in outcome.settling_items]
    asked += [(RECORDED_TOGETHER[name], before) for name, before in asked if name in RECORDED_TOGETHER]
    return Needs(
        frozenset(name for name, before in asked if before),
        frozenset(name for name, before in asked if not before),
    )


def _chart(disease: str, assessments: tuple[Assessment, ...]) -> Case:
    """A child of the disease of whom nothing but these assessments is known."""
    return Case(
        patient_id="NONE",
        diagnosis=disease,
        patient={},
        index=RecordedDay("0", False, 0, 0),
        birth=None,
        onset=None,
        last_contact=None,
        assessments=assessments,
        undated=(),
        courses=(),
        infusions=(),
        adverse_events=(),
        reports=(),
        ref=_NOWHERE,
    )


def _assessment(day: int, items: Names) -> Assessment:
    facts = {name: Fact(name, _ANY[ITEMS[name].kind], _NOWHERE) for name in items}
    return Assessment(RecordedDay(str(day), False, day, day), DaySpan(day, day), facts, _NOWHERE)


_NOWHERE = RowRef("patients", "none")
_ANY: Mapping[str, float | bool | str] = {"number": 1.0, "count": 1.0, "yes_no": False, "choice": ""}
"""A value of each kind: which one does not matter, as only what is missing is looked at."""


# ---- what is collected -----------------------------------------------------------------------------------------------


def _is_for(measure_id: str, disease: str) -> bool:
    from leadline.measures import MEASURES

    return not MEASURES[measure_id].diseases or disease in MEASURES[measure_id].diseases


def _is_score(name: str) -> bool:
    from leadline.measures import MEASURES, Score

    return isinstance(MEASURES.get(name), Score)


@cache
def _items_of(measure_id: str) -> Names:
    """What a visit records that collects the measure: its items without the time at which they are compared, and, of
    one that takes a change or a history, what its criterion needs at either time."""
    from leadline.measures import MEASURES
    from leadline.verdicts import judgeable_criteria

    measure = MEASURES[measure_id]
    own = {_base(item.id) for item in measure.items if item.id not in measure.parameters}
    for criterion in judgeable_criteria():
        if criterion.partition(".")[0] == measure_id:
            needs = _needs(criterion, criterion_diagnoses(criterion)[0])
            own |= needs.baseline | needs.visit
    names = {COMES_WITH.get(name, name) for name in own}
    scores = {name for name in names if _is_score(name) and name != measure_id}
    return frozenset(names).union(*(_items_of(name) for name in scores))


def _base(name: str) -> str:
    prefix = next((each for each in PREFIXES if name.startswith(each)), "")
    return name.removeprefix(prefix)
