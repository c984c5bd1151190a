"""The schema itself: the columns of the interchange tables, and that its own examples and pages agree with it."""

from pathlib import Path

import pytest

from leadline.casebook.headers import columns_of
from leadline.casebook.items import ITEMS
from leadline.casebook.page import casebook_page
from leadline.casebook.schema import TABLES, Kind

# Columns that a person fills in, as the interchange document names them (sections 1 to 8), typed from there.
INTERCHANGE = {
    "patients": "patient_id site_id birth_date sex ancestry country vital_status death_date death_cause"
    " last_contact_date diagnosis ilar_category onset_date diagnosis_date diagnosis_certainty"
    " refractory_definition refractory_met consent_kind consent_date consent_version assent"
    " publication_permission",
    "visits": "visit_uid visit_date visit_kind timepoint assessor_role setting adverse_events_assessed"
    " ae_asked_since",
    "observations": "visit_uid obs_date measure value_num comparator unit value_code value_text ref_low ref_high lab"
    " method rater instrument_version language",
    "joint_counts": "joint assessed swollen tender limited injected_since active_joint_count limited_joint_count"
    " list_used",
    "medications": "drug_text substance atc indication route dose dose_unit dose_basis frequency start_date end_date"
    " ongoing as_of stop_reason response response_basis adequate_trial informant",
    "infusions": "infusion_no infusion_start infusion_end route site product_name licensed cell_type tissue_source"
    " donor dose_cells_total dose_cells_per_kg dose_basis viability_pct passage fresh_or_thawed"
    " culture_serum lot_number release_certificate premedication provider country regulatory_basis"
    " decided_by team_asked_first status weight_kg_at_infusion concomitant_change",
    "adverse_events": "term_text term_code start_date end_date detected_date recorded_date ctcae_grade serious outcome"
    " relation_msc method suspect_uid action_taken expected reporter",
    "reports": "report_date speaker channel statement claim magnitude domain period_from period_to linked_measure",
}  # fmt: skip


@pytest.mark.parametrize("table", INTERCHANGE)
def test_the_columns_of_the_interchange_document_are_there(table):
    assert set(INTERCHANGE[table].split()) <= {column.id for column in TABLES[table].columns}


def test_what_follows_from_other_columns_is_no_column():
    derived = {"finding", "active", "before_first_infusion", "days_from_last_infusion"}
    assert derived.isdisjoint(column.id for table in TABLES.values() for column in table.columns)


def test_every_table_takes_the_housekeeping_columns():
    wanted = {"uid", "source_kind", "source_ref", "recorded_at", "recorded_by", "row_status", "missing"}
    assert all(wanted <= set(columns_of(table)) for name, table in TABLES.items() if name != "about")


def test_a_choice_has_choices_and_its_example_is_one_of_them():
    for table in TABLES.values():
        for column in table.columns:
            assert bool(column.choices) == (column.kind in (Kind.CHOICE, Kind.CHOICES)), column.id
            if column.kind is Kind.CHOICE:
                assert column.example in column.choices, column.id


def test_every_item_is_a_column_of_visits_and_no_two_items_share_a_name():
    names = columns_of(TABLES["visits"])
    assert set(ITEMS) <= set(names)
    for item in ITEMS.values():
        for alias in item.aliases:
            assert alias not in ITEMS
            assert getattr(names[alias], "item", None) is item


def test_the_page_names_every_column_and_item():
    page = casebook_page()
    assert all(f"`{column.id}`" in page for table in TABLES.values() for column in table.columns)
    assert all(f"`{item}`" in page for item in ITEMS)


def test_no_row_of_the_page_has_more_or_fewer_cells_than_its_header():
    width = None
    for line in casebook_page().splitlines():
        if not line.startswith("|"):
            width = None
            continue
        cells = line.replace("\\|", "").count("|")
        assert width in (None, cells), line
        width = cells


def test_the_page_in_the_documentation_is_up_to_date():
    page = Path(__file__).parents[2] / "docs" / "casebook.md"
    assert page.read_text(encoding="utf-8").endswith(casebook_page()), "run `make generated`"
