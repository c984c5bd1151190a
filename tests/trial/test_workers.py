"""Handing out work to processes, and the file of what is finished."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from leadline.errors import WorkerLost
from leadline.trial.workers import end_last_line, finished_lines, submitting


def lose_a_worker():
    with submitting(1, "") as (submit, completed):
        for future in completed([submit(os.abort)]):
            future.result()


@pytest.mark.slow
def test_a_process_that_is_ended_from_outside_is_said():
    with pytest.raises(WorkerLost, match="what was finished is kept"):
        lose_a_worker()


LONG_WORK = """
import tempfile, time
from leadline.trial.workers import submitting
with submitting(2, "") as (submit, completed):
    work = [submit(tempfile.mkdtemp), *[submit(time.sleep, 300) for _ in range(6)]]
    for future in completed(work):
        print(future.result(), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize("to_all", [True, False], ids=["from the keyboard", "to the first process alone"])
def test_an_interrupted_run_ends_its_processes_at_once_and_leaves_no_file(to_all):
    run = subprocess.Popen(
        [sys.executable, "-c", LONG_WORK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stdout is not None
    made = Path(run.stdout.readline().decode().strip())
    assert made.is_dir()
    sleep(1)  # until both processes are at work
    begun = monotonic()
    (os.killpg if to_all else os.kill)(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)  # to the end of what any process of the run can say
    assert (
        monotonic() - begun < 20
    )  # 0.2 s on a quiet machine; of the 300 s that were begun nothing is waited for
    assert said.count(b"Traceback") == 1  # of the first process, that of the script here
    assert said.rstrip().endswith(b"KeyboardInterrupt")
    assert not made.exists()


def test_a_line_cut_short_is_left_out_and_ended(tmp_path):
    out = tmp_path / "out.jsonl"
    assert finished_lines(out) == []
    end_last_line(out)
    assert not out.exists()
    out.write_text('{"a": 1}\n{"b"', encoding="utf-8")
    assert finished_lines(out) == [{"a": 1}]
    end_last_line(out)
    assert out.read_text("utf-8") == '{"a": 1}\n{"b"\n'


def test_an_empty_file_stays_empty(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("", encoding="utf-8")
    end_last_line(out)
    assert out.read_bytes() == b""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_no_process_outlives_a_run_that_is_killed():
    run = subprocess.Popen(
        [sys.executable, "-c", LONG_WORK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert run.stdout is not None
    scratch = Path(run.stdout.readline().decode().strip()).parent
    run.kill()
    run.communicate(
        timeout=20
    )  # ends when no process of the run is left that could write; they had 300 s to sleep
    shutil.rmtree(scratch)
