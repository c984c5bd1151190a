"""The report as a Word document for authors: real headings, real tables, figures as pictures with their text."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.report.blocks import (
    Block,
    Bullets,
    Column,
    FigureBlock,
    Heading,
    Legend,
    Prose,
    Results,
    Table,
    Terms,
    Verdict,
)
from leadline.report.words import typeset

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.table import Table as Grid
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

MARKS = {
    "documented": "\u25cf",
    "partly_documented": "\u25d0",
    "reported_only": "\u25cb",
    "contradicted": "\u2298",
    "not_assessed": "\u25a8",
}
"""The grammar of marks as characters, which authors can copy."""

NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  Word wants a time; the same for every file, it says nothing
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TEXT_WIDTH_MM = 174.0
_ROWS_KEPT = (
    12  # rows of a table that Word is to hold on one page: less than half of it with cells of three lines
)


def write_docx(results: Results, path: Path, figures: Path) -> None:
    """Writes the file; `figures` is the folder that holds NAME.png of every figure."""
    from docx import Document

    document = Document()
    _set_page(document, results)
    document.add_heading(results.title, 0)
    document.add_paragraph(results.subtitle, style="Subtitle")
    for line in results.standing:
        document.add_paragraph().add_run(line).bold = line == results.standing[0]
    wide = False
    for number, part in enumerate(results.sections):
        turned, wide = part.wide != wide, part.wide
        if turned:
            _turn_page(document)
        heading = document.add_heading(part.title, part.level)
        heading.paragraph_format.page_break_before = (
            bool(number) and part.level == 1 and not turned and not part.follows
        )
        for block in part.blocks:
            _add(document, block, figures)
    document.add_paragraph(results.provenance)
    _write_without_time(document, path)


def _set_page(document: Document, results: Results) -> None:
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(20)
    _add_footer(section.footer.paragraphs[0], results.running)
    for name, size in (
        ("Normal", 10),
        ("Subtitle", 12),
        ("Title", 22),
        ("Heading 1", 16),
        ("Heading 2", 12.5),
        ("Heading 3", 10.5),
    ):
        style = document.styles[name]
        style.font.name = "Georgia"
        style.font.size = Pt(size)
        _set_east_asian_font(style)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x1B, 0x1B, 0x1B)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = results.title, "", ""
    properties.created = properties.modified = properties.last_printed = NO_TIME
    properties.language = "en-GB"


def _turn_page(document: Document) -> None:
    """A new page, turned on its side, or back."""
    from docx.enum.section import WD_ORIENT

    before = document.sections[-1]
    width, height = before.page_height, before.page_width
    section = document.add_section()
    section.page_width, section.page_height = width, height
    upright = before.orientation == WD_ORIENT.PORTRAIT
    section.orientation = WD_ORIENT.LANDSCAPE if upright else WD_ORIENT.PORTRAIT


def _add_footer(paragraph: Paragraph, running: str) -> None:
    """The running line and the number of the page, which Word counts."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph.add_run(f"{running}  ").font.size = Pt(7.5)
    number = paragraph.add_run("1")
    number.font.size = Pt(7.5)
    field = OxmlElement("w:fldSimple")  # holds the run: within it, no program counts
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    field.append(number._r)


