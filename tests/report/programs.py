"""Programs that tests of documents read them with; without one its tests skip and say so."""

import shutil

import pytest

needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext reads the text of a PDF, and is not here"
)
