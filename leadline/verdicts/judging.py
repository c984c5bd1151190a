"""From a casebook to findings: every child, then the series and its safety."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain

from leadline.casebook import Casebook
from leadline.casebook.case import Case, GroupReport
from leadline.measures import MEASURES
from leadline.verdicts.claims import judge_claim
from leadline.verdicts.completeness import judge_completeness
from leadline.verdicts.doses import glucocorticoid_doses
from leadline.verdicts.drug_trials import judge_drug_trials
from leadline.verdicts.event_claims import asked_spans
from leadline.verdicts.findings import CaseFindings, Finding, Findings, GroupClaim, ScoreAt
from leadline.verdicts.null_rates import chosen
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.refractory import judge_refractory
from leadline.verdicts.safety import judge_safety
from leadline.verdicts.scores import scores_of
from leadline.verdicts.series import judge_series
from leadline.verdicts.view import CaseView

RULE_SETS = (("verdicts", "1"), ("measures", "1"), ("adequate_trials", "1"))
"""Versioned rules: a change that moves a result raises the number."""

Progress = Callable[[Iterable[Case], int], Iterable[Case]]


def judge(
    casebook: Casebook,
    *,
    parameters: Parameters | None = None,
    on: date | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Every claim of the casebook against its charts, and what that adds up to.

    parameters   windows, limits and null rates; the defaults are printed in every report
    on           the day from which is asked what can still be recorded; None: the last day of each record
    progress     wraps the cases, to show how many of how many are done
    returns      Findings, in the order of the casebook; the same input gives the same findings
    """
    rules = parameters or Parameters()
    chosen(rules)  # a null rate that is none is said before any child is judged
    cases: Iterable[Case] = casebook.cases()
    if progress is not None:
        cases = progress(cases, len(casebook.patient_ids))
    closed = casebook.kind == "published" and on is None
    with collector_off():
        judged = tuple(judge_case(case, rules, on=on, closed=closed) for case in cases)
        return _findings(casebook, judged, rules)


def _findings(casebook: Casebook, judged: tuple[CaseFindings, ...], rules: Parameters) -> Findings:
    """The children, with what they add up to."""
    groups = tuple(_group_claim(report, len(judged)) for report in casebook.group_reports)
    return Findings(
        casebook_name=casebook.name,
        casebook_hash=casebook.hash,
        about=(*casebook.about.items(), *(("group_result", words) for words in casebook.group_results)),
        cases=judged,
        group_claims=groups,
        series=judge_series(judged, groups, rules),
        safety=judge_safety([findings.case for findings in judged]),
        parameters=rules.shown(),
        rule_sets=RULE_SETS,
        notices=casebook.notices,
    )


@contextmanager
def collector_off() -> Iterator[None]:
    """Frozen values form no cycles; with many children the cycle collector would look at all of them again and again
    (four times the time at 10,000 children)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _group_claim(report: GroupReport, of: int) -> GroupClaim:
    """No chart can be held against a statement that does not say of whom it is made."""
    finding = Finding.REPORTED_ONLY
    return GroupClaim(
        report.claim, report.speaker, report.children, of, finding, report.ref, report.statement
    )


def judge_case(
    case: Case, parameters: Parameters, *, on: date | None = None, closed: bool = False
) -> CaseFindings:
    """Everything that follows from one child's record. `closed`: nothing can be recorded any more."""
    view = CaseView(case, parameters)
    trials = judge_drug_trials(case, parameters)
    return CaseFindings(
        case=case,
        claims=tuple(judge_claim(view, report) for report in case.reports),
        completeness=judge_completeness(view, on, closed=closed),
        drug_trials=trials,
        refractory=judge_refractory(view, trials),
        scores=tuple(chain.from_iterable(_scores(view, measure_id) for measure_id in scores_of(case))),
        asked_spans=asked_spans(case),
        glucocorticoid_doses=glucocorticoid_doses(case, parameters),
    )


def _scores(view: CaseView, measure_id: str) -> list[ScoreAt]:
    """The score at each assessment that holds any of its items or its total."""
    items = {item.id for item in MEASURES[measure_id].items} | {measure_id}
    return [
        view.score(assessment, measure_id)
        for assessment in view.case.assessments
        if items.intersection(view.row(assessment).facts)
    ]
