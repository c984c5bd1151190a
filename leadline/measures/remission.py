"""Clinical remission in juvenile arthritis (Wallace 2004): inactive disease that has lasted.

Visits    each with its date, whether inactive disease was met, and whether a drug against arthritis or uveitis is taken
State     at the last visit: active, cid (inactive), crm (remission on medication, 6 calendar months) or cr (off, 12)
Missing   an indeterminate visit breaks the run; a partial date or an unknown drug status counts only where every
          possibility gives the same state
Not       a remission off all treatment after a cell infusion: the product may still act
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import get_args

from leadline.casebook.days import TAKEN, NotADay, RecordedDay, months_between, parse_day
from leadline.casebook.items import Item
from leadline.measures.definition import Grading, Outputs, Result, Source
from leadline.measures.expression import Not, OneOf, Recorded, Row, Yes, all_of
from leadline.measures.inputs import Inputs, not_shaped

WALLACE_2004 = Source("W04", "Wallace CA et al. J Rheumatol 2004;31:2290-4")

MONTHS_ON = 6  # [W04] calendar months, on medication
MONTHS_OFF = 12  # [W04] calendar months, off medication
LARGE_GAP_MONTHS = 6  # ours: a gap of more than six months between visits is warned of

MONTHS = {True: MONTHS_ON, False: MONTHS_OFF}

_WORST_LAST: tuple[Result, ...] = ("met", "not_applicable", "indeterminate", "not_met")
INDETERMINATE: Result = "indeterminate"

VISITS, STOPPED = "visits", "medication_stop_date"

CID = Item("cid", "Inactive disease", "choice", choices=_WORST_LAST)
ON_MEDICATION = Item("on_medication", "A drug against arthritis or uveitis is taken", "yes_no")
LASTED = {
    on: Item(
        f"lasted_{'on' if on else 'off'}_medication",
        f"Inactive disease for {months} calendar months {'on' if on else 'off'} medication, up to the visit",
        "yes_no",
    )
    for on, months in MONTHS.items()
}
"""On medication or off, to the item that says whether it has lasted."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`on_medication` None: not recorded."""

    day: RecordedDay
    cid: Result
    on_medication: bool | None


def _last_visit(visits: Sequence[Visit], *, stopped: RecordedDay | None = None) -> dict[str, Recorded]:
    """The items of the last visit.

    visits    in any order; of several on one day the worst stands last
    stopped   a documented day on which the last drug was stopped: the clock off medication starts there if inactive
              disease was documented on or before it, else at the first visit off medication
    returns   item id to what is recorded; None where the order of the visits is not certain
    """
    if not visits or not _same_calendar(visits):
        return dict.fromkeys(item.id for item in (CID, ON_MEDICATION, *LASTED.values()))
    ordered = sorted(visits, key=_order)
    certain = _order_is_certain(ordered)
    return {
        CID.id: ordered[-1].cid,
        ON_MEDICATION.id: ordered[-1].on_medication,
        **{
            item.id: _lasted(ordered, on_medication=on, stopped=stopped) if certain else None
            for on, item in LASTED.items()
        },
    }


def _same_calendar(visits: Sequence[Visit]) -> bool:
    """Calendar days and day numbers have no common order."""
    return len({visit.day.calendar for visit in visits}) == 1


def _order(visit: Visit) -> tuple[int, int, int, int]:
    unknown_between = {False: 0, None: 1, True: 2}[visit.on_medication]
    return visit.day.first, visit.day.last, _WORST_LAST.index(visit.cid), unknown_between


def _order_is_certain(ordered: Sequence[Visit]) -> bool:
    """Whether partial dates leave open which of two unlike visits came first."""
    return all(
        earlier.day.last < later.day.first
        or (earlier.day.is_exact and later.day.is_exact)
        or (earlier.cid, earlier.on_medication) == (later.cid, later.on_medication)
        for earlier, later in pairwise(ordered)
    )


def _run(ordered: Sequence[Visit], belongs: Callable[[Visit], bool]) -> tuple[Visit, ...]:
    """The unbroken run backwards from the last visit, earliest first."""
    backwards = takewhile(lambda visit: visit.cid == "met" and belongs(visit), reversed(ordered))
    return tuple(backwards)[::-1]


def _lasted(ordered: Sequence[Visit], *, on_medication: bool, stopped: RecordedDay | None) -> bool | None:
    """Whether inactive disease has lasted long enough if the last visit was on, or off, medication: the shortest and
    the longest run that the recorded drug status allows must agree."""
    shortest = _run(ordered[:-1], lambda visit: visit.on_medication is on_medication)
    longest = _run(ordered[:-1], lambda visit: visit.on_medication in (on_medication, None))
    lasted = []
    for run in (shortest, longest):
        start = (run or ordered[-1:])[0].day
        if not on_medication and stopped is not None:
            start = _from_stop(ordered[: len(ordered) - 1 - len(run)], stopped, start)
        lasted.append(months_between(start, ordered[-1].day, MONTHS[on_medication]))
    if lasted[0] is True:
        return True
    return False if lasted[1] is False else None


