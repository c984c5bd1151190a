"""Ten thousand invented children from files to report.json and tables, and a million rows checked.

    python benchmarks/casebook.py [CHILDREN [ROWS]]

Each part runs in a process of its own, so that its peak of memory is its own. Making the casebooks is not counted.
Beside the check of a million rows stands what a user would otherwise write: the same files read with pandas, days
and numbers converted, children and visits looked up, units and ranges held against a table. It finds the same kinds
of faults, but says nothing of where they are, and knows no other unit than the stored one. Must hold: 10,000
children under 60 s and 2 GB, 1,000,000 rows under 20 s.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measured import Laps, Took, heading, run, show

ROWS_A_CHILD = 39  # of observations, as the generator makes them


def make(folder: Path, children: str) -> None:
    from leadline.casebook.examples.generate import generate_casebook

    generate_casebook(folder, children=int(children), seed=1)


def make_rows(folder: Path, rows: str) -> None:
    """So many observations, the visits that they name, and nothing measured in the visits themselves."""
    import polars as pl

    make(folder, str(int(rows) // ROWS_A_CHILD + 100))
    observations = pl.read_csv(folder / "observations.csv", infer_schema=False)
    assert observations.height >= int(rows)
    observations.head(int(rows)).write_csv(folder / "observations.csv")
    visits = pl.read_csv(folder / "visits.csv", infer_schema=False)
    visits.select("patient_id", "visit_uid", "visit_date", "visit_kind", "source_ref").write_csv(
        folder / "visits.csv"
    )


def report(folder: Path) -> None:
    """The main way, phase by phase."""
    laps = Laps()
    from leadline.casebook import read_casebook
    from leadline.report import write_report
    from leadline.verdicts import judge

    laps.lap("import")
    casebook = read_casebook(folder)
    laps.lap("read and check")
    findings = judge(casebook)
    laps.lap("judge")
    with tempfile.TemporaryDirectory() as out:
        write_report(findings, Path(out) / "report", formats=("json", "csv"))
        laps.lap("report.json and tables")


def check(folder: Path) -> None:
    from leadline.casebook import check_casebook

    laps = Laps()
    checked = check_casebook(folder)
    assert not checked.total
    laps.lap("leadline: read, check and type")


def check_by_hand(folder: Path) -> None:
    """The like with pandas: the faults of each kind counted, none reported."""
    import pandas as pd

    from leadline.casebook.items import ITEMS

    laps = Laps()
    tables = {file.stem: pd.read_csv(file, dtype=str) for file in sorted(folder.glob("*.csv"))}
    rows, visits = tables["observations"], tables["visits"]
    items = pd.DataFrame(
        {
            "measure": list(ITEMS),
            "low": [item.low for item in ITEMS.values()],
            "high": [item.high for item in ITEMS.values()],
            "stored_unit": [item.unit for item in ITEMS.values()],
        }
    )
    rows = rows.merge(items, on="measure", how="left").merge(
        visits[["visit_uid", "patient_id"]], on="visit_uid", how="left", suffixes=("", "_of_visit")
    )
    value, low, high = (
        pd.to_numeric(rows[name], errors="coerce") for name in ("value_num", "ref_low", "ref_high")
    )
    faults = {
        "unknown item": rows["low"].isna().sum(),
        "unknown child": (~rows["patient_id"].isin(tables["patients"]["patient_id"])).sum(),
        "visit of another child": (rows["patient_id"] != rows["patient_id_of_visit"]).sum(),
        "no number": (value.isna() & rows["value_num"].notna()).sum(),
        "limits the wrong way": (low > high).sum(),
        "out of range": ((value < rows["low"]) | (value > rows["high"])).sum(),
        "another unit": (rows["unit"] != rows["stored_unit"]).sum(),
        "the same twice": rows.duplicated(["patient_id", "visit_uid", "measure", "rater"]).sum(),
    }
    for table in tables.values():
        for name in table.columns:
            if name.endswith("_date"):
                day = table[name].dropna()
                number = day.str.fullmatch(r"D-?\d+")
                pd.to_datetime(day[~number], errors="coerce", format="mixed")
    assert "out of range" in faults
    laps.lap("pandas: read and check by hand")


PARTS = {each.__name__: each for each in (make, make_rows, report, check, check_by_hand)}


def start(name: str, folder: Path, *more: str) -> Took:
    return run(__file__, "--part", name, str(folder), *more)


def part(title: str, names: tuple[str, ...], folder: Path) -> None:
    """Each named part in a process of its own, which shows its phases."""
    heading(title)
    for name in names:
        show(f"{name.replace('_', ' ')}: whole process", start(name, folder))


def main(children: str = "10000", rows: str = "1000000") -> None:
    with tempfile.TemporaryDirectory() as folder:
        of_children, of_rows = Path(folder) / "children", Path(folder) / "rows"
        start("make", of_children, children)
        part(
            f"{int(children):,} children to report.json and tables (60 s, 2,000 MB)", ("report",), of_children
        )
        start("make_rows", of_rows, rows)
        part(f"{int(rows):,} observations checked (20 s)", ("check", "check_by_hand"), of_rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        PARTS[sys.argv[2]](Path(sys.argv[3]), *sys.argv[4:])
    else:
        main(*sys.argv[1:])
