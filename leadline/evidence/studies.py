"""Reading a table of studies: one row a study, checked before any of it is used.

Cells are separated by commas, semicolons or tabs; decimals are written with a point.

Columns   study                               a name of its own, as it is to be printed
          and one of
            events, n                         one arm: people with the event, people treated
            events_t, n_t, events_c, n_c      two arms: treated and controls
            events, exposure                  events in person-time
            estimate, se                      an effect and its standard error, on a scale without bounds
          and if wanted
            unit                              of an effect or an exposure, the same in every row
            cohort                            a centre or registry whose patients may be in several studies
            population, disease               words, for the reader
          further columns (source, doi, notes) may stand there and are not used
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from leadline.errors import CohortsOverlap, StudiesInvalid
from leadline.evidence.quadrature import Array


class StudyKind(StrEnum):
    """What a row of the table holds."""

    ONE_ARM = "one_arm"
    TWO_ARM = "two_arm"
    RATE = "rate"
    EFFECT = "effect"


COLUMNS: dict[StudyKind, tuple[str, ...]] = {
    StudyKind.ONE_ARM: ("events", "n"),
    StudyKind.TWO_ARM: ("events_t", "n_t", "events_c", "n_c"),
    StudyKind.RATE: ("events", "exposure"),
    StudyKind.EFFECT: ("estimate", "se"),
}
WORDS = ("unit", "cohort", "population", "disease")
_EVENTS_OF = {"n": "events", "n_t": "events_t", "n_c": "events_c"}
_TAKEN = {
    "events": "a whole number, 0 or more",
    "n": "a whole number, 1 or more",
    "exposure": "a number above 0",
    "estimate": "a number",
    "se": "a number above 0",
}


@dataclass(frozen=True, slots=True)
class Study:
    """One study; `values` stand in the order of COLUMNS, `row` as a spreadsheet counts (the header is 1)."""

    name: str
    row: int
    values: tuple[float, ...]
    unit: str = ""
    cohort: str = ""
    population: str = ""
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Studies:
    """Studies of one kind. `left_out` are those of a cohort for which another was chosen."""

    kind: StudyKind
    studies: tuple[Study, ...]
    left_out: tuple[Study, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(study.name for study in self.studies)

    @property
    def unit(self) -> str:
        """Of an effect or an exposure; empty where none is stated."""
        return self.studies[0].unit

    def columns(self) -> tuple[Array, ...]:
        """The columns of numbers, (J,) each, in the order of COLUMNS."""
        places = range(len(COLUMNS[self.kind]))
        return tuple(np.array([study.values[place] for study in self.studies]) for place in places)

    def without(self, study: int) -> Studies:
        """The studies but one, by its place."""
        return replace(self, studies=self.studies[:study] + self.studies[study + 1 :])


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that cannot be used: where it is, what was found there, and what is taken."""

    file: str
    row: int
    column: str
    found: str
    taken: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, {self.column}: found {self.found}; taken is {self.taken}"


def read_studies(path: Path, *, keep: Sequence[str] = ()) -> Studies:
    """Read a table of studies (CSV in UTF-8, separated by commas, semicolons or tabs).

    keep      names of the studies to use where a cohort has several; the others of that cohort are left out
    raises    StudiesInvalid with every problem at once; CohortsOverlap where studies of one cohort would count the
              same people twice
    """
    header, rows = _read_table(path)
    kind = _kind(path, header)
    problems: list[Problem] = []
    studies = [_study(path.name, row, cells, kind, problems) for row, cells in rows]
    problems += _repeated_names(path.name, studies) + _mixed_units(path.name, studies)
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise StudiesInvalid(
            f"{len(problems)} problem(s) in the studies:\n{lines}", hint="correct these cells"
        )
    if not studies:
        raise StudiesInvalid(f"{path.name} holds no study", hint="one row a study, below the header")
    return _choose(path.name, Studies(kind, tuple(studies)), keep)


