"""Of a criterion that is provisional for one case only, a result is provisional where that case decided it."""

import random
from itertools import product

import pytest

from leadline.measures import MEASURES
from leadline.measures.definition import Criterion

COMPONENTS = (
    "physician_global_0_10", "parent_global_0_10", "chaq_di", "active_joint_count", "limited_joint_count", "esr_mm_h",
)  # fmt: skip


def row(*pairs, reactant="esr_mm_h"):
    names = (*COMPONENTS[:5], reactant)
    values = zip(names, pairs, strict=True)
    return {
        f"{when}_{name}": value
        for name, pair in values
        for when, value in zip(("baseline", "current"), pair, strict=True)
    }


BETTER, SAME, WORSE, ROSE, NEVER = (2, 1), (2, 2), (2, 3), (0, 1), (0, 0)


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ((BETTER, BETTER, BETTER, SAME, SAME, SAME), "verified"),
        ((BETTER, BETTER, BETTER, SAME, SAME, ROSE), "verified"),  # one may worsen: met whatever it is
        ((BETTER, BETTER, BETTER, SAME, WORSE, ROSE), "provisional"),  # not met if it is worse, else met
        ((BETTER, BETTER, SAME, SAME, SAME, NEVER), "provisional"),  # met if it were better
        ((BETTER, SAME, SAME, SAME, SAME, NEVER), "verified"),  # two better at most: not met
        ((BETTER, BETTER, BETTER, WORSE, WORSE, ROSE), "verified"),  # two are worse without it
    ],
)
def test_acr_pedi_30_is_provisional_where_a_baseline_of_zero_decides(pairs, status):
    assert MEASURES["acr_pedi"].result_status(row(*pairs), "acr30") == status
    assert MEASURES["acr_pedi"].result_status(row(*pairs, reactant="crp_mg_l"), "acr30") == status


def test_a_reactant_of_zero_is_not_replaced_by_the_other_one():
    both = row(BETTER, BETTER, BETTER, SAME, WORSE, ROSE)
    both |= {"baseline_crp_mg_l": 9, "current_crp_mg_l": 9}
    assert MEASURES["acr_pedi"].result_status(both, "acr30") == "provisional"


def test_a_baseline_below_detection_may_be_zero():
    pairs = (BETTER, BETTER, BETTER, SAME, WORSE, ((0, 5), 9))
    measure = MEASURES["acr_pedi"]
    assert isinstance(measure, Criterion)
    assert measure.rules["acr30"].evaluate({**measure.parameters, **row(*pairs)}) is not None
    assert measure.result_status(row(*pairs), "acr30") == "provisional"


def kinds(before, after, percent):
    """What a component may count as, apart from any convention: (better, worse)."""
    if before == 0:
        return [(True, False), (False, False), (False, True)]
    return [(100 * after <= (100 - percent) * before, 100 * after > 130 * before)]


def met(counted):
    return sum(better for better, _ in counted) >= 3 and sum(worse for _, worse in counted) <= 1


def test_the_status_is_that_of_counting_every_way_out():
    drawn = random.Random(9)
    seen = set()
    for _ in range(300):
        pairs = [(drawn.choice((0, 1, 2, 2, 3)), drawn.choice((0, 1, 2, 3))) for _ in range(6)]
        for level in (30, 70):
            ways = {met(way) for way in product(*(kinds(*pair, level) for pair in pairs))}
            status = "verified" if len(ways) == 1 else "provisional"
            assert MEASURES["acr_pedi"].result_status(row(*pairs), f"acr{level}") == status, (pairs, level)
            seen.add(status)
    assert seen == {"verified", "provisional"}


def test_a_flare_is_provisional_where_a_baseline_of_zero_decides():
    flare = MEASURES["jia_flare_brunner2002"]
    assert flare.result_status(row(WORSE, WORSE, SAME, SAME, SAME, SAME)) == "verified"
    assert flare.result_status(row(WORSE, SAME, SAME, SAME, SAME, ROSE)) == "provisional"


def test_another_provisional_measure_is_so_in_every_row():
    assert MEASURES["selena_flare_index"].result_status({}) == "provisional"
    assert MEASURES["lldas"].result_status({}) == "verified"
