"""Response of childhood lupus by its five core variables (PRINTO/ACR), and why its successor CHILI is not built.

Items     physician's global, a global activity index, urine protein in 24 hours, parent's global, quality of life; each
          at baseline and now
Result    at least 2 of 5 better by 50 % or more, and no more than 1 of the rest worse by more than 30 %
Missing   three-valued; a variable with one value missing is unknown
Not       with quality of life read as lower is better: it alone improves upward
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.core_set import BASELINE_ZERO, Pair, two_visits
from leadline.measures.definition import Criterion, NotBuilt, Outputs, Source
from leadline.measures.expression import (
    Reading,
    Row,
    Truth,
    above,
    all_of,
    at_least,
    below,
    count_at_least,
    count_at_most,
)
from leadline.measures.inputs import Inputs
from leadline.measures.sri4 import SLEDAI_TOTAL

RUPERTO_2006 = Source("R06", "Ruperto N et al. Arthritis Rheum 2006;55:355-63")
RUPERTO_2007 = Source("R07", "Ruperto N et al. Lupus 2007;16:670-6", "10.1177/0961203307079556")
BRUNNER_2019 = Source("B19", "Brunner HI et al. Arthritis Care Res 2019;71:579-90", "10.1002/acr.23834")

IMPROVES_BY_PERCENT = 50  # [R07] at least
WORSENS_BY_PERCENT = 30  # [R07] more than

CALCULATOR_NAMES = {"md_global_0_10": "physician_global_0_10"}


def _pair(item: Item) -> Pair:
    return Pair(item.id, item.at("baseline"), item.at("current"))


LOWER_BETTER = tuple(
    _pair(item)
    for item in (
        ITEMS["physician_global_0_10"],
        SLEDAI_TOTAL,
        ITEMS["proteinuria_g_24h"],
        ITEMS["parent_global_0_10"],
    )
)  # [R06]
QUALITY_OF_LIFE = _pair(ITEMS["hrql_higher_better"])  # [R06]


def _quality_rises(pair: Pair) -> Truth:
    baseline, current = Reading(pair.baseline), Reading(pair.current)
    rise = at_least(current, baseline * (100 + IMPROVES_BY_PERCENT) / 100)
    return pair.once_recorded(all_of(above(baseline, 0), rise))


def _quality_falls(pair: Pair) -> Truth:
    limit = Reading(pair.baseline) * (100 - WORSENS_BY_PERCENT) / 100
    return pair.once_recorded(below(Reading(pair.current), limit))


IMPROVED = (
    *(pair.falls_by_percent(IMPROVES_BY_PERCENT) for pair in LOWER_BETTER),
    _quality_rises(QUALITY_OF_LIFE),
)
WORSENED = (
    *(pair.rises_by_more_than_percent(WORSENS_BY_PERCENT) for pair in LOWER_BETTER),
    _quality_falls(QUALITY_OF_LIFE),
)


def _unpack(inputs: Inputs) -> Inputs:
    flat = dict(two_visits(inputs))
    for when in ("baseline", "current"):
        for name, usual in CALCULATOR_NAMES.items():
            if f"{when}_{name}" in flat:
                flat[f"{when}_{usual}"] = flat.pop(f"{when}_{name}")
    return flat


def _rises_from_zero(row: Row) -> Outputs:
    zero = [pair.component for pair in LOWER_BETTER if pair.rises_from_zero(row)]
    return {"baseline_zero_components": zero}


PRINTO_JSLE_RESPONSE = Criterion(
    id="printo_jsle_response",
    title="PRINTO/ACR provisional response of juvenile lupus",
    diseases=("sle",),
    items=tuple(
        item
        for when in ("baseline", "current")
        for item in (getattr(pair, when) for pair in (*LOWER_BETTER, QUALITY_OF_LIFE))
    ),
    input_names=("baseline", "current"),
    unpack=_unpack,
    details=_rises_from_zero,
    rules={"result": all_of(count_at_least(2, *IMPROVED), count_at_most(1, *WORSENED))},  # [R07]
    sources=(RUPERTO_2006, RUPERTO_2007),
    status="provisional",
    provisional=BASELINE_ZERO,
    notes=(
        (
            "the physical summary of the Child Health Questionnaire in the original; another scale must be the same at "
            "both times, with higher better"
        ),
        "a variable that is 0 at baseline cannot improve, and any rise from 0 counts as worse and is listed",
        (
            "the authors of its successor prefer that one; their reading of this rule agreed with experts only fairly "
            "(kappa below 0.43)"
        ),
    ),
)

CHILI = NotBuilt(
    id="chili",
    title="Childhood Lupus Improvement Index (CHILI)",
    diseases=("sle",),
    reason="its coefficients were not found in a source that could be read; the cut-offs alone (improvement from 54; "
    "minor above 15, moderate above 68, major above 92, on 0-100) compute nothing",
    sources=(BRUNNER_2019,),
)
