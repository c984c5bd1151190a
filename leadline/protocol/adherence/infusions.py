"""Each infusion against product, release, dose, premedication and observation, and further infusions against the
rules of repeat dosing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from leadline.casebook.case import Infusion
from leadline.casebook.days import DaySpan
from leadline.measures.three_values import as_result
from leadline.protocol.adherence.context import DAY_0, Context, for_child
from leadline.protocol.adherence.findings import Check, InfusionAdherence, Texts
from leadline.protocol.adherence.judging import check_rule, outcome_of
from leadline.protocol.figures import figure_words, window_words
from leadline.protocol.rules import Asked, CriterionRule, Grade, words


def check_infusions(context: Context) -> tuple[InfusionAdherence, ...]:
    """Every infusion that was given, in the order of their numbers."""
    given = sorted((one for one in context.case.infusions if one.given), key=lambda one: one.number)
    return tuple(
        InfusionAdherence(one.number, one.day, one.ref, tuple(_checks(one, context))) for one in given
    )


def _checks(infusion: Infusion, context: Context) -> Iterator[Check]:
    """The rules of an infusion count their days from that infusion."""
    zero = infusion.day if infusion.day is not None else DaySpan(-(10**6), 10**6)
    own = replace(context, infusion=infusion, zero=zero, premedication=True)
    for section, rule in context.protocol.infusion_rules():
        check = check_rule(rule, section, own)
        if check is not None:
            yield check
    yield _vital_signs(infusion, context)


def _vital_signs(infusion: Infusion, context: Context) -> Check:
    """Each planned time needs a reading that lies nearer to it than to any other planned time."""
    observation = context.protocol.observation
    planned, text = observation.vital_signs_min, infusion.fields.get("vital_signs_minutes")
    taken = [int(part) for part in text.split(";")] if isinstance(text, str) and text[:1].isdigit() else None
    kept: bool | None = None
    missing: Texts = ("minutes at which vital signs were taken",)
    found = "not recorded"
    if taken is not None:
        served = {min(planned, key=lambda at: (abs(at - minute), at)) for minute in taken}
        left_out = [at for at in planned if at not in served]
        kept, missing = not left_out, ()
        found = f"none near minute {', '.join(map(str, left_out))}" if left_out else "at every planned time"
    return Check(
        section="observation", rule="vital_signs", title="Vital signs",
        asked=f"Vital signs at minute {', '.join(map(str, planned))} from the start", found=found,
        result=as_result(kept), outcome=outcome_of(kept, observation.deviation), day=infusion.day, missing=missing,
        evidence=(infusion.ref,), source=observation.source,
    )  # fmt: skip


# ---- repeat dosing ---------------------------------------------------------------------------------------------------


def check_repeat_dosing(context: Context) -> tuple[Check, ...]:
    """How many infusions, how far apart, and the rules before each further one. Nothing for a child given one."""
    given = sorted((one for one in context.case.infusions if one.given), key=lambda one: one.number)
    if len(given) < 2:
        return ()
    further = (check for before, infusion in pairwise(given) for check in _further(before, infusion, context))
    return (*_how_many(given, context), *further)


def _how_many(given: list[Infusion], context: Context) -> Iterator[Check]:
    rules = context.protocol.repeat_dosing
    refs = tuple(infusion.ref for infusion in given)
    if rules.diagnoses and context.case.diagnosis not in rules.diagnoses:
        yield Check(
            section="repeat_dosing", rule="repeat_dosing_for", title="Further infusions",
            asked="one infusion only, in a child of this disease", found=f"{len(given)} infusions", result="not_met",
            outcome=outcome_of(False, Grade.MAJOR), evidence=refs,
        )  # fmt: skip
    elif not rules.most.open:
        most = (
            rules.most if rules.most.value is None else replace(rules.most, value=None, high=rules.most.value)
        )
        kept = most.holds(len(given))
        yield Check(
            section="repeat_dosing", rule="most_infusions", title="Number of infusions",
            asked=figure_words(rules.most.as_most), found=f"{len(given)} infusions", result=as_result(kept),
            outcome=outcome_of(kept, Grade.MAJOR), evidence=refs, source=rules.most.source,
        )  # fmt: skip


def _further(before: Infusion, infusion: Infusion, context: Context) -> Iterator[Check]:
    yield _interval(before, infusion, context)
    if infusion.day is None:
        return
    own = replace(context, zero=DAY_0, until=infusion.day.first, infusion=infusion)
    for rule in context.protocol.repeat_dosing.rules:
        if for_child(rule, context.case) is False:
            continue
        at_any = isinstance(rule, CriterionRule) and rule.result is Asked.MET
        check = _at_any_visit(rule, own) if at_any and isinstance(rule, CriterionRule) else None
        check = check or check_rule(rule, "repeat_dosing", own)
        if check is not None:
            yield replace(check, title=f"{check.title} (before infusion {infusion.number})")


def _at_any_visit(rule: CriterionRule, context: Context) -> Check | None:
    """A criterion that must have been met before a further infusion may have been met at any visit before it, and not
    only at the last: the child responded, and lost the response. None where no visit can be judged by it."""
    asked = [
        replace(rule, during=replace(rule.during, first=visit.day.first, last=visit.day.last))
        for visit in context.case.assessments
        if context.within(visit.day, rule.during)
    ]
    checks = [check for one in asked if (check := check_rule(one, "repeat_dosing", context)) is not None]
    best = min(
        checks, key=lambda check: ("met", "indeterminate", "not_met").index(check.result), default=None
    )
    return None if best is None else replace(best, asked=words(rule))


def _interval(before: Infusion, infusion: Infusion, context: Context) -> Check:
    window = context.protocol.repeat_dosing.interval
    refs = (before.ref, infusion.ref)
    title, asked = (
        f"Interval to infusion {infusion.number}",
        f"{window_words(window)} after the infusion before",
    )
    if before.day is None or infusion.day is None:
        kept, found = None, "not recorded"
    else:
        apart = DaySpan(infusion.day.first - before.day.last, infusion.day.last - before.day.first)
        kept = Context(context.case, context.view, context.protocol).within(apart, window)
        days = f"{apart.first}" if apart.is_exact else f"{apart.first} to {apart.last}"
        found = f"{days} days"
    missing = () if kept is not None else ("the exact days of both infusions",)
    return Check(
        section="repeat_dosing", rule="interval", title=title, asked=asked, found=found, result=as_result(kept),
        outcome=outcome_of(kept, Grade.MAJOR), day=infusion.day, missing=missing, evidence=refs, source=window.source,
    )  # fmt: skip
