"""Handing out work: to local processes or to a Dask cluster, and a file of finished lines that a later run adds to.

Each finished piece of work is one line of JSON, written at once, so that what was done before an interruption is not
done again.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any

from leadline.errors import ClusterUnreachable, WorkerLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    Row = dict[str, Any]
    Submit = Callable[..., Future[Row]]
    Completed = Callable[[list[Future[Row]]], Iterable[Future[Row]]]

ANSWER_WITHIN_SECONDS = 10
"""How long a cluster may take to answer before it is said not to."""


@contextmanager
def submitting(workers: int, scheduler: str) -> Iterator[tuple[Submit, Completed]]:
    """How to hand out work and how to wait for it: `workers` local processes, or a cluster by its address.

    raises ClusterUnreachable when nobody answers at the address, or the packages for a cluster are not installed;
           WorkerLost when a local process does not come back
    """
    if not scheduler:
        with _local(workers) as pool:
            yield pool.submit, as_completed
        return
    with _client(scheduler) as client:
        from distributed import as_completed as as_finished

        yield (lambda *work: client.submit(*work, pure=False, retries=3)), as_finished


@contextmanager
def _local(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Local processes. An interrupted run ends them at once, with what they have begun, and clears away the temporary
    files that they leave."""
    others = set(active_children())
    with (
        tempfile.TemporaryDirectory(prefix="leadline-work-") as scratch,
        # Spawned, not forked: a fork copies the threads of the numerical libraries half.
        ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(scratch,)
        ) as pool,
    ):
        try:
            yield pool
        except BrokenProcessPool:
            raise WorkerLost(
                "A local process was ended from outside, or ran out of memory; what was finished is kept",
                hint="Go on from there by the same command (a rehearsal: with --resume), with fewer --workers.",
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(active_children()) - others:
                process.terminate()
            raise


def _begin(scratch: str) -> None:
    """The processes share the cores; threads of the libraries inside each would only get in each other's way. Ctrl-C
    reaches them, too: it is the first process that ends them."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    Thread(target=_end_with_the_first_process, daemon=True).start()


def _end_with_the_first_process() -> None:
    """One that is killed outright tells nobody."""
    first = parent_process()
    if first is not None:
        first.join()
        os._exit(1)


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterUnreachable(
            "--scheduler: the packages for a Dask cluster are not installed",
            hint="Install leadline[cluster], or leave --scheduler out for local processes.",
        ) from None
    try:
        client = Client(scheduler, timeout=ANSWER_WITHIN_SECONDS)
    except (OSError, ValueError):
        raise ClusterUnreachable(
            f"--scheduler: nobody answers at '{scheduler[:80]}'",
            hint="Give the address of a running Dask scheduler, as tcp://127.0.0.1:8786.",
        ) from None
    with client:
        yield client


def finished_lines(out: Path) -> list[Row]:
    """What stands in the file; a line cut short by an interruption is left out, one of something else is empty."""
    if not out.exists():
        return []
    rows = []
    for line in out.read_text("utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        rows.append(row if isinstance(row, dict) else {})
    return rows


def end_last_line(out: Path) -> None:
    """After an interruption the last line may be cut short; the next one must not be written onto it."""
    if out.exists() and out.stat().st_size and not out.read_bytes().endswith(b"\n"):
        with out.open("ab") as lines:
            lines.write(b"\n")
