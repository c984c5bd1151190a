"""Steps by which the glucocorticoid is lowered, against the taper of the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.daily_doses import holds_on, lacking
from leadline.protocol.adherence.drugs import Changed, changes_of, days_of
from leadline.protocol.adherence.findings import Outcome, Texts
from leadline.protocol.adherence.judging import check_rule, outcome_of
from leadline.protocol.adherence.readings import Span
from leadline.protocol.rules import Change, Grade
from leadline.protocol.subjects import class_of, covers
from leadline.verdicts.doses import ONCE, prednisone_mg_day
from leadline.verdicts.treatment import drug_name, is_systemic


@dataclass(frozen=True, slots=True)
class Step:
    """What one part of the taper says of a step."""

    title: str
    outcome: Outcome
    missing: Texts = ()


def is_of_taper(changed: Changed, context: Context) -> bool:
    """Whether a lasting systemic course of the tapered drug was lowered or stopped. Glucocorticoids are one drug here,
    as they are reckoned in prednisone."""
    drug, course = context.protocol.taper.drug, changed.course
    of_it = course.class_id == class_of(drug) == "glucocorticoid" or covers(drug, course.substance)
    return (
        of_it
        and changed.sure
        and changed.kind in (Change.LOWERED, Change.STOPPED)
        and is_systemic(course)
        and course.frequency != ONCE
    )


def judge_step(changed: Changed, context: Context) -> Iterator[Step]:
    """Each part of the taper that has a figure: when it may start, how large a step is, how far apart, what must hold
    before. A step outside a figure is a minor deviation; a condition has its own grade."""
    taper, day = context.protocol.taper, changed.day
    if day is None:
        lacking = f"exact day on which {drug_name(changed.course)} was lowered"
        yield Step("Taper", Outcome.NOT_DOCUMENTED, (lacking,))
        return
    starts = context.within(day, taper.starts)
    yield Step("Start of the taper", outcome_of(starts, Grade.MINOR), ("exact day of the step",))
    yield from _size(day, context)
    yield from _apart(day, context)
    for rule in taper.condition:
        check = check_rule(rule, "taper", replace(context, until=day.first))
        if check is not None:
            yield Step(f"Taper: {check.title}", check.outcome, check.missing)


def _size(day: DaySpan, context: Context) -> Iterator[Step]:
    """How much the step lowers the daily dose, and whether it goes below the dose at which the taper ends."""
    taper, rules = context.protocol.taper, context.view.parameters
    before = prednisone_mg_day(context.case, DaySpan(day.first - 1, day.first - 1), rules)
    after = prednisone_mg_day(context.case, DaySpan(day.last, day.last), rules)
    doses = "doses before and after the step"
    if not taper.step.open:
        step = taper.step.as_most
        kept = holds_on(step, _fall(before, after, percent=step.unit == "%"), day, context)
        missing = lacking(step, doses, day, context)
        yield Step("Size of the step", outcome_of(kept, Grade.MINOR), missing)
    if not taper.least.open:
        least = taper.least.as_least
        kept = holds_on(least, after, day, context)
        missing = lacking(least, doses, day, context)
        yield Step("Dose at which the taper ends", outcome_of(kept, Grade.MINOR), missing)


def _fall(before: Span, after: Span, *, percent: bool) -> Span:
    """The fall of the daily dose, in mg or in percent of the dose before."""
    if not percent:
        return before[0] - after[1], before[1] - after[0]
    if before[0] <= 0:
        return -float("inf"), 100.0
    return 100 * (1 - after[1] / before[0]), 100 * (1 - after[0] / before[1])


def _apart(day: DaySpan, context: Context) -> Iterator[Step]:
    """How long after the step before."""
    every = context.protocol.taper.every
    if every.open:
        return
    earlier = [
        other.day
        for other in changes_of(context.case, context.view.parameters)
        if is_of_taper(other, context) and other.day and other.day.last < day.first
    ]
    if earlier:
        last = max(earlier, key=lambda span: span.last)
        fewest, most = days_of(every, context.case)
        longest, shortest = day.last - last.first, day.first - last.last
        kept = False if longest < fewest else True if shortest >= most else None
        yield Step("Time between steps", outcome_of(kept, Grade.MINOR), ("exact days of both steps",))
