"""What holding a casebook against a protocol gives: values for a report, with the rows that each rests on.

Nothing here computes; a report prints these values and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan
from leadline.casebook.plain import to_dict

Result = Literal["met", "not_met", "indeterminate"]
Refs = tuple[RowRef, ...]
Texts = tuple[str, ...]


class Outcome(StrEnum):
    """How something stands against the protocol."""

    AS_WRITTEN = "as_written"
    MINOR_DEVIATION = "minor_deviation"
    MAJOR_DEVIATION = "major_deviation"
    NOT_DOCUMENTED = "not_documented"  # the record cannot tell; `missing` says what would


OUTCOME_WORDS = {
    Outcome.AS_WRITTEN: "as written",
    Outcome.MINOR_DEVIATION: "minor deviation",
    Outcome.MAJOR_DEVIATION: "major deviation",
    Outcome.NOT_DOCUMENTED: "not documented",
}
_GRAVEST_FIRST = (
    Outcome.MAJOR_DEVIATION,
    Outcome.MINOR_DEVIATION,
    Outcome.NOT_DOCUMENTED,
    Outcome.AS_WRITTEN,
)


def gravest(outcomes: Iterator[Outcome] | list[Outcome] | tuple[Outcome, ...]) -> Outcome:
    """The gravest of several outcomes; as written if there is none."""
    return min(outcomes, key=_GRAVEST_FIRST.index, default=Outcome.AS_WRITTEN)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, held against one child or one infusion.

    section   part of the protocol: inclusion, exclusion, washout, product, release, dose, premedication, observation,
              repeat_dosing, concomitant, taper
    rule      id of the rule; `title` and `asked` say it in words
    found     what the record says, in words
    result    whether the rule is kept: of an exclusion, `met` is a child that it does not keep out
    day       of what decided it; None where nothing of one day did
    missing   what would document it, where the result is indeterminate
    """

    section: str
    rule: str
    title: str
    asked: str
    found: str
    result: Result
    outcome: Outcome
    day: DaySpan | None = None
    missing: Texts = ()
    evidence: Refs = ()
    source: Texts = ()


@dataclass(frozen=True, slots=True)
class InfusionAdherence:
    """One infusion that was given."""

    number: int
    day: DaySpan | None
    ref: RowRef
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Outcome:
        return gravest([check.outcome for check in self.checks])


class VisitState(StrEnum):
    """What became of a planned visit."""

    MADE = "made"
    MISSED = "missed"  # its window is over, the record reaches beyond it, and holds no visit in it
    OUTSIDE = "outside"  # made, on a day outside its window
    UNPLACED = "unplaced"  # a contact may lie in its window: the day is known in part only
    NO_RECORD = "no_record"  # its window is over, and the record does not reach so far
    OPEN = "open"  # its window is not over
    NOT_DUE = "not_due"  # the child had died


@dataclass(frozen=True, slots=True)
class VisitAdherence:
    """One planned visit.

    planned, first, last   days from the index infusion; `dates` are the calendar days of the three, where it is known
    day                    on which it was made
    recorded               how many of the planned records it holds, of `planned_records`
    missing                what is not recorded of what was planned; or what would place the visit
    """

    visit: str
    title: str
    planned: int
    first: int
    last: int
    dates: Texts
    state: VisitState
    outcome: Outcome | None
    found: str
    day: DaySpan | None = None
    recorded: int = 0
    planned_records: int = 0
    missing: Texts = ()
    evidence: Refs = ()


@dataclass(frozen=True, slots=True)
class DrugChange:
    """One change of the child's other treatment, from the first day that a rule speaks of.

    change    started, stopped, raised, lowered, gone on with (in doses that cannot be compared)
    rules     titles of the rules that decide it; empty if none speaks of it
    events    intercurrent events that it is: rescue_drug, glucocorticoid_rise, stopped_biologic, prohibited_drug
    """

    drug: str
    class_id: str
    change: str
    day: DaySpan | None
    outcome: Outcome
    found: str
    rules: Texts = ()
    events: Texts = ()
    missing: Texts = ()
    evidence: Refs = ()


@dataclass(frozen=True, slots=True)
class WatchPeriod:
    """One interval of a watch, in days from the index infusion, first to last inclusive: what was recorded in it.

    state   recorded (all items), missing (it is over), due (today lies in it), to_come
    """

    first: int
    last: int
    state: Literal["recorded", "missing", "due", "to_come"]
    recorded: Texts
    missing: Texts
    evidence: Refs = ()


@dataclass(frozen=True, slots=True)
class WatchResult:
    """A criterion on what was recorded on one day of a watch."""

    criterion: str
    title: str
    day: DaySpan
    result: Result
    missing: Texts
    evidence: Refs


