"""The 2019 EULAR/ACR classification."""

import pytest

from leadline.measures import evaluate


def classify(*present, ana=True, not_recorded=()):
    return evaluate(
        "eular_acr_2019", {"ana_ge_1_80": ana, "present": list(present), "not_recorded": list(not_recorded)}
    )


# The published points (Aringer 2019, doi:10.1136/annrheumdis-2018-214819), typed.
POINTS = {
    "fever": 2, "leukopenia": 3, "thrombocytopenia": 4, "autoimmune_haemolysis": 4, "delirium": 2, "psychosis": 3,
    "seizure": 5, "non_scarring_alopecia": 2, "oral_ulcers": 2, "subacute_or_discoid": 4, "acute_cutaneous": 6,
    "effusion": 5, "acute_pericarditis": 6, "joint_involvement": 6, "proteinuria_gt_0_5": 4, "class_ii_or_v": 8,
    "class_iii_or_iv": 10, "apl_positive": 2, "low_c3_or_c4": 3, "low_c3_and_c4": 4, "anti_dsdna_or_sm": 6,
}  # fmt: skip


@pytest.mark.parametrize(("key", "points"), POINTS.items(), ids=POINTS)
def test_one_criterion_alone_gives_its_points(key, points):
    assert classify(key)["score"] == points


@pytest.mark.parametrize(
    ("present", "score", "result"),
    [
        (("joint_involvement", "leukopenia", "anti_dsdna_or_sm"), 15, "met"),
        (("seizure", "low_c3_or_c4"), 8, "not_met"),
        # Two from test/unit/sle-2019-eular-acr.test.js of the public program clay-good/sophiewell.com.
        (("joint_involvement", "anti_dsdna_or_sm"), 12, "met"),
        (("anti_dsdna_or_sm", "low_c3_and_c4"), 10, "not_met"),  # nothing clinical
        (("class_iii_or_iv",), 10, "met"),
        (("seizure", "non_scarring_alopecia", "apl_positive"), 9, "not_met"),
        (("class_iii_or_iv", "class_ii_or_v", "proteinuria_gt_0_5"), 10, "met"),  # the highest of the domain
        (("low_c3_or_c4", "low_c3_and_c4"), 4, "not_met"),
        (tuple(POINTS), 51, "met"),  # 2 + 4 + 5 + 6 + 6 + 6 + 10 + 2 + 4 + 6
    ],
)
def test_the_highest_of_each_domain_is_added(present, score, result):
    answer = classify(*present)
    assert (answer["score"], answer["result"], answer["missing"]) == (score, result, [])


def test_without_the_entry_criterion_nothing_counts():
    answer = classify("class_iii_or_iv", "joint_involvement", ana=False)
    assert (answer["score"], answer["result"]) == (0, "not_met")


def test_ana_unknown_is_indeterminate_unless_the_points_do_not_suffice():
    enough = classify("class_iii_or_iv", ana=None)
    assert (enough["score"], enough["result"], enough["missing"]) == (None, "indeterminate", ["ana_ge_1_80"])
    assert classify("seizure", ana=None)["result"] == "not_met"


def test_a_criterion_not_recorded_matters_only_where_its_domain_has_nothing_higher():
    answer = classify("seizure", not_recorded=["delirium", "psychosis"])
    assert (answer["score"], answer["result"]) == (5, "not_met")
    open_ = classify("seizure", "low_c3_or_c4", not_recorded=["apl_positive"])
    assert (open_["score"], open_["lower_bound"], open_["upper_bound"]) == (None, 8, 10)
    assert (open_["result"], open_["missing"]) == ("indeterminate", ["apl_positive"])
    assert classify("class_iii_or_iv", not_recorded=["apl_positive"])["result"] == "met"
