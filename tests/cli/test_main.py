"""The command line as a whole: what it does with errors that are nobody's fault."""

import errno
import os

import pytest

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
