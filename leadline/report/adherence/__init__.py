"""How children and infusions stand against a protocol, as a report: adherence in, one folder out; no arithmetic."""

from leadline.report.adherence.writing import adherence_json, write_adherence

__all__ = ["adherence_json", "write_adherence"]
