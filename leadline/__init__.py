"""Leadline: what is reported of a child given stem cells, against what is documented.

The public interface. A step is imported when it is first asked for, so that `import leadline` costs nothing.

    import leadline as ll

    casebook = ll.read_casebook("my-cases")
    findings = ll.judge(casebook)
    ll.report(findings, "my-report")

`ll.measures`, `ll.evidence`, `ll.protocol` and `ll.trial` are the steps of those names; so is `ll.report`, which can be
called.
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for true; typing itself would be most of the import's time
if TYPE_CHECKING:
    from leadline import evidence, measures, protocol, trial
    from leadline.casebook import read_casebook
    from leadline.report import write_report as report
    from leadline.verdicts import judge

__version__ = "0.1.0"

__all__ = ["__version__", "evidence", "judge", "measures", "protocol", "read_casebook", "report", "trial"]

_STEP_OF = {"read_casebook": "casebook", "judge": "verdicts"}  # a function, and the step that gives it

if not TYPE_CHECKING:  # hidden from type checkers, which otherwise would let any misspelt name pass

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'leadline' has no attribute {name!r}")
        if name in _STEP_OF:
            return getattr(import_module(f"leadline.{_STEP_OF[name]}"), name)
        return import_module(f"leadline.{name}")


def __dir__() -> list[str]:
    return __all__
