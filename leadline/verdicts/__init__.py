"""Verdicts: a casebook goes in; out come, claim by claim, what is reported against what is documented."""

from leadline.verdicts.criteria import judge_criterion, judgeable_criteria
from leadline.verdicts.findings import CriterionOutcome, Finding, Findings
from leadline.verdicts.judging import judge
from leadline.verdicts.parameters import Parameters, Window

__all__ = [
    "CriterionOutcome",
    "Finding",
    "Findings",
    "Parameters",
    "Window",
    "judge",
    "judge_criterion",
    "judgeable_criteria",
]
