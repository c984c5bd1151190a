"""What is missing: which records each criterion still needs, by child and window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.casebook.prose import capital, listed
from leadline.report.blocks import Column, Table
from leadline.report.words import records_words, window_words
from leadline.verdicts.findings import CaseFindings, CompletenessCell

STILL_OPEN = "open"
OVER = "over"
OPEN_NOTE = "A window counts as open while nothing recorded says that it is over."
OVER_NOTE = "The window has passed: what was measured at the time can still be found and entered, and not measured now."
STATUS = Column("Window is", width=0.6)
WANTED = (Column("Record", width=2.5), Column("So that this can be judged", width=1.8))


def missing_table(cases: Sequence[CaseFindings], *, internal: bool) -> Table:
    """For machines: one row a child, window and group of records that the same criteria want; open windows first."""
    rows = sorted(
        (
            (
                case.case.patient_id,
                _window(cell),
                _status(cell),
                str(cell.first),
                str(cell.last),
                *dates,
                *wanted,
            )
            for case in cases
            for cells in _by_window(case.completeness)
            for wanted in _wanted(cells)
            for cell, dates in [
                (cells[0], (cells[0].calendar_first, cells[0].calendar_last) if internal else ())
            ]
        ),
        key=lambda row: row[2] != STILL_OPEN,
    )
    dated = (Column("First date"), Column("Last date")) if internal else ()
    columns = (Column("Child", "code"), Column("Window"), STATUS, Column("First day"), Column("Last day"))
    return Table("missing", "What to record", (*columns, *dated, *WANTED), tuple(rows))


def to_record_table(cases: Sequence[CaseFindings], *, internal: bool) -> Table:
    """For readers, in windows still open: windows that lack the same stand together. Calendar dates stand only in an
    internal report."""
    rows = tuple(
        (case.case.patient_id, *rest)
        for case in cases
        for status, *rest in to_record(case, internal=internal)
        if status == STILL_OPEN
    )
    columns = (Column("Child", "code", 0.8), *TO_RECORD_COLUMNS)
    empty = "No window is open in which anything is missing."
    return Table("to_record", "What to record next", columns, rows, (OPEN_NOTE, windows_note(cases)), empty)


TO_RECORD_COLUMNS = (Column("When", width=1.4), *WANTED)


def windows_note(cases: Iterable[CaseFindings]) -> str:
    """The days of every window."""
    days = {(cell.first, cell.last): _window(cell) for case in cases for cell in case.completeness}
    named = (f"{name}, day {first} to {last}" for (first, last), name in sorted(days.items()))
    return f"Windows, counted from the first infusion: {'; '.join(named)}."


def to_record(case: CaseFindings, *, internal: bool) -> list[tuple[str, str, str, str]]:
    """Status, when, what to record and for which criteria; open windows first, then by day."""
    windows: dict[tuple[str, str, str], list[CompletenessCell]] = {}
    for cells in _by_window(case.completeness):
        for what, criteria in _wanted(cells):
            windows.setdefault((_status(cells[0]), what, criteria), []).append(cells[0])
    rows = [
        (status, when_words(cells, internal=internal), what, criteria)
        for (status, what, criteria), cells in windows.items()
    ]
    rows.sort(key=lambda row: row[0] != STILL_OPEN)
    return rows


def _by_window(cells: Iterable[CompletenessCell]) -> list[list[CompletenessCell]]:
    """Cells with something missing, together by window, in order of days."""
    found: dict[tuple[int, int, str], list[CompletenessCell]] = {}
    for cell in cells:
        if cell.missing:
            found.setdefault((cell.first, cell.last, cell.window), []).append(cell)
    return [found[key] for key in sorted(found)]


def _status(cell: CompletenessCell) -> str:
    return STILL_OPEN if cell.open else OVER


def _window(cell: CompletenessCell) -> str:
    return window_words(cell.window)


def _wanted(cells: Iterable[CompletenessCell]) -> list[tuple[str, str]]:
    """Records and the criteria that want them; records wanted by the same criteria stand together."""
    criteria_of: dict[str, dict[str, None]] = {}
    for cell in cells:
        for item in cell.missing:
            criteria_of.setdefault(item, {})[cell.criterion_title] = None
    items_of: dict[tuple[str, ...], list[str]] = {}
    for item, criteria in criteria_of.items():
        items_of.setdefault(tuple(criteria), []).append(item)
    return [(records_words(items), "; ".join(criteria)) for criteria, items in items_of.items()]


def when_words(cells: Sequence[CompletenessCell], *, internal: bool) -> str:
    """Windows by name, "baseline, weeks 8 and 12"; each with its dates in an internal report."""
    if internal and all(cell.calendar_first for cell in cells):
        return "; ".join(f"{_window(cell)}: {cell.calendar_first} to {cell.calendar_last}" for cell in cells)
    names = [_window(cell) for cell in cells]
    weeks = [name.removeprefix("week ") for name in names if name.startswith("week ")]
    others = [name for name in names if not name.startswith("week ")]
    return ", ".join([*others, f"week{'s' if len(weeks) > 1 else ''} {listed(weeks)}"] if weeks else others)


def completeness_table(cases: Sequence[CaseFindings]) -> Table:
    """Table 5: for each child and criterion, records present of records needed, window by window."""
    windows = list(dict.fromkeys(cell.window for case in cases for cell in case.completeness))
    rows = []
    for case in cases:
        by_criterion: dict[str, dict[str, CompletenessCell]] = {}
        for cell in case.completeness:
            by_criterion.setdefault(cell.criterion_title, {})[cell.window] = cell
        for criterion, cells in by_criterion.items():
            rows.append((case.case.patient_id, criterion, *(_share(cells.get(window)) for window in windows)))
    headings = [window_words(window) for window in windows]
    return Table(
        "table_5_completeness",
        "Table 5. What is recorded of what each criterion needs",
        (
            Column("Child", "code", 1.0),
            Column("Criterion", width=2.6),
            *(Column(capital(heading), "number", 0.9) for heading in headings),
        ),
        tuple(rows),
        (
            f"Records present / records needed, at {listed(headings)}. An asterisk marks a window that is still open.",
        )
        if headings
        else (),
        "The casebook has no child whose disease has criteria.",
    )


def _share(cell: CompletenessCell | None) -> str:
    if cell is None:
        return "not needed"
    have = len(cell.recorded)
    return f"{have}/{have + len(cell.missing)}" + ("*" if cell.open else "")
