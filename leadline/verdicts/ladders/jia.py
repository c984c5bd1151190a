"""Juvenile idiopathic arthritis: the criteria that document each claim, strongest first (verdicts 3)."""

from __future__ import annotations

from leadline.casebook.case import Assessment
from leadline.measures import MEASURES, Score
from leadline.measures.core_set import COMPONENTS, REACTANTS
from leadline.measures.definition import Criterion
from leadline.measures.expression import DECIMALS
from leadline.measures.three_values import as_result
from leadline.verdicts.comparisons import score_rung
from leadline.verdicts.findings import CriterionOutcome, Result, ScoreAt
from leadline.verdicts.ladders.ladder import Ladder
from leadline.verdicts.outcomes import (
    Occasion,
    Rung,
    Visits,
    as_input,
    both_values,
    outcome,
    pair_row,
    refs_of,
)
from leadline.verdicts.remission import lasting_rung, wallace_ways
from leadline.verdicts.states import state_rung
from leadline.verdicts.view import CaseView, title_of

CORE_SET = (*COMPONENTS, *REACTANTS)
JADAS10 = ("jadas10_esr", "jadas10_crp")
JADAS27 = ("jadas27_esr", "jadas27_crp")
TEMPERATURE = "max_temp_c_7d"


def core_set_rung(criterion: str, output: str, title: str) -> Rung:
    """A comparison of the core set between baseline and the occasion: ACR Pedi at one level, or a flare."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        measure = MEASURES[_systemic(view, criterion)]
        assert isinstance(measure, Criterion)
        visits = _core_set_visits(view, occasion.assessment)
        row, remarks = pair_row(view, visits, CORE_SET)
        if TEMPERATURE in measure.by_id and occasion.assessment is not None:
            row[TEMPERATURE] = view.row(occasion.assessment).items.get(TEMPERATURE)
        known = {**measure.parameters, **{name: value for name, value in row.items() if value is not None}}
        rule = measure.rules[output]
        result = as_result(rule.evaluate(known))
        return outcome(
            view,
            occasion,
            measure.id,
            title,
            result,
            missing=rule.undecided(known) if result == "indeterminate" else (),
            visits=visits,
            details=(*_changes(view, visits), *remarks),
            evidence=(*refs_of(view, visits.baseline, CORE_SET), *refs_of(view, visits.current, CORE_SET)),
            status=measure.result_status(known, output),
        )

    return Rung(criterion, title, judge)


def _core_set_visits(view: CaseView, current: Assessment | None) -> Visits:
    """The two assessments to compare: one reactant is enough, if both have the same one."""
    pairs = [
        (reactant, Visits(view.baseline_with((*COMPONENTS, reactant)), current)) for reactant in REACTANTS
    ]
    return next((visits for reactant, visits in pairs if _both_have(view, visits, reactant)), pairs[0][1])


def _both_have(view: CaseView, visits: Visits, item: str) -> bool:
    return all(
        visit is not None and item in view.row(visit).items for visit in (visits.baseline, visits.current)
    )


def _systemic(view: CaseView, criterion: str) -> str:
    """The systemic form of ACR Pedi also asks for the absence of fever."""
    systemic = view.case.patient.get("ilar_category") == "systemic"
    return "acr_pedi_sjia" if criterion == "acr_pedi" and systemic else criterion


def _changes(view: CaseView, visits: Visits) -> tuple[str, ...]:
    """Each component that both visits have, from its baseline to its value now, with the change in percent."""
    return tuple(
        f"{title_of(name)}: {before:g} to {now:g}{_percent(before, now)}"
        for name, before, now in both_values(view, visits, CORE_SET)
    )


def _percent(before: float, now: float) -> str:
    if before == 0:
        return ""
    change = 100 * (before - now) / before
    return (
        f" ({abs(change):.3g} % {'better' if change > 0 else 'worse'})"
        if round(change, DECIMALS)
        else " (no change)"
    )


def _horneff(before: ScoreAt | None, now: ScoreAt | None) -> Result:
    inputs = {"baseline": as_input(before), "current": as_input(now)}
    result: Result = MEASURES["jadas10_improvement_horneff"].evaluate_row(inputs)["result"]
    return result


def _falls_by_important_change(before: ScoreAt | None, now: ScoreAt | None) -> Result:
    if before is None or now is None or before.value is None or now.value is None:
        return "indeterminate"
    measure = MEASURES[now.measure]
    assert isinstance(measure, Score)
    assert measure.important_improvement is not None
    return as_result(round(before.value - now.value, DECIMALS) >= measure.important_improvement)


def _state_falls(before: ScoreAt | None, now: ScoreAt | None) -> Result:
    """Whether the activity state under the first cut-off set is better by at least one class."""
    if before is None or now is None or not before.states or not now.states:
        return "indeterminate"
    measure = MEASURES[now.measure]
    assert isinstance(measure, Score)
    order = [band.state for band in measure.cutoffs[0].bands]
    return as_result(order.index(now.states[0][1]) < order.index(before.states[0][1]))


ACR30 = core_set_rung("acr_pedi", "acr30", "ACR Pedi 30 against baseline")
ACR70 = core_set_rung("acr_pedi", "acr70", "ACR Pedi 70 against baseline")
FLARE = core_set_rung("jia_flare_brunner2002", "result", "JIA flare against baseline (Brunner 2002)")

JADAS10_CLASSES = score_rung(
    "jadas10_improvement_horneff",
    "JADAS10 improvement by baseline class (Horneff 2014)",
    JADAS10,
    _horneff,
)

IMPROVED = (
    ACR30,
    JADAS10_CLASSES,
    score_rung(
        "jadas27_important_change",
        "JADAS27 fall by the important change",
        JADAS27,
        _falls_by_important_change,
    ),
    score_rung("jadas10_state_change", "Better JADAS10 activity state", JADAS10, _state_falls),
    score_rung("cjadas10_state_change", "Better cJADAS10 activity state", ("cjadas10",), _state_falls),
)

INACTIVE = state_rung("jia_cid_wallace2011", "Clinical inactive disease (Wallace 2011)")
REMISSION = lasting_rung(
    "jia_remission_wallace",
    "Clinical remission on or off medication (Wallace 2004)",
    INACTIVE,
    wallace_ways(off_only=False),
)
REMISSION_OFF = lasting_rung(
    "jia_remission_wallace",
    "Clinical remission off medication for 12 months (Wallace 2004)",
    INACTIVE,
    wallace_ways(off_only=True),
)

LADDER = Ladder(
    improved=IMPROVED,
    much_improved=(ACR70,),
    in_remission=(REMISSION,),
    cured=(REMISSION_OFF,),
    worse=(FLARE,),
    expected=(ACR30, JADAS10_CLASSES, INACTIVE),
)
