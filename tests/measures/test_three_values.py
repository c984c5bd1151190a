"""The three values: typed tables of Kleene's strong logic."""

import pytest

from leadline.measures.three_values import all_hold, any_holds, as_result


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (True, True, True, True),
        (True, None, None, True),
        (True, False, False, True),
        (None, None, None, None),
        (None, False, False, None),
        (False, False, False, False),
    ],
)
def test_what_is_known_decides_and_what_is_not_leaves_open(one, other, both, either):
    for values in ((one, other), (other, one)):
        assert all_hold(values) is both
        assert any_holds(values) is either


def test_of_nothing_all_hold_and_none_does():
    assert all_hold(()) is True
    assert any_holds(()) is False


def test_each_value_has_its_word():
    assert [as_result(value) for value in (True, False, None)] == ["met", "not_met", "indeterminate"]
