"""Whether a child may be treated, rule by rule: inclusion, exclusion, wash-out, on the record up to day 0."""

from __future__ import annotations

from leadline.protocol.adherence.context import Context
from leadline.protocol.adherence.findings import Check, Result
from leadline.protocol.adherence.judging import check_rule
from leadline.protocol.rules import Grade


def check_eligibility(context: Context) -> tuple[Check, ...]:
    """Every rule of eligibility that is for the child. One that is not kept is a major deviation."""
    rules = context.protocol.eligibility
    sections = (("inclusion", rules.inclusion), ("exclusion", rules.exclusion), ("washout", rules.washout))
    checks = (
        check_rule(rule, section, context, grade=Grade.MAJOR) for section, group in sections for rule in group
    )
    return tuple(check for check in checks if check is not None)


def eligible(checks: tuple[Check, ...]) -> Result:
    """Whether every rule is kept: one that is not settles it."""
    results = {check.result for check in checks}
    if "not_met" in results:
        return "not_met"
    return "indeterminate" if "indeterminate" in results else "met"
