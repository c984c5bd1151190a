"""Rules of a protocol as a table: what is asked in the words of the code that judges it, why, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.rules import Grade, words
from leadline.report.blocks import Column, Table
from leadline.report.protocol.citations import reasons
from leadline.report.protocol.words import GRADES
from leadline.report.words import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.rules import AnyRule
    from leadline.report.protocol.citations import Citations

_ABOUT = Column("About", width=1.1)
_ASKED = Column("What is asked", width=2.8)
_WHY = Column("Why", width=2.2)
_SOURCE = Column("Source", "code", 0.6)


def rules_table(name: str, title: str, rules: Iterable[AnyRule], cite: Citations) -> Table:
    """A row a rule, with the deviation it is when the rule is not kept."""
    rows = tuple((*_row(rule), GRADES[rule.deviation], reasons(rule), cite.of(rule)) for rule in rules)
    columns = (_ABOUT, _ASKED, Column("Not kept is", width=0.7), _WHY, _SOURCE)
    return Table(name, title, columns, rows, footnotes=_grades(rules))


def criteria_table(name: str, title: str, rules: Iterable[AnyRule], cite: Citations) -> Table:
    """A row a rule that a child is held against, without grades: what is not kept is always a major deviation."""
    rows = tuple((*_row(rule), reasons(rule), cite.of(rule)) for rule in rules)
    return Table(name, title, (_ABOUT, _ASKED, _WHY, _SOURCE), rows, empty="No rule is stated.")


def _row(rule: AnyRule) -> tuple[str, str]:
    return rule.title, sentence(words(rule))


def _grades(rules: Iterable[AnyRule]) -> tuple[str, ...]:
    minor = any(rule.deviation is Grade.MINOR for rule in rules)
    return (
        ("What cannot be told from the record is not documented; it is never counted as kept.",)
        if minor
        else ()
    )
