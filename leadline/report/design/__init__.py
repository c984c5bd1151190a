"""The report of a trial's design: a design report in; documents, tables, figures and JSON out; no arithmetic."""
