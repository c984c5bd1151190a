"""What a JADAS value means: its activity state, and whether a fall of JADAS10 is an improvement.

Items     a score as computed or as recorded
Missing   no value: no state; a fall of which one end is missing is indeterminate unless the rule does not apply
Not       the 2021 cut-offs for JADAS27 and JADAS71: there are none
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.casebook.items import Item
from leadline.errors import ItemOutOfRange
from leadline.measures.expression import Reading, all_of, any_of, at_least, below
from leadline.measures.jadas import (
    CONSOLARO_2012,
    CONSOLARO_2014,
    CUTOFF_SETS,
    CUTOFFS,
    HORNEFF_2014,
    TRINCIANTI_2021,
)
from leadline.measures.definition import Calculation, Criterion, Cutoffs, exact

HIGHEST = {"jadas10": 40, "jadas27": 57, "jadas71": 101, "cjadas10": 30}  # [C09] [C14]


def cutoffs_of(score: str, set_id: str, course: str) -> Cutoffs | None:
    """The cut-offs of one set and course; None where the set has none for this score."""
    return next((each for each in CUTOFFS[score] if (each.set_id, each.course) == (set_id, course)), None)


def _limits(cutoffs: Cutoffs) -> str:
    return ", ".join(f"{band.state} ≤ {band.up_to:g}" for band in cutoffs.bands if band.up_to is not None)


def _state(row: Mapping[str, Any]) -> dict[str, Any]:
    """State under the set asked for, and under every set beside it: the two sets disagree."""
    score, value, course = row.get("score"), exact(row, "value"), row.get("course")
    missing = [
        name for name, given in (("score", score), ("value", value), ("course", course)) if given is None
    ]
    if score is not None and value is not None and value > HIGHEST[score]:
        raise ItemOutOfRange(f"value is {value:g}; {score} takes 0 to {HIGHEST[score]}.")
    states = {}
    if score is not None and course is not None:
        states = {set_id: _state_in(cutoffs_of(score, set_id, course), value) for set_id in CUTOFF_SETS}
    state = states.get(row["cutoff_set"])
    status = "ok" if state in ("inactive", "minimal", "moderate", "high") else state or "not_computable"
    return {
        "state": None if status == "not_computable" else state,
        "status": status,
        "missing": [] if status != "not_computable" else missing,
        "cutoff_set": row["cutoff_set"],
        "states": states,
    }


def _state_in(cutoffs: Cutoffs | None, value: float | None) -> str | None:
    if cutoffs is None:
        return "not_applicable"
    return None if value is None else cutoffs.state(value)


JADAS_STATE = Calculation(
    id="jadas_state",
    title="Activity state of a JADAS value",
    diseases=("jia",),
    items=(
        Item("score", "Which score", "choice", choices=tuple(HIGHEST)),
        Item("value", "Its value", low=0, high=max(HIGHEST.values()), better="lower"),
        Item("course", "Course of the disease", "choice", choices=("oligo", "poly"),
             meaning="oligo: never more than 4 joints; poly: extended oligoarthritis and polyarthritis"),
        Item("cutoff_set", "Set of cut-offs", "choice", choices=CUTOFF_SETS),
    ),
    parameters={"cutoff_set": CUTOFF_SETS[0]},
    calculate=_state,
    in_words=(
        "state: the first of inactive, minimal and moderate whose limit the value does not exceed; otherwise high",
        *(
            f"{score}, {each.course} ({each.set_id}): {_limits(each)}"
            for score, sets in CUTOFFS.items()
            for each in sets
        ),
    ),
    sources=(TRINCIANTI_2021, CONSOLARO_2012, CONSOLARO_2014),
    notes=(
        "the two sets disagree: both are shown, and a state of inactive is read with the joint count",
        "the 2021 set was built on oligoarthritis and RF-negative polyarthritis; other use is an extension",
        "a third set (Backstrom 2019) exists and is not used",
    ),
)  # fmt: skip

BASELINE = Item("baseline", "JADAS10 before", low=0, high=40, better="higher", aliases=("baseline_jadas10",))
CURRENT = Item("current", "JADAS10 now", low=0, high=40, better="lower", aliases=("current_jadas10",))
FALLS_NEEDED = ((5, 15, 4), (15, 25, 10), (25, None, 17))  # [H14] baseline from, to below, points of fall


def _enough(at: float, to: float | None, fall: float) -> Any:
    in_class = (at_least(Reading(BASELINE), at), *(() if to is None else (below(Reading(BASELINE), to),)))
    return all_of(*in_class, at_least(Reading(BASELINE) - Reading(CURRENT), fall))


JADAS10_IMPROVEMENT = Criterion(
    id="jadas10_improvement_horneff",
    title="JADAS10 improvement by baseline class",
    diseases=("jia",),
    items=(BASELINE, CURRENT),
    applies=at_least(Reading(BASELINE), FALLS_NEEDED[0][0]),
    rules={"result": any_of(*(_enough(*limits) for limits in FALLS_NEEDED))},
    sources=(HORNEFF_2014,),
    notes=("built on changes within about 3 months", "below a baseline of 5 it does not apply"),
)
