"""A rule of the protocol, held against the record of a child: kept, not kept, or what is missing.

The five kinds of rule are judged here and printed in words by `rules.words`, from the same values. A rule about an
item looks at the last assessment of its window that holds the item; a later one whose day is known in part only, and
that says otherwise, leaves the rule undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leadline.casebook.case import Assessment
from leadline.casebook.days import DaySpan, NotADay, RecordedDay, parse_day
from leadline.casebook.items import ITEMS
from leadline.casebook.schema import INFUSIONS, MISSING, PATIENTS, Kind
from leadline.measures import MEASURES, Score
from leadline.measures.three_values import as_result
from leadline.protocol.adherence.context import Context, Judged, for_child, is_answered
from leadline.protocol.adherence.criteria import judge_asked_criterion
from leadline.protocol.adherence.drugs import judge_presence_of_drugs, judge_washout
from leadline.protocol.adherence.findings import Check, Outcome, Refs, Texts
from leadline.protocol.adherence.readings import (
    Reading,
    age_years,
    holds,
    in_unit_of,
    infusion_number,
    numbers,
    refs_of,
)
from leadline.protocol.figures import Window
from leadline.protocol.rules import (
    AnyRule,
    CriterionRule,
    Grade,
    PresenceRule,
    RangeRule,
    WashoutRule,
    WindowRule,
    words,
)
from leadline.protocol.subjects import MEDICATIONS, subject_unit, subject_words
from leadline.verdicts.rows import recorded
from leadline.verdicts.view import title_of

DEVIATIONS = {Grade.MINOR: Outcome.MINOR_DEVIATION, Grade.MAJOR: Outcome.MAJOR_DEVIATION}

NOT_KNOWN = "unknown"
"""A choice that says that a fact is not known. Others are facts: a test not done, or pending, has not been passed."""


def check_rule(rule: AnyRule, section: str, context: Context, *, grade: Grade | None = None) -> Check | None:
    """The rule as a check; None where it is not for this child, or its figure is still open.

    grade   of a rule that is not kept; else the rule's own. A rule of the section `exclusion` is kept if it does not
            hold
    """
    concerned = for_child(rule, context.case)
    if concerned is False or is_open(rule):
        return None
    judged = judge_rule(rule, context)
    kept = judged.holds
    if section == "exclusion" and kept is not None:
        kept = not kept
    if concerned is None and kept is not True:
        judged = judged._replace(missing=("JIA category (ILAR)",))
        kept = None
    missing = judged.missing if kept is None else ()
    if kept is None and not missing:
        missing = (subject_of(rule),)
    return Check(
        section=section,
        rule=rule.id,
        title=rule.title,
        asked=_asked(rule, section),
        found=judged.found or "not recorded",
        result=as_result(kept),
        outcome=outcome_of(kept, grade or rule.deviation),
        day=judged.day,
        missing=missing,
        evidence=judged.evidence or (context.case.ref,),
        source=sources_of(rule),
    )


def _asked(rule: AnyRule, section: str) -> str:
    return f"Excluded by: {words(rule)}" if section == "exclusion" else words(rule)


def outcome_of(kept: bool | None, grade: Grade) -> Outcome:
    if kept is None:
        return Outcome.NOT_DOCUMENTED
    return Outcome.AS_WRITTEN if kept else DEVIATIONS[grade]


def is_open(rule: AnyRule) -> bool:
    """Whether the rule waits for a figure that the centre has to fill in."""
    figure = (
        rule.limit if isinstance(rule, RangeRule) else rule.time if isinstance(rule, WashoutRule) else None
    )
    return figure is not None and figure.open


def sources_of(rule: AnyRule) -> Texts:
    """Ids of the protocol's sources behind the rule."""
    figure = (
        rule.limit if isinstance(rule, RangeRule) else rule.time if isinstance(rule, WashoutRule) else None
    )
    during = () if isinstance(rule, WashoutRule) else rule.during.source
    return tuple(dict.fromkeys((*rule.source, *(figure.source if figure else ()), *during)))


