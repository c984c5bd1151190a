"""The command line as a whole: what it does with errors that are nobody's fault."""

import errno
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from leadline.casebook.examples import path
from leadline.cli import main


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_place_that_cannot_be_read_or_written_is_explained_without_a_traceback(monkeypatch, capsys, number):
    def refused():
        raise OSError(number, os.strerror(number), "/somewhere/casebook/visits.csv")

    monkeypatch.setattr(main, "app", refused)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 10
    said = capsys.readouterr().err
    assert said.startswith(f"leadline: visits.csv: {os.strerror(number)}.\nHint: ")
    assert "somewhere" not in said


def test_any_other_fault_keeps_its_traceback(monkeypatch):
    def fault():
        raise OSError(errno.EBADF, "ours")

    monkeypatch.setattr(main, "app", fault)
    with pytest.raises(OSError, match="ours"):
        main.run()


def unread(*arguments, both=False):
    """The exit code, and what is said, where nobody reads the output (or, `both`, what is said either)."""
    command = [sys.executable, "-m", "leadline", *arguments]
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run(
            command, stdout=write, stderr=write if both else subprocess.PIPE, check=False, timeout=60
        )
    finally:
        os.close(write)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],  # little enough to stand in the buffer until the end
        ["protocol", "check", "msc_iv_paediatric", "--json"],
        ["trial", "describe", "--help"],
    ],
)
def test_a_command_whose_output_nobody_reads_ends_quietly(arguments):
    assert unread(*arguments) == (141, b"")


def test_an_error_keeps_its_exit_code_where_nobody_reads_it():
    assert unread("protocol", "check", "nowhere.yaml", both=True)[0] == 50
    assert unread("nonsense")[0] == 2


def test_a_table_whose_reader_goes_away_ends_quietly():
    """Tables are printed by another library, which makes an exit of its own of a closed pipe."""
    assert unread("protocol", "check", "msc_iv_paediatric", str(path("swart2019"))) == (141, b"")


def test_an_interrupted_command_says_so_and_ends_as_the_shell_expects(monkeypatch, capsys):
    def interrupted():
        raise SystemExit(130)  # what typer makes of Ctrl-C

    monkeypatch.setattr(main, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 130
    assert "interrupted; what was finished is kept" in capsys.readouterr().err


@pytest.mark.parametrize("group", [(), ("trial",), ("protocol",), ("evidence",)])
def test_no_sentence_about_a_command_is_cut(group):
    said = CliRunner().invoke(main.app, [*group, "--help"], catch_exceptions=False).stdout
    commands = said.split("COMMAND [ARGS]...", 1)[1]
    assert "check" in commands or "pool" in commands
    assert "..." not in commands
