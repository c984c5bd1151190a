"""report.json: everything that was found, for programs. A public contract; `report.schema.json` is its shape.

One child a line, so that ten thousand children are written as they come and a line can be read by itself. Nothing in
it depends on when or where it was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, TextIO

from leadline import __version__
from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan
from leadline.report.tables.methods import measures_used
from leadline.verdicts.findings import (
    Attribution,
    CaseFindings,
    ClaimVerdict,
    CompletenessCell,
    CriterionOutcome,
    Durability,
    EventRate,
    Findings,
    GroupClaim,
    NullComparison,
    Proportion,
    Safety,
    ScoreAt,
    Series,
    SettlingItem,
)

SCHEMA_ID = "urn:leadline:schema:report:1"

Plain = dict[str, Any]


@cache
def json_schema() -> Plain:
    """The JSON Schema (draft 2020-12) of report.json."""
    text = resources.files("leadline.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    schema: Plain = json.loads(text)
    return schema


def write_json(findings: Findings, file: TextIO, *, internal: bool) -> None:
    """The whole of report.json, one child a line. Statements and calendar dates stand only in an internal one."""
    file.write(f'{{"schema": "{SCHEMA_ID}"')
    _write_part(file, "casebook", _casebook(findings, internal=internal))
    file.write(',\n"cases": [')
    for number, case in enumerate(findings.cases):
        file.write((",\n" if number else "\n") + _line(_case(case, internal=internal)))
    file.write("\n]")
    _write_part(
        file, "group_claims", [_group_claim(each, internal=internal) for each in findings.group_claims]
    )
    _write_part(file, "series", _series(findings.series))
    _write_part(file, "safety", _safety(findings.safety))
    _write_part(file, "parameters", dict(findings.parameters))
    _write_part(file, "provenance", _provenance(findings))
    file.write("}\n")


def _write_part(file: TextIO, name: str, value: object) -> None:
    file.write(f',\n"{name}": {_line(value)}')


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _casebook(findings: Findings, *, internal: bool) -> Plain:
    about = dict(findings.about)
    return {
        "name": findings.casebook_name,
        "hash": findings.casebook_hash,
        "title": about.get("title", ""),
        "kind": about.get("kind", ""),
        "internal": internal,
        "notices": list(findings.notices),
    }


def _case(case: CaseFindings, *, internal: bool) -> Plain:
    return {
        "patient_id": case.case.patient_id,
        "diagnosis": case.case.diagnosis,
        "invented": case.case.invented,
        "claims": [_claim(claim, internal=internal) for claim in case.claims],
        "completeness": [_completeness(cell, internal=internal) for cell in case.completeness],
        "drug_trials": [
            {
                "drug": trial.drug,
                "class_id": trial.class_id,
                "judgement": trial.judgement,
                "why": trial.why,
                "start": _day(trial.start),
                "stop": _day(trial.stop),
                "status": trial.status,
                "evidence": _refs([trial.ref]),
            }
            for trial in case.drug_trials
        ],
        "refractory": [
            {
                "definition": outcome.definition,
                "title": outcome.title,
                "result": outcome.result,
                "why": outcome.why,
                "missing": list(outcome.missing),
                "source": outcome.source,
                "status": outcome.status,
            }
            for outcome in case.refractory
        ],
        "scores": [_score(score) for score in case.scores],
        "adverse_events_asked": [_day(span) for span in case.asked_spans],
    }


def _claim(claim: ClaimVerdict, *, internal: bool) -> Plain:
    plain: Plain = {
        "claim": claim.claim,
        "speaker": claim.speaker,
        "channel": claim.channel,
        "day": _day(claim.day),
        "finding": claim.finding.value,
        "deciding_criterion": claim.deciding_criterion or None,
        "criteria": [_criterion(outcome) for outcome in claim.criteria],
        "attribution": _attribution(claim.attribution),
        "durability": _durability(claim.durability),
        "settling_items": [_settling_item(item) for item in claim.settling_items],
        "evidence": _refs((claim.ref, *claim.evidence)),
        "sentences": list(claim.sentences),
    }
    if internal:
        plain["statement"] = claim.statement
    return plain


def _criterion(outcome: CriterionOutcome) -> Plain:
    return {
        "criterion": outcome.criterion,
        "title": outcome.title,
        "result": outcome.result,
        "partial": outcome.partial,
        "status": outcome.status,
        "missing": list(outcome.missing),
        "days": [_day(day) for day in outcome.days],
        "details": list(outcome.details),
        "values": dict(outcome.values),
        "evidence": _refs(outcome.evidence),
        "settling_items": [_settling_item(item) for item in outcome.settling_items],
    }


def _settling_item(item: SettlingItem) -> Plain:
    return {
        "what": item.what,
        "item": item.item or None,
        "criterion": item.criterion,
        "when": item.when,
        "first": item.first,
        "last": item.last,
    }


def _attribution(attribution: Attribution) -> Plain:
    return {
        "result": attribution.result.value,
        "confounders": [
            {
                "drug": each.drug,
                "class_id": each.class_id,
                "day": _day(each.day),
                "change": each.change,
                "evidence": _refs([each.ref]),
            }
            for each in attribution.confounders
        ],
        "unknown_because": list(attribution.unknown_because),
    }


def _durability(durability: Durability | None) -> Plain | None:
    if durability is None:
        return None
    return {
        "assessments": durability.assessments,
        "days": durability.days,
        "largest_gap_days": durability.largest_gap_days,
        "warning": durability.warning,
    }


def _completeness(cell: CompletenessCell, *, internal: bool) -> Plain:
    plain: Plain = {
        "criterion": cell.criterion,
        "title": cell.criterion_title,
        "window": cell.window,
        "first": cell.first,
        "last": cell.last,
        "recorded": list(cell.recorded),
        "missing": list(cell.missing),
        "result": cell.result,
        "open": cell.open,
    }
    if internal:
        plain["dates"] = [cell.calendar_first, cell.calendar_last] if cell.calendar_first else None
    return plain


def _score(score: ScoreAt) -> Plain:
    return {
        "measure": score.measure,
        "day": _day(score.day),
        "value": score.value,
        "lower_bound": score.low,
        "upper_bound": score.high,
        "missing": list(score.missing),
        "states": dict(score.states),
        "recorded_total": score.recorded_total,
        "status": score.status,
        "evidence": _refs(score.evidence),
    }


def _group_claim(claim: GroupClaim, *, internal: bool) -> Plain:
    plain: Plain = {
        "claim": claim.claim,
        "speaker": claim.speaker,
        "children": claim.children,
        "of": claim.of,
        "finding": claim.finding.value,
        "evidence": _refs([claim.ref]),
    }
    if internal:
        plain["statement"] = claim.statement
    return plain


def _series(series: Series) -> Plain:
    return {
        "children": series.children,
        "claims": [
            {
                "claim": count.claim,
                "children": count.children,
                "reported": _proportion(count.reported),
                "documented": _proportion(count.documented),
                "partly_documented": _proportion(count.partly_documented),
                "contradicted": _proportion(count.contradicted),
                "reported_only": _proportion(count.reported_only),
                "documented_unconfounded": _proportion(count.documented_unconfounded),
            }
            for count in series.counts
        ],
        "criteria": [
            {
                "criterion": count.criterion,
                "title": count.title,
                "window": count.window,
                "met": _proportion(count.met),
                "not_met": count.not_met,
                "indeterminate": count.indeterminate,
            }
            for count in series.criteria
        ],
        "null_comparisons": [_null_comparison(each) for each in series.null_comparisons],
        "sentences": list(series.sentences),
    }


def _null_comparison(comparison: NullComparison) -> Plain:
    return {
        "basis": comparison.basis,
        "responders": comparison.responders,
        "children": comparison.children,
        "nulls": [
            {
                "row": null.row or None,
                "disease": null.disease,
                "rate": null.rate,
                "events": null.events,
                "n": null.n,
                "endpoint": null.endpoint,
                "source": null.source,
                "doi": null.doi,
                "weeks": null.weeks,
                "mismatch": list(null.mismatch),
            }
            for null in comparison.nulls
        ],
        "without_null": list(comparison.without_null),
        "probability_at_least": comparison.probability_at_least,
        "posterior_above_null": dict(comparison.posterior_above_null),
        "prior": comparison.prior,
    }


def _safety(safety: Safety) -> Plain:
    return {
        "children": safety.children,
        "with_event": _proportion(safety.with_event),
        "with_serious_event": _proportion(safety.with_serious_event),
        "not_assessed": list(safety.not_assessed),
        "comparisons": [
            {
                "event_class": each.event_class,
                "before": _rate(each.before),
                "after": _rate(each.after),
                "p_conditional": each.p_conditional,
                "p_fisher": each.p_fisher,
            }
            for each in safety.comparisons
        ],
        "children_needed": [{"risk": risk, "children": n} for risk, n in safety.children_needed],
        "sentences": list(safety.sentences),
    }


def _rate(rate: EventRate) -> Plain:
    return {
        "period": rate.period,
        "events": rate.events,
        "person_months": rate.person_months,
        "per_month": rate.per_month,
        "low": rate.low,
        "high": rate.high,
    }


def _proportion(share: Proportion) -> Plain:
    return {
        "k": share.k,
        "n": share.n,
        "low": share.low,
        "high": share.high,
        "upper_one_sided": share.upper_one_sided,
    }


def _provenance(findings: Findings) -> Plain:
    return {
        "leadline": __version__,
        "casebook_hash": findings.casebook_hash,
        "rule_sets": dict(findings.rule_sets),
        "sources": list(_sources(findings)),
    }


def _sources(findings: Findings) -> Iterator[Mapping[str, str]]:
    from leadline.measures import MEASURES

    for measure_id in measures_used(findings):
        measure = MEASURES[measure_id]
        for source in measure.sources:
            yield {
                "measure": measure.id,
                "status": measure.status,
                "citation": source.citation,
                "doi": source.doi,
                "url": source.url,
            }


def _day(day: DaySpan | None) -> Plain | None:
    return None if day is None else {"first": day.first, "last": day.last}


def _refs(refs: Iterable[RowRef]) -> list[dict[str, str]]:
    return [{"table": ref.table, "uid": ref.uid} for ref in dict.fromkeys(refs)]
