"""Which children an amendment touches: an invented casebook of three, judged by hand here."""

# ruff: noqa: E501 - the edits are in the words of the file, whose lines are long
import pytest

from leadline.casebook import read_casebook
from leadline.protocol.amendments import touched_children
from tests.protocol.edits import read

PATIENTS = """\
patient_id,diagnosis,ilar_category,protocol_id,protocol_version
INV-01,jia,poly_rf_neg,msc_iv_paediatric,1.0
INV-02,jia,poly_rf_neg,msc_iv_paediatric,1.0
INV-03,jia,poly_rf_neg,msc_iv_paediatric,0.9
"""
INFUSIONS = """\
patient_id,infusion_no,infusion_start,route,status,dose_cells_per_kg,dose_basis,viability_pct
INV-01,1,2024-03-04,iv,completed,2.0,viable,75
INV-02,1,2024-03-04,iv,completed,3.0,viable,92
INV-03,1,2024-03-04,iv,completed,2.0,viable,60
"""
VISITS = """\
patient_id,visit_date,physician_global_0_10
INV-01,2024-03-04,6
INV-01,2024-04-29,4
INV-02,2024-03-04,5
INV-02,2024-04-29,5
"""


@pytest.fixture
def casebook(tmp_path):
    for name, text in (("patients", PATIENTS), ("infusions", INFUSIONS), ("visits", VISITS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_casebook(tmp_path)


def touched(casebook, *edits):
    return {
        child.patient_id: [(one.about, one.title, one.before, one.after) for one in child.touched]
        for child in touched_children(read(), read(*edits), casebook)
    }


def test_a_stricter_release_test_makes_a_past_infusion_a_deviation(casebook):
    """75 % is at least 70 % and not at least 80 %; 92 % is both, and is judged by the new rule all the same."""
    assert touched(casebook, ('{low: 70, unit: "%"', '{low: 80, unit: "%"')) == {
        "INV-01": [("infusion 1", "Viability", "as written", "major deviation")],
        "INV-02": [("infusion 1", "Viability", "as written", "as written")],
        "INV-03": [],
    }


def test_another_dose_turns_what_was_planned_into_a_deviation_and_back(casebook):
    """2 +- 20 % is 1.6 to 2.4 million per kg, 3 +- 20 % is 2.4 to 3.6: each child is within one of them."""
    assert touched(casebook, ("per_kg: {value: 2,", "per_kg: {value: 3,")) == {
        "INV-01": [("infusion 1", "Dose as planned", "as written", "minor deviation")],
        "INV-02": [("infusion 1", "Dose as planned", "minor deviation", "as written")],
        "INV-03": [],
    }


def test_a_coming_visit_that_is_moved_touches_the_children_who_are_to_make_it(casebook):
    """The last visits were on day 56, so week 24 is to come; 15 days earlier its window opens on day 139."""
    found = touched(casebook, ("day: 168, first: 154, last: 182", "day: 168, first: 139, last: 182"))
    assert {child: [one[:2] for one in each] for child, each in found.items()} == {
        "INV-01": [("to come", "Week 24")],
        "INV-02": [("to come", "Week 24")],
        "INV-03": [],
    }
    assert found["INV-01"][0][2].startswith("day 154 to 182: ")
    assert found["INV-01"][0][3].startswith("day 139 to 182: ")


def test_a_rule_of_another_disease_touches_nobody(casebook):
    assert touched(
        casebook, ("limit: {low: 6, source: [farge2025],", "limit: {low: 8, source: [farge2025],")
    ) == {
        "INV-01": [],
        "INV-02": [],
        "INV-03": [],
    }


def test_a_reason_worded_otherwise_touches_nobody(casebook):
    found = touched(casebook, ("why: The usual minimum; others", "why: The least; others"))
    assert set(found) == {"INV-01", "INV-02", "INV-03"}
    assert not any(found.values())


SAME_MEANING = {
    "a dose in single cells": [("per_kg: {value: 2, unit: 10*6/kg", 'per_kg: {value: 2000000, unit: "{cells}/kg"')],
    "drugs in another order": [("drugs: [csdmard, antimalarial, cytotoxic, ivig]", "drugs: [ivig, csdmard, antimalarial, cytotoxic]")],
    "a name": [("id: viability, title: Viability,", "id: viability, title: Viable cells,")],
    "items in another order": [("items: &every_time [weight_kg, height_cm,", "items: &every_time [height_cm, weight_kg,")],
}  # fmt: skip


@pytest.mark.parametrize("edits", SAME_MEANING.values(), ids=SAME_MEANING)
def test_what_means_the_same_touches_nobody(casebook, edits):
    found = touched(casebook, *edits)
    assert set(found) == {"INV-01", "INV-02", "INV-03"}
    assert not any(found.values())


def test_a_child_of_another_version_is_not_looked_at_and_says_so(casebook):
    children = touched_children(read(), read(('{low: 70, unit: "%"', '{low: 80, unit: "%"')), casebook)
    assert [child.elsewhere for child in children] == [False, False, True]


def test_every_further_infusion_is_looked_at_by_itself(casebook, tmp_path):
    """Second and third infusions 100 days apart: 91 days apart is asked, and then 99, and then 101 days."""
    rows = [f"INV-01,{number},{day},iv,completed,2.0,viable,75" for number, day in
            ((2, "2024-06-12"), (3, "2024-09-20"))]  # fmt: skip
    (tmp_path / "infusions.csv").write_text(INFUSIONS + "\n".join(rows) + "\n", encoding="utf-8")
    book = read_casebook(tmp_path)

    def intervals(days):
        found = touched(book, ("interval: {first: 91", f"interval: {{first: {days}"))
        return [one[2:] for one in found["INV-01"] if one[0] == "further infusions"]

    assert intervals(99) == [("as written", "as written")] * 2
    assert intervals(101) == [("as written", "major deviation")] * 2
