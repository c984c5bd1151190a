"""Why a visit has its result: the parts, what was capped, what was missing, and the bounds."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from leadline.cli.main import app
from leadline.measures import explain_row
from leadline.measures.definition import Calculation
from leadline.measures.reasons import reasons_of
from tests.measures.limits_table import OF_ONE_ROW
from tests.measures.strategies import visit_and_its_gaps

# 12 joints count as 10, 150 mg/L as 110, the parent's global is missing: 28 to 38 (measures dossier 1.3).
JADAS = {"active_joint_count": 12, "physician_global_0_10": 8, "parent_global_0_10": None, "crp_mg_l": 150}


def test_each_part_of_a_sum_says_what_it_came_to():
    explained = explain_row("jadas10_crp", {**JADAS, "patient": "C1"})
    assert explained["result"]["lower_bound"] == 28
    root = explained["reasons"]["value"]
    assert (root["value"], root["lower_bound"], root["upper_bound"]) == (None, 28, 38)
    joints, physician, parent, crp = root["parts"]
    assert joints == {
        "says": "Active joints (at most 10)", "value": 10, "recorded": {"active_joint_count": 12}, "capped": True,
    }  # fmt: skip
    assert (physician["value"], "capped" in physician) == (8, False)
    assert (parent["lower_bound"], parent["upper_bound"], parent["missing"]) == (
        0,
        10,
        ["parent_global_0_10"],
    )
    assert (crp["value"], crp["capped"]) == (10, True)


def test_the_same_in_words():
    assert explain_row("jadas10_crp", JADAS)["words"] == [
        "value:",
        "  28 to 38  the sum of",
        "    10  Active joints (at most 10) (12; limited by the rule)",
        "    8  Physician's global assessment (0-10) (8)",
        "    0 to 10  Parent's or patient's global assessment of well-being (0-10) (not recorded)",
        "    10  (CRP (at least 10, at most 110) − 10) / 10 (150; limited by the rule)",
    ]


def test_a_criterion_says_which_parts_hold():
    visit = {"febrile": True, "sjia_known_or_suspected": True, "ferritin_ng_ml": 900, "platelets_10e9_l": 170,
             "ast_u_l": 40, "fibrinogen_mg_dl": 400}  # fmt: skip
    assert explain_row("mas_2016", visit)["words"] == [
        "result:",
        "  ?  all of",
        "    yes  Fever: yes (yes)",
        "    yes  Known or suspected systemic JIA: yes (yes)",
        "    yes  Ferritin > 684 µg/L (900)",
        "    ?  at least 2 of",
        "      yes  Platelets ≤ 181 10⁹/L (170)",
        "      no  AST > 48 U/L (40)",
        "      ?  Triglycerides > 156 mg/dL (not recorded)",
        "      no  Fibrinogen ≤ 360 mg/dL (400)",
    ]


def test_only_the_way_that_a_visit_goes_is_told():
    items = {"baseline": {"crp_mg_l": 50}, "current": {"crp_mg_l": 80}}
    words = " ".join(explain_row("jia_flare_brunner2002", items)["words"])
    assert "CRP (current) ≥ 140 % of baseline (baseline 50; current 80)" in words
    assert "ESR" not in words, "the CRP stands in, so the ESR is not asked about"


def test_a_value_below_detection_is_told_as_what_is_known_of_it():
    words = explain_row("jadas10_crp", {**JADAS, "crp_mg_l": "<5"})["words"]
    assert words[-1].endswith("(0 to 5)")


@pytest.mark.parametrize("measure", OF_ONE_ROW, ids=[each.id for each in OF_ONE_ROW])
@settings(max_examples=20)
@given(data=st.data())
def test_reasons_agree_with_the_result_and_with_themselves(measure, data):
    _, row = data.draw(visit_and_its_gaps(measure))

    result = measure.evaluate_row(row)
    reasons = reasons_of(measure, row)
    for name, reason in reasons.items():
        if name == "applies" or result.get("status") == "not_applicable":
            continue
        if reason.low is not None and reason.parts and reason.says.startswith("the sum of"):
            assert sum(part.low or 0 for part in reason.parts) == pytest.approx(reason.low, abs=1e-5)
        if reason.low is not None:
            known = reason.low == reason.high
            assert result[name] == (pytest.approx(reason.low, abs=1e-6) if known else None)
        elif name in result and "applies" not in reasons:
            words = {True: "met", False: "not_met", None: "indeterminate"}
            assert result[name] == (reason.holds if isinstance(measure, Calculation) else words[reason.holds])
    json.dumps([reason.as_data() for reason in reasons.values()], allow_nan=False)
    assert [line for reason in reasons.values() for line in reason.lines() if "_0_10" in line] == [], (
        "no raw ids"
    )


def test_a_calculation_says_what_it_was_made_of():
    words = explain_row("egfr_bedside_schwartz", {"height_cm": 150, "creatinine_mg_dl": 0.59})["words"]
    assert words[-4:] == [
        "value:",
        "  105  the first divided by the second",
        "    61.95  0.413 × Height (150)",
        "    0.59  Creatinine (0.59)",
    ]


def test_a_state_says_which_limits_were_asked():
    words = explain_row("jadas_state", {"score": "jadas10", "value": 4.0, "course": "oligo"})["words"]
    said = "\n".join(words)
    assert "state minimal:\n  yes" in said
    assert "trincianti2021 minimal:\n  yes" in said
    assert "consolaro minimal:\n  no" in said


def test_a_remission_says_which_run_was_long_enough():
    visits = [{"date": day, "cid": "met", "on_medication": True} for day in ("2024-03-15", "2024-09-15")]
    explained = explain_row("jia_remission_wallace", {"visits": visits})
    assert explained["result"]["state"] == "crm"
    assert (
        "    yes  Inactive disease for 6 calendar months on medication, up to the visit: yes (yes)"
        in explained["words"]
    )


def test_the_command_line_says_why():
    items = ["active_joint_count=12", "physician_global_0_10=8", "crp_mg_l=150", "course=poly"]
    shown = CliRunner().invoke(app, ["measure", "jadas10_crp", *items, "--explain"]).stdout
    assert "10  Active joints (at most 10) (12; limited by the rule)" in shown
    answer = json.loads(
        CliRunner().invoke(app, ["measure", "jadas10_crp", *items, "--explain", "--json"]).stdout
    )
    assert answer["reasons"]["value"]["lower_bound"] == 28
    refused = CliRunner().invoke(app, ["measure", "jadas10_crp", "joints=12", "--explain"])
    assert "joints" in str(refused.exception)
