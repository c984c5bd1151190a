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
from typing import Any, Literal, get_args

from leadline.casebook.days import TAKEN, NotADay, RecordedDay, months_between, parse_day
from leadline.measures.definition import Calculation, Source, not_shaped

WALLACE_2004 = Source("W04", "Wallace CA et al. J Rheumatol 2004;31:2290-4")

MONTHS_ON = 6  # [W04] calendar months, on medication
MONTHS_OFF = 12  # [W04] calendar months, off medication
LARGE_GAP_MONTHS = 6  # ours: a gap of more than six months between visits is warned of

Cid = Literal["met", "not_met", "indeterminate", "not_applicable"]
_WORST_LAST: tuple[Cid, ...] = ("met", "not_applicable", "indeterminate", "not_met")


@dataclass(frozen=True, slots=True)
class Visit:
    """`on_medication` None: not recorded."""

    day: RecordedDay
    cid: Cid
    on_medication: bool | None


def judge_remission(visits: Sequence[Visit], *, stopped: RecordedDay | None = None) -> dict[str, Any]:
    """The state at the last visit.

    visits    in any order; of several on one day the worst stands last
    stopped   a documented day on which the last drug was stopped: the clock off medication starts there if inactive
              disease was documented on or before it, else at the first visit off medication
    returns   state, missing, and the run that the state rests on: run_visits, since, largest_gap_days, warning
    """
    if not visits:
        return _answer("indeterminate", ["visits"], ())
    if (
        len({visit.day.calendar for visit in visits}) > 1
    ):  # calendar days and day numbers have no common order
        return _answer("indeterminate", ["date"], ())
    ordered = sorted(visits, key=_order)
    last = ordered[-1]
    if last.cid != "met":
        state = "active" if last.cid == "not_met" else last.cid
        return _answer(state, ["cid"] if state == "indeterminate" else [], ())
    if not _order_is_certain(ordered):
        return _answer("indeterminate", ["date"], ())
    flags = (True, False) if last.on_medication is None else (last.on_medication,)
    states = {_state(ordered, on_medication=flag, stopped=stopped) for flag in flags}
    run = _run(ordered, lambda visit: visit.on_medication is last.on_medication)
    if len(states) == 1 and "indeterminate" not in states:
        return _answer(states.pop(), [], run)
    unknown_drugs = any(visit.on_medication is None for visit in ordered)
    return _answer("indeterminate", ["on_medication"] if unknown_drugs else ["date"], run)


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


def _state(ordered: Sequence[Visit], *, on_medication: bool, stopped: RecordedDay | None) -> str:
    """The state if the last visit was on, or off, medication: the shortest and the longest run that the recorded drug
    status allows must agree."""
    months, remission = (MONTHS_ON, "crm") if on_medication else (MONTHS_OFF, "cr")
    shortest = _run(ordered[:-1], lambda visit: visit.on_medication is on_medication)
    longest = _run(ordered[:-1], lambda visit: visit.on_medication in (on_medication, None))
    lasted = []
    for run in (shortest, longest):
        start = (run or ordered[-1:])[0].day
        if not on_medication and stopped is not None:
            start = _from_stop(ordered[: len(ordered) - 1 - len(run)], stopped, start)
        lasted.append(months_between(start, ordered[-1].day, months))
    if lasted[0] is True:
        return remission
    return "cid" if lasted[1] is False else "indeterminate"


def _from_stop(before: Sequence[Visit], stopped: RecordedDay, start: RecordedDay) -> RecordedDay:
    """The stop of the last drug, if inactive disease was documented up to it; else the first visit off medication."""
    documented = bool(before) and before[-1].cid == "met" and before[-1].day.last <= stopped.first
    return stopped if documented and stopped.last <= start.first else start


def _answer(state: str, missing: list[str], run: Sequence[Visit]) -> dict[str, Any]:
    days = [visit.day for visit in run]
    gaps = [later.first - earlier.last for earlier, later in pairwise(days)]
    large = any(_more_than_months(earlier, later, LARGE_GAP_MONTHS) for earlier, later in pairwise(days))
    return {
        "state": state,
        "missing": missing,
        "run_visits": len(run),
        "since": days[0].text if days else None,
        "largest_gap_days": max(gaps, default=None),
        "warning": "more than six months lie between two of the visits" if large else "",
    }


def _more_than_months(earlier: RecordedDay, later: RecordedDay, months: int) -> bool:
    day_before = replace(later, first=later.first - 1, last=later.last - 1)
    return months_between(earlier, day_before, months) is True


def _read_day(name: str, text: Any) -> RecordedDay:
    try:
        return parse_day(str(text))
    except NotADay:
        raise not_shaped(name, text, TAKEN) from None


def _read_visit(number: int, visit: Any) -> Visit:
    name = f"visits[{number}]"
    if not isinstance(visit, Mapping) or set(visit) - {"date", "cid", "on_medication"}:
        raise not_shaped(name, visit, "an object with date, cid and on_medication")
    cid, on_medication = visit.get("cid"), visit.get("on_medication")
    if cid not in (None, *get_args(Cid)):
        raise not_shaped(f"{name}.cid", cid, ", ".join(get_args(Cid)))
    if not isinstance(on_medication, bool | None):
        raise not_shaped(f"{name}.on_medication", on_medication, "true, false or null")
    return Visit(_read_day(f"{name}.date", visit.get("date")), cid or "indeterminate", on_medication)


def _read_visits(visits: Any) -> tuple[Visit, ...]:
    if not isinstance(visits, Sequence) or isinstance(visits, str):
        raise not_shaped("visits", visits, "a list of visits")
    return tuple(_read_visit(number, visit) for number, visit in enumerate(visits))


JIA_REMISSION = Calculation(
    id="jia_remission_wallace",
    title="Clinical remission (Wallace 2004)",
    diseases=("jia",),
    items=(),
    input_names=("visits", "medication_stop_date"),
    structured={
        "visits": _read_visits,
        "medication_stop_date": lambda text: _read_day("medication_stop_date", text),
    },
    in_words=(
        "state: active if the criteria of inactive disease are not met at the last visit",
        "otherwise by the unbroken run of visits up to the last with inactive disease and the same use of medication",
        f"crm: on medication for at least {MONTHS_ON} calendar months",
        f"cr: off medication for at least {MONTHS_OFF} calendar months",
        "cid: inactive disease for a shorter time",
    ),
    calculate=lambda inputs: judge_remission(
        inputs.get("visits") or (), stopped=inputs.get("medication_stop_date")
    ),
    sources=(WALLACE_2004,),
    notes=(
        "how many visits are needed is not defined: here at least two dated ones, and the largest gap is given",
        "a cell infusion is itself a medication while the product may act: word it as off conventional medication",
    ),
)
