"""What a JADAS value means: its activity state, and whether a fall of JADAS10 is an improvement.

Items     a score as computed or as recorded
Missing   no value: no state; a fall of which one end is missing is indeterminate unless the rule does not apply
Not       the 2021 cut-offs for JADAS27 and JADAS71: there are none
"""

from __future__ import annotations

from collections.abc import Sequence

from leadline.casebook.items import Item
from leadline.measures.definition import Calculation, Constraint, Criterion, Cutoffs, Outputs
from leadline.measures.expression import (
    ByChoice,
    FirstThatHolds,
    OneOf,
    Reading,
    Row,
    Truth,
    WhenRecorded,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    by_choice,
    none_of,
)
from leadline.measures.jadas import (
    CONSOLARO_2012,
    CONSOLARO_2014,
    CUTOFF_SETS,
    CUTOFFS,
    HORNEFF_2014,
    TRINCIANTI_2021,
)

HIGHEST = {"jadas10": 40, "jadas27": 57, "jadas71": 101, "cjadas10": 30}  # [C09] [C14]


def _limits(cutoffs: Cutoffs) -> str:
    return ", ".join(f"{band.state} ≤ {band.up_to:g}" for band in cutoffs.bands if band.up_to is not None)


WHICH = Item("score", "Which score", "choice", choices=tuple(HIGHEST))
VALUE = Item("value", "Its value", low=0, high=max(HIGHEST.values()), better="lower")
COURSE = Item("course", "Course of the disease", "choice", choices=("oligo", "poly"),
              meaning="oligo: never more than 4 joints; poly: extended oligoarthritis and polyarthritis")  # fmt: skip
SET = Item("cutoff_set", "Set of cut-offs", "choice", choices=CUTOFF_SETS)
NOT_APPLICABLE = "not_applicable"


def _limit(state: int, sets: Sequence[Cutoffs]) -> ByChoice:
    """The limit of a state by score and course, in one set of cut-offs."""
    of_score = {
        score: by_choice(
            COURSE, {each.course: each.bands[state].up_to or 0 for each in of_set}, says="the limit"
        )
        for score, cutoffs in CUTOFFS.items()
        if (of_set := [each for each in cutoffs if each in sets])
    }
    return by_choice(WHICH, of_score, says="the limit for the score and the course")


def _in_set(set_id: str) -> tuple[tuple[str, Truth], ...]:
    """State to its rule under one set; of a score for which the set has no limits none is borrowed."""
    sets = [each for cutoffs in CUTOFFS.values() for each in cutoffs if each.set_id == set_id]
    with_limits = tuple(score for score, cutoffs in CUTOFFS.items() if set(cutoffs) & set(sets))
    states = [band.state for band in sets[0].bands if band.up_to is not None]
    return (
        (NOT_APPLICABLE, none_of(OneOf(WHICH, with_limits))),
        *(
            (
                state,
                WhenRecorded(
                    (WHICH, VALUE, COURSE), at_most(Reading(VALUE), _limit(place, sets)), exactly=True
                ),
            )
            for place, state in enumerate(states)
        ),
    )


HIGHEST_STATE = "high"
IN_SET = {set_id: _in_set(set_id) for set_id in CUTOFF_SETS}
BY_SET = {set_id: FirstThatHolds(states, HIGHEST_STATE) for set_id, states in IN_SET.items()}
STATES = tuple(state for state, _ in IN_SET[CUTOFF_SETS[0]])


def _chosen(place: int) -> Truth:
    """The rule of a state under the set that is asked for."""
    return any_of(*(all_of(OneOf(SET, (set_id,)), states[place][1]) for set_id, states in IN_SET.items()))


CHOSEN = FirstThatHolds(tuple((state, _chosen(place)) for place, state in enumerate(STATES)), HIGHEST_STATE)


def _asked(row: Row) -> Outputs:
    """Which set was asked for; both are given, because they disagree."""
    status = {"status": NOT_APPLICABLE, "missing": []} if CHOSEN.evaluate(row) == NOT_APPLICABLE else {}
    return {"cutoff_set": row[SET.id], **status}


def _on_scale(score: str, highest: float) -> Truth:
    return none_of(all_of(OneOf(WHICH, (score,)), none_of(at_most(Reading(VALUE), highest))))


JADAS_STATE = Calculation(
    id="jadas_state",
    title="Activity state of a JADAS value",
    diseases=("jia",),
    items=(WHICH, VALUE, COURSE, SET),
    constraints=tuple(
        Constraint(_on_scale(score, highest), f"value is too high for its score; {score} takes 0 to {highest}")
        for score, highest in HIGHEST.items()
    ),
    parameters={SET.id: CUTOFF_SETS[0]},
    results={"state": CHOSEN, **BY_SET},
    needed=("state",),
    details=_asked,
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


def _enough(at: float, to: float | None, fall: float) -> Truth:
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
