"""A rule read aloud says what the dossier says, and every measure can be read."""

import pytest

from leadline.measures import MEASURES
from leadline.measures.explanation import explain
from leadline.measures.words import rule_in_words


def test_macrophage_activation_syndrome_in_words():
    assert rule_in_words(MEASURES["mas_2016"]) == [
        "result:",
        "  all of",
        "    Fever: yes",
        "    Known or suspected systemic JIA: yes",
        "    Ferritin > 684 µg/L",
        "    at least 2 of",
        "      Platelets ≤ 181 10⁹/L",
        "      AST > 48 U/L",
        "      Triglycerides > 156 mg/dL",
        "      Fibrinogen ≤ 360 mg/dL",
    ]


def test_jadas_in_words():
    assert rule_in_words(MEASURES["jadas10_esr"]) == [
        "value =",
        "  the sum of",
        "    Active joints (at most 10)",
        "    Physician's global assessment (0-10)",
        "    Parent's or patient's global assessment of well-being (0-10)",
        "    (ESR (at least 20, at most 120) − 20) / 10",
    ]


def test_further_levels_of_a_response_say_only_what_differs():
    lines = rule_in_words(MEASURES["acr_pedi"])
    assert lines[-4:] == [
        "acr50: as acr30, with 50 in place of 70",
        "acr70: as acr30, with 30 in place of 70",
        "acr90: as acr30, with 10 in place of 70",
        "acr100: as acr30, with 0 in place of 70",
    ]
    assert sum("> 130 % of baseline" in line for line in lines) == 7, (
        "five components, and the sixth by either reactant"
    )


def test_a_limit_stands_last_with_its_unit():
    lines = rule_in_words(MEASURES["jia_cid_wallace2011"])
    assert "    Morning stiffness ≤ 15 min" in lines
    assert "    Active joints = 0" in lines
    assert "    Active uveitis: no" in lines


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_every_measure_can_be_read(measure):
    explained = explain(measure)
    assert explained["title"] == measure.title
    assert explained["rule"]
    assert not [line for line in explained.get("rule", []) if "leadline." in line or "Item(" in line]
