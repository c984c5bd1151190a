"""Write the pages of docs/, and the schema, that are made from the code; with --check, say which are out of date.

A page is one entry of PAGES: its file in this repository, and the function that gives its text.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from leadline.casebook.page import casebook_page
from leadline.errors import exit_codes
from leadline.measures import MEASURES
from leadline.measures.page import index_page, measure_page
from leadline.protocol.reading import protocol_adapter
from leadline.report.design.machine import json_schema as design_report_json_schema
from leadline.trial.reading import design_adapter

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests/measures/examples.jsonl"

NOTICE = "<!-- Made by tools/generated_docs.py: change it there, then run `make generated`. -->"


def exit_codes_page() -> str:
    """One line for each exit code of the command line."""
    rows = [f"| {code} | {meaning} |" for code, meaning in exit_codes().items()]
    return "\n".join(
        [
            NOTICE,
            "",
            "# Exit codes",
            "",
            "Every command ends with one of these. From 10 to 99, the message says where, what was found, what is",
            "taken and what to do.",
            "",
            "| code | meaning |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def measure_pages() -> dict[str, Callable[[], str]]:
    """A page for each measure, with the worked examples that the tests compute."""
    examples = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]

    def page(measure_id: str) -> str:
        own = [example for example in examples if example["measure"] == measure_id]
        return f"{measure_page(MEASURES[measure_id], own)}\n{NOTICE}\n"  # a title in the menu is one that comes first

    return {f"docs/measures/{each}.md": partial(page, each) for each in MEASURES}


def protocol_schema() -> str:
    """The JSON Schema of protocol files."""
    return json.dumps(protocol_adapter().json_schema(), indent=1) + "\n"


def design_schema() -> str:
    """The JSON Schema of design files."""
    return json.dumps(design_adapter().json_schema(), indent=1) + "\n"


def design_report_schema() -> str:
    """The JSON Schema of design.json."""
    return json.dumps(design_report_json_schema(), indent=1) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/exit-codes.md": exit_codes_page,
    "docs/casebook.md": lambda: f"{NOTICE}\n\n{casebook_page()}",
    "leadline/protocol/protocol.schema.json": protocol_schema,
    "leadline/trial/design.schema.json": design_schema,
    "leadline/report/design/design_report.schema.json": design_report_schema,
    "docs/measures/index.md": lambda: f"{index_page()}\n{NOTICE}\n",
    **measure_pages(),
}


def main(arguments: list[str]) -> int:
    """Write every page that differs from the code; with --check, name it and return 1."""
    stale = [name for name, page in PAGES.items() if _text(ROOT / name) != page()]
    for name in stale:
        print(f"{name} differs from the code: run `make generated`" if "--check" in arguments else name)
        if "--check" not in arguments:
            (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
