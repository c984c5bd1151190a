"""The outer form of files: encodings, separators, decimal marks, blank rows, Parquet, damaged workbooks."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from leadline.casebook import check_casebook, read_casebook, workbook_guard
from leadline.errors import CasebookUnreadable
from tests.casebook.books import INFUSIONS, PATIENTS, book, problems_of

VISITS = "patient_id,visit_date,chaq_di,esr_mm_h,crp_mg_l\nCHILD-01,2019-04-01,1.5,20,0.8\n"


def values(path: Path) -> dict[str, object]:
    (assessment,) = read_casebook(path).case("CHILD-01").assessments
    return {item: fact.value for item, fact in assessment.facts.items()}


EXPECTED = {"chaq_di": 1.5, "esr_mm_h": 20, "crp_mg_l": 0.8}


@pytest.mark.parametrize(
    "content",
    [
        VISITS.encode(),
        b"\xef\xbb\xbf" + VISITS.encode(),
        VISITS.replace("\n", "\r\n").encode(),
        VISITS.replace(",", ";").encode(),
        VISITS.replace(",", ";").replace("1.5", "1,5").replace("0.8", "0,8").encode(),
        VISITS.replace(",", "\t").encode(),
        VISITS.replace("1.5", '"1,5"').replace("0.8", '"0,8"').encode(),
        VISITS.replace("chaq_di", " CHAQ DI ").replace("esr_mm_h", "ESR_mm_h").encode(),
        VISITS.replace("\nCHILD", "\n,,,,\n\nCHILD").encode(),
    ],
    ids=["plain", "BOM", "CRLF", "semicolons", "semicolons and decimal commas", "tabs", "quoted decimal commas",
         "loose header", "blank rows"],
)  # fmt: skip
def test_the_form_of_the_file_does_not_change_what_is_read(tmp_path, content):
    (book(tmp_path) / "visits.csv").write_bytes(content)
    assert values(tmp_path) == EXPECTED


def test_blank_rows_keep_the_numbers_of_the_rows_after_them(tmp_path):
    book(tmp_path, visits="patient_id,visit_date,esr_mm_h\n\n,,\nCHILD-01,2019-04-01,900")
    assert problems_of(tmp_path) == [("visits", 4, "esr_mm_h", "900")]


def test_a_cell_with_a_line_break_is_one_row(tmp_path):
    book(
        tmp_path,
        reports='patient_id,statement,claim\nCHILD-01,"better\nand better",improved\nCHILD-01,x,heeled',
    )
    assert [(table, row, column) for table, row, column, _ in problems_of(tmp_path)] == [
        ("reports", 3, "claim")
    ]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (
            "patient_id;visit_date;chaq_di;esr_mm_h\nCHILD-01;2019-04-01;1,5;20.5\nCHILD-01;2019-05-01;1,25;20",
            2,
            "esr_mm_h",
        ),
        ('patient_id,visit_date,platelets_per_ul\nCHILD-01,2019-04-01,"250,000"', 2, "platelets_per_ul"),
        ("patient_id;visit_date;platelets_per_ul\nCHILD-01;2019-04-01;250.000", 2, "platelets_per_ul"),
    ],
    ids=["both marks", "a comma for thousands", "a point for thousands"],
)
def test_a_decimal_mark_that_is_in_doubt_is_a_problem(tmp_path, text, row, column):
    assert (row, column) in [(r, c) for _, r, c, _ in problems_of(book(tmp_path, visits=text))]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'patient_id,visit_date,chaq_di,esr_mm_h\nCHILD-01,2019-04-01,"1,25",20.5\nCHILD-01,2019-05-01,1.5,20',
            ("visits", 2, "chaq_di", "a decimal comma: 1,25"),
        ),
        (
            "patient_id;visit_date;chaq_di;esr_mm_h\nCHILD-01;2019-04-01;1,5;20.5\nCHILD-01;2019-05-01;1,25;20",
            ("visits", 2, "esr_mm_h", "a decimal point: 20.5"),
        ),
    ],
    ids=["one comma among points", "one point among commas"],
)
def test_the_rarer_of_two_decimal_marks_is_one_problem_a_cell(tmp_path, text, problem):
    assert problems_of(book(tmp_path, visits=text)) == [problem]


def test_a_quotation_mark_that_never_closes_is_one_problem_and_not_one_for_each_row_after(tmp_path):
    book(
        tmp_path,
        visits='patient_id,visit_uid,visit_date,esr_mm_h\nCHILD-01,V1,"2019-04-01,20\nCHILD-01,V2,2019-05-01,20,4,5',
        observations="patient_id,visit_uid,measure,value_num\nCHILD-01,V1,esr,20",
    )
    assert [(table, row) for table, row, _, _ in problems_of(tmp_path)] == [("visits", None)]


def test_a_code_with_a_point_is_no_decimal_point(tmp_path):
    text = "patient_id;visit_date;timepoint;chaq_di\nCHILD-01;2019-04-01;1.5;1,5"
    assert values(book(tmp_path, visits=text)) == {"chaq_di": 1.5}


def test_a_comma_in_free_text_is_no_decimal_comma(tmp_path):
    book(tmp_path, visits=VISITS, medications='patient_id,drug_text,dose\nCHILD-01,"1,5 prednisone",2.5')
    assert problems_of(tmp_path) == []


def test_latin_1_is_read_and_said_to_be(tmp_path):
    (book(tmp_path) / "reports.csv").write_bytes(
        "patient_id,claim,statement\nCHILD-01,improved,geht viel besser: prächtig\n".encode("latin-1")
    )
    casebook = read_casebook(tmp_path)
    assert casebook.case("CHILD-01").reports[0].statement == "geht viel besser: prächtig"
    assert ["Latin-1" in notice for notice in casebook.notices] == [True]


@pytest.mark.parametrize(
    "content", [b"\xff\xfep\x00a\x00", b"PK\x03\x04\x00\x00", b"", b"\n \n", b"\xef\xbb\xbf"]
)
def test_a_file_that_is_no_csv_is_a_problem_of_its_table(tmp_path, content):
    (book(tmp_path) / "visits.csv").write_bytes(content)
    assert [(table, row) for table, row, _, _ in problems_of(tmp_path)] == [("visits", None)]


def test_parquet_and_csv_give_the_same_casebook(tmp_path):
    (tmp_path / "csv").mkdir()
    (tmp_path / "parquet").mkdir()
    as_csv = book(tmp_path / "csv", visits=VISITS)
    for file in as_csv.glob("*.csv"):
        pl.read_csv(file, try_parse_dates=True).write_parquet(tmp_path / "parquet" / f"{file.stem}.parquet")
    assert read_casebook(tmp_path / "parquet").hash == read_casebook(as_csv).hash


def test_one_table_in_two_files_is_a_problem(tmp_path):
    pl.DataFrame({"patient_id": ["CHILD-01"]}).write_parquet(book(tmp_path) / "patients.parquet")
    assert [(table, row) for table, row, _, _ in problems_of(tmp_path)] == [("patients", None)]


@pytest.mark.parametrize("name", ["casebook.xlsx", "visits.xls", "visits.ods"])
def test_a_workbook_beside_tables_is_a_problem_and_is_not_passed_over(tmp_path, name):
    (book(tmp_path) / name).write_bytes(b"")
    assert problems_of(tmp_path) == [(name, None, "", "a workbook beside tables in files of their own")]


@pytest.mark.parametrize("name", ["visits.txt", "Visits.tsv", "visits.csv.gz", "adverse events.numbers"])
def test_a_table_in_a_file_that_is_not_read_is_a_problem_and_is_not_passed_over(tmp_path, name):
    (book(tmp_path) / name).write_bytes(b"")
    assert problems_of(tmp_path) == [(name, None, "", "a table in a file that is not read")]


def test_a_file_that_names_no_table_may_lie_beside_them(tmp_path):
    (book(tmp_path) / "notes.txt").write_text("seen on Monday")
    assert problems_of(tmp_path) == []


def test_the_lock_file_of_a_spreadsheet_is_no_problem(tmp_path):
    (book(tmp_path) / "~$casebook.xlsx").write_bytes(b"")
    assert problems_of(tmp_path) == []


def test_a_parquet_file_that_is_cut_off_is_a_problem_of_its_table(tmp_path):
    (book(tmp_path) / "visits.parquet").write_bytes(b"PAR1 and then nothing")
    assert [(table, row) for table, row, _, _ in problems_of(tmp_path)] == [("visits", None)]


# ---- no casebook -------------------------------------------------------------------------------------------------


def test_what_is_no_casebook_is_unreadable(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "empty").mkdir()
    for place in ("notes.txt", "patients.csv", "nowhere", "empty"):
        with pytest.raises(CasebookUnreadable) as raised:
            check_casebook(tmp_path / place)
        assert raised.value.exit_code == 20
        assert raised.value.hint


# ---- workbooks ---------------------------------------------------------------------------------------------------


def workbook(path: Path, **sheets: str) -> Path:
    """A workbook with each sheet as CSV text; cells that are numbers are numbers, those that begin with = formulas."""
    with xlsxwriter.Workbook(path) as written:
        for name, text in ({"patients": PATIENTS, "infusions": INFUSIONS} | sheets).items():
            sheet = written.add_worksheet(name)
            for row, line in enumerate(text.strip().splitlines()):
                for column, cell in enumerate(line.split(",")):
                    sheet.write(
                        row, column, float(cell) if cell.replace(".", "", 1).isdigit() and row else cell
                    )
    return path


def test_a_workbook_is_read_like_the_folder(tmp_path):
    assert values(workbook(tmp_path / "book.xlsx", visits=VISITS)) == EXPECTED


def test_a_folder_that_holds_one_workbook_is_that_workbook(tmp_path):
    workbook(tmp_path / "book.xlsx", visits=VISITS)
    (tmp_path / "~$book.xlsx").write_bytes(b"a lock file of the spreadsheet")
    assert values(tmp_path) == EXPECTED


def test_a_casebook_is_called_as_what_its_user_names(tmp_path):
    """`leadline new` calls every workbook casebook.xlsx: the folder tells two of them apart."""
    (tmp_path / "my-series").mkdir()
    book = workbook(tmp_path / "my-series" / "casebook.xlsx")
    assert read_casebook(tmp_path / "my-series").name == "my-series"
    assert read_casebook(book).name == "casebook"


def test_a_date_that_the_spreadsheet_made_its_own_is_read_as_that_date(tmp_path):
    import datetime as dt

    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as written:
        sheet = written.add_worksheet("patients")
        sheet.write_row(0, 0, ["patient_id", "birth_date"])
        sheet.write(1, 0, "CHILD-01")
        sheet.write_datetime(1, 1, dt.date(2010, 5, 3), written.add_format({"num_format": "dd/mm/yyyy"}))
    birth = read_casebook(tmp_path / "book.xlsx").case("CHILD-01").birth
    assert birth is not None
    assert (birth.first, birth.last) == (dt.date(2010, 5, 3).toordinal(),) * 2


def test_a_formula_is_named_by_its_cell(tmp_path):
    book_path = workbook(
        tmp_path / "book.xlsx",
        visits="patient_id,visit_date,esr_mm_h\nCHILD-01,2019-04-01,20\nCHILD-01,2019-05-01,=C2+1",
    )
    assert ("visits", 3, "esr_mm_h", "a formula") in problems_of(book_path)


def test_an_unknown_sheet_is_a_problem_and_an_explaining_one_is_not(tmp_path):
    path = workbook(tmp_path / "book.xlsx", columns="a,b\n1,2", reprots="patient_id,claim\nCHILD-01,improved")
    assert problems_of(path) == [("reprots", None, "", "a table that a casebook does not have")]


def test_a_header_that_is_not_in_row_1_is_a_problem(tmp_path):
    path = workbook(tmp_path / "book.xlsx", visits="\n\n" + "x")
    with xlsxwriter.Workbook(path) as written:
        written.add_worksheet("patients").write_row(2, 0, ["patient_id"])
    assert problems_of(path) == [("patients", None, "", "no header in row 1")]


def test_a_workbook_that_was_cut_off_is_unreadable(tmp_path):
    whole = workbook(tmp_path / "book.xlsx", visits=VISITS).read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.xlsx").write_bytes(whole[:length])
        with pytest.raises(CasebookUnreadable):
            check_casebook(tmp_path / "cut.xlsx")


def test_a_workbook_with_a_damaged_part_is_unreadable(tmp_path):
    whole = bytearray(workbook(tmp_path / "book.xlsx", visits=VISITS).read_bytes())
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    whole[sheet.header_offset + 80] ^= 0xFF
    (tmp_path / "damaged.xlsx").write_bytes(whole)
    with pytest.raises(CasebookUnreadable):
        check_casebook(tmp_path / "damaged.xlsx")


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b" " * 1_000_000)
    return path


def test_a_zip_bomb_is_not_opened(tmp_path):
    small = bomb(tmp_path / "bomb.xlsx", 60)
    assert small.stat().st_size < 100_000
    with pytest.raises(CasebookUnreadable, match="unpacks to more"):
        check_casebook(small)


def test_a_workbook_that_lies_about_its_size_is_found_out(tmp_path):
    path = bomb(tmp_path / "bomb.xlsx", 30)
    content = bytearray(path.read_bytes())
    true_size, small = (30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert true_size in content
    path.write_bytes(content.replace(true_size, small))
    with pytest.raises(CasebookUnreadable):
        check_casebook(path)


def test_the_limit_on_what_a_workbook_unpacks_to_holds(tmp_path, monkeypatch):
    path = workbook(tmp_path / "book.xlsx", visits=VISITS)
    monkeypatch.setattr(workbook_guard, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(CasebookUnreadable, match="unpacks to more"):
        check_casebook(path)


def test_the_hash_is_of_the_content_alone(tmp_path):
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    one = read_casebook(book(tmp_path / "one", visits=VISITS)).hash
    shuffled = "chaq_di;crp_mg_l;esr_mm_h;visit_date;setting;patient_id\n1,5;0,8;20;2019-04-01;;CHILD-01"
    assert read_casebook(book(tmp_path / "two", visits=shuffled)).hash == one
    assert read_casebook(book(tmp_path / "three", visits=VISITS.replace("20,", "21,"))).hash != one
