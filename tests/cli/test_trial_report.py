"""leadline trial describe --out: the report of a design, as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.trial import app
from leadline.errors import ItemUnknown
from leadline.trial import shipped_design

DESIGN = shipped_design("cpp_single_stage")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_report_is_written_beside_the_answer(tmp_path):
    ran = run("describe", DESIGN, "--out", tmp_path / "out", "--formats", "html, csv", "--json")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"design.html", "design.json", "tables"}
    written = json.loads((tmp_path / "out/design.json").read_text("utf-8"))
    assert json.loads(ran.stdout) == written


def test_an_unknown_format_writes_nothing(tmp_path):
    with pytest.raises(ItemUnknown, match="rtf"):
        run("describe", DESIGN, "--out", tmp_path / "out", "--formats", "rtf")
    assert list(tmp_path.iterdir()) == []
