"""The report of a monitoring for the board: an open part that everybody may see, and a closed part for the board."""

from leadline.report.monitoring.writing import FORMATS, monitoring_json, write_monitoring_report

__all__ = ["FORMATS", "monitoring_json", "write_monitoring_report"]
