"""How one criterion is judged at one time: the parts that every rung of every ladder is made of.

A criterion either compares an assessment with the baseline or looks at one assessment alone. Its missing items
become settling items: what, and when, would have let it be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from leadline.casebook.case import Assessment, Fact, RowRef
from leadline.casebook.days import DaySpan
from leadline.measures import MEASURES
from leadline.measures.core_set import UPPER_LIMITS
from leadline.measures.expression import Recorded
from leadline.verdicts.findings import CriterionOutcome, Result, ScoreAt, SettlingItem
from leadline.verdicts.parameters import Window
from leadline.verdicts.view import CaseView, title_of
from leadline.verdicts.windows import Candidates


@dataclass(frozen=True, slots=True)
class Occasion:
    """A time at which a criterion is wanted: its window, and the assessment that stands for it, if there is one."""

    window: Window
    assessment: Assessment | None


Judge = Callable[[CaseView, Occasion], CriterionOutcome]


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """One criterion of a ladder, with its plain name. `lasting`: it is itself about a run of assessments."""

    criterion: str
    title: str
    judge_anew: Judge
    lasting: bool = False

    def judge(self, view: CaseView, occasion: Occasion) -> CriterionOutcome:
        """The outcome, worked out once for each assessment of a case, and, while it is open, once for each window: only
        what would settle it depends on the window."""
        visit = id(self), id(occasion.assessment)
        if visit in view.settled:
            return view.settled[visit]
        key = *visit, occasion.window
        if key not in view.outcomes:
            view.outcomes[key] = self.judge_anew(view, occasion)
        if not view.outcomes[key].settling_items:
            view.settled[visit] = view.outcomes[key]
        return view.outcomes[key]

    def judge_nearest(
        self, view: CaseView, candidates: Candidates
    ) -> tuple[Assessment | None, CriterionOutcome]:
        """At the nearest assessment at which the criterion can be judged; failing that, what the nearest one lacks."""
        first: tuple[Assessment | None, CriterionOutcome] | None = None
        for assessment in candidates.ordered:
            outcome = self.judge(view, Occasion(candidates.window, assessment))
            if outcome.result in ("met", "not_met"):
                return assessment, outcome
            first = first or (assessment, outcome)
        return first or (None, self.judge(view, Occasion(candidates.window, None)))


WORDS = {
    "new_bilag_a": "BILAG-2004",
    "new_bilag_b": "BILAG-2004",
    "sledai_2k": "SLEDAI-2K, all 24 findings",
    "clinical_sledai_2k": "SLEDAI-2K, all clinical findings",
    "physician_global": "Physician's global assessment (0-10)",
    "esr_uln": "The laboratory's upper limit of ESR",
    "crp_uln": "The laboratory's upper limit of CRP",
    "prednisolone_mg_day": "Prednisone or prednisolone dose on the day",
    "prednisone_mg_kg_day": "Prednisone dose and weight on the day",
    "ilar_category": "ILAR category of JIA",
    "on_immunosuppressive_or_biologic": "Start and stop of every immunosuppressive drug and biologic",
}
"""What to record for inputs that are no item of a visit; BILAG is asked for once, on both days."""

ON_BOTH_DAYS = ("new_bilag_a", "new_bilag_b")


@dataclass(frozen=True, slots=True)
class Visits:
    """The two assessments that a comparison takes, and the days and rows that it rests on."""

    baseline: Assessment | None
    current: Assessment | None

    @property
    def days(self) -> tuple[DaySpan, ...]:
        return tuple(visit.day for visit in (self.baseline, self.current) if visit is not None)


def settling_items(
    view: CaseView, criterion: str, missing: Iterable[str], occasion: Occasion, visits: Visits
) -> tuple[SettlingItem, ...]:
    """One settling item for each missing input, `baseline_` and `previous_` ones at baseline, others on occasion."""
    found: dict[tuple[str, str], SettlingItem] = {}
    for name in _whole_scores(missing):
        at, item = _split(name)
        window = view.parameters.baseline if at == "baseline" else occasion.window
        when = when_words(window)
        if item in ON_BOTH_DAYS:
            when = f"{when_words(view.parameters.baseline)} and {when_words(occasion.window)}"
        what = WORDS.get(item) or title_of(item)
        if _is_beyond_detection(view, visits, name):
            what = f"{what}: an exact value, as only a limit is recorded"
        found.setdefault((what, when), SettlingItem(what, item, criterion, when, window.first, window.last))
    return (*found.values(), *_days_to_find(view, criterion))


def _not_yet_recorded(view: CaseView, visits: Visits, missing: Iterable[str]) -> tuple[str, ...]:
    """The missing inputs, each once. A value beyond detection ("<5") is recorded: where the laboratory's upper limit is
    missing beside it, that limit is what to record."""
    names = tuple(dict.fromkeys(missing))
    return tuple(
        name
        for name in names
        if not (
            name in UPPER_LIMITS
            and UPPER_LIMITS[name].id in names
            and _is_beyond_detection(view, visits, name)
        )
    )


def _is_beyond_detection(view: CaseView, visits: Visits, name: str) -> bool:
    """Whether the input is recorded at its assessment as a limit alone."""
    at, item = _split(name)
    visit = visits.baseline if at == "baseline" else visits.current
    fact = None if visit is None else view.row(visit).facts.get(item)
    return fact is not None and bool(fact.comparator) and fact.value is not None


def _whole_scores(missing: Iterable[str]) -> tuple[str, ...]:
    """Missing names, with all findings of SLEDAI-2K at one time named once, as the score."""
    names = list(dict.fromkeys(missing))
    for score, all_of_it in WHOLE:
        if len(all_of_it) <= len(names) and all_of_it.issubset(names):
            names = [score, *(name for name in names if name not in all_of_it)]
    return tuple(dict.fromkeys(names))


WHOLE = tuple(
    (
        f"{prefix}{score}",
        frozenset(f"{prefix}{item.id}" for item in MEASURES[score].items if item.kind == "yes_no"),
    )
    for prefix in ("baseline_", "current_", "previous_", "")
    for score in ("sledai_2k", "clinical_sledai_2k")
)
"""A score at one time, and all the findings that it is made of at that time."""


def _split(name: str) -> tuple[str, str]:
    for prefix in ("baseline_", "previous_"):
        if name.startswith(prefix):
            return "baseline", name.removeprefix(prefix)
    return "current", name.removeprefix("current_")


def when_words(window: Window) -> str:
    """A window as a person reads it: its name, and its days if it has any."""
    return (
        f"{window.title} (day {window.first} to {window.last})"
        if window.first < window.last
        else window.title
    )


def _days_to_find(view: CaseView, criterion: str) -> tuple[SettlingItem, ...]:
    """Assessments whose partial date leaves open whether they lie in the window, where no other stands there."""
    if view.baselines.ordered:
        return ()
    return exact_days(view.baselines, criterion)


def exact_days(candidates: Candidates, criterion: str) -> tuple[SettlingItem, ...]:
    """The days to find of the assessments whose partial date leaves open whether they lie in the window."""
    window = candidates.window
    return tuple(
        SettlingItem(
            f"the exact day of the assessment of {assessment.day}",
            "",
            criterion,
            when_words(window),
            window.first,
            window.last,
        )
        for assessment in candidates.uncertain
    )


def refs_of(view: CaseView, visit: Assessment | None, items: Iterable[str]) -> tuple[RowRef, ...]:
    """The rows behind the items of an assessment."""
    if visit is None:
        return ()
    refs = view.row(visit).refs
    return tuple(dict.fromkeys(refs[name] for name in items if name in refs))


def pair_row(
    view: CaseView, visits: Visits, items: Iterable[str]
) -> tuple[dict[str, Recorded], tuple[str, ...]]:
    """The items of both visits as `baseline_` and `current_` inputs, and remarks on what could not be compared: a
    joint count on another list, a global by another kind of rater."""
    row: dict[str, Recorded] = {}
    remarks = []
    for name in items:
        pair = [
            None if visit is None else view.row(visit).facts.get(name)
            for visit in (visits.baseline, visits.current)
        ]
        remark = _not_comparable(name, *pair)
        if remark:
            remarks.append(remark)
            continue
        for when, visit in (("baseline", visits.baseline), ("current", visits.current)):
            row[f"{when}_{name}"] = None if visit is None else view.row(visit).items.get(name)
    return row, tuple(remarks)


def both_values(view: CaseView, visits: Visits, items: Iterable[str]) -> tuple[tuple[str, float, float], ...]:
    """Item, value at baseline and value now, for the numbers that both visits have."""
    if visits.baseline is None or visits.current is None:
        return ()
    before, now = view.row(visits.baseline).items, view.row(visits.current).items
    found = []
    for name in items:
        old, new = before.get(name), now.get(name)
        if isinstance(old, float | int) and isinstance(new, float | int):
            found.append((name, old, new))
    return tuple(found)


def _not_comparable(name: str, before: Fact | None, after: Fact | None) -> str:
    if before is None or after is None:
        return ""
    if name.endswith("_joint_count") and before.version and after.version and before.version != after.version:
        return f"{title_of(name)}: counted on different lists ({before.version} and {after.version} joints)"
    if name == "parent_global_0_10" and before.rater and after.rater and before.rater != after.rater:
        return f"{title_of(name)}: rated by {before.rater} and then by {after.rater}"
    return ""


def outcome(
    view: CaseView,
    occasion: Occasion,
    criterion: str,
    title: str,
    result: Result,
    *,
    missing: Iterable[str] = (),
    visits: Visits,
    details: Iterable[str] = (),
    evidence: Iterable[RowRef] = (),
    partial: bool = False,
    status: str = "verified",
    values: Mapping[str, object] | None = None,
) -> CriterionOutcome:
    """The outcome, with settling items where it is indeterminate."""
    missing = _not_yet_recorded(view, visits, missing) if result == "indeterminate" else ()
    return CriterionOutcome(
        criterion=criterion,
        title=title,
        result=result,
        partial=partial,
        missing=missing,
        days=visits.days,
        details=tuple(details),
        evidence=tuple(dict.fromkeys(evidence)),
        settling_items=settling_items(view, criterion, missing, occasion, visits)
        if result == "indeterminate"
        else (),
        status=status,
        values=tuple((values or {}).items()),
    )


def score_missing(score: ScoreAt | None, prefix: str, items: Iterable[str]) -> list[str]:
    """What is missing for a score, as inputs at one time; all its items where there is no assessment."""
    names = items if score is None else score.missing
    return [f"{prefix}_{name}" for name in names]


def as_input(score: ScoreAt | None) -> Recorded:
    """A score as the input of a criterion: its value, else its bounds, else nothing."""
    if score is None:
        return None
    if score.value is not None:
        return score.value
    return None if score.low is None or score.high is None else (score.low, score.high)


def outcome_on(
    criterion: str,
    title: str,
    result: Result,
    day: DaySpan | None,
    *,
    evidence: Iterable[RowRef],
    details: Iterable[str] = (),
    settling: Iterable[SettlingItem] = (),
) -> CriterionOutcome:
    """The outcome of a criterion about a day and no assessment; settling items stand only where it is indeterminate."""
    items = tuple(settling) if result == "indeterminate" else ()
    return CriterionOutcome(
        criterion=criterion,
        title=title,
        result=result,
        partial=False,
        missing=tuple(item.what for item in items),
        days=() if day is None else (day,),
        details=tuple(details),
        evidence=tuple(evidence),
        settling_items=items,
    )


def any_rung(criterion: str, title: str, *rungs: Rung) -> Rung:
    """Met if any of the criteria is, the results of the others being told beside it; not met only if every one that
    applies is not; else indeterminate."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        outcomes = [rung.judge(view, occasion) for rung in rungs]
        applicable = [one for one in outcomes if one.result != "not_applicable"]
        met = next((one for one in applicable if one.result == "met"), None)
        if met is not None:
            others = (_beside_words(one) for one in applicable if one is not met)
            return replace(met, details=tuple(dict.fromkeys((*met.details, *others))))
        if not applicable:
            return outcomes[0]
        return joined(criterion, title, applicable, _any_result([one.result for one in applicable]))

    return Rung(criterion, title, judge)


