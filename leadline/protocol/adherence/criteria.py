"""A rule that asks for a criterion: at a visit, on the whole record before the infusion, or on the infusion itself."""

from __future__ import annotations

from leadline.casebook.case import RowRef
from leadline.measures import MEASURES, evaluate
from leadline.measures.cell_product import EITHER
from leadline.protocol.adherence.context import Context, Judged
from leadline.protocol.adherence.findings import Refs
from leadline.protocol.adherence.readings import refs_of
from leadline.protocol.criteria import criterion_words
from leadline.protocol.rules import Asked, CriterionRule
from leadline.verdicts import Window as VerdictWindow
from leadline.verdicts import judge_criterion, judgeable_criteria
from leadline.verdicts.drug_trials import judge_drug_trials
from leadline.verdicts.refractory import DEFINITIONS, judge_refractory


def judge_asked_criterion(rule: CriterionRule, context: Context) -> Judged:
    """Whether the criterion has the result that the rule asks for."""
    judged = _criterion_result(rule, context)
    if rule.result is Asked.MET or judged.holds is None:
        return judged
    return judged._replace(holds=not judged.holds)


def _criterion_result(rule: CriterionRule, context: Context) -> Judged:
    if any(definition.id == rule.criterion for definition in DEFINITIONS):
        return _refractory(rule.criterion, context)
    if rule.criterion in judgeable_criteria():
        return _at_visit(rule, context)
    return _of_infusion(rule.criterion, context)


_RESULTS: dict[str, bool] = {"met": True, "not_met": False}


def _said(result: str) -> str:
    return {"not_met": "not met", "met": "met"}.get(result, "cannot be judged")


def _refractory(definition: str, context: Context) -> Judged:
    trials = judge_drug_trials(context.case, context.view.parameters)
    outcome = next(
        (one for one in judge_refractory(context.view, trials) if one.definition == definition), None
    )
    if outcome is None:
        return Judged(None, "", ("a definition for this disease",), (context.case.ref,))
    refs: Refs = tuple(course.ref for course in context.case.courses)
    return Judged(
        _RESULTS.get(outcome.result), outcome.why, outcome.missing, refs_of((context.case.ref,), refs)
    )


def _at_visit(rule: CriterionRule, context: Context) -> Judged:
    """A criterion at the last assessment of the window at which it can be judged."""
    first, last = rule.during.first, rule.during.last
    end = last if last is not None else context.until
    zero = context.zero
    low = -(10**5) if first is None else first + zero.last
    high = 10**5 if end is None else end + (zero.first if last is not None else 0)
    if low > high:
        return Judged(None, "", (criterion_words(rule.criterion),), (context.case.ref,))
    window = VerdictWindow(rule.id, rule.title, high, low, high)
    outcome = judge_criterion(context.case, rule.criterion, window=window, parameters=context.view.parameters)
    day = outcome.days[-1] if outcome.days else None
    found = f"{_said(outcome.result)}{f' on {day}' if day else ''}"
    missing = tuple(dict.fromkeys(item.what for item in outcome.settling_items)) or outcome.missing
    return Judged(_RESULTS.get(outcome.result), found, missing, outcome.evidence, day)


def _of_infusion(criterion: str, context: Context) -> Judged:
    """A criterion about the product, on what the row of the infusion says."""
    infusion = context.infusion
    if infusion is None:
        return Judged(None, "", ("an infusion",), (context.case.ref,))
    measure = MEASURES[criterion]
    inputs = {item.id: infusion.fields.get(item.id) for item in measure.items}
    result = str(
        evaluate(criterion, {name: value for name, value in inputs.items() if value is not None})["result"]
    )
    recorded = {name for name, value in inputs.items() if value is not None}
    spared = {other.id for pair in EITHER for one in pair if one.id in recorded for other in pair}
    missing = tuple(item.title for item in measure.items if item.id not in recorded | spared)
    refs: tuple[RowRef, ...] = (infusion.ref,)
    return Judged(_RESULTS.get(result), _said(result), missing, refs)
