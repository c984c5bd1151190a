"""Random accrual in the report of a design: the plan and the chance stand side by side, each with its error."""

import csv
import json
import zipfile

import jsonschema
import pytest
from typer.testing import CliRunner

from leadline.cli.trial import app
from leadline.report.blocks import Table
from leadline.report.design.machine import schema_path
from leadline.report.design.results import design_results
from leadline.report.design.tables import all_tables
from leadline.report.design.writing import write_design_report
from leadline.trial.accrual import Courses
from leadline.trial.describe import describe
from leadline.trial.reading import parse_design

TEXT = """\
title: Two baskets
baskets:
  - {id: jia, name: Arthritis, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [5, 10]}
  - {id: sle, name: Lupus, responder: sri4, null_rate: 0.4, target_rate: 0.8, looks: [4, 8]}
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}}
efficacy: {posterior: 0.95}
futility: {by: posterior, cutoff: 0.3, above: target_rate}
accrual: {children_per_month: [0.5, 0.4], look_months: [12.5, 24], response_months: 4}
"""


@pytest.fixture(scope="module")
def report():
    return describe(parse_design(TEXT, name="two.yaml"), courses=Courses(40, seed=7))


def table(report, name):
    return next(one for one in all_tables(report) if one.name == name)


def test_the_tables_set_the_mean_over_the_courses_and_its_error_beside_the_plan(report):
    first = table(report, "accrual_errors").rows[0]
    planned, mean, error = report.scenarios[0], report.accrual.scenarios[0], report.accrual.standard_errors[0]
    assert first == (
        "No basket responds",
        f"{100 * planned.family_wise_error:.2f}",
        f"{100 * mean.family_wise_error:.2f}",
        f"{100 * error.family_wise_error:.2f}",
        f"{planned.children[0] + planned.children[1]:.1f}",
        f"{mean.children[0] + mean.children[1]:.1f}",
        f"{error.children[0] + error.children[1]:.1f}",
    )
    assert len(table(report, "accrual_by_basket").rows) == 4 * 2
    looks = table(report, "accrual_looks").rows
    assert [row[:4] for row in looks] == [
        ("Arthritis", "1", "12.5", "5"),
        ("Lupus", "1", "12.5", "4"),
        ("Arthritis", "2", "24", "10"),
        ("Lupus", "2", "24", "8"),
    ]
    worst = table(report, "accrual_worst").rows
    assert [row[0] for row in worst] == ["Every basket", "Arthritis", "Lupus"]
    assert worst[0][3:5] == (
        f"{100 * report.worst[0].error:.2f}",
        f"{100 * report.accrual.worst[0].family_wise_error:.2f}",
    )
    for name in ("accrual_errors", "accrual_worst", "accrual_by_basket", "accrual_looks"):
        titles = [column.heading for column in table(report, name).columns]
        assert len(set(titles)) == len(titles)  # a CSV file has them as its first line


def test_every_document_has_the_section_and_the_statistical_one_says_what_was_drawn(report, tmp_path):
    folder = write_design_report(report, tmp_path / "out", formats=["html", "docx", "csv"]).folder
    page = (folder / "design.html").read_text("utf-8")
    with zipfile.ZipFile(folder / "design.docx") as docx:
        text = docx.read("word/document.xml").decode("utf-8")
    for document in (page, text):
        assert "If accrual is random" in document
        assert document.count("40 courses of accrual were drawn (seed 7)") == 2
        assert "nothing but the courses of accrual is simulated" in document
    with (folder / "tables" / "accrual_looks.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 4
    plain = json.loads((folder / "design.json").read_text("utf-8"))
    jsonschema.validate(plain, json.loads(schema_path().read_text("utf-8")))
    assert plain["accrual"]["courses"] == 40
    assert plain["design"]["accrual"]["late_responses"] == "counted"


def test_the_parameters_are_told_as_a_reader_writes_numbers(report):
    (section,) = (one for one in design_results(report, ()).sections if one.id == "parameters")
    (shown,) = section.blocks
    assert isinstance(shown, Table)
    parameters = {row[0]: row[1] for row in shown.rows}
    assert parameters["Accrual children per month"] == "0.5, 0.4"
    assert parameters["Accrual look months"] == "12.5, 24"
    assert parameters["Accrual waits"] == "yes"


def test_a_design_without_accrual_has_no_such_section():
    plain = describe(parse_design(TEXT, name="two.yaml", settings={"accrual": None}))
    assert "accrual" not in [section.id for section in design_results(plain, ()).sections]
    assert not [one for one in all_tables(plain) if one.name.startswith("accrual")]


def test_the_command_line_prints_the_same_and_takes_courses_and_a_seed(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(TEXT, encoding="utf-8")
    arguments = ["describe", str(path), "--courses", "40", "--seed", "7"]
    said = CliRunner().invoke(app, arguments, catch_exceptions=False).stdout
    assert "If accrual is random" in said
    assert "40 courses of accrual were drawn (seed 7)" in said
    plain = json.loads(CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).stdout)
    assert (plain["accrual"]["courses"], plain["accrual"]["seed"]) == (40, 7)
