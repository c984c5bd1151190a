"""leadline trial rehearse, as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.trial import app
from leadline.errors import OutputExists, RehearsalInvalid
from tests.trial.rehearsal.designs import SMALL


@pytest.fixture
def design_file(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(*arguments):
    typed = ["rehearse", *map(str, arguments), "--workers", "1"]
    return CliRunner().invoke(app, typed, catch_exceptions=False)


@pytest.mark.slow
def test_rehearsals_go_into_a_folder_with_their_report_and_go_on_there(design_file, tmp_path):
    out = tmp_path / "out"
    how = (design_file, "--truth", "null", "--missing", "0.2", "--seed", "4", "--out", out)
    ran = run(*how, "--rehearsals", "2")
    assert "2 rehearsals on invented children" in ran.stdout
    assert "jia: declared a success" in ran.stdout
    assert "2 of 2" in ran.stderr
    assert {path.name for path in out.iterdir()} == {"rehearsals.jsonl", "rehearsal.json", "rehearsal.html"}
    found = json.loads(run(*how, "--rehearsals", "3", "--resume", "--json").stdout)
    assert (found["rehearsals"], found["seed"], found["missing"], found["truth"]) == (3, 4, 0.2, "null")
    assert json.loads((out / "rehearsal.json").read_text("utf-8")) == found
    page = (out / "rehearsal.html").read_text("utf-8")
    assert "3 rehearsals on invented children" in page
    assert "nothing in this report is of a real child" in page
    with pytest.raises(OutputExists):
        run(*how)
    with pytest.raises(RehearsalInvalid, match="other arguments"):
        run(design_file, "--truth", "target", "--out", out, "--resume")


@pytest.mark.slow
def test_intercurrent_events_that_are_asked_for_are_told_and_stand_in_the_report(design_file, tmp_path):
    out = tmp_path / "out"
    asked = "prohibited_drug=0.3,stopped_biologic=0.4"
    ran = run(design_file, "--truth", "target", "--rehearsals", "2", "--intercurrent", asked, "--out", out)
    assert (
        "a drug is taken that the protocol does not permit (30 %), a biologic is stopped (40 %)."
        in ran.stdout
    )
    found = json.loads((out / "rehearsal.json").read_text("utf-8"))["intercurrent"]
    assert [one["event"] for one in found["events"]] == ["prohibited_drug", "stopped_biologic"]
    assert found["rates"] == pytest.approx([0.6 * 0.7, 0.5 * 0.7])  # the stopped biologic changes nothing
    page = (out / "rehearsal.html").read_text("utf-8")
    assert "A biologic is stopped" in page
    assert "treatment policy" in page


def test_to_go_on_needs_a_folder(design_file):
    ran = run(design_file, "--truth", "null", "--resume")
    assert ran.exit_code == 2
    assert "--out" in ran.stderr


def test_a_truth_that_is_none_is_refused(design_file):
    with pytest.raises(RehearsalInvalid, match="--truth"):
        run(design_file, "--truth", "jia=0.5")