def _from_stop(before: Sequence[Visit], stopped: RecordedDay, start: RecordedDay) -> RecordedDay:
    """The stop of the last drug, if inactive disease was documented up to it; else the first visit off medication."""
    documented = bool(before) and before[-1].cid == "met" and before[-1].day.last <= stopped.first
    return stopped if documented and stopped.last <= start.first else start


def _run_in_words(visits: Sequence[Visit]) -> Outputs:
    """The run that the state rests on: its visits, since when, and the largest gap between two of them."""
    ordered = sorted(visits, key=_order) if visits and _same_calendar(visits) else []
    certain = bool(ordered) and _order_is_certain(ordered)
    run = _run(ordered, lambda visit: visit.on_medication is ordered[-1].on_medication) if certain else ()
    days = [visit.day for visit in run]
    gaps = [later.first - earlier.last for earlier, later in pairwise(days)]
    large = any(_more_than_months(earlier, later, LARGE_GAP_MONTHS) for earlier, later in pairwise(days))
    return {
        "run_visits": len(run),
        "since": days[0].text if days else None,
        "largest_gap_days": max(gaps, default=None),
        "warning": "more than six months lie between two of the visits" if large else "",
    }


def _more_than_months(earlier: RecordedDay, later: RecordedDay, months: int) -> bool:
    day_before = replace(later, first=later.first - 1, last=later.last - 1)
    return months_between(earlier, day_before, months) is True


def _read_day(name: str, text: object) -> RecordedDay:
    try:
        return parse_day(str(text))
    except NotADay:
        raise not_shaped(name, text, TAKEN) from None


def _read_visit(number: int, visit: object) -> Visit:
    name = f"visits[{number}]"
    if not isinstance(visit, Mapping) or set(visit) - {"date", "cid", "on_medication"}:
        raise not_shaped(name, visit, "an object with date, cid and on_medication")
    cid, on_medication = visit.get("cid"), visit.get("on_medication")
    if cid not in (None, *get_args(Result)):
        raise not_shaped(f"{name}.cid", cid, ", ".join(get_args(Result)))
    if not isinstance(on_medication, bool | None):
        raise not_shaped(f"{name}.on_medication", on_medication, "true, false or null")
    return Visit(_read_day(f"{name}.date", visit.get("date")), cid or "indeterminate", on_medication)


def _read_visits(visits: object) -> tuple[Visit, ...]:
    if visits is None:
        return ()
    if not isinstance(visits, Sequence) or isinstance(visits, str):
        raise not_shaped("visits", visits, "a list of visits")
    return tuple(_read_visit(number, visit) for number, visit in enumerate(visits))


@dataclass(frozen=True, kw_only=True)
class Remission(Grading):
    """A grading of the last of several visits. Its inputs are the visits; a table has one in each row."""

    def row(self, inputs: Inputs) -> Row:
        stopped = inputs.get(STOPPED)
        day = None if stopped is None else _read_day(STOPPED, stopped)
        last = _last_visit(_read_visits(inputs.get(VISITS)), stopped=day)
        flat = {name: value for name, value in inputs.items() if name not in (VISITS, STOPPED)}
        return self.checked({**last, **flat})

    def evaluate(self, inputs: Inputs) -> Outputs:
        result, visits = self.evaluate_row(self.row(inputs)), _read_visits(inputs.get(VISITS))
        if result[self.output] == INDETERMINATE and not self.by_id.keys() & inputs.keys():
            result["missing"] = [_missing(visits)]
        return {**result, **_run_in_words(visits)}


def _missing(visits: Sequence[Visit]) -> str:
    """What a calculator would have to be told."""
    if not visits:
        return VISITS
    if _last_visit(visits)[CID.id] == INDETERMINATE:
        return CID.id
    if not _same_calendar(visits) or not _order_is_certain(sorted(visits, key=_order)):
        return "date"
    return ON_MEDICATION.id if any(visit.on_medication is None for visit in visits) else "date"


JIA_REMISSION = Remission(
    id="jia_remission_wallace",
    title="Clinical remission (Wallace 2004)",
    diseases=("jia",),
    items=(CID, ON_MEDICATION, *LASTED.values()),
    input_names=(VISITS, STOPPED),
    output="state",
    grades=(
        (INDETERMINATE, OneOf(CID, (INDETERMINATE,))),
        ("active", OneOf(CID, ("not_met",))),
        ("not_applicable", OneOf(CID, ("not_applicable",))),
        ("crm", all_of(Yes(ON_MEDICATION), Yes(LASTED[True]))),
        ("cr", all_of(Not(Yes(ON_MEDICATION)), Yes(LASTED[False]))),
    ),
    otherwise="cid",
    in_words=(
        "state: active if the criteria of inactive disease are not met at the last visit",
        "otherwise by the unbroken run of visits up to the last with inactive disease and the same use of medication",
        f"crm: on medication for at least {MONTHS[True]} calendar months",
        f"cr: off medication for at least {MONTHS[False]} calendar months",
        "cid: inactive disease for a shorter time",
    ),
    sources=(WALLACE_2004,),
    notes=(
        "how many visits are needed is not defined: here at least two dated ones, and the largest gap is given",
        "a cell infusion is itself a medication while the product may act: word it as off conventional medication",
    ),
)
