"""Figure D: what is missing. One row a criterion, one column a window, and how much of what it needs is recorded.

Few children are drawn one by one; many are counted, so that the same figure serves three children and ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.casebook.prose import capital
from leadline.report.figures import style, words
from leadline.report.figures.layout import shortened, text_width, wrapped
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted, Value
from leadline.report.figures.symbols import WIDE, draw_hatching, swatch
from leadline.verdicts.findings import CaseFindings, CompletenessCell, Findings

MOST_CHILDREN = 12
"""More children than this are counted, not drawn one by one."""

_ROW = 11.0
_BAR = 7.0


@dataclass(frozen=True, slots=True)
class _Cell:
    """How much is recorded: items of one child, or children of a disease. `waiting` while a window is not over."""

    recorded: int
    wanted: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the grid, or the name of a group if it has no cells."""

    label: str
    cells: dict[str, _Cell]


def plot_completeness(findings: Findings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """For each criterion and window: recorded of needed, hatched where nothing is, dotted where it can still be."""
    page = Page(width_mm * style.POINTS_PER_MM)
    by_child = len(findings.cases) <= MOST_CHILDREN
    lines = _lines_by_child(findings.cases) if by_child else _lines_by_disease(findings.cases)
    windows = _windows(findings.cases)
    left, step = _columns(page, lines, windows)
    y = _draw_head(page, findings, windows, left, step)
    for line in lines:
        if not line.cells:
            y += 4
            page.text(2, y + _ROW / 2, shortened(line.label, page.width - 4, bold=True), bold=True)
        else:
            _draw_cells(page, line, windows, left, step, y)
            for number, part in enumerate(wrapped(line.label, left - 14, style.SMALL)):
                y += 8.5 if number else 0
                page.text(8, y + _ROW / 2, part, size=style.SMALL)
        y += _ROW
    if not lines:
        page.text(2, y + 6, "No criterion applies to any child.", size=style.SMALL, color=style.QUIET)
        y += 12
    y = page.legend(2, y + 5, page.width - 4, _legend(by_child))
    return Plotted(
        page.finish(y + 3),
        _alt(findings, windows),
        _caption(by_child),
        tuple(_rows(findings.cases) if by_child else _counted_rows(lines)),
    )


def _windows(cases: Iterable[CaseFindings]) -> list[tuple[str, int, int]]:
    """Every window with its days, in order of time."""
    known = {
        cell.window: (cell.window, cell.first, cell.last) for case in cases for cell in case.completeness
    }
    return sorted(known.values(), key=lambda window: (window[1], window[2], window[0]))


def _lines_by_child(cases: Iterable[CaseFindings]) -> list[_Line]:
    lines: list[_Line] = []
    for case in cases:
        criteria: dict[str, dict[str, _Cell]] = {}
        for cell in case.completeness:
            wanted = len(cell.recorded) + len(cell.missing)
            criteria.setdefault(cell.criterion_title, {})[cell.window] = _Cell(
                len(cell.recorded), wanted, cell.open
            )
        lines.append(_Line(words.child_title(case.case), {}))
        lines += [_Line(capital(title), cells) for title, cells in criteria.items()]
    return lines


def _lines_by_disease(cases: Iterable[CaseFindings]) -> list[_Line]:
    """Children with everything that a criterion needs, of children for whom the window is over."""
    groups: dict[str, dict[str, dict[str, list[CompletenessCell]]]] = {}
    numbers: dict[str, int] = {}
    for case in cases:
        disease = words.DIAGNOSES.get(case.case.diagnosis, words.plain(case.case.diagnosis))
        numbers[disease] = numbers.get(disease, 0) + 1
        for cell in case.completeness:
            criteria = groups.setdefault(disease, {})
            criteria.setdefault(cell.criterion_title, {}).setdefault(cell.window, []).append(cell)
    lines: list[_Line] = []
    for disease, criteria in groups.items():
        lines.append(_Line(f"{disease}, {words.counted(numbers[disease], 'child', 'children')}", {}))
        lines += [
            _Line(capital(title), {window: _counted(cells) for window, cells in windows.items()})
            for title, windows in criteria.items()
        ]
    return lines


def _counted(cells: list[CompletenessCell]) -> _Cell:
    over = [cell for cell in cells if not cell.open]
    return _Cell(sum(not cell.missing for cell in over), len(over), waiting=not over)


def _columns(page: Page, lines: list[_Line], windows: list[tuple[str, int, int]]) -> tuple[float, float]:
    """Where the first column starts and how wide each is."""
    widest = max((text_width(line.label, style.SMALL) for line in lines if line.cells), default=60)
    left = min(widest + 16, (0.36 if page.width < 130 * style.POINTS_PER_MM else 0.42) * page.width)
    return left, (page.width - 2 - left) / max(len(windows), 1)


def _draw_head(
    page: Page, findings: Findings, windows: list[tuple[str, int, int]], left: float, step: float
) -> float:
    if any(one.case.invented for one in findings.cases):
        page.text(2, 8, "INVENTED DATA", size=style.SMALL, color=style.QUIET)
    for place, (name, first, last) in enumerate(windows):
        x = left + place * step
        wide = step - 4
        title = words.plain(name)
        if text_width(title, style.SMALL) > wide:
            title = shortened(title.replace("week ", "wk ").replace("baseline", "base"), wide, style.SMALL)
        page.text(x, 8, title, size=style.SMALL)
        days = f"day {_minus(first)} to {_minus(last)}"
        if text_width(days, style.SMALL) <= wide:
            page.text(x, 17, days, size=style.SMALL, color=style.QUIET)
    page.line(2, 23, page.width - 2, 23, color=style.RULE, width=style.HAIRLINE)
    return 25.0


def _draw_cells(
    page: Page, line: _Line, windows: list[tuple[str, int, int]], left: float, step: float, y: float
) -> None:
    room = max(text_width(_fraction(cell), style.SMALL) for cell in line.cells.values()) + 3
    for place, (name, _, _) in enumerate(windows):
        cell = line.cells.get(name)
        if cell is None:
            continue
        x0 = left + place * step
        x1 = max(x0 + step - room - 5, x0 + 4.5)
        y0, y1 = y + (_ROW - _BAR) / 2, y + (_ROW + _BAR) / 2
        _draw_cell(page, cell, x0, x1, y0, y1)
        page.text_if_free(x1 + 2, y + _ROW / 2, _fraction(cell), size=style.SMALL,
                          color=style.INK if cell.recorded else style.QUIET)  # fmt: skip


def _draw_cell(page: Page, cell: _Cell, x0: float, x1: float, y0: float, y1: float) -> None:
    if cell.waiting:
        page.bar(x0, y0, x1, y1, edge=style.SILENT, dashed=True)
    else:
        page.hatched(x0, y0, x1, y1)
    if cell.wanted and cell.recorded:
        page.bar(x0, y0, x0 + (x1 - x0) * cell.recorded / cell.wanted, y1, fill=style.DOCUMENTED)


def _fraction(cell: _Cell) -> str:
    return f"{cell.recorded:,}/{cell.wanted:,}" if cell.wanted else "–"


def _minus(day: int) -> str:
    return f"−{-day}" if day < 0 else str(day)


def _legend(by_child: bool) -> list[LegendEntry]:
    what = (
        "items recorded of items needed"
        if by_child
        else "children with every item, of children past the window"
    )
    return [
        LegendEntry(what, swatch(style.DOCUMENTED), WIDE),
        LegendEntry("not recorded", draw_hatching, WIDE),
        LegendEntry("window not over yet", swatch(None, edge=style.SILENT, dashed=True), WIDE),
    ]


def _rows(cases: Iterable[CaseFindings]) -> Iterable[dict[str, Value]]:
    for case in cases:
        for cell in case.completeness:
            yield {
                "child": case.case.patient_id,
                "diagnosis": case.case.diagnosis,
                "criterion": cell.criterion_title,
                "window": words.plain(cell.window),
                "first_day": cell.first,
                "last_day": cell.last,
                "recorded": len(cell.recorded),
                "needed": len(cell.recorded) + len(cell.missing),
                "missing": "; ".join(words.plain(item) for item in cell.missing),
                "result": words.plain(cell.result),
                "window_open": cell.open,
            }


def _counted_rows(lines: list[_Line]) -> Iterable[dict[str, Value]]:
    """The same where children are counted: one row a disease, criterion and window."""
    group = ""
    for line in lines:
        group = group if line.cells else line.label
        for window, cell in line.cells.items():
            yield {
                "group": group,
                "criterion": line.label,
                "window": words.plain(window),
                "children_with_every_item": cell.recorded,
                "children_past_the_window": cell.wanted,
            }


def _alt(findings: Findings, windows: list[tuple[str, int, int]]) -> str:
    cells = [cell for case in findings.cases for cell in case.completeness]
    over = [cell for cell in cells if not cell.open]
    complete, nothing = sum(not cell.missing for cell in over), sum(not cell.recorded for cell in over)
    children = words.counted(len(findings.cases), "child", "children")
    return (
        f"Grid of what each criterion needs and what is recorded, for {children} and "
        f"{words.counted(len(windows), 'window')} of time. Of {words.counted(len(over), 'cell')} whose window is over, "
        f"{complete:,} hold every item and {nothing:,} hold none. {words.counted(len(cells) - len(over), 'cell')} can "
        "still be filled."
    )


def _caption(by_child: bool) -> str:
    what = (
        "share of the items that a criterion needs which are recorded in the window; the numbers are items."
        if by_child
        else "children with every item that a criterion needs, of those whose window is over; the numbers are children."
    )
    return (
        f"What is recorded and what is missing, by criterion and window. Solid: {what} Hatched: not recorded. Dotted "
        "outline: the window is not over yet. Days count from the first infusion."
    )
