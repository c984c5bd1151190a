"""What a report is made of: sections of prose, lists, tables and figures, as plain values.

The HTML, the PDF and the DOCX are three readings of the same sections, and the CSV files are the same tables, so that
a number cannot differ between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from leadline.report.figures.plotted import Plotted

ColumnKind = Literal["text", "number", "finding", "code", "tick"]
ProseRole = Literal["", "lead", "note", "sentence"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; what stands below it decides how it is set. `width` is its share of the table's width."""

    heading: str
    kind: ColumnKind = "text"
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, one cell a column; the first column names the row.

    name       of the CSV file
    empty      the sentence that stands in place of a table without rows
    footnotes  set below in this order; definitions and abbreviations
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...] = ()
    empty: str = "Nothing is recorded."


def without_empty_columns(table: Table) -> Table:
    """The table without columns in which no row has anything, the first column apart."""
    kept = [n for n in range(len(table.columns)) if n == 0 or any(row[n] for row in table.rows)]
    columns = tuple(table.columns[n] for n in kept)
    return replace(table, columns=columns, rows=tuple(tuple(row[n] for n in kept) for row in table.rows))


@dataclass(frozen=True, slots=True)
class Prose:
    text: str
    role: ProseRole = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Pairs of a term and what it says."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One claim and its finding, as a heading; `finding` is the id that chooses the mark."""

    text: str
    finding: str
    finding_words: str


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure by the name of its files."""

    name: str
    plotted: Plotted


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section; one of level 3 stands below one of level 2."""

    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Legend:
    """The grammar of marks, shown with the marks themselves."""

    entries: tuple[tuple[str, str], ...]


Block = Prose | Bullets | Terms | Table | Verdict | FigureBlock | Heading | Legend


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report. `level` 1 starts a new page in print, 2 stands inside the one before; a `wide`
    part has pages of its own in print, turned on their side; one that `follows` begins a new page only where the page
    before is filled past its first third."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    level: Literal[1, 2] = 1
    wide: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a report shows.

    title      of the casebook
    subtitle   what the report is
    standing   sentences of the title page: what kind of data, whether it may be published, that nothing is advised
    running    the short of it, which every page shows
    provenance one line: version, casebook hash
    """

    title: str
    subtitle: str
    standing: tuple[str, ...]
    running: str
    provenance: str
    internal: bool
    sections: tuple[Section, ...]

    def figures(self) -> tuple[FigureBlock, ...]:
        return tuple(
            block for part in self.sections for block in part.blocks if isinstance(block, FigureBlock)
        )
