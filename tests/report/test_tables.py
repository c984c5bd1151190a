"""Tables: the words of each cell, typed from what the findings hold; nothing left to guess, nothing that runs."""

from __future__ import annotations

import csv
import re
from dataclasses import replace

import pytest
from matplotlib.text import Text

from leadline.casebook.case import DrugCourse, Infusion, RowRef
from leadline.casebook.days import FAR, DaySpan
from leadline.casebook.schema import ILAR_CATEGORIES
from leadline.report.blocks import Column, Table
from leadline.report.figures.timeline import plot_timeline
from leadline.report.figures.words import dose_words
from leadline.report.folder import write_csv
from leadline.report.tables import all_tables
from leadline.report.tables.children import children_table, children_tables
from leadline.report.tables.claims import claims_table, quoted_evidence_table, table_words
from leadline.report.tables.events import event_rate_table, event_table
from leadline.report.tables.infusions import infusion_table
from leadline.report.tables.methods import PARAMETERS
from leadline.report.tables.missing import completeness_table, missing_table, to_record
from leadline.report.tables.series import counts_table
from leadline.report.words import (
    CLAIMS,
    day_words,
    midway,
    number_words,
    proportion_words,
    records_words,
    typeset,
)
from leadline.verdicts.findings import Proportion
from leadline.verdicts.parameters import Parameters
from tests.report.sample import SECRET, child_jia, three_children

RAW_ID = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b")
DATE = re.compile(r"\b(19|20)\d\d-\d\d(-\d\d)?\b")


def cells(table: Table):
    return [(table.columns[n], cell) for row in table.rows for n, cell in enumerate(row)]


def column(table: Table, heading: str) -> list[str]:
    number = [each.heading for each in table.columns].index(heading)
    return [row[number] for row in table.rows]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        # three of three: 29 to 100 %; none of three: up to 71 % (Clopper-Pearson, exact)
        (Proportion(3, 3, 0.2924, 1.0, 1.0), "3/3 (29 to 100%)"),
        (Proportion(0, 3, 0.0, 0.7076, 0.6316), "0/3 (0 to 71%)"),
        (Proportion(1, 3, 0.0084, 0.9057, 0.8646), "1/3 (0.8 to 91%)"),
        (Proportion(0, 0, None, None, None), "0/0"),
    ],
)
def test_a_share_is_a_count_of_a_count_with_its_interval(share, words):
    assert proportion_words(share) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, "day not recorded"),
        (DaySpan(65, 65), "day 65"),
        (DaySpan(-43, -14), "day -43 to -14"),
        (DaySpan(-FAR, -800), "day -800 or before"),
        (DaySpan(10, FAR), "day 10 or after"),
        (DaySpan(-FAR, FAR), "day not recorded"),
    ],
)
def test_a_day_known_in_part_is_never_one_day(span, words):
    assert day_words(span) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (0.00005, "below 0.0001"), (0.01512, "0.0151"), (0.4, "0.4"), (1.0, "1"), (1234.4, "1234")],
)
def test_a_figure_has_three_digits_and_no_exponent(value, words):
    assert number_words(value) == words


def test_minus_signs_are_set_where_a_number_is_negative_and_nowhere_else():
    assert typeset("day -90 to 0, IL-6, 2021-03, <= 5") == "day −90 to 0, IL-6, 2021-03, ≤ 5"


def test_a_title_inside_a_sentence_starts_small_unless_it_is_an_abbreviation():
    assert midway("Clinical remission") == "clinical remission"
    assert midway("ACR Pedi 30") == "ACR Pedi 30"


def test_items_of_one_instrument_stand_together():
    assert (
        records_words(["esr_mm_h", "sledai_seizure", "sledai_rash"])
        == "ESR; of the SLEDAI-2K: seizure and rash"
    )


def test_a_claim_names_who_when_what_decided_and_what_else_changed(full):
    improved, cured, group = claims_table(full).rows
    assert improved == (
        "INV-01", "JIA", "improved", "mother", "day 65", "documented", "ACR Pedi 30 against baseline: met",
        "confounded: abatacept, started on day 21",
        "2 assessments over 190 days, largest gap 190 days",
    )  # fmt: skip
    assert cured[5:7] == ("contradicted", "Clinical remission off medication: not met (provisional)")
    assert cured[8] == "it did not hold"
    assert group[:6] == ("2 of 3", "which children is not stated", "cured", "parent", "day not recorded",
                         "reported only")  # fmt: skip


def test_what_to_record_names_the_window_the_records_and_the_criterion_with_open_windows_first(full):
    rows = to_record(full.cases[0], internal=False)
    assert rows[0] == ("open", "week 52", "ESR; CHAQ disability index", "ACR Pedi 30")
    assert rows[1] == ("over", "week 8", "CHAQ disability index", "ACR Pedi 30")


