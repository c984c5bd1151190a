from leadline.casebook.items import ITEMS
from leadline.casebook.units import needs_unit


def test_only_a_quantity_printed_in_several_units_needs_its_unit():
    assert needs_unit(ITEMS["crp_mg_l"])
    assert needs_unit(ITEMS["platelets_10e9_l"])
    assert not needs_unit(ITEMS["esr_mm_h"])
    assert not needs_unit(ITEMS["ferritin_ng_ml"])  # its two units are the same
