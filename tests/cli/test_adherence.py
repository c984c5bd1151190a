"""leadline protocol check PROTOCOL CASEBOOK, as somebody types it."""

import json

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from leadline.casebook.examples import path
from leadline.cli.protocol import app
from leadline.errors import ItemUnknown, OutputExists


def run(*arguments, book="invented", width="100"):
    chosen = ["check", "msc_iv_paediatric", str(path(book)), *map(str, arguments)]
    ran = CliRunner().invoke(app, chosen, catch_exceptions=False, env={"COLUMNS": width})
    assert ran.exit_code == 0
    return ran.stdout


def test_tables_of_deviations_and_of_what_would_document_the_rest():
    said = run()
    assert "Children: how many checks came out how" in said
    assert "abatacept" in said
    assert "what would document it" in said
    assert "To record at Week 12, JIA: Weight; Height;" in said


def test_invented_children_are_said_to_be_invented():
    assert "Invented children: nobody here is real." in run()
    assert "Invented" not in run(book="swart2019")


def test_visits_are_counted_by_what_became_of_them():
    # nobody of wong2021 has a visit in the record; the infusion stands for that of day 0
    lines = run(book="wong2021").splitlines()
    (day_0,) = (line.split() for line in lines if line.startswith("Day 0"))
    assert day_0[:3] == ["Day", "0", "3"]


def test_json_holds_every_check_of_every_child():
    answer = json.loads(run("--json"))
    assert (answer["protocol_id"], len(answer["children"])) == ("msc_iv_paediatric", 12)
    assert answer["children"][0]["eligibility"][0]["evidence"] == [{"table": "patients", "uid": "patients-2"}]


def test_the_day_asked_about_may_be_a_date_or_a_day_number():
    assert json.loads(run("--json", "--on", "2019-06-30"))["on"] == "2019-06-30"
    assert json.loads(run("--json", "--on", "D40"))["on"] == "day 40"


@pytest.mark.parametrize("text", ["soon", "2019-06", "W8"])
def test_what_is_no_single_day_is_refused(text):
    with pytest.raises(ItemUnknown, match="--on"):
        run("--on", text)


def test_the_calendar_file_is_written_and_written_again(tmp_path):
    file = tmp_path / "visits" / "to-come.ics"
    said = run("--ics", file)
    first = file.read_bytes()
    assert f"{len(Calendar.from_ical(first).walk('VEVENT'))} events written" in said
    run("--ics", file)
    assert file.read_bytes() == first
    assert [each.name for each in file.parent.iterdir()] == ["to-come.ics"]


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    with pytest.raises(OutputExists):
        run("--ics", file)
    assert file.read_text() == "mine"


def test_a_calendar_without_an_event_is_not_written(tmp_path):
    file = tmp_path / "none.ics"
    assert "No calendar file" in run("--ics", file, book="wong2021")
    assert not file.exists()
