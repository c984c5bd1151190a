"""One criterion on its own, as a trial's design, a protocol's estimand or a rule of eligibility names it.

The ids are those of the measures, with the result where a measure has several (`acr_pedi.acr70`), and those of the
rungs that are no measure (`jadas10_state_change`). A remission that must have lasted has its own id, as
`mctd_remission_hetlevik2017` is the state on one day, which a visit of a trial can meet.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadline.errors import UnknownMeasure
from leadline.measures import MEASURES
from leadline.verdicts.findings import CriterionOutcome
from leadline.verdicts.ladders import jia, mctd, sle
from leadline.verdicts.outcomes import Occasion, Rung, exact_days, outcome_on
from leadline.verdicts.parameters import Parameters, Window
from leadline.verdicts.states import state_rung
from leadline.verdicts.view import CaseView
from leadline.verdicts.windows import at_follow_up, may_be_nearer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.casebook.case import Assessment, Case
    from leadline.verdicts.windows import Candidates

ACR_LEVELS = ("acr30", "acr50", "acr70", "acr90", "acr100")
STATES = {
    "sle": (
        "lldas",
        "clldas",
        "lldas_apart_from_product",
        "clldas_apart_from_product",
        "doris_2021",
        "doris_2021_off",
        "csle_ccr",
        "csle_ccr0",
    ),
}
"""Criteria about one assessment that the ladders hold only as parts of others."""


def _core_set() -> dict[str, Rung]:
    ready = {"acr30": jia.ACR30, "acr70": jia.ACR70}
    return {
        f"acr_pedi.{level}": ready.get(level)
        or jia.core_set_rung("acr_pedi", level, f"ACR Pedi {level.removeprefix('acr')} against baseline")
        for level in ACR_LEVELS
    } | {
        f"acr_pedi_sjia.{level}": jia.core_set_rung(
            "acr_pedi_sjia", level, f"ACR Pedi {level.removeprefix('acr')} without fever against baseline"
        )
        for level in ACR_LEVELS
    }


def _by_criterion(rungs: Iterable[Rung]) -> dict[str, Rung]:
    return {rung.criterion: rung for rung in rungs}


def _states(diagnosis: str) -> dict[str, Rung]:
    return {name: state_rung(name, MEASURES[name].title) for name in STATES[diagnosis]}


JUDGED: Mapping[str, Mapping[str, Rung]] = MappingProxyType(
    {
        "jia": {
            **_core_set(),
            **_by_criterion((*jia.IMPROVED[1:], jia.INACTIVE, jia.REMISSION, jia.FLARE)),
        },
        "sle": {
            **_states("sle"),
            **_by_criterion((sle.SRI4, sle.PRINTO, *sle.LADDER.much_improved, *sle.LADDER.cured)),
            **_by_criterion(sle.LADDER.worse),
            "sri4.sledai_pga_part": sle.SLEDAI_PGA_PART,
        },
        "mctd": _by_criterion((mctd.STATE, mctd.IMPROVED)),
    }
)
"""Diagnosis to its criteria by id."""


def judgeable_criteria(diagnosis: str = "") -> tuple[str, ...]:
    """The ids that `judge_criterion` takes, in alphabetical order; of one diagnosis, or of all."""
    wanted = (diagnosis,) if diagnosis else tuple(JUDGED)
    return tuple(sorted(name for disease in wanted for name in JUDGED.get(disease, {})))


def criterion_title(criterion: str) -> str:
    """The plain name of a criterion. Raises UnknownMeasure."""
    return _find(criterion)[1].title


def criterion_diagnosis(criterion: str) -> str:
    """The diagnosis that a criterion is about. Raises UnknownMeasure."""
    return _find(criterion)[0]


def judge_criterion(
    case: Case, criterion: str, *, window: Window, parameters: Parameters | None = None
) -> CriterionOutcome:
    """One criterion at the assessment that stands for the window.

    window      days after the index infusion; `parameters.baseline` for a state before it. Of several assessments in
                it the one nearest to the target at which the criterion can be judged stands for it; where a partial
                date leaves open which is nearest and they disagree, the criterion is indeterminate
    parameters  as of `judge`; a comparison takes its baseline by them
    returns     met, not met, indeterminate with what would settle it; not applicable to a child of another diagnosis

    raises UnknownMeasure for an id that no chart can be judged by
    """
    diagnosis, rung = _find(criterion)
    if case.diagnosis != diagnosis:
        return outcome_on(criterion, rung.title, "not_applicable", None, evidence=(case.ref,))
    view = CaseView(case, parameters or Parameters())
    candidates = at_follow_up(case, window)
    deciding, outcome = rung.judge_nearest(view, candidates)
    if deciding is not None and outcome.result != "indeterminate":
        against = _against(view, rung, candidates, deciding, outcome)
        return _left_open(outcome, replace(candidates, uncertain=against)) if against else outcome
    settling = (*outcome.settling_items, *exact_days(candidates, criterion))
    return replace(outcome, settling_items=tuple(dict.fromkeys(settling)))


def _against(
    view: CaseView, rung: Rung, candidates: Candidates, deciding: Assessment, outcome: CriterionOutcome
) -> tuple[Assessment, ...]:
    """The assessments that say otherwise and whose partial date may place them nearer to the target."""
    window = candidates.window
    return tuple(
        other
        for other in (*candidates.ordered, *candidates.uncertain)
        if may_be_nearer(other.day, deciding.day, window.target)
        and {rung.judge(view, Occasion(window, other)).result, outcome.result} == {"met", "not_met"}
    )


def _left_open(outcome: CriterionOutcome, candidates: Candidates) -> CriterionOutcome:
    """The outcome while it is not known which assessment is the nearest."""
    settling = exact_days(candidates, outcome.criterion)
    missing = tuple(item.what for item in settling)
    return replace(outcome, result="indeterminate", missing=missing, settling_items=settling)


def _find(criterion: str) -> tuple[str, Rung]:
    for diagnosis, rungs in JUDGED.items():
        if criterion in rungs:
            return diagnosis, rungs[criterion]
    near = get_close_matches(criterion, judgeable_criteria(), n=1)
    raise UnknownMeasure(
        f"No chart can be judged by a criterion called '{criterion[:40]}'.",
        hint=f"Did you mean {near[0]}?" if near else f"It takes one of {', '.join(judgeable_criteria())}.",
    )
