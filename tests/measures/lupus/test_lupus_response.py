"""The PRINTO/ACR response of juvenile lupus, and CHILI, which is not built."""

import pytest

from leadline.errors import UnknownMeasure
from leadline.measures import evaluate

NAMES = ("md_global_0_10", "sledai", "proteinuria_g_24h", "parent_global_0_10", "hrql_higher_better")
BASELINE = (8, 16, 1.0, 6, 30)


def judge(current, baseline=BASELINE):
    return evaluate(
        "printo_jsle_response",
        {
            "baseline": dict(zip(NAMES, baseline, strict=True)),
            "current": dict(zip(NAMES, current, strict=True)),
        },
    )


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ((4, 8, 1.2, 6, 30), "met"),  # two improve by 50 %, protein rises by 20 %
        ((4, 9, 1.0, 6, 30), "not_met"),  # 50 % and 43.75 %
        ((4.1, 8, 1.0, 6, 30), "not_met"),
        ((4, 8, 1.3, 7.8, 30), "met"),  # 30 % on both: not more than 30
        ((4, 8, 1.31, 6, 30), "met"),  # one worse is allowed
        ((4, 8, 1.31, 7.9, 30), "not_met"),  # two worse
        ((4, 16, 1.0, 6, 45), "met"),  # quality of life rises by 50 %
        ((4, 16, 1.0, 6, 44.9), "not_met"),
        ((4, 8, 1.31, 6, 21), "met"),  # quality of life falls by 30 %
        ((4, 8, 1.31, 6, 20.9), "not_met"),  # and by more
        ((4, 16, 1.0, 6, 15), "not_met"),  # a halved quality of life is no improvement
    ],
)
def test_each_limit_on_it_and_from_both_sides(current, expected):
    assert judge(current)["result"] == expected


def test_a_baseline_of_zero_cannot_improve_and_any_rise_from_it_is_worse():
    still = judge((4, 8, 0, 6, 30), (8, 16, 0, 6, 30))
    assert (still["result"], still["baseline_zero_components"]) == ("met", [])
    risen = judge((4, 8, 0.1, 8, 30), (8, 16, 0, 6, 30))
    assert (risen["result"], risen["baseline_zero_components"]) == ("not_met", ["proteinuria_g_24h"])
    assert judge((4, 16, 0, 6, 30), (8, 16, 0, 6, 30))["result"] == "not_met"
    assert judge((4, 16, 1, 6, 10), (8, 16, 1, 6, 0))["result"] == "not_met"
    assert judge((4, 16, 1, 6, 1.5), (8, 16, 1, 6, 1))["result"] == "met"


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ((4, 8, None, 6, 30), "met"),  # at most one can be worse
        ((4, 8, None, 8, 30), "indeterminate"),  # one is, and the unknown may be
        ((4, 16, None, 6, 30), "indeterminate"),
        ((8, 16, None, 6, 30), "not_met"),
        ((4, 8, None, 8, 20), "not_met"),  # two are worse already
    ],
)
def test_a_missing_variable_counts_as_unknown(current, expected):
    assert judge(current)["result"] == expected


def test_what_is_missing_is_named():
    assert judge((4, 16, None, 6, 30))["missing"] == ["current_proteinuria_g_24h"]


def test_chili_is_named_as_not_built_with_the_reason():
    with pytest.raises(UnknownMeasure) as error:
        evaluate("chili", {})
    assert "coefficients" in error.value.hint
