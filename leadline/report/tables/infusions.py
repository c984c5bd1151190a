"""Table 2: what was infused, how, by whom, and what of it is not recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from leadline.casebook.case import Case, Infusion
from leadline.casebook.drugs import NONE_GIVEN, parts_of, recognise
from leadline.casebook.prose import listed
from leadline.report.blocks import Column, Table
from leadline.report.tables.children import ONE_COLUMN_EACH
from leadline.report.words import NOT_RECORDED, WITHHELD, code_words, day_words, semicolons
from leadline.verdicts.findings import CaseFindings
from leadline.verdicts.treatment import NOT_RECOGNISED, drug_name

FEW = 5
"""A provider or country shared by fewer children could name them (interchange dossier 0.5: published level)."""

PRODUCT_WORDS = frozenset((
    "msc", "mscs", "mesenchymal", "multipotent", "stem", "stromal", "cell", "cells", "bm", "uc", "ad", "wj", "bone",
    "marrow", "umbilical", "cord", "blood", "wharton", "wharton's", "jelly", "adipose", "fat", "tissue", "placenta",
    "placental", "amnion", "dental", "pulp", "derived", "allogeneic", "autologous", "related", "unrelated", "third",
    "party", "donor", "donors", "pooled", "human", "expanded", "cultured", "culture", "passage", "fresh", "frozen",
    "thawed", "cryopreserved", "suspension", "product", "exosomes", "secretome", "bmac", "svf", "vascular", "fraction",
    "batch", "release", "by", "the", "hospital", "from", "of", "and", "in", "with",
))  # fmt: skip
"""Of these and of numbers alone a text can tell a kind of cells, and no place and no person."""

WITHHELD_FROM_FEW = ("product_name", "provider", "country")

Fields = Mapping[str, str | float | bool | None]


def infusion_table(cases: Sequence[CaseFindings], *, internal: bool) -> Table:
    """One column an infusion up to six infusions, else one row each."""
    children_of = _children_of_place(cases)
    facts = [
        (
            f"{case.case.patient_id}, no. {infusion.number}",
            _facts(infusion, case.case, children_of, internal=internal),
        )
        for case in cases
        for infusion in case.case.infusions
    ]
    if not facts:
        return Table(
            "table_2_infusions", TABLE_2, (Column("Infusion", "code"),), (), (), "No infusion is recorded."
        )
    notes: tuple[str, ...] = (NOTE,)
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
NOTE = (
    "Cells are counted in millions (10⁶). A place, and a product that is neither licensed nor called by its kind of"
    f" cells alone, are withheld where fewer than {FEW} children share them."
)


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
            (name, each.fields.get(name)) for each in case.case.infusions for name in WITHHELD_FROM_FEW
        }
    )


def _facts(
    infusion: Infusion, case: Case, children_of: Counter[tuple[str, object]], *, internal: bool
) -> dict[str, str]:
    fields = infusion.fields

    def place(name: str) -> str:
        value = fields.get(name)
        shared = internal or children_of[name, value] >= FEW
        return code_words(value) if shared or value in (None, "") else WITHHELD

    generic = _is_generic(fields.get("product_name")) or fields.get("licensed") is True
    return {
        "Day": day_words(infusion.day),
        "Given": "yes" if infusion.given else "no",
        "Product": code_words(fields.get("product_name")) if generic else place("product_name"),
        **{heading: write(fields) for heading, write in _WRITERS.items()},
        "Premedication": _premedication(fields.get("premedication"), case, internal=internal),
        "Provider": place("provider"),
        "Country": place("country"),
    }


def _is_generic(product: object) -> bool:
    return PRODUCT_WORDS.issuperset(re.findall(r"[^\W\d_]+(?:'s)?", str(product or "").casefold()))


def _premedication(text: object, case: Case, *, internal: bool) -> str:
    """The drugs of the list, or of the rows of medicines that it names; a drug that is not recognised may be any
    words, and stands only in a report for the team alone."""
    if not isinstance(text, str) or text.casefold() in NONE_GIVEN:
        return code_words(text)
    by_uid = {course.ref.uid: drug_name(course) for course in case.courses}

    def shown(part: str) -> str:
        return by_uid.get(part) or (part if internal or recognise(part) else NOT_RECOGNISED)

    return semicolons(map(shown, parts_of(text)))


def _written(name: str, unit: str = "") -> Callable[[Fields], str]:
    def write(fields: Fields) -> str:
        words = code_words(fields.get(name))
        return words if words == NOT_RECORDED or not unit else f"{words}{unit}"

    return write


_WRITERS: Mapping[str, Callable[[Fields], str]] = {
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
    "Release certificate": _written("release_certificate"),
    "Legal basis": _written("regulatory_basis"),
    "Decided by": _written("decided_by"),
    "Treating team asked first": _written("team_asked_first"),
}
