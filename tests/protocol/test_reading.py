"""Protocol files: what is read, and what is refused with file, line and key."""

import json

import jsonschema
import pytest
import yaml

from leadline.errors import ProtocolInvalid
from leadline.protocol import read_protocol, shipped_protocol
from leadline.protocol.estimands import IntercurrentEvent, Strategy
from leadline.protocol.figures import Figure
from leadline.protocol.reading import parse_protocol, protocol_adapter, schema_path
from leadline.trial import read_design, shipped_design
from tests.protocol.edits import SHIPPED, edited, line_of


def test_the_shipped_protocol_is_read_into_values():
    protocol = read_protocol("msc_iv_paediatric")
    assert (protocol.id, protocol.version, protocol.status) == ("msc_iv_paediatric", "1.0", "template")
    assert [visit.day for visit in protocol.schedule.visits][:8] == [-14, 0, 7, 14, 28, 56, 84, 168]
    assert protocol.dose.per_kg == Figure(
        unit="10*6/kg",
        value=2.0,  # Swart 2019, doi:10.1093/rheumatology/kez157
        source=("swart2019",),
        why="The only dose read of a trial in children with rheumatic disease.",
    )
    events = protocol.objectives[0].estimand.intercurrent_events
    assert events[IntercurrentEvent.RESCUE_DRUG].strategy is Strategy.COMPOSITE


def test_the_shipped_estimands_are_about_the_responders_of_the_shipped_design():
    design = read_design(shipped_design("msc_basket"))
    primary = {
        each.estimand.variable
        for each in read_protocol("msc_iv_paediatric").objectives
        if each.level == "primary"
    }
    assert primary == {basket.responder for basket in design.baskets}


def test_a_shipped_protocol_is_found_by_its_name_with_or_without_its_ending():
    assert read_protocol("msc_iv_paediatric.yaml") == read_protocol("msc_iv_paediatric")
    assert read_protocol(shipped_protocol("msc_iv_paediatric")) == read_protocol("msc_iv_paediatric")


def test_every_figure_of_the_shipped_protocol_has_a_source_or_is_left_to_the_centre():
    """Counted in the file itself, and not by the values that the reader makes of it."""

    def figures(node):
        if isinstance(node, dict):
            if node.keys() & {"value", "low", "high", "above", "below", "centre"}:
                yield node
            for child in node.values():
                yield from figures(child)
        elif isinstance(node, list):
            for child in node:
                yield from figures(child)

    found = list(figures(yaml.safe_load(SHIPPED)))
    assert len(found) > 40
    assert [figure for figure in found if not figure.get("source") and not figure.get("centre")] == []


def test_the_shipped_schema_is_that_of_the_values_and_takes_the_shipped_protocol():
    schema = json.loads(schema_path().read_text("utf-8"))
    assert schema == protocol_adapter().json_schema(), "write it again: tools/generated_docs.py"
    jsonschema.validate(yaml.safe_load(SHIPPED), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(edited(("route: iv\n", "route: by mouth\n"))), schema)


