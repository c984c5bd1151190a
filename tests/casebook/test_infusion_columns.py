"""What the table of infusions says of how the cells were given, and of the tests that released them."""

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.schema import INFUSIONS
from leadline.measures.cell_product import ISCT_2006
from tests.casebook.books import book, problems_of

HEADER = "patient_id,infusion_no,infusion_start"


def fields(folder, columns: str, cells: str) -> dict:
    path = book(folder, infusions=f"{HEADER},{columns}\nCHILD-01,1,2019-03-14,{cells}\n")
    return dict(read_casebook(path).case("CHILD-01").infusions[0].fields)


def test_minutes_come_in_order_and_once(tmp_path):
    assert fields(tmp_path, "vital_signs_minutes", "60; 0;15;31;15")["vital_signs_minutes"] == "0;15;31;60"


def test_one_time_alone_is_read(tmp_path):
    assert fields(tmp_path, "vital_signs_minutes", "30")["vital_signs_minutes"] == "30"


@pytest.mark.parametrize("cell", ["0;15;half an hour", "-15;0", "0;15.5", "9000", ";"])
def test_what_is_no_list_of_minutes_is_a_problem(tmp_path, cell):
    path = book(tmp_path, infusions=f"{HEADER},vital_signs_minutes\nCHILD-01,1,2019-03-14,{cell}\n")
    assert [(table, row, column) for table, row, column, _ in problems_of(path)] == [
        ("infusions", 2, "vital_signs_minutes")
    ]


def test_a_test_that_is_pending_is_not_a_test_that_is_not_recorded(tmp_path):
    read = fields(tmp_path, "sterility_test,mycoplasma_test,gram_stain", "pending,not_done,")
    tests = [read[name] for name in ("sterility_test", "mycoplasma_test", "gram_stain")]
    assert tests == ["pending", "not_done", None]


def test_the_protocol_of_a_child_is_read(tmp_path):
    path = book(
        tmp_path,
        patients="""patient_id,birth_date,diagnosis,protocol_id,protocol_version,enrolled_date,assigned_arm
        CHILD-01,2010-05,jia,msc_iv_paediatric,1.0,2019-02,msc""".replace("        ", ""),
    )
    patient = read_casebook(path).case("CHILD-01").patient
    assert [
        patient[name] for name in ("protocol_id", "protocol_version", "enrolled_date", "assigned_arm")
    ] == [
        "msc_iv_paediatric",
        "1.0",
        "2019-02",
        "msc",
    ]


def test_the_markers_stand_under_the_names_that_the_identity_criterion_has_for_them():
    assert {item.id for item in ISCT_2006.items} <= {column.id for column in INFUSIONS.columns}
