"""What rehearsals add up to: rates, errors and differences from exact, against figures worked out by hand."""

import math

import pytest

from leadline.trial.rehearsal.agreement import agree
from leadline.trial.rehearsal.words import agreement_in_words, cells, table_lines
from tests.trial.rehearsal.designs import small


def trial(jia, mctd, *, harm_step=None):
    """Ends of both baskets as they stand in a row: step, children, why, success."""
    return {"ends": [jia, mctd], "harm_step": harm_step, "looks": 2, "days": 730.5}


SUCCESS, FAILURE = [1, 8, "complete", True], [1, 8, "complete", False]
FUTILE = [0, 3, "futility", False]
NO_EFFECT = [1, 6, "complete", False]


def rows(*pairs, responses=None):
    told = responses or [{"response": 4, "no_response": 4}, {"missing": 1, "no_response": 2}]
    return [
        {"number": n, "asked": "x", "charts": charts, "truth": truth, "responses": told, "misjudged": 0}
        for n, (charts, truth) in enumerate(pairs, start=1)
    ]


def numbers(found):
    return {(one.of, one.what): one for one in found.numbers}


def test_rates_errors_and_drift_are_those_worked_out_by_hand(tmp_path):
    asked = small(tmp_path, missing=0.2)
    # JIA: 3 of 4 successes by charts, 4 of 4 by truth, so that the differences are 0, 0, 0, -1.
    good, bad = trial(SUCCESS, NO_EFFECT), trial(FAILURE, FUTILE)
    found = agree(asked, rows((good, good), (good, good), (good, good), (bad, good)))
    jia = numbers(found)["jia", "success"]
    assert jia.charts == 0.75
    assert jia.se == pytest.approx(0.25)  # sqrt(0.25 / 4), the variance of 1, 1, 1, 0 being 0.25
    assert jia.drift == -0.25
    assert jia.drift_se == pytest.approx(0.25)
    mctd = numbers(found)["mctd", "futility"]
    assert (mctd.charts, mctd.drift) == (0.25, 0.25)
    assert numbers(found)["mctd", "children"].charts == (6 + 6 + 6 + 3) / 4
    assert numbers(found)["", "children"].charts == (14 + 14 + 14 + 11) / 4
    assert found.same == 0.75
    assert found.days == 730.5


def test_the_order_in_which_rehearsals_were_finished_changes_no_digit(tmp_path):
    asked = small(tmp_path, missing=0.2)
    ends = (trial(SUCCESS, NO_EFFECT), trial(FAILURE, FUTILE), trial([0, 5, "futility", False], NO_EFFECT))
    played = rows(*[(ends[n % 3], ends[n % 2]) for n in range(41)])
    assert agree(asked, played[::-1]) == agree(asked, played)
    assert agree(asked, sorted(played, key=lambda row: row["number"] % 3)) == agree(asked, played)


def test_a_difference_is_measured_in_standard_errors_of_the_exact_law(tmp_path):
    asked = small(tmp_path)
    good = trial(SUCCESS, NO_EFFECT)
    jia = numbers(agree(asked, rows(*[(good, good)] * 9)))["jia", "success"]
    assert jia.exact is not None
    assert 0 < jia.exact < 1
    assert jia.z == pytest.approx((1 - jia.exact) / math.sqrt(jia.exact * (1 - jia.exact) / 9))


def test_a_basket_without_effect_that_succeeds_is_an_error_and_one_with_effect_is_none(tmp_path):
    asked = small(tmp_path, truth="jia=0.2,mctd=0.5")
    both = trial(SUCCESS, [1, 6, "complete", True])
    only_mctd = trial(FAILURE, [1, 6, "complete", True])
    found = numbers(agree(asked, rows((both, both), (only_mctd, only_mctd))))
    assert found["", "family_wise_error"].charts == 0.5
    assert found["", "any_success"].charts == 1.0


def test_with_too_few_children_there_is_nothing_exact_to_compare_with(tmp_path):
    asked = small(tmp_path, children="jia=5")
    good = trial(SUCCESS, NO_EFFECT)
    found = agree(asked, rows((good, good)))
    assert all(one.exact is None and one.z is None for one in found.numbers)
    assert "no exact numbers" in agreement_in_words(found)[-1]


def test_shares_of_responses_are_of_the_children_of_the_last_looks(tmp_path):
    good = trial(SUCCESS, NO_EFFECT)
    found = agree(small(tmp_path, missing=0.1), rows((good, good), (good, good)))
    jia, mctd = found.responses
    assert (jia.children, jia.response, jia.missing) == (16, 0.5, 0.0)
    assert mctd.children == 6
    assert mctd.missing == pytest.approx(1 / 3)
    assert found.judged == 20


def test_what_lies_far_from_exact_is_said_in_words(tmp_path):
    never = trial(FAILURE, NO_EFFECT)
    found = agree(small(tmp_path), rows(*[(never, never)] * 40))
    assert "by more than chance explains;" in agreement_in_words(found)[-1]


def test_the_chance_of_a_difference_is_that_of_the_binomial_law(tmp_path):
    good, bad = trial(SUCCESS, NO_EFFECT), trial(FAILURE, FUTILE)
    found = agree(small(tmp_path), rows((good, good), (good, good), (bad, bad)))
    jia = numbers(found)["jia", "success"]
    p = jia.exact
    assert p is not None
    at_most_two = 1 - p**3
    at_least_two = p**3 + 3 * p**2 * (1 - p)
    assert jia.chance == pytest.approx(min(1, 2 * min(at_most_two, at_least_two)))
    assert numbers(found)["", "children"].chance is None


def test_what_cannot_happen_and_does_has_no_chance(tmp_path):
    # Under the targets no basket is without effect, so that none can be declared a success by mistake.
    never = trial(FAILURE, NO_EFFECT)
    error = numbers(agree(small(tmp_path), rows((never, never))))["", "family_wise_error"]
    assert (error.exact, error.chance, error.z) == (0.0, 1.0, None)


def test_every_number_has_a_line_of_one_width(tmp_path):
    good = trial(SUCCESS, NO_EFFECT)
    found = agree(small(tmp_path), rows((good, good), (good, good)))
    lines = table_lines(found)
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 1 + len(found.numbers)
    assert cells(numbers(found)["jia", "children"])[0] == "8.00"
    assert cells(numbers(found)["jia", "success"])[0] == "100.00 %"
