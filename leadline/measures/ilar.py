"""ILAR categories of juvenile idiopathic arthritis, as a code list, in our own words.

Arthritis of unknown cause, onset before the 16th birthday, for at least 6 weeks. Source: Petty RE et al. J Rheumatol
2004;31:390-2. The exclusion letters of psoriatic arthritis were not read in a source (measures dossier 1.11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leadline.measures.definition import Source

PETTY_2004 = Source("P04", "Petty RE et al. J Rheumatol 2004;31:390-2")


@dataclass(frozen=True, slots=True)
class Category:
    """`exclusions` are letters of `EXCLUSIONS`."""

    code: str
    title: str
    meaning: str
    exclusions: tuple[str, ...] = ()
    provisional: str = ""


EXCLUSIONS: Mapping[str, str] = MappingProxyType(  # [P04]
    {
        "a": "psoriasis in the patient or a first-degree relative",
        "b": "arthritis in an HLA-B27 positive boy that began after the 6th birthday",
        "c": "ankylosing spondylitis, enthesitis-related arthritis, sacroiliitis with inflammatory bowel disease, "
        "reactive arthritis or acute anterior uveitis in the patient or a first-degree relative",
        "d": "IgM rheumatoid factor on two occasions at least 3 months apart",
        "e": "systemic arthritis",
    }
)

_ALL = ("a", "b", "c", "d", "e")
_CATEGORIES = (  # [P04]
    Category(
        "systemic",
        "Systemic arthritis",
        "arthritis with or after daily fever for at least 2 weeks, quotidian for at least 3 days, and one of: "
        "evanescent rash, generalised lymph nodes, enlarged liver or spleen, serositis",
        ("a", "b", "c", "d"),
    ),
    Category("oligo_persistent", "Oligoarthritis, persistent", "1 to 4 joints, never more", _ALL),
    Category(
        "oligo_extended",
        "Oligoarthritis, extended",
        "1 to 4 joints in the first 6 months, more than 4 afterwards",
        _ALL,
    ),
    Category(
        "poly_rf_neg",
        "Polyarthritis, rheumatoid factor negative",
        "5 or more joints in the first 6 months, rheumatoid factor negative",
        _ALL,
    ),
    Category(
        "poly_rf_pos",
        "Polyarthritis, rheumatoid factor positive",
        "5 or more joints in the first 6 months, rheumatoid factor positive twice at least 3 months apart",
        ("a", "b", "c", "e"),
    ),
    Category(
        "psoriatic",
        "Psoriatic arthritis",
        "arthritis and psoriasis, or arthritis and two of: dactylitis, nail pitting or onycholysis, psoriasis in a "
        "first-degree relative",
        ("b", "c", "d", "e"),
        provisional="the exclusion letters were not read in a source",
    ),
    Category(
        "enthesitis_related",
        "Enthesitis-related arthritis",
        "arthritis and enthesitis, or one of them and two of: sacroiliac tenderness or inflammatory back pain, "
        "HLA-B27, a boy over 6 years at onset, acute anterior uveitis, family history",
        ("a", "d", "e"),
    ),
    Category("undifferentiated", "Undifferentiated arthritis", "fits none of the categories, or two or more"),
)

CATEGORIES: Mapping[str, Category] = MappingProxyType({category.code: category for category in _CATEGORIES})
"""Code to category, in the order of the classification."""
