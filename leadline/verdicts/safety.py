"""Safety of the series: events, children, time at risk, and what few children without an event can exclude.

Time at risk is the time that questions about adverse events reached back over; outside it silence is not safety.
It is counted a child in months of 30.4375 days to one decimal, the precision that published episodes have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.casebook.case import AdverseEvent, Case
from leadline.casebook.days import DAYS_IN_MONTH
from leadline.casebook.deaths import died_of_nothing_recorded
from leadline.verdicts.event_claims import asked_spans
from leadline.verdicts.exact import (
    children_needed,
    clopper_pearson,
    clopper_pearson_upper,
    compare_rates_conditional,
    fisher_exact_two_sided,
    poisson_rate_interval,
)
from leadline.verdicts.findings import EventRate, PeriodComparison, Proportion, Safety

RISKS = (0.05, 0.10, 0.20)
CLASSES = (("serious", True), ("other", False))


def proportion(k: int, n: int) -> Proportion:
    """K of n with its exact bounds; no bounds for n = 0."""
    if n == 0:
        return Proportion(k, n, None, None, None)
    interval = clopper_pearson(k, n)
    return Proportion(k, n, interval.low, interval.high, clopper_pearson_upper(k, n))


def judge_safety(cases: Sequence[Case]) -> Safety:
    """What the charts of the series say about adverse events after the infusion."""
    watched = [case for case in cases if _is_watched(case)]
    with_event = sum(bool(_events_after(case)) for case in watched)
    unclear = sum(_perhaps_serious(case) for case in watched)
    with_serious = sum(_surely_serious(case) for case in watched)
    return Safety(
        children=len(cases),
        with_event=proportion(with_event, len(watched)),
        with_serious_event=proportion(with_serious, len(watched) - unclear),
        not_assessed=tuple(case.patient_id for case in cases if not _is_watched(case)),
        comparisons=tuple(
            comparison
            for name, serious in CLASSES
            if (comparison := _compare_periods(cases, name, serious=serious))
        ),
        children_needed=tuple((risk, children_needed(risk)) for risk in RISKS),
        sentences=tuple(_sentences(len(cases), len(watched), with_serious, unclear)),
    )


def _is_watched(case: Case) -> bool:
    """Whether adverse events after the infusion were asked for or recorded."""
    return bool(_events_after(case)) or _asked_after(case)


def _asked_after(case: Case) -> bool:
    return any(span.last > 0 for span in asked_spans(case))


def _events_after(case: Case) -> tuple[AdverseEvent, ...]:
    """Events that surely began on day 0 or later."""
    return tuple(event for event in case.adverse_events if event.start is not None and event.start.first >= 0)


def _surely_serious(case: Case) -> bool:
    return any(event.serious for event in _events_after(case))


def _perhaps_serious(case: Case) -> bool:
    """No event surely serious and after the infusion, but one that may have been: its seriousness or its day is not
    known, or it is the one of which the child died."""
    return not _surely_serious(case) and (
        died_of_nothing_recorded(case)
        or any(
            event.serious is not False and (event.start is None or event.start.last >= 0)
            for event in case.adverse_events
        )
    )


def _months_asked(case: Case, *, after: bool) -> float:
    """Months before, or after, the index infusion over which adverse events were asked for."""
    days = 0
    for span in asked_spans(case):
        first, last = (max(span.first, 0), span.last) if after else (span.first, min(span.last, 0))
        days += max(last - first, 0)
    return round(days / DAYS_IN_MONTH, 1)


def _event_rate(cases: Iterable[Case], *, serious: bool, after: bool) -> EventRate | None:
    """Events a child-month in one period, of the children asked about it; None where nobody was."""
    asked = [(case, months) for case in cases if (months := _months_asked(case, after=after))]
    total = round(sum(months for _, months in asked), 1)
    if not total:
        return None
    recorded = [event for case, _ in asked for event in case.adverse_events if event.serious is serious]
    events = sum(_in_period(event, after=after) for event in recorded)
    interval = poisson_rate_interval(events, total)
    period = "after the infusion" if after else "before the infusion"
    return EventRate(period, events, total, events / total, interval.low, interval.high)


def _in_period(event: AdverseEvent, *, after: bool) -> bool:
    """Whether it surely began in the period."""
    if event.start is None:
        return False
    return event.start.first >= 0 if after else event.start.last < 0


def _compare_periods(cases: Sequence[Case], name: str, *, serious: bool) -> PeriodComparison | None:
    """Before against after the infusion: the exact conditional test, and Fisher's test on events against event-free
    person-months as Swart 2019 did (doi:10.1093/rheumatology/kez157). None unless both periods were asked about."""
    before, after = (_event_rate(cases, serious=serious, after=late) for late in (False, True))
    if before is None or after is None:
        return None
    rows = tuple((rate.events, max(round(rate.person_months) - rate.events, 0)) for rate in (before, after))
    conditional = compare_rates_conditional(
        (after.events, before.events), (after.person_months, before.person_months)
    )
    return PeriodComparison(name, before, after, conditional.p, fisher_exact_two_sided((rows[0], rows[1])))


def _sentences(children: int, watched: int, with_serious: int, unclear: int) -> list[str]:
    said: list[str] = []
    if watched == 0:
        said.append(
            "For none of the children is it recorded that adverse events were asked for: silence is not safety."
        )
    elif watched < children:
        said.append(
            f"For {children - watched} of {children} children it is not recorded that adverse events were asked for: "
            "silence is not safety."
        )
    if unclear:
        whom = "that child is" if unclear == 1 else "those children are"
        said.append(
            f"For {unclear} of {children} children it is not known whether a recorded event was serious, whether it "
            f"came after the infusion, or of which event the child died: {whom} not counted."
        )
    n = watched - unclear if watched else children
    if with_serious == 0 and n:
        upper = clopper_pearson(0, n).high
        many = f"{_number(n)} children without a serious event are"
        subject = "one child without a serious event is" if n == 1 else many
        even_so = "even so, " if watched == 0 else ""
        said.append(f"{even_so}{subject} compatible with a true risk of up to {upper:.0%}.".capitalize())
    return said


NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def _number(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
