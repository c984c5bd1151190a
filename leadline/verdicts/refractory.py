"""Refractory disease: the named definitions side by side (measures dossier 4.3). None is called *the* definition.

Each is three-valued. A drug whose trial is indeterminate may or may not count as failed; a definition is decided only
where that makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from leadline.casebook.case import DrugCourse
from leadline.casebook.days import DaySpan
from leadline.measures.three_values import all_hold, as_result
from leadline.verdicts.adequate_trials import MONTHS_6
from leadline.verdicts.drug_trials import NO_FAILURE, lasted_before_infusion
from leadline.verdicts.findings import DrugTrial, RefractoryOutcome
from leadline.verdicts.treatment import courses_of, on_any
from leadline.verdicts.view import CaseView

Of = Callable[[DrugTrial], bool]
Trials = tuple[DrugTrial, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a definition: in words, whether it holds, and what is missing where that is not known."""

    words: str
    holds: bool | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    id: str
    title: str
    diagnoses: tuple[str, ...]
    parts: Callable[[CaseView, Trials], tuple[Part, ...]]
    source: str
    status: str = "verified"
    category: str = ""


def judge_refractory(view: CaseView, trials: Trials) -> tuple[RefractoryOutcome, ...]:
    """Every definition for the child's disease, each with the parts that decide it."""
    return tuple(
        _outcome(definition, view, trials)
        for definition in DEFINITIONS
        if view.case.diagnosis in definition.diagnoses
    )


def _outcome(definition: Definition, view: CaseView, trials: Trials) -> RefractoryOutcome:
    if definition.category and view.case.patient.get("ilar_category") != definition.category:
        known = view.case.patient.get("ilar_category")
        return RefractoryOutcome(
            definition=definition.id,
            title=definition.title,
            result="not_applicable" if known else "indeterminate",
            why=f"made for {definition.category} JIA",
            missing=() if known else ("ILAR category of JIA",),
            source=definition.source,
            status=definition.status,
        )
    parts = definition.parts(view, trials)
    result = as_result(all_hold(part.holds for part in parts))
    missing = tuple(dict.fromkeys(part.missing or part.words for part in parts if part.holds is None))
    return RefractoryOutcome(
        definition=definition.id,
        title=definition.title,
        result=result,
        why="; ".join(f"{part.words}: {_SAID[part.holds]}" for part in parts),
        missing=missing if result == "indeterminate" else (),
        source=definition.source,
        status=definition.status,
    )


_SAID = {True: "yes", False: "no", None: "not known"}


# ---- drugs that failed -----------------------------------------------------------------------------------------


def _failed(
    view: CaseView,
    trials: Iterable[DrugTrial],
    words: str,
    count: int,
    key: Callable[[DrugTrial], str],
    of: Of,
) -> Part:
    """At least `count` different drugs or classes failed after an adequate trial. That too few did can be told only
    of a drug history that is said to be complete, and in which no drug may have failed that the catalogue does not
    know: one that is not in the record may have been tried."""
    counted = [trial for trial in trials if of(trial)]
    sure = {key(trial) for trial in counted if trial.judgement == "adequate_failure"}
    perhaps = {key(trial) for trial in counted if trial.judgement == "indeterminate"} | sure
    complete = view.case.patient.get("drug_history_complete") is True
    known = not any(_may_have_failed_unknown(course) for course in view.case.courses)
    holds = True if len(sure) >= count else False if complete and known and len(perhaps) < count else None
    if not complete:
        return Part(words, holds, "a complete history of earlier drugs")
    if not known:
        return Part(words, holds, "the substance of each earlier drug that the catalogue does not know")
    return Part(words, holds, "dates, doses and reasons for stopping of earlier drugs")


def _may_have_failed_unknown(course: DrugCourse) -> bool:
    """Whether it is an earlier drug of no known class, unless it was stopped for what is no failure."""
    earlier = course.start is None or course.start.first < 0
    return not course.class_id and earlier and course.stop_reason not in (*NO_FAILURE, "adverse_event")


def _by_drug(trial: DrugTrial) -> str:
    return trial.drug


