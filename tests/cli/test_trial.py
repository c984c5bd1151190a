"""leadline trial, as somebody types it."""

import json
import re

import pytest
from typer.testing import CliRunner

from leadline.cli.trial import app
from leadline.errors import DesignInvalid

TEXT = """\
title: Two baskets
baskets:
  - {id: jia, name: Arthritis, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [5, 10]}
  - {id: sle, name: Lupus, responder: sri4, null_rate: 0.4, target_rate: 0.8, looks: [5, 10]}
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}}
efficacy: {posterior: 0.95}
futility: {by: posterior, cutoff: 0.3}
"""


@pytest.fixture
def design_file(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_check_says_the_design_in_words(design_file):
    ran = run("check", design_file)
    assert ran.exit_code == 0
    assert "Arthritis: up to 10 children, with a look after 5." in ran.stdout
    assert json.loads(run("check", design_file, "--json").stdout)["problems"] == []


def test_check_refuses_a_faulty_line(design_file):
    design_file.write_text(TEXT.replace("null_rate: 0.4", "null_rate: 0.9"), encoding="utf-8")
    with pytest.raises(DesignInvalid, match=r"two.yaml, line 4, baskets\[1\].null_rate"):
        run("check", design_file)


def test_the_example_is_a_design(tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(run("check", "--example").stdout, encoding="utf-8")
    assert run("check", path).exit_code == 0


def test_a_shipped_design_goes_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert json.loads(run("check", "msc_basket", "--json").stdout)["baskets"] == ["jia", "csle", "mctd"]
    (tmp_path / "msc_basket").write_text(TEXT, encoding="utf-8")  # a file of one's own goes first
    assert json.loads(run("check", "msc_basket", "--json").stdout)["baskets"] == ["jia", "sle"]
    with pytest.raises(DesignInvalid, match=r"no shipped design is called 'msc'; there are .*msc_basket"):
        run("check", "msc")
    with pytest.raises(DesignInvalid, match=r"absent\.yaml"):
        run("check", "absent.yaml")


def test_a_folder_of_the_name_of_a_shipped_design_does_not_hide_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "msc_basket").mkdir()
    assert json.loads(run("check", "msc_basket", "--json").stdout)["baskets"] == ["jia", "csle", "mctd"]
    (tmp_path / "mine.yaml").mkdir()
    with pytest.raises(DesignInvalid, match=r"mine\.yaml: is a folder"):
        run("check", "mine.yaml")


def test_names_that_hold_one_another_get_their_own_letters(design_file):
    text = TEXT.replace("Arthritis", "JIA").replace("Lupus", "sJIA")
    design_file.write_text(text.replace("id: sle", "id: a"), encoding="utf-8")
    said = run("describe", design_file).stdout
    assert re.search(r"Only B responds +\d", said)
    assert "No basket responds" in said
    assert "Only sA" not in said


def test_describe_prints_chances_and_boundaries(design_file):
    ran = run("describe", design_file)
    assert "Baskets: A Arthritis, B Lupus." in ran.stdout
    assert re.search(r"Only A responds +\d", ran.stdout)
    assert re.search(r"Every basket responds +B +80\.0 ", ran.stdout)
    assert "Lupus: 0 of 5 responders: stop for futility" in ran.stdout
    plain = json.loads(run("describe", design_file, "--json").stdout)
    assert len(plain["scenarios"]) == 4


def test_calibrate_prints_a_threshold_that_holds(design_file):
    found = json.loads(run("calibrate", design_file, "--level", "0.1", "--json").stdout)
    assert found["control"] == "strong"
    assert found["at_most"] <= 0.1
    loose = json.loads(run("calibrate", design_file, "--level", "0.1", "--global-null", "--json").stdout)
    assert loose["threshold"] <= found["threshold"]
    low, high = re.findall(
        r"(?:above|up to) (0\.\d{7})", run("calibrate", design_file, "--level", "0.1").stdout
    )
    assert found["above"] <= float(low) < found["threshold"] <= float(high) <= found["up_to"]
    assert loose["error"] <= 0.1


def test_describe_simulates_when_asked_and_says_so(design_file):
    ran = run("describe", design_file, "--simulate", "500", "--seed", "9")
    assert "Simulated (500 trials)" in ran.stdout
    assert "500 trials were drawn (seed 9)" in ran.stdout
    plain = json.loads(run("describe", design_file, "--simulate", "500", "--seed", "9", "--json").stdout)
    assert plain["simulation"]["trials"] == 500
    assert plain["simulation"]["standard_errors"][0]["success"][0] > 0
