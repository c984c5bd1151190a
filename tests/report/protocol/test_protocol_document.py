"""A protocol as a document: in the order of the ICH M11 template, every figure with its source, nothing left out.

The chapters are typed from the template (Step 4, 19 November 2025) as HL7 lists them with the codes of the NCI
Thesaurus (C218514 to C218671); the words of figures and rules are typed from the shipped protocol file.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import zipfile
from dataclasses import is_dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from leadline.errors import ItemUnknown, OutputExists
from leadline.protocol import read_protocol, words
from leadline.protocol.figures import Figure, figure_words
from leadline.protocol.protocol import Status
from leadline.protocol.rules import CriterionRule, PresenceRule, RangeRule, WashoutRule, WindowRule
from leadline.report.blocks import Heading, Table
from leadline.report.protocol import write_protocol
from leadline.report.protocol.outline import M11
from leadline.report.protocol.results import protocol_content, protocol_results, protocol_tables
from tests.report.programs import needs_pdftotext

CHAPTERS = (
    "1 Protocol Summary",
    "2 Introduction",
    "3 Trial Objectives and Associated Estimands",
    "4 Trial Design",
    "5 Trial Population",
    "6 Trial Intervention and Concomitant Therapy",
    "7 Participant Discontinuation of Trial Intervention and Discontinuation or Withdrawal from Trial",
    "8 Trial Assessments and Procedures",
    (
        "9 Adverse Events, Serious Adverse Events, Product Complaints, Pregnancy and Postpartum Information, and "
        "Special Safety Situations"
    ),
    "10 Statistical Considerations",
    "11 Trial Oversight and Other General Considerations",
    "12 Appendix: Supporting Details",
    "13 Appendix: Glossary of Terms and Abbreviations",
    "14 Appendix: References",
)
TEMPLATE_LINE = "Template for local ethical and regulatory review: not approved."
RULES = (CriterionRule, PresenceRule, RangeRule, WashoutRule, WindowRule)


@pytest.fixture(scope="module")
def protocol():
    return read_protocol("msc_iv_paediatric")


@pytest.fixture(scope="module")
def folder(protocol, tmp_path_factory):
    target = tmp_path_factory.mktemp("protocol") / "out"
    return write_protocol(protocol, target, formats=("html", "pdf", "docx", "csv")).folder


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "protocol.html").read_text("utf-8")


@pytest.fixture(scope="module")
def lines(protocol):
    """What the document says, one string a paragraph, a pair or a row of a table."""
    blocks = (block for blocks in protocol_content(protocol).values() for block in blocks)
    return [line for block in blocks for line in said(block)]


def said(block):
    match block:
        case Table():
            return [" | ".join(row) for row in block.rows]
        case _ if hasattr(block, "pairs"):
            return [": ".join(pair) for pair in block.pairs]
        case _ if hasattr(block, "items"):
            return list(block.items)
        case _:
            return [block.text]


def values_of(value):
    """Every value of a protocol, found by a walk of its own."""
    yield value
    if is_dataclass(value):
        for name in value.__dataclass_fields__:
            yield from values_of(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from values_of(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from values_of(one)


def table_of(protocol, name):
    return next(table for table in protocol_tables(protocol) if table.name == name)


def cells(protocol, name):
    return {row[0]: row[1:] for row in table_of(protocol, name).rows}


# ---- the order of the template ---------------------------------------------------------------------------------------


def test_the_chapters_are_those_of_the_template_in_its_order(protocol):
    titles = [part.title for part in protocol_results(protocol).sections if part.level == 1]
    assert titles == ["Title Page", *CHAPTERS]


def test_headings_go_up_from_number_to_number(protocol):
    numbers = []
    for part in protocol_results(protocol).sections:
        headings = [part.title, *(block.text for block in part.blocks if isinstance(block, Heading))]
        found = [re.match(r"(\d+(?:\.\d+)*) ", heading) for heading in headings]
        numbers += [tuple(map(int, match[1].split("."))) for match in found if match]
    assert numbers == sorted(set(numbers))


def test_every_heading_of_the_second_level_stands_whether_or_not_the_file_has_something_for_it(html):
    for number, title in (
        ("1.3", "Schedule of Activities"),
        ("4.3", "Trial Stopping Rules"),
        ("5.4", "Contraception"),
        ("6.5", "Management of Investigational Trial Intervention Overdose"),
        ("6.10", "Concomitant Therapy"),
        ("7.3", "Management of Loss to Follow-Up"),
        ("9.4", "Special Safety Situations"),
        ("10.11", "Sample Size Determination"),
        ("11.12", "Data Dissemination"),
        ("12.3", "Prior Protocol Amendment(s)"),
    ):
        assert f">{number} {title}</h" in html


def test_a_section_without_anything_says_that_the_centre_writes_it(protocol, html):
    contraception = html[html.index(">5.4 Contraception<") : html.index(">5.5 Lifestyle Restrictions<")]
    assert "[The centre writes this section.]" in contraception
    inclusion = html[html.index(">5.2 Inclusion Criteria<") : html.index(">5.3 Exclusion Criteria<")]
    assert "[The centre writes this section.]" not in inclusion


def test_nothing_that_the_protocol_says_lacks_a_heading(protocol):
    assert set(protocol_content(protocol)) <= {part.number for part in M11}


# ---- everything that the file holds ----------------------------------------------------------------------------------


def test_every_figure_stands_with_its_sources_or_with_what_the_centre_must_fill_in(protocol, lines):
    numbers = {source.id: number for number, source in enumerate(protocol.sources, start=1)}
    figures = [value for value in values_of(protocol) if isinstance(value, Figure)]
    assert len(figures) > 40
    for figure in figures:
        holding = [line for line in lines if figure_words(figure).lower() in line.lower()]
        assert holding, figure
        if figure.centre:
            assert any(f"[the centre fills in: {figure.centre}]" in line for line in holding)
            continue
        assert figure.source
        cited = [
            set(map(int, re.findall(r"\d+", found)))
            for line in holding
            for found in re.findall(r"\[[\d, ]+\]", line)
        ]
        assert any({numbers[each] for each in figure.source} <= found for found in cited), figure


def test_every_rule_stands_in_the_words_of_the_code_that_judges_it(protocol, lines):
    rules = [value for value in values_of(protocol) if isinstance(value, RULES)]
    assert len(rules) > 45
    text = "\n".join(lines).lower()
    for rule in rules:
        assert words(rule).lower() in text, rule.id


def test_every_reason_that_the_file_gives_stands_in_the_document(protocol, lines):
    text = "\n".join(lines)
    reasons = {value.why for value in values_of(protocol) if getattr(value, "why", "")}
    assert len(reasons) > 35
    assert [reason for reason in reasons if reason not in text] == []


def test_every_paragraph_that_the_file_gives_stands_in_the_document(protocol, lines):
    paragraphs = [line for value in values_of(protocol) for line in getattr(value, "text", ())]
    assert len(paragraphs) > 12
    for paragraph in (
        *paragraphs,
        *protocol.background,
        *protocol.design,
        *protocol.notice,
        *protocol.schedule.notes,
    ):
        assert any(paragraph in line for line in lines), paragraph


def test_the_five_attributes_of_each_estimand_and_its_strategies_stand_together(protocol):
    primary = protocol_content(protocol)["3.1"]
    assert sum(isinstance(block, Heading) for block in primary) == 3
    terms = [dict(block.pairs) for block in primary if hasattr(block, "pairs")]
    for pairs in terms:
        assert {"Treatment", "Population", "Variable", "Intercurrent events", "Summary over children"} <= set(
            pairs
        )
    assert terms[0]["Variable"].startswith(
        "ACR Pedi 70 against baseline: met or not, Week 24 (day 168; 154 to 182)."
    )
    events = cells(protocol, "intercurrent-jia-response")
    assert events["A rescue drug is given"] == (
        "Composite: the event itself counts as no response",
        "A child who needs rescue has not responded to the cells.",
    )
    assert events["A biologic is stopped"][0] == "Treatment policy: the value is used, whatever happened"
    assert len(events) == 7


def test_the_dose_and_what_follows_from_it_stand_as_the_file_gives_them(protocol):
    asked = cells(protocol, "dose")
    assert asked["Dose as planned"][0].endswith("1.6 to 2.4 million cells per kg.")  # 2, give or take 20 %
    assert asked["Dose as planned"][1] == "minor"
    assert asked["Dose within the product's limits"][0].endswith("1 to 4 million cells per kg.")
    assert asked["Dose within the product's limits"][1] == "major"


def test_the_watch_and_the_stopping_rules_name_who_decides(protocol):
    stopping = cells(protocol, "stopping")
    assert stopping["Reaction to the infusion of grade 3 or more"][:3] == (
        "2 children",
        "Enrolment is paused",
        "Data monitoring board",
    )
    roles = cells(protocol, "roles")
    assert "whether a child is eligible" in roles["Paediatric rheumatologist"][0]


def test_references_are_numbered_as_the_text_cites_them(protocol):
    rows = table_of(protocol, "references").rows
    assert rows[0][1].startswith("Swart JF")
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(protocol.sources) + 1)]
    assert cells(protocol, "inclusion")["Active arthritis"][-1] == "[1]"


# ---- the schedule ----------------------------------------------------------------------------------------------------


def test_the_schedule_has_a_column_a_visit_and_its_window(protocol):
    table = table_of(protocol, "schedule")
    headings = [column.heading for column in table.columns]
    assert headings[2:6] == ["Screening", "Day 0", "Day 7", "Week 2"]
    assert len(headings) == 2 + 13
    planned, window = table.rows[0], table.rows[1]
    assert (planned[0], planned[2], planned[9]) == ("Planned day", "-14", "168")
    assert (window[2], window[3], window[9]) == ("-28 to -1", "0", "154 to 182")


def test_a_tick_stands_where_the_visit_records_it_and_nowhere_else(protocol):
    table = table_of(protocol, "schedule")
    headings = [column.heading for column in table.columns]
    rows = {row[0]: row for row in table.rows}

    def visits(activity):
        return {heading for heading, cell in zip(headings, rows[activity], strict=True) if cell == "X"}

    assert visits("Pregnancy") == {"Screening"}
    assert visits("Items of SRI-4") == {"Day 0", "Week 4", "Week 8", "Week 12", "Week 24", "Week 52"}
    assert rows["Items of SRI-4"][1] == "SLE"
    years = {f"Safety follow-up at {year} years" for year in (2, 3, 4, 5)}
    assert visits("Malignancy, now or earlier") == {"Screening", *years}
    assert len(visits("Adverse events since the last visit")) == 13


def test_every_item_and_measure_of_every_visit_has_a_row(protocol):
    table = table_of(protocol, "schedule")
    ticks = sum(cell == "X" for row in table.rows for cell in row)
    listed = sum(
        len(visit.items) + len(visit.measures) + len(visit.records) + bool(visit.asks)
        for visit in protocol.schedule.visits
    )
    assert ticks == listed + 2  # and eligibility, and the infusion


def test_the_schedule_has_a_page_of_its_own_turned_on_its_side(folder):
    word = zipfile.ZipFile(folder / "protocol.docx").read("word/document.xml").decode()
    assert word.count('w:orient="landscape"') == 1
    assert 'class="level-2 wide"' in (folder / "protocol.html").read_text("utf-8")


# ---- what a person reads ---------------------------------------------------------------------------------------------


def test_no_id_stands_where_a_person_reads(protocol, lines):
    ids = {value.id for value in values_of(protocol) if getattr(value, "id", "")}
    text = "\n".join(lines)
    assert not re.findall(r"\b[a-z]+[a-z0-9]*_[a-z0-9_]+\b", text)
    assert not [each for each in ids if "_" in each and each in text]


def test_the_first_page_says_that_it_is_a_template_and_advises_nothing(protocol, folder, html):
    for text in (html, zipfile.ZipFile(folder / "protocol.docx").read("word/document.xml").decode()):
        first = text[
            : text.index("1 Protocol Summary</h2>") if "</h2>" in text else text.index("<w:pageBreakBefore/>")
        ]
        assert TEMPLATE_LINE in first
        assert "Leadline gives no advice on treating a patient." in first
        assert "Least time between the infusions of the first children" in first


def test_a_protocol_without_a_notice_of_its_own_still_advises_nothing(protocol):
    bare = replace(protocol, notice=("A notice.",))
    assert protocol_results(bare).standing == (
        TEMPLATE_LINE,
        "A notice.",
        "Leadline gives no advice on treating a patient.",
    )


def test_an_approved_protocol_is_not_called_a_template(protocol):
    approved = protocol_results(replace(protocol, status=Status.APPROVED))
    assert TEMPLATE_LINE not in approved.running
    assert "approved" in approved.running


def test_the_title_page_lists_each_open_figure_once(protocol):
    rows = table_of(protocol, "open").rows
    open_ones = [value for value in values_of(protocol) if isinstance(value, Figure) and value.centre]
    assert len(rows) == len(open_ones) > 10
    assert ("4.3", "Safety", "Least time between the infusions of the first children", "days") in rows


@needs_pdftotext
def test_every_page_of_the_pdf_says_what_it_is(folder):
    command = ["pdftotext", "-layout", str(folder / "protocol.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages = [" ".join(page.split()) for page in text.split("\f") if page.strip()]
    assert len(pages) > 15
    for page in pages:
        assert f"{TEMPLATE_LINE} Leadline gives no advice on treating a patient." in page


def test_word_has_real_headings_and_tables_with_headers(folder):
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    body = ET.fromstring(zipfile.ZipFile(folder / "protocol.docx").read("word/document.xml"))
    headings = [
        "".join(text.text or "" for text in paragraph.iter(f"{space}t"))
        for paragraph in body.iter(f"{space}p")
        if (style := paragraph.find(f"{space}pPr/{space}pStyle")) is not None
        and style.get(f"{space}val") == "Heading1"
    ]
    assert headings == ["Title Page", *CHAPTERS]
    tables = list(body.iter(f"{space}tbl"))
    assert len(tables) > 20
    for table in tables:
        assert table.find(f"{space}tr/{space}trPr/{space}tblHeader") is not None


def test_every_table_of_the_page_has_a_caption_and_headings_in_order(html):
    assert html.count("<table>") == html.count("<caption") > 20
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


# ---- the folder ------------------------------------------------------------------------------------------------------


def test_two_documents_of_one_protocol_are_the_same_bytes(protocol, folder, tmp_path):
    again = write_protocol(protocol, tmp_path / "out", formats=("html", "pdf", "docx", "csv"))
    for path in again.paths:
        assert path.read_bytes() == (folder / path.relative_to(again.folder)).read_bytes(), path.name


def test_the_json_holds_the_whole_protocol_and_what_is_open(protocol, folder):
    held = json.loads((folder / "protocol.json").read_text("utf-8"))
    assert held["protocol"]["dose"]["per_kg"]["value"] == 2
    assert held["protocol"]["id"] == "msc_iv_paediatric"
    assert {
        "section": "11.9",
        "about": "Records",
        "what": "how long records and samples are kept by local law",
        "unit": "years",
    } in held["open"]
    assert re.fullmatch("[0-9a-f]{64}", held["sha256"])


def test_the_tables_are_files_too(folder):
    text = (folder / "tables/schedule.csv").read_text("utf-8")
    assert next(csv.reader(text.splitlines()))[:3] == ["What is recorded", "In whom", "Screening"]


def test_a_folder_of_others_is_refused_and_left_as_it_is(protocol, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputExists):
        write_protocol(protocol, tmp_path, formats=("html",))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    write_protocol(protocol, tmp_path, formats=("html",), replace=True)
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "protocol.html", "protocol.json"}


def test_nothing_is_left_behind_when_writing_fails(protocol, tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError("the disk is full")

    monkeypatch.setattr("leadline.report.html.write_html", fail)
    with pytest.raises(OSError, match="full"):
        write_protocol(protocol, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_does_not_exist_is_refused(protocol, tmp_path):
    with pytest.raises(ItemUnknown, match="odt"):
        write_protocol(protocol, tmp_path / "out", formats=("odt",))
    assert list(tmp_path.iterdir()) == []
