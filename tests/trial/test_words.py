"""Numbers as the sentences of a design say them. What is expected is counted by hand."""

from __future__ import annotations

import pytest

from leadline.trial.words import percent, percent_at_most, stated_percent


@pytest.mark.parametrize(
    ("limit", "digits", "said"),
    [
        (0.09425, 2, "9.43 %"),
        (0.09421, 1, "9.5 %"),
        (0.07810213, 2, "7.82 %"),
        (0.1, 1, "10 %"),
        (0.0964, 2, "9.64 %"),
    ],
)
def test_a_limit_that_is_proved_is_never_said_to_be_smaller_than_it_is(limit, digits, said):
    assert percent_at_most(limit, digits) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (0.0, 1, "0 %"), (1.0, 1, "100 %"), (0.0004, 1, "below 0.1 %"), (0.0005, 1, "0.1 %"),
        (0.9996, 1, "above 99.9 %"), (0.9994, 1, "99.9 %"), (0.00004, 2, "below 0.01 %"), (0.3, 0, "30 %"),
    ],
)  # fmt: skip
def test_what_is_neither_never_nor_always_is_not_rounded_to_it(value, digits, said):
    assert percent(value, digits) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.99987, "99.987 %"), (0.9999999, "99.99999 %"), (0.0025, "0.25 %"), (0.2, "20 %")]
)
def test_a_parameter_is_said_as_the_file_gives_it(value, said):
    assert stated_percent(value) == said
