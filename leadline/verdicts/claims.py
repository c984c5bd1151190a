"""One claim against the chart: finding, deciding criterion, attribution, durability, settling items (verdicts 3).

The criteria of a claim stand in order of strength. The first that applies and can be judged decides; those above it
are listed with what would have settled them. If none can be judged, the claim is reported only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline.casebook.case import Assessment, Report
from leadline.casebook.days import DaySpan, months_between
from leadline.measures import MEASURES
from leadline.verdicts.attribution import attribute
from leadline.verdicts.drug_claims import off_medication, reduced_medication
from leadline.verdicts.durability import NO_WINDOW, durability_of, durability_of_run
from leadline.verdicts.event_claims import no_event
from leadline.verdicts.findings import (
    ClaimVerdict,
    CriterionOutcome,
    Durability,
    Finding,
    Result,
    SettlingItem,
)
from leadline.verdicts.ladders import LADDERS
from leadline.verdicts.outcomes import Occasion, Rung
from leadline.verdicts.treatment import courses_of, on_any
from leadline.verdicts.view import CaseView
from leadline.verdicts.windows import Candidates, around_claim

BETTER = ("improved", "much_improved")
LADDER_CLAIMS = (*BETTER, "in_remission", "cured", "worse")
NO_CHANGE = "no_important_change"
MOST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the criteria of one claim came to. `deciding` is None where none could be judged."""

    outcomes: tuple[CriterionOutcome, ...]
    deciding: CriterionOutcome | None
    assessment: Assessment | None
    rung: Rung | None
    held_at_all: bool = True
    opposite: CriterionOutcome | None = None


def judge_claim(view: CaseView, report: Report) -> ClaimVerdict:
    """The verdict on one report of a child."""
    candidates = around_claim(view.case, report.day, view.parameters)
    judged = _judge(view, report, candidates)
    until = judged.assessment.day if judged.assessment else report.day
    finding = _finding(judged)
    return ClaimVerdict(
        patient_id=view.case.patient_id,
        claim=report.claim,
        speaker=report.speaker,
        channel=report.channel,
        day=report.day,
        finding=finding,
        deciding_criterion=judged.deciding.criterion if judged.deciding else "",
        criteria=judged.outcomes,
        attribution=attribute(view.case, until, view.parameters),
        durability=_durability(view, judged),
        settling_items=_settling(judged, report, candidates),
        evidence=tuple(dict.fromkeys(ref for outcome in judged.outcomes for ref in outcome.evidence)),
        sentences=tuple(_sentences(view, report, judged)),
        ref=report.ref,
        statement=report.statement,
    )


def _judge(view: CaseView, report: Report, candidates: Candidates) -> _Judged:
    ladder = LADDERS.get(view.case.diagnosis)
    match report.claim:
        case "off_medication":
            return _single(off_medication(view, report.day))
        case "reduced_medication":
            return _single(reduced_medication(view, report.day))
        case "no_side_effect" | "no_serious_adverse_event" as claim:
            serious = claim == "no_serious_adverse_event"
            return _single(no_event(view.case, report.day, view.parameters, serious_only=serious))
        case "unchanged" if ladder is not None:
            return _unchanged(view, candidates)
        case claim if ladder is not None and claim in LADDER_CLAIMS:
            judged = _climb(view, ladder.rungs(claim), candidates)
            return replace(judged, opposite=_flare(view, judged, candidates)) if claim in BETTER else judged
        case _:
            return _Judged((), None, None, None)


def _single(outcome: CriterionOutcome) -> _Judged:
    decided = outcome.result in ("met", "not_met")
    return _Judged((outcome,), outcome if decided else None, None, None)


def _climb(view: CaseView, rungs: tuple[Rung, ...], candidates: Candidates) -> _Judged:
    """Down the ladder until a criterion can be judged, each at the nearest assessment at which it can be."""
    outcomes = []
    for rung in rungs:
        assessment, outcome = rung.judge_nearest(view, candidates)
        outcomes.append(outcome)
        if outcome.result in ("met", "not_met"):
            held = rung.lasting or outcome.result == "not_met" or _held_at_all(view, rung, candidates)
            return _Judged(tuple(outcomes), outcome, assessment, rung, held)
    return _Judged(tuple(outcomes), None, None, None)


def _held_at_all(view: CaseView, rung: Rung, candidates: Candidates) -> bool:
    """Whether the criterion was met at every assessment of the window at which it can be judged."""
    return all(
        rung.judge(view, Occasion(candidates.window, assessment)).result != "not_met"
        for assessment in candidates.ordered
    )


def _flare(view: CaseView, judged: _Judged, candidates: Candidates) -> CriterionOutcome | None:
    """A flare criterion that is met on the day that decides a claim of improvement, or on one nearer to the claim: it
    contradicts the claim."""
    if judged.assessment is None or judged.deciding is None:
        return None
    up_to_deciding = candidates.ordered.index(judged.assessment) + 1
    outcomes = (
        rung.judge(view, Occasion(NO_WINDOW, assessment))
        for assessment in candidates.ordered[:up_to_deciding]
        for rung in LADDERS[view.case.diagnosis].worse
    )
    return next((outcome for outcome in outcomes if outcome.result == "met"), None)