def subject_of(rule: AnyRule) -> str:
    """What the rule is about, in plain words."""
    match rule:
        case CriterionRule():
            return subject_words(f"criteria.{rule.criterion}")
        case WashoutRule():
            return "a complete history of drugs"
        case _:
            return subject_words(rule.of)


def judge_rule(rule: AnyRule, context: Context) -> Judged:
    """Whether what the rule says holds."""
    match rule:
        case CriterionRule():
            return judge_asked_criterion(rule, context)
        case RangeRule():
            return _range(rule, context)
        case WindowRule():
            return _window(rule, context)
        case WashoutRule():
            return judge_washout(rule, context.case)
        case PresenceRule() if rule.of == MEDICATIONS:
            return judge_presence_of_drugs(rule, context)
        case PresenceRule():
            return _presence(rule, context)


# ---- what was found at the assessments of a window -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """One assessment that may decide: whether it surely lies in the window, and what follows from it."""

    day: DaySpan
    inside: bool
    holds: bool | None
    found: str
    evidence: Refs
    missing: Texts = ()


def _decide(seen: Iterable[_Seen], what: str) -> Judged:
    """The last one that surely lies in the window decides, unless another that may be later, or may lie in the window,
    says otherwise."""
    all_seen = sorted(seen, key=lambda one: (one.day.last, one.day.first))
    sure = [one for one in all_seen if one.inside]
    if not sure:
        missing = (f"the exact day of {what}",) if all_seen else (what,)
        return Judged(
            None,
            all_seen[-1].found if all_seen else "",
            missing,
            refs_of(*(one.evidence for one in all_seen)),
        )
    last = sure[-1]
    rivals = [
        one
        for one in all_seen
        if one is not last and one.day.last >= last.day.first and one.holds != last.holds
    ]
    if rivals:
        refs = refs_of(last.evidence, *(one.evidence for one in rivals))
        return Judged(None, last.found, (f"which value of {what} came last",), refs, last.day)
    inexact: Texts = () if last.holds is not None else last.missing or (f"{what}, more exactly",)
    return Judged(last.holds, f"{last.found} on {last.day}", inexact, last.evidence, last.day)


def _in_window(context: Context, window: Window) -> Iterator[tuple[Assessment, bool]]:
    """The assessments that lie, or may lie, in the window, and whether they surely do."""
    for assessment in context.case.assessments:
        inside = context.within(assessment.day, window)
        if inside is not False:
            yield assessment, inside is True


def _range(rule: RangeRule, context: Context) -> Judged:
    table, _, name = rule.of.partition(".")
    if table == "items":
        return _decide(_item_values(rule, name, context), ITEMS[name].title)
    if table == "scores":
        return _decide(_score_values(rule, name, context), MEASURES[name].title)
    reading = _number(table, name, context)
    if reading.span is None:
        return Judged(None, "", reading.missing, reading.evidence)
    span = in_unit_of(rule.limit, reading.span, subject_unit(rule.of) or "")
    return Judged(holds(rule.limit, span), reading.words or numbers(span), reading.missing, reading.evidence)


def _number(table: str, name: str, context: Context) -> Reading:
    case = context.case
    if table == "patients":
        if name == "age_years":
            return age_years(case)
        value = case.patient.get(name)
        if isinstance(value, bool) or not isinstance(value, float | int):
            return Reading(None, (case.ref,))
        return Reading((float(value), float(value)), (case.ref,))
    if context.infusion is None:
        return Reading(None, (case.ref,), ("an infusion",))
    return infusion_number(name, case, context.infusion, context.protocol.dose)


def _item_values(rule: RangeRule, item: str, context: Context) -> Iterator[_Seen]:
    for assessment, inside in _in_window(context, rule.during):
        fact = assessment.facts.get(item)
        value = None if fact is None else recorded(fact)
        if fact is None or value is None or isinstance(value, str | bool):
            continue
        span = value if isinstance(value, tuple) else (float(value), float(value))
        kept = holds(rule.limit, in_unit_of(rule.limit, span, ITEMS[item].unit))
        yield _Seen(assessment.day, inside, kept, f"{fact.comparator}{fact.value:g}", (fact.ref,))


