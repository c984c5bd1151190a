"""leadline protocol show, as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.protocol import app
from leadline.errors import DesignInvalid, ItemUnknown, OutputExists, ProtocolInvalid
from leadline.protocol import shipped_protocol

PROTOCOL = "msc_iv_paediatric"
DESIGN = """
title: One disease
protocol: {protocol}
baskets:
  - {{id: jia, name: Arthritis, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [4]}}
borrowing: {{model: none}}
efficacy: {{posterior: 0.9}}
"""


def run(*arguments):
    return CliRunner().invoke(app, ["show", *map(str, arguments)], catch_exceptions=False)


def test_a_shipped_protocol_is_written_by_its_name_into_a_folder_of_its_id(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run(f"{PROTOCOL}.yaml")
    assert {path.name for path in (tmp_path / PROTOCOL).iterdir()} == {
        "protocol.html", "protocol.pdf", "protocol.docx", "protocol.json",
    }  # fmt: skip
    assert "For the centre to fill in: 14 figures" in ran.stdout


def test_a_file_is_written_to_where_it_is_wanted(tmp_path):
    copy = tmp_path / "ours.yaml"
    copy.write_text(
        shipped_protocol(PROTOCOL).read_text("utf-8").replace(f"id: {PROTOCOL}", "id: ours", 1), "utf-8"
    )
    answer = json.loads(run(copy, "--out", tmp_path / "out", "--formats", "html, csv", "--json").stdout)
    assert answer["protocol"] == "ours"
    assert (answer["contradictions"], answer["open_figures"]) == (0, 14)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "protocol.html",
        "protocol.json",
        "tables",
    }
    assert str(tmp_path / "out/protocol.html") in answer["written"]


def test_a_folder_of_somebody_else_is_kept_unless_forced(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputExists):
        run(PROTOCOL, "--out", tmp_path, "--formats", "html")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert run(PROTOCOL, "--out", tmp_path, "--formats", "html", "--force").exit_code == 0


def test_an_unknown_format_or_protocol_writes_nothing(tmp_path):
    with pytest.raises(ItemUnknown, match="rtf"):
        run(PROTOCOL, "--out", tmp_path / "out", "--formats", "rtf")
    with pytest.raises(ProtocolInvalid, match="msc_paediatric"):
        run("msc_paediatric", "--out", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_design_of_the_trial_fills_the_statistical_section(tmp_path):
    design = tmp_path / "design.yaml"
    design.write_text(DESIGN.format(protocol=PROTOCOL), "utf-8")
    run(PROTOCOL, "--out", tmp_path / "out", "--formats", "html", "--design", design)
    page = (tmp_path / "out/protocol.html").read_text("utf-8")
    statistics = page[page.index(">10 Statistical Considerations</h2>") :]
    assert "single-arm trial with up to 4 children" in statistics[: statistics.index(">10.2 ")]
    sizes = statistics[statistics.index(">10.11 Sample Size Determination<") :]
    assert "the probability of success is" in sizes[: sizes.index(">11 Trial Oversight")]
    looks = statistics[statistics.index(">10.9 Interim Analyses<") : statistics.index(">10.10 ")]
    assert "If so many respond" in looks
    assert "No trial's design was given" not in page


def test_a_design_of_another_protocol_is_refused(tmp_path):
    (tmp_path / "other.yaml").write_text(
        shipped_protocol(PROTOCOL).read_text("utf-8").replace('version: "1.0"', 'version: "1.1"', 1), "utf-8"
    )
    design = tmp_path / "design.yaml"
    design.write_text(DESIGN.format(protocol="other.yaml"), "utf-8")
    with pytest.raises(DesignInvalid, match=r"version 1\.1; takes the protocol that is shown"):
        run(PROTOCOL, "--out", tmp_path / "out", "--design", design)
    assert not (tmp_path / "out").exists()
