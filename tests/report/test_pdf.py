"""report.pdf: tagged, described, the same bytes for the same input, and never run by what a chart says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from leadline.report.blocks import Block, Column, Prose, Results, Section, Table
from leadline.report.pdf import write_pdf
from tests.report.programs import needs_pdftotext
from tests.report.sample import SECRET


@pytest.fixture(scope="module")
def pdf(published: Path) -> bytes:
    return (published / "report.pdf").read_bytes()


def test_it_declares_itself_accessible_and_tagged(pdf):
    assert pdf.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/MarkInfo" in pdf
    assert re.search(rb"/Lang ?\(en-GB\)", pdf)


def test_no_time_of_its_making_is_in_it(pdf):
    assert b"/CreationDate" not in pdf
    assert b"/ModDate" not in pdf
    assert b"<xmp:CreateDate>" not in pdf


def test_every_font_is_inside(pdf):
    assert len(re.findall(rb"/FontFile\d?", pdf)) >= 2


def test_two_runs_write_the_same_file(pdf, again):
    assert pdf == (again / "report.pdf").read_bytes()


@needs_pdftotext
def test_its_text_is_that_of_the_report(published):
    command = ["pdftotext", "-layout", str(published / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "One invented child" in text
    assert "3/3 (29 to 100%)" in text
    assert "#panic() *bold* $x$" in " ".join(text.split())
    assert text.count("INVENTED DATA: no child in this report exists.") >= text.count("\f")
    assert SECRET not in text


@needs_pdftotext
def test_no_word_of_a_narrow_column_runs_into_the_next(published):
    """The longest of the checklists' items, beside what is asked."""
    command = ["pdftotext", "-layout", str(published / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"\bintervention +What was given, how, and by whom", text)


def rows_on_pages(folder: Path, *sections: Section) -> list[int]:
    write_pdf(
        Results("Title", "", ("Invented.",), "running", "made", False, sections), folder / "r.pdf", folder
    )
    command = ["pdftotext", "-layout", str(folder / "r.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [len(re.findall(r"^ *row \d", page, re.MULTILINE)) for page in text.split("\f") if page.strip()]


def section(*blocks: Block, follows: bool = False) -> Section:
    return Section("a", "A part", blocks, follows=follows)


def table_of(rows: int) -> Table:
    columns = (Column("Number"), Column("What"))
    return Table("t", "Rows", columns, tuple((f"row {n}", "x") for n in range(rows)))


@needs_pdftotext
def test_no_row_stands_alone_on_the_last_page_and_a_short_table_stays_whole(tmp_path):
    (fits,) = {sum(rows_on_pages(tmp_path, section(table_of(10))))}
    assert fits == 10
    full = rows_on_pages(tmp_path, section(table_of(60)))[0]
    assert rows_on_pages(tmp_path, section(table_of(full))) == [full]
    assert rows_on_pages(tmp_path, section(table_of(full + 1))) == [full - 1, 2]
    assert rows_on_pages(tmp_path, section(*[Prose("Something said.")] * 34, table_of(10))) == [0, 10]


@needs_pdftotext
@pytest.mark.parametrize(("lines", "pages"), [(2, [5]), (20, [0, 5])])
def test_a_part_that_follows_shares_a_page_that_is_nearly_empty(tmp_path, lines, pages):
    before = section(*[Prose("Something said.")] * lines)
    assert rows_on_pages(tmp_path, before, section(table_of(5), follows=True)) == pages