def _score_values(rule: RangeRule, score: str, context: Context) -> Iterator[_Seen]:
    """Scores at the assessments of the window; one that cannot be computed counts by its bounds, if it has any."""
    measure = MEASURES[score]
    needed = [item.id for item in measure.items] if isinstance(measure, Score) else []
    for assessment, inside in _in_window(context, rule.during):
        at = context.view.score(assessment, score)
        low, high = (at.value, at.value) if at.value is not None else (at.low, at.high)
        if low is None or high is None or not any(item in assessment.facts for item in (score, *needed)):
            continue
        kept, lacking = holds(rule.limit, (low, high)), tuple(map(title_of, at.missing))
        yield _Seen(assessment.day, inside, kept, numbers((low, high)), at.evidence, lacking)


# ---- the other kinds -----------------------------------------------------------------------------------------------


def _window(rule: WindowRule, context: Context) -> Judged:
    table, _, name = rule.of.partition(".")
    source = (
        context.case.patient if table == "patients" else context.infusion.fields if context.infusion else {}
    )
    ref = context.infusion.ref if table == "infusions" and context.infusion else context.case.ref
    day = _day_of(source.get(name), context.case.index)
    if day is None:
        return Judged(None, "", (subject_words(rule.of),), (ref,))
    inside = context.within(day, rule.during)
    return Judged(inside, str(day), ("the exact day",) if inside is None else (), (ref,), day)


def _day_of(text: object, index: RecordedDay | None) -> DaySpan | None:
    if not isinstance(text, str) or text in MISSING:
        return None
    try:
        return parse_day(text).days_from(index)
    except NotADay:
        return None


def _presence(rule: PresenceRule, context: Context) -> Judged:
    """Whether a finding or a record is as asked: `present: false` asks that it is not there."""
    table, _, name = rule.of.partition(".")
    if table == "items":
        return _decide(_item_presences(rule, name, context), ITEMS[name].title)
    source = (
        context.case.patient if table == "patients" else context.infusion.fields if context.infusion else {}
    )
    ref = context.infusion.ref if table == "infusions" and context.infusion else context.case.ref
    value = source.get(name)
    there = _is_there(value, rule.values)
    column = {"patients": PATIENTS, "infusions": INFUSIONS}[table].column(name)
    shown = value_words(value, private=column is not None and column.kind is Kind.TEXT)
    return Judged(_as_asked(there, rule), shown, (subject_words(rule.of),), (ref,))


def _item_presences(rule: PresenceRule, item: str, context: Context) -> Iterator[_Seen]:
    """A finding that cannot be in this child, as a pregnancy in a boy, is not there."""
    for assessment, inside in _in_window(context, rule.during):
        fact = assessment.facts.get(item)
        if fact is None or not is_answered(fact):
            continue
        there = False if fact.value is None else _is_there(fact.value, rule.values)
        found = "does not apply" if fact.value is None else value_words(fact.value)
        yield _Seen(assessment.day, inside, _as_asked(there, rule), found, (fact.ref,))


def _is_there(value: object, values: Texts) -> bool | None:
    """Whether the record holds one of the values, or, where none is named, holds anything but an absence."""
    if value is None:
        return None
    if values:
        return True if value in values else None if value == NOT_KNOWN else False
    if isinstance(value, bool):
        return value
    return None if value == NOT_KNOWN else True


def _as_asked(there: bool | None, rule: PresenceRule) -> bool | None:
    return there if there is None or rule.present else not there


def value_words(value: object, *, private: bool = False) -> str:
    """What a record holds, as a person reads it; the words of a chart are not shown."""
    match value:
        case None:
            return ""
        case True:
            return "present"
        case False:
            return "absent"
        case float() | int():
            return f"{value:g}"
        case _:
            return "recorded" if private else str(value).replace("_", " ")
