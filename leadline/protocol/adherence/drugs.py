"""Drugs against the rules: what was taken in a span of days, what changed on which day, and what a rule says of it.

A course whose dates are not known may have run at any time; a drug that the catalogue does not know may be any. The
day of a stop is the first without the drug, but counts as a day with it where a wash-out is asked for, because charts
often write the day of the last dose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, inf

from leadline.casebook.case import Case, DrugCourse, Infusion
from leadline.casebook.days import DaySpan, add_months, days_in_months
from leadline.casebook.drugs import NONE_GIVEN, parts_of, recognise
from leadline.measures.three_values import all_hold
from leadline.protocol.adherence.breaks import break_words
from leadline.protocol.adherence.context import Context, Judged
from leadline.protocol.figures import CALENDAR_MONTHS, DAYS, Figure, Window
from leadline.protocol.rules import Change, PresenceRule, WashoutRule
from leadline.protocol.subjects import covers
from leadline.verdicts.doses import ONCE, compare_doses, next_course, perhaps_anew, previous_course
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.treatment import drug_name

WHOLE_RECORD = "a complete history of drugs"
NAME_THE_DRUG = "the substance of a drug that the catalogue does not know"


def is_listed(course: DrugCourse, drugs: Iterable[str], routes: tuple[str, ...] = ()) -> bool | None:
    """Whether the course is of a listed substance or class, by a listed route; None if drug or route is not known."""
    by_drug: bool | None = None
    if course.class_id:
        by_drug = any(covers(drug, course.substance) or drug == course.class_id for drug in drugs)
    if by_drug is False or not routes:
        return by_drug
    if not course.route:
        return None
    return by_drug if course.route in routes else False


# ---- when a drug was taken -----------------------------------------------------------------------------------------


def taken_between(course: DrugCourse, first: float, last: float, *, stop_counts: bool = False) -> bool | None:
    """Whether the drug was taken on some day of first to last; None if its dates cannot tell.

    stop_counts   the day of the stop is a day on which it was taken
    """
    begun_from, begun_by = _ends(course.start, -inf, inf)
    ended_from, ended_by = _last_day_on(course, stop_counts=stop_counts)
    if begun_from > last or ended_by < first:
        return False
    surely_begun = begun_by <= last or (ended_by <= last and ended_from >= first)
    return True if surely_begun and ended_from >= first else None


def _ends(span: DaySpan | None, first: float, last: float) -> tuple[float, float]:
    return (first, last) if span is None else (span.first, span.last)


def _last_day_on(course: DrugCourse, *, stop_counts: bool) -> tuple[float, float]:
    """The first and the last day that can be the last one on which the drug was taken. Begun and stopped on one day, it
    was taken on that day."""
    begun_from, begun_by = _ends(course.start, -inf, inf)
    if course.stop is not None:
        off = 0 if stop_counts or course.gone_on_with else 1
        earliest = max(course.stop.first - off, begun_from)
        return earliest, max(course.stop.last - off, min(begun_by, course.stop.last))
    if course.frequency == ONCE and course.start is not None:
        return course.start.first, course.start.last
    if course.ongoing and course.ongoing_as_of is not None:
        return max(course.ongoing_as_of.first, begun_from), inf
    return begun_from, inf


# ---- wash-out ------------------------------------------------------------------------------------------------------


def judge_washout(rule: WashoutRule, case: Case) -> Judged:
    """Whether none of the drugs was taken in the time before day 0. That none was can be told only of a drug history
    that is said to be complete."""
    days = days_of(rule.time, case)
    found = [(course, _not_washed_out(course, rule, days)) for course in case.courses]
    against = [course for course, state in found if state]
    if against:
        refs = tuple(course.ref for course in against)
        return Judged(False, "; ".join(_last_taken(course) for course in against), (), refs, against[0].stop)
    open_ones = [course for course, state in found if state is None]
    if open_ones:
        lacking = (
            NAME_THE_DRUG if not course.class_id else f"stop of {drug_name(course)}" for course in open_ones
        )
        refs = tuple(course.ref for course in open_ones)
        return Judged(None, "not exact enough", tuple(dict.fromkeys(lacking)), refs)
    if case.patient.get("drug_history_complete") is True:
        return Judged(True, "none recorded in that time, the drug history being complete", (), (case.ref,))
    return Judged(None, "none recorded in that time", (WHOLE_RECORD,), (case.ref,))


def _not_washed_out(course: DrugCourse, rule: WashoutRule, days: tuple[int, int]) -> bool | None:
    """Whether the drug is listed and was taken in the time; over the shortest and the longest it can be."""
    states = {taken_between(course, 1 - length, 0, stop_counts=True) for length in days}
    taken = states.pop() if len(states) == 1 else None
    return all_hold((is_listed(course, rule.drugs, rule.routes), taken))


def _last_taken(course: DrugCourse) -> str:
    return f"{drug_name(course)} {'taken up to ' + str(course.stop) if course.stop else 'still taken'}"


def days_of(time: Figure, case: Case) -> tuple[int, int]:
    """The fewest and the most days of a time before day 0, a part of a day being one more: months are those of the
    calendar, where it is known."""
    number = time.limits[0] if time.limits[0] is not None else time.limits[1] or 0
    if time.unit not in CALENDAR_MONTHS:
        days = ceil(number * DAYS.get(time.unit, 1))
        return days, days
    months = round(number * CALENDAR_MONTHS[time.unit])  # a whole number: the reader has refused any other
    if case.index is not None and case.index.calendar and case.index.is_exact:
        days = case.index.first - add_months(case.index.first, -months)
        return days, days
    return days_in_months(months)


# ---- changes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of one course. `kind` None: the doses before and after cannot be compared; `day` None: it is not
    recorded. `sure` False: it is one only if a break, of which the dates are not exact, was longer than a pause."""

    course: DrugCourse
    kind: Change | None
    day: DaySpan | None
    sure: bool = True