def _unchanged(view: CaseView, candidates: Candidates) -> _Judged:
    """Neither improvement nor flare, both judged."""
    ladder = LADDERS[view.case.diagnosis]
    improved, worse = (_climb(view, rungs, candidates) for rungs in (ladder.improved, ladder.worse))
    outcomes = (*improved.outcomes, *worse.outcomes)
    sides = [improved.deciding, worse.deciding]
    known = [side.result for side in sides if side is not None]
    result: Result = "not_met" if "met" in known else "indeterminate" if None in sides else "met"
    if result == "indeterminate":
        return _Judged(outcomes, None, None, None)
    settled = [side for side in sides if side is not None]
    decided = replace(
        settled[0],
        criterion=NO_CHANGE,
        title="Neither an improvement nor a flare criterion met",
        result=result,
        partial=False,
        details=tuple(f"{side.title}: {side.result.replace('_', ' ')}" for side in settled),
        evidence=tuple(dict.fromkeys(ref for side in settled for ref in side.evidence)),
    )
    return _Judged((*outcomes, decided), decided, improved.assessment or worse.assessment, None)


def _finding(judged: _Judged) -> Finding:
    deciding = judged.deciding
    if deciding is None:
        return Finding.REPORTED_ONLY
    if deciding.result == "not_met" or judged.opposite is not None:
        return Finding.CONTRADICTED
    if deciding.partial or not judged.held_at_all:
        return Finding.PARTLY_DOCUMENTED
    return Finding.DOCUMENTED


def _durability(view: CaseView, judged: _Judged) -> Durability | None:
    if judged.deciding is None or judged.rung is None or judged.assessment is None:
        return None
    if judged.deciding.result != "met":
        return None
    if judged.rung.lasting:
        return durability_of_run(judged.deciding, view.parameters)
    return durability_of(view, judged.rung, judged.assessment)


def _settling(judged: _Judged, report: Report, candidates: Candidates) -> tuple[SettlingItem, ...]:
    """What would have let the criteria above the deciding one be judged; a claim without a day needs that first."""
    items = [item for outcome in judged.outcomes for item in outcome.settling_items]
    if report.day is None and judged.outcomes and judged.deciding is None:
        items.insert(0, SettlingItem("the day of the claim", "", "", "with the report"))
    items += [
        SettlingItem(
            f"the exact day of the assessment on {visit.day}", "", "", candidates.window.title,
            candidates.window.first, candidates.window.last,
        )
        for visit in candidates.uncertain
        if judged.deciding is None
    ]  # fmt: skip
    return tuple(dict.fromkeys(items))


def _sentences(view: CaseView, report: Report, judged: _Judged) -> list[str]:
    """What has to be said with the finding."""
    said = []
    if report.claim == "cured":
        state = "without glucocorticoid" if view.case.diagnosis == "sle" else "off medication"
        months = _months_off(view, judged)
        lasted = f"what is documented is remission {state} for {months} months"
        said.append(
            f"No criterion documents cure; {lasted if months else f'no remission {state} is documented'}."
        )
    if report.claim == "off_medication" and judged.deciding is not None and judged.deciding.result == "met":
        said += _off_words(view, report.day)
    if (
        report.claim in ("off_medication", "reduced_medication")
        and view.case.diagnosis == "sle"
        and report.day
    ):
        said += _antimalarial_words(view, report.day)
    if judged.deciding is not None and judged.deciding.partial:
        said.append(f"{judged.deciding.title}: this documents the claim at most partly.")
    if judged.deciding is not None and judged.deciding.result == "met" and not judged.held_at_all:
        said.append("The criterion was met at one assessment around the claim and not met at another.")
    if judged.opposite is not None:
        said.append(f"{judged.opposite.title}: met on {judged.opposite.days[-1]}.")
    said += _baseline_words(view, judged)
    if judged.deciding is not None and judged.deciding.status == "provisional":
        said.append(f"The criterion is provisional{_why_provisional(judged.deciding.criterion)}.")
    return said


def _why_provisional(criterion: str) -> str:
    why = MEASURES[criterion].provisional if criterion in MEASURES else ""
    return f": {why}" if why else ""


def _months_off(view: CaseView, judged: _Judged) -> int:
    """Whole calendar months that the documented run of remission off medication spans; 0 where none is documented."""
    if judged.deciding is None or judged.deciding.result != "met" or judged.assessment is None:
        return 0
    first = next(visit for visit in view.case.assessments if visit.day == judged.deciding.days[0])
    last = judged.assessment.recorded
    return next(n for n in range(MOST_MONTHS) if not months_between(first.recorded, last, n + 1))


def _off_words(view: CaseView, day: DaySpan | None) -> list[str]:
    """An infusion inside its effect window is itself treatment."""
    if day is None:
        return []
    reach = view.parameters.effect_last_day
    days = [
        infusion.day
        for infusion in view.case.infusions
        if infusion.given
        and infusion.day is not None
        and infusion.day.within(day.first - reach, day.last) is not False
    ]
    if not days:
        return []
    return [f"Off conventional medication, MSC on {', '.join(str(infusion_day) for infusion_day in days)}."]


def _antimalarial_words(view: CaseView, day: DaySpan) -> list[str]:
    courses = courses_of(view.case, ("antimalarial",))
    if not courses:
        return []
    on = on_any(courses, day)
    state = "was taken" if on else "was not taken any more" if on is False else "may have been taken"
    return [f"On {day} an antimalarial {state}."]


def _baseline_words(view: CaseView, judged: _Judged) -> list[str]:
    """The baseline that was used, and whether it is old."""
    if judged.deciding is None or judged.rung is None or judged.rung.lasting or len(judged.deciding.days) < 2:
        return []
    day = judged.deciding.days[0]
    before = f"{-day.last} days before" if day.is_exact else f"{-day.last} to {-day.first} days before"
    limit = view.parameters.baseline_old_after_days
    surely = "" if -day.last > limit else "perhaps "
    old = f", {surely}more than {limit} days old" if -day.first > limit else ""
    return [f"Baseline {before} the infusion{old}."]
