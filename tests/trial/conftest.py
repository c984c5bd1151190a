"""A Dask cluster over loopback, for what can run on one."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cluster(tmp_path):
    """The address of a Dask scheduler with one worker, over loopback."""
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    commands = (
        ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        ["worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)],
    )
    started = []
    with (tmp_path / "cluster.log").open("w") as log:
        try:
            for command in commands:
                dask = [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:]]
                started.append(subprocess.Popen(dask, env=environment, stdout=log, stderr=log))
                time.sleep(1)
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(timeout=20)
