"""The report of adherence: every check of every child, in words, with nothing that the findings do not say.

What is expected of Swart 2019 is read off the paper's figure as the casebook holds it: SWART-1 was given a second
infusion 11 weeks after the first, too early for a protocol that asks for 84 days.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import jsonschema
import pytest

from leadline.casebook import read_casebook
from leadline.casebook.days import DaySpan
from leadline.casebook.examples import path
from leadline.errors import OtherProtocol, OutputExists
from leadline.protocol import read_protocol
from leadline.protocol.adherence import Outcome, check_casebook
from leadline.protocol.adherence.findings import Upcoming, WatchAdherence, WatchPeriod
from leadline.protocol.figures import Window
from leadline.report.adherence import adherence_json, write_adherence
from leadline.report.adherence.child_tables import changes_table, eligibility_table, visits_table
from leadline.report.adherence.files import all_tables
from leadline.report.adherence.results import adherence_results, lead
from leadline.report.adherence.tables import next_ones
from leadline.report.adherence.writing import json_schema
from leadline.report.blocks import Table
from tests.report.programs import needs_pdftotext


@pytest.fixture(scope="module")
def protocol():
    return read_protocol("msc_iv_paediatric")


@pytest.fixture(scope="module")
def swart(protocol):
    return check_casebook(protocol, read_casebook(path("swart2019")))


@pytest.fixture(scope="module")
def invented(protocol):
    return check_casebook(protocol, read_casebook(path("invented")), on=100)


@pytest.fixture(scope="module")
def folder(invented, tmp_path_factory):
    few = replace(invented, children=invented.children[:3])
    return write_adherence(few, tmp_path_factory.mktemp("adherence") / "out").folder


def table_of(adherence, name):
    return next(table for table in all_tables(adherence) if table.name == name)


def parts_of(adherence):
    return {part.id: part for part in adherence_results(adherence).sections}


def text_of(adherence):
    """Everything that a person reads in it."""
    cells = []
    for part in adherence_results(adherence).sections:
        cells.append(part.title)
        for block in part.blocks:
            if isinstance(block, Table):
                cells += [block.title, *block.footnotes, *(cell for row in block.rows for cell in row)]
            elif hasattr(block, "pairs"):
                cells += [": ".join(pair) for pair in block.pairs]
            elif hasattr(block, "items"):
                cells += block.items
            elif hasattr(block, "text"):
                cells.append(block.text)
    return "\n".join(cells)


def test_the_json_keeps_to_its_schema(swart, invented):
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for adherence in (swart, invented):
        jsonschema.Draft202012Validator(json_schema()).validate(adherence_json(adherence))


def test_the_schema_refuses_an_outcome_that_does_not_exist(swart):
    wrong = adherence_json(swart)
    wrong["children"][0]["eligibility"][0]["outcome"] = "forgiven"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate(wrong)


def test_the_second_infusion_of_a_published_child_came_too_early(protocol):
    after_84_days = replace(
        protocol, repeat_dosing=replace(protocol.repeat_dosing, interval=Window(first=84))
    )
    held = check_casebook(after_84_days, read_casebook(path("swart2019")))
    rows = [row for row in table_of(held, "deviations").rows if row[0] == "SWART-1"]
    assert rows == [
        (
            "SWART-1",
            "Interval to infusion 2",
            "From day 84 on after the infusion before",
            "74 to 80 days",
            "major deviation",
        )
    ]


def test_every_deviation_is_listed_once_and_major_ones_of_a_child_first(invented):
    rows = table_of(invented, "deviations").rows
    counted = sum(
        child.count()[outcome]
        for child in invented.children
        for outcome in (Outcome.MAJOR_DEVIATION, Outcome.MINOR_DEVIATION)
    )
    assert len(rows) == len(set(rows)) == counted > 0
    for child in invented.children:
        grades = [row[-1] for row in rows if row[0] == child.patient_id]
        assert grades == sorted(grades)  # major before minor


def test_a_drug_that_was_started_against_a_rule_is_counted_and_told_once(swart):
    child = next(child for child in swart.children if child.patient_id == "SWART-4")
    rows = [row[1] for row in table_of(swart, "deviations").rows if row[0] == "SWART-4"]
    assert sorted(rows) == ["Interval to infusion 2", "Mycophenolic acid", "Sirolimus"]
    assert child.count()[Outcome.MAJOR_DEVIATION] == 3


def test_a_child_without_a_record_of_medicines_is_not_taken_to_have_kept_the_rules_about_them(invented):
    child = next(child for child in invented.children if child.patient_id == "INV-03")
    assert child.changes == ()
    rows = {row[0]: row[2] for row in table_of(replace(invented, children=(child,)), "not_documented").rows}
    assert rows["No new conventional drug"] == "the record of medicines"


def test_the_first_sentences_count_children_and_checks(swart):
    assert lead(swart).startswith(
        "Of 6 children, 0 kept every rule of eligibility, 0 did not, and of 6 the record cannot tell. Of "
    )
    counts = [int(number) for number in re.findall(r"(\d+) (?:came|major|minor|not)", lead(swart))]
    checks = re.findall(r"Of (\d+) checks", lead(swart))
    assert [str(sum(counts))] == checks


def test_every_rule_of_eligibility_stands_with_its_result_for_each_child(invented, protocol):
    rules = protocol.eligibility
    for child in invented.children[:3]:
        part = next(part for name, part in parts_of(invented).items() if name.endswith(child.patient_id))
        table = next(block for block in part.blocks if isinstance(block, Table))
        assert {row[4] for row in table.rows} <= {"kept", "not kept", "not known"}
        assert [column.heading for column in table.columns[:3]] == ["Rule", "Part", "What is asked"]
        assert {row[1] for row in table.rows} == {"Inclusion", "Exclusion", "Wash-out"}
        titles = [row[0] for row in table.rows]
        for rule in (*rules.inclusion, *rules.exclusion, *rules.washout):
            if not rule.diagnoses or child.diagnosis in rule.diagnoses:
                assert titles.count(rule.title) == 1, rule.id


def test_every_check_of_every_infusion_stands_in_the_table_for_programs_with_its_rows(invented):
    rows = table_of(invented, "checks").rows
    infusions = [infusion for child in invented.children for infusion in child.infusions]
    assert sum(bool(row[2]) for row in rows) == sum(len(infusion.checks) for infusion in infusions) > 100
    assert all(row[-1] for row in rows if row[2])


def test_what_is_to_come_is_the_next_of_each_child_and_all_that_is_open(invented):
    shown = list(next_ones(invented))
    assert {row.patient_id for row in shown} == {row.patient_id for row in invented.upcoming}
    assert all(row in shown for row in invented.upcoming if row.due_now)
    for row in shown:
        earlier = [
            one for one in invented.upcoming if one.patient_id == row.patient_id and one.last < row.last
        ]
        assert row.due_now or not earlier


def test_every_visit_that_is_to_come_says_what_it_must_record(invented):
    wanted = {(row[0], row[2]) for row in table_of(invented, "to_record").rows}
    for row in invented.upcoming:
        title = row.title.partition(", ")[0] if row.kind == "watch" else row.title
        assert (title, "; ".join(row.record)) in wanted


def upcoming(row_id, first, last, *, due_now):
    return Upcoming(
        patient_id="A", kind="visit", id=row_id, title=row_id, first=first, last=last, planned=None, dates=(),
        due_now=due_now, record=("Weight",),
    )  # fmt: skip


def test_all_that_is_open_now_is_shown_and_of_what_is_later_only_the_next(invented):
    rows = (
        upcoming("one", 1, 5, due_now=True),
        upcoming("two", 3, 9, due_now=True),
        upcoming("three", 20, 30, due_now=False),
    )
    only = replace(invented, children=(replace(invented.children[0], patient_id="A", upcoming=rows),))
    assert [row.id for row in next_ones(only)] == ["one", "two"]
    later = replace(only, children=(replace(only.children[0], upcoming=rows[2:]),))
    assert [row.id for row in next_ones(later)] == ["three"]


@pytest.mark.parametrize(
    ("result", "said"), [("met", "kept"), ("not_met", "not kept"), ("indeterminate", "not known")]
)
def test_a_rule_of_eligibility_is_kept_not_kept_or_not_known(invented, result, said):
    child = invented.children[0]
    check = replace(child.eligibility[0], result=result)
    table = eligibility_table(replace(child, eligibility=(check,)), "a")
    assert [row[4] for row in table.rows] == [said]


def test_what_must_not_be_overlooked_stands_before_the_first_table(invented):
    blocks = parts_of(invented)["answer"].blocks
    notices = next(block for block in blocks if hasattr(block, "items"))
    assert notices.items == invented.notices != ()
    assert blocks.index(notices) < next(at for at, block in enumerate(blocks) if isinstance(block, Table))


def test_a_visit_names_everything_that_was_not_recorded(invented):
    child = invented.children[0]
    rows = {row[0]: row for row in visits_table(child.visits, "a").rows}
    screening = next(visit for visit in child.visits if visit.visit == "screening")
    assert rows["Screening"][5] == "; ".join(screening.missing) != ""
    assert rows["Screening"][3] == f"{screening.recorded} of {screening.planned_records}"
    assert rows["Week 52"][3:] == ("", "", "")  # its window is not over


def test_a_change_names_the_rule_that_decides_it_and_what_it_counts_as(invented):
    rows = changes_table(invented.children[0].changes, "a").rows
    assert rows == (
        (
            "Abatacept",
            "started on day 21",
            "No new biologic or targeted drug",
            "major deviation",
            "prohibited drug",
            "",
        ),
    )


def test_a_watch_shows_each_interval_and_what_was_found(invented):
    watch = WatchAdherence(
        watch="mas_watch", title="Watch for macrophage activation syndrome", drug="anakinra",
        stopped=DaySpan(-3, -3), certain=True, first=-3, last=81, outcome=Outcome.NOT_DOCUMENTED,
        found="anakinra stopped on day -3; 1 of 2 intervals that are over recorded in full",
        periods=(
            WatchPeriod(-3, 10, "recorded", ("Ferritin", "AST"), ()),
            WatchPeriod(11, 24, "missing", ("AST",), ("Ferritin",)),
            WatchPeriod(25, 38, "due", (), ("Ferritin", "AST")),
        ),
        events=("Macrophage activation syndrome recorded on day 20, within the watch",),
    )  # fmt: skip
    child = replace(invented.children[0], watches=(watch,))
    text = text_of(replace(invented, children=(child,)))
    assert "over, and not recorded in full" in text
    assert "Macrophage activation syndrome recorded on day 20, within the watch." in text
    rows = table_of(replace(invented, children=(child,)), "watches").rows
    assert [row[3:7] for row in rows] == [
        ("-3 to 10", "recorded in full", "Ferritin; AST", ""),
        ("11 to 24", "over, and not recorded in full", "AST", "Ferritin"),
        ("25 to 38", "open now", "", "Ferritin; AST"),
    ]


def test_no_id_stands_where_a_person_reads(swart, invented):
    for adherence in (swart, invented):
        found = set(re.findall(r"\b[a-z]+[a-z0-9]*_[a-z0-9_]+\b", text_of(adherence)))
        assert found <= {adherence.protocol_id}


def test_invented_children_are_called_so_on_every_page(invented, folder):
    said = "INVENTED DATA: no child in this report exists."
    assert adherence_results(invented).standing[0] == said
    assert said in adherence_results(invented).running
    html = (folder / "adherence.html").read_text("utf-8")
    assert html.count(said) > len(invented.children[:3])


def test_a_published_casebook_is_not_called_invented_and_stays_with_the_team(swart):
    standing = adherence_results(swart).standing
    assert standing == (
        "Published data.",
        "Internal, not for publication.",
        "Leadline gives no advice on treating a patient.",
    )


@needs_pdftotext
def test_every_page_of_the_pdf_says_that_it_is_internal(folder):
    command = ["pdftotext", "-layout", str(folder / "adherence.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages = [" ".join(page.split()) for page in text.split("\f") if page.strip()]
    assert len(pages) > 6
    for page in pages:
        assert "INVENTED DATA" in page
        assert "Internal, not for publication." in page


def test_more_children_than_a_document_can_hold_stand_in_the_tables_alone(invented):
    crowd = replace(invented, children=invented.children * 6)
    parts = parts_of(crowd)
    assert not [name for name in parts if name.startswith("child-")]
    assert len(table_of(crowd, "children").rows) == 72
    assert "More than 60 children" in text_of(crowd)


def test_a_casebook_without_children_still_gives_a_report(invented, tmp_path):
    written = write_adherence(replace(invented, children=()), tmp_path / "out", formats=("html", "csv"))
    assert "Of 0 children" in (written.folder / "adherence.html").read_text("utf-8")


def test_two_reports_are_the_same_bytes(invented, folder, tmp_path):
    again = write_adherence(replace(invented, children=invented.children[:3]), tmp_path / "out")
    for one in again.paths:
        assert one.read_bytes() == (folder / one.relative_to(again.folder)).read_bytes(), one.name


def test_a_report_is_documents_tables_and_json(folder):
    assert {one.name for one in folder.iterdir()} == {
        "adherence.html", "adherence.pdf", "adherence.docx", "adherence.json", "tables",
    }  # fmt: skip
    rows = list(csv.reader((folder / "tables/children.csv").read_text("utf-8").splitlines()))
    assert rows[0][:3] == ["Child", "Disease", "Eligible"]
    assert [row[0] for row in rows[1:]] == ["INV-01", "INV-02", "INV-03"]
    word = zipfile.ZipFile(folder / "adherence.docx").read("word/document.xml").decode()
    assert "Child INV-03" in word
    assert (
        json.loads((folder / "adherence.json").read_text("utf-8"))["schema"]
        == "urn:leadline:schema:adherence:1"
    )


def test_a_folder_of_others_is_refused_and_left_as_it_is(invented, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputExists):
        write_adherence(invented, tmp_path, formats=("csv",))
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_is_left_behind_when_writing_fails(invented, tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError("the disk is full")

    monkeypatch.setattr("leadline.report.html.write_html", fail)
    with pytest.raises(OSError, match="full"):
        write_adherence(invented, tmp_path / "out", formats=("html",))
    assert list(tmp_path.iterdir()) == []


def test_children_of_another_protocol_are_refused_before_anything_is_written(protocol, tmp_path):
    from typer.testing import CliRunner

    from leadline.cli.protocol import app

    book = tmp_path / "book"
    shutil.copytree(path("swart2019"), book)
    rows = list(csv.DictReader((book / "patients.csv").read_text("utf-8").splitlines()))
    with (book / "patients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "protocol_id", "protocol_version"])
        writer.writeheader()
        writer.writerows({**row, "protocol_id": "another", "protocol_version": "1.0"} for row in rows)
    arguments = ["check", protocol.id, str(book), "--out", str(tmp_path / "out")]
    with pytest.raises(OtherProtocol):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert not (tmp_path / "out").exists()


def test_the_command_writes_the_report_and_answers_with_the_same_json(tmp_path):
    from typer.testing import CliRunner

    from leadline.cli.protocol import app

    arguments = [
        "check",
        "msc_iv_paediatric",
        str(path("swart2019")),
        "--out",
        str(tmp_path / "out"),
        "--formats",
        "csv",
    ]
    ran = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"adherence.json", "tables"}
    assert json.loads(ran.stdout) == json.loads((tmp_path / "out/adherence.json").read_text("utf-8"))


def test_a_report_without_a_casebook_is_refused(tmp_path):
    from typer.testing import CliRunner

    from leadline.cli.protocol import app

    ran = CliRunner().invoke(app, ["check", "msc_iv_paediatric", "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert not (tmp_path / "out").exists()
