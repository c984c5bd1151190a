"""Every error that a user can meet, each with its exit code.

The command line prints such an error without a traceback and exits with its code; any other exception is our own
bug and keeps its traceback. A message says where, what was found, what is taken, and, as the hint, what to do. It
names a case by its code and never shows a name, a birth date or free text.

Exit codes: 0 done; 1 our own bug; 2 the command line was not understood, 130 interrupted and 141 nobody reads the
output any more (conventions of the shell); from 10 to 99 as below. `docs/exit-codes.md` is made from `exit_codes()`.
"""

from __future__ import annotations

from typing import ClassVar

INTERRUPTED = 130
"""128 and the number of the signal of Ctrl-C."""

UNREAD = 141
"""128 and the number of the signal that a closed pipe sends: what `head` leaves of the commands before it."""


class LeadlineError(Exception):
    """What every error of ours is. `message` says where and what; `hint` says what to do."""

    exit_code: ClassVar[int] = 10
    meaning: ClassVar[str] = "an error that Leadline explains"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class UnknownMeasure(LeadlineError):
    exit_code = 11
    meaning = "no measure has this id"


class ItemOutOfRange(LeadlineError):
    exit_code = 12
    meaning = "an item has a value that its scale does not have"


class ItemUnknown(LeadlineError):
    exit_code = 13
    meaning = "the measure has no such item, or the item has no such value"


class ColumnAbsent(LeadlineError):
    exit_code = 14
    meaning = "a table lacks a column that the measure needs, or holds something else in it"


class NotForTables(LeadlineError):
    exit_code = 15
    meaning = "the measure is not computed on whole tables"


class TableUnreadable(LeadlineError):
    exit_code = 16
    meaning = "a table cannot be opened: absent, damaged, or neither CSV nor Parquet"


class EngineAbsent(LeadlineError):
    exit_code = 17
    meaning = "an engine is not known, or not installed"


class CasebookUnreadable(LeadlineError):
    exit_code = 20
    meaning = "the casebook cannot be opened: absent, empty, damaged, or not a casebook"


class CasebookHasProblems(LeadlineError):
    exit_code = 21
    meaning = "the casebook was read and has problems; none of it is used"


class PublicationNotPermitted(LeadlineError):
    exit_code = 22
    meaning = "a child's record does not permit publication"


class OutputExists(LeadlineError):
    exit_code = 23
    meaning = "the place to write to is taken"


class CasebookWithoutChildren(LeadlineError):
    exit_code = 24
    meaning = "the casebook holds no child, so that there is nothing to report"


class StudiesInvalid(LeadlineError):
    exit_code = 30
    meaning = "a study file or an evidence option is not as it should be"


class CohortsOverlap(LeadlineError):
    exit_code = 31
    meaning = "studies that share patients would be counted twice"


class DesignInvalid(LeadlineError):
    exit_code = 40
    meaning = "a design file is not as it should be"


class BeyondExactRange(LeadlineError):
    exit_code = 41
    meaning = "the design is too large for exact operating characteristics"


class LockInvalid(LeadlineError):
    exit_code = 42
    meaning = "a file is no lock of a trial, or the lock was edited after it was made"


class LockDiffers(LeadlineError):
    exit_code = 43
    meaning = "the design, the protocol or the rules are not those that the lock froze"


class OtherProtocol(LeadlineError):
    exit_code = 44
    meaning = "children of the casebook belong to another protocol, or to another version of it"


class RehearsalInvalid(LeadlineError):
    exit_code = 47
    meaning = "a rehearsal is asked for that cannot be played, or a file holds other rehearsals"


class ClusterUnreachable(LeadlineError):
    exit_code = 48
    meaning = "the cluster does not answer, or the packages for one are not installed"


class WorkerLost(LeadlineError):
    exit_code = 49
    meaning = "a process that did part of the work was ended from outside; what was finished is kept"


class ProtocolInvalid(LeadlineError):
    exit_code = 50
    meaning = "a protocol file is not as it should be"


class ProtocolContradicts(LeadlineError):
    exit_code = 51
    meaning = "a protocol contradicts itself; it is not to be used before that is settled"


def exit_codes() -> dict[int, str]:
    """Exit code to its meaning, for the documentation and for `leadline --help`."""
    codes = {
        0: "done",
        1: "a fault of Leadline itself",
        2: "the command line was not understood",
        INTERRUPTED: "interrupted, by Ctrl-C or a request to end; what was finished is kept, nothing is half written",
        UNREAD: "whoever read the output went away before its end, as `head` does; nothing is said",
    }
    classes = [LeadlineError]
    while classes:
        error = classes.pop()
        codes[error.exit_code] = error.meaning
        classes += error.__subclasses__()
    return dict(sorted(codes.items()))
