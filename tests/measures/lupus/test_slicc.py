"""The SLICC/ACR damage index."""

import pytest

from leadline.errors import ItemOutOfRange, ItemUnknown
from leadline.measures import evaluate
from leadline.measures.slicc import SYSTEMS


def damage(**items):
    return evaluate("slicc_sdi", {"items": items})


@pytest.mark.parametrize(
    ("items", "value"),
    [
        ({}, 0),
        ({"avascular_necrosis": 2, "cataract": 1, "gfr_lt_50": 1}, 4),
        ({"avascular_necrosis": 5}, 2),
        ({"cataract": 9}, 1),
        ({"cva": 1}, 1),
        ({"cva": 3}, 2),
        ({"gfr_lt_50": 1, "proteinuria_ge_3_5": 1}, 2),
        ({"gfr_lt_50": 2}, 1),
        ({"proteinuria_ge_3_5": 2}, 1),
        ({"esrd": 1}, 3),
        ({"esrd": 1, "gfr_lt_50": 1, "proteinuria_ge_3_5": 1}, 3),  # kidney failure replaces the other two
        ({"esrd": 2}, 3),
        ({"ruptured_tendon": True}, 1),
    ],
)
def test_damage_is_counted_up_to_the_most_points_of_each_item(items, value):
    assert damage(**items)["value"] == value


def test_everything_at_once_is_47():
    everything = {key: 9 for system in SYSTEMS.values() for key in system}
    assert len(everything) == 41
    assert damage(**everything)["value"] == 47


# The most points of each system add up to the published maximum: 2 + 6 + 3 + 5 + 6 + 5 + 6 + 7 + 3 + 1 + 1 + 2 = 47.
@pytest.mark.parametrize(
    ("system", "most"), list(zip(SYSTEMS, (2, 6, 3, 5, 6, 5, 6, 7, 3, 1, 1, 2), strict=True)), ids=SYSTEMS
)
def test_the_most_points_of_each_system(system, most):
    assert damage(**dict.fromkeys(SYSTEMS[system], 9))["value"] == most


def test_a_count_not_recorded_leaves_bounds():
    answer = damage(cataract=1, cva=None)
    assert (answer["value"], answer["lower_bound"], answer["upper_bound"], answer["missing"]) == (
        None,
        1,
        3,
        ["cva"],
    )
    assert evaluate("slicc_sdi", {})["upper_bound"] == 47


def test_kidney_failure_makes_the_other_renal_items_unneeded():
    assert damage(esrd=1, gfr_lt_50=None)["value"] == 3


def test_a_name_that_is_no_item_and_a_count_that_is_no_number_are_refused():
    with pytest.raises(ItemUnknown):
        damage(cataracts=1)
    with pytest.raises(ItemOutOfRange):
        damage(cataract=-1)
    with pytest.raises(ItemOutOfRange):
        evaluate("slicc_sdi", {"items": ["cataract"]})
