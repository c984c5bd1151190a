"""One laboratory value from one unit to another, by the factors that the casebook itself reads with.

Items     analyte, value, from, to (units as a chart prints them); a titre as printed, 1:80, gives its number
Value     in the unit asked for
Missing   any missing: not computable
Not       for anti-dsDNA between assays, nor for the ESR: not applicable, with the reason
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from leadline.casebook.items import Item
from leadline.casebook.units import NO_CONVERSION, convert, items_by_name
from leadline.errors import ItemOutOfRange
from leadline.measures.expression import DECIMALS
from leadline.measures.definition import Calculation, Inputs, Source, exact, not_shaped

FACTORS = Source("UF", "Unit factors in general use (measures dossier 5.4)")

VALUE = Item("value", "The value in the unit given", low=-1e9, high=1e9)
TITRE = "titre"
_TITRE = re.compile(r"\s*1\s*:\s*(\d+)\s*")


def _text(name: str) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise not_shaped(name, value, "text")
        return value

    return read


def _analyte_id(name: str) -> str:
    """The casebook's own name: `anti-dsDNA` is `anti_dsdna`."""
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    item = items_by_name().get(plain)
    return plain if item is None else item.id


def _printed_titre(inputs: Inputs) -> dict[str, Any]:
    """1:80 is 80. The order of titres is doubling; units of an ELISA are no titre."""
    value = inputs.get("value")
    titre = _TITRE.fullmatch(value) if isinstance(value, str) and inputs.get("analyte") == TITRE else None
    return dict(inputs) if titre is None else {**inputs, "value": int(titre[1])}


def _convert(row: Mapping[str, Any]) -> dict[str, Any]:
    value = exact(row, VALUE.id)
    if row.get("analyte") == TITRE and value is not None:
        return {"value": value, "status": "ok", "missing": []}
    named = {"analyte": row.get("analyte"), "value": value, "from": row.get("from"), "to": row.get("to")}
    missing = [name for name, given in named.items() if given is None]
    if missing:
        return {"value": None, "status": "not_computable", "missing": missing}
    analyte = _analyte_id(row["analyte"])
    if analyte in NO_CONVERSION and row["from"] != row["to"]:
        return {"value": None, "status": "not_applicable", "missing": [], "reason": NO_CONVERSION[analyte]}
    converted = convert(analyte, value, row["from"], row["to"])
    _check_scale(analyte, value, row["from"])
    return {"value": round(converted, DECIMALS), "status": "ok", "missing": []}


def _check_scale(analyte: str, value: float, unit: str) -> None:
    """A value that the casebook would refuse is not converted either: it has a wrong unit."""
    item = items_by_name()[analyte]
    stored = value if analyte in NO_CONVERSION else convert(analyte, value, unit, item.unit)
    if not item.low <= stored <= item.high:
        raise ItemOutOfRange(
            f"{item.title} is {value:g} {unit}; it takes {item.low:g} to {item.high:g} {item.unit}.",
            hint="a value so far out has a wrong unit",
        )


UNIT_CONVERT = Calculation(
    id="unit_convert",
    title="Unit conversion",
    items=(VALUE,),
    input_names=("analyte", "value", "from", "to"),
    unpack=_printed_titre,
    structured={name: _text(name) for name in ("analyte", "from", "to")},
    calculate=_convert,
    in_words=(
        "value = the value × the factor between the two units of this analyte",
        "a titre of 1:80 is 80; anti-dsDNA and the ESR are never converted",
    ),
    sources=(FACTORS,),
    status="provisional",
    provisional="the factors are those in general use; they were not read in a source",
    notes=("the ratio of protein to creatinine uses 113.1 mg/mmol to a g/g; guidelines round to 100",),
)
