"""Other treatment against the protocol: each rule about it, and each change of a drug from day 0 on.

A change that the rules for rescue foresee is as written, and is named as the intercurrent event that it is. What no
rule speaks of is as written too, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.casebook.days import DaySpan
from leadline.measures.three_values import all_hold, as_result
from leadline.protocol.adherence.context import Context, for_child
from leadline.protocol.adherence.daily_doses import holds_on, lacking
from leadline.protocol.adherence.drugs import (
    NAME_THE_DRUG,
    Changed,
    changes_of,
    happened,
    is_listed,
    surely_before,
)
from leadline.protocol.adherence.findings import Check, DrugChange, Outcome, Texts, gravest
from leadline.protocol.adherence.judging import DEVIATIONS, check_rule, outcome_of
from leadline.protocol.adherence.readings import Span
from leadline.protocol.adherence.taper import is_of_taper, judge_step
from leadline.protocol.estimands import IntercurrentEvent
from leadline.protocol.figures import figure_words, worked_out
from leadline.protocol.rules import AnyRule, Change, Grade, PresenceRule
from leadline.protocol.subjects import MEDICATIONS
from leadline.verdicts.doses import prednisone_mg_day
from leadline.verdicts.treatment import drug_name, is_biologic

NO_RULE = "no rule of the protocol speaks of it"
RESCUE = "rescue treatment"

DAY_BEFORE = DaySpan(-1, -1)
"""The dose of this day is the one that a rise is measured from: a glucocorticoid begun on day 0 is a rise."""


def check_treatment(context: Context, today: DaySpan | None) -> tuple[Check, ...]:
    """Every rule about other treatment, and every target of the taper whose day has come."""
    rules = (check_rule(rule, "concomitant", context) for rule in context.protocol.concomitant.rules)
    return (*(check for check in rules if check is not None), *_taper_targets(context, today))


def _taper_targets(context: Context, today: DaySpan | None) -> Iterator[Check]:
    case = context.case
    for target in context.protocol.taper.targets:
        for_this = not target.diagnoses or case.diagnosis in target.diagnoses
        if not for_this or target.dose.open or today is None or today.first < target.by_day:
            continue
        day = DaySpan(target.by_day, target.by_day)
        low, high = prednisone_mg_day(case, day, context.view.parameters)
        kept = holds_on(target.dose.as_most, (low, high), day, context)
        doses = "dose, frequency and dates of the glucocorticoid"
        courses = tuple(one.ref for one in case.courses if one.class_id == "glucocorticoid")
        yield Check(
            section="taper", rule="taper_target", title="Glucocorticoid dose reached",
            asked=f"{figure_words(target.dose.as_most)} of prednisone by day {target.by_day}",
            found=_mg_words((low, high)), result=as_result(kept), outcome=outcome_of(kept, Grade.MINOR), day=day,
            missing=() if kept is not None else lacking(target.dose, doses, day, context),
            evidence=courses or (case.ref,), source=target.dose.source,
        )  # fmt: skip


def _mg_words(dose: Span) -> str:
    low, high = dose
    if high == float("inf"):
        return "not known" if low == 0 else f"at least {worked_out(low)} mg a day"
    return (
        f"{worked_out(low)} mg a day" if low == high else f"{worked_out(low)} to {worked_out(high)} mg a day"
    )


# ---- changes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Says:
    """What one rule says of a change: a deviation of some grade, or nothing that can be told."""

    title: str
    outcome: Outcome
    missing: Texts = ()


def check_changes(context: Context) -> tuple[DrugChange, ...]:
    """Each change that happened, or may have happened, from day 0 on; before it, those that a rule speaks of."""
    found = (
        change
        for changed in changes_of(context.case, context.view.parameters)
        if (change := _judge(changed, context))
    )
    return tuple(sorted(found, key=_by_day))


def _by_day(change: DrugChange) -> tuple[bool, int, int, str, str, str]:
    first, last = (0, 0) if change.day is None else (change.day.first, change.day.last)
    return change.day is None, first, last, change.drug, change.change, change.found


def _judge(changed: Changed, context: Context) -> DrugChange | None:
    says = list(_prohibited(changed, context))
    if _before_day_0(changed, context) and not says:
        return None
    rescue = _is_rescue(changed, context)
    if rescue:
        return _change(changed, context, Outcome.AS_WRITTEN, (RESCUE,), ())
    if rescue is None:
        says.append(_Says(RESCUE, Outcome.NOT_DOCUMENTED, (_exact_day(changed),)))
    if is_of_taper(changed, context):
        says += [
            _Says(step.title, step.outcome, step.missing)
            for step in judge_step(changed, context)
            if step.outcome is not Outcome.AS_WRITTEN
        ]
    if not changed.sure:
        if not says and not _stops_biologic(changed):
            return None  # the same whether the drug was begun anew or not
        says.append(_Says("", Outcome.NOT_DOCUMENTED, (_days_of_break(changed),)))
    if not changed.course.class_id:
        says.append(_Says("", Outcome.NOT_DOCUMENTED, (NAME_THE_DRUG,)))
    outcome = gravest([one.outcome for one in says])
    titles = tuple(dict.fromkeys(one.title for one in says if one.outcome is outcome and one.title))
    missing = () if outcome is not Outcome.NOT_DOCUMENTED else tuple(
        dict.fromkeys(what for one in says for what in one.missing)
    )  # fmt: skip
    return _change(changed, context, outcome, titles, missing)


def _before_day_0(changed: Changed, context: Context) -> bool:
    """Whether it surely was before the infusion. A drug without a start that is said to have been taken before it
    began before it."""
    if changed.day is not None:
        return changed.day.last < 0
    return changed.kind is not Change.STOPPED and surely_before(
        changed, context.protocol.rescue.during, context
    )


def _prohibited(changed: Changed, context: Context) -> Iterator[_Says]:
    """The rules that prohibit the change, or that may."""
    for rule in _about_drugs(context):
        concerned = for_child(rule, context.case)
        inside = None if changed.day is None else context.within(changed.day, rule.during)
        if changed.day is None and surely_before(changed, rule.during, context):
            inside = False
        listed = is_listed(changed.course, rule.drugs, rule.routes)
        state = all_hold((concerned, listed, happened(changed, rule.change), inside))
        if state:
            yield _Says(rule.title, DEVIATIONS[rule.deviation])
        elif state is None:
            lacking = _lacking(changed, concerned, listed, inside)
            yield _Says(rule.title, Outcome.NOT_DOCUMENTED, tuple(lacking))


def _lacking(
    changed: Changed, concerned: bool | None, listed: bool | None, inside: bool | None
) -> Iterator[str]:
    name = drug_name(changed.course)
    if concerned is None:
        yield "JIA category (ILAR)"
    if listed is None:
        yield NAME_THE_DRUG if not changed.course.class_id else f"route of {name}"
    if inside is None:
        yield _exact_day(changed)
    if changed.kind is None:
        yield f"doses of {name} before and after"


def _exact_day(changed: Changed) -> str:
    return f"exact day on which {drug_name(changed.course)} was {_verb(changed)}"


def _days_of_break(changed: Changed) -> str:
    return f"exact days on which {drug_name(changed.course)} was stopped and taken up again"


def _about_drugs(context: Context) -> Iterator[PresenceRule]:
    rules: tuple[AnyRule, ...] = context.protocol.concomitant.rules
    for rule in rules:
        if isinstance(rule, PresenceRule) and rule.of == MEDICATIONS and not rule.present:
            yield rule


def _is_rescue(changed: Changed, context: Context) -> bool | None:
    """Whether it is rescue treatment: a drug of the list, begun or raised in the days for it; None if its day cannot
    tell. A drug that the catalogue does not know is asked for elsewhere."""
    rescue = context.protocol.rescue
    if changed.kind not in (Change.STARTED, Change.RAISED):
        return False
    if not is_listed(changed.course, (use.drug for use in rescue.drugs)):
        return False
    inside = None if changed.day is None else context.within(changed.day, rescue.during)
    return all_hold((inside, True if changed.sure else None))


def _change(changed: Changed, context: Context, outcome: Outcome, rules: Texts, missing: Texts) -> DrugChange:
    day = f" on {changed.day}" if changed.day is not None else ", on a day that is not recorded"
    said = "" if rules or missing else f"; {NO_RULE}"
    return DrugChange(
        drug=drug_name(changed.course), class_id=changed.course.class_id, change=_verb(changed), day=changed.day,
        outcome=outcome, found=f"{_verb(changed)}{day}{said}", rules=rules,
        events=tuple(event.value for event in _events(changed, context, outcome)), missing=missing,
        evidence=(changed.course.ref,),
    )  # fmt: skip


def _verb(changed: Changed) -> str:
    if changed.kind is None:
        return "gone on with"
    return _VERBS[changed.kind] if changed.sure else f"perhaps {_VERBS[changed.kind]}"


_VERBS = {
    Change.STARTED: "started",
    Change.STOPPED: "stopped",
    Change.RAISED: "raised",
    Change.LOWERED: "lowered",
    Change.RUNNING: "taken",
}


def _events(changed: Changed, context: Context, outcome: Outcome) -> Iterator[IntercurrentEvent]:
    """The intercurrent events that the change surely is. A drug is prohibited where the protocol calls the breach a
    major deviation, as in the monitoring of a trial."""
    if changed.day is None or changed.day.first < 0 or not changed.sure:
        return
    if _is_rescue(changed, context):
        yield IntercurrentEvent.RESCUE_DRUG
    if _glucocorticoid_rise(changed, context):
        yield IntercurrentEvent.GLUCOCORTICOID_RISE
    if _stops_biologic(changed):
        yield IntercurrentEvent.STOPPED_BIOLOGIC
    begun = changed.kind in (Change.STARTED, Change.RAISED)
    if begun and outcome is Outcome.MAJOR_DEVIATION:
        yield IntercurrentEvent.PROHIBITED_DRUG


def _stops_biologic(changed: Changed) -> bool:
    return changed.kind is Change.STOPPED and is_biologic(changed.course)


def _glucocorticoid_rise(changed: Changed, context: Context) -> bool:
    """Whether the daily dose then is above that of the day before the infusion by more than the protocol names,
    whatever the open doses."""
    figure = context.protocol.rescue.glucocorticoid_rise
    if changed.day is None or changed.course.class_id != "glucocorticoid" or figure.open:
        return False
    if changed.kind in (Change.LOWERED, Change.STOPPED):
        return False
    rules = context.view.parameters
    before = prednisone_mg_day(context.case, DAY_BEFORE, rules)
    after = prednisone_mg_day(context.case, changed.day, rules)
    return holds_on(figure, (after[0] - before[1], after[1] - before[0]), changed.day, context) is True