def test_dates_stand_beside_the_days_only_for_the_team(full):
    table = missing_table(full.cases, internal=True)
    assert column(table, "First date") == ["2022-01-12", "2021-04-20"]
    assert not any(DATE.search(cell) for _, cell in cells(missing_table(full.cases, internal=False)))


def test_table_5_counts_records_present_of_records_needed_and_marks_open_windows(full):
    assert completeness_table(full.cases).rows == (("INV-01", "ACR Pedi 30", "1/2", "0/2*"),)


def test_table_1_gives_a_child_a_column_up_to_six_and_a_row_beyond():
    (table,) = children_tables(three_children())
    assert [each.heading for each in table.columns] == ["", "INV-01", "INV-02", "INV-03"]
    facts = {row[0]: row[1:] for row in table.rows}
    # born October 2011 and in 2006; infusion 9 March 2021
    assert facts["Age at first infusion"] == ("9.4 years", "14.2 to 15.2 years", "not recorded")
    assert facts["Ill before the infusion"] == ("4.0 to 4.1 years", "1.9 years", "not recorded")
    case = child_jia()
    seven = tuple(replace(case, case=replace(case.case, patient_id=f"C-{n}")) for n in range(7))
    who, treated = children_tables(replace(three_children(), cases=seven))
    assert (
        column(who, "Child") == column(treated, "Child") == ["C-0", "C-1", "C-2", "C-3", "C-4", "C-5", "C-6"]
    )


def test_a_place_shared_by_few_children_is_withheld_unless_it_is_for_the_team(full):
    case = full.cases[0]
    infusion = replace(case.case.infusions[0], fields={"provider": "The only clinic", "country": "NLD"})
    one = replace(case, case=replace(case.case, infusions=(infusion,)))
    facts = {row[0]: row[1] for row in infusion_table((one,), internal=False).rows}
    assert (facts["Provider"], facts["Country"]) == ("withheld", "withheld")
    for_team = {row[0]: row[1] for row in infusion_table((one,), internal=True).rows}
    assert for_team["Provider"] == "The only clinic"
    five = tuple(
        replace(one, case=replace(one.case, patient_id=f"C-{n}", infusions=(infusion,))) for n in range(5)
    )
    assert "withheld" not in {cell for _, cell in cells(infusion_table(five, internal=False))}


@pytest.mark.parametrize(
    ("fields", "heading", "shown"),
    [
        ({"product_name": "Cells of Dr Smith"}, "Product", "withheld"),
        ({"product_name": "bone marrow MSC, batch release by the hospital"}, "Product",
         "bone marrow MSC, batch release by the hospital"),
        ({"product_name": "Temcell", "licensed": True}, "Product", "Temcell"),
        ({"product_name": "Temcell", "licensed": False}, "Product", "withheld"),
        ({}, "Product", "not recorded"),
        ({"premedication": "clemastine 2 mg iv, paracetamol"}, "Premedication", "clemastine 2 mg iv; paracetamol"),
        ({"premedication": "clemastine; as for Anna"}, "Premedication", "clemastine; drug not recognised"),
        ({"premedication": "none"}, "Premedication", "none"),
        ({"premedication": "M-1"}, "Premedication", "prednisone"),
        ({}, "Premedication", "not recorded"),
    ],
)  # fmt: skip
def test_of_product_and_premedication_a_report_for_others_shows_what_can_name_nobody(fields, heading, shown):
    course = DrugCourse(RowRef("medications", "M-1"), "prednisone", substance="prednisone")
    infusion = Infusion(RowRef("infusions", "I-1"), 1, DaySpan(0, 0), None, fields)
    child = child_jia()
    case = replace(child, case=replace(child.case, courses=(course,), infusions=(infusion,)))
    facts = {row[0]: row[1] for row in infusion_table((case,), internal=False).rows}
    assert facts[heading] == shown


@pytest.mark.parametrize(
    ("unit", "frequency", "words"),
    [
        ("mg", "q2w", "40 mg every 2 weeks"),
        ("mg", "", "40 mg"),
        ("mg/kg", "every 8 weeks", "40 mg/kg every 8 weeks"),
        ("mg", "as Dr Smith says", "40 mg (how often: not recognised)"),
        ("Smith units", "daily", "40 (unit not recognised) daily"),
    ],
)
def test_a_dose_shows_no_word_that_could_name_somebody(unit, frequency, words):
    course = DrugCourse(RowRef("medications", "M-1"), "", dose=40, dose_unit=unit, frequency=frequency)
    assert dose_words(course) == words


