"""Tables of a report: findings in, titles, columns, rows of words and footnotes out; nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.report.blocks import Table
from leadline.report.tables.benefit import benefit_table
from leadline.report.tables.checklists import CHECKLISTS, checklist_table
from leadline.report.tables.children import children_table, drug_trial_table, refractory_table
from leadline.report.tables.claims import claims_table, evidence_table, ladder_table
from leadline.report.tables.events import event_rate_table, event_table
from leadline.report.tables.infusions import infusion_table
from leadline.report.tables.methods import about_table, parameter_table, rule_table, source_table
from leadline.report.tables.missing import completeness_table, missing_table
from leadline.report.tables.scores import score_table, scores_over_time
from leadline.report.tables.series import counts_table, criteria_table, null_table
from leadline.verdicts.findings import Findings

__all__ = ["all_tables"]


def all_tables(findings: Findings, *, internal: bool) -> Iterator[Table]:
    """Every table that leaves as CSV, one after the other, each made when it is asked for."""
    cases = findings.cases
    yield claims_table(findings)
    yield ladder_table(cases)
    yield evidence_table(cases)
    yield missing_table(cases, internal=internal)
    yield children_table(findings)
    yield infusion_table(cases, internal=internal)
    yield score_table(findings)
    yield scores_over_time(cases)
    yield benefit_table(cases)
    yield event_table(findings)
    yield event_rate_table(findings)
    yield completeness_table(cases)
    yield drug_trial_table(cases)
    yield refractory_table(cases)
    yield counts_table(findings)
    yield criteria_table(findings)
    yield null_table(findings)
    yield about_table(findings)
    yield parameter_table(findings)
    yield rule_table(findings)
    yield source_table(findings)
    for checklist in CHECKLISTS:
        yield checklist_table(checklist, findings)
