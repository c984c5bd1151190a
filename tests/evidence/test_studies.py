"""Reading tables of studies: everything that is wrong at once, and no patient counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import CohortsOverlap, StudiesInvalid
from leadline.evidence.studies import StudyKind, read_studies


def written(folder: Path, text: str) -> Path:
    path = folder / "studies.csv"
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
    return path


def test_each_kind_of_table_is_known_by_its_columns(tmp_path):
    kinds = {
        "study,events,n\nA,1,2": StudyKind.ONE_ARM,
        "study,events_t,n_t,events_c,n_c\nA,1,2,0,3": StudyKind.TWO_ARM,
        "study,events,exposure,unit\nA,1,2.5,child-year": StudyKind.RATE,
        "study,estimate,se\nA,-0.5,0.2": StudyKind.EFFECT,
    }
    for text, kind in kinds.items():
        studies = read_studies(written(tmp_path, text))
        assert studies.kind is kind
        assert studies.names == ("A",)
    assert (
        read_studies(written(tmp_path, "study,events,exposure,unit\nA,1,2.5,child-year")).unit == "child-year"
    )


def test_columns_are_read_whatever_their_order_and_others_are_not_used(tmp_path):
    studies = read_studies(
        written(tmp_path, "doi,n,study,events,disease\n10.1/x,20,Sun 2009,16,SLE\n\n,8,B,3,")
    )
    events, n = studies.columns()
    assert events.tolist() == [16.0, 3.0]
    assert n.tolist() == [20.0, 8.0]
    assert [study.row for study in studies.studies] == [2, 4]  # as a spreadsheet counts: the empty row is 3
    assert studies.studies[0].disease == "SLE"


def test_every_problem_is_named_at_once_with_its_row_and_column(tmp_path):
    table = """study,events,n
               A,3,2
               B,two,9
               C,-1,9
               ,1,9
               E,1.5,9
               F,1,0
               A,,7
               G,nan,7
               H,1_0,70"""
    with pytest.raises(StudiesInvalid) as caught:
        read_studies(written(tmp_path, table))
    expected = (
        "row 2, events: found 3; taken is no more than n, which is 2",
        'row 3, events: found "two"; taken is a whole number, 0 or more',
        'row 4, events: found "-1"',
        "row 5, study: found nothing; taken is the name of the study",
        'row 6, events: found "1.5"',
        'row 7, n: found "0"; taken is a whole number, 1 or more',
        "row 8, events: found nothing",
        'row 8, study: found "A"; taken is each name once (row 2 has it too)',
        'row 9, events: found "nan"',
        'row 10, events: found "1_0"',
    )
    for line in expected:
        assert f"studies.csv, {line}" in caught.value.message
    assert caught.value.message.startswith("10 problem(s)")
    assert caught.value.exit_code == 30


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study,events_t,n_t,events_c,n_c\nA,1,2,4,3", "row 2, events_c: found 4"),
        ("study,events,exposure\nA,1,0", "row 2, exposure"),
        ("study,estimate,se\nA,0.1,0", "row 2, se"),
        ("study,estimate,se\nA,inf,1", "row 2, estimate"),
        ("study,estimate,se,unit\nA,0.1,1,log odds ratio\nB,0.2,1,mg", 'row 3, unit: found "mg"'),
        ("study,events\nA,1", "row 1: found the columns study, events"),
        ("events,n\n1,2", "row 1"),
        ("study,events,n,exposure\nA,1,2,3", "exactly one of"),
        ("study,events,n,n\nA,1,2,3", "stands there twice"),
        ("study,events,n", "holds no study"),
    ],
)
def test_a_table_that_is_not_as_it_should_be_is_refused(tmp_path, text, words):
    with pytest.raises(StudiesInvalid) as caught:
        read_studies(written(tmp_path, text))
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("study,events,n\nA,0,1", (0.0, 1.0)),
        ("study,events_t,n_t,events_c,n_c\nA,0,1,1,1", (0.0, 1.0, 1.0, 1.0)),
        ("study,events,exposure\nA,0,0.001", (0.0, 0.001)),
        ("study,estimate,se\nA,-9,0.001", (-9.0, 0.001)),
    ],
)
def test_the_smallest_numbers_that_say_something_are_taken(tmp_path, text, values):
    assert read_studies(written(tmp_path, text)).studies[0].values == values


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "studies.xlsx").write_bytes(b"PK\x03\x04\xff\xfe")
    (tmp_path / "folder.csv").mkdir()
    for name, words in {
        "studies.xlsx": "it is not text in UTF-8",
        "absent.csv": 'there is no file "absent.csv" there',
        "folder.csv": "it is a folder",
    }.items():
        with pytest.raises(StudiesInvalid, match=words) as caught:
            read_studies(tmp_path / name)
        assert "Error" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("study;events;exposure\nA;3;10.5", StudyKind.RATE, (3.0, 10.5)),
        ("study\tevents\tn\nA\t3\t10", StudyKind.ONE_ARM, (3.0, 10.0)),
        ("Study,Events,N\nA,3,10", StudyKind.ONE_ARM, (3.0, 10.0)),
        ("\ufeffSTUDY,ESTIMATE,SE\nA,-0.5,0.2", StudyKind.EFFECT, (-0.5, 0.2)),
        ("study,events,n\nA,3,10,,", StudyKind.ONE_ARM, (3.0, 10.0)),  # empty cells say nothing
        ('study,events,n\n"Sun, 2009",3,10', StudyKind.ONE_ARM, (3.0, 10.0)),
    ],
)
def test_other_separators_capitals_and_a_byte_order_mark_are_read(tmp_path, text, kind, values):
    studies = read_studies(written(tmp_path, text))
    assert (studies.kind, studies.studies[0].values) == (kind, values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study,events,exposure\nA,3,10,5", "row 2: found 4 cells (A, 3, 10, 5); taken are 3"),
        ("study,estimate,se\nA,0.2,0.1\nB,0,2,0.1", "row 3: found 4 cells (B, 0, 2, 0.1); taken are 3"),
        ("study;events;exposure\nA;3;10,5", 'row 2, exposure: found "10,5"; taken is a number above 0'),
        ("study;events,n\nA;3,10", "found commas and semicolons between the headings"),
        ("Study,study,events,n\nA,A,3,10", "the column study stands there twice"),
    ],
)
def test_a_decimal_comma_is_never_a_column(tmp_path, text, words):
    with pytest.raises(StudiesInvalid) as caught:
        read_studies(written(tmp_path, text))
    assert words in caught.value.message


COHORTS = """study,events,n,cohort
             WangD2013,23,83,Nanjing
             Gu2014,49,81,Nanjing
             Wang2018,30,81,Nanjing
             Barbado2018,2,3,"""


def test_studies_of_one_cohort_are_refused_until_one_is_chosen(tmp_path):
    path = written(tmp_path, COHORTS)
    with pytest.raises(CohortsOverlap) as caught:
        read_studies(path)
    assert "cohort Nanjing: WangD2013 (row 2), Gu2014 (row 3), Wang2018 (row 4)" in caught.value.message
    assert caught.value.exit_code == 31
    chosen = read_studies(path, keep=["Gu2014"])
    assert chosen.names == ("Gu2014", "Barbado2018")
    assert [study.name for study in chosen.left_out] == ["WangD2013", "Wang2018"]


def test_two_of_one_cohort_cannot_be_kept_and_an_unknown_one_is_named(tmp_path):
    path = written(tmp_path, COHORTS)
    with pytest.raises(CohortsOverlap):
        read_studies(path, keep=["Gu2014", "Wang2018"])
    with pytest.raises(StudiesInvalid, match="no study named Gu2041"):
        read_studies(path, keep=["Gu2041"])