def all_rung(criterion: str, title: str, *rungs: Rung) -> Rung:
    """Met if all of the criteria are; not met if any is not; else indeterminate."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        outcomes = [rung.judge(view, occasion) for rung in rungs]
        results = [one.result for one in outcomes]
        if "not_met" in results:
            result: Result = "not_met"
        else:
            result = "met" if all(one == "met" for one in results) else "indeterminate"
        return joined(criterion, title, outcomes, result)

    return Rung(criterion, title, judge)


def _any_result(results: Iterable[Result]) -> Result:
    known = list(results)
    if "met" in known:
        return "met"
    return "indeterminate" if "indeterminate" in known else "not_met"


def _part_words(part: CriterionOutcome) -> str:
    """ "LLDAS: not met (Prednisolone equivalent: 10 mg/day)"."""
    figures = f" ({', '.join(part.details)})" if part.details else ""
    return f"{part.title}: {part.result.replace('_', ' ')}{figures}"


def _beside_words(other: CriterionOutcome) -> str:
    """The same, with what an open one lacks: nothing else tells it, as another criterion decided."""
    lacking = ", ".join(dict.fromkeys(item.what for item in other.settling_items))
    return f"{_part_words(other)}{f' (not recorded: {lacking})' if lacking else ''}"


def joined(criterion: str, title: str, outcomes: list[CriterionOutcome], result: Result) -> CriterionOutcome:
    """One outcome from several: their days, details and rows together, and what is missing where it is open."""
    unsettled = (
        [one for one in outcomes if one.result == "indeterminate"] if result == "indeterminate" else []
    )
    return CriterionOutcome(
        criterion=criterion,
        title=title,
        result=result,
        partial=False,
        missing=tuple(dict.fromkeys(name for one in unsettled for name in one.missing)),
        days=max((one.days for one in outcomes), key=len),
        details=tuple(dict.fromkeys(map(_part_words, outcomes))),
        evidence=tuple(dict.fromkeys(ref for one in outcomes for ref in one.evidence)),
        settling_items=tuple(dict.fromkeys(item for one in unsettled for item in one.settling_items)),
        status="provisional" if any(one.status == "provisional" for one in outcomes) else "verified",
    )
