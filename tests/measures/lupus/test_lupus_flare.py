"""Global flare of childhood lupus, ACR 2018."""

import pytest

from leadline.measures import evaluate

NAMES = ("delta_sledai", "delta_upcr_g_g", "delta_md_global_0_10", "delta_esr_mm_h")
BILAG_NAMES = ("delta_bilag", *NAMES[1:])


def flare(changes, measure="csle_flare_2018", names=NAMES):
    answer = evaluate(measure, dict(zip(names, changes, strict=True)))
    return answer["value"], answer["grade"]


@pytest.mark.parametrize(
    ("changes", "value", "grade"),
    [
        ((6, 1, 2, 20), 4.85, "moderate"),  # 3 + 0.45 + 1 + 0.4
        ((10, 2, 3, 40), 8.2, "major"),  # 5 + 0.9 + 1.5 + 0.8
        ((0, 0, 0, 0), 0, "none"),
        ((12, 0, 0, 19.5), 6.39, "moderate"),
        ((12, 0, 0, 20), 6.4, "major"),
        ((5, 0, 0.8, 5), 3.0, "moderate"),
        ((5, 0, 0.8, 4.5), 2.99, "minor"),
        ((1, 0, 0, 5), 0.6, "minor"),
        ((1, 0, 0, 4.5), 0.59, "none"),
        ((-8, -1, -3, -30), -6.55, "none"),  # falls are negative
        ((0, 1, 0, 0), 0.45, "none"),
        ((0, 0, 1.2, 0), 0.6, "minor"),
    ],
)
def test_the_sledai_form(changes, value, grade):
    assert flare(changes) == (pytest.approx(value, abs=1e-9), grade)


@pytest.mark.parametrize(
    ("changes", "value", "grade"),
    [
        ((11, 2, 2, 35), 7.4, "major"),  # 4.4 + 1.3 + 1.0 + 0.7
        ((11, 2, 2, 34.5), 7.39, "moderate"),
        ((8, 0, 1, 0), 3.7, "moderate"),  # 3.2 + 0.5
        ((7, 0, 1, 40), 4.1, "moderate"),
        ((7, 0, 1, 19.5), 3.69, "minor"),
        ((4, 0, 1, 5), 2.2, "minor"),  # 1.6 + 0.5 + 0.1
        ((4, 0, 1, 4.5), 2.19, "none"),
    ],
)
def test_the_bilag_form(changes, value, grade):
    answer = flare(changes, "csle_flare_2018_bilag", BILAG_NAMES)
    assert answer == (pytest.approx(value, abs=1e-9), grade)


@pytest.mark.parametrize("name", NAMES)
def test_any_missing_change_leaves_no_score(name):
    changes = dict(zip(NAMES, (6, 1, 2, 20), strict=True))
    del changes[name]
    answer = evaluate("csle_flare_2018", changes)
    assert (answer["value"], answer["grade"], answer["status"], answer["missing"]) == (
        None, None, "not_computable", [name],
    )  # fmt: skip
