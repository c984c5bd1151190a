"""The verdicts a second time: slow, plain, typed again from the rules, sharing no function with the fast code.

It knows cases whose days are exact whole numbers counted from an index date, whose facts are recorded or missing, and
whose drugs are recognised. A truth has three values: True, False and None for "cannot be told".
"""

from tests.verdicts.twin.claims import Said, twin_verdict

__all__ = ["Said", "twin_verdict"]