def _read_table(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    lines = _lines(path)
    header = [_heading(cell) for cell in lines[0]] if lines else []
    repeated = [name for name, times in Counter(filter(None, header)).items() if times > 1]
    if repeated:
        raise StudiesInvalid(f"{path.name}, row 1: the column {repeated[0]} stands there twice")
    filled = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    _check_widths(path.name, header, filled)
    rows = [
        (number, dict(zip(header, [*cells, *[""] * len(header)], strict=False))) for number, cells in filled
    ]
    return header, rows


def _lines(path: Path) -> list[list[str]]:
    """The cells of a file separated by commas, semicolons or tabs, whichever its first line has."""
    if not path.exists():
        raise StudiesInvalid(
            f'there is no file "{path.name}" there', hint="give the path of a table of studies"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            return list(csv.reader(file, delimiter=_separator(path.name, first), strict=True))
    except UnicodeDecodeError as error:
        raise StudiesInvalid(
            f"{path.name} cannot be read: it is not text in UTF-8 (a workbook, or another encoding)",
            hint='save it as "CSV UTF-8"',
        ) from error
    except (OSError, csv.Error) as error:
        words = "it is a folder" if path.is_dir() else str(error)
        raise StudiesInvalid(
            f"{path.name} cannot be read as a table: {words}",
            hint="give a CSV file in UTF-8 with a header row",
        ) from error


def _separator(file: str, first: str) -> str:
    """The mark between the headings. Two marks in one line of headings would leave it to chance."""
    found = [mark for mark in (",", ";", "\t") if mark in first]
    if len(found) > 1:
        named = {",": "commas", ";": "semicolons", "\t": "tabs"}
        raise StudiesInvalid(
            f"{file}, row 1: found {' and '.join(named[mark] for mark in found)} between the headings; "
            "one kind of separator is taken"
        )
    return found[0] if found else ","


def _heading(cell: str) -> str:
    """A heading of ours may be written in capitals; any other is left as it is."""
    known = {"study", *WORDS, *(column for columns in COLUMNS.values() for column in columns)}
    name = cell.strip()
    return name.lower() if name.lower() in known else name


def _check_widths(file: str, header: list[str], rows: list[tuple[int, list[str]]]) -> None:
    """A cell beyond the last heading is a decimal comma more often than not: the columns after it are wrong."""
    lines = [
        f"  {file}, row {number}: found {len(cells)} cells ({', '.join(cells[:8])}); taken are {len(header)}"
        for number, cells in rows
        if any(cells[len(header) :])
    ]
    if lines:
        raise StudiesInvalid(
            f"{len(lines)} row(s) have more cells than there are headings:\n" + "\n".join(lines),
            hint="write decimals with a point, and put a cell that holds a comma in quotation marks",
        )


def _kind(path: Path, header: list[str]) -> StudyKind:
    fitting = [kind for kind, columns in COLUMNS.items() if set(columns) <= set(header)]
    if "study" in header and len(fitting) == 1:
        return fitting[0]
    choices = "; or ".join(", ".join(columns) for columns in COLUMNS.values())
    raise StudiesInvalid(
        f"{path.name}, row 1: found the columns {', '.join(header) or '(none)'}; "
        f"taken is study with exactly one of: {choices}"
    )


def _study(file: str, row: int, cells: dict[str, str], kind: StudyKind, problems: list[Problem]) -> Study:
    if not cells["study"]:
        problems.append(Problem(file, row, "study", "nothing", "the name of the study"))
    numbers = {column: _number(file, row, column, cells[column], problems) for column in COLUMNS[kind]}
    for total, events in _EVENTS_OF.items():
        n, count = numbers.get(total), numbers.get(events)
        if n is not None and count is not None and count > n:
            taken = f"no more than {total}, which is {n:g}"
            problems.append(Problem(file, row, events, f"{count:g}", taken))
    values = tuple(number if number is not None else math.nan for number in numbers.values())
    return Study(cells["study"], row, values, *(cells.get(word, "") for word in WORDS))


def _number(file: str, row: int, column: str, cell: str, problems: list[Problem]) -> float | None:
    """The number in a cell, or a problem more."""
    rule = column.removesuffix("_t").removesuffix("_c")
    try:
        number = float(cell) if "_" not in cell else math.nan
    except ValueError:
        number = math.nan
    whole, above = rule in ("events", "n"), {"events": -1.0, "n": 0.0, "exposure": 0.0, "se": 0.0}.get(rule)
    refused = (
        not math.isfinite(number)
        or (whole and number != int(number))
        or (above is not None and not number > above)
    )
    if refused:
        problems.append(Problem(file, row, column, f'"{cell}"' if cell else "nothing", _TAKEN[rule]))
        return None
    return number


def _repeated_names(file: str, studies: list[Study]) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for study in studies:
        first = seen.setdefault(study.name, study.row)
        if study.name and first != study.row:
            taken = f"each name once (row {first} has it too)"
            problems.append(Problem(file, study.row, "study", f'"{study.name}"', taken))
    return problems


def _mixed_units(file: str, studies: list[Study]) -> list[Problem]:
    return [
        Problem(file, study.row, "unit", f'"{study.unit}"', f'the unit of the first row, "{studies[0].unit}"')
        for study in studies
        if study.unit != studies[0].unit
    ]


def _choose(file: str, studies: Studies, keep: Sequence[str]) -> Studies:
    """The studies with one of each cohort, the one that was asked for."""
    unknown = sorted(set(keep) - set(studies.names))
    if unknown:
        raise StudiesInvalid(
            f"{file} has no study named {', '.join(unknown)}", hint="name studies as their rows do"
        )
    cohorts: dict[str, list[Study]] = defaultdict(list)
    for study in studies.studies:
        if study.cohort:
            cohorts[study.cohort].append(study)
    left_out: set[str] = set()
    overlaps = []
    for cohort, members in cohorts.items():
        chosen = [study.name for study in members if study.name in keep]
        if len(members) > 1 and len(chosen) != 1:
            rows = ", ".join(f"{study.name} (row {study.row})" for study in members)
            overlaps.append(f"  cohort {cohort}: {rows}")
        left_out |= {study.name for study in members if chosen and study.name not in chosen}
    if overlaps:
        raise CohortsOverlap(
            f"{file}: studies of one cohort may count the same people twice:\n" + "\n".join(overlaps),
            hint="choose one of each with --keep NAME",
        )
    return Studies(
        studies.kind,
        tuple(study for study in studies.studies if study.name not in left_out),
        tuple(study for study in studies.studies if study.name in left_out),
    )
