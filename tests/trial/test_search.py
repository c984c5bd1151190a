"""A search over designs."""

import json

import pytest

from leadline.errors import DesignInvalid
from leadline.trial.operating import Trial
from leadline.trial.reading import parse_design
from leadline.trial.scenarios import Scenario
from leadline.trial.search import efficient, evaluate, parse_variation, search_designs

TEXT = """\
title: Two baskets
baskets:
  - {id: jia, responder: sri4, null_rate: 0.2, target_rate: 0.6, looks: [6]}
  - {id: sle, responder: sri4, null_rate: 0.2, target_rate: 0.6, looks: [6]}
borrowing: {model: none}
efficacy: {posterior: 0.9}
"""


def run(out, **varied):
    return list(search_designs(TEXT, name="two.yaml", variations=varied, out=out, workers=1))


@pytest.mark.slow
def test_a_search_runs_every_combination_once_and_resumes(tmp_path):
    out = tmp_path / "found.jsonl"
    key = {"efficacy.posterior": [0.9, 0.95], "baskets.*.looks": [[6], [8]]}
    rows = run(out, **key)
    assert sorted(done for done, _, _ in rows) == [1, 2, 3, 4]
    assert len(out.read_text("utf-8").splitlines()) == 4
    with out.open("a", encoding="utf-8") as lines:
        lines.write('{"settings": {"effic')  # an interrupted line
    again = run(out, **{**key, "efficacy.posterior": [0.9, 0.95, 0.97]})
    assert len(again) == 6
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == 7  # four, the interrupted one, and two new
    assert [json.loads(line)["settings"]["efficacy.posterior"] for line in lines[5:]] == [0.97, 0.97]


def test_a_row_holds_what_the_design_does():
    row = evaluate(TEXT, "two.yaml", {"baskets.*.looks": [8]}, None)
    trial = Trial(parse_design(TEXT.replace("[6]", "[8]"), name="two.yaml"))
    target = trial.operating(Scenario("target", (0.6, 0.6)))
    null = trial.operating(Scenario("null", (0.2, 0.2)))
    assert row["power"] == list(target.success)
    assert row["error_null"] == null.family_wise_error
    assert row["worst_error"] == pytest.approx(null.family_wise_error, abs=1e-12)
    assert row["children_most"] == 16


def test_a_calibrated_row_holds_its_level_everywhere():
    row = evaluate(TEXT, "two.yaml", {}, 0.1)
    assert row["at_most"] <= 0.1 + 0.002  # the search reports its limit to within 0.002
    assert row["worst_error"] <= 0.1


def test_a_design_of_the_grid_that_is_none_is_reported_and_not_counted():
    row = evaluate(TEXT, "two.yaml", {"baskets.*.null_rate": 0.7}, None)
    assert "takes a rate below the target_rate" in row["refused"]
    assert "power" not in row


def test_the_efficient_designs_are_those_that_no_other_betters():
    def row(name, power, error, children):
        return {
            "settings": name,
            "refused": "",
            "power": [power],
            "worst_error": error,
            "children_null": children,
        }

    rows = [
        row("a", 0.8, 0.05, 20),
        row("b", 0.8, 0.06, 20),
        row("c", 0.9, 0.09, 30),
        row("d", 0.7, 0.05, 15),
    ]
    assert [one["settings"] for one in efficient(rows)] == ["c", "a", "d"]


def test_variations_are_read_as_yaml():
    assert parse_variation("baskets.*.looks=[6, 12];[8, 16]") == ("baskets.*.looks", [[6, 12], [8, 16]])
    with pytest.raises(DesignInvalid, match="--vary"):
        parse_variation("nonsense")


def test_a_key_that_the_file_has_not_is_refused():
    row = evaluate(TEXT, "two.yaml", {"futilty.cutoff": 0.1}, None)
    assert "found no 'futilty'" in row["refused"]
    assert "found no '[2]'" in evaluate(TEXT, "two.yaml", {"baskets[2].null_rate": 0.1}, None)["refused"]


def test_one_item_of_a_list_is_set_by_its_place():
    read = parse_design(
        TEXT, name="two.yaml", settings={"baskets[1].null_rate": 0.35, "baskets.*.target_rate": 0.7}
    )
    first = parse_design(TEXT, name="two.yaml").baskets[0]
    assert read.null_rates == (first.null_rate, 0.35)
    assert read.target_rates == (0.7, 0.7)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_cluster_finds_what_this_machine_finds(tmp_path, cluster):
    grid = {"efficacy.posterior": [0.9, 0.95]}
    here = run(tmp_path / "here.jsonl", **grid)
    asked = {"name": "two.yaml", "variations": grid, "out": tmp_path / "there.jsonl"}
    there = list(search_designs(TEXT, scheduler=cluster, **asked))
    assert efficient(row for _, _, row in there) == efficient(row for _, _, row in here)