def _by_class(trial: DrugTrial) -> str:
    return trial.class_id


def _is_biologic(trial: DrugTrial) -> bool:
    return trial.class_id.startswith("bdmard_")


def _is_advanced(trial: DrugTrial) -> bool:
    return _is_biologic(trial) or trial.class_id == "tsdmard_jak"


def _of(*names: str) -> Of:
    return lambda trial: trial.drug in names or trial.class_id in names


# ---- disease active before the infusion ------------------------------------------------------------------------


def _active_arthritis(view: CaseView) -> Part:
    visit = view.baseline_with(("active_joint_count",))
    joints = None if visit is None else view.row(visit).items.get("active_joint_count")
    holds = joints > 0 if isinstance(joints, float | int) else None
    return Part("active joints before the infusion", holds, "active joints at baseline")


def _sledai(view: CaseView, limit: float, *, strictly: bool) -> Part:
    visit = view.baseline_with(("sledai_2k", "sledai_arthritis"))
    score = None if visit is None else view.score(visit, "sledai_2k").value
    words = f"SLEDAI {'above' if strictly else 'at least'} {limit:g} before the infusion"
    holds = None if score is None else score > limit if strictly else score >= limit
    return Part(words, holds, "SLEDAI-2K at baseline")


SLE_COURSES = (
    "mycophenolic acid",
    "cyclophosphamide",
    "rituximab",
    "ciclosporin",
    "tacrolimus",
    "voclosporin",
    "belimumab",
    "anifrolumab",
)


