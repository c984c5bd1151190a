"""What each number of responders leads to, as strips: one cell a count, shaded by what is decided.

A framed cell: the other baskets decide too. Its upper half is what follows if they respond as under their target
rates, its lower half if as under their null rates; other counts of theirs may lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital, listed
from leadline.report.figures import style
from leadline.report.figures.layout import line_height, text_width, wrapped
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted
from leadline.trial.boundaries import Action

if TYPE_CHECKING:
    from leadline.report.figures.plotted import Value
    from leadline.trial.boundaries import BoundaryRow
    from leadline.trial.describe import DesignReport

SHADES: Mapping[Action, str] = {
    Action.STOP: style.RULE,
    Action.NO_SUCCESS: style.RULE,
    Action.GO_ON: style.PAPER,
    Action.EARLY_SUCCESS: style.DOCUMENTED,
    Action.SUCCESS: style.DOCUMENTED,
}
WORDS: Mapping[Action, str] = {
    Action.STOP: "stop",
    Action.NO_SUCCESS: "no success",
    Action.GO_ON: "go on",
    Action.EARLY_SUCCESS: "success",
    Action.SUCCESS: "success",
    Action.DEPENDS: "others decide",
    Action.MAY_DEPEND: "others may decide",
}
_OTHERS_DECIDE = (
    "the other baskets decide too; upper half: if at their target rates, lower half: at their null rates"
)
_AXES = ("across: treated who respond", "upwards: controls who respond")
_EDGE = 2.0
_NAMES = 0.3  # of the page's width
_CELL = 15.0  # height
_LINE = 6.5  # height of a cell where each number of control responders has a line
_WIDEST = 16.0
_EVERY = "each basket"


def plot_boundaries(report: DesignReport, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """A strip a look and basket, for trials in which no basket has closed before."""
    page = Page(width_mm * style.POINTS_PER_MM)
    names = _NAMES * page.width
    most = max(row.children for row in report.boundaries)
    cell = min(_WIDEST, (page.width - names - 2 * _EDGE) / (most + 1))
    y, data = 2.0, []
    for baskets, rows in boundaries_by_basket(report):
        named = capital(baskets) if baskets == _EVERY else baskets  # an id stays as the tables have it
        title = f"{named}, {look_title(report, rows[0])}: {_children(rows[0])}"
        draw = _field if rows[0].controls else _strip
        y = draw(page, title, rows, y, names, cell)
        data += [_datum(baskets, row) for row in rows]
    y = page.legend(_EDGE, y + 2, page.width - 2 * _EDGE, _key(report), gap=12)
    return Plotted(
        page.finish(y + 2),
        alt=_alt(report),
        caption=_caption(report),
        data=tuple(data),
    )


def _caption(report: DesignReport) -> str:
    said = "What follows from each number of responders, in trials in which no basket has closed before."
    across = " Across: responders among the treated; upwards: among the controls."
    return said + across if report.design.randomised else said


def _children(row: BoundaryRow) -> str:
    if row.controls:
        return f"{row.children}\u00a0treated, {row.controls}\u00a0controls"
    return f"{row.children}\u00a0children"


def boundaries_by_basket(report: DesignReport) -> Iterator[tuple[str, tuple[BoundaryRow, ...]]]:
    """Look by look, the rows of each basket; baskets whose rows are the same stand together, named as one."""
    for _, at_look in groupby(report.boundaries, key=lambda row: row.look):
        shared: dict[tuple[object, ...], list[tuple[str, tuple[BoundaryRow, ...]]]] = {}
        for label, rows in groupby(at_look, key=lambda row: row.basket):
            same = tuple(rows)
            shared.setdefault(tuple(map(_but_basket, same)), []).append((label, same))
        for together in shared.values():
            names = [label for label, _ in together]
            every = len(names) == len(report.design.baskets) > 1
            yield (_EVERY if every else listed(names)), together[0][1]


def _but_basket(row: BoundaryRow) -> tuple[object, ...]:
    counts = (row.look, row.children, row.responders_from, row.responders_to)
    controls = (row.controls, row.control_responders_from, row.control_responders_to)
    return (*counts, *controls, row.action, row.others_null, row.others_target)


def look_title(report: DesignReport, row: BoundaryRow) -> str:
    """ "interim", "interim 2" or "final"."""
    looks = next(len(basket.looks) for basket in report.design.baskets if basket.label == row.basket)
    if row.look == looks:
        return "final"
    return "interim" if looks == 2 else f"interim {row.look}"


def _strip(
    page: Page, title: str, rows: tuple[BoundaryRow, ...], top: float, left: float, cell: float
) -> float:
    """One look of one basket; gives the y below its counts."""
    lines = wrapped(title, left - 8, style.SMALL)
    first = top + _CELL / 2 - (len(lines) - 1) * line_height(style.SMALL) / 2
    first = max(first, top + line_height(style.SMALL) / 2)
    for place, line in enumerate(lines):
        page.text(_EDGE, first + place * line_height(style.SMALL), line, size=style.SMALL)
    for row in rows:
        _run(page, row, left + row.responders_from * cell, top, cell)
    _count_axis(page, rows[0].children, left, top + _CELL, cell)
    used = max(top + _CELL + line_height(style.SMALL), first + (len(lines) - 0.5) * line_height(style.SMALL))
    return used + 7


def _count_axis(page: Page, most: int, left: float, bottom: float, cell: float) -> None:
    """Numbers of responders below the cells, in even steps."""
    y = bottom + line_height(style.SMALL) / 2 + 1
    for count in _even_steps(most, apart=cell, needed=text_width(str(most), style.SMALL) + 3):
        x = left + (count + 0.5) * cell
        page.text(x, y, str(count), size=style.SMALL, align="center", color=style.QUIET)


def _even_steps(most: int, *, apart: float, needed: float) -> range:
    """The counts that are labelled, where neighbours lie this far apart and a label needs so much room."""
    step = next((step for step in (1, 2, 5, 10, 20) if step * apart >= needed), 50)
    return range(0, most + 1, step)


def _field(
    page: Page, title: str, rows: tuple[BoundaryRow, ...], top: float, left: float, cell: float
) -> float:
    """One look of one randomised basket: a line of cells for each number of control responders, none at the foot."""
    controls, lines = rows[0].controls, wrapped(title, left - 26, style.SMALL)
    for place, line in enumerate(lines):
        y = top + (place + 0.5) * line_height(style.SMALL)
        page.text(_EDGE, y, line, size=style.SMALL)
    for place, line in enumerate(_AXES, start=len(lines)):
        y = top + (place + 0.5) * line_height(style.SMALL)
        page.text(_EDGE, y, line, size=style.SMALL, color=style.QUIET)
    for row in rows:
        for count in range(row.control_responders_from, row.control_responders_to + 1):
            y = top + (controls - count) * _LINE
            _cells(page, row, left + row.responders_from * cell, y, cell, _LINE)
    bottom = top + (controls + 1) * _LINE
    for count in _even_steps(controls, apart=_LINE, needed=line_height(style.SMALL)):
        y = top + (controls - count + 0.5) * _LINE
        page.text(left - 4, y, str(count), size=style.SMALL, align="right", color=style.QUIET)
    _count_axis(page, rows[0].children, left, bottom, cell)
    return (
        max(bottom + line_height(style.SMALL), top + (len(lines) + len(_AXES)) * line_height(style.SMALL)) + 9
    )


def _cells(page: Page, row: BoundaryRow, left: float, top: float, cell: float, height: float) -> None:
    """Cells with one meaning in one line; where the others decide, the upper half is their target rates."""
    upper, lower = (row.others_target, row.others_null) if row.action not in SHADES else (row.action,) * 2
    for place in range(row.responders_to - row.responders_from + 1):
        x = left + place * cell
        page.bar(x, top, x + cell, top + height / 2, fill=SHADES[upper])
        page.bar(x, top + height / 2, x + cell, top + height, fill=SHADES[lower])
        page.bar(x, top, x + cell, top + height, edge=style.QUIET)
        if row.action not in SHADES:
            _framed(page, x, top, x + cell, top + height)


def _run(page: Page, row: BoundaryRow, left: float, top: float, cell: float) -> None:
    """Cells with one meaning, and the word for it where it fits."""
    depends = row.action.open
    upper, lower = (row.others_target, row.others_null) if depends else (row.action, row.action)
    for place in range(row.responders_to - row.responders_from + 1):
        x = left + place * cell
        page.bar(x, top, x + cell, top + _CELL / 2, fill=SHADES[upper])
        page.bar(x, top + _CELL / 2, x + cell, top + _CELL, fill=SHADES[lower])
        page.bar(x, top, x + cell, top + _CELL, edge=style.QUIET)
        if depends:
            _framed(page, x, top, x + cell, top + _CELL)
    width = (row.responders_to - row.responders_from + 1) * cell
    word = WORDS[row.action]
    if not depends and text_width(word, style.SMALL) + 6 <= width:
        dark = SHADES[row.action] == style.DOCUMENTED
        _plate(page, left + width / 2, top, text_width(word, style.SMALL), SHADES[row.action])
        page.text(left + width / 2, top + _CELL / 2, word, size=style.SMALL, align="center",
                  color=style.PAPER if dark else style.INK)  # fmt: skip


def _framed(page: Page, x0: float, y0: float, x1: float, y1: float) -> None:
    """A frame and a line through the middle: the other baskets decide too."""
    middle = (y0 + y1) / 2
    page.line(x0, middle, x1, middle, color=style.INK, width=style.HAIRLINE, above=True)
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    page.polyline(corners, color=style.INK, width=1.4, above=True)


def _plate(page: Page, x: float, top: float, width: float, shade: str) -> None:
    """A clear place for a word over the lines between cells."""
    page.bar(x - width / 2 - 2, top + 2, x + width / 2 + 2, top + _CELL - 2, fill=shade)


def _key(report: DesignReport) -> list[LegendEntry]:
    """What the shades mean, as far as they occur."""
    shown = {
        action for row in report.boundaries for action in (row.action, row.others_null, row.others_target)
    }
    entries = []
    for early, final in (
        (Action.STOP, Action.NO_SUCCESS),
        (Action.GO_ON, None),
        (Action.EARLY_SUCCESS, Action.SUCCESS),
    ):
        words = [str(early)] if early in shown else []
        if final in shown:
            words.append(f"{final} at the final look")
        if words:
            entries.append(LegendEntry("; ".join(words), _shaded(SHADES[early]), 12.0))
    if any(action.open for action in shown):
        entries.append(LegendEntry(_OTHERS_DECIDE, _cut, 12.0))
    return entries


def _shaded(shade: str) -> Callable[[Page, float, float], None]:
    def draw(page: Page, x: float, y: float) -> None:
        page.bar(x - 6, y - 4, x + 6, y + 4, fill=shade, edge=style.QUIET)

    return draw


def _cut(page: Page, x: float, y: float) -> None:
    page.bar(x - 6, y - 4, x + 6, y, fill=style.DOCUMENTED)
    page.bar(x - 6, y, x + 6, y + 4, fill=style.RULE)
    _framed(page, x - 6, y - 4, x + 6, y + 4)


def _alt(report: DesignReport) -> str:
    said = ["Strips of cells, one for each number of responders, by basket and look."]
    for baskets, rows in boundaries_by_basket(report):
        wins = [row for row in rows if row.action in (Action.SUCCESS, Action.EARLY_SUCCESS)]
        if wins and look_title(report, rows[0]) == "final" and rows[0].controls:
            said.append(
                f"At the final look of {baskets}, treated responders (controls): {_least(wins)} are a success."
            )
        elif wins and look_title(report, rows[0]) == "final":
            said.append(
                f"At the final look, {wins[0].responders_from} of {wins[0].children} responders are a success in "
                f"{baskets}, whatever the others show."
            )
    return " ".join(said)


def _least(wins: list[BoundaryRow]) -> str:
    least = [f"{row.responders_from} ({row.control_responders_from})" for row in wins]
    return ", ".join(least)


def _datum(baskets: str, row: BoundaryRow) -> dict[str, Value]:
    return {
        "basket": baskets,
        "look": row.look,
        "children": row.children,
        "controls": row.controls,
        "control_responders_from": row.control_responders_from,
        "control_responders_to": row.control_responders_to,
        "responders_from": row.responders_from,
        "responders_to": row.responders_to,
        "action": str(row.action),
        "others_null": str(row.others_null),
        "others_target": str(row.others_target),
    }
