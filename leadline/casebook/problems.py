"""A problem of a casebook: where it is, what was found, what is taken, and what to do.

No problem shows a name or free text. A cell is quoted only if it holds nothing but digits and signs, or is close to
a word that the column takes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

MOST_LISTED = 1000
"""Problems listed for one table; the rest are counted."""

LONGEST_QUOTED = 40

_HARMLESS = re.compile(r"[\d\s.,:;<>=≤≥/%+\-()TZ]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` is the row's number as a spreadsheet shows it, the header being row 1; None for a whole table or file."""

    table: str
    row: int | None
    column: str
    found: str
    taken: str
    todo: str

    def __str__(self) -> str:
        where = (
            self.table
            + (f" row {self.row}" if self.row else "")
            + (f", {self.column}" if self.column else "")
        )
        return f"{where}: {self.found}; taken: {self.taken}. {self.todo}"


def shown(cell: str, words: Iterable[str] = ()) -> str:
    """The cell as a message may show it: itself if it can be no name and no free text, else what sort of thing it is.

    words    what the column takes; a cell close to one of them is a slip of the pen and is shown
    """
    tidy = cell.strip()
    if len(tidy) <= LONGEST_QUOTED:
        if _HARMLESS.fullmatch(tidy) or nearest(tidy, words):
            return tidy
        if tidy.startswith("="):
            return "a formula"
    return f"a text of {len(tidy)} characters"


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, or nothing."""
    by_lower = {candidate.lower(): candidate for candidate in words}
    found = get_close_matches(word.strip().lower(), by_lower, n=1, cutoff=0.75)
    return by_lower[found[0]] if found else ""


@dataclass(slots=True)
class Problems:
    """What has been found so far: at most MOST_LISTED listed for a table, all of them counted."""

    listed: list[Problem] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def add(self, problem: Problem) -> None:
        self.counted[problem.table] += 1
        if self.counted[problem.table] <= MOST_LISTED:
            self.listed.append(problem)

    def add_rows(
        self, table: str, rows: Iterable[int], column: str, found: str, taken: str, todo: str
    ) -> None:
        """The same problem in each of the rows."""
        for row in rows:
            self.add(Problem(table, row, column, found, taken, todo))

    def room(self, table: str) -> int:
        """How many more of the table's problems will be listed."""
        return max(0, MOST_LISTED - self.counted[table])

    def count_unlisted(self, table: str, number: int) -> None:
        self.counted[table] += number

    @property
    def total(self) -> int:
        return self.counted.total()

    def in_order(self, tables: Iterable[str]) -> tuple[Problem, ...]:
        """All that is listed, in the order of the tables, then of the rows; problems of whole tables first."""
        place = {name: number for number, name in enumerate(tables)}
        return tuple(
            sorted(self.listed, key=lambda p: (place.get(p.table, -1), p.table, p.row or 0, p.column))
        )
