"""Table 2: what was infused, how, by whom, and what of it is not recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from leadline.casebook.case import Infusion
from leadline.casebook.prose import listed
from leadline.report.blocks import Column, Table
from leadline.report.tables.children import ONE_COLUMN_EACH
from leadline.report.words import NOT_RECORDED, WITHHELD, code_words, day_words
from leadline.verdicts.findings import CaseFindings

FEW = 5
"""A provider or country shared by fewer children could name them (interchange dossier 0.5: published level)."""

Fields = Mapping[str, str | float | bool | None]


def infusion_table(cases: Sequence[CaseFindings], *, internal: bool) -> Table:
    """One column an infusion up to six infusions, else one row each."""
    children_of = _children_of_place(cases)
    facts = [
        (
            f"{case.case.patient_id}, no. {infusion.number}",
            _facts(infusion, children_of, open_places=internal),
        )
        for case in cases
        for infusion in case.case.infusions
    ]
    if not facts:
        return Table(
            "table_2_infusions", TABLE_2, (Column("Infusion", "code"),), (), (), "No infusion is recorded."
        )
    notes: tuple[str, ...] = (
        f"Cells are counted in millions (10⁶). A place shared by fewer than {FEW} children is withheld.",
    )
    if len(facts) <= ONE_COLUMN_EACH:
        return _one_column_each(facts, notes)
    silent = [label for label in facts[0][1] if all(each[label] == NOT_RECORDED for _, each in facts)]
    labels = [label for label in facts[0][1] if label not in silent]
    columns = (Column("Infusion", "code", 1.2), *map(Column, labels))
    rows = tuple((name, *(each[label] for label in labels)) for name, each in facts)
    if silent:
        notes = (*notes, f"Not recorded for any infusion: {listed([label.lower() for label in silent])}.")
    return Table("table_2_infusions", TABLE_2, columns, rows, notes)


TABLE_2 = "Table 2. The infusions"


def _one_column_each(facts: Sequence[tuple[str, dict[str, str]]], notes: tuple[str, ...]) -> Table:
    columns = (Column("", width=1.0), *(Column(name) for name, _ in facts))
    rows = tuple((label, *(each[label] for _, each in facts)) for label in facts[0][1])
    return Table("table_2_infusions", TABLE_2, columns, rows, notes)


def _children_of_place(cases: Sequence[CaseFindings]) -> Counter[tuple[str, object]]:
    """For how many children each provider and country is recorded."""
    return Counter(
        pair
        for case in cases
        for pair in {
            (name, each.fields.get(name)) for each in case.case.infusions for name in ("provider", "country")
        }
    )


def _facts(
    infusion: Infusion, children_of: Counter[tuple[str, object]], *, open_places: bool
) -> dict[str, str]:
    fields = infusion.fields

    def place(name: str) -> str:
        value = fields.get(name)
        shared = open_places or children_of[name, value] >= FEW
        return code_words(value) if shared or value in (None, "") else WITHHELD

    return {
        "Day": day_words(infusion.day),
        "Given": "yes" if infusion.given else "no",
        **{heading: write(fields) for heading, write in _WRITERS.items()},
        "Provider": place("provider"),
        "Country": place("country"),
    }


def _written(name: str, unit: str = "") -> Callable[[Fields], str]:
    def write(fields: Fields) -> str:
        words = code_words(fields.get(name))
        return words if words == NOT_RECORDED or not unit else f"{words}{unit}"

    return write


_WRITERS: Mapping[str, Callable[[Fields], str]] = {
    "Product": _written("product_name"),
    "Cells": _written("cell_type"),
    "Source tissue": _written("tissue_source"),
    "Donor": _written("donor"),
    "Passage": _written("passage"),
    "Viable cells": _written("viability_pct", "%"),
    "Fresh or thawed": _written("fresh_or_thawed"),
    "Cells given": _written("dose_cells_total", " × 10⁶"),
    "Cells per kg": _written("dose_cells_per_kg", " × 10⁶"),
    "Dose counts": _written("dose_basis"),
    "Route": _written("route"),
    "Premedication": _written("premedication"),
    "Release certificate": _written("release_certificate"),
    "Legal basis": _written("regulatory_basis"),
    "Decided by": _written("decided_by"),
    "Treating team asked first": _written("team_asked_first"),
}