def _swart(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    return (
        _active_arthritis(view),
        _failed(view, trials, "methotrexate failed", 1, _by_drug, _of("methotrexate")),
        _failed(view, trials, "a glucocorticoid failed", 1, _by_class, _of("glucocorticoid")),
        Part(
            "every biologic registered for the child's category failed",
            None,
            "which biologics were registered for the child's category at the time",
        ),
    )


def _ria(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    biologics = _failed(view, trials, "biologics of at least 2 classes failed", 2, _by_class, _is_biologic)
    return _active_arthritis(view), biologics


def _sjia(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    il1, il6 = (
        _failed(view, trials, "", 1, _by_class, _of(kind)).holds for kind in ("bdmard_il1", "bdmard_il6")
    )
    words = "incomplete response to IL-1 and IL-6 inhibitors, or dependence on glucocorticoids"
    lacking = "response to IL-1 and IL-6 inhibitors; dependence on glucocorticoids"
    return (Part(words, all_hold((il1, il6)) or None, lacking),)


def _kamen(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    drugs = _of(*SLE_COURSES, "csdmard", "cytotoxic")
    words = "6 months of an immunosuppressive drug failed"
    half_year = [_held_against(MONTHS_6, trial) for trial in trials]
    return _sledai(view, 6, strictly=True), _failed(view, half_year, words, 1, _by_drug, drugs)


def _held_against(days: int, trial: DrugTrial) -> DrugTrial:
    """A failure after less than so many days is none for a definition that asks for them."""
    if trial.judgement != "adequate_failure" or trial.start is None:
        return trial
    lasted = lasted_before_infusion(trial.start, trial.stop, days)
    return trial if lasted else replace(trial, judgement="indeterminate" if lasted is None else "inadequate")


def _farge(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    words = "first- and second-line treatment failed"
    two_lines = _failed(view, trials, words, 2, _by_drug, _of(*SLE_COURSES, "csdmard"))
    return _sledai(view, 6, strictly=False), two_lines


def _nephritis(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    standard = _of(*(drug for drug in SLE_COURSES if drug != "anifrolumab"))
    return (
        Part("lupus nephritis", None, "kidney biopsy class"),
        _failed(view, trials, "two standard courses failed", 2, _by_drug, standard),
    )


def _leadline(view: CaseView, trials: Trials) -> tuple[Part, ...]:
    words = "drugs were taken as prescribed"
    adherence = Part(words, _taken_as_prescribed(view), f"whether {words}")
    if view.case.diagnosis == "jia":
        advanced = "biologics or JAK inhibitors of at least 2 classes failed"
        return (
            _active_arthritis(view),
            _failed(view, trials, "a conventional drug failed", 1, _by_drug, _of("csdmard")),
            _failed(view, trials, advanced, 2, _by_class, _is_advanced),
            adherence,
        )
    failed = _failed(view, trials, "two immunosuppressive courses failed", 2, _by_drug, _of(*SLE_COURSES))
    return _sledai(view, 6, strictly=False), failed, _on_antimalarial(view, trials, failed), adherence


ON_ANTIMALARIAL = "two of them failed on an antimalarial, or it is contraindicated"


def _on_antimalarial(view: CaseView, trials: Trials, failed: Part) -> Part:
    """Whether an antimalarial was being taken when two of the courses ended, or at the infusion if they went on: one
    stopped before, or begun later, was no part of what failed. Never `no` for want of one, as the casebook has no
    column for a contraindication."""
    if failed.holds is False:
        return Part(ON_ANTIMALARIAL, False)
    on = {
        trial: _antimalarial_at_the_end(view, trial)
        for trial in trials
        if _of(*SLE_COURSES)(trial) and trial.judgement in ("adequate_failure", "indeterminate")
    }
    sure = [trial for trial, taken in on.items() if taken and trial.judgement == "adequate_failure"]
    if len({_by_drug(trial) for trial in sure}) >= 2:
        return Part(ON_ANTIMALARIAL, True)
    if not courses_of(view.case, ("antimalarial",)):
        return Part(ON_ANTIMALARIAL, None, "antimalarials taken, or that they are contraindicated")
    if None in on.values():
        return Part(ON_ANTIMALARIAL, None, "start and stop of the antimalarial and of the other drugs")
    if False in on.values():
        return Part(ON_ANTIMALARIAL, None, "whether an antimalarial was contraindicated")
    return Part(ON_ANTIMALARIAL, None, failed.missing)


def _antimalarial_at_the_end(view: CaseView, trial: DrugTrial) -> bool | None:
    """On the last day with the drug, which is no later than the day before the infusion."""
    stop = trial.stop or DaySpan(0, 0)
    last_on = DaySpan(min(stop.first, 0) - 1, min(stop.last, 0) - 1)
    return on_any(courses_of(view.case, ("antimalarial",)), last_on)


def _taken_as_prescribed(view: CaseView) -> bool | None:
    """Whether adherence is documented for every earlier course; False if one was not taken as prescribed."""
    earlier = [
        course.adherent for course in view.case.courses if course.start is None or course.start.first < 0
    ]
    return all_hold(earlier) if earlier else None


DEFINITIONS = (
    Definition(
        "refractory_jia_swart2019", "Methotrexate, glucocorticoid and all registered biologics failed (Swart 2019)",
        ("jia",), _swart, "10.1093/rheumatology/kez157",
    ),
    Definition(
        "refractory_ria", "Several mechanisms failed, disease active (Chaplin 2021, typical reading)",
        ("jia",), _ria, "10.1093/rheumatology/keab237", status="provisional",
    ),
    Definition(
        "refractory_sjia_acr2021_context", "IL-1 and IL-6 inhibitors, or steroid dependence (ACR 2021)",
        ("jia",), _sjia, "10.1002/art.42037", category="systemic",
    ),
    Definition(
        "refractory_sle_kamen2022", "SLEDAI above 6 after 6 months of immunosuppression (Kamen 2022)",
        ("sle",), _kamen, "10.1136/lupus-2022-000704",
    ),
    Definition(
        "refractory_sle_farge2025", "SELENA-SLEDAI at least 6, two lines of treatment failed (Farge 2025)",
        ("sle",), _farge, "10.1016/S2665-9913(24)00298-4",
    ),
    Definition(
        "refractory_ln_acr2024", "Lupus nephritis, two standard courses failed (ACR 2024)",
        ("sle",), _nephritis, "ACR 2024 lupus nephritis guideline",
    ),
    Definition(
        "leadline_refractory_v1", "Project rule: active disease, adequate trials failed, adherence documented",
        ("jia", "sle"), _leadline, "project choice, not a published criterion", status="provisional",
    ),
)  # fmt: skip
