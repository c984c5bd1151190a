"""leadline demo, report and missing: what a user sees, and where it lies."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from leadline.casebook.examples import path
from leadline.cli.main import app


def run(*arguments: object):
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def test_report_prints_the_claims_in_words_and_the_place_of_each_file(tmp_path):
    result = run("report", path("wong2021"), "--out", tmp_path / "out", "--formats", "csv")
    assert result.exit_code == 0
    assert "○ reported only" in result.output
    assert "reported_only" not in result.output
    assert str(tmp_path / "out/report.json") in result.output
    assert f"{tmp_path / 'out/tables'} (" in result.output


def test_report_answers_a_machine_in_ids(tmp_path):
    result = run("report", path("wong2021"), "--out", tmp_path / "out", "--formats", "json", "--json")
    answer = json.loads(result.output)
    assert {claim["finding"] for claim in answer["claims"]} == {"reported_only"}
    assert answer["written"] == [str(tmp_path / "out/report.json")]


def test_missing_says_what_to_record_for_which_criterion():
    result = run("missing", path("wong2021"))
    assert result.exit_code == 0
    assert "BILAG-2004" in result.output
    assert "SRI-4" in result.output


def test_missing_answers_a_machine_open_windows_first():
    records = json.loads(run("missing", path("invented"), "--json").output)["missing"]
    flags = [record["open"] for record in records]
    assert flags == sorted(flags, reverse=True)
    assert {True, False} == set(flags)
    assert all(record["record"] for record in records)


def test_missing_on_a_late_day_finds_no_window_open_where_the_infusion_is_dated():
    from leadline.errors import ItemUnknown

    records = json.loads(run("missing", path("invented"), "--on", "2199-01-01", "--json").output)["missing"]
    assert {record["open"] for record in records if record["first_date"]} <= {False}
    with pytest.raises(ItemUnknown, match="next spring"):
        run("missing", path("invented"), "--on", "next spring")


@pytest.mark.slow
def test_demo_reports_the_two_published_casebooks(tmp_path):
    result = run("demo", "--out", tmp_path / "demo")
    assert result.exit_code == 0
    for name in ("swart2019", "wong2021"):
        for file in ("report.html", "report.pdf", "report.docx", "report.json"):
            assert (tmp_path / "demo" / name / file).stat().st_size > 10_000
            assert str(tmp_path / "demo" / name / file) in result.output
