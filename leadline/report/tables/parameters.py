"""Reading back single parameters that a table's heading or selection needs."""

from __future__ import annotations

from typing import Any

from leadline.report.words import window_words
from leadline.verdicts.findings import Findings
from leadline.verdicts.parameters import Parameters, Window


def parameter(findings: Findings, name: str) -> Any:
    """The plain value that the findings were made with; the default where findings name none."""
    shown = dict(Parameters().shown())
    shown.update(findings.parameters)
    return shown[name]


def baseline_first_day(findings: Findings) -> int:
    return -int(parameter(findings, "baseline_window_days"))


def windows(findings: Findings) -> tuple[Window, ...]:
    """The follow-up windows, in order."""
    return tuple(
        Window(each["name"], window_words(each["name"]), each["target"], each["first"], each["last"])
        for each in parameter(findings, "windows")
    )
