"""How long rehearsals take, against their target: `python benchmarks/rehearsals.py [REHEARSALS] [WORKERS]`.

The target is 1,000 rehearsals of a trial in some 40 children within 10 minutes on two cores, each from charts to
decisions: 1.2 seconds of one processor for one rehearsal. The shipped design (42 children, two looks, the harm rule
after every child) is rehearsed at its target rates, with nothing missing and with a fifth of the visits gone wrong. The
first lines are of one process and say where the time goes; the last are of a whole run, its processes' start included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from leadline.casebook import read_casebook
from leadline.trial.monitoring.monitor import reach
from leadline.trial.rehearsal import agree, ask, rehearse, rehearse_once
from leadline.trial.rehearsal.asked import prepared

TARGET_SECONDS = 1.2  # of one processor, for one rehearsal: 10 minutes on two, for a thousand
ONE_PROCESS = 20


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def one_process(missing: float) -> None:
    """Mean seconds of the processor for one rehearsal, its tables made before."""
    asked = ask("msc_basket", truth="target", missing=missing)
    rehearse_once(asked, 0)
    start = time.process_time()
    for number in range(1, ONE_PROCESS + 1):
        rehearse_once(asked, number)
    each = (time.process_time() - start) / ONE_PROCESS
    name = f"one rehearsal, {missing:.0%} of the visits gone wrong"
    say(
        f"{name:<52} {each:6.3f} s of the processor   target {TARGET_SECONDS:.1f} s   ratio {each / TARGET_SECONDS:.2f}"
    )


def last_look() -> None:
    """Where the time of a look goes: reading the casebook, making its cases, judging and deciding."""
    asked = ask("msc_basket", truth="jia=1,csle=1,mctd=1", harm_rate=0.0)
    ready = prepared(asked)
    with tempfile.TemporaryDirectory() as folder:
        rehearse_once(asked, 1, folder)
        look = max(path for path in (Path(folder) / "rehearsal-00001").iterdir())
        on = date.fromisoformat(look.name[:10])
        read_casebook(look)
        start = time.process_time()
        casebook = read_casebook(look)
        read = time.process_time()
        cases = list(casebook.cases())
        made = time.process_time()
        reach(ready.plan, casebook, on=on, trial=ready.trial)
        decided = time.process_time()
    say(
        f"last look at {len(cases)} children: reading {read - start:.3f} s, cases {made - read:.3f} s, "
        f"judging and deciding {decided - made:.3f} s"
    )


def whole_run(rehearsals: int, workers: int) -> None:
    """Seconds by the clock for many, and what they showed."""
    asked = ask("msc_basket", truth="target")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        out = Path(folder) / "rehearsals.jsonl"
        rows = [row for _, row in rehearse(asked, rehearsals=rehearsals, out=out, workers=workers)]
        took = time.perf_counter() - start
    found = agree(asked, rows)
    target = rehearsals * TARGET_SECONDS / 2
    say(
        f"{rehearsals} rehearsals, {workers} processes: {took:.1f} s by the clock   target {target:.0f} s on two cores"
    )
    say(
        f"ended as by the truth {found.same:.1%}; judged otherwise than is true {found.misjudged} of {found.judged}"
    )
    for one in found.numbers:
        if one.z is not None:
            name = f"{one.of} {one.title}".strip()
            say(f"  {name:<44} {one.charts:8.4f} ± {one.se:.4f}   exact {one.exact:8.4f}   z {one.z:+.2f}")


if __name__ == "__main__":
    one_process(0.0)
    one_process(0.2)
    last_look()
    arguments = [int(argument) for argument in sys.argv[1:]]
    whole_run(*(arguments + [40, 2][len(arguments) :]))
