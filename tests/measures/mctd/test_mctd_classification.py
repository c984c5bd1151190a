"""The four sets of criteria for mixed connective tissue disease."""

import pytest

from leadline.errors import ItemUnknown
from leadline.measures import evaluate

NONE_OF_KASUKAWA = {
    "raynaud": False, "swollen_fingers_or_hands": False, "anti_rnp": True, "sle_like": False, "ssc_like": False,
    "pm_like": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"raynaud": True, "sle_like": ["polyarthritis"], "pm_like": ["raised_ck"]}, "met"),
        ({"raynaud": True, "sle_like": True, "pm_like": True}, "met"),
        (
            {"swollen_fingers_or_hands": True, "ssc_like": ["reduced_diffusion"], "pm_like": ["weakness"]},
            "met",
        ),
        ({"raynaud": True, "sle_like": True}, "not_met"),  # one category of three
        ({"sle_like": True, "pm_like": True}, "not_met"),  # no common symptom
        ({"raynaud": True, "sle_like": True, "pm_like": True, "anti_rnp": False}, "not_met"),
        ({"raynaud": True, "sle_like": True, "pm_like": True, "anti_rnp": None}, "indeterminate"),
        ({"raynaud": True, "sle_like": True, "pm_like": True, "ssc_like": None}, "met"),
        ({"raynaud": True, "sle_like": True, "ssc_like": None}, "indeterminate"),
        ({"raynaud": True, "ssc_like": None}, "not_met"),
        ({"raynaud": None, "sle_like": True, "pm_like": True}, "indeterminate"),
        ({"raynaud": True, "sle_like": [], "pm_like": ["raised_ck"]}, "not_met"),
    ],
)
def test_kasukawa_asks_for_two_of_three_categories(changed, expected):
    assert evaluate("mctd_kasukawa", {**NONE_OF_KASUKAWA, **changed})["result"] == expected


def test_kasukawa_refuses_a_finding_of_another_category():
    with pytest.raises(ItemUnknown):
        evaluate("mctd_kasukawa", {**NONE_OF_KASUKAWA, "pm_like": ["polyarthritis"]})


@pytest.mark.parametrize(
    ("titre", "features", "expected"),
    [
        (3200, ["raynaud", "hand_oedema", "synovitis"], "met"),
        ("1:3200", ["raynaud", "hand_oedema", "synovitis"], "met"),
        (1600, ["raynaud", "hand_oedema", "myositis"], "met"),
        (1599, ["raynaud", "hand_oedema", "myositis"], "not_met"),
        (800, ["raynaud", "hand_oedema", "synovitis"], "not_met"),
        (3200, ["raynaud", "synovitis"], "not_met"),  # two features
        (3200, ["raynaud", "hand_oedema", "acrosclerosis"], "not_met"),  # neither synovitis nor myositis
        (None, ["raynaud", "hand_oedema", "synovitis"], "indeterminate"),  # an ELISA is no titre
        (None, ["raynaud"], "not_met"),
        (3200, None, "indeterminate"),
    ],
)
def test_alarcon_segovia(titre, features, expected):
    answer = evaluate("mctd_alarcon_segovia", {"anti_rnp_titre": titre, "features": features})
    assert answer["result"] == expected


def test_alarcon_segovia_by_elisa_has_its_own_name():
    inputs = {"anti_rnp": True, "features": ["raynaud", "hand_oedema", "synovitis"]}
    assert evaluate("mctd_alarcon_segovia_elisa", inputs)["result"] == "met"
    assert evaluate("mctd_alarcon_segovia_elisa", {**inputs, "anti_rnp": False})["result"] == "not_met"
    with pytest.raises(ItemUnknown):
        evaluate("mctd_alarcon_segovia", inputs)


def test_alarcon_segovia_with_a_feature_not_recorded():
    inputs = {"anti_rnp_titre": 3200, "features": ["raynaud", "hand_oedema"], "not_recorded": ["synovitis"]}
    answer = evaluate("mctd_alarcon_segovia", inputs)
    assert (answer["result"], answer["missing"]) == ("indeterminate", ["synovitis"])


SEROLOGY = {"anti_u1_rnp": True, "anti_sm": False, "anti_ena_titre": 10_000, "anti_u1_rnp_titre": 4000}


def sharp(*present, **changed):
    answer = evaluate("mctd_sharp", {"present": list(present), "not_recorded": [], **SEROLOGY, **changed})
    return answer["result"], answer["at_least_probable"]


@pytest.mark.parametrize(
    ("present", "changed", "expected"),
    [
        (
            ("severe_myositis", "diffusion_below_70", "raynaud"),
            {},
            ("met", "met"),
        ),  # with anti-ENA four majors
        (("severe_myositis", "diffusion_below_70", "raynaud"), {"anti_ena_titre": 9999}, ("not_met", "met")),
        (
            ("severe_myositis", "pulmonary_hypertension", "raynaud", "swollen_hands"),
            {"anti_ena_titre": 0},
            ("met", "met"),
        ),
        (("severe_myositis", "raynaud", "swollen_hands"), {"anti_u1_rnp_titre": 3999}, ("not_met", "met")),
        (("severe_myositis", "raynaud", "swollen_hands"), {"anti_u1_rnp_titre": 1000}, ("not_met", "met")),
        (("severe_myositis", "raynaud", "swollen_hands"), {"anti_u1_rnp_titre": 999}, ("not_met", "not_met")),
        (
            ("severe_myositis", "raynaud", "swollen_hands"),
            {"anti_sm": True},
            ("not_met", "met"),
        ),  # three majors left
        (("severe_myositis", "raynaud", "alopecia", "arthritis"), {"anti_ena_titre": 0}, ("not_met", "met")),
        (("severe_myositis", "raynaud", "alopecia"), {"anti_ena_titre": 0}, ("not_met", "not_met")),
        # Only one of the two majors is among the first three.
        (
            ("raynaud", "swollen_hands", "alopecia", "arthritis"),
            {"anti_ena_titre": 0},
            ("not_met", "not_met"),
        ),
        # Raynaud and oesophageal hypomotility are one major.
        (
            ("raynaud", "oesophageal_hypomotility", "swollen_hands"),
            {"anti_ena_titre": 0},
            ("not_met", "not_met"),
        ),
        (("severe_myositis", "raynaud", "swollen_hands"), {"anti_sm": None}, ("indeterminate", "met")),
        (
            ("severe_myositis", "raynaud", "swollen_hands"),
            {"anti_u1_rnp_titre": None},
            ("indeterminate", "indeterminate"),
        ),
        (
            ("severe_myositis", "raynaud", "swollen_hands"),
            {"anti_u1_rnp_titre": None, "titre_of": "anti_ena"},
            ("met", "met"),
        ),
    ],
)
def test_sharp_definite_and_probable(present, changed, expected):
    assert sharp(*present, **changed) == expected


@pytest.mark.parametrize(
    ("titre", "features", "expected"),
    [
        (1200, ["raynaud", "synovitis", "myositis"], "met"),
        (1199, ["raynaud", "synovitis", "myositis"], "not_met"),
        (1200, ["raynaud", "synovitis", "swollen_fingers"], "met"),
        (1200, ["synovitis", "myositis", "swollen_fingers"], "not_met"),  # Raynaud is required
        (1200, ["raynaud", "synovitis"], "not_met"),
        (None, ["raynaud", "synovitis", "myositis"], "indeterminate"),
    ],
)
def test_kahn(titre, features, expected):
    assert evaluate("mctd_kahn", {"speckled_ana_titre": titre, "features": features})["result"] == expected