def test_a_report_for_the_team_shows_product_and_premedication_as_written():
    fields = {"product_name": "Cells of Dr Smith", "premedication": "as for Anna"}
    infusion = Infusion(RowRef("infusions", "I-1"), 1, DaySpan(0, 0), None, fields)
    child = child_jia()
    case = replace(child, case=replace(child.case, infusions=(infusion,)))
    facts = {row[0]: row[1] for row in infusion_table((case,), internal=True).rows}
    assert (facts["Product"], facts["Premedication"]) == ("Cells of Dr Smith", "as for Anna")


def test_events_say_none_only_with_the_span_that_was_asked_for():
    table = event_table(three_children())
    by_child = dict(zip(column(table, "Child"), table.rows, strict=True))
    assert by_child["INV-02"][2] == "none recorded"
    assert by_child["INV-02"][-1] == "day -20 to 84"
    assert by_child["INV-03"][2] == "none recorded, and not asked for"


def test_event_rates_carry_their_intervals_and_both_p_values(full):
    before, after = event_rate_table(full).rows
    assert before == ("serious", "before", "2", "18", "0.111", "0.0135 to 0.401", "", "")
    assert after == ("serious", "after", "4", "72", "0.0556", "0.0151 to 0.142", "0.69", "0.6")


def test_the_series_counts_children_with_exact_intervals(full):
    assert counts_table(full).rows[0][:3] == ("improved", "3/3 (29 to 100%)", "1/3 (0.8 to 91%)")


@pytest.mark.parametrize("internal", [False, True])
def test_no_cell_shows_an_id_where_a_person_reads(full, wong, internal):
    findings = (full, three_children(), wong)
    tables = [table for each in findings for table in all_tables(each, internal=internal)]
    assert {
        (table.name, cell)
        for table in tables
        for column, cell in cells(table)
        if column.kind != "code" and RAW_ID.search(cell) and "10." not in cell
    } == set()


def test_published_tables_hold_no_date_and_no_word_of_a_family(full):
    tables = [
        table for table in all_tables(full, internal=False) if table.name != "sources"
    ]  # years of papers
    found = [cell for table in tables for _, cell in cells(table)]
    assert [cell for cell in found if DATE.search(cell)] == []
    assert [cell for cell in found if SECRET in cell] == []


def test_every_row_has_a_cell_for_every_column(full, wong):
    for findings in (full, three_children(), wong):
        for table in all_tables(findings, internal=True):
            assert {len(row) for row in table.rows} <= {len(table.columns)}, table.name


def test_every_parameter_is_explained():
    assert [name for name, _ in Parameters().shown() if name not in PARAMETERS] == []


def test_no_csv_cell_is_run_by_a_spreadsheet(published):
    files = sorted((published / "tables").glob("*.csv"))
    assert len(files) > 20
    started = [
        cell
        for path in files
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines())
        for cell in row
        if cell[:1] in ("=", "@") or re.match(r"[+-][^\d]", cell)
    ]
    assert started == []


def test_a_number_with_a_sign_stays_a_number(tmp_path):
    cells = ("-90", "-0.5", "+1.4", "-1+1", "-x", "=1")
    columns = tuple(Column(name) for name in "abcdef")
    write_csv(Table("signs", "Signs", columns, (cells,)), tmp_path / "signs.csv")
    _, row = csv.reader((tmp_path / "signs.csv").read_text(encoding="utf-8").splitlines())
    assert row == ["-90", "-0.5", "+1.4", "'-1+1", "'-x", "'=1"]


def test_two_runs_write_the_same_tables(published, again):
    for path in (published / "tables").iterdir():
        assert path.read_bytes() == (again / "tables" / path.name).read_bytes()


@pytest.mark.parametrize("category", ILAR_CATEGORIES)
def test_a_category_of_arthritis_has_one_name_in_tables_and_figures(full, category):
    one = full.cases[0]
    patient = {**one.case.patient, "ilar_category": category}
    of_category = replace(one, case=replace(one.case, patient=patient))
    (diagnosis,) = column(children_table(replace(full, cases=(of_category,))), "Diagnosis")
    drawn = [text.get_text() for text in plot_timeline(of_category).figure.findobj(Text)]
    assert drawn[1].startswith(diagnosis.removeprefix("JIA, ") + " ·")


def test_each_row_of_the_chart_stands_once_with_the_claims_that_rest_on_it(full):
    table = quoted_evidence_table(full.cases[0], name="evidence", internal=False)
    rows = list(zip(column(table, "Table"), column(table, "Row"), strict=True))
    assert len(set(rows)) == len(rows)
    said = dict(zip(rows, column(table, "What rests on it"), strict=True))
    for claim in full.cases[0].claims:
        assert said["statements", claim.ref.uid] == "what was said"
        for outcome in claim.criteria:
            for ref in outcome.evidence:
                assert CLAIMS[claim.claim] in said[table_words(ref), ref.uid]
