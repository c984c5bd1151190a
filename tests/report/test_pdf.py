"""report.pdf: tagged, described, the same bytes for the same input, and never run by what a chart says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

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


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext reads the text of a PDF, and is not here"
)
def test_its_text_is_that_of_the_report(published):
    command = ["pdftotext", "-layout", str(published / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "One invented child" in text
    assert "3/3 (29 to 100%)" in text
    assert "#panic() *bold* $x$" in " ".join(text.split())
    assert text.count("INVENTED DATA: no child in this report exists.") >= text.count("\f")
    assert SECRET not in text


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext reads the text of a PDF, and is not here"
)
def test_no_word_of_a_narrow_column_runs_into_the_next(published):
    """The longest of the checklists' items, beside what is asked."""
    command = ["pdftotext", "-layout", str(published / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"\bintervention +What was given, how, and by whom", text)
