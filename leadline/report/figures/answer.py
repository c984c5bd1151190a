"""The first figure: for each kind of claim, in how many children it was reported and what their charts say.

Two rows a claim, on one scale: above, hollow, what was reported; below, what the charts bear out. One mark a child
while there is room for marks, else bars in proportion. A statement about "two of three families" without saying which
is drawn as grey marks that belong to no child.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline.casebook.prose import capital
from leadline.report.figures import style, words
from leadline.report.figures.layout import text_width
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted, Value
from leadline.report.figures.symbols import finding_entries, statement
from leadline.verdicts.findings import ClaimCount, Finding, Findings

_ROW = 12.5
_BLOCK_GAP = 11.0
_MARK_ROOM = 9.0  # points a mark needs, at least
_MARK_STEP = 15.0  # and at most
_MARGIN = 2.0
_CHILD = style.Mark("o", 7.5)

_FINDINGS: tuple[Finding, ...] = (
    Finding.DOCUMENTED,
    Finding.PARTLY_DOCUMENTED,
    Finding.CONTRADICTED,
    Finding.REPORTED_ONLY,
)


@dataclass(frozen=True, slots=True)
class _Block:
    """One kind of claim: of `of` children `reported`, and how many have each finding, in the order of `_FINDINGS`.
    `unnamed` of those reported only are children of whom nobody said which they are."""

    claim: str
    label: str
    reported: int
    of: int
    findings: tuple[int, int, int, int]
    unnamed: int

    @property
    def note(self) -> str:
        if self.unnamed in (0, self.reported):
            return "which children: not stated" if self.unnamed else ""
        return f"{self.unnamed} of them: not stated which"

    @property
    def fills(self) -> list[Finding | None]:
        """The fill of each child of whom it was said, those of one finding beside each other, the unnamed last."""
        named = (*self.findings[:3], self.findings[3] - self.unnamed)
        fills: list[Finding | None] = []
        for finding, number in zip(_FINDINGS, named, strict=True):
            fills += [finding] * number
        return fills + [None] * self.unnamed


@dataclass(frozen=True, slots=True)
class _Columns:
    """Right ends of the numbers (reported, then the four findings), and where marks may stand. `stacked`: too narrow
    for bars and numbers beside each other, so the numbers of findings have a row of their own."""

    sub_left: float
    marks_left: float
    marks_right: float
    numbers: tuple[float, ...]
    narrow: bool
    stacked: bool


def plot_answer(findings: Findings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """Reported against documented, one block a kind of claim. Works for three children and for ten thousand."""
    page = Page(width_mm * style.POINTS_PER_MM)
    blocks = _blocks(findings)
    columns = _columns(page, blocks)
    y = _draw_header(page, columns, findings.series.children)
    for number, block in enumerate(blocks):
        if number:
            rule = y - (_ROW / 2 + _BLOCK_GAP) / 2
            page.line(_MARGIN, rule, page.width - _MARGIN, rule, color=style.FAINT, width=style.HAIRLINE)
        y = _draw_block(page, columns, block, y)
    if not blocks:
        page.text(_MARGIN, y + 6, "No statement about any child is recorded.", color=style.QUIET)
        y += 16
    y = page.legend(_MARGIN, y + 3, page.width - 2 * _MARGIN, _legend(blocks))
    return Plotted(page.finish(y + 3), _alt(findings, blocks), _caption(findings, blocks), _rows(blocks))


def _blocks(findings: Findings) -> list[_Block]:
    """One block a kind of claim that was made, in the order of claims."""
    order = list(words.CLAIMS)
    blocks = [
        _block(count, _unnamed(findings, count)) for count in findings.series.counts if count.reported.k
    ]
    known = {claim: place for place, claim in enumerate(order)}
    return sorted(blocks, key=lambda block: (known.get(block.claim, len(order)), block.claim))


def _unnamed(findings: Findings, count: ClaimCount) -> int:
    """Children counted as reported by a statement about some of the children without saying which."""
    if all(group.claim != count.claim for group in findings.group_claims):
        return 0
    said = {claim.patient_id for one in findings.cases for claim in one.claims if claim.claim == count.claim}
    return count.reported.k - len(said)


def _block(count: ClaimCount, unnamed: int) -> _Block:
    numbers = (count.documented.k, count.partly_documented.k, count.contradicted.k, count.reported_only.k)
    return _Block(
        count.claim, words.claim_words(count.claim), count.reported.k, count.children, numbers, unnamed
    )


_HEADS = (("reported",), ("documented",), ("partly",), ("contradicted",), ("reported", "only"))


def _columns(page: Page, blocks: list[_Block]) -> _Columns:
    narrow = page.width < 130 * style.POINTS_PER_MM
    counted = max(
        (text_width(_reported(block, narrow), style.HEADING, bold=True) for block in blocks), default=0
    )
    largest = max((text_width(f"{block.of:,}", style.HEADING, bold=True) for block in blocks), default=0)
    heads = [0.0 if narrow else max(text_width(line, style.SMALL) for line in head) for head in _HEADS]
    widths = [max(head, largest, 9.0) + (9 if narrow else 8) for head in heads]
    widths[0] = max(heads[0], counted) + 8
    numbers = tuple(page.width - _MARGIN - sum(widths[place + 1 :]) for place in range(len(widths)))
    labels = max((text_width(capital(block.label), style.HEADING, bold=True) for block in blocks), default=60)
    labels = max([labels, *(text_width(block.note, style.SMALL) for block in blocks)])
    sub_left = _MARGIN if narrow else _MARGIN + max(labels, 60) + 12
    marks_left = sub_left + text_width("in the charts", style.SMALL) + 10
    columns = _Columns(sub_left, marks_left, numbers[0] - widths[0] - 4, numbers, narrow, stacked=False)
    if narrow and not all(_fits_marks(columns, block) for block in blocks):
        return replace(columns, marks_right=page.width - _MARGIN - counted - 8, stacked=True)
    return columns


def _reported(block: _Block, narrow: bool) -> str:
    return f"{block.reported:,}" if narrow or block.of > 99 else f"{block.reported:,} of {block.of:,}"


def _draw_header(page: Page, columns: _Columns, children: int) -> float:
    """What the columns of numbers count; gives the y below."""
    y = 9.0 if columns.narrow else 26.0
    page.text(
        _MARGIN, y, f"of {words.counted(children, 'child', 'children')}", size=style.SMALL, color=style.QUIET
    )
    for x, head, finding in zip(columns.numbers, _HEADS, (None, *_FINDINGS), strict=True):
        if not columns.narrow:
            for number, line in enumerate(reversed(head)):
                page.text(x, 14 - number * 8, line, size=style.SMALL, align="right", color=style.QUIET)
        if finding is not None and not columns.stacked:
            page.finding(x - 3.5, y, style.CIRCLE, finding)
    page.line(_MARGIN, y + 8, page.width - _MARGIN, y + 8, color=style.RULE, width=style.HAIRLINE)
    return y + 8 + _BLOCK_GAP


def _draw_block(page: Page, columns: _Columns, block: _Block, y: float) -> float:
    label = page.text(_MARGIN, y, capital(block.label), size=style.HEADING, bold=True)
    if columns.narrow:
        if block.note:
            page.text(label.right + 6, y, block.note, size=style.SMALL, color=style.QUIET)
        y += _ROW
    elif block.note:
        page.text(_MARGIN, y + _ROW, block.note, size=style.SMALL, color=style.QUIET)
    page.text(columns.sub_left, y, "reported", size=style.SMALL, color=style.QUIET)
    page.text(columns.sub_left, y + _ROW, "in the charts", size=style.SMALL, color=style.QUIET)
    draw = _draw_marks if _fits_marks(columns, block) else _draw_bars
    draw(page, columns, block, y)
    right = page.width - _MARGIN if columns.stacked else columns.numbers[0]
    page.text(right, y, _reported(block, columns.narrow), size=style.HEADING, align="right", bold=True)
    y += _ROW
    if columns.stacked:
        y += _ROW
        _draw_number_row(page, block, y)
    else:
        for place, (x, number) in enumerate(zip(columns.numbers[1:], block.findings, strict=True)):
            page.text(x, y, f"{number:,}", size=style.HEADING, align="right", bold=place == 0 and number > 0,
                      color=style.INK if number else style.SILENT)  # fmt: skip
    return y + _ROW / 2 + _BLOCK_GAP


def _draw_number_row(page: Page, block: _Block, y: float) -> None:
    """The four numbers with their symbols, evenly over the width."""
    step = (page.width - 2 * _MARGIN) / len(_FINDINGS)
    for place, (finding, number) in enumerate(zip(_FINDINGS, block.findings, strict=True)):
        x = _MARGIN + 5 + place * step
        page.finding(x, y, style.CIRCLE, finding)
        page.text(x + 8, y, f"{number:,}", size=style.HEADING, bold=place == 0 and number > 0,
                  color=style.INK if number else style.SILENT)  # fmt: skip


def _fits_marks(columns: _Columns, block: _Block) -> bool:
    return block.of * _MARK_ROOM <= columns.marks_right - columns.marks_left


def _draw_marks(page: Page, columns: _Columns, block: _Block, y: float) -> None:
    """One mark a child, those of one finding beside each other; a dot for a child of whom it was not said."""
    step = min(_MARK_STEP, (columns.marks_right - columns.marks_left) / block.of)
    places = [columns.marks_left + place * step for place in range(block.of)]
    for x, fill in zip(places, block.fills, strict=False):
        page.finding(x, y, _CHILD, fill and Finding.REPORTED_ONLY)
        page.finding(x, y + _ROW, _CHILD, fill)
    for x in places[len(block.fills) :]:
        for row in (y, y + _ROW):
            page.bar(x - 0.6, row - 0.6, x + 0.6, row + 0.6, fill=style.SILENT)


def _draw_bars(page: Page, columns: _Columns, block: _Block, y: float) -> None:
    """Bars in proportion to all children: hollow above, split by finding below; the unnamed with a dashed outline."""
    left, width = columns.marks_left - 4, columns.marks_right - columns.marks_left + 4
    half, below = 3.6, y + _ROW
    page.line(left, below + 5.1, left + width, below + 5.1, color=style.RULE, width=style.HAIRLINE)

    def x(children: int) -> float:
        return left + width * children / block.of

    named = block.reported - block.unnamed
    page.bar(left, y - half, x(named), y + half, edge=style.DOCUMENTED, edge_width=style.LINE)
    counts = (*block.findings[:3], block.findings[3] - block.unnamed)
    for place, (finding, number) in enumerate(zip(_FINDINGS, counts, strict=True)):
        if number:
            before = sum(counts[:place])
            _finding_bar(page, x(before), below - half, x(before + number), below + half, finding)
    if block.unnamed:
        for row in (y, below):
            page.bar(x(named), row - half, x(block.reported), row + half, edge=style.SILENT, dashed=True)


def _finding_bar(page: Page, x0: float, y0: float, x1: float, y1: float, finding: Finding) -> None:
    match finding:
        case Finding.DOCUMENTED:
            page.bar(x0, y0, x1, y1, fill=style.DOCUMENTED)
        case Finding.PARTLY_DOCUMENTED:
            page.bar(x0, y0, x1, (y0 + y1) / 2, fill=style.PAPER)
            page.bar(x0, (y0 + y1) / 2, x1, y1, fill=style.DOCUMENTED)
            page.bar(x0, y0, x1, y1, edge=style.DOCUMENTED, edge_width=style.LINE)
        case Finding.CONTRADICTED:
            page.bar(x0, y0, x1, y1, edge=style.CONTRADICTED, edge_width=style.LINE)
            page.line(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, color=style.CONTRADICTED, width=1.2, above=True)
        case Finding.REPORTED_ONLY:
            page.bar(x0, y0, x1, y1, edge=style.DOCUMENTED, edge_width=style.LINE)


def _legend(blocks: list[_Block]) -> list[LegendEntry]:
    entries = finding_entries()
    if any(block.unnamed for block in blocks):
        entries.append(LegendEntry("which children: not stated", statement(style.CIRCLE, None)))
    return entries


def _alt(findings: Findings, blocks: list[_Block]) -> str:
    children = words.counted(findings.series.children, "child", "children")
    said = "; ".join(_told(block) for block in blocks)
    return (
        f"For each kind of claim the figure sets of how many of {children} it was said against what the charts say. "
        f"{said + '.' if said else 'No statement is recorded.'} "
        "Hollow marks are reports, solid marks are documented, struck marks are contradicted."
    )


def _told(block: _Block) -> str:
    documented, partly, contradicted, only = block.findings
    return (
        f"{capital(block.label)}: said of {block.reported:,} of {block.of:,}, documented in {documented:,}, partly "
        f"in {partly:,}, contradicted in {contradicted:,}, reported only in {only:,}{block.note and f' ({block.note})'}"
    )


def _caption(findings: Findings, blocks: list[_Block]) -> str:
    grey = (
        " Grey marks: a statement about some of the children without saying which; no chart can be held against it."
        if any(block.unnamed for block in blocks)
        else ""
    )
    return (
        f"What was reported of {words.counted(findings.series.children, 'child', 'children')} and what the charts "
        "document. Upper row of each claim: children of whom it was said. Lower row: the finding of the chart, by the "
        "first criterion of the ladder that could be judged: documented (solid), partly documented (half), "
        "contradicted (struck through), reported only, that is, no criterion could be judged (hollow). Numbers are "
        f"children. A child of whom the same was said more than once counts once, by the latest statement.{grey}"
    )


def _rows(blocks: list[_Block]) -> tuple[dict[str, Value], ...]:
    return tuple(
        {
            "claim": block.claim,
            "children": block.of,
            "reported": block.reported,
            "not_stated_of_which_child": block.unnamed,
            **{finding.value: number for finding, number in zip(_FINDINGS, block.findings, strict=True)},
        }
        for block in blocks
    )
