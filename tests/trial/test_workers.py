"""Handing out work to processes, and the file of what is finished."""

import os

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
