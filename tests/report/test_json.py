"""report.json: it has the shape that is published, says what it was given, and keeps what may not leave."""

from __future__ import annotations

import copy
import io
import json

import jsonschema
import pytest

from leadline.report.machine import json_schema, write_json
from tests.report.sample import SECRET, three_children

SCHEMA = jsonschema.Draft202012Validator(json_schema())


def written(findings, *, internal=False):
    file = io.StringIO()
    write_json(findings, file, internal=internal)
    return json.loads(file.getvalue())


@pytest.fixture(scope="module")
def report(full):
    return written(full)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("internal", [False, True])
def test_a_report_with_a_value_in_every_field_has_the_published_shape(full, internal):
    SCHEMA.validate(written(full, internal=internal))


def test_a_report_without_dates_scores_or_parameters_has_the_published_shape():
    SCHEMA.validate(written(three_children()))


def test_a_shipped_casebook_has_the_published_shape(wong):
    SCHEMA.validate(written(wong))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("cases", 0, "claims", 0, "finding"), "reported only"),
        (("cases", 0, "claims", 0, "criteria", 0, "result"), "unclear"),
        (("cases", 0, "claims", 0, "attribution", "result"), "maybe"),
        (("cases", 0, "claims", 0, "day"), "2021-03-09"),
        (("series", "claims", 0, "documented", "low"), 29.2),
        (("cases", 0, "name"), "a name"),
    ],
)
def test_the_schema_refuses_what_is_not_in_the_contract(report, path, value):
    wrong = copy.deepcopy(report)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(wrong)


def test_claims_carry_finding_criterion_attribution_durability_and_rows(report):
    improved, cured = report["cases"][0]["claims"]
    assert (improved["claim"], improved["speaker"], improved["finding"]) == (
        "improved",
        "mother",
        "documented",
    )
    assert improved["deciding_criterion"] == "acr_pedi_30"
    assert improved["criteria"][0]["days"] == [{"first": -12, "last": -12}, {"first": 60, "last": 60}]
    assert improved["durability"]["largest_gap_days"] == 190
    assert improved["evidence"][0] == {"table": "reports", "uid": "reports-1"}
    assert cured["finding"] == "contradicted"
    assert cured["durability"] is None
    assert cured["attribution"]["result"] == "confounded"
    assert cured["attribution"]["confounders"][0]["drug"] == "abatacept"
    assert cured["settling_items"][0]["what"] == "BILAG-2004"


def test_shares_rates_and_nulls_are_those_given(report):
    assert report["series"]["claims"][0]["reported"] == {
        "k": 3, "n": 3, "low": 0.2924, "high": 1.0, "upper_one_sided": 1.0,
    }  # fmt: skip
    assert report["safety"]["comparisons"][0]["p_fisher"] == 0.60
    assert report["safety"]["children_needed"] == [{"risk": 0.05, "children": 59}]
    assert report["series"]["null_comparisons"][0]["probability_at_least"] == 0.064
    assert report["series"]["null_comparisons"][1]["probability_at_least"] is None


def test_it_names_the_version_the_casebook_the_rules_and_the_sources(report):
    assert report["provenance"]["casebook_hash"] == "ab" * 32
    assert report["provenance"]["rule_sets"] == {"verdicts": "1"}
    assert "10.1002/art.24516" in {
        source["doi"] for source in report["provenance"]["sources"]
    }  # JADAS, Consolaro 2009
    assert report["parameters"]["baseline_window_days"] == 90
    assert report["parameters"]["drug_break_days"] == 30


def test_words_of_a_family_and_calendar_dates_are_written_only_for_the_team(full):
    public, internal = json.dumps(written(full)), json.dumps(written(full, internal=True))
    assert SECRET not in public
    assert "2021-04-20" not in public
    assert SECRET in internal
    assert "2021-04-20" in internal


def test_two_runs_write_the_same_bytes(published, again):
    assert (published / "report.json").read_bytes() == (again / "report.json").read_bytes()


def test_each_child_stands_on_a_line_of_its_own():
    file = io.StringIO()
    write_json(three_children(), file, internal=False)
    lines = [line.rstrip(",") for line in file.getvalue().splitlines() if line.startswith('{"patient_id"')]
    assert [json.loads(line)["patient_id"] for line in lines] == ["INV-01", "INV-02", "INV-03"]
