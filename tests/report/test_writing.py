"""A report into a folder: all or nothing, over nobody's files, and published only where it is permitted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import leadline as ll
from leadline.casebook.workbook import write_template
from leadline.errors import CasebookWithoutChildren, ItemUnknown, OutputExists, PublicationNotPermitted
from leadline.report import write_report, writing
from leadline.report.figures.timeline import plot_timeline
from leadline.report.html import write_html
from leadline.report.results import results_of
from leadline.report.writing import children_with_pages
from tests.report.sample import SECRET, child_jia

QUICK = ("json",)


def clinical(findings, *permissions):
    """The same child once for each permission, in a casebook of clinical data."""
    case = findings.cases[0]
    cases = tuple(
        replace(
            case,
            case=replace(
                case.case,
                patient_id=f"C-{number}",
                patient={**case.case.patient, "publication_permission": permission},
                invented=False,
            ),
        )
        for number, permission in enumerate(permissions)
    )
    return replace(findings, cases=cases, about=(("kind", "clinical"),))


def test_a_report_is_documents_tables_and_figures(published):
    names = {path.name for path in published.iterdir()}
    assert names == {"report.html", "report.pdf", "report.docx", "report.json", "tables", "figures"}
    stems = {path.stem for path in (published / "figures").iterdir()}
    assert {"answer", "swimmer", "completeness", "timeline-inv-01"} <= stems
    assert {path.suffix for path in (published / "figures").glob("answer.*")} == {
        ".svg",
        ".pdf",
        ".png",
        ".csv",
    }


def test_a_casebook_without_a_child_is_told_to_be_empty_and_nothing_is_written(tmp_path):
    write_template(tmp_path / "new")
    with pytest.raises(CasebookWithoutChildren, match=r"new holds no child: its table patients") as refused:
        write_report(ll.judge(ll.read_casebook(tmp_path / "new")), tmp_path / "out", formats=QUICK)
    assert "patient_id, diagnosis" in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_one_child_without_permission_stops_the_report(full, tmp_path):
    for permission in ("no", "withdrawn", None):
        with pytest.raises(PublicationNotPermitted, match=r"1 of 2 children \(C-1\)"):
            write_report(clinical(full, "yes", permission), tmp_path / "out", formats=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_report_with_every_permission_and_one_for_the_team_are_written(full, tmp_path):
    write_report(clinical(full, "yes", "yes"), tmp_path / "public", formats=QUICK)
    write_report(clinical(full, "no"), tmp_path / "team", formats=QUICK, internal=True)
    assert json.loads((tmp_path / "public/report.json").read_text("utf-8"))["casebook"]["internal"] is False
    assert json.loads((tmp_path / "team/report.json").read_text("utf-8"))["casebook"]["internal"] is True


REMARK = "the drops from Lindenhof, ask her aunt"


def with_drugs_not_recognised(findings):
    """Two of them, one after the other, on which a finding rests: the text of a drug may hold anything."""
    case = findings.cases[0]
    taken = tuple(
        replace(one, drug_text=f"{REMARK} {number}", substance="", atc="", class_id="")
        for number, one in enumerate(case.case.courses[:2])
    )
    claims = tuple(replace(claim, evidence=tuple(one.ref for one in taken)) for claim in case.claims)
    return replace(findings, cases=(replace(case, case=replace(case.case, courses=taken), claims=claims),))


def test_the_words_for_a_drug_that_is_not_recognised_are_written_only_for_the_team(full, tmp_path):
    findings = with_drugs_not_recognised(full)
    write_report(findings, tmp_path / "public", formats=("html", "json", "csv"))
    public = [file for file in (tmp_path / "public").rglob("*") if file.suffix not in (".png", ".pdf")]
    texts = {file.name: file.read_text("utf-8") for file in public if file.is_file()}
    assert not [name for name, text in texts.items() if REMARK in text or "Lindenhof" in text]
    assert "drug not recognised" in texts["report.html"]
    write_html(results_of(findings, [], findings.cases, internal=True), tmp_path / "team.html", tmp_path)
    team = (tmp_path / "team.html").read_text("utf-8")
    assert team.count(f"drug not recognised (“{REMARK} 0”)") >= 2  # treatment, and the row of the casebook


def test_two_drugs_that_are_not_recognised_stay_two_in_the_timeline():
    child = child_jia()
    first, second = (
        replace(one, drug_text=f"{REMARK} {number}", substance="", class_id="")
        for number, one in enumerate(child.case.courses[:2])
    )
    plotted = plot_timeline(replace(child, case=replace(child.case, courses=(first, second))))
    assert "2 drugs" in plotted.alt
    assert {one["row"] for one in plotted.data if one["panel"] == "treatment: Other"} == {
        "drug not recognised"
    }


def test_a_report_for_the_team_says_so_on_every_part_and_may_show_dates_and_words(full, tmp_path):
    team = clinical(full, "no")
    write_html(results_of(team, [], team.cases, internal=True), tmp_path / "report.html", tmp_path)
    html = (tmp_path / "report.html").read_text("utf-8")
    assert html.count("Internal, not for publication.") > 8
    assert "2022-01-12 to 2022-05-10" in html
    assert SECRET in html


def test_a_failure_leaves_nothing_behind(full, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(writing, "write_tables", fail)
    with pytest.raises(RuntimeError):
        write_report(full, tmp_path / "out", formats=["csv"])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_an_older_report_as_it_was(full, tmp_path, monkeypatch):
    write_report(full, tmp_path / "out", formats=QUICK)
    before = (tmp_path / "out/report.json").read_bytes()
    monkeypatch.setattr(writing, "write_tables", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(full, tmp_path / "out", formats=["csv"])
    assert (tmp_path / "out/report.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_older_report_is_written_over_and_nothing_of_it_is_left(full, tmp_path):
    write_report(full, tmp_path / "out", formats=["csv"])
    assert (tmp_path / "out/tables").is_dir()
    write_report(full, tmp_path / "out", formats=QUICK)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.json"]


def test_a_folder_that_holds_anything_else_is_refused_and_kept(full, tmp_path):
    write_report(full, tmp_path / "out", formats=QUICK)
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(OutputExists):
        write_report(full, tmp_path / "out", formats=QUICK)
    write_report(full, tmp_path / "out", formats=QUICK, replace=True)
    assert (tmp_path / "out/notes.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused_always(full, tmp_path):
    (tmp_path / "out").write_text("mine")
    for force in (False, True):
        with pytest.raises(OutputExists):
            write_report(full, tmp_path / "out", formats=QUICK, replace=force)


def test_an_unknown_format_or_child_is_named(full, tmp_path):
    with pytest.raises(ItemUnknown, match="rtf"):
        write_report(full, tmp_path / "out", formats=["rtf"])
    with pytest.raises(ItemUnknown, match="INV-99"):
        write_report(full, tmp_path / "out", formats=QUICK, cases=["INV-99"])


def test_all_children_have_parts_of_their_own_up_to_sixty_or_those_that_are_named(full):
    def ids(count, cases=None):
        chosen = children_with_pages(clinical(full, *["yes"] * count), cases)
        return [case.case.patient_id for case in chosen]

    assert ids(2) == ["C-0", "C-1"]
    assert len(ids(60)) == 60
    assert ids(61) == []
    assert ids(61, ["C-60", "C-3"]) == ["C-3", "C-60"]


def test_a_part_is_made_of_each_chosen_child_and_of_no_other(full):
    two = clinical(full, "yes", "yes")
    parts = [part.id for part in results_of(two, [], two.cases[1:], internal=False).sections]
    assert [part for part in parts if part.startswith("child-")] == ["child-c-1"]
    assert {"answer", "missing", "series", "safety", "refractory", "methods", "checklists"} <= set(parts)


def test_the_step_itself_can_be_called(full, tmp_path):
    written = ll.report(full, tmp_path / "out", formats=QUICK)
    assert written.paths == (tmp_path / "out/report.json",)
