"""A casebook: the recorded facts of one or more children, read, checked and typed; nothing in it is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadline.casebook.case import Case, GroupReport
from leadline.casebook.days import RecordedDay
from leadline.casebook.problems import Problem
from leadline.errors import CasebookHasProblems

if TYPE_CHECKING:
    import polars as pl

IndexInfusion = int | Mapping[str, int] | None
"""Which infusion is day 0: its number, one for all or one a child; None for the first one given."""


class CasebookProblems(CasebookHasProblems):
    """Raised by `read_casebook`: `problems` are those listed, `total` is how many there are."""

    def __init__(self, name: str, problems: tuple[Problem, ...], total: int) -> None:
        lines = [str(problem) for problem in problems[:5]]
        more = f"... and {total - len(lines)} more" if total > len(lines) else ""
        super().__init__(
            "\n".join(
                [
                    f"Casebook {name} has {total} problem{'s' if total != 1 else ''}:",
                    *lines,
                    *([more] if more else []),
                ]
            ),
            hint="leadline check lists all of them",
        )
        self.name = name
        self.problems = problems
        self.total = total

    def __reduce__(self) -> tuple[type[CasebookProblems], tuple[str, tuple[Problem, ...], int]]:
        """How it comes back from another process: an exception is otherwise made again from its message alone."""
        return type(self), (self.name, self.problems, self.total)


@dataclass(frozen=True)
class Casebook:
    """The facts of one or more children.

    name             of the folder or workbook
    hash             sha256 of the content: the same for the same rows in CSV, Parquet or a workbook
    tables           table name to its typed frame, one row a row, without those entered in error. A day is the
                     text that was recorded. `observations` holds every value in long form, those of wide visits too
    recorded         table name to its frame as it was written, all text, for writing it again
    about            key to text; group results are apart
    notices          plain sentences about what a reader should know: unknown drugs, statements about a group, ...
    entered_in_error table name to the number of rows entered in error
    """

    name: str
    hash: str
    tables: Mapping[str, pl.DataFrame]
    recorded: Mapping[str, pl.DataFrame]
    about: Mapping[str, str]
    group_results: tuple[str, ...]
    notices: tuple[str, ...]
    entered_in_error: Mapping[str, int]
    days: Mapping[str, RecordedDay] = field(repr=False)
    index_infusion: IndexInfusion = None

    def cases(
        self,
        *,
        planned: RecordedDay | None = None,
        day_zero: Mapping[str, RecordedDay] = MappingProxyType({}),
    ) -> Iterator[Case]:
        """Every child, in the order of the table of children.

        planned   day 0 of those who were given no infusion
        day_zero  by code, day 0 of children who count from another day than their infusion, as controls of a trial
        """
        from leadline.casebook.cases import cases_of

        return cases_of(self, planned=planned, day_zero=day_zero)

    def case(self, patient_id: str) -> Case:
        """One child. Raises KeyError if there is none of this code."""
        from leadline.casebook.cases import cases_of

        return next(cases_of(self, only=patient_id))

    @cached_property
    def patient_ids(self) -> tuple[str, ...]:
        return tuple(self.tables["patients"]["patient_id"].to_list())

    @cached_property
    def group_reports(self) -> tuple[GroupReport, ...]:
        """Statements about some of the children without saying which."""
        from leadline.casebook.cases import group_reports_of

        return group_reports_of(self)

    @property
    def kind(self) -> str:
        """published, invented or clinical; empty if not stated."""
        return self.about.get("kind", "")


@dataclass(frozen=True)
class Checked:
    """What checking found. `total` problems are counted, `problems` are those listed (at most 1000 a table)."""

    name: str
    problems: tuple[Problem, ...]
    total: int
    notices: tuple[str, ...]
    counts: Mapping[str, int]
    casebook: Casebook | None = field(repr=False, default=None)


def read_casebook(path: str | Path, *, index_infusion: IndexInfusion = None) -> Casebook:
    """Read a folder of CSV or Parquet files, or one workbook.

    Raises CasebookUnreadable if it cannot be opened, and CasebookProblems (a CasebookHasProblems), with all problems,
    if anything in it is not as it should be: nothing is read in part.
    """
    checked = check_casebook(path, index_infusion=index_infusion)
    if checked.casebook is None:
        raise CasebookProblems(checked.name, checked.problems, checked.total)
    return checked.casebook


def check_casebook(path: str | Path, *, index_infusion: IndexInfusion = None) -> Checked:
    """Check everything. Raises CasebookUnreadable if there is nothing to check; problems are in what it returns."""
    from leadline.casebook.checking import check

    return check(Path(path), index_infusion)
