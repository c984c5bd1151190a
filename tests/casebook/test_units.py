import pytest

from leadline.casebook.items import ITEMS
from leadline.casebook.units import UnitUnknown, convert, needs_unit


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "wanted", "expected"),
    [  # measures dossier 5.4
        ("crp", 1.2, "mg/dL", "mg/L", 12),
        ("crp_mg_l", 5, "mg/l", "mg/dL", 0.5),
        ("c3", 0.9, "g/L", "mg/dL", 90),
        ("c4", 18, "mg/dL", "g/L", 0.18),
        ("fibrinogen", 3.5, "g/L", "mg/dL", 350),
        ("fibrinogen", 10, "µmol/L", "mg/dL", 340),
        ("ferritin", 250, "ng/mL", "ug/L", 250),
        ("ferritin", 250, "μg/L", "ng/mL", 250),
        ("triglycerides", 2, "mmol/L", "mg/dL", 177.14),
        ("creatinine", 88.4, "umol/L", "mg/dL", 1),
        ("haemoglobin", 120, "g/L", "g/dL", 12),
        ("platelets", 250_000, "/uL", "10*9/L", 250),
        ("platelets", 250, "10^3/µL", "10*9/L", 250),
        ("wbc", 7.1, "x10^9/L", "10*3/uL", 7.1),
        ("upcr", 500, "mg/g", "g/g", 0.5),
        ("upcr", 0.5, "mg/mg", "g/g", 0.5),
        ("upcr", 113.1, "mg/mmol", "g/g", 1),
        ("temperature", 98.6, "degF", "Cel", 37),
        ("temperature", 38, "°C", "°F", 100.4),
    ],
)
def test_conversions_of_the_dossier(analyte, value, unit, wanted, expected):
    assert convert(analyte, value, unit, wanted) == pytest.approx(expected, rel=1e-9)


def test_assays_of_anti_dsdna_are_not_converted_and_it_is_said_why():
    with pytest.raises(UnitUnknown) as refused:
        convert("anti_dsdna", 40, "IU/mL", "U/mL")
    assert "not comparable between assays" in refused.value.hint


@pytest.mark.parametrize(
    ("analyte", "unit"), [("esr", "mg/L"), ("crp", "stone"), ("weight", "mmol/L"), ("unobtainium", "mg")]
)
def test_a_conversion_that_is_not_known_is_refused(analyte, unit):
    with pytest.raises(UnitUnknown):
        convert(analyte, 1, unit, "mg/L" if analyte == "crp" else "kg")


def test_only_a_quantity_printed_in_several_units_needs_its_unit():
    assert needs_unit(ITEMS["crp_mg_l"])
    assert needs_unit(ITEMS["platelets_10e9_l"])
    assert not needs_unit(ITEMS["esr_mm_h"])
    assert not needs_unit(ITEMS["ferritin_ng_ml"])  # its two units are the same
