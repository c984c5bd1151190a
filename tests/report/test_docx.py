"""report.docx, read back: headings, tables and pictures are those of the report, and no time is in it."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from leadline.report.tables.claims import claims_table
from leadline.report.tables.series import counts_table
from leadline.report.words import typeset
from tests.report.full import HOSTILE
from tests.report.sample import SECRET


@pytest.fixture(scope="module")
def document(published) -> Document:
    return docx.Document(str(published / "report.docx"))


def test_its_headings_are_real_ones_in_the_order_of_the_report(document):
    first = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert first == [
        "The answer", "What is missing, and when to record it", "Child INV-01", "The series", "Safety",
        "Refractory disease", "Methods", "Reporting checklists",
    ]  # fmt: skip


def rows_of(document, *headings: str) -> list[list[str]]:
    starts = [[cell.text for cell in each.rows[0].cells][: len(headings)] for each in document.tables]
    table = document.tables[starts.index(list(headings))]
    return [[cell.text for cell in row.cells] for row in table.rows[1:]]


def test_its_tables_hold_what_the_report_s_tables_hold(document, full):
    expected = [[typeset(cell) for cell in row] for row in claims_table(full).rows]
    found = [[cell.lstrip("●◐○⊘ ") for cell in row] for row in rows_of(document, "Child", "Disease")]
    assert found == expected
    assert rows_of(document, "Claim", "Reported") == [list(row) for row in counts_table(full).rows]


def test_the_first_row_of_each_table_is_its_header(document):
    assert len(document.tables) > 15
    assert [
        number
        for number, table in enumerate(document.tables)
        if not table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    ] == []


def test_no_row_of_a_table_stands_alone_beside_a_break(document):
    """Word keeps a row with the next one where its paragraphs say so."""
    kept = [
        [row.cells[0].paragraphs[0].paragraph_format.keep_with_next is True for row in table.rows]
        for table in document.tables
    ]
    assert {len(table) > 13 for table in kept} == {True, False}
    for rows in kept:
        assert rows[:-1] == [True] * (len(rows) - 1) if len(rows) <= 13 else rows[0] and rows[1] and rows[-2]
        assert not rows[-1]


def test_every_page_is_numbered_by_a_field_of_its_own(document):
    """Within a run, the field is passed over and no page has its number."""
    (paragraph,) = document.sections[0].footer.paragraphs
    assert len(paragraph._p.xpath("./w:fldSimple[@w:instr='PAGE']/w:r")) == 1


def test_the_properties_of_a_table_stand_in_the_order_of_the_standard(document):
    """ISO/IEC 29500-1, CT_TblPrBase."""
    order = ["tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    for table in document.tables:
        names = [each.tag.rpartition("}")[2] for each in table._tbl.tblPr]
        assert names == [name for name in order if name in names]


def test_no_empty_line_follows_a_table_as_it_could_fill_a_page(document):
    for table in document.tables:
        after = Paragraph(table._tbl.getnext(), document)
        assert after.text or after.runs[0].font.size == Pt(1)


def test_every_picture_has_its_text(document):
    described = [shape._inline.docPr.get("descr", "") for shape in document.inline_shapes]
    assert len(described) >= 3
    assert [words for words in described if len(words.split()) < 15] == []


def test_a_chart_s_text_is_text(document):
    assert HOSTILE in {cell.text for table in document.tables for row in table.rows for cell in row.cells}


def test_nothing_in_it_tells_the_time(published):
    with zipfile.ZipFile(published / "report.docx") as file:
        assert {each.date_time for each in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(str(published / "report.docx")).core_properties
    fixed = datetime(2000, 1, 1, tzinfo=UTC)
    assert {moment.replace(tzinfo=UTC) for moment in (properties.created, properties.modified)} == {fixed}


def test_two_runs_write_the_same_file_without_the_words_of_a_family(published, again):
    assert (published / "report.docx").read_bytes() == (again / "report.docx").read_bytes()
    with zipfile.ZipFile(published / "report.docx") as file:
        assert SECRET not in file.read("word/document.xml").decode()
