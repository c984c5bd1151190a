"""The command `leadline measure`: typed items, explanations, and a file of questions."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.main import app
from leadline.cli.measure import read_items
from leadline.errors import ItemOutOfRange, ItemUnknown, LeadlineError, UnknownMeasure
from leadline.measures import MEASURES

JADAS = ["jadas10_esr", "active_joint_count=6", "physician_global_0_10=4", "parent_global_0_10=5.5"]


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, ["measure", *arguments], input=stdin)


def test_a_score_with_its_states_by_both_sets_of_cutoffs():
    shown = run(*JADAS, "esr_mm_h=50", "course=oligo").stdout
    assert "18.5" in shown
    assert "state (trincianti2021)  high" in shown
    assert "state (consolaro)       high" in shown
    assert "doi:10.1002/art.24516" in shown


def test_what_is_missing_is_named_with_the_bounds():
    shown = run(*JADAS).stdout
    assert "not known" in shown
    assert "esr_mm_h" in shown
    assert "15.5" in shown
    assert "25.5" in shown


def test_a_provisional_number_says_so_and_why():
    shown = run("jadas10_crp", *JADAS[1:], "crp_mg_l=<5")
    assert "15.5" in shown.stdout
    assert "were not read in the paper" in shown.stdout


def test_a_response_is_provisional_only_where_a_baseline_of_zero_decides_it():
    names = (
        "physician_global_0_10",
        "parent_global_0_10",
        "chaq_di",
        "active_joint_count",
        "limited_joint_count",
    )
    better = [f"{when}.{name}={value}" for when, value in (("baseline", 3), ("current", 1)) for name in names]
    decided = run("acr_pedi", *better, "baseline.esr_mm_h=40", "current.esr_mm_h=20")
    assert "acr30" in decided.stdout
    assert "provisional" not in decided.stdout
    worse = [
        item.replace("current.limited_joint_count=1", "current.limited_joint_count=9") for item in better
    ]
    open_one = ("acr_pedi", *worse, "baseline.esr_mm_h=0", "current.esr_mm_h=20")
    assert "0 at baseline is a convention not read in a source" in run(*open_one).stdout
    assert "0 at baseline" in json.loads(run(*open_one, "--json").stdout)["provisional"]


def test_json_has_the_keys_of_the_dossier():
    answer = json.loads(run(*JADAS, "esr_mm_h=50", "course=poly", "--json").stdout)
    assert answer == {
        "measure": "jadas10_esr", "value": 18.5, "status": "ok", "missing": [],
        "states": {"trincianti2021": "high", "consolaro": "high"},
    }  # fmt: skip


def test_values_are_read_as_json_or_text():
    items = ["a=1", "b=true", "c=no", "d=<5", "e=[1, null]", 'f={"g": 2}', "h.i=3", "h.j=x", "k="]
    assert read_items(items) == {
        "a": 1, "b": True, "c": False, "d": "<5", "e": [1, None], "f": {"g": 2}, "h": {"i": 3, "j": "x"}, "k": None,
    }  # fmt: skip


@pytest.mark.parametrize("items", [["esr"], ["=3"], ["a=1", "a=2"], ["a=1", "a.b=2"], ["a.b=1", "a=2"]])
def test_items_that_cannot_be_read_are_refused(items):
    with pytest.raises(ItemUnknown):
        read_items(items)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["jadas10"], UnknownMeasure, "jadas10_esr"),
        (["jadas10_esr", "esr_mm=3"], ItemUnknown, "esr_mm_h"),
        (["acr_pedi", "baseline.esr=3"], ItemUnknown, "baseline_esr_mm_h"),
        (["jadas10_esr", "physician_global_0_10=62"], ItemOutOfRange, "0 to 10"),
        (["jadas10_esr", "physician_global_0_10=mild"], ItemOutOfRange, "a number"),
        (["jadas10_esr", "physician_global_0_10=true"], ItemOutOfRange, "a number"),
        (["jadas10_esr", "physician_global_0_10=NaN"], ItemOutOfRange, "a number"),
        (["jadas10_esr", "active_joint_count=1.5"], ItemOutOfRange, "a whole number"),
        (["jadas10_esr", "course=sideways"], ItemOutOfRange, "oligo or poly"),
        (["acr_pedi", "baseline=3"], ItemOutOfRange, "an object"),
    ],
)
def test_bad_input_is_an_error_that_says_what_is_taken(arguments, error, said):
    raised = run(*arguments).exception
    assert isinstance(raised, error)
    assert said in str(raised)
    as_json = run(*arguments, "--json")
    answer = json.loads(as_json.stdout)
    assert answer["error"]["kind"] == error.__name__
    assert "value" not in answer
    assert as_json.exit_code == error.exit_code


def test_every_measure_is_listed():
    shown = run("--list").stdout
    assert all(measure_id in shown for measure_id in MEASURES)
    listed = [json.loads(line)["id"] for line in run("--list", "--json").stdout.splitlines()]
    assert listed == [*MEASURES, "chili"]


@pytest.mark.parametrize("measure_id", MEASURES)
def test_every_measure_explains_itself(measure_id):
    shown = run(measure_id, "--explain")
    assert shown.exit_code == 0, shown.exception
    assert MEASURES[measure_id].title in shown.stdout
    explained = json.loads(run(measure_id, "--explain", "--json").stdout)
    assert explained["sources"]
    assert explained["missing"]


LINES = [
    json.dumps({"measure": "jadas10_esr", "inputs": {"active_joint_count": 6, "physician_global_0_10": 4,
                                                     "parent_global_0_10": 5.5, "esr_mm_h": 50}}),
    '{"measure": "jadas10", "inputs": {}}',
    "[1, 2]",
    "",
    "not json",
    '{"measure": "jadas10_esr", "inputs": [1]}',
    '{"measure": "jadas10_esr", "inputs": {"esr_mm_h": NaN}}',
    '{"measure": "jadas10_esr", "inputs": {"esr_mm_h": Infinity}}',
    '{"measure": "jadas10_esr", "inputs": {"esr_mm_h": 1' + "0" * 400 + "}}",
    '{"measure": "jadas10_esr", "inputs": {"esr_mm_h": "35"}}',
    '{"measure": 3}',
    '{"measure": "jadas10_esr"}',
    '{"measure": "jia_remission_wallace", "inputs": {"visits": [{"date": "2024-03-15", "cid": "met"}]}}',
]  # fmt: skip


def test_a_file_is_answered_a_line_for_a_line_in_order(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_bytes("\n".join(LINES).encode() + b"\n\xff\xfe\n")
    ran = run("--batch", str(path))
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == len(LINES) + 1
    kinds = [answer["error"]["kind"] if "error" in answer else "" for answer in answers]
    assert kinds == [
        "",
        "UnknownMeasure",
        *["ItemUnknown"] * 4,
        *["ItemOutOfRange"] * 4,
        "ItemUnknown",
        "",
        "",
        "ItemUnknown",
    ]
    assert answers[0]["value"] == 18.5
    assert answers[11]["status"] == "not_computable"
    assert answers[12]["state"] == "cid"
    assert ran.exit_code == UnknownMeasure.exit_code, (
        "all are answered, and the first error is told to the shell"
    )


def test_standard_input_is_a_file_too_and_a_byte_order_mark_is_no_fault():
    ran = run("--batch", "-", stdin="\ufeff" + LINES[0])
    assert json.loads(ran.stdout)["value"] == 18.5
    assert ran.exit_code == 0


def test_every_error_answers_with_kind_message_and_hint():
    answer = json.loads(run("--batch", "-", stdin=LINES[1]).stdout)
    assert set(answer) == {"measure", "error"}
    assert set(answer["error"]) == {"kind", "message", "hint"}
    assert issubclass(UnknownMeasure, LeadlineError)


def test_a_file_that_is_not_there_is_the_command_line_s_fault():
    assert run("--batch", "nowhere.jsonl").exit_code == 2