def changes_of(case: Case, parameters: Parameters, *, premedication: bool = False) -> Iterator[Changed]:
    """Every start, stop and change of dose, course by course; of what was given for an infusion only if wanted."""
    for course in case.courses:
        if course.indication == "premedication" and not premedication:
            continue
        before = previous_course(case, course, parameters)
        if before is None:
            yield Changed(course, Change.STARTED, course.start)
        elif perhaps_anew(case, course, parameters):
            yield Changed(course, Change.STARTED, course.start, sure=False)
        if before is not None and (kind := _dose_change(before, course)) is not Change.RUNNING:
            yield Changed(course, kind, course.start)
        if course.frequency == ONCE:
            continue
        following = next_course(case, course, parameters)
        if following is not None:
            if course.stop is not None and perhaps_anew(case, following, parameters):
                yield Changed(course, Change.STOPPED, course.stop, sure=False)
        elif course.stop is not None or course.ongoing is False:
            yield Changed(course, Change.STOPPED, course.stop)


def _dose_change(before: DrugCourse, after: DrugCourse) -> Change | None:
    """Raised, lowered, running on at the same dose; None where the doses cannot be compared."""
    raised, lowered = compare_doses(before, after), compare_doses(after, before)
    if raised is None:
        return None
    return Change.RAISED if raised else Change.LOWERED if lowered else Change.RUNNING


def happened(changed: Changed, wanted: Change) -> bool | None:
    """Whether the change is of the kind: a drug begun is also one that is taken."""
    if changed.kind is None:
        return None if wanted in (Change.RAISED, Change.LOWERED) else False
    of_kind = changed.kind is wanted or (wanted is Change.RUNNING and changed.kind is Change.STARTED)
    return None if of_kind and not changed.sure else of_kind


# ---- a rule about drugs --------------------------------------------------------------------------------------------


