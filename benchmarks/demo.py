"""How long `leadline demo` takes, without setting up: `python benchmarks/demo.py`.

The whole process first, twice: the second finds its modules compiled and its fonts listed, as every run but the
first on a machine does. Then its phases, in one process. Must hold: under 10 s.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from measured import Laps, heading, run, show

DEMO = """
import contextlib, io, sys
from leadline.cli.main import run
sys.argv = ["leadline", "demo", "--force", "--out", sys.argv[1]]
with contextlib.redirect_stdout(io.StringIO()):
    run()
"""


def phases(folder: Path) -> None:
    laps = Laps()
    from leadline.casebook import read_casebook
    from leadline.casebook.examples import path
    from leadline.report import write_report
    from leadline.verdicts import judge

    laps.lap("import")
    for name in ("swart2019", "wong2021"):
        findings = judge(read_casebook(path(name)))
        laps.lap(f"{name}: read and judge")
        write_report(findings, folder / name, formats=("json", "csv"))
        laps.lap(f"{name}: report.json and tables")
        write_report(findings, folder / name, formats=("figures",))
        laps.lap(f"{name}: figures alone")
        write_report(findings, folder / name)
        laps.lap(f"{name}: everything")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        heading("leadline demo: two casebooks, nine children (must be under 10 s)")
        for name in ("whole process", "whole process, again"):
            show(name, run("-c", DEMO, f"{folder}/whole"))
        phases(Path(folder) / "phases")


if __name__ == "__main__":
    main()
