"""Verdicts: a casebook goes in; out come, claim by claim, what is reported against what is documented."""

from typing import TYPE_CHECKING

from leadline.lazily import found_in

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

if TYPE_CHECKING:
    from leadline.verdicts.criteria import judge_criterion, judgeable_criteria
    from leadline.verdicts.findings import CriterionOutcome, Finding, Findings
    from leadline.verdicts.judging import judge
    from leadline.verdicts.parameters import Parameters, Window
else:
    __getattr__ = found_in(
        __name__,
        {
            "leadline.verdicts.criteria": ["judge_criterion", "judgeable_criteria"],
            "leadline.verdicts.findings": ["CriterionOutcome", "Finding", "Findings"],
            "leadline.verdicts.judging": ["judge"],
            "leadline.verdicts.parameters": ["Parameters", "Window"],
        },
    )
