"""The title page: what the document is, and everything that the centre still has to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadline.casebook.prose import capital, listed
from leadline.protocol.figures import UNIT_WORDS
from leadline.protocol.open_figures import open_figures
from leadline.protocol.subjects import drug_words
from leadline.protocol.values import parts
from leadline.report.blocks import Block, Column, Heading, Prose, Table, Terms
from leadline.report.protocol.outline import TEMPLATE
from leadline.report.protocol.words import DISEASES, STATUSES, TO_FILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

SECTIONS: Mapping[tuple[str, ...], str] = {
    ("eligibility", "inclusion"): "5.2",
    ("eligibility", "washout"): "5.2",
    ("eligibility", "exclusion"): "5.3",
    ("product",): "6.1",
    ("release",): "6.1",
    ("dose",): "6.3",
    ("premedication",): "6.3",
    ("observation",): "6.3",
    ("repeat_dosing",): "6.3",
    ("rescue",): "6.9.2",
    ("concomitant",): "6.10",
    ("taper",): "6.10.2",
    ("safety", "stopping"): "4.3",
    ("safety", "stagger"): "4.3",
    ("safety", "watches"): "9.2.4",
    ("safety", "reporting"): "9.2.3",
    ("data",): "11.9",
}
"""Keys of a protocol file to the heading below which their figures stand."""


@dataclass(frozen=True, slots=True)
class ToFill:
    """A figure that the centre fills in: the section in which it stands, what it belongs to, what it is, its unit."""

    section: str
    about: str
    what: str
    unit: str


ABOUT: Mapping[str, str] = {
    "dose": "Dose and infusion",
    "product": "Product",
    "repeat_dosing": "Repeat dosing",
    "rescue": "Rescue treatment",
    "taper": "Taper of the glucocorticoid",
    "safety": "Safety",
    "data": "Records",
}
"""What a figure belongs to that stands in a section and in no rule."""


def to_fill(protocol: Protocol) -> tuple[ToFill, ...]:
    """Every figure without a value, in the order of the sections."""
    owners = dict(parts(protocol))
    found = [
        ToFill(
            _section(figure.path),
            _about(owners[figure.path[:-1]], figure.path),
            figure.fill_in,
            UNIT_WORDS.get(figure.unit, figure.unit),
        )
        for figure in open_figures(protocol)
    ]
    return tuple(sorted(found, key=lambda each: [int(step) for step in each.section.split(".")]))


def _section(path: KeyPath) -> str:
    return next(number for keys, number in SECTIONS.items() if path[: len(keys)] == keys)


def _about(owner: Any, path: KeyPath) -> str:
    """The rule or the watch that the figure belongs to, or the drug and what it is for; else the section."""
    if hasattr(owner, "title"):
        return str(owner.title)
    if hasattr(owner, "purpose"):
        return f"{capital(drug_words(owner.drug))}, {owner.purpose}"
    return ABOUT[str(path[0])]


def title_page(protocol: Protocol, unwritten: Iterable[str]) -> tuple[Block, ...]:
    """What the document is, the open figures, and the sections that the file has nothing for."""
    return (
        Terms(
            (
                ("Full title", protocol.title),
                ("Protocol", f"{protocol.id}, version {protocol.version}"),
                ("Standing", STATUSES[protocol.status]),
                ("Diseases", listed([DISEASES[each] for each in protocol.diagnoses])),
                ("Investigational product", protocol.product.name),
                ("Sponsor, its address and signatory", TO_FILL),
                ("Registration numbers, trial phase, date of this version", TO_FILL),
                ("Sections", f"in the order of {TEMPLATE}"),
            )
        ),
        Heading("What the centre must fill in"),
        Prose(
            "Every figure in this document has the number of its source behind it; section 14 lists the sources and "
            "says how far each was checked. These figures have none:"
        ),
        _open_table(protocol),
        Prose(
            f"For these sections of the template the protocol file has nothing: {listed(list(unwritten))}."
        ),
    )


def _open_table(protocol: Protocol) -> Table:
    rows = tuple((each.section, each.about, capital(each.what), each.unit) for each in to_fill(protocol))
    columns = (
        Column("Section", "code", 0.5),
        Column("Belongs to", width=1.8),
        Column("What is to be filled in", width=3),
        Column("Unit", width=0.8),
    )
    return Table("open", "Figures that the centre must fill in", columns, rows, empty="No figure is open.")
