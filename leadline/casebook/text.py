"""How text goes into a file that a spreadsheet may open."""

from __future__ import annotations

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins with one of these may be run as a formula, or hide one behind white space."""


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet runs it: an apostrophe goes before one that could be a formula.

    For text only: a number is written as a number. Every writer of CSV or XLSX puts free text through this.
    """
    first = text.lstrip(" \u00a0\ufeff")[:1]
    return f"'{text}" if first and first in RUN_BY_SPREADSHEETS else text
