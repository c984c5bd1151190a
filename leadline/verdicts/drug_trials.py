"""Each earlier drug against its adequate trial: did it fail, or was it never tried (verdicts 7)?

Failure is non-response or loss of response after an adequate trial. Intolerance is a reason of its own; choice, cost,
supply, a plan and remission are no failure. A dose or a date that is missing leaves it indeterminate.
"""

from __future__ import annotations

from itertools import groupby
from math import sqrt

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DAYS_IN_WEEK, DaySpan
from leadline.measures.expression import DECIMALS
from leadline.verdicts.adequate_trials import AdequateTrial, adequate_trial_of
from leadline.verdicts.doses import (
    TIMES_A_DAY,
    dose_basis,
    dose_mg,
    height_cm_at,
    perhaps_anew,
    previous_course,
    single_dose_mg,
    weight_kg_at,
)
from leadline.verdicts.findings import DrugTrial, Judgement
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.treatment import ANTIRHEUMATIC_CLASSES, drug_name, is_systemic

Courses = tuple[DrugCourse, ...]

FAILED = ("ineffective", "lost_effect")
NO_FAILURE = ("remission", "family_choice", "supply", "planned")


def judge_drug_trials(case: Case, parameters: Parameters) -> tuple[DrugTrial, ...]:
    """One judgement a drug taken before the index infusion; courses that follow each other are one."""
    return tuple(_judge(case, courses, parameters) for courses in _runs(case, parameters))


def _runs(case: Case, parameters: Parameters) -> list[Courses]:
    """Courses of one drug that follow each other, in order of start; those without a start last. A drug that the
    catalogue does not know may have been tried for the disease, and is not dropped."""
    before = [
        course
        for course in case.courses
        if course.class_id in (*ANTIRHEUMATIC_CLASSES, "")
        and is_systemic(course)
        and _before_infusion(course)
    ]
    before.sort(
        key=lambda course: (course.substance, course.start.first if course.start else 10**6, course.ref)
    )
    runs: list[list[DrugCourse]] = []
    for _, courses in groupby(before, key=lambda course: course.substance):
        for course in courses:
            if runs and runs[-1][-1] is previous_course(case, course, parameters):
                runs[-1].append(course)
            else:
                runs.append([course])
    return [tuple(run) for run in runs]


def _before_infusion(course: DrugCourse) -> bool:
    return course.start is None or course.start.first < 0


def _judge(case: Case, run: Courses, parameters: Parameters) -> DrugTrial:
    last = run[-1]
    trial = adequate_trial_of(last)
    judgement, why = _judgement(case, run, trial, parameters)
    return DrugTrial(
        drug=drug_name(last),
        class_id=last.class_id,
        judgement=judgement,
        why=why,
        start=run[0].start,
        stop=last.stop,
        ref=last.ref,
        status=trial.status if trial else "provisional",
    )


def _judgement(
    case: Case, run: Courses, trial: AdequateTrial | None, parameters: Parameters
) -> tuple[Judgement, str]:
    last = run[-1]
    if last.stop_reason == "adverse_event":
        return "intolerance", "stopped for an adverse event"
    if last.stop_reason in NO_FAILURE:
        return "not_a_failure", f"stopped: {last.stop_reason.replace('_', ' ')}"
    if last.stop_reason not in FAILED and last.response != "none":
        return "indeterminate", "neither the reason for stopping nor the response is recorded"
    if trial is None:
        return "indeterminate", "no adequate trial is defined for this drug"
    long_enough = _long_enough(case, run, trial, parameters)
    if long_enough is False:
        return "inadequate", f"taken for less than {trial.days} days"
    enough = _dose_is_enough(case, run, trial, parameters)
    if enough is False:
        return "inadequate", f"dose below {trial.least_mg_m2_week:g} mg/m2 a week"
    if long_enough is None:
        return "indeterminate", "start or stop is not exact enough to tell how long it was taken"
    if enough is None:
        return "indeterminate", "the dose, or what it must be reckoned from, is not recorded"
    return "adequate_failure", f"no or lost response after at least {trial.days} days"


def _long_enough(case: Case, run: Courses, trial: AdequateTrial, parameters: Parameters) -> bool | None:
    """From the start of the first course to the stop of the last, or to the infusion if it went on; None where it is
    long enough only if a break in between, of which the dates are not exact, was no longer than a pause."""
    stop = run[-1].stop
    if run[0].start is None or (stop is None and not run[-1].ongoing):
        return None
    begun = [run[0], *(course for course in run[1:] if perhaps_anew(case, course, parameters))]
    lasted = {lasted_before_infusion(one.start, stop, trial.days) for one in begun if one.start is not None}
    return lasted.pop() if len(lasted) == 1 else None


def lasted_before_infusion(start: DaySpan, stop: DaySpan | None, days: int) -> bool | None:
    """Whether so many days lie between start and stop, or the infusion if that came first; None if the dates cannot
    tell."""
    first_end, last_end = (0, 0) if stop is None else (min(stop.first, 0), min(stop.last, 0))
    if first_end - start.last >= days:
        return True
    return False if last_end - start.first < days else None


def _dose_is_enough(case: Case, run: Courses, trial: AdequateTrial, parameters: Parameters) -> bool | None:
    """Whether some course had the least dose; where none is defined, whether a dose is recorded at all."""
    if trial.least_mg_m2_week is None:
        return True if any(course.dose is not None for course in run) else None
    doses = [_mg_m2_week(case, course, parameters) for course in run]
    known = [dose for dose in doses if dose is not None]
    if any(round(dose, DECIMALS) >= trial.least_mg_m2_week for dose in known):
        return True
    return False if known and len(known) == len(doses) else None


def _mg_m2_week(case: Case, course: DrugCourse, parameters: Parameters) -> float | None:
    times = TIMES_A_DAY.get(course.frequency)
    if times is None or course.start is None:
        return None
    if dose_basis(course) == "per_m2":
        per_m2 = dose_mg(course)
        return None if per_m2 is None else per_m2 * times * DAYS_IN_WEEK
    dose = single_dose_mg(course, weight_kg_at(case, course.start, parameters))
    surface = _surface_m2(case, course, parameters)
    return None if dose is None or surface is None else dose * times * DAYS_IN_WEEK / surface


def _surface_m2(case: Case, course: DrugCourse, parameters: Parameters) -> float | None:
    """Body surface by Mosteller (N Engl J Med 1987;317:1098), from weight and height near the start."""
    if course.start is None:
        return None
    weight = weight_kg_at(case, course.start, parameters)
    height = height_cm_at(case, course.start, parameters)
    return None if weight is None or height is None else sqrt(height * weight / 3600)
