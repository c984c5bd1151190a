"""The empty casebook explains itself and reads back; a casebook written again is the same; no text is run."""

import csv
import itertools
import zipfile

import fastexcel
import pytest

from leadline.casebook import check_casebook, examples, read_casebook, safe_cell
from leadline.casebook.schema import TABLES
from leadline.casebook.workbook import (
    template_columns,
    write_casebook,
    write_casebook_xlsx,
    write_template,
    write_template_xlsx,
)
from leadline.errors import LeadlineError, OutputExists
from leadline.measures.core_set import UPPER_LIMITS
from tests.casebook.books import book


@pytest.mark.parametrize(
    "write", [write_template, lambda folder: write_template_xlsx(folder / "casebook.xlsx")]
)
def test_an_empty_casebook_has_no_problem_and_no_child(tmp_path, write):
    write(tmp_path / "new")
    checked = check_casebook(tmp_path / "new")
    assert checked.problems == ()
    assert checked.counts["patients"] == 0
    assert checked.notices == (
        "patients: no child is entered, so that there is nothing to judge or to report.",
    )


def test_the_template_has_every_table_and_column(tmp_path):
    write_template(tmp_path / "new")
    for name, table in TABLES.items():
        with (tmp_path / "new" / f"{name}.csv").open(encoding="utf-8-sig") as file:
            header = next(csv.reader(file))
        assert header[: len(table.columns)] == [column.id for column in table.columns]
    write_template_xlsx(tmp_path / "book" / "casebook.xlsx")
    sheets = fastexcel.read_excel(tmp_path / "book" / "casebook.xlsx").sheet_names
    assert sheets == ["read me", *TABLES, "columns", "lists"]


def test_every_column_of_the_template_explains_itself(tmp_path):
    for table in TABLES.values():
        for column in template_columns(table):
            assert column.title, column.id
            assert column.allowed, column.id
            assert column.example or column.id == "children", column.id
    write_template(tmp_path / "new")
    lines = (tmp_path / "new" / "columns.csv").read_text(encoding="utf-8-sig").splitlines()
    explained = {(row["table"], row["column"]) for row in csv.DictReader(lines)}
    assert {(t.name, c.id) for t in TABLES.values() for c in template_columns(t)} <= explained


def test_a_template_for_one_disease_leaves_the_others_items_out():
    visits = TABLES["visits"]
    of = {
        disease: {column.id for column in template_columns(visits, disease)}
        for disease in ("", "jia", "sle", "mctd")
    }
    assert "sledai_rash" not in of["jia"]
    assert "cmas" not in of["sle"]
    assert {"sledai_rash", "pga_0_3"} <= of["sle"]
    assert {"cmas", "raynaud_condition_score"} <= of["mctd"]
    assert of["jia"] | of["sle"] | of["mctd"] == of[""]


def test_the_template_asks_for_each_limit_of_normal_that_a_criterion_needs():
    offered = [column.id for column in template_columns(TABLES["visits"], "jia")]
    assert UPPER_LIMITS.keys() == {"esr_mm_h", "crp_mg_l"}
    for item in UPPER_LIMITS:
        assert offered[offered.index(item) + 1] == f"{item}_ref_high"


def test_an_unknown_disease_is_refused(tmp_path):
    with pytest.raises(LeadlineError):
        write_template(tmp_path / "new", disease="gout")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_filled_with_its_own_examples_reads_back_without_a_problem(tmp_path, form):
    """The words that the template gives as examples are typed under its headers, as a first user does."""
    filled = {}
    for name, table in TABLES.items():
        columns = [column for column in template_columns(table) if column.example]
        if name == "observations":  # a number or a finding, not both
            columns = [column for column in columns if column.id not in ("value_code", "comparator")]
        if name == "joint_counts":  # a joint, or totals
            columns = [column for column in columns if not column.id.endswith("_count")]
        if name == "about":
            columns = [column for column in columns if column.id != "note"]
        filled[name] = [[column.id for column in columns], [column.example for column in columns]]
    if form == "csv":
        for name, rows in filled.items():
            with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(tmp_path / "casebook.xlsx", {"strings_to_numbers": True}) as workbook:
            for name, rows in filled.items():
                sheet = workbook.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
    checked = check_casebook(tmp_path)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.casebook is not None
    case = checked.casebook.case("CHILD-01")
    assert len(case.assessments[0].facts) > 50


@pytest.mark.parametrize("name", examples.names())
def test_a_casebook_written_again_is_the_same(tmp_path, name):
    casebook = read_casebook(examples.path(name))
    write_casebook(casebook, tmp_path / "folder")
    write_casebook_xlsx(casebook, tmp_path / "casebook.xlsx")
    for place in (tmp_path / "folder", tmp_path / "casebook.xlsx"):
        again = read_casebook(place)
        assert again.hash == casebook.hash
        assert list(again.cases()) == list(casebook.cases())


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", " =1+1", "\t=1+1", "'=1+1"]


@pytest.mark.parametrize("text", DANGEROUS[:-1])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "better", "5 mg", "a = b", "'=1+1", "  words"])
def test_other_text_is_left_alone(text):
    assert safe_cell(text) == text


def test_dangerous_text_survives_being_written_and_read_and_is_never_written_bare(tmp_path):
    rows = "\n".join(f'CHILD-01,"{text}",improved' for text in DANGEROUS[:5])
    casebook = read_casebook(book(tmp_path, reports=f"patient_id,statement,claim\n{rows}"))
    assert [report.statement for report in casebook.case("CHILD-01").reports] == DANGEROUS[:5]
    write_casebook(casebook, tmp_path / "again")
    write_casebook_xlsx(casebook, tmp_path / "again.xlsx")
    with (tmp_path / "again" / "reports.csv").open(encoding="utf-8-sig") as file:
        cells = list(itertools.chain.from_iterable(csv.reader(file)))
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    with zipfile.ZipFile(tmp_path / "again.xlsx") as archive:
        sheets = b"".join(archive.read(part) for part in archive.namelist() if "worksheets/sheet" in part)
    assert b"<f>" not in sheets
    for place in (tmp_path / "again", tmp_path / "again.xlsx"):
        assert read_casebook(place).hash == casebook.hash


def test_two_workbooks_of_one_casebook_are_the_same_bytes(tmp_path):
    casebook = read_casebook(examples.path("wong2021"))
    one, two = (
        write_casebook_xlsx(casebook, tmp_path / f"{name}.xlsx").read_bytes() for name in ("one", "two")
    )
    assert one == two


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine.csv").write_text("a")
    casebook = read_casebook(examples.path("wong2021"))
    for write in (
        lambda: write_template(tmp_path),
        lambda: write_template_xlsx(tmp_path / "casebook.xlsx"),
        lambda: write_casebook(casebook, tmp_path),
        lambda: write_casebook_xlsx(casebook, tmp_path / "mine.csv"),
    ):
        with pytest.raises(OutputExists):
            write()
