"""What exact decisions cost against the number of baskets K and of children n: `python benchmarks/trial_cost.py`.

A design with one look at K like baskets of n children is decided under every standard scenario, each design in a
process of its own: seconds of the processor after the imports, and the most memory that the process has held. The
values are written to docs/assets/trial_cost.csv and drawn as docs/assets/trial_cost.svg; with `--draw` the values that
lie there are drawn again. A design that takes more than 40 seconds of the processor is left out. With
OPENBLAS_NUM_THREADS=1 no thread waits for another, which would count as work.
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from dataclasses import asdict, dataclass, fields
from itertools import count, product
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from trial import CPP, EXNEX, decisions, like

from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.exact_range import MOST_OUTCOMES, outcome_count

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

ASSETS = Path(__file__).parents[1] / "docs" / "assets"
MODELS, BASKETS, CHILDREN = ("CPP", "MEM", "BHM", "EXNEX"), (2, 3, 4, 5), (6, 12, 18, 24)
MOST_S = 40
MOST_MB = 1024  # the target
LEAST = 0.001  # seconds; the processor's clock tells no less, and a logarithmic scale has no zero
KIB = 1024  # ru_maxrss is in KiB on Linux
LOOKS = {2: ("o", "#8c8c8c"), 3: ("s", "#7da3c7"), 4: ("^", "#1f4e79"), 5: ("D", "#1b1b1b")}
"""Marker and colour of each number of baskets."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One design: what it took, and the most children a basket for which so many like baskets are exact."""

    model: str
    baskets: int
    children_per_basket: int
    outcomes: int
    processor_s: float
    peak_mb: int
    exact_up_to: int


NAMES = [one.name for one in fields(Cost)]


def measure(model: str, baskets: int, children: int) -> Cost:
    """In this process, which has done nothing before."""
    models = {"CPP": CPP, "BHM": Hierarchical("bhm"), "EXNEX": EXNEX, "MEM": Exchangeability()}
    design = like(baskets, (children,), models[model])
    start = time.process_time()
    decisions(design)
    took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB
    larger = (like(baskets, (n + 1,), models[model]) for n in count(children))
    exact = next(n for n, one in enumerate(larger, children) if outcome_count(one) > MOST_OUTCOMES)
    return Cost(model, baskets, children, outcome_count(design), round(took, 5), peak, exact)


def measured() -> list[Cost]:
    """Every design in a process of its own, which begins with the imports done."""
    return [
        found for one in product(MODELS, BASKETS, CHILDREN) if (found := in_own_process(*one)) is not None
    ]


def in_own_process(model: str, baskets: int, children: int) -> Cost | None:
    """None for a design that takes too long."""
    fork = get_context("fork")
    receive, send = fork.Pipe(duplex=False)
    process = fork.Process(target=_send, args=(send, model, baskets, children))
    process.start()
    send.close()
    try:
        found = receive.recv()
    except EOFError:
        found = None
    process.join()
    sys.stdout.write(f"{model}, K = {baskets}, n = {children}: {found or 'left out'}\n")
    sys.stdout.flush()
    return found


def _send(to: Connection, model: str, baskets: int, children: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_S, MOST_S))
    to.send(measure(model, baskets, children))


def cost(row: dict[str, str]) -> Cost:
    """From a row of the file."""
    baskets, children, outcomes, peak, exact = (
        int(row[name]) for name in ("baskets", "children_per_basket", "outcomes", "peak_mb", "exact_up_to")
    )
    return Cost(row["model"], baskets, children, outcomes, float(row["processor_s"]), peak, exact)


def write(found: list[Cost], path: Path) -> None:
    """The values, as they were measured."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, found))


def read(path: Path) -> list[Cost]:
    """The values that were measured."""
    with path.open(encoding="utf-8", newline="") as file:
        return [cost(row) for row in csv.DictReader(file)]


def draw(found: list[Cost], path: Path) -> None:
    """A column a model; above seconds of the processor, below memory; a line a number of baskets."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    look: dict[RcKeyType, str | float] = {
        "svg.hashsalt": "leadline",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 8,
    }
    with mpl.rc_context(look):
        figure = Figure(figsize=(8.2, 4.7), facecolor="white")
        axes = figure.subplots(2, len(MODELS), sharex=True, sharey="row")
        for column, model in enumerate(MODELS):
            own = [one for one in found if one.model == model]
            lines(axes[0][column], own, "processor_s")
            lines(axes[1][column], own, "peak_mb")
            axes[0][column].set_title(model, fontsize=9, fontweight="bold")
        axes[0][0].set_ylabel("Seconds of the processor")
        axes[1][0].set_ylabel("Most memory, MB")
        for panel in axes[1]:
            panel.axhline(MOST_MB, color="#8c8c8c", linewidth=0.8, linestyle="--")
        axes[1][0].text(4.4, 1.1 * MOST_MB, "1 GB", fontsize=7, color="#595959")
        figure.supxlabel("Children in each basket, n", fontsize=8, y=0.1)
        labels = {one.baskets: f"K = {one.baskets}, exact to n = {one.exact_up_to:,}" for one in found}
        handles, _ = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels.values(), loc="lower center", ncols=4, frameon=False, fontsize=8)
        figure.subplots_adjust(left=0.08, right=0.99, top=0.94, bottom=0.19, wspace=0.08, hspace=0.1)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def lines(axes: Axes, found: list[Cost], name: str) -> None:
    """One panel: a line a number of baskets."""
    for baskets, (marker, color) in LOOKS.items():
        own = [one for one in found if one.baskets == baskets]
        axes.plot(
            [one.children_per_basket for one in own],
            [max(getattr(one, name), LEAST) for one in own],
            marker=marker,
            color=color,
            markersize=4,
            linewidth=1.2,
            label=f"K = {baskets}",
        )
    axes.set_yscale("log")
    axes.set_xticks(CHILDREN)
    axes.set_xlim(4, 26)
    axes.grid(visible=True, which="major", color="#e4e4e4", linewidth=0.5)
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Measures, unless it is to draw alone, and draws."""
    values = ASSETS / "trial_cost.csv"
    if "--draw" not in sys.argv:
        write(measured(), values)
    draw(read(values), ASSETS / "trial_cost.svg")


if __name__ == "__main__":
    main()
