"""Report: findings in, one folder of documents, tables, figures and report.json out; no arithmetic of its own."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from leadline.report.writing import FORMATS, Written, write_report

__all__ = ["FORMATS", "Written", "write_report"]


class _Callable(ModuleType):
    """`ll.report(findings, folder)` is `ll.report.write_report(findings, folder)`."""

    def __call__(self, *args: Any, **options: Any) -> Written:
        return write_report(*args, **options)


sys.modules[__name__].__class__ = _Callable
