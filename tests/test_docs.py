"""The code of the documentation runs as it is printed, and prints what is shown below it.

The blocks of a page run in order and share their names. A block of ```text directly after one of ```python is what
that block prints.
"""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n?```text\n(?P<shown>.*?)^```\n)?", re.M | re.S)
PAGES = [path for path in sorted(DOCS.glob("*.md")) if "```python\n" in path.read_text("utf-8")]


def run_page(page: str, name: str) -> None:
    names: dict[str, object] = {}
    for block in BLOCK.finditer(page):
        line = page[: block.start("code")].count("\n")
        out = io.StringIO()
        code = compile("\n" * line + block["code"], name, "exec")  # errors name the line of the page
        with contextlib.redirect_stdout(out):
            exec(code, names)
        assert out.getvalue() == (block["shown"] or ""), f"{name}, line {line + 1}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_of_the_documentation_runs_as_it_is_printed(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page.read_text("utf-8"), page.name)


def test_the_pages_of_evidence_and_trial_are_among_them():
    assert {"evidence.md", "trial.md"} <= {page.name for page in PAGES}


def test_every_block_of_python_is_found():
    for page in PAGES:
        text = page.read_text("utf-8")
        assert len(BLOCK.findall(text)) == text.count("```python\n")


def test_output_that_differs_from_what_is_shown_is_found():
    with pytest.raises(AssertionError, match=r"page\.md, line 4"):
        run_page("# A page\n\n```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "page.md")