def _set_east_asian_font(style: ParagraphStyle) -> None:
    """Headings of Word's template name a theme font, which would win over ours."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _add(document: Document, block: Block, figures: Path) -> None:
    match block:
        case Prose(text, role):
            _add_prose(document, text, role)
        case Heading(text, level):
            document.add_heading(text, level)
        case Bullets(items):
            for item in items:
                document.add_paragraph(typeset(item), style="List Bullet")
        case Terms(pairs):
            for term, text in pairs:
                _add_pair(document, f"{term}: ", text)
        case Legend(entries):
            for finding, words in entries:
                document.add_paragraph(f"{MARKS[finding]}  {words}")
        case Verdict(text, finding, words):
            document.add_heading(f"{typeset(text)}: {MARKS[finding]} {words}", 3)
        case FigureBlock(name, plotted):
            _add_figure(document, figures / f"{name}.png", plotted.alt, plotted.caption)
        case Table():
            _add_table(document, block)


def _add_prose(document: Document, text: str, role: str) -> None:
    from docx.shared import Pt

    run = document.add_paragraph().add_run(typeset(text))
    if role == "lead":
        run.font.size = Pt(13)


def _add_pair(document: Document, term: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = 0
    paragraph.add_run(term).italic = True
    paragraph.add_run(typeset(text))


def _add_figure(document: Document, picture: Path, alt: str, caption: str) -> None:
    from docx.shared import Mm

    share = 0.52 if picture.stem.startswith("paired") else 1.0
    shape = document.add_picture(str(picture), width=Mm(_TEXT_WIDTH_MM * share))
    tallest = Mm(205)
    if shape.height > tallest:
        shape.width, shape.height = int(shape.width * tallest / shape.height), tallest
    properties = shape._inline.docPr
    properties.set("descr", alt)
    properties.set("title", picture.stem)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _add_caption(document, typeset(caption))


def _add_caption(document: Document, text: str, *, with_next: bool = False) -> None:
    from docx.shared import Pt, RGBColor

    paragraph = document.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = with_next
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(8.5), with_next
    run.font.color.rgb = RGBColor(0x1B, 0x1B, 0x1B) if with_next else RGBColor(0x55, 0x55, 0x55)


def _add_table(document: Document, table: Table) -> None:
    from docx.shared import Pt

    if not table.rows:
        document.add_paragraph(f"{table.title}. {table.empty}")
        return
    _add_caption(document, typeset(table.title), with_next=True)
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.autofit = False
    widths = _widths(table.columns, _room(document.sections[-1]))
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    texts = [
        [column.heading for column in table.columns],
        *([typeset(cell) for cell in row] for row in table.rows),
    ]
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, text, width, column in zip(row.cells, cells, widths, table.columns, strict=True):
            _fill(cell, text, width, column, heading=cells is texts[0])
    _repeat_header(grid)
    _keep_together(grid)
    _rule(grid)
    notes = table.footnotes or ("",)  # an empty one keeps two tables apart
    for number, note in enumerate(notes, start=1):
        paragraph = document.add_paragraph()
        # space below the last one, and no empty line, which could fill a page of its own
        paragraph.paragraph_format.space_after = Pt(12 if number == len(notes) else 0)
        paragraph.add_run(typeset(note)).font.size = Pt(7.5 if note else 1)


def _room(section: Section) -> int:
    """The width between the margins of a page."""
    width, left, right = (
        side or 0 for side in (section.page_width, section.left_margin, section.right_margin)
    )
    return width - left - right


def _widths(columns: tuple[Column, ...], room: int) -> list[int]:
    whole = sum(column.width for column in columns)
    return [int(room * column.width / whole) for column in columns]


_MARK_OF = {words.replace("_", " "): mark for words, mark in MARKS.items()}


def _fill(cell: _Cell, text: str, width: int, column: Column, *, heading: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Emu, Pt

    cell.width = Emu(width)
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = 0
    sides = {"number": WD_ALIGN_PARAGRAPH.RIGHT, "tick": WD_ALIGN_PARAGRAPH.CENTER}
    if column.kind in sides:
        paragraph.alignment = sides[column.kind]
    mark = _MARK_OF.get(text, "") if column.kind == "finding" and not heading else ""
    run = paragraph.add_run(f"{mark} {text}" if mark else text)
    run.font.size = Pt(7.5)
    run.font.bold = heading


def _repeat_header(grid: Grid) -> None:
    """Marks the first row as the header that a screen reader names and each page repeats; no row breaks in two."""
    from docx.oxml import OxmlElement

    for number, row in enumerate(grid.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _keep_together(grid: Grid) -> None:
    """Short tables stay on one page; of a longer one no row stands alone before or after a break."""
    rows = grid.rows
    last = len(rows) - 1
    kept = range(last) if last <= _ROWS_KEPT else (0, 1, last - 1)
    for number in kept:
        for cell in rows[number].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _rule(grid: Grid) -> None:
    """Lines above and below the table and below its header, fine ones between rows, none upright."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = _borders(
        "w:tblBorders", {"top": (10, "1B1B1B"), "bottom": (10, "1B1B1B"), "insideH": (2, "D0D0D0")}
    )
    for cell in grid.rows[0].cells:
        cell._tc.get_or_add_tcPr().append(_borders("w:tcBorders", {"bottom": (6, "1B1B1B")}))
    margins = OxmlElement("w:tblCellMar")
    margins.append(_side("w:left", "w", 0))
    margins.append(_side("w:right", "w", 80))
    for layout in grid._tbl.tblPr.iterchildren(
        qn("w:tblLayout")
    ):  # the standard fixes the order of the three
        layout.addprevious(borders)
        layout.addnext(margins)


def _borders(name: str, sides: dict[str, tuple[int, str]]) -> BaseOxmlElement:
    """Sides to their width in eighths of a point and their colour."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement(name)
    for side, (width, colour) in sides.items():
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", str(width)), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    return borders


def _side(name: str, key: str, twentieths: int) -> BaseOxmlElement:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    side = OxmlElement(name)
    side.set(qn(f"w:{key}"), str(twentieths))
    side.set(qn("w:type"), "dxa")
    return side


def _write_without_time(document: Document, path: Path) -> None:
    """Word files are zip archives, which note the time of each part: written again with one fixed time."""
    buffer = BytesIO()
    document.save(buffer)
    with (
        zipfile.ZipFile(buffer) as made,
        zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as file,
    ):
        for name in made.namelist():
            file.writestr(zipfile.ZipInfo(name, _ZIP_TIME), made.read(name), zipfile.ZIP_DEFLATED)
