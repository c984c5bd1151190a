"""How long inactive disease has lasted at each visit of a table, on any engine.

The rule of `remission.py` is about the last of several visits. In a table each visit is the last of those up to it, so
each row gets the items of that rule: whether inactive disease has lasted, on medication and off it. Joins, filters and
groups alone: a window in the order of days is not to be had on every engine.
"""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import FrameT

from leadline.casebook.days import days_in_months
from leadline.measures.computed import AnyFrame
from leadline.measures.engines import TEMPORARY
from leadline.measures.remission import CID, LASTED, MONTHS, ON_MEDICATION, STOPPED
from leadline.measures.visits import TwoVisits, check_days

_ROW = f"{TEMPORARY}row"
_DAY, _DATE = f"{TEMPORARY}day", f"{TEMPORARY}days_passed"
_OTHER, _OTHER_DATE = f"{TEMPORARY}other", f"{TEMPORARY}other_days_passed"
_BEFORE, _BEFORE_DATE = f"{TEMPORARY}before", f"{TEMPORARY}before_days_passed"
_MET, _UNDATED, _STOP = f"{TEMPORARY}met", f"{TEMPORARY}undated", f"{TEMPORARY}stop"
_SAME = f"{TEMPORARY}same_break"
_FIRST, _COUNT, _GAP = f"{TEMPORARY}first", f"{TEMPORARY}count", f"{TEMPORARY}gap"

LONG_AGO = -10_000_000
DAYS_OF_A_MONTH = 32
"""More than any month has, so that month and day of the month make one number that orders days."""

KINDS = ("on_shortest", "on_longest", "off_shortest", "off_longest", "unknown")
"""Runs by the drug status that their visits may have; the shortest leaves out a visit of which it is not recorded."""


def with_runs(native: AnyFrame, *, measure_id: str, patient: str, day: str) -> AnyFrame:
    """The frame with the two items of `LASTED`, and `<id>_since`, `<id>_run_visits` and `<id>_largest_gap_days`.

    day      study days as whole numbers, or dates. Between day numbers the calendar is not known: six months are 181
             to 184 days, and between them nothing is certain
    missing  a visit without a day, or without a patient, has no place among the others: nothing has certainly lasted at
             any visit of that patient
    raises   ColumnAbsent, ItemOutOfRange for two visits of a patient on one day
    """
    schema = native.collect_schema()
    dated = schema[day] in (nw.Date, nw.Datetime) if day in schema else False
    check_days(native, TwoVisits(patient, day, "previous"), dated=dated)
    eager = isinstance(native, nw.DataFrame)
    rows = native.with_row_index(_ROW) if eager else native
    rows = rows.with_columns(**_day_columns(day, dated=dated))
    rows = rows.with_columns(**{_STOP: _ordered(STOPPED, dated=dated) if STOPPED in schema else _nothing()})
    rows = rows.with_columns(**{_UNDATED: nw.col(_DAY).is_null().cast(nw.Int64).max().over(patient)})
    visits = rows.select(
        patient,
        _DAY,
        _DATE,
        ON_MEDICATION.id,
        **{_MET: _met()},
        **{_breaks(kind): ~_belongs(kind) for kind in KINDS},
    )
    earlier = _earlier(visits, patient)
    since = f"{measure_id}_since"
    firsts = rows.select(nw.col(patient), nw.col(_DAY).alias(_FIRST), nw.col(day).alias(since))
    rows = rows.join(earlier, on=[patient, _DAY], how="left")
    rows = rows.join(_runs(visits, earlier, patient), on=[patient, _DAY], how="left")
    rows = rows.with_columns(
        **{_FIRST: nw.when(_met()).then(nw.coalesce(nw.col(_FIRST), nw.col(_DAY)))},
    )
    rows = rows.join(firsts, on=[patient, _FIRST], how="left").with_columns(
        **{LASTED[on].id: _lasted(on=on, dated=dated, certain=_is_certain(patient)) for on in (True, False)},
        **_told(measure_id),
    )
    rows = rows.sort(_ROW) if eager else rows
    given = native.collect_schema().names()
    made = [name for name in rows.collect_schema().names() if name.startswith(TEMPORARY)]
    return rows.drop([name for name in made if name not in given])


def _nothing() -> nw.Expr:
    return nw.lit(None, dtype=nw.Int64)


# ---- days --------------------------------------------------------------------------------------------------------


