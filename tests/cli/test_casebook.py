"""leadline new and leadline check, as somebody types them."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from leadline import __version__
from leadline.casebook import examples
from leadline.cli.main import run
from tests.casebook.books import book


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def leadline(monkeypatch, capsys):
    """Run the command line in this process, as `leadline ARGUMENTS` would."""
    monkeypatch.setenv("COLUMNS", "160")

    def run_with(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["leadline", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            run()
        printed = capsys.readouterr()
        return Ran(int(left.value.code or 0), printed.out, printed.err)

    return run_with


def test_python_m_leadline_is_leadline():
    command = [sys.executable, "-m", "leadline", "--version"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
        == f"leadline {__version__}\n"
    )


def test_help_lists_the_commands_under_their_groups_and_imports_no_library(leadline):
    code = "import sys; from leadline.cli import main; print(*{m.partition('.')[0] for m in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"polars", "numpy", "scipy", "rich", "matplotlib", "narwhals"}.isdisjoint(loaded)
    printed = leadline("--help")
    assert printed.returncode == 0
    assert "The casebook:\n  new " in printed.stdout


def test_a_new_casebook_passes_its_own_check(leadline, tmp_path):
    for flags in ((), ("--xlsx",)):
        place = tmp_path / f"new{len(flags)}"
        made = leadline("new", place, *flags)
        assert made.returncode == 0, made.stderr
        assert f"leadline check {place}" in made.stdout
        assert leadline("check", place).returncode == 0


@pytest.mark.parametrize("command", ["report", "missing"])
def test_of_a_casebook_without_a_child_nothing_is_said_to_be_found_or_missing(leadline, tmp_path, command):
    leadline("new", tmp_path / "new")
    ran = leadline(command, tmp_path / "new", *(("--out", tmp_path / "out") if command == "report" else ()))
    assert ran.returncode == 24
    assert ran.stdout == ""
    assert "Casebook new holds no child: its table patients has no row." in ran.stderr
    assert not (tmp_path / "out").exists()


def test_new_writes_over_nothing(leadline, tmp_path):
    (tmp_path / "mine").write_text("x")
    refused = leadline("new", tmp_path)
    assert refused.returncode == 23
    assert refused.stdout == ""
    assert refused.stderr.startswith("leadline: ")
    assert "Traceback" not in refused.stderr


def test_problems_are_printed_in_words_with_an_exit_code(leadline, tmp_path):
    bad = book(
        tmp_path, visits="patient_id,visit_date,esr_mm_h\nCHILD-01,2019-04-01,500\nCHILD-01,2019-05-01,high"
    )
    checked = leadline("check", bad)
    assert checked.returncode == 21
    assert checked.stdout.startswith("visits\n  row 2, esr_mm_h: 500\n    taken: 0 to 200 mm/h. ")
    assert "2 problems; nothing was read." in checked.stdout


@pytest.mark.parametrize("columns", [80, 40])
def test_no_word_of_a_problem_is_cut_on_a_narrow_terminal(leadline, tmp_path, monkeypatch, columns):
    header = "patient_id,visit_date,physician_global_0_10,activ_joint_count"
    bad = book(tmp_path, visits=f"{header}\nCHILD-01,2019-04-01,62,1")
    wide = leadline("check", bad).stdout.split()
    monkeypatch.setenv("COLUMNS", str(columns))
    narrow = leadline("check", bad).stdout
    assert {"physician_global_0_10:", "activ_joint_count:", "active_joint_count?"} <= set(narrow.split())
    assert narrow.split() == wide
    assert max(map(len, narrow.splitlines())) <= columns


def test_rows_with_the_same_problem_are_told_once_and_all_of_them_to_a_machine(leadline, tmp_path):
    # Twenty visits of a child whose code is not in the table of children, and three of another.
    days = [f"CHLD-01,2019-04-{day:02}" for day in range(1, 21)]
    bad = book(tmp_path, visits="\n".join(["patient_id,visit_date", *days, "CHILD-01,2019-06-31"]))
    printed = leadline("check", bad).stdout
    assert "rows 2, 3, 4 and 17 more rows, patient_id: a child that the table patients" in printed
    assert printed.count("a child that the table patients") == 1
    assert "row 22, visit_date: " in printed
    assert "21 problems; nothing was read." in printed
    problems = json.loads(leadline("check", bad, "--json").stdout)["problems"]
    assert [problem["row"] for problem in problems] == [*range(2, 23)]


@pytest.mark.parametrize(
    ("number", "words"), [(2, "rows 2 and 3"), (4, "rows 2, 3, 4 and 5"), (5, "rows 2, 3, 4 and 2 more rows")]
)
def test_a_few_rows_with_the_same_problem_are_all_named(leadline, tmp_path, number, words):
    days = [f"CHLD-01,2019-04-{day:02}" for day in range(1, number + 1)]
    bad = book(tmp_path, visits="\n".join(["patient_id,visit_date", *days]))
    assert f"  {words}, patient_id: " in leadline("check", bad).stdout


def test_problems_are_json_for_a_machine(leadline, tmp_path):
    bad = book(tmp_path, visits="patient_id,visit_date,esr_mm_h\nCHILD-01,2019-04-01,500")
    checked = leadline("check", bad, "--json")
    answer = json.loads(checked.stdout)
    assert checked.returncode == 21
    assert answer["problem_count"] == 1
    assert {key: answer["problems"][0][key] for key in ("table", "row", "column", "found")} == {
        "table": "visits", "row": 2, "column": "esr_mm_h", "found": "500"}  # fmt: skip


@pytest.mark.parametrize("name", examples.names())
def test_the_shipped_casebooks_pass(leadline, name):
    checked = leadline("check", examples.path(name), "--json")
    assert checked.returncode == 0
    answer = json.loads(checked.stdout)
    assert answer["problems"] == []
    assert answer["rows"]["patients"] == {"swart2019": 6, "wong2021": 3, "invented": 12}[name]


def test_a_casebook_that_is_not_there_is_explained(leadline, tmp_path):
    absent = leadline("check", tmp_path / "nowhere")
    assert absent.returncode == 20
    assert "Hint: " in absent.stderr


def test_a_command_that_does_not_exist_is_the_shells_exit_code(leadline):
    assert leadline("chekc").returncode == 2
