"""What a rule of a protocol can be about, by name, and what that is called in plain words.

items.<item>          an item of a visit, as the casebook names it: `items.egfr_ml_min_173`
scores.<measure>      a score computed at a visit: `scores.sledai_2k`
criteria.<criterion>  a criterion with its result: `criteria.acr_pedi.acr30`
patients.<column>     a column of the table of children, and `patients.age_years` on day 0
infusions.<column>    a column of the table of infusions, and what is computed from several of them
medications           the drugs that a rule lists
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.drugs import DRUG_CLASSES, catalogue
from leadline.casebook.items import ITEMS
from leadline.casebook.schema import INFUSIONS, PATIENTS
from leadline.protocol.criteria import criterion_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.casebook.schema import Column, Table

MEDICATIONS = "medications"

COMPUTED: Mapping[str, str] = {
    "patients.age_years": "Age on day 0",
    "infusions.endotoxin_eu_kg": "Endotoxin per kg of the child",
    "infusions.rate_ml_min": "Rate of the infusion",
}
"""Subjects that no column holds, because they follow from several: their plain names."""

COMPUTED_UNITS: Mapping[str, str] = {
    "patients.age_years": "a",
    "infusions.endotoxin_eu_kg": "[EU]/kg",
    "infusions.rate_ml_min": "mL/min",
}


def known_subjects() -> frozenset[str]:
    """Every name that a rule may be of."""
    from leadline.measures import MEASURES, Score

    return frozenset(
        {
            MEDICATIONS,
            *COMPUTED,
            *(f"items.{item}" for item in ITEMS),
            *(f"scores.{name}" for name, measure in MEASURES.items() if isinstance(measure, Score)),
            *(f"patients.{column.id}" for column in PATIENTS.columns),
            *(f"infusions.{column.id}" for column in INFUSIONS.columns),
        }
    )


def subject_unit(subject: str) -> str | None:
    """The UCUM unit of what a subject holds, empty where it has none; None for a subject that is no number."""
    table, _, name = subject.partition(".")
    if subject in COMPUTED_UNITS or table == "scores":
        return COMPUTED_UNITS.get(subject, "")
    held = ITEMS.get(name) if table == "items" else _column(subject)
    return held.unit if held is not None and held.kind in ("number", "count") else None


def subject_choices(subject: str) -> tuple[str, ...]:
    """The codes that a subject can hold, where it is one of several choices; else empty."""
    table, _, name = subject.partition(".")
    held = ITEMS.get(name) if table == "items" else _column(subject)
    return held.choices if held is not None else ()


def _column(subject: str) -> Column | None:
    table, _, name = subject.partition(".")
    return TABLES[table].column(name) if table in TABLES else None


TABLES: Mapping[str, Table] = {table.name: table for table in (PATIENTS, INFUSIONS)}


def subject_words(subject: str) -> str:
    """The plain name of a subject; the name itself of one that is not known."""
    if subject in COMPUTED:
        return COMPUTED[subject]
    table, _, name = subject.partition(".")
    match table:
        case "items":
            return ITEMS[name].title if name in ITEMS else name
        case "scores":
            return criterion_words(name)
        case "patients" | "infusions":
            column = _column(subject)
            return column.title if column is not None else name
        case _:
            return subject


def item_words(name: str) -> str:
    """The plain name of what a criterion needs: an item, or a score with all that it is made of."""
    return ITEMS[name].title if name in ITEMS else criterion_words(name).replace("_", " ")


# ---- drugs -----------------------------------------------------------------------------------------------------------


def known_drugs() -> frozenset[str]:
    """The substances and the classes of the catalogue: what a rule may list."""
    return frozenset({*DRUG_CLASSES, *(drug.substance for drug in catalogue())})


def class_of(drug: str) -> str:
    """The class of a substance; of a class the class itself; empty for what the catalogue does not know."""
    if drug in DRUG_CLASSES:
        return drug
    return next((each.class_id for each in catalogue() if each.substance == drug), "")


def covers(listed: str, drug: str) -> bool:
    """Whether a listed substance or class takes in a substance or class."""
    return listed == drug or (listed in DRUG_CLASSES and class_of(drug) == listed)


def drug_words(drug: str) -> str:
    """A class by its plain name, a substance by its own."""
    return DRUG_CLASSES[drug].title if drug in DRUG_CLASSES else drug