def _ordered(day: str, *, dated: bool) -> nw.Expr:
    """A whole number that orders days: the day number itself, or month and day of the month."""
    if not dated:
        return nw.col(day).cast(nw.Int64)
    year, month, of_month = _parts_of_date(day)
    return (year * 12 + month - 1) * DAYS_OF_A_MONTH + of_month


def _parts_of_date(day: str) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Year, month and day of the month as whole numbers."""
    date = nw.col(day).dt
    return date.year().cast(nw.Int64), date.month().cast(nw.Int64), date.day().cast(nw.Int64)


def _day_columns(day: str, *, dated: bool) -> dict[str, nw.Expr]:
    """The day in its order, and as a number of days, for gaps. No engine is asked to subtract dates."""
    ordered = _ordered(day, dated=dated)
    if not dated:
        return {_DAY: ordered, _DATE: ordered}
    year, month, of_month = _parts_of_date(day)
    passed = 367 * year - (7 * (year + (month + 9) // 12)) // 4 + (275 * month) // 9 + of_month
    return {_DAY: ordered, _DATE: passed}


def _have_passed(start: nw.Expr, months: int, *, dated: bool) -> tuple[nw.Expr, nw.Expr]:
    """Whether so many calendar months have certainly, and have certainly not, passed since `start` at the visit."""
    day = nw.col(_DAY)
    if not dated:
        shortest, longest = days_in_months(months)
        return day - start >= longest, day - start < shortest
    month, start_month = day // DAYS_OF_A_MONTH, start // DAYS_OF_A_MONTH
    of_month, start_of_month = day - month * DAYS_OF_A_MONTH, start - start_month * DAYS_OF_A_MONTH
    far_enough = (of_month >= start_of_month) | (of_month == _length_of(month))
    passed = (month > start_month + months) | ((month == start_month + months) & far_enough)
    return passed, ~passed


def _length_of(month: nw.Expr) -> nw.Expr:
    """The days of a month that is counted from the year 0."""
    year, place = month // 12, month - (month // 12) * 12 + 1
    leap = (year - (year // 4) * 4 == 0) & (
        (year - (year // 100) * 100 != 0) | (year - (year // 400) * 400 == 0)
    )
    short = (place == 4) | (place == 6) | (place == 9) | (place == 11)
    february = nw.when(leap).then(nw.lit(29)).otherwise(nw.lit(28))
    return nw.when(place == 2).then(february).otherwise(nw.when(short).then(nw.lit(30)).otherwise(nw.lit(31)))


# ---- runs --------------------------------------------------------------------------------------------------------


def _met() -> nw.Expr:
    return (nw.col(CID.id) == "met").fill_null(False)


def _belongs(kind: str) -> nw.Expr:
    """Whether a visit can be part of a run of this kind."""
    status = nw.col(ON_MEDICATION.id).cast(nw.Boolean)
    on, off, unknown = status.fill_null(False), (~status).fill_null(False), status.is_null()
    allowed = {
        "on_shortest": on, "on_longest": on | unknown, "off_shortest": off, "off_longest": off | unknown,
        "unknown": unknown,
    }  # fmt: skip
    return _met() & allowed[kind]


def _breaks(kind: str) -> str:
    return f"{TEMPORARY}breaks_{kind}"


def _break(kind: str) -> str:
    return f"{TEMPORARY}break_{kind}"


def _met_break(kind: str) -> str:
    return f"{TEMPORARY}met_break_{kind}"


def _start(kind: str) -> str:
    return f"{TEMPORARY}start_{kind}"


def _pairs(visits: FrameT, patient: str) -> FrameT:
    """Each visit with each earlier one of the patient."""
    others = visits.drop(ON_MEDICATION.id).rename({_DAY: _OTHER, _DATE: _OTHER_DATE})
    return (
        visits.select(patient, _DAY, ON_MEDICATION.id)
        .join(others, on=patient, how="inner")
        .filter(nw.col(_OTHER) < nw.col(_DAY))
    )


def _earlier(visits: FrameT, patient: str) -> FrameT:
    """Visit to the one before it, and to the last earlier one that breaks a run of each kind."""
    other = nw.col(_OTHER)
    columns = {_break(kind): nw.when(nw.col(_breaks(kind))).then(other) for kind in KINDS}
    columns |= {_met_break(kind): nw.when(nw.col(_breaks(kind)) & nw.col(_MET)).then(other) for kind in KINDS}
    marked = _pairs(visits, patient).with_columns(**columns)
    return marked.group_by(patient, _DAY).agg(
        other.max().alias(_BEFORE),
        nw.col(_OTHER_DATE).max().alias(_BEFORE_DATE),
        *(nw.col(name).max() for name in columns),
    )


def _runs(visits: FrameT, earlier: FrameT, patient: str) -> FrameT:
    """Visit to the first day of the run of each kind before it; and of its own run the first day, the number of visits
    before it and the largest gap between them."""
    before = earlier.select(
        nw.col(patient), nw.col(_DAY).alias(_OTHER), nw.col(_BEFORE).alias(f"{_BEFORE}_other"),
        nw.col(_BEFORE_DATE).alias(f"{_BEFORE_DATE}_other"),
    )  # fmt: skip
    breaks = earlier.select(patient, _DAY, *(_break(kind) for kind in KINDS))
    pairs = _pairs(visits.select(patient, _DAY, _DATE, ON_MEDICATION.id), patient)
    pairs = pairs.join(breaks, on=[patient, _DAY], how="left").join(before, on=[patient, _OTHER], how="left")
    pairs = pairs.with_columns(**{_SAME: _own_break()})
    other, since = nw.col(_OTHER), nw.col(_SAME).fill_null(LONG_AGO)
    columns = {
        _start(kind): nw.when(other > nw.col(_break(kind)).fill_null(LONG_AGO)).then(other) for kind in KINDS
    }
    gap = nw.col(_OTHER_DATE) - nw.col(f"{_BEFORE_DATE}_other")
    more: dict[str, nw.Expr] = {
        _FIRST: nw.when(other > since).then(other),
        _COUNT: (other > since).cast(nw.Int64),
        _GAP: nw.when(nw.col(f"{_BEFORE}_other") > since).then(gap),
    }
    return (
        pairs.with_columns(**columns, **more)
        .group_by(patient, _DAY)
        .agg(
            *(nw.col(_start(kind)).min() for kind in KINDS),
            nw.col(_FIRST).min(),
            nw.col(_COUNT).sum(),
            nw.col(_GAP).max(),
        )
    )


def _own_break() -> nw.Expr:
    """The last visit that breaks the run of visits with the same drug status as this one."""
    status = nw.col(ON_MEDICATION.id).cast(nw.Boolean)
    is_off = (~status).fill_null(False)
    off = nw.when(is_off).then(nw.col(_break("off_shortest"))).otherwise(nw.col(_break("unknown")))
    return nw.when(status.fill_null(False)).then(nw.col(_break("on_shortest"))).otherwise(off)


def _is_certain(patient: str) -> nw.Expr:
    return (nw.col(_UNDATED) == 0) & ~nw.col(patient).is_null() & ~nw.col(_DAY).is_null()


def _lasted(*, on: bool, dated: bool, certain: nw.Expr) -> nw.Expr:
    """Three-valued: the shortest and the longest run that the recorded drug status allows must agree."""
    status, months = ("on" if on else "off"), MONTHS[on]
    has, _ = _have_passed(_clock(f"{status}_shortest"), months, dated=dated)
    _, has_not = _have_passed(_clock(f"{status}_longest"), months, dated=dated)
    lasted = nw.when(has).then(nw.lit(True)).otherwise(nw.when(has_not).then(nw.lit(False)))
    return nw.when(certain).then(lasted)


def _clock(kind: str) -> nw.Expr:
    """When the clock of a run starts: at its first visit, or, off medication, at the documented stop before it if
    inactive disease was documented at the visit before."""
    start = nw.coalesce(nw.col(_start(kind)), nw.col(_DAY))
    if not kind.startswith("off"):
        return start
    stop, last = nw.col(_STOP), nw.col(_break(kind))
    documented = (nw.col(_met_break(kind)) == last) & (last <= stop) & (stop <= start)
    return nw.when(documented.fill_null(False)).then(stop).otherwise(start)


def _told(measure_id: str) -> dict[str, nw.Expr]:
    """The run in columns, where the last visit is one of inactive disease."""
    own_gap = nw.when(nw.col(_BEFORE) > _own_break().fill_null(LONG_AGO)).then(
        nw.col(_DATE) - nw.col(_BEFORE_DATE)
    )
    gap = nw.when(nw.col(_GAP).is_null() | (own_gap > nw.col(_GAP))).then(own_gap).otherwise(nw.col(_GAP))
    count = nw.when(_met()).then(nw.col(_COUNT).fill_null(0) + 1).otherwise(nw.lit(0))
    return {f"{measure_id}_run_visits": count, f"{measure_id}_largest_gap_days": nw.when(_met()).then(gap)}
