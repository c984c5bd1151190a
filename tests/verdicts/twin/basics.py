"""Three values, days, and which assessment is compared with which."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from leadline.casebook.case import Assessment, Case

Truth = bool | None


def all_of(*parts: Truth) -> Truth:
    if False in parts:
        return False
    return None if None in parts else True


def any_of(*parts: Truth) -> Truth:
    if True in parts:
        return True
    return None if None in parts else False


def opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def decided(least: bool, most: bool) -> Truth:
    """What holds at both ends of what may have been."""
    return least if least == most else None


def agreed(truths: list[Truth]) -> Truth:
    return truths[0] if len(set(truths)) == 1 else None


def number(visit: Assessment | None, item: str) -> Fraction | None:
    fact = visit.facts.get(item) if visit else None
    return None if fact is None or fact.value is None else Fraction(str(fact.value))


def yes(visit: Assessment, item: str) -> Truth:
    value = visit.facts[item].value if item in visit.facts else None
    assert value is None or isinstance(value, bool)
    return value


def no(visit: Assessment, item: str) -> Truth:
    return opposite(yes(visit, item))


def at_most(value: Fraction | None, limit: str) -> Truth:
    return None if value is None else value <= Fraction(limit)


def below(value: Fraction | None, limit: str) -> Truth:
    return None if value is None else value < Fraction(limit)


def day_of(visit: Assessment) -> int:
    assert visit.day.first == visit.day.last
    return visit.day.first


WINDOWS = ((56, 42, 70), (84, 71, 112), (168, 140, 210), (364, 309, 427))


def months_later(start: date, months: int) -> date:
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def months_have_passed(case: Case, first: int, last: int, months: int) -> bool:
    assert case.index is not None
    zero = date.fromordinal(case.index.first)
    return months_later(zero + timedelta(first), months) <= zero + timedelta(last)


def nearest_first(visits: list[Assessment], target: int) -> list[Assessment]:
    return sorted(visits, key=lambda one: (abs(day_of(one) - target), -day_of(one)))


def after_infusion(case: Case) -> list[Assessment]:
    return [one for one in case.assessments if day_of(one) > 0]


def candidates(case: Case, claim_day: int) -> list[Assessment]:
    """After the infusion, nearest to the claim within 60 days before to 30 after; else those of its window."""
    after = after_infusion(case)
    near = [one for one in after if claim_day - 60 <= day_of(one) <= claim_day + 30]
    if near:
        return nearest_first(near, claim_day)
    for target, first, last in WINDOWS:
        if first <= claim_day <= last:
            return nearest_first([one for one in after if first <= day_of(one) <= last], target)
    return []


def baseline(case: Case, items: list[str]) -> Assessment | None:
    """The last of days -90 to 0 with all the items; where none has all, the last of those with the most."""
    window = [one for one in case.assessments if -90 <= day_of(one) <= 0]
    best, most = None, 0
    for visit in window:
        held = sum(item in visit.facts for item in items)
        if held and held >= most:
            best, most = visit, held
    return best
