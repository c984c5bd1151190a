"""Adherence: a protocol and a casebook go in; out come, child by child, what was as written, what was not, and what the
record does not tell."""

from leadline.protocol.adherence.calendar_file import calendar_of
from leadline.protocol.adherence.checking import check_case, check_casebook
from leadline.protocol.adherence.findings import Adherence, ChildAdherence, Outcome, Upcoming

__all__ = [
    "Adherence",
    "ChildAdherence",
    "Outcome",
    "Upcoming",
    "calendar_of",
    "check_case",
    "check_casebook",
]
