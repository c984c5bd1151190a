"""What is missing: which records each criterion still needs, by child and window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.report.blocks import Column, Table
from leadline.report.words import WINDOWS, item_words, listed, plain
from leadline.verdicts.findings import CaseFindings, CompletenessCell

STILL_OPEN = "open"
OVER = "over"
OVER_NOTE = (
    "Over: the window has passed. If it was measured at the time, the record can still be found and entered; it cannot"
    " be measured now."
)


def missing_table(cases: Sequence[CaseFindings], *, internal: bool, name: str = "missing") -> Table:
    """What to record at which visit, by when, for which criterion; open windows first. Calendar dates stand only in
    an internal report."""
    rows = [row for case in cases for row in missing_rows(case, internal=internal)]
    rows.sort(key=lambda row: row[2] != STILL_OPEN)
    dates = (Column("Dates", width=1.3),) if internal else ()
    return Table(
        name,
        "What to record next",
        (
            Column("Child", "code", 0.9),
            Column("Window", width=0.8),
            Column("Status", width=0.6),
            Column("Days", width=0.9),
            *dates,
            Column("Record", width=2.6),
            Column("So that this can be judged", width=2.2),
        ),
        tuple(rows),
        (OVER_NOTE,),
        "Nothing is missing: every criterion can be judged at every window.",
    )


def missing_rows(case: CaseFindings, *, internal: bool) -> list[tuple[str, ...]]:
    """One row for each window and each group of records that the same criteria want."""
    rows = []
    for cells in _by_window(case.completeness):
        first = cells[0]
        window = WINDOWS.get(first.window, plain(first.window))
        status = STILL_OPEN if any(cell.open for cell in cells) else OVER
        dates = (dates_words(first),) if internal else ()
        for items, criteria in _wanted(cells):
            rows.append(
                (case.case.patient_id, window, status, days_words(first), *dates,
                 ", ".join(map(item_words, items)), ", ".join(criteria))
            )  # fmt: skip
    rows.sort(key=lambda row: row[2] != STILL_OPEN)
    return rows


def _by_window(cells: Iterable[CompletenessCell]) -> list[list[CompletenessCell]]:
    """Cells with something missing, together by window, in order of days."""
    found: dict[tuple[int, int, str], list[CompletenessCell]] = {}
    for cell in cells:
        if cell.missing:
            found.setdefault((cell.first, cell.last, cell.window), []).append(cell)
    return [found[key] for key in sorted(found)]


def _wanted(cells: Iterable[CompletenessCell]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Items and the criteria that want them; items wanted by the same criteria stand together."""
    criteria_of: dict[str, list[str]] = {}
    for cell in cells:
        for item in cell.missing:
            criteria_of.setdefault(item, []).append(cell.criterion_title)
    items_of: dict[tuple[str, ...], list[str]] = {}
    for item, criteria in criteria_of.items():
        items_of.setdefault(tuple(dict.fromkeys(criteria)), []).append(item)
    return [(tuple(items), criteria) for criteria, items in items_of.items()]


def days_words(cell: CompletenessCell) -> str:
    return f"{cell.first} to {cell.last}"


def dates_words(cell: CompletenessCell) -> str:
    if not cell.calendar_first:
        return "infusion day not dated"
    return f"{cell.calendar_first} to {cell.calendar_last}"


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
    )


def _share(cell: CompletenessCell | None) -> str:
    if cell is None:
        return "not needed"
    have = len(cell.recorded)
    return f"{have}/{have + len(cell.missing)}" + ("*" if cell.open else "")
