"""What is missing: which records each criterion still needs, by child and window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.report.blocks import Column, Table
from leadline.report.words import WINDOWS, listed, plain, records_words
from leadline.verdicts.findings import CaseFindings, CompletenessCell

STILL_OPEN = "open"
OVER = "over"
OVER_NOTE = (
    "Over: the window has passed. If it was measured at the time, the record can still be found and entered; it cannot"
    " be measured now."
)
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
    """For readers: windows that lack the same stand together; open windows first. Calendar dates stand only in an
    internal report."""
    rows = [(case.case.patient_id, *row) for case in cases for row in to_record(case, internal=internal)]
    rows.sort(key=lambda row: row[1] != STILL_OPEN)
    return Table(
        "to_record",
        "What to record next",
        (Column("Child", "code", 0.8), *TO_RECORD_COLUMNS),
        tuple(rows),
        (OVER_NOTE,),
        "Nothing is missing: every criterion can be judged at every window.",
    )


TO_RECORD_COLUMNS = (STATUS, Column("When", width=1.7), *WANTED)


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
    return WINDOWS.get(cell.window, plain(cell.window))


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
    """ "week 8 (day 42 to 70), week 12 (day 71 to 112)"; with the dates beside the days in an internal report."""
    return ", ".join(f"{_window(cell)} ({_days(cell, internal=internal)})" for cell in cells)


def _days(cell: CompletenessCell, *, internal: bool) -> str:
    days = f"day {cell.first} to {cell.last}"
    return (
        f"{days}: {cell.calendar_first} to {cell.calendar_last}" if internal and cell.calendar_first else days
    )


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
    headings = [WINDOWS.get(window, plain(window)) for window in windows]
    return Table(
        "table_5_completeness",
        "Table 5. What is recorded of what each criterion needs",
        (
            Column("Child", "code", 1.0),
            Column("Criterion", width=2.6),
            *(Column(heading[:1].upper() + heading[1:], "number", 0.9) for heading in headings),
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
