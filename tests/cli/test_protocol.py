"""leadline protocol, as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.protocol import app
from leadline.errors import ProtocolInvalid
from leadline.protocol.reading import parse_protocol
from tests.protocol.edits import SHIPPED, edited


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def too_much(tmp_path):
    path = tmp_path / "too_much.yaml"
    path.write_text(
        edited(("per_kg: {value: 2,", "per_kg: {value: 5,"), ('version: "1.0"', 'version: "1.1"')), "utf-8"
    )
    return path


def test_check_lists_what_the_centre_has_to_fill_in():
    ran = run("check", "msc_iv_paediatric")
    assert ran.exit_code == 0
    assert "No contradictions." in ran.stdout
    assert "For the centre to fill in: 14" in ran.stdout
    assert "template for local ethical and regulatory review" in ran.stdout


def test_check_tells_a_contradiction_with_its_line_and_exit_code(too_much):
    ran = run("check", too_much)
    line = SHIPPED[: SHIPPED.index("per_kg: {value: 2")].count("\n") + 1
    assert ran.exit_code == 51
    assert (
        f"too_much.yaml, line {line}, dose.per_kg: the planned dose is 5 million cells per kg" in ran.stdout
    )
    assert "To do: plan a dose within the product's limits" in ran.stdout


def test_check_answers_in_json(too_much):
    ran = run("check", too_much, "--json")
    answer = json.loads(ran.stdout)
    assert ran.exit_code == 51
    assert (answer["protocol"], answer["version"]) == ("msc_iv_paediatric", "1.1")
    assert [each["key"] for each in answer["contradictions"]] == ["dose.per_kg"]
    assert len(answer["open_figures"]) == 14


def test_check_says_what_rests_on_no_source_that_was_read():
    """Counted in the file, beside each visit, rule, figure and window; two lists are said once and used again."""
    answer = json.loads(run("check", "msc_iv_paediatric", "--json").stdout)
    keys = [each["key"] for each in answer["provisional"]]
    assert "observation" in keys
    assert "dose.tolerance" in keys
    assert "dose.per_kg" not in keys  # Swart 2019
    assert "release.rules[1].limit" not in keys  # viability: read in three papers
    named_once = SHIPPED.count("practice]") + SHIPPED.count("practice, project]")
    assert len(keys) == named_once
    assert f"Provisional: {named_once} parts" in run("check", "msc_iv_paediatric").stdout


def test_check_refuses_a_file_that_is_no_protocol(tmp_path):
    path = tmp_path / "faulty.yaml"
    path.write_text(edited(("visit: week_24", "visit: week_99")), "utf-8")
    with pytest.raises(ProtocolInvalid, match=r"faulty.yaml, line \d+, objectives\[0\].estimand.visit"):
        run("check", path)


def test_the_example_is_a_protocol():
    assert parse_protocol(run("check", "--example").stdout, name="example")[0].id == "msc_iv_paediatric"


def test_check_asks_for_a_protocol():
    assert run("check").exit_code == 2


def test_a_calendar_and_a_day_are_of_a_casebook(tmp_path):
    for option in (("--ics", tmp_path / "visits.ics"), ("--on", "2026-03-02")):
        ran = run("check", "msc_iv_paediatric", *option)
        assert (ran.exit_code, "--ics and --on" in ran.stderr) == (2, True)


def test_diff_says_what_changes(too_much):
    ran = run("diff", "msc_iv_paediatric", too_much)
    assert ran.exit_code == 0
    assert "The dose per kg rises from 2 to 5 million cells per kg." in ran.stdout
    assert "The version changes from 1.0 to 1.1." in ran.stdout
    assert "a version of its own" not in ran.stdout


def test_diff_of_a_version_with_itself_says_that_both_mean_the_same():
    assert "Both versions mean the same." in run("diff", "msc_iv_paediatric", "msc_iv_paediatric").stdout


def test_diff_warns_of_an_amendment_without_a_version(tmp_path):
    path = tmp_path / "same_version.yaml"
    path.write_text(edited(("per_kg: {value: 2,", "per_kg: {value: 3,")), "utf-8")
    assert "an amendment needs a version of its own" in run("diff", "msc_iv_paediatric", path).stdout


def test_diff_names_the_children_that_it_touches(too_much, tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "patients.csv").write_text("patient_id,diagnosis\nINV-01,jia\n", "utf-8")
    (folder / "infusions.csv").write_text(
        "patient_id,infusion_no,infusion_start,dose_cells_per_kg,dose_basis\nINV-01,1,2024-03-04,2,viable\n",
        "utf-8",
    )
    ran = run("diff", "msc_iv_paediatric", too_much, "--casebook", folder)
    assert "The amendment touches 1 of 1 children." in ran.stdout
    assert "infusion 1: Dose as planned: as written -> minor deviation" in ran.stdout
    answer = json.loads(run("diff", "msc_iv_paediatric", too_much, "--casebook", folder, "--json").stdout)
    assert answer["new"] == {"protocol": "msc_iv_paediatric", "version": "1.1"}
    assert [each["path"] for each in answer["amendments"]] == [["version"], ["dose", "per_kg"]]
    assert answer["children"][0]["touched"] == [
        {
            "about": "infusion 1",
            "title": "Dose as planned",
            "before": "as written",
            "after": "minor deviation",
        }
    ]
