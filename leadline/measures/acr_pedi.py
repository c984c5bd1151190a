"""ACR Pediatric 30, 50, 70, 90 and 100, and their form for systemic juvenile arthritis.

Items     six components at two visits; the systemic form adds the highest temperature of the week before
Result    at each level: at least three of six improve by that percentage, no more than one worsens by more than 30 %
Missing   three-valued; a component with one value missing is unknown
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.core_set import (
    BASELINE_ZERO,
    CALCULATOR_NAMES,
    GIANNINI_1997,
    ITEMS_OF_BOTH_VISITS,
    UPPER_LIMITS,
    Pair,
    components_of,
    each_component,
    rises_from_zero,
    two_visits,
    without_zero_baselines,
)
from leadline.measures.definition import Criterion, Outputs, Source
from leadline.measures.expression import (
    Not,
    OneOf,
    Reading,
    Row,
    Truth,
    Yes,
    above,
    all_of,
    at_least,
    at_most,
    choose,
    count_at_least,
    count_at_most,
)
from leadline.measures.inputs import Inputs
from leadline.measures.jadas import CRP_COUNTS_FROM, ESR_COUNTS_FROM

RUPERTO_2012 = Source("R12", "Ruperto N et al. N Engl J Med 2012;367:2396-406", "10.1056/NEJMoa1205099")
DE_BENEDETTI_2012 = Source("D12", "De Benedetti F et al. N Engl J Med 2012;367:2385-95")

LEVELS = (30, 50, 70, 90, 100)  # [G97] for 30; the others as later trials print them
IMPROVE = 3  # [G97] of six components, by at least the level
MAY_WORSEN = 1  # [G97]
WORSE_PERCENT = 30  # [G97] more than this, at every level

IGNORE_NORMAL = Item(
    "ignore_worsening_within_normal", "Ignore a rise that stays within normal limits", "yes_no"
)
SMALL = {
    "esr_mm_h": ESR_COUNTS_FROM,
    "crp_mg_l": CRP_COUNTS_FROM,
}  # what JADAS counts as none; for the flag alone


def _stays_normal(pair: Pair) -> Truth:
    limit = Reading(UPPER_LIMITS[pair.component])
    return all_of(at_most(Reading(pair.baseline), limit), at_most(Reading(pair.current), limit))


def _worsens(pair: Pair) -> Truth:
    worse = pair.rises_by_more_than_percent(WORSE_PERCENT)
    if pair.component not in UPPER_LIMITS:
        return worse
    return all_of(worse, Not(all_of(Yes(IGNORE_NORMAL), _stays_normal(pair))))


FEW_WORSEN = count_at_most(MAY_WORSEN, *each_component(_worsens))


def _response(level: int) -> Truth:
    improved = each_component(lambda pair: pair.falls_by_percent(level))
    return all_of(count_at_least(IMPROVE, *improved), FEW_WORSEN)


def _small_numbers(row: Row) -> list[str]:
    """The reactant, if it counts as worse although both its values are low."""
    pair = components_of(row)[-1]
    upper = UPPER_LIMITS[pair.component]
    limit = SMALL[pair.component] if row.get(upper.id) is None else Reading(upper)
    small = at_most(Reading(pair.current), limit)
    return [pair.component] if _worsens(pair).evaluate(row) and small.evaluate(row) else []


def _details(row: Row) -> Outputs:
    return {
        "reactant": components_of(row)[-1].component,
        "baseline_zero_components": rises_from_zero(row),
        "small_number_components": _small_numbers(row),
    }


_NOTES = (
    "a rise of exactly 30 % does not count as worse, a fall of exactly 30 % counts as better",
    "the limit for worsening stays 30 % at every level; a review table that raises it with the level is not followed",
    "a rise within normal limits (ESR 4 to 6) is flagged, and counts unless ignore_worsening_within_normal is chosen",
    "joints with limited motion are all of them, active or not",
)  # fmt: skip
_ITEMS = (*ITEMS_OF_BOTH_VISITS, *UPPER_LIMITS.values(), IGNORE_NORMAL)

ACR_PEDI = Criterion(
    id="acr_pedi",
    title="ACR Pediatric response",
    diseases=("jia",),
    items=_ITEMS,
    input_names=("baseline", "current", *(item.id for item in (*UPPER_LIMITS.values(), IGNORE_NORMAL))),
    parameters={IGNORE_NORMAL.id: False},
    unpack=two_visits,
    calculator_names=CALCULATOR_NAMES,
    rules={f"acr{level}": _response(level) for level in LEVELS},
    details=_details,
    sources=(GIANNINI_1997,),
    status="provisional",
    provisional=BASELINE_ZERO,
    read_alone=without_zero_baselines,
    notes=_NOTES,
)

TEMPERATURE = ITEMS["max_temp_c_7d"]
FEVER_RULE = Item(
    "fever_rule",
    "What counts as fever in the week before the visit",
    "choice",
    choices=("gt_38_0", "ge_37_5"),
)
FEVER = choose(
    OneOf(FEVER_RULE, ("gt_38_0",)),
    above(Reading(TEMPERATURE), 38.0),  # [R12]
    at_least(Reading(TEMPERATURE), 37.5),  # [D12]
)


def _temperature_beside(inputs: Inputs) -> Inputs:
    """The temperature belongs to the current visit; it is taken there or beside the two visits."""
    flat = dict(two_visits(inputs))
    within = flat.pop(f"current_{TEMPERATURE.id}", None)
    flat.pop(f"baseline_{TEMPERATURE.id}", None)
    return flat if within is None else {**flat, TEMPERATURE.id: within}


ACR_PEDI_SJIA = Criterion(
    id="acr_pedi_sjia",
    title="ACR Pediatric response for systemic arthritis",
    diseases=("jia",),
    items=(*_ITEMS, TEMPERATURE, FEVER_RULE),
    input_names=(*ACR_PEDI.input_names, TEMPERATURE.id, FEVER_RULE.id),
    parameters={**ACR_PEDI.parameters, FEVER_RULE.id: "gt_38_0"},
    unpack=_temperature_beside,
    calculator_names=CALCULATOR_NAMES,
    rules={f"acr{level}": all_of(Not(FEVER), _response(level)) for level in LEVELS},
    details=lambda row: {**_details(row), "fever_rule": row[FEVER_RULE.id]},
    sources=(GIANNINI_1997, RUPERTO_2012, DE_BENEDETTI_2012),
    status="provisional",
    provisional=BASELINE_ZERO,
    read_alone=without_zero_baselines,
    notes=(
        *_NOTES,
        "fever is above 38.0 °C (canakinumab trials) or from 37.5 °C (tocilizumab trial): 37.8 °C differs",
    ),
)
