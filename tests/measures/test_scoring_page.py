"""The code of docs/scoring.md runs as it is printed."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/scoring.md"


def test_the_code_of_the_page_runs():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 5
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {})