def judge_presence_of_drugs(rule: PresenceRule, context: Context) -> Judged:
    """Whether something that the rule names happened to a listed drug in the window; with `present: false`, whether
    nothing did."""
    found = list(_found(rule, context))
    sure = [(course, day) for course, day, state in found if state]
    perhaps = [(course, day) for course, day, state in found if state is None]
    if sure:
        words = "; ".join(f"{drug_name(course)}{f' on {day}' if day else ''}" for course, day in sure)
        return Judged(rule.present, words, (), tuple(course.ref for course, _ in sure), sure[0][1])
    if perhaps:
        lacking = (
            NAME_THE_DRUG if not course.class_id else f"exact day of {drug_name(course)}"
            for course, _ in perhaps
        )
        refs = tuple(course.ref for course, _ in perhaps)
        return Judged(None, "not exact enough", tuple(dict.fromkeys(lacking)), refs)
    return _none_found(rule, context)


def _found(rule: PresenceRule, context: Context) -> Iterator[tuple[DrugCourse, DaySpan | None, bool | None]]:
    """Each course, the day that counts, and whether it is what the rule names."""
    case = context.case
    if rule.change is Change.RUNNING:
        first, last = window_ends(rule.during, context)
        for course in case.courses:
            state = all_hold((is_listed(course, rule.drugs, rule.routes), taken_between(course, first, last)))
            if state is not False:
                yield course, course.start, state
        return
    for changed in changes_of(case, context.view.parameters, premedication=context.premedication):
        inside = None if changed.day is None else context.within(changed.day, rule.during)
        if changed.day is None and surely_before(changed, rule.during, context):
            inside = False
        listed = is_listed(changed.course, rule.drugs, rule.routes)
        state = all_hold((listed, happened(changed, rule.change), inside))
        if state is not False:
            yield changed.course, changed.day, state


def surely_before(changed: Changed, window: Window, context: Context) -> bool:
    """Whether a change without a day must have come before the window: the course had ended by then."""
    first, _ = window_ends(window, context)
    stop = changed.course.stop
    return changed.kind is not Change.STOPPED and stop is not None and stop.last < first


def window_ends(window: Window, context: Context) -> tuple[float, float]:
    """First and last day of a window, counted from the index infusion; the widest it can be."""
    first = -inf if window.first is None else window.first + context.zero.first
    last = inf if window.last is None else window.last + context.zero.last
    return first, min(last, inf if context.until is None else context.until)


def _none_found(rule: PresenceRule, context: Context) -> Judged:
    """Nothing of the kind is recorded. It says something only where drugs are recorded at all."""
    case = context.case
    ref = context.infusion.ref if context.infusion is not None else case.ref
    if context.infusion is not None and context.premedication:
        given = _premedication(case, context.infusion, rule.drugs)
        if given is None:
            return Judged(None, "", ("premedication given",), (ref,))
        return Judged(given if rule.present else not given, "in the row of the infusion", (), (ref,))
    if case.courses or case.patient.get("drug_history_complete") is True:
        refs = tuple(course.ref for course in case.courses) or (ref,)
        return Judged(not rule.present, "; ".join(("none recorded", *_breaks(rule, context))), (), refs)
    return Judged(None, "no medicines recorded", ("the record of medicines",), (ref,))


def _breaks(rule: PresenceRule, context: Context) -> Iterator[str]:
    """Breaks of the drugs that a rule on their stop is about: short enough to be none, and worth knowing."""
    if rule.change is not Change.STOPPED:
        return
    for course in context.case.courses:
        listed = is_listed(course, rule.drugs, rule.routes)
        if listed and course.stop is not None and context.within(course.stop, rule.during) is not False:
            words = break_words(course, context.case)
            if words:
                longest = context.view.parameters.drug_break_days
                yield f"{words}, which counts as going on (up to {longest} days)"


def _premedication(case: Case, infusion: Infusion, drugs: Iterable[str]) -> bool | None:
    """Whether the row of the infusion names one of the drugs as premedication, or the row of a medicine that is one;
    None if it does not say, or names one that the catalogue does not know."""
    text = infusion.fields.get("premedication")
    if not isinstance(text, str):
        return None
    if text.strip().casefold() in NONE_GIVEN:
        return False
    by_uid = {course.ref.uid: course.substance for course in case.courses}
    named = [
        by_uid.get(part) or (drug.substance if (drug := recognise(part)) else "") for part in parts_of(text)
    ]
    if any(each and covers(drug, each) for each in named for drug in drugs):
        return True
    return None if "" in named or not named else False
