"""What a piece of work took: clock, processor and memory, and how the benchmarks print it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

MB = 1024  # ru_maxrss is in KiB on Linux


@dataclass(frozen=True, slots=True)
class Took:
    """Clock and processor in seconds; `peak_mb` is the most memory that the process has held so far."""

    wall_s: float
    cpu_s: float
    peak_mb: float


class Laps:
    """Phases of one process: each lap is what was done since the one before. Processor time counts all threads."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
        show(name, Took(wall - self.wall, cpu - self.cpu, peak))
        self.wall, self.cpu = wall, cpu


def run(*arguments: str) -> Took:
    """A whole process of this interpreter, from its start to its end. A process begins with the peak of the one that
    starts it: so nothing large is done in that one."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(process.returncode)
    return Took(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / MB)


def heading(title: str) -> None:
    sys.stdout.write(f"{title}\n  {'':34}{'clock':>9}{'processor':>12}{'peak':>10}\n")


def show(name: str, took: Took) -> None:
    sys.stdout.write(f"  {name:34}{took.wall_s:7.2f} s{took.cpu_s:10.2f} s{took.peak_mb:7.0f} MB\n")
    sys.stdout.flush()
