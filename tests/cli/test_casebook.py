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


def test_new_writes_over_nothing(leadline, tmp_path):
    (tmp_path / "mine").write_text("x")
    refused = leadline("new", tmp_path)
    assert refused.returncode == 23
    assert refused.stdout == ""
    assert refused.stderr.startswith("leadline: ")
    assert "Traceback" not in refused.stderr


def test_problems_are_a_table_and_an_exit_code(leadline, tmp_path):
    bad = book(
        tmp_path, visits="patient_id,visit_date,esr_mm_h\nCHILD-01,2019-04-01,500\nCHILD-01,2019-05-01,high"
    )
    checked = leadline("check", bad)
    assert checked.returncode == 21
    assert "2 problems; nothing was read." in checked.stdout
    assert all(
        word in checked.stdout
        for word in ("where", "row", "column", "found", "taken", "visits", "esr_mm_h", "500")
    )


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
