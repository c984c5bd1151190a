"""leadline demo, report and missing: what a user sees, and where it lies."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from leadline.casebook.examples import path
from leadline.cli.main import app
from leadline.errors import LeadlineError


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


@pytest.mark.parametrize(
    ("kind", "options", "warned"),
    [("clinical", (), True), ("clinical", ("--internal",), False), ("invented", (), False)],
)
def test_report_says_that_the_terms_of_events_stand_as_the_chart_has_them(tmp_path, kind, options, warned):
    tables = {
        "about": f"key,value\nkind,{kind}",
        "patients": "patient_id,diagnosis,publication_permission\nCHILD-01,jia,yes",
        "infusions": "patient_id,infusion_no,infusion_start\nCHILD-01,1,2019-03-14",
        "adverse_events": "patient_id,term_text,start_date\nCHILD-01,fever,2019-03-14\nCHILD-01,rash,2019-03-15",
    }
    (tmp_path / "book").mkdir()
    for name, text in tables.items():
        (tmp_path / "book" / f"{name}.csv").write_text(text)
    result = run("report", tmp_path / "book", "--out", tmp_path / "out", "--formats", "json", *options)
    assert result.exit_code == 0
    assert ("2 adverse events are called in the report as the chart does" in result.output) is warned


def test_missing_says_what_to_record_for_which_criterion():
    result = run("missing", path("invented"))
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


def test_a_null_rate_of_the_users_own_gives_the_probability_of_the_published_series(tmp_path):
    # 0.49 (JIA) x 17/39 (SLE, PLUTO placebo) x 0.30 (MCTD, chosen) = 0.0641, as verdicts 9.8 has it
    nulls = ("--null", "jia=0.49", "--null", "mctd=0.3")
    run("report", path("wong2021"), "--out", tmp_path / "out", "--formats", "json", *nulls)
    series = json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))["series"]
    assert series["null_comparisons"][0]["probability_at_least"] == pytest.approx(0.064, abs=0.0005)


@pytest.mark.parametrize("given", ["mctd=1.3", "gout=0.3", "jia=N999", "mctd"])
def test_a_null_rate_that_is_none_is_an_error_and_writes_nothing(tmp_path, given):
    with pytest.raises(LeadlineError):
        run("report", path("wong2021"), "--out", tmp_path / "out", "--null", given)
    assert not (tmp_path / "out").exists()


def test_missing_asks_for_nothing_more_of_a_published_series():
    assert "No window is open" in run("missing", path("wong2021")).output
