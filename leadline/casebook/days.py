"""Days as charts know them: exact, partial, or counted from the first infusion.

A recorded day is an interval of days, because a chart often knows the month only. It is either a calendar interval
or an interval of days from the index infusion (day 0). Nothing here takes a midpoint: a rule that needs the day
gets an answer only if every day of the interval gives the same one.
"""

from __future__ import annotations

from dataclasses import dataclass

FAR = 200_000
"""Days beyond every life: the open end of `before 2019` and `after 2019`."""

TAKEN = "2019-03-14, 2019-03, 2019, about/before/after one of these, D-12, W8, M3, or a range such as M3..M6"


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days, first to last inclusive, on which something can have happened, counted from the index infusion."""

    first: int
    last: int

    @property
    def is_exact(self) -> bool:
        return self.first == self.last

    def within(self, first: float, last: float) -> bool | None:
        """Whether it lies in the window: None if some days of the span do and others do not."""
        if first <= self.first and self.last <= last:
            return True
        return False if self.last < first or self.first > last else None

    def before(self, other: DaySpan) -> bool | None:
        """Whether it was earlier than the other: None if the spans cannot tell."""
        if self.last < other.first:
            return True
        return False if self.first >= other.last else None

    def __str__(self) -> str:
        return f"day {self.first}" if self.is_exact else f"day {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day as recorded. `first` and `last` are proleptic ordinals if `calendar`, else days from the index infusion."""

    text: str
    calendar: bool
    first: int
    last: int
    about: bool = False

    @property
    def is_exact(self) -> bool:
        return self.first == self.last and not self.about

    def days_from(self, index: RecordedDay | None) -> DaySpan | None:
        """The span counted from the index infusion; None where one is a calendar day and the other is not."""
        if not self.calendar:
            return DaySpan(self.first, self.last)
        if index is None or not index.calendar:
            return None
        return DaySpan(self.first - index.last, self.last - index.first)
