"""How long it takes to monitor a trial, against its target: `python benchmarks/monitoring.py`.

A whole process is timed, from its start to its end: 60 invented children with their visits, drugs and adverse events
are read from files, judged, and held against the shipped design. The best of three is printed; the processor's time
stands besides, as a busy machine stretches the clock's.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from measured import heading, run, show

from leadline.trial.rehearsal.asked import Prepared, ask
from leadline.trial.rehearsal.charts import draw_chart
from leadline.trial.rehearsal.writing import Followed, write_casebook

CHILDREN = (26, 20, 14)  # of the shipped design's three baskets: more than it plans
FIRST, APART, ON = date(2023, 1, 9), 9, date(2025, 3, 31)
TARGET_S = 3.0


def write_children(folder: Path) -> Path:
    """60 children whose infusions are nine days apart, the last with their visits still to come."""
    ready = Prepared(ask("msc_basket", truth="target", missing=0.1, seed=1))
    turns = sorted((n / total, basket) for basket, total in enumerate(CHILDREN) for n in range(total))
    followed = []
    for place, (_, basket) in enumerate(turns):
        chart = draw_chart(
            np.random.default_rng([1, place]),
            f"CHILD-{place + 1:02}",
            ready.responders[basket],
            ready.settings[basket],
            responds=place % 3 > 0,
            harm_day=5 if place % 15 == 7 else None,
        )
        followed.append(Followed(chart, FIRST.toordinal() + place * APART))
    seen = [child for child in followed if child.infused <= ON.toordinal()]
    return write_casebook(folder, seen, on=ON.toordinal(), protocol=ready.plan.protocol, title="60 children")


def main() -> int:
    """The exit code tells a missed target."""
    with tempfile.TemporaryDirectory() as name:
        book = write_children(Path(name) / "book")
        heading("60 children, whole process")
        command = ("-m", "leadline", "trial", "monitor", "msc_basket", str(book), "--on", ON.isoformat())
        took = [run("-c", _quiet(command)) for _ in range(3)]
    best = min(took, key=lambda one: one.wall_s)
    show("leadline trial monitor", best)
    sys.stdout.write(f"  target {TARGET_S:g} s; {best.wall_s / TARGET_S:.2f} of it\n")
    return int(best.wall_s > TARGET_S)


def _quiet(command: tuple[str, ...]) -> str:
    """The command in a process that prints nothing."""
    arguments = repr(["leadline", *command[2:]])
    return (
        "import os, sys; from leadline.cli.main import run; "
        f"sys.argv = {arguments}; sys.stdout = open(os.devnull, 'w'); run()"
    )


if __name__ == "__main__":
    sys.exit(main())
