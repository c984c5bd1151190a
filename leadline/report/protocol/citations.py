"""Where a figure comes from, as a reader finds it: a number in brackets that the list of references explains."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from leadline.protocol.figures import Figure, SourceStatus, figure_words, window_words
from leadline.report.blocks import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.figures import Window
    from leadline.protocol.protocol import Protocol

STATUS_WORDS = {
    SourceStatus.VERIFIED: "the figures were read there",
    SourceStatus.PROVISIONAL: "professional knowledge: the centre confirms it",
    SourceStatus.CHOICE: "a choice made for this protocol",
}


class Citations:
    """The sources of a protocol, numbered in the order of its file."""

    def __init__(self, protocol: Protocol) -> None:
        self._sources = protocol.sources
        self._numbers = {source.id: number for number, source in enumerate(protocol.sources, start=1)}

    def numbers(self, ids: Iterable[str]) -> str:
        """ "[1, 17]"; empty without a source."""
        found = sorted({self._numbers[each] for each in ids})
        return f"[{', '.join(map(str, found))}]" if found else ""

    def of(self, *cited: Any) -> str:
        """The numbers of every source that the values or their figures and windows name."""
        return self.numbers(each for value in cited for each in _sources(value))

    def said(self, words: str, *cited: Any) -> str:
        """Words with the numbers behind them."""
        return f"{words} {self.of(*cited)}".strip()

    def figure(self, figure: Figure) -> str:
        """ "2 million cells per kg [1]", or what the centre must fill in."""
        return self.said(figure_words(figure), figure)

    def window(self, window: Window) -> str:
        """ "from day 28 on [17]"."""
        return self.said(window_words(window), window)

    def table(self) -> Table:
        """A row a source."""
        rows = tuple(
            (
                str(number),
                source.citation,
                f"doi:{source.doi}" if source.doi else source.url,
                STATUS_WORDS[source.status],
            )
            for number, source in enumerate(self._sources, start=1)
        )
        columns = (
            Column("Number", "number", 0.4),
            Column("Source", width=3),
            Column("Where", "code", 2.4),
            Column("How far it was checked", width=1.6),
        )
        return Table("references", "Sources of the figures", columns, rows)


def _sources(value: Any) -> Iterable[str]:
    """Ids of the sources that a value names itself and through its figures and windows, not those of nested rules."""
    if not is_dataclass(value):
        return
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name == "source":
            yield from held
        elif is_dataclass(held):
            yield from _sources(held)


def reasons(*values: Any) -> str:
    """The reasons that the values, their figures and their windows give, as sentences."""
    return " ".join(dict.fromkeys(reason for value in values for reason in _reasons(value)))


def _reasons(value: Any) -> Iterable[str]:
    if not is_dataclass(value):
        return
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name == "why" and held:
            yield held
        elif is_dataclass(held):
            yield from _reasons(held)
