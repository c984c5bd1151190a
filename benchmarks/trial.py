"""How long trial designs take, against their targets: `python benchmarks/trial.py`.

Each task runs in one process after its imports, nothing compiled; the best of three is printed, each with empty
memories, then its ratio to the target; the processor's time is printed besides, as a busy machine stretches the
clock's. The last line is a whole process, imports included.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from leadline.trial.borrowing import Above, Beta, Mean, Model, Outcomes, exnex, hierarchical
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import CalibratedPowerPrior, weight_table
from leadline.trial.calibration import Control, calibrate
from leadline.trial.describe import describe, standard_scenarios
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy
from leadline.trial.operating import Trial
from leadline.trial.reading import read_design, shipped_design

if TYPE_CHECKING:
    from collections.abc import Callable

CPP = PowerPrior("power_prior", CalibratedPowerPrior("cpp", 2.0, 2.0))


def like(
    count: int, looks: tuple[int, ...], borrowing: Model, *, futility: EarlyRule | None = None
) -> Design:
    baskets = tuple(Basket(f"basket {j}", "sri4", 0.2, 0.5, looks) for j in range(count))
    return Design("benchmark", baskets, Efficacy(0.95), borrowing, futility=futility)


def all_scenarios(design: Design) -> None:
    trial = Trial(design)
    for scenario in standard_scenarios(design):
        trial.operating(scenario)


def decisions(design: Design) -> None:
    trial = Trial(design)
    for scenario in standard_scenarios(design):
        trial.decisions(scenario)


def six_baskets() -> None:
    prior = (Beta(0.5, 0.5),)
    sizes, counts = (19, 10, 26, 8, 14, 7), [[8, 0, 1, 1, 6, 2]]
    baskets = tuple(Basket(f"basket {j}", "sri4", 0.15, 0.45, (n,), prior=prior) for j, n in enumerate(sizes))
    Exchangeability().expect(
        Outcomes(np.array(counts), sizes), baskets=baskets, quantities=[Above((0.15,) * 6), Mean()]
    )


TWO_LOOKS = like(3, (15, 24), CPP, futility=EarlyRule(Basis.PREDICTIVE, 0.1))
EXNEX = ExNex("exnex", (Common(0.0, 2.0, 1.0, 0.5),))
TASKS: list[tuple[str, float, Callable[[], object]]] = [
    ("K = 3, n = 24, CPP, all scenarios", 0.1, lambda: all_scenarios(like(3, (24,), CPP))),
    (
        "K = 4, n = 15, BHM, decisions in all scenarios",
        0.5,
        lambda: decisions(like(4, (15,), Hierarchical("bhm"))),
    ),
    ("K = 4, n = 15, EXNEX, decisions in all scenarios", 0.5, lambda: decisions(like(4, (15,), EXNEX))),
    ("MEM, six baskets, one posterior", 0.05, six_baskets),
    ("K = 3, n = 24, two looks, all scenarios", 0.5, lambda: all_scenarios(TWO_LOOKS)),
    (
        "K = 3, n = 24, strong control",
        2.0,
        lambda: calibrate(like(3, (24,), CPP), level=0.05, control=Control.STRONG),
    ),
    ("describe, three baskets, CPP, two looks", 1.0, lambda: describe(TWO_LOOKS)),
    ("describe, the shipped trial (EXNEX)", 1.0, lambda: describe(read_design(shipped_design("msc_basket")))),
]


REMEMBERED = (
    hierarchical._grid,
    hierarchical._integrals,
    hierarchical.normal_factors,
    exnex._first_or_alone,
    weight_table,
)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def timed(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    for remembered in REMEMBERED:
        remembered.cache_clear()
    start, worked = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - start, time.process_time() - worked


def main() -> None:
    """Run every task."""
    six_baskets()  # the list of 32,768 matrices is made once a process
    for name, target, task in TASKS:
        best, worked = min(timed(task) for _ in range(3))
        ratio = best / target
        say(f"{name:<52} {best:7.3f} s ({worked:7.3f} s)   target {target:5.2f} s   ratio {ratio:5.2f}")
    command = [sys.executable, "-c", "from leadline.cli.trial import app; app()", "describe"]
    start = time.perf_counter()
    subprocess.run([*command, str(shipped_design("cpp_single_stage"))], check=True, capture_output=True)
    say(f"{'whole process: describe, three baskets, one look':<52} {time.perf_counter() - start:7.3f} s")


if __name__ == "__main__":
    main()
