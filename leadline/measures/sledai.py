"""SLEDAI-2K, its clinical part, and the items that laboratory values stand for: activity of lupus.

Items     24 findings due to lupus within the window before the visit, each present, absent or not recorded
Score     0 to 105 (clinical part 0 to 101), no unit; higher is worse
Missing   any finding not recorded: no score, its name and the bounds; a complement not drawn is not a normal one
Not       SELENA-SLEDAI, nor the SLEDAI of 1992, which count some ongoing findings otherwise
Licence   published weights; the definitions of the items are not reproduced
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Band, Calculation, Cutoffs, Outputs, Score, Source
from leadline.measures.expression import (
    Below,
    IsRecorded,
    Points,
    Reading,
    Row,
    Sum,
    Truth,
    Yes,
    above,
    all_of,
    any_of,
    below,
    none_of,
)
from leadline.measures.findings import LISTS, names_in_lists, unpack_present
from leadline.measures.inputs import Inputs
from leadline.measures.words import truth_in_words

GLADMAN_2002 = Source("G02", "Gladman DD et al. J Rheumatol 2002;29:288-91 (PMID 11838846)")
TOUMA_2010 = Source("T10", "Touma Z et al. 2010 (SLEDAI-2K over 30 days)")
CHANGE_TABLE = Source(
    "CT",
    "Table of SLEDAI and flare limits, Ann Rheum Dis",
    url="https://ard.bmj.com/highwire/markup/278401/expansion",
)

WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8,
        "cranial_nerve_disorder": 8, "lupus_headache": 8, "cva": 8, "vasculitis": 8,
        "arthritis": 4, "myositis": 4, "urinary_casts": 4, "haematuria": 4, "proteinuria": 4, "pyuria": 4,
        "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2, "pericarditis": 2,
        "low_complement": 2, "increased_dna_binding": 2,
        "fever": 1, "thrombocytopenia": 1, "leukopenia": 1,
    }
)  # [G02]  # fmt: skip

WEIGHTS_ONLY = "the names of the findings and their weights; the index's own definitions are not reproduced"

SEROLOGY = ("low_complement", "increased_dna_binding")
CLINICAL_KEYS = tuple(key for key in WEIGHTS if key not in SEROLOGY)

WINDOW_DAYS = Item(
    "window_days",
    "Days before the visit within which findings count",
    "count",
    "d",
    10,  # [G02] the original window
    30,  # [T10]
)
WINDOW_DEFAULT = 30  # [T10]

LIST_NAMES = names_in_lists(WEIGHTS, prefix="sledai_")

FALL_OF_IMPROVEMENT = 3  # a fall of more than this is an improvement [CT]
RISE_OF_FLARE = 3  # a rise of more than this is a flare [CT]


def finding(key: str) -> Item:
    """The casebook's item of a SLEDAI-2K key: `arthritis` is `sledai_arthritis`."""
    return ITEMS[f"sledai_{key}"]


def points(keys: tuple[str, ...] = tuple(WEIGHTS)) -> Sum:
    """The sum of the weights of those findings that are present."""
    return Sum(tuple(Points(Yes(finding(key)), WEIGHTS[key]) for key in keys))


def unpack_findings(inputs: Inputs) -> Inputs:
    """Flat `sledai_...` items from the lists `present` and `not_recorded`; every other finding is absent."""
    return unpack_present(inputs, keys=WEIGHTS, prefix="sledai_")


def _unpack_clinical(inputs: Inputs) -> Inputs:
    flat = unpack_findings(inputs)
    return {name: value for name, value in flat.items() if name not in {f"sledai_{key}" for key in SEROLOGY}}


def _window(row: Row) -> Outputs:
    return {"window_days": row["window_days"]}


