"""Childhood lupus: the criteria that document each claim, strongest first (verdicts 3)."""

from __future__ import annotations

from collections.abc import Callable

from leadline.casebook.case import Assessment, DrugCourse
from leadline.measures import MEASURES
from leadline.measures.definition import Criterion
from leadline.measures.expression import Recorded
from leadline.measures.selena_flare import MILD_MANIFESTATIONS
from leadline.measures.three_values import any_holds, as_result
from leadline.verdicts.comparisons import pair_missing, score_pair, score_words
from leadline.verdicts.doses import perhaps_anew, prednisone_mg_day, previous_course, weight_kg_at
from leadline.verdicts.findings import CriterionOutcome, Result
from leadline.verdicts.ladders.ladder import Ladder
from leadline.verdicts.outcomes import (
    Occasion,
    Rung,
    Visits,
    all_rung,
    any_rung,
    as_input,
    both_values,
    outcome,
    pair_row,
    refs_of,
)
from leadline.verdicts.remission import Way, always, lasting_rung
from leadline.verdicts.states import state_rung
from leadline.verdicts.treatment import is_systemic
from leadline.verdicts.view import CaseView, title_of

SLEDAI = "sledai_2k"
PGA = "pga_0_3"
BILAG = ("new_bilag_a", "new_bilag_b")
STRONG_DRUGS = ("cyclophosphamide", "azathioprine", "methotrexate", "mycophenolic acid")
MILD_DRUG_CLASSES = ("nsaid", "antimalarial")
FLARE_INDEX = "SELENA-SLEDAI flare index against baseline"
FLARE_SCORE = "Childhood lupus flare against baseline (ACR 2018)"
MONTHS_OFF = 12  # verdicts 3: what a claim of cure comes down to


