"""What a calculator says of an input that it does not take."""

import pytest

from leadline.errors import ItemUnknown, UnknownMeasure
from leadline.measures import MEASURES
from leadline.measures.instruments import measure


@pytest.mark.parametrize(
    ("measure_id", "name", "hint"),
    [
        ("jadas10_crp", "crp_mg_dl", "crp_mg_dl is another unit than crp_mg_l: convert the value"),
        (
            "acr_pedi",
            "baseline.crp_mg_dl",
            "baseline_crp_mg_dl is another unit than crp_mg_l: convert the value",
        ),
        ("jadas10_esr", "esr_mm", "did you mean esr_mm_h?"),
    ],
)
def test_a_name_in_another_unit_is_not_told_to_be_renamed(measure_id, name, hint):
    when, _, item = name.rpartition(".")
    inputs = {when: {item: 1.2}} if when else {item: 1.2}
    with pytest.raises(ItemUnknown) as error:
        MEASURES[measure_id].evaluate(inputs)
    assert error.value.hint.startswith(hint)


def test_the_id_of_a_measure_is_found_whatever_its_capitals():
    with pytest.raises(UnknownMeasure) as error:
        measure("JADAS10")
    assert "jadas10_esr" in error.value.hint


def test_an_unknown_item_and_wrong_values_are_told_at_once():
    inputs = {"esr": 12, "esr_mm_h": 900, "active_joint_count": "many", "physician_global_0_10": 3}
    with pytest.raises(ItemUnknown) as error:
        measure("jadas10_esr").evaluate(inputs)
    assert error.value.message == (
        "JADAS10-ESR has no item esr; esr_mm_h is 900; it takes 0 to 200;"
        " active_joint_count is 'many'; it takes a number."
    )
    assert "converted in the casebook" in error.value.hint
