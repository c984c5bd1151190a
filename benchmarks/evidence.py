"""How long the MAP prior of eight studies takes, and how exact it is.

    python benchmarks/evidence.py

In process: the first call (which imports scipy.special) and the middle of nine more. Whole process: a new
interpreter that imports, computes and prints. Error: against the same integrals at about twice the nodes in every
direction, over mean, standard deviation and three quantiles. Must hold: under 0.5 s, error below 1e-8.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from leadline.evidence.posterior import Fineness
from leadline.evidence.priors import MapPrior, map_prior

# Ankylosing spondylitis, controls of eight trials (Baeten D et al. Lancet 2013;382:1705-1713).
EVENTS = (23, 12, 19, 9, 39, 6, 9, 10)
N = (107, 44, 51, 39, 139, 20, 78, 35)
FINER = Fineness(tau=16, mu=72, effect=40, density=24, convolution=72)

WHOLE = f"""
from leadline.evidence.priors import map_prior
prior = map_prior({EVENTS}, {N})
print(prior.mean, prior.sd, prior.quantile(0.025), prior.quantile(0.5), prior.quantile(0.975))
"""


def numbers(prior: MapPrior) -> list[float]:
    """What a report prints of a prior."""
    return [prior.mean, prior.sd, *(prior.quantile(q) for q in (0.025, 0.5, 0.975))]


def seconds() -> float:
    """One prior with its numbers."""
    start = time.perf_counter()
    numbers(map_prior(EVENTS, N))
    return time.perf_counter() - start


def whole_process() -> float:
    """One prior in a new interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", WHOLE], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    first, again = seconds(), [seconds() for _ in range(9)]
    found, finer = numbers(map_prior(EVENTS, N)), numbers(map_prior(EVENTS, N, fineness=FINER))
    error = max(abs(a - b) for a, b in zip(found, finer, strict=True))
    whole = [whole_process() for _ in range(5)]
    sys.stdout.write(
        "MAP prior of eight studies: mean, sd, 2.5 %, 50 %, 97.5 %\n"
        f"  {'  '.join(f'{number:.9f}' for number in found)}\n"
        f"  in process     first {first:.3f} s, then {statistics.median(again):.3f} s (must be under 0.5)\n"
        f"  whole process  {statistics.median(whole):.3f} s\n"
        f"  error          {error:.1e} (must be below 1e-8)\n"
    )


if __name__ == "__main__":
    main()
