"""Write the casebooks of leadline/casebook/examples/; with --check, only say which files are out of date.

The two published casebooks are made from tools/published/, the invented one from tools/example_invented.py.
"""

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from leadline.casebook.headers import columns_of
from leadline.casebook.schema import HOUSEKEEPING, TABLES
from tools.example_invented import invented_casebook
from tools.example_swart2019 import swart2019_casebook
from tools.example_wong2021 import wong2021_casebook
from tools.rows import Casebook, Row

EXAMPLES = Path(__file__).parent.parent / "leadline" / "casebook" / "examples"


def main(arguments: list[str]) -> int:
    """Write every file that differs from what the sources give; with --check, name it and return 1."""
    check = "--check" in arguments
    stale = {path: text for path, text in example_files().items() if _text(path) != text}
    for path, text in stale.items():
        print(
            path.relative_to(EXAMPLES),
            "differs from its source: run python -m tools.make_examples" if check else "",
        )
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and check else 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def example_files() -> Mapping[Path, str]:
    """Every file of the shipped casebooks and its text."""
    casebooks: Mapping[str, Casebook] = {
        "swart2019": swart2019_casebook(),
        "wong2021": wong2021_casebook(),
        "invented": invented_casebook(),
    }
    return {
        EXAMPLES / name / f"{table}.csv": _csv(table, rows)
        for name, casebook in casebooks.items()
        for table, rows in casebook.items()
        if rows
    }


def _csv(table: str, rows: Iterable[Row]) -> str:
    """The rows as CSV, columns in the order of the schema, housekeeping last. What no row uses is left out."""
    rows = list(rows)
    housekeeping = [column.id for column in HOUSEKEEPING]
    known = sorted(columns_of(TABLES[table]), key=housekeeping.__contains__)
    unknown = {column for row in rows for column in row}.difference(known)
    if unknown:
        raise KeyError(f"{table} has no column {sorted(unknown)}")
    text = io.StringIO()
    used = [column for column in known if any(row.get(column) not in ("", None) for row in rows)]
    writer = csv.DictWriter(text, used, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
