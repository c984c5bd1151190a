"""Verdicts: a casebook goes in; out come, claim by claim, what is reported against what is documented."""

from leadline.verdicts.findings import Finding, Findings
from leadline.verdicts.judging import judge
from leadline.verdicts.parameters import Parameters

__all__ = ["Finding", "Findings", "Parameters", "judge"]