REFUSED = [
    # what, old, new, where the line is found, key, what is said
    (
        "an unknown key",
        "decided_by: paediatric_rheumatologist\n  text",
        "decidedby: x\n  text",
        "decidedby",
        "eligibility.decidedby",
        "takes 'decided_by'",
    ),
    (
        "a text with a comma and without quotes",
        "why: The usual minimum; others",
        "why: The usual minimum, others",
        "id: viability",
        "release.rules[1].limit.others ask for 80 or 85 %.",
        "quotes around the whole text",
    ),
    (
        "a dose in mg",
        "{value: 2, unit: 10*6/kg, source: [swart2019]",
        "{value: 2, unit: mg/kg, source: [swart2019]",
        "unit: mg/kg, source: [sw",
        "dose.per_kg.unit",
        "10*6/kg or {cells}/kg",
    ),
    (
        "a dose without a unit",
        "{value: 2, unit: 10*6/kg, source",
        "{value: 2, source",
        "{value: 2, source",
        "dose.per_kg.unit",
        "found no unit",
    ),
    (
        "a rise that is told in another way",
        "glucocorticoid_rise: {above: 0.1,",
        "glucocorticoid_rise: {low: 0.1,",
        "glucocorticoid_rise: {low",
        "rescue.glucocorticoid_rise",
        "`above`: a rise that is more than the figure counts",
    ),
    (
        "a part of a month",
        "drugs: [ivig], time: {value: 3, unit: mo",
        "drugs: [ivig], time: {value: 2.5, unit: mo",
        "time: {value: 2.5",
        "eligibility.washout[2].time",
        "a whole number of months, or days",
    ),
    (
        "a window that ends before it starts",
        "day: 56, first: 49, last: 63",
        "day: 56, first: 63, last: 49",
        "first: 63, last: 49",
        "schedule.visits[5].last",
        "49, before `first`, 63",
    ),
    (
        "a day outside its window",
        "day: 56, first: 49",
        "day: 40, first: 49",
        "day: 40",
        "schedule.visits[5].day",
        "within the visit's window, 49 to 63",
    ),
    (
        "a rule's window that ends before it starts",
        "during: &screened {first: -28, last: 0}",
        "during: &screened {first: 0, last: -28}",
        "{first: 0, last: -28}",
        "during.last",
        "not before its start",
    ),
    (
        "a figure without its source",
        "{value: 2, unit: 10*6/kg, source: [swart2019]",
        "{value: 2, unit: 10*6/kg",
        "{value: 2, unit: 10*6/kg, why",
        "dose.per_kg",
        "without its source",
    ),
    (
        "days without their source",
        "interval: {first: 91, source: [wang_l2016], why: A second infusion was given at 3 months.}",
        "interval: {first: 91}",
        "interval: {first: 91}",
        "repeat_dosing.interval",
        "days without their source",
    ),
    (
        "days of a rule that has no source either",
        "during: {last: 0, source: [e6r3]}",
        "during: {last: 0}",
        "during: {last: 0}",
        "eligibility.inclusion[10].during",
        "here or of the rule",
    ),
    (
        "a figure that is nothing",
        '{low: 70, unit: "%",',
        '{unit: "%",',
        "id: viability",
        "release.rules[1].limit",
        "no figure",
    ),
    (
        "a figure and its gap",
        "limit: {unit: mL, centre",
        "limit: {value: 5, unit: mL, centre",
        "value: 5, unit: mL",
        "dose.rules[1].limit",
        "more than one of",
    ),
    (
        "limits the wrong way round",
        "{low: 1, high: 4, unit: 10*6/kg",
        "{low: 4, high: 1, unit: 10*6/kg",
        "{low: 4, high: 1",
        "product.dose_limits",
        "not above the upper one",
    ),
    (
        "a visit that does not exist",
        "visit: week_24",
        "visit: weak_24",
        "visit: weak_24",
        "objectives[0].estimand.visit",
        "did you mean 'week_24'?",
    ),
    (
        "a source that does not exist",
        "source: [swart2019]}, diagnoses: [jia]",
        "source: [swart2091]}, diagnoses: [jia]",
        "swart2091",
        "limit.source[0]",
        "did you mean 'swart2019'?",
    ),
    (
        "a measure that does not exist",
        "[jadas10_esr, sledai_2k,",
        "[jadas10_ers, sledai_2k,",
        "jadas10_ers",
        "schedule.visits[0].measures[0]",
        "did you mean 'jadas10_esr'?",
    ),
    (
        "an item that does not exist",
        "items: [weight_kg, height_cm, temp_c, creatinine",
        "items: [wieght_kg, height_cm, temp_c, creatinine",
        "wieght_kg",
        "schedule.visits[0].items[0]",
        "did you mean 'weight_kg'?",
    ),
    (
        "a drug that the catalogue does not know",
        "drugs: [cyclophosphamide]",
        "drugs: [cyclofosfamide]",
        "cyclofosfamide",
        "washout[1].drugs[0]",
        "did you mean 'cyclophosphamide'?",
    ),
    (
        "a criterion that does not exist",
        "variable: sri4",
        "variable: sri5",
        "variable: sri5",
        "objectives[1].estimand.variable",
        "did you mean 'sri4'?",
    ),
    (
        "a criterion of another disease",
        "variable: sri4",
        "variable: acr_pedi.acr70",
        "variable: acr_pedi.acr70\n      visit: week_24\n      visit_why: The same week",
        "objectives[1].estimand.variable",
        "a criterion of that disease",
    ),
    (
        "a rule of another disease",
        "criterion: acr_pedi.acr30, diagnoses: [jia]",
        "criterion: acr_pedi.acr30, diagnoses: [sle]",
        "acr_pedi.acr30, diagnoses: [sle]",
        "repeat_dosing.rules[0].criterion",
        "these only: jia",
    ),
    (
        "a role that does not exist",
        "released_by: releasing_person",
        "released_by: nobody",
        "released_by: nobody",
        "release.released_by",
        "the id of a role",
    ),
    (
        "an event that does not exist",
        "event: death, children",
        "event: deaths, children",
        "event: deaths",
        "safety.stopping[0].event",
        "did you mean 'death'?",
    ),
    (
        "a subject that does not exist",
        "of: infusions.viability_pct",
        "of: infusions.viability",
        "of: infusions.viability,",
        "release.rules[1].of",
        "did you mean 'infusions.viability_pct'?",
    ),
    (
        "a subject that is no number",
        "of: infusions.viability_pct",
        "of: infusions.route",
        "of: infusions.route, limit",
        "release.rules[1].of",
        "something that is a number",
    ),
    (
        "the unit of another thing",
        '{low: 40, unit: "mL/min/{1.73_m2}"',
        "{low: 40, unit: mL",
        "{low: 40, unit: mL",
        "inclusion[8].limit.unit",
        "mL/min/{1.73_m2}",
    ),
    (
        "a code that is no choice",
        "values: [no_growth]",
        "values: [sterile]",
        "[sterile]",
        "release.rules[3].values[0]",
        "one of no_growth, growth",
    ),
    (
        "choices without one chosen",
        ", values: [no_growth]",
        "",
        "id: sterility",
        "release.rules[3]",
        "`values` of no_growth, growth",
    ),
    (
        "a rule of medicines without a drug",
        "of: medications, drugs: [hydrocortisone],",
        "of: medications,",
        "id: no_hydrocortisone",
        "premedication.rules[1]",
        "`drugs`",
    ),
    (
        "an id used twice",
        "id: washout_ivig",
        "id: washout_b_cell",
        "id: washout_b_cell, title: Wash-out of immuno",
        "washout[2].id",
        "'washout_b_cell' again",
    ),
    (
        "a kind of rule that does not exist",
        "{kind: range, id: age",
        "{kind: interval, id: age",
        "kind: interval",
        "eligibility.inclusion[0].kind",
        "'range'",
    ),
    (
        "both doses",
        "  tolerance:",
        "  total: {value: 50, unit: 10*6, source: [project]}\n  tolerance:",
        "dose:\n  route",
        "dose",
        "both `per_kg` and `total`",
    ),
    (
        "a strategy that does not exist",
        "rescue_drug: {strategy: composite",
        "rescue_drug: {strategy: ignore",
        "strategy: ignore",
        "rescue_drug.strategy",
        "'composite'",
    ),
    (
        "a taper of something else",
        "  drug: prednisolone",
        "  drug: methotrexate",
        "drug: methotrexate",
        "taper.drug",
        "a glucocorticoid",
    ),
    (
        "a key given twice",
        "  basis: viable\n",
        "  basis: viable\n  basis: viable\n",
        "  basis: viable\n  counted",
        "dose.basis",
        "second time",
    ),
    (
        "a wash-out in cells",
        "time: {value: 6, unit: mo",
        "time: {value: 6, unit: 10*6",
        "value: 6, unit: 10*6",
        "washout[1].time.unit",
        "d or wk or mo or a",
    ),
    (
        "a word for a figure",
        "{value: 2, unit: 10*6/kg",
        "{value: two, unit: 10*6/kg",
        "value: two",
        "dose.per_kg.value",
        "found 'two'; takes a number",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "at", "key", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_fault_is_refused_with_file_line_and_key(old, new, at, key, says):
    text = edited((old, new))
    with pytest.raises(ProtocolInvalid) as refused:
        parse_protocol(text, name="edited.yaml")
    lines = [line for line in refused.value.message.splitlines() if says in line]
    assert lines, refused.value.message
    assert lines[0].startswith(f"edited.yaml, line {line_of(text, at)}, ")
    assert key in lines[0]
    assert refused.value.exit_code == 50


def test_all_faults_are_named_at_once():
    text = edited(
        ("{value: 2, unit: 10*6/kg", "{value: 2, unit: mg/kg"),
        ("visit: week_24", "visit: week_25"),
        ("day: 56, first: 49, last: 63", "day: 56, first: 63, last: 49"),
    )
    with pytest.raises(ProtocolInvalid) as refused:
        parse_protocol(text, name="edited.yaml")
    assert len(refused.value.message.splitlines()) == 3


def test_every_key_that_comes_twice_is_named():
    text = edited(
        ("  basis: viable\n", "  basis: viable\n  basis: viable\n"),
        ("status: template", "status: template\nstatus: template"),
    )
    with pytest.raises(ProtocolInvalid) as refused:
        parse_protocol(text, name="edited.yaml")
    assert [line.split(", ")[2].split(":")[0] for line in refused.value.message.splitlines()] == [
        "status",
        "dose.basis",
    ]


@pytest.mark.parametrize("text", ["", "just words", "- a list", "title: [", "title: Nothing else"])
def test_a_file_that_is_no_protocol_is_refused(text):
    with pytest.raises(ProtocolInvalid):
        parse_protocol(text, name="empty.yaml")


def test_an_alias_that_holds_itself_is_refused():
    with pytest.raises(ProtocolInvalid, match=r"round.yaml: an alias that holds itself"):
        parse_protocol("title: &round [*round]", name="round.yaml")


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ProtocolInvalid, match=r"absent.yaml: no such file"):
        read_protocol(tmp_path / "absent.yaml")


def test_a_shipped_name_that_is_misspelt_is_answered_with_the_right_one():
    with pytest.raises(ProtocolInvalid) as refused:
        read_protocol("msc_iv_pediatric")
    assert "msc_iv_paediatric" in refused.value.hint
