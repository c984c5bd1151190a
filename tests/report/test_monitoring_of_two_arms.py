"""The board's report of a trial with controls: nothing by arm in the open part, everything in the closed one."""

from __future__ import annotations

import csv

import pytest

from leadline.casebook import read_casebook
from leadline.report.monitoring import write_monitoring_report
from leadline.trial.monitoring import monitor, read_plan
from tests.trial.monitoring.small_randomised import DESIGN, ON, write_trial

MODELS = {"none": "{model: none}", "bhm": "{model: bhm, centre: control}"}


@pytest.fixture(scope="module", params=MODELS)
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    (folder / "small.yaml").write_text(
        DESIGN.replace("{model: none}", MODELS[request.param]), encoding="utf-8"
    )
    plan = read_plan(folder / "small.yaml")
    found = monitor(plan, read_casebook(write_trial(folder / "book")), on=ON)
    write_monitoring_report(found, folder / "report", formats=("html", "csv", "figures"))
    write_monitoring_report(found, folder / "values", formats=("json",))
    return request.param, folder / "report"


def rows(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


def test_the_open_part_shows_nothing_by_arm(written):
    _, folder = written
    opened = (folder / "open" / "open.html").read_text("utf-8")
    for hidden in ("responded", "Treated less controls", "with the event", "stops at", "posterior"):
        assert hidden not in opened
    assert "nothing by arm" in opened
    assert "Both arms together" in opened
    assert not (folder / "open" / "tables" / "harm_rules.csv").exists()
    accrual = rows(folder / "open" / "tables" / "accrual.csv")
    assert accrual[1:] == [["Arthritis", "5", "5"], ["Lupus", "2", "1"], ["All", "7", "6"]]


def test_the_closed_part_shows_both_arms(written):
    model, folder = written
    closed = (folder / "closed" / "closed.html").read_text("utf-8")
    assert "Arthritis, controls" in closed
    assert "All baskets together, treated" in closed
    standing = rows(folder / "closed" / "tables" / "standing.csv")
    assert standing[1][:3] == ["Arthritis", "2 of 2", "1 of 2"]
    assert standing[2][:3] == ["Lupus", "0 of 1", "no controls"]
    heading = {"none": "Treated less controls, percentage points", "bhm": "Adjusted rate, %"}[model]
    assert standing[0][3].startswith(heading)
    children = rows(folder / "closed" / "tables" / "children.csv")
    by_child = {row[1]: row for row in children[1:]}
    assert by_child["C-1"][3:6] == ["control", "2024-01-25", "none"]
    assert by_child["T-1"][3:6] == ["treated", "2024-01-01", "2024-01-10"]


def test_the_next_look_has_a_line_for_each_number_of_controls(written):
    _, folder = written
    table = rows(folder / "closed" / "tables" / "next_jia.csv")
    assert table[0][0] == "Responders among the 0 controls to come"
    assert [row[0] for row in table[1:]] == ["0"]


def test_each_basket_with_a_harm_rule_of_its_own_counts_those_given_the_cells_and_the_open_part_does_not_say(
    tmp_path,
):
    text = DESIGN.replace("check: child", "check: child, scope: basket").replace("level: 0.2", "level: 0.35")
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    plan = read_plan(tmp_path / "small.yaml")
    found = monitor(plan, read_casebook(write_trial(tmp_path / "book")), on=ON)
    write_monitoring_report(found, tmp_path / "report", formats=("html", "csv", "figures"))
    opened = (tmp_path / "report" / "open" / "open.html").read_text("utf-8")
    assert "with the event" not in opened
    assert "stops at" not in opened
    assert not (tmp_path / "report" / "open" / "figures").exists()
    # With arthritis T-1, T-2, T-3, NO-ARM and OTHER-ARM, one of whom had the event; no control.
    harm = rows(tmp_path / "report" / "closed" / "tables" / "harm.csv")
    assert [row[:3] for row in harm[1:]] == [["Arthritis", "5", "1"], ["Lupus", "1", "0"]]
    assert (tmp_path / "report" / "closed" / "figures" / "harm.svg").exists()
    assert "its children who were given the cells: 1 of 5 children" in " ".join(found.baskets[0].words)


def test_no_folder_is_empty(written):
    """The open part of a trial with controls has no figure."""
    _, report = written
    assert not (report / "open" / "figures").exists()
    assert (report / "closed" / "figures").is_dir()
    assert [path.name for path in (report.parent / "values").iterdir()] == ["monitoring.json"]
    assert all(any(path.iterdir()) for path in report.rglob("*") if path.is_dir())
