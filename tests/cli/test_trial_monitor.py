"""leadline trial freeze and monitor, as somebody types them."""

from __future__ import annotations

import json

import jsonschema
import pytest
from typer.testing import CliRunner

from leadline.cli.trial import app
from leadline.errors import LockDiffers, LockInvalid, OutputExists
from leadline.report.monitoring.writing import json_schema, schema_path
from tests.trial.monitoring.small_trial import DESIGN, write_trial


@pytest.fixture
def trial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(DESIGN, encoding="utf-8")
    write_trial(tmp_path / "book")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_design_is_frozen_and_monitored_against_its_lock(trial):
    assert "Protocol msc_iv_paediatric 1.0" in run("freeze", "small.yaml").stdout
    said = run("monitor", "small.yaml", "book", "--lock", "small.lock.json", "--on", "2024-12-31").stdout
    assert "Arthritis: go on" in said
    assert "Infused: 4; response known of 3, and 2 responded." in said
    found = json.loads(
        run(
            "monitor", "small.yaml", "book", "--lock", "small.lock.json", "--on", "2024-12-31", "--json"
        ).stdout
    )
    assert found["lock"] == json.loads((trial / "small.lock.json").read_text("utf-8"))["sha256"]
    with pytest.raises(OutputExists):
        run("freeze", "small.yaml")
    assert run("freeze", "small.yaml", "--force").exit_code == 0


def test_another_design_and_an_edited_lock_are_refused(trial):
    run("freeze", "small.yaml")
    (trial / "small.yaml").write_text(DESIGN.replace("posterior: 0.9", "posterior: 0.8"), encoding="utf-8")
    with pytest.raises(LockDiffers, match=r"design.efficacy.posterior: frozen 0.9, found 0.8"):
        run("monitor", "small.yaml", "book", "--lock", "small.lock.json")
    lock = trial / "small.lock.json"
    lock.write_text(lock.read_text("utf-8").replace('"posterior": 0.9', '"posterior": 0.8'), encoding="utf-8")
    with pytest.raises(LockInvalid, match="the design"):
        run("monitor", "small.yaml", "book", "--lock", "small.lock.json")
    assert (LockInvalid.exit_code, LockDiffers.exit_code) == (42, 43)


def test_the_report_has_an_open_part_that_shows_no_response(trial):
    run("monitor", "small.yaml", "book", "--on", "2024-12-31", "--out", "board", "--formats", "html,csv")
    names = {
        str(path.relative_to(trial / "board")) for path in (trial / "board").rglob("*") if path.is_file()
    }
    assert {"monitoring.json", "open/open.html", "closed/closed.html", "closed/tables/standing.csv"} <= names
    opened = (trial / "board/open/open.html").read_text("utf-8")
    closed = (trial / "board/closed/closed.html").read_text("utf-8")
    for word in ("responded", "success", "null rate", "posterior probability"):
        assert word not in opened.split("<body")[1]
    assert "2 of 3 responded" in closed or "responded" in closed
    for part in (opened, closed):
        assert "INVENTED DATA" in part
    assert "Children infused" in opened
    found = json.loads((trial / "board/monitoring.json").read_text("utf-8"))
    jsonschema.validate(found, json.loads(schema_path().read_text("utf-8")))


def test_the_shipped_schema_is_that_of_the_values():
    assert json.loads(schema_path().read_text("utf-8")) == json_schema()
