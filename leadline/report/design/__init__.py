"""The report of a trial's design: a design report in; documents, tables, figures and JSON out; no arithmetic."""

from leadline.report.design.writing import write_design_report

__all__ = ["write_design_report"]
