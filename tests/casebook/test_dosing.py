"""How charts write a frequency and a unit, and which of their words can tell nothing but a dose."""

import pytest

from leadline.casebook.dosing import FREQUENCIES, UNITS, frequency_code, only_dose_words, unit_code
from leadline.verdicts.doses import ONCE, TIMES_A_DAY, UNIT_IN_MG


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("daily", "daily"),
        ("Daily", "daily"),
        ("1x/day", "daily"),
        ("1 × / day", "daily"),
        ("twice_daily", "twice_daily"),
        ("twice daily", "twice_daily"),
        ("b.i.d.", "twice_daily"),
        ("BD", "twice_daily"),
        ("every other day", "q2d"),
        ("once weekly", "weekly"),
        ("Every 2 weeks", "q2w"),
        ("q4w", "q4w"),
        ("single dose", "once"),
        ("monthly", ""),  # 28 to 31 days
        ("biweekly", ""),  # twice a week, or every two weeks
        ("0.1/day", ""),
        ("q2-4h", ""),  # a range is neither of its ends, nor their digits in a row: q24h, q48h, every 14 days
        ("q 4 - 8 h", ""),
        ("every 1-4 days", ""),
        ("q12h", "twice_daily"),
        ("q.d.", ""),  # read for q.o.d., and that for q.i.d.
        ("qod", ""),
        ("OD", ""),
        ("twice a week", ""),
        ("daily, says Anna", ""),
        ("", ""),
    ],
)
def test_a_frequency_is_read_as_charts_write_it_and_never_guessed(words, code):
    assert frequency_code(words) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [("MG", "mg"), ("mcg", "ug"), ("µg", "ug"), ("mg/m²", "mg/m2"), ("mg/day", ""), ("IU", ""), ("", "")],
)
def test_a_unit_is_read_as_charts_write_it_and_never_guessed(words, code):
    assert unit_code(words) == code


def test_each_code_is_one_that_a_rule_reckons_with():
    assert FREQUENCIES.keys() == {*TIMES_A_DAY, ONCE}
    assert UNITS.keys() == UNIT_IN_MG.keys()


@pytest.mark.parametrize("several", [FREQUENCIES, UNITS], ids=["frequencies", "units"])
def test_no_words_stand_for_two_codes(several):
    words = [words for code, others in several.items() for words in (code, *others)]
    assert len({word.casefold() for word in words}) == len(words)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("twice a week", True),
        ("days 0 and 14, then every 8 weeks", True),
        ("mg/kg/day", True),
        ("mg/m²", True),
        ("", True),
        ("as Dr Smith says", False),
        ("weekly, Anna", False),
        ("weekly for Max", False),
        ("daily until April", False),
    ],
)
def test_words_that_can_tell_nothing_but_a_dose(text, only):
    assert only_dose_words(text) is only