@dataclass(frozen=True, slots=True)
class WatchAdherence:
    """One watch that the stop of a drug started, or may have started.

    stopped        the day of the stop; None where it is not recorded
    certain        True: the drug was stopped in time to start the watch; None: the record cannot tell
    first, last    days of the watch, counted from the earliest day of the stop to the latest day on which it can end
    events         recorded adverse events that the watch looks for, with their day and whether within the watch
    """

    watch: str
    title: str
    drug: str
    stopped: DaySpan | None
    certain: bool | None
    first: int | None
    last: int | None
    outcome: Outcome
    found: str
    periods: tuple[WatchPeriod, ...] = ()
    results: tuple[WatchResult, ...] = ()
    events: Texts = ()
    missing: Texts = ()
    evidence: Refs = ()


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is still to be recorded of one child: a planned visit, or an interval of a watch.

    first, last, planned   days from the index infusion; a watch has no planned day
    dates                  their calendar days (first, last, planned), where the day of the infusion is known in full
    due_now                the window is open on the day asked about
    """

    patient_id: str
    kind: Literal["visit", "watch"]
    id: str
    title: str
    first: int
    last: int
    planned: int | None
    dates: Texts
    due_now: bool
    record: Texts


@dataclass(frozen=True, slots=True)
class ChildAdherence:
    """One child.

    version         of the protocol, as the child's row names it; empty if it names none
    under_protocol  whether the child is treated by this version: indeterminate where the row does not say
    today           the day asked about, in days from the index infusion; None if it cannot be told
    eligible        met if every rule of eligibility is, not met if one is not
    """

    patient_id: str
    diagnosis: str
    version: str
    under_protocol: Result
    today: DaySpan | None
    eligible: Result
    eligibility: tuple[Check, ...]
    infusions: tuple[InfusionAdherence, ...]
    repeat_dosing: tuple[Check, ...]
    visits: tuple[VisitAdherence, ...]
    treatment: tuple[Check, ...]
    changes: tuple[DrugChange, ...]
    watches: tuple[WatchAdherence, ...]
    upcoming: tuple[Upcoming, ...]
    notices: Texts
    ref: RowRef

    def other_treatment(self) -> tuple[Check, ...]:
        """The rules for other treatment whose outcome no change tells: what a change brought about is told, and
        counted, with the change alone."""
        told = {(title, change.outcome) for change in self.changes for title in change.rules}
        return tuple(check for check in self.treatment if (check.title, check.outcome) not in told)

    def checks(self) -> Iterator[tuple[Check, int | None]]:
        """Every rule that was held against the child, with the number of the infusion that it is about; not the rules
        for other treatment whose outcome a change tells."""
        yield from ((check, None) for check in (*self.eligibility, *self.repeat_dosing))
        for infusion in self.infusions:
            yield from ((check, infusion.number) for check in infusion.checks)
        yield from ((check, None) for check in self.other_treatment())

    def outcomes(self) -> Iterator[Outcome]:
        """Every outcome once, of whatever kind."""
        yield from (check.outcome for check, _ in self.checks())
        yield from (visit.outcome for visit in self.visits if visit.outcome is not None)
        yield from (change.outcome for change in self.changes)
        yield from (watch.outcome for watch in self.watches)

    def count(self) -> dict[Outcome, int]:
        """How many checks have each outcome."""
        counted = Counter(self.outcomes())
        return {outcome: counted[outcome] for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Adherence:
    """A casebook held against a protocol: every child, in the order of the casebook.

    on             the day asked about, as given; empty for the last day of the record
    casebook_kind  published, clinical or invented: one invented child makes all of it invented data
    """

    protocol_id: str
    protocol_version: str
    protocol_title: str
    casebook_name: str
    casebook_hash: str
    leadline_version: str
    on: str
    children: tuple[ChildAdherence, ...]
    notices: Texts
    casebook_kind: str = ""

    @property
    def upcoming(self) -> tuple[Upcoming, ...]:
        """What is still to be recorded, the soonest to end first. Days of different children count from different
        infusions: those with calendar days come first, by these."""
        rows = [row for child in self.children for row in child.upcoming]
        return tuple(
            sorted(rows, key=lambda row: (not row.dates, row.dates[1:2] or row.last, row.patient_id, row.id))
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in the order of the fields; a day is its first and last day."""
        plain: dict[str, Any] = to_dict(self)
        for child, made in zip(self.children, plain["children"], strict=True):
            made["outcomes"] = {outcome.value: number for outcome, number in child.count().items()}
        return plain
