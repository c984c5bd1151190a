"""A protocol as a document, and how children and infusions stand against it: values in, one folder out."""

from leadline.report.protocol.writing import write_protocol

__all__ = ["write_protocol"]