def _comparison_rung(
    criterion: str, output: str, title: str, items: tuple[str, ...], *, partial: bool = False
) -> Rung:
    """A rule over SLEDAI and further items at baseline and on the occasion."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        measure = MEASURES[criterion]
        assert isinstance(measure, Criterion)
        visits, before, now = score_pair(view, occasion, (SLEDAI,), items)
        row, remarks = pair_row(view, visits, items)
        row |= {"baseline_sledai": as_input(before), "current_sledai": as_input(now)}
        if occasion.assessment is not None:
            row |= {
                name: view.row(occasion.assessment).items.get(name) for name in BILAG if name in measure.by_id
            }
        row = {name: value for name, value in row.items() if value is not None and name in measure.by_id}
        rule = measure.rules[output]
        result = as_result(rule.evaluate(row))
        missing = []
        if result == "indeterminate":
            missing = [name for name in rule.undecided(row) if not name.endswith("_sledai")]
            missing += pair_missing(SLEDAI, before, now)
        rows = [ref for score in (before, now) if score is not None for ref in score.evidence]
        return outcome(
            view,
            occasion,
            criterion if output == "result" else output,
            title,
            result,
            missing=missing,
            visits=visits,
            details=(*score_words(before, now), *_item_words(view, visits, items), *remarks),
            evidence=(
                *rows,
                *refs_of(view, visits.baseline, items),
                *refs_of(view, visits.current, (*items, *BILAG)),
            ),
            partial=partial,
            status=measure.status,
        )

    return Rung(criterion, title, judge)


def _item_words(view: CaseView, visits: Visits, items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"{title_of(name)}: {before:g} to {now:g}" for name, before, now in both_values(view, visits, items)
    )


# ---- flare -----------------------------------------------------------------------------------------------------


def _selena(view: CaseView, occasion: Occasion) -> CriterionOutcome:
    """The SELENA-SLEDAI flare index against baseline, with what the chart can say of new findings and new drugs."""
    measure = MEASURES["selena_flare_index"]
    visits, before, now = score_pair(view, occasion, (SLEDAI,), (PGA,))
    row = {"previous_sledai": as_input(before), "current_sledai": as_input(now)}
    if visits.baseline is not None and visits.current is not None:
        row |= _pga_and_dose(view, visits.baseline, visits.current)
        row |= _new_findings(view, visits.baseline, visits.current)
        row |= _new_drugs(view, visits.baseline, visits.current)
    judged = measure.evaluate_row({name: value for name, value in row.items() if value is not None})
    grade = judged["flare"]
    result: Result = "indeterminate" if grade == "indeterminate" else "not_met" if grade == "none" else "met"
    rows = [ref for visit in (visits.baseline, visits.current) for ref in refs_of(view, visit, (PGA,))]
    return outcome(
        view,
        occasion,
        measure.id,
        FLARE_INDEX,
        result,
        missing=judged["missing"],
        visits=visits,
        details=tuple(f"fired: {name.replace('_', ' ')}" for name in judged["rows_fired"]),
        evidence=rows,
        status=measure.status,
        values={"flare": grade},
    )


def _pga_and_dose(view: CaseView, before: Assessment, now: Assessment) -> dict[str, Recorded]:
    row: dict[str, Recorded] = {}
    for when, visit in (("previous", before), ("current", now)):
        row[f"{when}_{PGA}"] = view.row(visit).items.get(PGA)
        dose = prednisone_mg_day(view.case, visit.day, view.parameters)
        weight = weight_kg_at(view.case, visit.day, view.parameters)
        if dose == (0.0, 0.0):
            row[f"{when}_prednisone_mg_kg_day"] = 0.0
        elif weight and dose[0] == dose[1]:
            row[f"{when}_prednisone_mg_kg_day"] = dose[0] / weight
    return row


FINDINGS_OF = {"nasopharyngeal_ulcers": "mucosal_ulcers", "pleuritis": "pleurisy"}


def _new_findings(view: CaseView, before: Assessment, now: Assessment) -> dict[str, Recorded]:
    """A manifestation is new if it is present and was looked for and absent before; whether one that persists is
    worse cannot be told from its presence."""
    then, current = view.row(before).items, view.row(now).items
    row: dict[str, Recorded] = {}
    for key in MILD_MANIFESTATIONS:
        item = f"sledai_{FINDINGS_OF.get(key, key)}"
        present, was = current.get(item), then.get(item)
        if present is False or (present and was is False):
            row[f"mild_{key}"] = bool(present)
    return row


def _new_drugs(view: CaseView, before: Assessment, now: Assessment) -> dict[str, Recorded]:
    if not view.case.courses:
        return {}
    return {
        "new_cyc_aza_mtx_mmf": _any_started(
            view, before, now, lambda course: course.substance in STRONG_DRUGS
        ),
        "new_nsaid_or_hcq_for_sle": _any_started(
            view, before, now, lambda course: course.class_id in MILD_DRUG_CLASSES
        ),
    }


def _any_started(
    view: CaseView, before: Assessment, now: Assessment, of_kind: Callable[[DrugCourse], bool]
) -> bool | None:
    """Whether a drug of the kind was started between the two visits; a raised dose is not a new drug."""
    return any_holds(
        _started_between(view, course, before, now)
        for course in view.case.courses
        if of_kind(course) and is_systemic(course)
    )


def _started_between(view: CaseView, course: DrugCourse, before: Assessment, now: Assessment) -> bool | None:
    if course.start is None:
        return None
    within = course.start.within(before.day.last + 1, now.day.first)
    if previous_course(view.case, course, view.parameters) is None:
        return within
    return None if within is not False and perhaps_anew(view.case, course, view.parameters) else False


def _acr_2018(view: CaseView, occasion: Occasion) -> CriterionOutcome:
    """The ACR 2018 flare score against baseline: minor or more is a flare."""
    measure = MEASURES["csle_flare_2018"]
    items = ("upcr_g_g", "physician_global_0_10", "esr_mm_h")
    visits, before, now = score_pair(view, occasion, (SLEDAI,), items)
    row, _ = pair_row(view, visits, items)
    row |= {"baseline_sledai": as_input(before), "current_sledai": as_input(now)}
    judged = measure.evaluate_row(_deltas(row))
    grade = judged["grade"]
    result: Result = "indeterminate" if grade is None else "not_met" if grade == "none" else "met"
    missing = [name for name, value in row.items() if value is None and not name.endswith("_sledai")]
    return outcome(
        view,
        occasion,
        measure.id,
        FLARE_SCORE,
        result,
        missing=[*missing, *pair_missing(SLEDAI, before, now)],
        visits=visits,
        details=(f"flare score {judged['value']:g}: {grade}",) if grade else (),
        evidence=[ref for visit in (visits.baseline, visits.current) for ref in refs_of(view, visit, items)],
        status=measure.status,
        values={"grade": grade},
    )


DELTAS = {
    "delta_sledai": "sledai",
    "delta_upcr_g_g": "upcr_g_g",
    "delta_md_global_0_10": "physician_global_0_10",
    "delta_esr_mm_h": "esr_mm_h",
}


def _deltas(row: dict[str, Recorded]) -> dict[str, Recorded]:
    """Now minus baseline, for what has one value at both times."""
    deltas: dict[str, Recorded] = {}
    for delta, name in DELTAS.items():
        before, now = row.get(f"baseline_{name}"), row.get(f"current_{name}")
        if isinstance(before, float | int) and isinstance(now, float | int):
            deltas[delta] = now - before
    return deltas


# ---- the ladder ------------------------------------------------------------------------------------------------

SRI4 = _comparison_rung("sri4", "result", "SRI-4 against baseline", (PGA,))
SLEDAI_PGA_PART = _comparison_rung(
    "sri4",
    "sledai_pga_part",
    "SLEDAI and physician's global part of SRI-4, BILAG not documented",
    (PGA,),
    partial=True,
)
PRINTO = _comparison_rung(
    "printo_jsle_response",
    "result",
    "Childhood lupus response (PRINTO/ACR)",
    ("physician_global_0_10", "proteinuria_g_24h", "parent_global_0_10", "hrql_higher_better"),
)
LOW_ACTIVITY = any_rung(
    "lldas",
    "Lupus low disease activity state",
    state_rung("lldas", "LLDAS"),
    state_rung("clldas", "cLLDAS"),
)
REMISSION = any_rung(
    "doris_2021",
    "Remission of lupus (DORIS 2021 or childhood definition)",
    state_rung("doris_2021", "DORIS 2021 remission"),
    state_rung("csle_ccr", "Childhood lupus remission on glucocorticoid"),
    state_rung("doris_2021_off", "DORIS 2021 remission off treatment"),
    state_rung("csle_ccr0", "Childhood lupus remission without glucocorticoid"),
)
REMISSION_WITHOUT = any_rung(
    "csle_ccr0",
    "Remission of lupus without glucocorticoid, or off treatment",
    state_rung("csle_ccr0", "Childhood lupus remission without glucocorticoid"),
    state_rung("doris_2021_off", "DORIS 2021 remission off treatment"),
)

LADDER = Ladder(
    improved=(SRI4, PRINTO, SLEDAI_PGA_PART),
    much_improved=(all_rung("sri4_and_lldas", "SRI-4 and low disease activity", SRI4, LOW_ACTIVITY),),
    in_remission=(REMISSION,),
    cured=(
        lasting_rung(
            "csle_ccr0_12_months",
            "Remission of lupus without glucocorticoid, or off treatment, for 12 months",
            REMISSION_WITHOUT,
            (Way("remission without glucocorticoid", always, MONTHS_OFF),),
        ),
    ),
    worse=(
        Rung("selena_flare_index", FLARE_INDEX, _selena),
        Rung("csle_flare_2018", FLARE_SCORE, _acr_2018),
    ),
    expected=(SRI4, PRINTO, REMISSION),
)
