"""Flare of juvenile arthritis: by the 40 % rule, and by the rule of randomised withdrawal trials.

Items     the six components of the ACR Pediatric response, at a reference visit (`baseline`) and now (`current`)
Missing   three-valued; a component with one value missing is unknown
Not       comparable between reference visits: best state reached, last visit and trial baseline give different answers
"""

from __future__ import annotations

from leadline.measures.core_set import (
    BASELINE_ZERO,
    CALCULATOR_NAMES,
    GLOBALS,
    ITEMS_OF_BOTH_VISITS,
    JOINT_COUNTS,
    Pair,
    components_of,
    each_component,
    rises_from_zero,
    two_visits,
    without_zero_baselines,
)
from leadline.measures.definition import Criterion, Outputs, Source
from leadline.measures.expression import Row, Truth, all_of, count_at_least, count_at_most

BRUNNER_2002 = Source(
    "BR02", "Brunner HI et al. J Rheumatol 2002;29:1058-64", url="pubmed.ncbi.nlm.nih.gov/12022323"
)
WITHDRAWAL = Source(
    "DW",
    "Randomised withdrawal trials in JIA, table 2",
    url="pmc.ncbi.nlm.nih.gov/articles/PMC3038996/table/t2-dddt-5-061",
)

NOT_MANY_IMPROVE = count_at_most(1, *each_component(lambda pair: pair.falls_by_percent(30)))  # [BR02] [DW]
LEAST_RISE = {
    **dict.fromkeys(GLOBALS, 2),
    **dict.fromkeys(JOINT_COUNTS, 2),
}  # [DW]; limited joints were not read


def _worsens_in_withdrawal(pair: Pair) -> Truth:
    worse = pair.rises_by_percent(30)  # [DW]
    least = LEAST_RISE.get(pair.component)
    return worse if least is None else all_of(worse, pair.rises_by(least))


def _details(row: Row) -> Outputs:
    return {"reactant": components_of(row)[-1].component, "baseline_zero_components": rises_from_zero(row)}


_REFERENCE = "the reference visit is part of the answer: store which visit `baseline` was"

JIA_FLARE_BRUNNER = Criterion(
    id="jia_flare_brunner2002",
    title="JIA flare (Brunner 2002)",
    diseases=("jia",),
    items=ITEMS_OF_BOTH_VISITS,
    input_names=("baseline", "current"),
    unpack=two_visits,
    calculator_names=CALCULATOR_NAMES,
    rules={
        "result": all_of(
            count_at_least(2, *each_component(lambda pair: pair.rises_by_percent(40))),  # [BR02]
            NOT_MANY_IMPROVE,
        )
    },
    details=_details,
    sources=(BRUNNER_2002,),
    status="provisional",
    provisional=BASELINE_ZERO,
    read_alone=without_zero_baselines,
    notes=(_REFERENCE,),
)

JIA_FLARE_WITHDRAWAL = Criterion(
    id="jia_flare_withdrawal",
    title="JIA flare (randomised withdrawal trials)",
    diseases=("jia",),
    items=ITEMS_OF_BOTH_VISITS,
    input_names=("baseline", "current"),
    unpack=two_visits,
    calculator_names=CALCULATOR_NAMES,
    rules={
        "result": all_of(count_at_least(3, *each_component(_worsens_in_withdrawal)), NOT_MANY_IMPROVE)
    },  # [DW]
    details=_details,
    sources=(WITHDRAWAL,),
    status="provisional",
    provisional=f"{BASELINE_ZERO}; that limited joints too must rise by two was not read in a source",
    notes=(
        _REFERENCE,
        "a worsened global must rise by at least 2 points, a worsened joint count by at least 2 joints",
    ),
)
