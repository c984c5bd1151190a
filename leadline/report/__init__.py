"""Report: findings in, one folder of documents, tables, figures and report.json out; no arithmetic of its own."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from leadline.lazily import found_in

__all__ = ["FORMATS", "Written", "write_report"]

if TYPE_CHECKING:
    from leadline.report.folder import FORMATS, Written
    from leadline.report.writing import write_report
else:
    __getattr__ = found_in(
        __name__,
        {"leadline.report.folder": ["FORMATS", "Written"], "leadline.report.writing": ["write_report"]},
    )


class _Callable(ModuleType):
    """`ll.report(findings, folder)` is `ll.report.write_report(findings, folder)`."""

    def __call__(self, *args: Any, **options: Any) -> Written:
        from leadline.report.writing import write_report

        return write_report(*args, **options)


sys.modules[__name__].__class__ = _Callable
