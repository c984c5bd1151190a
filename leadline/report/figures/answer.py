"""The first figure: for each kind of claim, in how many children it was reported and what their charts say.

Two rows a claim, on one scale: above, hollow, what was reported; below, what the charts bear out. One mark a child
while there is room for marks, else bars in proportion. A statement about "two of three families" without saying which
is drawn apart, attached to no child.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.report.figures import style, words
from leadline.report.figures.layout import line_height, shortened, text_width
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted, Value
from leadline.verdicts.findings import ClaimCount, Finding, Findings

_ROW = 12.0
_BLOCK_GAP = 9.0
_MARK_ROOM = 8.5  # points a mark needs, at least
_MARK_STEP = 12.0  # and at most
_MARGIN = 2.0

_FINDINGS: tuple[Finding, ...] = (
    Finding.DOCUMENTED,
    Finding.PARTLY_DOCUMENTED,
    Finding.CONTRADICTED,
    Finding.REPORTED_ONLY,
)


@dataclass(frozen=True, slots=True)
class _Block:
    """One kind of claim: of `of` children `reported`, and how many have each finding, in the order of `_FINDINGS`."""

    label: str
    note: str
    claim: str
    reported: int
    of: int
    findings: tuple[int, int, int, int]
    group: bool


@dataclass(frozen=True, slots=True)
class _Columns:
    label_right: float
    marks_left: float
    marks_right: float
    numbers: tuple[float, ...]  # centres: reported, then the four findings
    narrow: bool


def plot_answer(findings: Findings, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """Reported against documented, one block a kind of claim. Works for three children and for ten thousand."""
    page = Page(width_mm * style.POINTS_PER_MM)
    blocks = _blocks(findings)
    columns = _columns(page, blocks)
    y = _draw_header(page, columns, findings.series.children)
    for block in blocks:
        y = _draw_block(page, columns, block, y)
    if not blocks:
        page.text(_MARGIN, y + 6, "No statement about any child is recorded.", color=style.QUIET)
        y += 16
    y = page.legend(_MARGIN, y + 3, page.width - 2 * _MARGIN, _legend(blocks, columns))
    return Plotted(page.finish(y + 3), _alt(findings, blocks), _caption(findings, blocks), _rows(blocks))


def _blocks(findings: Findings) -> list[_Block]:
    order = list(words.CLAIMS)
    blocks = [_count_block(count) for count in findings.series.counts if count.reported.k]
    blocks += [
        _Block(
            words.claim_words(group.claim), "which children is not stated", group.claim, group.children, group.of,
            (0, 0, 0, group.children), group=True,
        )
        for group in findings.group_claims
    ]  # fmt: skip
    known = {claim: place for place, claim in enumerate(order)}
    return sorted(blocks, key=lambda block: (known.get(block.claim, len(order)), block.claim, block.group))


def _count_block(count: ClaimCount) -> _Block:
    numbers = (count.documented.k, count.partly_documented.k, count.contradicted.k, count.reported_only.k)
    return _Block(
        words.claim_words(count.claim), "", count.claim, count.reported.k, count.children, numbers, group=False
    )


def _columns(page: Page, blocks: list[_Block]) -> _Columns:
    narrow = page.width < 130 * style.POINTS_PER_MM
    largest = max((text_width(f"{block.of:,}", style.BODY) for block in blocks), default=0)
    step = max(largest + 7, 17 if narrow else 44)
    right = page.width - _MARGIN - step / 2
    numbers = tuple(right - step * place for place in range(4, -1, -1))
    label_right = _MARGIN if narrow else _MARGIN + min(
        max((text_width(_sentence(block.label), style.HEADING, bold=True) for block in blocks), default=60), 130
    )  # fmt: skip
    sub = text_width("in the charts", style.SMALL)
    left = (_MARGIN if narrow else label_right + 12) + sub + 7
    return _Columns(label_right, left, numbers[0] - step / 2 - 6, numbers, narrow)


def _draw_header(page: Page, columns: _Columns, children: int) -> float:
    """What the columns of numbers count; gives the y below."""
    of = f"of {words.counted(children, 'child', 'children')}"
    heads = ["reported", "docu-\nmented", "partly", "contra-\ndicted", "reported\nonly"]
    if not columns.narrow:
        page.text(_MARGIN, 12, of, size=style.SMALL, color=style.QUIET)
        for x, head in zip(columns.numbers, heads, strict=True):
            lines = head.split("\n")
            for number, line in enumerate(lines):
                page.text(x, 12 - (len(lines) - 1 - number) * 8, line, size=style.SMALL, align="center",
                          color=style.QUIET)  # fmt: skip
    else:
        page.text(_MARGIN, 12, of, size=style.SMALL, color=style.QUIET)
    y = 24.0
    for x, finding in zip(columns.numbers, (None, *_FINDINGS), strict=True):
        if finding is None:
            page.text(x, y, "all", size=style.SMALL, align="center", color=style.QUIET)
        else:
            page.finding(x, y, style.CIRCLE, finding.value)
    page.line(_MARGIN, y + 7, page.width - _MARGIN, y + 7, color=style.RULE, width=style.HAIRLINE)
    return y + 7 + _BLOCK_GAP


def _draw_block(page: Page, columns: _Columns, block: _Block, y: float) -> float:
    if columns.narrow:
        page.text(_MARGIN, y, _sentence(block.label), size=style.HEADING, bold=True)
        y += _ROW
        sub_left = _MARGIN
    else:
        label = shortened(_sentence(block.label), columns.label_right, style.HEADING, bold=True)
        page.text(_MARGIN, y, label, size=style.HEADING, bold=True)
        sub_left = columns.label_right + 12
    page.text(sub_left, y, "reported", size=style.SMALL, color=style.QUIET)
    page.text(sub_left, y + _ROW, "in the charts", size=style.SMALL, color=style.QUIET)
    draw = _draw_marks if _fits_marks(columns, block) else _draw_bars
    draw(page, columns, block, y)
    for place, (x, number) in enumerate(zip(columns.numbers, (block.reported, *block.findings), strict=True)):
        page.text(x, y if place == 0 else y + _ROW, f"{number:,}", align="center", bold=place <= 1,
                  color=style.INK if number else style.SILENT)  # fmt: skip
    y += _ROW
    if block.note:
        y += line_height(style.SMALL) + 1
        page.text(columns.marks_left - 4, y, f"said of {block.reported} of {block.of}; {block.note}",
                  size=style.SMALL, color=style.QUIET)  # fmt: skip
    return y + _ROW / 2 + _BLOCK_GAP


def _fits_marks(columns: _Columns, block: _Block) -> bool:
    return block.of * _MARK_ROOM <= columns.marks_right - columns.marks_left


def _draw_marks(page: Page, columns: _Columns, block: _Block, y: float) -> None:
    """One mark a child, those of one finding beside each other; a dot for a child of whom it was not said."""
    step = min(_MARK_STEP, (columns.marks_right - columns.marks_left) / block.of)
    fills: list[style.Fill] = [finding.value for finding, n in zip(_FINDINGS, block.findings, strict=True)
                               for _ in range(n)]  # fmt: skip
    for place in range(block.of):
        x = columns.marks_left + place * step
        if place >= len(fills):
            page.bar(x - 0.6, y - 0.6, x + 0.6, y + 0.6, fill=style.SILENT)
            page.bar(x - 0.6, y + _ROW - 0.6, x + 0.6, y + _ROW + 0.6, fill=style.SILENT)
            continue
        page.finding(x, y, style.CIRCLE, "group" if block.group else "reported_only")
        page.finding(x, y + _ROW, style.CIRCLE, "group" if block.group else fills[place])


def _draw_bars(page: Page, columns: _Columns, block: _Block, y: float) -> None:
    """Bars in proportion to all children: hollow above, split by finding below."""
    left, width = columns.marks_left - 4, columns.marks_right - columns.marks_left + 4
    half = 3.6
    edge = style.SILENT if block.group else style.DOCUMENTED
    page.line(left, y + _ROW + half + 1.5, left + width, y + _ROW + half + 1.5, color=style.RULE, width=style.HAIRLINE)
    page.bar(left, y - half, left + width * block.reported / block.of, y + half, edge=edge, edge_width=style.LINE,
             dashed=block.group)  # fmt: skip
    x = left
    for finding, number in zip(_FINDINGS, block.findings, strict=True):
        right = x + width * number / block.of
        if number:
            _finding_bar(page, x, y + _ROW - half, right, y + _ROW + half, finding)
        x = right


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


def _legend(blocks: list[_Block], columns: _Columns) -> list[LegendEntry]:
    entries = [_finding_entry(finding) for finding in _FINDINGS]
    if any(block.group for block in blocks):
        entries.append(
            LegendEntry("said of some, not which", lambda page, x, y: page.finding(x, y, style.CIRCLE, "group"))
        )
    return entries


def _finding_entry(finding: Finding) -> LegendEntry:
    return LegendEntry(
        words.FINDINGS[finding], lambda page, x, y: page.finding(x, y, style.CIRCLE, finding.value)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _alt(findings: Findings, blocks: list[_Block]) -> str:
    children = words.counted(findings.series.children, "child", "children")
    said = [
        f"{_sentence(block.label)}: said of {block.reported:,} of {block.of:,}, documented in {block.findings[0]:,}, "
        f"partly in {block.findings[1]:,}, contradicted in {block.findings[2]:,}, reported only in "
        f"{block.findings[3]:,}{' (' + block.note + ')' if block.note else ''}"
        for block in blocks
    ]
    opening = f"For each kind of claim the figure sets how many of {children} it was reported for against what the charts say."
    middle = "; ".join(said) + "." if said else "No statement is recorded."
    return f"{opening} {middle} Hollow marks are reports, solid marks are documented, struck marks are contradicted."


def _caption(findings: Findings, blocks: list[_Block]) -> str:
    group = any(block.group for block in blocks)
    return (
        f"What was reported of {words.counted(findings.series.children, 'child', 'children')} and what the charts "
        "document. Upper row of each claim: children for whom it was reported. Lower row: the finding of the chart, by "
        "the first criterion of the ladder that could be judged: documented (solid), partly documented (half), "
        "contradicted (struck through), reported only, that is, no criterion could be judged (hollow). Numbers are "
        "children."
        + (" Grey marks: a statement about some of the children without saying which; no chart can be held against it."
           if group else "")  # fmt: skip
    )


def _rows(blocks: list[_Block]) -> tuple[dict[str, Value], ...]:
    return tuple(
        {
            "claim": block.claim,
            "attached_to_children": not block.group,
            "children": block.of,
            "reported": block.reported,
            **{finding.value: number for finding, number in zip(_FINDINGS, block.findings, strict=True)},
        }
        for block in blocks
    )