SLEDAI_2K = Score(
    id="sledai_2k",
    title="SLEDAI-2K",
    diseases=("sle", "mctd"),
    items=(*(finding(key) for key in WEIGHTS), WINDOW_DAYS),
    parameters={WINDOW_DAYS.id: WINDOW_DEFAULT},
    input_names=(*LISTS, WINDOW_DAYS.id),
    calculator_names=LIST_NAMES,
    unpack=unpack_findings,
    details=_window,
    formula=points(),
    low=0,
    high=105,  # [G02]
    cutoffs=(
        Cutoffs(
            "common",
            "",
            (Band("none", 0), Band("low", 4), Band("moderate", 10), Band("high", None)),
            "CT",
        ),
    ),
    # Scores are whole: a change of more than 3 is one of at least 4.
    important_improvement=FALL_OF_IMPROVEMENT + 1,
    important_worsening=RISE_OF_FLARE + 1,
    sources=(GLADMAN_2002, TOUMA_2010, CHANGE_TABLE),
    licence=WEIGHTS_ONLY,
    notes=(
        (
            "the original window is 10 days, one of 30 days is validated, some sources say 28; the window used "
            "is printed with the score"
        ),
        (
            "arthritis needs at least two joints; the wording of 1992, still printed on some pages, asks for more than "
            "two"
        ),
        "bands differ between users: low activity reaches to 4 here and to 5 elsewhere",
        (
            "the page that gives the limits of change garbles the one for improvement; it is read as a fall of more "
            "than 3"
        ),
    ),
)

CLINICAL_SLEDAI_2K = Score(
    id="clinical_sledai_2k",
    title="Clinical SLEDAI-2K (without serology)",
    diseases=("sle", "mctd"),
    items=(*(finding(key) for key in CLINICAL_KEYS), WINDOW_DAYS),
    parameters={WINDOW_DAYS.id: WINDOW_DEFAULT},
    input_names=(*LISTS, WINDOW_DAYS.id),
    calculator_names=LIST_NAMES,
    unpack=_unpack_clinical,
    details=_window,
    formula=points(CLINICAL_KEYS),
    low=0,
    high=101,  # [G02] 105 without the 4 points of complement and DNA binding
    sources=(GLADMAN_2002, TOUMA_2010),
    licence=WEIGHTS_ONLY,
    notes=("complement and anti-dsDNA are left out, so that it is computable when neither was drawn",),
)

# What a laboratory value or a temperature says of an item. [G02] throughout.
LAB_ITEMS: Mapping[str, tuple[Below, ...]] = MappingProxyType(
    {
        "proteinuria": (
            above(Reading(ITEMS["upcr_g_g"]), 0.5),
            above(Reading(ITEMS["proteinuria_g_24h"]), 0.5),
        ),
        "haematuria": (above(Reading(ITEMS["rbc_hpf"]), 5),),
        "pyuria": (above(Reading(ITEMS["wbc_hpf"]), 5),),
        "thrombocytopenia": (below(Reading(ITEMS["platelets_10e9_l"]), 100),),
        "leukopenia": (below(Reading(ITEMS["wbc_10e9_l"]), 3.0),),
        "fever": (above(Reading(ITEMS["temp_c"]), 38.0),),
    }
)


def _lab_item_ids(tests: tuple[Below, ...]) -> tuple[str, ...]:
    return tuple(side.item.id for test in tests for side in test.children() if isinstance(side, Reading))


def _any_recorded(tests: tuple[Below, ...]) -> Truth:
    """Of several values for one item, those that are recorded: any above its limit decides."""
    if len(tests) == 1:
        return tests[0]
    recorded = [IsRecorded(ITEMS[name]) for name in _lab_item_ids(tests)]
    given = (all_of(one, test) for one, test in zip(recorded, tests, strict=True))
    return any_of(*given, all_of(none_of(*recorded), tests[0]))


SLEDAI_2K_LAB_ITEMS = Calculation(
    id="sledai_2k_lab_items",
    title="SLEDAI-2K items from laboratory values",
    diseases=("sle", "mctd"),
    items=tuple(ITEMS[name] for tests in LAB_ITEMS.values() for name in _lab_item_ids(tests)),
    results={key: _any_recorded(tests) for key, tests in LAB_ITEMS.items()},
    needed=tuple(LAB_ITEMS),
    only_given=True,
    in_words=tuple(
        f"{key}: {' or '.join(truth_in_words(test).joined for test in tests)}"
        for key, tests in LAB_ITEMS.items()
    ),
    sources=(GLADMAN_2002,),
    notes=(
        "these are candidates: that lupus is the cause remains for a person to say",
        "of the two values of urine protein, either above its limit is proteinuria",
        "the limits of fever and leukopenia differ from those of the 2019 classification",
    ),
)

SLEDAI = (SLEDAI_2K, CLINICAL_SLEDAI_2K, SLEDAI_2K_LAB_ITEMS)
