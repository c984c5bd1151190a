"""Design files: what is read, and what is refused with file, line and key."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from leadline.errors import DesignInvalid
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import CalibratedPowerPrior
from leadline.trial.criteria import known_criteria
from leadline.trial.design import Basis
from leadline.trial.reading import design_adapter, parse_design, read_design, schema_path

TEXT = """\
title: Two baskets
baskets:
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.5, looks: [10, 20]}
  - id: sle
    responder: sri4
    null_rate: 0.4
    target_rate: 0.7
    looks: [8, 16]
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}}
efficacy: {posterior: 0.98}
futility: {by: predictive, cutoff: 0.1}
harm: {event: death, limit_rate: 0.1, level: 0.1, expected_rate: 0.02}
"""


def test_a_design_is_read_into_values():
    design = parse_design(TEXT, name="two.yaml")
    assert [basket.id for basket in design.baskets] == ["jia", "sle"]
    assert design.baskets[1].looks == (8, 16)
    assert design.borrowing == PowerPrior("power_prior", CalibratedPowerPrior("cpp", 2.0, 2.0))
    assert design.futility is not None
    assert design.futility.by is Basis.PREDICTIVE
    assert design.efficacy.early is None


LOOKS = "looks: [8, 16]"
PRIOR_OF_1_2 = (LOOKS, LOOKS + "\n    prior: [{a: 1, b: 1, weight: 1.2}]")
PRIOR_OF_0_3 = (LOOKS, LOOKS + "\n    prior: [{a: 1, b: 1, weight: 0.3}]")
REFUSED = [
    ("a null above its target", "null_rate: 0.2", "null_rate: 0.7", 3, "baskets[0].null_rate", "below the target"),
    ("looks that fall", "[8, 16]", "[16, 8]", 8, "baskets[1].looks", "rise from look to look"),
    ("a rate of 1.2", "null_rate: 0.2", "null_rate: 1.2", 3, "baskets[0].null_rate", "a number below 1"),
    ("a rate that is not a number", "null_rate: 0.2", "null_rate: .nan", 3, "null_rate", "a finite number"),
    ("a rate in words", "null_rate: 0.4", "null_rate: low", 6, "null_rate", "found 'low'; takes a number"),
    ("yes for a rate", "null_rate: 0.4", "null_rate: yes", 6, "null_rate", "found True; takes a number"),
    ("half a child", "[8, 16]", "[8, 16.5]", 8, "baskets[1].looks[1]", "a whole number"),
    ("no children", "[8, 16]", "[0, 16]", 8, "baskets[1].looks[0]", "at least 1"),
    ("no looks", "[8, 16]", "[]", 8, "baskets[1].looks", "not empty"),
    ("an unknown criterion", "responder: sri4", "responder: sri5", 5, "baskets[1].responder", "'sri4'"),
    ("a measure that is no criterion", "responder: sri4", "responder: jadas10_esr", 5, "responder", "criterion"),
    ("an unknown key", "null_rate: 0.4", "nul_rate: 0.4", 6, "baskets[1].nul_rate", "takes 'null_rate'"),
    ("a key left out", "efficacy: {posterior: 0.98}", "", 1, "the file", "no key 'efficacy'"),
    ("an id used twice", "id: sle", "id: jia", 4, "baskets[1].id", "an id of its own"),
    ("an unknown model", "power_prior", "powerprior", 9, "borrowing.model", "'power_prior'"),
    ("unknown weights", "kind: cpp", "kind: ccp", 9, "borrowing.weights.kind", "'cpp'"),
    ("a negative tuning value", "b: 2", "b: -2", 9, "borrowing.weights.b", "above 0"),
    ("an unknown basis", "by: predictive", "by: guess", 11, "futility.by", "'posterior' or 'predictive'"),
    ("harm expected above its limit", "expected_rate: 0.02", "expected_rate: 0.2", 12, "harm.expected_rate", "below"),
    ("prior weights of 1.2", *PRIOR_OF_1_2, 9, "weight", "at most 1"),
    ("prior weights that do not add up", *PRIOR_OF_0_3, 9, "prior", "add up to 1"),
    ("a key given twice", "null_rate: 0.4", "null_rate: 0.4\n    null_rate: 0.3", 7, "null_rate", "second time"),
    ("no YAML", "baskets:", "baskets: [", 3, "", "not YAML"),
    ("an order that forgets a look", "efficacy:", "order: [[jia], [jia, sle]]\nefficacy:", 10, "order", "sle 1 times"),
    ("an order of strangers", "efficacy:", "order: [[ssc]]\nefficacy:", 10, "order[0][0]", "id of a basket"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_fault_is_refused_with_file_line_and_key(old, new, line, key, says):
    assert TEXT.count(old) >= 1
    with pytest.raises(DesignInvalid) as refused:
        parse_design(TEXT.replace(old, new, 1), name="two.yaml")
    lines = [text for text in refused.value.message.splitlines() if says in text]
    assert lines, refused.value.message
    assert lines[0].startswith(f"two.yaml, line {line}")
    assert key in lines[0]
    assert refused.value.exit_code == 40


CPP = "weights: {kind: cpp, a: 2, b: 2"
EXNEX = "borrowing: {model: exnex, centr: null_rate, common: [{mean: 0, sd: 1, tau_scale: 1, weigh: 1}]}"
EXAMPLE = "the keys of the example only"
MISPLACED = [
    ("a key of a basket at the top", "efficacy: {", "prior: [{a: 1, b: 1}]\nefficacy: {", "prior", EXAMPLE),
    ("a key of a basket in the harm rule", "limit_rate: 0.1", "limit_rate: 0.1, looks: [3]", "harm.looks", EXAMPLE),
    ("a key of the top in a basket", "    null_rate: 0.4", "    null_rate: 0.4\n    harms: 1", "harms", EXAMPLE),
    ("a slip in a list of a list", LOOKS, LOOKS + "\n    prior: [{a: 1, b: 1, weigth: 1}]", "weigth", "'weight'"),
    ("a slip in weights of one kind", CPP, CPP + ", kinds: 1", "borrowing.weights.kinds", "'kind'"),
    ("a slip in a model of another kind", f"borrowing: {{model: power_prior, {CPP}}}}}", EXNEX, "centr", "'centre'"),
    ("a slip deep in that model", f"borrowing: {{model: power_prior, {CPP}}}}}", EXNEX, "weigh", "'weight'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "key", "taken"), [r[1:] for r in MISPLACED], ids=[r[0] for r in MISPLACED]
)
def test_an_unknown_key_is_answered_only_with_keys_that_its_place_takes(old, new, key, taken):
    assert old in TEXT
    with pytest.raises(DesignInvalid) as refused:
        parse_design(TEXT.replace(old, new, 1), name="two.yaml")
    said = f"{key}: found an unknown key; takes {taken}"
    assert any(line.endswith(said) for line in refused.value.message.splitlines()), refused.value.message


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1.0", ["efficacy.posterior: found 1.0; takes a number below 1"]),
        ("[0.9, 2]", ["efficacy.posterior[1]: found 2; takes a number below 1"]),
        ("yes", ["efficacy.posterior: found True; takes a list or a number"]),
    ],
)
def test_a_value_of_several_kinds_is_told_once_as_the_kind_that_it_is(value, said):
    with pytest.raises(DesignInvalid) as refused:
        parse_design(TEXT.replace("posterior: 0.98", f"posterior: {value}"), name="two.yaml")
    assert refused.value.message.splitlines() == [f"two.yaml, line 10, {each}" for each in said]


def test_early_rules_without_an_earlier_look_are_refused():
    text = TEXT.replace("[10, 20]", "[20]").replace("[8, 16]", "[16]")
    with pytest.raises(DesignInvalid, match=r"line 11, futility: .*no basket has a look before its last"):
        parse_design(text, name="two.yaml")


def test_all_faults_are_named_at_once():
    text = TEXT.replace("null_rate: 0.2", "null_rate: 0.9").replace("[8, 16]", "[16, 8]")
    with pytest.raises(DesignInvalid) as refused:
        parse_design(text, name="two.yaml")
    assert len(refused.value.message.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "just words", "- a list"])
def test_a_file_that_is_no_design_is_refused(text):
    with pytest.raises(DesignInvalid):
        parse_design(text, name="empty.yaml")


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(DesignInvalid, match=r"absent.yaml: no such file"):
        read_design(tmp_path / "absent.yaml")


def test_the_shipped_schema_is_that_of_the_values():
    assert json.loads(schema_path().read_text("utf-8")) == design_adapter().json_schema()


SHIPPED = sorted((Path(__file__).parents[2] / "leadline/trial/designs").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_designs_are_designs_by_reader_and_by_schema(path):
    design = read_design(path)
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), json.loads(schema_path().read_text("utf-8")))
    assert {basket.responder for basket in design.baskets} <= known_criteria()
    assert all(basket.null_reason for basket in design.baskets) or "published" in design.title
