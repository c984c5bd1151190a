"""Scores and states of a child at each assessment, computed from what the visit holds.

A total that a chart prints is used only where it cannot be computed from its own items and does not disagree with
those that are recorded; it is marked. A joint count is used only by the version that its list can feed: a 27-joint
total feeds no JADAS71 and no JADAS10.
"""

from __future__ import annotations

from leadline.casebook.case import Case, Fact, RowRef
from leadline.measures import MEASURES, Score
from leadline.measures.definition import Outputs
from leadline.measures.expression import Recorded
from leadline.verdicts.findings import ScoreAt
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.rows import VisitRow, recorded

SCORES: dict[str, tuple[str, ...]] = {
    "jia": (
        "jadas10_esr",
        "jadas10_crp",
        "jadas27_esr",
        "jadas27_crp",
        "jadas71_esr",
        "jadas71_crp",
        "cjadas10",
    ),
    "sle": ("sledai_2k", "clinical_sledai_2k"),
    "mctd": ("sledai_2k", "jadas10_esr"),
}

JOINT_SCORES = ("jadas10_esr",)
"""Scores of arthritis that a child with MCTD has only where joints are involved (measures dossier 3.2)."""

JOINTS_INVOLVED = ("active_joint_count", "sledai_arthritis", *JOINT_SCORES)
"""Items of which a value above nothing, at any assessment, tells that joints are involved."""

POLYARTICULAR = ("oligo_extended", "poly_rf_neg", "poly_rf_pos", "systemic")
JOINTS_OF_OLIGO = 4

FEEDS = {
    "jadas27": ("27",),
    "jadas71": ("71", ""),
    "jadas10": ("71", "unknown", ""),
    "cjadas10": ("71", "unknown", ""),
}
"""Which joint lists a version takes; a list that is not named is taken for the full one."""


def scores_of(case: Case) -> tuple[str, ...]:
    """The scores that apply to the child: for MCTD one of arthritis only if the record shows arthritis, at any time."""
    scores = SCORES.get(case.diagnosis, ())
    if case.diagnosis != "mctd" or _joints_involved(case):
        return scores
    return tuple(score for score in scores if score not in JOINT_SCORES)


def _joints_involved(case: Case) -> bool:
    return any(
        _most(assessment.facts[name]) > 0
        for assessment in case.assessments
        for name in JOINTS_INVOLVED
        if name in assessment.facts
    )


def _most(fact: Fact) -> float:
    """The highest that the value can be, as `<5` may be 4; nothing for what is no number."""
    value = recorded(fact)
    high = value[1] if isinstance(value, tuple) else value
    return float(high) if isinstance(high, float | int) else 0.0


def course_of_disease(case: Case) -> tuple[str, str]:
    """The course that cut-offs go by, "oligo" or "poly", and a remark where the category does not settle it."""
    category = case.patient.get("ilar_category")
    if category == "oligo_persistent":
        return "oligo", ""
    if category in POLYARTICULAR:
        return "poly", ""
    counts = [
        fact.value
        for assessment in case.assessments
        if (fact := assessment.facts.get("active_joint_count")) and isinstance(fact.value, float | int)
    ]
    if category is None or not counts:
        return "", "the course of the disease is not recorded, so no activity state is named"
    course = "poly" if max(counts) > JOINTS_OF_OLIGO else "oligo"
    return course, f"cut-offs of the {course}articular course, by the number of active joints"


def score_visit(row: VisitRow, measure_id: str, course: str, parameters: Parameters) -> ScoreAt:
    """One score at one visit, with its states under every cut-off set for the course."""
    measure = MEASURES[measure_id]
    assert isinstance(measure, Score)
    items = _items(row, measure_id, measure)
    computed = measure.evaluate_row(items)
    total = _usable_total(row, measure_id, computed)
    value = computed["value"] if total is None else total[0]
    refs = {row.refs[name] for name in items if items[name] is not None and name in row.refs}
    return ScoreAt(
        measure=measure_id,
        title=measure.title,
        day=row.assessment.day,
        value=value,
        low=None if value is not None else computed.get("lower_bound"),
        high=None if value is not None else computed.get("upper_bound"),
        missing=() if value is not None else tuple(computed["missing"]),
        states=_states(measure, value, course, parameters),
        recorded_total=total is not None,
        evidence=tuple(sorted(refs if total is None else {total[1]})),
        status=measure.status,
    )


def _usable_total(row: VisitRow, measure_id: str, computed: Outputs) -> tuple[float, RowRef] | None:
    """The chart's own total and its row, if the score cannot be computed and the total lies within its bounds."""
    fact = row.facts.get(measure_id)
    if computed["value"] is not None or fact is None or not isinstance(fact.value, float | int):
        return None
    inside = computed["lower_bound"] <= fact.value <= computed["upper_bound"]
    return (float(fact.value), fact.ref) if inside and not fact.comparator else None


def _items(row: VisitRow, measure_id: str, measure: Score) -> dict[str, Recorded]:
    items = {item.id: row.items.get(item.id) for item in measure.items}
    lists = FEEDS.get(measure_id.rsplit("_", 1)[0] if measure_id.startswith("jadas") else measure_id)
    count = row.facts.get("active_joint_count")
    if lists is not None and count is not None and count.version not in lists:
        items["active_joint_count"] = None
    return items


def _states(
    measure: Score, value: float | None, course: str, parameters: Parameters
) -> tuple[tuple[str, str], ...]:
    """(cut-off set, state) for each published set, the parameters' own set first."""
    if value is None:
        return ()
    sets = sorted(
        (cutoffs for cutoffs in measure.cutoffs if cutoffs.course in (course, "any")),
        key=lambda cutoffs: cutoffs.set_id != parameters.cutoff_set,
    )
    return tuple((cutoffs.set_id, cutoffs.state(value)) for cutoffs in sets)
