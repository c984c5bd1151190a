"""The abbreviations that a protocol uses, spelt out."""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.report.blocks import Block

ABBREVIATIONS: Mapping[str, str] = {
    "ACR": "American College of Rheumatology",
    "AST": "aspartate aminotransferase",
    "BILAG": "British Isles Lupus Assessment Group, an index of activity by organ",
    "CHAQ": "Childhood Health Assessment Questionnaire",
    "CRP": "C-reactive protein",
    "CTCAE": "Common Terminology Criteria for Adverse Events",
    "DMARD": "disease-modifying antirheumatic drug",
    "DMSO": "dimethyl sulfoxide, which protects frozen cells",
    "ESR": "erythrocyte sedimentation rate",
    "EU": "endotoxin unit",
    "GFR": "glomerular filtration rate",
    "HIV": "human immunodeficiency virus",
    "ICH": "International Council for Harmonisation",
    "IL": "interleukin",
    "ISCT": "International Society for Cell & Gene Therapy",
    "JADAS": "Juvenile Arthritis Disease Activity Score",
    "JAK": "Janus kinase",
    "JIA": "juvenile idiopathic arthritis",
    "MCTD": "mixed connective tissue disease",
    "MSC": "mesenchymal stromal cells",
    "NSAID": "non-steroidal anti-inflammatory drug",
    "SLE": "systemic lupus erythematosus",
    "SLEDAI": "Systemic Lupus Erythematosus Disease Activity Index",
    "SRI": "SLE Responder Index",
    "TNF": "tumour necrosis factor",
}


def glossary(blocks: Iterable[Block]) -> Table:
    """Of the abbreviations those that the blocks use."""
    text = " ".join(_text(astuple(block)) for block in blocks)
    used = set(re.findall(r"[A-Z]{2,}", text))
    rows = tuple((short, long) for short, long in ABBREVIATIONS.items() if short in used)
    return Table("glossary", "Abbreviations", (Column("Short", width=0.6), Column("In full", width=3)), rows)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    return value if isinstance(value, str) else ""
