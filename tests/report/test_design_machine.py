"""design.json keeps to its schema, whatever the design, and the schema in the repository is that of the code."""

import json

import pytest
from jsonschema import Draft202012Validator

from leadline.report.design.machine import SCHEMA_ID, json_schema, machine, schema_path
from leadline.trial import describe
from leadline.trial.borrowing.independent import Independent
from leadline.trial.design import Basis, Basket, ControlArm, Design, EarlyRule, Efficacy, Harm, HarmCheck
from leadline.trial.simulation import Draws
from tests.trial.designs import CPP, design

HARM = Harm("serious event", 0.2, 0.2, 0.1, check=HarmCheck.CHILD)
BASKET = Basket("a", "sri4", 0.3, 0.7, (4,), control=ControlArm((3,)))
PLANS = {
    "one look": describe(design(CPP, looks=(5,))),
    "two looks, harm": describe(
        design(CPP, count=2, looks=(4, 8), futility=EarlyRule(Basis.POSTERIOR, 0.3), harm=HARM)
    ),
    "with controls": describe(Design("controls", (BASKET,), Efficacy(0.9), Independent())),
    "simulated": describe(design(CPP, count=2, looks=(5,)), draws=Draws(200), simulate=True),
}


def schema():
    return json.loads(schema_path().read_text("utf-8"))


@pytest.mark.parametrize("report", PLANS.values(), ids=PLANS)
def test_what_is_written_for_programs_keeps_to_the_schema(report):
    written = json.loads(json.dumps(machine(report), allow_nan=False))
    Draft202012Validator(schema()).validate(written)
    assert written["schema"] == SCHEMA_ID == schema()["$id"]
    assert set(written) == set(schema()["required"])


def test_the_schema_is_that_of_the_code_and_refuses_what_it_does_not_know():
    assert schema() == json_schema()
    Draft202012Validator.check_schema(schema())
    written = json.loads(json.dumps(machine(PLANS["one look"])))
    for spoiled in (
        {**written, "verdict": "good"},
        {key: value for key, value in written.items() if key != "scenarios"},
        {**written, "nearest_decision": "small"},
    ):
        assert not Draft202012Validator(schema()).is_valid(spoiled)
